/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Answers and faults, in the shapes that public clients verify. Never sends a text node of
 * white space alone, an XML declaration, or a signature on a security fault.
 * Standard: WS-Trust 1.3, 4.4; WS-Addressing 1.0 SOAP binding 6; WS-Security 1.0, 12.
 */
#include "wstrust/answer.h"

#include "crypto/random.h"
#include "wstrust/timestamp.h"
#include "xml/names.h"

struct str
answer_type(enum soap_version version)
{
	return version == SOAP_11 ? STR("text/xml; charset=utf-8")
				  : STR("application/soap+xml; charset=utf-8");
}

static void
put_timestamp(const struct answer *an, struct compose *m, struct str id)
{
	compose_begin(m, COMPOSE_SECURITY, id);
	timestamp_write(m->out, id, an->now);
	compose_end(m);
}

/* The token service: Action, RelatesTo, Timestamp, Body; key by SubjectKeyIdentifier. */
static bool
send_sts(const struct answer *an, struct compose *m, struct str action, struct buf *out,
	 struct err *e)
{
	const struct str ids[] = {STR("_1"), STR("_2"), STR("_3"), STR("_4")};
	const struct compose_signature s = {
		.ids = ids,
		.id_count = ARRAY_LEN(ids),
		.keyinfo = SIGN_KEYINFO_SKI,
		.signer = an->signer,
	};

	compose_wsa(m, "Action", ids[1], true, action);
	compose_wsa(m, "RelatesTo", ids[2], false, an->env->message_id.value);
	put_timestamp(an, m, ids[3]);
	return compose_finish(m, &s, out, e);
}

bool
answer_token(const struct answer *an, const struct rst *rst, const struct issued *t,
	     struct buf *out, struct err *e)
{
	AUTO(compose_release) struct compose m;
	struct xml_out *o;

	compose_init(&m, an->env->version, an->a);
	o = compose_body(&m, STR("_1"));
	issue_response_write(rst, t, o);
	compose_body_end(&m, o);
	return send_sts(an, &m, ACTION_RSTRC, out, e);
}

/* Only when the request had one, in its namespace. */
static void
put_framework(const struct answer *an, struct compose *m, struct str id)
{
	if (!an->env->framework)
		return;
	compose_begin(m, COMPOSE_HEADER, id);
	xml_out_apex(m->out, "f", xml_ns(an->env->framework), "Framework");
	xml_out_attr(m->out, "", STR_NONE, "version", STR("2.0"));
	xml_out_attr(m->out, "fp", NS_SBFP, "profile", STR("urn:liberty:sb:profile:basic"));
	xml_out_attr(m->out, "u", NS_WSU, "Id", id);
	xml_out_close(m->out);
	compose_end(m);
}

static void
put_certificate(const struct answer *an, struct compose *m, struct str id)
{
	compose_begin(m, COMPOSE_SECURITY, id);
	xml_out_apex(m->out, "o", NS_WSSE, "BinarySecurityToken");
	xml_out_attr(m->out, "", STR_NONE, "EncodingType", ENC_BASE64);
	xml_out_attr(m->out, "", STR_NONE, "ValueType", VT_X509);
	xml_out_attr(m->out, "u", NS_WSU, "Id", id);
	xml_out_text(m->out, cert_base64(signer_cert(an->signer)));
	xml_out_close(m->out);
	compose_end(m);
}

/* [organisation 1.8] on every answer, the request's or a new one, not signed */
static void
put_transaction(const struct answer *an, struct compose *m)
{
	struct str uuid = an->env->transaction;

	if (!str_is_set(uuid))
		uuid = random_id(an->a, "");
	compose_transaction(m, COMPOSE_AFTER_SECURITY, uuid);
}

/* The wsa headers of a service's answer, in their order. */
static void
put_addressing(const struct answer *an, struct compose *m, struct str action)
{
	compose_wsa(m, "Action", STR("h1"), false, action);
	compose_wsa(m, "MessageID", STR("h2"), false, random_id(an->a, "urn:uuid:"));
	compose_wsa(m, "To", STR("h3"), false, WSA_ANONYMOUS);
	if (str_is_set(an->env->message_id.value))
		compose_wsa(m, "RelatesTo", STR("h4"), false, an->env->message_id.value);
}

static bool
send_service(const struct answer *an, struct compose *m, struct str action, struct buf *out,
	     struct err *e)
{
	const struct str ids[] = {STR("t1"), STR("body"), STR("h2"), STR("h4"),
				  STR("h1"), STR("h3"),   STR("h5"), STR("b1")};
	const struct compose_signature s = {
		.ids = ids,
		.id_count = ARRAY_LEN(ids),
		.keyinfo = SIGN_KEYINFO_BST,
		.key_id = STR("b1"),
		.signer = an->signer,
	};

	put_framework(an, m, STR("h5"));
	put_addressing(an, m, action);
	put_certificate(an, m, STR("b1"));
	put_timestamp(an, m, STR("t1"));
	put_transaction(an, m);
	return compose_finish(m, &s, out, e);
}

struct xml_out *
answer_begin(const struct answer *an, struct compose *m)
{
	compose_init(m, an->env->version, an->a);
	/* that of the real services: itk-dev's client drops the colon and looks for soapBody */
	m->prefix = "soap";
	return compose_body(m, STR("body"));
}

bool
answer_send(const struct answer *an, struct compose *m, struct xml_out *body, struct str action,
	    struct buf *out, struct err *e)
{
	compose_body_end(m, body);
	return send_service(an, m, action, out, e);
}

/*
 * A service says when and to what; a Timestamp alone in Security keeps a client from stumbling
 * over its absence. The token service says to what.
 */
static bool
send_plain(const struct answer *an, struct compose *m, struct str action, struct buf *out,
	   struct err *e)
{
	if (an->is_service) {
		put_addressing(an, m, action);
		put_timestamp(an, m, STR("t1"));
		put_transaction(an, m);
	} else {
		compose_wsa(m, "Action", STR_NONE, false, action);
		if (str_is_set(an->env->message_id.value))
			compose_wsa(m, "RelatesTo", STR_NONE, false, an->env->message_id.value);
	}
	return compose_finish(m, NULL, out, e);
}

static bool
send_fault(const struct answer *an, const struct fault *f, struct buf *out, struct err *e)
{
	AUTO(compose_release) struct compose m;
	struct xml_out *o;

	compose_init(&m, an->env->version, an->a);
	o = compose_body(&m, an->is_service ? STR("body") : STR("_1"));
	fault_write(f, an->env->version, "s", o);
	compose_body_end(&m, o);
	if (!fault_is_signed(f->row))
		return send_plain(an, &m,
				  f->row->voice == VOICE_WSA ? WSA_FAULT : WSA_SOAP_FAULT, out,
				  e);
	return an->is_service ? send_service(an, &m, WSA_SOAP_FAULT, out, e)
			      : send_sts(an, &m, ACTION_RST_FAULT, out, e);
}

void
answer_fault(const struct answer *an, const struct fault *f, struct buf *out)
{
	const struct fault ours = {.row = err_row(INTERNAL), .request_id = f->request_id};
	struct err why = ERR_INIT;

	buf_clear(out);
	if (send_fault(an, f, out, &why))
		return;
	buf_clear(out);
	err_clear(&why);
	if (!send_fault(an, &ours, out, &why))
		BUG_ON(!out->over);
}
