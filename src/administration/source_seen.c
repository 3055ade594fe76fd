/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which objects a source has named so far: one short entry each, so that the same object twice
 * is found in a file of any size. Forgets nothing while the source is read.
 */
#include "administration/source_internal.h"

#include <string.h>
#include "base/mem.h"
#include "crypto/random.h"

struct entry {
	struct uuid uuid;
	uint32_t record; /* 0: free */
	uint32_t type;
};

struct seen {
	struct entry *at;
	size_t room, count; /* room is a power of two */
	uint64_t key;       /* random: nobody can choose UUIDs that fall together */
};

#define FIRST_ROOM 1024

struct seen *
seen_new(void)
{
	struct seen *t = MEM_NEW(struct seen);

	random_bytes(&t->key, sizeof(t->key));
	t->room = FIRST_ROOM;
	t->at = MEM_NEW_N(t->room, struct entry);
	return t;
}

void
seen_free(struct seen *t)
{
	if (!t)
		return;
	mem_free(t->at);
	mem_free(t);
}

static size_t
place_of(const struct seen *t, struct uuid u, uint32_t type)
{
	uint64_t a, b;

	memcpy(&a, u.b, sizeof(a));
	memcpy(&b, u.b + 8, sizeof(b));
	a = (a ^ t->key ^ type) * 0x9e3779b97f4a7c15ULL;
	a ^= a >> 32;
	a = (a ^ b) * 0xd6e8feb86659fd93ULL;
	a ^= a >> 29;
	return (size_t)a & (t->room - 1);
}

static struct entry *
find(const struct seen *t, struct uuid u, uint32_t type)
{
	size_t i = place_of(t, u, type);

	while (t->at[i].record && !(t->at[i].type == type && uuid_eq(t->at[i].uuid, u)))
		i = (i + 1) & (t->room - 1);
	return &t->at[i];
}

static void
grow(struct seen *t)
{
	struct seen larger = {MEM_NEW_N(t->room * 2, struct entry), t->room * 2, t->count,
			      t->key};

	for (size_t i = 0; i < t->room; i++)
		if (t->at[i].record)
			*find(&larger, t->at[i].uuid, t->at[i].type) = t->at[i];
	mem_free(t->at);
	*t = larger;
}

bool
seen_add(struct seen *t, const struct oio_type *type, struct uuid u, uint64_t record,
	 uint64_t *before)
{
	struct entry *at = find(t, u, type->id);

	if (at->record) {
		*before = at->record;
		return false;
	}
	*at = (struct entry){u, (uint32_t)record, type->id};
	if (++t->count * 2 > t->room)
		grow(t);
	return true;
}
