/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "Seen before?": once is once, also under eight threads; full is full; what expired makes
 * room. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/once.h"

static struct once_key
key_of(uint32_t n)
{
	struct once_key key = {{0}};

	memcpy(key.b, &n, sizeof(n));
	return key;
}

/* ERR_NONE when claimed. */
static enum err_code
claim(struct once *o, uint32_t n, instant until, instant now)
{
	struct once_key key = key_of(n);
	struct err e = ERR_INIT;
	bool is_claimed = once_claim(o, &key, 1, until, now, &e);

	assert_int_equal(is_claimed, e.code == ERR_NONE);
	return e.code;
}

static void
once_is_once(void **state)
{
	struct once *o = once_new(10);

	(void)state;
	assert_int_equal(claim(o, 1, 100, 0), ERR_NONE);
	assert_int_equal(claim(o, 1, 100, 0), MESSAGE_REPLAYED);
	assert_int_equal(claim(o, 2, 100, 0), ERR_NONE);
	/* It holds through its last microsecond. */
	assert_int_equal(claim(o, 1, 200, 100), MESSAGE_REPLAYED);
	assert_int_equal(claim(o, 1, 200, 101), ERR_NONE);
	assert_int_equal(claim(o, 1, 300, 200), MESSAGE_REPLAYED);
	/* A clock set back does not bring a claim back to life twice. */
	assert_int_equal(claim(o, 1, 300, -1000), MESSAGE_REPLAYED);
	/* What comes after its time is still held for the moment. */
	assert_int_equal(claim(o, 3, 50, 500), ERR_NONE);
	assert_int_equal(claim(o, 3, 50, 500), MESSAGE_REPLAYED);
	/* Open ends */
	assert_int_equal(claim(o, 4, INSTANT_MAX, 500), ERR_NONE);
	assert_int_equal(claim(o, 4, INSTANT_MAX, INSTANT_MAX), MESSAGE_REPLAYED);
	once_free(o);
	once_free(NULL);
}

static void
every_byte_of_a_key_counts(void **state)
{
	struct once *o = once_new(1000);

	(void)state;
	for (size_t i = 0; i < ONCE_KEY_LEN; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			struct once_key key = {{0}};
			struct err e = ERR_INIT;

			key.b[i] = (uint8_t)(1U << bit);
			assert_true(once_claim(o, &key, 1, 1, 0, &e));
			assert_false(once_claim(o, &key, 1, 1, 0, &e));
		}
	}
	assert_int_equal(once_count(o), 256);
	once_free(o);
}

static void
all_or_none(void **state)
{
	struct once *o = once_new(4);
	struct once_key three[] = {key_of(1), key_of(2), key_of(3)};
	struct once_key twice[] = {key_of(4), key_of(5), key_of(4)};
	struct err e = ERR_INIT;

	(void)state;
	assert_true(once_claim(o, three, 0, 100, 0, &e));
	assert_int_equal(claim(o, 3, 100, 0), ERR_NONE);
	assert_false(once_claim(o, three, 3, 100, 0, &e));
	assert_int_equal(e.code, MESSAGE_REPLAYED);
	assert_int_equal(once_count(o), 1);
	err_clear(&e);
	assert_false(once_claim(o, twice, 3, 100, 0, &e));
	assert_int_equal(e.code, MESSAGE_REPLAYED);
	assert_int_equal(once_count(o), 1);
	/* Room for two of three. */
	assert_int_equal(claim(o, 6, 100, 0), ERR_NONE);
	three[2] = key_of(7);
	err_clear(&e);
	assert_false(once_claim(o, three, 3, 100, 0, &e));
	assert_int_equal(e.code, REPLAY_STORE_FULL);
	assert_int_equal(once_count(o), 2);
	/* Those that failed were not claimed. */
	err_clear(&e);
	assert_true(once_claim(o, three, 2, 100, 0, &e));
	once_free(o);
}

static void
full_refuses_and_expiry_makes_room(void **state)
{
	struct once *o = once_new(100);

	(void)state;
	for (uint32_t n = 0; n < 100; n++)
		assert_int_equal(claim(o, n, 1000 + n, 0), ERR_NONE);
	assert_int_equal(claim(o, 500, 5000, 0), REPLAY_STORE_FULL);
	assert_int_equal(claim(o, 500, 5000, 1000), REPLAY_STORE_FULL);
	for (uint32_t n = 0; n < 100; n++)
		assert_int_equal(claim(o, n, 5000, 1000), MESSAGE_REPLAYED);
	/* At 1001 the first has expired: room for one. */
	assert_int_equal(claim(o, 500, 5000, 1001), ERR_NONE);
	assert_int_equal(claim(o, 501, 5000, 1001), REPLAY_STORE_FULL);
	assert_int_equal(claim(o, 99, 5000, 1001), MESSAGE_REPLAYED);
	assert_int_equal(claim(o, 0, 5000, 1002), ERR_NONE);
	once_free(o);
}

