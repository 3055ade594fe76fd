/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Begins and ends a forgery, and writes it as text. Namespaces of moved elements stay what they
 * were, by a declaration where none reaches them any more; but for a raw draft, whose names
 * mean what they now mean.
 */
#include "tests/unit/forge_draft.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

struct forge *
forge_new(uint64_t seed)
{
	struct forge *f = calloc(1, sizeof(*f));

	if (!f)
		abort();
	f->seed = seed;
	return f;
}

void
forge_free(struct forge *f)
{
	free(f);
}

struct scope {
	const xmlNs *ns[FORGE_LIST_MAX];
	size_t count;
};

static const char *
prefix_of(const xmlNs *ns)
{
	return ns && ns->prefix ? (const char *)ns->prefix : "";
}

static const char *
uri_of(const xmlNs *ns)
{
	return ns && ns->href ? (const char *)ns->href : "";
}

static void
add_name(struct buf *b, const xmlNs *ns, const xmlChar *local)
{
	buf_printf(b, "%s%s%s", prefix_of(ns), *prefix_of(ns) ? ":" : "", (const char *)local);
}

static void
add_escaped(struct buf *b, const xmlChar *text)
{
	for (; text && *text; text++) {
		if (strchr("<>&\"\t\n\r", *text))
			buf_printf(b, "&#%d;", *text);
		else
			buf_add_char(b, (char)*text);
	}
}

static void
add_declaration(struct buf *b, struct scope *scope, const xmlNs *ns)
{
	buf_printf(b, " xmlns%s%s=\"", *prefix_of(ns) ? ":" : "", prefix_of(ns));
	add_escaped(b, ns->href);
	buf_add_c(b, "\"");
	if (scope->count == FORGE_LIST_MAX)
		abort();
	scope->ns[scope->count++] = ns;
}

/* Declares ns unless it holds here; `mark`: where this element's own declarations begin. */
static void
repair(struct buf *b, struct scope *scope, size_t mark, const xmlNs *ns)
{
	for (size_t i = scope->count; i > 0; i--) {
		if (strcmp(prefix_of(scope->ns[i - 1]), prefix_of(ns)) != 0)
			continue;
		if (i > mark || strcmp(uri_of(scope->ns[i - 1]), uri_of(ns)) == 0)
			return;
		break;
	}
	if (ns && strcmp(prefix_of(ns), "xml") != 0)
		add_declaration(b, scope, ns);
}

static void
add_tag(const struct forge *f, struct buf *b, struct scope *scope, const xmlNode *n)
{
	size_t mark = scope->count;

	buf_add_c(b, "<");
	add_name(b, n->ns, n->name);
	for (const xmlNs *ns = n->nsDef; ns; ns = ns->next)
		add_declaration(b, scope, ns);
	if (!f->is_raw)
		repair(b, scope, mark, n->ns);
	for (const xmlAttr *a = n->properties; !f->is_raw && a; a = a->next)
		if (a->ns)
			repair(b, scope, mark, a->ns);
	for (const xmlAttr *a = n->properties; a; a = a->next) {
		xmlChar *value = xmlNodeGetContent((const xmlNode *)a);

		buf_add_c(b, " ");
		add_name(b, a->ns, a->name);
		buf_add_c(b, "=\"");
		add_escaped(b, value);
		buf_add_c(b, "\"");
		xmlFree(value);
	}
	buf_add_c(b, ">");
}

static void
add_node(const struct forge *f, struct buf *b, struct scope *scope, const xmlNode *n)
{
	size_t mark = scope->count;

	switch (n->type) {
	case XML_ELEMENT_NODE:
		add_tag(f, b, scope, n);
		for (const xmlNode *c = n->children; c; c = c->next)
			add_node(f, b, scope, c);
		buf_add_c(b, "</");
		add_name(b, n->ns, n->name);
		buf_add_c(b, ">");
		scope->count = mark;
		break;
	case XML_COMMENT_NODE:
		buf_printf(b, "<!--%s-->", (const char *)n->content);
		break;
	case XML_CDATA_SECTION_NODE:
		buf_printf(b, "<![CDATA[%s]]>", n->content ? (const char *)n->content : "");
		break;
	default:
		add_escaped(b, n->content);
	}
}

struct str
forge_close(struct forge *f, struct arena *a)
{
	struct scope scope = {0};
	struct buf b = BUF_INIT(1u << 22);
	struct str out;

	add_node(f, &b, &scope, xmlDocGetRootElement(f->doc));
	out = arena_dup(a, buf_str(&b));
	buf_release(&b);
	xmlFreeNode(f->dropped);
	xmlFreeDoc(f->doc);
	return out;
}
