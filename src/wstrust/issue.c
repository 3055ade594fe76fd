/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes and signs tokens. Never encrypts, never renews, never copies a right that the decision
 * did not give. What is signed is what is sent: one serialisation, canonical by construction.
 * Standard: SAML 2.0 core 2; WS-Trust 1.3, 4.4; OIO SAML Profile for Identity Tokens 1.0.
 */
#include "wstrust/issue.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/encoding.h"
#include "base/limits.h"
#include "crypto/random.h"
#include "saml/privilege.h"
#include "xml/names.h"
#include "xml/sign.h"

#define ASSERTION_BYTES (256UL * 1024)

instant
issue_until(const struct rst *rst, const struct cert *holder, int64_t life_s, instant now)
{
	instant until = instant_add(now, SECONDS(life_s));
	instant last = cert_not_after(holder);

	if (rst->has_expires &&
	    rst->expires >= instant_add(now, SECONDS(LIMIT_TOKEN_LEAST_LIFE_S)) &&
	    rst->expires <= instant_add(now, SECONDS(LIMIT_TOKEN_LIFE_S)))
		until = rst->expires;
	return time_floor_ms(until < last ? until : last);
}

static void
attr_time(struct xml_out *o, const char *local, instant t)
{
	char text[TIME_TEXT_MAX];

	xml_out_attr(o, "", STR_NONE, local, time_format_utc(t, text));
}

static void
write_name(struct xml_out *o, struct str format, struct str name)
{
	xml_out_open(o, "", NS_SAML, "NameID");
	xml_out_attr(o, "", STR_NONE, "Format", format);
	xml_out_text(o, name);
	xml_out_close(o);
}

static void
write_subject(const struct issue_order *i, struct xml_out *o)
{
	bool is_other = str_is_set(i->subject);

	xml_out_open(o, "", NS_SAML, "Subject");
	if (is_other)
		write_name(o, i->subject_format, i->subject);
	else
		write_name(o, SAML_X509_FORMAT, cert_subject_net(i->holder));
	xml_out_open(o, "", NS_SAML, "SubjectConfirmation");
	xml_out_attr(o, "", STR_NONE, "Method", SAML_HOLDER_OF_KEY);
	if (is_other)
		write_name(o, SAML_ENTITY_FORMAT_OBO, cert_subject_net(i->holder));
	xml_out_open(o, "", NS_SAML, "SubjectConfirmationData");
	xml_out_attr(o, "a", NS_XSI, "type", STR("KeyInfoConfirmationDataType"));
	attr_time(o, "NotBefore", i->from);
	attr_time(o, "NotOnOrAfter", i->until);
	xml_out_attr(o, "", STR_NONE, "Recipient", i->audience);
	xml_out_open(o, "", NS_DS, "KeyInfo");
	xml_out_open(o, "", NS_DS, "X509Data");
	xml_out_leaf(o, "", NS_DS, "X509Certificate", cert_base64(i->holder));
	xml_out_close(o);
	xml_out_close(o);
	xml_out_close(o);
	xml_out_close(o);
	xml_out_close(o);
}

static void
write_conditions(const struct issue_order *i, struct xml_out *o)
{
	xml_out_open(o, "", NS_SAML, "Conditions");
	attr_time(o, "NotBefore", i->from);
	attr_time(o, "NotOnOrAfter", i->until);
	xml_out_open(o, "", NS_SAML, "AudienceRestriction");
	xml_out_leaf(o, "", NS_SAML, "Audience", i->audience);
	xml_out_close(o);
	xml_out_close(o);
}

static void
write_attribute(struct xml_out *o, struct str name, struct str value)
{
	xml_out_open(o, "", NS_SAML, "Attribute");
	xml_out_attr(o, "", STR_NONE, "Name", name);
	xml_out_attr(o, "", STR_NONE, "NameFormat", SAML_BASIC_FORMAT);
	xml_out_leaf(o, "", NS_SAML, "AttributeValue", value);
	xml_out_close(o);
}

/* privileges: base64, absent if there are none */
static void
write_attributes(const struct issue_order *i, struct str privileges, struct xml_out *o)
{
	char level[12];

	(void)snprintf(level, sizeof(level), "%d", i->assurance);
	xml_out_open(o, "", NS_SAML, "AttributeStatement");
	write_attribute(o, ATTR_CVR, i->cvr);
	write_attribute(o, ATTR_ASSURANCE, str_from(level));
	write_attribute(o, ATTR_SPEC_VER, STR("DK-SAML-2.0"));
	write_attribute(o, ATTR_KOMBIT_SPEC_VER, STR("1.0"));
	/* [oio-bpp 3.1] the attribute is left out when there are no privileges */
	if (str_is_set(privileges))
		write_attribute(o, ATTR_PRIVILEGES, privileges);
	xml_out_close(o);
}

static void
write_authn(const struct issue_order *i, struct xml_out *o)
{
	xml_out_open(o, "", NS_SAML, "AuthnStatement");
	attr_time(o, "AuthnInstant", i->from);
	xml_out_open(o, "", NS_SAML, "AuthnContext");
	xml_out_leaf(o, "", NS_SAML, "AuthnContextClassRef", SAML_AC_X509);
	xml_out_close(o);
	xml_out_close(o);
}

/* The assertion without its signature; returns where that belongs. */
static size_t
write_assertion(const struct issue_order *i, struct str id, struct str privileges,
		struct xml_out *o)
{
	size_t at;

