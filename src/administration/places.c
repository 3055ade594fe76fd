/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Open addressing, at most half full. Keys come from files: the hash mixes all of a UUID with a
 * number of the process, so that nobody can choose keys that fall together.
 */
#include "administration/places.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

struct place {
	struct uuid uuid, value;
	unsigned kind; /* 0: free */
};

struct places {
	struct place *at;
	size_t room, count;
	uint64_t secret;
};

struct places *
places_new(void)
{
	struct places *p = MEM_NEW(struct places);

	p->room = 1024;
	p->at = MEM_NEW_N(p->room, struct place);
	p->secret = clock_monotonic_us() * 0x9e3779b97f4a7c15ULL ^ (uint64_t)(uintptr_t)p;
	return p;
}

void
places_free(struct places *p)
{
	if (!p)
		return;
	mem_free(p->at);
	mem_free(p);
}

void
places_freep(struct places **p)
{
	places_free(*p);
	*p = NULL;
}

static uint64_t
mix(uint64_t x)
{
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93ULL;
	return x ^ x >> 32;
}

static struct place *
find(const struct places *p, unsigned kind, struct uuid u)
{
	uint64_t half[2], hash;
	size_t i;

	memcpy(half, u.b, sizeof(half));
	hash = mix(mix(half[0] ^ p->secret) + half[1] + kind);
	for (i = hash & (p->room - 1); p->at[i].kind != 0; i = (i + 1) & (p->room - 1))
		if (p->at[i].kind == kind && uuid_eq(p->at[i].uuid, u))
			break;
	return &p->at[i];
}

static void
grow(struct places *p)
{
	struct place *old = p->at;
	size_t room = p->room;

	p->room *= 2;
	p->at = MEM_NEW_N(p->room, struct place);
	for (size_t i = 0; i < room; i++)
		if (old[i].kind != 0)
			*find(p, old[i].kind, old[i].uuid) = old[i];
	mem_free(old);
}

bool
places_add(struct places *p, unsigned kind, struct uuid u, struct uuid value)
{
	struct place *at;

	BUG_ON(kind == 0);
	if (p->count * 2 >= p->room)
		grow(p);
	at = find(p, kind, u);
	if (at->kind != 0)
		return false;
	*at = (struct place){u, value, kind};
	p->count++;
	return true;
}

struct uuid *
places_get(const struct places *p, unsigned kind, struct uuid u)
{
	struct place *at = find(p, kind, u);

	return at->kind != 0 ? &at->value : NULL;
}

size_t
places_count(const struct places *p)
{
	return p->count;
}
