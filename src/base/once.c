/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The set of what was seen. A hash table finds a key; a heap, earliest end first, finds what
 * has expired, so that a claim costs O(log n) and never looks through the set. Each claim
 * clears away a few expired entries at most; an expired one that is still there counts as
 * absent.
 *
 * Owners are counted while they hold something. One may hold as much as is left for others: so
 * a single one gets half, of n each gets its part, and a newcomer always finds room.
 *
 * An entry holds as long as now <= until. A live entry is never given up to make room.
 * Memory for all entries is reserved at the start; the kernel provides pages as they are used.
 * So the table begins small and grows by one bucket a claim (linear hashing): spread over all
 * that is reserved, the first thousands of keys would touch a page each.
 */
#include "base/once.h"

#include <pthread.h>
#include <string.h>
#include <sys/random.h>

#include "base/mem.h"

/* Entries a claim clears away beyond what it adds: the backlog of an idle hour drains quickly.
 */
#define PURGE_EXTRA 16
/* Beyond so many at one time the further ones go uncounted; systems are registered by hand. */
#define OWNERS_MAX 65535
#define OWNER_BUCKETS 65536
#define BUCKETS_FIRST 16

/* Entries are numbered from 1; 0 is none. */
struct entry {
	struct once_key key;
	instant until;
	uint32_t next;    /* in its bucket, or in the list of free entries */
	uint32_t heap_at; /* its place in the heap */
	uint32_t owner;   /* 0: nobody's */
};

/* Numbered from 1. */
struct owner {
	uint64_t name;
	uint32_t count; /* of its entries; 0: free */
	uint32_t next;
};

struct once {
	pthread_mutex_t lock;
	struct entry *entries; /* max + 1 of them */
	uint32_t *heap;        /* max + 1; heap[1] ends first */
	uint32_t *buckets;     /* buckets_max of them; in use: level + split */
	uint32_t buckets_max;
	uint32_t level; /* a power of two */
	uint32_t split; /* below level: so many of its buckets have been halved */
	uint32_t max;
	uint32_t count;
	uint32_t touched; /* entries that were ever used */
	uint32_t free;    /* list of entries given back */
	struct owner *owners;
	uint32_t *owner_buckets;
	uint32_t owners_touched, owners_free;
	uint64_t seed[4];
};

static uint32_t
hash_of(const struct once *o, const struct once_key *key)
{
	uint64_t word[4], h = 0;

	/* Keys are digests, but a sender may search for such that collide: the seed is secret.
	 */
	memcpy(word, key->b, sizeof(word));
	for (int i = 0; i < 4; i++) {
		h = (h ^ word[i] ^ o->seed[i]) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 32;
	}
	return (uint32_t)h;
}

static uint32_t *
bucket_of(struct once *o, const struct once_key *key)
{
	uint32_t h = hash_of(o, key), at = h & (o->level - 1);

	if (at < o->split)
		at = h & (2 * o->level - 1);
	return &o->buckets[at];
}

/* One bucket more: what of the next one belongs there goes over. */
static void
split_one(struct once *o)
{
	uint32_t id = o->buckets[o->split], rest;
	uint32_t *low = &o->buckets[o->split], *high = &o->buckets[o->split + o->level];

	*low = 0;
	for (; id != 0; id = rest) {
		struct entry *x = &o->entries[id];
		uint32_t *to = hash_of(o, &x->key) & o->level ? high : low;

		rest = x->next;
		x->next = *to;
		*to = id;
	}
	if (++o->split == o->level) {
		o->level *= 2;
		o->split = 0;
	}
}

static void
heap_put(struct once *o, uint32_t at, uint32_t id)
{
	o->heap[at] = id;
	o->entries[id].heap_at = at;
}

static bool
ends_before(const struct once *o, uint32_t a, uint32_t b)
{
	return o->entries[a].until < o->entries[b].until;
}

/* Puts id where it belongs, from the free place `at` upwards or downwards. */
static void
heap_settle(struct once *o, uint32_t at, uint32_t id)
{
	while (at > 1 && ends_before(o, id, o->heap[at / 2])) {
		heap_put(o, at, o->heap[at / 2]);
		at /= 2;
	}
	while (at <= o->count / 2) {
		uint32_t child = at * 2;

		if (child < o->count && ends_before(o, o->heap[child + 1], o->heap[child]))
			child++;
		if (!ends_before(o, o->heap[child], id))
			break;
		heap_put(o, at, o->heap[child]);
		at = child;
	}
	heap_put(o, at, id);
}

