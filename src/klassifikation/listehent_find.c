/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From criteria to a tree of what is published. Several criteria are one union. A filter that
 * hides a classification or a facet hides what is below it. What the caller may not see was
 * never found (registry/lookup.h).
 *
 * Published is what a PubliceretStatus says so of; without KunAktuelle and without dates, all
 * that is stored. A Klasse that is chosen brings those below it. Source: contract of
 * Klassifikation, 8.1.
 */
#include "klassifikation/listehent.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/limits.h"
#include "klassifikation/types_6.h"
#include "registry/fold.h"
#include "registry/match.h"

/* Classes above a class: more would be a circle. */
#define DEPTH_MAX 32
#define DATE_CHARS 10

const struct hent_spelling hent_asked_names[HENT_A_COUNT] = {
	[HENT_A_LISTE] = {"KlassifikationKriterieListe", "KlassifikationKriterieListe"},
	[HENT_A_KRITERIE] = {"IdentifikationKriterie", "IdentifikationKriterie"},
	[HENT_A_KLASSIFIKATION] = {"KlassifikationIdentifikation",
				   "KlassifikationIdentifikation"},
	[HENT_A_FACET] = {"FacetIdentifikation", "FacetIdentifikation"},
	[HENT_A_KLASSE] = {"KlasseIdentifikation", "KlasseIdentifikation"},
	[HENT_A_NOEGLER] = {"BrugervendtNøgleKriterie", "BrugervendtNoegleKriterie"},
	[HENT_A_KLASSIFIKATION_KEY] = {"KlassifikationBrugervendtNøgle",
				       "KlassifikationBrugervendtNoegle"},
	[HENT_A_FACET_KEY] = {"FacetBrugervendtNøgle", "FacetBrugervendtNoegle"},
	[HENT_A_KLASSE_KEY] = {"KlasseBrugervendtNøgle", "KlasseBrugervendtNoegle"},
	[HENT_A_AKTUELLE] = {"KunAktuelle", "KunAktuelle"},
	[HENT_A_FRA] = {"KlassifikationPubliceretFraDato", "KlassifikationPubliceretFraDato"},
	[HENT_A_TIL] = {"KlassifikationPubliceretTilDato", "KlassifikationPubliceretTilDato"},
	[HENT_A_FAELLES] = {"KunFælleskommunaleKlasser", "KunFaelleskommunaleKlasser"},
};

bool
hent_date(struct str text, instant *out, struct err *e)
{
	char full[DATE_CHARS + 9 + 8];
	struct str zone;
	int n;

	if (text.len < DATE_CHARS || text.len > DATE_CHARS + 6)
		return FAIL(e, TIME_MALFORMED, "date, %zu bytes", text.len);
	zone = str_skip(text, DATE_CHARS);
	n = snprintf(full, sizeof(full), "%.*sT00:00:00" STR_FMT, DATE_CHARS, text.ptr,
		     STR_ARG(zone));
	return time_parse(str_of(full, (size_t)n), ZONE_LOCAL, out, e);
}

/* ---- what of an object is told ---- */

static bool
is_published(const struct hent_answer *h, const struct lookup_object *o)
{
	for (size_t i = 0; i < o->content.count; i++) {
		const struct oio_item *it = &o->content.items[i];

		if (it->part == OIO_TILSTAND && it->u.tilstand.tag == OIO_PUBLICERET &&
		    it->u.tilstand.flag && virkning_overlaps(&it->v, h->from, h->to))
			return true;
	}
	return false;
}

static bool
is_shown(const struct hent_answer *h, const struct lookup_object *o)
{
	bool is_any = h->request->is_all && !h->request->has_from && !h->request->has_to;

	return is_any || is_published(h, o);
}

static struct str
key_of(const struct hent_node *n)
{
	/* row 0 of every kind is BrugervendtNoegleTekst */
	return egenskab_text(n->o->type, n->egenskab, 0);
}

/* false: it has no Egenskab then, or is not shown. */
static bool
node_of(const struct hent_answer *h, const struct lookup_object *o, struct hent_node *out)
{
	*out = (struct hent_node){.o = o};
	if (!is_shown(h, o))
		return false;
	for (size_t i = 0; i < o->content.count; i++) {
		const struct oio_item *it = &o->content.items[i];

		if (it->part == OIO_ATTRIBUT && virkning_overlaps(&it->v, h->from, h->to) &&
		    (!out->egenskab || it->v.fra >= out->egenskab->v.fra))
			out->egenskab = it;
	}
	if (out->egenskab && str_is_set(key_of(out)))
		out->folded = fold_text(key_of(out), h->call->a);
	return out->egenskab != NULL;
}

