/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a picture back to rows: what is active at its moment, in columns. Counts what no column
 * can hold, and leaves it out: a second address of one role, a post without a user, a function
 * of another kind.
 * Source: contract of administration, 4.7.3; of Organisation, 2.8 and 6.
 */
#include "administration/write_rows.h"

#include <stdlib.h>
#include <string.h>

#include "administration/mapping.h"
#include "organisation/wellknown.h"
#include "organisation/types.h"

static size_t
field_of(const struct picture_object *o, const char *name)
{
	size_t field;

	BUG_ON(!oio_field_by_name(o->type, name, &field));
	return field;
}

static struct str
text_of(struct writing *x, struct uuid u)
{
	char text[UUID_TEXT_LEN + 1];

	return uuid_is_nil(u) ? STR_NONE : arena_dup(x->row, uuid_format(u, text));
}

/* What the first relation of that name names; nil: nothing. */
static struct uuid
first_of(const struct picture_object *o, const char *name)
{
	const struct oio_item *item = picture_first(o, field_of(o, name));

	return item && item->u.relation.ref.is_uuid ? item->u.relation.ref.uuid
						    : (struct uuid){0};
}

static bool
is_kind(const struct picture_object *function, enum wellknown type)
{
	return wellknown_is(first_of(function, "Funktionstype"), type);
}

/* All that the relation names, from the `skip`th on, comma separated. */
static struct str
list_of(struct writing *x, const struct picture_object *o, const char *name, size_t skip)
{
	size_t field = field_of(o, name), at = 0, count = 0;
	const struct oio_item *item;
	struct str out = STR_NONE;

	while ((item = picture_item(o, field, &at))) {
		if (!item->u.relation.ref.is_uuid)
			x->out->left_out++;
		else if (count++ >= skip)
			out = arena_printf(x->row, STR_FMT "%s" STR_FMT, STR_ARG(out),
					   out.len > 0 ? "," : "",
					   STR_ARG(text_of(x, item->u.relation.ref.uuid)));
	}
	return out;
}

/* A day; absent: no end. */
static struct str
day_of(struct writing *x, instant t)
{
	char text[TIME_TEXT_MAX];

	if (t == INSTANT_MIN || t == INSTANT_MAX)
		return STR_NONE;
	return arena_dup(x->row, str_of(time_format_local(t, text).ptr, 10));
}

static void
period_of(const struct picture_object *o, instant *fra, instant *til)
{
	const struct oio_item *item = picture_first(o, field_of(o, "Gyldighed"));

	*fra = item ? item->v.fra : INSTANT_MIN;
	*til = item ? item->v.til : INSTANT_MAX;
}

/* ---- addresses ---- */

static bool
is_column(const struct column *c, const struct oio_item *item)
{
	return c->indeks && item->u.relation.rolle.ref.is_uuid &&
	       wellknown_is(item->u.relation.rolle.ref.uuid, c->role);
}

/* The empty column of its role and Indeks, or else the first of its role. */
static bool
find_column(const struct row *r, const struct oio_item *item, size_t first, size_t end,
	    size_t *out)
{
	const struct column *columns = row_tables[r->kind].columns;
	bool found = false;

	for (size_t i = end; i > first; i--) {
		const struct column *c = &columns[i - 1];

		if (!is_column(c, item) || !str_is_empty(r->v[i - 1]))
			continue;
		*out = i - 1;
		found = true;
		if (str_eq_c(item->u.relation.indeks, c->indeks))
			break;
	}
	return found;
}

static void
take_address(struct writing *x, const struct oio_item *item, size_t first, size_t end,
	     struct row *r)
{
	const struct picture_object *adresse = NULL;
	struct str text = STR_NONE;
	size_t column;

	if (item->u.relation.ref.is_uuid)
		adresse = picture_find(x->p, &type_adresse, item->u.relation.ref.uuid);
	if (adresse)
		text = picture_text(adresse, field_of(adresse, "AdresseTekst"));
	if (!str_is_empty(text) && find_column(r, item, first, end, &column))
		r->v[column] = text;
	else
		x->out->left_out++;
}

static void
take_addresses(struct writing *x, const struct picture_object *o, size_t first, size_t end,
	       struct row *r)
{
	size_t field = field_of(o, "Adresser"), at = 0;
	const struct oio_item *item;

