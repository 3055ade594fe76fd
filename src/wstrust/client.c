/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes requests as a system does, and reads the answers. Believes an answer only if it is
 * signed with the certificate it was told to expect; faults are believed as they come, as
 * public clients do, and are good for a message to a person only.
 * Standard: WS-Trust 1.3; WS-Security 1.0; SAML Token Profile 1.1.
 */
#include "wstrust/client.h"

#include "base/limits.h"
#include "crypto/random.h"
#include "saml/assertion.h"
#include "wstrust/compose.h"
#include "wstrust/internal.h"
#include "wstrust/timestamp.h"
#include "xml/names.h"
#include "xml/parse.h"

static void
put_timestamp(const struct client *c, struct compose *m)
{
	compose_begin(m, COMPOSE_SECURITY, STR("sec-ts"));
	timestamp_write(m->out, STR("sec-ts"), c->now);
	compose_end(m);
}

static void
put_bst(const struct cert *c, struct str id, struct xml_out *o)
{
	xml_out_attr(o, "", STR_NONE, "EncodingType", ENC_BASE64);
	xml_out_attr(o, "", STR_NONE, "ValueType", VT_X509);
	xml_out_attr(o, "u", NS_WSU, "Id", id);
	xml_out_text(o, cert_base64(c));
	xml_out_close(o);
}

static void
put_behalf(const struct client *c, const struct client_request *r, struct xml_out *o)
{
	if (!r->behalf_cert && !str_is_set(r->behalf_token))
		return;
	xml_out_open(o, "t", NS_WST, "OnBehalfOf");
	if (r->behalf_cert) {
		xml_out_open(o, "o", NS_WSSE, "BinarySecurityToken");
		put_bst(r->behalf_cert, random_id(c->a, "uuid-"), o);
	} else {
		xml_out_raw(o, r->behalf_token);
	}
	xml_out_close(o);
}

static void
put_claims(const struct client_request *r, struct xml_out *o)
{
	xml_out_open(o, "t", NS_WST, "Claims");
	xml_out_attr(o, "", STR_NONE, "Dialect", CLAIMS_DIALECT);
	xml_out_open(o, "c", NS_AUTH, "ClaimType");
	xml_out_attr(o, "", STR_NONE, "Optional", STR("false"));
	xml_out_attr(o, "", STR_NONE, "Uri", ATTR_CVR);
	xml_out_leaf(o, "c", NS_AUTH, "Value", r->cvr);
	xml_out_close(o);
	xml_out_close(o);
}

static void
put_request(const struct client *c, const struct client_request *r, struct xml_out *o)
{
	char text[TIME_TEXT_MAX];

	xml_out_open(o, "t", NS_WST, "RequestSecurityToken");
	xml_out_attr(o, "", STR_NONE, "Context", random_id(c->a, ""));
	xml_out_leaf(o, "t", NS_WST, "TokenType", TT_SAML2);
	xml_out_leaf(o, "t", NS_WST, "RequestType", RT_ISSUE);
	xml_out_open(o, "p", NS_WSP, "AppliesTo");
	xml_out_open(o, "a", NS_WSA, "EndpointReference");
	xml_out_leaf(o, "a", NS_WSA, "Address", r->applies_to);
	xml_out_close(o);
	xml_out_close(o);
	put_claims(r, o);
	put_behalf(c, r, o);
	if (r->life_s > 0) {
		instant until = instant_add(c->now, SECONDS(r->life_s));

		xml_out_open(o, "t", NS_WST, "Lifetime");
		xml_out_leaf(o, "u", NS_WSU, "Expires", time_format_utc(until, text));
		xml_out_close(o);
	}
	xml_out_leaf(o, "t", NS_WST, "KeyType", KT_PUBLIC);
	xml_out_open(o, "t", NS_WST, "UseKey");
	xml_out_open(o, "o", NS_WSSE, "BinarySecurityToken");
	put_bst(signer_cert(c->signer), random_id(c->a, "uuid-"), o);
	xml_out_close(o);
	xml_out_close(o);
}

