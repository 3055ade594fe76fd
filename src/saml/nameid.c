/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The name of a user. Refuses a distinguished name with a part too few, too many or out of
 * order, and control characters: an escaped comma must not smuggle in a second Serial. Systems
 * get the name as it came and split it with readers of their own, so whatever any of them may
 * take for a blank counts as one here.
 * Source: context-handler contract 3.3, 9.1 X38.
 */
#include "saml/nameid.h"

#include "base/encoding.h"
#include "base/limits.h"
#include "base/uuid.h"
#include "crypto/random.h"
#include "xml/names.h"

static const struct str keys[] = {
	STR_INIT("C"),
	STR_INIT("O"),
	STR_INIT("CN"),
	STR_INIT("Serial"),
};

/* White space of Unicode, which \s of regular expressions means in some languages. */
static bool
is_blank(uint32_t c)
{
	return c == ' ' || (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x1f) || c == 0x85 ||
	       c == 0xa0 || c == 0x1680 || c == 0x180e || (c >= 0x2000 && c <= 0x200d) ||
	       c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x2060 ||
	       c == 0x3000 || c == 0xfeff;
}

static struct str
skip_blanks(struct str s)
{
	uint32_t c;
	size_t n;

	while (s.len > 0 && (n = utf8_char(s.ptr, s.len, &c)) > 0 && is_blank(c))
		s = str_skip(s, n);
	return s;
}

/* Does a part begin here? Its key's number and what follows the '='. */
static bool
key_at(struct str s, size_t *key, struct str *rest)
{
	struct str name, value;

	if (!str_cut(skip_blanks(s), '=', &name, &value))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (name.len >= keys[i].len &&
		    str_eq_nocase(str_of(name.ptr, keys[i].len), keys[i]) &&
		    skip_blanks(str_skip(name, keys[i].len)).len == 0) {
			*key = i;
			*rest = value;
			return true;
		}
	return false;
}

/* The value up to a comma that stands before a key; *rest is what follows the comma. */
static struct str
value_until_key(struct str s, struct str *rest)
{
	size_t key;
	struct str ignored;

	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] == ',' && key_at(str_skip(s, i + 1), &key, &ignored)) {
			*rest = str_skip(s, i + 1);
			return str_of(s.ptr, i);
		}
	*rest = STR_NONE;
	return s;
}

bool
nameid_is_plain(struct str s)
{
	uint32_t c;
	size_t n;

	for (; s.len > 0; s = str_skip(s, n)) {
		n = utf8_char(s.ptr, s.len, &c);
		if (n == 0 || c < ' ' || (c >= 0x7f && c <= 0x9f))
			return false;
	}
	return true;
}

bool
nameid_has_key(struct str value)
{
	struct str rest;
	size_t key;

	if (key_at(value, &key, &rest))
		return true;
	value_until_key(value, &rest);
	return str_is_set(rest);
}

bool
nameid_parse(struct str value, struct nameid_parts *out, struct err *e)
{
	struct str rest = str_trim(value);
	struct str *const slots[] = {&out->c, &out->o, &out->cn, &out->serial};
	size_t key;

	*out = (struct nameid_parts){.c = STR_NONE};
	if (value.len > LIMIT_URI_CHARS)
		return FAIL(e, SAML_CONDITIONS, "name of %zu characters", value.len);
	for (size_t want = 0; want < ARRAY_LEN(slots); want++) {
		if (!str_is_set(rest) || !key_at(rest, &key, &rest) || key != want)
			return FAIL(e, SAML_CONDITIONS, "name without %s at its place",
				    keys[want].ptr);
		*slots[want] = str_trim(value_until_key(rest, &rest));
		if (str_is_empty(*slots[want]) || !nameid_is_plain(*slots[want]))
			return FAIL(e, SAML_CONDITIONS, "name with empty or unprintable %s",
				    keys[want].ptr);
	}
	if (str_is_set(rest))
		return FAIL(e, SAML_CONDITIONS, "name with a part too many");
	return true;
}

struct str
nameid_user_key(struct arena *a, struct str cvr, struct str serial)
{
	struct str key = arena_printf(a, STR_FMT "|" STR_FMT, STR_ARG(cvr), STR_ARG(serial));
	char *p = arena_dup_c(a, key);

	for (size_t i = cvr.len; i < key.len; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] - 'A' + 'a');
	return str_of(p, key.len);
}

static bool
is_number(struct str s)
{
	return s.len > 0 && s.len <= 12 && str_is_digits(s, s.len);
}

bool
nameid_is_pseudonym(struct str serial)
{
	static const struct str persistent = STR_INIT("persistent/");
	struct str cvr, rid;
	struct uuid u;

	if (str_has_prefix(serial, NAMEID_UUID_PREFIX))
		serial = str_skip(serial, NAMEID_UUID_PREFIX.len);
	if (str_has_prefix(serial, persistent))
		serial = str_skip(serial, persistent.len);
	if (uuid_parse(serial, &u))
		return true;
	if (serial.len < 4 || !str_eq_nocase(str_of(serial.ptr, 4), STR("CVR:")) ||
	    !str_cut(str_skip(serial, 4), '-', &cvr, &rid))
		return false;
	return str_is_digits(cvr, 8) && rid.len > 4 &&
	       str_eq_nocase(str_of(rid.ptr, 4), STR("RID:")) && is_number(str_skip(rid, 4));
}

enum nameid_mode
nameid_mode(struct str text)
{
	if (str_eq(text, STR("persistent")))
		return NAMEID_MODE_PERSISTENT;
	return str_eq(text, STR("transient")) ? NAMEID_MODE_TRANSIENT : NAMEID_MODE_COPY;
}

struct nameid
nameid_for_system(enum nameid_mode mode, const struct nameid *from, struct str serial,
		  struct arena *a)
{
	struct uuid u;
	char text[UUID_TEXT_LEN + 1];

	if (mode == NAMEID_MODE_TRANSIENT)
		return (struct nameid){.value = random_id(a, "_"), .format = NAMEID_TRANSIENT};
	if (mode == NAMEID_MODE_PERSISTENT && uuid_parse(serial, &u))
		return (struct nameid){
			.value = arena_printf(a, STR_FMT STR_FMT, STR_ARG(NAMEID_UUID_PREFIX),
					      STR_ARG(uuid_format(u, text))),
			.format = NAMEID_PERSISTENT,
		};
	return *from;
}
