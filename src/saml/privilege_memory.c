/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Privilege lists that were read before. The room is fixed: a set of four places by the SHA-256
 * of the text and of the limits that it was read under; the oldest gives way. A list is one
 * piece of memory, and who asks gets a copy: nothing that is handed out can change or end.
 * What was refused is not kept, nor is a long one. Losing an entry costs a parse.
 */
#include "saml/privilege_memory.h"

#include <pthread.h>
#include <string.h>

#include "base/mem.h"
#include "crypto/digest.h"

#define WAYS 4
#define SETS 256 /* 1,024 lists, of 8 KB at most */
#define LIST_MAX_BYTES 8192
#define NAME_BYTES 32

struct place {
	uint8_t name[NAME_BYTES];
	struct privilege_list list;
	void *room; /* what the list is made of; NULL: a free place */
};

struct set {
	struct place places[WAYS];
	uint8_t oldest;
};

struct privilege_memory {
	pthread_mutex_t lock;
	uint64_t hits;
	struct set sets[SETS];
};

struct privilege_memory *
privilege_memory_new(void)
{
	struct privilege_memory *m = MEM_NEW(struct privilege_memory);

	BUG_ON(pthread_mutex_init(&m->lock, NULL) != 0);
	return m;
}

void
privilege_memory_free(struct privilege_memory *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < SETS * WAYS; i++)
		mem_free(m->sets[i / WAYS].places[i % WAYS].room);
	pthread_mutex_destroy(&m->lock);
	mem_free(m);
}

uint64_t
privilege_memory_hits(struct privilege_memory *m)
{
	uint64_t hits;

	pthread_mutex_lock(&m->lock);
	hits = m->hits;
	pthread_mutex_unlock(&m->lock);
	return hits;
}

/* ---- a list in one piece: groups, roles, constraints, then all text ---- */

struct sizes {
	size_t roles, constraints, bytes;
};

static struct sizes
measure(const struct privilege_list *l)
{
	struct sizes n = {0};

	for (size_t g = 0; g < l->count; g++) {
		const struct privilege *p = &l->groups[g];

		n.roles += p->role_count;
		n.constraints += p->constraint_count;
		n.bytes += p->scope_cvr.len;
		for (size_t i = 0; i < p->role_count; i++)
			n.bytes += p->roles[i].len;
		for (size_t i = 0; i < p->constraint_count; i++)
			n.bytes += p->constraints[i].name.len + p->constraints[i].value.len;
	}
	return n;
}

static size_t
total(const struct privilege_list *l, const struct sizes *n)
{
	return l->count * sizeof(struct privilege) + n->roles * sizeof(struct str) +
	       n->constraints * sizeof(struct constraint) + n->bytes + 1;
}

static struct str
copy_text(struct str s, char **at)
{
	char *to = *at;

	if (!str_is_set(s))
		return STR_NONE;
	if (s.len > 0)
		memcpy(to, s.ptr, s.len);
	*at += s.len;
	return str_of(to, s.len);
}

static struct privilege_list
copy(const struct privilege_list *l, const struct sizes *n, void *room)
{
	struct privilege *group = room;
	struct str *role = (struct str *)(group + l->count);
	struct constraint *constraint = (struct constraint *)(role + n->roles);
	char *text = (char *)(constraint + n->constraints);

	for (size_t g = 0; g < l->count; g++) {
		const struct privilege *from = &l->groups[g];

		group[g] = *from;
		group[g].scope_cvr = copy_text(from->scope_cvr, &text);
		group[g].roles = role;
		group[g].constraints = constraint;
		for (size_t i = 0; i < from->role_count; i++)
			*role++ = copy_text(from->roles[i], &text);
		for (size_t i = 0; i < from->constraint_count; i++, constraint++)
			*constraint = (struct constraint){
				.name = copy_text(from->constraints[i].name, &text),
				.value = copy_text(from->constraints[i].value, &text)};
	}
	return (struct privilege_list){
		.groups = group, .count = l->count, .ignored = l->ignored};
}

/* ---- the places ---- */

static void
name_of(struct str text, const struct privilege_limits *limits, uint8_t out[HASH_MAX_BYTES])
{
	AUTO(digest_freep) struct digest *d = digest_new(HASH_SHA256);
	const uint64_t numbers[] = {limits->bytes, limits->groups, limits->constraints};

	digest_add(d, str_of(numbers, sizeof(numbers)));
	digest_add(d, text);
	(void)digest_final(d, out);
}

/* Under the lock. */
static struct place *
find(struct privilege_memory *m, const uint8_t *name)
{
	struct set *s = &m->sets[name[0]];

	for (size_t i = 0; i < WAYS; i++)
		if (s->places[i].room && memcmp(s->places[i].name, name, NAME_BYTES) == 0)
			return &s->places[i];
	return NULL;
}

static bool
recall(struct privilege_memory *m, const uint8_t *name, struct arena *a,
       struct privilege_list *out)
{
	const struct place *p;

	pthread_mutex_lock(&m->lock);
	p = find(m, name);
	if (p) {
		struct sizes n = measure(&p->list);

		*out = copy(&p->list, &n, arena_alloc(a, total(&p->list, &n)));
		m->hits++;
	}
	pthread_mutex_unlock(&m->lock);
	return p != NULL;
}

static void
keep(struct privilege_memory *m, const uint8_t *name, const struct privilege_list *list)
{
	struct sizes n = measure(list);
	struct set *s = &m->sets[name[0]];
	void *room, *gone = NULL;
	struct place *p;

	if (total(list, &n) > LIST_MAX_BYTES)
		return;
	room = mem_new(total(list, &n));
	pthread_mutex_lock(&m->lock);
	if (find(m, name)) {
		gone = room;
	} else {
		p = &s->places[s->oldest++ % WAYS];
		gone = p->room;
		memcpy(p->name, name, NAME_BYTES);
		p->list = copy(list, &n, room);
		p->room = room;
	}
	pthread_mutex_unlock(&m->lock);
	mem_free(gone);
}

bool
privilege_read_again(struct privilege_memory *m, struct str text,
		     const struct privilege_limits *limits, struct arena *a,
		     struct privilege_list *out, struct err *e)
{
	uint8_t name[HASH_MAX_BYTES];

	if (m == NULL)
		return privilege_read(text, limits, a, out, e);
	name_of(text, limits, name);
	if (recall(m, name, a, out))
		return true;
	if (!privilege_read(text, limits, a, out, e))
		return false;
	keep(m, name, out);
	return true;
}
