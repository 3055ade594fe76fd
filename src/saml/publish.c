/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The metadata that we publish, one document a role, signed. Lists only what is served.
 * Source: SAML metadata 2.4 (order of elements); context-handler contract 1.4; resolution C13.
 */
#include "base/limits.h"
#include "crypto/random.h"
#include "saml/level.h"
#include "saml/metadata.h"
#include "saml/seal.h"
#include "xml/names.h"
#include "xml/write.h"

struct requested {
	const char *name;
	bool is_uri, is_required;
	const char *values[3];
};

static const struct requested requested_2[] = {
	{"dk:gov:saml:attribute:KombitSpecVer", false, true, {"1.0"}},
	{"dk:gov:saml:attribute:AssuranceLevel", false, true, {"2", "3"}},
	{"dk:gov:saml:attribute:SpecVer", false, true, {"DK-SAML-2.0"}},
	{"dk:gov:saml:attribute:CvrNumberIdentifier", false, false, {NULL}},
	{"dk:gov:saml:attribute:Privileges_intermediate", false, false, {NULL}},
};

static const struct requested requested_3[] = {
	{"https://data.gov.dk/model/core/specVersion", true, true, {"OIO-SAML-3.0"}},
	{"https://data.gov.dk/concept/core/nsis/loa", true, false, {NULL}},
	{"https://data.gov.dk/model/core/eid/professional/cvr", true, true, {NULL}},
	{"https://data.gov.dk/model/core/eid/professional/orgName", true, false, {NULL}},
	{"https://data.gov.dk/model/core/eid/email", true, false, {NULL}},
	{"https://data.gov.dk/model/core/eid/privilegesIntermediate", true, false, {NULL}},
};

static void
attr(struct xml_out *o, const char *name, const char *value)
{
	xml_out_attr(o, "", STR_NONE, name, str_from(value));
}

static void
open_method(struct xml_out *o, struct str algorithm)
{
	xml_out_open(o, "md", NS_MD, "EncryptionMethod");
	xml_out_attr(o, "", STR_NONE, "Algorithm", algorithm);
}

/* What may come encrypted to us, the best first. */
static void
write_methods(struct xml_out *o)
{
	open_method(o, ENC_AES256_GCM);
	xml_out_close(o);
	open_method(o, ENC_AES256_CBC);
	xml_out_close(o);
	open_method(o, ENC_OAEP);
	xml_out_open(o, "ds", NS_DS, "DigestMethod");
	xml_out_attr(o, "", STR_NONE, "Algorithm", DIGEST_SHA256);
	xml_out_close(o);
	xml_out_open(o, "xenc11", NS_XENC11, "MGF");
	xml_out_attr(o, "", STR_NONE, "Algorithm", ENC_MGF1_SHA256);
	xml_out_close(o);
	xml_out_close(o);
	open_method(o, ENC_OAEP_MGF1P);
	xml_out_close(o);
}

static void
write_key(struct xml_out *o, const char *use, const struct cert *c, bool with_methods)
{
	xml_out_open(o, "md", NS_MD, "KeyDescriptor");
	attr(o, "use", use);
	xml_out_open(o, "ds", NS_DS, "KeyInfo");
	xml_out_open(o, "ds", NS_DS, "X509Data");
	xml_out_leaf(o, "ds", NS_DS, "X509Certificate", cert_base64(c));
	xml_out_close(o);
	xml_out_close(o);
	if (with_methods)
		write_methods(o);
	xml_out_close(o);
}

/*
 * Every certificate that messages may be signed with, the one in use first: peers learn the
 * next one before it signs. They encrypt to the one in use; assertions come from IdPs, so they
 * alone are told how.
 */
static void
write_hub_keys(struct xml_out *o, const struct saml_hub *hub, enum saml_role as)
{
	const struct cert *now = signer_cert(hub->signer);

	write_key(o, "signing", now, false);
	for (size_t i = 0; i < hub->cert_count; i++)
		if (!cert_eq(hub->certs[i], now))
			write_key(o, "signing", hub->certs[i], false);
	write_key(o, "encryption", now, as == SAML_ROLE_SYSTEM);
}

