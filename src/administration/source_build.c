/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The objects that a row stands for: a unit with its addresses, its manager and whom it pays
 * through; a user with its person; a post; a contact place, a paying unit, a system role. As
 * public clients write them, so that what was loaded and what they write is the same.
 *
 * What has ended holds up to that day and is Inaktiv after it; names go on. Objects without a
 * UUID of their own get one by name (source_uuid).
 * Source: contract of Organisation, 2.3, 2.8, 6 and 8.2.
 */
#include "administration/source_internal.h"

#include <string.h>

#include "administration/mapping.h"
#include "base/limits.h"
#include "organisation/types.h"

/* An object in the making. */
struct piece {
	struct source *s;
	struct source_object o;
	struct virkning open; /* from the first day on */
	struct virkning held; /* to the last day */
	size_t room;
};

/* How a relation is qualified. */
struct qualifier {
	enum wellknown role, type;
	const char *indeks;
};

/* Of a row: nil for what it does not have. */
struct period {
	instant fra, til;
	bool fra_given, til_given;
};

static struct period
period_of(const struct source *s, const struct row *r, size_t fra, size_t til)
{
	struct period p = {.fra = row_date(r, fra), .til = row_date(r, til)};

	p.fra_given = p.fra != INSTANT_MIN;
	p.til_given = p.til != INSTANT_MIN;
	if (!p.fra_given)
		p.fra = s->o.from;
	if (!p.til_given)
		p.til = INSTANT_MAX;
	return p;
}

static struct period
period_open(const struct source *s)
{
	return (struct period){.fra = s->o.from, .til = INSTANT_MAX};
}

static void
piece_begin(struct piece *p, struct source *s, const struct oio_type *type, struct uuid uuid,
	    const struct period *when)
{
	*p = (struct piece){.s = s};
	p->o.type = type;
	p->o.uuid = uuid;
	p->o.is_ended = when->til <= s->o.from;
	p->open = (struct virkning){
		.fra = when->fra, .til = INSTANT_MAX, .fra_given = when->fra_given};
	if (when->til_given && when->til < when->fra) {
		p->open.fra = when->til;
		p->open.fra_given = true;
	}
	if (!uuid_is_nil(s->o.organisation)) {
		p->open.aktoer = ref_of_uuid(s->o.organisation);
		p->open.aktoer_type = AKTOER_ORGANISATION;
	}
	p->held = p->open;
	p->held.fra = when->fra;
	p->held.til = when->til;
	p->held.til_given = when->til_given;
}

static struct oio_item *
piece_add(struct piece *p, enum oio_part part, const char *name, const struct virkning *v)
{
	struct oio_content *c = &p->o.content;
	struct oio_item *item;
	size_t field = 0;

	if (c->count == p->room) {
		struct oio_item *grown;

		p->room = p->room ? p->room * 2 : 32;
		grown = ARENA_NEW_N(p->s->row, p->room, struct oio_item);
		if (c->count > 0)
			memcpy(grown, c->items, c->count * sizeof(*grown));
		c->items = grown;
	}
	if (name)
		BUG_ON(!oio_field_by_name(p->o.type, name, &field));
	item = &c->items[c->count];
	*item = (struct oio_item){.v = *v, .part = part, .field = field, .seq = c->count++};
	return item;
}

/* The one Egenskab: pairs of a name and a text, up to a name that is NULL. */
static void
piece_texts(struct piece *p, const char *const *names, const struct str *texts, size_t count)
{
	struct oio_range range = oio_part_range(p->o.type, OIO_ATTRIBUT);
	struct oio_slot *slots = ARENA_NEW_N(p->s->row, range.end, struct oio_slot);
	size_t field;

	for (size_t i = 0; i < count; i++) {
		if (str_is_empty(texts[i]))
			continue;
		BUG_ON(!oio_field_by_name(p->o.type, names[i], &field));
		slots[field] = (struct oio_slot){.tag = OIO_TEXT, .u.text = texts[i]};
	}
	piece_add(p, OIO_ATTRIBUT, NULL, &p->open)->u.egenskab = slots;
}

