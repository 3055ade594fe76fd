/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What REST clients send to the token service, read: JSON in every spelling that clients use,
 * OAuth parameters in their three places, the form of the exchange; and each refusing twin.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/limits.h"
#include "tests/unit/mutate.h"
#include "wstrust/rest.h"
#include "xml/names.h"

#define APPLIES "\"AppliesTo\":{\"EndpointReference\":{\"Address\":\"urn:service\"}}"
#define CONTEXT "\"Anvenderkontekst\":{\"Cvr\":\"11111111\"}"
#define WHOLE "{" APPLIES "," CONTEXT "}"
#define WITH(more) "{" APPLIES "," CONTEXT "," more "}"

static struct arena *a;

static const struct {
	const char *json;
	enum err_code want;
	bool has_cvr;
} requests[] = {
	{WHOLE, ERR_NONE, true},
	{"{" APPLIES ",\"AnvenderKontekst\":{\"cvr\":\"11111111\"}}", ERR_NONE, true},
	{"{\"APPLIESTO\":{\"endpointreference\":{\"ADDRESS\":\" urn:service \"}}," CONTEXT "}",
	 ERR_NONE, true},
	{"{" APPLIES ",\"Anvenderkontekst\":{\"Cvr\":11111111}}", ERR_NONE, true},
	{WITH("\"Unknown\":[{}]"), ERR_NONE, true},
	{WITH("\"TokenType\":\"http://docs.oasis-open.org/wss/"
	      "oasis-wss-saml-token-profile-1.1#SAMLV2.0\""),
	 ERR_NONE, true},
	{WITH("\"RequestType\":\"http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue\""),
	 ERR_NONE, true},
	{WITH("\"RequestType\":\"http://schemas.microsoft.com/idfx/requesttype/issue\""),
	 ERR_NONE, true},
	{WITH("\"KeyType\":\"http://docs.oasis-open.org/ws-sx/ws-trust/200512/PublicKey\""),
	 ERR_NONE, true},
	{WITH("\"KeyType\":\"http://schemas.microsoft.com/idfx/keytype/asymmetric\""), ERR_NONE,
	 true},
	{WITH("\"KeyType\":null,\"OnBehalfOf\":null,\"UseKey\":\"\""), ERR_NONE, true},
	/* for the decision to tell */
	{"{" APPLIES "}", ERR_NONE, false},
	{"{" APPLIES ",\"Anvenderkontekst\":null}", ERR_NONE, false},
	{"{" APPLIES ",\"Anvenderkontekst\":{}}", ERR_NONE, false},
	{"{" APPLIES ",\"Anvenderkontekst\":{\"Cvr\":\"1111111\"}}", ERR_NONE, false},
	{"{" APPLIES ",\"Anvenderkontekst\":{\"Cvr\":\"11111111 \"}}", ERR_NONE, false},
	{"{" APPLIES ",\"Anvenderkontekst\":{\"Cvr\":111111111}}", ERR_NONE, false},
	{"{" APPLIES ",\"Anvenderkontekst\":{\"Cvr\":-1111111}}", ERR_NONE, false},

	{"", RST_MALFORMED, false},
	{"[]", RST_MALFORMED, false},
	{"{}", RST_MALFORMED, false},
	{WHOLE "x", RST_MALFORMED, false},
	{"{" CONTEXT "}", RST_MALFORMED, false},
	{"{\"AppliesTo\":\"urn:service\"," CONTEXT "}", RST_MALFORMED, false},
	{"{\"AppliesTo\":{}," CONTEXT "}", RST_MALFORMED, false},
	{"{\"AppliesTo\":{\"EndpointReference\":{\"Address\":\"\"}}}", RST_MALFORMED, false},
	{"{\"AppliesTo\":{\"EndpointReference\":{\"Address\":1}}}", RST_MALFORMED, false},
	{"{" APPLIES "," APPLIES "}", RST_MALFORMED, false},
	{"{" APPLIES ",\"appliesto\":{\"EndpointReference\":{\"Address\":\"urn:x\"}}}",
	 RST_MALFORMED, false},
	{"{" APPLIES "," CONTEXT ",\"AnvenderKontekst\":{\"Cvr\":\"22222222\"}}", RST_MALFORMED,
	 false},
	{"{" APPLIES ",\"Anvenderkontekst\":\"11111111\"}", RST_MALFORMED, false},
	{"{" APPLIES ",\"Anvenderkontekst\":{\"Cvr\":[]}}", RST_MALFORMED, false},
	{WITH("\"UseKey\":\"?\""), RST_MALFORMED, false},
	{WITH("\"UseKey\":1"), RST_MALFORMED, false},
	{WITH("\"OnBehalfOf\":\"?\""), RST_MALFORMED, false},
	{WITH("\"OnBehalfOf\":{}"), RST_MALFORMED, false},
	{WITH("\"KeyType\":1"), RST_MALFORMED, false},
	{WITH("\"KeyType\":\"http://docs.oasis-open.org/ws-sx/ws-trust/200512/Bearer\""),
	 RST_UNSUPPORTED, false},
	{WITH("\"RequestType\":\"http://docs.oasis-open.org/ws-sx/ws-trust/200512/Renew\""),
	 RST_UNSUPPORTED, false},
	{WITH("\"TokenType\":\"urn:ietf:params:oauth:token-type:jwt\""), RST_UNSUPPORTED,
	 false},
};

