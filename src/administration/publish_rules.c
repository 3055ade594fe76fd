/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the rules say of a publication before there is one: the organisation as the draft would
 * have it on its day, and on each later day on which something of it begins or ends, beside
 * what it would be then without the draft. Only what the draft
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

/* Each asks for the whole organisation twice; of more days, the first ones and the last. */
#define MOST_DAYS 8

/* What a finding is about; outlives the picture. */
struct about {
	const struct rule *rule;
	const struct oio_type *type; /* NULL: the whole organisation */
	struct uuid uuid;
	const char *field;
};

static int
about_cmp(const void *pa, const void *pb)
{
	const struct about *a = pa, *b = pb;
	int c;

	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	if (!a->type != !b->type)
		return a->type ? 1 : -1;
	c = uuid_cmp(a->uuid, b->uuid);
	if (c == 0 && a->type != b->type)
		c = a->type->id < b->type->id ? -1 : 1;
	return c != 0 ? c : str_cmp(str_from(a->field), str_from(b->field));
}

static struct about
about_of(const struct rules_finding *f)
{
	struct about it = {.rule = f->rule, .field = f->field};

	if (f->object) {
		it.type = f->object->type;
		it.uuid = f->object->uuid;
	}
	return it;
}

/* Sorted up to `sorted`: what was told of earlier days, or is so without the draft. */
struct abouts {
	struct about *at;
	size_t count, room, sorted;
};

static void
abouts_add(struct abouts *l, const struct rules_finding *f)
{
	if (l->count == l->room) {
		l->room = l->room ? l->room * 2 : 64;
		l->at = mem_resize(l->at, l->room * sizeof(*l->at));
	}
	l->at[l->count++] = about_of(f);
}

static void
abouts_sort(struct abouts *l)
{
	if (l->count > 1)
		qsort(l->at, l->count, sizeof(*l->at), about_cmp);
	l->sorted = l->count;
}

static bool
is_among(const struct abouts *l, const struct rules_finding *f)
{
	const struct about it = about_of(f);

	return l->sorted > 0 && bsearch(&it, l->at, l->sorted, sizeof(it), about_cmp) != NULL;
}

struct judging {
	struct picture *after, *before;
	struct rules_report now, then;
	struct abouts known; /* of then */
};

static void
judging_release(struct judging *j)
{
	picture_free(j->after);
	picture_free(j->before);
	mem_free(j->known.at);
}

static bool
look(struct judging *j, const struct desk *d, const struct plan *p, instant day,
     struct arena *a, struct err *e)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct rules_question asked = {.language = RULE_DANISH};
	struct picture_question q = {.cvr = d->cvr,
				     .operator_cvr = d->operator_cvr,
				     .virkning = day,
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

static void
count(struct judging *j, instant day, const struct publish_rules_told *told,
      struct abouts *seen, struct publish_findings *out)
{
	for (size_t i = 0; i < j->then.count; i++)
		abouts_add(&j->known, &j->then.findings[i]);
	abouts_sort(&j->known);
	for (size_t i = 0; i < j->now.count; i++) {
		const struct rules_finding *f = &j->now.findings[i];

		if (f->rule->severity == RULE_NOTE || is_among(&j->known, f) ||
		    is_among(seen, f))
			continue;
		out->errors += f->rule->severity == RULE_ERROR;
		out->warnings += f->rule->severity == RULE_WARNING;
		if (told)
			told->fn(f, day, told->arg);
		abouts_add(seen, f);
	}
	abouts_sort(seen);
}

static bool
judge(const struct desk *d, const struct plan *p, instant day,
      const struct publish_rules_told *told, struct abouts *seen, struct publish_findings *out,
      struct err *e)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(judging_release) struct judging j = {.after = NULL};

	if (!look(&j, d, p, day, a, e))
		return false;
	count(&j, day, told, seen, out);
	return true;
}

bool
publish_by_rules(const struct desk *d, const struct plan *p, struct publish_findings *out,
		 void *arg, struct err *e)
{
	struct abouts seen = {.at = NULL};
	size_t days = p->day_count < MOST_DAYS ? p->day_count : MOST_DAYS - 1;
	bool ok;

	*out = (struct publish_findings){0, 0};
	if (p->draft == 0 || str_eq(d->cvr, d->operator_cvr))
		return true;
	ok = judge(d, p, p->day, arg, &seen, out, e);
	for (size_t i = 0; ok && i < days; i++)
		ok = judge(d, p, p->days[i], arg, &seen, out, e);
	if (ok && days < p->day_count)
		ok = judge(d, p, p->days[p->day_count - 1], arg, &seen, out, e);
	mem_free(seen.at);
	return ok;
}
