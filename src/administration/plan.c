/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plans: their objects and what is said of each. The moment at which an object is compared with
 * itself is the one when all that changes of it has come into effect.
 * Source: contract of administration, 4.7.6.
 */
#include "administration/plan.h"

#include <stdlib.h>
#include <string.h>
#include "administration/rules.h"
#include "base/mem.h"
#include "crypto/digest.h"
#include "registry/append.h"

const char *const plan_change_name[PLAN_CHANGE_COUNT] = {
	"created", "renamed", "moved", "closed", "root", "changed",
};
const char *const plan_change_word[PLAN_CHANGE_COUNT] = {
	"oprettet", "omdøbt", "flyttet", "nedlagt", "rod ændret", "ændret",
};

struct plan *
plan_new(instant day)
{
	struct plan *p = MEM_NEW(struct plan);

	p->a = arena_new();
	p->day = day;
	p->undone_to = INSTANT_MIN;
	return p;
}

void
plan_free(struct plan *p)
{
	if (!p)
		return;
	arena_free(p->a);
	mem_free(p->objects);
	mem_free(p->refusals);
	mem_free(p->consequences);
	mem_free(p->days);
	mem_free(p);
}

void
plan_freep(struct plan **p)
{
	plan_free(*p);
	*p = NULL;
}

/* A place at the end of a list that grows. */
static void *
grow(void *list, size_t *count, size_t *room, size_t size)
{
	if (*count == *room) {
		*room = *room ? *room * 2 : 64;
		list = mem_resize(list, *room * size);
	}
	memset((char *)list + *count * size, 0, size);
	++*count;
	return list;
}

void
plan_refuse(struct plan *p, const struct oio_type *t, struct uuid uuid, struct str text)
{
	p->refusals =
		grow(p->refusals, &p->refusal_count, &p->refusal_room, sizeof(*p->refusals));
	p->refusals[p->refusal_count - 1] =
		(struct plan_refusal){t, uuid, arena_dup(p->a, text)};
}

/* ---- an object at a moment ---- */

/* Row of the attribute that is the object's name. */
static size_t
name_row(const struct oio_type *t)
{
	struct oio_range row = oio_part_range(t, OIO_ATTRIBUT);

	for (size_t i = row.first; i < row.end; i++) {
		struct str name = str_from(t->fields[i].name);

		if (t->fields[i].value == OIO_TEXT &&
		    (str_has_suffix(name, STR("Navn")) ||
		     str_has_suffix(name, STR("NavnTekst")) || str_eq_c(name, "TitelTekst") ||
		     str_eq_c(name, "AdresseTekst")))
			return i;
	}
	return row.first;
}

static bool
is_parent_row(const struct oio_type *t, size_t field)
{
	return t->fields[field].is_parent || strcmp(t->fields[field].name, "Overordnet") == 0;
}

static bool
has_validity(const struct oio_type *t)
{
	struct oio_range rows = oio_part_range(t, OIO_TILSTAND);

	return rows.first < rows.end && t->fields[rows.first].value == OIO_GYLDIGHED;
}

void
plan_look(const struct oio_type *t, const struct folded *f, instant at, struct arena *a,
	  struct plan_view *out)
{
	bool is_live = f->livscyklus == LIV_OPSTAAET || f->livscyklus == LIV_IMPORTERET;
	bool has_egenskab = false, is_active = false;
	struct str name;

	*out = (struct plan_view){.name = STR_NONE};
	for (size_t i = 0; is_live && i < f->content.count; i++) {
		const struct oio_item *it = &f->content.items[i];

		if (it->v.fra > at || it->v.til <= at)
			continue;
		if (it->part == OIO_ATTRIBUT) {
			has_egenskab = true;
			name = egenskab_text(t, it, name_row(t));
			out->name = rules_shown(a, str_is_set(name) ? name
								    : egenskab_text(t, it, 0));
		} else if (it->part == OIO_TILSTAND) {
			is_active |= it->u.tilstand.flag;
		} else if (is_parent_row(t, it->field) && it->u.relation.ref.is_uuid) {
			out->parent = it->u.relation.ref.uuid;
		}
	}
	out->is_there = is_live && (has_validity(t) ? is_active : has_egenskab);
}

