/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an authority's organisation is at a moment, whole and in memory: its own objects, those
 * of the shared registry that belong to it or that it names, who names whom, and the tree of
 * its units. Rules, figures, charts, diffs and exports read this and nothing else.
 *
 * A picture is one snapshot of the store, immutable, and costs some 2 KB an object; it is not
 * for calls of the network. Deleted objects are not in it, passivated ones are.
 * Source: contract of Organisation, 3.9 and 5.
 */
#ifndef ADMINISTRATION_PICTURE_H
#define ADMINISTRATION_PICTURE_H

#include "organisation/wellknown.h"
#include "registry/object.h"
#include "store/store.h"

struct picture;

struct picture_question {
	struct str cvr;          /* of the authority, 8 digits */
	struct str operator_cvr; /* who keeps the shared registry; absent: nobody */
	instant virkning;        /* what holds then … */
	instant registrering;    /* … as was known then; INSTANT_MAX: as is known */
	int64_t draft;           /* … with the edits of this draft on top; 0: none */
	instant day;             /* of its publication; 0: the day of `virkning` */
	bool needs_key;          /* BrugervendtNoegleTekst must be filled in its edits */
};

struct picture_object {
	const struct oio_type *type;
	struct uuid uuid;
	struct str owner;
	int64_t registration; /* id in the store; 0: only in a draft */
	instant registered;   /* when that was committed */
	struct oio_ref user;  /* who registered, as the sender says */
	enum livscyklus livscyklus;
	bool is_shared;  /* another one's, kept in the shared registry */
	bool is_active;  /* live, with an Egenskab and not Inaktiv at the moment */
	bool is_drafted; /* as the draft would have it */
	size_t number;   /* 0 … picture_count - 1 */
	/* sorted; what holds at the moment, and all that was registered */
	struct oio_content now, whole;
};

/*
 * An edit that cannot be, as fold_edit says, is left out; publication refuses it.
 * Errors: BAD_VALUE (CVR), DRAFT_UNKNOWN; those of the store.
 */
MUST_USE bool picture_take(struct store *s, const struct picture_question *q,
			   struct picture **out, struct err *e);
/* … of the snapshot that is being read, with the writer's own changes in it if it is one */
MUST_USE bool picture_take_of(struct reading *r, const struct picture_question *q,
			      struct picture **out, struct err *e);
void picture_free(struct picture *p);
void picture_freep(struct picture **p);

const struct picture_question *picture_of(const struct picture *p);
/* Objects of all kinds, by kind and UUID; those that are not the authority's own too. */
const struct picture_object *picture_all(const struct picture *p, size_t *count);
const struct picture_object *picture_kind(const struct picture *p, const struct oio_type *t,
					  size_t *count);
/* NULL: not in the picture */
const struct picture_object *picture_find(const struct picture *p, const struct oio_type *t,
					  struct uuid u);
/* Objects of the authority, of a kind, that are deleted. */
size_t picture_deleted(const struct picture *p, const struct oio_type *t);

/* ---- relations at the moment ---- */

struct picture_link {
	const struct picture_object *from;
	const struct oio_item *item; /* of from->now */
	size_t to;                   /* number */
};

/* Who names it, passive and inactive objects too, in order of their numbers. */
const struct picture_link *picture_naming(const struct picture *p,
					  const struct picture_object *o, size_t *count);
/* What a relation of an object names; NULL: not in the picture. */
const struct picture_object *picture_target(const struct picture *p, const struct oio_type *t,
					    const struct oio_item *item);
/* Next item of a row among those that hold at the moment, from *at on; NULL: no more. */
const struct oio_item *picture_item(const struct picture_object *o, size_t field, size_t *at);
/* The first of them, or NULL. */
const struct oio_item *picture_first(const struct picture_object *o, size_t field);
/* The object that the first of them names, or NULL. */
const struct picture_object *picture_named(const struct picture *p,
					   const struct picture_object *o, size_t field);
/* Is the UUID named by that row? */
bool picture_has(const struct picture_object *o, size_t field, struct uuid u);
/* The first active object that the row names, or NULL. */
const struct picture_object *picture_first_active(const struct picture *p,
						  const struct picture_object *o, size_t field);
/* Is the object a function of that Funktionstype, active or not? */
bool picture_is_function(const struct picture_object *o, enum wellknown type);
/* Active functions of type Enhedsrolle that name the user. */
size_t picture_posts(const struct picture *p, const struct picture_object *user);

/* ---- names ---- */

/* The text of a row of the Egenskab that holds; absent: none. */
struct str picture_text(const struct picture_object *o, size_t field);
/* What people call it: its name, else BrugervendtNoegleTekst, else an empty text. */
struct str picture_name(const struct picture_object *o);

/* ---- the organisations and the tree of units (active ones) ---- */

/*
 * The authority's organisations: its own, those of the shared registry that stand for it (their
 * Virksomhed has its CVR), and those without a Virksomhed that its units belong to.
 */
const struct picture_object *const *picture_organisations(const struct picture *p,
							  size_t *count);
/* Units with no Overordnet, by name. */
const struct picture_object *const *picture_roots(const struct picture *p, size_t *count);
/* Units below a unit, by name. */
const struct picture_object *const *
picture_children(const struct picture *p, const struct picture_object *unit, size_t *count);
const struct picture_object *picture_parent(const struct picture *p,
					    const struct picture_object *unit);
/* 1: a root; 0: reaches no root (in a circle, or below something that is not there). */
unsigned picture_depth(const struct picture *p, const struct picture_object *unit);
/* The first Bruger that an active function of type Lederrolle ties to the unit, or NULL. */
const struct picture_object *picture_leader(const struct picture *p,
					    const struct picture_object *unit);
/* … or to the nearest unit above that has one; *at is that unit. NULL: nobody. */
const struct picture_object *picture_leader_above(const struct picture *p,
						  const struct picture_object *unit,
						  const struct picture_object **at);

#endif
