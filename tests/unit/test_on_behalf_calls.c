/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a token on behalf of somebody opens at a service, when it stops, and what the records
 * say of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/encoding.h"
#include "base/limits.h"
#include "base/log.h"
#include "tests/unit/mutate.h"
#include "tests/unit/pki.h"
#include "tests/unit/resign.h"
#include "tests/unit/behalf_world.h"
#include "base/clock.h"
#include "wstrust/decide.h"
#include "wstrust/issue.h"
#include "xml/names.h"
#include "xml/parse.h"

/* --- at the service, and in the records --- */

static int
call_with(struct client_token *t, const char *folder)
{
	struct signer *ky = bw.g.ky;
	int status;

	bw.g.ky = pki_signer(folder);
	status = sw_call(&bw, t, "laes");
	signer_free(bw.g.ky);
	bw.g.ky = ky;
	return status;
}

/* What it rests on is looked at on every call: the other's agreement, and the right to use it.
 */
static void
it_stops_when_what_it_rests_on_stops(void **state)
{
	static const char *const off[] = {
		"systemer = ( { id = \"KSD\"; navn = \"KSD\"; ejer = \"33333333\"; anvender = {"
		" certifikater = ( { fil = \"ksd.pem\"; } ); }; } );",
		"systemer = ( { id = \"KY\"; navn = \"KY\"; ejer = \"33333333\"; anvender = {"
		" certifikater = ( { fil = \"ky.pem\"; spaerret = true; } ); }; } );",
		"systemer = ( { id = \"KY\"; navn = \"KY\"; tilstand = \"spaerret\"; ejer = "
		"\"33333333\"; anvender = { certifikater = ( { fil = \"ky.pem\"; } ); }; } );",
	};
	static const char on[] =
		"systemer = ( { id = \"KY\"; navn = \"KY\"; ejer = \"33333333\"; anvender = {"
		" certifikater = ( { fil = \"ky.pem\"; } ); }; } );";
	const struct ask q = {.by = "systems/KSD", .cert = "systems/KY"};
	struct client_token t;

	(void)state;
	assert_int_equal(bw_ask(&q, &t), 200);
	assert_int_equal(call_with(&t, "systems/KSD"), 200);
	/* who asked is the caller; the key of the system named opens nothing */
	assert_true(bw_has(buf_str(&bw.call.answer), "<System>KSD</System>"));
	assert_int_equal(call_with(&t, "systems/KY"), 500);
	sw_fault(&bw, "by the one represented", "FailedAuthentication", "holder");
	for (size_t i = 0; i < ARRAY_LEN(off); i++) {
		bw_put(off[i]);
		assert_int_equal(call_with(&t, "systems/KSD"), 500);
		sw_fault(&bw, off[i], "5015", "Usercontext");
		bw_put(bw_parties);
		bw_put(on);
		assert_int_equal(call_with(&t, "systems/KSD"), 200);
	}
}

/* ESDH has an agreement of its own, but not with all that KY has. */
static void
its_own_agreement_does_not_carry_it(void **state)
{
	const struct ask q = {.by = "systems/ESDH", .cert = "systems/KY"};
	struct client_token t;

	(void)state;
	assert_int_equal(bw_ask(&q, &t), 200);
	assert_int_equal(call_with(&t, "systems/ESDH"), 200);
	bw_put("systemer = ( { id = \"ESDH\"; navn = \"ESDH\"; ejer = \"33333333\"; anvender = "
	       "{"
	       " certifikater = ( { fil = \"esdh.pem\"; } ); kanImpersonere = true;"
	       " repraesenterer = [ \"SAPA\" ]; }; } );");
	assert_int_equal(call_with(&t, "systems/ESDH"), 500);
	sw_fault(&bw, "no longer on the list", "5015", "ServiceAgreementNotFound");
	bw_put(bw_parties);
	assert_int_equal(call_with(&t, "systems/ESDH"), 200);
}

