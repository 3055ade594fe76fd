/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one clock. Only clock.c asks the kernel. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <pthread.h>
#include "base/time.h"

instant clock_now(void);		 /* UTC, with the shift if one is set */
/* before threads start; refused by options.c in production */
void clock_set_shift(instant shift);
void clock_freeze(instant at);		 /* unit tests: clock_now() returns this from now on */
void clock_thaw(void);
/* Waiting with an end, on the clock that nobody sets. Spurious wakes are the caller's. */
void clock_cond_init(pthread_cond_t *c);
void clock_cond_wait_ms(pthread_cond_t *c, pthread_mutex_t *held, unsigned ms);
uint64_t clock_monotonic_us(void);	 /* for durations */
uint64_t clock_thread_cpu_us(void);	 /* CPU time of this thread, for benchmarks */
uint64_t clock_process_cpu_us(void); /* of all its threads */

#endif
