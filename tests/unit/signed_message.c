/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See signed_message.h. */
#include "signed_message.h"

#include <stdlib.h>

#include "base/limits.h"
#include "xml/names.h"

#define ASSERTION_ID "_a1"
#define STR_ID "str1"
#define BST_ID "b1"
#define PARTS_MAX (LIMIT_SIGNATURE_REFS - 1)

static const struct xml_limits limits = {1u << 20, LIMIT_XML_DEPTH, LIMIT_STS_NODES, true};

/* A writer of one part, into memory of the arena. */
struct piece {
	struct buf b;
	struct xml_out *o;
};

static struct xml_out *
piece_begin(struct piece *p, struct arena *a)
{
	buf_init(&p->b, 1u << 20);
	p->o = xml_out_new(a, &p->b);
	return p->o;
}

static struct str
piece_end(struct piece *p, struct arena *a)
{
	struct str s;

	if (!xml_out_is_closed(p->o))
		abort();
	s = arena_dup(a, buf_str(&p->b));
	buf_release(&p->b);
	return s;
}

static struct str
leaf_part(const char *prefix, struct str ns, const char *local, const char *id,
	  const char *text, struct arena *a)
{
	struct piece p;
	struct xml_out *o = piece_begin(&p, a);

	xml_out_apex(o, prefix, ns, local);
	xml_out_attr(o, "u", NS_WSU, "Id", str_from(id));
	xml_out_text(o, str_from(text));
	xml_out_close(o);
	return piece_end(&p, a);
}

static struct str
timestamp(struct arena *a)
{
	struct piece p;
	struct xml_out *o = piece_begin(&p, a);

	xml_out_apex(o, "u", NS_WSU, "Timestamp");
	xml_out_attr(o, "u", NS_WSU, "Id", STR("t1"));
	xml_out_leaf(o, "u", NS_WSU, "Created", STR("2026-05-27T12:15:30.125Z"));
	xml_out_leaf(o, "u", NS_WSU, "Expires", STR("2026-05-27T12:20:30.125Z"));
	xml_out_close(o);
	return piece_end(&p, a);
}

static struct str
security_token(const struct signer *holder, struct arena *a)
{
	struct piece p;
	struct xml_out *o = piece_begin(&p, a);

	xml_out_apex(o, "o", NS_WSSE, "BinarySecurityToken");
	xml_out_attr(o, "u", NS_WSU, "Id", STR(BST_ID));
	xml_out_attr(o, "", STR_NONE, "ValueType", VT_X509);
	xml_out_attr(o, "", STR_NONE, "EncodingType", ENC_BASE64);
	xml_out_text(o, cert_base64(signer_cert(holder)));
	xml_out_close(o);
	return piece_end(&p, a);
}

static struct str
token_reference(struct arena *a)
{
	struct piece p;
	struct xml_out *o = piece_begin(&p, a);

	xml_out_apex(o, "o", NS_WSSE, "SecurityTokenReference");
	xml_out_attr(o, "u", NS_WSU, "Id", STR(STR_ID));
	xml_out_attr(o, "b", NS_WSSE11, "TokenType", TT_SAML2);
	xml_out_open(o, "o", NS_WSSE, "KeyIdentifier");
	xml_out_attr(o, "", STR_NONE, "ValueType", VT_SAMLID);
	xml_out_text(o, STR(ASSERTION_ID));
	xml_out_close(o);
	xml_out_close(o);
	return piece_end(&p, a);
}

/* Written twice: without its signature, to be digested, and with it. */
static struct str
assertion(const struct signer *issuer, struct str unsigned_bytes, struct arena *a)
{
	struct piece p;
	struct xml_out *o = piece_begin(&p, a);
	struct sign_part part = {STR(ASSERTION_ID), unsigned_bytes};
	struct err e = ERR_INIT;

	xml_out_apex(o, "", NS_SAML, "Assertion");
	xml_out_attr(o, "", STR_NONE, "ID", STR(ASSERTION_ID));
	xml_out_attr(o, "", STR_NONE, "Version", STR("2.0"));
	xml_out_leaf(o, "", NS_SAML, "Issuer", STR("https://saml.kommune.example/runtime"));
	if (str_is_set(unsigned_bytes)) {
		struct sign_order order = {.parts = &part,
					   .part_count = 1,
					   .enveloped = true,
					   .keyinfo = SIGN_KEYINFO_X509,
					   .signer = issuer};

		if (!sign_write(&order, a, o, &e))
			abort();
	}
	xml_out_open(o, "", NS_SAML, "Subject");
	xml_out_open(o, "", NS_SAML, "SubjectConfirmationData");
	xml_out_attr(o, "a", NS_XSI, "type", STR("KeyInfoConfirmationDataType"));
	xml_out_close(o);
	xml_out_close(o);
	xml_out_leaf(o, "", NS_SAML, "AttributeValue", STR("11111111"));
	xml_out_close(o);
	return piece_end(&p, a);
}