bool
client_request_write(const struct client *c, const struct client_request *r, struct buf *out,
		     struct str *message_id, struct err *e)
{
	AUTO(compose_release) struct compose m;
	const struct str ids[] = {STR("action"), STR("msgid"),           STR("to"),
				  STR("sec-ts"), STR("sec-binsectoken"), STR("body")};
	const struct compose_signature s = {
		.ids = ids,
		.id_count = ARRAY_LEN(ids),
		.keyinfo = SIGN_KEYINFO_BST,
		.key_id = STR("sec-binsectoken"),
		.signer = c->signer,
	};
	struct xml_out *o;

	compose_init(&m, c->version, c->a);
	*message_id = random_id(c->a, "uuid:");
	compose_wsa(&m, "Action", STR("action"), true, ACTION_RST);
	compose_wsa(&m, "MessageID", STR("msgid"), false, *message_id);
	compose_wsa(&m, "To", STR("to"), true, r->to);
	put_timestamp(c, &m);
	compose_begin(&m, COMPOSE_SECURITY, STR("sec-binsectoken"));
	xml_out_apex(m.out, "o", NS_WSSE, "BinarySecurityToken");
	put_bst(signer_cert(c->signer), STR("sec-binsectoken"), m.out);
	compose_end(&m);
	o = compose_body(&m, STR("body"));
	put_request(c, r, o);
	compose_body_end(&m, o);
	return compose_finish(&m, &s, out, e);
}

static void
put_framework(struct compose *m)
{
	compose_begin(m, COMPOSE_HEADER, STR("lib"));
	xml_out_apex(m->out, "f", NS_SBF, "Framework");
	xml_out_attr(m->out, "", STR_NONE, "version", STR("2.0"));
	xml_out_attr(m->out, "fp", NS_SBFP, "profile", STR("urn:liberty:sb:profile:basic"));
	xml_out_attr(m->out, "s", m->ns, "mustUnderstand", STR("1"));
	xml_out_attr(m->out, "u", NS_WSU, "Id", STR("lib"));
	xml_out_close(m->out);
	compose_end(m);
}

static void
put_token(const struct client_token *t, struct compose *m)
{
	compose_begin(m, COMPOSE_SECURITY, t->id);
	xml_out_raw(m->out, t->xml);
	compose_end(m);
	compose_begin(m, COMPOSE_SECURITY, STR("sec-str"));
	xml_out_apex(m->out, "o", NS_WSSE, "SecurityTokenReference");
	xml_out_attr(m->out, "b", NS_WSSE11, "TokenType", TT_SAML2);
	xml_out_attr(m->out, "u", NS_WSU, "Id", STR("sec-str"));
	xml_out_open(m->out, "o", NS_WSSE, "KeyIdentifier");
	xml_out_attr(m->out, "", STR_NONE, "ValueType", VT_SAMLID);
	xml_out_text(m->out, t->id);
	xml_out_close(m->out);
	xml_out_close(m->out);
	compose_end(m);
}

bool
client_call_write(const struct client *c, const struct client_call *call, struct buf *out,
		  struct str *message_id, struct err *e)
{
	AUTO(compose_release) struct compose m;
	const struct str ids[] = {STR("body"), STR("action"), STR("msgid"), STR("replyto"),
				  STR("to"),   STR("sec-ts"), STR("lib")};
	const struct compose_signature s = {
		.ids = ids,
		.id_count = ARRAY_LEN(ids),
		.str_id = STR("sec-str"),
		.str_token = call->token->xml,
		.keyinfo = SIGN_KEYINFO_SAMLID,
		.key_id = call->token->id,
		.signer = c->signer,
	};
	struct xml_out *o;

