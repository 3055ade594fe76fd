/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole calls without sockets: a token asked for, got and used; every business refusal with its
 * number and text; what is recorded, what is not, and what happens when it cannot be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/limits.h"
#include "base/log.h"
#include "tests/unit/mutate.h"
#include "tests/unit/pki.h"
#include "tests/unit/resign.h"
#include "gateway/auditor.h"
#include "tests/unit/soap_world.h"
#include "xml/parse.h"

static struct soap_world world;

static const struct client_request whole = {
	.to = STR_INIT("https://echo:8443/x"),
	.applies_to = STR_INIT(GW_AUDIENCE),
	.cvr = STR_INIT("11111111"),
	.life_s = 7200,
};

static struct client_token
token(void)
{
	struct client_token t;

	if (sw_token(&world, &whole, NULL, &t) != 200)
		fail_msg("no token: %.*s", STR_ARG(buf_str(&world.call.answer)));
	return t;
}

static bool
holds(const char *what)
{
	size_t at;

	return str_find(buf_str(&world.call.answer), str_from(what), &at);
}

/* --- the token service --- */

static void
a_token_is_given(void **state)
{
	unsigned before = sw_audit(&world, "token.issue", "ok");
	struct client_token t = token();

	(void)state;
	assert_true(world.is_signed);
	assert_true(str_eq_c(world.call.answer_type, "application/soap+xml; charset=utf-8"));
	assert_true(str_has_prefix(buf_str(&world.call.answer), STR("<s:Envelope ")));
	assert_false(holds("\n") || holds("\r") || holds("MessageID>") || holds("> <"));
	assert_true(holds("RSTRC/IssueFinal"));
	assert_true(holds("X509SubjectKeyIdentifier"));
	assert_int_equal(t.expires, time_floor_ms(world.g.now) + HOURS(2));
	assert_int_equal(sw_audit(&world, "token.issue", "ok"), before + 1);
}

static void
soap_11_is_answered_in_kind(void **state)
{
	struct client c = gw_client(&world.g);
	struct buf b = BUF_INIT(1u << 20);
	struct err e = ERR_INIT;

	(void)state;
	c.version = SOAP_11;
	assert_true(client_request_write(&c, &whole, &b, &world.message_id, &e));
	assert_int_equal(sw_post(&world, false, buf_str(&b)), 200);
	assert_true(str_eq_c(world.call.answer_type, "text/xml; charset=utf-8"));
	assert_true(world.is_signed);
	assert_int_equal(sw_post(&world, false, buf_str(&b)), 500);
	sw_fault(&world, "replay, 1.1", "InvalidSecurity", "received before");
	assert_true(str_eq_c(world.call.answer_type, "text/xml; charset=utf-8"));
	buf_release(&b);
}

static void
spellings_of_the_service(void **state)
{
	struct client_request r = whole;
	struct client_token t;

	(void)state;
	r.applies_to = STR(GW_AUDIENCE "/");
	assert_int_equal(sw_token(&world, &r, NULL, &t), 200);
	/* echoed as sent, issued as registered */
	assert_true(holds("<a:Address>" GW_AUDIENCE "/</a:Address>"));
	assert_true(holds("<Audience>" GW_AUDIENCE "</Audience>"));
}

