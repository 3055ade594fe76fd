/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules of users and persons. What Adgangsstyring puts into logins is not known to the
 * registry: that a user's UUID is the right one can only be doubted, where the same user name
 * has been there under another one. Source: administration contract 4.7.5 (O15, O16); contract
 * of Organisation, 6.
 */
#include "administration/rules_parts.h"

#include <string.h>
#include "registry/fold.h"

static const struct picture_object *
next_user(const struct rules_run *r, size_t *at)
{
	return rules_next(r, &type_bruger, at);
}

static bool
is_robot(const struct picture_object *user)
{
	return picture_has(user, BRUGER_TYPER, wellknown[KLASSE_BRUGERTYPE_ROBOT].uuid);
}

void
rule_user(struct rules_run *r)
{
	const struct picture_object *o;
	size_t at = 0;

	while ((o = next_user(r, &at)) != NULL) {
		if (str_is_empty(str_trim(picture_text(o, BRUGER_NAVN))))
			rules_tell(r, o, BRUGER_NAVN,
				   "Brugeren har intet brugernavn (nøgle: %s)",
				   "The user has no user name (key: %s)",
				   rules_text(r, picture_text(o, 0)));
		if (!picture_first(o, BRUGER_PERSONER) && !is_robot(o))
			rules_tell(r, o, BRUGER_PERSONER, "Brugeren %s har ingen person",
				   "The user %s has no person", rules_name(r, o));
	}
}

void
rule_user_unique(struct rules_run *r)
{
	struct rules_named *list;
	size_t count = rules_by_text(r, &type_bruger, BRUGER_NAVN, RULE_NO_FIELD, &list);

	for (size_t i = 1; i < count; i++)
		if (str_eq(list[i].key, list[i - 1].key))
			rules_tell(r, list[i].object, BRUGER_NAVN,
				   "Brugernavnet %s bruges af mere end én",
				   "The user name %s is used by more than one",
				   rules_name(r, list[i].object));
}

void
rule_user_home(struct rules_run *r)
{
	const struct picture_object *o;
	size_t at = 0, persons;

	while ((o = next_user(r, &at)) != NULL) {
		persons = rules_items(o, BRUGER_PERSONER);
		if (!picture_first(o, BRUGER_TILHOERER))
			rules_tell(r, o, BRUGER_TILHOERER,
				   "Brugeren %s hører ikke til nogen organisation",
				   "The user %s belongs to no organisation", rules_name(r, o));
		if (persons > 1)
			rules_tell(r, o, BRUGER_PERSONER, "Brugeren %s har %zu personer",
				   "The user %s has %zu persons", rules_name(r, o), persons);
	}
}

/* The last user name it ever had, in small letters. */
static struct str
last_name(struct rules_run *r, const struct picture_object *o)
{
	struct str name = STR_NONE;

	for (size_t i = 0; i < o->whole.count; i++)
		if (o->whole.items[i].part == OIO_ATTRIBUT)
			name = egenskab_text(o->type, &o->whole.items[i], BRUGER_NAVN);
	return str_is_set(name) ? fold_text(str_trim(name), r->a) : STR_NONE;
}

static const struct rules_named *
find_named(const struct rules_named *list, size_t count, struct str key)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = str_cmp(key, list[mid].key);

		if (c == 0)
			return &list[mid];
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

void
rule_user_uuid(struct rules_run *r)
{
	struct rules_named *list;
	size_t active = rules_by_text(r, &type_bruger, BRUGER_NAVN, RULE_NO_FIELD, &list);
	size_t count;
	const struct picture_object *o = picture_kind(r->p, &type_bruger, &count);

	for (size_t i = 0; i < count; i++) {
		struct str key =
			o[i].is_active || o[i].is_shared ? STR_NONE : last_name(r, &o[i]);
		const struct rules_named *same =
			str_is_empty(key) ? NULL : find_named(list, active, key);

		if (same)
			rules_tell(r, same->object, RULE_NO_FIELD,
				   "Brugeren %s har tidligere haft et andet UUID",
				   "The user %s had another UUID before",
				   rules_name(r, same->object));
	}
}

/* ---- persons ---- */

/* Active users with the person; *n: their posts. */
static size_t
users_of(const struct rules_run *r, const struct picture_object *person, size_t *n)
{
	size_t count, users = 0;
	const struct picture_link *link = picture_naming(r->p, person, &count);

	*n = 0;
	for (size_t i = 0; i < count; i++) {
		if (!link[i].from->is_active || link[i].from->type != &type_bruger)
			continue;
		users++;
		*n += picture_posts(r->p, link[i].from);
	}
	return users;
}

void
rule_person_posts(struct rules_run *r)
{
	const struct picture_object *o;
	size_t at = 0, n;

	while ((o = rules_next(r, &type_person, &at)) != NULL) {
		if (users_of(r, o, &n) == 0 || n == 1)
			continue;
		rules_tell(r, o, RULE_NO_FIELD, "Personen %s har %zu stillinger",
			   "The person %s has %zu posts", rules_name(r, o), n);
	}
}

void
rule_person_reached(struct rules_run *r)
{
	const struct picture_object *o;
	size_t at = 0, n;

	while ((o = rules_next(r, &type_person, &at)) != NULL)
		if (users_of(r, o, &n) == 0)
			rules_tell(r, o, RULE_NO_FIELD,
				   "Personen %s hører ikke til nogen bruger",
				   "The person %s belongs to no user", rules_name(r, o));
}

void
rule_person_name(struct rules_run *r)
{
	const struct picture_object *o;
	size_t at = 0;

	while ((o = rules_next(r, &type_person, &at)) != NULL)
		if (str_is_empty(str_trim(picture_text(o, PERSON_NAVN))))
			rules_tell(r, o, PERSON_NAVN, "Personen har intet navn (nøgle: %s)",
				   "The person has no name (key: %s)",
				   rules_text(r, picture_text(o, 0)));
}

void
rule_person_key(struct rules_run *r)
{
	const struct picture_object *o;
	size_t at = 0;

	while ((o = rules_next(r, &type_person, &at)) != NULL) {
		struct str key = picture_text(o, 0);

		/* the text itself is not told */
		if (str_is_digits(key, 10) || (key.len == 11 && key.ptr[6] == '-' &&
					       str_is_digits(str_of(key.ptr, 6), 6) &&
					       str_is_digits(str_skip(key, 7), 4)))
			rules_tell(r, o, 0, "Nøglen til %s ligner et CPR-nummer",
				   "The key of %s looks like a CPR number", rules_name(r, o));
	}
}
