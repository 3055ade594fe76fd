/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Verdicts on certificates, kept by SHA-256 for as long as nothing can change them. The room is
 * fixed: a digest has four places, and when they are taken the one that ends first gives way.
 * Losing one costs a chain validation, never a wrong answer. The lock is held for the look
 * alone.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/mem.h"
#include "crypto/internal.h"

#define WAYS 4
#define SETS 512 /* 2,048 certificates: more than any installation registers */

struct place {
	uint8_t sha256[32];
	struct verdict verdict; /* until 0: empty */
};

struct verdicts {
	pthread_mutex_t lock;
	_Atomic uint64_t generation; /* changed under the lock */
	struct place places[SETS][WAYS];
};

struct verdicts *
verdicts_new(void)
{
	struct verdicts *v = MEM_NEW(struct verdicts);

	BUG_ON(pthread_mutex_init(&v->lock, NULL) != 0);
	return v;
}

void
verdicts_free(struct verdicts *v)
{
	if (v == NULL)
		return;
	pthread_mutex_destroy(&v->lock);
	mem_free(v);
}

static struct place *
set_of(struct verdicts *v, struct str sha256)
{
	uint16_t at;

	BUG_ON(sha256.len != 32);
	memcpy(&at, sha256.ptr, sizeof(at));
	return v->places[at % SETS];
}

bool
verdicts_find(struct verdicts *v, struct str sha256, instant now, struct verdict *out)
{
	struct place *set = set_of(v, sha256);
	bool hit = false;

	pthread_mutex_lock(&v->lock);
	for (size_t i = 0; i < WAYS && !hit; i++) {
		if (memcmp(set[i].sha256, sha256.ptr, 32) == 0) {
			*out = set[i].verdict;
			hit = out->from <= now && now < out->until;
		}
	}
	pthread_mutex_unlock(&v->lock);
	return hit;
}

void
verdicts_keep(struct verdicts *v, struct str sha256, struct verdict verdict,
	      uint64_t generation)
{
	struct place *set = set_of(v, sha256);
	struct place *chosen = &set[0];

	pthread_mutex_lock(&v->lock);
	if (generation != v->generation) {
		pthread_mutex_unlock(&v->lock);
		return;
	}
	for (size_t i = 0; i < WAYS; i++) {
		if (memcmp(set[i].sha256, sha256.ptr, 32) == 0) {
			chosen = &set[i];
			break;
		}
		if (set[i].verdict.until < chosen->verdict.until)
			chosen = &set[i];
	}
	memcpy(chosen->sha256, sha256.ptr, 32);
	chosen->verdict = verdict;
	pthread_mutex_unlock(&v->lock);
}

uint64_t
verdicts_generation(struct verdicts *v)
{
	return atomic_load(&v->generation);
}

void
verdicts_forget(struct verdicts *v)
{
	pthread_mutex_lock(&v->lock);
	v->generation++;
	memset(v->places, 0, sizeof(v->places));
	pthread_mutex_unlock(&v->lock);
}
