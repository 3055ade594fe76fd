/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What KlassifikationListeHent takes for a request, in which spellings, and what it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/listehent_world.h"

/* --- spellings, and what is wrong --- */

/* Seen in the wild: another namespace, no Danish letters; answered as asked. */
static void
test_another_spelling(void **state)
{
	static const char body[] =
		"<KlassifikationListeHent_I xmlns=\"" NS_KOMBIT_2017_INT
		"\" revision=\"1\">" CONTEXT
		"<KlassifikationKriterieListe><IdentifikationKriterie><"
		"BrugervendtNoegleKriterie>"
		"<KlassifikationBrugervendtNoegle>PLAN</KlassifikationBrugervendtNoegle>"
		"<KlasseBrugervendtNoegle>85.11.06</KlasseBrugervendtNoegle>"
		"</BrugervendtNoegleKriterie></IdentifikationKriterie></"
		"KlassifikationKriterieListe>"
		"<KunFaelleskommunaleKlasser>true</KunFaelleskommunaleKlasser>"
		"</KlassifikationListeHent_I>";
	struct said x;

	(void)state;
	world_call(&w, &lw_korsbaek, "klassifikationlistehent", body, &x);
	assert_true(x.ok && x.verdict == ERR_NONE);
	assert_true(
		said_has(&x, "<KlassifikationListeHent_O xmlns=\"" NS_KOMBIT_2017_INT "\">"));
	assert_true(said_has(&x, "<KlasseAEndringsnotat>Nyt</KlasseAEndringsnotat>"));
	assert_true(said_has(&x, "<ForaeldreKlasse>"));
	assert_false(said_has(&x, "Ø") || said_has(&x, "ø>") || said_has(&x, "Æ"));
	said_end(&x);
}

#define LIST(inner) "<KlassifikationKriterieListe>" inner "</KlassifikationKriterieListe>"
#define ONE                                                                                    \
	"<IdentifikationKriterie><FacetIdentifikation>" EMNER                                  \
	"</FacetIdentifikation></IdentifikationKriterie>"
#define KX_OPEN                                                                                \
	"<kx:HovedOplysninger xmlns:kx=\"http://kombit.dk/xml/schemas/kontekst/2017/01/01/\">"
#define KX_ID "<kx:TransaktionsId>t-1</kx:TransaktionsId>"
#define KX_TID "<kx:TransaktionsTid>2024-09-10T10:00:00</kx:TransaktionsTid>"
#define KX_CVR(c)                                                                              \
	"<kx:AuthorityContext><kx:MunicipalityCVR>" c                                          \
	"</kx:MunicipalityCVR></kx:AuthorityContext>"
#define KX_CLOSE "</kx:HovedOplysninger>"

static const struct {
	const char *name, *inside, *id; /* StatusKode; NULL: accepted */
} messages[] = {
	{"whole", CONTEXT LIST(ONE), NULL},
	{"own authority", KX_OPEN KX_ID KX_TID KX_CVR(KORSBAEK) KX_CLOSE LIST(ONE), NULL},
	{"another authority", KX_OPEN KX_ID KX_TID KX_CVR(HAVNEBY) KX_CLOSE LIST(ONE), "41"},
	{"no context", LIST(ONE), "40"},
	{"no id", KX_OPEN KX_TID KX_CLOSE LIST(ONE), "40"},
	{"an empty id",
	 KX_OPEN "<kx:TransaktionsId> </kx:TransaktionsId>" KX_TID KX_CLOSE LIST(ONE), "40"},
	{"no time", KX_OPEN KX_ID KX_CLOSE LIST(ONE), "40"},
	{"no list", CONTEXT, "40"},
	{"an empty list", CONTEXT LIST(""), "40"},
	{"an empty criterion", CONTEXT LIST("<IdentifikationKriterie/>"), "40"},
	{"two ways",
	 CONTEXT LIST("<IdentifikationKriterie><FacetIdentifikation>" EMNER
		      "</FacetIdentifikation><KlasseIdentifikation>" K85
		      "</KlasseIdentifikation></IdentifikationKriterie>"),
	 "40"},
	{"no UUID",
	 CONTEXT LIST("<IdentifikationKriterie><FacetIdentifikation>x"
		      "</FacetIdentifikation></IdentifikationKriterie>"),
	 "40"},
	{"an empty key", CONTEXT LIST(KEYS_X(KX("Klassifikation", ""))), "40"},
	{"no key of the plan", CONTEXT LIST(KEYS_X(KX("Facet", "x"))), "40"},
	{"a key of 51 characters",
	 CONTEXT LIST(KEYS_X(
		 KX("Klassifikation", "123456789012345678901234567890123456789012345678901"))),
	 "40"},
	{"no boolean", CONTEXT LIST(ONE) "<KunAktuelle>ja</KunAktuelle>", "40"},
	{"no date",
	 CONTEXT LIST(ONE) "<KlassifikationPubliceretFraDato>2024-13-01"
			   "</KlassifikationPubliceretFraDato>",
	 "40"},
	{"ends before it begins",
	 CONTEXT LIST(ONE) "<KunAktuelle>false</KunAktuelle>"
			   "<KlassifikationPubliceretFraDato>2024-01-02</"
			   "KlassifikationPubliceretFraDato>"
			   "<KlassifikationPubliceretTilDato>2024-01-01</"
			   "KlassifikationPubliceretTilDato>",
	 "47"},
	{"dates are ignored without KunAktuelle",
	 CONTEXT LIST(ONE) "<KlassifikationPubliceretFraDato>2024-01-02Z</"
			   "KlassifikationPubliceretFraDato>"
			   "<KlassifikationPubliceretTilDato>2024-01-01+01:00</"
			   "KlassifikationPubliceretTilDato>",
	 NULL},
	{"something else", CONTEXT LIST(ONE) "<Andet/>", "40"},
	{"out of order", CONTEXT "<KunAktuelle>true</KunAktuelle>" LIST(ONE), "40"},
};

