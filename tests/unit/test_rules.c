/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every rule by an organisation that breaks exactly this one, and by its twin that does not.
 * Both are the sound municipality of organisation_world with some objects put on top; "*" puts
 * one into the shared registry.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "administration/rules.h"
#include "base/buf.h"
#include "base/clock.h"
#include "organisation/types.h"
#include "tests/unit/organisation_world.h"

#define PUTS 4

struct put {
	const char *kind, *letter, *line;
};

struct rule_case {
	const char *rule;
	struct put good[PUTS], bad[PUTS];
};

#define FUNCTION(l, rest)                                                                      \
	{                                                                                      \
		"OrganisationFunktion", l, "TilknyttedeOrganisationer:O " rest                 \
	}
#define UNIT(l, rest)                                                                          \
	{                                                                                      \
		"OrganisationEnhed", l, "Tilhoerer:O " rest                                    \
	}
#define LEADS(l)                                                                               \
	FUNCTION("z", "n:Nær_leder Funktionstype:LEDERROLLE TilknyttedeBrugere:E "            \
		      "TilknyttedeEnheder:" l)
#define LEADS2(l, m)                                                                           \
	FUNCTION("z", "n:Nær_leder Funktionstype:LEDERROLLE TilknyttedeBrugere:E "            \
		      "TilknyttedeEnheder:" l " TilknyttedeEnheder:" m)
#define LONG_50 "Center_for_Beskæftigelse_og_Uddannelse_i_Korsbæk_K"
#define LONG_NAME LONG_50 "ommune"

static const struct rule_case cases[] = {
#include "tests/unit/rule_cases.def"
};

/* ---- running them ---- */

static void
put_all(struct place_world *w, const struct put *puts)
{
	for (size_t i = 0; i < PUTS && puts[i].kind; i++) {
		bool is_shared = puts[i].kind[0] == '*';

		snprintf(w->owner, sizeof(w->owner), "%s",
			 is_shared ? PLACE_OPERATOR : PLACE_CVR);
		place_put(w, puts[i].kind + is_shared, puts[i].letter[0], puts[i].line);
	}
}

static struct picture *
take(struct place_world *w, instant at)
{
	struct picture_question q = {.cvr = STR(PLACE_CVR),
				     .operator_cvr = STR(PLACE_OPERATOR),
				     .virkning = at,
				     .registrering = INSTANT_MAX};
	struct picture *p = NULL;
	struct err e = ERR_INIT;

	if (!picture_take(w->store, &q, &p, &e))
		fail_msg("picture: %s", e.detail);
	return p;
}

/* The ids that were found, each once; the texts behind them for a failure. */
static struct str
found(const struct rules_report *report, struct arena *a, struct str *texts)
{
	AUTO(buf_release) struct buf ids = BUF_INIT(65536);
	AUTO(buf_release) struct buf all = BUF_INIT(65536);

	for (size_t i = 0; i < report->count; i++) {
		const struct rules_finding *f = &report->findings[i];

		if (i == 0 || f->rule != report->findings[i - 1].rule)
			buf_printf(&ids, "%s%s", i ? " " : "", f->rule->id);
		buf_printf(&all, "\n  %s: " STR_FMT, f->rule->id, STR_ARG(f->what));
	}
	*texts = arena_dup(a, buf_str(&all));
	return buf_str(&ids).len ? arena_dup(a, buf_str(&ids)) : STR("");
}

static void
expect(struct place_world *w, const struct put *puts, const char *want, const char *name)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	static const enum rule_language languages[] = {RULE_DANISH, RULE_ENGLISH};
	struct rules_report report;
	struct picture *p;
	struct str got, texts;

	place_open(w);
	place_sound(w);
	put_all(w, puts);
	p = take(w, clock_now());
	for (size_t i = 0; i < ARRAY_LEN(languages); i++) {
		struct rules_question q = {.language = languages[i]};

		rules_check(p, &q, a, &report);
		got = found(&report, a, &texts);
		if (!str_eq_c(got, want))
			fail_msg("%s: wanted '%s', got '" STR_FMT "'" STR_FMT, name, want,
				 STR_ARG(got), STR_ARG(texts));
		assert_false(str_find(texts, STR("0102031234"), &(size_t){0}));
		assert_false(str_find(texts, STR("010203-1234"), &(size_t){0}));
	}
	picture_free(p);
	place_close(w);
}

