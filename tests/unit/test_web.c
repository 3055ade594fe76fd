/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole logins through web_call: what a browser sees, and what a system gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "saml/attributes.h"
#include "saml/lasso.h"
#include "tests/unit/saml_world.h"
#include "xml/names.h"

static int
setup(void **state)
{
	struct saml_world *w = test_calloc(1, sizeof(*w));

	saml_world_begin(w, "web");
	saml_world_know(w, NULL, NULL, "oiosamlProfil = \"OIOSAML3\"; kenderRoller = true;");
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	saml_world_end(*state);
	test_free(*state);
	return 0;
}

static void
a_whole_login(void **state)
{
	struct saml_world *w = *state;
	struct message_trees t = {.count = 0};
	struct response_facts f;
	struct str value;
	struct err e = ERR_INIT;

	login_begin(w, &(struct system_ask){.relay_state = "a+b <&> æ"});
	idp_post(w, idp_text(w, &(struct idp_answer){.unsigned_assertion = false}), NULL);
	assert_int_equal(w->status, 200);
	system_verify(w, SYSTEM_ID, SYSTEM_ACS, &t, &f);
	assert_true(str_eq(page_field(w, "RelayState"), STR("a+b <&> æ")));
	assert_true(str_eq(f.name.value, STR(USER_NAME)));
	assert_true(attribute_single(f.assertion, ATTR3_CVR, &value, &e));
	assert_true(str_eq(value, STR("11111111")));
	assert_int_equal(audit_count(w, "ok"), 1);
	message_trees_release(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_whole_login, setup, teardown),
	};

	saml_lasso_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