	while ((item = picture_item(o, field, &at)))
		take_address(x, item, first, end, r);
}

/* ---- units ---- */

/* Functions that name the unit as theirs, or that it names itself. */
static const struct picture_object *
manager_of(struct writing *x, const struct picture_object *unit)
{
	const struct picture_object *f =
		picture_find(x->p, &type_organisationfunktion,
			     source_uuid(x->cvr, STR("leder"), unit->uuid));

	return f && f->is_active && is_kind(f, KLASSE_FUNKTION_LEDERROLLE) ? f : NULL;
}

/* The unit through which it pays, where no row of functions says so. */
static struct uuid
payer_of(struct writing *x, const struct picture_object *unit)
{
	size_t field = field_of(unit, "TilknyttedeFunktioner"), at = 0;
	const struct oio_item *item;

	while ((item = picture_item(unit, field, &at))) {
		const struct picture_object *f = picture_target(x->p, unit->type, item);
		struct uuid payer;

		if (!f || !f->is_active || !is_kind(f, KLASSE_FUNKTION_UDBETALENDE_ENHED))
			continue;
		payer = first_of(f, "TilknyttedeEnheder");
		if (x->w->format == SOURCE_OS2SYNC ||
		    uuid_eq(f->uuid, source_uuid(x->cvr, STR("udbetalende"), payer)))
			return payer;
	}
	return (struct uuid){0};
}

static bool
is_own(const struct picture_object *o)
{
	return o->is_active && !o->is_shared;
}

bool
write_unit_row(struct writing *x, const struct picture_object *o, struct row *r)
{
	const struct picture_object *manager;
	struct uuid type;
	instant fra, til;

	*r = (struct row){.kind = ROW_UNIT};
	if (!is_own(o))
		return false;
	manager = manager_of(x, o);
	type = first_of(o, "Enhedstype");
	r->v[UNIT_UUID] = text_of(x, o->uuid);
	r->v[UNIT_NAVN] = picture_name(o);
	r->v[UNIT_NOEGLE] = picture_text(o, 0);
	r->v[UNIT_OVERORDNET] = text_of(x, first_of(o, "Overordnet"));
	if (wellknown_is(type, KLASSE_ENHEDSTYPE_TEAM))
		r->v[UNIT_TYPE] = STR("TEAM");
	else if (wellknown_is(type, KLASSE_ENHEDSTYPE_AFDELING))
		r->v[UNIT_TYPE] = STR("AFDELING");
	else if (!uuid_is_nil(type))
		x->out->left_out++;
	if (manager)
		r->v[UNIT_LEDER] = text_of(x, first_of(manager, "TilknyttedeBrugere"));
	/* which has no posts that lead */
	if (x->w->format == SOURCE_OS2SYNC && picture_leader(x->p, o))
		r->v[UNIT_LEDER] = text_of(x, picture_leader(x->p, o)->uuid);
	r->v[UNIT_UDBETALENDE] = text_of(x, payer_of(x, o));
	take_addresses(x, o, UNIT_ADDRESS_FIRST, UNIT_ADDRESS_END, r);
	r->v[UNIT_OPGAVER] = list_of(x, o, "Opgaver", 0);
	r->v[UNIT_ITSYSTEMER] = list_of(x, o, "TilknyttedeItSystemer", 0);
	period_of(o, &fra, &til);
	r->v[UNIT_FRA] = day_of(x, fra);
	r->v[UNIT_TIL] = day_of(x, til);
	return true;
}

void
write_contact_tasks(struct writing *x, const struct picture_object *unit, struct row *r)
{
	const struct picture_link *links;
	size_t count;

	links = picture_naming(x->p, unit, &count);
	for (size_t i = 0; i < count; i++) {
		const struct picture_object *f = links[i].from;
		struct str tasks;

		if (f->type != &type_organisationfunktion || !f->is_active ||
		    !is_kind(f, KLASSE_FUNKTION_HENVENDELSESSTED) ||
		    !uuid_eq(first_of(f, "TilknyttedeEnheder"), unit->uuid))
			continue;
		tasks = list_of(x, f, "TilknyttedeOpgaver", 0);
		r->v[UNIT_KONTAKT_FOR] = arena_printf(
			x->row, STR_FMT "%s" STR_FMT, STR_ARG(r->v[UNIT_KONTAKT_FOR]),
			r->v[UNIT_KONTAKT_FOR].len > 0 && tasks.len > 0 ? "," : "",
			STR_ARG(tasks));
	}
}

