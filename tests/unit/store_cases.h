/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every implementation of store.h must do, as one list of cases. A test program of an
 * implementation runs each of them on a store of its own making, fresh for each case.
 */
#ifndef TESTS_STORE_CASES_H
#define TESTS_STORE_CASES_H

#include <stddef.h>
#include "store/store.h"

struct store_case {
	const char *name;
	/* options: how the same store is opened again; the case may close and reopen *s */
	void (*run)(struct store **s, const struct store_options *options);
};

/* what is known, transactions */
extern const struct store_case store_cases[];
extern const size_t store_case_count;
/* audit, events, replay keys, state */
extern const struct store_case store_state_cases[];
extern const size_t store_state_case_count;

/* registry objects (store/objects.h) */
extern const struct store_case store_object_cases[];
extern const size_t store_object_case_count;
/* … walks over them */
extern const struct store_case store_scan_cases[];
extern const size_t store_scan_case_count;

/* drafts and publications (store/drafts.h), and what they need of objects */
extern const struct store_case store_draft_cases[];
extern const size_t store_draft_case_count;

/* loads and imports (store/imports.h) */
extern const struct store_case store_import_cases[];
extern const size_t store_import_case_count;

/* A path under build/ that is this process's own, and the removal of what is there. */
struct store_options store_fresh_options(const char *name);
void store_remove(const struct store_options *options);
void store_reopen(struct store **s, const struct store_options *options);

/* A job that writes one document of so many bytes, and how many there are now. */
struct store_probe {
	char id[32];
	size_t size;
};
bool store_probe_write(struct tx *tx, void *probe, struct err *e);
int store_probe_count(struct store *s);
/* Makes a file with 40 of them. */
void store_probe_file(const struct store_options *options);

#endif