static void
piece_state(struct piece *p)
{
	struct oio_item *item;

	if (p->held.fra < p->held.til) {
		item = piece_add(p, OIO_TILSTAND, "Gyldighed", &p->held);
		item->u.tilstand = (struct oio_slot){.tag = OIO_GYLDIGHED, .flag = true};
	}
	if (p->held.til == INSTANT_MAX)
		return;
	item = piece_add(p, OIO_TILSTAND, "Gyldighed", &p->open);
	item->v.fra = p->held.til;
	item->v.fra_given = p->held.til_given;
	item->u.tilstand = (struct oio_slot){.tag = OIO_GYLDIGHED};
}

/* NULL: it holds at no time. */
static struct oio_item *
piece_relation(struct piece *p, const char *name, struct uuid to)
{
	struct oio_item *item;

	if (uuid_is_nil(to) || p->held.fra >= p->held.til)
		return NULL;
	item = piece_add(p, OIO_RELATION, name, &p->held);
	item->u.relation.ref = ref_of_uuid(to);
	return item;
}

static void
piece_role(struct piece *p, const char *name, struct uuid to, const struct qualifier *as)
{
	struct oio_item *item = piece_relation(p, name, to);

	if (!item)
		return;
	item->u.relation.rolle.ref = ref_of_uuid(wellknown[as->role].uuid);
	item->u.relation.type.ref = ref_of_uuid(wellknown[as->type].uuid);
	item->u.relation.indeks = str_from(as->indeks);
}

static bool
has_relation(const struct piece *p, size_t from, struct uuid to)
{
	const struct oio_content *c = &p->o.content;

	for (size_t i = from; i < c->count; i++)
		if (uuid_eq(c->items[i].u.relation.ref.uuid, to))
			return true;
	return false;
}

/* Each that the list names, once. as NULL: a plain relation. */
static void
piece_list(struct piece *p, const char *name, struct str list, const struct qualifier *as)
{
	size_t first = p->o.content.count;
	struct uuid u;

	while (row_next_uuid(p->s, &list, &u)) {
		if (has_relation(p, first, u))
			continue;
		if (as)
			piece_role(p, name, u, as);
		else
			(void)piece_relation(p, name, u);
	}
}

static bool
piece_end(struct piece *p, struct err *e)
{
	object_sort(&p->o.content);
	return record_emit(p->s, &p->o, e);
}

/* Cut to what a BrugervendtNoegle holds, whole characters. */
static struct str
key_of(struct str s)
{
	size_t at = 0, chars = 0;

	while (at < s.len && chars < 50) {
		at++;
		while (at < s.len && ((unsigned char)s.ptr[at] & 0xc0) == 0x80)
			at++;
		chars++;
	}
	return str_of(s.ptr, at);
}

static struct str
text_of(struct source *s, struct uuid u)
{
	char text[UUID_TEXT_LEN + 1];

	return arena_dup(s->row, uuid_format(u, text));
}

/* ---- addresses ---- */

static bool
emit_address(struct source *s, struct uuid uuid, struct str value, const struct period *when,
	     struct err *e)
{
	static const char *const names[] = {"BrugervendtNoegleTekst", "AdresseTekst"};
	const struct str texts[] = {text_of(s, uuid), value};
	struct period open = {when->fra, INSTANT_MAX, when->fra_given, false};
	struct piece p;

	piece_begin(&p, s, &type_adresse, uuid, &open);
	p.o.is_derived = true;
	piece_texts(&p, names, texts, 2);
	return piece_end(&p, e);
}

/* Tells of the addresses in those columns, and names them from the piece. */
static bool
add_addresses(struct piece *p, const struct row *r, size_t first, size_t end,
	      const struct period *when, struct err *e)
{
	const struct column *columns = row_tables[r->kind].columns;
	enum wellknown type = r->kind == ROW_UNIT ? KLASSE_TYPE_ENHED : KLASSE_TYPE_BRUGER;

	for (size_t i = first; i < end; i++) {
		const struct qualifier as = {columns[i].role, type, columns[i].indeks};
		struct str part;
		struct uuid u;

		if (str_is_empty(r->v[i]))
			continue;
		part = arena_printf(p->s->row, "adresse:%s", columns[i].name);
		u = source_uuid(p->s->o.cvr, part, p->o.uuid);
		piece_role(p, "Adresser", u, &as);
		if (!emit_address(p->s, u, r->v[i], when, e))
			return false;
	}
	return true;
}

/* ---- functions ---- */

struct function {
	struct uuid uuid;
	bool is_derived;
	struct str name;
	struct uuid type;
	struct uuid unit, user, system;
	struct str tasks; /* lists */
	struct str units;
};

