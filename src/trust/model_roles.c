/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Roles of users and agreements of systems as they lie in a snapshot. A line that points at a
 * role which is gone or closed gives nothing. Limits of an agreement are ordered here, once.
 * Source: administration contract 3.6.5; context-handler contract 5.1; token-service contract
 * 2.5.
 */
#include "trust/internal.h"

#include <stdlib.h>
#include <string.h>

#define STATES(...) ((const char *const[]){__VA_ARGS__, NULL})

/* ---- brugersystemroller and jobfunktionsroller ---- */

static const struct str *
mandatory_types(struct arena *a, const json_t *o, size_t *count)
{
	size_t n = json_count(o, "dataafgraensningstyper");
	struct str *out = ARENA_NEW_N(a, n, struct str);

	*count = 0;
	for (size_t i = 0; i < n; i++) {
		const json_t *t = json_item(o, "dataafgraensningstyper", i);

		if (json_flag(t, "kraevet", false))
			out[(*count)++] = arena_dup(a, json_text(t, "type"));
	}
	return out;
}

static void
read_bsrs(struct trust_snapshot *s, const struct doc *docs)
{
	size_t count = s->count[DOC_BSR];

	s->bsrs = ARENA_NEW_N(s->arena, count, struct bsr);
	table_init(&s->bsr_by_id, count, s->arena);
	for (size_t i = 0; i < count; i++) {
		const json_t *o = docs[i].json;
		struct bsr *b = &s->bsrs[i];

		b->id = arena_dup(s->arena, docs[i].id);
		b->system = arena_dup(s->arena, json_text(o, "system"));
		b->is_active = json_is_state(o, STATES("aktiv", "udfases"));
		b->mandatory = mandatory_types(s->arena, o, &b->mandatory_count);
		table_add(&s->bsr_by_id, b->id, b);
	}
}

static const struct trust_da_value *
read_limits(struct arena *a, const json_t *line, size_t *count)
{
	struct trust_da_value *out;

	*count = json_count(line, "dataafgraensninger");
	out = ARENA_NEW_N(a, *count, struct trust_da_value);
	for (size_t i = 0; i < *count; i++) {
		const json_t *o = json_item(line, "dataafgraensninger", i);
		struct str parameter = json_text(o, "dynamisk");
		struct str *one;

		out[i].type = arena_dup(a, json_text(o, "type"));
		out[i].is_dynamic = str_is_set(parameter);
		if (!out[i].is_dynamic) {
			out[i].values = model_texts(a, o, "vaerdier", &out[i].value_count);
			continue;
		}
		one = ARENA_NEW(a, struct str);
		*one = arena_dup(a, parameter);
		out[i].values = one;
		out[i].value_count = 1;
	}
	return out;
}

static void
read_job_role(struct trust_snapshot *s, const struct doc *doc, struct jfr *out)
{
	struct arena *a = s->arena;
	const json_t *o = doc->json;
	size_t delegations = json_count(o, "delegeretTil"), lines = json_count(o, "linjer");
	struct trust_delegation *to = ARENA_NEW_N(a, delegations, struct trust_delegation);
	struct jfr_line *at = ARENA_NEW_N(a, lines, struct jfr_line);

	for (size_t i = 0; i < delegations; i++) {
		const json_t *d = json_item(o, "delegeretTil", i);

		to[i] = (struct trust_delegation){arena_dup(a, json_text(d, "cvr")),
						  json_validity(d)};
	}
	for (size_t i = 0; i < lines; i++) {
		const json_t *line = json_item(o, "linjer", i);

		at[i].bsr = table_find(&s->bsr_by_id, json_text(line, "brugersystemrolle"));
		at[i].da = read_limits(a, line, &at[i].da_count);
	}
	out->public = (struct trust_jfr){
		.id = arena_dup(a, doc->id),
		.navn = arena_dup(a, json_text(o, "navn")),
		.owner_cvr = arena_dup(a, json_text(o, "ejer")),
		.valid = json_validity(o),
		.is_active = json_is_state(o, STATES("aktiv")),
		.delegated = to,
		.delegated_count = delegations,
	};
	out->lines = at;
	out->line_count = lines;
}

bool
model_roles(struct trust_snapshot *s, const struct docs *d, struct err *e)
{
	const struct doc *docs = docs_of(d, DOC_BSR, &s->count[DOC_BSR]);

	(void)e;
	read_bsrs(s, docs);
	docs = docs_of(d, DOC_JFR, &s->count[DOC_JFR]);
	s->jfrs = ARENA_NEW_N(s->arena, s->count[DOC_JFR], struct jfr);
	table_init(&s->jfr_by_id, s->count[DOC_JFR], s->arena);
	for (size_t i = 0; i < s->count[DOC_JFR]; i++) {
		read_job_role(s, &docs[i], &s->jfrs[i]);
		table_add(&s->jfr_by_id, s->jfrs[i].public.id, &s->jfrs[i]);
	}
	return true;
}

/* ---- agreements ---- */

