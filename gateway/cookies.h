/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cookies of the browser side: always __Host-, Secure, HttpOnly, SameSite=None, because answers
 * of IdPs arrive as posts from another site. Source: RFC 6265bis; context-handler contract 1.7.
 */
#ifndef GATEWAY_COOKIES_H
#define GATEWAY_COOKIES_H

#include "gateway/http_call.h"

#define COOKIE_SESSION "__Host-ch_sid"
#define COOKIE_BINDING "__Host-ch_bind"
#define COOKIE_REMEMBER "__Host-ch_idp"
#define COOKIE_HVEM "__Host-hvem"

/* Absent if it is not there, or there twice. */
struct str cookie_get(const struct http_call *c, const char *name);
/* max_age_s 0: for the browser's session; below 0: removed. */
void cookie_set(struct http_call *c, const char *name, struct str value, int64_t max_age_s);

#endif
