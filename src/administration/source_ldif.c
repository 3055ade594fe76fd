/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An export of a directory as an organisation: organizational units are units, as they stand in
 * each other; persons are users with a post in the unit they stand in, or else in the one that
 * their department names. Who is named as manager leads the unit he or she stands in, unless
 * the unit itself says who does. Attributes are those of Active Directory where the mapping
 * does not say otherwise. Other entries are passed over.
 *
 * The file is read twice: entries name each other by their place, in any order.
 * Source: RFC 2849; RFC 4514 (names); [MS-ADTS] 2.2.16 (userAccountControl), [MS-DTYP] 2.3.4
 * (order of bytes in a GUID).
 */
#include <stdlib.h>
#include <string.h>

#include "administration/ldif.h"
#include "administration/mapping.h"
#include "base/limits.h"
#include "base/mem.h"
#include "crypto/digest.h"
#include "registry/fold.h"

/* ---- who stands where ---- */

/* A short name for a longer one. */
struct key {
	uint8_t b[16];
};

struct place {
	struct key key; /* of the entry's name, or of a unit's name in words */
	struct uuid uuid;
	bool is_unit, has_leader, is_doubtful;
};

struct places {
	struct place *at;
	size_t count, room;
};

struct directory {
	struct places by_dn, by_name, managers;
};

static struct key
key_of(struct str s, struct arena *a)
{
	uint8_t digest[32];
	struct key k;

	digest_sha256(fold_text(s, a), digest);
	memcpy(k.b, digest, sizeof(k.b));
	return k;
}

/* Without the blanks that may stand around commas and equal signs. */
static struct key
key_of_dn(struct str dn, struct arena *a)
{
	char *to = arena_alloc(a, dn.len + 1);
	size_t len = 0;

	for (size_t i = 0; i < dn.len; i++) {
		bool is_blank = dn.ptr[i] == ' ';
		bool behind = len == 0 || to[len - 1] == ',' || to[len - 1] == '=';
		size_t next = i;

		while (is_blank && next < dn.len && dn.ptr[next] == ' ')
			next++;
		if (is_blank &&
		    (behind || next == dn.len || dn.ptr[next] == ',' || dn.ptr[next] == '='))
			continue;
		to[len++] = dn.ptr[i];
	}
	return key_of(str_of(to, len), a);
}

/* What it stands in; false: it is at the top. */
static bool
parent_of(struct str *dn)
{
	for (size_t i = 0; i < dn->len; i++) {
		if (dn->ptr[i] == '\\')
			i++;
		else if (dn->ptr[i] == ',') {
			*dn = str_skip(*dn, i + 1);
			return true;
		}
	}
	return false;
}

static void
add_place(struct places *p, const struct place *one)
{
	if (p->count == p->room) {
		p->room = p->room ? p->room * 2 : 256;
		p->at = mem_resize(p->at, p->room * sizeof(*p->at));
	}
	p->at[p->count++] = *one;
}

static int
by_key(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return memcmp(x->key.b, y->key.b, sizeof(x->key.b));
}

/* In order; the same key twice becomes one that is doubtful. */
static void
sort_places(struct places *p)
{
	size_t kept = 0;

	if (p->count > 0)
		qsort(p->at, p->count, sizeof(*p->at), by_key);
	for (size_t i = 0; i < p->count; i++) {
		if (kept > 0 && by_key(&p->at[kept - 1], &p->at[i]) == 0)
			p->at[kept - 1].is_doubtful = true;
		else
			p->at[kept++] = p->at[i];
	}
	p->count = kept;
}

static const struct place *
find_place(const struct places *p, struct key key)
{
	const struct place want = {.key = key};

	return p->count > 0 ? bsearch(&want, p->at, p->count, sizeof(*p->at), by_key) : NULL;
}

/* The unit an entry stands in; NULL: none. */
static const struct place *
unit_above(const struct directory *d, struct str dn, struct arena *a)
{
	const struct place *p;
	unsigned depth = 0;

	while (parent_of(&dn) && depth++ < LIMIT_XML_DEPTH) {
		p = find_place(&d->by_dn, key_of_dn(dn, a));
		if (p && p->is_unit)
			return p;
	}
	return NULL;
}

/* ---- what an entry is ---- */

