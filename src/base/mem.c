/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The heap. Running out aborts: the libraries below us do so too, and no test could show that
 * anything else works. What a peer can make us allocate is bounded by limits.h instead.
 */
#include "base/mem.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* What one call needs at once fits in what an arena keeps at its top, whatever is large gets
 * pages of its own and gives them back; all arenas together stay below 20 MB of it. */
#define ARENAS 8
#define KEEP_BYTES (2 * 1024 * 1024)
#define OWN_PAGES_BYTES (1024 * 1024)

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
/* The heap of a sanitizer takes no such wishes. */
void
mem_setup(void)
{
}
#else
void
mem_setup(void)
{
	/*
	 * Setting any of them also stops the thresholds from moving with what is freed. The
	 * sanitizers' allocators have none of them, and say so; nothing depends on it.
	 */
	(void)mallopt(M_ARENA_MAX, ARENAS);
	(void)mallopt(M_TRIM_THRESHOLD, KEEP_BYTES);
	(void)mallopt(M_MMAP_THRESHOLD, OWN_PAGES_BYTES);
}
#endif

void *
mem_new(size_t size)
{
	void *p = calloc(1, size > 0 ? size : 1);

	BUG_ON(!p);
	return p;
}

void *
mem_new_n(size_t count, size_t size)
{
	size_t bytes;

	BUG_ON(!size_mul(count, size, &bytes));
	return mem_new(bytes);
}

void *
mem_resize(void *p, size_t size)
{
	void *moved = realloc(p, size > 0 ? size : 1);

	BUG_ON(!moved);
	return moved;
}

void
mem_free(void *p)
{
	free(p);
}

void
mem_freep(void *pp)
{
	void *p;

	/* memcpy, because the variable is a pointer to some other type. */
	memcpy(&p, pp, sizeof(p));
	free(p);
	p = NULL;
	memcpy(pp, &p, sizeof(p));
}

char *
mem_dup_c(struct str s)
{
	size_t bytes;
	char *copy;

	BUG_ON(!size_add(s.len, 1, &bytes));
	copy = mem_new(bytes);
	if (s.len > 0)
		memcpy(copy, s.ptr, s.len);
	return copy;
}

void
mem_wipe(void *p, size_t len)
{
	if (len > 0)
		explicit_bzero(p, len);
}
