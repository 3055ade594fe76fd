/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes: the parser takes or refuses them; what it takes is walked, written and read back.
 * Written once it is canonical: writing what was read back gives the same bytes, and libxml2
 * makes the same of it.
 */
#include <stdint.h>
#include <string.h>

#include "tests/unit/c14n_oracle.h"
#include "xml/internal.h"
#include "xml/parse.h"

#define BYTES_MAX (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
walk(const struct xml_node *n, struct arena *a)
{
	const struct xml_node *c;

	(void)xml_text_trim(n, a);
	(void)xml_attr(n, STR_NONE, "Id", a);
	(void)xml_has_text(n);
	(void)xml_count_all(n);
	(void)xml_attr_count(n);
	(void)xml_line(n);
	BUG_ON(xml_same(n) && !xml_is(xml_same(n), xml_ns(n), chars(node_raw(n)->name)));
	for (c = xml_first(n); c; c = xml_next(c)) {
		BUG_ON(xml_parent(c) != n);
		walk(c, a);
	}
}

static void
write_and_read(const struct xml_doc *doc, const struct xml_limits *limits, struct arena *a)
{
	static const struct c14n_rule plain;
	AUTO(xml_doc_freep) struct xml_doc *again = NULL;
	AUTO(buf_release) struct buf one = BUF_INIT(BYTES_MAX);
	AUTO(buf_release) struct buf two = BUF_INIT(BYTES_MAX);
	struct err e = ERR_INIT;

	xml_node_write(xml_root(doc), &one);
	if (one.over)
		return;
	BUG_ON(!str_eq(buf_str(&one), oracle_c14n(xml_root(doc), &plain, a)));
	BUG_ON(!xml_parse(buf_str(&one), limits, &again, &e) && e.code != XML_LIMIT);
	if (!again)
		return;
	xml_node_write(xml_root(again), &two);
	BUG_ON(!str_eq(buf_str(&one), buf_str(&two)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct xml_limits limits[] = {
		{1u << 16, 20, 2000, false},
		{1u << 16, 20, 2000, true},
	};
	struct arena *a = arena_new();
	size_t i;

	xml_init();
	for (i = 0; i < ARRAY_LEN(limits); i++) {
		AUTO(xml_doc_freep) struct xml_doc *doc = NULL;
		struct err e = ERR_INIT;

		if (!xml_parse(str_of(data, size), &limits[i], &doc, &e)) {
			BUG_ON(e.code != XML_MALFORMED && e.code != XML_FORBIDDEN &&
			       e.code != XML_LIMIT);
			continue;
		}
		walk(xml_root(doc), a);
		write_and_read(doc, &limits[i], a);
	}
	arena_free(a);
	return 0;
}