static bool
is_of(const struct source *s, const struct ldif_entry *entry, const char *list,
      const char *const *classes)
{
	bool is_said, found = false;

	for (size_t i = 0; i < entry->count; i++) {
		struct str value = entry->values[i].value;

		if (!str_eq_nocase(entry->values[i].name, STR("objectClass")))
			continue;
		if (mapping_ldif_class(s->o.mapping, list, value, &is_said))
			found = true;
		for (size_t c = 0; !is_said && classes[c]; c++)
			found = found || str_eq_nocase(value, str_from(classes[c]));
	}
	return found;
}

static bool
is_unit(const struct source *s, const struct ldif_entry *entry)
{
	static const char *const classes[] = {"organizationalUnit", NULL};

	return is_of(s, entry, "units", classes);
}

static bool
is_user(const struct source *s, const struct ldif_entry *entry)
{
	static const char *const classes[] = {"user", "person", "inetOrgPerson", NULL};

	return is_of(s, entry, "users", classes) &&
	       !ldif_has(entry, "objectClass", STR("computer"));
}

/* A GUID in bytes has its first three parts with the last byte first. */
static bool
uuid_of_value(struct str v, struct uuid *out)
{
	static const uint8_t order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

	if (v.len == 38 && v.ptr[0] == '{' && v.ptr[37] == '}')
		v = str_of(v.ptr + 1, 36);
	if (v.len != 16)
		return uuid_parse(v, out);
	for (size_t i = 0; i < 16; i++)
		out->b[i] = (uint8_t)v.ptr[order[i]];
	return true;
}

static bool
uuid_of(const struct source *s, const struct ldif_entry *entry, struct uuid *out)
{
	struct str name = mapping_ldif_text(s->o.mapping, "uuid");
	struct str v;

	if (str_is_set(name))
		v = ldif_get(entry, arena_dup_c(s->row, name));
	else if (!str_is_set(v = ldif_get(entry, "objectGUID")))
		v = ldif_get(entry, "entryUUID");
	return str_is_set(v) && uuid_of_value(v, out) && !uuid_is_nil(*out);
}

/* ---- attributes ---- */

/* What says it in a directory that nobody has described. */
static const struct {
	enum row_kind kind;
	size_t column;
	const char *names[3];
} defaults[] = {
	{ROW_UNIT, UNIT_NAVN, {"displayName", "ou", "name"}},
	{ROW_UNIT, UNIT_ADDRESS_FIRST + 0, {"telephoneNumber"}},
	{ROW_UNIT, UNIT_ADDRESS_FIRST + 2, {"mail"}},
	{ROW_UNIT, UNIT_ADDRESS_FIRST + 4, {"l"}},
	{ROW_UNIT, UNIT_ADDRESS_FIRST + 5, {"postalAddress", "street"}},
	{ROW_UNIT, UNIT_ADDRESS_FIRST + 12, {"wWWHomePage"}},
	{ROW_USER, USER_BRUGERNAVN, {"sAMAccountName", "uid", "userPrincipalName"}},
	{ROW_USER, USER_PERSON_NAVN, {"displayName", "cn"}},
	{ROW_USER, USER_ADDRESS_FIRST + 0, {"mail"}},
	{ROW_USER, USER_ADDRESS_FIRST + 1, {"mobile"}},
	{ROW_USER, USER_ADDRESS_FIRST + 2, {"telephoneNumber"}},
	{ROW_USER, USER_ADDRESS_FIRST + 3, {"physicalDeliveryOfficeName"}},
	{ROW_POST, POST_STILLING, {"title"}},
};

static const char *const table_names[ROW_KIND_COUNT] = {"enheder", "brugere", "tilknytninger",
							"funktioner"};

static void
take_attributes(const struct source *s, const struct ldif_entry *entry, struct row *r)
{
	const struct row_table *t = &row_tables[r->kind];

	for (size_t i = 0; i < ARRAY_LEN(defaults); i++)
		for (size_t n = 0; defaults[i].kind == r->kind && n < 3; n++) {
			const char *name = defaults[i].names[n];
			struct str *v = &r->v[defaults[i].column];

			if (!name || str_is_set(*v))
				continue;
			*v = ldif_get(entry, name);
			r->names[defaults[i].column] = str_from(name);
		}
	for (size_t i = 0; i < t->count; i++) {
		struct str name =
			t->columns[i].name
				? mapping_ldif_attribute(s->o.mapping, table_names[r->kind],
							 str_from(t->columns[i].name))
				: STR_NONE;

		if (!str_is_set(name))
			continue;
		r->names[i] = name;
		r->v[i] = ldif_get(entry, arena_dup_c(s->row, name));
	}
}

