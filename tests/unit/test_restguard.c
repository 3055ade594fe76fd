/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Calls to a REST service without sockets: each check of the contract in its order, what it
 * refuses and what it lets through.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "tests/unit/jwt_forge.h"
#include "tests/unit/mutate.h"
#include "tests/unit/pki.h"
#include "tests/unit/rest_service_world.h"

/* --- the checks of 6.5 --- */

static void
check_1_certificate_of_the_connection(void **state)
{
	struct str token = token_for(NULL);
	struct send s = call_with(token);

	(void)state;
	accepted("its own", s);
	assert_true(bw_has(rw_answer(), "\"system\":\"KY\""));
	s.cert = "";
	told("none", &s, 401, "\"tekst\":\"A client certificate is needed.\"");
	assert_true(bw_has(rw_header("WWW-Authenticate"), "error=\"invalid_token\""));
}

static void
check_2_authorization(void **state)
{
	struct str token = token_for(NULL);
	static const char *const good[] = {"Holder-of-key", "holder-OF-key", "Bearer",
					   "bearer"};
	const struct str bad[] = {STR_NONE,
				  STR(""),
				  STR("Bearer"),
				  STR("Bearer "),
				  bearer("Basic", token),
				  bearer("DPoP", token),
				  token};
	struct send s = call_with(token);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		s.authorization = bearer(good[i], token);
		accepted(good[i], s);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		s.authorization = bad[i];
		told("no token", &s, 401, "\"tekst\":\"Security Token Missing\"");
		/* [rfc6750 3.1] who sent none is told of no error */
		assert_false(bw_has(rw_header("WWW-Authenticate"), "error"));
	}
	s.authorization = bearer("Bearer", STR("x"));
	told("nonsense", &s, 401, "Security Token Invalid");
	assert_true(bw_has(rw_header("WWW-Authenticate"), "Bearer " INVALID));
}

struct forged {
	const char *name, *hfind, *hwith, *find, *with;
	const char *key; /* NULL: the token service's */
	bool is_good;
};

static struct str
forge(struct str token, const struct forged *f, const struct alg_signature *alg)
{
	struct signer *by = pki_signer(f->key ? f->key : "platform/adgangsstyring");
	struct str head = jwt_part(token, 0, bw.g.a), body = jwt_part(token, 1, bw.g.a), out;

	if (f->hfind)
		head = mutate(bw.g.a, head, f->hfind, f->hwith);
	if (f->find)
		body = mutate(bw.g.a, body, f->find, f->with);
	out = jwt_forge(head, body, by, alg, bw.g.a);
	signer_free(by);
	return out;
}

static const struct forged forgeries[] = {
	{.name = "as it is", .is_good = true},
	{.name = "alg none", .hfind = "PS256", .hwith = "none"},
	{.name = "alg HS256", .hfind = "PS256", .hwith = "HS256"},
	{.name = "typ at+jwt", .hfind = "\"JWT\"", .hwith = "\"at+jwt\""},
	{.name = "kid unknown", .hfind = "\"kid\":\"", .hwith = "\"kid\":\"x"},
	{.name = "crit", .hfind = "{", .hwith = "{\"crit\":[\"exp\"],"},
	{.name = "alg twice", .hfind = "{", .hwith = "{\"alg\":\"PS256\","},
	{.name = "another key", .key = "systems/KY"},
	{.name = "another issuer", .find = "\"iss\":\"", .with = "\"iss\":\"https://x/"},
	{.name = "another audience", .find = "\"aud\":\"", .with = "\"aud\":\"urn:x"},
	{.name = "audiences",
	 .find = "\"aud\":\"" GW_AUDIENCE "\"",
	 .with = "\"aud\":[\"" GW_AUDIENCE "\",\"urn:x\"]"},
	{.name = "cvr twice", .find = "{", .with = "{\"cvr\":\"22222222\","},
	{.name = "no cvr", .find = "\"cvr\"", .with = "\"cvx\""},
	{.name = "no cnf", .find = "\"cnf\"", .with = "\"cnx\""},
	{.name = "another holder", .find = "\"x5t#S256\":\"", .with = "\"x5t#S256\":\"AAAA"},
	{.name = "bound otherwise", .find = "\"x5t#S256\"", .with = "\"x5t\""},
	{.name = "no exp", .find = "\"exp\"", .with = "\"exq\""},
	{.name = "no nbf", .find = "\"nbf\"", .with = "\"nbg\""},
};

