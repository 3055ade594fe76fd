/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one entry for foreign XML: from memory, once, hardened. UTF-8 only (a byte order mark is
 * accepted), XML 1.0, no DOCTYPE, no processing instruction, no entity but the five built-in
 * ones, no network. The tree is never changed after parsing.
 */
#ifndef XML_PARSE_H
#define XML_PARSE_H

#include "base/err.h"
#include "base/str.h"
#include "xml/node.h"

struct xml_doc;

struct xml_limits {
	size_t bytes;
	unsigned depth;
	unsigned nodes;
	bool comments_ok; /* comments are kept in the tree; readers ignore them */
};

/* Errors: XML_MALFORMED, XML_FORBIDDEN (DOCTYPE, PI, comment, encoding, version), XML_LIMIT. */
MUST_USE bool xml_parse(struct str bytes, const struct xml_limits *limits, struct xml_doc **out,
			struct err *e);
void xml_doc_free(struct xml_doc *d);
void xml_doc_freep(struct xml_doc **d);
struct xml_node *xml_root(const struct xml_doc *d);
void xml_init(void);           /* once, before any thread */
const char *xml_library(void); /* version of what parses */
void xml_cleanup(void);        /* once, at the end */

#endif
