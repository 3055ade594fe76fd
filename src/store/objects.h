/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Registry objects: append-only registrations by (authority, kind, uuid), and what of the last
 * one can be searched for. What the bytes mean is the registry's affair; the store compares
 * them.
 *
 * The exception to append-only is lawful erasure: objects_rewrite and objects_purge, each of
 * which leaves a record that cannot be removed.
 */
#ifndef STORE_OBJECTS_H
#define STORE_OBJECTS_H

#include "base/uuid.h"
#include "store/store.h"

struct object_key {
	struct str cvr; /* 8 digits */
	unsigned kind;
	struct uuid uuid;
};

/* One registration, with the object it belongs to. */
struct object_row {
	int64_t id; /* of the registration */
	struct str cvr;
	struct uuid uuid;
	instant at;
	int state; /* life cycle */
	struct str content;
};

/* A value that the current registration can be found by, and when it holds. */
struct object_value {
	unsigned field;
	unsigned record; /* values with the same number stand together */
	struct str value;
	instant from, to;
};

/* When the object is listed, and whether as active. Intervals of one object are disjoint. */
struct object_listing {
	instant from, to;
	bool is_active;
};

struct object_new {
	struct object_key key;
	instant at; /* after that of every registration before it */
	int state;
	struct str content;
	struct str user; /* who registered, as the sender says; may be absent */
	const struct object_value *values;
	size_t value_count;
	const struct object_listing *listings;
	size_t listing_count;
	int64_t id; /* assigned: of the registration */
};

/*
 * Adds a registration; makes the object if it is not there. values and listings replace those
 * of the one before.
 */
MUST_USE bool objects_append(struct tx *tx, struct object_new *n, struct err *e);

/* Where an object stands: its latest registration, 0 if there is none, and its time. */
struct object_mark {
	int64_t id;
	instant at;
};
MUST_USE bool objects_mark(struct reading *r, const struct object_key *k,
			   struct object_mark *out, struct err *e);
/* A registration by its id; *found false: there is none, or it is another object's. */
MUST_USE bool objects_registration(struct reading *r, const struct object_key *k, int64_t id,
				   struct arena *a, struct object_row *out, bool *found,
				   struct err *e);

/* The last registration, copied into the arena. */
MUST_USE bool objects_latest(struct reading *r, const struct object_key *k, struct arena *a,
			     struct object_row *out, bool *found, struct err *e);

struct object_rows {
	struct object_row *at;
	size_t count, room;
};

/* Was anything of it ever erased by law? */
MUST_USE bool objects_is_erased(struct reading *r, const struct object_key *k, bool *out,
				struct err *e);
typedef bool object_place_fn(const struct object_key *k, void *arg, struct err *e);
/* Objects of the owner with a registration after `since`, in order of kind, uuid. */
MUST_USE bool objects_since(struct reading *r, struct str owner, instant since,
			    object_place_fn *fn, void *arg, struct err *e);

/*
 * Registrations that were in force at some moment of [from, to), oldest first. Each is in
 * force from its time to that of the next.
 */
MUST_USE bool objects_history(struct reading *r, const struct object_key *k, instant from,
			      instant to, struct arena *a, struct object_rows *out,
			      struct err *e);

/* ---- search ---- */

struct object_test {
	unsigned field;
	struct str value;
	bool is_prefix;
	instant from, to; /* the value must hold at some moment of [from, to) */
};

enum object_rule {
	OBJECT_ANY_OF,     /* one of the tests holds */
	OBJECT_ALL_IN_ONE, /* all hold for values of one record */
};

struct object_criterion {
	enum object_rule rule;
	const struct object_test *tests;
	size_t count;
};

#define OBJECT_OWNERS_MAX 2
#define OBJECT_TESTS_MAX 500 /* of one criterion */
#define OBJECT_CRITERIA_MAX 200

struct object_query {
	unsigned kind;
	struct str owners[OBJECT_OWNERS_MAX]; /* 8 digits each */
	size_t owner_count;
	const struct object_criterion *criteria; /* all must hold */
	size_t criterion_count;
	unsigned states; /* bit 1 << state: of the last registration */
	/* with these an object of the first owner hides the second's of the same UUID */
	unsigned hiding_states;
	/* a registration made in [made_from, made_to) */
	bool is_made;
	instant made_from, made_to;
	int made_state;       /* with this state; 0: any */
	struct str made_user; /* by this one; absent: any */
	/* listed at some moment of [listed_from, listed_to) */
	bool is_listed;
	bool only_active;
	instant listed_from, listed_to;
	const struct uuid *uuid;  /* this object only; NULL: any */
	const struct uuid *after; /* objects behind this one; NULL: from the start */
	bool with_content;
	int64_t offset, limit; /* by UUID */
};

MUST_USE bool objects_find(struct reading *r, const struct object_query *q, struct arena *a,
			   struct object_rows *out, struct err *e);

/*
 * Values of a field that hold at some moment of [from, to) for any object of the owner, each
 * once, in order.
 */
struct object_texts {
	struct str *at;
	size_t count, room;
};

MUST_USE bool objects_values(struct reading *r, struct str owner, unsigned field, instant from,
			     instant to, struct arena *a, struct object_texts *out,
			     struct err *e);

/* Every registration of every object of a kind, object by object, oldest first. */
typedef bool object_fn(const struct object_row *row, void *arg, struct err *e);
MUST_USE bool objects_each(struct reading *r, struct str owner, unsigned kind, object_fn *fn,
			   void *arg, struct err *e);

/* Registrations of every object of a kind, object by object, in order of UUID. */
struct object_scan {
	struct str owner;
	unsigned kind;
	/* the registration in force then, one an object; INSTANT_MAX: the last */
	instant at;
	bool is_every; /* every registration instead, oldest first */
	bool with_content;
};
MUST_USE bool objects_scan(struct reading *r, const struct object_scan *q, object_fn *fn,
			   void *arg, struct err *e);

/* ---- lawful erasure ---- */

struct object_erasure {
	struct object_key key;
	struct str reason; /* "anonymiser", "fysiskslet" */
	struct str actor;
	instant at;
};

/* Gives the new content of a registration. */
typedef bool object_rewrite_fn(const struct object_row *old, struct arena *a,
			       struct str *content, void *arg, struct err *e);
/*
 * Replaces the content of every registration and drops who made it; what could be searched for
 * is gone until the next objects_append. *count: registrations rewritten, 0 if there is no
 * such object.
 */
MUST_USE bool objects_rewrite(struct tx *tx, const struct object_erasure *x,
			      object_rewrite_fn *fn, void *arg, size_t *count, struct err *e);
/* Removes the object and its registrations. */
MUST_USE bool objects_purge(struct tx *tx, const struct object_erasure *x, size_t *count,
			    struct err *e);

#endif