	compose_init(&m, c->version, c->a);
	*message_id = random_id(c->a, "urn:uuid:");
	compose_wsa(&m, "Action", STR("action"), true, call->action);
	compose_transaction(&m, COMPOSE_HEADER,
			    str_is_set(call->transaction) ? call->transaction
							  : random_id(c->a, ""));
	compose_wsa(&m, "MessageID", STR("msgid"), false, *message_id);
	if (call->has_reply_to)
		compose_wsa(&m, "ReplyTo", STR("replyto"), false, WSA_ANONYMOUS);
	compose_wsa(&m, "To", STR("to"), true, call->to);
	if (call->has_framework)
		put_framework(&m);
	put_timestamp(c, &m);
	put_token(call->token, &m);
	o = compose_body(&m, STR("body"));
	xml_out_raw(o, call->body);
	compose_body_end(&m, o);
	return compose_finish(&m, &s, out, e);
}

/* The local name of a QName in text. */
static struct str
local_part(struct str qname)
{
	struct str head, rest;

	return str_cut(qname, ':', &head, &rest) ? rest : head;
}

static void
read_fault_12(const struct client *c, const struct xml_node *fault, struct client_answer *out)
{
	const struct xml_node *code = xml_child(fault, NS_SOAP12, "Code"), *value;
	const struct xml_node *reason = xml_child(fault, NS_SOAP12, "Reason");
	const struct xml_node *text = reason ? xml_child(reason, NS_SOAP12, "Text") : NULL;

	for (; code; code = xml_child(code, NS_SOAP12, "Subcode")) {
		value = xml_child(code, NS_SOAP12, "Value");
		if (value)
			out->code = arena_dup(c->a, local_part(xml_text_trim(value, c->a)));
		if (!str_is_set(out->outer))
			out->outer = out->code;
	}
	if (text)
		out->reason = arena_dup(c->a, xml_text_trim(text, c->a));
}

static void
read_fault_11(const struct client *c, const struct xml_node *fault, struct client_answer *out)
{
	const struct xml_node *code = xml_child(fault, STR_NONE, "faultcode");
	const struct xml_node *text = xml_child(fault, STR_NONE, "faultstring");

	if (code)
		out->code = arena_dup(c->a, local_part(xml_text_trim(code, c->a)));
	out->outer = out->code;
	if (text)
		out->reason = arena_dup(c->a, xml_text_trim(text, c->a));
}

static bool
check_covered(const struct sign_answer *s, const struct xml_node *n, const char *name,
	      bool is_needed, struct err *e)
{
	if (!n && !is_needed)
		return true;
	for (size_t i = 0; n && i < s->ref_count; i++)
		if (s->refs[i].place->node == n && s->refs[i].form == SIGN_FORM_PLAIN)
			return true;
	return FAIL(e, MESSAGE_NOT_COVERED, "%s of the answer", name);
}

static bool
check_answer(const struct client *c, const struct envelope *env, const struct cert *signer,
	     struct str message_id, struct err *e)
{
	struct security security;
	struct sign_answer s;
	struct timestamp time;
	struct id_map ids;
	struct sign_question q;

	if (!str_eq(env->relates_to.value, message_id))
		return FAIL(e, ANSWER_UNRELATED, "RelatesTo names another message");
	if (!security_read(env, false, c->a, &security, e) ||
	    !timestamp_check(security.timestamp, c->now, c->a, &time, e) ||
	    !id_map_build(env, &security, c->a, &ids, e))
		return false;
	q = (struct sign_question){
		.signature = security.signature,
		.places = ids.places,
		.place_count = ids.count,
		.key = signer,
	};
	return sign_verify(&q, c->a, &s, e) && check_covered(&s, env->body, "Body", true, e) &&
	       check_covered(&s, security.timestamp, "Timestamp", true, e) &&
	       check_covered(&s, env->relates_to.node, "RelatesTo", true, e) &&
	       check_covered(&s, env->action.node, "Action", false, e) &&
	       check_covered(&s, env->message_id.node, "MessageID", false, e);
}

static struct str
canonical(const struct client *c, const struct xml_node *n)
{
	AUTO(buf_release) struct buf b = BUF_INIT(LIMIT_ANSWER_BYTES);

	xml_node_write(n, &b);
	return arena_dup(c->a, buf_str(&b));
}

