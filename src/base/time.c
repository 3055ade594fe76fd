/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Instants, xs:dateTime and Danish local time.
 *
 * The reader takes the lexical form of xs:dateTime as it is after white space was collapsed,
 * with four-digit years 0001–9999 and one to nine digits of fraction; what is finer than a
 * microsecond is cut off. It refuses leap seconds, offsets past 14:00, and 24:00:00 with
 * anything after it.
 *
 * Local time is computed from the rules below; the system's time zone database and TZ play no
 * part. Before 1894 Denmark kept local mean time, whose offset (+00:50:20) xs:dateTime cannot
 * express: there we use +01:00. A local time that the spring change skips is read with the
 * offset that held before it (02:30 becomes 03:30 summer time); one that the autumn change
 * repeats is read as the first of the two, the summer time.
 *
 * Source: XML Schema part 2, 3.2.7; directive 2000/84/EC (and 80/737/EEC onwards); IANA tz,
 * Europe/Copenhagen, for what was before.
 */
#include "base/time.h"

#include <string.h>

#define US_PER_SECOND INT64_C(1000000)
#define S_PER_HOUR 3600
#define S_PER_DAY INT64_C(86400)
#define STANDARD_OFFSET_S 3600
#define SUMMER_OFFSET_S 7200
#define OFFSET_MAX_MINUTES (14 * 60)
#define EU_FIRST_YEAR 1980
#define YEAR_MAX 9999

/* The earliest and latest instants that the reader can return, on 0001-01-01 and 9999-12-31. */
#define READABLE_MIN_S (INT64_C(-62135596800) - OFFSET_MAX_MINUTES * 60)
#define READABLE_MAX_S (INT64_C(253402300799) + OFFSET_MAX_MINUTES * 60)

struct fields {
	int year, month, day, hour, minute, second;
};

/* Days since 1970-01-01 of a date in the proleptic Gregorian calendar. */
static int64_t
days_from_date(int64_t year, int month, int day)
{
	int64_t era, year_of_era, day_of_year;

	/* Years that begin in March put the leap day last. */
	if (month <= 2)
		year--;
	era = (year >= 0 ? year : year - 399) / 400;
	year_of_era = year - era * 400;
	day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	       day_of_year - 719468;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static struct fields
fields_from_seconds(int64_t s)
{
	int64_t days = floor_div(s, S_PER_DAY);
	int rest = (int)(s - days * S_PER_DAY);
	int64_t shifted = days + 719468;
	int64_t era = floor_div(shifted, 146097);
	int64_t day_of_era = shifted - era * 146097;
	int64_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) /
		365;
	int64_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int month_from_march = (int)((5 * day_of_year + 2) / 153);
	struct fields f = {
		.day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1),
		.month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9,
		.hour = rest / S_PER_HOUR,
		.minute = rest / 60 % 60,
		.second = rest % 60,
	};

	f.year = (int)(year_of_era + era * 400 + (f.month <= 2));
	return f;
}

static int
days_in_month(int year, int month)
{
	static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		return 29;
	return days[month - 1];
}

/* 01:00 UTC on the last Sunday of a month that has `days` days, as seconds since 1970. */
static int64_t
last_sunday_s(int64_t year, int month, int days)
{
	int64_t last = days_from_date(year, month, days);
	/* 1970-01-01 was a Thursday: the weekday, counted from Sunday, is (days + 4) mod 7. */
	int64_t weekday = last + 4 - floor_div(last + 4, 7) * 7;

	return (last - weekday) * S_PER_DAY + S_PER_HOUR;
}

/* Summer times before the European rule, in UTC; from inclusive, to exclusive. */
static const struct {
	int16_t from_year;
	int8_t from_month, from_day, from_hour;
	int16_t to_year;
	int8_t to_month, to_day, to_hour;
} early_summer[] = {
	{1916, 5, 14, 22, 1916, 9, 30, 21}, {1940, 5, 14, 23, 1942, 11, 2, 1},
	{1943, 3, 29, 1, 1943, 10, 4, 1},   {1944, 4, 3, 1, 1944, 10, 2, 1},
	{1945, 4, 2, 1, 1945, 8, 15, 1},    {1946, 5, 1, 1, 1946, 9, 1, 1},
	{1947, 5, 4, 1, 1947, 8, 10, 1},    {1948, 5, 9, 1, 1948, 8, 8, 1},
};

static bool
is_early_summer(int64_t s)
{
	for (size_t i = 0; i < ARRAY_LEN(early_summer); i++) {
		int64_t from =
			days_from_date(early_summer[i].from_year, early_summer[i].from_month,
				       early_summer[i].from_day);
		int64_t to = days_from_date(early_summer[i].to_year, early_summer[i].to_month,
					    early_summer[i].to_day);

		if (s >= from * S_PER_DAY + early_summer[i].from_hour * S_PER_HOUR &&
		    s < to * S_PER_DAY + early_summer[i].to_hour * S_PER_HOUR)
			return true;
	}
	return false;
}

