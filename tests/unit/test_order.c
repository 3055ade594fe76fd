/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order of the checks: messages with two faults at once, one for every pair of neighbours
 * that one message can hold (token-service contract 1.6 and 5.5). The first of the two is the
 * one that has to be told. Where both are told alike, the detail of the log tells them apart.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/log.h"
#include "tests/unit/message_parts.h"
#include "tests/unit/mutate.h"
#include "tests/unit/pki.h"
#include "tests/unit/resign.h"
#include "tests/unit/soap_world.h"
#include "xml/parse.h"

#define HOST "organisation.example"
#define MUST_X HEADER("<x s:mustUnderstand='1'/>")
#define TWO_IDS HEADER("<a:MessageID xmlns:a='" WSA "'>x</a:MessageID>")
#define TWO_STAMPS CHILD("<u:Timestamp xmlns:u='" WSU "'/>")
#define OLD_TOKEN                                                                              \
	{                                                                                      \
		"Version=\"2.0\"", "Version=\"1.1\""                                           \
	}
#define NO_NAME                                                                                \
	{"<NameID ", "<EncryptedID "},                                                         \
	{                                                                                      \
		"</NameID>", "</EncryptedID>"                                                  \
	}
#define OTHER_ISSUER                                                                           \
	{                                                                                      \
		GW_ISSUER, GW_ISSUER "/"                                                       \
	}
#define OTHER_AUDIENCE                                                                         \
	{                                                                                      \
		"<Audience>", "<Audience>urn:x"                                                \
	}
#define BEARER                                                                                 \
	{                                                                                      \
		"cm:holder-of-key", "cm:bearer"                                                \
	}
#define AN_OBJECT                                                                              \
	{                                                                                      \
		"</Signature></o:Security>", "<Object/></Signature></o:Security>"              \
	}
#define OTHER_KEY                                                                              \
	{                                                                                      \
		"<KeyInfo><o:SecurityTokenReference", "<KeyInfo><x/><o:SecurityTokenReference" \
	}
#define BAD_TRANSFORM                                                                          \
	{                                                                                      \
		"<Reference URI=\"#action\"><Transforms><Transform Algorithm=\"" EXC,          \
			"<Reference URI=\"#action\"><Transforms><Transform Algorithm=\"" DS    \
			"base64"                                                               \
	}
#define ELSEWHERE                                                                              \
	{                                                                                      \
		"<Reference URI=\"#action\">", "<Reference URI=\"http://evil.example/\">"      \
	}

static struct soap_world world;

struct pair {
	struct gw_case c;
	const char *detail;     /* or NULL: the code tells */
	struct gw_change after; /* changed when all is signed */
};

