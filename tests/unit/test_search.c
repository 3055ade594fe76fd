/* SPDX-License-Identifier: GPL-3.0-or-later */
/* soeg on a real store: every criterion, alone and together, with its refusing twin. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/clock.h"
#include "registry/fold.h"
#include "registry/object.h"
#include "tests/unit/registry_world.h"

static const struct as writer = {.cvr = KORSBAEK, .role = "rediger"};
static const struct as reader = {.cvr = KORSBAEK, .role = "udstil"};
static const struct as other = {.cvr = HAVNEBY, .role = "rediger"};

#define FUNKTION "organisationfunktion"
#define ORG "0b000000-0000-4000-8000-000000000001"
#define TYPE1 "02e61900-33e0-407f-a2a7-22f70221f003"
#define TYPE2 "46c73630-f7ad-4000-9624-c06131cde671"
#define USER1 "bb000000-0000-4000-8000-000000000001"
#define USER2 "bb000000-0000-4000-8000-000000000002"
#define UNIT1 "cc000000-0000-4000-8000-000000000001"
#define ADDR "dd000000-0000-4000-8000-000000000001"
#define ROLE1 "2b670843-ce42-411a-8fb5-311dfdd5caf0"
#define ROLE2 "8dcfa714-5ed3-4000-b551-2ba520e7d8ad"

#define FRA(t)                                                                                 \
	"<s:FraTidspunkt><s:TidsstempelDatoTid>" t "</s:TidsstempelDatoTid></s:FraTidspunkt>"
#define TIL(t)                                                                                 \
	"<s:TilTidspunkt><s:TidsstempelDatoTid>" t "</s:TidsstempelDatoTid></s:TilTidspunkt>"
#define TIL_OPEN                                                                               \
	"<s:TilTidspunkt><s:GraenseIndikator>true</s:GraenseIndikator></s:TilTidspunkt>"
#define SINCE "<s:Virkning>" FRA("2024-01-01T00:00:00") "</s:Virkning>"
#define REF(n, v, u)                                                                           \
	"<s:" n ">" v "<s:ReferenceID><s:UUIDIdentifikator>" u "</s:UUIDIdentifikator>"        \
	"</s:ReferenceID></s:" n ">"
#define ADDRESS(v, u, rolle)                                                                   \
	"<s:Adresser>" v "<s:ReferenceID><s:UUIDIdentifikator>" u "</s:UUIDIdentifikator>"     \
	"</s:ReferenceID><s:Rolle><s:UUIDIdentifikator>" rolle                                 \
	"</s:UUIDIdentifikator></s:Rolle><s:Type><s:UUIDIdentifikator>" TYPE1                  \
	"</s:UUIDIdentifikator></s:Type><s:Indeks>1</s:Indeks></s:Adresser>"
#define EGENSKAB(v, key, name)                                                                 \
	"<Egenskab>" v "<s:BrugervendtNoegleTekst>" key "</s:BrugervendtNoegleTekst>"          \
	"<s:FunktionNavn>" name "</s:FunktionNavn></Egenskab>"
#define STATE(v, s)                                                                            \
	"<g:Gyldighed>" v "<g:GyldighedStatusKode>" s "</g:GyldighedStatusKode></g:Gyldighed>"

/* Functions 1 to 6, by the last digit of their UUID. */
static const struct {
	const char *egenskab, *state, *relations, *bruger;
} stock[] = {
	{EGENSKAB(SINCE, "k1", "Sagsbehandler"), STATE(SINCE, "Aktiv"),
	 REF("Funktionstype", SINCE, TYPE1) REF("TilknyttedeBrugere", SINCE, USER1)
		 REF("TilknyttedeOrganisationer", SINCE, ORG),
	 ""},
	{EGENSKAB(SINCE, "k2", "sagsbehandler Øst"), STATE(SINCE, "Aktiv"),
	 REF("Funktionstype", SINCE, TYPE1) REF("TilknyttedeBrugere", SINCE, USER2)
		 REF("TilknyttedeOrganisationer", SINCE, ORG),
	 ""},
	/* ended in May, inactive since */
	{EGENSKAB(SINCE, "k3", "Leder"),
	 STATE("<s:Virkning>" FRA("2024-01-01T00:00:00")
		       TIL("2024-05-01T00:00:00") "</s:Virkning>",
	       "Aktiv")
		 STATE("<s:Virkning>" FRA("2024-05-01T00:00:00") "</s:Virkning>", "Inaktiv"),
	 REF("Funktionstype", SINCE, TYPE2) REF("TilknyttedeBrugere",
						"<s:Virkning>" FRA("2024-01-01T00:00:00") TIL(
							"2024-05-01T00:00:00") "</s:Virkning>",
						USER1),
	 ""},
	/* begins in October */
	{EGENSKAB(SINCE, "k4", "Leder"), STATE(SINCE, "Aktiv"),
	 REF("Funktionstype", SINCE, TYPE2)
		 REF("TilknyttedeBrugere",
		     "<s:Virkning>" FRA("2024-10-01T00:00:00") "</s:Virkning>", USER1),
	 ""},
	{EGENSKAB(SINCE, "k5", "50%"), STATE(SINCE, "Aktiv"),
	 ADDRESS("<s:Virkning>" FRA(
			 "2024-01-01T00:00:00") "<s:AktoerRef><s:UUIDIdentifikator>" ORG
						"</s:UUIDIdentifikator></s:AktoerRef>"
						"<s:AktoerTypeKode>Organisation</"
						"s:AktoerTypeKode></s:Virkning>",
		 ADDR, ROLE1) REF("TilknyttedeEnheder", SINCE, UNIT1),
	 "<s:BrugerRef><s:UUIDIdentifikator>" ORG "</s:UUIDIdentifikator></s:BrugerRef>"},
	{EGENSKAB("<s:Virkning>" FRA("2024-01-01T00:00:00")
			  TIL("2024-03-01T00:00:00") "</s:Virkning>",
		  "k6", "Gammel")
		 EGENSKAB("<s:Virkning>" FRA("2024-03-01T00:00:00") "</s:Virkning>", "k7",
			  "Ny"),
	 STATE(SINCE, "Aktiv"), "", ""},
};

