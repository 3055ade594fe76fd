/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The organisations of a picture, the tree of their units, and who leads them. Circles and
 * units below nothing are no part of the tree; that they are there is told by their depth.
 * Source: contract of Organisation, 6 (patterns); administration 4.7.5.
 */
#include "administration/picture_parts.h"

#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "organisation/wellknown.h"
#include "registry/fold.h"

/* ---- organisations ---- */

static bool
belongs(const struct picture *p, const struct picture_object *o, const bool *is_named)
{
	const struct picture_object *firm = picture_named(p, o, ORGANISATION_VIRKSOMHED);

	if (!o->is_active)
		return false;
	if (!o->is_shared)
		return true;
	if (!firm || !str_is_set(picture_text(firm, VIRKSOMHED_CVR)))
		return is_named[o->number];
	return str_eq(picture_text(firm, VIRKSOMHED_CVR), p->question.cvr);
}

static void
find_organisations(struct picture *p)
{
	struct picture_tree *t = &p->tree;
	bool *is_named = ARENA_NEW_N(p->a, p->count + 1, bool);
	size_t count, i;
	const struct picture_object *at = picture_kind(p, &type_organisationenhed, &count), *o;

	for (i = 0; i < count; i++) {
		o = at[i].is_active ? picture_named(p, &at[i], ENHED_TILHOERER) : NULL;
		if (o)
			is_named[o->number] = true;
	}
	at = picture_kind(p, &type_organisation, &count);
	t->organisations = ARENA_NEW_N(p->a, count + 1, const struct picture_object *);
	for (i = 0; i < count; i++)
		if (belongs(p, &at[i], is_named))
			t->organisations[t->organisation_count++] = &at[i];
}

const struct picture_object *const *
picture_organisations(const struct picture *p, size_t *count)
{
	*count = p->tree.organisation_count;
	return p->tree.organisations;
}

/* ---- the tree ---- */

struct place {
	const struct picture_object *unit;
	size_t parent; /* number; SIZE_MAX: none */
	struct str key;
};

/* Digits that a number in a name is filled up to, so that Team 2 comes before Team 10. */
#define NUMBER_DIGITS 9

/* Lower case, Å behind Ø, numbers by their size. */
static struct str
sort_key(struct picture *p, const struct picture_object *o)
{
	AUTO(buf_release) struct buf b = BUF_INIT(65536);
	struct str name = fold_text(picture_name(o), p->a);
	size_t i, n;

	for (i = 0; i < name.len; i += n) {
		unsigned char c = (unsigned char)name.ptr[i];

		for (n = 0;
		     i + n < name.len && name.ptr[i + n] >= '0' && name.ptr[i + n] <= '9';)
			n++;
		if (n > 0) {
			buf_printf(&b, "%.*s", n < NUMBER_DIGITS ? (int)(NUMBER_DIGITS - n) : 0,
				   "000000000");
			buf_add(&b, str_of(name.ptr + i, n));
			continue;
		}
		n = 1;
		if (c == 0xc3 && i + 1 < name.len && (unsigned char)name.ptr[i + 1] == 0xa5) {
			buf_add_c(&b, "\xc3\xbf");
			n = 2;
		} else {
			buf_add_char(&b, (char)c);
		}
	}
	return b.len > 0 ? arena_dup(p->a, buf_str(&b)) : STR("");
}

static int
cmp_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int c;

	if (x->parent != y->parent)
		return x->parent < y->parent ? -1 : 1;
	c = str_cmp(x->key, y->key);
	return c != 0 ? c : uuid_cmp(x->unit->uuid, y->unit->uuid);
}

static const struct picture_object *
find_parent(const struct picture *p, const struct picture_object *unit)
{
	const struct picture_object *o = picture_named(p, unit, ENHED_OVERORDNET);

	return o && o->is_active && o != unit ? o : NULL;
}

/* Level by level from the roots; each unit has one parent, so none comes twice. */
static void
measure(struct picture *p)
{
	struct picture_tree *t = &p->tree;
	const struct picture_object **queue =
		ARENA_NEW_N(p->a, p->count + 1, const struct picture_object *);
	size_t from = 0, end = 0, i, count;

	for (i = 0; i < t->root_count; i++) {
		t->depths[t->roots[i]->number] = 1;
		queue[end++] = t->roots[i];
	}
	while (from < end) {
		const struct picture_object *unit = queue[from++];
		const struct picture_object *const *child = picture_children(p, unit, &count);

		for (i = 0; i < count; i++) {
			t->depths[child[i]->number] = t->depths[unit->number] + 1;
			queue[end++] = child[i];
		}
	}
}