static bool
emit_function(struct source *s, const struct function *f, const struct period *when,
	      struct err *e)
{
	static const char *const names[] = {"BrugervendtNoegleTekst", "FunktionNavn"};
	const struct str texts[] = {text_of(s, f->uuid), f->name};
	struct piece p;

	piece_begin(&p, s, &type_organisationfunktion, f->uuid, when);
	p.o.is_derived = f->is_derived;
	piece_texts(&p, names, texts, 2);
	piece_state(&p);
	(void)piece_relation(&p, "Funktionstype", f->type);
	piece_list(&p, "TilknyttedeOpgaver", f->tasks, NULL);
	(void)piece_relation(&p, "TilknyttedeBrugere", f->user);
	if (!uuid_is_nil(f->unit))
		(void)piece_relation(&p, "TilknyttedeEnheder", f->unit);
	piece_list(&p, "TilknyttedeEnheder", f->units, NULL);
	(void)piece_relation(&p, "TilknyttedeOrganisationer", s->o.organisation);
	(void)piece_relation(&p, "TilknyttedeItSystemer", f->system);
	return piece_end(&p, e);
}

/* Posts of one user under one name in one unit that are told apart by their order. */
#define SAME_POSTS 100

/*
 * A row of posts has no UUID: it is the first, second … of that user, unit, kind and name. The
 * very same row twice is refused.
 */
static bool
name_post(struct source *s, const struct row *r, struct uuid *out, bool *ok, struct err *e)
{
	const char *kind = row_is(r, POST_TYPE, "LEDERROLLE") ? "LEDERROLLE" : "ENHEDSROLLE";
	struct str user = text_of(s, row_uuid(r, POST_BRUGER)), part;
	uint64_t before;

	part = arena_printf(s->row, "%s:" STR_FMT ":" STR_FMT, kind, STR_ARG(user),
			    STR_ARG(r->v[POST_STILLING]));
	*out = source_uuid(s->o.cvr,
			   arena_printf(s->row, "row:" STR_FMT ":" STR_FMT ":" STR_FMT,
					STR_ARG(r->v[POST_FRA]), STR_ARG(r->v[POST_TIL]),
					STR_ARG(part)),
			   row_uuid(r, POST_ENHED));
	*ok = seen_add(s->seen, &type_organisationfunktion, *out, s->record, &before);
	if (!*ok)
		return record_refuse(s, STR_NONE, e, "samme række som i post nummer %llu",
				     (unsigned long long)before);
	for (unsigned n = 0; n < SAME_POSTS; n++) {
		if (n > 0)
			user = arena_printf(s->row, STR_FMT ":%u", STR_ARG(part), n);
		*out = source_uuid(s->o.cvr, n > 0 ? user : part, row_uuid(r, POST_ENHED));
		if (seen_add(s->seen, &type_organisationfunktion, *out, s->record, &before))
			return true;
	}
	*ok = false;
	return record_refuse(s, STR_NONE, e,
			     "samme bruger har samme stilling i samme enhed for mange gange");
}

static bool
take_post(struct source *s, const struct row *r, struct err *e)
{
	struct period when = period_of(s, r, POST_FRA, POST_TIL);
	struct function f = {
		.is_derived = true,
		.name = r->v[POST_STILLING],
		.type = wellknown[row_is(r, POST_TYPE, "LEDERROLLE")
					  ? KLASSE_FUNKTION_LEDERROLLE
					  : KLASSE_FUNKTION_ENHEDSROLLE]
				.uuid,
		.unit = row_uuid(r, POST_ENHED),
		.user = row_uuid(r, POST_BRUGER),
	};
	bool ok;

	if (!name_post(s, r, &f.uuid, &ok, e))
		return false;
	return !ok || emit_function(s, &f, &when, e);
}

