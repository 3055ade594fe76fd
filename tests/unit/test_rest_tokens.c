/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tokens that come in by REST: exchanged for access tokens, or handed in to act on behalf of
 * their subject, also by one who changed them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/encoding.h"
#include "base/limits.h"
#include "tests/unit/forge.h"
#include "tests/unit/mutate.h"
#include "tests/unit/pki.h"
#include "tests/unit/rest_world.h"
#include "tests/unit/resign.h"

/* --- the exchange --- */

static struct str
form_of(struct str xml, const char *more)
{
	AUTO(buf_release) struct buf b = BUF_INIT(1u << 20);

	buf_add_c(&b, "saml-token=");
	percent_add(&b, base64_encode(bw.g.a, xml));
	buf_add_c(&b, more);
	return arena_dup(bw.g.a, buf_str(&b));
}

static void
exchanged(const char *name, const char *cert, struct str xml, instant later, int status,
	  const char *want)
{
	const struct send s = {"/service/AccessTokenService_1/token", .type = FORM,
			       .body = form_of(xml, ""), .cert = cert, .later = later};

	rw_post(&s);
	rw_expect(name, status, want);
	if (status == 401 && !str_has_prefix(rw_header("WWW-Authenticate"),
					     STR("Holder-of-key error=\"invalid_token\", ")))
		fail_msg("%s: no WWW-Authenticate", name);
}

static void
a_token_for_a_token(void **state)
{
	const struct send ask = {REST_PATH_SAML, .type = JSON, .body = STR(WHOLE)};
	struct str xml = (rw_post(&ask), rw_saml()), text;
	unsigned before = sw_audit(&bw, "token.exchange", "ok");
	struct jwt t;

	(void)state;
	exchanged("as it is", NULL, xml, 0, 200, "\"expires_in\":3600}");
	t = rw_checked(rw_access_token(), "systems/KY");
	assert_int_equal(t.privileges.count, 2);
	assert_true(str_eq_c(t.subject, GW_AUDIENCE) && !str_is_set(t.actor));
	assert_int_equal(sw_audit(&bw, "token.exchange", "ok"), before + 1);

	exchanged("held by another", "systems/SAPA", xml, 0, 401, "invalid_token");
	exchanged("by nobody", "", xml, 0, 401, "invalid_token");
	exchanged("by a stranger", "odd/stranger", xml, 0, 401, "invalid_token");
	exchanged("changed", NULL, mutate(bw.g.a, xml, "11111111<", "22222222<"), 0, 401,
		  "invalid_token");
	exchanged("no XML", NULL, STR("x"), 0, 401, "invalid_token");
	exchanged("another element", NULL, STR("<a/>"), 0, 401, "invalid_token");
	text = mutate(bw.g.a, xml, "<Audience>", "<Audience>urn:x");
	exchanged("of no service", NULL, text, 0, 401, "invalid_token");
	exchanged("near its end", NULL, xml, HOURS(8) - SECONDS(100), 200, "\"expires_in\":");
	assert_true(bw_has(rw_answer(), "\"expires_in\":99}") ||
		    bw_has(rw_answer(), "\"expires_in\":100}"));
	exchanged("ended", NULL, xml, HOURS(8), 401, "invalid_token");
}

static void
an_exchange_is_no_way_on(void **state)
{
	const struct ask q = {.by = "systems/KSD", .cert = "systems/KY"};
	const struct handed h = {.audience = PLAIN, .holder = "systems/KY"};
	struct str xml = bw_granted("proxy", &q);
	const struct send life = {"/service/AccessTokenService_1/token", .type = FORM,
				  .body = form_of(xml, "&should-expire-in=60"),
				  .cert = "systems/KSD"};
	struct send none = {REST_PATH_EXCHANGE, .type = FORM, .body = STR("x=1")};
	struct jwt t;

	(void)state;
	rw_post(&life);
	rw_expect("as asked", 200, "\"expires_in\":60}");
	t = rw_checked(rw_access_token(), "systems/KSD");
	assert_true(str_is_set(t.actor) && bw_has(t.subject, "KY_DEV_1"));
	/* the agreement it rests on is looked at */
	bw_put("systemer = ( { id = \"KSD\"; navn = \"KSD\"; ejer = \"33333333\"; anvender = {"
	       " certifikater = ( { fil = \"ksd.pem\"; } ); }; } );");
	exchanged("no longer", "systems/KSD", xml, 0, 403, "insufficient_scope");
	bw_put(bw_parties);
	exchanged("without agreement", NULL, bw_token(&h), 0, 403, "insufficient_scope");
	rw_post(&none);
	rw_expect("no token", 400, "{\"error\":\"invalid_request\"");
	none.type = JSON;
	assert_int_equal(rw_post(&none), 415);
}

#define FORGERIES 1500

/*
 * A token handed in, changed in one to three ways by one who cannot sign it: refused, or
 * answered for what was signed. No message around it is needed: this is all an attacker sends.
 */
static void
forged_tokens_name_nobody_else(void **state)
{
	const struct handed h = {.issuer = BW_HUB, .key = "saml/hub"};
	struct str token = bw_token(&h), made, xml;
	struct send s = {REST_PATH_SAML, .type = JSON, .cert = "systems/SAPA"};
	struct forge *f = forge_new(17);
	unsigned granted = 0, refused = 0;
	const char *name;

	(void)state;
	for (unsigned i = 0; i < FORGERIES; i++) {
		AUTO(arena_freep) struct arena *a = arena_new();

		made = forge_one(f, token, a, &name);
		s.body = rw_with_behalf(made);
		s.later = SECONDS(i);
		if (rw_post(&s) != 200) {
			refused++;
			if (bw.call.status != 400 || !bw_has(rw_answer(), "{\"code\":10"))
				fail_msg("%s: %d %.*s", name, bw.call.status,
					 STR_ARG(rw_answer()));
			continue;
		}
		granted++;
		xml = rw_saml();
		if (!bw_has(xml, ">" BW_USER "</NameID><SubjectConfirmation ") ||
		    !bw_has(xml, "<AttributeValue>3<") || bw_has(xml, "22222222"))
			fail_msg("%s: %.*s", name, STR_ARG(xml));
	}
	forge_free(f);
	/* some changes are of what nobody signs: white space, declarations, another prefix */
	if (refused < 1000)
		fail_msg("%u refused, %u granted", refused, granted);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forged_tokens_name_nobody_else),
		cmocka_unit_test(a_token_for_a_token),
		cmocka_unit_test(an_exchange_is_no_way_on),
	};
	int failed;

	bw_begin("rest_tokens");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	bw_end();
	return failed;
}
