/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Registrations of units and users as OS2sync takes them: {"orgUnits":[…],"users":[…]}, or one
 * array of both. Names of members are compared without case, as that program does. A user
 * and its positions stand or fall together. Refuses members that nobody knows.
 * Source: contract of administration, 4.7.3 (c).
 */
#include <strings.h>

#include "administration/json_items.h"
#include "base/json.h"
#include "base/limits.h"

/* ---- members ---- */

static bool
is_name(const char *key, const char *name)
{
	return strcasecmp(key, name) == 0;
}

/* Texts, lists of texts, yes and no; false: something else. */
static bool
value_of(struct source *s, const json_t *v, struct str *out)
{
	json_t *one;
	size_t i;

	*out = STR_NONE;
	if (json_is_null(v))
		return true;
	if (json_is_boolean(v))
		*out = json_is_true(v) ? STR("ja") : STR("nej");
	else if (json_is_string(v))
		*out = str_of(json_string_value(v), json_string_length(v));
	else if (!json_is_array(v) || json_array_size(v) > LIMIT_SOURCE_LIST)
		return false;
	json_array_foreach(v, i, one)
	{
		if (!json_is_string(one))
			return false;
		*out = arena_printf(s->row, STR_FMT "%s%s", STR_ARG(*out), i > 0 ? "," : "",
				    json_string_value(one));
	}
	return true;
}

/* A moment is cut to its day. */
static struct str
day_of(struct str v)
{
	return v.len > 10 && v.ptr[10] == 'T' ? str_of(v.ptr, 10) : v;
}

/* What the words of that program are called here. */
static void
translate(const struct column *c, struct str *v)
{
	if (c->value == COLUMN_DATE)
		*v = day_of(*v);
	if (c->value == COLUMN_WORD && str_eq_nocase(*v, STR("DEPARTMENT")))
		*v = STR("AFDELING");
}

static bool
take_member(struct source *s, struct row *r, struct str label, const char *key, const json_t *v,
	    struct err *e)
{
	const struct row_table *t = &row_tables[r->kind];
	size_t i;

	for (i = 0; i < t->count; i++)
		if (t->columns[i].json && is_name(key, t->columns[i].json))
			break;
	if (i == t->count)
		return record_refuse(s, label, e, "feltet kendes ikke");
	if (r->is_given[i])
		return record_refuse(s, label, e, "feltet er der to gange");
	r->is_given[i] = true;
	r->names[i] = label;
	if (!value_of(s, v, &r->v[i]))
		return record_refuse(s, label, e, "feltet har ikke den ventede form");
	translate(&t->columns[i], &r->v[i]);
	return true;
}

/* ---- users ---- */

static bool
take_person(struct source *s, struct row *r, json_t *person, struct err *e)
{
	const char *key;
	json_t *v;

	if (!json_is_object(person) && !json_is_null(person))
		return record_refuse(s, STR("person"), e, "feltet er ikke et objekt");
	json_object_foreach(person, key, v)
	{
		struct str label = arena_printf(s->row, "person.%s", key);

		if (!take_member(s, r, label, label.ptr, v, e))
			return false;
	}
	return true;
}

static bool
take_position(struct source *s, const struct row *user, struct row *r, json_t *v, size_t n,
	      struct err *e)
{
	const char *key;
	json_t *member;

	*r = (struct row){.kind = ROW_POST};
	r->v[POST_BRUGER] = user->v[USER_UUID];
	for (size_t i = 0; i < POST_COLUMNS; i++)
		if (row_tables[ROW_POST].columns[i].json)
			r->names[i] = arena_printf(s->row, "positions[%zu].%s", n,
						   row_tables[ROW_POST].columns[i].json);
	if (!json_is_object(v))
		return record_refuse(s, arena_printf(s->row, "positions[%zu]", n), e,
				     "feltet er ikke et objekt");
	json_object_foreach(v, key, member)
	{
		struct str label = arena_printf(s->row, "positions[%zu].%s", n, key);

		if (!take_member(s, r, label, key, member, e))
			return false;
	}
	return true;
}

struct user {
	struct row row;
	struct row *positions;
	size_t count;
};