#define LISTS(a, t, r)                                                                         \
	"<AttributListe>" a "</AttributListe><TilstandListe>" t "</TilstandListe>"             \
	"<RelationListe>" r "</RelationListe>"
#define FUTURE "<s:SoegVirkning>" FRA("2024-09-10T10:00:00") TIL_OPEN "</s:SoegVirkning>"

static const struct {
	const char *name, *body, *want; /* last digits, "" for 44 */
} rows[] = {
	{"nothing asked", LISTS("", "", ""), "123456"},
	{"lists left out", "", "123456"},
	{"blank record", LISTS("<Egenskab/>", "", ""), "123456"},
	{"state", LISTS("", STATE("", "Aktiv"), ""), "12456"},
	{"state, the other", LISTS("", STATE("", "Inaktiv"), ""), "3"},
	/* texts */
	{"text, any case", LISTS(EGENSKAB("", "K1", "SAGSBEHANDLER"), "", ""), "1"},
	{"text is whole",
	 LISTS("<Egenskab><s:FunktionNavn>Sags</s:FunktionNavn></Egenskab>", "", ""), ""},
	{"beginning",
	 LISTS("<Egenskab><s:FunktionNavn>SAGS*</s:FunktionNavn></Egenskab>", "", ""), "12"},
	{"beginning, the other sign",
	 LISTS("<Egenskab><s:FunktionNavn>sags%</s:FunktionNavn></Egenskab>", "", ""), "12"},
	{"letters beyond ASCII",
	 LISTS("<Egenskab><s:FunktionNavn>sagsbehandler øst</s:FunktionNavn></Egenskab>", "",
	       ""),
	 "2"},
	{"a sign inside is a letter",
	 LISTS("<Egenskab><s:FunktionNavn>5*%*</s:FunktionNavn></Egenskab>", "", ""), ""},
	{"empty text", LISTS("<Egenskab><s:FunktionNavn/></Egenskab>", "", ""), ""},
	{"texts of one record", LISTS(EGENSKAB("", "k7", "Ny"), "", ""), "6"},
	{"not of two records", FUTURE LISTS(EGENSKAB("", "k6", "Ny"), "", ""), ""},
	{"a record that ended", LISTS(EGENSKAB("", "k6", "Gammel"), "", ""), ""},
	{"… at its time",
	 LISTS(EGENSKAB("<s:Virkning>" FRA("2024-02-01T00:00:00")
				TIL("2024-02-01T00:00:00") "</s:Virkning>",
			"k6", "Gammel"),
	       "", ""),
	 "6"},
	{"… criterion with one end: open",
	 LISTS(EGENSKAB("<s:Virkning>" TIL("2024-02-01T00:00:00") "</s:Virkning>", "k6",
			"Gammel"),
	       "", ""),
	 "6"},
	/* relations */
	{"relation", LISTS("", "", REF("Funktionstype", "", TYPE1)), "12"},
	{"relation, upper case",
	 LISTS("", "", REF("Funktionstype", "", "02E61900-33E0-407F-A2A7-22F70221F003")), "12"},
	{"relation that ended", LISTS("", "", REF("TilknyttedeBrugere", "", USER1)), "1"},
	{"current and future positions",
	 FUTURE LISTS("", STATE("", "Aktiv"), REF("TilknyttedeBrugere", "", USER1)), "14"},
	{"each criterion has its own time",
	 LISTS("", STATE("", "Inaktiv"),
	       REF("TilknyttedeBrugere",
		   "<s:Virkning>" FRA("2024-02-01T00:00:00")
			   TIL("2024-03-01T00:00:00") "</s:Virkning>",
		   USER1)),
	 "3"},
	{"any of several",
	 LISTS("", "",
	       REF("TilknyttedeBrugere", "", USER1) REF("TilknyttedeBrugere", "", USER2)),
	 "12"},
	{"both of two kinds",
	 LISTS("", "", REF("Funktionstype", "", TYPE1) REF("TilknyttedeBrugere", "", USER2)),
	 "2"},
	{"neither",
	 LISTS("", "", REF("Funktionstype", "", TYPE2) REF("TilknyttedeBrugere", "", USER2)),
	 ""},
	{"text and relation",
	 LISTS("<Egenskab><s:FunktionNavn>sags*</s:FunktionNavn></Egenskab>", "",
	       REF("TilknyttedeBrugere", "", USER2)),
	 "2"},
	{"unknown target", LISTS("", "", REF("TilknyttedeEnheder", "", USER1)), ""},
	{"presence", LISTS("", "", "<s:TilknyttedeEnheder/>"), "5"},
	{"URN form of the UUID",
	 LISTS("", "",
	       "<s:Funktionstype><s:ReferenceID><s:URNIdentifikator>" TYPE1
	       "</s:URNIdentifikator></s:ReferenceID></s:Funktionstype>"),
	 "12"},
	/* roles */
	{"address with role", LISTS("", "", ADDRESS("", ADDR, ROLE1)), "5"},
	{"address in another role", LISTS("", "", ADDRESS("", ADDR, ROLE2)), ""},
	{"address in any role", LISTS("", "", REF("Adresser", "", ADDR)), "5"},
	{"role of any address",
	 LISTS("", "",
	       "<s:Adresser><s:Rolle><s:UUIDIdentifikator>" ROLE1
	       "</s:UUIDIdentifikator></s:Rolle></s:Adresser>"),
	 "5"},
	/* metadata */
	{"actor",
	 "<s:SoegVirkning><s:AktoerRef><s:UUIDIdentifikator>" ORG
	 "</s:UUIDIdentifikator></s:AktoerRef></s:SoegVirkning>" LISTS(
		 "", "", REF("Adresser", "", ADDR)),
	 "5"},
	{"another actor",
	 "<s:SoegVirkning><s:AktoerRef><s:UUIDIdentifikator>" USER1
	 "</s:UUIDIdentifikator></s:AktoerRef></s:SoegVirkning>" LISTS(
		 "", "", REF("Adresser", "", ADDR)),
	 ""},
	{"actor kind of the criterion",
	 LISTS("", "",
	       REF("Adresser",
		   "<s:Virkning><s:AktoerTypeKode>Bruger</s:AktoerTypeKode></s:Virkning>",
		   ADDR)),
	 ""},
	/* registration */
	{"registered by",
	 "<s:SoegRegistrering><s:BrugerRef><s:UUIDIdentifikator>" ORG
	 "</s:UUIDIdentifikator></s:BrugerRef></s:SoegRegistrering>",
	 "5"},
	{"registered since",
	 "<s:SoegRegistrering>" FRA("2024-09-10T10:00:00") "</s:SoegRegistrering>", "123456"},
	{"registered before",
	 "<s:SoegRegistrering>" TIL("2024-09-10T10:00:00") "</s:SoegRegistrering>", ""},
	{"the year one",
	 "<s:SoegRegistrering>" FRA("0001-01-01T00:00:00.000Z") "</s:SoegRegistrering>",
	 "123456"},
	{"life cycle",
	 "<s:SoegRegistrering><s:LivscyklusKode>Importeret</s:LivscyklusKode>"
	 "</s:SoegRegistrering>",
	 "123456"},
	{"life cycle, none",
	 "<s:SoegRegistrering><s:LivscyklusKode>Opstaaet</s:LivscyklusKode>"
	 "</s:SoegRegistrering>",
	 ""},
	/* paging */
	{"first page",
	 "<s:FoersteResultatReference>0</s:FoersteResultatReference>"
	 "<s:MaksimalAntalKvantitet>2</s:MaksimalAntalKvantitet>",
	 "12"},
	{"last page",
	 "<s:FoersteResultatReference>4</s:FoersteResultatReference>"
	 "<s:MaksimalAntalKvantitet>3</s:MaksimalAntalKvantitet>",
	 "56"},
	{"past the end", "<s:FoersteResultatReference>6</s:FoersteResultatReference>", ""},
	{"page of what is tested",
	 "<s:FoersteResultatReference>1</s:FoersteResultatReference>"
	 "<s:MaksimalAntalKvantitet>1</s:MaksimalAntalKvantitet>"
	 "<s:SoegVirkning><s:NoteTekst>x</s:NoteTekst></s:SoegVirkning>",
	 "2"},
	{"page of a list",
	 "<s:FoersteResultatReference>1</s:FoersteResultatReference>"
	 "<s:MaksimalAntalKvantitet>1</s:MaksimalAntalKvantitet>" LISTS(
		 "", "", REF("Funktionstype", "", TYPE1)),
	 "2"},
};

