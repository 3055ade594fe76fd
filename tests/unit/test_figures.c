/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every figure of an organisation whose answers are known, and the charts of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "administration/chart.h"
#include "administration/draft.h"
#include "administration/load.h"
#include "administration/svg.h"
#include "base/clock.h"
#include "organisation/types.h"
#include "store/imports.h"
#include "tests/unit/organisation_world.h"
#include "xml/parse.h"

#define NONE (-1) /* there is no such figure */

struct scene {
	struct place_world w;
	struct arena *a;
	struct reading *r;
	struct picture *p;
	struct rules_report report;
	struct figures figures;
};

static bool
add_record(struct tx *tx, void *arg, struct err *e)
{
	return store_audit_add(tx, arg, e);
}

static void
record(struct place_world *w, const char *day, const char *action, const char *actor,
       const char *result)
{
	struct audit_row row = {.at = place_day(day),
				.action = str_from(action),
				.actor = str_from(actor),
				.result = str_from(result),
				.cvr = STR(PLACE_CVR)};
	struct err e = ERR_INIT;

	assert_true(store_write(w->store, add_record, &row, &e));
}

static bool
add_run(struct tx *tx, void *arg, struct err *e)
{
	struct import_run *run = arg;

	return imports_begin(tx, run, &run->id, e) && imports_set(tx, run, e);
}

static void
add_load(struct place_world *w, const char *day, const char *source, enum load_state state)
{
	struct import_run run = {.cvr = STR(PLACE_CVR),
				 .source = str_from(source),
				 .actor = STR("cli:test"),
				 .began = place_day(day),
				 .ended = place_day(day) + HOURS(1),
				 .state = (int)state,
				 .digest = STR("00"),
				 .facts = STR("{}")};
	struct err e = ERR_INIT;

	if (!store_write(w->store, add_run, &run, &e))
		fail_msg("run: %s", e.detail);
}

static void
set_scene(struct scene *s)
{
	struct place_world *w = &s->w;
	struct desk desk = {.cvr = STR(PLACE_CVR), .actor = STR("cli:test")};
	struct err e = ERR_INIT;
	int64_t draft;

	place_open(w);
	desk.store = w->store;
	w->now = place_day("2024-05-02");
	place_sound(w);
	w->now = place_day("2024-06-03");
	place_put(w, "OrganisationEnhed", 'x',
		  "n:Hold_10 Tilhoerer:O Overordnet:B Enhedstype:TEAM");
	place_put(w, "OrganisationEnhed", 'y',
		  "n:Hold_9 Tilhoerer:O Overordnet:B Enhedstype:AFDELING");
	place_put(w, "OrganisationEnhed", 'l', "n:Løs Tilhoerer:O Overordnet:w");
	place_put(w, "OrganisationEnhed", 'i', "n:Nedlagt Tilhoerer:O Overordnet:A Inaktiv");
	place_put(w, "Person", 'r', "k:p3 n:Ny");
	place_put(w, "Bruger", 'd',
		  "n:robot Tilhoerer:O BrugerTyper:robot Aktiv[2020-01-01,2099-01-01)");
	place_put(w, "OrganisationFunktion", 'v',
		  "n:Vakant k:v1 Funktionstype:LEDERROLLE TilknyttedeOrganisationer:O "
		  "TilknyttedeEnheder:x");
	place_put(w, "OrganisationFunktion", 'u',
		  "n:Vakant k:v2 Funktionstype:ENHEDSROLLE TilknyttedeOrganisationer:O "
		  "TilknyttedeEnheder:x");
	place_put(w, "OrganisationFunktion", 't',
		  "n:To k:v3 Funktionstype:ENHEDSROLLE TilknyttedeOrganisationer:O "
		  "TilknyttedeEnheder:x TilknyttedeBrugere:D");
	w->now = place_day("2024-08-01");
	place_put(w, "Person", 'r', "k:p3 n:Ny Passiv");
	place_put(w, "OrganisationEnhed", 'y', "n:Hold_9 Slettet");
	record(w, "2024-06-03", "organisationenhed.importer", "OS2sync", "ok");
	record(w, "2024-08-20", "organisationenhed.ret", "OS2sync", "ok");
	record(w, "2024-08-21", "organisationenhed.ret", "KITOS", "RETUR_DENIED");
	record(w, "2024-08-22", "organisationenhed.laes", "KITOS", "ok");
	add_load(w, "2024-06-01", "lon", LOAD_PUBLISHED);
	add_load(w, "2024-07-01", "lon", LOAD_UNCHANGED);
	add_load(w, "2024-08-01", "lon", LOAD_FAILED);
	add_load(w, "2024-08-02", "lon", LOAD_TRIED);
	add_load(w, "2024-08-03", "ad", LOAD_STOPPED);
	assert_true(draft_create(&desk, STR("t"), STR_NONE, &draft, &e));
	clock_freeze(clock_now() + DAYS(3));
}

