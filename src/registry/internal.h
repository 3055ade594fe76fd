/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the engine share: a call at work, its answer, its record, stored objects.
 */
#ifndef REGISTRY_INTERNAL_H
#define REGISTRY_INTERNAL_H

#include "registry/registry.h"
#include "registry/view.h"
#include "store/objects.h"

struct labels;

struct registry {
	struct store *store;
	struct registry_options options;
	struct labels *labels;
};

/* A call at work. reader.text is what the client is told when something failed. */
struct work {
	struct registry_call *c;
	struct reader reader;
	struct access_answer access;
	struct arena *scratch; /* for one object at a time; c->a unless a loop sets it */
};

void work_init(struct work *w, struct registry_call *c);
/*
 * Asks access_decide. object NULL: none yet. Errors: RETUR_DENIED, RETUR_NOT_FOUND, with text.
 */
MUST_USE bool work_may(struct work *w, unsigned need, const struct access_object *object,
		       struct err *e);
/*
 * As work_may without an object, for operations that may be about another data owner's objects:
 * w->access.scope then says whose, when the caller has no such right over its own.
 */
MUST_USE bool work_may_any(struct work *w, unsigned need, struct err *e);
/* What the caller holds over that object's owner's data; 0 if it may not read it. */
unsigned work_rights_over(const struct work *w, struct str owner);
/* is `owner` of the operator, and the kind a shared one? */
bool work_is_shared(const struct work *w, struct str owner);

/* ---- answers (answer.c) ---- */

/* The output element, open, with StandardRetur in it. */
void answer_begin_ok(struct registry_call *c);
void answer_end(struct registry_call *c);
void answer_retur(struct registry_call *c, enum err_code code, struct str text);
/*
 * For the end of an operation that failed with e: if its row is told as StandardRetur, writes
 * that answer and returns true; else false, for a fault.
 */
bool answer_refuse(struct work *w, struct err *e);
/* The same where more is to stand in the output; until answer_end(). */
bool answer_begin_refusal(struct work *w, struct err *e);
struct label_source;
/* An encoder for c->out; labels come from the snapshot, which is filled in. r NULL: as sent. */
void answer_encoder(const struct registry_call *c, struct reading *r, struct label_source *from,
		    struct encoder *x);

/* ---- records (record.c) ---- */

/* Audit record and, once a call, replay claims; in the job of the change. */
/*
 * [organisation 1.5] Who registered: BrugerRef as sent, which only an import can, else the id
 * of the system that calls, as an URN. Clients go through it without a look.
 */
void record_user(const struct work *w, struct registrering *r);
MUST_USE bool record_call(struct tx *tx, const struct work *w, struct uuid uuid,
			  const char *result, struct err *e);
/* One event a registration; `at` is when that was committed. */
MUST_USE bool record_event(struct tx *tx, const struct work *w, const struct object_key *k,
			   instant at, struct err *e);
/* The event of an object that is removed. */
MUST_USE bool record_gone(struct tx *tx, const struct work *w, const struct object_key *k,
			  instant at, struct err *e);

/* ---- stored objects (stored.c) ---- */

struct stored {
	struct object_row row;
	struct registrering reg; /* unpacked; at and life cycle from the row */
	instant sent_at;
};

/*
 * The object that a UUID names for this caller: its own, or else, of a shared kind, the
 * operator's. Another authority's is not looked for. Content lives in w->scratch.
 */
MUST_USE bool stored_find(const struct work *w, struct reading *r, struct uuid uuid,
			  struct object_row *out, bool *found, struct err *e);
/* … or else one of a data owner for whom the caller holds a privilege group. */
MUST_USE bool stored_find_any(const struct work *w, struct reading *r, struct uuid uuid,
			  struct object_row *out, bool *found, struct err *e);
MUST_USE bool stored_unpack(const struct oio_type *t, const struct object_row *row,
			    struct arena *a, struct stored *out, struct err *e);
/* Content to bytes, values and listings, ready to be appended. */
void stored_pack(const struct oio_type *t, const struct registrering *reg, instant sent_at,
		 struct arena *a, struct object_new *out);

/* ---- what can be searched for (index.c) ---- */

/* Longer texts are kept and compared cut to this. */
#define INDEX_VALUE_BYTES 160

unsigned index_field(const struct oio_type *t, size_t row);
struct str index_text(struct str text, struct arena *a);
struct str index_ref(const struct oio_ref *ref, struct arena *a);
/* The UUID of such a value; false: it holds none. */
bool index_is_uuid(struct str value, struct uuid *out);
struct str index_flag(const struct oio_slot *s);
void index_values(const struct oio_type *t, const struct oio_content *c, struct arena *a,
		  struct object_new *out);
/* When the object has an Egenskab, and whether it is active then. */
void index_listings(const struct oio_content *c, struct arena *a, struct object_new *out);

/* ---- input elements that several operations share ---- */

MUST_USE bool input_filter(struct work *w, struct cursor *c, const char *fra, const char *til,
			   struct filter *out, struct err *e);

#endif
