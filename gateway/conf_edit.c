/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * See conf_edit.h. Walks over statements (name, ':' or '=', value, ';' or ',' or neither) at
 * one depth, past comments, strings and whatever is in brackets. The result is read by
 * libconfig before anybody uses it; here nothing is evaluated. Source: libconfig manual,
 * "Configuration Files" (grammar).
 */
#include "gateway/conf_edit.h"

#include <string.h>

#define NESTING_MAX 32

struct statement {
	struct str name;
	size_t from, value_from, value_to, to; /* to: behind its ';' or ',' */
	bool is_include;
};

static bool
lost(struct str text, size_t at, const char *what, struct err *e)
{
	unsigned line = 1;

	for (size_t i = 0; i < at && i < text.len; i++)
		line += text.ptr[i] == '\n';
	return FAIL(e, CONFIG_INVALID, "line %u: %s", line, what);
}

static bool
is_at(struct str text, size_t i, const char *what)
{
	return str_has_prefix(str_skip(text, i < text.len ? i : text.len), str_from(what));
}

/* Past blanks and comments. */
static bool
skip_blank(struct str text, size_t *i, struct err *e)
{
	size_t begin, at;

	for (;;) {
		while (*i < text.len && strchr(" \t\r\n\f", text.ptr[*i]) && text.ptr[*i])
			++*i;
		begin = *i;
		if (is_at(text, *i, "#") || is_at(text, *i, "//")) {
			while (*i < text.len && text.ptr[*i] != '\n')
				++*i;
		} else if (is_at(text, *i, "/*")) {
			if (!str_find(str_skip(text, *i + 2), STR("*/"), &at))
				return lost(text, begin, "a comment without end", e);
			*i += 2 + at + 2;
		} else {
			return true;
		}
	}
}

static bool
skip_string(struct str text, size_t *i, struct err *e)
{
	size_t begin = (*i)++;

	while (*i < text.len && text.ptr[*i] != '"')
		*i += text.ptr[*i] == '\\' ? 2 : 1;
	if (*i >= text.len)
		return lost(text, begin, "a text without end", e);
	++*i;
	return true;
}

/* Texts that follow one another are one. *end: behind the last of them. */
static bool
skip_strings(struct str text, size_t *i, size_t *end, struct err *e)
{
	do {
		if (!skip_string(text, i, e))
			return false;
		*end = *i;
		if (!skip_blank(text, i, e))
			return false;
	} while (*i < text.len && text.ptr[*i] == '"');
	*i = *end;
	return true;
}

static bool
skip_brackets(struct str text, size_t *i, struct err *e)
{
	size_t begin = *i;
	int depth = 0;

	do {
		if (!skip_blank(text, i, e))
			return false;
		if (*i >= text.len || depth > NESTING_MAX)
			return lost(text, begin, "a bracket without end", e);
		if (text.ptr[*i] == '"') {
			if (!skip_string(text, i, e))
				return false;
			continue;
		}
		depth += strchr("{([", text.ptr[*i]) && text.ptr[*i] ? 1 : 0;
		depth -= strchr("})]", text.ptr[*i]) && text.ptr[*i] ? 1 : 0;
		++*i;
	} while (depth > 0);
	return true;
}

static bool
skip_value(struct str text, size_t *i, struct statement *s, struct err *e)
{
	s->value_from = *i;
	if (*i < text.len && text.ptr[*i] == '"')
		return skip_strings(text, i, &s->value_to, e);
	if (*i < text.len && text.ptr[*i] && strchr("{([", text.ptr[*i])) {
		if (!skip_brackets(text, i, e))
			return false;
	} else {
		while (*i < text.len && text.ptr[*i] &&
		       !strchr(" \t\r\n\f;,{}()[]#/\"", text.ptr[*i]))
			++*i;
	}
	s->value_to = *i;
	return s->value_to > s->value_from || lost(text, *i, "no value", e);
}

static bool
is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || c == '*';
}

/* *found false: there is none before `end`. */
static bool
next_statement(struct str text, size_t *i, size_t end, struct statement *s, bool *found,
	       struct err *e)
{
	*s = (struct statement){.is_include = false};
	if (!skip_blank(text, i, e))
		return false;
	*found = *i < end;
	if (!*found)
		return true;
	s->from = *i;
	if (is_at(text, *i, "@include")) {
		s->is_include = true;
		while (*i < end && text.ptr[*i] != '\n')
			++*i;
		return true;
	}
	while (*i < end && is_name_char(text.ptr[*i]))
		++*i;
	s->name = str_of(text.ptr + s->from, *i - s->from);
	if (s->name.len == 0 || !skip_blank(text, i, e))
		return lost(text, s->from, "no name of a setting", e);
	if (*i >= end || (text.ptr[*i] != ':' && text.ptr[*i] != '='))
		return lost(text, *i, "neither ':' nor '='", e);
	++*i;
	if (!skip_blank(text, i, e) || !skip_value(text, i, s, e))
		return false;
	s->to = *i;
	if (!skip_blank(text, i, e))
		return false;
	if (*i < end && (text.ptr[*i] == ';' || text.ptr[*i] == ','))
		s->to = ++*i;
	return true;
}

