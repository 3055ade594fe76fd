/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The heap. Running out aborts: the libraries below us do so too, and no test could show that
 * anything else works. What a peer can make us allocate is bounded by limits.h instead.
 */
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

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