static void
a_user_stands_behind_a_call(void **state)
{
	const struct handed h = {.issuer = BW_HUB, .key = "saml/hub"};
	const struct ask q = {.token = bw_token(&h)};
	struct client_token t;

	(void)state;
	assert_int_equal(bw_ask(&q, &t), 200);
	assert_int_equal(call_with(&t, "systems/SAPA"), 200);
	bw_put("aftaler = ( { id = \"a2\"; navn = \"SAPA\"; begrundelse = \"Test\"; tilstand = "
	       "\"suspenderet\"; anvendersystem = \"SAPA\"; dataejer = \"11111111\"; linjer = "
	       "( { "
	       "service = \"" GW_AUDIENCE "\"; roller = [ \"" BW_UDSTIL "\" ]; } ); } );");
	assert_int_equal(call_with(&t, "systems/SAPA"), 500);
	sw_fault(&bw, "suspended", "5015", "ServiceAgreementSuspended");
	bw_put(bw_parties);
}

static bool
keep_detail(const struct audit_row *row, void *arg, struct err *e)
{
	(void)e;
	*(struct str *)arg = arena_dup(bw.g.a, row->detail);
	return true;
}

static struct str
last_detail(const char *actor)
{
	const struct audit_filter f = {.from = INSTANT_MIN,
				       .to = INSTANT_MAX,
				       .action = STR("token.issue"),
				       .actor = str_from(actor)};
	struct reading *r = NULL;
	struct err e = ERR_INIT;
	struct str out = STR_NONE;

	assert_true(store_read(bw.g.w.store, &r, &e));
	assert_true(store_audit_each(r, &f, keep_detail, &out, &e));
	store_read_end(r);
	return out;
}

static void
records_name_the_system_and_no_user(void **state)
{
	const struct handed h = {.issuer = BW_HUB, .key = "saml/hub"};
	struct ask q = {.by = "systems/KSD", .cert = "systems/KY"};
	struct str id;

	(void)state;
	bw_granted("proxy", &q);
	assert_true(bw_has(last_detail("KSD"), "\"on_behalf_of\":\"KY\""));
	q = (struct ask){.token = bw_token(&h)};
	id = between(q.token, " ID=\"", "\"");
	bw_granted("user", &q);
	assert_true(bw_has(last_detail("SAPA"), arena_dup_c(bw.g.a, id)));
	assert_false(bw_has(last_detail("SAPA"), "Anna"));
}

