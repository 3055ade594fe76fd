/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The guard, for the token service and for a service, over the same bytes. The policy believes
 * whatever the message says of its issuer, audience and time, so that good messages are
 * accepted and changed ones get as deep as they can. What is accepted must be whole: signed,
 * bound, with a holder. Then the request inside it is read.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/encoding.h"
#include "base/limits.h"
#include "store/store.h"
#include "trust/trust.h"
#include "wstrust/rst.h"
#include "wstrust/wsse.h"
#include "xml/names.h"
#include "xml/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct trust_snapshot *nobody;
static struct store *store;
static char store_path[64];

static void
forget(void)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	char path[80];

	trust_release(nobody);
	store_close(store);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", store_path, ends[i]);
		(void)unlink(path);
	}
}

/* What is known: nothing. Made once. */
static void
know(void)
{
	struct store_options o = {.path = store_path, .create = true, .readers = 1};
	struct err e = ERR_INIT;

	if (nobody)
		return;
	(void)snprintf(store_path, sizeof(store_path), "build/fuzz-wsse-%ld.db",
		       (long)getpid());
	BUG_ON(!store_open(&o, &store, &e));
	BUG_ON(!trust_as_of(store, INSTANT_MAX, &nobody, &e));
	(void)atexit(forget);
}

/* Down by the first child of each name; NULL if one is missing. */
static struct xml_node *
down(struct xml_node *n, const struct str *ns, const char *const *local, size_t count)
{
	for (size_t i = 0; n && i < count; i++)
		n = xml_child(n, ns[i], local[i]);
	return n;
}

static struct cert *
issuer_of(struct xml_node *assertion, struct arena *a)
{
	const struct str ns[] = {NS_DS, NS_DS, NS_DS, NS_DS};
	static const char *const path[] = {"Signature", "KeyInfo", "X509Data",
					   "X509Certificate"};
	const struct xml_node *n = down(assertion, ns, path, ARRAY_LEN(path));
	struct cert *c = NULL;
	struct err e = ERR_INIT;
	struct str der;

	if (!n || !base64_decode(xml_text(n, a), BASE64_XML, a, &der, &e) ||
	    !cert_parse(der, &c, &e))
		return NULL;
	return c;
}

static struct str
text_of(struct xml_node *from, const struct str *ns, const char *const *path, size_t count,
	struct arena *a)
{
	const struct xml_node *n = down(from, ns, path, count);

	return n ? xml_text_trim(n, a) : STR("");
}

static instant
created(struct xml_node *security, struct arena *a)
{
	const struct str ns[] = {NS_WSU, NS_WSU};
	static const char *const path[] = {"Timestamp", "Created"};
	struct err e = ERR_INIT;
	instant t;

	if (!time_parse(text_of(security, ns, path, 2, a), ZONE_REQUIRED, &t, &e))
		return 0;
	return t;
}

static void
check_accepted(const struct wsse *w, struct arena *a)
{
	struct rst r;
	struct err e = ERR_INIT;

	BUG_ON(!w->signer || w->claims_until <= 0);
	BUG_ON(w->is_service != (w->token != NULL));
	BUG_ON(str_is_empty(w->env.message_id.value) || str_is_empty(w->env.action.value));
	BUG_ON(w->token && str_is_empty(w->token->id));
	if (w->token && token_read_claims(w->token, 1, a, &e))
		BUG_ON(!str_is_digits(w->token->cvr, 8));
	else if (w->token)
		BUG_ON(e.code != TOKEN_INVALID);
	err_clear(&e);
	if (!rst_read(w->env.body_child, a, &r, &e))
		BUG_ON(e.code != RST_MALFORMED && e.code != RST_UNSUPPORTED);
}

static void
verify(struct xml_node *root, bool is_service, struct arena *a)
{
	const struct str ns[] = {NS_SAML, NS_SAML, NS_SAML};
	static const char *const audience[] = {"Conditions", "AudienceRestriction", "Audience"};
	static const char *const issuer[] = {"Issuer"};
	struct wsse_policy p = {.is_service = is_service, .known = nobody};
	AUTO(cert_freep) struct cert *cert = NULL;
	struct wsse w = {0};
	struct err e = ERR_INIT;
	struct xml_node *assertion;
	struct str ids[1];

	if (!envelope_read(root, a, &w.env, &e) || !w.env.security)
		return;
	assertion = xml_child(w.env.security, NS_SAML, "Assertion");
	if (assertion) {
		cert = issuer_of(assertion, a);
		ids[0] = text_of(assertion, ns, audience, 3, a);
		p.token.issuer = text_of(assertion, ns, issuer, 1, a);
		p.token.issuer_certs = &cert;
		p.token.issuer_cert_count = cert != NULL;
		p.token.audiences = ids;
		p.token.audience_count = 1;
	}
	if (wsse_verify(&p, created(w.env.security, a), a, &w, &e))
		check_accepted(&w, a);
	else
		BUG_ON(e.code == ERR_NONE);
	wsse_release(&w);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct xml_limits limits = {1u << 20, LIMIT_XML_DEPTH, LIMIT_STS_NODES,
						 true};
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(xml_doc_freep) struct xml_doc *doc = NULL;
	struct err e = ERR_INIT;

	know();
	if (!xml_parse(str_of(data, size), &limits, &doc, &e))
		return 0;
	verify(xml_root(doc), false, a);
	verify(xml_root(doc), true, a);
	return 0;
}