static void
test_sound(void **state)
{
	static const struct put none[PUTS];
	struct place_world w;

	(void)state;
	expect(&w, none, "", "the sound municipality");
}

static void
test_cases(void **state)
{
	struct place_world w;
	char name[80];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_non_null(rule_named(str_from(cases[i].rule)));
		snprintf(name, sizeof(name), "%s, case %zu, twin", cases[i].rule, i);
		expect(&w, cases[i].good, "", name);
		snprintf(name, sizeof(name), "%s, case %zu", cases[i].rule, i);
		expect(&w, cases[i].bad, cases[i].rule, name);
	}
}

/* No rule without a case; O22 has a test of its own. */
static void
test_every_rule(void **state)
{
	(void)state;
	for (size_t i = 0; i < rule_count; i++) {
		size_t n = strcmp(rules[i].id, "O22") == 0;

		for (size_t k = 0; k < ARRAY_LEN(cases); k++)
			n += strcmp(cases[k].rule, rules[i].id) == 0;
		if (n == 0)
			fail_msg("%s has no case", rules[i].id);
		assert_true(rules[i].severity < RULE_SEVERITY_COUNT);
		assert_ptr_equal(rule_named(str_from(rules[i].id)), &rules[i]);
		assert_true(i == 0 || rules[i].severity >= rules[i - 1].severity);
	}
	assert_null(rule_named(STR("O0")));
}

/* [administration 4.7.5] O1 … O22, each by that name */
static void
test_names(void **state)
{
	char id[8];

	(void)state;
	for (int i = 1; i <= 22; i++) {
		snprintf(id, sizeof(id), "O%d", i);
		if (!rule_named(str_from(id)))
			fail_msg("there is no %s", id);
	}
}

/* ---- O22 ---- */

static size_t
count_of(const struct rules_report *report, const char *id)
{
	size_t n = 0;

	for (size_t i = 0; i < report->count; i++)
		n += strcmp(report->findings[i].rule->id, id) == 0;
	return n;
}

static void
test_used(void **state)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct uuid used[2] = {place_uuid('B'), place_uuid('x')};
	struct place_world w;
	struct picture *p, *before;
	struct rules_question q = {.only = rule_named(STR("O22"))};
	struct rules_report report;

	(void)state;
	place_open(&w);
	place_sound(&w);
	place_put(&w, "OrganisationEnhed", 'A',
		  "n:Korsbæk Tilhoerer:O Aktiv[2020-01-01,2030-01-01) Inaktiv[2030-01-01,inf)");
	place_put(&w, "OrganisationEnhed", 'B',
		  "n:B Overordnet:A Tilhoerer:O Aktiv[2020-01-01,2030-01-01) "
		  "Inaktiv[2030-01-01,inf)");
	before = take(&w, clock_now());
	rules_check(before, &q, a, &report);
	assert_int_equal(report.count, 0);
	q.used = used;
	q.used_count = 2;
	rules_check(before, &q, a, &report);
	assert_int_equal(report.count, 0);
	p = take(&w, place_day("2030-01-01"));
	/* B by a role; A serves a contact place, which only shows against what was */
	rules_check(p, &q, a, &report);
	assert_int_equal(count_of(&report, "O22"), 1);
	q.before = before;
	rules_check(p, &q, a, &report);
	assert_int_equal(count_of(&report, "O22"), 2);
	assert_int_equal(report.by_severity[RULE_WARNING], 2);
	q.used_count = 0;
	rules_check(p, &q, a, &report);
	assert_int_equal(count_of(&report, "O22"), 1);
	picture_free(p);
	picture_free(before);
	place_close(&w);
}

