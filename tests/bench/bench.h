/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Measuring: CPU of the whole process per operation against the unavoidable cryptography of
 * that operation, with the same keys, in the same run; and operations a second over several
 * threads.
 */
#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H

#include <stdint.h>
#include "crypto/certs.h"
#include "crypto/signer.h"
#include "gateway/app.h"

struct bench_world {
	struct app *app;
	const struct platform *platform;
	struct signer *client; /* of the it-system KY */
	const char *suffix;    /* behind the names of measurements: "" or "_rsa3072" */
};

/* Runs one operation; i counts from 0. Must not fail: it ends the program then. */
typedef void bench_fn(size_t i, void *arg);

struct bench_result {
	double cpu_us;  /* of the process, per operation, one after the other */
	double busy_us; /* the same with several threads, which share commits */
	double per_s;   /* on the wall, several threads */
};

/* First half of the operations on one thread, second half on `threads`. */
struct bench_result bench_run(size_t count, size_t threads, bench_fn *fn, void *arg);
void bench_print(const struct bench_world *w, const char *name, struct bench_result r,
		 double floor_us);

double bench_sign_us(const struct signer *s);
double bench_verify_us(const struct signer *s);
double bench_digest_us(size_t bytes);

void bench_die(const char *what, const struct err *e) NORETURN;
void bench_token_issue(struct bench_world *w);
void bench_token_refused(struct bench_world *w);
void bench_token_obo(struct bench_world *w);
void bench_token_rest(struct bench_world *w);
void bench_registry_laes(struct bench_world *w);

#endif