static const struct {
	const char *name;
	struct gw_change change;
	const char *code, *reason, *row;
} refusals[] = {
	{"no CVR claim",
	 {"attribute:CvrNumberIdentifier", "attribute:Other"},
	 "5015",
	 "It is expected that the received STR must contain a CVR claim.",
	 "STS_CLAIM_MISSING"},
	{"CVR of seven digits",
	 {">11111111<", ">1111111<"},
	 "5015",
	 "CVR claim",
	 "STS_CLAIM_MISSING"},
	{"unknown service",
	 {GW_AUDIENCE, "urn:other"},
	 "5002",
	 "Path resolution: no connection 'urn:other' found",
	 "STS_APPLIES_TO_UNKNOWN"},
	{"another authority",
	 {">11111111<", ">22222222<"},
	 "5015",
	 "Usercontext doesn't exist",
	 "USERCONTEXT_UNKNOWN"},
	{"an authority that does not exist",
	 {">11111111<", ">99999999<"},
	 "5015",
	 "Usercontext doesn't exist",
	 "USERCONTEXT_UNKNOWN"},
	{"a service without agreement",
	 {GW_AUDIENCE, "http://t.example/service/plain/1"},
	 "5015",
	 "ServiceAgreementNotFound",
	 "SERVICE_AGREEMENT_NOT_FOUND"},
	{"no RequestType", {"t:RequestType>", "t:Other>"}, "103", "malformed", "RST_MALFORMED"},
	{"another key type",
	 {"/PublicKey<", "/Bearer<"},
	 "110",
	 "not supported",
	 "RST_UNSUPPORTED"},
	{"another request",
	 {"t:RequestSecurityToken ", "t:Other "},
	 "103",
	 "malformed",
	 "RST_MALFORMED"},
	{"on behalf of",
	 {"<t:UseKey>", "<t:OnBehalfOf>x</t:OnBehalfOf><t:UseKey>"},
	 "110",
	 "not supported",
	 "RST_UNSUPPORTED"},
};

/* Refusals of a proven system: signed, recorded, and claimed: no second try with it. */
static void
refused_by_the_rules(void **state)
{
	struct arena *a = world.g.a;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		struct str text = gw_request(&world.g);
		unsigned before;

		sw_interval(&world);
		before = sw_audit(&world, "token.issue", refusals[i].row);

		text = mutate(a, text, refusals[i].change.find, refusals[i].change.with);
		if (str_find(text, STR("<t:Other>"), &(size_t){0}))
			text = mutate(a, text, "</t:RequestType>", "</t:Other>");
		if (str_find(text, STR("<t:Other "), &(size_t){0}))
			text = mutate(a, text, "</t:RequestSecurityToken>", "</t:Other>");
		text = resign(text, 0, "systems/KY", a);
		sw_post(&world, false, text);
		sw_fault(&world, refusals[i].name, refusals[i].code, refusals[i].reason);
		if (!world.is_signed || !holds("StsFaultDetail") || !holds("RST/Fault"))
			fail_msg("%s: not signed", refusals[i].name);
		if (sw_audit(&world, "token.issue", refusals[i].row) != before + 1)
			fail_msg("%s: not recorded", refusals[i].name);
		sw_post(&world, false, text);
		sw_fault(&world, refusals[i].name, "InvalidSecurity", "received before");
	}
}

static void
exact_texts(void **state)
{
	struct arena *a = world.g.a;

	(void)state;
	sw_post(&world, false,
		resign(mutate(a, gw_request(&world.g), GW_AUDIENCE,
			      "http://t.example/service/plain/1"),
		       0, "systems/KY", a));
	assert_true(str_eq_c(world.answer.reason, "ServiceAgreementNotFound"));
	assert_true(holds("<s:Value>s:5015</s:Value>"));
	assert_true(holds("<EventId>5015</EventId>"));
}

/* [token-service 4.1] 100: a failure of ours, told without saying which; the record does. */
static void
a_failure_of_ours(void **state)
{
	struct client_token t = token(), other;
	unsigned before = sw_audit(&world, "token.issue", "ANSWER_TOO_LARGE");

	(void)state;
	world.answer_bytes = 5000; /* no token fits, a fault does */
	assert_int_equal(sw_token(&world, &whole, NULL, &other), 500);
	sw_fault(&world, "token", "100", "Unexpected error.");
	assert_true(str_eq_c(world.answer.reason, "Unexpected error."));
	assert_true(world.is_signed);
	assert_true(holds("<EventId>100</EventId>"));
	assert_false(holds("Assertion"));
	assert_int_equal(sw_audit(&world, "token.issue", "ANSWER_TOO_LARGE"), before + 1);
	/* what is the sender's doing is not told so, and a service has no such number */
	world.tls_cert = STR_NONE;
	sw_post(&world, false, STR("<x"));
	sw_fault(&world, "malformed", "Sender", "malformed");
	world.answer_bytes = 3000;
	assert_int_equal(sw_call(&world, &t, "laes"), 500);
	sw_fault(&world, "call", "Receiver", "(ref: r-1)");
	world.answer_bytes = 0;
	assert_int_equal(sw_token(&world, &whole, NULL, &other), 200);
}