static uint32_t
find(struct once *o, const struct once_key *key)
{
	uint32_t id = *bucket_of(o, key);

	while (id != 0 && memcmp(&o->entries[id].key, key, sizeof(*key)) != 0)
		id = o->entries[id].next;
	return id;
}

static uint32_t *
owner_bucket(struct once *o, uint64_t name)
{
	return &o->owner_buckets[((name ^ o->seed[0]) * UINT64_C(0x9e3779b97f4a7c15)) >> 48];
}

/* 0: not counted. */
static uint32_t
owner_find(struct once *o, const struct once_key *owner)
{
	uint64_t name;
	uint32_t id;

	if (!owner)
		return 0;
	memcpy(&name, owner->b, sizeof(name));
	id = *owner_bucket(o, name);
	while (id != 0 && o->owners[id].name != name)
		id = o->owners[id].next;
	return id;
}

/* The one of that name, made if it is new; 0: there are too many. */
static uint32_t
owner_get(struct once *o, const struct once_key *owner)
{
	uint32_t id = owner_find(o, owner), *bucket;
	uint64_t name;

	if (id != 0 || !owner)
		return id;
	if (o->owners_free != 0) {
		id = o->owners_free;
		o->owners_free = o->owners[id].next;
	} else if (o->owners_touched < OWNERS_MAX) {
		id = ++o->owners_touched;
	} else {
		return 0;
	}
	memcpy(&name, owner->b, sizeof(name));
	bucket = owner_bucket(o, name);
	o->owners[id] = (struct owner){.name = name, .next = *bucket};
	*bucket = id;
	return id;
}

static void
owner_drop(struct once *o, uint32_t id)
{
	struct owner *w = &o->owners[id];
	uint32_t *link;

	if (id == 0 || --w->count > 0)
		return;
	link = owner_bucket(o, w->name);
	while (*link != id)
		link = &o->owners[*link].next;
	*link = w->next;
	w->next = o->owners_free;
	o->owners_free = id;
}

/* There must be room. */
static void
insert(struct once *o, const struct once_key *key, instant until, uint32_t owner)
{
	uint32_t *bucket;
	uint32_t id = o->free;

	if (o->count >= o->level + o->split && o->level < o->buckets_max)
		split_one(o);
	bucket = bucket_of(o, key);
	if (id != 0)
		o->free = o->entries[id].next;
	else
		id = ++o->touched;
	o->entries[id] =
		(struct entry){.key = *key, .until = until, .next = *bucket, .owner = owner};
	*bucket = id;
	if (owner != 0)
		o->owners[owner].count++;
	o->count++;
	heap_settle(o, o->count, id);
}

static void
discard(struct once *o, uint32_t id)
{
	struct entry *gone = &o->entries[id];
	uint32_t *link = bucket_of(o, &gone->key);
	uint32_t last = o->heap[o->count];

	while (*link != id)
		link = &o->entries[*link].next;
	*link = gone->next;
	owner_drop(o, gone->owner);
	o->count--;
	if (last != id)
		heap_settle(o, gone->heap_at, last);
	gone->next = o->free;
	o->free = id;
}

/* Clears away expired entries, at most `most` unless more are needed to make room for `room`.
 */
static void
purge(struct once *o, instant now, size_t most, size_t room)
{
	for (size_t done = 0; o->count > 0; done++) {
		uint32_t first = o->heap[1];

		if (o->entries[first].until >= now)
			return;
		if (done >= most && o->max - o->count >= room)
			return;
		discard(o, first);
	}
}

struct once *
once_new(size_t max_entries)
{
	struct once *o = MEM_NEW(struct once);
	uint64_t buckets = BUCKETS_FIRST;

	BUG_ON(max_entries == 0 || max_entries > UINT32_MAX / 4);
	while (buckets < max_entries)
		buckets *= 2;
	o->max = (uint32_t)max_entries;
	o->buckets_max = (uint32_t)buckets;
	o->level = BUCKETS_FIRST;
	o->entries = MEM_NEW_N(max_entries + 1, struct entry);
	o->heap = MEM_NEW_N(max_entries + 1, uint32_t);
	o->buckets = MEM_NEW_N(buckets, uint32_t);
	o->owners = MEM_NEW_N(OWNERS_MAX + 1, struct owner);
	o->owner_buckets = MEM_NEW_N(OWNER_BUCKETS, uint32_t);
	/* For the spread of the table only: what is secret comes from crypto/random.h. */
	BUG_ON(getentropy(o->seed, sizeof(o->seed)) != 0);
	BUG_ON(pthread_mutex_init(&o->lock, NULL) != 0);
	return o;
}

