/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The role mapping. A role is given only if the jobfunktionsrolle is known, valid, scoped to
 * its owner, the owner's own or delegated, and mapped to the system asked for; groups are never
 * merged, because their dataafgrænsninger belong together. An IdP can never name a
 * brugersystemrolle itself.
 * Source: context-handler contract 4.6, 5.3, 5.4.
 */
#include "saml/rolemap.h"

#include <stdint.h>
#include <string.h>

/* privileges of a list x mappings of a role: no real user comes near */
#define ROLEMAP_GROUPS_MAX 4096
#define ROLEMAP_CONSTRAINTS_MAX 1024

static const char *const verdict_names[ROLEMAP_VERDICTS] = {
	[ROLEMAP_GIVEN] = "given",
	[ROLEMAP_NO_MAPPING] = "no-mapping",
	[ROLEMAP_UNKNOWN] = "unknown",
	[ROLEMAP_EXPIRED] = "expired",
	[ROLEMAP_SCOPE_MISMATCH] = "scope-mismatch",
	[ROLEMAP_NOT_DELEGATED] = "not-delegated",
	[ROLEMAP_SYSTEM_ROLE] = "system-role",
	[ROLEMAP_WRONG_SYSTEM] = "wrong-system",
	[ROLEMAP_VALUE_MISSING] = "value-missing",
};

struct work {
	const struct rolemap_question *q;
	struct arena *a;
	struct privilege *groups;
	size_t count, room;
	struct rolemap_line *lines;
	size_t line_count, line_room;
	struct rolemap_answer *out;
};

/* Room for one more of an array in the arena. */
static void *
grow(struct arena *a, void *old, size_t count, size_t *room, size_t size)
{
	size_t want = *room == 0 ? 16 : *room * 2;
	char *p;

	if (count < *room)
		return old;
	p = arena_alloc_n(a, want, size);
	if (count > 0)
		memcpy(p, old, count * size);
	*room = want;
	return p;
}

const char *
rolemap_verdict_name(enum rolemap_verdict v)
{
	return v < ROLEMAP_VERDICTS ? verdict_names[v] : "?";
}

static bool
note(struct work *w, enum rolemap_verdict v, struct rolemap_line line, struct err *e)
{
	if (w->line_count == ROLEMAP_GROUPS_MAX)
		return FAIL(e, SAML_ATTRIBUTES, "more than %d roles", ROLEMAP_GROUPS_MAX);
	w->lines = grow(w->a, w->lines, w->line_count, &w->line_room, sizeof(line));
	line.verdict = v;
	w->out->tally[v]++;
	w->lines[w->line_count++] = line;
	return true;
}

static bool
is_delegated(const struct trust_jfr *jfr, struct str cvr, instant now)
{
	for (size_t i = 0; i < jfr->delegated_count; i++)
		if (str_eq(jfr->delegated[i].cvr, cvr) &&
		    validity_holds(jfr->delegated[i].valid, now))
			return true;
	return false;
}

/* [administration 3.0.2 V1, 3.1] the role itself, and the authority whose it is */
static bool
is_in_force(const struct rolemap_question *q, const struct trust_jfr *jfr)
{
	const struct trust_myndighed *owner = trust_myndighed(q->known, jfr->owner_cvr);

	return jfr->is_active && validity_holds(jfr->valid, q->now) && owner &&
	       owner->is_active && validity_holds(owner->valid, q->now);
}

/* May the user have this jobfunktionsrolle at all? */
static enum rolemap_verdict
judge(const struct rolemap_question *q, struct str role, struct str scope_cvr)
{
	const struct trust_jfr *jfr;
	size_t at;

	if (str_find(role, STR("/roles/usersystemrole/"), &at))
		return ROLEMAP_SYSTEM_ROLE;
	jfr = trust_jfr(q->known, role);
	if (!jfr)
		return ROLEMAP_UNKNOWN;
	if (!str_eq(jfr->owner_cvr, scope_cvr))
		return ROLEMAP_SCOPE_MISMATCH;
	if (!is_in_force(q, jfr))
		return ROLEMAP_EXPIRED;
	if (!str_eq(jfr->owner_cvr, q->user_cvr) && !is_delegated(jfr, q->user_cvr, q->now))
		return ROLEMAP_NOT_DELEGATED;
	return ROLEMAP_GIVEN;
}

struct values {
	struct constraint *items;
	size_t count;
};

static bool
add_value(struct values *to, struct str type, struct str value, struct err *e)
{
	if (to->count == ROLEMAP_CONSTRAINTS_MAX)
		return FAIL(e, SAML_ATTRIBUTES, "more than %d values of one role",
			    ROLEMAP_CONSTRAINTS_MAX);
	to->items[to->count++] = (struct constraint){.name = type, .value = value};
	return true;
}

/* [contract 4.6] first the group's own Constraints, then an attribute of that name */
static bool
add_dynamic(struct work *w, const struct privilege *g, const struct trust_da_value *da,
	    struct values *to, struct err *e)
{
	size_t before = to->count, count = 0;
	struct str parametric = da->value_count > 0 ? da->values[0] : STR_NONE;
	const struct assertion_attribute *at = NULL;

