/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See forge.h. Works with libxml2 alone, so that it shares no mistake of ours. */
#include "tests/unit/forge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libxml/parser.h>

#include "tests/unit/forge_draft.h"

static size_t
draw(struct forge *d, size_t below)
{
	d->seed ^= d->seed << 13;
	d->seed ^= d->seed >> 7;
	d->seed ^= d->seed << 17;
	return (size_t)(d->seed >> 11) % below;
}

#define DRAW(d, array) ((array)[draw((d), ARRAY_LEN(array))])

/* --- the parts of a draft --- */

static void
collect(struct forge *d, xmlNode *n)
{
	if (n->type == XML_TEXT_NODE && d->text_count < FORGE_LIST_MAX)
		d->text[d->text_count++] = n;
	if (n->type != XML_ELEMENT_NODE || d->element_count == FORGE_LIST_MAX)
		return;
	d->element[d->element_count++] = n;
	for (xmlAttr *a = n->properties; a; a = a->next)
		if ((xmlStrEqual(a->name, BAD_CAST "Id") ||
		     xmlStrEqual(a->name, BAD_CAST "ID")) &&
		    d->id_count < FORGE_LIST_MAX)
			d->id[d->id_count++] = a;
	for (xmlNode *c = n->children; c; c = c->next)
		collect(d, c);
}

static void
look_again(struct forge *d)
{
	d->element_count = d->text_count = d->id_count = 0;
	collect(d, xmlDocGetRootElement(d->doc));
}

static xmlNode *
any_element(struct forge *d)
{
	return d->element[draw(d, d->element_count)];
}

/* Any but the root. */
static xmlNode *
any_part(struct forge *d)
{
	return d->element[1 + draw(d, d->element_count - 1)];
}

/* One with that local name; NULL if there is none. */
static xmlNode *
any_named(struct forge *d, const char *local)
{
	xmlNode *found[FORGE_LIST_MAX];
	size_t count = 0;

	for (size_t i = 0; i < d->element_count; i++)
		if (xmlStrEqual(d->element[i]->name, BAD_CAST local))
			found[count++] = d->element[i];
	return count > 0 ? found[draw(d, count)] : NULL;
}

static bool
is_within(const xmlNode *n, const xmlNode *top)
{
	while (n && n != top)
		n = n->parent;
	return n == top;
}

/* Puts n somewhere among the children of p. */
static void
put(struct forge *d, xmlNode *p, xmlNode *n)
{
	size_t at = draw(d, 4);
	xmlNode *c = p->children;

	while (c && at-- > 0)
		c = c->next;
	if (c)
		xmlAddPrevSibling(c, n);
	else
		xmlAddChild(p, n);
}

static void
set_attr(xmlAttr *a, const char *value)
{
	xmlSetNsProp(a->parent, a->ns, a->name, BAD_CAST value);
}

static void
set_text(xmlNode *n, const char *value)
{
	xmlNodeSetContent(n, BAD_CAST value);
}

static char *
text_of(xmlNode *n)
{
	return (char *)xmlNodeGetContent(n);
}

/* --- changes; false: not possible on this draft --- */

static bool
move(struct forge *d)
{
	xmlNode *n = any_part(d), *p = any_element(d);

	if (is_within(p, n))
		return false;
	xmlUnlinkNode(n);
	put(d, p, n);
	return true;
}

static bool
repeat(struct forge *d)
{
	xmlNode *n = any_part(d);
	xmlNode *p = draw(d, 2) ? n->parent : any_element(d);

	put(d, p, xmlDocCopyNode(n, d->doc, 1));
	return true;
}

static bool
drop(struct forge *d)
{
	xmlNode *n = any_part(d);

	/* not freed before the draft is: others may be in namespaces declared here */
	xmlUnlinkNode(n);
	xmlAddChild(d->dropped, n);
	return true;
}

static bool
wrap(struct forge *d)
{
	xmlNode *n = any_part(d), *like = any_element(d);
	xmlNode *outer = xmlNewDocNode(d->doc, NULL, like->name, NULL);

	xmlReplaceNode(n, outer);
	outer->ns = like->ns;
	xmlAddChild(outer, n);
	return true;
}

static bool
rename_element(struct forge *d)
{
	xmlNodeSetName(any_element(d), any_element(d)->name);
	return true;
}

