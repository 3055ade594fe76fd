/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For tests of calls to REST services: two services in the world of rest_world.h, one that
 * needs the headers of a transaction and tells failures its own way, and one that does neither;
 * calls of KY that are good until something is changed in them.
 */
#ifndef TESTS_REST_SERVICE_WORLD_H
#define TESTS_REST_SERVICE_WORLD_H

#include "tests/unit/rest_world.h"

#define HENT "/service/test/1/hent"
#define SKRIV "/service/test/1/skriv"
#define TID "6f3b1c1e-0000-1000-8000-00000000be7c"
#define TIME "2026-05-27T12:15:30.125+02:00"
#define LATER "2026-05-27T12:15:30+02:00[Europe/Berlin]"
#define INVALID "error=\"invalid_token\", error_description=\"Security Token Invalid\""

void rsw_begin(const char *name);
/* An access token of the system with that certificate; NULL: KY's. */
struct str token_for(const char *folder);
struct str bearer(const char *scheme, struct str token);
struct send call_with(struct str token);
unsigned handler_runs(void);

/* These fail the test where it comes out otherwise, or where the handler was reached and should
 * not, or the reverse. */
void told(const char *name, const struct send *s, int status, const char *body);
void accepted(const char *name, struct send s);
void invalid(const char *name, struct send s);
void denied(const char *name, struct send s);

#endif