static bool
same_period(const struct oio_type *t, const struct oio_item *x, const struct oio_item *y)
{
	return x->part == y->part && x->field == y->field && x->v.fra == y->v.fra &&
	       x->v.til == y->v.til && item_same(t, x, y);
}

static bool
is_among(const struct oio_type *t, const struct oio_item *i, const struct oio_content *c)
{
	for (size_t k = 0; k < c->count; k++)
		if (same_period(t, i, &c->items[k]))
			return true;
	return false;
}

/* In its place among the days, once; what is not after `day` is none of them. */
static void
note_day(struct plan *p, instant at)
{
	size_t low = 0, high = p->day_count;

	if (at <= p->day || at == INSTANT_MAX)
		return;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (p->days[mid] < at)
			low = mid + 1;
		else
			high = mid;
	}
	if (low < p->day_count && p->days[low] == at)
		return;
	p->days = grow(p->days, &p->day_count, &p->day_room, sizeof(*p->days));
	memmove(p->days + low + 1, p->days + low, (p->day_count - 1 - low) * sizeof(*p->days));
	p->days[low] = at;
}

/* What is said in `x` and not in `y` begins and ends: the later moment, or `at`. */
static instant
later(struct plan *p, const struct oio_type *t, const struct oio_content *x,
      const struct oio_content *y, instant at)
{
	for (size_t i = 0; i < x->count; i++) {
		const struct oio_item *it = &x->items[i];

		if (is_among(t, it, y))
			continue;
		note_day(p, it->v.fra);
		note_day(p, it->v.til);
		if (it->v.fra > at)
			at = it->v.fra;
		if (it->v.til != INSTANT_MAX && it->v.til > at)
			at = it->v.til;
	}
	return at;
}

/* When everything that changes of it has begun, and what ends has ended. */
static instant
settled(struct plan *p, const struct oio_type *t, const struct folded *before,
	const struct folded *after)
{
	instant at = later(p, t, &after->content, &before->content, p->day);

	return later(p, t, &before->content, &after->content, at);
}

/* Is there more to it than name, parent and validity? */
static bool
differs_else(const struct oio_type *t, const struct oio_content *x, const struct oio_content *y)
{
	for (size_t i = 0; i < x->count; i++) {
		const struct oio_item *it = &x->items[i];

		if (it->part == OIO_RELATION && !is_parent_row(t, it->field) &&
		    !is_among(t, it, y))
			return true;
	}
	return false;
}

static unsigned
changes_of(const struct plan_object *o, const struct folded *before, const struct folded *after)
{
	bool is_organisation = o->type == &type_organisation;
	unsigned bits = 0;

	if (!o->was.is_there && o->becomes.is_there)
		return 1u << PLAN_OPRETTET;
	if (o->was.is_there && !o->becomes.is_there)
		return 1u << PLAN_NEDLAGT;
	if (o->was.is_there && !str_eq(o->was.name, o->becomes.name))
		bits |= 1u << PLAN_OMDOEBT;
	if (o->was.is_there && !uuid_eq(o->was.parent, o->becomes.parent))
		bits |= 1u << (is_organisation ? PLAN_ROD : PLAN_FLYTTET);
	if (bits == 0 || differs_else(o->type, &after->content, &before->content) ||
	    differs_else(o->type, &before->content, &after->content))
		bits |= 1u << PLAN_AENDRET;
	return bits;
}

static const char *
operation_of(const struct folded *before, const struct folded *after)
{
	bool was_live =
		before->livscyklus == LIV_OPSTAAET || before->livscyklus == LIV_IMPORTERET;

	if (after->livscyklus == LIV_PASSIVERET)
		return "passiver";
	if (after->livscyklus == LIV_SLETTET)
		return "slet";
	return was_live ? "ret" : "importer";
}

/* KLE marks in force before and no longer after. */
static size_t
marks_lost(const struct oio_type *t, const struct folded *before, const struct folded *after,
	   instant at)
{
	size_t lost = 0;

	for (size_t i = 0; i < before->content.count; i++) {
		const struct oio_item *it = &before->content.items[i];
		bool goes_on = false;

		if (it->part != OIO_RELATION || !virkning_overlaps(&it->v, at, at + 1) ||
		    (strcmp(t->fields[it->field].name, "Opgaver") != 0 &&
		     strcmp(t->fields[it->field].name, "TilknyttedeOpgaver") != 0))
			continue;
		for (size_t k = 0; k < after->content.count; k++)
			goes_on |= after->content.items[k].field == it->field &&
				   after->content.items[k].part == OIO_RELATION &&
				   item_same(t, it, &after->content.items[k]) &&
				   virkning_overlaps(&after->content.items[k].v, at, at + 1);
		lost += !goes_on;
	}
	return lost;
}