static void
a_stranger_leaves_no_record(void **state)
{
	struct signer *stranger = pki_signer("odd/stranger");
	struct client_token t;
	size_t before = once_count(world.app.once);
	struct str thumbprint = cert_thumbprint(signer_cert(stranger));
	struct str want =
		arena_printf(world.g.a, "No mapped user exists for thumbprint '" STR_FMT "'",
			     STR_ARG(thumbprint));

	(void)state;
	assert_int_equal(sw_token(&world, &whole, stranger, &t), 500);
	sw_fault(&world, "stranger", "5607", "No mapped user");
	assert_true(str_eq(world.answer.reason, want));
	assert_true(world.is_signed);
	assert_int_equal(sw_audit(&world, "token.issue", "STS_CERT_UNKNOWN"), 0);
	assert_int_equal(once_count(world.app.once), before);
	/* however often: one record for all, at the next interval */
	assert_int_equal(sw_token(&world, &whole, stranger, &t), 500);
	auditor_tick(world.app.auditor, &world.app, &world.platform, world.g.now, true);
	assert_int_equal(sw_audit(&world, "token.issue", "STS_CERT_UNKNOWN"), 1);
	signer_free(stranger);
}

static bool
no_cpr_number(const struct audit_row *row, void *arg, struct err *e)
{
	size_t at;

	(void)e;
	*(bool *)arg |= str_find(row->detail, STR("(withheld)"), &at);
	assert_false(str_find(row->detail, STR("010170"), &at));
	return true;
}

/* A peer chooses its own words for a transaction; records are kept for years. */
static void
no_cpr_number_is_recorded(void **state)
{
	const struct audit_filter f = {.from = INSTANT_MIN, .to = INSTANT_MAX};
	AUTO(store_read_endp) struct reading *r = NULL;
	struct err e = ERR_INIT;
	struct client_token t;
	bool is_withheld = false;

	(void)state;
	assert_int_equal(sw_token(&world, &whole, NULL, &t), 200);
	world.transaction = STR("citizen 010170-1234");
	assert_int_equal(sw_call(&world, &t, "laes"), 200);
	world.transaction = STR_NONE;
	assert_true(store_read(world.app.store, &r, &e));
	assert_true(store_audit_each(r, &f, no_cpr_number, &is_withheld, &e));
	assert_true(is_withheld);
}

static void
registered_but_not_good(void **state)
{
	static const char more[] =
		"systemer = (\n"
		" { id = \"R\"; navn = \"R\"; ejer = \"33333333\"; anvender = "
		"{ certifikater = ( { fil = \"revoked.pem\"; } ); }; },\n"
		" { id = \"B\"; navn = \"B\"; ejer = \"33333333\"; anvender = "
		"{ certifikater = ( { fil = \"sapa.pem\"; spaerret = true; } ); }; },\n"
		" { id = \"S\"; navn = \"S\"; ejer = \"33333333\"; tilstand = \"spaerret\"; "
		"anvender = { certifikater = ( { fil = \"esdh.pem\"; } ); }; });\n";
	static const struct {
		const char *folder, *reason;
	} cases[] = {
		{"odd/revoked", "revoked"},
		{"systems/SAPA", "No mapped user"},
		{"systems/ESDH", "No mapped user"},
	};
	struct client_token t;
	struct err e = ERR_INIT;
	bool changed;

	(void)state;
	world_cert(&world.g.w, "revoked.pem", "odd/revoked");
	world_cert(&world.g.w, "sapa.pem", "systems/SAPA");
	world_cert(&world.g.w, "esdh.pem", "systems/ESDH");
	world_put(&world.g.w, more);
	assert_true(trust_refresh(world.app.trust, &changed, &e));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct signer *s = pki_signer(cases[i].folder);

		assert_int_equal(sw_token(&world, &whole, s, &t), 500);
		sw_fault(&world, cases[i].folder, "5607", cases[i].reason);
		signer_free(s);
	}
}

