/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hardening of SAML messages before any cryptography. Refuses comments and processing
 * instructions (the parser does), identifiers that occur twice, ds:Object, and signatures or
 * assertions that do not stand where the message's kind has them: with those gone there is
 * nothing left to wrap.
 * Source: context-handler contract 2.4 (2), 7.4 (1); SAML core 1.3.4, 3.2.
 */
#include "saml/message.h"

#include <stdlib.h>

#include "base/limits.h"
#include "xml/names.h"

static const struct xml_limits limits = {
	.bytes = LIMIT_SAML_MESSAGE_BYTES,
	.depth = LIMIT_SAML_DEPTH,
	.nodes = LIMIT_SAML_NODES,
};

static const struct {
	enum message_kind kind;
	struct str ns;
	const char *local;
} kinds[] = {
	{MESSAGE_RESPONSE, STR_INIT("urn:oasis:names:tc:SAML:2.0:protocol"), "Response"},
	{MESSAGE_AUTHN_REQUEST, STR_INIT("urn:oasis:names:tc:SAML:2.0:protocol"),
	 "AuthnRequest"},
	{MESSAGE_LOGOUT_REQUEST, STR_INIT("urn:oasis:names:tc:SAML:2.0:protocol"),
	 "LogoutRequest"},
	{MESSAGE_LOGOUT_RESPONSE, STR_INIT("urn:oasis:names:tc:SAML:2.0:protocol"),
	 "LogoutResponse"},
	{MESSAGE_ASSERTION, STR_INIT("urn:oasis:names:tc:SAML:2.0:assertion"), "Assertion"},
	{MESSAGE_NAME_ID, STR_INIT("urn:oasis:names:tc:SAML:2.0:assertion"), "NameID"},
};

void
message_trees_release(struct message_trees *t)
{
	while (t->count > 0)
		xml_doc_free(t->docs[--t->count]);
}

static bool
is_name_char(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || c == '.' || c >= 0x80;
}

bool
message_id_is_valid(struct str id)
{
	if (id.len == 0 || id.len > LIMIT_SAML_ID_CHARS || id.ptr[0] == '-' || id.ptr[0] == '.')
		return false;
	for (size_t i = 0; i < id.len; i++)
		if (!is_name_char((unsigned char)id.ptr[i]))
			return false;
	return true;
}

/* The next element of the subtree in document order; NULL at its end. */
static struct xml_node *
next_in(struct xml_node *top, struct xml_node *n)
{
	struct xml_node *next = xml_first(n);

	while (!next && n != top) {
		next = xml_next(n);
		n = xml_parent(n);
	}
	return next;
}

