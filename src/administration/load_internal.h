/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of a load share. */
#ifndef ADMINISTRATION_LOAD_INTERNAL_H
#define ADMINISTRATION_LOAD_INTERNAL_H

#include <jansson.h>
#include "administration/load.h"
#include "administration/places.h"
#include "base/buf.h"

/* A batch is written when it has so many edits, or so many bytes of them. */
#define BATCH_EDITS 1000
#define BATCH_BYTES (8UL * 1024 * 1024)
/* What is refused or noted beyond this is counted and not listed. */
#define NOTES_MAX 10000
#define SPOKEN_MAX 400

/* A row of a kind, of addresses and tasks with the Rolle, that the source has ever filled. */
struct spoken {
	unsigned kind, field;
	struct uuid rolle; /* nil: any */
};

struct batch {
	struct arena *a;
	struct edit *edits;
	size_t edit_count, edit_room;
	struct import_note *notes;
	size_t note_count, note_room;
	struct import_object *delivered;
	size_t delivered_count, delivered_room;
	struct import_match *matches;
	size_t match_count, match_room;
};

/* What a record that is refused by one of its objects is put back to. */
struct mark {
	uint64_t record;
	bool is_refused;
	size_t edit_count, delivered_count;
	int64_t counts[LOAD_COUNTS];
};

/* Room for one more behind `count` of them; what is there is copied. */
#define BATCH_GROW(a, at, count, room)                                                         \
	((count) < (room) ? (at)                                                               \
			  : load_grow((a), (at), (count) * sizeof(*(at)),                      \
				      ((room) = (room) > 0 ? (room)*2 : 64) * sizeof(*(at))))
void *load_grow(struct arena *a, const void *old, size_t used, size_t bytes);

struct load {
	const struct load_order *o;
	struct load_outcome *out;
	struct arena *a;   /* as long as the load */
	struct arena *one; /* as long as an object */
	struct source *source;
	const struct source_info *info;
	struct import_run run; /* as it will be written next */
	struct str digest;     /* of what is read and how it is mapped */
	instant from;
	bool is_full;
	bool is_whole; /* the format says all of an object: what it lacks is not there */
	struct reading *reading;
	struct places *delivered; /* by this run, as they are in the store */
	struct places *matched;   /* theirs -> ours, where they differ */
	struct spoken spoken[SPOKEN_MAX];
	size_t spoken_count;
	bool is_prepared; /* matches are known */
	bool is_stopped;  /* too much would be removed */
	int64_t notes;
	struct batch batch;
	struct mark mark;
	struct klasser *klasser;
};

/* ---- load_note.c: counts, notes and facts ---- */

void load_note(struct load *l, enum load_note_kind kind, struct str file, size_t line,
	       struct str column, struct str text);
/* l->run.facts from counts, spoken rows and what the load was begun with. */
void load_write_facts(struct load *l);
MUST_USE bool load_read_facts(struct load *l, struct str facts, struct err *e);
void load_add_spoken(struct load *l, unsigned kind, size_t field, struct uuid rolle);
bool load_is_spoken(const struct load *l, unsigned kind, size_t field, struct uuid rolle);

/* ---- load_take.c: one object ---- */

/* Rolle of an address or a task; nil for everything else. */
struct uuid load_rolle_of(const struct oio_type *t, const struct oio_item *i);
/* The rows that a content fills are spoken of. */
void load_note_spoken(struct load *l, const struct oio_type *t, const struct oio_content *c);

MUST_USE bool load_take(struct load *l, const struct source_object *o, struct err *e);
/* An object of ours ends on the day of the load. */
MUST_USE bool load_put(struct load *l, const struct oio_type *t, struct uuid uuid,
		       enum edit_op op, const struct oio_content *content, int64_t base,
		       struct err *e);
/* Live, and holding on the day of the load. */
MUST_USE bool load_is_active(struct load *l, const struct oio_type *t, struct uuid uuid,
			     bool *out, struct err *e);
MUST_USE bool load_read_begin(struct load *l, struct err *e);
void load_read_end(struct load *l);
/* Writes the batch, with everything up to that record done. */
MUST_USE bool load_flush(struct load *l, int64_t position, struct err *e);

/* ---- load_match.c: objects that are ours under another UUID ---- */

/* Fills l->matched and l->spoken by a look through the source, if anything is stored. */
MUST_USE bool load_match(struct load *l, struct err *e);
/* What the object is called in the store. */
struct uuid load_ours(const struct load *l, const struct oio_type *t, struct uuid theirs);
/* The content with what it names as we call it; borrowed if nothing changes. */
void load_rename(const struct load *l, const struct oio_type *t, struct oio_content *c);

/* ---- load_naming.c: who names an object ---- */

/* What stays names none of what is missing any more. */
MUST_USE bool load_end_naming(struct load *l, const struct places *missing, struct err *e);
/* Of an address: those of the objects that have it, by the role it has there. */
MUST_USE bool load_address_groups(struct load *l, struct uuid address, owner_set *groups,
				  struct err *e);

/* ---- load_missing.c: what a full source has no more ---- */

MUST_USE bool load_missing(struct load *l, struct err *e);

/* ---- load_klasse.c: classes by their number ---- */

struct klasser;
source_klasse_fn load_klasse; /* arg: a struct load */
void load_klasser_free(struct klasser *k);

#endif