/* ---- users ---- */

static void
take_person(struct writing *x, const struct picture_object *user, struct row *r)
{
	const struct picture_object *person =
		picture_named(x->p, user, field_of(user, "TilknyttedePersoner"));
	struct str cpr;

	if (person) {
		r->v[USER_PERSON] = text_of(x, person->uuid);
		r->v[USER_PERSON_NAVN] = picture_text(person, field_of(person, "NavnTekst"));
		cpr = picture_text(person, PERSON_CPR);
		if (x->w->may_cpr)
			r->v[USER_CPR] = cpr;
		else
			x->out->left_out += !str_is_empty(cpr);
	}
	/* a row needs one */
	if (str_is_empty(r->v[USER_PERSON_NAVN]))
		r->v[USER_PERSON_NAVN] = r->v[USER_BRUGERNAVN];
}

bool
write_user_row(struct writing *x, const struct picture_object *o, struct row *r)
{
	instant fra, til;

	*r = (struct row){.kind = ROW_USER};
	if (!is_own(o))
		return false;
	r->v[USER_UUID] = text_of(x, o->uuid);
	r->v[USER_BRUGERNAVN] = picture_name(o);
	r->v[USER_NOEGLE] = picture_text(o, 0);
	take_person(x, o, r);
	take_addresses(x, o, USER_ADDRESS_FIRST, USER_ADDRESS_END, r);
	r->v[USER_ROBOT] = picture_has(o, field_of(o, "BrugerTyper"),
				       wellknown[KLASSE_BRUGERTYPE_ROBOT].uuid)
				   ? STR("ja")
				   : STR("nej");
	r->v[USER_STATUS] = STR("Aktiv");
	period_of(o, &fra, &til);
	r->v[USER_FRA] = day_of(x, fra);
	r->v[USER_TIL] = day_of(x, til);
	return true;
}

/* ---- functions ---- */

/* Units that name the function as serving them. */
static struct str
units_of(struct writing *x, const struct picture_object *f)
{
	const struct picture_link *links;
	struct str out = STR_NONE;
	size_t count;

	links = picture_naming(x->p, f, &count);
	for (size_t i = 0; i < count; i++) {
		const struct picture_object *unit = links[i].from;

		if (unit->type != &type_organisationenhed || !unit->is_active)
			continue;
		out = arena_printf(x->row, STR_FMT "%s" STR_FMT, STR_ARG(out),
				   out.len > 0 ? "," : "", STR_ARG(text_of(x, unit->uuid)));
	}
	return out;
}

static bool
is_post(const struct picture_object *f)
{
	return is_kind(f, KLASSE_FUNKTION_ENHEDSROLLE) ||
	       is_kind(f, KLASSE_FUNKTION_LEDERROLLE);
}

bool
write_function_row(struct writing *x, const struct picture_object *o, struct row *r)
{
	struct uuid unit = first_of(o, "TilknyttedeEnheder"), system;

	*r = (struct row){.kind = ROW_FUNCTION};
	if (!is_own(o) || is_post(o))
		return false;
	if (is_kind(o, KLASSE_FUNKTION_HENVENDELSESSTED))
		r->v[FUNCTION_TYPE] = STR("HENVENDELSESSTED");
	else if (is_kind(o, KLASSE_FUNKTION_UDBETALENDE_ENHED))
		r->v[FUNCTION_TYPE] = STR("UDBETALENDE_ENHED");
	else if (mapping_klasse(x->w->mapping, STR("SYSTEMROLLE"), &system) &&
		 uuid_eq(first_of(o, "Funktionstype"), system))
		r->v[FUNCTION_TYPE] = STR("SYSTEMROLLE");
	if (str_is_empty(r->v[FUNCTION_TYPE]) || uuid_is_nil(unit)) {
		x->out->left_out++;
		return false;
	}
	/* said by the units themselves */
	if (uuid_eq(o->uuid, source_uuid(x->cvr, STR("udbetalende"), unit)))
		return false;
	r->v[FUNCTION_UUID] = text_of(x, o->uuid);
	r->v[FUNCTION_NAVN] = picture_text(o, field_of(o, "FunktionNavn"));
	r->v[FUNCTION_ENHED] = text_of(x, unit);
	r->v[FUNCTION_FOR] = str_eq_c(r->v[FUNCTION_TYPE], "SYSTEMROLLE")
				     ? list_of(x, o, "TilknyttedeEnheder", 1)
				     : units_of(x, o);
	r->v[FUNCTION_OPGAVER] = list_of(x, o, "TilknyttedeOpgaver", 0);
	r->v[FUNCTION_ITSYSTEM] = text_of(x, first_of(o, "TilknyttedeItSystemer"));
	return true;
}

