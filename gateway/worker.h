/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pool of threads and its queue. A job waits in order; a full queue refuses at once. */
#ifndef GATEWAY_WORKER_H
#define GATEWAY_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include "base/attr.h"

struct worker_pool;

struct worker_job {
	struct worker_job *next; /* the pool's */
	void (*run)(struct worker_job *job);
};

struct worker_pool *worker_pool_new(size_t threads, size_t queue_max);
/* Runs what is queued, then ends the threads. */
void worker_pool_free(struct worker_pool *p);
/* false: the queue is full, the job was not taken. */
MUST_USE bool worker_submit(struct worker_pool *p, struct worker_job *job);

#endif