static void
replay_survives_a_restart(void **state)
{
	struct str text = gw_request(&world.g);

	(void)state;
	world.message_id =
		arena_printf(world.g.a, "uuid:" STR_FMT, STR_ARG(between(text, ">uuid:", "<")));
	assert_int_equal(sw_post(&world, false, text), 200);
	sw_restart(&world);
	assert_int_equal(sw_post(&world, false, text), 500);
	sw_fault(&world, "after a restart", "InvalidSecurity", "received before");
	assert_false(world.is_signed);
	assert_false(holds("<o:Security"));
}

/* --- services --- */

static void
a_call_is_answered(void **state)
{
	struct client_token t = token();
	unsigned before = sw_audit(&world, "organisationenhed.laes", "ok");

	(void)state;
	assert_int_equal(sw_call(&world, &t, "laes"), 200);
	assert_true(world.is_signed);
	assert_true(str_eq_c(world.answer.body,
			     "<LaesOutput xmlns=\"urn:test:a\"><Cvr>11111111</Cvr>"
			     "<System>KY</System><Empty></Empty></LaesOutput>"));
	assert_true(holds("urn:test:laesResponse</a:Action>"));
	/* the request's transaction, last in the header, and not signed */
	assert_true(holds("<h:TransactionUUID>t-1</h:TransactionUUID></h:RequestHeader>"
			  "</soap:Header>"));
	assert_true(holds("</o:Security><h:RequestHeader "));
	assert_true(holds("<f:Framework "));
	assert_int_equal(sw_audit(&world, "organisationenhed.laes", "ok"), before + 1);
}

static void
verdicts_are_recorded(void **state)
{
	struct client_token t = token();
	unsigned before = sw_audit(&world, "organisationenhed.nej", "BAD_VALUE");
	unsigned rets = sw_audit(&world, "organisationenhed.ret", "ok");

	(void)state;
	assert_int_equal(sw_call(&world, &t, "nej"), 200);
	assert_int_equal(sw_audit(&world, "organisationenhed.nej", "BAD_VALUE"), before + 1);
	/* a handler that says it has recorded is believed */
	assert_int_equal(sw_call(&world, &t, "ret"), 200);
	assert_int_equal(sw_audit(&world, "organisationenhed.ret", "ok"), rets);
}

static void
a_handler_that_fails(void **state)
{
	struct client_token t = token();
	unsigned before = sw_audit(&world, "organisationenhed.fejl", "STORE_UNAVAILABLE");

	(void)state;
	assert_int_equal(sw_call(&world, &t, "fejl"), 500);
	sw_fault(&world, "handler", "Receiver", "(ref: r-1)");
	assert_false(holds("as asked") || holds("FejlOutput"));
	assert_int_equal(sw_audit(&world, "organisationenhed.fejl", "STORE_UNAVAILABLE"),
			 before + 1);
}

