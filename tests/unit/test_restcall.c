/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The REST interface of the token service as whole calls: tokens given and used, every refusal
 * with its status and body, what is recorded, and what resource servers are told.
 */
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
#include "tests/unit/rest_world.h"
#include "tests/unit/resign.h"

/* --- SAML by REST --- */

static void
a_saml_token(void **state)
{
	const struct send s = {REST_PATH_SAML, .type = JSON "; charset=utf-8",
			       .body = STR(WHOLE)};
	unsigned before = sw_audit(&bw, "token.issue", "ok");
	struct client_token t;

	(void)state;
	assert_int_equal(rw_post(&s), 200);
	assert_true(bw_has(bw.call.answer_type, "application/json"));
	assert_true(str_eq_c(rw_header("Cache-Control"), "no-store"));
	assert_true(str_has_prefix(rw_answer(), STR("{\"AppliesTo\":{\"EndpointReference\":")));
	t.xml = rw_saml();
	assert_true(str_has_prefix(t.xml, STR("<Assertion xmlns=")));
	t.id = between(t.xml, " ID=\"", "\"");
	assert_int_equal(sw_audit(&bw, "token.issue", "ok"), before + 1);
	/* it is good at a registry, with the same key */
	assert_int_equal(sw_call(&bw, &t, "laes"), 200);
}

static const struct {
	const char *name, *body, *cert;
	int status;
	const char *answer;
	const char *row; /* of the record; NULL: none */
} refusals[] = {
	{"no certificate", WHOLE, "", 401,
	 "{\"code\":5607,\"message\":\"A client certificate is needed.\"}", NULL},
	{"a stranger", WHOLE, "odd/stranger", 401,
	 "{\"code\":5607,\"message\":\"No mapped user exists for thumbprint '", NULL},
	{"blocked", WHOLE, "systems/KY-next", 401, "{\"code\":5607,\"message\":\"No mapped",
	 NULL},
	{"revoked", WHOLE, "odd/revoked", 401,
	 "{\"code\":5607,\"message\":\"The certificate is", NULL},
	{"no JSON", "x", NULL, 400, "{\"code\":103,\"message\":", "RST_MALFORMED"},
	{"no context", "{" APPLIES(GW_AUDIENCE) "}", NULL, 400,
	 "{\"code\":5015,\"message\":\"It is expected", "STS_CLAIM_MISSING"},
	{"unknown service", "{" APPLIES("urn:x") "," CONTEXT("11111111") "}", NULL, 400,
	 "{\"code\":5002,\"message\":\"Path resolution: no connection 'urn:x' found\"}",
	 "STS_APPLIES_TO_UNKNOWN"},
	{"another authority", "{" APPLIES(GW_AUDIENCE) "," CONTEXT("22222222") "}", NULL, 400,
	 "{\"code\":5015,\"message\":\"Usercontext doesn't exist on system\"}",
	 "USERCONTEXT_UNKNOWN"},
	{"no agreement", "{" APPLIES(PLAIN) "," CONTEXT("11111111") "}", NULL, 400,
	 "{\"code\":5015,\"message\":\"ServiceAgreementNotFound\"}",
	 "SERVICE_AGREEMENT_NOT_FOUND"},
	{"another key",
	 "{\"UseKey\":\"MAA=\"," APPLIES(GW_AUDIENCE) "," CONTEXT("11111111") "}", NULL, 400,
	 "{\"code\":103,", "RST_MALFORMED"},
	{"another kind of token",
	 "{\"TokenType\":\"urn:x\"," APPLIES(GW_AUDIENCE) "," CONTEXT("11111111") "}", NULL,
	 400, "{\"code\":110,", "RST_UNSUPPORTED"},
	{"on behalf, may not",
	 "{\"OnBehalfOf\":\"MAA=\"," APPLIES(GW_AUDIENCE) "," CONTEXT("11111111") "}", NULL,
	 400, "{\"code\":101,", "STS_BEHALF_DENIED"},
	{"on behalf, no assertion",
	 "{\"OnBehalfOf\":\"PGEvPg==\"," APPLIES(GW_AUDIENCE) "," CONTEXT("11111111") "}", NULL,
	 400, "{\"code\":103,", "STS_BEHALF_TOKEN"},
	{"on behalf, no XML",
	 "{\"OnBehalfOf\":\"PGE=\"," APPLIES(GW_AUDIENCE) "," CONTEXT("11111111") "}", NULL,
	 400, "{\"code\":103,", "STS_BEHALF_TOKEN"},
};

