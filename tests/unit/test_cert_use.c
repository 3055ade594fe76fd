/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a certificate was last used: remembered to the hour, written seldom, kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <pthread.h>
#include <cmocka.h>

#include "gateway/cert_use.h"
#include "pki.h"
#include "trust_world.h"

static struct world w;
static instant now;

static instant
last_of(const struct cert *c)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct err e = ERR_INIT;
	instant out;

	assert_true(store_read(w.store, &r, &e));
	assert_true(cert_use_last(r, c, now, &out, &e));
	return out;
}

static uint64_t
jobs(void)
{
	struct store_stats stats;

	store_stats_get(w.store, &stats);
	return stats.jobs;
}

static void
flush(struct cert_uses *u)
{
	struct err e = ERR_INIT;

	if (!cert_uses_flush(u, w.store, &e))
		fail_msg("%s", e.detail);
}

static void
seldom_written(void **state)
{
	struct cert_uses *u = cert_uses_new();
	struct cert *ky = pki_cert("systems/KY"), *ksd = pki_cert("systems/KSD");
	uint64_t before;

	(void)state;
	world_begin(&w, "cert-use");
	now = pki_now();
	assert_true(last_of(ky) == INSTANT_MIN);
	before = jobs();
	flush(u);
	assert_int_equal(jobs(), before); /* nothing to say */

	for (int i = 0; i < 3600; i++)
		cert_uses_note(u, ky, now + SECONDS(i));
	flush(u);
	flush(u);
	assert_int_equal(jobs(), before + 1);
	assert_true(last_of(ky) == now);
	assert_true(last_of(ksd) == INSTANT_MIN);

	cert_uses_note(u, ky, now + HOURS(1));
	cert_uses_note(u, ksd, now + HOURS(1));
	cert_uses_note(u, ksd, now); /* a clock that steps back */
	flush(u);
	assert_int_equal(jobs(), before + 2);
	assert_true(last_of(ky) == now + HOURS(1));
	assert_true(last_of(ksd) == now + HOURS(1));
	cert_uses_free(u);
	cert_free(ky);
	cert_free(ksd);
	world_end(&w);
}

static void
kept_when_the_disk_fails(void **state)
{
	struct store_options o = {.path = NULL, .read_only = true};
	struct cert_uses *u = cert_uses_new();
	struct cert *ky = pki_cert("systems/KY");
	struct store *readable = NULL;
	struct err e = ERR_INIT;

	(void)state;
	world_begin(&w, "cert-use-full");
	now = pki_now();
	o.path = w.options.path;
	assert_true(store_open(&o, &readable, &e));
	cert_uses_note(u, ky, now);
	assert_false(cert_uses_flush(u, readable, &e));
	store_close(readable);
	flush(u);
	assert_true(last_of(ky) == now);
	cert_uses_free(u);
	cert_free(ky);
	world_end(&w);
}

static void *
noter(void *arg)
{
	static const char *const folders[] = {"systems/KY", "systems/KSD", "systems/SAPA"};

	for (size_t i = 0; i < 300; i++) {
		struct cert *c = pki_cert(folders[i % 3]);

		cert_uses_note(arg, c, now + HOURS((instant)i));
		cert_free(c);
	}
	return NULL;
}

static void
many_threads(void **state)
{
	struct cert_uses *u = cert_uses_new();
	struct cert *sapa = pki_cert("systems/SAPA");
	pthread_t threads[4];

	(void)state;
	world_begin(&w, "cert-use-threads");
	now = pki_now();
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, noter, u), 0);
	for (int i = 0; i < 20; i++)
		flush(u);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		pthread_join(threads[i], NULL);
	flush(u);
	assert_true(last_of(sapa) == now + HOURS(299));
	cert_uses_free(u);
	cert_free(sapa);
	world_end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seldom_written),
		cmocka_unit_test(kept_when_the_disk_fails),
		cmocka_unit_test(many_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