static void
check_3_token(void **state)
{
	struct str token = token_for(NULL);
	const struct alg_signature *pss = alg_signature_ps256();
	static const struct forged rs256 = {.hfind = "PS256", .hwith = "RS256"};
	struct send s = call_with(token);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(forgeries); i++) {
		s = call_with(forge(token, &forgeries[i], pss));
		if (forgeries[i].is_good)
			accepted(forgeries[i].name, s);
		else
			invalid(forgeries[i].name, s);
	}
	s = call_with(forge(token, &rs256, alg_signature_for(KEY_RSA)));
	invalid("RS256", s);
	sw_settings(&bw, "on_behalf_of = true;", BW_HUB_SETTINGS "guard: { rs256 = true; };");
	accepted("RS256, behind its switch", s);
	sw_settings(&bw, "on_behalf_of = true;", BW_HUB_SETTINGS "guard: { level = 4; };");
	invalid("level too low", call_with(token));
	sw_settings(&bw, "on_behalf_of = true;", BW_HUB_SETTINGS);
	s = call_with(token);
	s.later = -SECONDS(62);
	invalid("not yet", s);
	s.later = HOURS(8) + SECONDS(61);
	invalid("ended", s);
	s.later = HOURS(8) + SECONDS(58);
	accepted("within the skew", s);
}

static void
check_4_holder(void **state)
{
	struct send s = call_with(token_for(NULL));

	(void)state;
	accepted("the holder", s);
	s.cert = "systems/SAPA";
	invalid("another system", s);
	s.cert = "systems/KY-next";
	invalid("another certificate of it", s);
	s.cert = "odd/stranger";
	invalid("a stranger", s);
}

static void
certificates_that_may_not_be_used(void **state)
{
	struct str token = token_for(NULL);
	struct send s = call_with(token);

	(void)state;
	accepted("registered", s);
	bw_put("systemer = ( { id = \"KY\"; navn = \"KY\"; ejer = \"33333333\"; anvender = {"
	       " certifikater = ( { fil = \"ky.pem\"; spaerret = true; } ); }; } );");
	invalid("blocked", s);
	bw_put("systemer = ( { id = \"KY\"; navn = \"KY\"; ejer = \"33333333\"; anvender = {"
	       " certifikater = ( { fil = \"ky.pem\"; } ); }; tilstand = \"spaerret\"; } );");
	invalid("of a blocked system", s);
	/* its certificate has left the register: it runs out with its token, as by SOAP */
	bw_put("systemer = ( { id = \"KY\"; navn = \"KY\"; ejer = \"33333333\"; anvender = {"
	       " certifikater = ( { fil = \"selfsigned.pem\"; } ); }; } );");
	accepted("registered no more", s);
	assert_true(bw_has(rw_answer(), "\"system\":\"\""));
	assert_int_equal(
		sw_audit_by(&bw, arena_dup_c(bw.g.a, cert_subject_net(signer_cert(bw.g.ky))),
			    "test.hent"),
		1);
	bw_put("systemer = ( { id = \"KY\"; navn = \"KY\"; ejer = \"33333333\"; anvender = {"
	       " certifikater = ( { fil = \"ky.pem\"; } ); }; } );");
	accepted("again", s);
}

/* A token bound to whatever certificate, as the token service would have made it. */
static struct str
token_held_by(const char *folder)
{
	static const struct str role = STR_INIT(BW_UDSTIL);
	static const struct privilege group = {
		.scope_cvr = STR_INIT("11111111"), .roles = &role, .role_count = 1};
	struct cert *holder = pki_cert(folder);
	const struct jwt_order o = {
		.issuer = STR(GW_ISSUER),
		.subject = STR(GW_AUDIENCE),
		.audience = STR(GW_AUDIENCE),
		.cvr = STR("11111111"),
		.assurance = 3,
		.holder = holder,
		.privileges = &group,
		.privilege_count = 1,
		.from = bw.g.now,
		.until = bw.g.now + HOURS(8),
		.signer = bw.g.sts,
	};
	struct jwt_issued t;
	struct err e = ERR_INIT;

	if (!jwt_write(&o, bw.g.a, &t, &e))
		fail_msg("%s: %s", folder, e.detail);
	cert_free(holder);
	return t.text;
}

static void
expect(const char *name, struct send s, int status)
{
	if (status == 200)
		accepted(name, s);
	else if (status == 403)
		denied(name, s);
	else
		invalid(name, s);
}

/* A token is no better than the certificate it is bound to. */
static void
lists_of_revoked_ones(void **state)
{
	static const struct {
		const char *folder;
		int status, by_lists;
	} cases[] = {
		/* registered, without an agreement: what is first asked is the certificate */
		{"odd/revoked", 403, 401},  {"odd/selfsigned", 200, 401},
		{"odd/stranger", 200, 401}, {"odd/expired", 401, 401},
		{"odd/future", 401, 401},   {"odd/quoted", 200, 200},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct send s = call_with(token_held_by(cases[i].folder));

		s.cert = cases[i].folder;
		expect(cases[i].folder, s, cases[i].status);
		sw_settings(&bw, "on_behalf_of = true;",
			    BW_HUB_SETTINGS "guard: { revocation = true; };");
		expect(cases[i].folder, s, cases[i].by_lists);
		sw_settings(&bw, "on_behalf_of = true;", BW_HUB_SETTINGS);
	}
}