static const char *const uris[] = {
	"http://www.w3.org/2003/05/soap-envelope",
	"http://schemas.xmlsoap.org/soap/envelope/",
	"http://www.w3.org/2005/08/addressing",
	"http://www.w3.org/2000/09/xmldsig#",
	"http://www.w3.org/2001/10/xml-exc-c14n#",
	"urn:oasis:names:tc:SAML:2.0:assertion",
	"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd",
	"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd",
	"urn:test:a",
	"urn:test:b",
};
static const char *const prefixes[] = {NULL, "s", "a", "u", "o", "b", "f", "t", "z"};

static bool
change_namespace(struct forge *d)
{
	xmlNode *n = any_element(d);
	xmlNs *ns = xmlNewNs(n, BAD_CAST DRAW(d, uris), BAD_CAST DRAW(d, prefixes));

	if (!ns)
		return false;
	n->ns = ns;
	return true;
}

/* Names keep their prefixes: what they mean may change. */
static bool
declare(struct forge *d)
{
	return xmlNewNs(any_element(d), BAD_CAST DRAW(d, uris), BAD_CAST DRAW(d, prefixes)) !=
	       NULL;
}

static bool
swap_ids(struct forge *d)
{
	xmlAttr *a, *b;
	char *first, *second;

	if (d->id_count < 2)
		return false;
	a = d->id[draw(d, d->id_count)];
	b = d->id[draw(d, d->id_count)];
	first = text_of((xmlNode *)a);
	second = text_of((xmlNode *)b);
	if (draw(d, 2))
		set_attr(b, first);
	set_attr(a, second);
	xmlFree(first);
	xmlFree(second);
	return a != b;
}

static bool
change_id_kind(struct forge *d)
{
	static const char *const names[] = {"Id", "ID", "id"};
	xmlAttr *a;
	xmlNode *n;
	xmlNs *ns;
	char *value;

	if (d->id_count == 0)
		return false;
	a = d->id[draw(d, d->id_count)];
	n = draw(d, 3) ? a->parent : any_element(d);
	value = text_of((xmlNode *)a);
	ns = draw(d, 2) ? xmlSearchNsByHref(d->doc, n, BAD_CAST uris[7]) : NULL;
	if (draw(d, 4) == 0)
		ns = xmlSearchNs(d->doc, n, BAD_CAST "xml");
	if (draw(d, 2))
		xmlRemoveProp(a);
	xmlSetNsProp(n, ns, BAD_CAST DRAW(d, names), BAD_CAST value);
	xmlFree(value);
	return true;
}

static bool
point_elsewhere(struct forge *d)
{
	xmlNode *r = any_named(d, "Reference"), *other = any_named(d, "Reference");
	char uri[600], *value;

	if (!r || !other || d->id_count == 0)
		return false;
	if (draw(d, 2)) {
		value = (char *)xmlGetProp(other, BAD_CAST "URI");
		snprintf(uri, sizeof(uri), "%s", value ? value : "");
	} else {
		value = text_of((xmlNode *)d->id[draw(d, d->id_count)]);
		snprintf(uri, sizeof(uri), "#%s", value ? value : "");
	}
	xmlFree(value);
	xmlSetProp(r, BAD_CAST "URI", BAD_CAST uri);
	return true;
}

static bool
swap_contents(struct forge *d)
{
	static const char *const names[] = {"DigestValue", "SignatureValue", "X509Certificate",
					    "KeyIdentifier", "AttributeValue"};
	const char *name = DRAW(d, names);
	xmlNode *a = any_named(d, name), *b = any_named(d, name);
	char *first, *second;

	if (!a || a == b)
		return false;
	first = text_of(a);
	second = text_of(b);
	set_text(a, second);
	set_text(b, first);
	xmlFree(first);
	xmlFree(second);
	return true;
}

static bool
change_algorithm(struct forge *d)
{
	static const char *const algorithms[] = {
		"http://www.w3.org/2001/10/xml-exc-c14n#",
		"http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
		"http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
		"http://www.w3.org/2000/09/xmldsig#enveloped-signature",
		("http://docs.oasis-open.org/wss/2004/01/"
		 "oasis-200401-wss-soap-message-security-1.0#STR-Transform"),
		"http://www.w3.org/TR/1999/REC-xslt-19991116",
		"http://www.w3.org/2001/04/xmlenc#sha256",
		"http://www.w3.org/2000/09/xmldsig#hmac-sha1",
		"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
	};
	static const char *const owners[] = {"Transform", "CanonicalizationMethod",
					     "DigestMethod", "SignatureMethod"};
	xmlNode *n = any_named(d, DRAW(d, owners));

	if (!n)
		return false;
	xmlSetProp(n, BAD_CAST "Algorithm", BAD_CAST DRAW(d, algorithms));
	return true;
}

