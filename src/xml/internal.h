/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What only this room knows: that an element is libxml2's, how canonical text is escaped, and
 * the canonicaliser of subtrees.
 */
#ifndef XML_INTERNAL_H
#define XML_INTERNAL_H

#include <string.h>
#include <libxml/tree.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "xml/node.h"

static inline const xmlNode *
node_raw(const struct xml_node *n)
{
	return (const xmlNode *)n;
}

static inline struct xml_node *
node_ours(xmlNode *n)
{
	return (struct xml_node *)n;
}

static inline const char *
chars(const xmlChar *s)
{
	return (const char *)s;
}

/* The library's terminated text is exactly this slice. */
static inline bool
chars_eq(const xmlChar *s, struct str want)
{
	return strncmp(chars(s), want.ptr, want.len) == 0 && s[want.len] == '\0';
}

/* buf_add_bytes with the common case in line: there is room. */
static inline void
put(struct buf *b, const char *p, size_t len)
{
	if (b->over || b->room - b->len <= len) {
		buf_add_bytes(b, p, len);
		return;
	}
	memcpy(b->ptr + b->len, p, len);
	b->len += len;
}

#define PUT(b, lit) put((b), "" lit, sizeof(lit) - 1)

/* How text is escaped: what needs work in each place. */
enum escape {
	ESCAPE_TEXT = 1,  /* & < > CR */
	ESCAPE_VALUE = 2, /* & < " TAB LF CR */
	ESCAPE_CHECK = 4, /* and what XML cannot carry becomes U+FFFD: for text that no parser
			     has seen */
};

void escape_add(struct buf *b, struct str s, unsigned how);

/* How a subtree is made canonical. All zero: exclusive, without comments. */
struct c14n_rule {
	bool inclusive; /* Canonical XML 1.0 instead */
	bool comments;  /* they are kept */
	const struct str
		*prefixes; /* InclusiveNamespaces; the default namespace is the empty prefix */
	size_t prefix_count;
	const struct xml_node *without; /* this subtree is left out (enveloped signature) */
};

/*
 * Appends the canonical form of the subtree at `apex`, in its place in the document.
 * false: the document has something without a canonical form, or too many namespaces; nothing
 * may then be concluded from what was written.
 * Source: Exclusive XML Canonicalization 1.0, 3; Canonical XML 1.0, 2.3.
 */
MUST_USE bool c14n_write(const struct xml_node *apex, const struct c14n_rule *rule,
			 struct buf *out);

#endif