static struct str
text_of(const struct source *s, struct uuid u)
{
	char text[UUID_TEXT_LEN + 1];

	return arena_dup(s->row, uuid_format(u, text));
}

/* ---- entries become rows ---- */

/* Another entry that an attribute names; nil: none, or one that is not here. */
static struct uuid
named_by(const struct source *s, const struct ldif_entry *entry, const char *name)
{
	const struct directory *d = s->state;
	struct str dn = ldif_get(entry, name);
	const struct place *p =
		str_is_set(dn) ? find_place(&d->by_dn, key_of_dn(dn, s->row)) : NULL;

	return p && !p->is_unit ? p->uuid : (struct uuid){0};
}

static bool
take_unit(struct source *s, const struct ldif_entry *entry, struct uuid uuid, struct err *e)
{
	const struct place *above = unit_above(s->state, entry->dn, s->row);
	struct uuid leader = named_by(s, entry, "managedBy");
	struct row r = {.kind = ROW_UNIT};

	take_attributes(s, entry, &r);
	r.v[UNIT_UUID] = text_of(s, uuid);
	if (above && str_is_empty(r.v[UNIT_OVERORDNET]))
		r.v[UNIT_OVERORDNET] = text_of(s, above->uuid);
	if (!uuid_is_nil(leader) && str_is_empty(r.v[UNIT_LEDER]))
		r.v[UNIT_LEDER] = text_of(s, leader);
	mapping_apply(s->o.mapping, s->o.cvr, &r, s->row);
	return row_take(s, &r, e);
}

/* The bit that says an account may not be used. */
static bool
is_disabled(const struct ldif_entry *entry)
{
	int64_t flags;

	return str_to_i64(ldif_get(entry, "userAccountControl"), INT32_MIN, UINT32_MAX,
			  &flags) &&
	       (flags & 2) != 0;
}

static const struct place *
unit_of_user(const struct source *s, const struct ldif_entry *entry)
{
	const struct directory *d = s->state;
	const struct place *p = unit_above(d, entry->dn, s->row);
	struct str department = ldif_get(entry, "department");

	if (!p && str_is_set(department)) {
		p = find_place(&d->by_name, key_of(department, s->row));
		if (p && p->is_doubtful)
			p = NULL;
	}
	return p;
}

static void
post_row(const struct source *s, const struct ldif_entry *entry, const struct row *user,
	 const struct place *unit, struct row *r)
{
	*r = (struct row){.kind = ROW_POST};
	take_attributes(s, entry, r);
	r->v[POST_BRUGER] = user->v[USER_UUID];
	r->v[POST_ENHED] = text_of(s, unit->uuid);
	mapping_apply(s->o.mapping, s->o.cvr, r, s->row);
	if (str_trim(r->v[POST_STILLING]).len == 0)
		r->v[POST_STILLING] = STR("Medarbejder");
}

static bool
take_posts(struct source *s, const struct ldif_entry *entry, const struct row *user,
	   struct err *e)
{
	const struct directory *d = s->state;
	const struct place *unit = unit_of_user(s, entry);
	struct row r;

	if (!unit || str_eq_nocase(user->v[USER_STATUS], STR("Inaktiv")))
		return true;
	post_row(s, entry, user, unit, &r);
	if (!row_take(s, &r, e))
		return false;
	if (s->is_refused || unit->has_leader ||
	    !find_place(&d->managers, key_of_dn(entry->dn, s->row)))
		return true;
	r.v[POST_TYPE] = STR("LEDERROLLE");
	return row_take(s, &r, e);
}

