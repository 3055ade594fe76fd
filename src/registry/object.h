/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An OIO object in memory: items, each with the time it holds for. An item is a whole Egenskab
 * record, a state or a relation; its values are tagged. Everything is borrowed: strings and
 * arrays live in the request's arena.
 * Source: contract of Organisation, 1.2–1.6 and 3.1.
 */
#ifndef REGISTRY_OBJECT_H
#define REGISTRY_OBJECT_H

#include "base/arena.h"
#include "base/time.h"
#include "base/uuid.h"
#include "registry/type.h"

enum livscyklus {
	LIV_NONE,
	LIV_OPSTAAET,
	LIV_IMPORTERET,
	LIV_PASSIVERET,
	LIV_SLETTET,
	LIV_COUNT
};

enum aktoer_type {
	AKTOER_NONE,
	AKTOER_ORGANISATION,
	AKTOER_ORGANISATIONENHED,
	AKTOER_ORGANISATIONFUNKTION,
	AKTOER_BRUGER,
	AKTOER_ITSYSTEM,
	AKTOER_INTERESSEFAELLESSKAB,
	AKTOER_COUNT
};

/* UnikId. A URN keeps the form it came in; one that is a bare UUID equals that UUID. */
enum ref_form { REF_NONE, REF_UUID, REF_URN };

struct oio_ref {
	enum ref_form form;
	bool is_uuid; /* uuid is set, whatever the form */
	struct uuid uuid;
	struct str urn; /* REF_URN: as sent */
};

struct virkning {
	instant fra, til; /* [fra, til), INSTANT_MIN and INSTANT_MAX: open */
	bool fra_given, til_given;
	struct oio_ref aktoer;
	enum aktoer_type aktoer_type;
	struct str note;
};

struct oio_soegeord {
	struct str identifikator, beskrivelse, kategori;
};

struct oio_slot {
	enum oio_value tag; /* 0: absent */
	bool flag;          /* OIO_GYLDIGHED: Aktiv; OIO_PUBLICERET: published */
	bool flag_given;    /* OIO_PUBLICERET */
	size_t count;       /* OIO_TEXTS, OIO_SOEGEORD */
	union {
		struct str text;
		const struct str *texts;
		const struct oio_soegeord *words;
	} u;
};

struct oio_role {
	struct oio_ref ref;
	struct str label; /* as sent */
};

struct oio_item {
	struct virkning v;
	enum oio_part part;
	size_t field; /* row of the type; 0 for an Egenskab */
	size_t seq;   /* place in the message, for stable order */
	union {
		const struct oio_slot *egenskab; /* one a row, from row 0 */
		struct oio_slot tilstand;
		struct {
			struct oio_ref ref;
			struct oio_role rolle, type;
			struct str indeks;
		} relation;
	} u;
};

enum oio_list { LIST_ATTRIBUT, LIST_TILSTAND, LIST_RELATION, LIST_COUNT };

/* What a registration says: sorted by object_sort once it is stored. */
struct oio_content {
	struct oio_item *items;
	size_t count;
	struct str extension[LIST_COUNT]; /* LokalUdvidelse, canonical XML, or absent */
};

struct registrering {
	instant at; /* Tidspunkt: of the commit; in a message: the sender's, or INSTANT_MIN */
	enum livscyklus livscyklus;
	struct str note;
	struct oio_ref bruger;
	struct oio_content content;
};

extern const char *const livscyklus_name[LIV_COUNT];
extern const char *const aktoer_type_name[AKTOER_COUNT];

struct oio_ref ref_of_uuid(struct uuid u);
struct oio_ref ref_of_urn(struct str urn); /* borrowed */
/* Two absent ones are equal. */
bool ref_eq(const struct oio_ref *a, const struct oio_ref *b);
int ref_cmp(const struct oio_ref *a, const struct oio_ref *b);
bool ref_is_set(const struct oio_ref *r);

/* The text of an Egenskab's row, absent if it has none. The row must hold one text. */
struct str egenskab_text(const struct oio_type *t, const struct oio_item *i, size_t field);
bool slot_eq(const struct oio_slot *a, const struct oio_slot *b);
/*
 * The same thing said, whatever the time: a whole record, a state, or a relation by
 * ReferenceID, Rolle and Type (Indeks and labels do not count).
 */
bool item_same(const struct oio_type *t, const struct oio_item *a, const struct oio_item *b);
/* Schema order; within a kind FraTidspunkt, Indeks, ReferenceID, Rolle, Type, TilTidspunkt. */
void object_sort(struct oio_content *c);
/* Whether an interval holds at some moment of [fra, til). */
bool virkning_overlaps(const struct virkning *v, instant fra, instant til);

#endif
