/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The heap, and that a broken invariant ends the process. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

static void
new_is_zeroed(void **state)
{
	unsigned char *p = mem_new(1000);

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(p[i], 0);
	memset(p, 1, 1000);
	p = mem_resize(p, 2000);
	assert_int_equal(p[999], 1);
	mem_free(p);
	mem_free(NULL);
	/* Nothing is still something that can be freed. */
	p = mem_new(0);
	assert_non_null(p);
	p = mem_resize(p, 0);
	assert_non_null(p);
	mem_free(p);
}

static void
freep_clears(void **state)
{
	AUTO(mem_freep) uint32_t *numbers = MEM_NEW_N(10, uint32_t);
	char *nothing = NULL;

	(void)state;
	assert_int_equal(numbers[9], 0);
	mem_freep(&numbers);
	assert_null(numbers);
	mem_freep(&nothing);
}

static void
dup_is_terminated(void **state)
{
	char *copy = mem_dup_c(STR("ab\0c"));

	(void)state;
	assert_memory_equal(copy, "ab\0c", 5);
	mem_free(copy);
	copy = mem_dup_c(STR_NONE);
	assert_string_equal(copy, "");
	mem_free(copy);
	copy = mem_dup_c(str_skip(STR("abc"), 1));
	assert_string_equal(copy, "bc");
	mem_free(copy);
}

static void
wipe(void **state)
{
	char secret[] = "secret";

	(void)state;
	mem_wipe(secret, 3);
	assert_memory_equal(secret, "\0\0\0ret", 6);
	mem_wipe(NULL, 0);
}

/* The signal that ended a child which did this, or 0. */
static int
signal_of(void (*what)(void))
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		const struct rlimit no_core = {0, 0};

		setrlimit(RLIMIT_CORE, &no_core);
		close(STDERR_FILENO);
		what();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void
do_nothing(void)
{
	BUG_ON(false);
}

static void
do_bug(void)
{
	BUG_ON(true);
}

static volatile size_t half = SIZE_MAX / 2;

static void
do_overflow(void)
{
	mem_free(mem_new_n(half, 3));
}

static void
bugs_abort(void **state)
{
	(void)state;
	assert_int_equal(signal_of(do_nothing), 0);
	assert_int_equal(signal_of(do_bug), SIGABRT);
	assert_int_equal(signal_of(do_overflow), SIGABRT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_is_zeroed),     cmocka_unit_test(freep_clears),
		cmocka_unit_test(dup_is_terminated), cmocka_unit_test(wipe),
		cmocka_unit_test(bugs_abort),
	};

	return cmocka_run_group_tests_name("mem", tests, NULL, NULL);
}
