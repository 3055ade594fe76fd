/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Metadata of peers, read and checked. Refuses lists of entities, weak or expired keys, plain
 * http outside development, a signature that does not verify, and a peer that lacks the
 * bindings we speak. Whether a certificate or an entity id is another peer's is checked where
 * all peers are known.
 * Source: SAML metadata 2.2–2.4; context-handler contract 1.5; resolutions C6, C15.
 */
#include "saml/metadata.h"

#include "base/encoding.h"
#include "base/limits.h"
#include "xml/names.h"
#include "xml/parse.h"
#include "xml/sign.h"

static const struct xml_limits limits = {
	.bytes = LIMIT_METADATA_BYTES,
	.depth = LIMIT_SAML_DEPTH,
	.nodes = LIMIT_METADATA_NODES,
	.comments_ok = true,
};

static const struct {
	enum saml_binding binding;
	struct str uri;
} bindings[] = {
	{SAML_BINDING_REDIRECT, STR_INIT("urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect")},
	{SAML_BINDING_POST, STR_INIT("urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST")},
	{SAML_BINDING_SOAP, STR_INIT("urn:oasis:names:tc:SAML:2.0:bindings:SOAP")},
	{SAML_BINDING_ARTIFACT, STR_INIT("urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact")},
};

struct reading {
	const struct metadata_rules *rules;
	struct arena *a;
	struct saml_peer *out;
	struct buf *findings;
	unsigned count;
};

#define FINDING(r, class, ...)                                                                 \
	do {                                                                                   \
		(r)->count++;                                                                  \
		buf_printf((r)->findings, "%d ", (class));                                     \
		buf_printf((r)->findings, __VA_ARGS__);                                        \
		buf_add_char((r)->findings, '\n');                                             \
	} while (0)

const struct saml_endpoint *
saml_endpoint_for(const struct saml_endpoints *list, enum saml_binding binding)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].binding == binding)
			return &list->items[i];
	return NULL;
}

void
saml_peer_release(struct saml_peer *p)
{
	while (p->signing_count > 0)
		cert_free(p->signing[--p->signing_count]);
	cert_free(p->encryption);
	p->encryption = NULL;
}

static bool
is_true(struct str s)
{
	return str_eq(s, STR("true")) || str_eq(s, STR("1"));
}

static void
check_location(struct reading *r, struct str location, const char *what)
{
	bool is_https = str_has_prefix(location, STR("https://")) &&
			location.len > sizeof("https://") - 1;
	bool is_http = str_has_prefix(location, STR("http://")) &&
		       location.len > sizeof("http://") - 1;
	bool is_odd = location.len > LIMIT_URI_CHARS;

	for (size_t i = 0; i < location.len; i++)
		is_odd |= (unsigned char)location.ptr[i] <= ' ' || location.ptr[i] == '"' ||
			  location.ptr[i] == '<' || location.ptr[i] == '#';
	if (is_odd || !(is_https || (is_http && r->rules->is_development)))
		FINDING(r, 7, "%s: not an absolute https address", what);
}

/* One list of endpoints: ACS, SSO or SLO. */
static void
read_endpoints(struct reading *r, const struct xml_node *role, const char *local,
	       struct saml_endpoints *out)
{
	struct saml_endpoint *items =
		ARENA_NEW_N(r->a, LIMIT_PEER_ENDPOINTS, struct saml_endpoint);
	bool is_indexed = str_eq_c(STR("AssertionConsumerService"), local);

	for (struct xml_node *n = xml_child(role, NS_MD, local); n; n = xml_same(n)) {
		struct saml_endpoint *ep = &items[out->count];
		struct str uri = xml_attr(n, STR_NONE, "Binding", r->a);
		struct str index = xml_attr(n, STR_NONE, "index", r->a);
		int64_t number = 0;

		if (out->count == LIMIT_PEER_ENDPOINTS) {
			FINDING(r, 2, "more than %d %s", LIMIT_PEER_ENDPOINTS, local);
			break;
		}
		ep->location = arena_dup(r->a, xml_attr(n, STR_NONE, "Location", r->a));
		ep->response_location =
			arena_dup(r->a, xml_attr(n, STR_NONE, "ResponseLocation", r->a));
		ep->is_default = is_true(xml_attr(n, STR_NONE, "isDefault", r->a));
		if (is_indexed && !str_to_i64(index, 0, 65535, &number))
			FINDING(r, 2, "%s without index", local);
		ep->index = (int)number;
		for (size_t i = 0; i < ARRAY_LEN(bindings); i++)
			if (str_eq(bindings[i].uri, uri))
				ep->binding = bindings[i].binding;
		if (str_is_empty(uri) || str_is_empty(ep->location))
			FINDING(r, 2, "%s without Binding or Location", local);
		else
			check_location(r, ep->location, local);
		if (str_is_set(ep->response_location))
			check_location(r, ep->response_location, local);
		out->count++;
	}
	out->items = items;
}

