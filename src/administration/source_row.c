/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One row in the neutral form: each column is checked against its table before anything is made
 * of it. Refuses what could not be stored or means nothing; what is merely doubtful (a wrong
 * check digit, an unlikely e-mail address) is for the rules to find.
 * Source: contract of administration, 4.7.3; XML 1.0, 2.2 (characters).
 */
#include "administration/source_internal.h"

#include <string.h>
#include "base/encoding.h"
#include "base/limits.h"
#include "registry/reader.h"

struct str
row_name(const struct row *r, size_t column)
{
	const struct column *c = &row_tables[r->kind].columns[column];

	if (str_is_set(r->names[column]))
		return r->names[column];
	return str_from(c->name ? c->name : c->json);
}

/* ---- values of a checked row ---- */

struct uuid
row_uuid(const struct row *r, size_t column)
{
	struct uuid u = {0};

	return uuid_parse(r->v[column], &u) ? u : (struct uuid){0};
}

static bool
parse_date(struct str s, instant *out)
{
	char text[32];
	struct err e = ERR_INIT;

	if (s.len != 10)
		return false;
	memcpy(text, s.ptr, 10);
	memcpy(text + 10, "T00:00:00", 9);
	return time_parse(str_of(text, 19), ZONE_LOCAL, out, &e);
}

instant
row_date(const struct row *r, size_t column)
{
	instant t;

	return parse_date(r->v[column], &t) ? t : INSTANT_MIN;
}

bool
row_is(const struct row *r, size_t column, const char *word)
{
	const char *const *words = row_tables[r->kind].columns[column].words;

	if (str_is_empty(r->v[column]))
		return words[0] && strcmp(words[0], word) == 0;
	return str_eq_nocase(r->v[column], str_from(word));
}

/* The next of a list, trimmed; false: no more. Empty ones are passed over. */
static bool
next_of(struct str *rest, struct str *out)
{
	struct str head;

	while (str_is_set(*rest)) {
		(void)str_cut(*rest, ',', &head, rest);
		*out = str_trim(head);
		if (out->len > 0)
			return true;
	}
	return false;
}

