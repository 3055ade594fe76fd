/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The measuring itself; see bench.h. */
#include "tests/bench/bench.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "crypto/digest.h"

#define FLOOR_RUNS 300

struct share {
	pthread_t thread;
	size_t from, to;
	bench_fn *fn;
	void *arg;
};

void
bench_die(const char *what, const struct err *e)
{
	fprintf(stderr, "bench: %s: %s (%s)\n", what, err_row(e->code)->name, e->detail);
	exit(1);
}

static void *
run_share(void *arg)
{
	struct share *s = arg;

	for (size_t i = s->from; i < s->to; i++)
		s->fn(i, s->arg);
	return NULL;
}

struct bench_result
bench_run(size_t count, size_t threads, bench_fn *fn, void *arg)
{
	struct share *shares = MEM_NEW_N(threads, struct share);
	size_t half = count / 2, each = half / threads;
	struct bench_result r;
	uint64_t begin = clock_process_cpu_us(), cpu;

	for (size_t i = 0; i < half; i++)
		fn(i, arg);
	r.cpu_us = (double)(clock_process_cpu_us() - begin) / (double)half;
	cpu = clock_process_cpu_us();
	begin = clock_monotonic_us();
	for (size_t t = 0; t < threads; t++) {
		shares[t] = (struct share){.from = half + t * each,
					   .to = half + (t + 1) * each,
					   .fn = fn,
					   .arg = arg};
		BUG_ON(pthread_create(&shares[t].thread, NULL, run_share, &shares[t]) != 0);
	}
	for (size_t t = 0; t < threads; t++)
		pthread_join(shares[t].thread, NULL);
	r.per_s = (double)(each * threads) * 1e6 / (double)(clock_monotonic_us() - begin);
	r.busy_us = (double)(clock_process_cpu_us() - cpu) / (double)(each * threads);
	mem_free(shares);
	return r;
}

void
bench_print(const struct bench_world *w, const char *name, struct bench_result r,
	    double floor_us)
{
	printf("bench %s%s: cpu_us=%.0f floor_us=%.0f ratio=%.2f per_s=%.0f busy_us=%.0f "
	       "busy_ratio=%.2f\n",
	       name, w->suffix, r.cpu_us, floor_us, r.cpu_us / floor_us, r.per_s, r.busy_us,
	       r.busy_us / floor_us);
	fflush(stdout);
}

double
bench_sign_us(const struct signer *s)
{
	uint8_t digest[32] = {1}, out[SIGNATURE_MAX_BYTES];
	uint64_t begin = clock_thread_cpu_us();
	struct err e = ERR_INIT;
	size_t len;

	for (int i = 0; i < FLOOR_RUNS; i++)
		if (!signer_sign(s, signer_alg(s), str_of(digest, sizeof(digest)), out, &len,
				 &e))
			bench_die("sign", &e);
	return (double)(clock_thread_cpu_us() - begin) / FLOOR_RUNS;
}

double
bench_verify_us(const struct signer *s)
{
	uint8_t digest[32] = {1}, out[SIGNATURE_MAX_BYTES];
	struct str d = str_of(digest, sizeof(digest));
	struct err e = ERR_INIT;
	uint64_t begin;
	size_t len;

	if (!signer_sign(s, signer_alg(s), d, out, &len, &e))
		bench_die("sign", &e);
	begin = clock_thread_cpu_us();
	for (int i = 0; i < FLOOR_RUNS; i++)
		if (!cert_verify(signer_cert(s), signer_alg(s), d, str_of(out, len), &e))
			bench_die("verify", &e);
	return (double)(clock_thread_cpu_us() - begin) / FLOOR_RUNS;
}

double
bench_digest_us(size_t bytes)
{
	char *room = mem_new(bytes);
	uint8_t out[32];
	uint64_t begin = clock_thread_cpu_us();

	for (int i = 0; i < FLOOR_RUNS; i++)
		digest_sha256(str_of(room, bytes), out);
	begin = clock_thread_cpu_us() - begin;
	mem_free(room);
	return (double)begin / FLOOR_RUNS;
}