static bool
take_function(struct source *s, const struct row *r, struct err *e)
{
	struct period when = period_open(s);
	struct function f = {
		.uuid = row_uuid(r, FUNCTION_UUID),
		.name = r->v[FUNCTION_NAVN],
		.unit = row_uuid(r, FUNCTION_ENHED),
		.tasks = row_list(r, FUNCTION_OPGAVER),
		.system = row_uuid(r, FUNCTION_ITSYSTEM),
	};

	if (row_is(r, FUNCTION_TYPE, "HENVENDELSESSTED"))
		f.type = wellknown[KLASSE_FUNKTION_HENVENDELSESSTED].uuid;
	else if (row_is(r, FUNCTION_TYPE, "UDBETALENDE_ENHED"))
		f.type = wellknown[KLASSE_FUNKTION_UDBETALENDE_ENHED].uuid;
	else if (!mapping_klasse(s->o.mapping, STR("SYSTEMROLLE"), &f.type))
		return record_refuse(s, row_name(r, FUNCTION_TYPE), e,
				     "klassen for SYSTEMROLLE er ikke kendt; angiv den i "
				     "kortlægningen under \"klasser\"");
	if (row_is(r, FUNCTION_TYPE, "SYSTEMROLLE"))
		f.units = row_list(r, FUNCTION_FOR);
	return emit_function(s, &f, &when, e);
}

/* ---- units ---- */

static bool
emit_manager(struct source *s, const struct row *r, const struct period *when, struct err *e)
{
	struct uuid unit = row_uuid(r, UNIT_UUID);
	struct function f = {
		.uuid = source_uuid(s->o.cvr, STR("leder"), unit),
		.is_derived = true,
		.name = STR("Leder"),
		.type = wellknown[KLASSE_FUNKTION_LEDERROLLE].uuid,
		.unit = unit,
		.user = row_uuid(r, UNIT_LEDER),
	};

	return uuid_is_nil(f.user) || emit_function(s, &f, when, e);
}

/* The contact place that a unit says it is itself. */
static bool
emit_contact(struct source *s, const struct row *r, const struct period *when, struct err *e)
{
	struct uuid unit = row_uuid(r, UNIT_UUID);
	struct function f = {
		.uuid = source_uuid(s->o.cvr, STR("henvendelsessted"), unit),
		.is_derived = true,
		.name = STR("Henvendelsessted"),
		.type = wellknown[KLASSE_FUNKTION_HENVENDELSESSTED].uuid,
		.unit = unit,
		.tasks = row_list(r, UNIT_KONTAKT_FOR),
	};

	return !str_is_set(f.tasks) || emit_function(s, &f, when, e);
}

static bool
add_payer(struct piece *p, const struct row *r, struct err *e)
{
	struct uuid unit = row_uuid(r, UNIT_UDBETALENDE);
	struct period when = period_open(p->s);
	struct function f = {
		.is_derived = true,
		.name = STR("Udbetalende enhed"),
		.type = wellknown[KLASSE_FUNKTION_UDBETALENDE_ENHED].uuid,
		.unit = unit,
	};
	bool made;

	if (uuid_is_nil(unit))
		return true;
	f.uuid = served_payer(p->s, unit, &made);
	(void)piece_relation(p, "TilknyttedeFunktioner", f.uuid);
	return !made || emit_function(p->s, &f, &when, e);
}

static bool
take_unit(struct source *s, const struct row *r, struct err *e)
{
	static const char *const names[] = {"BrugervendtNoegleTekst", "EnhedNavn"};
	static const struct qualifier task = {KLASSE_OPGAVE_ANSVARLIG,
					      KLASSE_OPGAVE_TYPE_KLASSE, "1"};
	const struct str key =
		str_is_empty(r->v[UNIT_NOEGLE]) ? key_of(r->v[UNIT_NAVN]) : r->v[UNIT_NOEGLE];
	const struct str texts[] = {key, r->v[UNIT_NAVN]};
	struct period when = period_of(s, r, UNIT_FRA, UNIT_TIL);
	struct uuid uuid = row_uuid(r, UNIT_UUID), function;
	size_t from = 0, first;
	struct piece p;

	piece_begin(&p, s, &type_organisationenhed, uuid, &when);
	piece_texts(&p, names, texts, 2);
	piece_state(&p);
	if (!add_addresses(&p, r, UNIT_ADDRESS_FIRST, UNIT_ADDRESS_END, &when, e))
		return false;
	if (!str_is_empty(r->v[UNIT_TYPE]))
		(void)piece_relation(
			&p, "Enhedstype",
			wellknown[row_is(r, UNIT_TYPE, "TEAM") ? KLASSE_ENHEDSTYPE_TEAM
							       : KLASSE_ENHEDSTYPE_AFDELING]
				.uuid);
	piece_list(&p, "Opgaver", row_list(r, UNIT_OPGAVER), &task);
	(void)piece_relation(&p, "Overordnet", row_uuid(r, UNIT_OVERORDNET));
	(void)piece_relation(&p, "Tilhoerer", s->o.organisation);
	first = p.o.content.count;
	if (!add_payer(&p, r, e))
		return false;
	while (served_next(s, uuid, &from, &function))
		if (!has_relation(&p, first, function))
			(void)piece_relation(&p, "TilknyttedeFunktioner", function);
	piece_list(&p, "TilknyttedeItSystemer", row_list(r, UNIT_ITSYSTEMER), NULL);
	return piece_end(&p, e) && emit_manager(s, r, &when, e) && emit_contact(s, r, &when, e);
}

