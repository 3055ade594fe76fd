/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one clock. Only clock.c asks the kernel. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/time.h"

instant clock_now(void);		 /* UTC, with the shift if one is set */
/* before threads start; refused by options.c in production */
void clock_set_shift(instant shift);
void clock_freeze(instant at);		 /* unit tests: clock_now() returns this from now on */
void clock_thaw(void);
uint64_t clock_monotonic_us(void);	 /* for durations */
uint64_t clock_thread_cpu_us(void);	 /* CPU time of this thread, for benchmarks */
uint64_t clock_process_cpu_us(void); /* of all its threads */

#endif