static void
count(struct scene *s, enum figures_step step)
{
	struct picture_question q = {.cvr = STR(PLACE_CVR),
				     .operator_cvr = STR(PLACE_OPERATOR),
				     .virkning = clock_now(),
				     .registrering = INSTANT_MAX};
	struct rules_question rule = {.language = RULE_DANISH};
	struct figures_question f = {.step = step, .report = &s->report};
	struct err e = ERR_INIT;

	s->a = arena_new();
	assert_true(store_read(s->w.store, &s->r, &e));
	assert_true(picture_take_of(s->r, &q, &s->p, &e));
	rules_check(s->p, &rule, s->a, &s->report);
	f.picture = s->p;
	if (!figures_make(s->r, &f, s->a, &s->figures, &e))
		fail_msg("figures: %s", e.detail);
}

static void
end_scene(struct scene *s)
{
	store_read_end(s->r);
	picture_free(s->p);
	arena_free(s->a);
	place_close(&s->w);
}

static int64_t
value(const struct scene *s, const char *id, const char *key)
{
	for (size_t i = 0; i < s->figures.count; i++) {
		const struct figures_row *row = &s->figures.rows[i];

		if (strcmp(row->kind->id, id) == 0 &&
		    (key ? str_eq_c(row->key, key) : !str_is_set(row->key)))
			return row->value;
	}
	return NONE;
}

static const struct {
	const char *id, *key;
	int64_t want;
} figures_wanted[] = {
	{"aktive", "organisationenhed", 5},
	{"aktive", "bruger", 3},
	{"aktive", "organisation", 0}, /* that of the shared registry is not its own */
	{"inaktive", "organisationenhed", 1},
	{"passiverede", "person", 1},
	{"passiverede", "bruger", 0},
	{"slettede", "organisationenhed", 1},
	{"fremtidige", "bruger", 1},
	{"fremtidige", "organisationenhed", 0},
	{"enheder-niveau", "1", 1},
	{"enheder-niveau", "2", 2},
	{"enheder-niveau", "3", 1},
	{"enheder-niveau", "4", NONE},
	{"enheder-type", "team", 1},
	{"enheder-type", "afdeling", 0},
	{"enheder-type", "ingen", 4},
	{"dybde", NULL, 3},
	{"enheder-uden-rod", NULL, 1},
	{"enheder-uden-leder", NULL, 2},
	{"enheder-uden-arvet-leder", NULL, 1},
	{"enheder-uden-kle", NULL, 4},
	{"ledere", NULL, 1},
	{"vakante-ledere", NULL, 1},
	{"vakante-stillinger", NULL, 1},
	/* Bo leads all three; Ida has a post in one of them */
	{"ledelsesspaend", NULL, 10},
	{"ledelsesspaend-stoerst", NULL, 1},
	{"ledere-spaend", "1-4", 1},
	{"ledere-spaend", "0", 0},
	{"brugere-uden-stilling", NULL, 1},
	{"brugere-flere-stillinger", NULL, 1},
	{"brugere-uden-email", NULL, 2},
	{"robotter", NULL, 1},
	{"funktioner-type", "enhedsrolle", 4},
	{"funktioner-type", "lederrolle", 2},
	{"funktioner-type", "henvendelsessted", 1},
	{"funktioner-type", "udbetalende-enhed", 1},
	{"funktioner-type", "anden", 0},
	{"fund-regel", "O4", 1},
	{"fund-regel", "O1", NONE},
	{"kladder", NULL, 1},
	{"kladde-rettelser", "1", 0},
	{"kladde-alder", "1", 3},
	{"publikationer", NULL, 0},
	{"registreringer", NULL, 26},
	{"aendringer-kilde", "OS2sync", 2},
	{"aendringer-30-dage", "OS2sync", 1},
	{"indlaesninger", "lon", 3}, /* a trial is none */
	{"indlaesninger-lykkedes", "lon", 666},
	{"indlaesninger-lykkedes", "ad", 0},
	{"seneste-indlaesning", "ad", NONE},
	{"aendringer-kilde", "KITOS", NONE}, /* refused, and only read */
};

