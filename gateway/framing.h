/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Framing of a request that libevent has read. One that is refused is answered with
 * "Connection: close": what follows it on the connection is nobody's request.
 * Source: RFC 9112, 6.
 */
#ifndef GATEWAY_FRAMING_H
#define GATEWAY_FRAMING_H

#include <stdbool.h>

struct evhttp_request;

/* Before the body is taken from the request's buffer. */
bool framing_is_plain(struct evhttp_request *req);

#endif
