/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CSV as RFC 4180 has it, with ; or , between the values and LF or CR LF behind the rows.
 * Refuses a quote inside a value that does not begin with one, text behind a closing quote, a
 * value that is never closed, and rows past the limits; a row that is refused ends at its first
 * line, so that one stray quote does not swallow the rest of the file.
 * Source: RFC 4180, 2.
 */
#include "administration/csv.h"

#include <string.h>
#include "base/encoding.h"
#include "base/limits.h"

bool
csv_open(struct csv *c, const char *path, bool is_1252, struct err *e)
{
	*c = (struct csv){.separator = ';', .is_1252 = is_1252};
	buf_init(&c->text, LIMIT_SOURCE_ROW_BYTES + 2);
	return lines_open(&c->lines, path, LIMIT_SOURCE_ROW_BYTES, e);
}

void
csv_close(struct csv *c)
{
	lines_close(&c->lines);
	buf_release(&c->text);
}

char
csv_separator(struct str header)
{
	size_t semicolons = 0, commas = 0;
	bool quoted = false;

	for (size_t i = 0; i < header.len; i++) {
		if (header.ptr[i] == '"')
			quoted = !quoted;
		semicolons += !quoted && header.ptr[i] == ';';
		commas += !quoted && header.ptr[i] == ',';
	}
	return commas > semicolons ? ',' : ';';
}

static size_t
quotes_in(struct str s)
{
	size_t count = 0;

	for (size_t i = 0; i < s.len; i++)
		count += s.ptr[i] == '"';
	return count;
}

static void
faulty(struct csv_row *row, const char *fault, size_t column)
{
	row->fault = fault;
	row->fault_column = column;
}

/* A value in quotes, from behind the first one on: *at ends behind the last. */
static const char *
take_quoted(struct str s, size_t *at, char *to, size_t *len)
{
	*len = 0;
	for (;; (*at)++) {
		if (*at == s.len)
			return "anførselstegnet lukkes ikke";
		if (s.ptr[*at] != '"') {
			to[(*len)++] = s.ptr[*at];
			continue;
		}
		(*at)++;
		if (*at == s.len || s.ptr[*at] != '"')
			return NULL;
		to[(*len)++] = '"';
	}
}

static const char *
take_value(const struct csv *c, struct str s, size_t *at, struct arena *a, struct str *out)
{
	char *to;
	size_t from = *at, len;
	const char *fault;

	if (*at < s.len && s.ptr[*at] == '"') {
		to = arena_alloc(a, s.len - *at);
		(*at)++;
		fault = take_quoted(s, at, to, &len);
		if (!fault && *at < s.len && s.ptr[*at] != c->separator)
			fault = "der er tekst efter det lukkende anførselstegn";
		*out = str_of(to, len);
		return fault;
	}
	while (*at < s.len && s.ptr[*at] != c->separator) {
		if (s.ptr[*at] == '"')
			return "et anførselstegn midt i en værdi uden anførselstegn";
		(*at)++;
	}
	*out = arena_dup(a, str_of(s.ptr + from, *at - from));
	return NULL;
}

static const char *
decode(const struct csv *c, struct arena *a, struct str *v)
{
	if (c->is_1252)
		return text_from_1252(*v, a, v) ? NULL : "et tegn findes ikke i Windows-1252";
	return utf8_is_valid(*v) ? NULL : "teksten er ikke UTF-8";
}

static void
split(const struct csv *c, struct str s, struct arena *a, struct csv_row *row)
{
	size_t at = 0;

	row->v = ARENA_NEW_N(a, LIMIT_SOURCE_COLUMNS, struct str);
	for (;;) {
		struct str *v = &row->v[row->count];
		const char *fault;

		if (row->count == LIMIT_SOURCE_COLUMNS) {
			faulty(row, "rækken har for mange værdier", 0);
			return;
		}
		fault = take_value(c, s, &at, a, v);
		if (!fault)
			fault = decode(c, a, v);
		row->count++;
		if (fault) {
			faulty(row, fault, row->count);
			return;
		}
		if (at == s.len)
			return;
		at++;
	}
}

/* Lines are added until the quotes are even. */
static bool
gather(struct csv *c, const char **fault, struct err *e)
{
	size_t quotes = quotes_in(buf_str(&c->text)), lines = 1;
	enum line_kind kind;
	struct str line;

	while (quotes % 2 != 0) {
		if (!lines_next(&c->lines, &kind, &line, e))
			return false;
		*fault = kind == LINE_END ? "anførselstegnet lukkes ikke"
			 : kind == LINE_TOO_LONG || ++lines > LIMIT_SOURCE_ROW_LINES
				 ? "rækken er for lang"
				 : NULL;
		if (*fault)
			return true;
		buf_add_char(&c->text, '\n');
		buf_add(&c->text, line);
		quotes += quotes_in(line);
		if (c->text.over) {
			*fault = "rækken er for lang";
			return true;
		}
	}
	return true;
}

/* The first line of a row that holds anything. */
static bool
first_line(struct csv *c, struct csv_row *row, bool *is_end, struct err *e)
{
	enum line_kind kind;
	struct str line;

	do {
		if (!lines_next(&c->lines, &kind, &line, e))
			return false;
		*is_end = kind == LINE_END;
		if (*is_end)
			return true;
		if (c->lines.number == 1)
			line = text_without_bom(line);
		if (kind == LINE_TOO_LONG)
			row->fault = "rækken er for lang";
	} while (kind == LINE_HERE && (line.len == 0 || str_eq_c(line, "\r")));
	row->line = c->lines.number;
	buf_clear(&c->text);
	buf_add(&c->text, line);
	return true;
}

bool
csv_next(struct csv *c, struct arena *a, struct csv_row *out, bool *is_end, struct err *e)
{
	const char *fault = NULL;
	struct str s;
	uint64_t offset;
	size_t first;

	*out = (struct csv_row){0};
	if (!first_line(c, out, is_end, e))
		return false;
	if (*is_end || out->fault)
		return true;
	offset = c->lines.offset;
	first = c->text.len;
	if (!gather(c, &fault, e))
		return false;
	/* what is wrong with the first line is said more precisely */
	if (fault)
		buf_truncate(&c->text, first);
	s = buf_str(&c->text);
	if (s.len > 0 && s.ptr[s.len - 1] == '\r')
		s.len--;
	split(c, s, a, out);
	if (!out->fault)
		out->fault = fault;
	/* what was taken for its further lines may be rows of their own */
	return !out->fault || c->lines.number == out->line ||
	       lines_back(&c->lines, offset, out->line, e);
}
