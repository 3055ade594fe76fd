/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Slices: absent against empty, bytes that are not ASCII, and the one number parser. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/str.h"

static void
absent_is_not_empty(void **state)
{
	(void)state;
	assert_false(str_is_set(STR_NONE));
	assert_true(str_is_set(STR("")));
	assert_true(str_is_empty(STR_NONE));
	assert_true(str_is_empty(STR("")));
	assert_false(str_is_empty(STR(" ")));
	assert_false(str_is_set(str_from(NULL)));
	assert_true(str_is_set(str_from("")));
	assert_false(str_is_set(str_of(NULL, 0)));
	assert_int_equal(str_of("abc", 2).len, 2);
	assert_int_equal(str_from("abc").len, 3);
}

static const struct {
	const char *name;
	struct str a, b;
	int order;
	bool is_equal, is_equal_nocase;
} pairs[] = {
	{"same", STR_INIT("abc"), STR_INIT("abc"), 0, true, true},
	{"case differs", STR_INIT("aBc"), STR_INIT("abc"), -1, false, true},
	{"one byte differs", STR_INIT("abc"), STR_INIT("abd"), -1, false, false},
	{"one is longer", STR_INIT("abcd"), STR_INIT("abc"), 1, false, false},
	{"both empty", STR_INIT(""), STR_INIT(""), 0, true, true},
	{"both absent", {NULL, 0}, {NULL, 0}, 0, true, true},
	{"absent and empty", {NULL, 0}, STR_INIT(""), -1, false, false},
	{"empty and absent", STR_INIT(""), {NULL, 0}, 1, false, false},
	{"empty and text", STR_INIT(""), STR_INIT("a"), -1, false, false},
	{"bytes are unsigned", STR_INIT("\x80"), STR_INIT("\x7f"), 1, false, false},
	{"after a NUL", STR_INIT("a\0b"), STR_INIT("a\0c"), -1, false, false},
	{"only ASCII folds", STR_INIT("\xc3\x86"), STR_INIT("\xc3\xa6"), -1, false, false},
	{"neighbours of letters do not fold", STR_INIT("@[`{"), STR_INIT("`{@["), -1, false,
	 false},
};

static void
compare(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		if (str_eq(pairs[i].a, pairs[i].b) != pairs[i].is_equal ||
		    str_eq_nocase(pairs[i].a, pairs[i].b) != pairs[i].is_equal_nocase ||
		    str_cmp(pairs[i].a, pairs[i].b) != pairs[i].order ||
		    str_cmp(pairs[i].b, pairs[i].a) != -pairs[i].order)
			fail_msg("%s", pairs[i].name);
	}
	assert_true(str_eq_c(STR("abc"), "abc"));
	assert_false(str_eq_c(STR("abc"), "ab"));
	assert_false(str_eq_c(STR("abc\0"), "abc"));
	assert_false(str_eq_c(STR_NONE, ""));
	assert_true(str_eq_c(STR_NONE, NULL));
}

static void
slash_at_the_end(void **state)
{
	(void)state;
	assert_true(str_eq(str_without_slash(STR("/a/")), STR("/a")));
	assert_true(str_eq(str_without_slash(STR("/a//")), STR("/a/")));
	assert_true(str_eq(str_without_slash(STR("/a")), STR("/a")));
	assert_true(str_eq(str_without_slash(STR("/")), STR("/")));
	assert_true(str_eq(str_without_slash(STR("")), STR("")));
}

static void
prefix_and_suffix(void **state)
{
	(void)state;
	assert_true(str_has_prefix(STR("abc"), STR("ab")));
	assert_true(str_has_prefix(STR("abc"), STR("abc")));
	assert_true(str_has_prefix(STR("abc"), STR("")));
	assert_false(str_has_prefix(STR("abc"), STR("abcd")));
	assert_false(str_has_prefix(STR("abc"), STR("bc")));
	assert_false(str_has_prefix(STR("abc"), STR_NONE));
	assert_false(str_has_prefix(STR_NONE, STR("")));
	assert_true(str_has_suffix(STR("abc"), STR("bc")));
	assert_true(str_has_suffix(STR("abc"), STR("abc")));
	assert_true(str_has_suffix(STR("abc"), STR("")));
	assert_false(str_has_suffix(STR("abc"), STR("ab")));
	assert_false(str_has_suffix(STR("bc"), STR("abc")));
	assert_false(str_has_suffix(STR("abc"), STR_NONE));
	assert_false(str_has_suffix(STR_NONE, STR("")));
}

static void
trim_and_skip(void **state)
{
	(void)state;
	assert_true(str_eq(str_trim(STR(" \t\r\na b\n ")), STR("a b")));
	assert_true(str_eq(str_trim(STR(" \n")), STR("")));
	assert_true(str_eq(str_trim(STR_NONE), STR_NONE));
	/* Not white space of XML: NO-BREAK SPACE, form feed, vertical tab. */
	assert_int_equal(str_trim(STR("\xc2\xa0x\f\v")).len, 5);
	assert_true(str_eq(str_skip(STR("abc"), 0), STR("abc")));
	assert_true(str_eq(str_skip(STR("abc"), 2), STR("c")));
	assert_true(str_eq(str_skip(STR("abc"), 3), STR("")));
	assert_true(str_eq(str_skip(STR("abc"), SIZE_MAX), STR("")));
	assert_true(str_eq(str_skip(STR_NONE, 1), STR_NONE));
}

