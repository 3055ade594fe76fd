/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one clock. The kernel is asked here and nowhere else, so that tests can set the time. */
#include "base/clock.h"

#include <stdatomic.h>
#include <time.h>

static _Atomic int64_t shift_us;
static _Atomic int64_t frozen_at;
static atomic_bool is_frozen;

static int64_t
kernel_us(clockid_t id)
{
	struct timespec ts;

	BUG_ON(clock_gettime(id, &ts) != 0);
	return SECONDS(ts.tv_sec) + ts.tv_nsec / 1000;
}

instant
clock_now(void)
{
	if (atomic_load_explicit(&is_frozen, memory_order_acquire))
		return atomic_load_explicit(&frozen_at, memory_order_relaxed);
	return instant_add(kernel_us(CLOCK_REALTIME),
			   atomic_load_explicit(&shift_us, memory_order_relaxed));
}

void
clock_set_shift(instant shift)
{
	atomic_store(&shift_us, shift);
}

void
clock_freeze(instant at)
{
	atomic_store(&frozen_at, at);
	atomic_store(&is_frozen, true);
}

void
clock_thaw(void)
{
	atomic_store(&is_frozen, false);
}

uint64_t
clock_monotonic_us(void)
{
	return (uint64_t)kernel_us(CLOCK_MONOTONIC);
}

uint64_t
clock_thread_cpu_us(void)
{
	return (uint64_t)kernel_us(CLOCK_THREAD_CPUTIME_ID);
}

uint64_t
clock_process_cpu_us(void)
{
	return (uint64_t)kernel_us(CLOCK_PROCESS_CPUTIME_ID);
}

void
clock_cond_init(pthread_cond_t *c)
{
	pthread_condattr_t attr;

	BUG_ON(pthread_condattr_init(&attr) != 0);
	BUG_ON(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0);
	BUG_ON(pthread_cond_init(c, &attr) != 0);
	pthread_condattr_destroy(&attr);
}

void
clock_cond_wait_ms(pthread_cond_t *c, pthread_mutex_t *held, unsigned ms)
{
	struct timespec end;

	BUG_ON(clock_gettime(CLOCK_MONOTONIC, &end) != 0);
	end.tv_sec += ms / 1000;
	end.tv_nsec += (long)(ms % 1000) * 1000000;
	if (end.tv_nsec >= 1000000000) {
		end.tv_sec++;
		end.tv_nsec -= 1000000000;
	}
	(void)pthread_cond_timedwait(c, held, &end);
}
