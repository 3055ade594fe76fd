/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An object kind is a table: its fields in schema order, attributes first, then states, then
 * relations. The engine knows no kind by name.
 * Source: contract of Organisation, 2.3 and 2.4.
 */
#ifndef REGISTRY_TYPE_H
#define REGISTRY_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include "base/str.h"

enum oio_part { OIO_ATTRIBUT = 1, OIO_TILSTAND, OIO_RELATION };

/* What a value is; also the tag of a slot. 0: nothing there. */
enum oio_value {
	OIO_TEXT = 1,
	OIO_TEXTS,      /* the element may repeat */
	OIO_SOEGEORD,   /* Soegeord of a Klasse, may repeat */
	OIO_GYLDIGHED,  /* GyldighedStatusKode */
	OIO_PUBLICERET, /* ErPubliceretIndikator, may be left out */
	OIO_REF,        /* Virkning, ReferenceID */
	OIO_ROLE_REF,   /* and Rolle, Type, Indeks */
};

enum oio_pattern {
	OIO_ANY,
	OIO_DIGITS_8,
	OIO_DIGITS_10,
	OIO_DIGITS_3_OR_4,
	OIO_1_TO_100,
};

/* What anonymiser leaves of a text. */
enum oio_erase { OIO_KEEP, OIO_DROP, OIO_REPLACE };

#define OIO_ONE 1U
#define OIO_MANY 0U
/* places for the attributes of one Egenskab; a test holds every table to it */
#define OIO_ATTRIBUTES_MAX 12

struct oio_field {
	unsigned id; /* in the store, unique within the kind; never changed, never reused */
	enum oio_part part;
	enum oio_value value;
	struct str ns;
	const char *name;
	unsigned max; /* how many may hold at one instant of virkning */
	unsigned max_chars;
	enum oio_pattern pattern;
	unsigned see; /* right (access.h) without which it is left out of answers; 0: none */
	enum oio_erase erase;
	bool is_parent;     /* must not name the object itself */
	const char *target; /* what ReferenceID names: a kind, "Klasse", "Aktoer" */
};

/*
 * An object of the shared registry whose one relation `field` may be written by the authority
 * that the object stands for: `via` names an object of `via_type` whose text `cvr` is its CVR.
 */
struct oio_delegate {
	size_t field;
	size_t via;
	const struct oio_type *via_type;
	size_t cvr;
};

struct oio_type {
	unsigned id;      /* in the store; never changed, never reused */
	const char *name; /* the object's element: OrganisationEnhed */
	const char *key;  /* in audit records and events: organisationenhed */
	struct str ns;
	const struct oio_field *fields;
	size_t count;
	bool has_extension;  /* LokalUdvidelse closes each list */
	bool may_lack_lists; /* OpretInput without the three lists */
	bool needs_key;      /* BrugervendtNoegleTekst must be filled */
	bool is_shared;      /* the operator's objects are everybody's to read */
	bool from_is_open;   /* a Virkning without FraTidspunkt began at no time, not today */
	bool single_repeats; /* answers show every period of a max-1 relation */
	bool event_has_id;   /* RegistreringBesked names its object in ObjektID */
	const struct oio_delegate *delegate;
};

struct oio_range {
	size_t first, end; /* fields[first] .. fields[end - 1] */
};

struct oio_range oio_part_range(const struct oio_type *t, enum oio_part part);
/* Row number by stored id; false if there is none. */
bool oio_field_by_id(const struct oio_type *t, unsigned id, size_t *field);
/* Row number by name; false if there is none. */
bool oio_field_by_name(const struct oio_type *t, const char *name, size_t *field);
/* NULL, or what is wrong with the table: for tests and for start-up. */
const char *oio_type_fault(const struct oio_type *t);

#endif