static int
copenhagen_offset_s(int64_t s)
{
	int64_t year = fields_from_seconds(s).year;
	int64_t from, to;

	if (year < EU_FIRST_YEAR)
		return is_early_summer(s) ? SUMMER_OFFSET_S : STANDARD_OFFSET_S;
	/* The last Sunday of March, but in 1980 the first of April, which was the 6th. */
	from = year == 1980 ? days_from_date(1980, 4, 6) * S_PER_DAY + S_PER_HOUR
			    : last_sunday_s(year, 3, 31);
	to = year < 1996 ? last_sunday_s(year, 9, 30) : last_sunday_s(year, 10, 31);
	return s >= from && s < to ? SUMMER_OFFSET_S : STANDARD_OFFSET_S;
}

/* UTC of a Copenhagen wall clock reading, both as seconds since 1970; see the top of the file.
 */
static int64_t
utc_from_copenhagen(int64_t local_s)
{
	int64_t as_summer = local_s - SUMMER_OFFSET_S;

	if (copenhagen_offset_s(as_summer) == SUMMER_OFFSET_S)
		return as_summer;
	return local_s - STANDARD_OFFSET_S;
}

/* Exactly n digits at *p, which moves past them; -1 when they are not digits. Caller checks
 * length. */
static int
digits(const char **p, int n)
{
	int value = 0;

	for (; n > 0; n--, (*p)++) {
		if (**p < '0' || **p > '9')
			return -1;
		value = value * 10 + (**p - '0');
	}
	return value;
}

#define SECONDS_END 19 /* length of YYYY-MM-DDThh:mm:ss */

static bool
read_fields(struct str text, struct fields *f)
{
	const char *p = text.ptr;

	if (text.len < SECONDS_END || p[4] != '-' || p[7] != '-' || p[10] != 'T' ||
	    p[13] != ':' || p[16] != ':')
		return false;
	f->year = digits(&p, 4);
	p++;
	f->month = digits(&p, 2);
	p++;
	f->day = digits(&p, 2);
	p++;
	f->hour = digits(&p, 2);
	p++;
	f->minute = digits(&p, 2);
	p++;
	f->second = digits(&p, 2);
	if (f->year < 1 || f->month < 1 || f->month > 12 || f->day < 1 ||
	    f->day > days_in_month(f->year, f->month))
		return false;
	/* [xmlschema-2 3.2.7.1] the hour may be 24 when minutes and seconds are zero */
	if (f->hour == 24)
		return f->minute == 0 && f->second == 0;
	return f->hour >= 0 && f->hour < 24 && f->minute >= 0 && f->minute < 60 &&
	       f->second >= 0 && f->second < 60;
}

/* .f{1,9}, cut off at microseconds; *rest is what follows. No dot is no fraction. */
static bool
read_fraction(struct str text, int64_t *us, struct str *rest)
{
	int64_t value = 0, unit = US_PER_SECOND / 10;
	size_t i;

	*us = 0;
	*rest = text;
	if (text.len == 0 || text.ptr[0] != '.')
		return true;
	for (i = 1; i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9'; i++) {
		value += (text.ptr[i] - '0') * unit;
		unit /= 10;
	}
	if (i == 1 || i > 10)
		return false;
	*us = value;
	*rest = str_skip(text, i);
	return true;
}

static bool
read_offset(struct str text, int *offset_s)
{
	const char *p = text.ptr;
	int hours, minutes, total;

	if (text.len == 1 && p[0] == 'Z') {
		*offset_s = 0;
		return true;
	}
	if (text.len != 6 || (p[0] != '+' && p[0] != '-') || p[3] != ':')
		return false;
	p++;
	hours = digits(&p, 2);
	p++;
	minutes = digits(&p, 2);
	if (hours < 0 || minutes < 0 || minutes > 59)
		return false;
	/* [xmlschema-2 3.2.7.3] up to 14:00 */
	total = hours * 60 + minutes;
	if (total > OFFSET_MAX_MINUTES)
		return false;
	*offset_s = text.ptr[0] == '-' ? -total * 60 : total * 60;
	return true;
}