static const struct pair service_pairs[] = {
	{.c = {.name = "2, 3: DOCTYPE, version",
	       .message = {{"<s:Envelope ", "<!DOCTYPE x><s:Envelope "}, {S12, "urn:x"}},
	       .is_damaged = true,
	       .want = XML_FORBIDDEN}},
	{.c = {.name = "2, 3: comment in Header, version",
	       .message = {HEADER("<!-- c -->"), {S12, "urn:x"}},
	       .is_damaged = true,
	       .want = XML_FORBIDDEN}},
	{.c = {.name = "2, 4: comment in Header, mustUnderstand",
	       .message = {HEADER("<!-- c -->"), MUST_X},
	       .want = XML_FORBIDDEN}},
	{.c = {.name = "3, 4: two elements in Body, mustUnderstand",
	       .message = {{"</s:Body>", "<x/></s:Body>"}, MUST_X},
	       .want = SOAP_STRUCTURE}},
	{.c = {.name = "4, 5: mustUnderstand, two Timestamps",
	       .message = {MUST_X, TWO_STAMPS},
	       .want = SOAP_MUST_UNDERSTAND}},
	{.c = {.name = "5, 6: two Timestamps, two MessageIDs",
	       .message = {TWO_STAMPS, TWO_IDS},
	       .want = SECURITY_STRUCTURE}},
	{.c = {.name = "6, 7: two MessageIDs, expired",
	       .message = {TWO_IDS},
	       .later_s = 600,
	       .want = WSA_CARDINALITY}},
	{.c = {.name = "7, 8: expired, token of version 1.1",
	       .later_s = 600,
	       .token = {OLD_TOKEN},
	       .want = MESSAGE_EXPIRED}},
	{.c = {.name = "8, 9: subject without name, token changed",
	       .token = {NO_NAME},
	       .token_is_damaged = true,
	       .want = TOKEN_INVALID},
	 .detail = "subject"},
	{.c = {.name = "9, 10: token changed, issuer",
	       .token = {OTHER_ISSUER},
	       .token_is_damaged = true,
	       .want = TOKEN_INVALID},
	 .detail = "signature"},
	{.c = {.name = "10, 11: issuer, audience",
	       .token = {OTHER_ISSUER, OTHER_AUDIENCE},
	       .want = TOKEN_INVALID},
	 .detail = "issuer"},
	{.c = {.name = "11, 12: audience, bearer",
	       .token = {OTHER_AUDIENCE, BEARER},
	       .want = TOKEN_AUDIENCE}},
	{.c = {.name = "12, 13: bearer, an Object",
	       .token = {BEARER},
	       .message = {AN_OBJECT},
	       .want = TOKEN_INVALID}},
	{.c = {.name = "13, 14: an Object, key of another",
	       .message = {AN_OBJECT, OTHER_KEY},
	       .is_damaged = true,
	       .want = SIGNATURE_STRUCTURE}},
	{.c = {.name = "14, 15: key of another, transform",
	       .message = {OTHER_KEY, BAD_TRANSFORM},
	       .is_damaged = true,
	       .want = KEY_REF_UNAVAILABLE}},
	{.c = {.name = "15, 16: transform, signer",
	       .message = {BAD_TRANSFORM},
	       .key = "systems/KSD",
	       .want = ALGORITHM_REFUSED}},
	{.c = {.name = "16, 17: signer, reference elsewhere",
	       .message = {ELSEWHERE},
	       .key = "systems/KSD",
	       .want = HOLDER_WRONG}},
	{.c = {.name = "16, 17: signer, Body changed",
	       .key = "systems/KSD",
	       .want = HOLDER_WRONG},
	 .after = {">x</LaesInput>", ">y</LaesInput>"}},
	{.c = {.name = "15, 17: algorithm of one reference, another one elsewhere",
	       .message =
		       {ELSEWHERE,
			{"<Reference URI=\"#body\"><Transforms><Transform Algorithm=\"" EXC,
			 "<Reference URI=\"#body\"><Transforms><Transform Algorithm=\"urn:x"}},
	       .is_damaged = true,
	       .want = ALGORITHM_REFUSED}},
	{.c = {.name = "17, 18: Body changed, Action not signed",
	       .unsigned_part = "action",
	       .want = DIGEST_WRONG},
	 .after = {">x</LaesInput>", ">y</LaesInput>"}},
	{.c = {.name = "18, 19: From not signed, token not bound",
	       .unsigned_part = "sec-str",
	       .message = {HEADER(EPR("From", EXTRA_ID))},
	       .want = MESSAGE_NOT_COVERED}},
};

