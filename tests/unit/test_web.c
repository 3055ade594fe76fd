/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logins through web_call, as a browser sees them: choice, sessions, pages, cookies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/encoding.h"
#include "saml/attributes.h"
#include "tests/unit/saml_world.h"
#include "xml/names.h"

#define NO_IDP2 "oiosamlProfil = \"OIOSAML3\";"
#define STEP_UP                                                                                \
	"oiosamlProfil = \"OIOSAML3\"; nsisNiveau = \"Substantial\"; kenderRoller = true; "    \
	"kontekster = [ \"11111111\" ]; supportsStepUp = true;"
#define SCOPED                                                                                 \
	"oiosamlProfil = \"OIOSAML3\"; nsisNiveau = \"Substantial\"; kenderRoller = true; "    \
	"kontekster = [ \"11111111\" ]; supportsScope = true;"
#define LOW                                                                                    \
	"<saml:Attribute Name=\"https://data.gov.dk/concept/core/nsis/loa\">"                  \
	"<saml:AttributeValue>Low</saml:AttributeValue></saml:Attribute>"                      \
	"<saml:Attribute Name=\"https://data.gov.dk/model/core/eid/professional/cvr\">"        \
	"<saml:AttributeValue>11111111</saml:AttributeValue></saml:Attribute>"

static const struct idp_answer genuine = {.forge = NULL};
static const struct system_ask system_b = {.issuer = SYSTEM2_ID,
					   .acs = "https://b.example/acs"};
static struct saml_world world;

static bool
has(const struct saml_world *w, const char *text)
{
	size_t at;

	return str_find(w->page, str_from(text), &at);
}

static const char *
cookie(struct saml_world *w, const char *name)
{
	for (size_t i = 0; i < w->jar.count; i++)
		if (strcmp(w->jar.items[i].name, name) == 0)
			return arena_dup_c(w->a, str_from(w->jar.items[i].value));
	return "";
}

static void
whole_login(struct saml_world *w)
{
	w->jar.count = 0;
	login_begin(w, &(struct system_ask){.relay_state = "r"});
	idp_post(w, idp_text(w, &genuine), NULL);
	login_expect(w, "login", "");
}

static void
submit(struct saml_world *w, const char *more)
{
	struct str body = arena_printf(w->a, "login=" STR_FMT "&csrf=" STR_FMT "&%s",
				       STR_ARG(page_field(w, "login")),
				       STR_ARG(page_field(w, "csrf")), more);

	web_ask(w, &(struct web_ask){.method = HTTP_METHOD_POST,
				     .path = "/runtime/saml2/choose.idp",
				     .body = body,
				     .origin = HUB_URL});
}

#define CHOOSE_A "idp=https%3A%2F%2Fidp.korsbaek.example"

static void
the_user_chooses(void **state)
{
	struct saml_world *w = &world;
	struct str page;

	(void)state;
	saml_world_know(w, NULL, NULL, NULL);
	w->jar.count = 0;
	system_send(w, &(struct system_ask){.relay_state = "r"});
	assert_int_equal(w->status, 200);
	/* works without scripts: one button an IdP, in Danish order */
	assert_true(has(w, "value=\"" IDP_ID "\""));
	assert_true(has(w, "Havneby</b>"));
	assert_true(has(w, "<html lang=\"da\">"));
	page = w->page;
	submit(w, CHOOSE_A);
	login_asked(w);
	idp_post(w, idp_text(w, &genuine), NULL);
	login_expect(w, "chosen", "");
	/* the page once more: the login is done */
	w->page = page;
	submit(w, CHOOSE_A);
	assert_string_equal(page_code(w), "CH-21");
}

