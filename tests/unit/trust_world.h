/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small world for tests of trust/: a fresh store, files out of texts, what applying them
 * says. Everything here ends the test when it fails unasked.
 */
#ifndef TESTS_TRUST_WORLD_H
#define TESTS_TRUST_WORLD_H

#include "store/store.h"
#include "trust/apply.h"
#include "trust/trust.h"

struct world {
	struct store *store;
	struct store_options options;
	char folder[200]; /* its own, removed at the end */
	struct apply_report report;
	struct err err;
};

void world_begin(struct world *w, const char *name);
void world_end(struct world *w);
/* Writes folder/name. */
void world_file(struct world *w, const char *name, const char *text);
/* Copies a certificate of the test PKI to folder/name. */
void world_cert(struct world *w, const char *name, const char *pki_folder);
/* Applies folder/name; the report stays in w until the next call. */
bool world_apply(struct world *w, const char *name, const struct apply_options *o);
/* Applies a text as one file; it must succeed. */
void world_put(struct world *w, const char *text);
const struct trust_snapshot *world_snapshot(struct world *w);

/* Authorities, a vendor, systems KY and hvem, a service with two roles, limits, roles, an IdP.
 */
extern const char world_base[];

#endif
