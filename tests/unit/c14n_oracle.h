/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests: canonical forms as libxml2 makes them, and repeatable chance. */
#ifndef UNIT_C14N_ORACLE_H
#define UNIT_C14N_ORACLE_H

#include <stdint.h>
#include "base/arena.h"
#include "xml/internal.h"

/* The same question as c14n_write, answered by libxml2's node-set canonicaliser. */
struct str oracle_c14n(const struct xml_node *apex, const struct c14n_rule *rule,
		       struct arena *a);

struct chance {
	uint64_t state;
};

unsigned chance_below(struct chance *c, unsigned n); /* 0 … n-1 */
/* true `percent` times out of a hundred */
bool chance_of(struct chance *c, unsigned percent);

#endif
