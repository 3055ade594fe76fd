/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a privilege list says, kept by the bytes of its text: the same token comes with every
 * call for eight hours. Reading is a function of text and limits alone; whether the text is
 * signed, and what its privileges open, is not asked here. Reasons: docs/decisions/0020.
 */
#ifndef SAML_PRIVILEGE_MEMORY_H
#define SAML_PRIVILEGE_MEMORY_H

#include "saml/privilege.h"

struct privilege_memory;

struct privilege_memory *privilege_memory_new(void);
void privilege_memory_free(struct privilege_memory *m);
/* The answer of privilege_read(). m may be NULL: nothing is kept. Same errors. */
MUST_USE bool privilege_read_again(struct privilege_memory *m, struct str text,
				   const struct privilege_limits *limits, struct arena *a,
				   struct privilege_list *out, struct err *e);
/* How often a list was there already. */
uint64_t privilege_memory_hits(struct privilege_memory *m);

#endif
