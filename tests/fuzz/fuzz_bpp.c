/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Privilege lists. What is read is within its limits, and comes back after being written. */
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "saml/privilege.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_again(const struct privilege_list *list, const struct privilege_limits *limits,
	    struct arena *a)
{
	AUTO(buf_release) struct buf b = BUF_INIT(16u << 20);
	const struct privilege_limits wide = {16u << 20, limits->groups, limits->constraints};
	struct privilege_list again;
	struct err e = ERR_INIT;

	privilege_write(list->groups, list->count, false, &b);
	BUG_ON(!privilege_read(buf_str(&b), &wide, a, &again, &e));
	BUG_ON(again.count != list->count || again.ignored != 0);
	for (size_t i = 0; i < list->count; i++) {
		BUG_ON(!str_eq(again.groups[i].scope_cvr, list->groups[i].scope_cvr));
		BUG_ON(again.groups[i].role_count != list->groups[i].role_count);
		BUG_ON(again.groups[i].constraint_count != list->groups[i].constraint_count);
		for (size_t j = 0; j < list->groups[i].role_count; j++)
			BUG_ON(!str_eq(again.groups[i].roles[j], list->groups[i].roles[j]));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct privilege_limits limits = {LIMIT_TOKEN_BPP_BYTES, LIMIT_BPP_GROUPS,
						       LIMIT_BPP_CONSTRAINTS};
	AUTO(arena_freep) struct arena *a = arena_new();
	struct privilege_list list;
	struct err e = ERR_INIT;

	if (privilege_read(str_of(data, size), &limits, a, &list, &e)) {
		BUG_ON(list.count > limits.groups);
		check_again(&list, &limits, a);
	} else {
		BUG_ON(e.code != PRIVILEGES_MALFORMED);
	}
	return 0;
}
