/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A search template as a test of content, for what only some kinds have: words, several texts,
 * states that may be left out. The rest is in test_search, where the store answers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/limits.h"
#include "klassifikation/types_6.h"
#include "organisation/types.h"
#include "registry/search.h"
#include "xml/parse.h"

#define NOW SECONDS(1725955200)

/* Content and templates of a kind stand in the same elements. */
static struct xml_doc *
read_lists(struct work *w, const char *lists, struct oio_content *out)
{
	static const struct xml_limits limits = {.bytes = 100000, .depth = 50, .nodes = 1000};
	struct str xml = arena_printf(w->c->a,
				      "<x xmlns=\"" STR_FMT "\" "
				      "xmlns:s=\"urn:oio:sagdok:3.0.0\">%s</x>",
				      STR_ARG(w->c->type->ns), lists);
	struct xml_doc *doc = NULL;
	struct err e = ERR_INIT;
	struct cursor c;

	if (!xml_parse(xml, &limits, &doc, &e) ||
	    !reader_open(&w->reader, xml_root(doc), &c, &e) ||
	    !decode_lists(&w->reader, &c, LISTS_OPTIONAL, out, &e) ||
	    !reader_close(&w->reader, &c, &e))
		fail_msg("%s: " STR_FMT, lists, STR_ARG(w->reader.text));
	return doc;
}

struct match_case {
	const char *name, *template;
	bool want;
};

static void
check(const struct oio_type *t, const char *content, const struct match_case *rows,
      size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct arena *a = arena_new();
		struct registry_call c = {.type = t, .key = t->key, .a = a, .now = NOW};
		struct oio_content has;
		struct search s = {.limit = 1};
		struct work w;
		struct err e = ERR_INIT;
		struct xml_doc *docs[2];

		work_init(&w, &c);
		w.access.rights = ~0u;
		docs[0] = read_lists(&w, content, &has);
		object_sort(&has);
		w.reader.is_template = true;
		docs[1] = read_lists(&w, rows[i].template, &s.template);
		if (!search_prepare(&w, &s, &e))
			fail_msg("%s: " STR_FMT, rows[i].name, STR_ARG(w.reader.text));
		if (search_matches(&w, &s, &has) != rows[i].want)
			fail_msg("%s: %d", rows[i].name, !rows[i].want);
		xml_doc_free(docs[0]);
		xml_doc_free(docs[1]);
		arena_free(a);
	}
}

#define EGENSKAB(x) "<AttributListe><Egenskab>" x "</Egenskab></AttributListe>"
#define WORD(i, b, k)                                                                          \
	"<Soegeord><s:SoegeordIdentifikator>" i "</s:SoegeordIdentifikator>"                   \
	"<s:BeskrivelseTekst>" b "</s:BeskrivelseTekst>"                                       \
	"<s:SoegeordKategoriTekst>" k "</s:SoegeordKategoriTekst></Soegeord>"
#define STATE(x) "<TilstandListe><PubliceretStatus>" x "</PubliceretStatus></TilstandListe>"
#define IS(b) "<s:ErPubliceretIndikator>" b "</s:ErPubliceretIndikator>"

static const struct match_case klasse_rows[] = {
	{"nothing", "", true},
	{"title", EGENSKAB("<s:TitelTekst>titel</s:TitelTekst>"), true},
	{"another title", EGENSKAB("<s:TitelTekst>titl</s:TitelTekst>"), false},
	{"a row that is not there", EGENSKAB("<s:OmfangTekst>x</s:OmfangTekst>"), false},
	{"a word",
	 EGENSKAB("<Soegeord><s:SoegeordIdentifikator>TO</s:SoegeordIdentifikator>"
		  "</Soegeord>"),
	 true},
	{"a word and its category", EGENSKAB(WORD("to", "b2", "k*")), true},
	{"its category with another word", EGENSKAB(WORD("to", "b2", "x")), false},
	{"of two words", EGENSKAB(WORD("to", "b1", "k2")), false},
	{"two words", EGENSKAB(WORD("en", "b1", "k1") WORD("to", "b2", "k2")), true},
	{"two words, one wrong", EGENSKAB(WORD("en", "b1", "k1") WORD("tre", "b2", "k2")),
	 false},
	{"any word", EGENSKAB("<Soegeord/>"), true},
	{"published", STATE(IS("true")), true},
	{"not published", STATE(IS("0")), false},
	{"either", STATE(""), true},
};

static void
test_klasse(void **state)
{
	(void)state;
	check(&type_klasse_6,
	      "<AttributListe><Egenskab><s:BrugervendtNoegleTekst>00.01"
	      "</s:BrugervendtNoegleTekst><s:TitelTekst>Titel</s:TitelTekst>" WORD("en", "b1",
										   "k1")
		      WORD("to", "b2", "k2") "</Egenskab></AttributListe>" STATE(IS("1")),
	      klasse_rows, ARRAY_LEN(klasse_rows));
}

/* A state without an indicator fits only who asks for none. */
static void
test_open_state(void **state)
{
	static const struct match_case rows[] = {
		{"published", STATE(IS("true")), false},
		{"not published", STATE(IS("false")), false},
		{"either", STATE(""), true},
	};

	(void)state;
	check(&type_klasse_6, STATE(""), rows, ARRAY_LEN(rows));
}

#define REFERENCE(x) "<s:KonfigurationReference>" x "</s:KonfigurationReference>"

static void
test_texts(void **state)
{
	static const struct match_case rows[] = {
		{"one of them", EGENSKAB(REFERENCE("B")), true},
		{"both", EGENSKAB(REFERENCE("b") REFERENCE("a*")), true},
		{"one that is not there", EGENSKAB(REFERENCE("b") REFERENCE("c")), false},
		{"with the name",
		 EGENSKAB("<s:ItSystemNavn>n</s:ItSystemNavn>" REFERENCE("a1")), true},
		{"with another name",
		 EGENSKAB("<s:ItSystemNavn>m</s:ItSystemNavn>" REFERENCE("a1")), false},
	};

	(void)state;
	check(&type_itsystem,
	      EGENSKAB("<s:BrugervendtNoegleTekst>k</s:BrugervendtNoegleTekst>"
		       "<s:ItSystemNavn>n</s:ItSystemNavn>" REFERENCE("a1") REFERENCE("b")),
	      rows, ARRAY_LEN(rows));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_klasse),
		cmocka_unit_test(test_open_state),
		cmocka_unit_test(test_texts),
	};
	int failed;

	xml_init();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	xml_cleanup();
	return failed;
}