bool
time_parse(struct str text, enum time_zone_rule rule, instant *out, struct err *e)
{
	struct fields f;
	struct str rest;
	int64_t us, s;
	int offset_s;

	if (!read_fields(text, &f))
		return FAIL(e, TIME_MALFORMED, "date or time, %zu bytes", text.len);
	if (!read_fraction(str_skip(text, SECONDS_END), &us, &rest))
		return FAIL(e, TIME_MALFORMED, "fraction, %zu bytes", text.len);
	if (f.hour == 24 && (us != 0 || (f.year == YEAR_MAX && f.month == 12 && f.day == 31)))
		return FAIL(e, TIME_MALFORMED, "past the end of the day");
	s = days_from_date(f.year, f.month, f.day) * S_PER_DAY + f.hour * S_PER_HOUR +
	    f.minute * 60 + f.second;
	if (rest.len > 0) {
		if (!read_offset(rest, &offset_s))
			return FAIL(e, TIME_MALFORMED, "offset, %zu bytes", text.len);
		s -= offset_s;
	} else if (rule == ZONE_LOCAL) {
		s = utc_from_copenhagen(s);
	} else {
		return FAIL(e, TIME_MALFORMED, "no Z and no offset");
	}
	*out = s * US_PER_SECOND + us;
	return true;
}

static char *
write_digits(char *p, int value, int n)
{
	for (int i = n - 1; i >= 0; i--) {
		p[i] = (char)('0' + value % 10);
		value /= 10;
	}
	return p + n;
}

static char *
write_offset(char *p, int offset_s)
{
	int minutes = offset_s / 60;

	*p++ = minutes < 0 ? '-' : '+';
	if (minutes < 0)
		minutes = -minutes;
	p = write_digits(p, minutes / 60, 2);
	*p++ = ':';
	return write_digits(p, minutes % 60, 2);
}

/* offset_s 0 is written as Z. */
static struct str
write_time(int64_t s, int ms, int offset_s, char *out)
{
	struct fields f = fields_from_seconds(s + offset_s);
	char *p = out;

	/* Near the ends of the calendar UTC has no four-digit year, but another offset has. */
	if (f.year < 1 || f.year > YEAR_MAX) {
		offset_s = f.year < 1 ? OFFSET_MAX_MINUTES * 60 : -OFFSET_MAX_MINUTES * 60;
		f = fields_from_seconds(s + offset_s);
	}
	p = write_digits(p, f.year, 4);
	*p++ = '-';
	p = write_digits(p, f.month, 2);
	*p++ = '-';
	p = write_digits(p, f.day, 2);
	*p++ = 'T';
	p = write_digits(p, f.hour, 2);
	*p++ = ':';
	p = write_digits(p, f.minute, 2);
	*p++ = ':';
	p = write_digits(p, f.second, 2);
	*p++ = '.';
	p = write_digits(p, ms, 3);
	if (offset_s == 0)
		*p++ = 'Z';
	else
		p = write_offset(p, offset_s);
	*p = '\0';
	return (struct str){out, (size_t)(p - out)};
}

/* Whole seconds and milliseconds of t; what no xs:dateTime can say becomes the nearest that
 * can. */
static int64_t
seconds_of(instant t, int *ms)
{
	int64_t s = floor_div(t, US_PER_SECOND);

	BUG_ON(t == INSTANT_MIN || t == INSTANT_MAX);
	if (s < READABLE_MIN_S) {
		*ms = 0;
		return READABLE_MIN_S;
	}
	if (s > READABLE_MAX_S) {
		*ms = 999;
		return READABLE_MAX_S;
	}
	*ms = (int)((t - s * US_PER_SECOND) / 1000);
	return s;
}

struct str
time_format_utc(instant t, char *out)
{
	int ms;
	int64_t s = seconds_of(t, &ms);

	return write_time(s, ms, 0, out);
}

struct str
time_format_local(instant t, char *out)
{
	int ms;
	int64_t s = seconds_of(t, &ms);

	return write_time(s, ms, copenhagen_offset_s(s), out);
}

instant
time_local_midnight(instant t)
{
	int64_t s, local, midnight;

	if (t == INSTANT_MIN || t == INSTANT_MAX)
		return t;
	s = floor_div(t, US_PER_SECOND);
	local = s + copenhagen_offset_s(s);
	midnight = utc_from_copenhagen(floor_div(local, S_PER_DAY) * S_PER_DAY);
	if (__builtin_mul_overflow(midnight, US_PER_SECOND, &t))
		return INSTANT_MIN;
	return t;
}

instant
time_floor_ms(instant t)
{
	int64_t ms;

	if (t == INSTANT_MIN || t == INSTANT_MAX)
		return t;
	ms = floor_div(t, 1000);
	return __builtin_mul_overflow(ms, 1000, &t) ? INSTANT_MIN : t;
}

int64_t
instant_diff_s(instant a, instant b)
{
	__int128 us = (__int128)a - b;

	return (int64_t)(us / US_PER_SECOND);
}

instant
instant_add(instant t, instant delta)
{
	instant sum;

	if (t == INSTANT_MIN || t == INSTANT_MAX)
		return t;
	if (__builtin_add_overflow(t, delta, &sum))
		return delta < 0 ? INSTANT_MIN : INSTANT_MAX;
	return sum;
}