static void
check_5_scope_and_privileges(void **state)
{
	struct str ky = token_for(NULL), sapa = token_for("systems/SAPA");
	struct send s = call_with(ky), t = call_with(sapa);
	static const struct forged none = {.find = "\"priv\"", .with = "\"prix\""},
				   other = {.find = "\"cvr\":\"11111111\"",
					    .with = "\"cvr\":\"22222222\""};
	struct send bare = call_with(forge(ky, &none, alg_signature_ps256()));
	struct send moved = call_with(forge(ky, &other, alg_signature_ps256()));

	(void)state;
	s.path = SKRIV;
	accepted("may write", s);
	t.cert = "systems/SAPA";
	accepted("may read", t);
	t.path = SKRIV;
	denied("may not write", t);
	s.path = "/service/test/1/slet";
	denied("an operation that names no right", s);
	denied("no privileges", bare);
	denied("no context of that authority", moved);
	t.path = HENT;
	bw_put("aftaler = ( { id = \"a2\"; navn = \"SAPA\"; begrundelse = \"Test\";\n"
	       " anvendersystem = \"SAPA\"; dataejer = \"11111111\"; linjer = ( { service = "
	       "\"" BW_PORTAL "\"; } ); } );");
	denied("the agreement is gone", t);
	bw_put(bw_parties);
	accepted("and back", t);
}

static void
check_6_headers(void **state)
{
	static const struct {
		const char *name, *transaction, *time, *call_id;
		bool is_good;
	} cases[] = {
		{"whole", TID, TIME, NULL, true},
		{"a part of a transaction", TID ".1.12", TIME, TID, true},
		{"upper case", "6F3B1C1E-0000-4000-8000-00000000BE7C", TIME, NULL, true},
		{"zone's name", TID, LATER, NULL, true},
		{"UTC", TID, "2026-05-27T12:15:30Z", NULL, true},
		{"no id", NULL, TIME, NULL, false},
		{"no time", TID, NULL, NULL, false},
		{"empty id", "", TIME, NULL, false},
		{"id too short", "6f3b1c1e-0000-1000-8000-00000000be7", TIME, NULL, false},
		{"id in braces", "{" TID "}", TIME, NULL, false},
		{"a dot too much", TID ".", TIME, NULL, false},
		{"two dots", TID ".1..2", TIME, NULL, false},
		{"no dot", TID "1", TIME, NULL, false},
		{"a letter", TID ".a", TIME, NULL, false},
		{"a line break", TID ".1\r\nx: y", TIME, NULL, false},
		{"a date", TID, "2026-05-27", NULL, false},
		{"nonsense", TID, "yesterday", NULL, false},
		{"zone not closed", TID, TIME "[Europe/Berlin", NULL, false},
		{"an empty zone", TID, TIME "[]", NULL, false},
		{"a zone of other characters", TID, TIME "[<b>]", NULL, false},
		{"a bad request id", TID, TIME, "x", false},
	};
	struct send s = call_with(token_for(NULL));

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		s.transaction = cases[i].transaction;
		s.time = cases[i].time;
		s.call_id = cases[i].call_id;
		if (!cases[i].is_good) {
			told(cases[i].name, &s, 400,
			     "\"fejl\":\"400\",\"tekst\":\"A header x-T");
			assert_true(str_is_set(rw_header("x-TransaktionsId")));
			continue;
		}
		accepted(cases[i].name, s);
		assert_true(str_eq_c(rw_header("x-TransaktionsId"), cases[i].transaction));
		assert_true(str_eq_c(rw_header("x-TransaktionsTid"), cases[i].time));
		assert_true(str_eq(rw_header("x-RequestId"), str_from(cases[i].call_id)));
	}
	s = call_with(token_for(NULL));
	s.path = "/plain/hent";
	s.transaction = s.time = NULL;
	accepted("a service that does not need them", s);
	s.transaction = "x";
	told("but not such ones", &s, 400, "{\"code\":400,\"message\":\"A header ");
}

/* Cheap ones first: who fails several is told of the first. */
static void
the_order(void **state)
{
	struct send s = {HENT, .type = JSON, .body = STR("{}"), .cert = "",
			 .authorization = STR("x")};
	struct str sapa = token_for("systems/SAPA");

	(void)state;
	told("1 before 2", &s, 401, "client certificate");
	s.cert = NULL;
	told("2 before 3", &s, 401, "Security Token Missing");
	s.authorization = bearer("Bearer", sapa);
	s.path = SKRIV;
	told("4 before 5", &s, 401, "Security Token Invalid");
	s.cert = "systems/SAPA";
	told("5 before 6", &s, 403, "Access denied.");
	s.path = HENT;
	told("6", &s, 400, "x-TransaktionsId");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check_1_certificate_of_the_connection),
		cmocka_unit_test(check_2_authorization),
		cmocka_unit_test(check_3_token),
		cmocka_unit_test(check_4_holder),
		cmocka_unit_test(certificates_that_may_not_be_used),
		cmocka_unit_test(lists_of_revoked_ones),
		cmocka_unit_test(check_5_scope_and_privileges),
		cmocka_unit_test(check_6_headers),
		cmocka_unit_test(the_order),
	};
	int failed;

	rsw_begin("restguard");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	bw_end();
	return failed;
}