static const struct pair sts_pairs[] = {
	{.c = {.name = "2, 3: DOCTYPE, version",
	       .message = {{"<s:Envelope ", "<!DOCTYPE x><s:Envelope "}, {S12, "urn:x"}},
	       .is_damaged = true,
	       .want = XML_FORBIDDEN}},
	{.c = {.name = "2, 3: comment in Header, version",
	       .message = {HEADER("<!-- c -->"), {S12, "urn:x"}},
	       .is_damaged = true,
	       .want = XML_FORBIDDEN}},
	{.c = {.name = "3, 4: two elements in Body, mustUnderstand",
	       .message = {{"</s:Body>", "<x/></s:Body>"}, MUST_X},
	       .want = SOAP_STRUCTURE}},
	{.c = {.name = "4, 5: mustUnderstand, two MessageIDs",
	       .message = {MUST_X, TWO_IDS},
	       .want = SOAP_MUST_UNDERSTAND}},
	{.c = {.name = "5, 6: two MessageIDs, Action",
	       .message = {TWO_IDS, {"RST/Issue<", "RST/Other<"}},
	       .want = WSA_CARDINALITY}},
	{.c = {.name = "6, 7: Action, two Securities",
	       .message = {{"RST/Issue<", "RST/Other<"},
			   HEADER("<o:Security xmlns:o='" WSSE "'/>")},
	       .want = WSA_ACTION_UNSUPPORTED}},
	{.c = {.name = "7, 8: two Securities, something else in one",
	       .message = {CHILD("<x/>"),
			   {"</o:Security>", "</o:Security><o:Security xmlns:o='" WSSE "'/>"}},
	       .want = SECURITY_STRUCTURE},
	 .detail = "Security headers"},
	{.c = {.name = "8, 9: two Timestamps, expired",
	       .message = {TWO_STAMPS},
	       .later_s = 600,
	       .want = SECURITY_STRUCTURE}},
	{.c = {.name = "9, 10: expired, Body changed", .later_s = 600, .want = MESSAGE_EXPIRED},
	 .after = {">11111111<", ">22222222<"}},
	{.c = {.name = "10, 11: Body changed, Action not signed",
	       .unsigned_part = "action",
	       .want = DIGEST_WRONG},
	 .after = {">11111111<", ">22222222<"}},
};

static void
judge_pair(const struct pair *p, bool is_service)
{
	struct guard_world *g = &world.g;
	struct wsse_policy policy = gw_policy(g, is_service);
	struct str text = gw_message(g, &p->c, is_service);
	instant now = g->now + SECONDS(p->c.later_s);
	struct err e = ERR_INIT;
	struct xml_doc *doc;
	struct wsse w;
	size_t at;

	if (p->after.find)
		text = mutate(g->a, text, p->after.find, p->after.with);
	if (gw_verify(g, text, &policy, now, &doc, &w, &e) || e.code != p->c.want)
		fail_msg("%s: %s (%s)", p->c.name, e.code ? err_row(e.code)->name : "accepted",
			 e.detail);
	if (p->detail && !str_find(str_from(e.detail), str_from(p->detail), &at))
		fail_msg("%s: %s", p->c.name, e.detail);
	wsse_release(&w);
	xml_doc_free(doc);
}

static void
checks_of_a_call(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(service_pairs); i++)
		judge_pair(&service_pairs[i], true);
}

static void
checks_of_a_request(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sts_pairs); i++)
		judge_pair(&sts_pairs[i], false);
}

/* 1, before there is a message: method, size, body, media type, and only then what is in it. */
static void
checks_of_the_transport(void **state)
{
	static const struct {
		const char *name;
		enum http_method method;
		size_t len;
		const char *type;
		int want;
	} cases[] = {
		{"method, size", HTTP_METHOD_GET, 1u << 20, "text/xml", 405},
		{"method, no body", HTTP_METHOD_GET, 0, "text/xml", 405},
		{"size, type", HTTP_METHOD_POST, 1u << 20, "text/plain", 413},
		{"no body, type", HTTP_METHOD_POST, 0, "text/plain", 400},
		{"type, malformed", HTTP_METHOD_POST, 1, "text/plain", 415},
		{"size, malformed", HTTP_METHOD_POST, 1u << 20, "text/xml", 413},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct http_call c = {
			.method = cases[i].method,
			.path = STR("/sts"),
			.peer = STR("127.0.0.1"),
			.body = str_of(arena_alloc(world.g.a, cases[i].len + 1), cases[i].len),
			.content_type = str_from(cases[i].type),
			.request_id = STR("r-1"),
			.now = world.g.now,
			.a = arena_new(),
			.answer = BUF_INIT(1u << 20),
		};

		sts_call(&world.app, &world.platform, &c);
		if (c.status != cases[i].want)
			fail_msg("%s: %d", cases[i].name, c.status);
		buf_release(&c.answer);
		arena_free(c.a);
	}
}

