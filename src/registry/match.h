/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts against patterns of a search. */
#ifndef REGISTRY_MATCH_H
#define REGISTRY_MATCH_H

#include "base/arena.h"
#include "base/str.h"

struct pattern {
	struct str folded; /* without the sign at the end */
	bool is_prefix;    /* it ended in * or % */
};

struct pattern pattern_of(struct str text, struct arena *a);
bool pattern_fits(const struct pattern *p, struct str text, struct arena *a);

#endif
