/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Instants: signed 64-bit microseconds since 1970-01-01T00:00:00Z. The open ends of a virkning
 * are INSTANT_MIN and INSTANT_MAX. One strict xs:dateTime reader and writer.
 * Local time is Europe/Copenhagen (EU rule since 1996; earlier years by their own rules).
 * Source: XML Schema part 2, 3.2.7.
 */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include <stdint.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

typedef int64_t instant;

#define INSTANT_MIN INT64_MIN
#define INSTANT_MAX INT64_MAX
#define MS(n)	    ((instant)(n) * 1000)
#define SECONDS(n)  ((instant)(n) * 1000000)
#define MINUTES(n)  (SECONDS(n) * 60)
#define HOURS(n)    (MINUTES(n) * 60)
#define DAYS(n)	    (HOURS(n) * 24)

enum time_zone_rule {
	ZONE_REQUIRED,	/* a value without Z or offset is malformed */
	ZONE_LOCAL,	/* … is Europe/Copenhagen */
};

#define TIME_TEXT_MAX 40

/*
 * YYYY-MM-DDThh:mm:ss[.f{1,9}][Z|±hh:mm], years 0001–9999, 24:00:00 allowed. Errors:
 * TIME_MALFORMED.
 */
MUST_USE bool time_parse(struct str text, enum time_zone_rule rule, instant *out,
			 struct err *e);
/* 2026-05-27T12:15:30.125Z; out holds TIME_TEXT_MAX bytes. Must not be given an open end. */
struct str time_format_utc(instant t, char *out);
/* 2024-06-06T11:57:42.000+02:00 */
struct str time_format_local(instant t, char *out);
instant time_local_midnight(instant t); /* 00:00 in Copenhagen of the day that holds t */
instant time_floor_ms(instant t);
int64_t instant_diff_s(instant a, instant b); /* a - b in whole seconds */
instant instant_add(instant t, instant delta); /* saturates at the open ends */

#endif