static const struct {
	const char *name, *body;
	int status;
} refused[] = {
	{"negative offset", "<s:FoersteResultatReference>-1</s:FoersteResultatReference>", 40},
	{"offset is no number", "<s:FoersteResultatReference>x</s:FoersteResultatReference>",
	 40},
	{"page of none", "<s:MaksimalAntalKvantitet>0</s:MaksimalAntalKvantitet>", 40},
	{"page too large", "<s:MaksimalAntalKvantitet>5001</s:MaksimalAntalKvantitet>", 40},
	{"window backwards",
	 "<s:SoegVirkning>" FRA("2024-02-01T00:00:00")
		 TIL("2024-01-01T00:00:00") "</s:SoegVirkning>",
	 47},
	{"criterion backwards",
	 LISTS("",
	       STATE("<s:Virkning>" FRA("2024-02-01T00:00:00")
			     TIL("2024-01-01T00:00:00") "</s:Virkning>",
		     "Aktiv"),
	       ""),
	 47},
	{"registration backwards",
	 "<s:SoegRegistrering>" FRA("2024-02-01T00:00:00")
		 TIL("2024-01-01T00:00:00") "</s:SoegRegistrering>",
	 47},
	{"unknown field", LISTS("<Egenskab><s:EnhedNavn>x</s:EnhedNavn></Egenskab>", "", ""),
	 40},
	{"unknown relation", LISTS("", "", REF("Tilhoerer", "", ORG)), 40},
	{"lists out of order", "<RelationListe/><AttributListe/>", 40},
	{"state without a value", LISTS("", "<g:Gyldighed/>", ""), 40},
	{"largest page", "<s:MaksimalAntalKvantitet>5000</s:MaksimalAntalKvantitet>", 20},
};

