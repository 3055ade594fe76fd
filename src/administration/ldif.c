/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LDIF as a directory exports it: folded lines, comments, values in base64. Refuses change
 * records, values that stand in another file (they would be read from this machine), and
 * entries past the limits; an entry that is refused ends at the next blank line.
 * Source: RFC 2849.
 */
#include "administration/ldif.h"

#include <string.h>
#include "base/encoding.h"
#include "base/limits.h"

#define VALUES_MOST 20000

bool
ldif_open(struct ldif *l, const char *path, struct err *e)
{
	*l = (struct ldif){0};
	buf_init(&l->line, LIMIT_LDIF_ENTRY_BYTES);
	buf_init(&l->next, LIMIT_LDIF_ENTRY_BYTES);
	return lines_open(&l->lines, path, LIMIT_LDIF_ENTRY_BYTES - 1, e);
}

void
ldif_close(struct ldif *l)
{
	lines_close(&l->lines);
	buf_release(&l->line);
	buf_release(&l->next);
}

/* One physical line into l->next. */
static bool
read_one(struct ldif *l, struct err *e)
{
	enum line_kind kind;
	struct str line;

	if (!lines_next(&l->lines, &kind, &line, e))
		return false;
	l->is_end = kind == LINE_END;
	l->is_next_too_long = kind == LINE_TOO_LONG;
	l->next_line = l->lines.number;
	if (l->next_line == 1)
		line = text_without_bom(line);
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	buf_clear(&l->next);
	buf_add(&l->next, line);
	l->has_next = !l->is_end;
	return true;
}

/* The next line, unfolded, in l->line. *kind LINE_END: the file has no more. */
static bool
next_line(struct ldif *l, enum line_kind *kind, size_t *number, struct err *e)
{
	if (!l->has_next && !read_one(l, e))
		return false;
	*kind = !l->has_next ? LINE_END : l->is_next_too_long ? LINE_TOO_LONG : LINE_HERE;
	if (*kind == LINE_END)
		return true;
	buf_clear(&l->line);
	l->line.over = false;
	buf_add(&l->line, buf_str(&l->next));
	*number = l->next_line;
	l->has_next = false;
	/* a blank line is not continued */
	while (l->line.len > 0 || *kind == LINE_TOO_LONG) {
		if (!read_one(l, e))
			return false;
		if (!l->has_next || l->is_next_too_long || l->next.len == 0 ||
		    l->next.ptr[0] != ' ')
			break;
		buf_add(&l->line, str_skip(buf_str(&l->next), 1));
		l->has_next = false;
		if (l->line.over)
			*kind = LINE_TOO_LONG;
	}
	return true;
}

static bool
is_attribute(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && c != '-' && c != '.' && c != ';')
			return false;
	}
	return name.len > 0;
}

/* name: value, name:: base64, name:< elsewhere. NULL, or why not. */
static const char *
take_line(struct str line, struct arena *a, struct ldif_value *out)
{
	struct str name, value, rest;
	struct err e = ERR_INIT;

	if (!str_cut(line, ':', &name, &value) || !is_attribute(name))
		return "linjen er ikke en attribut";
	(void)str_cut(name, ';', &name, &rest);
	out->name = arena_dup(a, name);
	if (str_has_prefix(value, STR("<")))
		return "en værdi i en anden fil (:<) læses ikke";
	if (str_has_prefix(value, STR(":"))) {
		value = str_trim(str_skip(value, 1));
		return base64_decode(value, BASE64_STRICT, a, &out->value, &e)
			       ? NULL
			       : "værdien er ikke base64";
	}
	while (value.len > 0 && value.ptr[0] == ' ')
		value = str_skip(value, 1);
	out->value = arena_dup(a, value);
	return NULL;
}

static void
fault(struct ldif_entry *entry, const char *why, size_t line)
{
	if (entry->fault)
		return;
	entry->fault = why;
	entry->fault_line = line;
}

static void
keep(struct ldif_entry *entry, const struct ldif_value *v, struct arena *a, size_t *room)
{
	struct ldif_value *grown;

	if (entry->count == *room) {
		*room = *room ? *room * 2 : 32;
		grown = ARENA_NEW_N(a, *room, struct ldif_value);
		if (entry->count > 0)
			memcpy(grown, entry->values, entry->count * sizeof(*grown));
		entry->values = grown;
	}
	entry->values[entry->count++] = *v;
}

static void
add_line(struct ldif *l, struct arena *a, struct ldif_entry *entry, size_t number, size_t *room)
{
	struct ldif_value v = {STR_NONE, STR_NONE};
	const char *why = take_line(buf_str(&l->line), a, &v);

	if (why)
		fault(entry, why, number);
	else if (str_eq_nocase(v.name, STR("dn")) && !str_is_set(entry->dn))
		entry->dn = v.value;
	else if (!str_is_set(entry->dn))
		fault(entry, "posten begynder ikke med dn", number);
	else if (str_eq_nocase(v.name, STR("changetype")) ||
		 str_eq_nocase(v.name, STR("control")))
		fault(entry, "ændringsposter (changetype) læses ikke", number);
	else if (entry->count == VALUES_MOST)
		fault(entry, "posten har for mange værdier", number);
	else
		keep(entry, &v, a, room);
}

bool
ldif_next(struct ldif *l, struct arena *a, struct ldif_entry *out, bool *is_end, struct err *e)
{
	size_t number = 0, bytes = 0, room = 0;
	enum line_kind kind;
	bool is_blank;

	*out = (struct ldif_entry){0};
	for (;;) {
		if (!next_line(l, &kind, &number, e))
			return false;
		*is_end = kind == LINE_END && out->line == 0;
		is_blank = kind == LINE_HERE && l->line.len == 0;
		if (kind == LINE_END || (is_blank && out->line > 0))
			break;
		if (is_blank || (l->line.len > 0 && l->line.ptr[0] == '#'))
			continue;
		/* only where the file begins */
		if (out->line == 0 && str_has_prefix(buf_str(&l->line), STR("version:")))
			continue;
		if (out->line == 0)
			out->line = number;
		bytes += l->line.len;
		if (kind == LINE_TOO_LONG || bytes > LIMIT_LDIF_ENTRY_BYTES)
			fault(out, "posten er for stor", number);
		if (!out->fault)
			add_line(l, a, out, number, &room);
	}
	if (out->line > 0 && !out->fault && str_is_empty(out->dn))
		fault(out, "posten begynder ikke med dn", out->line);
	return true;
}

struct str
ldif_get(const struct ldif_entry *entry, const char *name)
{
	for (size_t i = 0; i < entry->count; i++)
		if (str_eq_nocase(entry->values[i].name, str_from(name)))
			return entry->values[i].value;
	return STR_NONE;
}

bool
ldif_has(const struct ldif_entry *entry, const char *name, struct str value)
{
	for (size_t i = 0; i < entry->count; i++)
		if (str_eq_nocase(entry->values[i].name, str_from(name)) &&
		    str_eq_nocase(entry->values[i].value, value))
			return true;
	return false;
}
