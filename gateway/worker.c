/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The thread pool that runs calls. It knows nothing of HTTP; a job is a function and its place
 * in the queue. Stacks are small: what a call needs comes from its arena. Writes to the store
 * may run on them, its triggers too.
 */
#include "gateway/worker.h"

#include <pthread.h>

#include "base/mem.h"

#define WORKER_STACK_BYTES (1024UL * 1024)

struct worker_pool {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct worker_job *first, **last;
	size_t queued, queue_max;
	size_t thread_count;
	pthread_t *threads;
	bool is_ending;
};

static struct worker_job *
next_job(struct worker_pool *p)
{
	struct worker_job *job;

	pthread_mutex_lock(&p->lock);
	while (p->first == NULL && !p->is_ending)
		pthread_cond_wait(&p->wake, &p->lock);
	job = p->first;
	if (job != NULL) {
		p->first = job->next;
		if (p->first == NULL)
			p->last = &p->first;
		p->queued--;
	}
	pthread_mutex_unlock(&p->lock);
	return job;
}

static void *
worker_main(void *arg)
{
	struct worker_pool *p = arg;
	struct worker_job *job;

	while ((job = next_job(p)) != NULL)
		job->run(job);
	return NULL;
}

struct worker_pool *
worker_pool_new(size_t threads, size_t queue_max)
{
	struct worker_pool *p = MEM_NEW(struct worker_pool);
	pthread_attr_t attr;

	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->wake, NULL);
	p->last = &p->first;
	p->queue_max = queue_max;
	p->threads = MEM_NEW_N(threads, pthread_t);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, WORKER_STACK_BYTES);
	for (size_t i = 0; i < threads; i++)
		BUG_ON(pthread_create(&p->threads[i], &attr, worker_main, p) != 0);
	p->thread_count = threads;
	pthread_attr_destroy(&attr);
	return p;
}

void
worker_pool_free(struct worker_pool *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->is_ending = true;
	pthread_cond_broadcast(&p->wake);
	pthread_mutex_unlock(&p->lock);
	for (size_t i = 0; i < p->thread_count; i++)
		pthread_join(p->threads[i], NULL);
	pthread_cond_destroy(&p->wake);
	pthread_mutex_destroy(&p->lock);
	mem_free(p->threads);
	mem_free(p);
}

bool
worker_submit(struct worker_pool *p, struct worker_job *job)
{
	bool taken;

	pthread_mutex_lock(&p->lock);
	taken = p->queued < p->queue_max && !p->is_ending;
	if (taken) {
		job->next = NULL;
		*p->last = job;
		p->last = &job->next;
		p->queued++;
		pthread_cond_signal(&p->wake);
	}
	pthread_mutex_unlock(&p->lock);
	return taken;
}
