/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much a stranger gets of what the bridge has: of its audit trail, of its signatures, of
 * what a system may ask for. Source: context-handler contract 9.2 (X58).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/log.h"
#include "gateway/limiter.h"
#include "tests/unit/saml_forge.h"

static struct saml_world world;

static void
log_in(struct saml_world *w, const struct idp_answer *x)
{
	login_begin(w, &(struct system_ask){.relay_state = "r"});
	idp_post(w, idp_text(w, x), NULL);
}

static void
drain(struct saml_world *w, const char *kind, const char *name)
{
	static const struct limit limit = {.burst = 10000, .per_second = 1000};

	struct web *web = w->app->web;

	while (limiter_take(web->limiter, kind, str_from(name), &limit, w->now))
		continue;
}

/* X58: strangers cannot fill the audit trail, nor make us sign as often as they like. */
static void
x58_strangers(void **state)
{
	static const char *const paths[] = {
		"/runtime/saml2/issue.idp",
		"/runtime/saml2/choose.idp",
		"/runtime/saml2/metadata.idp",
		"/runtime/saml2auth/metadata.idp",
		"/hvem",
		"/hvem/login",
		"/hvem/metadata",
	};
	static const char valueless[] =
		"<PrivilegeList xmlns=\"http://itst.dk/oiosaml/basic_privilege_profile\">"
		"<PrivilegeGroup "
		"Scope=\"urn:dk:gov:saml:cvrNumberIdentifier:11111111\"><Privilege>"
		"http://korsbaek.example/roles/jobrole/sagsbehandler/1</Privilege>"
		"</PrivilegeGroup></PrivilegeList>";
	struct saml_world *w = &world;
	struct web_ask ask = {.method = HTTP_METHOD_GET, .query = STR_INIT("SAMLRequest=x")};
	size_t recorded;

	(void)state;
	w->now += MINUTES(10);
	w->jar.count = 0;
	ask.path = paths[0];
	recorded = audit_count(w, "SAML_MESSAGE");
	web_ask(w, &ask);
	assert_string_equal(page_code(w), "CH-20");
	assert_int_equal(audit_count(w, "SAML_MESSAGE"), recorded + 1);
	drain(w, "refusal", "192.0.2.7");
	web_ask(w, &ask);
	assert_string_equal(page_code(w), "CH-20");
	assert_int_equal(audit_count(w, "SAML_MESSAGE"), recorded + 1);
	/* nor does it help to have begun a login: whoever did can answer it as he likes */
	recorded = audit_count(w, "SAML_SIGNATURE");
	log_in(w, &(struct idp_answer){.unsigned_assertion = true});
	login_expect(w, "unsigned", "CH-22");
	assert_int_equal(audit_count(w, "SAML_SIGNATURE"), recorded);
	/* what an IdP signed is still recorded */
	recorded = audit_count(w, "SAML_ROLE_VALUE");
	log_in(w, &(struct idp_answer){.roles = valueless});
	login_expect(w, "a value is missing", "CH-32");
	assert_int_equal(audit_count(w, "SAML_ROLE_VALUE"), recorded + 1);
	drain(w, "address", "192.0.2.7");
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		ask.path = paths[i];
		web_ask(w, &ask);
		if (w->status != 429)
			fail_msg("%s: %d", paths[i], w->status);
	}
	w->now += MINUTES(10);
}

/* How many of a kind are left for that name; then none is. */
static unsigned
left_of(struct saml_world *w, const char *kind, const char *name)
{
	static const struct limit limit = {.burst = 6000, .per_second = 200};
	struct web *web = w->app->web;
	unsigned n = 0;

	while (limiter_take(web->limiter, kind, str_from(name), &limit, w->now))
		n++;
	return n;
}

/* X58: a link that somebody saw uses up nothing of what its system may ask for. */
static void
x58_replayed_request(void **state)
{
	static const struct system_ask ask = {.relay_state = "r", .id = "_the_same"};
	struct saml_world *w = &world;
	struct store_stats before, after;
	unsigned all;

	(void)state;
	w->now += MINUTES(10);
	w->jar.count = 0;
	all = left_of(w, "issuer", SYSTEM_ID);
	w->now += MINUTES(10);
	system_send(w, &ask);
	assert_int_equal(w->status, 302);
	drain(w, "refusal", "192.0.2.7");
	store_stats_get(w->app->store, &before);
	for (int i = 0; i < 5; i++) {
		system_send(w, &ask);
		assert_string_equal(page_code(w), "CH-10");
	}
	store_stats_get(w->app->store, &after);
	assert_int_equal(after.jobs, before.jobs);
	assert_int_equal(left_of(w, "issuer", SYSTEM_ID), all - 1);
	w->now += MINUTES(10);
}

/* Calls come in another order than their times; IPv6 gives one subscriber many addresses. */
static void
x58_buckets(void **state)
{
	static const struct limit limit = {.burst = 10, .per_second = 2};
	static const struct {
		const char *drained, *other;
		bool is_same;
	} rows[] = {
		{"192.0.2.7", "192.0.2.7", true},
		{"192.0.2.7", "192.0.2.8", false},
		{"192.0.2.7", "::ffff:192.0.2.7", true},
		{"::ffff:192.0.2.7", "::ffff:192.0.2.8", false},
		{"2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true},
		{"2001:db8:1:2::1", "2001:db8:1:3::1", false},
		{"fe80::1%eth0", "fe80::2", true},
		{"nonsense", "other", false},
		{"", "x", false},
	};
	struct limiter *l = limiter_new();

	(void)state;
	while (limiter_take(l, "x", STR("x"), &limit, SECONDS(1000)))
		continue;
	for (int ms = 1; ms < 60000; ms += 100)
		assert_false(limiter_take(l, "x", STR("x"), &limit,
					  SECONDS(1000) - (instant)ms * 1000));
	limiter_free(l);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str name = str_from(rows[i].drained), other = str_from(rows[i].other);

		l = limiter_new();
		while (limiter_take(l, "x", name, &limit, SECONDS(1000)))
			continue;
		if (limiter_take(l, "x", other, &limit, SECONDS(1000)) == rows[i].is_same)
			fail_msg("%s %s", rows[i].drained, rows[i].other);
		limiter_free(l);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(x58_strangers),
		cmocka_unit_test(x58_replayed_request),
		cmocka_unit_test(x58_buckets),
	};

	return saml_world_run(&world, "limits", true, tests, ARRAY_LEN(tests));
}
