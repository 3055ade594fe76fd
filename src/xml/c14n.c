/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The canonical form of a subtree, in its place in the document: exclusive, with or without
 * InclusiveNamespaces, and inclusive (Canonical XML 1.0) for STR-Transform. Walks without
 * recursion. Refuses what no parser of ours lets in: entity references, processing
 * instructions, more than LIMIT_XML_NS_IN_SCOPE declarations in force.
 * Standards: Exclusive XML Canonicalization 1.0, 3; Canonical XML 1.0, 2.3, 2.4.
 */
#include "xml/internal.h"

#include "base/encoding.h"
#include "base/limits.h"

/* A declaration that the output has made, on `owner`. */
struct bound {
	const char *prefix; /* "": the default namespace */
	const char *uri;    /* "": none */
	const xmlNode *owner;
};

struct walk {
	const struct c14n_rule *rule;
	struct buf *out;
	const xmlNode *apex;
	struct bound bound[LIMIT_XML_NS_IN_SCOPE];
	size_t bound_count;
	const xmlAttr *attr[LIMIT_XML_ATTRS];
	size_t attr_count;
	bool failed;
};

/* Which characters need work: a mask of enum escape for each byte. */
static const uint8_t escape_class[256] = {
	[0x00 ... 0x08] = ESCAPE_CHECK,
	['\t'] = ESCAPE_VALUE,
	['\n'] = ESCAPE_VALUE,
	[0x0b ... 0x0c] = ESCAPE_CHECK,
	['\r'] = ESCAPE_TEXT | ESCAPE_VALUE,
	[0x0e ... 0x1f] = ESCAPE_CHECK,
	['"'] = ESCAPE_VALUE,
	['&'] = ESCAPE_TEXT | ESCAPE_VALUE,
	['<'] = ESCAPE_TEXT | ESCAPE_VALUE,
	['>'] = ESCAPE_TEXT,
	[0x80 ... 0xff] = ESCAPE_CHECK,
};

/* Adds the character at p, or U+FFFD if XML has no such character; returns how far to go. */
static size_t
add_checked(struct buf *b, const char *p, size_t left)
{
	unsigned char lead = (unsigned char)*p;
	size_t len = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	struct str s = str_of(p, len);

	if (lead < 0x80 || len > left || !utf8_is_valid(s) || str_eq_c(s, "\xef\xbf\xbe") ||
	    str_eq_c(s, "\xef\xbf\xbf")) {
		PUT(b, "\xef\xbf\xbd");
		return 1;
	}
	put(b, p, len);
	return len;
}

static size_t
add_special(struct buf *b, const char *p, size_t left)
{
	switch (*p) {
	case '\t':
		PUT(b, "&#x9;");
		return 1;
	case '\n':
		PUT(b, "&#xA;");
		return 1;
	case '\r':
		PUT(b, "&#xD;");
		return 1;
	case '"':
		PUT(b, "&quot;");
		return 1;
	case '&':
		PUT(b, "&amp;");
		return 1;
	case '<':
		PUT(b, "&lt;");
		return 1;
	case '>':
		PUT(b, "&gt;");
		return 1;
	default:
		return add_checked(b, p, left);
	}
}

#define BLOCK_BYTES 16

typedef uint8_t block __attribute__((vector_size(BLOCK_BYTES)));

/* Nothing in these bytes needs work in any place: true of nearly all text, base64 above all. */
static bool
is_plain(const char *p)
{
	uint64_t found[BLOCK_BYTES / 8];
	block x, special;

	memcpy(&x, p, sizeof(x));
	special = (block)((x < ' ') | (x > 0x7f) | (x == '"') | (x == '&') | (x == '<') |
			  (x == '>'));
	memcpy(found, &special, sizeof(found));
	return (found[0] | found[1]) == 0;
}

void
escape_add(struct buf *b, struct str s, unsigned how)
{
	const char *p = s.ptr, *end = s.ptr + s.len, *run = p;

	while (p < end) {
		const char *stop = end - p > BLOCK_BYTES ? p + BLOCK_BYTES : end;

		if (stop - p == BLOCK_BYTES && is_plain(p)) {
			p = stop;
			continue;
		}
		while (p < stop) {
			if (!(escape_class[(unsigned char)*p] & how)) {
				p++;
				continue;
			}
			put(b, run, (size_t)(p - run));
			p += add_special(b, p, (size_t)(end - p));
			run = p;
		}
	}
	put(b, run, (size_t)(end - run));
}

