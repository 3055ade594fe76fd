/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of the object kinds are sound, and the rows that the program names are there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "klassifikation/types_6.h"
#include "organisation/types.h"
#include "organisation/wellknown.h"

static void
test_sound(void **state)
{
	static const struct oio_type *const more[] = {&type_klasse_6, &type_facet_6,
						      &type_klassifikation_6};

	(void)state;
	for (size_t i = 0; i < ORGANISATION_TYPE_COUNT + ARRAY_LEN(more); i++) {
		const struct oio_type *t = i < ORGANISATION_TYPE_COUNT
						   ? organisation_types[i]
						   : more[i - ORGANISATION_TYPE_COUNT];
		const char *fault = oio_type_fault(t);

		if (fault)
			fail_msg("%s: %s", t->name, fault);
		for (size_t j = 0; j < i && i < ORGANISATION_TYPE_COUNT; j++)
			assert_int_not_equal(organisation_types[j]->id, t->id);
	}
}

static const struct {
	const struct oio_type *type;
	size_t row;
	const char *name;
} named_rows[] = {
	{&type_organisation, ORGANISATION_NAVN, "OrganisationNavn"},
	{&type_organisation, ORGANISATION_MYNDIGHED, "Myndighed"},
	{&type_organisation, ORGANISATION_OVERORDNET, "Overordnet"},
	{&type_organisation, ORGANISATION_VIRKSOMHED, "Virksomhed"},
	{&type_organisationenhed, ENHED_NAVN, "EnhedNavn"},
	{&type_organisationenhed, ENHED_ADRESSER, "Adresser"},
	{&type_organisationenhed, ENHED_TYPE, "Enhedstype"},
	{&type_organisationenhed, ENHED_OPGAVER, "Opgaver"},
	{&type_organisationenhed, ENHED_OVERORDNET, "Overordnet"},
	{&type_organisationenhed, ENHED_TILHOERER, "Tilhoerer"},
	{&type_organisationenhed, ENHED_FUNKTIONER, "TilknyttedeFunktioner"},
	{&type_organisationenhed, ENHED_ITSYSTEMER, "TilknyttedeItSystemer"},
	{&type_organisationfunktion, FUNKTION_NAVN, "FunktionNavn"},
	{&type_organisationfunktion, FUNKTION_ADRESSER, "Adresser"},
	{&type_organisationfunktion, FUNKTION_TYPE, "Funktionstype"},
	{&type_organisationfunktion, FUNKTION_OPGAVER, "TilknyttedeOpgaver"},
	{&type_organisationfunktion, FUNKTION_BRUGERE, "TilknyttedeBrugere"},
	{&type_organisationfunktion, FUNKTION_ENHEDER, "TilknyttedeEnheder"},
	{&type_organisationfunktion, FUNKTION_ORGANISATIONER, "TilknyttedeOrganisationer"},
	{&type_organisationfunktion, FUNKTION_ITSYSTEMER, "TilknyttedeItSystemer"},
	{&type_bruger, BRUGER_NAVN, "BrugerNavn"},
	{&type_bruger, BRUGER_ADRESSER, "Adresser"},
	{&type_bruger, BRUGER_TYPER, "BrugerTyper"},
	{&type_bruger, BRUGER_TILHOERER, "Tilhoerer"},
	{&type_bruger, BRUGER_PERSONER, "TilknyttedePersoner"},
	{&type_itsystem, ITSYSTEM_NAVN, "ItSystemNavn"},
	{&type_itsystem, ITSYSTEM_TILHOERER, "Tilhoerer"},
	{&type_person, PERSON_CPR, "CPR-NummerTekst"},
	{&type_person, PERSON_NAVN, "NavnTekst"},
	{&type_adresse, ADRESSE_TEKST, "AdresseTekst"},
	{&type_myndighed, MYNDIGHED_CVR, "CVR-NummerTekst"},
	{&type_myndighed, MYNDIGHED_NAVN, "NavnTekst"},
	{&type_myndighed, MYNDIGHED_KODE, "MyndighedsKode"},
	{&type_virksomhed, VIRKSOMHED_CVR, "CVR-NummerTekst"},
	{&type_virksomhed, VIRKSOMHED_PNR, "P-NummerTekst"},
	{&type_virksomhed, VIRKSOMHED_NAVN, "NavnTekst"},
};