static void
test_figures(void **state)
{
	struct scene s;

	(void)state;
	set_scene(&s);
	count(&s, FIGURES_MONTH);
	for (size_t i = 0; i < ARRAY_LEN(figures_wanted); i++) {
		int64_t got = value(&s, figures_wanted[i].id, figures_wanted[i].key);

		if (got != figures_wanted[i].want)
			fail_msg("%s %s: wanted %d, got %d", figures_wanted[i].id,
				 figures_wanted[i].key ? figures_wanted[i].key : "",
				 (int)figures_wanted[i].want, (int)got);
	}
	assert_true(value(&s, "seneste-kilde", "OS2sync") == place_day("2024-08-20"));
	assert_true(value(&s, "seneste-indlaesning", "lon") ==
		    place_day("2024-07-01") + HOURS(1));
	assert_true(value(&s, "seneste-registrering", NULL) == place_day("2024-08-01") + MS(1));
	end_scene(&s);
}

static void
test_growth(void **state)
{
	static const struct figures_point want[] = {{"2024-05", 15, 15, 3},
						    {"2024-06", 9, 24, 7},
						    {"2024-07", 0, 24, 7},
						    {"2024-08", 2, 22, 6},
						    {"2024-09", 0, 22, 6}};
	struct scene s;

	(void)state;
	set_scene(&s);
	count(&s, FIGURES_MONTH);
	assert_int_equal(s.figures.point_count, ARRAY_LEN(want));
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		assert_string_equal(s.figures.points[i].name, want[i].name);
		assert_int_equal(s.figures.points[i].registrations, want[i].registrations);
		assert_int_equal(s.figures.points[i].objects, want[i].objects);
		assert_int_equal(s.figures.points[i].units, want[i].units);
	}
	store_read_end(s.r);
	picture_free(s.p);
	arena_free(s.a);
	count(&s, FIGURES_DAY);
	/* 2 May to 13 September, each day */
	assert_int_equal(s.figures.point_count, 135);
	assert_string_equal(s.figures.points[0].name, "2024-05-02");
	assert_string_equal(s.figures.points[134].name, "2024-09-13");
	end_scene(&s);
}

/* A large publication is dated some seconds ahead; it is known now. */
static void
test_ahead(void **state)
{
	instant at;
	struct scene s;

	(void)state;
	set_scene(&s);
	at = s.w.now = clock_now() + SECONDS(20);
	place_put(&s.w, "Person", 'q', "k:p9 n:Nyest");
	clock_freeze(at - SECONDS(20));
	count(&s, FIGURES_MONTH);
	assert_int_equal(value(&s, "registreringer", NULL), 27);
	assert_true(value(&s, "seneste-registrering", NULL) == at);
	end_scene(&s);
}

static void
test_texts(void **state)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	static const struct figures_kind tenths = {"x", FIGURES_TENTHS, {"", ""}};
	struct figures_row row = {&tenths, STR_NONE, 25};

	(void)state;
	assert_true(str_eq_c(figures_text(&row, RULE_DANISH, a), "2,5"));
	assert_true(str_eq_c(figures_text(&row, RULE_ENGLISH, a), "2.5"));
}

/* ---- charts ---- */

static struct str
draw(struct scene *s, const struct chart_question *q, bool is_text)
{
	AUTO(buf_release) struct buf b = BUF_INIT(SVG_BYTES);
	struct err e = ERR_INIT;

	if (!(is_text ? chart_text(q, s->a, &b, &e) : chart_svg(q, s->a, &b, &e)))
		fail_msg("chart: %s", e.detail);
	return arena_dup(s->a, buf_str(&b));
}

static bool
has(struct str text, const char *what)
{
	size_t at;

	return str_find(text, str_from(what), &at);
}

