/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory of one request: allocated piece by piece, freed at once. Nothing in it is freed alone.
 * It grows as needed; what bounds it are the limits on input (limits.h) and on buf.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>
#include "base/attr.h"
#include "base/str.h"

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a);
void arena_freep(struct arena **a);
/* empties it, keeps one block for the next request */
void arena_reset(struct arena *a);
void *arena_alloc(struct arena *a, size_t size); /* zeroed, 16-byte aligned, never NULL */
void *arena_alloc_n(struct arena *a, size_t count, size_t size);
/* absent stays absent; the copy is terminated */
struct str arena_dup(struct arena *a, struct str s);
char *arena_dup_c(struct arena *a, struct str s);
struct str arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
size_t arena_used(const struct arena *a);

#define ARENA_NEW(a, type)	((type *)arena_alloc((a), sizeof(type)))
#define ARENA_NEW_N(a, n, type) ((type *)arena_alloc_n((a), (n), sizeof(type)))

#endif