static bool
list_prefixes(struct forge *d)
{
	static const char *const lists[] = {"", "#default", "s a u", "o #default", "xml", "z"};
	static const char *const owners[] = {"Transform", "CanonicalizationMethod"};
	xmlNode *n = any_named(d, DRAW(d, owners)), *c;
	xmlNs *ns;

	if (!n)
		return false;
	c = xmlNewChild(n, NULL, BAD_CAST "InclusiveNamespaces", NULL);
	ns = xmlNewNs(c, BAD_CAST "http://www.w3.org/2001/10/xml-exc-c14n#", BAD_CAST "ec");
	c->ns = ns;
	xmlSetProp(c, BAD_CAST "PrefixList", BAD_CAST DRAW(d, lists));
	return true;
}

/* A comment, a CDATA section or an element in the middle of a text. */
static bool
split_text(struct forge *d)
{
	xmlNode *n, *between, *rest;
	xmlChar *head;
	size_t len, at;

	if (d->text_count == 0)
		return false;
	n = d->text[draw(d, d->text_count)];
	len = strlen((char *)n->content);
	at = draw(d, len + 1);
	while (at > 0 && (n->content[at] & 0xc0) == 0x80)
		at--;
	rest = xmlNewDocText(d->doc, n->content + at);
	head = xmlStrndup(n->content, (int)at);
	xmlNodeSetContent(n, head);
	xmlFree(head);
	switch (draw(d, 4)) {
	case 0:
		between = xmlNewCDataBlock(d->doc, BAD_CAST "", 0);
		break;
	case 1:
		between = xmlNewDocNode(d->doc, NULL, BAD_CAST "x", NULL);
		break;
	default:
		between = xmlNewDocComment(d->doc, BAD_CAST "22222222");
	}
	/* xmlAddNextSibling would join texts that stand side by side */
	xmlAddNextSibling(n, between);
	xmlAddNextSibling(between, rest);
	return true;
}

static bool
change_text(struct forge *d)
{
	xmlNode *n;
	size_t len, at;
	char *copy;

	if (d->text_count == 0)
		return false;
	n = d->text[draw(d, d->text_count)];
	len = strlen((char *)n->content);
	if (len == 0)
		return false;
	copy = text_of(n);
	at = draw(d, len);
	if (copy[at] > 0)
		copy[at] = "12 =Aa"[draw(d, 6)];
	xmlNodeSetContent(n, BAD_CAST copy);
	xmlFree(copy);
	return true;
}

static bool
change_attribute(struct forge *d)
{
	xmlNode *n = any_element(d), *to = any_element(d);
	char *value;

	if (!n->properties)
		return false;
	value = text_of((xmlNode *)n->properties);
	if (draw(d, 2))
		xmlSetProp(to, n->properties->name, BAD_CAST value);
	else
		xmlRemoveProp(n->properties);
	xmlFree(value);
	return true;
}

static void
change_first_text(xmlNode *n)
{
	for (; n; n = n->children) {
		if (n->type != XML_TEXT_NODE)
			continue;
		xmlNodeSetContent(n, BAD_CAST(n->content && *n->content == '9' ? "8" : "9"));
		return;
	}
}

static const char *const victims[] = {"Body",   "Assertion", "Timestamp",
				      "Action", "MessageID", "To"};
static const char *const hiding_places[] = {
	"Header",     "Security", "Signature", "KeyInfo", "Envelope",
	"Assertion",  "Subject",  "Body",      "To",      "SecurityTokenReference",
	"SignedInfo", NULL};

enum forged_id { ID_SAME, ID_OTHER, ID_NONE, ID_KINDS };

static void
forge_id(xmlNode *n, enum forged_id kind)
{
	xmlAttr *id;

	for (id = n->properties; id; id = id->next)
		if (xmlStrcasecmp(id->name, BAD_CAST "Id") == 0)
			break;
	if (id && kind == ID_OTHER)
		set_attr(id, "other");
	else if (id && kind == ID_NONE)
		xmlRemoveProp(id);
}

