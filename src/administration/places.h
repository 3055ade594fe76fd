/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Objects by kind and UUID in memory, each with a UUID that belongs to it: a set and a map. */
#ifndef ADMINISTRATION_PLACES_H
#define ADMINISTRATION_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include "base/uuid.h"

struct places;

struct places *places_new(void);
void places_free(struct places *p);
void places_freep(struct places **p);
/* false: it is there already, and keeps its value. */
bool places_add(struct places *p, unsigned kind, struct uuid u, struct uuid value);
/* NULL: it is not there. Valid until the next places_add. */
struct uuid *places_get(const struct places *p, unsigned kind, struct uuid u);
size_t places_count(const struct places *p);

#endif