static void
refused_by_number(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		const struct send s = {REST_PATH_SAML, .type = JSON,
				       .body = str_from(refusals[i].body),
				       .cert = refusals[i].cert};
		unsigned before;

		sw_interval(&bw);
		before = refusals[i].row ? sw_audit(&bw, "token.issue", refusals[i].row) : 0;
		rw_post(&s);
		rw_expect(refusals[i].name, refusals[i].status, refusals[i].answer);
		if (!bw_has(bw.call.answer_type, "application/json"))
			fail_msg("%s: no JSON", refusals[i].name);
		if (refusals[i].row &&
		    sw_audit(&bw, "token.issue", refusals[i].row) != before + 1)
			fail_msg("%s: not recorded", refusals[i].name);
	}
}

static bool
has_asked(const struct audit_row *row, void *arg, struct err *e)
{
	size_t at;

	(void)e;
	*(unsigned *)arg +=
		str_find(row->detail, STR("\"applies_to\":\"urn:wanted\""), &at) ? 1 : 0;
	return true;
}

/* Whatever is wrong with the rest of it, the record has what was asked for. */
static void
what_was_asked_for(void **state)
{
	static const struct {
		const char *path, *type, *body;
	} rows[] = {
		{REST_PATH_SAML, JSON, "{" APPLIES("urn:wanted") "," CONTEXT("11111111") "}"},
		{REST_PATH_SAML, JSON, "{\"KeyType\":\"urn:x\"," APPLIES("urn:wanted") "}"},
		{REST_PATH_JWT, FORM,
		 "client_id=urn:x&grant_type=client_credentials&"
		 "scope=entityid:urn:wanted,anvenderkontekst:11111111"},
		{REST_PATH_JWT, FORM,
		 "client_id=urn:x&grant_type=client_credentials&scope=entityid:urn:wanted"},
	};
	const struct audit_filter f = {.from = INSTANT_MIN, .to = INSTANT_MAX};
	AUTO(store_read_endp) struct reading *r = NULL;
	struct err e = ERR_INIT;
	unsigned count = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct send s = {rows[i].path, .type = rows[i].type,
				       .body = str_from(rows[i].body)};

		assert_int_equal(rw_post(&s), 400);
	}
	assert_true(store_read(bw.app.store, &r, &e));
	assert_true(store_audit_each(r, &f, has_asked, &count, &e));
	assert_int_equal(count, ARRAY_LEN(rows));
}

static void
what_is_no_request(void **state)
{
	struct buf big = BUF_INIT(LIMIT_STS_BODY_BYTES + 2);
	struct send s = {"/Runtime/api/REST/wstrust/v1/issue/", .type = JSON,
			 .body = STR(WHOLE)};
	struct signer *sts = bw.platform.id[IDENTITY_STS].current;

	(void)state;
	assert_int_equal(rw_post(&s), 200);
	s.type = "text/plain";
	assert_int_equal(rw_post(&s), 415);
	s.type = NULL;
	assert_int_equal(rw_post(&s), 415);
	s.type = JSON;
	s.method = HTTP_METHOD_GET;
	assert_int_equal(rw_post(&s), 405);
	assert_true(str_eq_c(rw_header("Allow"), "POST"));
	s.method = HTTP_METHOD_OTHER;
	for (size_t i = 0; i <= LIMIT_STS_BODY_BYTES; i++)
		buf_add_char(&big, ' ');
	s.body = buf_str(&big);
	assert_int_equal(rw_post(&s), 413);
	bw.platform.id[IDENTITY_STS].current = NULL;
	assert_int_equal(rw_post(&s), 404);
	bw.platform.id[IDENTITY_STS].current = sts;
	buf_release(&big);
	bw.call.path = STR("/runtime/api/rest/wstrust/v2/issue");
	assert_false(rest_call(&bw.app, &bw.platform, &bw.call));
}

