/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arenas: alignment, zeroing, large pieces, use after a reset. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/arena.h"

static void
pieces_are_zeroed_aligned_and_apart(void **state)
{
	static const size_t sizes[] = {0,     1,     7,     15,    16,    17,
				       100,   4095,  16383, 16384, 30000, 65503,
				       65504, 65505, 65536, 70000, 1,     1 << 20};
	AUTO(arena_freep) struct arena *a = arena_new();

	(void)state;
	for (int round = 0; round < 50; round++) {
		unsigned char *piece[ARRAY_LEN(sizes)];

		for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
			piece[i] = arena_alloc(a, sizes[i]);
			assert_int_equal((uintptr_t)piece[i] % 16, 0);
			for (size_t k = 0; k < sizes[i]; k++)
				if (piece[i][k] != 0)
					fail_msg("%zu bytes: not zero at %zu", sizes[i], k);
			memset(piece[i], (int)i + 1, sizes[i]);
		}
		for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
			for (size_t k = 0; k < sizes[i]; k++)
				if (piece[i][k] != i + 1)
					fail_msg("%zu bytes: overwritten", sizes[i]);
		if (round % 10 == 9)
			arena_reset(a);
	}
}

static void
many_small_pieces(void **state)
{
	enum { PIECES = 20000 };
	AUTO(arena_freep) struct arena *a = arena_new();
	uint32_t **piece = ARENA_NEW_N(a, PIECES, uint32_t *);

	(void)state;
	for (uint32_t i = 0; i < PIECES; i++) {
		piece[i] = ARENA_NEW(a, uint32_t);
		*piece[i] = i;
	}
	for (uint32_t i = 0; i < PIECES; i++)
		assert_int_equal(*piece[i], i);
}

static void
used_counts_what_was_asked_for(void **state)
{
	AUTO(arena_freep) struct arena *a = arena_new();

	(void)state;
	assert_int_equal(arena_used(a), 0);
	arena_alloc(a, 100);
	arena_alloc(a, 100000);
	assert_int_equal(arena_used(a), 100100);
	arena_reset(a);
	assert_int_equal(arena_used(a), 0);
}

static void
dup(void **state)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	char source[] = "ab\0c";
	struct str copy;

	(void)state;
	assert_false(str_is_set(arena_dup(a, STR_NONE)));
	assert_true(str_eq(arena_dup(a, STR("")), STR("")));
	copy = arena_dup(a, str_of(source, 4));
	source[0] = 'x';
	assert_true(str_eq(copy, STR("ab\0c")));
	assert_int_equal(copy.ptr[4], '\0');
	assert_string_equal(arena_dup_c(a, STR("abc")), "abc");
	assert_string_equal(arena_dup_c(a, STR_NONE), "");
	/* Text does not spoil the alignment of what follows. */
	assert_int_equal((uintptr_t)arena_alloc(a, 1) % 16, 0);
}

static void
print(void **state)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	static const int widths[] = {0, 1, 254, 255, 256, 257, 20000, 70000};

	(void)state;
	assert_true(str_eq(arena_printf(a, "%s-%d", "a", 7), STR("a-7")));
	for (size_t i = 0; i < ARRAY_LEN(widths); i++) {
		struct str s = arena_printf(a, "%*s", widths[i], "");

		assert_int_equal(s.len, widths[i]);
		assert_int_equal(s.ptr[s.len], '\0');
		for (size_t k = 0; k < s.len; k++)
			assert_int_equal(s.ptr[k], ' ');
	}
}

static void
free_clears(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	arena_freep(&a);
	assert_null(a);
	arena_freep(&a);
	arena_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
		cmocka_unit_test(many_small_pieces),
		cmocka_unit_test(used_counts_what_was_asked_for),
		cmocka_unit_test(dup),
		cmocka_unit_test(print),
		cmocka_unit_test(free_clears),
	};

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