static const struct {
	struct str uri;
	unsigned bit;
} enc_rows[] = {
	{STR_INIT("http://www.w3.org/2009/xmlenc11#aes256-gcm"), SAML_ENC_AES256_GCM},
	{STR_INIT("http://www.w3.org/2009/xmlenc11#aes128-gcm"), SAML_ENC_AES128_GCM},
	{STR_INIT("http://www.w3.org/2001/04/xmlenc#aes256-cbc"), SAML_ENC_AES256_CBC},
	{STR_INIT("http://www.w3.org/2001/04/xmlenc#aes128-cbc"), SAML_ENC_AES128_CBC},
};

/* Key transport with SHA-256 is noted only where the digest is listed with it. */
static void
read_enc_methods(struct reading *r, const struct xml_node *descriptor)
{
	for (struct xml_node *n = xml_child(descriptor, NS_MD, "EncryptionMethod"); n;
	     n = xml_same(n)) {
		struct str uri = xml_attr(n, STR_NONE, "Algorithm", r->a);
		struct xml_node *md = xml_child(n, NS_DS, "DigestMethod");
		struct str digest = md ? xml_attr(md, STR_NONE, "Algorithm", r->a) : STR_NONE;

		for (size_t i = 0; i < ARRAY_LEN(enc_rows); i++)
			if (str_eq(enc_rows[i].uri, uri))
				r->out->enc_methods |= enc_rows[i].bit;
		if (str_eq(uri, ENC_OAEP_MGF1P))
			r->out->enc_methods |= SAML_ENC_OAEP_SHA1;
		if (str_eq(uri, ENC_OAEP))
			r->out->enc_methods |= str_eq(digest, DIGEST_SHA1)
						       ? SAML_ENC_OAEP_SHA1
						       : SAML_ENC_OAEP_SHA256;
	}
}

/* [contract 1.5-4, 1.5-9] */
static bool
check_cert(struct reading *r, const struct cert *c)
{
	struct err bad = ERR_INIT;

	if (!cert_check_key(c, &bad)) {
		FINDING(r, 9, "key: %s", bad.detail);
		return false;
	}
	if (!cert_check_issued(c, &bad)) {
		FINDING(r, 9, "certificate: %s", bad.detail);
		return false;
	}
	if (r->rules->now >= cert_not_after(c)) {
		if (!r->rules->is_known)
			FINDING(r, 4, "certificate %s has expired", cert_thumbprint(c).ptr);
		return false;
	}
	if (r->rules->anchors && !r->rules->is_development &&
	    !anchors_check(r->rules->anchors, c, r->rules->now, &bad)) {
		if (!r->rules->is_known)
			FINDING(r, 4, "certificate: %s", bad.detail);
		return false;
	}
	return true;
}

static void
read_key(struct reading *r, const struct xml_node *descriptor)
{
	struct xml_node *info = xml_child(descriptor, NS_DS, "KeyInfo");
	struct xml_node *data = info ? xml_child(info, NS_DS, "X509Data") : NULL;
	struct xml_node *text = data ? xml_child(data, NS_DS, "X509Certificate") : NULL;
	struct str use = xml_attr(descriptor, STR_NONE, "use", r->a), der;
	struct saml_peer *p = r->out;
	struct cert *c;
	struct err bad = ERR_INIT;

	if (!text) {
		FINDING(r, 2, "KeyDescriptor without certificate");
		return;
	}
	if (!base64_decode(xml_text(text, r->a), BASE64_XML, r->a, &der, &bad) ||
	    !cert_parse(der, &c, &bad)) {
		FINDING(r, 2, "certificate cannot be read");
		return;
	}
	if (!check_cert(r, c)) {
		cert_free(c);
		return;
	}
	if (!str_eq(use, STR("encryption"))) {
		if (p->signing_count == ARRAY_LEN(p->signing))
			FINDING(r, 2, "more than %zu signing keys", ARRAY_LEN(p->signing));
		else
			p->signing[p->signing_count++] = cert_hold(c);
	}
	if (!str_eq(use, STR("signing"))) {
		read_enc_methods(r, descriptor);
		if (!p->encryption)
			p->encryption = cert_hold(c);
	}
	cert_free(c);
}

/* [contract 1.5-3] the signature verifies with the certificate that it carries */
static void
check_signature(struct reading *r, struct xml_node *root)
{
	struct xml_node *sig = xml_child(root, NS_DS, "Signature");
	struct xml_node *n = sig ? xml_child(sig, NS_DS, "KeyInfo") : NULL;
	struct sign_place place = {.id = xml_attr(root, STR_NONE, "ID", r->a), .node = root};
	struct sign_question q = {
		.signature = sig, .places = &place, .place_count = 1, .enveloped = true};
	struct sign_answer answer;
	struct cert *c = NULL;
	struct str der;
	struct err bad = ERR_INIT;

	if (!sig) {
		if (r->rules->must_be_signed)
			FINDING(r, 3, "not signed");
		return;
	}
	n = n ? xml_child(n, NS_DS, "X509Data") : NULL;
	n = n ? xml_child(n, NS_DS, "X509Certificate") : NULL;
	if (!n || !str_is_set(place.id) ||
	    !base64_decode(xml_text(n, r->a), BASE64_XML, r->a, &der, &bad) ||
	    !cert_parse(der, &c, &bad)) {
		FINDING(r, 3, "signature without certificate or ID");
		return;
	}
	q.key = c;
	if (!sign_verify(&q, r->a, &answer, &bad))
		FINDING(r, 3, "signature: %s", bad.detail);
	cert_free(c);
}

