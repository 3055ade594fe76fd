/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Times are compared as they stand on the clock ("2026-10-25 02:30"), so that an hour that is
 * skipped lies before the next one, and one that comes twice is the same both times.
 */
#include "administration/schedule.h"

#include <stdio.h>
#include <string.h>

#define WALK_DAYS (4 * 366)

struct label {
	int year, month, day, hour, minute;
};

/* ---- reading ---- */

static bool
parse_number(struct str text, int64_t min, int64_t max, int64_t *out)
{
	return text.len > 0 && text.ptr[0] != '+' && text.ptr[0] != '-' &&
	       str_to_i64(text, min, max, out);
}

/* "*", "3", "3-7", each with "/2" or without. */
static bool
parse_part(struct str part, int64_t min, int64_t max, uint64_t *bits)
{
	struct str range, step_text, first_text, last_text;
	int64_t first = min, last = max, step = 1;
	bool has_step = str_cut(part, '/', &range, &step_text);

	if (has_step && !parse_number(step_text, 1, max, &step))
		return false;
	if (!str_eq_c(range, "*")) {
		bool is_range = str_cut(range, '-', &first_text, &last_text);

		if (!parse_number(first_text, min, max, &first))
			return false;
		if (!is_range)
			last = has_step ? max : first;
		else if (!parse_number(last_text, first, max, &last))
			return false;
	}
	for (int64_t n = first; n <= last; n += step)
		*bits |= (uint64_t)1 << n;
	return true;
}

static bool
parse_field(struct str field, int64_t min, int64_t max, uint64_t *bits)
{
	struct str part;
	bool more = true;

	*bits = 0;
	while (more) {
		more = str_cut(field, ',', &part, &field);
		if (!parse_part(part, min, max, bits))
			return false;
	}
	return true;
}

bool
schedule_parse(struct str text, struct schedule *out)
{
	static const int64_t bounds[5][2] = {{0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 7}};
	struct str field, rest = str_trim(text);
	uint64_t bits[5];
	bool any[5];

	for (size_t i = 0; i < 5; i++) {
		bool more = str_cut(rest, ' ', &field, &rest);

		if (more == (i == 4) ||
		    !parse_field(field, bounds[i][0], bounds[i][1], &bits[i]))
			return false;
		any[i] = str_eq_c(field, "*");
		rest = str_trim(rest);
	}
	if (bits[4] & 1U << 7)
		bits[4] |= 1;
	*out = (struct schedule){.minutes = bits[0],
				 .hours = (uint32_t)bits[1],
				 .days = (uint32_t)bits[2],
				 .months = (uint32_t)bits[3],
				 .weekdays = (uint32_t)bits[4] & 0x7f,
				 .any_day = any[2],
				 .any_weekday = any[4]};
	return true;
}

/* ---- the calendar ---- */

static int
month_days(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && is_leap ? 29 : days[month - 1];
}

/* 0: Sunday. (Sakamoto's rule.) */
static unsigned
weekday(int y, int m, int d)
{
	static const int shift[] = {0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4};

	y -= m < 3;
	return (unsigned)(y + y / 4 - y / 100 + y / 400 + shift[m - 1] + d) % 7;
}

static int
digits_at(struct str s, size_t at, size_t count)
{
	int64_t n;

	BUG_ON(!str_to_i64(str_of(s.ptr + at, count), 0, 9999, &n));
	return (int)n;
}

/* 2026-11-25T05:30:… */
static struct label
label_of(instant t)
{
	char text[TIME_TEXT_MAX];
	struct str s = time_format_local(t, text);

	return (struct label){digits_at(s, 0, 4), digits_at(s, 5, 2), digits_at(s, 8, 2),
			      digits_at(s, 11, 2), digits_at(s, 14, 2)};
}

static int
label_cmp(const struct label *a, const struct label *b)
{
	const int x[] = {a->year, a->month, a->day, a->hour, a->minute};
	const int y[] = {b->year, b->month, b->day, b->hour, b->minute};

	for (size_t i = 0; i < ARRAY_LEN(x); i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}

static bool
is_day(const struct schedule *s, const struct label *l)
{
	bool day = s->days >> l->day & 1;
	bool week = s->weekdays >> weekday(l->year, l->month, l->day) & 1;

	if (!(s->months >> l->month & 1))
		return false;
	if (s->any_day || s->any_weekday)
		return day && week;
	return day || week;
}

/* The first time of the day that is not before l, or the last that is not after it. */
static bool
time_of_day(const struct schedule *s, bool forward, struct label *l)
{
	int at = l->hour * 60 + l->minute, step = forward ? 1 : -1;

	for (; at >= 0 && at < 24 * 60; at += step) {
		if (!(s->hours >> (at / 60) & 1) || !(s->minutes >> (at % 60) & 1))
			continue;
		l->hour = at / 60;
		l->minute = at % 60;
		return true;
	}
	return false;
}

static void
next_day(struct label *l, bool forward)
{
	l->hour = forward ? 0 : 23;
	l->minute = forward ? 0 : 59;
	l->day += forward ? 1 : -1;
	if (l->day >= 1 && l->day <= month_days(l->year, l->month))
		return;
	l->month += forward ? 1 : -1;
	if (l->month < 1 || l->month > 12) {
		l->year += forward ? 1 : -1;
		l->month = forward ? 1 : 12;
	}
	l->day = forward ? 1 : month_days(l->year, l->month);
}

static bool
walk(const struct schedule *s, bool forward, struct label *l)
{
	for (int i = 0; i < WALK_DAYS; i++) {
		if (is_day(s, l) && time_of_day(s, forward, l))
			return true;
		next_day(l, forward);
	}
	return false;
}

bool
schedule_is_due(const struct schedule *s, instant last, instant now)
{
	struct label due = label_of(now), ran;

	if (last == INSTANT_MIN)
		return true;
	ran = label_of(last);
	return walk(s, false, &due) && label_cmp(&due, &ran) > 0;
}

void
schedule_next(const struct schedule *s, instant now, char out[17])
{
	struct label l = label_of(now + MINUTES(1));

	out[0] = '\0';
	if (walk(s, true, &l))
		(void)snprintf(out, 17, "%04u-%02u-%02u %02u:%02u", (unsigned)l.year % 10000,
			       (unsigned)l.month % 100, (unsigned)l.day % 100,
			       (unsigned)l.hour % 100, (unsigned)l.minute % 100);
}