static void
on_behalf_by_rest(void **state)
{
	struct cert *ky = pki_cert("systems/KY");
	const struct handed h = {.issuer = BW_HUB, .key = "saml/hub"};
	struct send s = {REST_PATH_SAML, .type = JSON, .body = rw_with_behalf(cert_der(ky)),
			 .cert = "systems/KSD"};

	(void)state;
	rw_post(&s);
	assert_true(bw_has(rw_saml(), arena_dup_c(bw.g.a, cert_subject_net(ky))));
	s.cert = "systems/SAPA";
	rw_post(&s);
	rw_expect("may not", 400, "{\"code\":101,");
	s.body = rw_with_behalf(bw_token(&h));
	rw_post(&s);
	assert_true(bw_has(rw_saml(), BW_USER));
	/* with a declaration, as people save it */
	s.body = rw_with_behalf(arena_printf(bw.g.a, "<?xml version=\"1.0\"?>\n" STR_FMT,
					     STR_ARG(bw_token(&h))));
	rw_post(&s);
	assert_true(bw_has(rw_saml(), BW_USER));
	s.cert = "systems/KY";
	rw_post(&s);
	rw_expect("of another holder", 400, "{\"code\":101,");
	sw_settings(&bw, "", "");
	rw_post(&s);
	rw_expect("switched off", 400, "{\"code\":110,");
	sw_settings(&bw, "on_behalf_of = true;", BW_HUB_SETTINGS);
	cert_free(ky);
}

/* --- JWT by REST --- */

static void
a_jwt_from_each_place(void **state)
{
	const struct send places[] = {
		{REST_PATH_JWT, .query = GRANT SCOPE},
		{REST_PATH_JWT, .type = FORM, .body = STR(GRANT SCOPE)},
		{REST_PATH_JWT, .type = JSON,
		 .body = STR("{\"client_id\":\"" GW_AUDIENCE
			     "\",\"grant_type\":\"client_credentials\",\"scope\":\"" SCOPE
			     "\"}")},
		{REST_PATH_JWT "/", .query = GRANT "x", .type = FORM,
		 .body = STR("scope=" SCOPE)},
	};
	struct jwt t;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		assert_int_equal(rw_post(&places[i]), 200);
		rw_expect("answer", 200,
			  "\"token_type\":\"Holder-of-key\",\"expires_in\":28800}");
		assert_true(str_eq_c(rw_header("Cache-Control"), "no-store"));
		assert_true(str_eq_c(rw_header("Pragma"), "no-cache"));
		t = rw_checked(rw_access_token(), "systems/KY");
		assert_true(str_eq_c(t.subject, GW_AUDIENCE));
		assert_false(str_is_set(t.actor));
		assert_int_equal(t.privileges.count, 2);
	}
}

static const struct {
	const char *name, *query, *cert;
	int status;
	const char *answer;
} words[] = {
	{"no certificate", GRANT SCOPE, "", 401,
	 "{\"error\":\"invalid_client\",\"error_description\":\"A client certificate is needed."
	 "\"}"},
	{"a stranger", GRANT SCOPE, "odd/stranger", 401, "{\"error\":\"invalid_client\""},
	{"no client_id", "grant_type=client_credentials&scope=" SCOPE, NULL, 400,
	 "{\"error\":\"invalid_request\""},
	{"client_id of the client's choice",
	 "client_id=admin&grant_type=client_credentials&scope=" SCOPE, NULL, 400,
	 "{\"error\":\"invalid_request\""},
	{"another grant", "client_id=x&grant_type=password&scope=" SCOPE, NULL, 400,
	 "{\"error\":\"unsupported_grant_type\""},
	{"an empty scope", GRANT, NULL, 400, "{\"error\":\"invalid_request\""},
	{"unknown service", GRANT "entityid:urn:x,anvenderkontekst:11111111", NULL, 400,
	 "{\"error\":\"invalid_scope\",\"error_description\":\"Path resolution: no connection "
	 "'urn:x' found\"}"},
	{"another authority", GRANT "entityid:" GW_AUDIENCE ",anvenderkontekst:22222222", NULL,
	 400, "{\"error\":\"invalid_scope\""},
	{"no agreement", GRANT "entityid:" PLAIN ",anvenderkontekst:11111111", NULL, 400,
	 "{\"error\":\"invalid_scope\",\"error_description\":\"ServiceAgreementNotFound\"}"},
	{"on behalf, may not", GRANT SCOPE ",onbehalfof:00", NULL, 400,
	 "{\"error\":\"invalid_scope\""},
	{"on behalf of nobody", GRANT SCOPE ",onbehalfof:00", "systems/KSD", 400,
	 "{\"error\":\"invalid_scope\",\"error_description\":\"No mapped user exists for "
	 "thumbprint '00'\"}"},
};

