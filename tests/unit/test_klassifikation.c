/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Klassifikation 6: the operator's classifications are everybody's to read, an authority's own
 * are its own; roles and limits of Organisation's tokens; every address.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "klassifikation/service_6.h"
#include "tests/unit/registry_world.h"

#define K1 "c1000000-0000-4000-8000-000000000001"
#define K2 "c1000000-0000-4000-8000-000000000002"
#define K3 "c1000000-0000-4000-8000-000000000003"

static const struct as operator= {.cvr = WORLD_OPERATOR, .role = "rediger"};
static const struct as korsbaek = {.cvr = KORSBAEK, .role = "rediger"};
static const struct as korsbaek_reads = {.cvr = KORSBAEK, .role = "udstil"};
static const struct as havneby = {.cvr = HAVNEBY, .role = "rediger"};
static const struct as limited = {
	.cvr = KORSBAEK,
	.role = "rediger",
	.limits = {"senavn", "secpr-nummer", "anonymiser", "fysiskslet"}};
static const struct as strange = {.cvr = KORSBAEK, .role = "rediger", .limits = {"kle"}};
static const struct as other_scope = {.cvr = KORSBAEK, .role = "rediger", .scope = HAVNEBY};
static const struct as without = {.cvr = KORSBAEK};

#define IMPORT(uuid, title)                                                                    \
	"<ImportInput{T}><Klasse><s:UUIDIdentifikator>" uuid "</s:UUIDIdentifikator>"          \
	"<Registrering><AttributListe><Egenskab><s:BrugervendtNoegleTekst>" title              \
	"</s:BrugervendtNoegleTekst><s:TitelTekst>" title "</s:TitelTekst></Egenskab>"         \
	"</AttributListe><TilstandListe><PubliceretStatus><s:ErPubliceretIndikator>true"       \
	"</s:ErPubliceretIndikator></PubliceretStatus></TilstandListe><RelationListe/>"        \
	"</Registrering></Klasse></ImportInput>"
#define ON(op, uuid)                                                                           \
	"<" op "Input{T}><s:UUIDIdentifikator>" uuid "</s:UUIDIdentifikator></" op "Input>"
#define OVER(uuid)                                                                             \
	"<RetInput{T}><s:UUIDIdentifikator>" uuid "</s:UUIDIdentifikator><RelationListe>"      \
	"<s:OverordnetKlasse><s:ReferenceID><s:UUIDIdentifikator>" K1                          \
	"</s:UUIDIdentifikator></s:ReferenceID></s:OverordnetKlasse></RelationListe></"        \
	"RetInput>"

static void
test_who(void **state)
{
	static const struct {
		const char *name;
		const struct as *as;
		const char *body;
		int status;
	} steps[] = {
		{"operator makes one", &operator, IMPORT(K1, "faelles"), 20},
		{"everybody reads it", &korsbaek_reads, ON("Laes", K1), 20},
		{"in lists too", &havneby, ON("List", K1), 20},
		{"and does not write it", &korsbaek, ON("Passiver", K1), 41},
		{"nor over it", &korsbaek, IMPORT(K1, "min"), 41},
		{"an own one", &korsbaek, IMPORT(K2, "egen"), 20},
		{"below the shared one", &korsbaek, OVER(K2), 20},
		{"not below itself", &operator, OVER(K1), 40},
		{"read by its owner", &korsbaek_reads, ON("Laes", K2), 20},
		{"not by the next", &havneby, ON("Laes", K2), 44},
		{"not by the operator", &operator, ON("Laes", K2), 44},
		{"not written by the next", &havneby, ON("Slet", K2), 44},
		{"a reader does not write", &korsbaek_reads, IMPORT(K3, "x"), 41},
		{"limits of Organisation", &limited, IMPORT(K3, "x"), 20},
		{"an unknown limit", &strange, ON("Laes", K1), 41},
		{"of another scope only", &other_scope, IMPORT(K3, "y"), 41},
		{"without a role", &without, ON("Laes", K1), 41},
		{"deleted by its owner", &korsbaek, ON("Slet", K2), 20},
		{"gone", &korsbaek_reads, ON("Laes", K2), 44},
	};
	struct world w;

	(void)state;
	world_open(&w);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		struct said s;

		world_call(&w, steps[i].as, "klasse", steps[i].body, &s);
		if (!s.ok || s.status != steps[i].status)
			fail_msg("%s: %d " STR_FMT ", not %d", steps[i].name, s.status,
				 STR_ARG(s.text), steps[i].status);
		said_end(&s);
	}
	world_close(&w);
}

