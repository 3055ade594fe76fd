/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The only file that knows lasso and GLib. lasso builds messages as nodes and writes them out
 * as XML; it gets no key, no metadata and no server object, and nothing that came from a peer
 * is ever given to it: our reader and our verifier do that (docs/decisions/0009-the-bridge.md).
 * Its types register themselves lazily and not thread-safely: saml_lasso_init uses each once.
 * Source: context-handler contract 2.3, 7.1, 7.3; SAML core 3.4.1.
 */
#include "saml/lasso.h"

#include <glib-object.h>
#include <lasso/lasso.h>
#include <lasso/xml/saml-2.0/samlp2_authn_request.h>
#include <lasso/xml/saml-2.0/samlp2_requested_authn_context.h>
#include <lasso/xml/saml-2.0/samlp2_scoping.h>

static char *
text(struct str s)
{
	return str_is_set(s) ? g_strndup(s.ptr, s.len) : NULL;
}

static void
node_freep(LassoNode **n)
{
	if (*n)
		g_object_unref(*n);
}

static void
g_freep(char **p)
{
	g_free(*p);
}

static LassoSamlp2RequestedAuthnContext *
build_context(const struct lasso_authn *r)
{
	LassoNode *node = lasso_samlp2_requested_authn_context_new();
	LassoSamlp2RequestedAuthnContext *c = LASSO_SAMLP2_REQUESTED_AUTHN_CONTEXT(node);

	for (size_t i = 0; i < r->class_ref_count; i++)
		c->AuthnContextClassRef =
			g_list_append(c->AuthnContextClassRef, text(r->class_refs[i]));
	c->Comparison = g_strdup(r->is_exact ? "exact" : "minimum");
	return c;
}

bool
saml_lasso_authn_request(const struct lasso_authn *r, struct arena *a, struct str *xml,
			 struct err *e)
{
	AUTO(node_freep) LassoNode *node = lasso_samlp2_authn_request_new();
	AUTO(g_freep) char *written = NULL;
	LassoSamlp2AuthnRequest *q = LASSO_SAMLP2_AUTHN_REQUEST(node);
	LassoSamlp2RequestAbstract *head = LASSO_SAMLP2_REQUEST_ABSTRACT(node);
	char at[TIME_TEXT_MAX];

	head->ID = text(r->id);
	head->Version = g_strdup("2.0");
	head->IssueInstant = text(time_format_utc(r->now, at));
	head->Destination = text(r->destination);
	head->Issuer = LASSO_SAML2_NAME_ID(lasso_saml2_name_id_new());
	head->Issuer->content = text(r->issuer);
	q->ForceAuthn = r->force_authn;
	q->IsPassive = r->is_passive;
	q->ProtocolBinding = text(r->protocol_binding);
	q->AssertionConsumerServiceURL = text(r->acs);
	if (r->class_ref_count > 0)
		q->RequestedAuthnContext = build_context(r);
	if (str_is_set(r->requester)) {
		/* ProxyCount is not set: lasso would write it as an element */
		q->Scoping = LASSO_SAMLP2_SCOPING(lasso_samlp2_scoping_new());
		q->Scoping->RequesterID = text(r->requester);
	}
	written = lasso_node_export_to_xml(node);
	if (!written)
		return FAIL(e, INTERNAL, "lasso wrote nothing");
	*xml = arena_dup(a, str_from(written));
	return true;
}

void
saml_lasso_init(void)
{
	static const struct str class_ref = STR_INIT("x");
	const struct lasso_authn all = {.id = class_ref,
					.issuer = class_ref,
					.class_refs = &class_ref,
					.class_ref_count = 1,
					.requester = class_ref};
	AUTO(arena_freep) struct arena *a = arena_new();
	struct str xml;
	struct err e = ERR_INIT;

	BUG_ON(lasso_init() != 0);
	BUG_ON(!saml_lasso_authn_request(&all, a, &xml, &e));
}

void
saml_lasso_cleanup(void)
{
	lasso_shutdown();
}
