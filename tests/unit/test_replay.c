/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Answers out of place: of another login, another browser, twice, unasked, or after something
 * has changed. Source: context-handler contract 9.1, 9.4.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "tests/unit/saml_forge.h"

#define EMPTY                                                                                  \
	{                                                                                      \
		.forge = NULL                                                                  \
	}

static struct saml_world world;

/* X24: answers to requests of other browsers and other logins. */
static void
x24_of_another_login(void **state)
{
	struct saml_world *w = &world;
	struct str handle, answer, request;
	struct jar jar;

	(void)state;
	w->jar.count = 0;
	login_begin(w, &(struct system_ask){.relay_state = "r"});
	answer = idp_text(w, &(struct idp_answer)EMPTY);
	handle = w->handle;
	request = w->request_id;
	jar = w->jar;
	w->jar.count = 0;
	idp_post(w, answer, NULL);
	login_expect(w, "no cookie", "CH-21");
	login_begin(w, &(struct system_ask){.relay_state = "r"});
	idp_post(w, answer, handle.ptr);
	login_expect(w, "X72 another browser", "CH-21");
	w->jar = jar;
	idp_post(w, answer, w->handle.ptr);
	login_expect(w, "RelayState of another login", "CH-21");
	w->request_id = request;
	idp_post(w, answer, handle.ptr);
	login_expect(w, "the right one", "");
}

/* X25, X83: an answer counts once. */
static void
x25_replayed(void **state)
{
	struct saml_world *w = &world;
	struct str answer, again;
	struct jar jar;

	(void)state;
	w->jar.count = 0;
	login_begin(w, &(struct system_ask){.relay_state = "r"});
	answer = idp_text(w, &(struct idp_answer)EMPTY);
	again = idp_text(w, &(struct idp_answer)EMPTY);
	idp_post(w, answer, NULL);
	login_expect(w, "first", "");
	jar = w->jar;
	idp_post(w, answer, NULL);
	login_expect(w, "the same again", "CH-28");
	assert_false(str_is_set(page_field(w, "SAMLResponse")));
	idp_post(w, again, NULL);
	login_expect(w, "another answer to the same request", "CH-21");
	w->jar.count = 0;
	idp_post(w, answer, NULL);
	login_expect(w, "another browser", "CH-21");
	w->jar = jar;
	/* the assertion in a new login */
	login_begin(w, &(struct system_ask){.attributes = "ForceAuthn=\"true\""});
	idp_post(w, answer, NULL);
	login_expect(w, "in a new login", "CH-21");
}

/* X25: the assertion is claimed, not only the login. */
static void
x25_assertion_in_two_answers(void **state)
{
	struct saml_world *w = &world;
	struct str assertion, answer;

	(void)state;
	w->jar.count = 0;
	login_begin(w, &(struct system_ask){.relay_state = "r"});
	/* refused for its level, so the login stays open */
	saml_world_know(
		w, "oiosamlProfil = \"OIOSAML3\"; nsisNiveau = \"Low\"; kraevRolle = true;",
		NULL, "oiosamlProfil = \"OIOSAML3\";");
	answer = idp_text(w, &(struct idp_answer){.roles = ""});
	assertion = forge_assertion(w, answer);
	idp_post(w, answer, NULL);
	login_expect(w, "no role", "CH-33");
	answer = swap_text(w, answer, " ID=\"_", " ID=\"_n");
	assert_true(assertion.len > 0);
	idp_post(w, answer, NULL);
	login_expect(w, "the same assertion in another Response", "CH-33");
	saml_world_know(w, NULL, NULL, "oiosamlProfil = \"OIOSAML3\";");
	idp_post(w, answer, NULL);
	login_expect(w, "and again, now that it would hold", "CH-28");
}

/* X42: nobody asked. */
static void
x42_unsolicited(void **state)
{
	struct saml_world *w = &world;

	(void)state;
	w->jar.count = 0;
	w->hub_request = STR("id00000000000000000000000000000000");
	w->handle = STR("00000000000000000000000000000000");
	idp_post(w, idp_text(w, &(struct idp_answer)EMPTY), NULL);
	login_expect(w, "unsolicited", "CH-21");
}

/* The login has ended, or the peers have been switched off, while the user was away. */
static void
what_changed_meanwhile(void **state)
{
	struct saml_world *w = &world;
	struct str answer;
	instant began = w->now;

	(void)state;
	w->jar.count = 0;
	login_begin(w, &(struct system_ask){.relay_state = "r"});
	w->now = began + MINUTES(10);
	idp_post(w, idp_text(w, &(struct idp_answer)EMPTY), NULL);
	login_expect(w, "ten minutes later", "CH-21");
	w->now = began;
	login_begin(w, &(struct system_ask){.relay_state = "r"});
	answer = idp_text(w, &(struct idp_answer)EMPTY);
	saml_world_know(w, NULL, "oiosamlProfil = \"OIOSAML3\"; kenderRoller = true;",
			"oiosamlProfil = \"OIOSAML3\";");
	idp_post(w, answer, NULL);
	login_expect(w, "the IdP serves nobody any more", "CH-12");
	saml_world_know(w, NULL, "oiosamlProfil = \"OIOSAML3\"; kontekster = [ \"11111111\" ];",
			"oiosamlProfil = \"OIOSAML3\";");
	idp_post(w, answer, NULL);
	login_expect(w, "the IdP knows no roles", "CH-31");
	saml_world_know(w, NULL, NULL, "oiosamlProfil = \"OIOSAML3\";");
	idp_post(w, answer, NULL);
	login_expect(w, "as before", "");
}

/* Each refusal left its record, under its own name. */
static void
records_of_refusals(void **state)
{
	static const char *const names[] = {
		"SAML_LOGIN_UNKNOWN", "SAML_REPLAYED", "SAML_ROLES_UNREACHABLE",
		"SAML_NO_ROLE",       "SAML_NO_IDP",
	};

	(void)state;
	audit_expect(&world, names, ARRAY_LEN(names));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(x24_of_another_login),
		cmocka_unit_test(x25_replayed),
		cmocka_unit_test(x25_assertion_in_two_answers),
		cmocka_unit_test(x42_unsolicited),
		cmocka_unit_test(what_changed_meanwhile),
		cmocka_unit_test(records_of_refusals),
	};

	return saml_world_run(&world, "replay", true, tests, ARRAY_LEN(tests));
}
