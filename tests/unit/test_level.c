/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Levels of assurance: what is needed, what is delivered, and whether that is enough. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "saml/assertion.h"
#include "saml/level.h"
#include "xml/names.h"

#define LOA(x) "https://data.gov.dk/concept/core/nsis/loa/" x
#define OLD(x) "urn:dk:gov:saml:attribute:AssuranceLevel:" x

static const struct {
	const char *name;
	int min_level;
	const char *min_nsis;
	enum level_comparison how;
	const char *refs[3];
	bool is_reachable;
	struct level_need want;
} needs[] = {
	{"nothing asked", 0, NULL, LEVEL_MINIMUM, {NULL}, true, {0, 0, 0, 0}},
	{"registered on the old scale", 3, NULL, LEVEL_MINIMUM, {NULL}, true, {3, 0, 0, 0}},
	{"registered on NSIS",
	 0,
	 "Substantial",
	 LEVEL_MINIMUM,
	 {NULL},
	 true,
	 {0, 0, NSIS_SUBSTANTIAL, 0}},
	/* X56: the configured minimum wins */
	{"asks for less than registered",
	 0,
	 "Substantial",
	 LEVEL_MINIMUM,
	 {LOA("Low")},
	 true,
	 {0, 0, NSIS_SUBSTANTIAL, 0}},
	{"asks for more than registered",
	 0,
	 "Low",
	 LEVEL_MINIMUM,
	 {LOA("High")},
	 true,
	 {0, 0, NSIS_HIGH, 0}},
	{"any of the list is enough",
	 0,
	 NULL,
	 LEVEL_MINIMUM,
	 {LOA("High"), LOA("Low")},
	 true,
	 {0, 0, NSIS_LOW, 0}},
	{"exact",
	 0,
	 NULL,
	 LEVEL_EXACT,
	 {LOA("Substantial")},
	 true,
	 {0, 0, 0, 1U << NSIS_SUBSTANTIAL}},
	{"better than Low",
	 0,
	 NULL,
	 LEVEL_BETTER,
	 {LOA("Low")},
	 true,
	 {0, 0, NSIS_SUBSTANTIAL, 0}},
	{"better than High", 0, NULL, LEVEL_BETTER, {LOA("High")}, false, {0, 0, 0, 0}},
	{"better than 4", 0, NULL, LEVEL_BETTER, {OLD("4")}, false, {0, 0, 0, 0}},
	{"maximum", 0, NULL, LEVEL_MAXIMUM, {LOA("High")}, false, {0, 0, 0, 0}},
	{"old scale", 0, NULL, LEVEL_MINIMUM, {OLD("3")}, true, {3, 0, 0, 0}},
	{"both scales, registered on the old",
	 2,
	 NULL,
	 LEVEL_MINIMUM,
	 {OLD("3"), LOA("Low")},
	 true,
	 {3, 0, 0, 0}},
	{"both scales, registered on NSIS",
	 0,
	 "Low",
	 LEVEL_MINIMUM,
	 {OLD("3"), LOA("Substantial")},
	 true,
	 {0, 0, NSIS_SUBSTANTIAL, 0}},
	{"a professional",
	 0,
	 NULL,
	 LEVEL_MINIMUM,
	 {"https://data.gov.dk/eid/Professional"},
	 true,
	 {0, 0, 0, 0}},
	{"a person",
	 0,
	 NULL,
	 LEVEL_MINIMUM,
	 {"https://data.gov.dk/eid/Person"},
	 false,
	 {0, 0, 0, 0}},
	{"a person or a professional",
	 0,
	 NULL,
	 LEVEL_MINIMUM,
	 {"https://data.gov.dk/eid/Person", "https://data.gov.dk/eid/Professional"},
	 true,
	 {0, 0, 0, 0}},
	{"an unknown class", 0, NULL, LEVEL_MINIMUM, {"urn:x:unknown"}, false, {0, 0, 0, 0}},
	{"an unknown class or a known",
	 0,
	 NULL,
	 LEVEL_MINIMUM,
	 {"urn:x:unknown", LOA("Low")},
	 true,
	 {0, 0, NSIS_LOW, 0}},
	{"level 5", 0, NULL, LEVEL_MINIMUM, {OLD("5")}, false, {0, 0, 0, 0}},
	{"what we deliver",
	 0,
	 NULL,
	 LEVEL_MINIMUM,
	 {"urn:oasis:names:tc:SAML:2.0:ac:classes:X509"},
	 true,
	 {0, 0, 0, 0}},
};

