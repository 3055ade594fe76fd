/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory of one request, in blocks of 64 KiB that are filled from the front. A piece that would
 * waste much of a block gets one of its own. Under the address sanitizer the unused part of a
 * block is poisoned and pieces are kept apart, so that an overrun shows.
 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_SANITIZED 1
#endif
#endif

#ifdef ARENA_SANITIZED
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#define REDZONE_BYTES 16
#else
#define POISON(p, n) ((void)0)
#define UNPOISON(p, n) ((void)0)
#define REDZONE_BYTES 0
#endif

#define ALIGN_BYTES ((size_t)16)
#define BLOCK_BYTES ((size_t)64 * 1024)
#define BLOCK_ROOM (BLOCK_BYTES - sizeof(struct block))
#define OWN_BLOCK_BYTES (BLOCK_BYTES / 4)
#define PRINTF_FIRST_BYTES 256

struct block {
	struct block *next;
	size_t room; /* bytes after the header */
	size_t used;
	_Alignas(16) char bytes[];
};

struct arena {
	struct block *current; /* being filled; the rest are full or hold one large piece */
	struct block *others;
	size_t handed_out;
};

static struct block *
block_new(size_t room)
{
	size_t bytes;
	struct block *b;

	BUG_ON(!size_add(sizeof(struct block), room, &bytes));
	b = mem_resize(NULL, bytes);
	b->next = NULL;
	b->room = room;
	b->used = 0;
	POISON(b->bytes, room);
	return b;
}

static void
block_free(struct block *b)
{
	UNPOISON(b->bytes, b->room);
	mem_free(b);
}

static void
free_others(struct arena *a)
{
	while (a->others) {
		struct block *next = a->others->next;

		block_free(a->others);
		a->others = next;
	}
}

struct arena *
arena_new(void)
{
	struct arena *a = MEM_NEW(struct arena);

	a->current = block_new(BLOCK_ROOM);
	return a;
}

void
arena_free(struct arena *a)
{
	if (!a)
		return;
	free_others(a);
	block_free(a->current);
	mem_free(a);
}

void
arena_freep(struct arena **a)
{
	arena_free(*a);
	*a = NULL;
}

void
arena_reset(struct arena *a)
{
	free_others(a);
	a->current->used = 0;
	POISON(a->current->bytes, a->current->room);
	a->handed_out = 0;
}

static void *
own_block(struct arena *a, size_t size)
{
	struct block *b = block_new(size);

	b->used = size;
	b->next = a->others;
	a->others = b;
	UNPOISON(b->bytes, size);
	return b->bytes;
}

/* Not zeroed. align is 1 (text) or ALIGN_BYTES. */
static void *
take(struct arena *a, size_t size, size_t align)
{
	struct block *b = a->current;
	size_t at = (b->used + (align - 1)) & ~(align - 1);
	char *p;

	a->handed_out += size;
	if (size >= OWN_BLOCK_BYTES)
		return own_block(a, size);
	if (at > b->room || size + REDZONE_BYTES > b->room - at) {
		b->next = a->others;
		a->others = b;
		b = a->current = block_new(BLOCK_ROOM);
		at = 0;
	}
	p = b->bytes + at;
	b->used = at + size + REDZONE_BYTES;
	UNPOISON(p, size);
	return p;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	void *p = take(a, size > 0 ? size : 1, ALIGN_BYTES);

	return memset(p, 0, size);
}

void *
arena_alloc_n(struct arena *a, size_t count, size_t size)
{
	size_t bytes;

	BUG_ON(!size_mul(count, size, &bytes));
	return arena_alloc(a, bytes);
}

char *
arena_dup_c(struct arena *a, struct str s)
{
	size_t bytes;
	char *copy;

	BUG_ON(!size_add(s.len, 1, &bytes));
	copy = take(a, bytes, 1);
	if (s.len > 0)
		memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	return copy;
}

struct str
arena_dup(struct arena *a, struct str s)
{
	if (!s.ptr)
		return STR_NONE;
	return (struct str){arena_dup_c(a, s), s.len};
}

struct str
arena_printf(struct arena *a, const char *fmt, ...)
{
	char first[PRINTF_FIRST_BYTES];
	va_list ap;
	size_t len;
	char *text;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(first, sizeof(first), fmt, ap);
	va_end(ap);
	BUG_ON(n < 0);
	len = (size_t)n;
	if (len < sizeof(first))
		return arena_dup(a, (struct str){first, len});
	text = take(a, len + 1, 1);
	va_start(ap, fmt);
	n = vsnprintf(text, len + 1, fmt, ap);
	va_end(ap);
	BUG_ON(n < 0 || (size_t)n != len);
	return (struct str){text, len};
}

size_t
arena_used(const struct arena *a)
{
	return a->handed_out;
}
