/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * KlassifikationListeHent: whole classifications in the words of business, as one tree of what
 * is published. The same request and the same tree whether a client speaks SOAP or JSON; this
 * is what both share. Reads what the object services of Klassifikation store. Source: contract
 * of Klassifikation, 8.
 */
#ifndef KLASSIFIKATION_LISTEHENT_H
#define KLASSIFIKATION_LISTEHENT_H

#include "registry/lookup.h"
#include "registry/rest.h"
#include "soap/dispatch.h"

extern const struct soap_service klassifikationlistehent_2;
extern const struct rest_service klassifikationlistehent_rest;
/* Which role gives what, to both. */
extern const struct access_rules klassifikationlistehent_rules;

struct hent_spelling {
	const char *danish, *ascii;
};

/* ---- the request ---- */

enum hent_by { HENT_KLASSIFIKATION, HENT_FACET, HENT_KLASSE, HENT_KEYS };

struct hent_criterion {
	enum hent_by by;
	struct uuid uuid;
	/* HENT_KEYS: BrugervendtNoegle of each, perhaps with * at the end; absent: any */
	struct str klassifikation, facet, klasse;
};

struct hent_request {
	const struct hent_criterion *criteria;
	size_t count;
	bool is_all;      /* KunAktuelle false: also what is not in force */
	bool only_shared; /* KunFaelleskommunaleKlasser */
	bool has_from, has_to;
	instant from, to; /* KlassifikationPubliceretFraDato, TilDato; [from, to) */
};

/* Names of what is asked for, as those of the answer. */
enum hent_asked {
	HENT_A_LISTE,
	HENT_A_KRITERIE,
	HENT_A_KLASSIFIKATION,
	HENT_A_FACET,
	HENT_A_KLASSE,
	HENT_A_NOEGLER,
	HENT_A_KLASSIFIKATION_KEY,
	HENT_A_FACET_KEY,
	HENT_A_KLASSE_KEY,
	HENT_A_AKTUELLE,
	HENT_A_FRA,
	HENT_A_TIL,
	HENT_A_FAELLES,
	HENT_A_COUNT
};
extern const struct hent_spelling hent_asked_names[HENT_A_COUNT];
#define HENT_KEY_CHARS 50

/* xs:date, 00:00 in Copenhagen unless it has a zone. Errors: TIME_MALFORMED. */
MUST_USE bool hent_date(struct str text, instant *out, struct err *e);

/* ---- the answer ---- */

struct hent_node {
	const struct lookup_object *o;
	const struct oio_item *egenskab; /* the latest in the time asked for */
	struct str folded;               /* BrugervendtNoegle as it is compared */
};

struct hent_facet {
	struct hent_node node;
	bool is_chosen;            /* shown */
	bool is_whole;             /* with all its classes */
	struct hent_node *klasser; /* BrugervendtNoegle, then UUID */
	size_t count;
};

struct hent_klassifikation {
	struct hent_node node;
	bool is_chosen; /* shown, be it with no facet */
	struct hent_facet *facetter;
	size_t count;
};

/* A Klasse as others name it. */
struct hent_reference {
	struct hent_node klasse;
	const struct hent_facet *facet;
	const struct hent_klassifikation *klassifikation;
};

struct hent_patterns;

struct hent_answer {
	const struct hent_request *request;
	const struct hent_patterns *patterns; /* of each criterion */
	struct registry_call *call;
	struct lookup *lookup;
	instant from, to; /* of valid time: what is told holds at some moment of it */
	struct hent_klassifikation *all;
	size_t count;
	const struct hent_reference *klasser; /* all that are shown, by UUID */
	size_t klasse_count;
	struct str reason; /* of a failure, for the client; may be absent */
};

/*
 * Finds all that the request names. c as lookup_open() wants it; hent_end() after it, whatever
 * it returned. Errors: those of lookup.h.
 */