static void
needs_are_made(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(needs); i++) {
		struct trust_system s = {.min_level = needs[i].min_level,
					 .min_nsis = str_from(needs[i].min_nsis)};
		struct level_request r = {.comparison = needs[i].how};
		struct level_need n;
		struct err e = ERR_INIT;

		for (size_t k = 0; k < 3 && needs[i].refs[k]; k++)
			level_request_add(&r, str_from(needs[i].refs[k]));
		if (level_need_make(&s, &r, &n, &e) != needs[i].is_reachable)
			fail_msg("%s: %s", needs[i].name, e.detail);
		if (!needs[i].is_reachable) {
			assert_int_equal(e.code, SAML_LEVEL);
			continue;
		}
		if (n.old_least != needs[i].want.old_least ||
		    n.old_exact != needs[i].want.old_exact ||
		    n.nsis_least != needs[i].want.nsis_least ||
		    n.nsis_exact != needs[i].want.nsis_exact)
			fail_msg("%s: %d %u %d %u", needs[i].name, n.old_least, n.old_exact,
				 (int)n.nsis_least, n.nsis_exact);
	}
}

static const struct {
	const char *name;
	/* the IdP's registration */
	const char *profile;
	int max_level;
	const char *max_nsis;
	/* what it sent */
	const char *loa, *assurance, *class_ref, *methods;
	struct level want;
} deliveries[] = {
	{"NSIS name",
	 "OIOSAML3",
	 0,
	 "High",
	 "Substantial",
	 NULL,
	 NULL,
	 NULL,
	 {3, NSIS_SUBSTANTIAL, true}},
	{"NSIS address",
	 "OIOSAML3",
	 0,
	 "High",
	 LOA("High"),
	 NULL,
	 NULL,
	 NULL,
	 {4, NSIS_HIGH, true}},
	{"NSIS before the number",
	 "OIOSAML3",
	 0,
	 "High",
	 "Low",
	 "4",
	 NULL,
	 NULL,
	 {2, NSIS_LOW, true}},
	{"class reference",
	 "OIOSAML3",
	 0,
	 "High",
	 NULL,
	 NULL,
	 LOA("Substantial"),
	 NULL,
	 {3, NSIS_SUBSTANTIAL, true}},
	{"class reference without level",
	 "OIOSAML3",
	 0,
	 "High",
	 NULL,
	 NULL,
	 "https://data.gov.dk/concept/core/nsis",
	 NULL,
	 {1, NSIS_LOW, false}},
	/* X30: capped at what is registered */
	{"more than registered",
	 "OIOSAML3",
	 0,
	 "Substantial",
	 "High",
	 NULL,
	 NULL,
	 NULL,
	 {3, NSIS_SUBSTANTIAL, true}},
	{"NSIS without a registration for it",
	 "OIOSAML3",
	 4,
	 NULL,
	 "High",
	 NULL,
	 NULL,
	 NULL,
	 {4, NSIS_LOW, true}},
	{"nothing registered",
	 "OIOSAML3",
	 0,
	 NULL,
	 "High",
	 "4",
	 NULL,
	 NULL,
	 {1, NSIS_LOW, true}},
	{"number 2", "OIOSAML2", 3, NULL, NULL, "2", NULL, NULL, {2, NSIS_LOW, false}},
	{"number 3, not registered for NSIS",
	 "OIOSAML2",
	 3,
	 NULL,
	 NULL,
	 "3",
	 NULL,
	 NULL,
	 {3, NSIS_LOW, false}},
	{"number 3, registered Substantial",
	 "OIOSAML2",
	 0,
	 "Substantial",
	 NULL,
	 "3",
	 NULL,
	 NULL,
	 {3, NSIS_SUBSTANTIAL, false}},
	{"number 4 is never High",
	 "OIOSAML2",
	 0,
	 "High",
	 NULL,
	 "4",
	 NULL,
	 NULL,
	 {4, NSIS_SUBSTANTIAL, false}},
	{"number 4, registered 3",
	 "OIOSAML2",
	 3,
	 NULL,
	 NULL,
	 "4",
	 NULL,
	 NULL,
	 {3, NSIS_LOW, false}},
	{"number 5", "OIOSAML2", 3, NULL, NULL, "5", NULL, NULL, {1, NSIS_LOW, false}},
	{"several factors, profile for it",
	 "OIOSAML2_ADFS_MULTIPLEAUTHN",
	 3,
	 NULL,
	 NULL,
	 NULL,
	 "http://schemas.microsoft.com/claims/multipleauthn",
	 NULL,
	 {3, NSIS_LOW, false}},
	{"several factors, as attribute",
	 "OIOSAML3_ADFS_MULTIPLEAUTHN",
	 3,
	 NULL,
	 NULL,
	 NULL,
	 NULL,
	 "http://schemas.microsoft.com/claims/multipleauthn",
	 {3, NSIS_LOW, false}},
	{"several factors, another profile",
	 "OIOSAML2",
	 3,
	 NULL,
	 NULL,
	 NULL,
	 "http://schemas.microsoft.com/claims/multipleauthn",
	 NULL,
	 {1, NSIS_LOW, false}},
	{"nothing said", "OIOSAML2", 4, "High", NULL, NULL, NULL, NULL, {1, NSIS_LOW, false}},
};

