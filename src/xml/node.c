/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Walking the tree. Prefixes are never looked at, and no function searches deeper than the
 * children of the element it is given (xml_has_comment apart).
 * Standard: Namespaces in XML 1.0.
 */
#include "xml/node.h"

#include "xml/internal.h"

static bool
ns_is(const xmlNs *ns, struct str want)
{
	bool none = !ns || !ns->href || !*ns->href;

	if (!want.ptr)
		return none;
	return !none && chars_eq(ns->href, want);
}

static bool
is_text(const xmlNode *n)
{
	return n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE;
}

static xmlNode *
element_from(xmlNode *n)
{
	while (n && n->type != XML_ELEMENT_NODE)
		n = n->next;
	return n;
}

bool
xml_is(const struct xml_node *n, struct str ns, const char *local)
{
	return xml_is_local(n, local) && ns_is(node_raw(n)->ns, ns);
}

bool
xml_is_local(const struct xml_node *n, const char *local)
{
	return n && strcmp(chars(node_raw(n)->name), local) == 0;
}

struct str
xml_ns(const struct xml_node *n)
{
	const xmlNs *ns = n ? node_raw(n)->ns : NULL;

	return ns_is(ns, STR_NONE) ? STR_NONE : str_from(chars(ns->href));
}

struct str
xml_local(const struct xml_node *n)
{
	return n ? str_from(chars(node_raw(n)->name)) : STR_NONE;
}

struct xml_node *
xml_parent(const struct xml_node *n)
{
	xmlNode *up = n ? node_raw(n)->parent : NULL;

	return up && up->type == XML_ELEMENT_NODE ? node_ours(up) : NULL;
}

struct xml_node *
xml_first(const struct xml_node *n)
{
	return n ? node_ours(element_from(node_raw(n)->children)) : NULL;
}

struct xml_node *
xml_next(const struct xml_node *n)
{
	return n ? node_ours(element_from(node_raw(n)->next)) : NULL;
}

struct xml_node *
xml_child(const struct xml_node *n, struct str ns, const char *local)
{
	struct xml_node *c;

	for (c = xml_first(n); c; c = xml_next(c))
		if (xml_is(c, ns, local))
			return c;
	return NULL;
}

struct xml_node *
xml_same(const struct xml_node *n)
{
	struct str ns = xml_ns(n);
	struct xml_node *c;

	for (c = xml_next(n); c; c = xml_next(c))
		if (xml_is(c, ns, chars(node_raw(n)->name)))
			return c;
	return NULL;
}

struct xml_node *
xml_only(const struct xml_node *n, struct str ns, const char *local)
{
	struct xml_node *c = xml_child(n, ns, local);

	return c && !xml_same(c) ? c : NULL;
}

unsigned
xml_count(const struct xml_node *n, struct str ns, const char *local)
{
	const struct xml_node *c;
	unsigned count = 0;

	for (c = xml_child(n, ns, local); c; c = xml_same(c))
		count++;
	return count;
}

unsigned
xml_count_all(const struct xml_node *n)
{
	const struct xml_node *c;
	unsigned count = 0;

	for (c = xml_first(n); c; c = xml_next(c))
		count++;
	return count;
}

bool
xml_has_text(const struct xml_node *n)
{
	const xmlNode *c;

	for (c = n ? node_raw(n)->children : NULL; c; c = c->next)
		if (is_text(c) && c->content && str_trim(str_from(chars(c->content))).len != 0)
			return true;
	return false;
}

bool
xml_has_comment(const struct xml_node *n)
{
	const xmlNode *top = node_raw(n);
	const xmlNode *c = top ? top->children : NULL;

	while (c) {
		if (c->type == XML_COMMENT_NODE)
			return true;
		if (c->type == XML_ELEMENT_NODE && c->children) {
			c = c->children;
			continue;
		}
		while (c != top && !c->next)
			c = c->parent;
		c = c == top ? NULL : c->next;
	}
	return false;
}

/* The text among a list of siblings; borrowed where it is in one piece. */
static struct str
joined(const xmlNode *list, struct arena *a)
{
	const xmlNode *c, *only = NULL;
	size_t pieces = 0, len = 0;
	char *to;

	for (c = list; c; c = c->next) {
		if (!is_text(c) || !c->content)
			continue;
		only = c;
		pieces++;
		len += strlen(chars(c->content));
	}
	if (pieces == 0)
		return STR("");
	if (pieces == 1)
		return str_of(only->content, len);
	to = arena_alloc(a, len + 1);
	len = 0;
	for (c = list; c; c = c->next) {
		size_t n;

		if (!is_text(c) || !c->content)
			continue;
		n = strlen(chars(c->content));
		memcpy(to + len, c->content, n);
		len += n;
	}
	return str_of(to, len);
}

struct str
xml_text(const struct xml_node *n, struct arena *a)
{
	return n ? joined(node_raw(n)->children, a) : STR_NONE;
}

struct str
xml_text_trim(const struct xml_node *n, struct arena *a)
{
	return str_trim(xml_text(n, a));
}

struct str
xml_attr(const struct xml_node *n, struct str ns, const char *local, struct arena *a)
{
	const xmlAttr *p;

	for (p = n ? node_raw(n)->properties : NULL; p; p = p->next)
		if (strcmp(chars(p->name), local) == 0 && ns_is(p->ns, ns))
			return joined(p->children, a);
	return STR_NONE;
}

unsigned
xml_attr_count(const struct xml_node *n)
{
	const xmlAttr *p;
	unsigned count = 0;

	for (p = n ? node_raw(n)->properties : NULL; p; p = p->next)
		count++;
	return count;
}

unsigned
xml_line(const struct xml_node *n)
{
	long line = n ? xmlGetLineNo(node_raw(n)) : 0;

	return line > 0 ? (unsigned)line : 0;
}

void
xml_node_write(const struct xml_node *n, struct buf *b)
{
	static const struct c14n_rule plain;

	/* xml_parse makes no tree without a canonical form. */
	BUG_ON(!c14n_write(n, &plain, b));
}
