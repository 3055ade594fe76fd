/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bootstrap tokens as the bridge writes them and the token service takes them: who may
 * exchange one, for how long, and when there is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/limits.h"
#include "saml/bootstrap.h"
#include "tests/unit/behalf_world.h"
#include "tests/unit/mutate.h"
#include "tests/unit/pki.h"

#define HVEM                                                                                   \
	"systemer = ( { id = \"SAPA\"; navn = \"SAPA\"; ejer = \"33333333\"; brugervendt = { " \
	"entityId = \"https://sapa.example\"; oiosamlProfil = \"OIOSAML3\"; bootstrapToken = " \
	"%s; }; anvender = { certifikater = ( { fil = \"sapa.pem\"; %s }, "                    \
	"{ fil = \"esdh2.pem\"; %s } ); }; } );"

static const struct nameid user = {
	.format = STR_INIT("urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"),
	.value = STR_INIT(BW_USER),
};

static void
know(const char *wants, const char *first, const char *second)
{
	char text[1024];

	snprintf(text, sizeof(text), HVEM, wants, first, second);
	bw_put(text);
}

static struct str
write(instant session_end, const char *sts)
{
	const struct saml_hub hub = {
		.entity_id = STR(BW_HUB),
		.sts_entity_id = str_from(sts),
		.signer = bw.platform.id[IDENTITY_HUB].current,
	};
	const struct bootstrap_order o = {
		.hub = &hub,
		.system = trust_system(bw.g.known, STR("SAPA")),
		.name = &user,
		.cvr = STR("11111111"),
		.level = 4,
		.now = time_floor_ms(bw.g.now),
		.session_end = session_end,
	};
	struct str xml, id;
	struct err e = ERR_INIT;

	if (!bootstrap_write(&o, bw.g.a, &xml, &id, &e))
		fail_msg("%s", e.detail);
	assert_int_equal(str_is_set(xml), str_is_set(id));
	if (str_is_set(xml))
		assert_true(str_eq(between(xml, " ID=\"", "\""), id));
	return xml;
}

/* Either of the system's certificates; nobody else's. */
static void
its_holders_exchange_it(void **state)
{
	struct ask q;

	(void)state;
	know("true", "", "");
	q = (struct ask){.token = write(INSTANT_MAX, GW_ISSUER)};
	assert_true(bw_has(bw_granted("first", &q), BW_USER));
	assert_true(bw_has(bw_granted("first", &q), ">4</AttributeValue>"));
	q.by = "systems/KY-next";
	assert_true(bw_has(bw_granted("second", &q), BW_USER));
	q.by = "systems/ESDH";
	bw_refused("another system", &q, "101", "may not act on behalf");
	/* one of its holders is out of use: the other goes on */
	know("true", "spaerret = true;", "");
	q.by = "systems/KY-next";
	bw_granted("the other", &q);
	q.by = NULL;
	q.token = write(INSTANT_MAX, GW_ISSUER);
	bw_refused("the blocked one", &q, "5607", "No mapped user");
	know("true", "", "");
}

static void
it_ends_with_the_session(void **state)
{
	instant now = time_floor_ms(bw.g.now);
	struct ask q = {.token = write(now + MINUTES(20), GW_ISSUER)};
	struct client_token t;

	(void)state;
	assert_int_equal(bw_ask(&q, &t), 200);
	assert_int_equal(t.expires, now + MINUTES(20));
	q.token = write(INSTANT_MAX, GW_ISSUER);
	assert_int_equal(bw_ask(&q, &t), 200);
	assert_int_equal(t.expires, now + SECONDS(LIMIT_BOOTSTRAP_LIFE_S));
	/* for another token service */
	q.token = write(INSTANT_MAX, "https://other.example");
	bw_refused("another", &q, "101", "may not act on behalf");
}

static void
when_there_is_none(void **state)
{
	(void)state;
	assert_true(str_is_set(write(INSTANT_MAX, GW_ISSUER)));
	assert_false(str_is_set(write(INSTANT_MAX, NULL)));
	assert_false(str_is_set(write(time_floor_ms(bw.g.now), GW_ISSUER)));
	know("true", "spaerret = true;", "spaerret = true;");
	assert_false(str_is_set(write(INSTANT_MAX, GW_ISSUER)));
	know("false", "", "");
	assert_false(str_is_set(write(INSTANT_MAX, GW_ISSUER)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_holders_exchange_it),
		cmocka_unit_test(it_ends_with_the_session),
		cmocka_unit_test(when_there_is_none),
	};
	int failed;

	bw_begin("bootstrap");
	world_cert(&bw.g.w, "esdh2.pem", "systems/KY-next");
	bw_put("systemer = ( { id = \"B\"; navn = \"B\"; ejer = \"33333333\"; anvender = { "
	       "kanImpersonere = false; }; } );");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	bw_end();
	return failed;
}