/* --- a call: holder, replay, meaning --- */

static void
block_ky(bool is_blocked)
{
	struct err e = ERR_INIT;
	bool changed;

	world_put(&world.g.w,
		  is_blocked
			  ? "systemer = ( { id = \"KY\"; navn = \"KY\"; ejer = \"33333333\"; "
			    "tilstand = \"spaerret\"; anvender = { certifikater = ( { fil = "
			    "\"ky.pem\"; } ); }; });\n"
			  : "systemer = ( { id = \"KY\"; navn = \"KY\"; ejer = \"33333333\"; "
			    "anvender = { certifikater = ( { fil = \"ky.pem\"; } ); }; });\n");
	assert_true(trust_refresh(world.app.trust, &changed, &e));
}

static struct str
call_with(const struct gw_case *c)
{
	struct str text = gw_message(&world.g, c, true);

	world.message_id = arena_printf(world.g.a, "urn:uuid:" STR_FMT,
					STR_ARG(between(text, ">urn:uuid:", "<")));
	return text;
}

static void
refused(const struct gw_case *c, const char *code, const char *reason)
{
	sw_post(&world, true, call_with(c));
	sw_fault(&world, c->name, code, reason);
}

#define OTHER_HOST                                                                             \
	{                                                                                      \
		">https://" HOST "/", ">https://other.example/"                                \
	}
#define OTHER_ACTION                                                                           \
	{                                                                                      \
		GW_ACTION "<", "urn:test:x<"                                                   \
	}
#define BAD_CVR                                                                                \
	{                                                                                      \
		">11111111<", ">1111111<"                                                      \
	}

static void
meaning_of_a_call(void **state)
{
	static const struct gw_case to_and_action = {.name = "22, 23: To, Action",
						     .message = {OTHER_HOST, OTHER_ACTION}};
	static const struct gw_case to_and_body = {.name = "22, 23: To, unknown operation",
						   .message = {OTHER_HOST,
							       {"<LaesInput ", "<XInput "},
							       {"LaesInput>", "XInput>"}}};
	static const struct gw_case action_and_cvr = {
		.name = "23, 24: Action, CVR", .token = {BAD_CVR}, .message = {OTHER_ACTION}};
	static const struct gw_case cvr_and_right = {
		.name = "24, 25: CVR, role",
		.token = {BAD_CVR},
		.message = {{"<LaesInput ", "<NejInput "},
			    {"LaesInput>", "NejInput>"},
			    {GW_ACTION "<", "urn:test:nej<"}}};
	static const struct gw_case plain = {.name = "as a system writes it"};

	(void)state;
	refused(&to_and_action, "DestinationUnreachable", "another address");
	refused(&to_and_body, "DestinationUnreachable", "another address");
	refused(&action_and_cvr, "ActionNotSupported", "not supported");
	refused(&cvr_and_right, "InvalidSecurityToken", "invalid");
	assert_int_equal(sw_post(&world, true, call_with(&plain)), 200);
}