static void
requests_in_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		struct rest_request r;
		struct err e = ERR_INIT;
		bool ok = rest_request_read(str_from(requests[i].json), a, &r, &e);

		if (ok != (requests[i].want == ERR_NONE) || e.code != requests[i].want)
			fail_msg("%s: %s (%s)", requests[i].json,
				 ok ? "read" : err_row(e.code)->name, e.detail);
		if (!ok)
			continue;
		if (str_is_set(r.rst.cvr) != requests[i].has_cvr ||
		    (requests[i].has_cvr && !str_eq_c(r.rst.cvr, "11111111")))
			fail_msg("%s: CVR", requests[i].json);
		assert_true(str_eq_c(r.rst.applies_to, "urn:service"));
		assert_false(rst_has_behalf(&r.rst) || str_is_set(r.behalf_xml));
	}
}

/* Nested as deep as the bytes allow: refused, and nothing overflows. */
static void
depth(void **state)
{
	static const char *const steps[] = {"[", "{\"a\":"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		struct buf b = BUF_INIT(LIMIT_STS_BODY_BYTES);
		struct rest_request r;
		struct oauth_request o;
		struct err e = ERR_INIT;

		while (!b.over)
			buf_add_c(&b, steps[i]);
		assert_false(rest_request_read(buf_str(&b), a, &r, &e));
		assert_int_equal(e.code, RST_MALFORMED);
		err_clear(&e);
		assert_false(
			oauth_request_read(STR_NONE, REST_FORM_JSON, buf_str(&b), a, &o, &e));
		assert_int_equal(e.code, OAUTH_REQUEST);
		buf_release(&b);
	}
}

static void
on_behalf_in_json(void **state)
{
	struct rest_request r;
	struct err e = ERR_INIT;

	(void)state;
	/* DER, then XML, with a byte order mark too */
	assert_true(rest_request_read(STR(WITH("\"OnBehalfOf\":\"MAA=\"")), a, &r, &e));
	assert_true(str_eq(r.rst.behalf_cert, str_of("0\0", 2)) && rst_has_behalf(&r.rst));
	assert_true(rest_request_read(STR(WITH("\"onbehalfof\":\"PGEvPg==\"")), a, &r, &e));
	assert_true(str_eq_c(r.behalf_xml, "<a/>") && !str_is_set(r.rst.behalf_cert));
	assert_true(rest_request_read(STR(WITH("\"OnBehalfOf\":\"77u/PGEvPg==\"")), a, &r, &e));
	assert_true(str_is_set(r.behalf_xml));
	assert_true(rest_request_read(STR(WITH("\"UseKey\":\"MAA=\"")), a, &r, &e));
	assert_true(r.rst.has_use_key && str_eq(r.rst.use_cert, str_of("0\0", 2)));
}

#define C "client_id=urn:service"
#define G "&grant_type=client_credentials"
#define S "&scope=entityid:urn:service,anvenderkontekst:11111111"
#define T "0123456789ABCDEF0123456789ABCDEF01234567"

