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
/* folded: by fold_text(); a text that is absent fits nothing. */
bool pattern_fits_folded(const struct pattern *p, struct str folded);

#endif
