/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The heap. Out of memory aborts; mem_free accepts NULL. Memory from mem_new is zeroed. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>
#include "base/attr.h"
#include "base/str.h"

/*
 * Once, before there are threads: what the allocator keeps and what it gives back. A call takes
 * and frees some hundred kilobytes; as it stands glibc would hand them to the kernel after each
 * one, and keep an arena a thread.
 */
void mem_setup(void);

void *mem_new(size_t size);
void *mem_new_n(size_t count, size_t size);
void *mem_resize(void *p, size_t size);
void mem_free(void *p);
void mem_freep(void *pp);	   /* for AUTO: frees *(void **)pp and clears it */
char *mem_dup_c(struct str s);	   /* terminated copy */
void mem_wipe(void *p, size_t len); /* not optimised away */

#define MEM_NEW(type)	     ((type *)mem_new(sizeof(type)))
#define MEM_NEW_N(n, type)   ((type *)mem_new_n((n), sizeof(type)))

#endif