static const struct {
	const char *query;
	enum rest_form form;
	const char *body;
	enum err_code want;
} oauths[] = {
	{C G S, REST_FORM_NONE, "", ERR_NONE},
	{"", REST_FORM_URLENCODED, C G S, ERR_NONE},
	{NULL, REST_FORM_JSON,
	 "{\"client_id\":\"urn:service\",\"grant_type\":\"client_credentials\",\"scope\":"
	 "\"entityid:urn:service,anvenderkontekst:11111111\"}",
	 ERR_NONE},
	{C G, REST_FORM_URLENCODED, S, ERR_NONE},
	{C, REST_FORM_JSON,
	 "{\"grant_type\":\"client_credentials\",\"scope\":"
	 "\"entityid:urn:service,anvenderkontekst:11111111\"}",
	 ERR_NONE},
	/* the body counts */
	{"client_id=other" G S, REST_FORM_URLENCODED, C, ERR_NONE},
	{C G "&scope=x", REST_FORM_URLENCODED, S, ERR_NONE},
	{C G S, REST_FORM_URLENCODED, "grant_type=password", OAUTH_GRANT},
	{C G "&scope=entity_id%3Aurn%3Aservice%2Canvenderkontekst%3A11111111", REST_FORM_NONE,
	 "", ERR_NONE},
	{C G "&scope=anvenderkontekst:11111111,+entityid:urn:service", REST_FORM_NONE, "",
	 ERR_NONE},
	{C G S "&other=1", REST_FORM_NONE, "", ERR_NONE},

	{"", REST_FORM_NONE, "", OAUTH_REQUEST},
	{G S, REST_FORM_NONE, "", OAUTH_REQUEST},
	{"client_id=" G S, REST_FORM_NONE, "", OAUTH_REQUEST},
	{C S, REST_FORM_NONE, "", OAUTH_REQUEST},
	{C "&grant_type=password" S, REST_FORM_NONE, "", OAUTH_GRANT},
	{C "&grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer" S, REST_FORM_NONE, "",
	 OAUTH_GRANT},
	{C G, REST_FORM_NONE, "", OAUTH_REQUEST},
	{C "&" C G S, REST_FORM_NONE, "", OAUTH_REQUEST},
	{C G S S, REST_FORM_NONE, "", OAUTH_REQUEST},
	{C G "&scope=entityid:urn:service", REST_FORM_NONE, "", OAUTH_REQUEST},
	{C G "&scope=anvenderkontekst:11111111", REST_FORM_NONE, "", OAUTH_REQUEST},
	{C G "&scope=entityid:,anvenderkontekst:11111111", REST_FORM_NONE, "", OAUTH_REQUEST},
	{C G "&scope=entityid:urn:service,anvenderkontekst:", REST_FORM_NONE, "",
	 OAUTH_REQUEST},
	{C G S ",entity_id:urn:other", REST_FORM_NONE, "", OAUTH_REQUEST},
	{C G S ",anvenderkontekst:22222222", REST_FORM_NONE, "", OAUTH_REQUEST},
	{C G S ",", REST_FORM_NONE, "", OAUTH_REQUEST},
	{C G S ",other:1", REST_FORM_NONE, "", OAUTH_SCOPE},
	{C G "&scope=entityid:urn:service,anvenderkontekst:1111111", REST_FORM_NONE, "",
	 OAUTH_SCOPE},
	{C G S "%", REST_FORM_NONE, "", OAUTH_REQUEST},
	{C G S "%00", REST_FORM_NONE, "", OAUTH_REQUEST},
	{C G S, REST_FORM_JSON, "x", OAUTH_REQUEST},
	{C G S, REST_FORM_JSON, "{\"scope\":1}", OAUTH_REQUEST},
	{C G S, REST_FORM_JSON, "{\"scope\":\"a\",\"scope\":\"b\"}", OAUTH_REQUEST},
};

static void
oauth_requests(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(oauths); i++) {
		struct oauth_request r;
		struct err e = ERR_INIT;
		bool ok = oauth_request_read(str_from(oauths[i].query), oauths[i].form,
					     str_from(oauths[i].body), a, &r, &e);

		if (ok != (oauths[i].want == ERR_NONE) || e.code != oauths[i].want)
			fail_msg("%s + %s: %s (%s)", oauths[i].query, oauths[i].body,
				 ok ? "read" : err_row(e.code)->name, e.detail);
		if (!ok)
			continue;
		assert_true(str_eq_c(r.client_id, "urn:service"));
		assert_true(str_eq_c(r.rst.applies_to, "urn:service"));
		assert_true(str_eq_c(r.rst.cvr, "11111111") && !rst_has_behalf(&r.rst));
	}
}

static void
oauth_on_behalf(void **state)
{
	struct oauth_request r;
	struct err e = ERR_INIT;

	(void)state;
	assert_true(oauth_request_read(STR(C G S ",onbehalfof:" T), REST_FORM_NONE, STR_NONE, a,
				       &r, &e));
	assert_true(str_eq_c(r.rst.behalf_thumbprint, T) && rst_has_behalf(&r.rst));
}