static int
by_key(const void *pa, const void *pb)
{
	const struct hent_node *a = pa, *b = pb;
	int d = str_cmp(key_of(a), key_of(b));

	return d ? d : uuid_cmp(a->o->uuid, b->o->uuid);
}

/* The UUID that a relation names; where it changed, the last time. */
static bool
related(const struct lookup_object *o, const char *relation, struct uuid *out)
{
	const struct oio_item *last = NULL;
	size_t field;

	BUG_ON(!oio_field_by_name(o->type, relation, &field));
	for (size_t i = 0; i < o->content.count; i++) {
		const struct oio_item *it = &o->content.items[i];

		if (it->part == OIO_RELATION && it->field == field &&
		    it->u.relation.ref.is_uuid && (!last || it->v.fra >= last->v.fra))
			last = it;
	}
	if (last)
		*out = last->u.relation.ref.uuid;
	return last != NULL;
}

/*
 * Keys of criteria and of objects are folded once each, never where one meets the other: there
 * may be 500 of these and 50,000 of those.
 */
struct hent_patterns {
	struct pattern klassifikation, facet, klasse; /* not set: any */
};

static struct pattern
pattern(const struct hent_answer *h, struct str wanted)
{
	return str_is_set(wanted) ? pattern_of(wanted, h->call->a)
				  : (struct pattern){.folded = STR_NONE};
}

static void
read_patterns(struct hent_answer *h)
{
	const struct hent_request *q = h->request;
	struct hent_patterns *out = ARENA_NEW_N(h->call->a, q->count + 1, struct hent_patterns);

	for (size_t i = 0; i < q->count; i++) {
		out[i].klassifikation = pattern(h, q->criteria[i].klassifikation);
		out[i].facet = pattern(h, q->criteria[i].facet);
		out[i].klasse = pattern(h, q->criteria[i].klasse);
	}
	h->patterns = out;
}

static bool
fits(const struct pattern *p, const struct hent_node *n)
{
	return !str_is_set(p->folded) || pattern_fits_folded(p, n->folded);
}

/* ---- heads ---- */

/* The shown ones of a list, sorted. */
static struct hent_node *
nodes_of(const struct hent_answer *h, const struct lookup_list *list, size_t *count)
{
	struct hent_node *out = ARENA_NEW_N(h->call->a, list->count + 1, struct hent_node);

	*count = 0;
	for (size_t i = 0; i < list->count; i++)
		*count += node_of(h, list->at[i], &out[*count]);
	if (*count > 1)
		qsort(out, *count, sizeof(*out), by_key);
	return out;
}

static bool
read_facets(struct hent_answer *h, struct hent_klassifikation *k, struct err *e)
{
	struct lookup_list list = {.at = NULL};
	struct hent_node *nodes;
	size_t field;

	BUG_ON(!oio_field_by_name(&type_facet_6, "FacetTilhoerer", &field));
	if (!lookup_all(h->lookup, &type_facet_6, field, &k->node.o->uuid, &list, e))
		return false;
	nodes = nodes_of(h, &list, &k->count);
	k->facetter = ARENA_NEW_N(h->call->a, k->count + 1, struct hent_facet);
	for (size_t i = 0; i < k->count; i++)
		k->facetter[i].node = nodes[i];
	return true;
}

static bool
read_heads(struct hent_answer *h, struct err *e)
{
	struct lookup_list list = {.at = NULL};
	struct hent_node *nodes;

	if (!lookup_all(h->lookup, &type_klassifikation_6, 0, NULL, &list, e))
		return false;
	nodes = nodes_of(h, &list, &h->count);
	h->all = ARENA_NEW_N(h->call->a, h->count + 1, struct hent_klassifikation);
	for (size_t i = 0; i < h->count; i++) {
		h->all[i].node = nodes[i];
		if (!read_facets(h, &h->all[i], e))
			return false;
	}
	return true;
}

/* ---- what is chosen ---- */

static struct hent_facet *
find_facet(const struct hent_answer *h, struct uuid uuid, struct hent_klassifikation **of)
{
	for (size_t i = 0; i < h->count; i++)
		for (size_t j = 0; j < h->all[i].count; j++)
			if (uuid_eq(h->all[i].facetter[j].node.o->uuid, uuid)) {
				*of = &h->all[i];
				return &h->all[i].facetter[j];
			}
	return NULL;
}

