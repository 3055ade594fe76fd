/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The choice of IdP: order of the rules, and who is no candidate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "saml/address.h"
#include "saml/discovery.h"

static const struct {
	const char *address, *range;
	bool is_in;
} addresses[] = {
	{"10.1.2.3", "10.1.2.3", true},
	{"10.1.2.3", "10.1.2.0/24", true},
	{"10.1.3.3", "10.1.2.0/24", false},
	{"10.1.2.130", "10.1.2.128/25", true},
	{"10.1.2.127", "10.1.2.128/25", false},
	{"10.1.2.3", "0.0.0.0/0", true},
	{"10.1.2.3", "10.1.2.3/33", false},
	{"10.1.2.3", "10.1.2", false},
	{"10.1.2.3", "10.1.2.0/x", false},
	{"10.1.2.300", "0.0.0.0/0", false},
	{"::ffff:10.1.2.3", "10.1.2.0/24", true},
	{"2001:db8::1", "2001:db8::/32", true},
	{"2001:DB8:0:0:0:0:0:1", "2001:db8::1", true},
	{"2001:db9::1", "2001:db8::/32", false},
	{"2001:db8::1", "10.0.0.0/8", false},
	{"1::2::3", "::/0", false},
	{"1:2:3:4:5:6:7", "::/0", false},
	{"1:2:3:4:5:6:7:8:9", "::/0", false},
	{"::", "::/0", true},
	{"", "0.0.0.0/0", false},
};

static void
addresses_are_compared(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++)
		if (address_is_in(str_from(addresses[i].address),
				  str_from(addresses[i].range)) != addresses[i].is_in)
			fail_msg("%s in %s", addresses[i].address, addresses[i].range);
}

static const struct str cvr = STR_INIT("11111111");
static const struct str range_a = STR_INIT("10.1.0.0/16");
static const struct str range_b = STR_INIT("10.0.0.0/8");

static struct trust_idp
idp(const char *id, const char *navn)
{
	return (struct trust_idp){.entity_id = str_from(id),
				  .navn = str_from(navn),
				  .contexts = &cvr,
				  .context_count = 1,
				  .max_nsis = STR("Substantial"),
				  .is_active = true,
				  .valid = {INSTANT_MIN, INSTANT_MAX}};
}

struct world {
	struct trust_idp idps[3];
	const struct trust_idp *list[3];
	struct level_need need;
	struct discovery_question q;
	struct discovery_answer d;
	struct arena *a;
	struct err e;
};

static void
world_init(struct world *w)
{
	*w = (struct world){.a = arena_new()};
	w->idps[0] = idp("idp:aa", "Aabenraa");
	w->idps[1] = idp("idp:korsbaek", "Korsbæk");
	w->idps[2] = idp("idp:havneby", "Havneby");
	for (size_t i = 0; i < 3; i++)
		w->list[i] = &w->idps[i];
	w->q = (struct discovery_question){
		.idps = w->list, .idp_count = 3, .need = &w->need, .now = SECONDS(1000)};
}

static void
expect(struct world *w, enum discovery_way way, const char *chosen)
{
	err_clear(&w->e);
	if (!discovery_choose(&w->q, w->a, &w->d, &w->e))
		fail_msg("%s", w->e.detail);
	assert_int_equal(w->d.way, way);
	if (!chosen)
		assert_null(w->d.chosen);
	else
		assert_true(str_eq_c(w->d.chosen->entity_id, chosen));
}

static void
expect_error(struct world *w, enum err_code code)
{
	err_clear(&w->e);
	assert_false(discovery_choose(&w->q, w->a, &w->d, &w->e));
	assert_int_equal(w->e.code, code);
}

