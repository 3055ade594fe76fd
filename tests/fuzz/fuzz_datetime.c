/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The xs:dateTime reader. Whatever is read must lie within the calendar, be written as
 * something that is read as the same millisecond, and fall on or after the midnight of its day.
 * The first eight bytes are also taken as an instant, so that the writer sees every one of
 * them.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/time.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Both ends of what the reader may return: the first and last instant, 14 hours away from UTC.
 */
#define FIRST (INT64_C(-62135596800000000) - HOURS(14))
#define LAST (INT64_C(253402300799999999) + HOURS(14))

static void
check_instant(instant t)
{
	char utc[TIME_TEXT_MAX], local[TIME_TEXT_MAX];
	struct err e = ERR_INIT;
	instant from_utc, from_local, midnight;
	bool is_in_calendar = t >= FIRST && t <= LAST;

	if (t == INSTANT_MIN || t == INSTANT_MAX)
		return;
	BUG_ON(!time_parse(time_format_utc(t, utc), ZONE_REQUIRED, &from_utc, &e));
	BUG_ON(!time_parse(time_format_local(t, local), ZONE_REQUIRED, &from_local, &e));
	BUG_ON(from_utc != from_local);
	BUG_ON(is_in_calendar && from_utc != time_floor_ms(t));
	BUG_ON(time_floor_ms(t) > t);
	midnight = time_local_midnight(t);
	BUG_ON(midnight > t || (midnight != INSTANT_MIN && t - midnight >= HOURS(25)));
	BUG_ON(midnight != INSTANT_MIN && time_local_midnight(midnight) != midnight);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_of(size > 0 ? (const char *)data : "", size);
	struct err e = ERR_INIT;
	instant t, local;

	if (size >= sizeof(t)) {
		memcpy(&t, data, sizeof(t));
		check_instant(t);
	}
	if (time_parse(text, ZONE_REQUIRED, &t, &e)) {
		BUG_ON(t < FIRST || t > LAST);
		check_instant(t);
		BUG_ON(!time_parse(text, ZONE_LOCAL, &local, &e) || local != t);
		return 0;
	}
	BUG_ON(e.code != TIME_MALFORMED);
	err_clear(&e);
	if (time_parse(text, ZONE_LOCAL, &t, &e)) {
		BUG_ON(t < FIRST || t > LAST);
		check_instant(t);
	} else {
		BUG_ON(e.code != TIME_MALFORMED);
	}
	return 0;
}
