/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine of all OIO registries: the eight operations for any kind that has a table. Each
 * decides who may (access.h), reads the request, runs, and writes its output element; what is
 * written is durable, with its audit record, replay claims and event, before it returns.
 *
 * A business failure is written as StandardRetur, c->verdict says which, and the operation
 * returns true. false is for a SOAP fault; what was written to c->out is then to be discarded.
 * Source: contract of Organisation, 1.3, 1.7, 2.2 and 3.
 */
#ifndef REGISTRY_REGISTRY_H
#define REGISTRY_REGISTRY_H

#include "base/caller.h"
#include "registry/access.h"
#include "registry/codec.h"

struct registry;
struct store;

typedef bool make_uuid_fn(struct uuid *out, struct err *e);

struct registry_options {
	/* CVR of the authority whose objects of shared kinds all may read; absent: none */
	struct str operator_cvr;
	make_uuid_fn *make_uuid;     /* version 4 */
	bool key_is_optional;        /* BrugervendtNoegleTekst may be left out everywhere */
	bool hierarchy_has_inactive; /* fremsoegobjekthierarki lists inactive objects too */
	bool may_purge;              /* fysiskslet is switched on */
	/* what Rolle and Type name, and take their Label from; NULL: labels as sent */
	const struct oio_type *label_type;
	/* what an authority is called, absent: nobody knows; NULL: nobody is asked */
	struct str (*authority_name)(void *arg, struct str cvr, struct arena *a);
	void *authority_arg;
};

/* Borrows the store; copies the options. */
MUST_USE bool registry_open(struct store *s, const struct registry_options *o,
			    struct registry **out, struct err *e);
void registry_close(struct registry *r);
void registry_closep(struct registry **r);

struct registry_call {
	struct registry *registry;
	const struct access_rules *rules; /* of the service */
	const char *key;                  /* for records: organisationenhed */
	struct str ns;                    /* of input and output */
	const struct oio_type *type;      /* NULL: an operation on several kinds */
	const char *operation;            /* laes */
	const char *output;               /* LaesOutput */
	const struct caller *caller;
	const struct xml_node *input; /* LaesInput */
	struct arena *a;
	instant now;
	struct xml_out *out;
	/* told back */
	bool is_recorded; /* audit record and claims were committed with the change */
	enum err_code verdict;
};

typedef bool registry_op(struct registry_call *c, struct err *e);

registry_op registry_opret;
registry_op registry_importer;
registry_op registry_ret;
registry_op registry_passiver;
registry_op registry_slet;
registry_op registry_laes;
registry_op registry_list;
registry_op registry_soeg;

/* ---- fremsoegobjekthierarki ---- */

/* Which objects of the operator are shown beside the authority's own. */
enum hierarchy_shared {
	HIERARCHY_OWN,        /* none */
	HIERARCHY_STANDS_FOR, /* those that stand for the authority (oio_delegate) */
	HIERARCHY_REFERENCED, /* those that the authority's objects name */
	HIERARCHY_ALL,
};

struct hierarchy_row {
	const struct oio_type *type;
	const char *filter; /* OrganisationEnhedSoegEgenskab */
	const char *list;   /* OrganisationEnheder */
	enum hierarchy_shared shared;
};

/* A relation by which objects of the authority name shared ones. */
struct hierarchy_reference {
	const struct oio_type *type;
	const char *relation;
	const struct oio_type *target;
};

struct hierarchy {
	const struct hierarchy_row *rows;
	size_t count;
	const struct hierarchy_reference *references;
	size_t reference_count;
};

/*
 * All kinds of the table as one snapshot: each list is paged for itself, in order of UUID.
 * Source: contract of Organisation, 2.5, 3.7 and R9; O11 of the resolutions.
 */
MUST_USE bool registry_hierarchy(struct registry_call *c, const struct hierarchy *h,
				 struct err *e);

/* ---- import of several kinds in one message ---- */

struct import_part {
	const struct oio_type *type;
	const char *wrapper; /* the element around any number of them; NULL: exactly one */
};

/*
 * Each object for itself, as importer does it, in order of the message: one UnikRetur each. A
 * message that does not fit the schema, or is not allowed, is one StandardRetur.
 * Source: contract of Organisation, 3.8.
 */
MUST_USE bool registry_import_all(struct registry_call *c, const struct import_part *parts,
				  size_t count, struct err *e);

/* ---- anonymiser ---- */

struct anonymise {
	const struct oio_type *type;
	const char *by_uuid, *by_text; /* PersonUUID, PersonCPR */
	size_t field;                  /* of the text */
};

/*
 * Rewrites every registration of the person as the table says (enum oio_erase), drops notes,
 * and registers that it was done.
 * Source: contract of Organisation, 3.5.
 */
MUST_USE bool registry_anonymise(struct registry_call *c, const struct anonymise *x,
				 struct err *e);

/* ---- events ---- */

struct event_row;
struct reading;

/*
 * An event of the outbox (store_event_each) as RegistreringBesked, by itself. *out in the arena
 * or borrowed from the row; absent: its object has been removed for good since.
 * Errors: STORE_DAMAGED (of a kind that is not among the types).
 * Source: contract of Organisation, 2.7.
 */
MUST_USE bool registry_event(struct reading *r, const struct event_row *row,
			     const struct oio_type *const *types, size_t count,
			     struct arena *a, struct str *out, struct err *e);

/* ---- fysiskslet ---- */

struct purge_relation {
	const struct oio_type *type; /* objects of this kind name others … */
	const char *name;            /* … by this relation */
};

struct purge {
	const char *by_home, *by_uuid; /* OrganisationUUID, OrganisationEnhedUUID */
	const char *home;              /* relation to the home: Tilhoerer */
	struct purge_relation main;    /* what goes, and the relation to what is above it */
	/* goes too, when all that it names by the relation goes */
	struct purge_relation follower;
	/* goes too, when nothing that stays names it by any of these relations */
	const struct oio_type *named;
	const struct purge_relation *naming;
	size_t naming_count;
};

/*
 * Removes one of the caller's own objects, what is below it and what is tied to nothing else,
 * with their history; all or nothing. An event and a record each say so.
 * Source: contract of Organisation, 2.6 and 3.5.
 */
MUST_USE bool registry_purge(struct registry_call *c, const struct purge *x, struct err *e);

#endif