static void
the_order_of_the_rules(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	w.idps[1].ip_ranges = &range_a;
	w.idps[1].ip_range_count = 1;
	expect(&w, DISCOVERY_ASK, NULL);
	w.q.remembered = STR("idp:havneby");
	expect(&w, DISCOVERY_REMEMBERED, "idp:havneby");
	w.q.client_address = STR("10.1.2.3");
	expect(&w, DISCOVERY_ADDRESS, "idp:korsbaek");
	w.q.session_idp = STR("idp:aa");
	expect(&w, DISCOVERY_SESSION, "idp:aa");
	w.q.force_authn = true;
	expect(&w, DISCOVERY_ADDRESS, "idp:korsbaek");
	/* two IdPs have the address: it tells nothing */
	w.idps[2].ip_ranges = &range_b;
	w.idps[2].ip_range_count = 1;
	expect(&w, DISCOVERY_REMEMBERED, "idp:havneby");
	w.q.remembered = STR("idp:unknown");
	expect(&w, DISCOVERY_ASK, NULL);
	w.q.is_passive = true;
	expect_error(&w, SAML_PASSIVE);
	w.q.idp_count = 1;
	expect(&w, DISCOVERY_ONLY, "idp:aa");
	arena_free(w.a);
}

static void
lists_and_levels(void **state)
{
	static const struct str unknown = STR_INIT("idp:unknown");
	static const struct str both[] = {STR_INIT("idp:unknown"), STR_INIT("idp:havneby")};
	struct world w;

	(void)state;
	world_init(&w);
	w.q.has_idp_list = true;
	w.q.idp_list = &unknown;
	w.q.idp_list_count = 1;
	expect_error(&w, SAML_IDP_UNSUPPORTED);
	w.q.idp_list = both;
	w.q.idp_list_count = 2;
	expect(&w, DISCOVERY_ONLY, "idp:havneby");
	/* resolution C3: known, but not up to the level */
	w.need.nsis_least = NSIS_HIGH;
	expect_error(&w, SAML_LEVEL);
	w.need.nsis_least = NSIS_SUBSTANTIAL;
	w.idps[2].is_active = false;
	expect_error(&w, SAML_IDP_UNSUPPORTED);
	arena_free(w.a);
}

static void
who_is_no_candidate(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	w.q.session_idp = STR("idp:aa");
	w.q.remembered = STR("idp:aa");
	w.idps[0].context_count = 0;
	expect(&w, DISCOVERY_ASK, NULL);
	assert_int_equal(w.d.candidate_count, 2);
	w.idps[1].valid.to = SECONDS(1000);
	expect(&w, DISCOVERY_ONLY, "idp:havneby");
	w.idps[2].max_nsis = STR("Low");
	w.need.nsis_least = NSIS_SUBSTANTIAL;
	expect_error(&w, SAML_LEVEL);
	w.idps[2].is_active = false;
	expect_error(&w, SAML_NO_IDP);
	w.q.idp_count = 0;
	expect_error(&w, SAML_NO_IDP);
	arena_free(w.a);
}

static void
names_are_in_danish_order(void **state)
{
	static const char *const sorted[] = {"Allerød",  "Billund", "billund by",
					     "Zoo",      "Ærø",     "Ølgod",
					     "Aabenraa", "Århus",   "Århus Ø"};
	struct world w;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sorted); i++)
		for (size_t k = 0; k < ARRAY_LEN(sorted); k++) {
			int got = discovery_collate(str_from(sorted[i]), str_from(sorted[k]));

			if ((i < k && got >= 0) || (i == k && got != 0) || (i > k && got <= 0))
				fail_msg("%s against %s: %d", sorted[i], sorted[k], got);
		}
	assert_true(discovery_collate(str_of("\xc3", 1), STR("a")) != 0);
	world_init(&w);
	expect(&w, DISCOVERY_ASK, NULL);
	assert_true(str_eq_c(w.d.candidates[0]->navn, "Havneby"));
	assert_true(str_eq_c(w.d.candidates[2]->navn, "Aabenraa"));
	arena_free(w.a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_compared),
		cmocka_unit_test(the_order_of_the_rules),
		cmocka_unit_test(lists_and_levels),
		cmocka_unit_test(who_is_no_candidate),
		cmocka_unit_test(names_are_in_danish_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