static void
an_operation_that_is_not_there(void **state)
{
	struct client_token t = token();
	struct arena *a = world.g.a;
	struct str call;
	unsigned unknown =
		sw_audit(&world, "organisationenhed.unknown", "SOAP_OPERATION_UNKNOWN");

	(void)state;
	assert_int_equal(sw_call(&world, &t, "slet"), 500);
	sw_fault(&world, "operation", "Sender", "not known");
	assert_true(
		str_eq_c(world.answer.reason,
			 arena_dup_c(a, arena_printf(a, "%s (ref: r-1)",
						     err_row(SOAP_OPERATION_UNKNOWN)->text))));
	/* RelatesTo, and a Timestamp alone in Security */
	assert_true(holds(arena_dup_c(a, world.message_id)));
	assert_true(holds("</u:Timestamp></o:Security>"));
	call = gw_call(&world.g, &t);
	sw_post(&world, true,
		resign(mutate(a, call, GW_ACTION "<", "urn:test:nej<"), 1, "systems/KY", a));
	sw_fault(&world, "action of another", "ActionMismatch", "does not fit");
	call = gw_call(&world.g, &t);
	sw_post(&world, true,
		resign(mutate(a, call, GW_ACTION "<", "urn:test:x<"), 1, "systems/KY", a));
	sw_fault(&world, "unknown action", "ActionNotSupported", "not supported");
	/* the sender is proven: each of them is recorded */
	assert_int_equal(
		sw_audit(&world, "organisationenhed.unknown", "SOAP_OPERATION_UNKNOWN"),
		unknown + 1);
	assert_int_equal(sw_audit(&world, "organisationenhed.laes", "WSA_ACTION_MISMATCH"), 1);
	assert_int_equal(sw_audit(&world, "organisationenhed.laes", "WSA_ACTION_UNSUPPORTED"),
			 1);
}

static void
a_call_twice(void **state)
{
	struct client_token t = token();
	struct str call = gw_call(&world.g, &t);

	(void)state;
	world.message_id = arena_printf(world.g.a, "urn:uuid:" STR_FMT,
					STR_ARG(between(call, ">urn:uuid:", "<")));
	assert_int_equal(sw_post(&world, true, call), 200);
	assert_int_equal(sw_post(&world, true, call), 500);
	sw_fault(&world, "twice", "DuplicateMessageID", "received before");
	sw_restart(&world);
	assert_int_equal(sw_post(&world, true, call), 500);
	sw_fault(&world, "twice, after a restart", "DuplicateMessageID", "received before");
}

/* --- what cannot be recorded has not happened --- */

static void
a_store_that_does_not_write(void **state)
{
	struct client_token t = token();
	struct store_options o = world.g.w.options;
	struct store *whole_store = world.app.store;
	struct str request = gw_request(&world.g), call = gw_call(&world.g, &t);
	size_t before = once_count(world.app.once);
	struct err e = ERR_INIT;

	(void)state;
	o.read_only = true;
	o.create = false;
	assert_true(store_open(&o, &world.app.store, &e));
	assert_int_equal(sw_post(&world, false, request), 500);
	sw_fault(&world, "token", "106", "audit log");
	assert_true(world.is_signed);
	assert_false(holds("Assertion"));
	assert_int_equal(sw_post(&world, true, call), 500);
	sw_fault(&world, "call", "Receiver", "(ref: r-1)");
	assert_false(holds("LaesOutput"));
	assert_int_equal(once_count(world.app.once), before);
	store_close(world.app.store);
	world.app.store = whole_store;
	/* nothing happened: the same messages may come again */
	world.message_id = arena_printf(world.g.a, "uuid:" STR_FMT,
					STR_ARG(between(request, ">uuid:", "<")));
	assert_int_equal(sw_post(&world, false, request), 200);
}

/* --- what is no SOAP message --- */

static int
plain(enum http_method method, const char *type, struct str body)
{
	struct http_call *c = &world.call;

	buf_release(&c->answer);
	arena_free(c->a);
	*c = (struct http_call){.method = method,
				.path = STR("/sts"),
				.body = body,
				.content_type = str_from(type),
				.request_id = STR("r-1"),
				.now = world.g.now,
				.a = arena_new(),
				.answer = BUF_INIT(LIMIT_ANSWER_BYTES)};
	sts_call(&world.app, &world.platform, c);
	return c->status;
}

