/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The writer of Responses. Everything is written in canonical form and signed as it stands:
 * first the assertion, then, where the system's profile wants it, the Response around it.
 * Source: context-handler contract 2.5, 2.12, 3.4.
 */
#include "saml/respond.h"

#include "base/limits.h"
#include "crypto/random.h"
#include "saml/encrypt.h"
#include "saml/seal.h"
#include "xml/names.h"
#include "xml/write.h"

#define ASSERTION_LIFE MINUTES(5)
#define CLOCK_LAG SECONDS(30)

static void
attr(struct xml_out *o, const char *name, struct str value)
{
	if (str_is_set(value))
		xml_out_attr(o, "", STR_NONE, name, value);
}

static void
attr_time(struct xml_out *o, const char *name, instant t)
{
	char text[TIME_TEXT_MAX];

	xml_out_attr(o, "", STR_NONE, name, time_format_utc(t, text));
}

static void
leaf(struct xml_out *o, const char *local, struct str text)
{
	xml_out_leaf(o, "saml", NS_SAML, local, text);
}

static struct str
new_id(struct arena *a)
{
	return arena_printf(a, "id" STR_FMT, STR_ARG(random_hex(a, 16)));
}

static void
write_subject(struct xml_out *o, const struct respond_order *r)
{
	xml_out_open(o, "saml", NS_SAML, "Subject");
	xml_out_open(o, "saml", NS_SAML, "NameID");
	attr(o, "Format", r->name.format);
	attr(o, "NameQualifier", r->name.name_qualifier);
	attr(o, "SPNameQualifier", r->name.sp_name_qualifier);
	attr(o, "SPProvidedID", r->name.sp_provided_id);
	xml_out_text(o, r->name.value);
	xml_out_close(o);
	xml_out_open(o, "saml", NS_SAML, "SubjectConfirmation");
	attr(o, "Method", CM_BEARER);
	xml_out_open(o, "saml", NS_SAML, "SubjectConfirmationData");
	attr(o, "InResponseTo", r->in_response_to);
	attr_time(o, "NotOnOrAfter", r->now + ASSERTION_LIFE);
	attr(o, "Recipient", r->recipient);
	xml_out_close(o);
	xml_out_close(o);
	xml_out_close(o);
}

static void
write_conditions(struct xml_out *o, const struct respond_order *r)
{
	xml_out_open(o, "saml", NS_SAML, "Conditions");
	attr_time(o, "NotBefore", r->now - CLOCK_LAG);
	attr_time(o, "NotOnOrAfter", r->now + ASSERTION_LIFE);
	xml_out_open(o, "saml", NS_SAML, "AudienceRestriction");
	leaf(o, "Audience", r->audience);
	xml_out_close(o);
	xml_out_close(o);
}

static void
write_authn(struct xml_out *o, const struct respond_order *r)
{
	xml_out_open(o, "saml", NS_SAML, "AuthnStatement");
	attr_time(o, "AuthnInstant", r->authn_instant);
	attr(o, "SessionIndex", r->session_index);
	xml_out_open(o, "saml", NS_SAML, "AuthnContext");
	leaf(o, "AuthnContextClassRef", r->class_ref);
	if (str_is_set(r->authority))
		leaf(o, "AuthenticatingAuthority", r->authority);
	xml_out_close(o);
	xml_out_close(o);
}

static void
write_attributes(struct xml_out *o, const struct respond_order *r)
{
	if (r->attribute_count == 0)
		return;
	xml_out_open(o, "saml", NS_SAML, "AttributeStatement");
	for (size_t i = 0; i < r->attribute_count; i++) {
		const struct respond_attribute *at = &r->attributes[i];

		xml_out_open(o, "saml", NS_SAML, "Attribute");
		attr(o, "Name", at->name);
		attr(o, "NameFormat", r->attribute_format);
		for (size_t k = 0; k < at->count; k++)
			leaf(o, "AttributeValue", at->values[k]);
		xml_out_close(o);
	}
	xml_out_close(o);
}

