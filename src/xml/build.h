/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making the tree of a document while it is parsed; for parse.c alone. */
#ifndef XML_BUILD_H
#define XML_BUILD_H

#include <stdbool.h>
#include <libxml/tree.h>
#include "xml/parse.h"

/* dict: the parser's; held. text_bytes: the longest text. */
struct xml_doc *build_begin(xmlDict *dict, size_t text_bytes);
void build_free(struct xml_doc *d);
xmlNode *build_root(const struct xml_doc *d); /* NULL: none yet */

/* A start tag as the parser tells of it: names are of its dictionary. */
struct build_tag {
	const xmlChar *local, *prefix, *uri;
	int namespace_count;
	const xmlChar **namespaces; /* pairs: prefix, name */
	int attr_count;
	const xmlChar **attrs; /* fives: local name, prefix, namespace, value, its end */
	long line;
};

/* false: a prefix that nothing declares, or a reference that should have been resolved. */
MUST_USE bool build_element(struct xml_doc *d, const struct build_tag *t);
void build_element_end(struct xml_doc *d);
MUST_USE bool build_text(struct xml_doc *d, const xmlChar *text, int len); /* false: too long */
void build_cdata(struct xml_doc *d, const xmlChar *text, int len);
void build_comment(struct xml_doc *d, const xmlChar *text);

#endif