/* [contract 1.5-6], with POST-only logout accepted */
static void
check_bindings(struct reading *r)
{
	const struct saml_peer *p = r->out;

	if (p->role == SAML_ROLE_SYSTEM && !saml_endpoint_for(&p->acs, SAML_BINDING_POST))
		FINDING(r, 6, "no AssertionConsumerService with HTTP-POST");
	if (p->role == SAML_ROLE_IDP && !saml_endpoint_for(&p->sso, SAML_BINDING_REDIRECT))
		FINDING(r, 6, "no SingleSignOnService with HTTP-Redirect");
}

/* [SAML metadata 2.3.2, 2.4.1] of the document or of the role; one that cannot be read is over
 */
static void
read_validity(struct reading *r, const struct xml_node *n)
{
	struct str text = xml_attr(n, STR_NONE, "validUntil", r->a);
	struct err bad = ERR_INIT;
	instant until;

	if (!str_is_set(text))
		return;
	if (!time_parse(text, ZONE_REQUIRED, &until, &bad)) {
		FINDING(r, 2, "validUntil is no time");
		return;
	}
	if (!r->rules->is_known && r->rules->now >= until)
		FINDING(r, 4, "the metadata was valid until " STR_FMT, STR_ARG(text));
	if (until < r->out->valid_until)
		r->out->valid_until = until;
}

static void
read_role(struct reading *r, struct xml_node *root)
{
	const char *name =
		r->rules->role == SAML_ROLE_IDP ? "IDPSSODescriptor" : "SPSSODescriptor";
	struct xml_node *role = xml_child(root, NS_MD, name);
	struct str protocols;
	struct saml_peer *p = r->out;
	size_t at;

	if (!role || xml_count(root, NS_MD, name) != 1) {
		FINDING(r, 2, "not exactly one %s", name);
		return;
	}
	read_validity(r, role);
	protocols = xml_attr(role, STR_NONE, "protocolSupportEnumeration", r->a);
	if (!str_is_set(protocols) || !str_find(protocols, NS_SAMLP, &at))
		FINDING(r, 2, "%s does not support SAML 2.0", name);
	p->wants_signed_requests =
		is_true(xml_attr(role, STR_NONE, "WantAuthnRequestsSigned", r->a));
	p->signs_requests = is_true(xml_attr(role, STR_NONE, "AuthnRequestsSigned", r->a));
	p->wants_signed_assertions =
		is_true(xml_attr(role, STR_NONE, "WantAssertionsSigned", r->a));
	for (struct xml_node *n = xml_child(role, NS_MD, "KeyDescriptor"); n; n = xml_same(n))
		read_key(r, n);
	if (p->signing_count == 0)
		FINDING(r, 5, "no key for signing");
	read_endpoints(r, role, "AssertionConsumerService", &p->acs);
	read_endpoints(r, role, "SingleSignOnService", &p->sso);
	read_endpoints(r, role, "SingleLogoutService", &p->slo);
	check_bindings(r);
}

bool
metadata_read(struct str xml, const struct metadata_rules *rules, struct arena *a,
	      struct saml_peer *out, struct buf *findings, struct err *e)
{
	AUTO(xml_doc_freep) struct xml_doc *doc = NULL;
	struct reading r = {.rules = rules, .a = a, .out = out, .findings = findings};
	struct xml_node *root;
	struct err bad = ERR_INIT;
	size_t colon;

	*out = (struct saml_peer){.role = rules->role, .valid_until = INSTANT_MAX};
	if (!xml_parse(xml, &limits, &doc, &bad)) {
		FINDING(&r, 1, "%s: %s", err_row(bad.code)->name, bad.detail);
		return FAIL(e, METADATA_INVALID, "%s", bad.detail);
	}
	root = xml_root(doc);
	if (!xml_is(root, NS_MD, "EntityDescriptor")) {
		FINDING(&r, 3, "the root is not one EntityDescriptor");
		return FAIL(e, METADATA_INVALID, "root is not EntityDescriptor");
	}
	out->entity_id = arena_dup(a, xml_attr(root, STR_NONE, "entityID", a));
	if (str_is_empty(out->entity_id) || out->entity_id.len > LIMIT_URI_CHARS ||
	    !str_find(out->entity_id, STR(":"), &colon) || colon == 0)
		FINDING(&r, 8, "entityID is not an absolute URI of at most %d characters",
			LIMIT_URI_CHARS);
	read_validity(&r, root);
	read_role(&r, root);
	check_signature(&r, root);
	if (r.count == 0)
		return true;
	saml_peer_release(out);
	return FAIL(e, METADATA_INVALID, "%u findings", r.count);
}
