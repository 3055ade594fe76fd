/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How plans are shown, and how far a long work is. */
#ifndef GATEWAY_CLI_ORG_PLAN_H
#define GATEWAY_CLI_ORG_PLAN_H

#include "administration/plan.h"
#include "gateway/cli_org.h"

struct org_progress {
	bool is_quiet;
	const char *what;
	uint64_t begun_us;
	size_t percent;
};
/* A plan_progress_fn; arg: a struct org_progress. */
void org_progress(const char *what, size_t done, size_t total, void *arg);
void org_progress_end(const struct org_progress *p);

/* all: every object, not the first of each kind of change. */
void org_print_plan(const struct org *o, const struct plan *p, bool all);
json_t *org_plan_json(const struct plan *p, bool all);

#endif