MUST_USE bool hent_find(struct registry_call *c, const struct hent_request *q,
			struct hent_answer *out, struct err *e);
void hent_end(struct hent_answer *h);
bool hent_is_empty(const struct hent_answer *h);

/* *found false: no such Klasse is there to be shown, chosen or not. */
MUST_USE bool hent_refer(const struct hent_answer *h, struct uuid klasse,
			 struct hent_reference *out, bool *found, struct err *e);

/* ---- how it is written ---- */

/* to who asked for what is not there */
#define HENT_NOTHING STR("Der er ingen klassifikation, som passer til kriterierne")

enum hent_name {
	HENT_N_KLASSIFIKATION_LISTE,
	HENT_N_KLASSIFIKATION,
	HENT_N_KLASSIFIKATION_ID,
	HENT_N_KLASSIFIKATION_KEY,
	HENT_N_KLASSIFIKATION_TITEL,
	HENT_N_KLASSIFIKATION_BESKRIVELSE,
	HENT_N_KLASSIFIKATION_EJER,
	HENT_N_KLASSIFIKATION_EJER_CVR,
	HENT_N_KLASSIFIKATION_FRA,
	HENT_N_KLASSIFIKATION_TIL,
	HENT_N_KLASSIFIKATION_AENDRET,
	HENT_N_FACET_LISTE,
	HENT_N_FACET,
	HENT_N_FACET_ID,
	HENT_N_FACET_KEY,
	HENT_N_FACET_TITEL,
	HENT_N_FACET_BESKRIVELSE,
	HENT_N_FACET_RETSKILDE,
	HENT_N_FACET_EJER,
	HENT_N_FACET_EJER_CVR,
	HENT_N_FACET_FRA,
	HENT_N_FACET_TIL,
	HENT_N_FACET_AENDRET,
	HENT_N_KLASSE_LISTE,
	HENT_N_KLASSE,
	HENT_N_KLASSE_ID,
	HENT_N_KLASSE_KEY,
	HENT_N_KLASSE_TITEL,
	HENT_N_KLASSE_BESKRIVELSE,
	HENT_N_KLASSE_RETSKILDE,
	HENT_N_KLASSE_NOTAT,
	HENT_N_KLASSE_EJER,
	HENT_N_KLASSE_EJER_CVR,
	HENT_N_KLASSE_AENDRET,
	HENT_N_PUBLICERET_LISTE,
	HENT_N_PUBLICERET,
	HENT_N_PUBLICERET_FRA,
	HENT_N_PUBLICERET_TIL,
	HENT_N_SOEGEORD_LISTE,
	HENT_N_SOEGEORD,
	HENT_N_SOEGEORD_TITEL,
	HENT_N_FORAELDER,
	HENT_N_MAPNING_LISTE,
	HENT_N_MAPNING,
	HENT_N_MAPNING_ROLLE,
	HENT_N_MAPNING_VALG,
	HENT_N_MAPNING_KLASSE,
	HENT_N_MAPNING_URN,
	HENT_N_MAPNING_FRA,
	HENT_N_MAPNING_TIL,
	HENT_N_COUNT
};

extern const struct hent_spelling hent_names[HENT_N_COUNT];

/* Where a tree goes: elements, or members and arrays of one-member objects. */
struct hent_writer {
	void *to;
	void (*open)(void *to, enum hent_name n); /* an element; a member that is an object */
	void (*close)(void *to);
	void (*open_list)(void *to, enum hent_name n);
	void (*close_list)(void *to);
	/* inside a list: an element; an object whose one member is an object */
	void (*open_item)(void *to, enum hent_name n);
	void (*close_item)(void *to);
	void (*leaf)(void *to, enum hent_name n, struct str text);
};

/* KlassifikationListe; nothing if the answer is empty. Errors: those of lookup.h. */
MUST_USE bool hent_write(const struct hent_answer *h, const struct hent_writer *w,
			 struct err *e);

#endif