static void
find_and_cut(void **state)
{
	struct str head, rest;
	size_t at = 99;

	(void)state;
	assert_true(str_find(STR("a=b=c"), STR("=b"), &at));
	assert_int_equal(at, 1);
	assert_true(str_find(STR("abc"), STR(""), &at));
	assert_int_equal(at, 0);
	assert_false(str_find(STR("abc"), STR("cb"), &at));
	assert_false(str_find(STR("abc"), STR("abcd"), &at));
	assert_false(str_find(STR_NONE, STR(""), &at));
	assert_false(str_find(STR("abc"), STR_NONE, &at));
	assert_true(str_has_char(STR("abc"), 'c'));
	assert_true(str_has_char(STR("ab\0"), '\0'));
	assert_false(str_has_char(STR("abc"), '\0'));
	assert_false(str_has_char(STR_NONE, 'a'));

	assert_true(str_cut(STR("a=b=c"), '=', &head, &rest));
	assert_true(str_eq(head, STR("a")));
	assert_true(str_eq(rest, STR("b=c")));
	assert_true(str_cut(STR("="), '=', &head, &rest));
	assert_true(str_eq(head, STR("")));
	assert_true(str_eq(rest, STR("")));
	assert_false(str_cut(STR("abc"), '=', &head, &rest));
	assert_true(str_eq(head, STR("abc")));
	assert_true(str_eq(rest, STR_NONE));
	assert_false(str_cut(STR_NONE, '=', &head, &rest));
	assert_true(str_eq(head, STR_NONE));
	assert_true(str_eq(rest, STR_NONE));
}

static void
digits(void **state)
{
	(void)state;
	assert_true(str_is_digits(STR("01234567"), 8));
	assert_false(str_is_digits(STR("0123456"), 8));
	assert_false(str_is_digits(STR("012345678"), 8));
	assert_false(str_is_digits(STR("0123456a"), 8));
	assert_false(str_is_digits(STR("+1234567"), 8));
	assert_false(str_is_digits(STR(" 1234567"), 8));
	assert_false(str_is_digits(STR_NONE, 0));
	assert_true(str_is_digits(STR(""), 0));
}

static const struct {
	const char *name;
	struct str text;
	int64_t min, max;
	bool is_number;
	int64_t want;
} numbers[] = {
	{"zero", STR_INIT("0"), 0, 9, true, 0},
	{"minus zero", STR_INIT("-0"), 0, 9, true, 0},
	{"plus", STR_INIT("+7"), 0, 9, true, 7},
	{"leading zeros", STR_INIT("007"), 0, 9, true, 7},
	{"at min", STR_INIT("-5"), -5, 9, true, -5},
	{"below min", STR_INIT("-6"), -5, 9, false, 0},
	{"at max", STR_INIT("9"), -5, 9, true, 9},
	{"above max", STR_INIT("10"), -5, 9, false, 0},
	{"greatest", STR_INIT("9223372036854775807"), INT64_MIN, INT64_MAX, true, INT64_MAX},
	{"greatest and one", STR_INIT("9223372036854775808"), INT64_MIN, INT64_MAX, false, 0},
	{"least", STR_INIT("-9223372036854775808"), INT64_MIN, INT64_MAX, true, INT64_MIN},
	{"least less one", STR_INIT("-9223372036854775809"), INT64_MIN, INT64_MAX, false, 0},
	{"twenty digits", STR_INIT("99999999999999999999"), INT64_MIN, INT64_MAX, false, 0},
	{"absent", {NULL, 0}, INT64_MIN, INT64_MAX, false, 0},
	{"empty", STR_INIT(""), INT64_MIN, INT64_MAX, false, 0},
	{"only a sign", STR_INIT("-"), INT64_MIN, INT64_MAX, false, 0},
	{"two signs", STR_INIT("+-1"), INT64_MIN, INT64_MAX, false, 0},
	{"blank before", STR_INIT(" 1"), INT64_MIN, INT64_MAX, false, 0},
	{"blank after", STR_INIT("1 "), INT64_MIN, INT64_MAX, false, 0},
	{"hexadecimal", STR_INIT("0x1"), INT64_MIN, INT64_MAX, false, 0},
	{"fraction", STR_INIT("1.0"), INT64_MIN, INT64_MAX, false, 0},
	{"NUL after", STR_INIT("1\0"), INT64_MIN, INT64_MAX, false, 0},
	{"before the digits", STR_INIT("/"), INT64_MIN, INT64_MAX, false, 0},
	{"after the digits", STR_INIT(":"), INT64_MIN, INT64_MAX, false, 0},
};

static void
to_i64(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		int64_t got = 4711;
		bool is_number =
			str_to_i64(numbers[i].text, numbers[i].min, numbers[i].max, &got);

		if (is_number != numbers[i].is_number ||
		    got != (is_number ? numbers[i].want : 4711))
			fail_msg("%s", numbers[i].name);
	}
}

static void
sizes(void **state)
{
	size_t n;

	(void)state;
	assert_true(size_add(SIZE_MAX - 1, 1, &n));
	assert_true(n == SIZE_MAX);
	assert_false(size_add(SIZE_MAX, 1, &n));
	assert_true(size_mul(SIZE_MAX / 2, 2, &n));
	assert_false(size_mul(SIZE_MAX / 2 + 1, 2, &n));
	assert_true(size_mul(SIZE_MAX, 0, &n));
	assert_true(n == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(absent_is_not_empty),
		cmocka_unit_test(compare),
		cmocka_unit_test(slash_at_the_end),
		cmocka_unit_test(prefix_and_suffix),
		cmocka_unit_test(trim_and_skip),
		cmocka_unit_test(find_and_cut),
		cmocka_unit_test(digits),
		cmocka_unit_test(to_i64),
		cmocka_unit_test(sizes),
	};

	return cmocka_run_group_tests_name("str", tests, NULL, NULL);
}