	for (size_t i = 0; i < g->constraint_count; i++)
		if (str_eq(g->constraints[i].name, parametric) &&
		    !str_is_empty(g->constraints[i].value) &&
		    !add_value(to, da->type, g->constraints[i].value, e))
			return false;
	if (to->count > before)
		return true;
	if (w->q->assertion && str_is_set(parametric))
		at = assertion_attribute(w->q->assertion, parametric, &count);
	for (size_t i = 0; at && count == 1 && i < at->value_count; i++)
		if (!str_is_empty(at->values[i]) && !add_value(to, da->type, at->values[i], e))
			return false;
	if (to->count == before)
		return FAIL(e, SAML_ROLE_VALUE, "no value for " STR_FMT, STR_ARG(da->type));
	return true;
}

static bool
has_type(const struct values *v, struct str type)
{
	for (size_t i = 0; i < v->count; i++)
		if (str_eq(v->items[i].name, type))
			return true;
	return false;
}

static bool
collect_values(struct work *w, const struct privilege *g, const struct trust_mapping *m,
	       struct values *to, struct err *e)
{
	for (size_t i = 0; i < m->da_count; i++) {
		const struct trust_da_value *da = &m->da[i];

		if (da->is_dynamic) {
			if (!add_dynamic(w, g, da, to, e))
				return false;
			continue;
		}
		for (size_t k = 0; k < da->value_count; k++)
			if (!str_is_empty(da->values[k]) &&
			    !add_value(to, da->type, da->values[k], e))
				return false;
	}
	for (size_t i = 0; i < m->mandatory_count; i++)
		if (!has_type(to, m->mandatory_types[i]))
			return FAIL(e, SAML_ROLE_VALUE, "mandatory " STR_FMT " is not there",
				    STR_ARG(m->mandatory_types[i]));
	return true;
}

static bool
is_same_group(const struct privilege *x, const struct privilege *y)
{
	if (!str_eq(x->scope_cvr, y->scope_cvr) || !str_eq(x->roles[0], y->roles[0]) ||
	    x->constraint_count != y->constraint_count)
		return false;
	for (size_t i = 0; i < x->constraint_count; i++)
		if (!str_eq(x->constraints[i].name, y->constraints[i].name) ||
		    !str_eq(x->constraints[i].value, y->constraints[i].value))
			return false;
	return true;
}

/* Adds the group unless an equal one is there; which one it is. */
static size_t
add_group(struct work *w, struct str scope_cvr, struct str bsr, const struct values *values)
{
	struct privilege p = {
		.scope_cvr = scope_cvr, .role_count = 1, .constraint_count = values->count};
	struct constraint *kept;
	struct str *role;

	p.roles = &bsr;
	p.constraints = values->items;
	for (size_t i = 0; i < w->count; i++)
		if (is_same_group(&w->groups[i], &p))
			return i;
	role = ARENA_NEW(w->a, struct str);
	*role = bsr;
	p.roles = role;
	kept = ARENA_NEW_N(w->a, values->count, struct constraint);
	for (size_t i = 0; i < values->count; i++)
		kept[i] = values->items[i];
	p.constraints = kept;
	w->groups = grow(w->a, w->groups, w->count, &w->room, sizeof(p));
	w->groups[w->count] = p;
	return w->count++;
}

static bool
map_one(struct work *w, const struct privilege *g, struct str role,
	const struct trust_mapping *m, struct err *e)
{
	struct constraint items[ROLEMAP_CONSTRAINTS_MAX];
	struct values values = {.items = items};
	struct rolemap_line line = {
		.jfr = role, .scope_cvr = g->scope_cvr, .bsr = m->bsr, .group = SIZE_MAX};
	struct err missing = ERR_INIT;

	if (!str_eq(m->bsr_system, w->q->system->id))
		return note(w, ROLEMAP_WRONG_SYSTEM, line, e);
	if (!collect_values(w, g, m, &values, &missing)) {
		if (missing.code == SAML_ROLE_VALUE && w->q->system->drop_role)
			return note(w, ROLEMAP_VALUE_MISSING, line, e);
		return FAIL(e, missing.code, STR_FMT ": %s", STR_ARG(role), missing.detail);
	}
	if (w->count == ROLEMAP_GROUPS_MAX)
		return FAIL(e, SAML_ATTRIBUTES, "more than %d roles", ROLEMAP_GROUPS_MAX);
	line.group = add_group(w, g->scope_cvr, m->bsr, &values);
	return note(w, ROLEMAP_GIVEN, line, e);
}

static bool
map_role(struct work *w, const struct privilege *g, struct str role, struct err *e)
{
	const struct trust_mapping *m;
	struct rolemap_line line = {.jfr = role, .scope_cvr = g->scope_cvr, .group = SIZE_MAX};
	enum rolemap_verdict v = judge(w->q, role, g->scope_cvr);
	size_t n;

	w->out->received++;
	if (v != ROLEMAP_GIVEN)
		return note(w, v, line, e);
	n = trust_mappings(w->q->known, w->q->system->id, role, w->a, &m);
	if (n == 0)
		return note(w, ROLEMAP_NO_MAPPING, line, e);
	for (size_t i = 0; i < n; i++)
		if (!map_one(w, g, role, &m[i], e))
			return false;
	return true;
}

bool
rolemap_apply(const struct rolemap_question *q, struct arena *a, struct rolemap_answer *out,
	      struct err *e)
{
	struct work w = {.q = q, .a = a, .out = out};

	*out = (struct rolemap_answer){.groups = NULL};
	for (size_t i = 0; i < q->groups->count; i++) {
		const struct privilege *g = &q->groups->groups[i];

		for (size_t k = 0; k < g->role_count; k++)
			if (!map_role(&w, g, g->roles[k], e))
				return false;
	}
	out->groups = w.groups;
	out->count = w.count;
	out->lines = w.lines;
	out->line_count = w.line_count;
	return true;
}