/* ---- posts ---- */

static void
add_posts(struct writing *x, const struct picture_object *f, size_t *room)
{
	struct uuid unit = first_of(f, "TilknyttedeEnheder");
	size_t field = field_of(f, "TilknyttedeBrugere"), at = 0, count = 0;
	const struct oio_item *item;
	struct written_post post = {.unit = unit};

	if (uuid_eq(f->uuid, source_uuid(x->cvr, STR("leder"), unit)))
		return;
	post.leads = is_kind(f, KLASSE_FUNKTION_LEDERROLLE);
	post.name = picture_name(f);
	period_of(f, &post.fra, &post.til);
	while ((item = picture_item(f, field, &at))) {
		if (uuid_is_nil(unit) || !item->u.relation.ref.is_uuid)
			continue;
		post.user = item->u.relation.ref.uuid;
		if (x->post_count == *room) {
			struct written_post *grown;

			*room = *room ? *room * 2 : 1024;
			grown = ARENA_NEW_N(x->keep, *room, struct written_post);
			if (x->post_count > 0)
				memcpy(grown, x->posts, x->post_count * sizeof(*grown));
			x->posts = grown;
		}
		x->posts[x->post_count++] = post;
		count++;
	}
	x->out->left_out += count == 0;
}

static int
by_post(const void *a, const void *b)
{
	const struct written_post *x = a, *y = b;
	int order = uuid_cmp(x->user, y->user);

	if (!order)
		order = uuid_cmp(x->unit, y->unit);
	if (!order)
		order = (int)x->leads - (int)y->leads;
	if (!order)
		order = str_cmp(x->name, y->name);
	if (!order)
		order = (x->fra > y->fra) - (x->fra < y->fra);
	return order ? order : (x->til > y->til) - (x->til < y->til);
}

void
writing_begin(struct writing *x, const struct picture *p, const struct source_write *w,
	      struct source_written *out)
{
	size_t count, room = 0;
	const struct picture_object *f = picture_kind(p, &type_organisationfunktion, &count);

	*out = (struct source_written){0};
	*x = (struct writing){.p = p, .w = w, .out = out, .cvr = picture_of(p)->cvr};
	x->row = arena_new();
	x->keep = arena_new();
	for (size_t i = 0; i < count; i++)
		if (is_own(&f[i]) && is_post(&f[i]))
			add_posts(x, &f[i], &room);
	if (x->post_count > 0)
		qsort(x->posts, x->post_count, sizeof(*x->posts), by_post);
}

void
writing_end(struct writing *x)
{
	arena_free(x->row);
	arena_free(x->keep);
}

void
write_post_row(struct writing *x, const struct written_post *post, struct row *r)
{
	*r = (struct row){.kind = ROW_POST};
	r->v[POST_BRUGER] = text_of(x, post->user);
	r->v[POST_ENHED] = text_of(x, post->unit);
	r->v[POST_STILLING] = post->name;
	r->v[POST_TYPE] = post->leads ? STR("LEDERROLLE") : STR("ENHEDSROLLE");
	r->v[POST_FRA] = day_of(x, post->fra);
	r->v[POST_TIL] = day_of(x, post->til);
}

const struct written_post *
written_posts(const struct writing *x, struct uuid user, size_t *count)
{
	size_t low = 0, high = x->post_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (uuid_cmp(x->posts[middle].user, user) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (*count = 0;
	     low + *count < x->post_count && uuid_eq(x->posts[low + *count].user, user);)
		++*count;
	return x->posts + low;
}