static void
replay_of_a_call(void **state)
{
	static const struct gw_case plain = {.name = "20, 21: holder, replay"};
	static const struct gw_case to = {.name = "21, 22: replay, To",
					  .message = {OTHER_HOST}};
	static const struct gw_case cvr = {.name = "21, 24: replay, CVR", .token = {BAD_CVR}};
	struct str text = call_with(&plain);

	(void)state;
	assert_int_equal(sw_post(&world, true, text), 200);
	block_ky(true);
	sw_post(&world, true, text);
	sw_fault(&world, plain.name, "FailedAuthentication", "not accepted");
	block_ky(false);
	sw_post(&world, true, text);
	sw_fault(&world, plain.name, "DuplicateMessageID", "before");

	text = call_with(&to);
	sw_post(&world, true, text);
	sw_fault(&world, to.name, "DestinationUnreachable", "another address");
	sw_post(&world, true, text);
	sw_fault(&world, to.name, "DuplicateMessageID", "before");

	text = call_with(&cvr);
	sw_post(&world, true, text);
	sw_fault(&world, cvr.name, "InvalidSecurityToken", "invalid");
	sw_post(&world, true, text);
	sw_fault(&world, cvr.name, "DuplicateMessageID", "before");
}

/* The holder's certificate comes after what binds the token. */
static void
holder_of_a_call(void **state)
{
	static const struct pair pair = {
		.c = {.name = "19, 20: token not bound, certificate ended",
		      .unsigned_part = "sec-str",
		      .key = "odd/expired",
		      .want = TOKEN_NOT_BOUND}};
	struct signer *ky = world.g.ky;

	(void)state;
	world.g.ky = pki_signer("odd/expired");
	judge_pair(&pair, true);
	signer_free(world.g.ky);
	world.g.ky = ky;
}

/* --- a token request: whose it is, what it asks for --- */

#define NO_CVR                                                                                 \
	{                                                                                      \
		"attribute:CvrNumberIdentifier", "attribute:Other"                             \
	}
#define NO_SERVICE                                                                             \
	{                                                                                      \
		GW_AUDIENCE, "urn:other"                                                       \
	}
#define PLAIN_SERVICE                                                                          \
	{                                                                                      \
		GW_AUDIENCE, "http://t.example/service/plain/1"                                \
	}
#define OTHER_CONTEXT                                                                          \
	{                                                                                      \
		">11111111<", ">22222222<"                                                     \
	}
#define ON_BEHALF                                                                              \
	{                                                                                      \
		"<t:UseKey>", "<t:OnBehalfOf>x</t:OnBehalfOf><t:UseKey>"                       \
	}

static void
use_another_key(struct str *text)
{
	struct str use = between(*text, "<t:UseKey>", "</t:UseKey>"), old, new;
	struct arena *a = world.g.a;

	old = arena_printf(a, STR_FMT "</t:UseKey>", STR_ARG(use));
	new = mutate(a, old, arena_dup_c(a, cert_base64(signer_cert(world.g.ky))),
		     arena_dup_c(a, cert_base64(signer_cert(world.g.ksd))));
	*text = mutate(a, *text, arena_dup_c(a, old), arena_dup_c(a, new));
}

static void
meaning_of_a_request(void **state)
{
	static const struct {
		struct gw_case c;
		bool other_key;
		const char *code, *reason;
	} cases[] = {
		{{.name = "15, 16: KeyType, CVR",
		  .message = {{"/PublicKey<", "/Bearer<"}, NO_CVR}},
		 false,
		 "110",
		 "supported"},
		{{.name = "16, 17: CVR, AppliesTo", .message = {NO_CVR, NO_SERVICE}},
		 false,
		 "5015",
		 "CVR claim"},
		{{.name = "17, 18: AppliesTo, UseKey", .message = {NO_SERVICE}},
		 true,
		 "5002",
		 "urn:other"},
		{{.name = "18, 19: UseKey, OnBehalfOf", .message = {ON_BEHALF}},
		 true,
		 "103",
		 "malformed"},
		{{.name = "18, 20: UseKey, context", .message = {OTHER_CONTEXT}},
		 true,
		 "103",
		 "malformed"},
		{{.name = "20, 21: context, agreement",
		  .message = {OTHER_CONTEXT, PLAIN_SERVICE}},
		 false,
		 "5015",
		 "Usercontext"},
	};
	struct arena *a = world.g.a;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str text = gw_message(&world.g, &cases[i].c, false);

		if (cases[i].other_key) {
			use_another_key(&text);
			text = resign(text, 0, "systems/KY", a);
		}
		sw_post(&world, false, text);
		sw_fault(&world, cases[i].c.name, cases[i].code, cases[i].reason);
	}
}

