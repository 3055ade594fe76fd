/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole files: read within a limit, written whole or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/file.h"

static char path[64];

static void
test_round_trip(void **state)
{
	struct str bytes = STR("a\0b"), got;
	struct err e = ERR_INIT;

	(void)state;
	assert_true(file_write(path, bytes, &e));
	assert_true(file_read(path, 3, &got, &e));
	assert_true(str_eq(got, bytes));
	file_free(&got);
	assert_false(str_is_set(got));
	assert_false(file_read(path, 2, &got, &e));
	assert_int_equal(e.code, FILE_UNREADABLE);
	assert_non_null(strstr(e.detail, "too large"));
	unlink(path);
}

static void
test_not_there(void **state)
{
	struct err e = ERR_INIT;
	struct str got;

	(void)state;
	assert_false(file_read("/nonexistent/file", 100, &got, &e));
	assert_int_equal(e.code, FILE_UNREADABLE);
	err_clear(&e);
	assert_false(file_read("/", 100, &got, &e));
	assert_int_equal(e.code, FILE_UNREADABLE);
}

static void
test_cannot_be_written(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_false(file_write("/nonexistent/file", STR("x"), &e));
	assert_int_equal(e.code, FILE_UNWRITABLE);
	err_clear(&e);
	assert_false(file_write("/proc", STR("x"), &e));
	assert_int_equal(e.code, FILE_UNWRITABLE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_not_there),
		cmocka_unit_test(test_cannot_be_written),
	};

	snprintf(path, sizeof(path), "/tmp/sluse-file-%ld", (long)getpid());
	return cmocka_run_group_tests(tests, NULL, NULL);
}
