/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The forms of texts in documents: URIs, DNS names, addresses, CVR numbers, lengths. Each is
 * strict: what is written into tokens, assertions and logs later must not need escaping then.
 */
#include "trust/internal.h"

#include <string.h>
#include "base/encoding.h"
#include "base/limits.h"
#include "base/uuid.h"

/* Letters as people count them; SIZE_MAX if it is no text or holds control characters. */
static size_t
characters(struct str s, bool may_have_blanks)
{
	size_t count = 0;

	if (!utf8_is_valid(s))
		return SIZE_MAX;
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (c == 0x7f || (c < 0x20 && c != '\n' && c != '\t'))
			return SIZE_MAX;
		if (c <= ' ' && !may_have_blanks)
			return SIZE_MAX;
		count += (c & 0xc0) != 0x80;
	}
	return count;
}

static bool
all_of(struct str s, const char *allowed)
{
	for (size_t i = 0; i < s.len; i++)
		if (!strchr(allowed, s.ptr[i]) || s.ptr[i] == '\0')
			return false;
	return s.len > 0;
}

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static bool
is_uri(struct str s)
{
	if (characters(s, false) > LIMIT_URI_CHARS)
		return false;
	/* these end or split a URI where it is written */
	for (size_t i = 0; i < s.len; i++)
		if (strchr("<>\"{}|\\^`", s.ptr[i]))
			return false;
	return (str_has_prefix(s, STR("http://")) && s.len > 7) ||
	       (str_has_prefix(s, STR("https://")) && s.len > 8) ||
	       (str_has_prefix(s, STR("urn:")) && s.len > 4);
}

static bool
is_domain(struct str s)
{
	struct str label, rest = s;
	bool more = true;

	if (s.len > 253 || !str_has_char(s, '.'))
		return false;
	while (more) {
		more = str_cut(rest, '.', &label, &rest);
		if (label.len > 63 || !all_of(label, LETTERS DIGITS "-") ||
		    label.ptr[0] == '-' || label.ptr[label.len - 1] == '-')
			return false;
	}
	return true;
}

static bool
is_ipv4(struct str s)
{
	struct str part, rest = s;
	bool more = true;
	int parts = 0;
	int64_t n;

	while (more) {
		more = str_cut(rest, '.', &part, &rest);
		parts++;
		if (!all_of(part, DIGITS) || part.len > 3 || !str_to_i64(part, 0, 255, &n))
			return false;
	}
	return parts == 4;
}

static bool
is_ipv6(struct str s)
{
	struct str part, rest = s;
	bool more = true;
	int parts = 0, gaps = 0;

	if (str_has_prefix(s, STR("::")))
		rest = str_skip(s, 1);
	if (str_has_suffix(s, STR("::")))
		rest.len--;
	while (more) {
		more = str_cut(rest, ':', &part, &rest);
		if (part.len == 0)
			gaps++;
		else if (part.len > 4 || !all_of(part, DIGITS "abcdefABCDEF"))
			return false;
		else
			parts++;
	}
	return gaps == 1 ? parts < 8 : gaps == 0 && parts == 8;
}

static bool
is_ip(struct str s)
{
	struct str address, bits;
	bool has_bits = str_cut(s, '/', &address, &bits);
	int64_t n;

	if (str_eq_c(address, "::"))
		return !has_bits || str_to_i64(bits, 0, 128, &n);
	if (is_ipv4(address))
		return !has_bits || (all_of(bits, DIGITS) && str_to_i64(bits, 0, 32, &n));
	return is_ipv6(address) &&
	       (!has_bits || (all_of(bits, DIGITS) && str_to_i64(bits, 0, 128, &n)));
}

/* A back reference makes matching a matter of luck. */
static const char *
regex_problem(struct str s)
{
	for (size_t i = 0; i + 1 < s.len; i++)
		if (s.ptr[i] == '\\' && strchr(DIGITS, s.ptr[i + 1]))
			return "back references are not allowed";
	return NULL;
}

static const char *
length_problem(const struct field *field, struct str s)
{
	size_t n = characters(s, field->kind != FIELD_NAME);

	if (n == SIZE_MAX)
		return field->kind == FIELD_NAME
			       ? "holds blanks or control characters, or is not UTF-8"
			       : "holds control characters, or is not UTF-8";
	if (n == 0)
		return "is empty";
	return n > (size_t)field->max ? "is too long" : NULL;
}

const char *
form_problem(const struct field *field, struct str s)
{
	struct uuid uuid;
	bool fits;

	switch (field->kind) {
	case FIELD_REGEX:
		if (regex_problem(s))
			return regex_problem(s);
		return length_problem(field, s);
	case FIELD_SLUG:
		fits = all_of(s, LETTERS DIGITS "-") && s.len <= (size_t)field->max;
		return fits ? NULL : "only letters, digits and '-', and not too many";
	case FIELD_URI:
		return is_uri(s) ? NULL : "not a URI (http://, https:// or urn:)";
	case FIELD_PARAMETER:
		fits = is_uri(s) && str_has_prefix(s, STR("http")) &&
		       str_has_suffix(s, STR("/parametric"));
		return fits ? NULL : "not of the form http(s)://.../parametric";
	case FIELD_DOMAIN:
		return is_domain(s) ? NULL : "not a DNS name";
	case FIELD_UUID:
		return uuid_parse(s, &uuid) ? NULL : "not a UUID";
	case FIELD_CVR:
		return str_is_digits(s, 8) ? NULL : "not a CVR number of eight digits";
	case FIELD_DIGITS:
		fits = str_is_digits(s, (size_t)field->max);
		return fits ? NULL : "not the right number of digits";
	case FIELD_IP:
		return is_ip(s) ? NULL : "not an IP address or range";
	default:
		return length_problem(field, s);
	}
}
