/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The draft of a forgery, between making (forge.c) and writing (forge_write.c). */
#ifndef TESTS_FORGE_DRAFT_H
#define TESTS_FORGE_DRAFT_H

#include <libxml/tree.h>

#include "tests/unit/forge.h"

#define FORGE_LIST_MAX 512

struct forge {
	uint64_t seed;
	xmlDoc *doc;
	xmlNode *dropped;
	bool is_raw; /* written with the declarations it has, whatever they now mean */
	xmlNode *element[FORGE_LIST_MAX];
	size_t element_count;
	xmlNode *text[FORGE_LIST_MAX];
	size_t text_count;
	xmlAttr *id[FORGE_LIST_MAX];
	size_t id_count;
};

/* Its text, in the arena; the draft is freed. */
struct str forge_close(struct forge *f, struct arena *a);

#endif