static void
test_named_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(named_rows); i++)
		assert_string_equal(named_rows[i].type->fields[named_rows[i].row].name,
				    named_rows[i].name);
}

/* Clients know these by heart: the table may not lose or mix one. */
static void
test_wellknown(void **state)
{
	enum wellknown found;
	char text[UUID_TEXT_LEN + 1];

	(void)state;
	for (size_t i = 0; i < WELLKNOWN_COUNT; i++) {
		assert_true(wellknown_find(wellknown[i].uuid, &found));
		assert_int_equal(found, i);
		assert_true(wellknown_find_name(wellknown[i].group, str_from(wellknown[i].name),
						&found));
		assert_int_equal(found, i);
	}
	uuid_format(wellknown[KLASSE_FUNKTION_LEDERROLLE].uuid, text);
	assert_string_equal(text, "46c73630-f7ad-4000-9624-c06131cde671");
	assert_true(wellknown_is(wellknown[KLASSE_ENHED_EAN].uuid, KLASSE_ENHED_EAN));
	assert_false(wellknown_is(wellknown[KLASSE_ENHED_EAN].uuid, KLASSE_ENHED_PNR));
	assert_false(wellknown_find((struct uuid){{1}}, &found));
	assert_false(wellknown_find_name(WELLKNOWN_ENHEDSTYPE, STR("email"), &found));
}

static const struct oio_field good[] = {
	{1, OIO_ATTRIBUT, OIO_TEXT, STR_INIT("n"), "A", OIO_ONE, .max_chars = 5},
	{2, OIO_TILSTAND, OIO_GYLDIGHED, STR_INIT("n"), "B", .max = OIO_ONE},
	{3, OIO_RELATION, OIO_REF, STR_INIT("n"), "C", .max = OIO_MANY},
};

/* Each fault a table can have is found. */
static void
test_faults(void **state)
{
	struct oio_field f[ARRAY_LEN(good)];
	struct oio_type t = {.id = 1, .fields = f, .count = ARRAY_LEN(good)};

	(void)state;
#define REFUSES(change)                                                                        \
	do {                                                                                   \
		memcpy(f, good, sizeof(f));                                                    \
		assert_null(oio_type_fault(&t));                                               \
		change;                                                                        \
		assert_non_null(oio_type_fault(&t));                                           \
	} while (0)
	REFUSES(f[1].id = 1);
	REFUSES(f[0].id = 0);
	REFUSES(f[0].id = 256);
	REFUSES(f[2].name = "A");
	REFUSES(f[0].max_chars = 0);
	REFUSES(f[0].max = OIO_MANY);
	REFUSES(f[1].max = OIO_MANY);
	REFUSES(f[0].value = OIO_REF);
	REFUSES(f[0].value = 0);
	REFUSES((f[1] = good[2], f[2] = good[1]));
	REFUSES(f[0].part = OIO_RELATION);
	REFUSES(t.id = 0);
}

static void
test_lookup(void **state)
{
	size_t field;

	(void)state;
	for (size_t i = 0; i < type_bruger.count; i++) {
		assert_true(oio_field_by_id(&type_bruger, type_bruger.fields[i].id, &field));
		assert_int_equal(field, i);
		assert_true(
			oio_field_by_name(&type_bruger, type_bruger.fields[i].name, &field));
		assert_int_equal(field, i);
	}
	assert_false(oio_field_by_id(&type_bruger, 0, &field));
	assert_false(oio_field_by_id(&type_bruger, 200, &field));
	assert_false(oio_field_by_name(&type_bruger, "EnhedNavn", &field));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sound),     cmocka_unit_test(test_named_rows),
		cmocka_unit_test(test_wellknown), cmocka_unit_test(test_faults),
		cmocka_unit_test(test_lookup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
