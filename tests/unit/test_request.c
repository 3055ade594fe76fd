/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests from systems: what is accepted from the clients in the field, what is refused with a
 * page and nothing sent, what is answered with an error.
 * Source: context-handler contract 2.2, 2.12, 9.2, 10.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/encoding.h"
#include "base/limits.h"
#include "gateway/limiter.h"
#include "saml/redirect.h"
#include "tests/unit/saml_forge.h"

static struct saml_world world;

#define CONTEXT(attr, inside)                                                                  \
	"<samlp:RequestedAuthnContext" attr ">" inside "</samlp:RequestedAuthnContext>"
#define REF(x) "<saml:AuthnContextClassRef>" x "</saml:AuthnContextClassRef>"
#define LOA(x) REF("https://data.gov.dk/concept/core/nsis/loa/" x)
#define STATUS(x) "urn:oasis:names:tc:SAML:2.0:status:" x
#define POST_BINDING "ProtocolBinding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\""

/* --- accepted --- */

static const struct {
	const char *name;
	struct system_ask s;
	const char *asked; /* that the request to the IdP holds */
} accepted[] = {
	{"plain", {.relay_state = "r"}, "ForceAuthn=\"false\""},
	{"by POST", {.by_post = true}, NULL},
	{"no address to answer to", {.acs = ""}, NULL},
	{"no destination, by Redirect", {.destination = ""}, NULL},
	{"destination with the default port",
	 {.destination = "https://hub.example:443/runtime/saml2/issue.idp"},
	 NULL},
	{"ID that begins with a digit", {.id = "0b7c64d1-53a8-4c3f-8a43-6d0f5e0f2b22"}, NULL},
	{"four minutes old", {.age = MINUTES(4)}, NULL},
	{"two minutes ahead", {.age = -MINUTES(2)}, NULL},
	{"OIOSAML.Net: its own audience",
	 {.children = "<saml:Conditions><saml:AudienceRestriction><saml:Audience>" SYSTEM_ID
		      "</saml:Audience></saml:AudienceRestriction></saml:Conditions>",
	  .acs = ""},
	 NULL},
	{"OIOSAML.Java: levels, kind of user, AppSwitch",
	 {.attributes = POST_BINDING,
	  .children = "<samlp:Extensions><x:AppSwitch xmlns:x=\"urn:x\"><x:Platform>iOS"
		      "</x:Platform></x:AppSwitch></samlp:Extensions>" CONTEXT(
			      " Comparison=\"minimum\"",
			      LOA("Substantial") REF("https://data.gov.dk/eid/Professional"))},
	 "https://data.gov.dk/concept/core/nsis/loa/Substantial"},
	{"NameIDPolicy",
	 {.children = "<samlp:NameIDPolicy Format=\"urn:x:unknown\"></samlp:NameIDPolicy>"},
	 NULL},
	{"X57 a subject does not choose the user",
	 {.children = "<saml:Subject><saml:NameID>C=DK,O=1,CN=x,Serial=y</saml:NameID>"
		      "</saml:Subject>"},
	 NULL},
	{"X56 a level below the configured", {.children = CONTEXT("", LOA("Low"))}, "loa/Low"},
	{"ForceAuthn", {.attributes = "ForceAuthn=\"1\""}, "ForceAuthn=\"true\""},
	{"IsPassive, one IdP", {.attributes = "IsPassive=\"true\""}, "IsPassive=\"true\""},
	{"a list that names the IdP",
	 {.children = "<samlp:Scoping><samlp:IDPList><samlp:IDPEntry ProviderID=\"" IDP_ID
		      "\"></samlp:IDPEntry></samlp:IDPList></samlp:Scoping>"},
	 NULL},
	{"an index that is registered",
	 {.acs = "", .attributes = "AssertionConsumerServiceIndex=\"0\""},
	 NULL},
};