static const char *
ns_prefix(const xmlNs *ns)
{
	return ns && ns->prefix ? chars(ns->prefix) : "";
}

static const char *
ns_uri(const xmlNs *ns)
{
	return ns && ns->href ? chars(ns->href) : "";
}

static bool
is_xml_prefix(const char *prefix)
{
	return strcmp(prefix, "xml") == 0;
}

/* What the output has bound the prefix to; NULL: nothing. */
static const char *
rendered(const struct walk *w, const char *prefix)
{
	size_t i;

	for (i = w->bound_count; i > 0; i--)
		if (strcmp(w->bound[i - 1].prefix, prefix) == 0)
			return w->bound[i - 1].uri;
	return NULL;
}

/* The element needs this declaration, unless the output has it already. */
static void
need(struct walk *w, const xmlNode *owner, const char *prefix, const char *uri)
{
	const char *has = rendered(w, prefix);

	if (has ? strcmp(has, uri) == 0 : *uri == '\0')
		return;
	if (is_xml_prefix(prefix))
		return;
	if (w->bound_count == ARRAY_LEN(w->bound)) {
		w->failed = true;
		return;
	}
	w->bound[w->bound_count++] = (struct bound){prefix, uri, owner};
}

static bool
is_listed(const struct c14n_rule *rule, const char *prefix)
{
	size_t i;

	if (rule->inclusive)
		return true;
	for (i = 0; i < rule->prefix_count; i++)
		if (str_eq_c(rule->prefixes[i], prefix))
			return true;
	return false;
}

/* Does something nearer to n than `from` declare the prefix? */
static bool
is_shadowed(const xmlNode *n, const xmlNode *from, const char *prefix)
{
	const xmlNs *ns;

	for (; n != from; n = n->parent)
		for (ns = n->nsDef; ns; ns = ns->next)
			if (strcmp(ns_prefix(ns), prefix) == 0)
				return true;
	return false;
}

/*
 * Declarations that are written because of their scope, not their use: at the apex all that
 * hold there, below it what changes.
 */
static void
need_listed(struct walk *w, const xmlNode *n)
{
	const xmlNode *from = n;
	const xmlNs *ns;

	if (!w->rule->inclusive && w->rule->prefix_count == 0)
		return;
	for (; from && from->type == XML_ELEMENT_NODE; from = from->parent) {
		for (ns = from->nsDef; ns; ns = ns->next)
			if (is_listed(w->rule, ns_prefix(ns)) &&
			    !is_shadowed(n, from, ns_prefix(ns)))
				need(w, n, ns_prefix(ns), ns_uri(ns));
		if (n != w->apex)
			return;
	}
}

static void
sort_bound(struct bound *b, size_t count)
{
	size_t i, j;

	for (i = 1; i < count; i++) {
		struct bound one = b[i];

		for (j = i; j > 0 && strcmp(b[j - 1].prefix, one.prefix) > 0; j--)
			b[j] = b[j - 1];
		b[j] = one;
	}
}

/* By namespace name, those without one first, then by local name. */
static int
attr_cmp(const xmlAttr *a, const xmlAttr *b)
{
	int order = a->ns == b->ns ? 0 : strcmp(ns_uri(a->ns), ns_uri(b->ns));

	return order ? order : strcmp(chars(a->name), chars(b->name));
}

static void
add_attr(struct walk *w, const xmlAttr *p)
{
	size_t i;

	if (w->attr_count == ARRAY_LEN(w->attr)) {
		w->failed = true;
		return;
	}
	for (i = w->attr_count; i > 0 && attr_cmp(w->attr[i - 1], p) > 0; i--)
		w->attr[i] = w->attr[i - 1];
	w->attr[i] = p;
	w->attr_count++;
}

/* [c14n 2.4] the apex inherits xml: attributes that it does not have, the nearest of each name
 */
