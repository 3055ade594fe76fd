/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * OIO objects as XML and as lines of JSON: the same object in both, written again to the byte,
 * and what is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/source_world.h"

#define U(n) "0000000" n "-0000-4000-8000-000000000000"

#define SD "xmlns:s=\"urn:oio:sagdok:3.0.0\" "
#define V(fra, til)                                                                            \
	"<s:Virkning><s:FraTidspunkt><s:TidsstempelDatoTid>" fra                               \
	"T00:00:00</s:TidsstempelDatoTid></s:FraTidspunkt><s:TilTidspunkt>" til                \
	"</s:TilTidspunkt></s:Virkning>"
#define OPEN "<s:GraenseIndikator>true</s:GraenseIndikator>"

#define ENHED(uuid, name, more)                                                                \
	"<ImportInput "                                                                        \
	"xmlns=\"http://stoettesystemerne.dk/organisation/organisationenhed/6/\" " SD          \
	"xmlns:g=\"http://stoettesystemerne.dk/organisation/6/\"><OrganisationEnhed>"          \
	"<s:UUIDIdentifikator>" uuid "</s:UUIDIdentifikator><Registrering><AttributListe>"     \
	"<Egenskab>" V(                                                                        \
		"2024-05-02",                                                                  \
		OPEN) "<s:BrugervendtNoegleTekst>" name                                        \
		      "</s:BrugervendtNoegleTekst><s:EnhedNavn>" name                          \
		      "</s:EnhedNavn></Egenskab></"                                            \
		      "AttributListe><TilstandListe><g:Gyldighed>" V(                          \
			      "2024-05-02",                                                    \
			      OPEN) "<g:GyldighedStatusKode>Aktiv</g:GyldighedStatusKode>"     \
				    "</g:Gyldighed></TilstandListe><RelationListe>" more       \
				    "</RelationListe></Registrering></OrganisationEnhed></"    \
				    "ImportInput>"

#define ADRESSE(uuid)                                                                          \
	"<s:Adresser>" V(                                                                      \
		"2024-05-02",                                                                  \
		OPEN) "<s:ReferenceID><s:UUIDIdentifikator>" uuid                              \
		      "</s:UUIDIdentifikator></"                                               \
		      "s:ReferenceID><s:Rolle><s:UUIDIdentifikator>" U(                        \
			      "8") "</s:UUIDIdentifikator></"                                  \
				   "s:Rolle><s:Type><s:UUIDIdentifikator>" U("9") "</"         \
										  "s:"         \
										  "UUIDIdenti" \
										  "fikator></" \
										  "s:Type><s:" \
										  "Indeks>1</" \
										  "s:Indeks><" \
										  "/s:"        \
										  "Adresser>"

#define PERSON(uuid, cpr)                                                                      \
	"<p:Person xmlns:p=\"http://stoettesystemerne.dk/organisation/person/6/\" " SD         \
	"xmlns:t=\"urn:oio:sts:6\"><s:UUIDIdentifikator>" uuid "</s:UUIDIdentifikator>"        \
	"<p:Registrering><p:AttributListe><p:Egenskab>"                                        \
	"<s:BrugervendtNoegleTekst>x</s:BrugervendtNoegleTekst>" cpr                           \
	"<p:NavnTekst>Ada Bo</p:NavnTekst></p:Egenskab></p:AttributListe><p:TilstandListe/>"   \
	"<p:RelationListe/></p:Registrering></p:Person>"

/* Two messages, and an object by itself. */
static const char two[] = "<?xml version=\"1.0\"?>\n<alle>" ENHED(
	U("1"), "Top &amp; Co", ADRESSE(U("3"))) "\n" ENHED(U("2"), "Løn", "")
	PERSON(U("4"), "") "</alle>";

#define E1                                                                                     \
	"1 OrganisationEnhed " U(                                                              \
		"1") " BrugervendtNoegleTekst=Top & Co EnhedNavn=Top & Co"                     \
		     "[2024-05-02,) Gyldighed=Aktiv[2024-05-02,) Adresser=" U("3") "/" U(      \
			     "8") "/" U("9") "#1[2024-05-02,)\n"

static void
objects_of_messages(void **state)
{
	struct source_world w;
	struct str first;

	(void)state;
	source_world_make(&w);
	w.options.organisation = (struct uuid){0};
	source_world_write(&w, "alt.xml", str_from(two));
	source_world_read(&w, "alt.xml", 0);
	assert_int_equal(w.code, ERR_NONE);
	assert_int_equal(w.refusals.len, 0);
	assert_int_equal(w.info.records, 3);
	first = buf_str(&w.objects);
	if (!str_has_prefix(first, STR(E1)))
		fail_msg(STR_FMT, STR_ARG(first));
	assert_true(str_has_suffix(first, STR("NavnTekst=Ada Bo[~2026-01-01,)\n")));
	source_world_read(&w, "alt.xml", 2);
	assert_true(str_has_prefix(buf_str(&w.objects), STR("3 Person")));
	source_world_remove(&w);
}

static void
json_and_back(void **state)
{
	struct source_world w;
	AUTO(buf_release) struct buf first = BUF_INIT(1u << 20);

	(void)state;
	source_world_make(&w);
	source_world_write(&w, "alt.xml", str_from(two));
	source_world_read(&w, "alt.xml", 0);
	buf_add(&first, buf_str(&w.json));
	source_world_write(&w, "alt.jsonl", buf_str(&first));
	source_world_read(&w, "alt.jsonl", 0);
	assert_int_equal(w.code, ERR_NONE);
	if (!str_eq(buf_str(&first), buf_str(&w.json)))
		fail_msg(STR_FMT "\n" STR_FMT, STR_ARG(buf_str(&first)),
			 STR_ARG(buf_str(&w.json)));
	assert_int_equal(w.told, 3);
	source_world_read(&w, "alt.jsonl", 1);
	assert_int_equal(w.told, 2);
	source_world_remove(&w);
}

