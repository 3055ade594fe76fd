/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tells the service manager how we are (sd_notify protocol). Nothing happens without
 * NOTIFY_SOCKET. */
#ifndef GATEWAY_NOTIFY_H
#define GATEWAY_NOTIFY_H

#include <stdint.h>

void notify_ready(void);
void notify_reloading(void);
void notify_stopping(void);
void notify_status(const char *text);
/* Half the watchdog time in microseconds, 0: no watchdog asked for. */
uint64_t notify_watchdog_us(void);
void notify_watchdog(void);

#endif