/* ---- users ---- */

static bool
emit_person(struct source *s, const struct row *r, struct uuid uuid, const struct period *when,
	    struct err *e)
{
	static const char *const names[] = {"BrugervendtNoegleTekst", "CPR-NummerTekst",
					    "NavnTekst"};
	const struct str texts[] = {text_of(s, uuid), r->v[USER_CPR], r->v[USER_PERSON_NAVN]};
	struct period open = {when->fra, INSTANT_MAX, when->fra_given, false};
	struct piece p;

	piece_begin(&p, s, &type_person, uuid, &open);
	p.o.is_derived = str_is_empty(r->v[USER_PERSON]);
	piece_texts(&p, names, texts, 3);
	return piece_end(&p, e);
}

static bool
take_user(struct source *s, const struct row *r, struct err *e)
{
	static const char *const names[] = {"BrugervendtNoegleTekst", "BrugerNavn"};
	const struct str key = str_is_empty(r->v[USER_NOEGLE]) ? key_of(r->v[USER_BRUGERNAVN])
							       : r->v[USER_NOEGLE];
	const struct str texts[] = {key, r->v[USER_BRUGERNAVN]};
	struct uuid uuid = row_uuid(r, USER_UUID), person = row_uuid(r, USER_PERSON);
	struct period when = period_of(s, r, USER_FRA, USER_TIL);
	struct piece p;

	if (row_is(r, USER_STATUS, "Inaktiv") && when.til > s->o.from) {
		when.til = s->o.from;
		when.til_given = false;
	}
	if (uuid_is_nil(person))
		person = source_uuid(s->o.cvr, STR("person"), uuid);
	if (!emit_person(s, r, person, &when, e))
		return false;
	piece_begin(&p, s, &type_bruger, uuid, &when);
	piece_texts(&p, names, texts, 2);
	piece_state(&p);
	if (!add_addresses(&p, r, USER_ADDRESS_FIRST, USER_ADDRESS_END, &when, e))
		return false;
	if (row_is(r, USER_ROBOT, "ja"))
		(void)piece_relation(&p, "BrugerTyper",
				     wellknown[KLASSE_BRUGERTYPE_ROBOT].uuid);
	(void)piece_relation(&p, "Tilhoerer", s->o.organisation);
	(void)piece_relation(&p, "TilknyttedePersoner", person);
	return piece_end(&p, e);
}

/* ---- */

/* Rows that nothing names but themselves are the same when all their columns are. */
static bool
is_new(struct source *s, const struct row *r, bool *ok, struct err *e)
{
	static const struct oio_type *const types[ROW_KIND_COUNT] = {
		[ROW_UNIT] = &type_organisationenhed,
		[ROW_USER] = &type_bruger,
		[ROW_FUNCTION] = &type_organisationfunktion,
	};
	uint64_t before;

	*ok = true;
	if (s->is_checking || !types[r->kind])
		return true;
	*ok = seen_add(s->seen, types[r->kind], row_uuid(r, 0), s->record, &before);
	return *ok || record_refuse(s, row_name(r, 0), e, "samme uuid som i post nummer %llu",
				    (unsigned long long)before);
}

bool
row_take(struct source *s, struct row *r, struct err *e)
{
	bool ok;

	if (!row_check(s, r, &ok, e) || (ok && !is_new(s, r, &ok, e)))
		return false;
	if (!ok || s->is_checking)
		return true;
	switch (r->kind) {
	case ROW_UNIT:
		return take_unit(s, r, e);
	case ROW_USER:
		return take_user(s, r, e);
	case ROW_POST:
		return take_post(s, r, e);
	case ROW_FUNCTION:
		return take_function(s, r, e);
	case ROW_KIND_COUNT:
		break;
	}
	return true;
}
