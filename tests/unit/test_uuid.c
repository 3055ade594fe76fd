/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UUIDs: what is read, what is refused, and that writing gives back what was read. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/uuid.h"

#define TEXT "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"

static const struct uuid value = {{0x0a, 0x1b, 0x2c, 0x3d, 0x4e, 0x5f, 0x60, 0x71, 0x82, 0x93,
				   0xa4, 0xb5, 0xc6, 0xd7, 0xe8, 0xf9}};

static const struct {
	const char *name;
	struct str text;
	bool is_read;
} cases[] = {
	{"lower case", STR_INIT(TEXT), true},
	{"upper case", STR_INIT("0A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9"), true},
	{"mixed case", STR_INIT("0a1B2c3D-4e5F-6071-8293-a4B5c6D7e8F9"), true},
	{"absent", {NULL, 0}, false},
	{"empty", STR_INIT(""), false},
	{"one short", STR_INIT("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f"), false},
	{"one long", STR_INIT(TEXT "0"), false},
	{"blank after", STR_INIT("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f "), false},
	{"blank before", STR_INIT(" 0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f"), false},
	{"braces", STR_INIT("{" TEXT "}"), false},
	{"urn", STR_INIT("urn:uuid:" TEXT), false},
	{"no dashes", STR_INIT("0a1b2c3d4e5f60718293a4b5c6d7e8f9"), false},
	{"dash moved", STR_INIT("0a1b2c3d4-e5f-6071-8293-a4b5c6d7e8f9"), false},
	{"dash for digit", STR_INIT("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8--"), false},
	{"not hexadecimal", STR_INIT("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8fg"), false},
	{"NUL inside",
	 STR_INIT("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8\0"
		  "9"),
	 false},
};

static void
parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct uuid u = {{0}};
		bool is_read = uuid_parse(cases[i].text, &u);

		if (is_read != cases[i].is_read || uuid_eq(u, value) != is_read)
			fail_msg("%s", cases[i].name);
	}
}

static void
format_gives_lower_case(void **state)
{
	char text[UUID_TEXT_LEN + 1];

	(void)state;
	assert_true(str_eq(uuid_format(value, text), STR(TEXT)));
	assert_int_equal(text[UUID_TEXT_LEN], '\0');
}

static void
compare(void **state)
{
	struct uuid nil = {{0}}, other = value;

	(void)state;
	assert_true(uuid_is_nil(nil));
	nil.b[15] = 1;
	assert_false(uuid_is_nil(nil));
	assert_false(uuid_is_nil(value));
	assert_true(uuid_eq(value, other));
	assert_int_equal(uuid_cmp(value, other), 0);
	other.b[15] = 0xfa;
	assert_false(uuid_eq(value, other));
	assert_int_equal(uuid_cmp(value, other), -1);
	assert_int_equal(uuid_cmp(other, value), 1);
	/* Bytes are unsigned: 80… comes after 7f…. */
	assert_int_equal(uuid_cmp((struct uuid){{0x80}}, (struct uuid){{0x7f}}), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse),
		cmocka_unit_test(format_gives_lower_case),
		cmocka_unit_test(compare),
	};

	return cmocka_run_group_tests_name("uuid", tests, NULL, NULL);
}
