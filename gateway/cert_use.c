/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A table of fixed size without a lock on the way: a place is claimed once for a certificate
 * and never given to another; what changes in it is one moment. Nothing is written while a call
 * runs. Loses at most what happened since the last flush.
 */
#include "gateway/cert_use.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#define BUCKET "cert_used"
#define PLACES 8192 /* a power of two; twice what an installation registers at most */
#define PROBES 32
#define KEPT DAYS(5 * 366) /* a year more than a certificate lives */

struct place {
	_Atomic uint64_t id; /* start of the digest; 0: free */
	_Atomic int64_t last;
	atomic_bool is_new;
	bool is_written;    /* of the flushing thread */
	uint8_t sha256[32]; /* set before id, never changed */
};

struct cert_uses {
	pthread_mutex_t claiming;
	atomic_bool has_new;
	struct place places[PLACES];
};

struct cert_uses *
cert_uses_new(void)
{
	struct cert_uses *u = MEM_NEW(struct cert_uses);

	BUG_ON(pthread_mutex_init(&u->claiming, NULL) != 0);
	return u;
}

void
cert_uses_free(struct cert_uses *u)
{
	if (u == NULL)
		return;
	pthread_mutex_destroy(&u->claiming);
	mem_free(u);
}

static uint64_t
id_of(struct str sha256)
{
	uint64_t id;

	BUG_ON(sha256.len != 32);
	memcpy(&id, sha256.ptr, sizeof(id));
	return id | 1;
}

/* Its place; NULL: it has none yet. */
static struct place *
find(struct cert_uses *u, uint64_t id, struct str sha256)
{
	for (size_t i = 0; i < PROBES; i++) {
		struct place *p = &u->places[(id / 2 + i) % PLACES];
		uint64_t has = atomic_load_explicit(&p->id, memory_order_acquire);

		if (has == 0)
			return NULL;
		if (has == id && memcmp(p->sha256, sha256.ptr, 32) == 0)
			return p;
	}
	return NULL;
}

static struct place *
claim(struct cert_uses *u, uint64_t id, struct str sha256)
{
	struct place *p;

	pthread_mutex_lock(&u->claiming);
	p = find(u, id, sha256);
	for (size_t i = 0; p == NULL && i < PROBES; i++) {
		struct place *free_one = &u->places[(id / 2 + i) % PLACES];

		if (atomic_load_explicit(&free_one->id, memory_order_relaxed) != 0)
			continue;
		p = free_one;
		memcpy(p->sha256, sha256.ptr, 32);
		atomic_store_explicit(&p->last, INSTANT_MIN, memory_order_relaxed);
		atomic_store_explicit(&p->id, id, memory_order_release);
	}
	pthread_mutex_unlock(&u->claiming);
	return p;
}

void
cert_uses_note(struct cert_uses *u, const struct cert *c, instant now)
{
	struct str sha256 = cert_sha256(c);
	uint64_t id = id_of(sha256);
	struct place *p = find(u, id, sha256);
	instant last;

	if (p == NULL)
		p = claim(u, id, sha256);
	if (p == NULL)
		return;
	last = atomic_load_explicit(&p->last, memory_order_relaxed);
	if (now < instant_add(last, CERT_USE_STEP) ||
	    !atomic_compare_exchange_strong(&p->last, &last, now))
		return;
	atomic_store(&p->is_new, true);
	atomic_store(&u->has_new, true);
}

static bool
put(struct tx *tx, const struct place *p, struct err *e)
{
	instant last = atomic_load(&p->last);
	char text[24];
	int len = snprintf(text, sizeof(text), "%lld", (long long)last);

	return store_state_put(tx, BUCKET, str_of(p->sha256, 32), str_of(text, (size_t)len),
			       instant_add(last, KEPT), e);
}

static bool
flush_job(struct tx *tx, void *arg, struct err *e)
{
	const struct cert_uses *u = arg;

	for (size_t i = 0; i < PLACES; i++)
		if (u->places[i].is_written && !put(tx, &u->places[i], e))
			return false;
	return true;
}

bool
cert_uses_flush(struct cert_uses *u, struct store *s, struct err *e)
{
	if (!atomic_exchange(&u->has_new, false))
		return true;
	for (size_t i = 0; i < PLACES; i++)
		u->places[i].is_written = atomic_exchange(&u->places[i].is_new, false);
	if (store_write(s, flush_job, u, e))
		return true;
	for (size_t i = 0; i < PLACES; i++)
		if (u->places[i].is_written)
			atomic_store(&u->places[i].is_new, true);
	atomic_store(&u->has_new, true);
	return false;
}

bool
cert_use_last(struct reading *r, const struct cert *c, instant now, instant *out, struct err *e)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct str text;
	int64_t at;

	*out = INSTANT_MIN;
	if (!store_state_get(r, BUCKET, cert_sha256(c), now, a, &text, e))
		return false;
	if (str_is_set(text) && str_to_i64(text, INSTANT_MIN, INSTANT_MAX, &at))
		*out = at;
	return true;
}
