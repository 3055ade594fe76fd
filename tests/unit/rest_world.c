/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See rest_world.h. */
#include "tests/unit/rest_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/encoding.h"
#include "base/limits.h"
#include "tests/unit/mutate.h"
#include "tests/unit/pki.h"

struct str
rw_answer(void)
{
	return buf_str(&bw.call.answer);
}

int
rw_post(const struct send *s)
{
	struct cert *cert = NULL;
	struct http_call *c = &bw.call;

	buf_release(&c->answer);
	arena_free(c->a);
	if (!s->cert || s->cert[0])
		cert = pki_cert(s->cert ? s->cert : "systems/KY");
	*c = (struct http_call){
		.method = s->method ? s->method : HTTP_METHOD_POST,
		.path = str_from(s->path),
		.query = str_from(s->query),
		.content_type = str_from(s->type ? s->type : ""),
		.peer = STR("127.0.0.1"),
		.body = s->body,
		.client_cert = cert ? cert_der(cert) : STR_NONE,
		.request_id = STR("r-1"),
		.now = bw.g.now + s->later,
		.a = arena_new(),
		.answer = BUF_INIT(LIMIT_ANSWER_BYTES),
		.authorization = s->authorization,
		.transaction_id = str_from(s->transaction),
		.transaction_time = str_from(s->time),
		.call_id = str_from(s->call_id),
	};
	if (!rest_call(&bw.app, &bw.platform, c) &&
	    !rest_service_call(&bw.app, &bw.platform, c))
		fail_msg("%s: not served", s->path);
	c->client_cert = STR_NONE;
	cert_free(cert);
	return c->status;
}

struct str
rw_header(const char *name)
{
	for (size_t i = 0; i < bw.call.header_count; i++)
		if (str_eq_c(bw.call.headers[i].name, name))
			return bw.call.headers[i].value;
	return STR_NONE;
}

void
rw_expect(const char *name, int status, const char *body)
{
	if (bw.call.status != status || !bw_has(rw_answer(), body))
		fail_msg("%s: %d %.*s", name, bw.call.status, STR_ARG(rw_answer()));
}

struct str
rw_saml(void)
{
	struct str out;
	struct err e = ERR_INIT;

	if (bw.call.status != 200)
		fail_msg("%d %.*s", bw.call.status, STR_ARG(rw_answer()));
	assert_true(base64_decode(between(rw_answer(), "\"Assertion\":\"", "\""), BASE64_STRICT,
				  bw.g.a, &out, &e));
	return out;
}

struct str
rw_access_token(void)
{
	if (bw.call.status != 200)
		fail_msg("%d %.*s", bw.call.status, STR_ARG(rw_answer()));
	return arena_dup(bw.g.a, between(rw_answer(), "\"access_token\":\"", "\""));
}

struct jwt
rw_checked(struct str token, const char *folder)
{
	static const struct str audience = STR_INIT(GW_AUDIENCE);
	struct cert *holder = pki_cert(folder);
	const struct identity *id = &bw.platform.id[IDENTITY_STS];
	const struct jwt_policy p = {
		.issuer = STR(GW_ISSUER),
		.certs = id->certs,
		.cert_count = id->cert_count,
		.audiences = &audience,
		.audience_count = 1,
		.tls_cert = cert_der(holder),
		.min_assurance = 3,
	};
	struct err e = ERR_INIT;
	struct jwt t;

	if (!jwt_verify(&p, token, bw.g.now, bw.g.a, &t, &e))
		fail_msg("%s: %s", err_row(e.code)->name, e.detail);
	cert_free(holder);
	return t;
}

struct str
rw_with_behalf(struct str bytes)
{
	return arena_printf(bw.g.a,
			    "{\"OnBehalfOf\":\"" STR_FMT
			    "\"," APPLIES(GW_AUDIENCE) "," CONTEXT("11111111") "}",
			    STR_ARG(base64_encode(bw.g.a, bytes)));
}
