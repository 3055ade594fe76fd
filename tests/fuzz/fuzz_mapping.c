/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A mapping, a NUL, and a table of users that is read by it; and the same text as a manifest:
 * what is taken as one is written and read again.
 */
#include <stdint.h>
#include <string.h>

#include "administration/manifest.h"
#include "administration/mapping.h"
#include "tests/unit/source_any.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
as_manifest(struct str text)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(buf_release) struct buf one = BUF_INIT(1u << 20);
	AUTO(buf_release) struct buf two = BUF_INIT(1u << 20);
	struct manifest m;

	if (manifest_parse(text, a, &m))
		return;
	manifest_write(&m, &one);
	BUG_ON(manifest_parse(buf_str(&one), a, &m) != NULL);
	manifest_write(&m, &two);
	BUG_ON(!str_eq(buf_str(&one), buf_str(&two)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(mapping_freep) struct source_mapping *m = NULL;
	AUTO(buf_release) struct buf shown = BUF_INIT(1u << 20);
	struct str text, table;
	struct mapping_fault f;

	(void)str_cut(str_of(data, size), '\0', &text, &table);
	as_manifest(text);
	m = mapping_parse(text, &f);
	BUG_ON(!m && !f.reason);
	if (!m)
		return 0;
	mapping_show(m, &shown);
	if (str_is_set(table))
		source_any(SOURCE_CSV, "brugere.csv", table, m);
	return 0;
}