static void
forget(void **state)
{
	struct once *o = once_new(3);
	struct once_key keys[] = {key_of(1), key_of(2), key_of(9)};
	struct err e = ERR_INIT;

	(void)state;
	assert_true(once_claim(o, keys, 2, 100, 0, &e));
	once_forget(o, keys, 3);
	assert_int_equal(once_count(o), 0);
	assert_int_equal(claim(o, 1, 100, 0), ERR_NONE);
	assert_int_equal(claim(o, 1, 100, 0), MESSAGE_REPLAYED);
	once_free(o);
}

static void
restore(void **state)
{
	struct once *o = once_new(2);
	struct once_key one = key_of(1), two = key_of(2), three = key_of(3);
	struct err e = ERR_INIT;

	(void)state;
	assert_true(once_restore(o, &one, 100, &e));
	assert_true(once_restore(o, &two, 50, &e));
	/* Again: the later end counts. */
	assert_true(once_restore(o, &one, 70, &e));
	assert_true(once_restore(o, &two, 200, &e));
	assert_int_equal(once_count(o), 2);
	assert_false(once_restore(o, &three, 100, &e));
	assert_int_equal(e.code, REPLAY_STORE_FULL);
	assert_int_equal(claim(o, 1, 300, 100), MESSAGE_REPLAYED);
	assert_int_equal(claim(o, 1, 300, 101), ERR_NONE);
	assert_int_equal(claim(o, 2, 300, 200), MESSAGE_REPLAYED);
	assert_int_equal(claim(o, 2, 300, 201), ERR_NONE);
	once_free(o);
}

static enum err_code
claim_for(struct once *o, uint32_t owner, uint32_t n, instant until, instant now)
{
	struct once_key key = key_of(n), whose = key_of(owner);
	struct err e = ERR_INIT;
	bool is_claimed = once_claim_for(o, &whose, &key, 1, until, now, &e);

	assert_int_equal(is_claimed, e.code == ERR_NONE);
	return e.code;
}

static uint32_t
fill(struct once *o, uint32_t owner, instant until, instant now)
{
	static uint32_t fresh = 100000;
	uint32_t n = 0;

	while (claim_for(o, owner, fresh++, until, now) == ERR_NONE)
		n++;
	return n;
}

/* One gets half, two a third each, and whoever comes then still gets something. */
static void
nobody_takes_it_all(void **state)
{
	struct once *o = once_new(120);
	struct once_key mine[] = {key_of(100000), key_of(100001)};

	(void)state;
	assert_int_equal(fill(o, 1, 100, 0), 60);
	assert_int_equal(claim_for(o, 1, 1999, 100, 0), CALLS_LIMITED);
	assert_int_equal(fill(o, 2, 100, 0), 30);
	assert_int_equal(claim_for(o, 1, 1999, 100, 0), CALLS_LIMITED);
	assert_int_equal(fill(o, 3, 200, 0), 15);
	assert_int_equal(claim_for(o, 2, 2999, 100, 0), CALLS_LIMITED);
	/* what is nobody's takes what there is */
	assert_int_equal(claim(o, 9000, 100, 0), ERR_NONE);
	/* what was given back, and what has expired, counts no more */
	once_forget(o, mine, 2);
	assert_int_equal(once_count(o), 104);
	assert_int_equal(fill(o, 3, 200, 101), 45);
	assert_int_equal(fill(o, 1, 200, 101), 30);
	/* all gone */
	assert_int_equal(fill(o, 2, 400, 300), 60);
	once_free(o);
}

/* Owners come and go; what is left of them is nothing. */
static void
owners_are_forgotten(void **state)
{
	struct once *o = once_new(16);

	(void)state;
	for (uint32_t i = 1; i < 200000; i++) {
		assert_int_equal(claim_for(o, i, i, (instant)i, (instant)i), ERR_NONE);
		assert_int_equal(claim_for(o, i, i, (instant)i, (instant)i), MESSAGE_REPLAYED);
	}
	assert_int_equal(fill(o, 1, INSTANT_MAX, 300000), 8);
	once_free(o);
}

