/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For tests: libxml2 canonicalises by asking of each node whether it belongs to the set. The
 * set is a subtree, less one subtree of it.
 */
#include "c14n_oracle.h"

#include <libxml/c14n.h>
#include <libxml/xmlIO.h>

struct set {
	const xmlNode *apex;
	const xmlNode *without;
};

static int
is_visible(void *data, xmlNode *node, xmlNode *parent)
{
	const struct set *set = data;
	const xmlNode *n = node->type == XML_NAMESPACE_DECL ? parent : node;
	bool in = false;

	for (; n; n = n->parent) {
		if (set->without && n == set->without)
			return 0;
		if (n == set->apex)
			in = true;
	}
	return in;
}

struct str
oracle_c14n(const struct xml_node *apex, const struct c14n_rule *rule, struct arena *a)
{
	struct set set = {node_raw(apex), node_raw(rule->without)};
	xmlChar **prefixes = ARENA_NEW_N(a, rule->prefix_count + 1, xmlChar *);
	xmlOutputBuffer *out = xmlAllocOutputBuffer(NULL);
	struct str text = STR_NONE;
	size_t i;

	for (i = 0; i < rule->prefix_count; i++) {
		struct str one = rule->prefixes[i];

		prefixes[i] = (xmlChar *)arena_dup_c(a, one.len ? one : STR("#default"));
	}
	if (xmlC14NExecute(set.apex->doc, is_visible, &set,
			   rule->inclusive ? XML_C14N_1_0 : XML_C14N_EXCLUSIVE_1_0,
			   rule->inclusive ? NULL : prefixes, rule->comments, out) >= 0)
		text = arena_dup(
			a, str_of(xmlOutputBufferGetContent(out), xmlOutputBufferGetSize(out)));
	xmlOutputBufferClose(out);
	return text;
}

/* splitmix64 */
unsigned
chance_below(struct chance *c, unsigned n)
{
	uint64_t z = (c->state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (unsigned)((z ^ (z >> 31)) % n);
}

bool
chance_of(struct chance *c, unsigned percent)
{
	return chance_below(c, 100) < percent;
}