static void
write_organization(struct xml_out *o, struct str name, struct str url)
{
	static const char *const locals[] = {"OrganizationName", "OrganizationDisplayName",
					     "OrganizationURL"};

	xml_out_open(o, "md", NS_MD, "Organization");
	for (size_t i = 0; i < ARRAY_LEN(locals); i++) {
		xml_out_open(o, "md", NS_MD, locals[i]);
		xml_out_attr(o, "xml", NS_XML, "lang", STR("da"));
		xml_out_text(o, i == 2 ? url : name);
		xml_out_close(o);
	}
	xml_out_close(o);
}

static void
write_endpoint(struct xml_out *o, const char *local, struct str binding, struct str location,
	       int index)
{
	xml_out_open(o, "md", NS_MD, local);
	xml_out_attr(o, "", STR_NONE, "Binding", binding);
	xml_out_attr(o, "", STR_NONE, "Location", location);
	if (index >= 0) {
		attr(o, "index", index == 0 ? "0" : "1");
		attr(o, "isDefault", index == 0 ? "true" : "false");
	}
	xml_out_close(o);
}

static void
write_levels(struct xml_out *o)
{
	static const char *const old[] = {"urn:dk:gov:saml:attribute:AssuranceLevel:2",
					  "urn:dk:gov:saml:attribute:AssuranceLevel:3",
					  "urn:dk:gov:saml:attribute:AssuranceLevel:4"};

	xml_out_open(o, "md", NS_MD, "Extensions");
	xml_out_open(o, "mdattr", NS_MDATTR, "EntityAttributes");
	xml_out_open(o, "saml", NS_SAML, "Attribute");
	xml_out_attr(o, "", STR_NONE, "Name", CERTIFICATION);
	xml_out_attr(o, "", STR_NONE, "NameFormat", FORMAT_URI);
	for (size_t i = 0; i < ARRAY_LEN(old); i++)
		xml_out_leaf(o, "saml", NS_SAML, "AttributeValue", str_from(old[i]));
	for (int i = NSIS_LOW; i <= NSIS_HIGH; i++)
		xml_out_leaf(o, "saml", NS_SAML, "AttributeValue", nsis_url((enum nsis)i));
	xml_out_close(o);
	xml_out_close(o);
	xml_out_close(o);
}

static void
write_attribute(struct xml_out *o, const struct requested *r, bool is_requested)
{
	if (is_requested)
		xml_out_open(o, "md", NS_MD, "RequestedAttribute");
	else
		xml_out_open(o, "saml", NS_SAML, "Attribute");
	attr(o, "Name", r->name);
	xml_out_attr(o, "", STR_NONE, "NameFormat", r->is_uri ? FORMAT_URI : SAML_BASIC_FORMAT);
	if (is_requested)
		attr(o, "isRequired", r->is_required ? "true" : "false");
	for (size_t i = 0; i < ARRAY_LEN(r->values) && r->values[i]; i++)
		xml_out_leaf(o, "saml", NS_SAML, "AttributeValue", str_from(r->values[i]));
	xml_out_close(o);
}

static void
write_consuming(struct xml_out *o, int index, struct str name, const struct requested *rows,
		size_t count)
{
	xml_out_open(o, "md", NS_MD, "AttributeConsumingService");
	attr(o, "index", index == 0 ? "0" : "1");
	attr(o, "isDefault", index == 0 ? "true" : "false");
	xml_out_open(o, "md", NS_MD, "ServiceName");
	xml_out_attr(o, "xml", NS_XML, "lang", STR("da"));
	xml_out_text(o, name);
	xml_out_close(o);
	for (size_t i = 0; i < count; i++)
		write_attribute(o, &rows[i], true);
	xml_out_close(o);
}

static void
write_formats(struct xml_out *o, bool all)
{
	xml_out_leaf(o, "md", NS_MD, "NameIDFormat", SAML_X509_FORMAT);
	if (!all)
		return;
	xml_out_leaf(o, "md", NS_MD, "NameIDFormat", NAMEID_PERSISTENT);
	xml_out_leaf(o, "md", NS_MD, "NameIDFormat", NAMEID_TRANSIENT);
	xml_out_leaf(o, "md", NS_MD, "NameIDFormat", NAMEID_UNSPECIFIED);
}

