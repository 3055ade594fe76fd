/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the columns of an authority's own files become those of ours: a mapping file.
 */
#ifndef ADMINISTRATION_MAPPING_H
#define ADMINISTRATION_MAPPING_H

#include "base/arena.h"
#include "base/uuid.h"

struct source_mapping;

/* The class that a word stands for; false: the mapping (NULL: none) does not say. */
bool mapping_klasse(const struct source_mapping *m, struct str word, struct uuid *out);

#endif
