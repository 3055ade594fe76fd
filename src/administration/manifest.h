/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * manifest.json of a folder of tables: whose it is, what it covers, and what each file must be.
 * Source: contract of administration, 4.7.3.
 */
#ifndef ADMINISTRATION_MANIFEST_H
#define ADMINISTRATION_MANIFEST_H

#include "administration/source.h"
#include "base/buf.h"

#define MANIFEST_NAME "manifest.json"
#define MANIFEST_VERSION 1

struct manifest_file {
	struct str name;
	uint64_t rows;
	struct str sha256; /* hex, lower case */
};

struct manifest {
	struct str cvr, source, extracted_at;
	enum source_extent extent;
	struct manifest_file files[8];
	size_t count;
};

/* NULL, or what is wrong with the text, in Danish. Everything lives in the arena. */
const char *manifest_parse(struct str text, struct arena *a, struct manifest *out);
/* NULL: not in it */
const struct manifest_file *manifest_find(const struct manifest *m, struct str name);
/* Always the same bytes for the same manifest. */
void manifest_write(const struct manifest *m, struct buf *out);

#endif
