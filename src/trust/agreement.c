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

const struct trust_ground_row trust_ground_rows[GROUND_COUNT] = {
	[GROUND_UNASKED] = {"unasked", "nothing was asked", AGREEMENT_NONE},
	[GROUND_SYSTEM_BLOCKED] =
		{"system-blocked",
		 "the it-system or its owner is blocked, closed, not approved or "
		 "out of its period",
		 AGREEMENT_NONE},
	[GROUND_SYSTEM_NOT_VALID] = {"system-not-valid", "the it-system is not valid then",
				     AGREEMENT_NONE},
	[GROUND_SERVICE_NOT_VALID] = {"service-not-valid", "the service is not valid then",
				      AGREEMENT_NONE},
	[GROUND_AUTHORITY_UNKNOWN] = {"authority-unknown", "no authority has that CVR",
				      AGREEMENT_NO_CONTEXT},
	[GROUND_AUTHORITY_INACTIVE] = {"authority-inactive",
				       "the authority is suspended or not in force",
				       AGREEMENT_NO_CONTEXT},
	[GROUND_AUTHORITY_NOT_VALID] = {"authority-not-valid",
					"the authority is not valid then",
					AGREEMENT_NO_CONTEXT},
	[GROUND_NO_CONTEXT] =
		{"no-context",
		 "neither the it-system nor an agreement of it names that CVR as a "
		 "context",
		 AGREEMENT_NO_CONTEXT},
	[GROUND_NO_AGREEMENT] = {"no-agreement", "the it-system has no agreement at all",
				 AGREEMENT_NONE},
	[GROUND_OTHER_CONTEXT] = {"other-context", "it is for other contexts", AGREEMENT_NONE},
	[GROUND_OTHER_SERVICE] = {"other-service", "it is about other services",
				  AGREEMENT_NONE},
	[GROUND_ENDED] = {"ended", "it has ended", AGREEMENT_EXPIRED},
	[GROUND_EXPIRED] = {"expired", "its period is over", AGREEMENT_EXPIRED},
	[GROUND_DRAFT] = {"draft", "it is not approved", AGREEMENT_NONE},
	[GROUND_NOT_BEGUN] = {"not-begun", "its period has not begun", AGREEMENT_NONE},
	[GROUND_SUSPENDED] = {"suspended", "it is suspended", AGREEMENT_SUSPENDED},
	[GROUND_OWNER_INACTIVE] = {"owner-inactive",
				   "the authority that owns the data is not in force",
				   AGREEMENT_SUSPENDED},
	[GROUND_NO_ROLE] = {"no-role", "it holds and gives no role of the service",
			    AGREEMENT_NO_ROLE},
	[GROUND_HOLDS] = {"holds", "it holds", AGREEMENT_HOLDS},
};

/* GROUND_HOLDS: it is in force. */
static enum trust_ground
authority_ground(const struct trust_snapshot *s, struct str cvr, instant now)
{
	const struct trust_myndighed *m = trust_myndighed(s, cvr);

	if (!m)
		return GROUND_AUTHORITY_UNKNOWN;
	if (!m->is_active)
		return GROUND_AUTHORITY_INACTIVE;
	return validity_holds(m->valid, now) ? GROUND_HOLDS : GROUND_AUTHORITY_NOT_VALID;
}

/*
 * [token-service 1.6-20] the CVR is an active anvenderkontekst of the system: named by the
 * system itself or by an agreement that is more than a draft, and of an authority in force.
 */
