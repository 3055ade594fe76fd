/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON of a peer: what is read, what is not, and texts in and out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/json.h"
#include "base/limits.h"

static const struct {
	const char *text;
	bool is_read;
} cases[] = {
	{"{}", true},
	{" {\"a\":[1,{\"b\":null}]} ", true},
	{"{\"a\":\"[[[[[[[[[[[[[[[[[[[[{{{\"}", true},
	{"{\"a\":\"\\\"[[[[[[[[[[[[[[[[[[[[\"}", true},
	{"{\"[[[[[[[[[[[[[[[[[[[[[\\\\\":1}", true},
	{NULL, false},
	{"", false},
	{"[]", false},
	{"1", false},
	{"{}{}", false},
	{"{\"a\":1,\"a\":1}", false},
	{"{\"a\":{\"b\":1,\"b\":2}}", false},
	{"{\"a\":\"\xff\"}", false},
	{"{\"a\":\"\\u0000\"}", false},
	{"{\"a\":1", false},
	{"{\"a", false},
	{"{\"a\\", false},
};

static void
what_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *v = json_read_object(str_from(cases[i].text));

		if ((v != NULL) != cases[i].is_read)
			fail_msg("%s", cases[i].text);
		json_decref(v);
	}
}

/* n lists in an object: n + 1 deep */
static bool
is_read_nested(unsigned n)
{
	AUTO(buf_release) struct buf b = BUF_INIT(1u << 20);
	json_t *v;

	buf_add_c(&b, "{\"a\":");
	for (unsigned i = 0; i < n; i++)
		buf_add_char(&b, '[');
	for (unsigned i = 0; i < n; i++)
		buf_add_char(&b, ']');
	if (n == 0)
		buf_add_char(&b, '1');
	buf_add_char(&b, '}');
	v = json_read_object(buf_str(&b));
	json_decref(v);
	return v != NULL;
}

static void
depth(void **state)
{
	(void)state;
	assert_true(is_read_nested(0));
	assert_true(is_read_nested(LIMIT_JSON_DEPTH - 1));
	assert_false(is_read_nested(LIMIT_JSON_DEPTH));
	assert_false(is_read_nested(100000));
}

static void
texts(void **state)
{
	AUTO(json_decrefp) json_t *o = json_object();
	AUTO(buf_release) struct buf b = BUF_INIT(100);

	(void)state;
	json_put_text(o, "b", STR("x\"y"));
	json_put_text(o, "a", STR(""));
	json_put_text(o, "none", STR_NONE);
	json_put_text(o, "bytes", STR("\xff"));
	json_object_set_new(o, "n", json_integer(1));
	assert_true(str_eq_c(json_get_text(o, "b"), "x\"y"));
	assert_true(str_is_set(json_get_text(o, "a")));
	assert_false(str_is_set(json_get_text(o, "n")));
	assert_false(str_is_set(json_get_text(o, "none")));
	assert_false(str_is_set(json_get_text(o, "bytes")));
	assert_false(str_is_set(json_get_text(NULL, "a")));
	json_add_to(o, &b);
	assert_true(str_eq_c(buf_str(&b), "{\"b\":\"x\\\"y\",\"a\":\"\",\"n\":1}"));
	buf_clear(&b);
	json_add_sorted(o, &b);
	assert_true(str_eq_c(buf_str(&b), "{\"a\":\"\",\"b\":\"x\\\"y\",\"n\":1}"));
}

/* One writer writes what the other does: every byte, alone and in its place. */
static void
members(void **state)
{
	static const char *const more[] = {"",      "\xc3\xa6\xe2\x82\xac\xf0\x9f\x98\x80",
					   "/<>&'", "\xff",
					   "\xc3",  "\xed\xa0\x80"};

	(void)state;
	for (unsigned c = 1; c < 256 + ARRAY_LEN(more); c++) {
		AUTO(json_decrefp) json_t *o = json_object();
		AUTO(buf_release) struct buf ours = BUF_INIT(200);
		AUTO(buf_release) struct buf theirs = BUF_INIT(200);
		char text[4] = {'{', (char)c, '{', '\0'};
		struct str value = str_from(c < 256 ? text : more[c - 256]);

		json_put_text(o, "first", value);
		json_put_text(o, "none", STR_NONE);
		json_put_text(o, "second", value);
		json_add_to(o, &theirs);
		buf_add_char(&ours, '{');
		json_add_member(&ours, "first", value);
		json_add_member(&ours, "none", STR_NONE);
		json_add_member(&ours, "second", value);
		buf_add_char(&ours, '}');
		if (!str_eq(buf_str(&ours), buf_str(&theirs)))
			fail_msg("%u: " STR_FMT ", not " STR_FMT, c, STR_ARG(buf_str(&ours)),
				 STR_ARG(buf_str(&theirs)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members),
		cmocka_unit_test(what_is_read),
		cmocka_unit_test(depth),
		cmocka_unit_test(texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
