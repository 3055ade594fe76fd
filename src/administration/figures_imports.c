/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Figures of loads and periodic imports, by source: how many there were, how many of those that
 * ended did what they were to do, and when one last did. Trials and what was thrown away are no
 * such runs.
 * Source: administration contract 4.7.7 (import success rate); contract of Organisation, 5.
 */
#include "administration/figures.h"

#include "administration/load.h"
#include "store/imports.h"

#define GOOD (1u << LOAD_STAGED | 1u << LOAD_UNCHANGED | 1u << LOAD_PUBLISHED)
#define BAD (1u << LOAD_STOPPED | 1u << LOAD_FAILED)
/* sources of one authority; the rest is counted under the last of them */
#define SOURCES 64

struct imported {
	struct str name;
	int64_t good, bad;
	instant last;
};

struct imports {
	struct arena *a;
	instant until;
	struct imported at[SOURCES];
	size_t count;
};

static bool
take_run(const struct import_run *run, void *arg, struct err *e)
{
	struct imports *m = arg;
	unsigned state = 1u << run->state;
	size_t i = 0;

	(void)e;
	if (!(state & (GOOD | BAD)) || run->began > m->until)
		return true;
	while (i < m->count && !str_eq(m->at[i].name, run->source))
		i++;
	i = i < SOURCES ? i : SOURCES - 1;
	if (i == m->count)
		m->at[m->count++] = (struct imported){.name = arena_dup(m->a, run->source),
						      .last = INSTANT_MIN};
	m->at[i].good += (state & GOOD) != 0;
	m->at[i].bad += (state & BAD) != 0;
	if ((state & GOOD) && run->ended > m->at[i].last)
		m->at[i].last = run->ended;
	return true;
}

bool
figures_imports(struct reading *r, struct str cvr, instant until, struct arena *a,
		struct figures *out, struct err *e)
{
	const struct import_filter all = {.cvr = cvr};
	struct imports *m = ARENA_NEW(a, struct imports);

	m->a = a;
	m->until = until;
	if (!imports_each(r, &all, take_run, m, e))
		return false;
	for (size_t i = 0; i < m->count; i++) {
		const struct imported *s = &m->at[i];

		figures_add(out, a, "indlaesninger", s->name, s->good + s->bad);
		figures_add(out, a, "indlaesninger-lykkedes", s->name,
			    1000 * s->good / (s->good + s->bad));
		if (s->last != INSTANT_MIN)
			figures_add(out, a, "seneste-indlaesning", s->name, s->last);
	}
	return true;
}