static int
setup(void **state)
{
	static struct world w;

	world_open(&w);
	for (size_t i = 0; i < ARRAY_LEN(stock); i++)
		world_expect(&w, &writer, FUNKTION,
			     fmt("<ImportInput{T}><OrganisationFunktion><s:UUIDIdentifikator>"
				 "ff000000-0000-4000-8000-00000000000%zu</s:UUIDIdentifikator>"
				 "<Registrering>%s<AttributListe>%s</AttributListe>"
				 "<TilstandListe>%s</TilstandListe><RelationListe>%s"
				 "</RelationListe></Registrering></OrganisationFunktion>"
				 "</ImportInput>",
				 i + 1, stock[i].bruger, stock[i].egenskab, stock[i].state,
				 stock[i].relations),
			     20);
	*state = &w;
	return 0;
}

static int
teardown(void **state)
{
	world_close(*state);
	return 0;
}

/* The last digits of the UUIDs in the answer. */
static const char *
found(const struct said *s)
{
	static char out[20];
	struct xml_node *list =
		xml_child(xml_root(s->doc), STR("urn:oio:sagdok:3.0.0"), "IdListe");
	size_t n = 0;

	/* there is a list, whatever was found */
	assert_non_null(list);
	for (struct xml_node *u = xml_first(list); u && n < sizeof(out) - 1; u = xml_next(u)) {
		struct str text = xml_text(u, s->a);

		out[n++] = text.ptr[text.len - 1];
	}
	out[n] = '\0';
	return out;
}

