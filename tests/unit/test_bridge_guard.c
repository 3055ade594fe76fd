/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a login must not get past: states of authorities, of both their own users and their
 * roles. Source: administration contract 3.0.2, 3.1; context-handler contract 5.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/log.h"
#include "saml/attributes.h"
#include "saml/lasso.h"
#include "tests/unit/saml_forge.h"
#include "trust/apply.h"
#include "xml/names.h"

#define KORSBAEK                                                                               \
	"{ cvr = \"11111111\"; navn = \"Korsbæk Kommune\"; rolledomaene = "                   \
	"\"korsbaek.example\"; %s }"
#define HAVNEBY                                                                                \
	"{ cvr = \"22222222\"; navn = \"Havneby Kommune\"; rolledomaene = "                    \
	"\"havneby.example\"; %s }"
#define USUAL                                                                                  \
	{                                                                                      \
		.forge = NULL                                                                  \
	}

static struct saml_world world;

/* Puts a text over what is known. */
static void
know_more(struct saml_world *w, struct str text)
{
	static const struct apply_options options = {.actor = STR_INIT("cli:test")};
	struct apply_report report = {.count = {0}};
	char path[300];
	const char *paths[] = {path};
	struct err e = ERR_INIT;
	bool changed;
	FILE *f;

	snprintf(path, sizeof(path), "%s/more.conf", w->folder);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text.ptr, 1, text.len, f), text.len);
	assert_int_equal(fclose(f), 0);
	if (!apply_files(w->app->store, paths, 1, &options, &report, &e))
		fail_msg("%s\n%.*s", e.detail, (int)report.problems.len, report.problems.ptr);
	apply_report_release(&report);
	assert_true(trust_refresh(w->app->trust, &changed, &e));
}

static void
set_authorities(struct saml_world *w, const char *korsbaek, const char *havneby)
{
	know_more(w, arena_printf(w->a, "myndigheder = ( " KORSBAEK ", " HAVNEBY " );",
				  korsbaek, havneby));
}

static void
log_in(struct saml_world *w, const struct idp_answer *x)
{
	login_begin(w, &(struct system_ask){.relay_state = "r"});
	idp_post(w, idp_text(w, x), NULL);
}

/* [administration 3.1] users of a suspended authority, at once and in a session they have */
static void
suspended_authority(void **state)
{
	static const char *const states[] = {
		"tilstand = \"suspenderet\";",
		"tilstand = \"nedlagt\";",
		"tilstand = \"oprettet\";",
		"gyldigTil = \"2020-01-01\";",
	};
	struct saml_world *w = &world;
	size_t at;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		set_authorities(w, "", "");
		w->jar.count = 0;
		log_in(w, &(struct idp_answer)USUAL);
		login_expect(w, "in force", "");
		/* the session would answer */
		set_authorities(w, states[i], "");
		system_send(w, &(struct system_ask){.relay_state = "r"});
		assert_int_equal(w->status, 200);
		assert_true(str_find(posted_response(w), STR("status:RequestDenied"), &at));
		assert_false(str_find(posted_response(w), STR("Assertion "), &at));
		w->jar.count = 0;
		log_in(w, &(struct idp_answer)USUAL);
		login_expect(w, states[i], "CH-30");
	}
	set_authorities(w, "", "");
}

/* A role that a suspended authority has delegated gives nothing. */
static void
suspended_owner_of_a_role(void **state)
{
	static const struct idp_answer x = {
		.roles = "<bpp:PrivilegeList "
			 "xmlns:bpp=\"http://itst.dk/oiosaml/basic_privilege_profile\">"
			 "<PrivilegeGroup "
			 "Scope=\"urn:dk:gov:saml:cvrNumberIdentifier:22222222\"><Privilege>"
			 "http://havneby.example/roles/jobrole/vagt/1</Privilege>"
			 "</PrivilegeGroup></bpp:PrivilegeList>"};
	struct saml_world *w = &world;
	struct message_trees t = {.count = 0};
	struct response_facts f;
	struct str value;
	struct err e = ERR_INIT;

	(void)state;
	for (int i = 0; i < 2; i++) {
		set_authorities(w, "", i ? "tilstand = \"suspenderet\";" : "");
		w->jar.count = 0;
		log_in(w, &x);
		system_verify(w, SYSTEM_ID, SYSTEM_ACS, &t, &f);
		assert_true(attribute_single(f.assertion, ATTR3_PRIVILEGES, &value, &e));
		assert_int_equal(str_is_set(value), i == 0);
		message_trees_release(&t);
	}
	set_authorities(w, "", "");
}

/* X38: another authority's name, told as a persistent one, whose O nobody compared. */
static void
x38_persistent_name(void **state)
{
	static const struct {
		const char *name, *value, *want;
	} rows[] = {
		{"of another authority", "C=DK,O=22222222,CN=x,Serial=y", "CH-30"},
		{"two serials", "C=DK,O=11111111,CN=x,Serial=y,Serial=z", "CH-26"},
		{"serial alone", "x, Serial = y", "CH-26"},
		{"line end", "x&#10;y", "CH-26"},
		{"ours", "C=DK,O=11111111,CN=x,Serial=y", ""},
		{"a URI",
		 "https://data.gov.dk/model/core/eid/professional/uuid/"
		 "6f1f0a3e-1c9b-4a52-9a7e-0d5a4b8c2e11",
		 ""},
	};
	struct saml_world *w = &world;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		w->jar.count = 0;
		log_in(w, &(struct idp_answer){
				  .assertion = {{USER_NAME, rows[i].value},
						{"SAML:1.1:nameid-format:X509SubjectName",
						 "SAML:2.0:nameid-format:persistent"}}});
		login_expect(w, rows[i].name, rows[i].want);
	}
}

static int
setup(void **state)
{
	(void)state;
	saml_world_begin(&world, "guard");
	saml_world_know(&world, NULL, NULL, "oiosamlProfil = \"OIOSAML3\";");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	saml_world_end(&world);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(suspended_authority),
		cmocka_unit_test(suspended_owner_of_a_role),
		cmocka_unit_test(x38_persistent_name),
	};

	saml_lasso_init();
	log_setup(LOG_LEVEL_ERROR, LOG_FORMAT_TEXT, false);
	return cmocka_run_group_tests(tests, setup, teardown);
}