/* Behind the '{' of a section, and its '}'. */
static bool
find_section(struct str text, const char *section, size_t *from, size_t *to, struct err *e)
{
	struct statement s;
	bool more = true, is_found = false, has_include = false;
	size_t i = 0;

	while (more) {
		if (!next_statement(text, &i, text.len, &s, &more, e))
			return false;
		has_include = has_include || s.is_include;
		if (!more || !str_eq_c(s.name, section))
			continue;
		if (is_found)
			return FAIL(e, CONFIG_INVALID, "section %s is there twice", section);
		if (text.ptr[s.value_from] != '{')
			return FAIL(e, CONFIG_INVALID, "%s is no section", section);
		is_found = true;
		*from = s.value_from + 1;
		*to = s.value_to - 1;
	}
	return is_found || FAIL(e, CONFIG_INVALID, "section %s is not in the file%s", section,
				has_include ? " itself" : "");
}

/* A setting of a section. *found false: it is not there. */
static bool
find_setting(struct str text, const char *section, const char *name, struct statement *out,
	     bool *found, struct err *e)
{
	struct statement s;
	size_t i, to;
	bool more = true;

	*found = false;
	if (!find_section(text, section, &i, &to, e))
		return false;
	while (more) {
		if (!next_statement(text, &i, to, &s, &more, e))
			return false;
		if (s.is_include)
			return FAIL(e, CONFIG_INVALID, "section %s includes another file",
				    section);
		if (!more || !str_eq_c(s.name, name))
			continue;
		if (*found)
			return FAIL(e, CONFIG_INVALID, "%s.%s is there twice", section, name);
		if (text.ptr[s.value_from] != '"')
			return FAIL(e, CONFIG_INVALID, "%s.%s is no text", section, name);
		*found = true;
		*out = s;
	}
	return true;
}

bool
conf_get(struct str text, const char *section, const char *name, struct str *out, struct err *e)
{
	struct statement s;
	bool found;

	*out = STR_NONE;
	if (!find_setting(text, section, name, &s, &found, e))
		return false;
	if (found)
		*out = str_of(text.ptr + s.value_from, s.value_to - s.value_from);
	return true;
}

/* The whole line, if there is nothing else on it. */
static void
widen(struct str text, size_t *from, size_t *to)
{
	size_t a = *from, b = *to;

	while (a > 0 && (text.ptr[a - 1] == ' ' || text.ptr[a - 1] == '\t'))
		a--;
	while (b < text.len && (text.ptr[b] == ' ' || text.ptr[b] == '\t'))
		b++;
	if ((a == 0 || text.ptr[a - 1] == '\n') && b < text.len && text.ptr[b] == '\n') {
		*from = a;
		*to = b + 1;
	}
}

/* Where a new setting begins: behind what stands on the section's line, if that is a comment.
 */
static size_t
first_place(struct str text, size_t from)
{
	size_t at = from;

	while (is_at(text, at, " ") || is_at(text, at, "\t"))
		at++;
	if (is_at(text, at, "#") || is_at(text, at, "//"))
		while (at < text.len && text.ptr[at] != '\n' && !is_at(text, at, "\r\n"))
			at++;
	return is_at(text, at, "\n") || is_at(text, at, "\r\n") ? at : from;
}

/* One change, of a text to a text. */
static bool
edit_one(struct str text, const char *section, const struct conf_change *c, struct buf *out,
	 struct err *e)
{
	struct statement s;
	size_t from, to;
	bool found;

	if (!find_setting(text, section, c->name, &s, &found, e) ||
	    !find_section(text, section, &from, &to, e))
		return false;
	if (!found && !str_is_set(c->value)) {
		buf_add(out, text);
		return buf_done(out, e);
	}
	if (found && str_is_set(c->value)) {
		from = s.value_from;
		to = s.value_to;
	} else if (found) {
		from = s.from;
		to = s.to;
		widen(text, &from, &to);
	} else {
		from = to = first_place(text, from);
	}
	buf_add(out, str_of(text.ptr, from));
	if (!found)
		buf_printf(out, "\n\t%s = ", c->name);
	buf_add(out, str_is_set(c->value) ? c->value : STR(""));
	/* what stood behind the '{' goes on a line of its own */
	if (!found)
		buf_add_c(out, is_at(text, from, "\n") || is_at(text, from, "\r\n") ||
					       is_at(text, from, "\n\t")
				       ? ";"
				       : ";\n");
	buf_add(out, str_skip(text, to));
	return buf_done(out, e);
}

bool
conf_edit(struct str text, const char *section, const struct conf_change *changes, size_t count,
	  struct buf *out, struct err *e)
{
	AUTO(buf_release) struct buf held = BUF_INIT(out->cap);

	buf_clear(out);
	buf_add(out, text);
	/* the last of new settings comes first: so they end up in order */
	for (size_t i = count; i > 0; i--) {
		struct buf before = held;

		held = *out;
		*out = before;
		buf_clear(out);
		if (!edit_one(buf_str(&held), section, &changes[i - 1], out, e))
			return false;
	}
	return buf_done(out, e);
}

bool
conf_quote(struct str text, struct buf *out, struct err *e)
{
	buf_add_char(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.ptr[i] < ' ' || text.ptr[i] == 0x7f)
			return FAIL(e, CONFIG_INVALID, "a control character in a value");
		if (text.ptr[i] == '"' || text.ptr[i] == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, text.ptr[i]);
	}
	buf_add_char(out, '"');
	return buf_done(out, e);
}