static void
refused_by_word(void **state)
{
	const struct send other = {REST_PATH_JWT, .type = "text/xml", .body = STR("<x/>")};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		const struct send s = {REST_PATH_JWT, .query = words[i].query,
				       .cert = words[i].cert};

		rw_post(&s);
		rw_expect(words[i].name, words[i].status, words[i].answer);
	}
	assert_int_equal(rw_post(&other), 415);
}

static void
a_jwt_on_behalf(void **state)
{
	struct cert *ky = pki_cert("systems/KY"), *ksd = pki_cert("systems/KSD");
	struct str query = arena_printf(bw.g.a, GRANT SCOPE ",onbehalfof:" STR_FMT,
					STR_ARG(cert_thumbprint(ky)));
	const struct send s = {REST_PATH_JWT, .query = arena_dup_c(bw.g.a, query),
			       .cert = "systems/KSD"};
	struct jwt t;

	(void)state;
	rw_post(&s);
	t = rw_checked(rw_access_token(), "systems/KSD");
	assert_true(str_eq(t.subject, cert_subject_net(ky)));
	assert_true(str_eq(t.actor, cert_subject_net(ksd)));
	assert_int_equal(t.privileges.count, 2);
	cert_free(ky);
	cert_free(ksd);
}

static void
an_issuer_of_its_own(void **state)
{
	const struct send s = {REST_PATH_JWT, .query = GRANT SCOPE};

	(void)state;
	sw_settings(&bw, "on_behalf_of = true; jwt_issuer = \"" GW_ISSUER "/\";",
		    BW_HUB_SETTINGS);
	rw_post(&s);
	assert_true(str_eq_c(jwt_claimed_issuer(rw_access_token(), bw.g.a), GW_ISSUER "/"));
	sw_settings(&bw, "on_behalf_of = true;", BW_HUB_SETTINGS);
}

/* --- what resource servers are told --- */

/* Then there is nothing about them; SAML tokens are issued as ever, by an EC key too. */
static void
without_jwts(void **state)
{
	static const struct send gone[] = {
		{REST_PATH_JWT, .type = FORM, .body = STR_INIT("x")},
		{REST_PATH_EXCHANGE, .type = FORM, .body = STR_INIT("x")},
		{REST_PATH_JWKS, .method = HTTP_METHOD_GET},
		{REST_PATH_METADATA, .method = HTTP_METHOD_GET},
		{REST_PATH_METADATA "/runtime", .method = HTTP_METHOD_GET},
	};
	const struct send saml = {REST_PATH_SAML, .type = JSON, .body = STR(WHOLE)};
	struct signer *ec = pki_signer("odd/ec256");
	struct identity rsa = bw.platform.id[IDENTITY_STS];

	(void)state;
	sw_settings(&bw, "on_behalf_of = true; jwt = false;", BW_HUB_SETTINGS);
	bw.platform.id[IDENTITY_STS] = (struct identity){
		.current = ec, .certs = {cert_hold(signer_cert(ec))}, .cert_count = 1};
	for (size_t i = 0; i < ARRAY_LEN(gone); i++)
		assert_int_equal(rw_post(&gone[i]), 404);
	assert_int_equal(rw_post(&saml), 200);
	assert_true(bw_has(rw_saml(), "xmldsig-more#ecdsa-sha256"));
	cert_free(bw.platform.id[IDENTITY_STS].certs[0]);
	bw.platform.id[IDENTITY_STS] = rsa;
	signer_free(ec);
	sw_settings(&bw, "on_behalf_of = true;", BW_HUB_SETTINGS);
	assert_int_equal(rw_post(&saml), 200);
}