static void
deliveries_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(deliveries); i++) {
		struct trust_idp idp = {.profile = str_from(deliveries[i].profile),
					.max_level = deliveries[i].max_level,
					.max_nsis = str_from(deliveries[i].max_nsis)};
		const struct str values[] = {str_from(deliveries[i].loa),
					     str_from(deliveries[i].assurance),
					     str_from(deliveries[i].methods)};
		const struct str names[] = {ATTR3_LOA, ATTR_ASSURANCE, ATTR_AUTHN_METHODS};
		struct assertion_attribute attributes[3];
		struct assertion t = {.attributes = attributes,
				      .class_ref = str_from(deliveries[i].class_ref)};
		struct level got;

		for (size_t k = 0; k < 3; k++)
			if (str_is_set(values[k]))
				attributes[t.attribute_count++] =
					(struct assertion_attribute){.name = names[k],
								     .values = &values[k],
								     .value_count = 1};
		got = level_delivered(&t, &idp);
		if (got.old != deliveries[i].want.old || got.nsis != deliveries[i].want.nsis ||
		    got.is_nsis != deliveries[i].want.is_nsis)
			fail_msg("%s: %d %d %d", deliveries[i].name, got.old, (int)got.nsis,
				 got.is_nsis);
	}
}

static const struct {
	const char *name;
	struct level_need need;
	struct level have;
	bool is_enough;
} verdicts[] = {
	{"nothing needed", {0, 0, 0, 0}, {1, NSIS_LOW, false}, true},
	{"1 is content with anything", {1, 0, 0, 0}, {0, NSIS_NONE, false}, true},
	{"3 of 3", {3, 0, 0, 0}, {3, NSIS_LOW, false}, true},
	{"3 of 2", {3, 0, 0, 0}, {2, NSIS_LOW, false}, false},
	{"NSIS Substantial for 3", {3, 0, 0, 0}, {3, NSIS_SUBSTANTIAL, true}, true},
	{"NSIS Low for 3", {3, 0, 0, 0}, {2, NSIS_LOW, true}, false},
	{"3 is not Substantial", {0, 0, NSIS_SUBSTANTIAL, 0}, {3, NSIS_LOW, false}, false},
	{"3 registered as Substantial is",
	 {0, 0, NSIS_SUBSTANTIAL, 0},
	 {3, NSIS_SUBSTANTIAL, false},
	 true},
	{"exact", {0, 0, 0, 1U << NSIS_LOW}, {3, NSIS_SUBSTANTIAL, true}, false},
	{"exact is met",
	 {0, 0, 0, 1U << NSIS_LOW | 1U << NSIS_HIGH},
	 {4, NSIS_HIGH, true},
	 true},
	{"exact number", {0, 1U << 3, 0, 0}, {4, NSIS_HIGH, true}, false},
	{"exact number is met", {0, 1U << 3, 0, 0}, {3, NSIS_LOW, false}, true},
};

static void
verdicts_hold(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(verdicts); i++)
		if (level_is_enough(&verdicts[i].need, &verdicts[i].have) !=
		    verdicts[i].is_enough)
			fail_msg("%s", verdicts[i].name);
}

static void
reach_goes_by_registration(void **state)
{
	struct trust_idp old = {.max_level = 3}, nsis = {.max_nsis = STR("Substantial")};
	struct trust_idp none = {.max_level = 0};
	struct level_need three = {.old_least = 3}, four = {.old_least = 4};
	struct level_need substantial = {.nsis_least = NSIS_SUBSTANTIAL};
	struct level_need exact_high = {.nsis_exact = 1U << NSIS_HIGH};
	struct level_need exact_four = {.old_exact = 1U << 4};

	(void)state;
	assert_true(level_may_reach(&three, &old));
	assert_false(level_may_reach(&four, &old));
	assert_false(level_may_reach(&substantial, &old));
	assert_true(level_may_reach(&three, &nsis));
	assert_true(level_may_reach(&substantial, &nsis));
	assert_false(level_may_reach(&exact_high, &nsis));
	assert_false(level_may_reach(&exact_four, &nsis));
	assert_false(level_may_reach(&three, &none));
	assert_int_equal(level_need_old(&substantial), 3);
	assert_int_equal(level_need_old(&exact_high), 4);
	assert_int_equal(level_need_nsis(&three), NSIS_SUBSTANTIAL);
	assert_int_equal(level_need_nsis(&four), NSIS_HIGH);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(needs_are_made),
		cmocka_unit_test(deliveries_are_read),
		cmocka_unit_test(verdicts_hold),
		cmocka_unit_test(reach_goes_by_registration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