static void
what_is_accepted(void **state)
{
	struct saml_world *w = &world;
	size_t at;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(accepted); i++) {
		w->jar.count = 0;
		system_send(w, &accepted[i].s);
		if (w->status != (accepted[i].s.by_post ? 200 : 302))
			fail_msg("%s: %d %s", accepted[i].name, w->status, page_code(w));
		login_asked(w);
		if (accepted[i].asked && !str_find(w->asked, str_from(accepted[i].asked), &at))
			fail_msg("%s: " STR_FMT, accepted[i].name, STR_ARG(w->asked));
		/* [contract 2.3] what no IdP is sent */
		assert_false(str_find(w->asked, STR("NameIDPolicy"), &at));
		assert_false(str_find(w->asked, STR("Subject"), &at));
		assert_false(str_find(w->asked, STR("Scoping"), &at));
		assert_true(str_find(w->asked, STR(POST_BINDING), &at));
		idp_post(w, idp_text(w, &(struct idp_answer){.forge = NULL}), NULL);
		login_expect(w, accepted[i].name, "");
	}
}

/* --- refused: a page, and nothing is sent --- */

static const struct {
	const char *name, *code;
	struct system_ask s;
} refused[] = {
	{"X50 signed by a stranger", "CH-10", {.issuer = SYSTEM_ID}},
	{"X51 address that is not registered", "CH-10", {.acs = "https://evil.example/acs"}},
	{"X51 address in another case",
	 "CH-10",
	 {.acs = "https://fagsystem-a.example/saml/ACS"}},
	{"X51 address with a port",
	 "CH-10",
	 {.acs = "https://fagsystem-a.example:443/saml/acs"}},
	{"X51 address with dots",
	 "CH-10",
	 {.acs = "https://fagsystem-a.example/x/../saml/acs"}},
	{"X51 address with a user",
	 "CH-10",
	 {.acs = "https://fagsystem-a.example@evil.example/saml/acs"}},
	{"X51 address of another system", "CH-10", {.acs = "https://b.example/acs"}},
	{"X51 unknown index",
	 "CH-10",
	 {.acs = "", .attributes = "AssertionConsumerServiceIndex=\"7\""}},
	{"X51 index and address",
	 "CH-10",
	 {.attributes = "AssertionConsumerServiceIndex=\"0\""}},
	{"X53 six minutes old", "CH-10", {.age = MINUTES(6)}},
	{"X53 four minutes ahead", "CH-10", {.age = -MINUTES(4)}},
	{"X54 another destination", "CH-10", {.destination = "https://evil.example/"}},
	{"X54 no destination, by POST", "CH-10", {.destination = "", .by_post = true}},
	{"issuer that is not known", "CH-10", {.issuer = "https://unknown.example"}},
	{"issuer with a slash", "CH-10", {.issuer = SYSTEM_ID "/"}},
	{"issuer that is an IdP", "CH-10", {.issuer = IDP_ID}},
	{"ID with a blank", "CH-20", {.id = "a b"}},
	{"empty ID", "CH-20", {.id = ""}},
	{"a context twice", "CH-10", {.children = CONTEXT("", "") CONTEXT("", "")}},
	{"X34 DOCTYPE", "CH-20", {.issuer = "]]&gt;", .children = "<!DOCTYPE x>"}},
};

static void
what_is_refused(void **state)
{
	struct saml_world *w = &world;
	size_t at;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct system_ask s = refused[i].s;

		w->jar.count = 0;
		if (i == 0)
			s.signer = w->stranger;
		system_send(w, &s);
		if (w->status != 400 || strcmp(page_code(w), refused[i].code) != 0)
			fail_msg("%s: %d %s", refused[i].name, w->status, page_code(w));
		assert_false(str_find(w->page, STR("<form"), &at));
		assert_int_equal(w->jar.count, 0);
	}
	assert_true(audit_count(w, "SAML_REQUEST") > 10);
}