/* Two owners let it have their data; one ends that: the rest goes on, and nothing more. */
static void
what_was_withdrawn(void **state)
{
#define OF_OWNER(more, roles)                                                                  \
	"aftaler = ( { id = \"a9\"; navn = \"SAPA\"; begrundelse = \"Test\"; " more            \
	"anvendersystem = \"SAPA\"; dataejer = \"22222222\"; kontekster = [ \"11111111\" ]; "  \
	"linjer = ( { service = \"" GW_AUDIENCE "\"; roller = [ " roles " ]; } ); } );"
	struct token t = {.cvr = STR("11111111"), .audience = STR(GW_AUDIENCE)};
	static const struct str role = STR_INIT(BW_UDSTIL);
	static const struct constraint limit = {STR_INIT("urn:x"), STR_INIT("1")};
	const struct privilege groups[] = {
		{.scope_cvr = STR("11111111"), .roles = &role, .role_count = 1},
		{.scope_cvr = STR("22222222"), .roles = &role, .role_count = 1},
		{.scope_cvr = STR("22222222"),
		 .roles = &role,
		 .role_count = 1,
		 .constraints = &limit,
		 .constraint_count = 1},
	};
	static const struct {
		const char *text;
		size_t kept;
	} rows[] = {
		{OF_OWNER("", "\"" BW_UDSTIL "\""), 2},
		{OF_OWNER("tilstand = \"suspenderet\"; ", "\"" BW_UDSTIL "\""), 1},
		{OF_OWNER("", "\"http://t.example/roles/servicesystemrole/rediger/1\""), 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct trust_snapshot *known;
		struct err e = ERR_INIT;

		bw_put(rows[i].text);
		known = trust_hold(bw.app.trust);
		t.privileges = (struct privilege_list){.groups = groups, .count = 3};
		assert_true(decide_still_holds(known, &t, trust_system(known, STR("SAPA")),
					       clock_now(), bw.g.a, &e));
		assert_int_equal(t.privileges.count, rows[i].kept);
		assert_true(str_eq(t.privileges.groups[0].scope_cvr, STR("11111111")));
		t.privileges = (struct privilege_list){.groups = groups + 2, .count = 1};
		assert_false(decide_still_holds(known, &t, trust_system(known, STR("SAPA")),
						clock_now(), bw.g.a, &e));
		assert_int_equal(e.code, SERVICE_AGREEMENT_ROLE_MISSING);
		trust_release(known);
	}
}

/* Last: it takes KY's certificates away. */
static void
names_that_went(void **state)
{
	const struct ask q = {.by = "systems/ESDH", .cert = "systems/KY"};
	struct client_token t;

	(void)state;
	assert_int_equal(bw_ask(&q, &t), 200);
	/* a name that is blocked carries nothing, whatever else the holder has */
	bw_put("systemer = ( { id = \"KY\"; navn = \"KY\"; ejer = \"33333333\"; anvender = {"
	       " certifikater = ( { fil = \"ky.pem\"; spaerret = true; } ); }; } );");
	assert_int_equal(call_with(&t, "systems/ESDH"), 500);
	sw_fault(&bw, "blocked", "5015", "ServiceAgreementNotFound");
	/* a certificate that was replaced takes its name along, but no right */
	bw_put("systemer = ( { id = \"KY\"; navn = \"KY\"; ejer = \"33333333\"; anvender = {"
	       " kanImpersonere = false; }; } );");
	assert_int_equal(call_with(&t, "systems/ESDH"), 200);
	bw_put("aftaler = ( { id = \"a1\"; navn = \"KY\"; begrundelse = \"Test\"; tilstand = "
	       "\"suspenderet\"; anvendersystem = \"KY\"; dataejer = \"11111111\"; linjer = "
	       "( { service = \"" GW_AUDIENCE "\"; roller = [ \"" BW_UDSTIL "\" ]; } ); } );");
	assert_int_equal(call_with(&t, "systems/ESDH"), 500);
	sw_fault(&bw, "nobody gives it", "5015", "ServiceAgreementNotFound");
}

/* Of a token for itself, the holder's: it is good until it ends, and the record names the
 * holder as the token does. */
static void
a_certificate_that_left_the_register(void **state)
{
	static const char gone[] = "systemer = ( { id = \"SAPA\"; navn = \"SAPA\"; ejer = "
				   "\"33333333\"; anvender = {"
				   " certifikater = ( { fil = \"selfsigned.pem\"; } ); }; } );";
	struct cert *cert = pki_cert("systems/SAPA");
	const char *subject = arena_dup_c(bw.g.a, cert_subject_net(cert));
	const struct ask q = {.by = NULL};
	struct client_token t;

	(void)state;
	bw_put(bw_parties);
	assert_int_equal(bw_ask(&q, &t), 200);
	world_cert(&bw.g.w, "selfsigned.pem", "odd/selfsigned");
	bw_put(gone);
	assert_int_equal(call_with(&t, "systems/SAPA"), 200);
	assert_true(bw_has(buf_str(&bw.call.answer), "<System></System>"));
	assert_int_equal(sw_audit_by(&bw, subject, "organisationenhed.laes"), 1);
	bw_put(bw_parties);
	assert_int_equal(call_with(&t, "systems/SAPA"), 200);
	assert_true(bw_has(buf_str(&bw.call.answer), "<System>SAPA</System>"));
	cert_free(cert);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_stops_when_what_it_rests_on_stops),
		cmocka_unit_test(its_own_agreement_does_not_carry_it),
		cmocka_unit_test(a_user_stands_behind_a_call),
		cmocka_unit_test(records_name_the_system_and_no_user),
		cmocka_unit_test(what_was_withdrawn),
		cmocka_unit_test(names_that_went),
		cmocka_unit_test(a_certificate_that_left_the_register),
	};
	int failed;

	bw_begin("behalf_calls");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	bw_end();
	return failed;
}