static void
is_xml(struct str text)
{
	static const struct xml_limits limits = {
		.bytes = SVG_BYTES, .depth = 20, .nodes = 2000000};
	struct xml_doc *doc;
	struct err e = ERR_INIT;

	if (!xml_parse(text, &limits, &doc, &e))
		fail_msg("no XML: %s", e.detail);
	xml_doc_free(doc);
}

static void
test_chart(void **state)
{
	struct scene s;
	struct chart_question q = {.when = STR("i dag")};
	struct str text;

	(void)state;
	set_scene(&s);
	place_put(&s.w, "OrganisationEnhed", 'C',
		  "n:<script>&\"'\x01 k:l Tilhoerer:O Overordnet:A Adresser:S/los_kaldenavn");
	count(&s, FIGURES_MONTH);
	q.picture = s.p;
	text = draw(&s, &q, false);
	is_xml(text);
	assert_true(has(text, "&lt;script&gt;&amp;"));
	assert_false(has(text, "<script"));
	assert_true(has(text, "<title id=\"title\">Organisationsdiagram: Korsbæk Kommune<"));
	assert_true(has(text, "5 enheder på 3 niveauer pr. i dag; 5 vises"));
	assert_true(has(text, "Uden for hierarkiet"));
	text = draw(&s, &q, true);
	assert_true(has(text, "\nKorsbæk Kommune\n  <script>"));
	assert_true(has(text, "  Børn og unge\n    Hold 10\n  Uden for hierarkiet\n    Løs\n"));
	/* folded, and a part of it */
	q.levels = 2;
	q.with_leaders = true;
	assert_true(has(draw(&s, &q, true), "  Børn og unge – Bo Holm (+1)\n"));
	text = draw(&s, &q, false);
	is_xml(text);
	assert_true(has(text, "Børn og unge – Bo Holm (1 enheder under den)"));
	q.language = RULE_ENGLISH;
	q.top = picture_find(s.p, &type_organisationenhed, place_uuid('B'));
	q.levels = 0;
	text = draw(&s, &q, true);
	assert_true(
		has(text, "Organisation chart: Børn og unge\n2 units on 2 levels on i dag"));
	assert_false(has(text, "Løs"));
	end_scene(&s);
}

/* Numbers in names are sorted by their size. */
static void
test_chart_order(void **state)
{
	struct scene s;
	struct chart_question q = {.when = STR("nu")};

	(void)state;
	set_scene(&s);
	place_put(&s.w, "OrganisationEnhed", 'y', "n:hold_9 Tilhoerer:O Overordnet:B");
	count(&s, FIGURES_MONTH);
	q.picture = s.p;
	assert_true(has(draw(&s, &q, true), "    hold 9\n    Hold 10\n"));
	end_scene(&s);
}

static void
test_trend(void **state)
{
	AUTO(buf_release) struct buf b = BUF_INIT(SVG_BYTES);
	AUTO(buf_release) struct buf tiny = BUF_INIT(100);
	struct scene s;
	struct figures none = {.rows = NULL};
	struct trend_question q = {.title = STR("Udvikling")};
	struct err e = ERR_INIT;

	(void)state;
	set_scene(&s);
	count(&s, FIGURES_MONTH);
	q.figures = &s.figures;
	assert_true(trend_svg(&q, s.a, &b, &e));
	is_xml(buf_str(&b));
	assert_true(has(buf_str(&b),
			"Fra 2024-05 til 2024-09: levende objekter fra 15 til 22, "
			"enheder fra 3 til 6. Flest registreringer i 2024-05: 15."));
	q.figures = &none;
	buf_clear(&b);
	assert_true(trend_svg(&q, s.a, &b, &e));
	is_xml(buf_str(&b));
	assert_true(has(buf_str(&b), "Der er ingen registreringer."));
	assert_false(trend_svg(&q, s.a, &tiny, &e));
	assert_int_equal(e.code, ANSWER_TOO_LARGE);
	end_scene(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_figures), cmocka_unit_test(test_growth),
		cmocka_unit_test(test_ahead),   cmocka_unit_test(test_texts),
		cmocka_unit_test(test_chart),   cmocka_unit_test(test_chart_order),
		cmocka_unit_test(test_trend),
	};

	xml_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