/* X50, X52: the query as it was sent. */
static void
changed_queries(void **state)
{
	static const struct {
		const char *name, *find, *with;
	} rows[] = {
		{"X50 unsigned", "&SigAlg=", "&x="},
		{"X50 signature dropped too", "&Signature=", "&y="},
		{"X50 sha-1", "%23rsa-sha256", "%23rsa-sha1"},
		{"X52 relay state swapped", "RelayState=r", "RelayState=s"},
		{"X52 relay state twice", "&RelayState=r", "&RelayState=r&RelayState=s"},
		{"X52 message twice", "SAMLRequest=", "SAMLRequest=x&SAMLRequest="},
	};
	struct saml_world *w = &world;
	struct redirect_order o = {
		.location = STR("x"), .relay_state = STR("r"), .signer = w->system};
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf url = BUF_INIT(65536);
		struct web_ask ask = {.method = HTTP_METHOD_GET, .path = SAML_PATH_SSO};

		o.xml = system_request(w, &(struct system_ask){.acs = NULL});
		assert_true(redirect_write(&o, w->a, &url, &e));
		ask.query =
			swap_text(w, str_skip(buf_str(&url), 2), rows[i].find, rows[i].with);
		web_ask(w, &ask);
		if (w->status != 400 || strcmp(page_code(w), "CH-10") != 0)
			fail_msg("%s: %d %s", rows[i].name, w->status, page_code(w));
		buf_release(&url);
	}
}

/* X53: the same request again; X50: a POST whose signature does not cover it. */
static void
replayed_and_forged(void **state)
{
	struct saml_world *w = &world;
	struct str xml, form;
	struct web_ask ask = {.method = HTTP_METHOD_POST, .path = SAML_PATH_SSO};

	(void)state;
	system_send(w, &(struct system_ask){.id = "_once"});
	assert_int_equal(w->status, 302);
	system_send(w, &(struct system_ask){.id = "_once"});
	assert_string_equal(page_code(w), "CH-10");
	system_send(w, &(struct system_ask){.id = "_once",
					    .attributes =
						    "IsPassive=\"true\" ForceAuthn=\"true\""});
	assert_string_equal(page_code(w), "CH-10");
	xml = sign_text(w, system_request(w, &(struct system_ask){.acs = NULL}),
			"</saml:Issuer>", w->system);
	xml = swap_text(w, xml, SYSTEM_ACS, "https://evil.example/");
	form = arena_printf(w->a, "SAMLRequest=" STR_FMT, STR_ARG(base64_encode(w->a, xml)));
	while (str_has_char(form, '+'))
		form = swap_text(w, form, "+", "%2B");
	ask.body = form;
	web_ask(w, &ask);
	assert_string_equal(page_code(w), "CH-10");
	ask.content_type = NULL;
	ask.body = swap_text(w, form, "SAMLRequest=", "SAMLResponse=");
	web_ask(w, &ask);
	assert_string_equal(page_code(w), "CH-10");
	ask.content_type = "text/xml";
	web_ask(w, &ask);
	assert_string_equal(page_code(w), "CH-20");
}

/* --- answered with an error --- */

static const struct {
	const char *name;
	struct system_ask s;
	const char *top, *second;
} answered[] = {
	{"artifact",
	 {.attributes =
		  "ProtocolBinding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact\""},
	 STATUS("Requester"),
	 STATUS("RequestUnsupported")},
	{"ForceAuthn and IsPassive",
	 {.attributes = "ForceAuthn=\"true\" IsPassive=\"true\""},
	 STATUS("Responder"),
	 STATUS("NoPassive")},
	{"ProxyCount 0",
	 {.children = "<samlp:Scoping ProxyCount=\"0\"></samlp:Scoping>"},
	 STATUS("Responder"),
	 STATUS("ProxyCountExceeded")},
	{"a person",
	 {.children = CONTEXT("", REF("https://data.gov.dk/eid/Person"))},
	 STATUS("Responder"),
	 STATUS("NoAuthnContext")},
	{"maximum",
	 {.children = CONTEXT(" Comparison=\"maximum\"", LOA("High"))},
	 STATUS("Responder"),
	 STATUS("NoAuthnContext")},
	{"a level that no IdP reaches",
	 {.children = CONTEXT("", LOA("High"))},
	 STATUS("Responder"),
	 STATUS("NoAuthnContext")},
	{"a list of unknown IdPs",
	 {.children = "<samlp:Scoping><samlp:IDPList><samlp:IDPEntry ProviderID=\"urn:x\">"
		      "</samlp:IDPEntry></samlp:IDPList></samlp:Scoping>"},
	 STATUS("Responder"),
	 STATUS("NoSupportedIDP")},
};