static void
find_tree(struct picture *p)
{
	struct picture_tree *t = &p->tree;
	size_t count, i, n = 0;
	const struct picture_object *at = picture_kind(p, &type_organisationenhed, &count);
	struct place *places = ARENA_NEW_N(p->a, count + 1, struct place);

	t->roots = ARENA_NEW_N(p->a, count + 1, const struct picture_object *);
	t->children = ARENA_NEW_N(p->a, count + 1, const struct picture_object *);
	for (i = 0; i < count; i++) {
		const struct picture_object *parent;

		if (!at[i].is_active)
			continue;
		parent = find_parent(p, &at[i]);
		t->parents[at[i].number] = parent;
		if (parent)
			t->children_of[parent->number + 1]++;
		if (parent || !picture_first(&at[i], ENHED_OVERORDNET))
			places[n++] = (struct place){&at[i], parent ? parent->number : SIZE_MAX,
						     sort_key(p, &at[i])};
	}
	for (i = 0; i < p->count; i++)
		t->children_of[i + 1] += t->children_of[i];
	qsort(places, n, sizeof(*places), cmp_places);
	/* in order of their parents, so each falls into its place; roots are last */
	for (i = 0; i < n; i++) {
		if (places[i].parent == SIZE_MAX)
			t->roots[t->root_count++] = places[i].unit;
		else
			t->children[i] = places[i].unit;
	}
	measure(p);
}

const struct picture_object *const *
picture_roots(const struct picture *p, size_t *count)
{
	*count = p->tree.root_count;
	return p->tree.roots;
}

const struct picture_object *const *
picture_children(const struct picture *p, const struct picture_object *unit, size_t *count)
{
	const struct picture_tree *t = &p->tree;

	*count = t->children_of[unit->number + 1] - t->children_of[unit->number];
	return t->children + t->children_of[unit->number];
}

const struct picture_object *
picture_parent(const struct picture *p, const struct picture_object *unit)
{
	return p->tree.parents[unit->number];
}

unsigned
picture_depth(const struct picture *p, const struct picture_object *unit)
{
	return p->tree.depths[unit->number];
}

/* ---- leaders ---- */

static void
find_leaders(struct picture *p)
{
	size_t count, i, k;
	const struct picture_object *at = picture_kind(p, &type_organisationfunktion, &count);

	for (i = 0; i < count; i++) {
		const struct picture_object *who, *unit;
		const struct oio_item *it;

		if (!at[i].is_active ||
		    !picture_is_function(&at[i], KLASSE_FUNKTION_LEDERROLLE))
			continue;
		who = picture_first_active(p, &at[i], FUNKTION_BRUGERE);
		k = 0;
		for (; who && (it = picture_item(&at[i], FUNKTION_ENHEDER, &k)) != NULL;) {
			unit = picture_target(p, at[i].type, it);
			if (unit && !p->tree.leaders[unit->number])
				p->tree.leaders[unit->number] = who;
		}
	}
}

const struct picture_object *
picture_leader(const struct picture *p, const struct picture_object *unit)
{
	return p->tree.leaders[unit->number];
}

const struct picture_object *
picture_leader_above(const struct picture *p, const struct picture_object *unit,
		     const struct picture_object **at)
{
	/* off the tree there may be a circle */
	if (picture_depth(p, unit) == 0)
		return NULL;
	for (; unit; unit = picture_parent(p, unit)) {
		*at = unit;
		if (picture_leader(p, unit))
			return picture_leader(p, unit);
	}
	return NULL;
}

void
picture_tree_make(struct picture *p)
{
	struct picture_tree *t = &p->tree;

	t->children_of = ARENA_NEW_N(p->a, p->count + 2, size_t);
	t->parents = ARENA_NEW_N(p->a, p->count + 1, const struct picture_object *);
	t->leaders = ARENA_NEW_N(p->a, p->count + 1, const struct picture_object *);
	t->depths = ARENA_NEW_N(p->a, p->count + 1, unsigned);
	find_organisations(p);
	find_tree(p);
	find_leaders(p);
}
