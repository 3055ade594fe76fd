/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Users of the development IdP, out of a JSON file:
 * {"users": [{"id", "name", "title", "cvr", "organisation", "serial", "mail", "nsis",
 * "assurance", "roles": [{"scope", "role", "limits": [{"name", "value"}]}]}]}
 */
#include <jansson.h>

#include "gateway/idp.h"

static struct str
text(const json_t *o, const char *key, struct arena *a)
{
	const json_t *value = json_object_get(o, key);

	if (!json_is_string(value))
		return STR_NONE;
	return arena_dup(a, str_of(json_string_value(value), json_string_length(value)));
}

static void
read_role(const json_t *o, struct arena *a, struct privilege *out)
{
	const json_t *limits = json_object_get(o, "limits");
	struct constraint *list =
		ARENA_NEW_N(a, json_array_size(limits) + 1, struct constraint);
	struct str *role = ARENA_NEW(a, struct str);

	*role = text(o, "role", a);
	for (size_t i = 0; i < json_array_size(limits); i++)
		list[i] = (struct constraint){
			.name = text(json_array_get(limits, i), "name", a),
			.value = text(json_array_get(limits, i), "value", a),
		};
	*out = (struct privilege){
		.scope_cvr = text(o, "scope", a),
		.roles = role,
		.role_count = 1,
		.constraints = list,
		.constraint_count = json_array_size(limits),
	};
}

static bool
read_user(const json_t *o, struct arena *a, struct idp_user *out, struct err *e)
{
	const json_t *roles = json_object_get(o, "roles");
	struct privilege *list = ARENA_NEW_N(a, json_array_size(roles) + 1, struct privilege);

	*out = (struct idp_user){
		.id = text(o, "id", a),
		.name = text(o, "name", a),
		.title = text(o, "title", a),
		.cvr = text(o, "cvr", a),
		.organisation = text(o, "organisation", a),
		.serial = text(o, "serial", a),
		.mail = text(o, "mail", a),
		.nsis = text(o, "nsis", a),
		.assurance = (int)json_integer_value(json_object_get(o, "assurance")),
		.roles = list,
		.role_count = json_array_size(roles),
	};
	if (str_is_empty(out->id) || str_is_empty(out->name) || !str_is_digits(out->cvr, 8) ||
	    str_is_empty(out->serial))
		return FAIL(e, CONFIG_INVALID, "a user without id, name, cvr or serial");
	for (size_t i = 0; i < out->role_count; i++) {
		read_role(json_array_get(roles, i), a, &list[i]);
		if (str_is_empty(list[i].roles[0]) || !str_is_digits(list[i].scope_cvr, 8))
			return FAIL(e, CONFIG_INVALID, "a role without role or scope");
	}
	return true;
}

bool
idp_users_read(struct str json, struct arena *a, struct idp_users *out, struct err *e)
{
	json_error_t why;
	AUTO(json_decrefp)
	json_t *o = json_loadb(json.ptr, json.len, JSON_REJECT_DUPLICATES, &why);
	const json_t *users = json_object_get(o, "users");
	struct idp_user *list;

	if (!o)
		return FAIL(e, CONFIG_INVALID, "line %d: %s", why.line, why.text);
	if (json_array_size(users) == 0)
		return FAIL(e, CONFIG_INVALID, "no users");
	list = ARENA_NEW_N(a, json_array_size(users), struct idp_user);
	out->items = list;
	out->count = json_array_size(users);
	for (size_t i = 0; i < out->count; i++)
		if (!read_user(json_array_get(users, i), a, &list[i], e))
			return false;
	return true;
}