static bool
choose_klasse(struct hent_answer *h, struct uuid uuid, struct err *e)
{
	struct hent_klassifikation *k;
	struct lookup_object *o;
	struct hent_facet *f;
	struct hent_node n;
	struct uuid facet;

	if (!lookup_one(h->lookup, &type_klasse_6, uuid, &o, e))
		return false;
	if (!o || !node_of(h, o, &n) || !related(o, "Facet", &facet))
		return true;
	f = find_facet(h, facet, &k);
	if (f)
		f->is_chosen = true;
	return true;
}

static void
choose_facets(const struct hent_criterion *c, const struct hent_patterns *p,
	      struct hent_klassifikation *k)
{
	for (size_t j = 0; j < k->count; j++) {
		struct hent_facet *f = &k->facetter[j];

		if (!fits(&p->facet, &f->node))
			continue;
		f->is_chosen = true;
		f->is_whole |= !str_is_set(c->klasse);
	}
	/* its head alone where nothing below was asked for */
	k->is_chosen |= !str_is_set(c->facet) && !str_is_set(c->klasse);
}

static bool
choose(struct hent_answer *h, const struct hent_criterion *c, const struct hent_patterns *p,
       struct err *e)
{
	struct hent_klassifikation *k;
	struct hent_facet *f;

	switch (c->by) {
	case HENT_KLASSE:
		return choose_klasse(h, c->uuid, e);
	case HENT_FACET:
		f = find_facet(h, c->uuid, &k);
		if (f)
			f->is_whole = f->is_chosen = true;
		return true;
	case HENT_KLASSIFIKATION:
	case HENT_KEYS:
		break;
	}
	for (size_t i = 0; i < h->count; i++) {
		k = &h->all[i];
		if (c->by == HENT_KEYS ? fits(&p->klassifikation, &k->node)
				       : uuid_eq(k->node.o->uuid, c->uuid))
			choose_facets(c, p, k);
	}
	return true;
}

/* ---- classes ---- */

static bool
is_named(const struct hent_answer *h, const struct hent_klassifikation *k,
	 const struct hent_facet *f, const struct hent_node *n)
{
	for (size_t i = 0; i < h->request->count; i++) {
		const struct hent_criterion *c = &h->request->criteria[i];
		const struct hent_patterns *p = &h->patterns[i];

		if (c->by == HENT_KLASSE && uuid_eq(c->uuid, n->o->uuid))
			return true;
		if (c->by == HENT_KEYS && str_is_set(c->klasse) && fits(&p->klasse, n) &&
		    fits(&p->klassifikation, &k->node) && fits(&p->facet, &f->node))
			return true;
	}
	return false;
}

struct placed {
	struct uuid uuid;
	struct uuid parent;
	bool has_parent, is_named;
};

static int
by_uuid(const void *pa, const void *pb)
{
	const struct placed *a = pa, *b = pb;

	return uuid_cmp(a->uuid, b->uuid);
}

static const struct placed *
find_placed(const struct placed *all, size_t count, struct uuid uuid)
{
	const struct placed key = {.uuid = uuid};

	return count ? bsearch(&key, all, count, sizeof(key), by_uuid) : NULL;
}

/* It, or one above it, was named. */
static bool
is_below_named(const struct placed *all, size_t count, const struct placed *p)
{
	for (unsigned depth = 0; p && depth < DEPTH_MAX; depth++) {
		if (p->is_named)
			return true;
		if (!p->has_parent)
			return false;
		p = find_placed(all, count, p->parent);
	}
	return false;
}

/* Keeps the named ones and what is below them. */
static void
keep_named(const struct hent_answer *h, const struct hent_klassifikation *k,
	   struct hent_facet *f)
{
	struct placed *all = ARENA_NEW_N(h->call->a, f->count + 1, struct placed);
	size_t kept = 0;

	for (size_t i = 0; i < f->count; i++) {
		all[i].uuid = f->klasser[i].o->uuid;
		all[i].has_parent =
			related(f->klasser[i].o, "OverordnetKlasse", &all[i].parent);
		all[i].is_named = is_named(h, k, f, &f->klasser[i]);
	}
	qsort(all, f->count, sizeof(*all), by_uuid);
	for (size_t i = 0; i < f->count; i++) {
		const struct placed *p = find_placed(all, f->count, f->klasser[i].o->uuid);

		if (is_below_named(all, f->count, p))
			f->klasser[kept++] = f->klasser[i];
	}
	f->count = kept;
}

static bool
read_klasser(struct hent_answer *h, const struct hent_klassifikation *k, struct hent_facet *f,
	     struct err *e)
{
	struct lookup_list list = {.at = NULL};
	size_t field, kept = 0;

