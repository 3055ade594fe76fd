/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tree of a parsed document, made of libxml2's own nodes, so that everything that reads
 * them can; but all its memory is one arena: half the time of a parse went into allocating
 * nodes one by one and freeing them. Read only: the library's functions that change or free
 * nodes must not be given one.
 */
#include "xml/build.h"

#include <limits.h>
#include <libxml/parserInternals.h>

#include "xml/internal.h"

struct xml_doc {
	xmlDoc raw; /* first: nodes point to it */
	struct arena *a;
	xmlDict *dict;   /* names live there */
	xmlNode *open;   /* the element being filled; NULL: none */
	struct buf text; /* what has come of a text since the last other node */
};

struct xml_doc *
build_begin(xmlDict *dict, size_t text_bytes)
{
	struct arena *a = arena_new();
	struct xml_doc *d = ARENA_NEW(a, struct xml_doc);
	xmlNs *xml = ARENA_NEW(a, xmlNs);

	d->a = a;
	d->dict = dict;
	xmlDictReference(dict);
	buf_init(&d->text, text_bytes);
	d->raw.type = XML_DOCUMENT_NODE;
	d->raw.doc = &d->raw;
	d->raw.dict = dict;
	d->raw.version = BAD_CAST "1.0";
	/* the one prefix that needs no declaration: the library would make it, were it not
	 * there */
	xml->type = XML_NAMESPACE_DECL;
	xml->prefix = xmlDictLookup(dict, BAD_CAST "xml", -1);
	xml->href = XML_XML_NAMESPACE;
	d->raw.oldNs = xml;
	return d;
}

void
build_free(struct xml_doc *d)
{
	xmlDict *dict = d->dict;

	buf_release(&d->text);
	arena_free(d->a);
	xmlDictFree(dict);
}

xmlNode *
build_root(const struct xml_doc *d)
{
	xmlNode *n = d->raw.children;

	while (n && n->type != XML_ELEMENT_NODE)
		n = n->next;
	return n;
}

/* --- nodes --- */

static void
append(struct xml_doc *d, xmlNode *n)
{
	xmlNode *parent = d->open ? d->open : (xmlNode *)&d->raw;

	n->doc = &d->raw;
	n->parent = parent;
	n->prev = parent->last;
	if (n->prev)
		n->prev->next = n;
	else
		parent->children = n;
	parent->last = n;
}

static xmlNode *
new_node(struct xml_doc *d, xmlElementType type, const xmlChar *name, long line)
{
	xmlNode *n = ARENA_NEW(d->a, xmlNode);

	n->type = type;
	n->name = name;
	n->line = line < USHRT_MAX ? (unsigned short)line : USHRT_MAX;
	return n;
}

static xmlChar *
keep(struct xml_doc *d, const char *p, size_t len)
{
	return (xmlChar *)arena_dup_c(d->a, str_of(p, len));
}

/* Text comes in pieces: it becomes one node when something else does. */
static void
end_text(struct xml_doc *d)
{
	xmlNode *n;

	if (d->text.len == 0)
		return;
	n = new_node(d, XML_TEXT_NODE, xmlStringText, 0);
	n->content = keep(d, d->text.ptr, d->text.len);
	append(d, n);
	buf_clear(&d->text);
}

bool
build_text(struct xml_doc *d, const xmlChar *text, int len)
{
	buf_add_bytes(&d->text, text, (size_t)len);
	return !d->text.over;
}

void
build_cdata(struct xml_doc *d, const xmlChar *text, int len)
{
	xmlNode *n;

	end_text(d);
	n = new_node(d, XML_CDATA_SECTION_NODE, NULL, 0);
	n->content = keep(d, chars(text), (size_t)len);
	append(d, n);
}

void
build_comment(struct xml_doc *d, const xmlChar *text)
{
	xmlNode *n;

	end_text(d);
	n = new_node(d, XML_COMMENT_NODE, xmlStringComment, 0);
	n->content = keep(d, chars(text), strlen(chars(text)));
	append(d, n);
}

/* --- elements --- */

/* By the nearest declaration. Prefixes are of one dictionary: the same is the same pointer. */
static xmlNs *
find_ns(const struct xml_doc *d, const xmlNode *n, const xmlChar *prefix)
{
	for (; n && n->type == XML_ELEMENT_NODE; n = n->parent)
		for (xmlNs *ns = n->nsDef; ns; ns = ns->next)
			if (ns->prefix == prefix)
				return ns;
	return prefix == d->raw.oldNs->prefix ? d->raw.oldNs : NULL;
}

static void
declare(struct xml_doc *d, xmlNode *n, int count, const xmlChar **namespaces)
{
	xmlNs **end = &n->nsDef;

	for (int i = 0; i < count; i++) {
		xmlNs *ns = ARENA_NEW(d->a, xmlNs);

		ns->type = XML_NAMESPACE_DECL;
		ns->prefix = namespaces[2 * i];
		ns->href = namespaces[2 * i + 1];
		*end = ns;
		end = &ns->next;
	}
}

/*
 * An attribute's value as the parser leaves it: normalised, and with everything resolved but
 * the ampersand, which stands as the one reference "&#38;". false: it holds another.
 */
static bool
copy_value(struct xml_doc *d, const xmlChar *from, const xmlChar *end, xmlChar **out)
{
	static const struct str ampersand = STR_INIT("&#38;");
	struct str rest = str_of(chars(from), (size_t)(end - from));
	xmlChar *value = keep(d, rest.ptr, rest.len), *to = value;

	*out = value;
	if (!memchr(rest.ptr, '&', rest.len))
		return true;
	while (rest.len > 0) {
		*to++ = (xmlChar)*rest.ptr;
		if (*rest.ptr == '&' && !str_has_prefix(rest, ampersand))
			return false;
		rest = str_skip(rest, *rest.ptr == '&' ? ampersand.len : 1);
	}
	*to = '\0';
	return true;
}

/* part: local name, prefix, namespace, begin and end of the value */
static bool
add_attr(struct xml_doc *d, xmlNode *n, const xmlChar **part, xmlAttr **last)
{
	xmlAttr *p = ARENA_NEW(d->a, xmlAttr);
	xmlNode *text = new_node(d, XML_TEXT_NODE, xmlStringText, 0);

	p->type = XML_ATTRIBUTE_NODE;
	p->name = part[0];
	p->parent = n;
	p->doc = &d->raw;
	p->ns = part[1] ? find_ns(d, n, part[1]) : NULL;
	p->children = p->last = text;
	p->prev = *last;
	if (*last)
		(*last)->next = p;
	else
		n->properties = p;
	*last = p;
	text->parent = (xmlNode *)p;
	text->doc = &d->raw;
	return (!part[1] || p->ns) && copy_value(d, part[3], part[4], &text->content);
}

bool
build_element(struct xml_doc *d, const struct build_tag *t)
{
	xmlNode *n;
	xmlAttr *last = NULL;

	end_text(d);
	n = new_node(d, XML_ELEMENT_NODE, t->local, t->line);
	append(d, n);
	declare(d, n, t->namespace_count, t->namespaces);
	n->ns = t->uri || t->prefix ? find_ns(d, n, t->prefix) : NULL;
	d->open = n;
	for (int i = 0; i < t->attr_count; i++)
		if (!add_attr(d, n, t->attrs + 5 * (size_t)i, &last))
			return false;
	return !t->prefix || n->ns;
}

void
build_element_end(struct xml_doc *d)
{
	end_text(d);
	if (d->open)
		d->open = d->open->parent->type == XML_ELEMENT_NODE ? d->open->parent : NULL;
}