void
once_free(struct once *o)
{
	if (!o)
		return;
	pthread_mutex_destroy(&o->lock);
	mem_free(o->entries);
	mem_free(o->heap);
	mem_free(o->buckets);
	mem_free(o->owners);
	mem_free(o->owner_buckets);
	mem_free(o);
}

/* The lock is held. On failure what was added here is taken out again. */
static enum err_code
claim_all(struct once *o, const struct once_key *owner, const struct once_key *keys,
	  size_t count, instant until, instant now)
{
	enum err_code failed = ERR_NONE;
	size_t added;

	for (added = 0; added < count; added++) {
		uint32_t id = find(o, &keys[added]);

		if (id != 0 && o->entries[id].until >= now)
			failed = MESSAGE_REPLAYED;
		else if (id != 0)
			discard(o, id);
		if (failed == ERR_NONE && o->count == o->max)
			failed = REPLAY_STORE_FULL;
		if (failed != ERR_NONE)
			break;
		insert(o, &keys[added], until, owner_get(o, owner));
	}
	if (failed != ERR_NONE)
		while (added > 0)
			discard(o, find(o, &keys[--added]));
	return failed;
}

/* What it holds and what it asks for may not be more than what is left. */
static bool
is_over_share(struct once *o, const struct once_key *owner, size_t count, instant now)
{
	uint32_t id = owner_find(o, owner);
	size_t wants;

	if (id == 0)
		return false;
	wants = o->owners[id].count + count;
	purge(o, now, 0, wants);
	/* it may have held nothing but what has expired */
	id = owner_find(o, owner);
	wants = (id ? o->owners[id].count : 0) + count;
	return wants > o->max - o->count;
}

bool
once_claim_for(struct once *o, const struct once_key *owner, const struct once_key *keys,
	       size_t count, instant until, instant now, struct err *e)
{
	enum err_code failed;

	/* Even what should not have come so late is held for the moment. */
	if (until < now)
		until = now;
	pthread_mutex_lock(&o->lock);
	purge(o, now, count + PURGE_EXTRA, count);
	failed = is_over_share(o, owner, count, now)
			 ? CALLS_LIMITED
			 : claim_all(o, owner, keys, count, until, now);
	pthread_mutex_unlock(&o->lock);
	if (failed == MESSAGE_REPLAYED)
		return FAIL(e, MESSAGE_REPLAYED, "claimed before");
	if (failed == CALLS_LIMITED)
		return FAIL(e, CALLS_LIMITED, "more messages of one sender than are left");
	if (failed != ERR_NONE)
		return FAIL(e, REPLAY_STORE_FULL, "%u entries, all live", o->max);
	return true;
}

bool
once_claim(struct once *o, const struct once_key *keys, size_t count, instant until,
	   instant now, struct err *e)
{
	return once_claim_for(o, NULL, keys, count, until, now, e);
}

void
once_forget(struct once *o, const struct once_key *keys, size_t count)
{
	pthread_mutex_lock(&o->lock);
	for (size_t i = 0; i < count; i++) {
		uint32_t id = find(o, &keys[i]);

		if (id != 0)
			discard(o, id);
	}
	pthread_mutex_unlock(&o->lock);
}

bool
once_restore(struct once *o, const struct once_key *key, instant until, struct err *e)
{
	bool is_held = true;
	uint32_t id;

	pthread_mutex_lock(&o->lock);
	id = find(o, key);
	if (id != 0 && o->entries[id].until < until) {
		o->entries[id].until = until;
		heap_settle(o, o->entries[id].heap_at, id);
	} else if (id == 0 && o->count < o->max) {
		insert(o, key, until, 0);
	} else if (id == 0) {
		is_held = false;
	}
	pthread_mutex_unlock(&o->lock);
	if (!is_held)
		return FAIL(e, REPLAY_STORE_FULL, "restoring more than %u entries", o->max);
	return true;
}

size_t
once_count(struct once *o)
{
	size_t count;

	pthread_mutex_lock(&o->lock);
	count = o->count;
	pthread_mutex_unlock(&o->lock);
	return count;
}
