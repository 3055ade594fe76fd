/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The room is fixed: SHA-256 of everything that the arithmetic takes in, each part with its
 * length before it, in a table of sets. A set that is full gives up its oldest entry; losing
 * one costs a verification, never a wrong answer. Only signatures that a key of the caller's
 * choice really made get in, so a stranger cannot push others out. The lock is held for the
 * look alone.
 */
#include "crypto/proven.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/mem.h"
#include "crypto/digest.h"

#define WAYS 4
#define SETS 1024 /* 4,096 tokens in use at one time; 128 KB */
#define NAME_BYTES 32

struct set {
	uint8_t names[WAYS][NAME_BYTES];
	uint8_t used;
	uint8_t oldest;
};

struct proven {
	pthread_mutex_t lock;
	_Atomic uint64_t hits;
	struct set sets[SETS];
};

struct proven *
proven_new(void)
{
	struct proven *p = MEM_NEW(struct proven);

	BUG_ON(pthread_mutex_init(&p->lock, NULL) != 0);
	return p;
}

void
proven_free(struct proven *p)
{
	if (p == NULL)
		return;
	pthread_mutex_destroy(&p->lock);
	mem_free(p);
}

static void
add_part(struct digest *d, struct str part)
{
	uint64_t len = part.len;
	uint8_t before[8];

	for (size_t i = 0; i < sizeof(before); i++)
		before[i] = (uint8_t)(len >> (8 * i));
	digest_add(d, str_of(before, sizeof(before)));
	digest_add(d, part);
}

/* Two claims that differ in one bit of anything have two names. */
static void
name_of(const struct proven_claim *c, uint8_t out[HASH_MAX_BYTES])
{
	AUTO(digest_freep) struct digest *d = digest_new(HASH_SHA256);

	add_part(d, cert_der(c->key));
	add_part(d, c->alg->uri);
	add_part(d, c->digest);
	add_part(d, c->value);
	(void)digest_final(d, out);
}

static struct set *
set_of(struct proven *p, const uint8_t *name)
{
	return &p->sets[(name[0] | (unsigned)name[1] << 8) % SETS];
}

/* Under the lock. */
static bool
is_kept(const struct set *s, const uint8_t *name)
{
	for (size_t i = 0; i < s->used; i++)
		if (memcmp(s->names[i], name, NAME_BYTES) == 0)
			return true;
	return false;
}

static bool
find(struct proven *p, const uint8_t *name)
{
	bool hit;

	pthread_mutex_lock(&p->lock);
	hit = is_kept(set_of(p, name), name);
	pthread_mutex_unlock(&p->lock);
	return hit;
}

/* Two callers may have found out the same at the same time. */
static void
keep(struct proven *p, const uint8_t *name)
{
	struct set *s = set_of(p, name);
	size_t at;

	pthread_mutex_lock(&p->lock);
	if (!is_kept(s, name)) {
		at = s->used < WAYS ? s->used++ : s->oldest++ % WAYS;
		memcpy(s->names[at], name, NAME_BYTES);
	}
	pthread_mutex_unlock(&p->lock);
}

bool
proven_verify(struct proven *p, const struct proven_claim *c, struct err *e)
{
	uint8_t name[HASH_MAX_BYTES];

	if (p == NULL || c->alg == NULL)
		return cert_verify(c->key, c->alg, c->digest, c->value, e);
	name_of(c, name);
	if (find(p, name)) {
		p->hits++;
		return true;
	}
	if (!cert_verify(c->key, c->alg, c->digest, c->value, e))
		return false;
	keep(p, name);
	return true;
}

uint64_t
proven_hits(const struct proven *p)
{
	return p->hits;
}