/* The assertion alone, in canonical form, signed if asked for. */
static bool
write_assertion(const struct respond_order *r, struct str id, struct arena *a, struct buf *out,
		struct err *e)
{
	struct xml_out *o = xml_out_new(a, out);
	size_t after_issuer;

	xml_out_open(o, "saml", NS_SAML, "Assertion");
	attr(o, "ID", id);
	attr(o, "Version", STR("2.0"));
	attr_time(o, "IssueInstant", r->now);
	leaf(o, "Issuer", r->issuer);
	after_issuer = xml_out_pos(o);
	write_subject(o, r);
	write_conditions(o, r);
	if (!r->is_adfs_shaped)
		write_authn(o, r);
	write_attributes(o, r);
	if (r->is_adfs_shaped)
		write_authn(o, r);
	xml_out_close(o);
	if (!buf_done(out, e))
		return false;
	return !r->sign_assertion || seal_element(out, 0, after_issuer, id, r->signer, a, e);
}

/* Opens a Response; what follows the Issuer is the caller's. */
static struct xml_out *
open_response(const struct respond_order *r, struct arena *a, struct buf *out, struct str *id,
	      size_t *after_issuer)
{
	struct xml_out *o = xml_out_new(a, out);

	*id = new_id(a);
	xml_out_open(o, "samlp", NS_SAMLP, "Response");
	attr(o, "ID", *id);
	attr(o, "Version", STR("2.0"));
	attr_time(o, "IssueInstant", r->now);
	attr(o, "Destination", r->destination);
	attr(o, "InResponseTo", r->in_response_to);
	if (r->is_adfs_shaped)
		attr(o, "Consent", STR("urn:oasis:names:tc:SAML:2.0:consent:unspecified"));
	leaf(o, "Issuer", r->issuer);
	*after_issuer = xml_out_pos(o);
	return o;
}

bool
respond_write(const struct respond_order *r, struct arena *a, struct buf *out,
	      struct str *assertion_id, struct err *e)
{
	AUTO(buf_release) struct buf assertion = BUF_INIT(LIMIT_SAML_MESSAGE_BYTES);
	size_t start = out->len, after_issuer;
	struct str response_id;
	struct xml_out *o;

	*assertion_id = new_id(a);
	if (!write_assertion(r, *assertion_id, a, &assertion, e))
		return false;
	o = open_response(r, a, out, &response_id, &after_issuer);
	xml_out_open(o, "samlp", NS_SAMLP, "Status");
	xml_out_open(o, "samlp", NS_SAMLP, "StatusCode");
	attr(o, "Value", STATUS_SUCCESS);
	xml_out_close(o);
	xml_out_close(o);
	if (!r->encrypt_for)
		xml_out_raw(o, buf_str(&assertion));
	else if (!encrypt_assertion(r->encrypt_for, buf_str(&assertion), a, o, e))
		return false;
	xml_out_close(o);
	if (!buf_done(out, e))
		return false;
	return !r->sign_response ||
	       seal_element(out, start, after_issuer, response_id, r->signer, a, e);
}

bool
respond_write_error(const struct respond_order *r, enum err_code why, struct str reference,
		    struct arena *a, struct buf *out, struct err *e)
{
	const struct saml_status *status = saml_status(why);
	size_t start = out->len, after_issuer;
	struct str id;
	struct xml_out *o = open_response(r, a, out, &id, &after_issuer);

	xml_out_open(o, "samlp", NS_SAMLP, "Status");
	xml_out_open(o, "samlp", NS_SAMLP, "StatusCode");
	attr(o, "Value", status->top);
	if (str_is_set(status->second)) {
		xml_out_open(o, "samlp", NS_SAMLP, "StatusCode");
		attr(o, "Value", status->second);
		xml_out_close(o);
	}
	xml_out_close(o);
	xml_out_leaf(o, "samlp", NS_SAMLP, "StatusMessage",
		     arena_printf(a, "%s (" STR_FMT ")", status->danish, STR_ARG(reference)));
	xml_out_close(o);
	xml_out_close(o);
	return buf_done(out, e) && seal_element(out, start, after_issuer, id, r->signer, a, e);
}