	xml_out_apex(o, "", NS_SAML, "Assertion");
	xml_out_attr(o, "", STR_NONE, "ID", id);
	attr_time(o, "IssueInstant", i->from);
	xml_out_attr(o, "", STR_NONE, "Version", STR("2.0"));
	xml_out_open(o, "", NS_SAML, "Issuer");
	xml_out_attr(o, "", STR_NONE, "Format", SAML_ENTITY_FORMAT);
	xml_out_text(o, i->issuer);
	xml_out_close(o);
	at = xml_out_pos(o);
	write_subject(i, o);
	write_conditions(i, o);
	write_attributes(i, privileges, o);
	write_authn(i, o);
	xml_out_close(o);
	return at;
}

static bool
encode_privileges(const struct issue_order *i, struct arena *a, struct str *out, struct err *e)
{
	AUTO(buf_release) struct buf b = BUF_INIT(LIMIT_TOKEN_BPP_BYTES);

	*out = STR_NONE;
	if (i->privilege_count == 0)
		return true;
	privilege_write(i->privileges, i->privilege_count, false, &b);
	if (b.over)
		return FAIL(e, STS_CONFIGURATION, "privileges need more than %lu bytes",
			    LIMIT_TOKEN_BPP_BYTES);
	*out = base64_encode(a, buf_str(&b));
	return true;
}

static bool
sign_assertion(const struct issue_order *i, struct str id, struct str unsigned_xml,
	       struct arena *a, struct buf *out, struct err *e)
{
	const struct sign_part part = {.id = id, .canonical = unsigned_xml};
	const struct sign_order order = {
		.parts = &part,
		.part_count = 1,
		.enveloped = true,
		.keyinfo = SIGN_KEYINFO_X509,
		.signer = i->signer,
	};

	return sign_write(&order, a, xml_out_new(a, out), e);
}

bool
issue_assertion(const struct issue_order *i, struct arena *a, struct issued *out, struct err *e)
{
	AUTO(buf_release) struct buf xml = BUF_INIT(ASSERTION_BYTES);
	AUTO(buf_release) struct buf signature = BUF_INIT(ASSERTION_BYTES);
	struct str id = random_id(a, "_"), privileges;
	size_t at;

	if (!encode_privileges(i, a, &privileges, e))
		return false;
	at = write_assertion(i, id, privileges, xml_out_new(a, &xml));
	if (!buf_done(&xml, e) || !sign_assertion(i, id, buf_str(&xml), a, &signature, e))
		return false;
	buf_insert(&xml, at, buf_str(&signature));
	if (!buf_done(&xml, e) || !buf_done(&signature, e))
		return false;
	*out = (struct issued){
		.id = id,
		.xml = arena_dup(a, buf_str(&xml)),
		.from = i->from,
		.until = i->until,
	};
	return true;
}

static void
write_lifetime(const struct issued *t, struct xml_out *o)
{
	char text[TIME_TEXT_MAX];

	xml_out_open(o, "t", NS_WST, "Lifetime");
	xml_out_leaf(o, "u", NS_WSU, "Created", time_format_utc(t->from, text));
	xml_out_leaf(o, "u", NS_WSU, "Expires", time_format_utc(t->until, text));
	xml_out_close(o);
}

static void
write_applies_to(const struct rst *rst, struct xml_out *o)
{
	xml_out_open(o, "p", NS_WSP, "AppliesTo");
	xml_out_open(o, "a", NS_WSA, "EndpointReference");
	xml_out_leaf(o, "a", NS_WSA, "Address", rst->applies_to);
	xml_out_close(o);
	xml_out_close(o);
}

static void
write_reference(const struct issued *t, const char *local, struct xml_out *o)
{
	xml_out_open(o, "t", NS_WST, local);
	xml_out_open(o, "", NS_WSSE, "SecurityTokenReference");
	xml_out_attr(o, "b", NS_WSSE11, "TokenType", TT_SAML2);
	xml_out_open(o, "", NS_WSSE, "KeyIdentifier");
	xml_out_attr(o, "", STR_NONE, "ValueType", VT_SAMLID);
	xml_out_text(o, t->id);
	xml_out_close(o);
	xml_out_close(o);
	xml_out_close(o);
}

void
issue_response_write(const struct rst *rst, const struct issued *t, struct xml_out *o)
{
	xml_out_open(o, "t", NS_WST, "RequestSecurityTokenResponseCollection");
	xml_out_open(o, "t", NS_WST, "RequestSecurityTokenResponse");
	if (str_is_set(rst->context))
		xml_out_attr(o, "", STR_NONE, "Context", rst->context);
	write_lifetime(t, o);
	write_applies_to(rst, o);
	xml_out_open(o, "t", NS_WST, "RequestedSecurityToken");
	xml_out_raw(o, t->xml);
	xml_out_close(o);
	write_reference(t, "RequestedAttachedReference", o);
	write_reference(t, "RequestedUnattachedReference", o);
	xml_out_leaf(o, "t", NS_WST, "TokenType", TT_SAML2);
	xml_out_leaf(o, "t", NS_WST, "RequestType", RT_ISSUE);
	xml_out_leaf(o, "t", NS_WST, "KeyType", KT_PUBLIC);
	xml_out_close(o);
	xml_out_close(o);
}