static enum trust_ground
context_ground(const struct trust_snapshot *s, const struct trust_system *system,
	       const struct agreement *first, struct str cvr, instant now)
{
	enum trust_ground ground = authority_ground(s, cvr, now);

	if (ground != GROUND_HOLDS || has_text(system->contexts, system->context_count, cvr))
		return ground;
	for (const struct agreement *g = first; g; g = g->next)
		if (g->state != AGREEMENT_STATE_NONE &&
		    has_text(g->contexts, g->context_count, cvr))
			return GROUND_HOLDS;
	return GROUND_NO_CONTEXT;
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
static enum trust_ground
standing(const struct trust_snapshot *s, const struct agreement *g,
	 const struct trust_service *service, struct str cvr, instant now)
{
	size_t at = 0;

	if (!has_text(g->contexts, g->context_count, cvr))
		return GROUND_OTHER_CONTEXT;
	if (!next_line(g, service, &at))
		return GROUND_OTHER_SERVICE;
	if (g->state == AGREEMENT_STATE_NONE)
		return GROUND_DRAFT;
	if (g->state == AGREEMENT_STATE_ENDED)
		return GROUND_ENDED;
	if (now >= g->valid.to)
		return GROUND_EXPIRED;
	if (now < g->valid.from)
		return GROUND_NOT_BEGUN;
	if (g->state == AGREEMENT_STATE_SUSPENDED)
		return GROUND_SUSPENDED;
	/* [administration 3.1] nor is the data of a suspended authority handed out */
	if (authority_ground(s, g->data_owner, now) != GROUND_HOLDS)
		return GROUND_OWNER_INACTIVE;
	return GROUND_HOLDS;
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

static void
note(struct trust_why *why, struct str agreement, enum trust_ground ground)
{
	if (why)
		why->at[why->count++] = (struct trust_finding){agreement, ground};
}

static enum trust_agreement_verdict
refuse(struct trust_why *why, enum trust_ground ground)
{
	note(why, STR_NONE, ground);
	return trust_ground_rows[ground].verdict;
}

/* Before any agreement is looked at. */
static enum trust_ground
whole_ground(const struct trust_snapshot *s, const struct trust_system *system,
	     const struct trust_service *service, struct str cvr, instant now)
{
	/* the caller has asked this already; nothing may depend on that */
	if (system->is_blocked)
		return GROUND_SYSTEM_BLOCKED;
	if (!validity_holds(system->valid, now))
		return GROUND_SYSTEM_NOT_VALID;
	if (!validity_holds(service->valid, now))
		return GROUND_SERVICE_NOT_VALID;
	return context_ground(s, system, table_find(&s->agreements_of_system, system->id), cvr,
			      now);
}

static void
why_init(struct trust_why *why, const struct agreement *first, struct arena *a)
{
	size_t room = 1;

	for (const struct agreement *g = first; g; g = g->next)
		room++;
	*why = (struct trust_why){.at = ARENA_NEW_N(a, room, struct trust_finding)};
}

enum trust_agreement_verdict
trust_agreement_why(const struct trust_snapshot *s, const struct trust_system *system,
		    const struct trust_service *service, struct str cvr, instant now,
		    struct arena *a, const struct trust_assignment **out, size_t *count,
		    struct trust_why *why)
{
	const struct agreement *first = table_find(&s->agreements_of_system, system->id);
	enum trust_agreement_verdict verdict = AGREEMENT_NONE;
	struct trust_assignment *list;
	enum trust_ground ground;

	*out = NULL;
	*count = 0;
	if (why)
		why_init(why, first, a);
	ground = whole_ground(s, system, service, cvr, now);
	if (ground != GROUND_HOLDS)
		return refuse(why, ground);
	if (!first)
		return refuse(why, GROUND_NO_AGREEMENT);
	cvr = arena_dup(a, cvr);
	list = ARENA_NEW_N(a, role_room(first, service), struct trust_assignment);
	for (const struct agreement *g = first; g; g = g->next) {
		size_t before = *count;

		ground = standing(s, g, service, cvr, now);
		if (ground == GROUND_HOLDS)
			*count += add_assignments(g, service, cvr, a, list + *count);
		/* [administration 3.5] a service without roles asks for none */
		if (ground == GROUND_HOLDS && *count == before && service->role_count > 0)
			ground = GROUND_NO_ROLE;
		note(why, g->id, ground);
		verdict = better(verdict, trust_ground_rows[ground].verdict);
	}
	if (*count > 1)
		qsort(list, *count, sizeof(*list), assignment_cmp);
	*out = list;
	return verdict;
}

enum trust_agreement_verdict
trust_agreement(const struct trust_snapshot *s, const struct trust_system *system,
		const struct trust_service *service, struct str cvr, instant now,
		struct arena *a, const struct trust_assignment **out, size_t *count)
{
	return trust_agreement_why(s, system, service, cvr, now, a, out, count, NULL);
}