static void
choices_that_are_refused(void **state)
{
	struct saml_world *w = &world;
	struct str page, csrf;
	struct jar jar;

	(void)state;
	w->jar.count = 0;
	system_send(w, &(struct system_ask){.relay_state = "r"});
	page = w->page;
	jar = w->jar;
	submit(w, "idp=https%3A%2F%2Fother.example");
	assert_string_equal(page_code(w), "CH-12");
	w->page = page;
	csrf = page_field(w, "csrf");
	w->page = swap_text(w, page, arena_dup(w->a, csrf).ptr,
			    "00000000000000000000000000000000");
	submit(w, CHOOSE_A);
	assert_string_equal(page_code(w), "CH-21");
	/* X73: from another site, or another browser */
	w->page = page;
	web_ask(w, &(struct web_ask){
			   .method = HTTP_METHOD_POST,
			   .path = "/runtime/saml2/choose.idp",
			   .body = arena_printf(w->a, "login=" STR_FMT "&csrf=" STR_FMT "&%s",
						STR_ARG(page_field(w, "login")), STR_ARG(csrf),
						CHOOSE_A),
			   .origin = "https://evil.example"});
	assert_string_equal(page_code(w), "CH-21");
	w->page = page;
	w->jar.count = 0;
	submit(w, CHOOSE_A);
	assert_string_equal(page_code(w), "CH-21");
	w->jar = jar;
	w->page = page;
	submit(w, "cancel=1");
	assert_true(str_is_set(posted_response(w)));
	assert_true(str_find(posted_response(w), STR("status:AuthnFailed"), &(size_t){0}));
	w->page = page;
	submit(w, CHOOSE_A);
	assert_string_equal(page_code(w), "CH-21");
}

static void
the_choice_is_remembered(void **state)
{
	struct saml_world *w = &world;
	struct jar jar;

	(void)state;
	w->jar.count = 0;
	system_send(w, &(struct system_ask){.relay_state = "r"});
	submit(w, CHOOSE_A "&remember=1");
	login_asked(w);
	jar = w->jar;
	system_send(w, &(struct system_ask){.relay_state = "r"});
	login_asked(w);
	/* a cookie that was made up is none */
	for (size_t i = 0; i < w->jar.count; i++)
		if (strcmp(w->jar.items[i].name, "__Host-ch_idp") == 0)
			w->jar.items[i].value[3] ^= 1;
	system_send(w, &(struct system_ask){.relay_state = "r"});
	assert_int_equal(w->status, 200);
	assert_true(has(w, "csrf"));
	w->jar = jar;
}

static void
both_languages(void **state)
{
	static const struct {
		const char *accept, *query;
		bool is_english;
	} rows[] = {
		{NULL, NULL, false},          {"en-GB,en;q=0.9", NULL, true},
		{"da,en;q=0.8", NULL, false}, {"de,en;q=0.8,da;q=0.5", NULL, true},
		{"fr", NULL, false},          {"en", "lang=da", false},
		{"da", "lang=en", true},
	};
	struct saml_world *w = &world;
	struct str login;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		web_ask(w, &(struct web_ask){.method = HTTP_METHOD_GET,
					     .path = SAML_PATH_ACS,
					     .language = rows[i].accept,
					     .query = str_from(rows[i].query)});
		assert_int_equal(w->status, 400);
		if (has(w, "<html lang=\"en\">") != rows[i].is_english ||
		    has(w, "Contact the vendor") != rows[i].is_english)
			fail_msg("%s %s", rows[i].accept, rows[i].query);
	}
	w->jar.count = 0;
	system_send(w, &(struct system_ask){.relay_state = "r"});
	login = page_field(w, "login");
	web_ask(w, &(struct web_ask){.method = HTTP_METHOD_GET,
				     .path = "/runtime/saml2/choose.idp",
				     .query = arena_printf(w->a, "login=" STR_FMT "&lang=en",
							   STR_ARG(login))});
	assert_true(has(w, "Choose the authority"));
	submit(w, CHOOSE_A);
	login_asked(w);
}

