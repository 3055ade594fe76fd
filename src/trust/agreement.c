/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one place that decides what an agreement gives an it-system: for a service, in the
 * context of an authority, at a moment. Everything not surely in force gives nothing.
 * Source: administration contract 3.0.2 (V1), 3.6.3, 3.6.5, 3.6.6; token-service contract 1.6
 * (checks 20 to 22) and 2.5.
 */
#include "trust/internal.h"

#include <stdlib.h>
#include <string.h>

static bool
has_text(const struct str *list, size_t count, struct str s)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(list[i], s))
			return true;
	return false;
}

bool
trust_may_represent(const struct trust_system *asker, const struct trust_system *other)
{
	if (!asker->may_impersonate)
		return false;
	return asker->represent_count == 0 ||
	       has_text(asker->represents, asker->represent_count, other->id);
}

static bool
is_authority(const struct trust_snapshot *s, struct str cvr, instant now)
{
	const struct trust_myndighed *m = trust_myndighed(s, cvr);

	return m && m->is_active && validity_holds(m->valid, now);
}

/*
 * [token-service 1.6-20] the CVR is an active anvenderkontekst of the system: named by the
 * system itself or by an agreement that is more than a draft, and of an authority in force.
 */
static bool
is_context(const struct trust_snapshot *s, const struct trust_system *system,
	   const struct agreement *first, struct str cvr, instant now)
{
	if (!is_authority(s, cvr, now))
		return false;
	if (has_text(system->contexts, system->context_count, cvr))
		return true;
	for (const struct agreement *g = first; g; g = g->next)
		if (g->state != AGREEMENT_STATE_NONE &&
		    has_text(g->contexts, g->context_count, cvr))
			return true;
	return false;
}

static const struct agreement_line *
next_line(const struct agreement *g, const struct trust_service *service, size_t *at)
{
	while (*at < g->line_count) {
		const struct agreement_line *line = &g->lines[(*at)++];

		if (str_eq(line->service, service->id))
			return line;
	}
	return NULL;
}

/* What one agreement says, before its roles are looked at. */
static enum trust_agreement_verdict
standing(const struct trust_snapshot *s, const struct agreement *g,
	 const struct trust_service *service, struct str cvr, instant now)
{
	size_t at = 0;

	if (!has_text(g->contexts, g->context_count, cvr) || !next_line(g, service, &at))
		return AGREEMENT_NONE;
	if (g->state == AGREEMENT_STATE_ENDED ||
	    (g->state != AGREEMENT_STATE_NONE && now >= g->valid.to))
		return AGREEMENT_EXPIRED;
	if (g->state == AGREEMENT_STATE_NONE || now < g->valid.from)
		return AGREEMENT_NONE;
	/* [administration 3.1] nor is the data of a suspended authority handed out */
	if (g->state == AGREEMENT_STATE_SUSPENDED || !is_authority(s, g->data_owner, now))
		return AGREEMENT_SUSPENDED;
	return AGREEMENT_HOLDS;
}

/* "http://x/roles/servicesystemrole/udstil/1" -> "udstil-1" */
static struct str
slug_of(struct arena *a, struct str role)
{
	struct str rest = role, head;
	char *slug;
	size_t at;

	if (str_find(rest, STR("/roles/"), &at))
		rest = str_skip(rest, at + strlen("/roles/"));
	if (str_cut(rest, '/', &head, &rest))
		head = rest;
	slug = arena_dup_c(a, head);
	for (size_t i = 0; i < head.len; i++) {
		bool is_plain = (slug[i] >= '0' && slug[i] <= '9') ||
				((slug[i] | 0x20) >= 'a' && (slug[i] | 0x20) <= 'z') ||
				slug[i] == '_';

		if (!is_plain)
			slug[i] = '-';
	}
	return str_of(slug, head.len);
}

static size_t
add_assignments(const struct agreement *g, const struct trust_service *service, struct str cvr,
		struct arena *a, struct trust_assignment *out)
{
	const struct agreement_line *line;
	size_t at = 0, count = 0;

	while ((line = next_line(g, service, &at))) {
		for (size_t i = 0; i < line->role_count; i++) {
			const struct agreement_role *role = &line->roles[i];

			out[count++] = (struct trust_assignment){
				.id = arena_printf(a, "sa-" STR_FMT "-%zu-" STR_FMT "-" STR_FMT,
						   STR_ARG(g->id), at,
						   STR_ARG(slug_of(a, role->id)), STR_ARG(cvr)),
				.role = role->id,
				.context_cvr = cvr,
				/* IssuedAnvenderkontekst: whose data it is */
				.scope_cvr = g->data_owner,
				.constraints = role->constraints,
				.constraint_count = role->constraint_count,
			};
		}
	}
	return count;
}

static int
assignment_cmp(const void *a, const void *b)
{
	const struct trust_assignment *x = a, *y = b;
	int order = str_cmp(x->id, y->id);

	return order != 0 ? order : str_cmp(x->role, y->role);
}

static size_t
role_room(const struct agreement *first, const struct trust_service *service)
{
	const struct agreement_line *line;
	size_t room = 0, at;

	for (const struct agreement *g = first; g; g = g->next)
		for (at = 0; (line = next_line(g, service, &at));)
			room += line->role_count;
	return room;
}

/* Which of two refusals tells the caller more; the later in the list. */
static enum trust_agreement_verdict
better(enum trust_agreement_verdict x, enum trust_agreement_verdict y)
{
	static const int worth[] = {
		[AGREEMENT_NONE] = 0,      [AGREEMENT_NO_CONTEXT] = 1, [AGREEMENT_EXPIRED] = 2,
		[AGREEMENT_SUSPENDED] = 3, [AGREEMENT_NO_ROLE] = 4,    [AGREEMENT_HOLDS] = 5,
	};

	return worth[y] > worth[x] ? y : x;
}

enum trust_agreement_verdict
trust_agreement(const struct trust_snapshot *s, const struct trust_system *system,
		const struct trust_service *service, struct str cvr, instant now,
		struct arena *a, const struct trust_assignment **out, size_t *count)
{
	const struct agreement *first = table_find(&s->agreements_of_system, system->id);
	enum trust_agreement_verdict verdict = AGREEMENT_NONE, one;
	struct trust_assignment *list;

	*out = NULL;
	*count = 0;
	/* the caller has asked this already; nothing may depend on that */
	if (system->is_blocked || !validity_holds(system->valid, now) ||
	    !validity_holds(service->valid, now))
		return AGREEMENT_NONE;
	if (!is_context(s, system, first, cvr, now))
		return AGREEMENT_NO_CONTEXT;
	cvr = arena_dup(a, cvr);
	list = ARENA_NEW_N(a, role_room(first, service), struct trust_assignment);
	for (const struct agreement *g = first; g; g = g->next) {
		size_t before = *count;

		one = standing(s, g, service, cvr, now);
		if (one == AGREEMENT_HOLDS)
			*count += add_assignments(g, service, cvr, a, list + *count);
		/* [administration 3.5] a service without roles asks for none */
		if (one == AGREEMENT_HOLDS && *count == before && service->role_count > 0)
			one = AGREEMENT_NO_ROLE;
		verdict = better(verdict, one);
	}
	if (*count > 1)
		qsort(list, *count, sizeof(*list), assignment_cmp);
	*out = list;
	return verdict;
}
