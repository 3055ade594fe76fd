/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A hash table from text to pointer that is filled once and then only read. Its keys come from
 * administrators; peers only look up, so nobody can choose keys that collide.
 */
#include "trust/internal.h"

void
table_init(struct table *t, size_t entries, struct arena *a)
{
	t->room = 8;
	while (t->room < entries * 2)
		t->room *= 2;
	t->count = 0;
	t->slots = ARENA_NEW_N(a, t->room, struct table_slot);
}

/* FNV-1a */
static size_t
hash(struct str s)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < s.len; i++)
		h = (h ^ (unsigned char)s.ptr[i]) * 1099511628211u;
	return (size_t)(h ^ h >> 32);
}

static struct table_slot *
slot_of(const struct table *t, struct str key)
{
	size_t i = hash(key) & (t->room - 1);

	while (t->slots[i].value && !str_eq(t->slots[i].key, key))
		i = (i + 1) & (t->room - 1);
	return &t->slots[i];
}

bool
table_add(struct table *t, struct str key, const void *value)
{
	struct table_slot *slot = slot_of(t, key);

	if (slot->value)
		return false;
	BUG_ON(++t->count * 2 > t->room + 1);
	*slot = (struct table_slot){key, value};
	return true;
}

const void *
table_find(const struct table *t, struct str key)
{
	if (!str_is_set(key))
		return NULL;
	return slot_of(t, key)->value;
}