/* Resolution C8: two tabs; X70: the session's name changes with every login. */
static void
tabs_and_sessions(void **state)
{
	struct saml_world *w = &world;
	struct str first, second, request;
	const char *before, *after;

	(void)state;
	saml_world_know(w, NULL, NULL, NO_IDP2);
	w->jar.count = 0;
	strcpy(w->jar.items[0].name, "__Host-ch_sid");
	strcpy(w->jar.items[0].value, "00112233445566778899aabbccddeeff");
	w->jar.count = 1;
	login_begin(w, &(struct system_ask){.relay_state = "1"});
	first = idp_text(w, &genuine);
	request = w->request_id;
	login_begin(w, &(struct system_ask){.relay_state = "2"});
	second = idp_text(w, &genuine);
	idp_post(w, second, NULL);
	login_expect(w, "second tab", "");
	before = cookie(w, "__Host-ch_sid");
	assert_string_not_equal(before, "00112233445566778899aabbccddeeff");
	w->request_id = request;
	idp_post(w, first, "");
	login_expect(w, "first tab", "");
	after = cookie(w, "__Host-ch_sid");
	assert_string_not_equal(before, after);
	/* the old name opens nothing: a new login is asked for */
	for (size_t i = 0; i < w->jar.count; i++)
		if (strcmp(w->jar.items[i].name, "__Host-ch_sid") == 0)
			strcpy(w->jar.items[i].value, before);
	login_begin(w, &system_b);
}

static void
single_sign_on(void **state)
{
	struct saml_world *w = &world;
	struct message_trees t = {.count = 0};
	struct response_facts f;
	struct str value;
	size_t ok = audit_count(w, "ok");
	struct err e = ERR_INIT;

	(void)state;
	whole_login(w);
	system_send(w, &system_b);
	system_verify(w, SYSTEM2_ID, "https://b.example/acs", &t, &f);
	assert_true(str_eq(f.name.value, STR(USER_NAME)));
	assert_true(attribute_single(f.assertion, ATTR_ASSURANCE, &value, &e));
	assert_true(str_eq(value, STR("3")));
	message_trees_release(&t);
	assert_int_equal(audit_count(w, "ok"), ok + 2);
	/* not for long, not past ForceAuthn, not without the cookie */
	system_send(w, &(struct system_ask){.issuer = SYSTEM2_ID,
					    .acs = "",
					    .attributes = "IsPassive=\"true\""});
	assert_true(str_is_set(posted_response(w)));
	login_begin(w, &(struct system_ask){.issuer = SYSTEM2_ID,
					    .acs = "",
					    .attributes = "ForceAuthn=\"true\""});
	w->now += MINUTES(60);
	login_begin(w, &(struct system_ask){.issuer = SYSTEM2_ID, .acs = ""});
	w->now -= MINUTES(60);
	w->jar.count = 0;
	login_begin(w, &(struct system_ask){.issuer = SYSTEM2_ID, .acs = ""});
}

/* [contract 2.6] an IdP that is told the system may send only that system's roles */
static void
scoped_logins_are_not_shared(void **state)
{
	struct saml_world *w = &world;
	size_t at;

	(void)state;
	saml_world_know(w, NULL, SCOPED, NO_IDP2);
	w->jar.count = 0;
	login_begin(w, &(struct system_ask){.relay_state = "r"});
	assert_true(str_find(w->asked,
			     STR("<samlp:RequesterID>" SYSTEM_ID "</samlp:RequesterID>"), &at));
	assert_false(str_find(w->asked, STR("ProxyCount"), &at));
	idp_post(w, idp_text(w, &genuine), NULL);
	login_expect(w, "login", "");
	login_begin(w, &system_b);
	system_send(w, &(struct system_ask){.relay_state = "again"});
	assert_true(str_is_set(posted_response(w)));
	saml_world_know(w, NULL, NULL, NO_IDP2);
}

static void
step_up(void **state)
{
	struct saml_world *w = &world;
	struct idp_answer low = {.attributes = LOW};
	struct str first;
	size_t at;

	(void)state;
	saml_world_know(w, "oiosamlProfil = \"OIOSAML3\"; nsisNiveau = \"Substantial\";",
			STEP_UP, NO_IDP2);
	w->jar.count = 0;
	login_begin(w, &(struct system_ask){.relay_state = "r"});
	first = idp_text(w, &low);
	idp_post(w, first, NULL);
	login_asked(w);
	assert_true(str_find(w->asked, STR("ForceAuthn=\"true\""), &at));
	assert_true(str_find(w->asked, STR("loa/Substantial"), &at));
	idp_post(w, first, NULL);
	assert_string_equal(page_code(w), "CH-21");
	/* once only */
	idp_post(w, idp_text(w, &low), NULL);
	login_expect(w, "still too low", "CH-29");
	assert_true(str_find(posted_response(w), STR("status:NoAuthnContext"), &at));
	login_begin(w, &(struct system_ask){.relay_state = "r"});
	idp_post(w, idp_text(w, &low), NULL);
	login_asked(w);
	idp_post(w, idp_text(w, &genuine), NULL);
	login_expect(w, "stepped up", "");
	saml_world_know(w, NULL, NULL, NO_IDP2);
}