static void
write_idp_role(struct xml_out *o, const struct saml_hub *hub, struct arena *a)
{
	struct str sso = arena_printf(a, STR_FMT "%s", STR_ARG(hub->base_url), SAML_PATH_SSO);

	xml_out_open(o, "md", NS_MD, "IDPSSODescriptor");
	attr(o, "WantAuthnRequestsSigned", "true");
	xml_out_attr(o, "", STR_NONE, "protocolSupportEnumeration", NS_SAMLP);
	write_hub_keys(o, hub, SAML_ROLE_IDP);
	write_organization(o, hub->organisation, hub->base_url);
	write_formats(o, true);
	write_endpoint(o, "SingleSignOnService", BINDING_REDIRECT, sso, -1);
	write_endpoint(o, "SingleSignOnService", BINDING_POST, sso, -1);
	for (size_t i = 0; i < ARRAY_LEN(requested_2); i++)
		write_attribute(o, &requested_2[i], false);
	xml_out_close(o);
}

static void
write_sp_role(struct xml_out *o, const struct saml_hub *hub, struct arena *a)
{
	xml_out_open(o, "md", NS_MD, "SPSSODescriptor");
	attr(o, "AuthnRequestsSigned", "true");
	attr(o, "WantAssertionsSigned", "true");
	xml_out_attr(o, "", STR_NONE, "protocolSupportEnumeration", NS_SAMLP);
	write_hub_keys(o, hub, SAML_ROLE_SYSTEM);
	write_organization(o, hub->organisation, hub->base_url);
	write_formats(o, false);
	write_endpoint(o, "AssertionConsumerService", BINDING_POST,
		       arena_printf(a, STR_FMT "%s", STR_ARG(hub->base_url), SAML_PATH_ACS), 0);
	write_consuming(o, 0, hub->organisation, requested_2, ARRAY_LEN(requested_2));
	write_consuming(o, 1, hub->organisation, requested_3, ARRAY_LEN(requested_3));
	xml_out_close(o);
}

static struct xml_out *
open_entity(struct buf *out, struct str entity_id, struct arena *a, struct str *id)
{
	struct xml_out *o = xml_out_new(a, out);

	*id = random_id(a, "_");
	xml_out_open(o, "md", NS_MD, "EntityDescriptor");
	xml_out_attr(o, "", STR_NONE, "ID", *id);
	xml_out_attr(o, "", STR_NONE, "entityID", entity_id);
	attr(o, "cacheDuration", "PT6H");
	return o;
}

bool
metadata_publish(const struct saml_hub *hub, enum saml_role as, struct arena *a,
		 struct buf *out, struct err *e)
{
	struct str id;
	size_t start = out->len, at;
	struct xml_out *o = open_entity(out, hub->entity_id, a, &id);

	at = xml_out_pos(o);
	if (as == SAML_ROLE_IDP) {
		write_levels(o);
		write_idp_role(o, hub, a);
	} else {
		write_sp_role(o, hub, a);
	}
	xml_out_close(o);
	return seal_element(out, start, at, id, hub->signer, a, e);
}

bool
metadata_publish_small(const struct metadata_small *m, struct arena *a, struct buf *out,
		       struct err *e)
{
	const struct cert *c = signer_cert(m->signer);
	struct str id;
	size_t start = out->len, at;
	struct xml_out *o = open_entity(out, m->entity_id, a, &id);

	at = xml_out_pos(o);
	if (m->role == SAML_ROLE_IDP) {
		xml_out_open(o, "md", NS_MD, "IDPSSODescriptor");
		attr(o, "WantAuthnRequestsSigned", "true");
	} else {
		xml_out_open(o, "md", NS_MD, "SPSSODescriptor");
		attr(o, "AuthnRequestsSigned", "true");
		attr(o, "WantAssertionsSigned", "true");
	}
	xml_out_attr(o, "", STR_NONE, "protocolSupportEnumeration", NS_SAMLP);
	write_key(o, "signing", c, false);
	write_organization(o, m->organisation, m->location);
	write_formats(o, false);
	if (m->role == SAML_ROLE_IDP) {
		write_endpoint(o, "SingleSignOnService", BINDING_REDIRECT, m->location, -1);
		write_endpoint(o, "SingleSignOnService", BINDING_POST, m->location, -1);
	} else {
		write_endpoint(o, "AssertionConsumerService", BINDING_POST, m->location, 0);
	}
	xml_out_close(o);
	xml_out_close(o);
	return seal_element(out, start, at, id, m->signer, a, e);
}