static void
test_rows(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct said s;

		world_call(*state, &reader, FUNKTION,
			   fmt("<SoegInput{T}>%s</SoegInput>", rows[i].body), &s);
		if (!s.ok || s.status != (*rows[i].want ? 20 : 44))
			fail_msg("%s: %d " STR_FMT, rows[i].name, s.status, STR_ARG(s.text));
		if (strcmp(found(&s), rows[i].want) != 0)
			fail_msg("%s: found %s, not %s", rows[i].name, found(&s), rows[i].want);
		said_end(&s);
		/* for another authority there is nothing */
		world_call(*state, &other, FUNKTION,
			   fmt("<SoegInput{T}>%s</SoegInput>", rows[i].body), &s);
		assert_int_equal(s.status, 44);
		said_end(&s);
	}
}

static void
test_refused(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		world_expect(*state, &reader, FUNKTION,
			     fmt("<SoegInput{T}>%s</SoegInput>", refused[i].body),
			     refused[i].status);
}

/* Passive and deleted objects: only when asked for, with a time if one is given. */
static void
test_life_cycle(void **state)
{
	struct world *w = *state;
	static const struct {
		const char *body, *want;
	} after[] = {
		{"", "3456"},
		{"<s:SoegRegistrering><s:LivscyklusKode>Passiveret</s:LivscyklusKode>"
		 "</s:SoegRegistrering>",
		 "1"},
		{"<s:SoegRegistrering><s:LivscyklusKode>Slettet</s:LivscyklusKode>"
		 "</s:SoegRegistrering>",
		 "2"},
		{"<s:SoegRegistrering>" FRA(
			 "2024-09-10T10:00:00.001") "<s:LivscyklusKode>Passiveret</"
						    "s:LivscyklusKode></s:SoegRegistrering>",
		 "1"},
		{"<s:SoegRegistrering>" TIL(
			 "2024-09-10T10:00:00.001") "<s:LivscyklusKode>Passiveret</"
						    "s:LivscyklusKode></s:SoegRegistrering>",
		 ""},
		{"<s:SoegRegistrering>" FRA("2024-09-10T10:00:00.001") "</s:SoegRegistrering>",
		 ""},
		{"<s:SoegRegistrering><s:LivscyklusKode>Passiveret</s:LivscyklusKode>"
		 "</s:SoegRegistrering>" LISTS("", "", REF("Funktionstype", "", TYPE1)),
		 "1"},
	};

	world_expect(w, &writer, FUNKTION,
		     "<PassiverInput{T}><s:UUIDIdentifikator>ff000000-0000-4000-8000-"
		     "000000000001</s:UUIDIdentifikator></PassiverInput>",
		     20);
	world_expect(w, &writer, FUNKTION,
		     "<SletInput{T}><s:UUIDIdentifikator>ff000000-0000-4000-8000-000000000002"
		     "</s:UUIDIdentifikator></SletInput>",
		     20);
	for (size_t i = 0; i < ARRAY_LEN(after); i++) {
		struct said s;

		world_call(w, &reader, FUNKTION,
			   fmt("<SoegInput{T}>%s</SoegInput>", after[i].body), &s);
		if (strcmp(found(&s), after[i].want) != 0)
			fail_msg("%zu: found %s, not %s", i, found(&s), after[i].want);
		said_end(&s);
	}
}