static void
expect_status(const char *name, const char *top, const char *second)
{
	struct saml_world *w = &world;
	struct message_trees t = {.count = 0};
	struct message m;
	struct str posted = posted_response(w);
	size_t at;
	struct err e = ERR_INIT;

	if (w->status != 200 || !str_is_set(posted))
		fail_msg("%s: %d %s", name, w->status, page_code(w));
	if (!message_parse(posted, &t, w->a, &m, &e))
		fail_msg("%s: %s", name, e.detail);
	assert_true(str_eq(m.in_response_to, w->request_id));
	assert_true(str_eq(m.destination, STR(SYSTEM_ACS)));
	assert_true(str_eq(m.issuer, STR(HUB_ID)));
	assert_non_null(m.signature);
	if (!str_find(posted,
		      arena_printf(w->a, "Value=\"%s\"><samlp:StatusCode Value=\"%s\"", top,
				   second),
		      &at))
		fail_msg("%s: " STR_FMT, name, STR_ARG(posted));
	assert_false(str_find(posted, STR("Assertion "), &at));
	assert_true(str_find(w->page, STR("submit.js"), &at));
	message_trees_release(&t);
}

static void
what_is_answered(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(answered); i++) {
		world.jar.count = 0;
		system_send(&world, &answered[i].s);
		expect_status(answered[i].name, answered[i].top, answered[i].second);
	}
}

static void
names_and_idps(void **state)
{
	struct saml_world *w = &world;

	(void)state;
	w->jar.count = 0;
	saml_world_know(w, "oiosamlProfil = \"OIOSAML3\"; nameIdForm = \"persistent\";", NULL,
			"oiosamlProfil = \"OIOSAML3\";");
	system_send(w, &(struct system_ask){
			       .children = "<samlp:NameIDPolicy Format=\"urn:x:unknown\">"
					   "</samlp:NameIDPolicy>"});
	expect_status("policy", STATUS("Requester"), STATUS("InvalidNameIDPolicy"));
	saml_world_know(w, NULL, "oiosamlProfil = \"OIOSAML3\";",
			"oiosamlProfil = \"OIOSAML3\";");
	system_send(w, &(struct system_ask){.acs = NULL});
	expect_status("no IdP", STATUS("Responder"), STATUS("NoAvailableIDP"));
	saml_world_know(w, NULL, NULL, NULL);
	system_send(w, &(struct system_ask){.attributes = "IsPassive=\"true\""});
	expect_status("several IdPs", STATUS("Responder"), STATUS("NoPassive"));
	saml_world_know(w, NULL, NULL, "oiosamlProfil = \"OIOSAML3\";");
}

/* X55: RelayState is data, whatever it holds. */
static void
x55_relay_state(void **state)
{
	static const char *const values[] = {
		"https://evil.example",
		"javascript:alert(1)",
		"\"><script>alert(1)</script>",
		"a\r\nSet-Cookie: x=y",
		"a&b=c;d",
		"'",
		"æøå",
	};
	struct saml_world *w = &world;
	size_t at;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		w->jar.count = 0;
		login_begin(w, &(struct system_ask){.relay_state = values[i]});
		assert_false(str_eq_c(w->handle, values[i]));
		idp_post(w, idp_text(w, &(struct idp_answer){.forge = NULL}), NULL);
		login_expect(w, values[i], "");
		assert_true(str_eq_c(page_field(w, "RelayState"), values[i]));
		assert_false(str_find(w->page, STR("<script>"), &at));
		assert_true(str_find(w->policy, STR("form-action https://fagsystem-a.example;"),
				     &at));
		assert_true(str_find(w->policy, STR("script-src 'self';"), &at));
	}
	w->jar.count = 0;
	login_begin(w, &(struct system_ask){.relay_state = NULL});
	idp_post(w, idp_text(w, &(struct idp_answer){.forge = NULL}), NULL);
	login_expect(w, "none", "");
	assert_false(str_is_set(page_field(w, "RelayState")));
}