static void
inherit_xml_attrs(struct walk *w, const xmlNode *apex)
{
	const xmlNode *up;

	for (up = apex->parent; up && up->type == XML_ELEMENT_NODE; up = up->parent) {
		const xmlAttr *p;

		for (p = up->properties; p; p = p->next) {
			size_t i;

			if (!p->ns || !is_xml_prefix(ns_prefix(p->ns)))
				continue;
			for (i = 0; i < w->attr_count; i++)
				if (attr_cmp(w->attr[i], p) == 0)
					break;
			if (i == w->attr_count)
				add_attr(w, p);
		}
	}
}

static void
put_name(struct walk *w, const xmlNs *ns, const xmlChar *local)
{
	const char *prefix = ns_prefix(ns);

	if (*prefix) {
		put(w->out, prefix, strlen(prefix));
		PUT(w->out, ":");
	}
	put(w->out, chars(local), strlen(chars(local)));
}

static void
put_attr(struct walk *w, const xmlAttr *p)
{
	const xmlNode *text;

	PUT(w->out, " ");
	put_name(w, p->ns, p->name);
	PUT(w->out, "=\"");
	for (text = p->children; text; text = text->next) {
		if (text->type != XML_TEXT_NODE)
			w->failed = true;
		else if (text->content)
			escape_add(w->out, str_from(chars(text->content)), ESCAPE_VALUE);
	}
	PUT(w->out, "\"");
}

static void
put_bound(struct walk *w, const struct bound *b)
{
	PUT(w->out, " xmlns");
	if (*b->prefix) {
		PUT(w->out, ":");
		put(w->out, b->prefix, strlen(b->prefix));
	}
	PUT(w->out, "=\"");
	escape_add(w->out, str_from(b->uri), ESCAPE_VALUE);
	PUT(w->out, "\"");
}

static void
open_tag(struct walk *w, const xmlNode *n)
{
	size_t mark = w->bound_count, i;
	const xmlAttr *p;

	PUT(w->out, "<");
	put_name(w, n->ns, n->name);
	w->attr_count = 0;
	need_listed(w, n);
	if (!w->rule->inclusive)
		need(w, n, ns_prefix(n->ns), ns_uri(n->ns));
	for (p = n->properties; p; p = p->next) {
		if (p->ns && !w->rule->inclusive)
			need(w, n, ns_prefix(p->ns), ns_uri(p->ns));
		add_attr(w, p);
	}
	if (w->rule->inclusive && n == w->apex)
		inherit_xml_attrs(w, n);
	sort_bound(w->bound + mark, w->bound_count - mark);
	for (i = mark; i < w->bound_count; i++)
		put_bound(w, &w->bound[i]);
	for (i = 0; i < w->attr_count; i++)
		put_attr(w, w->attr[i]);
	PUT(w->out, ">");
}

static void
close_tag(struct walk *w, const xmlNode *n)
{
	PUT(w->out, "</");
	put_name(w, n->ns, n->name);
	PUT(w->out, ">");
	while (w->bound_count > 0 && w->bound[w->bound_count - 1].owner == n)
		w->bound_count--;
}

/* Writes what stands at n; true: its children come next. */
static bool
enter(struct walk *w, const xmlNode *n)
{
	switch (n->type) {
	case XML_ELEMENT_NODE:
		if (n == node_raw(w->rule->without))
			return false;
		open_tag(w, n);
		if (n->children)
			return true;
		close_tag(w, n);
		return false;
	case XML_TEXT_NODE:
	case XML_CDATA_SECTION_NODE:
		if (n->content)
			escape_add(w->out, str_from(chars(n->content)), ESCAPE_TEXT);
		return false;
	case XML_COMMENT_NODE:
		if (w->rule->comments) {
			PUT(w->out, "<!--");
			put(w->out, chars(n->content), strlen(chars(n->content)));
			PUT(w->out, "-->");
		}
		return false;
	default:
		w->failed = true;
		return false;
	}
}

bool
c14n_write(const struct xml_node *apex, const struct c14n_rule *rule, struct buf *out)
{
	struct walk w;
	const xmlNode *n = node_raw(apex);

	w.rule = rule;
	w.out = out;
	w.apex = n;
	w.bound_count = 0;
	w.attr_count = 0;
	w.failed = false;
	for (;;) {
		if (enter(&w, n)) {
			n = n->children;
			continue;
		}
		while (n != w.apex && !n->next) {
			n = n->parent;
			close_tag(&w, n);
		}
		if (n == w.apex)
			return !w.failed;
		n = n->next;
	}
}