static void
exchanges(void **state)
{
	static const struct {
		const char *body, *xml; /* NULL: refused */
		int64_t life_s;
	} cases[] = {
		{"saml-token=PGE%2BPC9hPg%3D%3D", "<a></a>", 0},
		/* '+' not escaped: it arrives as a blank */
		{"saml-token=PGE+PC9hPg==", "<a></a>", 0},
		{"saml-token=PGE%2BPC9hPg==&should-expire-in=60", "<a></a>", 60},
		{"saml-token=PGE%2BPC9hPg==&should-expire-in=0", NULL, 0},
		{"saml-token=PGE%2BPC9hPg==&should-expire-in=-5", NULL, 0},
		{"saml-token=PGE%2BPC9hPg==&should-expire-in=soon", NULL, 0},
		{"saml-token=PGE%2BPC9hPg==&saml-token=x", NULL, 0},
		{"saml-token=", NULL, 0},
		{"saml-token=%3F", NULL, 0},
		{"", NULL, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct exchange_request r;
		struct err e = ERR_INIT;
		bool ok = exchange_request_read(str_from(cases[i].body), a, &r, &e);

		if (ok != (cases[i].xml != NULL) ||
		    (ok && (!str_eq_c(r.saml, cases[i].xml) || r.life_s != cases[i].life_s)))
			fail_msg("%s: %s", cases[i].body, ok ? "read" : e.detail);
		if (!ok)
			assert_int_equal(e.code, OAUTH_REQUEST);
	}
}

static void
answers(void **state)
{
	struct rst rst = {.applies_to = STR("urn:service/")};
	struct issued t = {.xml = STR("<a/>"), .until = SECONDS(1779912930) + MS(999)};
	struct buf b = BUF_INIT(1u << 16);

	(void)state;
	rest_answer_write(&rst, &t, &b);
	assert_true(str_eq_c(
		buf_str(&b),
		"{\"AppliesTo\":{\"EndpointReference\":{\"Address\":\"urn:service/\"}},"
		"\"KeyType\":\"http://docs.oasis-open.org/ws-sx/ws-trust/200512/PublicKey\","
		"\"Lifetime\":\"05/27/2026 20:15:30\",\"RequestedSecurityToken\":{"
		"\"Assertion\":\"PGEvPg==\"},\"RequestType\":"
		"\"http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue\",\"TokenType\":"
		"\"http://docs.oasis-open.org/wss/"
		"oasis-wss-saml-token-profile-1.1#SAMLV2.0\"}"));
	buf_clear(&b);
	oauth_answer_write(STR("x.y.z"), 28800, &b);
	assert_true(str_eq_c(buf_str(&b), "{\"access_token\":\"x.y.z\",\"token_type\":"
					  "\"Holder-of-key\",\"expires_in\":28800}"));
	buf_clear(&b);
	rest_error_write(5015, STR("ServiceAgreementNotFound"), &b);
	assert_true(str_eq_c(buf_str(&b),
			     "{\"code\":5015,\"message\":\"ServiceAgreementNotFound\"}"));
	buf_clear(&b);
	oauth_error_write("invalid_scope", STR("a \"b\" \\ \xc3\xa6\n!"), &b);
	assert_true(str_eq_c(buf_str(&b), "{\"error\":\"invalid_scope\",\"error_description\":"
					  "\"a ?b? ? ??"
					  "?!\"}"));
	buf_release(&b);
}

/* What a failure is called at each of the three doors. */
static void
failures(void **state)
{
	static const struct {
		enum err_code code;
		int status, number;
		const char *word;
		int exchange_status; /* where it has a word of its own */
		const char *exchange_word;
	} rows[] = {
		{STS_CERT_MISSING, 401, 5607, "invalid_client", 401, "invalid_token"},
		{STS_CERT_UNKNOWN, 401, 5607, "invalid_client", 401, "invalid_token"},
		{STS_BEHALF_UNKNOWN, 400, 5607, "invalid_scope", 400, NULL},
		{STS_BEHALF_DENIED, 400, 101, "invalid_scope", 400, NULL},
		{SERVICE_AGREEMENT_NOT_FOUND, 400, 5015, "invalid_scope", 403,
		 "insufficient_scope"},
		{RST_UNSUPPORTED, 400, 110, "invalid_request", 400, NULL},
		{STORE_UNAVAILABLE, 500, 100, NULL, 500, NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct rest_error r = rest_error_of(rows[i].code);
		struct rest_error x = exchange_error_of(rows[i].code);
		const char *name = err_row(rows[i].code)->name;

		if (r.status != rows[i].status || r.number != rows[i].number ||
		    !r.word != !rows[i].word || (r.word && strcmp(r.word, rows[i].word) != 0))
			fail_msg("%s: %d %d %s", name, r.status, r.number,
				 r.word ? r.word : "-");
		if (rows[i].exchange_word && (x.status != rows[i].exchange_status ||
					      strcmp(x.word, rows[i].exchange_word) != 0))
			fail_msg("%s at the exchange: %d %s", name, x.status,
				 x.word ? x.word : "-");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_in_json),  cmocka_unit_test(depth),
		cmocka_unit_test(on_behalf_in_json), cmocka_unit_test(oauth_requests),
		cmocka_unit_test(oauth_on_behalf),   cmocka_unit_test(exchanges),
		cmocka_unit_test(answers),           cmocka_unit_test(failures),
	};
	int failed;

	a = arena_new();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(a);
	return failed;
}