	BUG_ON(!oio_field_by_name(&type_klasse_6, "Facet", &field));
	if (!lookup_all(h->lookup, &type_klasse_6, field, &f->node.o->uuid, &list, e))
		return false;
	for (size_t i = 0; i < list.count; i++)
		if (!h->request->only_shared || list.at[i]->is_shared)
			list.at[kept++] = list.at[i];
	list.count = kept;
	f->klasser = nodes_of(h, &list, &f->count);
	if (f->is_whole)
		return true;
	/* chosen for classes of it */
	keep_named(h, k, f);
	f->is_chosen = f->count > 0;
	return true;
}

static int
by_reference(const void *pa, const void *pb)
{
	const struct hent_reference *a = pa, *b = pb;

	return uuid_cmp(a->klasse.o->uuid, b->klasse.o->uuid);
}

static void
index_klasser(struct hent_answer *h)
{
	struct hent_reference *out;
	size_t n = 0;

	for (size_t i = 0; i < h->count; i++)
		for (size_t j = 0; j < h->all[i].count; j++)
			h->klasse_count += h->all[i].facetter[j].count;
	out = ARENA_NEW_N(h->call->a, h->klasse_count + 1, struct hent_reference);
	for (size_t i = 0; i < h->count; i++)
		for (size_t j = 0; j < h->all[i].count; j++) {
			const struct hent_facet *f = &h->all[i].facetter[j];

			for (size_t m = 0; m < f->count; m++)
				out[n++] =
					(struct hent_reference){f->klasser[m], f, &h->all[i]};
		}
	if (n > 1)
		qsort(out, n, sizeof(*out), by_reference);
	h->klasser = out;
}

/* Of each classification that has something chosen: its facets. */
static bool
read_chosen(struct hent_answer *h, struct err *e)
{
	for (size_t i = 0; i < h->count; i++)
		for (size_t j = 0; j < h->all[i].count; j++) {
			struct hent_facet *f = &h->all[i].facetter[j];

			if (f->is_chosen && !read_klasser(h, &h->all[i], f, e))
				return false;
			h->all[i].is_chosen |= f->is_chosen;
		}
	index_klasser(h);
	return true;
}

/* ---- all of it ---- */

static void
set_time(struct hent_answer *h, const struct hent_request *q)
{
	h->from = INSTANT_MIN;
	h->to = INSTANT_MAX;
	if (!q->is_all) {
		h->from = h->call->now;
		h->to = instant_add(h->from, 1);
		return;
	}
	if (q->has_from)
		h->from = q->from;
	if (q->has_to)
		h->to = q->to;
}

bool
hent_find(struct registry_call *c, const struct hent_request *q, struct hent_answer *out,
	  struct err *e)
{
	struct hent_answer *h = out;

	*h = (struct hent_answer){.request = q, .call = c};
	set_time(h, q);
	read_patterns(h);
	if (h->from >= h->to) {
		h->reason = STR("KlassifikationPubliceretTilDato ligger ikke efter "
				"KlassifikationPubliceretFraDato");
		return FAIL(e, RETUR_PERIOD, "dates");
	}
	if (!lookup_open(c, &h->lookup, &h->reason, e) || !read_heads(h, e))
		return false;
	for (size_t i = 0; i < q->count; i++)
		if (!choose(h, &q->criteria[i], &h->patterns[i], e))
			return false;
	return read_chosen(h, e);
}

void
hent_end(struct hent_answer *h)
{
	lookup_closep(&h->lookup);
}

bool
hent_is_empty(const struct hent_answer *h)
{
	for (size_t i = 0; i < h->count; i++)
		if (h->all[i].is_chosen)
			return false;
	return true;
}

bool
hent_refer(const struct hent_answer *h, struct uuid klasse, struct hent_reference *out,
	   bool *found, struct err *e)
{
	struct lookup_object asked = {.uuid = klasse}, *o;
	const struct hent_reference key = {.klasse = {.o = &asked}}, *known = NULL;
	struct hent_klassifikation *k = NULL;
	struct uuid facet;

	if (h->klasse_count > 0)
		known = bsearch(&key, h->klasser, h->klasse_count, sizeof(key), by_reference);
	*found = known != NULL;
	*out = known ? *known : (struct hent_reference){.facet = NULL};
	if (known)
		return true;
	if (!lookup_one(h->lookup, &type_klasse_6, klasse, &o, e))
		return false;
	if (!o || !node_of(h, o, &out->klasse) || !related(o, "Facet", &facet))
		return true;
	out->facet = find_facet(h, facet, &k);
	out->klassifikation = k;
	*found = out->facet != NULL;
	return true;
}