/* X58: a bucket a name; what is empty refuses, time fills it. */
static void
x58_rates(void **state)
{
	static const struct limit limit = {.burst = 10, .per_second = 2};
	struct limiter *l = limiter_new();
	struct str name = STR("x");

	(void)state;
	for (int i = 0; i < 10; i++)
		assert_true(limiter_take(l, "issuer", name, &limit, SECONDS(1000)));
	assert_false(limiter_take(l, "issuer", name, &limit, SECONDS(1000)));
	assert_true(limiter_take(l, "issuer", STR("y"), &limit, SECONDS(1000)));
	assert_true(limiter_take(l, "address", name, &limit, SECONDS(1000)));
	assert_true(limiter_take(l, "issuer", name, &limit, SECONDS(1001)));
	assert_true(limiter_take(l, "issuer", name, &limit, SECONDS(1001)));
	assert_false(limiter_take(l, "issuer", name, &limit, SECONDS(1001)));
	/* the clock was set back */
	assert_true(limiter_take(l, "issuer", name, &limit, SECONDS(10)));
	/* a little back, as calls that overtake each other are: nothing gained, nothing lost */
	assert_true(limiter_take(l, "some", name, &limit, SECONDS(1000)));
	assert_true(limiter_take(l, "some", name, &limit, SECONDS(950)));
	while (limiter_take(l, "some", name, &limit, SECONDS(950)))
		;
	assert_false(limiter_take(l, "some", name, &limit, SECONDS(999)));
	assert_true(limiter_take(l, "some", name, &limit, SECONDS(1001)));
	limiter_free(l);
}

static void
x58_flood(void **state)
{
	static const struct limit limit = {.burst = 6000, .per_second = 200};
	struct saml_world *w = &world;
	struct web *web = w->app->web;
	struct web_ask ask = {.method = HTTP_METHOD_GET, .path = SAML_PATH_SSO};

	(void)state;
	web_ask(w, &ask);
	assert_int_equal(w->status, 400);
	while (limiter_take(web->limiter, "address", STR("192.0.2.7"), &limit, w->now))
		continue;
	web_ask(w, &ask);
	assert_int_equal(w->status, 429);
	assert_string_equal(page_code(w), "CH-50");
	w->now += SECONDS(1);
	web_ask(w, &ask);
	assert_int_equal(w->status, 400);
	while (limiter_take(web->limiter, "issuer", STR(SYSTEM_ID), &limit, w->now))
		continue;
	system_send(w, &(struct system_ask){.acs = NULL});
	assert_int_equal(w->status, 429);
	assert_int_equal(audit_count(w, "SAML_BUSY"), 0);
}

/* Each refusal left its record, under its own name. */
static void
records_of_refusals(void **state)
{
	static const char *const names[] = {
		"SAML_REQUEST",       "SAML_REQUEST_UNSUPPORTED",
		"SAML_NAMEID_POLICY", "SAML_PROXY_COUNT",
		"SAML_PASSIVE",       "SAML_IDP_UNSUPPORTED",
		"SAML_LEVEL",         "SAML_WRONG_PLACE",
	};

	(void)state;
	audit_expect(&world, names, ARRAY_LEN(names));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_accepted), cmocka_unit_test(what_is_refused),
		cmocka_unit_test(changed_queries),  cmocka_unit_test(replayed_and_forged),
		cmocka_unit_test(what_is_answered), cmocka_unit_test(names_and_idps),
		cmocka_unit_test(x55_relay_state),  cmocka_unit_test(x58_rates),
		cmocka_unit_test(x58_flood),        cmocka_unit_test(records_of_refusals),
	};

	return saml_world_run(&world, "request", true, tests, ARRAY_LEN(tests));
}