/* By decision 0008 the claim, check 12, comes after 13 and 14. */
static void
signer_of_a_request(void **state)
{
	static const struct gw_case bad = {.name = "13, 15: not registered, KeyType",
					   .message = {{"/PublicKey<", "/Bearer<"}}};
	static const struct gw_case unsigned_action = {.name = "11, 13: coverage, registration",
						       .unsigned_part = "action"};
	struct str text = gw_message(&world.g, &bad, false);

	(void)state;
	block_ky(true);
	sw_post(&world, false, text);
	sw_fault(&world, bad.name, "5607", "No mapped user");
	sw_post(&world, false, gw_message(&world.g, &unsigned_action, false));
	sw_fault(&world, unsigned_action.name, "InvalidSecurity", "not signed");
	block_ky(false);
	sw_post(&world, false, text);
	sw_fault(&world, "15 alone", "110", "supported");
	block_ky(true);
	sw_post(&world, false, text);
	sw_fault(&world, "13, 12: registration, replay", "5607", "No mapped user");
	block_ky(false);
	sw_post(&world, false, text);
	sw_fault(&world, "12, 15: replay, KeyType", "InvalidSecurity", "before");
}

/* Revoked, and asking for what there is not: the certificate is told. Blocked goes before it.
 */
static void
certificate_of_a_request(void **state)
{
	static const char *const records[] = {
		"systemer = ( { id = \"R\"; navn = \"R\"; ejer = \"33333333\"; anvender = "
		"{ certifikater = ( { fil = \"revoked.pem\"; spaerret = true; } ); }; });\n",
		"systemer = ( { id = \"R\"; navn = \"R\"; ejer = \"33333333\"; anvender = "
		"{ certifikater = ( { fil = \"revoked.pem\"; } ); }; });\n",
	};
	static const char *const reasons[] = {"No mapped user", "revoked"};
	static const struct gw_case bad = {.name = "14, 15: certificate, KeyType",
					   .message = {{"/PublicKey<", "/Bearer<"}},
					   .key = "odd/revoked"};
	struct signer *ky = world.g.ky;
	struct err e = ERR_INIT;
	bool changed;

	(void)state;
	world_cert(&world.g.w, "revoked.pem", "odd/revoked");
	world.g.ky = pki_signer("odd/revoked");
	for (size_t i = 0; i < ARRAY_LEN(records); i++) {
		world_put(&world.g.w, records[i]);
		assert_true(trust_refresh(world.app.trust, &changed, &e));
		sw_post(&world, false, gw_message(&world.g, &bad, false));
		sw_fault(&world, bad.name, "5607", reasons[i]);
	}
	signer_free(world.g.ky);
	world.g.ky = ky;
}

static void
no_log(struct str line)
{
	(void)line;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checks_of_the_transport),
		cmocka_unit_test(checks_of_a_call),
		cmocka_unit_test(checks_of_a_request),
		cmocka_unit_test(meaning_of_a_call),
		cmocka_unit_test(replay_of_a_call),
		cmocka_unit_test(holder_of_a_call),
		cmocka_unit_test(meaning_of_a_request),
		cmocka_unit_test(signer_of_a_request),
		cmocka_unit_test(certificate_of_a_request),
	};
	int failed;

	xml_init();
	log_set_sink(no_log);
	sw_begin(&world, "order");
	sw_settings(&world, "", "guard: { hosts = \"" HOST "\"; };\n");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	sw_end(&world);
	return failed;
}