/* [contract 2.12] what the IdP says no to */
static void
refusals_of_the_idp(void **state)
{
	static const struct {
		const char *second, *page, *told;
	} rows[] = {
		{"NoPassive", "", "status:NoPassive"},
		{"NoAuthnContext", "CH-29", "status:NoAuthnContext"},
		{"RequestDenied", "CH-23", "status:RequestDenied"},
		{"AuthnFailed", "CH-23", "status:AuthnFailed"},
		{"UnknownPrincipal", "CH-23", "status:AuthnFailed"},
	};
	struct saml_world *w = &world;
	size_t at;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str status = arena_printf(
			w->a,
			"Value=\"urn:oasis:names:tc:SAML:2.0:status:Responder\"><samlp:"
			"StatusCode "
			"Value=\"urn:oasis:names:tc:SAML:2.0:status:%s\"></samlp:StatusCode>",
			rows[i].second);
		struct idp_answer x = {
			.wrap = NULL,
			.response = {{"Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\">",
				      status.ptr}}};

		w->jar.count = 0;
		login_begin(w, &(struct system_ask){.relay_state = "r"});
		idp_post(w, idp_text(w, &x), NULL);
		assert_string_equal(page_code(w), rows[i].page);
		if (!str_find(posted_response(w), str_from(rows[i].told), &at))
			fail_msg("%s", rows[i].second);
		assert_false(str_find(posted_response(w), STR("Assertion "), &at));
	}
}

/* What is no SAML message, or stands at the wrong place. */
static void
other_calls(void **state)
{
	static const struct {
		enum http_method method;
		const char *path;
		int status;
	} rows[] = {
		{HTTP_METHOD_GET, SAML_PATH_IDP_METADATA, 200},
		{HTTP_METHOD_HEAD, SAML_PATH_SP_METADATA, 200},
		{HTTP_METHOD_GET, "/Runtime/SAML2/metadata.idp", 200},
		{HTTP_METHOD_GET, "/RUNTIME/saml2auth/Metadata.idp/", 200},
		{HTTP_METHOD_GET, SAML_PATH_SP_METADATA "//", 404},
		{HTTP_METHOD_GET, SAML_PATH_SP_METADATA "/x", 404},
		{HTTP_METHOD_POST, "/runtime/SAML2auth/consume.idp/", 400},
		{HTTP_METHOD_POST, SAML_PATH_SP_METADATA, 400},
		{HTTP_METHOD_GET, SAML_PATH_ACS, 400},
		{HTTP_METHOD_POST, SAML_PATH_ACS, 400},
		{HTTP_METHOD_GET, SAML_PATH_SSO, 400},
		{HTTP_METHOD_OTHER, SAML_PATH_SSO, 400},
		{HTTP_METHOD_POST, "/runtime/saml2/choose.idp", 400},
		{HTTP_METHOD_GET, "/runtime/saml2/choose.idp", 400},
		{HTTP_METHOD_GET, "/assets/submit.js", 200},
		{HTTP_METHOD_GET, "/assets/style.css", 200},
		{HTTP_METHOD_GET, "/assets/../etc/passwd", 404},
		{HTTP_METHOD_GET, "/", 404},
		{HTTP_METHOD_POST, "/assets/submit.js", 404},
	};
	struct saml_world *w = &world;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		web_ask(w, &(struct web_ask){.method = rows[i].method,
					     .path = rows[i].path,
					     .query = STR("samlprofile=nemlogin3")});
		if (w->status != rows[i].status)
			fail_msg("%s: %d", rows[i].path, w->status);
	}
	/* a Response where requests go, and the reverse */
	w->jar.count = 0;
	login_begin(w, &(struct system_ask){.relay_state = "r"});
	web_ask(w, &(struct web_ask){
			   .method = HTTP_METHOD_POST,
			   .path = SAML_PATH_ACS,
			   .body = arena_printf(w->a, "SAMLResponse=PHg%%2BPC94Pg%%3D%%3D")});
	assert_string_equal(page_code(w), "CH-20");
}

