/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Agreements that change while tokens live: the service tells it as the token service does,
 * byte for byte what public clients compare with.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "tests/unit/soap_world.h"

static struct soap_world world;

static const struct client_request whole = {
	.to = STR_INIT("https://echo:8443/x"),
	.applies_to = STR_INIT(GW_AUDIENCE),
	.cvr = STR_INIT("11111111"),
	.life_s = 7200,
};

static bool
holds(const char *what)
{
	size_t at;

	return str_find(buf_str(&world.call.answer), str_from(what), &at);
}

/* The agreement ends while the token still lives: signed business fault, recorded. */
static void
an_agreement_that_ended(void **state)
{
	static const struct {
		const char *state, *service, *owner, *reason;
	} cases[] = {
		{"suspenderet", GW_AUDIENCE, "11111111", "ServiceAgreementSuspended"},
		{"ophoert", GW_AUDIENCE, "11111111", "ServiceAgreementExpired"},
		{"aktiv", "http://t.example/service/plain/1", "11111111",
		 "ServiceAgreementNotFound"},
		{"aktiv", GW_AUDIENCE, "22222222", "Usercontext doesn't exist on system"},
		{"aktiv", GW_AUDIENCE, "11111111", NULL},
	};
	struct client_token t;
	struct err e = ERR_INIT;
	bool changed;

	(void)state;
	assert_int_equal(sw_token(&world, &whole, NULL, &t), 200);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[1024], with[64];

		snprintf(with, sizeof(with), "tilstand = \"%s\"; navn", cases[i].state);
		snprintf(
			text, sizeof(text),
			"aftaler = (\n"
			" { id = \"a1\"; %s = \"KY\"; begrundelse = \"Test\"; anvendersystem = "
			"\"KY\"; dataejer = \"%s\"; linjer = ( { service = \"%s\"; roller = [ "
			"%s ]; } "
			"); } );\n",
			with, cases[i].owner, cases[i].service,
			i == 2 ? "" : "\"http://t.example/roles/servicesystemrole/rediger/1\"");
		world_put(&world.g.w, text);
		assert_true(trust_refresh(world.app.trust, &changed, &e));
		if (!cases[i].reason) {
			assert_int_equal(sw_call(&world, &t, "laes"), 200);
			continue;
		}
		assert_int_equal(sw_call(&world, &t, "laes"), 500);
		sw_fault(&world, cases[i].state, "5015", cases[i].reason);
		/* what clients compare with, whole */
		assert_true(str_eq_c(world.answer.reason, cases[i].reason));
		assert_true(holds("<s:Value>s:5015</s:Value>"));
		assert_true(world.is_signed);
		assert_true(holds("<ErrorText>"));
		/* and no new one is given */
		assert_int_equal(sw_token(&world, &whole, NULL, &t), 500);
		sw_fault(&world, cases[i].state, "5015", cases[i].reason);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_agreement_that_ended),
	};
	int failed;

	sw_begin(&world, "soap_agreements");
	failed = cmocka_run_group_tests_name("soap agreements", tests, NULL, NULL);
	sw_end(&world);
	return failed;
}
