/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the process gives up before it does anything. */
#ifndef GATEWAY_PROC_H
#define GATEWAY_PROC_H

#include <stdbool.h>

/* First thing in main: file mode mask, no trust from the environment, broken pipes are errors.
 */
void proc_start(void);
/* The server: no new privileges, no core dumps, not traceable, enough file descriptors. */
void proc_harden(bool production);
bool proc_is_root(void);

#endif