static enum agreement_state
agreement_state(const json_t *o)
{
	/* [administration 3.6.3] a cancelled one runs until its end */
	if (json_is_state(o, STATES("aktiv", "godkendt", "opsagt")))
		return AGREEMENT_STATE_IN_FORCE;
	if (!json_object_get(o, "tilstand"))
		return AGREEMENT_STATE_NONE;
	if (json_is_state(o, STATES("suspenderet")))
		return AGREEMENT_STATE_SUSPENDED;
	if (json_is_state(o, STATES("ophoert", "udloebet")))
		return AGREEMENT_STATE_ENDED;
	return AGREEMENT_STATE_NONE;
}

static int
constraint_cmp(const void *a, const void *b)
{
	const struct constraint *x = a, *y = b;
	int order = str_cmp(x->name, y->name);

	return order != 0 ? order : str_cmp(x->value, y->value);
}

static bool
has_type(const struct trust_service_role *role, struct str type)
{
	for (size_t i = 0; i < role->restriction_type_count; i++)
		if (str_eq(role->restriction_types[i], type))
			return true;
	return false;
}

/*
 * The line's limits, as far as they are of the role's types. A limit of a type that no role
 * has is refused at apply: silently without it the role would give more than was agreed.
 */
static void
read_constraints(struct arena *a, const json_t *line, const struct trust_service_role *role,
		 struct agreement_role *out)
{
	struct constraint *list;
	size_t room = 0, count = 0;

	for (size_t i = 0; i < json_count(line, "dataafgraensninger"); i++)
		room += json_count(json_item(line, "dataafgraensninger", i), "vaerdier");
	list = ARENA_NEW_N(a, room, struct constraint);
	for (size_t i = 0; i < json_count(line, "dataafgraensninger"); i++) {
		const json_t *limit = json_item(line, "dataafgraensninger", i);
		struct str type = arena_dup(a, json_text(limit, "type"));

		if (!has_type(role, type))
			continue;
		for (size_t j = 0; j < json_count(limit, "vaerdier"); j++)
			list[count++] = (struct constraint){
				type, arena_dup(a, json_text_at(limit, "vaerdier", j))};
	}
	if (count > 1)
		qsort(list, count, sizeof(*list), constraint_cmp);
	out->constraints = list;
	out->constraint_count = count;
}

static const struct trust_service_role *
find_role(const struct trust_service *service, struct str id)
{
	for (size_t i = 0; service && i < service->role_count; i++)
		if (str_eq(service->roles[i].id, id))
			return &service->roles[i];
	return NULL;
}

static void
read_line(struct trust_snapshot *s, const json_t *o, struct agreement_line *out)
{
	size_t count = json_count(o, "roller");
	struct agreement_role *roles = ARENA_NEW_N(s->arena, count, struct agreement_role);
	const struct trust_service *service;

	out->service = arena_dup(s->arena, json_text(o, "service"));
	service = table_find(&s->service_by_name, out->service);
	out->roles = roles;
	for (size_t i = 0; i < count; i++) {
		const struct trust_service_role *role =
			find_role(service, json_text_at(o, "roller", i));

		if (!role)
			continue;
		roles[out->role_count].id = role->id;
		read_constraints(s->arena, o, role, &roles[out->role_count++]);
	}
}

static void
read_agreement(struct trust_snapshot *s, const struct doc *doc, struct agreement *out)
{
	struct arena *a = s->arena;
	const json_t *o = doc->json;
	size_t lines = json_count(o, "linjer");
	struct agreement_line *at = ARENA_NEW_N(a, lines, struct agreement_line);

	*out = (struct agreement){
		.id = arena_dup(a, doc->id),
		.system = arena_dup(a, json_text(o, "anvendersystem")),
		.data_owner = arena_dup(a, json_text(o, "dataejer")),
		.data_receiver = arena_dup(a, json_text(o, "datamodtager")),
		.state = agreement_state(o),
		.valid = json_validity(o),
		.lines = at,
		.line_count = lines,
	};
	if (!str_is_set(out->data_receiver))
		out->data_receiver = out->data_owner;
	out->contexts = model_texts(a, o, "kontekster", &out->context_count);
	if (out->context_count == 0) {
		/* [administration 3.6.1] default = datamodtager */
		out->contexts = &out->data_receiver;
		out->context_count = 1;
	}
	for (size_t i = 0; i < lines; i++)
		read_line(s, json_item(o, "linjer", i), &at[i]);
}

bool
model_agreements(struct trust_snapshot *s, const struct doc *docs, struct err *e)
{
	size_t count = s->count[DOC_AFTALE];
	struct agreement **last = ARENA_NEW_N(s->arena, count, struct agreement *);

	(void)e;
	s->agreements = ARENA_NEW_N(s->arena, count, struct agreement);
	table_init(&s->agreements_of_system, count, s->arena);
	for (size_t i = 0; i < count; i++) {
		struct agreement *g = &s->agreements[i], *first;

		read_agreement(s, &docs[i], g);
		if (table_add(&s->agreements_of_system, g->system, g)) {
			last[i] = g;
			continue;
		}
		first = (struct agreement *)(uintptr_t)table_find(&s->agreements_of_system,
								  g->system);
		last[first - s->agreements]->next = g;
		last[first - s->agreements] = g;
	}
	return true;
}
