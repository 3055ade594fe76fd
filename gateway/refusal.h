/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests that are refused before there is a message: plain HTTP, one line, a request id. The
 * log has that id too, up to LIMIT_REFUSAL_LINES_PER_S; what is past it is counted.
 * Source: design 6 (what bad input gets).
 */
#ifndef GATEWAY_REFUSAL_H
#define GATEWAY_REFUSAL_H

#include <stdint.h>
#include "gateway/http_call.h"

/* Logs what http_plain() refused; nothing else, and not that somebody asks too much (429). */
void refusal_log(const struct http_call *c);
/* Lines that were left out since the start. */
uint64_t refusal_unlogged(void);

#endif
