/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The name of a user. Refuses a distinguished name with a part too few, too many or out of
 * order: an escaped comma must not smuggle in a second Serial.
 * Source: context-handler contract 3.3, 9.1 X38.
 */
#include "saml/nameid.h"

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

static struct str
skip_blanks(struct str s)
{
	while (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
		s = str_skip(s, 1);
	return s;
}

/* Does a part begin here? Its key's number and what follows the '='. */
static bool
key_at(struct str s, size_t *key, struct str *rest)
{
	struct str name, value;

	if (!str_cut(skip_blanks(s), '=', &name, &value))
		return false;
	while (name.len > 0 &&
	       (name.ptr[name.len - 1] == ' ' || name.ptr[name.len - 1] == '\t'))
		name.len--;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (str_eq_nocase(name, keys[i])) {
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
		if (str_is_empty(*slots[want]))
			return FAIL(e, SAML_CONDITIONS, "name with empty %s", keys[want].ptr);
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