/* Numbers of KLE: two digits, up to three times. */
static bool
is_kle(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (i % 3 == 2 ? s.ptr[i] != '.' : s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return s.len == 2 || s.len == 5 || s.len == 8;
}

static bool
to_uuid(struct source *s, struct str one, struct uuid *out)
{
	if (uuid_parse(one, out))
		return !uuid_is_nil(*out);
	return is_kle(one) && s->o.klasse && s->o.klasse(one, s->o.klasse_arg, out);
}

bool
row_next_uuid(struct source *s, struct str *rest, struct uuid *out)
{
	struct str one;

	return next_of(rest, &one) && to_uuid(s, one, out);
}

struct str
row_list(const struct row *r, size_t column)
{
	return str_is_empty(r->v[column]) ? STR_NONE : r->v[column];
}

/* ---- checks: NULL, or why not ---- */

/* What no text may hold, because XML cannot. */
static const char *
text_fault(struct str s, unsigned max_chars)
{
	size_t chars = 0, len;
	uint32_t code;

	for (size_t at = 0; at < s.len; at += len, chars++) {
		len = utf8_char(s.ptr + at, s.len - at, &code);
		if (len == 0)
			return "teksten er ikke UTF-8";
		if ((code < 0x20 && code != '\t' && code != '\n' && code != '\r') ||
		    code == 0xfffe || code == 0xffff)
			return "teksten indeholder et kontroltegn";
	}
	return max_chars && chars > max_chars ? "teksten er for lang" : NULL;
}

static const char *
list_fault(struct source *s, struct str list, bool tasks)
{
	struct str one;
	struct uuid u;
	size_t count = 0;

	while (next_of(&list, &one)) {
		if (++count > LIMIT_SOURCE_LIST)
			return "listen er for lang";
		if (to_uuid(s, one, &u))
			continue;
		if (!tasks)
			return "listen må kun indeholde UUID'er, adskilt af komma";
		if (!is_kle(one))
			return "listen må kun indeholde KLE-numre og UUID'er, adskilt af komma";
		return s->o.klasse ? "et KLE-nummer findes ikke i klassifikationen"
				   : "KLE-numre kan ikke slås op her; angiv UUID'er";
	}
	return NULL;
}

static const char *
word_fault(struct str v, const char *const *words)
{
	for (size_t i = words[0] ? 0 : 1; words[i]; i++)
		if (str_eq_nocase(v, str_from(words[i])))
			return NULL;
	return "værdien er ikke en af de tilladte";
}

/* With a dash or without; kept without. */
static const char *
cpr_fault(struct source *s, struct str *v)
{
	char *to = arena_alloc(s->row, 11);

	if (!s->o.may_cpr)
		return "CPR-numre må ikke læses her: det kræver en særlig ret";
	if (v->len == 11 && v->ptr[6] == '-') {
		memcpy(to, v->ptr, 6);
		memcpy(to + 6, v->ptr + 7, 4);
		*v = str_of(to, 10);
	}
	return str_is_digits(*v, 10) ? NULL : "et CPR-nummer har 10 cifre";
}

static const char *
value_fault(struct source *s, const struct column *c, struct str *v)
{
	struct uuid u;
	instant t;

	switch (c->value) {
	case COLUMN_TEXT:
		return text_fault(*v, c->max_chars);
	case COLUMN_UUID:
		if (!uuid_parse(*v, &u))
			return "værdien er ikke en UUID";
		return uuid_is_nil(u) ? "UUID'en består af nuller" : NULL;
	case COLUMN_UUIDS:
	case COLUMN_TASKS:
		return list_fault(s, *v, c->value == COLUMN_TASKS);
	case COLUMN_DATE:
		return parse_date(*v, &t) ? NULL : "værdien er ikke en dato (ÅÅÅÅ-MM-DD)";
	case COLUMN_WORD:
		return word_fault(*v, c->words);
	case COLUMN_CPR:
		return cpr_fault(s, v);
	}
	return "ukendt slags";
}

static bool
check_column(struct source *s, struct row *r, size_t i, bool *ok, struct err *e)
{
	const struct column *c = &row_tables[r->kind].columns[i];
	const char *fault = NULL;

	/* no value: nothing, or white space alone; texts keep theirs */
	if (str_trim(r->v[i]).len == 0)
		r->v[i] = STR_NONE;
	else if (c->value != COLUMN_TEXT)
		r->v[i] = str_trim(r->v[i]);
	if (str_is_set(r->v[i]))
		fault = value_fault(s, c, &r->v[i]);
	else if (c->must)
		fault = "værdien mangler";
	if (!fault)
		return true;
	*ok = false;
	if (c->value == COLUMN_TEXT && c->max_chars && reader_chars(r->v[i]) > c->max_chars)
		return record_refuse(s, row_name(r, i), e, "%s (højst %u tegn)", fault,
				     c->max_chars);
	return record_refuse(s, row_name(r, i), e, "%s", fault);
}

/* The two ends of its time; of a kind that has none: no column. */
static bool
check_period(struct source *s, const struct row *r, bool *ok, struct err *e)
{
	static const size_t ends[ROW_KIND_COUNT][2] = {
		[ROW_UNIT] = {UNIT_FRA, UNIT_TIL},
		[ROW_USER] = {USER_FRA, USER_TIL},
		[ROW_POST] = {POST_FRA, POST_TIL},
	};
	size_t til = ends[r->kind][1];
	instant a, b;

	if (!til)
		return true;
	a = row_date(r, ends[r->kind][0]);
	b = row_date(r, til);
	if (a == INSTANT_MIN || b == INSTANT_MIN || a <= b)
		return true;
	*ok = false;
	return record_refuse(s, row_name(r, til), e, "perioden slutter, før den begynder");
}

static bool
check_parent(struct source *s, const struct row *r, bool *ok, struct err *e)
{
	if (r->kind != ROW_UNIT || str_is_empty(r->v[UNIT_OVERORDNET]) ||
	    !uuid_eq(row_uuid(r, UNIT_UUID), row_uuid(r, UNIT_OVERORDNET)))
		return true;
	*ok = false;
	return record_refuse(s, row_name(r, UNIT_OVERORDNET), e,
			     "en enhed kan ikke være sin egen overordnede");
}

bool
row_check(struct source *s, struct row *r, bool *ok, struct err *e)
{
	*ok = true;
	for (size_t i = 0; i < row_tables[r->kind].count; i++)
		if (!check_column(s, r, i, ok, e))
			return false;
	if (!*ok)
		return true;
	return check_period(s, r, ok, e) && check_parent(s, r, ok, e);
}
