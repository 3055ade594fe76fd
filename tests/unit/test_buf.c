/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Buffers: growth, the cap, and that nothing follows a piece that did not fit. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/buf.h"

#define IS(b, lit) assert_true(str_eq(buf_str(&(b)), STR(lit)))

static void
add(void **state)
{
	AUTO(buf_release) struct buf b = BUF_INIT(1000);
	struct err e = ERR_INIT;

	(void)state;
	IS(b, "");
	assert_true(str_is_set(buf_str(&b)));
	buf_add(&b, STR("ab"));
	buf_add(&b, STR_NONE);
	buf_add_c(&b, "cd");
	buf_add_c(&b, NULL);
	buf_add_char(&b, '\0');
	buf_add_bytes(&b, "efg", 2);
	buf_add_bytes(&b, NULL, 0);
	buf_printf(&b, "-%d-%s", 5, "x");
	IS(b, "abcd\0ef-5-x");
	assert_true(buf_done(&b, &e));
	buf_truncate(&b, 2);
	IS(b, "ab");
	buf_clear(&b);
	IS(b, "");
}

static void
insert(void **state)
{
	AUTO(buf_release) struct buf b = BUF_INIT(10);
	struct err e = ERR_INIT;

	(void)state;
	buf_insert(&b, 0, STR("c"));
	buf_insert(&b, 0, STR("ab"));
	buf_insert(&b, 3, STR("f"));
	buf_insert(&b, 3, STR("de"));
	buf_insert(&b, 2, STR_NONE);
	IS(b, "abcdef");
	buf_insert(&b, 1, STR("12345"));
	IS(b, "abcdef");
	assert_false(buf_done(&b, &e));
	assert_int_equal(e.code, ANSWER_TOO_LARGE);
}

/* To the byte: a piece up to the cap is taken, one past it is not, nor anything after it. */
static void
cap_holds(void **state)
{
	static const size_t caps[] = {0, 1, 2, 255, 256, 257, 511, 512, 513, 5000};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(caps); i++) {
		AUTO(buf_release) struct buf b = BUF_INIT(caps[i]);
		struct err e = ERR_INIT;

		for (size_t k = 0; k < caps[i]; k++)
			buf_add_char(&b, (char)('a' + k % 26));
		assert_true(buf_done(&b, &e));
		assert_int_equal(b.len, caps[i]);
		buf_add_c(&b, "");
		buf_printf(&b, "%s", "");
		assert_true(buf_done(&b, &e));
		buf_add_char(&b, '!');
		assert_int_equal(b.len, caps[i]);
		assert_false(buf_done(&b, &e));
		assert_int_equal(e.code, ANSWER_TOO_LARGE);
		for (size_t k = 0; k < caps[i]; k++)
			assert_int_equal(b.ptr[k], 'a' + k % 26);
	}
}

static void
nothing_follows_a_gap(void **state)
{
	AUTO(buf_release) struct buf b = BUF_INIT(4);
	struct err e = ERR_INIT;

	(void)state;
	buf_add_c(&b, "ab");
	buf_add_c(&b, "cde");
	buf_add_c(&b, "c");
	buf_printf(&b, "%c", 'c');
	buf_truncate(&b, 1);
	buf_add_c(&b, "x");
	IS(b, "a");
	assert_false(buf_done(&b, &e));
	buf_clear(&b);
	err_clear(&e);
	buf_add_c(&b, "abcd");
	IS(b, "abcd");
	assert_true(buf_done(&b, &e));
}

static void
printf_at_every_fill(void **state)
{
	(void)state;
	for (size_t fill = 0; fill < 300; fill++) {
		AUTO(buf_release) struct buf b = BUF_INIT(304);
		struct err e = ERR_INIT;

		for (size_t k = 0; k < fill; k++)
			buf_add_char(&b, '.');
		buf_printf(&b, "%d", 1234);
		assert_int_equal(b.len, fill + 4);
		assert_memory_equal(b.ptr + fill, "1234", 4);
		assert_true(buf_done(&b, &e));
		buf_printf(&b, "%*s", 301 - (int)fill, "x");
		assert_int_equal(b.len, fill + 4);
		assert_false(buf_done(&b, &e));
	}
}

static void
release_keeps_the_cap(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 3);
	buf_add_c(&b, "abcd");
	buf_release(&b);
	assert_null(b.ptr);
	assert_false(b.over);
	buf_add_c(&b, "abc");
	IS(b, "abc");
	buf_release(&b);
	buf_release(&b);
}

static void
absurd_sizes_are_refused(void **state)
{
	AUTO(buf_release) struct buf b = BUF_INIT(100), unbounded = BUF_INIT(SIZE_MAX);

	(void)state;
	buf_add_char(&b, 'a');
	buf_add_bytes(&b, "", SIZE_MAX);
	assert_true(b.over);
	buf_add_char(&unbounded, 'a');
	assert_true(unbounded.over);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(add),
		cmocka_unit_test(insert),
		cmocka_unit_test(cap_holds),
		cmocka_unit_test(nothing_follows_a_gap),
		cmocka_unit_test(printf_at_every_fill),
		cmocka_unit_test(release_keeps_the_cap),
		cmocka_unit_test(absurd_sizes_are_refused),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