/* Against a plain list of ends, with many keys, short lives, forgetting and a moving clock. */
static void
agrees_with_a_list(void **state)
{
	enum { KEYS = 300, MAX = 120 };
	static instant ends[KEYS];
	struct once *o = once_new(MAX);
	uint32_t random = 1;
	size_t refused = 0, full = 0;

	(void)state;
	for (size_t i = 0; i < KEYS; i++)
		ends[i] = INSTANT_MIN;
	for (instant now = 0; now < 60000; now++) {
		enum err_code want = ERR_NONE, got;
		size_t live = 0;
		uint32_t n, life;

		random = random * 1103515245U + 12345U;
		n = (random >> 16) % KEYS;
		life = (random >> 8) % 401;
		for (size_t i = 0; i < KEYS; i++)
			live += ends[i] >= now;
		if (ends[n] >= now)
			want = MESSAGE_REPLAYED;
		else if (live == MAX)
			want = REPLAY_STORE_FULL;
		got = claim(o, n, now + life, now);
		if (got != want)
			fail_msg("at %d: %d, not %d", (int)now, (int)got, (int)want);
		if (got == ERR_NONE)
			ends[n] = now + life;
		refused += got == MESSAGE_REPLAYED;
		full += got == REPLAY_STORE_FULL;
		if (random % 16 == 0) {
			struct once_key key = key_of((n + 7) % KEYS);

			once_forget(o, &key, 1);
			ends[(n + 7) % KEYS] = INSTANT_MIN;
		}
	}
	/* All three answers were seen, or this proved little. */
	assert_true(refused > 1000);
	assert_true(full > 100);
	once_free(o);
}

enum { THREADS = 8, SHARED_KEYS = 4000 };

struct contest {
	struct once *o;
	pthread_barrier_t start;
	atomic_uint winners[SHARED_KEYS];
};

static void *
contend(void *arg)
{
	struct contest *c = arg;

	pthread_barrier_wait(&c->start);
	for (uint32_t n = 0; n < SHARED_KEYS; n++) {
		/* Two keys a claim, the second of which is the first of the next. */
		struct once_key keys[] = {key_of(n), key_of(n + SHARED_KEYS)};
		struct err e = ERR_INIT;

		if (once_claim(c->o, keys, 2, 1000, 0, &e))
			atomic_fetch_add(&c->winners[n], 1);
	}
	return NULL;
}

static void
one_thread_of_eight_wins(void **state)
{
	struct contest *c = MEM_NEW(struct contest);
	pthread_t threads[THREADS];

	(void)state;
	c->o = once_new(2 * SHARED_KEYS);
	pthread_barrier_init(&c->start, NULL, THREADS);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, contend, c), 0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (size_t n = 0; n < SHARED_KEYS; n++)
		if (atomic_load(&c->winners[n]) != 1)
			fail_msg("key %zu: %u winners", n, atomic_load(&c->winners[n]));
	assert_int_equal(once_count(c->o), 2 * SHARED_KEYS);
	pthread_barrier_destroy(&c->start);
	once_free(c->o);
	mem_free(c);
}

/*
 * A claim must not look through the set: with 400,000 live entries 100,000 more claims, each of
 * which also finds expired ones to clear away, take a fraction of a second. A scan would take
 * 40,000 million steps.
 */
static void
claims_are_cheap_when_there_are_many(void **state)
{
	enum { LIVE = 400000, MORE = 100000 };
	struct once *o = once_new(LIVE + MORE);
	uint64_t start;

	(void)state;
	for (uint32_t n = 0; n < LIVE; n++)
		assert_int_equal(claim(o, n, 1000000000 - n, 0), ERR_NONE);
	start = clock_thread_cpu_us();
	for (uint32_t n = 0; n < MORE; n++)
		assert_int_equal(claim(o, LIVE + n, 10 + n, n), ERR_NONE);
	/* Sanitizers and slow machines included. */
	assert_true(clock_thread_cpu_us() - start < 10 * 1000000);
	assert_in_range(once_count(o), LIVE, LIVE + 20);
	/* All expire at once: no claim pays for all of them. */
	assert_int_equal(claim(o, 1, 2000000002, 2000000000), ERR_NONE);
	assert_in_range(once_count(o), LIVE - 100, LIVE);
	once_free(o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(once_is_once),
		cmocka_unit_test(every_byte_of_a_key_counts),
		cmocka_unit_test(all_or_none),
		cmocka_unit_test(full_refuses_and_expiry_makes_room),
		cmocka_unit_test(forget),
		cmocka_unit_test(restore),
		cmocka_unit_test(nobody_takes_it_all),
		cmocka_unit_test(owners_are_forgotten),
		cmocka_unit_test(agrees_with_a_list),
		cmocka_unit_test(one_thread_of_eight_wins),
		cmocka_unit_test(claims_are_cheap_when_there_are_many),
	};

	return cmocka_run_group_tests_name("once", tests, NULL, NULL);
}