bool
client_answer_read(const struct client *c, struct str bytes, const struct cert *signer,
		   struct str message_id, struct client_answer *out, struct err *e)
{
	AUTO(xml_doc_freep) struct xml_doc *doc = NULL;
	const struct xml_limits limits = {
		.bytes = LIMIT_ANSWER_BYTES,
		.depth = LIMIT_XML_DEPTH,
		.nodes = LIMIT_SERVICE_NODES,
	};
	struct envelope env;

	*out = (struct client_answer){0};
	if (!xml_parse(bytes, &limits, &doc, e) || !envelope_read(xml_root(doc), c->a, &env, e))
		return false;
	out->is_fault = xml_is(env.body_child, env.ns, "Fault");
	if (out->is_fault && env.version == SOAP_12)
		read_fault_12(c, env.body_child, out);
	else if (out->is_fault)
		read_fault_11(c, env.body_child, out);
	else if (!check_answer(c, &env, signer, message_id, e))
		return false;
	out->body = canonical(c, env.body_child);
	return true;
}

/* Collection/Response/RequestedSecurityToken/Assertion, each alone in its parent. */
static struct xml_node *
find_assertion(struct xml_node *collection)
{
	struct xml_node *n = NULL;

	if (xml_is(collection, NS_WST, "RequestSecurityTokenResponseCollection"))
		n = xml_only(collection, NS_WST, "RequestSecurityTokenResponse");
	n = n ? xml_only(n, NS_WST, "RequestedSecurityToken") : NULL;
	return n ? xml_only(n, NS_SAML, "Assertion") : NULL;
}

static bool
check_assertion(const struct client *c, struct xml_node *n, const struct assertion *t,
		const struct cert *sts, struct err *e)
{
	const struct sign_place place = {.id = t->id, .node = n};
	const struct sign_question q = {
		.signature = t->signature,
		.places = &place,
		.place_count = 1,
		.key = sts,
		.enveloped = true,
	};
	struct sign_answer s;

	if (!t->signature || !t->has_not_on_or_after)
		return FAIL(e, TOKEN_INVALID, "not signed, or without end");
	return sign_verify(&q, c->a, &s, e);
}

static const struct xml_limits token_limits = {
	.bytes = LIMIT_STS_BODY_BYTES,
	.depth = LIMIT_XML_DEPTH,
	.nodes = LIMIT_STS_NODES,
};

static bool
take_token(const struct client *c, struct xml_node *n, const struct cert *sts,
	   struct client_token *out, struct err *e)
{
	struct assertion *t;

	if (!assertion_read(n, c->a, &t, e) || !check_assertion(c, n, t, sts, e))
		return false;
	*out = (struct client_token){
		.id = arena_dup(c->a, t->id),
		.xml = canonical(c, n),
		.expires = t->not_on_or_after,
	};
	return true;
}

bool
client_token_read(const struct client *c, const struct client_answer *answer,
		  const struct cert *sts, struct client_token *out, struct err *e)
{
	AUTO(xml_doc_freep) struct xml_doc *doc = NULL;
	struct xml_node *n;

	if (answer->is_fault || !xml_parse(answer->body, &token_limits, &doc, e))
		return FAIL(e, TOKEN_INVALID, "no token in the answer");
	n = find_assertion(xml_root(doc));
	if (!n)
		return FAIL(e, TOKEN_INVALID, "no token in the answer");
	return take_token(c, n, sts, out, e);
}

bool
client_assertion_read(const struct client *c, struct str xml, const struct cert *sts,
		      struct client_token *out, struct err *e)
{
	AUTO(xml_doc_freep) struct xml_doc *doc = NULL;

	return xml_parse(xml, &token_limits, &doc, e) &&
	       take_token(c, xml_root(doc), sts, out, e);
}

bool
client_canonical(const struct client *c, struct str xml, struct str *out, struct err *e)
{
	AUTO(xml_doc_freep) struct xml_doc *doc = NULL;

	if (!xml_parse(xml, &token_limits, &doc, e))
		return false;
	*out = canonical(c, xml_root(doc));
	return true;
}
