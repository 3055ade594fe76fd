/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clock runs, stands still when told to, and is shifted. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"

static void
freeze_and_thaw(void **state)
{
	(void)state;
	clock_freeze(SECONDS(5));
	assert_int_equal(clock_now(), SECONDS(5));
	clock_freeze(-SECONDS(5));
	assert_int_equal(clock_now(), -SECONDS(5));
	clock_thaw();
	/* 2026-01-01: no machine that builds this is older. */
	assert_true(clock_now() > SECONDS(INT64_C(1767225600)));
}

static void
shift(void **state)
{
	instant before = clock_now();

	(void)state;
	clock_set_shift(DAYS(30));
	assert_in_range(clock_now() - before, DAYS(30), DAYS(30) + MINUTES(1));
	clock_set_shift(-DAYS(30));
	assert_in_range(before - clock_now(), DAYS(30) - MINUTES(1), DAYS(30));
	clock_set_shift(0);
	assert_in_range(clock_now() - before, 0, MINUTES(1));
}

static void
durations_grow(void **state)
{
	uint64_t wall = clock_monotonic_us(), cpu = clock_thread_cpu_us();
	volatile uint64_t work = 0;

	(void)state;
	while (clock_thread_cpu_us() < cpu + 2000)
		work++;
	assert_true(clock_monotonic_us() >= wall + 2000);
	/* A frozen clock does not stop durations. */
	clock_freeze(0);
	cpu = clock_thread_cpu_us();
	while (clock_thread_cpu_us() == cpu)
		work++;
	clock_thaw();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(freeze_and_thaw),
		cmocka_unit_test(shift),
		cmocka_unit_test(durations_grow),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
