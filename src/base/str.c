/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Slices of text. Bytes are compared as bytes: no locale, no Unicode folding. An absent slice
 * equals only an absent one, is a prefix of nothing and holds nothing.
 */
#include "base/str.h"

#include <string.h>

struct str
str_from(const char *c_string)
{
	if (!c_string)
		return STR_NONE;
	return (struct str){c_string, strlen(c_string)};
}

struct str
str_of(const void *ptr, size_t len)
{
	BUG_ON(!ptr && len > 0);
	return (struct str){ptr, len};
}

bool
str_is_set(struct str s)
{
	return s.ptr != NULL;
}

bool
str_is_empty(struct str s)
{
	return s.len == 0;
}

bool
str_eq(struct str a, struct str b)
{
	if (a.len != b.len)
		return false;
	if (!a.ptr || !b.ptr)
		return a.ptr == b.ptr;
	return memcmp(a.ptr, b.ptr, a.len) == 0;
}

bool
str_eq_c(struct str a, const char *b)
{
	return str_eq(a, str_from(b));
}

static unsigned char
ascii_lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

bool
str_eq_nocase(struct str a, struct str b)
{
	if (!a.ptr || !b.ptr)
		return !a.ptr && !b.ptr;
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (ascii_lower(a.ptr[i]) != ascii_lower(b.ptr[i]))
			return false;
	return true;
}

bool
str_has_prefix(struct str s, struct str prefix)
{
	if (!s.ptr || !prefix.ptr || prefix.len > s.len)
		return false;
	return memcmp(s.ptr, prefix.ptr, prefix.len) == 0;
}

bool
str_has_suffix(struct str s, struct str suffix)
{
	if (!s.ptr || !suffix.ptr || suffix.len > s.len)
		return false;
	return memcmp(s.ptr + (s.len - suffix.len), suffix.ptr, suffix.len) == 0;
}

int
str_cmp(struct str a, struct str b)
{
	size_t common = a.len < b.len ? a.len : b.len;
	int order;

	if (!a.ptr || !b.ptr)
		return (a.ptr != NULL) - (b.ptr != NULL);
	order = memcmp(a.ptr, b.ptr, common);
	if (order != 0)
		return order < 0 ? -1 : 1;
	return (a.len > b.len) - (a.len < b.len);
}

static bool
is_xml_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct str
str_without_slash(struct str path)
{
	if (path.len > 1 && path.ptr[path.len - 1] == '/')
		path.len--;
	return path;
}

struct str
str_trim(struct str s)
{
	while (s.len > 0 && is_xml_space(s.ptr[0])) {
		s.ptr++;
		s.len--;
	}
	while (s.len > 0 && is_xml_space(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

struct str
str_skip(struct str s, size_t n)
{
	if (!s.ptr)
		return s;
	if (n > s.len)
		n = s.len;
	return (struct str){s.ptr + n, s.len - n};
}

bool
str_find(struct str s, struct str what, size_t *at)
{
	const char *p;

	if (!s.ptr || !what.ptr)
		return false;
	p = memmem(s.ptr, s.len, what.ptr, what.len);
	if (!p)
		return false;
	*at = (size_t)(p - s.ptr);
	return true;
}

bool
str_has_char(struct str s, char c)
{
	return s.len > 0 && memchr(s.ptr, c, s.len) != NULL;
}

bool
str_cut(struct str s, char sep, struct str *head, struct str *rest)
{
	const char *p = s.len > 0 ? memchr(s.ptr, sep, s.len) : NULL;

	if (!p) {
		*head = s;
		*rest = STR_NONE;
		return false;
	}
	*head = (struct str){s.ptr, (size_t)(p - s.ptr)};
	*rest = (struct str){p + 1, s.len - head->len - 1};
	return true;
}

bool
str_is_digits(struct str s, size_t want_len)
{
	if (!s.ptr || s.len != want_len)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return true;
}

bool
str_to_i64(struct str s, int64_t min, int64_t max, int64_t *out)
{
	bool negative = false;
	size_t i = 0;
	int64_t value = 0;

	if (s.len > 0 && (s.ptr[0] == '-' || s.ptr[0] == '+')) {
		negative = s.ptr[0] == '-';
		i = 1;
	}
	if (i == s.len)
		return false;
	for (; i < s.len; i++) {
		int digit = s.ptr[i] - '0';

		if (digit < 0 || digit > 9 || __builtin_mul_overflow(value, 10, &value))
			return false;
		if (__builtin_add_overflow(value, negative ? -digit : digit, &value))
			return false;
	}
	if (value < min || value > max)
		return false;
	*out = value;
	return true;
}

bool
size_add(size_t a, size_t b, size_t *out)
{
	return !__builtin_add_overflow(a, b, out);
}

bool
size_mul(size_t a, size_t b, size_t *out)
{
	return !__builtin_mul_overflow(a, b, out);
}