static void
plain_http(void **state)
{
	struct str big = str_of(arena_alloc(world.g.a, LIMIT_STS_BODY_BYTES + 1),
				LIMIT_STS_BODY_BYTES + 1);
	const struct {
		const char *name;
		enum http_method method;
		const char *type;
		struct str body;
		int want;
	} cases[] = {
		{"GET", HTTP_METHOD_GET, "text/xml", STR("x"), 405},
		{"no body", HTTP_METHOD_POST, "text/xml", STR(""), 400},
		{"too large", HTTP_METHOD_POST, "text/xml", big, 413},
		{"form", HTTP_METHOD_POST, "application/x-www-form-urlencoded", STR("x"), 415},
		{"no type", HTTP_METHOD_POST, NULL, STR("x"), 415},
		{"multipart", HTTP_METHOD_POST, "multipart/related; type=\"text/xml\"",
		 STR("x"), 415},
		{"latin 1", HTTP_METHOD_POST, "text/xml; charset=ISO-8859-1", STR("x"), 415},
		{"malformed", HTTP_METHOD_POST, "text/xml", STR("<x"), 500},
		{"malformed, with action", HTTP_METHOD_POST,
		 "application/soap+xml; charset=\"UTF-8\"; action=\"x\";", STR("<x"), 500},
		{"upper case", HTTP_METHOD_POST, "Text/XML;charset=utf-8;", STR("<x"), 500},
		{"no envelope", HTTP_METHOD_POST, "application/xml", STR("<x/>"), 500},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (plain(cases[i].method, cases[i].type, cases[i].body) != cases[i].want)
			fail_msg("%s: %d", cases[i].name, world.call.status);
}

/* A fault goes out in SOAP 1.2 where the version cannot be told, and tells nothing more. */
static void
what_a_stranger_learns(void **state)
{
	(void)state;
	assert_int_equal(plain(HTTP_METHOD_POST, "text/xml", STR("<!DOCTYPE x><x/>")), 500);
	assert_true(str_eq_c(world.call.answer_type, "application/soap+xml; charset=utf-8"));
	assert_true(holds("<s:Text xml:lang=\"en\">The message is malformed. (ref: r-1)"
			  "</s:Text>"));
	assert_true(holds("<s:Value>s:Sender</s:Value></s:Code>"));
	assert_int_equal(plain(HTTP_METHOD_POST, "text/xml", STR("<x/>")), 500);
	assert_true(holds("<s:Value>s:VersionMismatch</s:Value>"));
}

/* Refusals are many here; their lines would bury the result. */
static void
no_log(struct str line)
{
	(void)line;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_given),
		cmocka_unit_test(soap_11_is_answered_in_kind),
		cmocka_unit_test(spellings_of_the_service),
		cmocka_unit_test(refused_by_the_rules),
		cmocka_unit_test(exact_texts),
		cmocka_unit_test(a_failure_of_ours),
		cmocka_unit_test(a_stranger_leaves_no_record),
		cmocka_unit_test(no_cpr_number_is_recorded),
		cmocka_unit_test(registered_but_not_good),
		cmocka_unit_test(replay_survives_a_restart),
		cmocka_unit_test(a_call_is_answered),
		cmocka_unit_test(verdicts_are_recorded),
		cmocka_unit_test(a_handler_that_fails),
		cmocka_unit_test(an_operation_that_is_not_there),
		cmocka_unit_test(a_call_twice),
		cmocka_unit_test(a_store_that_does_not_write),
		cmocka_unit_test(plain_http),
		cmocka_unit_test(what_a_stranger_learns),
	};
	int failed;

	xml_init();
	log_set_sink(no_log);
	sw_begin(&world, "soapcall");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	sw_end(&world);
	return failed;
}
