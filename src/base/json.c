/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Texts in and out of jansson's values. Writes no text that is not UTF-8 and no part of a value
 * unmarked: a buffer past its cap says so.
 * Source: RFC 8259.
 */
#include "base/json.h"

#include "base/encoding.h"
#include "base/limits.h"

/* The library follows nesting with its stack, 2,048 deep: ours stops it before. */
static bool
is_shallow(struct str text)
{
	unsigned depth = 0;
	bool in_text = false;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (in_text && c == '\\')
			i++;
		else if (c == '"')
			in_text = !in_text;
		else if (!in_text && (c == '{' || c == '[') && ++depth > LIMIT_JSON_DEPTH)
			return false;
		else if (!in_text && (c == '}' || c == ']') && depth > 0)
			depth--;
	}
	return true;
}

json_t *
json_read_object(struct str text)
{
	json_t *v = NULL;

	if (text.ptr && is_shallow(text))
		v = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(v))
		return v;
	json_decref(v);
	return NULL;
}

void
json_put_text(json_t *object, const char *name, struct str value)
{
	if (str_is_set(value))
		(void)json_object_set_new(object, name, json_stringn(value.ptr, value.len));
}

struct str
json_get_text(const json_t *object, const char *name)
{
	const json_t *v = json_object_get(object, name);

	return json_is_string(v) ? str_of(json_string_value(v), json_string_length(v))
				 : STR_NONE;
}

static int
add_bytes(const char *bytes, size_t len, void *buf)
{
	buf_add_bytes(buf, bytes, len);
	return 0;
}

void
json_add_to(const json_t *v, struct buf *out)
{
	(void)json_dump_callback(v, add_bytes, out, JSON_COMPACT | JSON_PRESERVE_ORDER);
}

void
json_add_sorted(const json_t *v, struct buf *out)
{
	(void)json_dump_callback(v, add_bytes, out, JSON_COMPACT | JSON_SORT_KEYS);
}

static void
add_escaped(struct buf *out, struct str s)
{
	static const char short_form[32] = {
		['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (c == '"' || c == '\\')
			buf_add_char(out, '\\');
		if (c >= 0x20)
			buf_add_char(out, (char)c);
		else if (short_form[c])
			buf_printf(out, "\\%c", short_form[c]);
		else
			buf_printf(out, "\\u%04X", c);
	}
}

void
json_add_member(struct buf *out, const char *name, struct str value)
{
	if (!utf8_is_valid(value))
		return;
	buf_add_c(out, out->len > 0 && out->ptr[out->len - 1] != '{' ? ",\"" : "\"");
	buf_add_c(out, name);
	buf_add_c(out, "\":\"");
	add_escaped(out, value);
	buf_add_char(out, '"');
}