static int
compare_ids(const void *x, const void *y)
{
	return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

/* [contract 7.4-1] all ID attributes distinct, no ds:Object */
static bool
check_ids(struct xml_node *root, struct arena *a, struct err *e)
{
	static const char *const names[] = {"ID", "Id", "id"};
	struct str *ids, value;
	size_t count = 0, total = 0;
	struct xml_node *n;

	for (n = root; n; n = next_in(root, n)) {
		total++;
		if (xml_is(n, NS_DS, "Object"))
			return FAIL(e, SAML_MESSAGE, "ds:Object in line %u", xml_line(n));
	}
	ids = arena_alloc_n(a, total * (ARRAY_LEN(names) + 1), sizeof(*ids));
	for (n = root; n; n = next_in(root, n)) {
		for (size_t i = 0; i < ARRAY_LEN(names); i++) {
			value = xml_attr(n, STR_NONE, names[i], a);
			if (str_is_set(value))
				ids[count++] = value;
		}
		value = xml_attr(n, NS_XML, "id", a);
		if (str_is_set(value))
			ids[count++] = value;
	}
	qsort(ids, count, sizeof(*ids), compare_ids);
	for (size_t i = 1; i < count; i++)
		if (str_eq(ids[i], ids[i - 1]))
			return FAIL(e, SAML_MESSAGE, "an identifier occurs twice");
	return true;
}

/* Signatures, Responses and Assertions only where they may stand. */
static bool
check_places(struct xml_node *root, struct err *e)
{
	for (struct xml_node *n = next_in(root, root); n; n = next_in(root, n)) {
		struct xml_node *parent = xml_parent(n);

		if (xml_is(n, NS_DS, "Signature")) {
			if (parent == root || (xml_is(parent, NS_SAML, "Assertion") &&
					       xml_parent(parent) == root))
				continue;
		} else if (xml_is(n, NS_SAML, "Assertion") ||
			   xml_is(n, NS_SAML, "EncryptedAssertion")) {
			if (parent == root && xml_is(root, NS_SAMLP, "Response"))
				continue;
		} else if (!xml_is(n, NS_SAMLP, "Response")) {
			continue;
		}
		return FAIL(e, SAML_SIGNATURE, STR_FMT " in line %u does not belong there",
			    STR_ARG(xml_local(n)), xml_line(n));
	}
	return true;
}

/* Schema order of a protocol message's first children: Issuer, Signature, Extensions. */
static bool
check_head(const struct xml_node *root, struct xml_node **rest, struct err *e)
{
	struct xml_node *n = xml_first(root);

	if (n && xml_is(n, NS_SAML, "Issuer"))
		n = xml_next(n);
	if (n && xml_is(n, NS_DS, "Signature"))
		n = xml_next(n);
	if (n && xml_is(n, NS_SAMLP, "Extensions"))
		n = xml_next(n);
	*rest = n;
	for (; n; n = xml_next(n))
		if (xml_is(n, NS_SAML, "Issuer") || xml_is(n, NS_DS, "Signature") ||
		    xml_is(n, NS_SAMLP, "Extensions"))
			return FAIL(e, SAML_MESSAGE, STR_FMT " twice or out of order",
				    STR_ARG(xml_local(n)));
	return true;
}

static bool
check_response(const struct xml_node *root, struct err *e)
{
	struct xml_node *n;

	if (!check_head(root, &n, e))
		return false;
	if (!n || !xml_is(n, NS_SAMLP, "Status") || !xml_child(n, NS_SAMLP, "StatusCode"))
		return FAIL(e, SAML_MESSAGE, "Response without Status at its place");
	for (n = xml_next(n); n; n = xml_next(n))
		if (!xml_is(n, NS_SAML, "Assertion") &&
		    !xml_is(n, NS_SAML, "EncryptedAssertion"))
			return FAIL(e, SAML_MESSAGE, "Response with " STR_FMT,
				    STR_ARG(xml_local(n)));
	return true;
}

static bool
keep_tree(struct str xml, struct message_trees *t, struct xml_node **root, struct err *e)
{
	struct err bad = ERR_INIT;

	if (t->count == ARRAY_LEN(t->docs))
		return FAIL(e, SAML_MESSAGE, "too many trees");
	if (!xml_parse(xml, &limits, &t->docs[t->count], &bad))
		return FAIL(e, SAML_MESSAGE, "%s: %s", err_row(bad.code)->name, bad.detail);
	*root = xml_root(t->docs[t->count++]);
	return true;
}

static bool
read_head(struct message *m, struct arena *a, struct err *e)
{
	struct xml_node *issuer = xml_child(m->root, NS_SAML, "Issuer");
	struct str at = xml_attr(m->root, STR_NONE, "IssueInstant", a);
	struct err bad = ERR_INIT;

	m->id = xml_attr(m->root, STR_NONE, "ID", a);
	m->version = xml_attr(m->root, STR_NONE, "Version", a);
	m->destination = xml_attr(m->root, STR_NONE, "Destination", a);
	m->in_response_to = xml_attr(m->root, STR_NONE, "InResponseTo", a);
	m->issuer = issuer ? xml_text_trim(issuer, a) : STR_NONE;
	m->issuer_format = issuer ? xml_attr(issuer, STR_NONE, "Format", a) : STR_NONE;
	m->signature = xml_child(m->root, NS_DS, "Signature");
	if (!message_id_is_valid(m->id))
		return FAIL(e, SAML_MESSAGE, "no valid ID");
	if (!str_is_set(m->version) || !str_is_set(at))
		return FAIL(e, SAML_MESSAGE, "no Version or no IssueInstant");
	if (!time_parse(at, ZONE_REQUIRED, &m->issue_instant, &bad))
		return FAIL(e, SAML_MESSAGE, "IssueInstant: %s", bad.detail);
	return true;
}

bool
message_parse(struct str xml, struct message_trees *t, struct arena *a, struct message *out,
	      struct err *e)
{
	struct xml_node *rest;

	*out = (struct message){.root = NULL};
	if (!keep_tree(xml, t, &out->root, e))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(kinds) && kinds[i].kind < MESSAGE_ASSERTION; i++)
		if (xml_is(out->root, kinds[i].ns, kinds[i].local))
			out->kind = kinds[i].kind;
	if (out->kind == 0)
		return FAIL(e, SAML_MESSAGE, "unknown message");
	if (!check_ids(out->root, a, e) || !check_places(out->root, e))
		return false;
	if (!(out->kind == MESSAGE_RESPONSE ? check_response(out->root, e)
					    : check_head(out->root, &rest, e)))
		return false;
	return read_head(out, a, e);
}

bool
message_parse_part(struct str xml, enum message_kind kind, struct message_trees *t,
		   struct xml_node **out, struct err *e)
{
	AUTO(arena_freep) struct arena *scratch = arena_new();
	struct xml_node *root;

	if (!keep_tree(xml, t, &root, e))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].kind == kind && !xml_is(root, kinds[i].ns, kinds[i].local))
			return FAIL(e, SAML_MESSAGE, "not the element expected");
	if (!check_ids(root, scratch, e) || !check_places(root, e))
		return false;
	*out = root;
	return true;
}
