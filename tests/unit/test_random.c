/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Randomness: the forms of ids, and that two are not one. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "crypto/random.h"

static void
bytes(void **state)
{
	uint8_t zero[32] = {0}, a[32] = {0}, b[32] = {0};

	(void)state;
	random_bytes(a, sizeof(a));
	random_bytes(b, sizeof(b));
	assert_memory_not_equal(a, zero, sizeof(a));
	assert_memory_not_equal(a, b, sizeof(a));
	random_bytes(zero, 0);
}

static void
uuids(void **state)
{
	struct uuid last = {{0}};

	(void)state;
	/* more than are drawn at a time, each another */
	for (int i = 0; i < 100; i++) {
		struct uuid u = random_uuid();

		assert_int_equal(u.b[6] >> 4, 4);
		assert_int_equal(u.b[8] >> 6, 2);
		assert_false(uuid_eq(u, last));
		last = u;
	}
}

static void
ids(void **state)
{
	struct arena *a = arena_new();
	struct str id = random_id(a, "urn:uuid:");
	struct uuid u;

	(void)state;
	assert_true(str_has_prefix(id, STR("urn:uuid:")));
	assert_true(uuid_parse(str_skip(id, 9), &u));
	assert_false(str_eq(id, random_id(a, "urn:uuid:")));
	assert_int_equal(random_id(a, "_").len, 37);
	assert_int_equal(random_hex(a, 16).len, 32);
	assert_int_equal(random_hex(a, 0).len, 0);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes),
		cmocka_unit_test(uuids),
		cmocka_unit_test(ids),
	};

	return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