/* No FraTidspunkt: it began at no time. */
static void
test_open_start(void **state)
{
	struct world w;
	struct said s;

	(void)state;
	world_open(&w);
	world_expect(&w, &korsbaek, "klasse", IMPORT(K2, "egen"), 20);
	world_call(&w, &korsbaek, "klasse", ON("Laes", K2), &s);
	assert_true(said_has(&s, "FraTidspunkt><ns2:GraenseIndikator>true<"));
	said_end(&s);
	world_close(&w);
}

/* The hierarchy shows what is shared beside what is one's own; a search finds both. */
static void
test_together(void **state)
{
	static const char page[] =
		"<FremsoegObjekthierarkiInput{T}></FremsoegObjekthierarkiInput>";
	static const char all[] =
		"<SoegInput{T}><AttributListe/><TilstandListe/><RelationListe/></SoegInput>";
	static const struct {
		const struct as *as;
		bool has[3];
	} seen[] = {{&korsbaek_reads, {true, true, false}}, {&havneby, {true, false, true}},
		    {
			    &operator,
			    {true, false, false} },
	};
	static const char *const uuids[] = {K1, K2, K3};
	struct world w;

	(void)state;
	world_open(&w);
	world_expect(&w, &operator, "klasse", IMPORT(K1, "a"), 20);
	world_expect(&w, &korsbaek, "klasse", IMPORT(K2, "b"), 20);
	world_expect(&w, &havneby, "klasse", IMPORT(K3, "c"), 20);
	for (size_t i = 0; i < ARRAY_LEN(seen); i++) {
		struct said h, f;

		world_call(&w, seen[i].as, "klassifikationsystem", page, &h);
		world_call(&w, seen[i].as, "klasse", all, &f);
		assert_true(h.status == 20 && f.status == 20);
		for (size_t k = 0; k < ARRAY_LEN(uuids); k++) {
			assert_int_equal(said_has(&h, uuids[k]), seen[i].has[k]);
			assert_int_equal(said_has(&f, uuids[k]), seen[i].has[k]);
		}
		said_end(&h);
		said_end(&f);
	}
	world_close(&w);
}

/* ---- labels of Rolle and Type, which name a Klasse ---- */

#define UNIT "c2000000-0000-4000-8000-000000000001"
#define ROLE(name, uuid, label)                                                                \
	"<s:" name "><s:UUIDIdentifikator>" uuid "</s:UUIDIdentifikator>" label "</s:" name ">"
#define IMPORT_UNIT                                                                            \
	"<ImportInput{T}><OrganisationEnhed><s:UUIDIdentifikator>" UNIT                        \
	"</s:UUIDIdentifikator><Registrering><AttributListe><Egenskab>"                        \
	"<s:BrugervendtNoegleTekst>e</s:BrugervendtNoegleTekst></Egenskab></AttributListe>"    \
	"<TilstandListe/><RelationListe><s:Adresser><s:ReferenceID><s:UUIDIdentifikator>" K3   \
	"</s:UUIDIdentifikator></s:ReferenceID>" ROLE("Rolle", K1, "") ROLE(                   \
		"Type", K2, "<s:Label>sendt</s:Label>") "<s:Indeks>1</s:Indeks>"               \
							"</s:Adresser></RelationListe>"        \
							"</Registrering>"                      \
							"</OrganisationEnhed></ImportInput>"
#define RENAME(uuid, key)                                                                      \
	"<RetInput{T}><s:UUIDIdentifikator>" uuid "</s:UUIDIdentifikator><AttributListe>"      \
	"<Egenskab><s:BrugervendtNoegleTekst>" key "</s:BrugervendtNoegleTekst></Egenskab>"    \
	"</AttributListe></RetInput>"
