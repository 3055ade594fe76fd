/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the rules say of a publication before there is one: the organisation as the draft would
 * have it on its day, beside what it would be then without the draft. Only what the draft
 * brings stands in its way: who mends one of a hundred errors is not held up by the others.
 *
 * Not judged are the shared registry, whose organisations become whole by what others do, and a
 * way back, which leads to what was published once.
 * Source: contract of administration, 4.7.5 and 4.7.6; of Organisation, 7 ("validate the
 * change, not the untouched rest").
 */
#include "administration/publish.h"

#include <stdlib.h>
#include <string.h>
#include "administration/rules.h"
#include "base/mem.h"

/* Sorted by what they are about. */
static int
finding_cmp(const void *pa, const void *pb)
{
	const struct rules_finding *a = *(const struct rules_finding *const *)pa;
	const struct rules_finding *b = *(const struct rules_finding *const *)pb;
	int c;

	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	if (!a->object != !b->object)
		return a->object ? 1 : -1;
	c = a->object ? uuid_cmp(a->object->uuid, b->object->uuid) : 0;
	if (c == 0 && a->object && a->object->type != b->object->type)
		c = a->object->type->id < b->object->type->id ? -1 : 1;
	return c != 0 ? c : str_cmp(str_from(a->field), str_from(b->field));
}

struct judging {
	struct picture *after, *before;
	struct rules_report now, then;
	const struct rules_finding **known; /* of then, sorted */
};

static void
judging_release(struct judging *j)
{
	picture_free(j->after);
	picture_free(j->before);
	mem_free(j->known);
}

static bool
look(struct judging *j, const struct desk *d, const struct plan *p, struct arena *a,
     struct err *e)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct rules_question asked = {.language = RULE_DANISH};
	struct picture_question q = {.cvr = d->cvr,
				     .operator_cvr = d->operator_cvr,
				     .virkning = p->day,
				     .registrering = INSTANT_MAX,
				     .needs_key = !d->key_is_optional};

	if (!store_read(d->store, &r, e) ||
	    !rules_used(r, d->cvr, a, &asked.used, &asked.used_count, e) ||
	    !picture_take_of(r, &q, &j->before, e))
		return false;
	q.draft = p->draft;
	if (!picture_take_of(r, &q, &j->after, e))
		return false;
	rules_check(j->before, &asked, a, &j->then);
	asked.before = j->before;
	rules_check(j->after, &asked, a, &j->now);
	return true;
}

static bool
is_known(const struct judging *j, const struct rules_finding *f)
{
	return j->then.count > 0 &&
	       bsearch(&f, j->known, j->then.count, sizeof(*j->known), finding_cmp) != NULL;
}

static void
count(struct judging *j, const struct publish_rules_told *told, struct publish_findings *out)
{
	j->known = MEM_NEW_N(j->then.count + 1, const struct rules_finding *);
	for (size_t i = 0; i < j->then.count; i++)
		j->known[i] = &j->then.findings[i];
	if (j->then.count > 1)
		qsort(j->known, j->then.count, sizeof(*j->known), finding_cmp);
	for (size_t i = 0; i < j->now.count; i++) {
		const struct rules_finding *f = &j->now.findings[i];

		if (f->rule->severity == RULE_NOTE || is_known(j, f))
			continue;
		out->errors += f->rule->severity == RULE_ERROR;
		out->warnings += f->rule->severity == RULE_WARNING;
		if (told)
			told->fn(f, told->arg);
	}
}

bool
publish_by_rules(const struct desk *d, const struct plan *p, struct publish_findings *out,
		 void *arg, struct err *e)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(judging_release) struct judging j = {.after = NULL};

	*out = (struct publish_findings){0, 0};
	if (p->draft == 0 || str_eq(d->cvr, d->operator_cvr))
		return true;
	if (!look(&j, d, p, a, e))
		return false;
	count(&j, arg, out);
	return true;
}
