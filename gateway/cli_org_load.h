/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What indlaes and importer share: a load with its progress, and its publication. */
#ifndef GATEWAY_CLI_ORG_LOAD_H
#define GATEWAY_CLI_ORG_LOAD_H

#include "administration/load.h"
#include "administration/mapping.h"
#include "gateway/cli_org.h"

/* SIGINT and SIGTERM end the load between two objects; what was committed stays. */
void org_load_signals(void);
/* The authority's one Organisation, or nil: formats whose objects say it need none. */
void org_load_organisation(const struct org *o, struct load_order *order);
/* load_run with progress on standard error. */
MUST_USE bool org_load(const struct org *o, struct load_order *order, struct arena *a,
		       struct load_outcome *out, struct err *e);
/*
 * Publishes a staged load's draft, and notes it. Errors: those of publish.h; then the draft
 * waits.
 */
MUST_USE bool org_load_publish(const struct org *o, struct load_outcome *out,
			       bool accept_warnings, int64_t *publication, struct err *e);
/* What a staged load would change, and away with it: for a trial. */
MUST_USE bool org_load_show(const struct org *o, const struct load_outcome *out, struct err *e);
/* The exit code of a load that did what it could. */
int org_load_code(const struct load_outcome *out);
/* File of the lock; NULL without a database. */
const char *org_database(const struct org *o);

/*
 * Reads a mapping file for the order; path NULL: none. *m must outlive the load.
 * Errors: FILE_UNREADABLE, SOURCE_INVALID.
 */
MUST_USE bool org_load_mapping(const char *path, struct arena *a, struct load_order *order,
			       struct source_mapping **m, struct err *e);

int org_indlaes(struct org *o);
int org_importer(struct org *o);

#endif