static bool
take_user(struct source *s, const struct ldif_entry *entry, struct uuid uuid, struct err *e)
{
	struct row r = {.kind = ROW_USER}, post;
	const struct place *unit = unit_of_user(s, entry);
	bool ok;

	take_attributes(s, entry, &r);
	r.v[USER_UUID] = text_of(s, uuid);
	if (is_disabled(entry))
		r.v[USER_STATUS] = STR("Inaktiv");
	mapping_apply(s->o.mapping, s->o.cvr, &r, s->row);
	if (!row_check(s, &r, &ok, e))
		return false;
	if (ok && unit) {
		post_row(s, entry, &r, unit, &post);
		if (!row_check(s, &post, &ok, e))
			return false;
	}
	/* a user and the post stand or fall together */
	if (!ok)
		return true;
	if (!row_take(s, &r, e))
		return false;
	return s->is_refused || take_posts(s, entry, &r, e);
}

/* ---- the file ---- */

static bool
note(struct source *s, const struct ldif_entry *entry, struct err *e)
{
	struct directory *d = s->state;
	struct place p = {.key = key_of_dn(entry->dn, s->row)};
	struct str manager = ldif_get(entry, "manager"), name;
	struct row r = {.kind = ROW_UNIT};

	if (entry->fault || !uuid_of(s, entry, &p.uuid))
		return true;
	p.is_unit = is_unit(s, entry);
	if (!p.is_unit && !is_user(s, entry))
		return true;
	p.has_leader = p.is_unit && str_is_set(ldif_get(entry, "managedBy"));
	add_place(&d->by_dn, &p);
	if (p.is_unit) {
		take_attributes(s, entry, &r);
		name = r.v[UNIT_NAVN];
		p.key = key_of(name, s->row);
		if (str_is_set(name))
			add_place(&d->by_name, &p);
	} else if (str_is_set(manager)) {
		p.key = key_of_dn(manager, s->row);
		add_place(&d->managers, &p);
	}
	(void)e;
	return true;
}

static bool
take_entry(struct source *s, const struct ldif_entry *entry, struct err *e)
{
	bool unit = is_unit(s, entry);
	struct uuid uuid;

	if (entry->fault) {
		s->line = entry->fault_line;
		return record_refuse(s, STR_NONE, e, "%s", entry->fault);
	}
	if (!unit && !is_user(s, entry))
		return true;
	if (!uuid_of(s, entry, &uuid))
		return record_refuse(s, STR("objectGUID"), e, "posten har ingen gyldig UUID");
	return unit ? take_unit(s, entry, uuid, e) : take_user(s, entry, uuid, e);
}

static bool
walk(struct source *s, char hex[65], struct err *e)
{
	struct ldif_entry entry;
	struct ldif l;
	bool is_end = false, ok = ldif_open(&l, s->path, e);

	while (ok) {
		arena_reset(s->row);
		ok = ldif_next(&l, s->row, &entry, &is_end, e);
		s->bytes = l.lines.offset;
		if (!ok || is_end)
			break;
		ok = record_begin(s, s->name, entry.line, e);
		if (ok && s->is_checking)
			ok = note(s, &entry, e);
		else if (ok)
			ok = take_entry(s, &entry, e) && record_end(s, e);
	}
	ok = ok && lines_digest(&l.lines, hex, e);
	ldif_close(&l);
	return ok;
}

static void
directory_free(struct directory *d)
{
	mem_free(d->by_dn.at);
	mem_free(d->by_name.at);
	mem_free(d->managers.at);
	*d = (struct directory){0};
}

static void
ldif_end(struct source *s)
{
	if (s->state)
		directory_free(s->state);
}

static bool
ldif_check(struct source *s, struct err *e)
{
	char *hex = arena_alloc(s->a, 65);
	struct directory *d;

	if (uuid_is_nil(s->o.organisation))
		return FAIL(e, SOURCE_INVALID, "%s: for which organisation?", s->path);
	ldif_end(s);
	s->state = d = ARENA_NEW(s->a, struct directory);
	if (!walk(s, hex, e))
		return false;
	sort_places(&d->by_dn);
	sort_places(&d->by_name);
	sort_places(&d->managers);
	source_surveyed(s, hex);
	return true;
}

static bool
ldif_read(struct source *s, struct err *e)
{
	char hex[65];

	return walk(s, hex, e) && source_unchanged(s, hex, e);
}

const struct source_reader source_ldif = {ldif_check, ldif_read, ldif_end};
