/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The token service's REST interface from the other side. The TLS certificate says who asks;
 * what comes back is believed only if --peer-cert signed it and this very certificate holds it.
 * Source: token-service contract 6.1, 6.2, 6.5.
 */
#include "gateway/cli_rest.h"

#include <stdio.h>

#include "base/encoding.h"
#include "base/json.h"
#include "base/limits.h"
#include "gateway/fetch.h"
#include "wstrust/jwt_check.h"
#include "xml/names.h"

#define TIMEOUT_S 60

static json_t *
text(struct str s)
{
	return json_stringn(s.ptr, s.len);
}

static void
write_json(const struct client *cl, const struct client_request *r, struct buf *out)
{
	AUTO(json_decrefp) json_t *o = NULL;
	struct str behalf = r->behalf_token;

	if (r->behalf_cert)
		behalf = cert_der(r->behalf_cert);
	o = json_pack("{s:{s:{s:o}},s:{s:o},s:o,s:o,s:o}", "AppliesTo", "EndpointReference",
		      "Address", text(r->applies_to), "Anvenderkontekst", "Cvr", text(r->cvr),
		      "TokenType", text(TT_SAML2), "RequestType", text(RT_ISSUE), "KeyType",
		      text(KT_PUBLIC));
	BUG_ON(!o);
	if (str_is_set(behalf))
		json_object_set_new(o, "OnBehalfOf", text(base64_encode(cl->a, behalf)));
	json_add_to(o, out);
}

static void
write_form(const struct client *cl, const struct client_request *r, struct buf *out)
{
	struct str scope = arena_printf(cl->a, "entityid:" STR_FMT ",anvenderkontekst:" STR_FMT,
					STR_ARG(r->applies_to), STR_ARG(r->cvr));

	if (r->behalf_cert)
		scope = arena_printf(cl->a, STR_FMT ",onbehalfof:" STR_FMT, STR_ARG(scope),
				     STR_ARG(cert_thumbprint(r->behalf_cert)));
	buf_add_c(out, "grant_type=client_credentials&client_id=");
	percent_add(out, r->applies_to);
	buf_add_c(out, "&scope=");
	percent_add(out, scope);
}

/* {"code","message"} or {"error","error_description"}, told like a fault. */
static int
refused(const struct cli *c, const struct client *cl, struct client_reply *r, struct err *e)
{
	AUTO(json_decrefp)
	json_t *o = json_loadb(r->plain.ptr, r->plain.len, JSON_REJECT_DUPLICATES, NULL);
	const json_t *code = json_object_get(o, "code");
	const char *word = json_string_value(json_object_get(o, "error"));
	const char *why =
		json_string_value(json_object_get(o, code ? "message" : "error_description"));

	if (!why || (!word && !json_is_integer(code))) {
		(void)FAIL(e, FETCH_FAILED, "HTTP status %d", r->http.status);
		return -1;
	}
	r->soap.is_fault = true;
	r->soap.code = str_from(word);
	if (!word)
		r->soap.code = arena_printf(cl->a, "%lld", (long long)json_integer_value(code));
	r->soap.outer = r->soap.code;
	r->soap.reason = str_from(why);
	return client_fault(c, r);
}

static bool
read_saml(struct client *cl, const json_t *o, const struct cert *sts, struct client_token *out,
	  struct err *e)
{
	const json_t *t = json_object_get(o, "RequestedSecurityToken");
	const json_t *v = json_object_get(t, "Assertion");
	struct str xml;

	if (!json_is_string(v))
		return FAIL(e, TOKEN_INVALID, "no token in the answer");
	return base64_decode(str_of(json_string_value(v), json_string_length(v)), BASE64_STRICT,
			     cl->a, &xml, e) &&
	       client_assertion_read(cl, xml, sts, out, e);
}

static bool
read_jwt(struct client *cl, const json_t *o, const struct client_request *r, struct cert *sts,
	 struct client_token *out, struct err *e)
{
	const json_t *v = json_object_get(o, "access_token");
	struct str compact = str_of(json_string_value(v), json_string_length(v));
	const struct jwt_policy p = {
		.issuer = jwt_claimed_issuer(compact, cl->a),
		.certs = &sts,
		.cert_count = 1,
		.audiences = &r->applies_to,
		.audience_count = 1,
		.tls_cert = cert_der(signer_cert(cl->signer)),
	};
	struct jwt t;

	if (!json_is_string(v))
		return FAIL(e, JWT_MISSING, "no token in the answer");
	if (!jwt_verify(&p, compact, cl->now, cl->a, &t, e))
		return false;
	*out = (struct client_token){
		.id = t.id, .xml = arena_dup(cl->a, compact), .expires = t.ends};
	return true;
}

static bool
exchange(const struct client_flags *f, const struct buf *message, struct fetch_answer *http,
	 struct buf *got, struct err *e)
{
	const struct fetch_order o = {
		.url = f->url,
		.ca_file = f->ca,
		.client_cert = f->cert,
		.client_key = f->key,
		.content_type =
			f->jwt ? "application/x-www-form-urlencoded" : "application/json",
		.body = buf_str(message),
		.timeout_s = TIMEOUT_S,
	};

	return fetch_post(&o, http, got, e);
}

int
rest_token(const struct cli *c, const struct client_flags *f, struct client *cl,
	   const struct client_request *r, struct err *e)
{
	AUTO(buf_release) struct buf message = BUF_INIT(LIMIT_STS_BODY_BYTES);
	AUTO(buf_release) struct buf got = BUF_INIT(LIMIT_STS_BODY_BYTES * 2);
	AUTO(cert_freep) struct cert *sts = NULL;
	AUTO(json_decrefp) json_t *o = NULL;
	struct client_token token;
	struct client_reply reply = {0};

	if (f->jwt)
		write_form(cl, r, &message);
	else
		write_json(cl, r, &message);
	if (f->request_only)
		return client_write_request(c, f, buf_str(&message), e) ? EXIT_OK : -1;
	if (!cert_load(f->peer_cert, &sts, e) || !exchange(f, &message, &reply.http, &got, e))
		return -1;
	reply.plain = buf_str(&got);
	if (reply.http.status != 200)
		return refused(c, cl, &reply, e);
	o = json_loadb(got.ptr, got.len, JSON_REJECT_DUPLICATES, NULL);
	if (!(f->jwt ? read_jwt(cl, o, r, sts, &token, e) : read_saml(cl, o, sts, &token, e)))
		return -1;
	return client_token_write(c, f, &reply, &token, e) ? EXIT_OK : -1;
}