static void
keys_and_metadata(void **state)
{
	struct send s = {REST_PATH_JWKS, .cert = "", .method = HTTP_METHOD_GET};
	struct str kid = jwt_key_id(signer_cert(bw.g.sts), bw.g.a);

	(void)state;
	assert_int_equal(rw_post(&s), 200);
	assert_true(bw_has(rw_answer(), arena_dup_c(bw.g.a, kid)));
	assert_true(str_eq_c(bw.call.answer_type, "application/jwk-set+json"));
	s.path = "/Runtime/OAuth2/certs.idp/";
	assert_int_equal(rw_post(&s), 200);
	s.method = HTTP_METHOD_POST;
	assert_int_equal(rw_post(&s), 405);
	s = (struct send){REST_PATH_METADATA "/runtime", .cert = "", .method = HTTP_METHOD_GET};
	assert_int_equal(rw_post(&s), 200);
	assert_true(bw_has(rw_answer(),
			   "{\"issuer\":\"" GW_ISSUER "\",\"token_endpoint\":"
			   "\"https://localhost:8443" REST_PATH_JWT
			   "\",\"jwks_uri\":\"https://localhost:8443" REST_PATH_JWKS "\""));
	s.path = REST_PATH_METADATA;
	assert_int_equal(rw_post(&s), 200);
	s.path = REST_PATH_METADATA "/other";
	assert_int_equal(rw_post(&s), 404);
}

/* --- what cannot be recorded, and who asks too often --- */

static void
a_store_that_does_not_write(void **state)
{
	struct store_options o = bw.g.w.options;
	struct store *whole = bw.app.store;
	const struct send jwt = {REST_PATH_JWT, .query = GRANT SCOPE};
	const struct send saml = {REST_PATH_SAML, .type = JSON, .body = STR(WHOLE)};
	const struct send bad = {REST_PATH_SAML, .type = JSON, .body = STR("{}")};
	struct err e = ERR_INIT;

	(void)state;
	o.read_only = true;
	o.create = false;
	assert_true(store_open(&o, &bw.app.store, &e));
	rw_post(&jwt);
	rw_expect("JWT", 500,
		  "{\"code\":106,\"message\":\"The audit log could not be written.\"}");
	assert_false(bw_has(rw_answer(), "access_token"));
	rw_post(&saml);
	rw_expect("SAML", 500, "{\"code\":106,");
	assert_false(bw_has(rw_answer(), "Assertion"));
	rw_post(&bad);
	rw_expect("refusal", 500, "{\"code\":106,");
	store_close(bw.app.store);
	bw.app.store = whole;
	assert_int_equal(rw_post(&jwt), 200);
}

static void
strangers_are_told_briefly(void **state)
{
	const struct send s = {REST_PATH_JWT, .query = GRANT SCOPE, .cert = ""};
	const struct send known = {REST_PATH_JWT, .query = GRANT SCOPE};
	int status = 0;

	(void)state;
	for (int i = 0; i <= LIMIT_REFUSALS_BURST && status != 429; i++)
		status = rw_post(&s);
	assert_int_equal(status, 429);
	/* who is known behind the same address goes on */
	assert_int_equal(rw_post(&known), 200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_saml_token),
		cmocka_unit_test(refused_by_number),
		cmocka_unit_test(what_was_asked_for),
		cmocka_unit_test(what_is_no_request),
		cmocka_unit_test(on_behalf_by_rest),
		cmocka_unit_test(a_jwt_from_each_place),
		cmocka_unit_test(refused_by_word),
		cmocka_unit_test(a_jwt_on_behalf),
		cmocka_unit_test(an_issuer_of_its_own),
		cmocka_unit_test(without_jwts),
		cmocka_unit_test(keys_and_metadata),
		cmocka_unit_test(a_store_that_does_not_write),
		cmocka_unit_test(strangers_are_told_briefly),
	};
	int failed;

	bw_begin("restcall");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	bw_end();
	return failed;
}