/* Texts longer than what the index keeps are still told apart by their ends. */
static void
test_long_texts(void **state)
{
	struct world *w = *state;
	char name[201], body[400];

	memset(name, 'a', 200);
	name[200] = '\0';
	for (int i = 0; i < 2; i++) {
		name[199] = i ? 'x' : 'y';
		world_expect(w, &writer, "bruger",
			     fmt("<ImportInput{T}><Bruger><s:UUIDIdentifikator>ff000000-0000-"
				 "4000-8000-00000000000%d</s:UUIDIdentifikator><Registrering>"
				 "<AttributListe><Egenskab><s:BrugervendtNoegleTekst>k"
				 "</s:BrugervendtNoegleTekst><s:BrugerNavn>%s</s:BrugerNavn>"
				 "</Egenskab></AttributListe><TilstandListe/><RelationListe/>"
				 "</Registrering></Bruger></ImportInput>",
				 i, name),
			     20);
	}
	for (int i = 0; i < 4; i++) {
		struct said s;

		name[199] = "xyz*"[i];
		snprintf(body, sizeof(body),
			 "<AttributListe><Egenskab><s:BrugerNavn>%s</s:BrugerNavn></Egenskab>"
			 "</AttributListe>",
			 name);
		world_call(w, &reader, "bruger", fmt("<SoegInput{T}>%s</SoegInput>", body), &s);
		assert_string_equal(found(&s), ((const char *[]){"1", "0", "", "01"})[i]);
		said_end(&s);
	}
}

static void
test_fold(void **state)
{
	static const struct {
		const char *from, *to;
	} pairs[] = {
		{"ABCxyz09-_", "abcxyz09-_"},
		{"ÆØÅÉÜÐÞ", "æøåéüðþ"},
		{"×÷ß", "×÷ß"},
		{"ĀāŽžŁłĹĺ", "āāžžłłĺĺ"},
		{"ΑΩ", "αω"},
		{"ЖЁ", "жё"},
		{"\xc3", "\xc3"},
		{"漢字", "漢字"},
		{"", ""},
	};
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (!str_eq_c(fold_text(str_from(pairs[i].from), a), pairs[i].to))
			fail_msg("%s: " STR_FMT, pairs[i].from,
				 STR_ARG(fold_text(str_from(pairs[i].from), a)));
	arena_free(a);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	static const struct CMUnitTest tests[] = {
		CASE(test_rows),       CASE(test_refused),          CASE(test_life_cycle),
		CASE(test_long_texts), cmocka_unit_test(test_fold),
	};
	int failed;

	xml_init();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	xml_cleanup();
	return failed;
}
