/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hooks by which parse.c and stream.c hear of what the library reads, and stop it. */
#ifndef XML_WATCH_H
#define XML_WATCH_H

#include <libxml/parser.h>
#include "xml/build.h"
#include "xml/parse.h"

/* What the hooks see through ctxt->_private. */
struct watch {
	const struct xml_limits *limits;
	struct xml_doc *doc; /* being built; NULL: nothing is */
	size_t depth;        /* of what is being built */
	size_t nodes, bytes; /* of a tree; of its texts and values */
	enum err_code code;  /* why we stopped; ERR_NONE: we did not */
	const char *what;
	/* NULL, or called before an element is built, when nothing is; may set doc */
	void (*begin)(struct watch *w, xmlParserCtxt *ctxt, const struct build_tag *tag);
	/* NULL, or called behind the end of each element, when it has been built */
	void (*end)(struct watch *w, xmlParserCtxt *ctxt);
	void *state; /* of both */
};

void watch_note(xmlParserCtxt *ctxt, enum err_code code, const char *what);
void watch_stop(xmlParserCtxt *ctxt, enum err_code code, const char *what);
/* Options, hooks and limits of the library for a fresh context. Errors: INTERNAL. */
MUST_USE bool watch_install(struct watch *w, xmlParserCtxt *ctxt, struct err *e);
/* After xmlParseDocument(). Errors: XML_MALFORMED, XML_FORBIDDEN, XML_LIMIT. */
MUST_USE bool watch_verdict(const struct watch *w, const xmlParserCtxt *ctxt, struct err *e);
void watch_free_ctxt(xmlParserCtxt **ctxt); /* for AUTO */
/* The XML declaration, if the text begins with one. */
MUST_USE bool watch_declaration(struct str start, struct err *e);

#endif
