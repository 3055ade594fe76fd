/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For tests: makes forgeries of a message. Elements are moved, doubled, wrapped, renamed, put
 * in another namespace; ids swapped, repeated, made of another kind; references, digests and
 * transforms exchanged; text split by comments and CDATA; declarations added; what is signed
 * replaced and kept elsewhere. The same seed makes the same changes.
 */
#ifndef TESTS_FORGE_H
#define TESTS_FORGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

struct forge;

struct forge *forge_new(uint64_t seed);
void forge_free(struct forge *f);
/* One to three changes of the original; *name is that of the last one. In the arena. */
struct str forge_one(struct forge *f, struct str original, struct arena *a, const char **name);
/*
 * The classic attack in all its ways: what is signed is kept somewhere, another thing stands in
 * its place. false: the original has no such part.
 */
size_t forge_ways(void);
bool forge_replace(struct forge *f, struct str original, size_t way, struct arena *a,
		   struct str *out);
/*
 * Which ds:Signature, in document order, with a SignedInfo is a child of Security; false: none
 * is.
 */
bool forge_find_signature(struct str text, size_t *which);

#endif