static void
the_built_in_system(void **state)
{
	struct saml_world *w = &world;
	struct str body, value;

	(void)state;
	w->jar.count = 0;
	web_ask(w, &(struct web_ask){.method = HTTP_METHOD_GET, .path = "/hvem"});
	assert_int_equal(w->status, 302);
	assert_true(
		str_has_prefix(w->location, STR(HUB_URL "/runtime/saml2/issue.idp?SAMLRe")));
	web_ask(w, &(struct web_ask){
			   .method = HTTP_METHOD_GET,
			   .path = SAML_PATH_SSO,
			   .query = str_skip(w->location,
					     sizeof(HUB_URL "/runtime/saml2/issue.idp"))});
	login_asked(w);
	idp_post(w, idp_text(w, &genuine), NULL);
	value = page_field(w, "SAMLResponse");
	assert_true(str_is_set(value));
	body = arena_printf(w->a, "SAMLResponse=" STR_FMT, STR_ARG(value));
	while (str_has_char(body, '+'))
		body = swap_text(w, body, "+", "%2B");
	web_ask(w, &(struct web_ask){
			   .method = HTTP_METHOD_POST, .path = "/hvem/acs", .body = body});
	assert_int_equal(w->status, 303);
	web_ask(w, &(struct web_ask){.method = HTTP_METHOD_GET, .path = "/hvem"});
	assert_int_equal(w->status, 200);
	assert_true(has(w, "Agnete Opdigtet"));
	assert_true(has(w, "http://hvem.example/roles/usersystemrole/laes/1"));
	/* why: the jobfunktionsrolle, by name */
	assert_true(has(w, "Sagsbehandler<br>"));
	assert_true(has(w, "http://korsbaek.example/roles/jobrole/sagsbehandler/1"));
	/* the same answer again, and in another browser */
	web_ask(w, &(struct web_ask){
			   .method = HTTP_METHOD_POST, .path = "/hvem/acs", .body = body});
	assert_int_equal(w->status, 400);
	w->jar.count = 0;
	web_ask(w, &(struct web_ask){
			   .method = HTTP_METHOD_POST, .path = "/hvem/acs", .body = body});
	assert_string_equal(page_code(w), "CH-21");
}

/* Nothing is lost by a restart: the pending login and the session are in the store. */
static void
a_restart_in_between(void **state)
{
	struct saml_world *w = &world;
	struct err e = ERR_INIT;

	(void)state;
	w->jar.count = 0;
	login_begin(w, &(struct system_ask){.relay_state = "r"});
	web_close(w->app);
	assert_true(web_open(w->app, &e));
	idp_post(w, idp_text(w, &genuine), NULL);
	login_expect(w, "after a restart", "");
	web_close(w->app);
	assert_true(web_open(w->app, &e));
	system_send(w, &system_b);
	assert_true(str_is_set(posted_response(w)));
}

/* Each refusal left its record, under its own name. */
static void
records_of_refusals(void **state)
{
	static const char *const names[] = {
		"SAML_CANCELLED",
		"SAML_DENIED",
	};

	(void)state;
	audit_expect(&world, names, ARRAY_LEN(names));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_user_chooses),
		cmocka_unit_test(choices_that_are_refused),
		cmocka_unit_test(the_choice_is_remembered),
		cmocka_unit_test(both_languages),
		cmocka_unit_test(tabs_and_sessions),
		cmocka_unit_test(single_sign_on),
		cmocka_unit_test(scoped_logins_are_not_shared),
		cmocka_unit_test(step_up),
		cmocka_unit_test(refusals_of_the_idp),
		cmocka_unit_test(other_calls),
		cmocka_unit_test(the_built_in_system),
		cmocka_unit_test(a_restart_in_between),
		cmocka_unit_test(records_of_refusals),
	};

	return saml_world_run(&world, "web", false, tests, ARRAY_LEN(tests));
}