static void
test_wrong_soap(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
		struct said x;

		soap(&lw_korsbaek, messages[i].inside, &x);
		if (messages[i].id
			    ? !said_has(&x, fmt("<kx:SvarReaktion><kx:Fejl><kx:FejlId>%s<",
						messages[i].id)) ||
				      said_has(&x, "<KlassifikationListe>")
			    : !said_has(&x, "<KlassifikationListe>"))
			fail_msg("%s: " STR_FMT, messages[i].name, STR_ARG(x.xml));
		/* the schema demands both, whatever came */
		assert_true(said_has(&x, "<kx:TransaktionsId>") &&
			    said_has(&x, "</kx:TransaktionsTid>"));
		said_end(&x);
	}
}

#define JONE "{\"IdentifikationKriterie\":{\"FacetIdentifikation\":\"" EMNER "\"}}"
#define JLIST(inner) "\"KlassifikationKriterieListe\":[" inner "]"

static const struct {
	const char *name, *body;
	enum err_code want;
} bodies[] = {
	{"whole", "{" JLIST(JONE) "}", ERR_NONE},
	{"inside its name", "{\"KlassifikationListeHent_I\":{" JLIST(JONE) "}}", ERR_NONE},
	{"with a revision", "{\"revision\":\"1\"," JLIST(JONE) "}", ERR_NONE},
	{"with Danish letters",
	 "{" JLIST("{\"IdentifikationKriterie\":{"
		   "\"BrugervendtNøgleKriterie\":{\"KlassifikationBrugervendtNøgle\":"
		   "\"PLAN\"}}}") "}",
	 ERR_NONE},
	{"no JSON", "x", RETUR_INPUT},
	{"an array", "[]", RETUR_INPUT},
	{"nothing", "{}", RETUR_INPUT},
	{"a name twice", "{" JLIST(JONE) "," JLIST(JONE) "}", RETUR_INPUT},
	{"a name in both spellings",
	 "{" JLIST(JONE) ",\"KunFaelleskommunaleKlasser\":true,"
			 "\"KunFælleskommunaleKlasser\":true}",
	 RETUR_INPUT},
	{"an empty list", "{" JLIST("") "}", RETUR_INPUT},
	{"a list that is none", "{\"KlassifikationKriterieListe\":" JONE "}", RETUR_INPUT},
	{"no criterion", "{" JLIST("1") "}", RETUR_INPUT},
	{"an empty criterion", "{" JLIST("{\"IdentifikationKriterie\":{}}") "}", RETUR_INPUT},
	{"two ways",
	 "{" JLIST("{\"IdentifikationKriterie\":{\"FacetIdentifikation\":\"" EMNER
		   "\",\"KlasseIdentifikation\":\"" K85 "\"}}") "}",
	 RETUR_INPUT},
	{"no UUID",
	 "{" JLIST("{\"IdentifikationKriterie\":{\"FacetIdentifikation\":\"x\"}}") "}",
	 RETUR_INPUT},
	{"a number for a UUID",
	 "{" JLIST("{\"IdentifikationKriterie\":{"
		   "\"FacetIdentifikation\":1}}") "}",
	 RETUR_INPUT},
	{"another criterion", "{" JLIST("{\"IdentifikationKriterie\":{\"Alt\":1}}") "}",
	 RETUR_INPUT},
	{"an unknown filter", "{" JLIST(JONE) ",\"KunAktuele\":false}", RETUR_INPUT},
	{"a text for a flag", "{" JLIST(JONE) ",\"KunAktuelle\":\"false\"}", RETUR_INPUT},
	{"no date", "{" JLIST(JONE) ",\"KlassifikationPubliceretFraDato\":\"i dag\"}",
	 RETUR_INPUT},
	{"no key of the plan", "{" JLIST(KEYS_J(KJ("Facet", "x"))) "}", RETUR_INPUT},
	{"an empty key", "{" JLIST(KEYS_J(KJ("Klassifikation", " "))) "}", RETUR_INPUT},
	{"beside its name", "{\"KlassifikationListeHent_I\":{" JLIST(JONE) "},\"x\":1}",
	 RETUR_INPUT},
	{"ends before it begins",
	 "{" JLIST(JONE) ",\"KunAktuelle\":false,"
			 "\"KlassifikationPubliceretFraDato\":\"2024-01-02\","
			 "\"KlassifikationPubliceretTilDato\":\"2024-01-01\"}",
	 RETUR_PERIOD},
};

static void
test_wrong_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		struct said j;

		world_rest(&w, &lw_korsbaek, bodies[i].body, &j);
		if (j.ok != (bodies[i].want == ERR_NONE) ||
		    (!j.ok && j.e.code != bodies[i].want))
			fail_msg("%s: %s " STR_FMT, bodies[i].name,
				 j.ok ? "accepted" : err_row(j.e.code)->name, STR_ARG(j.text));
		if (!j.ok && !str_is_set(j.text))
			fail_msg("%s: not told why", bodies[i].name);
		said_end(&j);
	}
}

static int
begin(void **state)
{
	(void)state;
	lw_open();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	lw_close();
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_another_spelling),
		cmocka_unit_test(test_wrong_soap),
		cmocka_unit_test(test_wrong_json),
	};
	int failed;

	xml_init();
	failed = cmocka_run_group_tests(tests, begin, end);
	xml_cleanup();
	return failed;
}