#define SHOWN(role, type)                                                                      \
	"<ns2:Rolle><ns2:UUIDIdentifikator>" K1 "</ns2:UUIDIdentifikator>" role                \
	"</ns2:Rolle><ns2:Type><ns2:UUIDIdentifikator>" K2 "</ns2:UUIDIdentifikator>" type     \
	"</ns2:Type>"
#define LABEL(text) "<ns2:Label>" text "</ns2:Label>"

static void
expect_labels(struct world *w, const char *name, const char *want)
{
	static const struct {
		const char *service, *body;
	} reads[] = {
		{"organisationenhed", ON("Laes", UNIT)},
		{"organisationenhed", ON("List", UNIT)},
		{"organisationsystem", "<FremsoegObjekthierarkiInput{T}/>"},
	};

	for (size_t i = 0; i < ARRAY_LEN(reads); i++) {
		struct said s;

		world_call(w, &korsbaek_reads, reads[i].service, reads[i].body, &s);
		if (!said_has(&s, want))
			fail_msg("%s: " STR_FMT, name, STR_ARG(s.xml));
		said_end(&s);
	}
}

static void
test_labels(void **state)
{
	struct world w;

	(void)state;
	world_open(&w);
	world_expect(&w, &korsbaek, "organisationenhed", IMPORT_UNIT, 20);
	expect_labels(&w, "no such Klasse: as sent", SHOWN("", LABEL("sendt")));
	world_expect(&w, &operator, "klasse", IMPORT(K1, "Postadresse"), 20);
	expect_labels(&w, "the operator's", SHOWN(LABEL("Postadresse"), LABEL("sendt")));
	world_expect(&w, &korsbaek, "klasse", IMPORT(K2, "Enhed"), 20);
	expect_labels(&w, "one's own", SHOWN(LABEL("Postadresse"), LABEL("Enhed")));
	world_expect(&w, &havneby, "klasse", IMPORT(K2, "fremmed"), 20);
	expect_labels(&w, "not another's", SHOWN(LABEL("Postadresse"), LABEL("Enhed")));
	world_expect(&w, &operator, "klasse", RENAME(K1, "Adresse"), 20);
	expect_labels(&w, "renamed", SHOWN(LABEL("Adresse"), LABEL("Enhed")));
	world_expect(&w, &korsbaek, "klasse", ON("Passiver", K2), 20);
	expect_labels(&w, "passive: as sent", SHOWN(LABEL("Adresse"), LABEL("sendt")));
	world_expect(&w, &operator, "klasse", ON("Slet", K1), 20);
	expect_labels(&w, "deleted", SHOWN("", LABEL("sendt")));
	world_close(&w);
}

static void
test_addresses(void **state)
{
	static const struct {
		const char *path, *name;
	} rows[] = {
		{"/klasse/6", "Klasse"},
		{"/klasse/6/", "Klasse"},
		{"/KLASSE_6", "Klasse"},
		{"/klassifikation/klasse/6", "Klasse"},
		{"/organisation/klasse/6/", "Klasse"},
		{"/facet/6", "Facet"},
		{"/organisation/facet/6", "Facet"},
		{"/klassifikation/6", "Klassifikation"},
		{"/klassifikation/klassifikation/6", "Klassifikation"},
		{"/klassifikationsystem/6", "KlassifikationSystem"},
		{"/organisation/klassifikationsystem/6", "KlassifikationSystem"},
		{"/klasse/7", NULL},
		{"/klasse", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct soap_service *s = soap_service_find(klassifikation_6_services,
								 klassifikation_6_service_count,
								 str_from(rows[i].path));

		if (!rows[i].name)
			assert_null(s);
		else if (!s || strcmp(s->name, rows[i].name) != 0)
			fail_msg("%s", rows[i].path);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who),       cmocka_unit_test(test_open_start),
		cmocka_unit_test(test_together),  cmocka_unit_test(test_labels),
		cmocka_unit_test(test_addresses),
	};
	int failed;

	xml_init();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	xml_cleanup();
	return failed;
}