/*
 * The classic: what is signed is put where nobody looks, itself or in a wrapper, and something
 * else takes its place, with the same id, another one, or none. `how` numbers the ways.
 */
static bool
replace_signed(struct forge *d, size_t how)
{
	xmlNode *n = any_named(d, victims[how % ARRAY_LEN(victims)]), *p, *evil, *outer;
	const char *place;

	how /= ARRAY_LEN(victims);
	place = hiding_places[how % ARRAY_LEN(hiding_places)];
	how /= ARRAY_LEN(hiding_places);
	if (!n)
		return false;
	evil = xmlDocCopyNode(n, d->doc, 1);
	p = place ? any_named(d, place) : evil;
	if (!p || is_within(p, n)) {
		xmlFreeNode(evil);
		return false;
	}
	forge_id(evil, (enum forged_id)(how % ID_KINDS));
	how /= ID_KINDS;
	xmlReplaceNode(n, evil);
	outer = n;
	if (how % 2) {
		outer = xmlNewDocNode(d->doc, NULL, BAD_CAST "Object", NULL);
		xmlAddChild(outer, n);
	}
	put(d, p, outer);
	change_first_text(evil);
	return true;
}

#define WAYS (ARRAY_LEN(victims) * ARRAY_LEN(hiding_places) * ID_KINDS * 2)

static bool
replace_somehow(struct forge *d)
{
	return replace_signed(d, draw(d, WAYS));
}

static const struct {
	const char *name;
	bool (*make)(struct forge *d);
} changes[] = {
	{"move", move},
	{"repeat", repeat},
	{"drop", drop},
	{"wrap", wrap},
	{"rename", rename_element},
	{"namespace", change_namespace},
	{"declare", declare},
	{"swap ids", swap_ids},
	{"kind of id", change_id_kind},
	{"reference", point_elsewhere},
	{"contents", swap_contents},
	{"algorithm", change_algorithm},
	{"prefixes", list_prefixes},
	{"split", split_text},
	{"text", change_text},
	{"attribute", change_attribute},
	{"replace", replace_somehow},
	{"replace", replace_somehow},
};

static void
open_draft(struct forge *f, struct str original)
{
	f->doc = xmlReadMemory(original.ptr, (int)original.len, NULL, NULL, XML_PARSE_NONET);
	if (!f->doc)
		abort();
	f->dropped = xmlNewDocNode(f->doc, NULL, BAD_CAST "dropped", NULL);
	f->is_raw = draw(f, 4) == 0;
	look_again(f);
}

struct str
forge_one(struct forge *f, struct str original, struct arena *a, const char **name)
{
	size_t count = 1 + draw(f, 3);

	*name = "";
	for (open_draft(f, original); count > 0 && f->element_count > 1; look_again(f)) {
		size_t i = draw(f, ARRAY_LEN(changes));

		if (!changes[i].make(f))
			continue;
		*name = changes[i].name;
		count--;
	}
	return forge_close(f, a);
}

size_t
forge_ways(void)
{
	return WAYS;
}

bool
forge_replace(struct forge *f, struct str original, size_t way, struct arena *a,
	      struct str *out)
{
	bool done;

	open_draft(f, original);
	f->is_raw = false;
	done = replace_signed(f, way);
	*out = forge_close(f, a);
	return done;
}

static bool
is_dsig(const xmlNode *n, const char *local)
{
	return n->type == XML_ELEMENT_NODE && xmlStrEqual(n->name, BAD_CAST local) && n->ns &&
	       xmlStrEqual(n->ns->href, BAD_CAST uris[3]);
}

static bool
has_signed_info(const xmlNode *n)
{
	for (n = n->children; n; n = n->next)
		if (is_dsig(n, "SignedInfo"))
			return true;
	return false;
}

bool
forge_find_signature(struct str text, size_t *which)
{
	struct forge *f = forge_new(0);
	bool found = false;

	*which = 0;
	f->doc = xmlReadMemory(text.ptr, (int)text.len, NULL, NULL,
			       XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (f->doc)
		look_again(f);
	for (size_t i = 0; i < f->element_count && !found; i++) {
		const xmlNode *n = f->element[i];

		if (!is_dsig(n, "Signature"))
			continue;
		found = xmlStrEqual(n->parent->name, BAD_CAST "Security") && has_signed_info(n);
		*which += !found;
	}
	xmlFreeDoc(f->doc);
	forge_free(f);
	return found;
}
