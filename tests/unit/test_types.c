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

static void
test_named_rows(void **state)
{
	(void)state;
	assert_string_equal(type_organisation.fields[ORGANISATION_OVERORDNET].name,
			    "Overordnet");
	assert_string_equal(type_organisation.fields[ORGANISATION_VIRKSOMHED].name,
			    "Virksomhed");
	assert_string_equal(type_person.fields[PERSON_CPR].name, "CPR-NummerTekst");
	assert_string_equal(type_virksomhed.fields[VIRKSOMHED_CVR].name, "CVR-NummerTekst");
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
		cmocka_unit_test(test_sound),
		cmocka_unit_test(test_named_rows),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_lookup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