static bool
know(struct tx *tx, void *arg, struct err *e)
{
	(void)arg;
	return store_known_put(
		       tx,
		       &(struct known_row){
			       .type = STR("jobfunktionsrolle"),
			       .id = STR("http://x.example/roles/jobrole/a/1"),
			       .json = STR("{\"ejer\":\"11111111\",\"linjer\":[{"
					   "\"dataafgraensninger\":[{\"vaerdier\":["
					   "\"27.*\",\"61616161-6161-6161-6161-616161616161\"]"
					   "}]},{}]}"),
			       .at = 1,
			       .actor = STR("cli:test")},
		       e) &&
	       store_known_put(
		       tx,
		       &(struct known_row){
			       .type = STR("jobfunktionsrolle"),
			       .id = STR("http://x.example/roles/jobrole/b/1"),
			       .json = STR("{\"ejer\":\"22222222\",\"linjer\":[{"
					   "\"dataafgraensninger\":[{\"vaerdier\":["
					   "\"62626262-6262-6262-6262-626262626262\"]}]}]}"),
			       .at = 1,
			       .actor = STR("cli:test")},
		       e);
}

/* What roles of this authority are limited to, and of no other. */
static void
test_used_by_roles(void **state)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(store_read_endp) struct reading *r = NULL;
	struct place_world w;
	struct err e = ERR_INIT;
	const struct uuid *used;
	size_t count;

	(void)state;
	place_open(&w);
	assert_true(store_write(w.store, know, NULL, &e));
	assert_true(store_read(w.store, &r, &e));
	assert_true(rules_used(r, STR(PLACE_CVR), a, &used, &count, &e));
	assert_int_equal(count, 1);
	assert_true(uuid_eq(used[0], place_uuid('a')));
	assert_true(rules_used(r, STR("33333333"), a, &used, &count, &e));
	assert_int_equal(count, 0);
	store_read_end(r);
	r = NULL;
	place_close(&w);
}

/* ---- what is shown ---- */

static void
test_shown(void **state)
{
	static const struct {
		const char *in, *out;
	} texts[] = {
		{"Ida", "Ida"},
		{"0102031234", "**********"},
		{"Ida 010203-1234 og 0102031234.", "Ida *********** og **********."},
		{"5798000420526", "5798000420526"}, /* an EAN is longer */
		{"33445566", "33445566"},
		{"010203-12345", "010203-12345"},
		{"0b000000-0000-4000-8000-010203123412",
		 "0b000000-0000-4000-8000-010203123412"},
		{"ab010203-1234-4000-8000-0b0102031234 (LOS) 010203-1234",
		 "ab010203-1234-4000-8000-0b0102031234 (LOS) ***********"},
		{"ab010203-1234-4000-8000-0102031234125",
		 "ab***********-4000-8000-0102031234125"},
		{"", ""},
	};
	AUTO(arena_freep) struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct str got = rules_shown(a, str_from(texts[i].in));

		assert_int_equal(got.len, strlen(texts[i].out));
		assert_memory_equal(got.ptr, texts[i].out, got.len);
	}
}

/* Worst first; a key that is a CPR number is not the name of a person without a name. */
static void
test_order(void **state)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct place_world w;
	struct picture *p;
	struct rules_question q = {.language = RULE_DANISH};
	struct rules_report report;

	(void)state;
	place_open(&w);
	place_sound(&w);
	place_put(&w, "Person", 'R', "k:0102031234");
	place_put(&w, "OrganisationEnhed", 'x', "n:X Tilhoerer:O Overordnet:A Opgaver:k");
	p = take(&w, clock_now());
	rules_check(p, &q, a, &report);
	assert_int_equal(report.count, 4);
	assert_string_equal(report.findings[0].rule->id, "O15-navn");
	assert_string_equal(report.findings[1].rule->id, "F10-noegle");
	assert_string_equal(report.findings[2].rule->id, "O12");
	assert_string_equal(report.findings[3].rule->id, "O17");
	assert_string_equal(report.findings[0].field, "NavnTekst");
	for (size_t i = 0; i < report.count; i++)
		assert_false(str_find(report.findings[i].what, STR("0102"), &(size_t){0}));
	assert_int_equal(report.by_severity[RULE_ERROR], 2);
	picture_free(p);
	place_close(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sound),      cmocka_unit_test(test_cases),
		cmocka_unit_test(test_every_rule), cmocka_unit_test(test_names),
		cmocka_unit_test(test_used),       cmocka_unit_test(test_used_by_roles),
		cmocka_unit_test(test_shown),      cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
