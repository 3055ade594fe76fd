/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is known, applied from declarative files and given back: idempotent, all or nothing,
 * with a diff. Files are in libconfig's syntax, or JSON by name (*.json): lists of objects by
 * type (myndigheder, leverandoerer, systemer, services, aftaler, brugersystemroller,
 * dataafgraensningstyper, jobfunktionsroller, idps). References to files (certificates,
 * metadata) are relative to the file that names them.
 */
#ifndef TRUST_APPLY_H
#define TRUST_APPLY_H

#include "base/buf.h"
#include "store/store.h"

struct cert;

enum apply_change { APPLY_NEW, APPLY_CHANGED, APPLY_REMOVED, APPLY_SAME };

struct apply_report {
	size_t count[4];     /* by enum apply_change */
	struct buf diff;     /* human-readable, one block an object; no secrets */
	struct buf problems; /* one line a problem, file and place named */
	struct buf warnings; /* one line each; they stop nothing */
};

/*
 * A system or IdP as it would be known, for a room that can read SAML metadata, which this one
 * cannot: findings, a line each, become problems of that document.
 */
struct apply_peer {
	struct str name; /* of the document */
	bool is_idp;
	bool is_same;              /* as it is known already */
	struct str entity_id, xml; /* absent: none */
	const struct str *pems;    /* certificates of the facet anvender */
	size_t pem_count;
	struct buf findings; /* out */
};
typedef void apply_peers_fn(struct apply_peer *peers, size_t count, struct arena *a, void *arg);

struct apply_options {
	bool dry_run;
	bool prune;       /* what the files do not name is removed */
	struct str actor; /* "cli:<user>" */
	/* folder that file references are relative to; absent: that of the file with them */
	struct str root;
	bool development;      /* certificates of employees are accepted for systems */
	apply_peers_fn *peers; /* NULL: metadata is not looked into */
	void *peers_arg;
};

void apply_report_release(struct apply_report *report);

/*
 * Validates everything (fields, references, uniqueness of certificates and entity ids, role
 * owners) before anything is written. *out is set in any case and must be released.
 * Errors: APPLY_INVALID (see problems), STORE_*.
 */
MUST_USE bool apply_files(struct store *s, const char *const *paths, size_t count,
			  const struct apply_options *o, struct apply_report *out,
			  struct err *e);

/* A certificate of a known it-system, by itself or by its thumbprint, and its mark. */
struct apply_mark {
	const struct cert *cert;
	struct str thumbprint; /* hex of SHA-1 or SHA-256; counts where cert is NULL */
	bool is_blocked;       /* as it is to be */
	bool is_found;         /* out: there is such a certificate */
};
/*
 * Sets the mark in one transaction: no change of anybody else's comes between finding and
 * writing. Checks and records as apply_files() does; *out as there.
 * Errors: APPLY_INVALID (also where nothing is found), STORE_*.
 */
MUST_USE bool apply_mark(struct store *s, struct apply_mark *m, const struct apply_options *o,
			 struct apply_report *out, struct err *e);
/* Everything known, as one JSON document that apply_files takes. */
MUST_USE bool apply_export(struct store *s, instant at, struct buf *out, struct err *e);

#endif
