/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The assertion reader. What it takes has an ID that can be referred to, and an issuer. */
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "saml/assertion.h"
#include "xml/names.h"
#include "xml/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_taken(const struct assertion *t, const struct xml_node *root)
{
	size_t count;

	BUG_ON(t->node != root || str_is_empty(t->id) || str_is_empty(t->issuer));
	BUG_ON(str_has_char(t->id, ' ') || str_has_char(t->id, '#'));
	BUG_ON(t->signature && xml_parent(t->signature) != root);
	BUG_ON(t->confirmation_count > 0 && !t->confirmations);
	for (size_t i = 0; i < t->attribute_count; i++) {
		BUG_ON(!assertion_attribute(t, t->attributes[i].name, &count) || count == 0);
		BUG_ON(t->attributes[i].value_count > 0 && !t->attributes[i].values);
	}
	BUG_ON(assertion_is_for(t, NULL, 0));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct xml_limits limits = {1u << 20, LIMIT_SAML_DEPTH, LIMIT_STS_NODES,
						 true};
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(xml_doc_freep) struct xml_doc *doc = NULL;
	struct assertion *t;
	struct err e = ERR_INIT;

	if (!xml_parse(str_of(data, size), &limits, &doc, &e))
		return 0;
	if (assertion_read(xml_root(doc), a, &t, &e))
		check_taken(t, xml_root(doc));
	else
		BUG_ON(e.code != ASSERTION_MALFORMED);
	return 0;
}
