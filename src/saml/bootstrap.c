/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes bootstrap tokens. Says who, for which authority and how surely, and nothing else: no
 * role and no attribute of the user goes into them, and nothing that an IdP sent is passed on.
 * Standard: SAML 2.0 core 2; SAML holder-of-key confirmation; OIO Bootstrap Token Profile 1.1.
 */
#include "saml/bootstrap.h"

#include "base/limits.h"
#include "crypto/random.h"
#include "saml/seal.h"
#include "xml/names.h"
#include "xml/write.h"

#define BOOTSTRAP_BYTES (64UL * 1024)

struct draft {
	const struct bootstrap_order *o;
	struct xml_out *out;
	instant until;
};

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

static bool
is_usable(const struct trust_cert *c, instant now)
{
	return !c->is_blocked && now >= cert_not_before(c->cert) &&
	       now < cert_not_after(c->cert);
}

static size_t
count_usable(const struct trust_system *s, instant now)
{
	size_t count = 0;

	for (size_t i = 0; i < s->cert_count; i++)
		count += is_usable(&s->certs[i], now);
	return count;
}

static void
write_name(const struct nameid *n, struct xml_out *o)
{
	xml_out_open(o, "", NS_SAML, "NameID");
	attr(o, "Format", n->format);
	attr(o, "NameQualifier", n->name_qualifier);
	attr(o, "SPNameQualifier", n->sp_name_qualifier);
	xml_out_text(o, n->value);
	xml_out_close(o);
}

/* Any one of them may confirm: a certificate is replaced without a break. */
static void
write_confirmation(const struct draft *d, const struct cert *holder)
{
	struct xml_out *o = d->out;

	xml_out_open(o, "", NS_SAML, "SubjectConfirmation");
	attr(o, "Method", SAML_HOLDER_OF_KEY);
	xml_out_open(o, "", NS_SAML, "SubjectConfirmationData");
	xml_out_attr(o, "a", NS_XSI, "type", STR("KeyInfoConfirmationDataType"));
	attr_time(o, "NotBefore", d->o->now);
	attr_time(o, "NotOnOrAfter", d->until);
	attr(o, "Recipient", d->o->hub->sts_entity_id);
	xml_out_open(o, "", NS_DS, "KeyInfo");
	xml_out_open(o, "", NS_DS, "X509Data");
	xml_out_leaf(o, "", NS_DS, "X509Certificate", cert_base64(holder));
	xml_out_close(o);
	xml_out_close(o);
	xml_out_close(o);
	xml_out_close(o);
}

static void
write_subject(const struct draft *d)
{
	const struct trust_system *s = d->o->system;

	xml_out_open(d->out, "", NS_SAML, "Subject");
	write_name(d->o->name, d->out);
	for (size_t i = 0; i < s->cert_count; i++)
		if (is_usable(&s->certs[i], d->o->now))
			write_confirmation(d, s->certs[i].cert);
	xml_out_close(d->out);
}

static void
write_conditions(const struct draft *d)
{
	struct xml_out *o = d->out;

	xml_out_open(o, "", NS_SAML, "Conditions");
	attr_time(o, "NotBefore", d->o->now);
	attr_time(o, "NotOnOrAfter", d->until);
	xml_out_open(o, "", NS_SAML, "AudienceRestriction");
	xml_out_leaf(o, "", NS_SAML, "Audience", d->o->hub->sts_entity_id);
	xml_out_close(o);
	xml_out_close(o);
}

static void
write_attribute(struct xml_out *o, struct str name, struct str value)
{
	xml_out_open(o, "", NS_SAML, "Attribute");
	attr(o, "Name", name);
	attr(o, "NameFormat", SAML_BASIC_FORMAT);
	xml_out_leaf(o, "", NS_SAML, "AttributeValue", value);
	xml_out_close(o);
}

static void
write_attributes(const struct draft *d, struct arena *a)
{
	struct xml_out *o = d->out;

	xml_out_open(o, "", NS_SAML, "AttributeStatement");
	write_attribute(o, ATTR_CVR, d->o->cvr);
	write_attribute(o, ATTR_ASSURANCE, arena_printf(a, "%d", d->o->level));
	write_attribute(o, ATTR_SPEC_VER, STR("DK-SAML-2.0"));
	write_attribute(o, ATTR_KOMBIT_SPEC_VER, STR("1.0"));
	xml_out_close(o);
}

bool
bootstrap_write(const struct bootstrap_order *o, struct arena *a, struct str *xml,
		struct str *id, struct err *e)
{
	AUTO(buf_release) struct buf b = BUF_INIT(BOOTSTRAP_BYTES);
	struct draft d = {.o = o,
			  .until = instant_add(o->now, SECONDS(LIMIT_BOOTSTRAP_LIFE_S))};
	size_t at;

	*xml = *id = STR_NONE;
	if (o->session_end < d.until)
		d.until = o->session_end;
	if (!o->system->bootstrap_token || !str_is_set(o->hub->sts_entity_id) ||
	    d.until <= o->now || count_usable(o->system, o->now) == 0)
		return true;
	d.out = xml_out_new(a, &b);
	*id = random_id(a, "_");
	xml_out_apex(d.out, "", NS_SAML, "Assertion");
	attr(d.out, "ID", *id);
	attr_time(d.out, "IssueInstant", o->now);
	attr(d.out, "Version", STR("2.0"));
	xml_out_open(d.out, "", NS_SAML, "Issuer");
	attr(d.out, "Format", SAML_ENTITY_FORMAT);
	xml_out_text(d.out, o->hub->entity_id);
	xml_out_close(d.out);
	at = xml_out_pos(d.out);
	write_subject(&d);
	write_conditions(&d);
	write_attributes(&d, a);
	xml_out_close(d.out);
	if (!buf_done(&b, e) || !seal_element(&b, 0, at, *id, o->hub->signer, a, e))
		return false;
	*xml = arena_dup(a, buf_str(&b));
	return true;
}