static bool
read_user(struct source *s, json_t *object, struct user *u, struct err *e)
{
	json_t *v, *positions = NULL, *one;
	const char *key;
	size_t i;

	u->row.kind = ROW_USER;
	json_object_foreach(object, key, v)
	{
		bool ok = true;

		if (is_name(key, "person"))
			ok = take_person(s, &u->row, v, e);
		else if (is_name(key, "positions"))
			positions = v;
		else if (!is_name(key, "timestamp"))
			ok = take_member(s, &u->row, str_from(key), key, v, e);
		if (!ok)
			return false;
	}
	if (positions && !json_is_null(positions) &&
	    (!json_is_array(positions) || json_array_size(positions) > LIMIT_SOURCE_LIST))
		return record_refuse(s, STR("positions"), e, "feltet er ikke en liste");
	u->positions = ARENA_NEW_N(s->row, json_array_size(positions) + 1, struct row);
	json_array_foreach(positions, i,
			   one) if (!take_position(s, &u->row, &u->positions[u->count++], one,
						   i, e)) return false;
	return true;
}

static bool
take_user(struct source *s, json_t *object, struct err *e)
{
	struct user u = {.count = 0};
	bool ok, all;

	if (!read_user(s, object, &u, e) || !row_check(s, &u.row, &all, e))
		return false;
	for (size_t i = 0; i < u.count; i++) {
		if (!row_check(s, &u.positions[i], &ok, e))
			return false;
		all = all && ok;
	}
	if (!all || s->is_refused)
		return true;
	if (!row_take(s, &u.row, e))
		return false;
	for (size_t i = 0; i < u.count && !s->is_refused; i++)
		if (!row_take(s, &u.positions[i], e))
			return false;
	return true;
}

static bool
take_unit(struct source *s, json_t *object, struct err *e)
{
	struct row r = {.kind = ROW_UNIT};
	const char *key;
	json_t *v;

	json_object_foreach(object, key,
			    v) if (!is_name(key, "timestamp") &&
				   !take_member(s, &r, str_from(key), key, v, e)) return false;
	return s->is_refused || row_take(s, &r, e);
}

/* In an array of both: what only users have. */
static bool
is_user(json_t *object)
{
	const char *key;
	json_t *v;

	json_object_foreach(object, key, v) if (is_name(key, "userId") ||
						is_name(key, "person") ||
						is_name(key, "positions")) return true;
	return false;
}

/* ---- the file ---- */

static bool
on_item(const struct json_item *item, void *arg, struct err *e)
{
	struct source *s = arg;
	bool users = str_eq_nocase(item->list, STR("users")), ok;
	json_t *v;

	arena_reset(s->row);
	if (!record_begin(s, s->name, item->line, e))
		return false;
	s->bytes = item->offset;
	if (s->is_checking)
		return users || !str_is_set(item->list) ||
		       str_eq_nocase(item->list, STR("orgUnits")) ||
		       file_refuse(s, s->file, s->line, item->list, e,
				   "listen er hverken orgUnits eller users");
	v = json_read_object(item->text);
	if (!v)
		ok = record_refuse(s, STR_NONE, e,
				   str_is_set(item->text) ? "registreringen er ikke et "
							    "JSON-objekt"
							  : "registreringen er for lang");
	else
		ok = users || (!str_is_set(item->list) && is_user(v)) ? take_user(s, v, e)
								      : take_unit(s, v, e);
	json_decref(v);
	return ok && record_end(s, e);
}

static bool
os2sync_check(struct source *s, struct err *e)
{
	char *hex = arena_alloc(s->a, 65);
	const char *fault;
	size_t line;

	if (uuid_is_nil(s->o.organisation))
		return FAIL(e, SOURCE_INVALID, "%s: for which organisation?", s->path);
	if (!json_items(s->path, LIMIT_SOURCE_ROW_BYTES, on_item, s, &fault, &line, hex, e))
		return false;
	if (fault)
		return file_refuse(s, s->name, line, STR_NONE, e, "%s", fault);
	source_surveyed(s, hex);
	return true;
}

static bool
os2sync_read(struct source *s, struct err *e)
{
	const char *fault;
	char hex[65];
	size_t line;

	if (!json_items(s->path, LIMIT_SOURCE_ROW_BYTES, on_item, s, &fault, &line, hex, e))
		return false;
	if (fault)
		return FAIL(e, SOURCE_INVALID, "%s: changed while it was read", s->path);
	return source_unchanged(s, hex, e);
}

const struct source_reader source_os2sync = {os2sync_check, os2sync_read, NULL};