bool
plan_add(struct plan *p, const struct drafted_place *place, const struct folded *before,
	 const struct folded *after, struct plan_object **out, struct err *e)
{
	const struct oio_type *t = desk_kind(place->key.kind);
	const struct registrering reg = {.livscyklus = after->livscyklus,
					 .bruger = ref_of_urn(PLAN_USER),
					 .content = after->content};
	struct plan_object *o;
	instant at;

	*out = NULL;
	if (folded_same(t, before, after)) {
		p->unchanged++;
		return true;
	}
	if (after->livscyklus == LIV_NONE)
		return FAIL(e, INTERNAL, "an object that is not there afterwards");
	p->objects = grow(p->objects, &p->count, &p->room, sizeof(*p->objects));
	o = &p->objects[p->count - 1];
	o->type = t;
	o->key = place->key;
	o->key.cvr = arena_dup(p->a, place->key.cvr);
	if (place->found)
		o->before = (struct object_mark){place->row.id, place->row.at};
	at = settled(p, t, before, after);
	plan_look(t, before, at, p->a, &o->was);
	plan_look(t, after, at, p->a, &o->becomes);
	o->changes = changes_of(o, before, after);
	o->operation = operation_of(before, after);
	append_pack(t, &reg, p->a, &o->packed);
	digest_sha256(o->packed.content, o->digest);
	for (unsigned i = 0; i < PLAN_CHANGE_COUNT; i++)
		p->changes[i] += o->changes >> i & 1;
	p->marks_lost += marks_lost(t, before, after, at);
	*out = o;
	return true;
}

/* ---- what else names what is closed ---- */

struct naming {
	struct plan *p;
	const struct plan_object **closed; /* in order of UUID */
	size_t count;
};

static int
by_uuid(const void *pa, const void *pb)
{
	const struct plan_object *const *a = pa, *const *b = pb;

	return uuid_cmp((*a)->key.uuid, (*b)->key.uuid);
}

static const struct plan_object *
find_closed(const struct naming *n, struct uuid u)
{
	size_t low = 0, high = n->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int d = uuid_cmp(n->closed[mid]->key.uuid, u);

		if (d == 0)
			return n->closed[mid];
		if (d < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static bool
look_into(const struct known_row *row, void *arg, struct err *e)
{
	struct naming *n = arg;
	struct plan *p = n->p;
	struct uuid u;

	(void)e;
	for (size_t i = 0; i + UUID_TEXT_LEN <= row->json.len; i++) {
		const struct plan_object *o;

		if (row->json.ptr[i + 8] != '-' ||
		    !uuid_parse(str_of(row->json.ptr + i, UUID_TEXT_LEN), &u))
			continue;
		o = find_closed(n, u);
		if (!o)
			continue;
		p->consequences = grow(p->consequences, &p->consequence_count,
				       &p->consequence_room, sizeof(*p->consequences));
		p->consequences[p->consequence_count - 1] = (struct plan_consequence){
			arena_dup(p->a, row->type), arena_dup(p->a, row->id), o->type, u};
		i += UUID_TEXT_LEN - 1;
	}
	return true;
}

bool
plan_consequences(struct plan *p, struct reading *r, struct err *e)
{
	struct naming n = {.p = p};
	bool ok;

	n.closed = MEM_NEW_N(p->count + 1, const struct plan_object *);
	for (size_t i = 0; i < p->count; i++)
		if (p->objects[i].changes & 1u << PLAN_NEDLAGT)
			n.closed[n.count++] = &p->objects[i];
	if (n.count > 1)
		qsort(n.closed, n.count, sizeof(*n.closed), by_uuid);
	ok = n.count == 0 || store_known_each(r, INSTANT_MAX, look_into, &n, e);
	mem_free(n.closed);
	return ok;
}
