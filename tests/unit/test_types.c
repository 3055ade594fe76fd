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

/* As they are published: the table may not lose or mix one. */
static const char *const published[WELLKNOWN_COUNT] = {
	[KLASSE_TYPE_ENHED] = "9b33c0a0-a566-4ec0-8200-325cb1e5bb9a",
	[KLASSE_TYPE_FUNKTION] = "1a8374f6-0ee8-4201-b27c-0e84d57db0ba",
	[KLASSE_TYPE_BRUGER] = "71a08d28-3af7-4bb4-9964-bc2b76b93d64",
	[KLASSE_ENHED_EMAIL] = "2b670843-ce42-411a-8fb5-311dfdd5caf0",
	[KLASSE_ENHED_EMAIL_BEMAERKNING] = "d4939781-f2c4-401c-8c2f-0d08221127b9",
	[KLASSE_ENHED_TELEFON] = "8dcfa714-5ed3-4000-b551-2ba520e7d8ad",
	[KLASSE_ENHED_FASTNET] = "02826f64-5613-468e-ace5-3f089cb3ed20",
	[KLASSE_ENHED_AABNINGSTID_TELEFON] = "f6fd6117-c718-4254-a6f5-92538ad5a2f4",
	[KLASSE_ENHED_POSTADRESSE] = "80b610c6-314b-485a-a014-a9a1d7070bc4",
	[KLASSE_ENHED_POSTRETUR] = "3629ce92-594b-4380-9527-81d6e53edc11",
	[KLASSE_ENHED_HENVENDELSESSTED] = "639a3ed9-86b0-4968-825b-434666cf6220",
	[KLASSE_ENHED_AABNINGSTID_HENVENDELSE] = "f37e5877-1549-4b5d-a53b-819491f0b933",
	[KLASSE_ENHED_LOKATION] = "ec387d90-263c-4cce-8de2-63b407a0daac",
	[KLASSE_ENHED_EAN] = "9ccaafe4-c4b2-4d25-942a-2ec5730d4ed8",
	[KLASSE_ENHED_URL] = "a99c073d-482e-47d3-9275-13c79f453c3a",
	[KLASSE_ENHED_LOS_KALDENAVN] = "47a33082-4687-4a68-b82f-5bf6f9d8ee13",
	[KLASSE_ENHED_LOS_ID] = "ee78e99a-6220-48ea-81fe-e4db239ee10a",
	[KLASSE_ENHED_DTR_ID] = "81912344-ef86-4cff-a522-a0001607d2ce",
	[KLASSE_ENHED_FOA] = "0dac99a2-c419-4113-bb1d-757e00669bf2",
	[KLASSE_ENHED_PNR] = "7c6e2a82-ec39-4ec4-a2b7-fdfe667e1d2b",
	[KLASSE_ENHED_SOR] = "b44138cf-72df-45d1-8821-83db39b62093",
	[KLASSE_BRUGER_EMAIL] = "5d13e891-162a-456b-abf2-fd9b864df96d",
	[KLASSE_BRUGER_TELEFON] = "5ef6be2d-59f4-4652-a680-585929924ba9",
	[KLASSE_BRUGER_FASTNET] = "47c05422-5379-4c27-9ddf-e02b52b3d961",
	[KLASSE_BRUGER_LOKATION] = "ad04ac80-e24a-45a5-9dd9-8537a916ac74",
	[KLASSE_BRUGER_RACF_ID] = "519a2d12-d099-434a-a3a2-a7397db7c741",
	[KLASSE_BRUGER_FMK_ID] = "85760831-0671-4127-93f7-0eee227c5ff9",
	[KLASSE_FUNKTION_URL] = "560cb83d-386d-43c0-aaa2-986a915b087c",
	[KLASSE_FUNKTION_ENHEDSROLLE] = "02e61900-33e0-407f-a2a7-22f70221f003",
	[KLASSE_FUNKTION_ANSAETTELSE] = "57553824-5ed0-4a64-b8aa-7e801df264f6",
	[KLASSE_FUNKTION_LEDERROLLE] = "46c73630-f7ad-4000-9624-c06131cde671",
	[KLASSE_FUNKTION_UDBETALENDE_ENHED] = "faf29ba2-da6d-49c4-8a2f-0739172f4227",
	[KLASSE_FUNKTION_HENVENDELSESSTED] = "7368482a-177e-4e04-8574-f558e6f1ef45",
	[KLASSE_ENHEDSTYPE_AFDELING] = "16bf18c3-ed6f-44b0-b7a1-35f94984e519",
	[KLASSE_ENHEDSTYPE_TEAM] = "2d9710bf-e9cc-465f-8ec7-46d5f2a64412",
	[KLASSE_OPGAVE_ANSVARLIG] = "2a5f38d8-7092-4b3f-85cc-7e272c3c4bb0",
	[KLASSE_OPGAVE_TYPE_KLASSE] = "9870b51e-3bc0-4f98-8827-eba991dd89a9",
	[KLASSE_BRUGERTYPE_EKSTERN] = "9de1426d-2ffb-4d3b-95aa-2afdec22c133",
	[KLASSE_BRUGERTYPE_INTERN] = "fe5bec29-0709-4b45-b935-2748ff554c7a",
	[KLASSE_BRUGERTYPE_ROBOT] = "fb24bae4-beb1-4970-9a94-cf7ce215f63c",
	[KLASSE_FACET_KLE_EMNEPLAN] = "00000c7e-face-4001-8000-000000000000",
};

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
		uuid_format(wellknown[i].uuid, text);
		assert_string_equal(text, published[i]);
	}
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
