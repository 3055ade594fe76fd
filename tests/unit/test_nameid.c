/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of users: the grammar of the distinguished name, and the names that systems get. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "saml/nameid.h"
#include "xml/names.h"

#define UUID "6f1f0a3e-1c9b-4a52-9a7e-0d5a4b8c2e11"

static const struct {
	const char *name, *value;
	const char *o, *cn, *serial; /* NULL: refused */
} cases[] = {
	{"plain", "C=DK,O=11111111,CN=Mads Skjern,Serial=" UUID, "11111111", "Mads Skjern",
	 UUID},
	{"blanks after commas", "C=DK, O=11111111, CN=Mads Skjern, Serial=CVR:11111111-RID:42",
	 "11111111", "Mads Skjern", "CVR:11111111-RID:42"},
	{"blanks around equals", "C = DK, O = 11111111, CN = Mads Skjern, Serial = " UUID,
	 "11111111", "Mads Skjern", UUID},
	{"keys in another case", "c=DK,o=11111111,cn=Mads,SERIAL=x", "11111111", "Mads", "x"},
	{"comma in the name", "C=DK,O=11111111,CN=Skjern, Mads,Serial=x", "11111111",
	 "Skjern, Mads", "x"},
	{"equals in the name", "C=DK,O=11111111,CN=a=b,Serial=x", "11111111", "a=b", "x"},
	{"another key belongs to the value", "C=DK,O=11111111,CN=Mads,OU=x,Serial=x",
	 "11111111", "Mads,OU=x", "x"},
	{"two serials", "C=DK,O=11111111,CN=Mads,Serial=evil,Serial=x", NULL, NULL, NULL},
	{"serial smuggled into the name", "C=DK,O=11111111,CN=x,Serial=evil,CN=y,Serial=x",
	 NULL, NULL, NULL},
	{"serial smuggled behind a line end", "C=DK,O=11111111,CN=x,\nSerial=evil,Serial=x",
	 NULL, NULL, NULL},
	{"serial smuggled behind a no-break space",
	 "C=DK,O=11111111,CN=x,\xc2\xa0Serial=evil,Serial=x", NULL, NULL, NULL},
	{"serial smuggled behind an ideographic space",
	 "C=DK,O=11111111,CN=x,\xe3\x80\x80Serial\xe2\x80\x83=evil,Serial=x", NULL, NULL, NULL},
	{"line end before a key is a blank", "C=DK,\n O=11111111,\n CN=Mads,\n Serial=x",
	 "11111111", "Mads", "x"},
	{"line end in the serial", "C=DK,O=11111111,CN=Mads,Serial=x\n2026 ok", NULL, NULL,
	 NULL},
	{"control character in the name", "C=DK,O=11111111,CN=M\xc2\x9b,Serial=x", NULL, NULL,
	 NULL},
	{"no serial", "C=DK,O=11111111,CN=Mads", NULL, NULL, NULL},
	{"empty serial", "C=DK,O=11111111,CN=Mads,Serial=", NULL, NULL, NULL},
	{"no O", "C=DK,CN=Mads,Serial=x", NULL, NULL, NULL},
	{"out of order", "O=11111111,C=DK,CN=Mads,Serial=x", NULL, NULL, NULL},
	{"not a name", "mads", NULL, NULL, NULL},
	{"empty", "", NULL, NULL, NULL},
};

static void
names_are_parsed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct nameid_parts p;
		struct err e = ERR_INIT;
		bool ok = nameid_parse(str_from(cases[i].value), &p, &e);

		if (ok != (cases[i].o != NULL))
			fail_msg("%s: %s", cases[i].name, e.detail);
		if (!ok) {
			assert_int_equal(e.code, SAML_CONDITIONS);
			continue;
		}
		if (!str_eq_c(p.o, cases[i].o) || !str_eq_c(p.cn, cases[i].cn) ||
		    !str_eq_c(p.serial, cases[i].serial) || p.c.len != 2)
			fail_msg("%s: " STR_FMT " " STR_FMT " " STR_FMT, cases[i].name,
				 STR_ARG(p.o), STR_ARG(p.cn), STR_ARG(p.serial));
	}
}

static void
long_names_are_refused(void **state)
{
	char *text = mem_new(200001);
	struct nameid_parts p;
	struct err e = ERR_INIT;

	(void)state;
	memset(text, ',', 200000);
	memcpy(text, "C=DK", 4);
	assert_false(nameid_parse(str_of(text, 200000), &p, &e));
	mem_free(text);
}

static void
systems_get_their_mode(void **state)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	const struct nameid from = {.value = STR("C=DK,O=1,CN=x,Serial=y"),
				    .format = SAML_X509_FORMAT,
				    .name_qualifier = STR("q")};
	struct nameid got;

	(void)state;
	assert_int_equal(nameid_mode(STR_NONE), NAMEID_MODE_COPY);
	assert_int_equal(nameid_mode(STR("transient")), NAMEID_MODE_TRANSIENT);
	got = nameid_for_system(NAMEID_MODE_COPY, &from, STR(UUID), a);
	assert_true(str_eq(got.value, from.value) && str_eq(got.name_qualifier, STR("q")));
	got = nameid_for_system(nameid_mode(STR("persistent")), &from, STR(UUID), a);
	assert_true(str_eq_c(got.value,
			     "https://data.gov.dk/model/core/eid/professional/uuid/" UUID));
	assert_true(str_eq(got.format, NAMEID_PERSISTENT));
	assert_false(str_is_set(got.name_qualifier));
	got = nameid_for_system(NAMEID_MODE_PERSISTENT, &from, STR("no uuid"), a);
	assert_true(str_eq(got.value, from.value));
	got = nameid_for_system(NAMEID_MODE_TRANSIENT, &from, STR(UUID), a);
	assert_true(str_eq(got.format, NAMEID_TRANSIENT) && got.value.len > 30);
	assert_true(
		str_eq(nameid_user_key(a, STR("11111111"), STR("AB-c")), STR("11111111|ab-c")));
}

static void
pseudonyms(void **state)
{
	static const struct {
		const char *serial;
		bool is_one;
	} rows[] = {
		{UUID, true},
		{"https://data.gov.dk/model/core/eid/professional/uuid/" UUID, true},
		{"https://data.gov.dk/model/core/eid/professional/uuid/persistent/" UUID, true},
		{"CVR:11111111-RID:42", true},
		{"cvr:11111111-rid:42", true},
		{"CVR:11111111-RID:0101701234567", false},
		{"CVR:11111111-UID:42", false},
		{"CVR:1111111-RID:42", false},
		{"0101701234", false},
		{"010170-1234", false},
		{"agnete@korsbaek.example", false},
		{UUID "x", false},
		{"", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (nameid_is_pseudonym(str_from(rows[i].serial)) != rows[i].is_one)
			fail_msg("%s", rows[i].serial);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_parsed),
		cmocka_unit_test(long_names_are_refused),
		cmocka_unit_test(systems_get_their_mode),
		cmocka_unit_test(pseudonyms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