/* ---- refused XML ---- */

static const struct {
	const char *name, *text, *refusals;
	enum err_code code;
} refused[] = {
	{"the same twice", "<r>" ENHED(U("1"), "A", "") ENHED(U("1"), "B", "") "</r>",
	 "! x.xml:1 UUIDIdentifikator: samme objekt som i post nummer 1\n", 0},
	{"a number of a person",
	 PERSON(U("1"), "<t:CPR-NummerTekst>0101011234</t:CPR-NummerTekst>"),
	 "! x.xml:1 CPR-NummerTekst: CPR-numre må ikke læses her: det kræver en særlig ret\n",
	 0},
	{"below itself",
	 ENHED(U("1"), "A",
	       "<s:Overordnet><s:ReferenceID><s:UUIDIdentifikator>" U(
		       "1") "</s:UUIDIdentifikator></s:ReferenceID></s:Overordnet>"),
	 "! x.xml:1 : Overordnet må ikke pege på objektet selv\n", 0},
	{"no key", ENHED(U("1"), "", ""),
	 "! x.xml:1 : BrugervendtNoegleTekst skal være udfyldt i Egenskab\n", 0},
	{"DOCTYPE", "<!DOCTYPE r><r/>",
	 "! x.xml:0 : filen er ikke gyldig XML: DOCTYPE, line 1\n", SOURCE_INVALID},
	{"no XML", "<r>", "! x.xml:0 : filen er ikke gyldig XML: libxml2 77, line 1\n",
	 SOURCE_INVALID},
};

static void
refused_xml(void **state)
{
	struct source_world w;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		source_world_make(&w);
		source_world_write(&w, "x.xml", str_from(refused[i].text));
		source_world_read(&w, "x.xml", 0);
		if (!str_eq_c(buf_str(&w.refusals), refused[i].refusals) ||
		    w.code != refused[i].code)
			fail_msg("%s: " STR_FMT, refused[i].name,
				 STR_ARG(buf_str(&w.refusals)));
		source_world_remove(&w);
	}
}

/* ---- refused lines ---- */

#define LINE(inside)                                                                           \
	"{\"Adresse\":{\"UUIDIdentifikator\":\"" U(                                            \
		"1") "\",\"Registrering\":"                                                    \
		     "{\"AttributListe\":{\"Egenskab\":[{\"BrugervendtNoegleTekst\":"          \
		     "\"k\"" inside "}]}}}}"

static const struct {
	const char *name, *text, *refusal; /* without its place; "": taken */
} lines[] = {
	{"plain", LINE(",\"AdresseTekst\":\"Torvet 1\""), ""},
	{"one that is no array",
	 "{\"Adresse\":{\"Registrering\":{\"AttributListe\":{\"Egenskab\":"
	 "{\"BrugervendtNoegleTekst\":\"k\"}}},\"UUIDIdentifikator\":\"" U("1") "\"}}",
	 ""},
	{"not JSON", "{", ": linjen er ikke et JSON-objekt"},
	{"two members twice", "{\"a\":1,\"a\":2}", ": linjen er ikke et JSON-objekt"},
	{"nothing known", "{\"Sag\":{}}", ": linjen er ikke ét objekt af en kendt slags"},
	{"two objects", "{\"Adresse\":{},\"Person\":{}}",
	 ": linjen er ikke ét objekt af en kendt slags"},
	{"an unknown member", LINE(",\"Farve\":\"rød\""), "Farve: feltet kendes ikke"},
	{"a number", LINE(",\"AdresseTekst\":1"), "AdresseTekst: feltet er ikke en tekst"},
	{"a control character", LINE(",\"AdresseTekst\":\"\\u0001\""),
	 "AdresseTekst: teksten indeholder et kontroltegn"},
	{"no UUID", "{\"Adresse\":{\"Registrering\":{\"AttributListe\":{}}}}",
	 ": Elementet UUIDIdentifikator mangler i Adresse før Registrering"},
	{"a list instead", "{\"Adresse\":[]}", "Adresse: feltet er ikke et objekt"},
	{"lists are missing",
	 "{\"Person\":{\"UUIDIdentifikator\":\"" U(
		 "1") "\",\"Registrering\":{\"AttributListe\":{}}}}",
	 "TilstandListe: feltet mangler"},
};

static void
refused_lines(void **state)
{
	AUTO(buf_release) struct buf want = BUF_INIT(4096);
	struct source_world w;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		source_world_make(&w);
		source_world_write(&w, "x.jsonl", str_from(lines[i].text));
		source_world_read(&w, "x.jsonl", 0);
		buf_clear(&want);
		if (lines[i].refusal[0])
			buf_printf(&want, "! x.jsonl:1 %s\n", lines[i].refusal);
		if (!str_eq(buf_str(&w.refusals), buf_str(&want)) || w.code != ERR_NONE ||
		    w.told != (lines[i].refusal[0] ? 0 : 1))
			fail_msg("%s: " STR_FMT, lines[i].name, STR_ARG(buf_str(&w.refusals)));
		source_world_remove(&w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_of_messages),
		cmocka_unit_test(json_and_back),
		cmocka_unit_test(refused_xml),
		cmocka_unit_test(refused_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