static struct str
body(struct arena *a)
{
	struct piece p;
	struct xml_out *o = piece_begin(&p, a);

	xml_out_apex(o, "s", NS_SOAP12, "Body");
	xml_out_attr(o, "u", NS_WSU, "Id", STR("body"));
	xml_out_open(o, "", STR("urn:test:1"), "LaesInput");
	xml_out_leaf(o, "", STR("urn:oio:sagdok:3.0.0"), "UUIDIdentifikator", STR("æøå & <0>"));
	xml_out_close(o);
	xml_out_close(o);
	return piece_end(&p, a);
}

struct str
message_build(const struct signer *issuer, const struct signer *holder,
	      enum sign_keyinfo keyinfo, unsigned more_parts, struct arena *a)
{
	struct sign_part part[PARTS_MAX], str_part;
	struct sign_order order = {.parts = part,
				   .str_part = &str_part,
				   .keyinfo = keyinfo,
				   .key_id = keyinfo == SIGN_KEYINFO_SAMLID ? STR(ASSERTION_ID)
									    : STR(BST_ID),
				   .signer = holder};
	struct str token = assertion(issuer, assertion(issuer, STR_NONE, a), a);
	struct err e = ERR_INIT;
	struct piece p;
	struct xml_out *o;
	size_t i, n = 0;

	part[n++] = (struct sign_part){
		STR("h1"), leaf_part("a", NS_WSA, "Action", "h1", "urn:test:laes", a)};
	part[n++] = (struct sign_part){
		STR("h2"), leaf_part("a", NS_WSA, "MessageID", "h2", "urn:uuid:0a6f1c1e", a)};
	for (i = 0; i < more_parts; i++) {
		struct str id = arena_printf(a, "m%zu", i);

		part[n++] = (struct sign_part){
			id,
			leaf_part("a", NS_WSA, "To", id.ptr,
				  "https://organisation.kommune.example/organisation/6", a)};
	}
	part[n++] = (struct sign_part){STR("body"), body(a)};
	part[n++] = (struct sign_part){STR("t1"), timestamp(a)};
	part[n++] = (struct sign_part){STR(BST_ID), security_token(holder, a)};
	order.part_count = n;
	str_part = (struct sign_part){STR(STR_ID), token};

	o = piece_begin(&p, a);
	xml_out_open(o, "s", NS_SOAP12, "Envelope");
	xml_out_open(o, "s", NS_SOAP12, "Header");
	for (i = 0; i < n - 3; i++)
		xml_out_raw(o, part[i].canonical);
	xml_out_open(o, "o", NS_WSSE, "Security");
	xml_out_raw(o, part[n - 2].canonical);
	xml_out_raw(o, part[n - 1].canonical);
	xml_out_raw(o, token);
	xml_out_raw(o, token_reference(a));
	if (!sign_write(&order, a, o, &e))
		abort();
	xml_out_close(o);
	xml_out_close(o);
	xml_out_raw(o, part[n - 3].canonical);
	xml_out_close(o);
	return piece_end(&p, a);
}

static void
add_place(struct message *m, struct xml_node *n, struct arena *a)
{
	struct str id = xml_attr(n, NS_WSU, "Id", a);

	if (xml_is(n, NS_SAML, "Assertion"))
		id = xml_attr(n, STR_NONE, "ID", a);
	if (!str_is_set(id))
		return;
	if (m->place_count == ARRAY_LEN(m->place))
		abort();
	m->place[m->place_count++] = (struct sign_place){
		id, n, xml_is(n, NS_WSSE, "SecurityTokenReference") ? m->assertion : NULL};
}

bool
message_open(struct str text, struct message *m, struct arena *a)
{
	struct err e = ERR_INIT;
	struct xml_node *header, *security, *n;

	*m = (struct message){0};
	if (!xml_parse(text, &limits, &m->doc, &e))
		return false;
	n = xml_first(xml_root(m->doc));
	header = n && xml_is_local(n, "Header") ? n : NULL;
	security = header ? xml_child(header, NS_WSSE, "Security") : NULL;
	if (!security)
		return false;
	m->assertion = xml_child(security, NS_SAML, "Assertion");
	for (n = xml_first(header); n; n = xml_next(n))
		add_place(m, n, a);
	for (n = xml_first(security); n; n = xml_next(n))
		add_place(m, n, a);
	if (xml_next(header))
		add_place(m, xml_next(header), a);
	m->signature[SIGNED_MESSAGE] = xml_child(security, NS_DS, "Signature");
	if (m->assertion)
		m->signature[SIGNED_ASSERTION] = xml_child(m->assertion, NS_DS, "Signature");
	return true;
}

void
message_close(struct message *m)
{
	xml_doc_freep(&m->doc);
}

bool
message_verify(const struct message *m, enum message_signature which, const struct cert *key,
	       struct arena *a, struct sign_answer *answer, struct err *e)
{
	struct sign_place own = {STR_NONE, m->assertion, NULL};
	struct sign_question q = {.signature = m->signature[which], .key = key};

	if (which == SIGNED_ASSERTION) {
		own.id = xml_attr(m->assertion, STR_NONE, "ID", a);
		q.places = &own;
		q.place_count = 1;
		q.enveloped = q.want_octets = true;
	} else {
		q.places = m->place;
		q.place_count = m->place_count;
	}
	return sign_verify(&q, a, answer, e);
}
