/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A plan for people and programs: what it changes, grouped, what stands in its way, what else
 * names what is closed; and how far a long work is, on standard error.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "gateway/cli_org_plan.h"

/* Of one kind of change, unless all are asked for. */
#define SHOWN_MAX 20

/* ---- how far it is ---- */

void
org_progress(const char *what, size_t done, size_t total, void *arg)
{
	struct org_progress *p = arg;
	uint64_t now = clock_monotonic_us();
	size_t percent = total > 0 ? done * 100 / total : 100;
	uint64_t rate;

	if (p->is_quiet)
		return;
	if (p->what == NULL || strcmp(p->what, what) != 0) {
		p->what = what;
		p->begun_us = now;
		p->percent = 0;
		return;
	}
	if (percent < p->percent + (isatty(STDERR_FILENO) ? 1 : 10))
		return;
	p->percent = percent;
	rate = done * 1000000 / (now - p->begun_us + 1);
	fprintf(stderr,
		isatty(STDERR_FILENO)
			? "\r%s: %zu af %zu, %" PRIu64 "/s, %" PRIu64 " s tilbage   "
			: "%s: %zu af %zu, %" PRIu64 "/s, %" PRIu64 " s tilbage\n",
		what, done, total, rate, rate > 0 ? (total - done) / rate : 0);
}

void
org_progress_end(const struct org_progress *p)
{
	if (p->what != NULL && isatty(STDERR_FILENO))
		fprintf(stderr, "\r%60s\r", "");
}

/* ---- as text ---- */

static struct str
view_text(const struct org *o, struct arena *a, const struct plan_view *v)
{
	char parent[UUID_TEXT_LEN + 1];

	if (!v->is_there)
		return STR("(er der ikke)");
	if (uuid_is_nil(v->parent))
		return arena_printf(a, "»" STR_FMT "«", STR_ARG(org_shown(o, a, v->name)));
	return arena_printf(a, "»" STR_FMT "« under " STR_FMT,
			    STR_ARG(org_shown(o, a, v->name)),
			    STR_ARG(uuid_format(v->parent, parent)));
}

static void
print_object(const struct org *o, struct arena *a, const struct plan_object *x, unsigned change)
{
	char uuid[UUID_TEXT_LEN + 1];
	struct str was = view_text(o, a, &x->was), becomes = view_text(o, a, &x->becomes);

	printf("    %-12s %s  ", desk_type_short(x->type), uuid_format(x->key.uuid, uuid).ptr);
	if (change == PLAN_OPRETTET)
		printf(STR_FMT "\n", STR_ARG(becomes));
	else if (change == PLAN_NEDLAGT || str_eq(was, becomes))
		printf(STR_FMT "\n", STR_ARG(was));
	else
		printf(STR_FMT " → " STR_FMT "\n", STR_ARG(was), STR_ARG(becomes));
}

static void
print_change(const struct org *o, struct arena *a, const struct plan *p, unsigned change,
	     bool all)
{
	size_t shown = 0;

	if (p->changes[change] == 0)
		return;
	printf("  %s: %zu\n", plan_change_word[change], p->changes[change]);
	for (size_t i = 0; i < p->count; i++) {
		if (!(p->objects[i].changes >> change & 1) || p->objects[i].is_left)
			continue;
		if (!all && shown++ == SHOWN_MAX) {
			printf("    … og %zu til (--alle viser dem)\n",
			       p->changes[change] - SHOWN_MAX);
			return;
		}
		print_object(o, a, &p->objects[i], change);
	}
}

static void
print_conflicts(const struct org *o, struct arena *a, const struct plan *p)
{
	char uuid[UUID_TEXT_LEN + 1];

	if (p->conflicts == 0)
		return;
	printf("  ændret af andre imens: %zu%s\n", p->conflicts,
	       p->left > 0 ? " (bliver, som de er)" : "");
	for (size_t i = 0; i < p->count; i++) {
		const struct plan_object *x = &p->objects[i];

		if (!x->is_conflict)
			continue;
		printf("    %-12s %s\n      %s: " STR_FMT "\n      nu: " STR_FMT
		       "\n      bliver: " STR_FMT "\n",
		       desk_type_short(x->type), uuid_format(x->key.uuid, uuid).ptr,
		       p->draft ? "da kladden begyndte" : "som publiceret",
		       STR_ARG(view_text(o, a, &x->base)), STR_ARG(view_text(o, a, &x->was)),
		       STR_ARG(view_text(o, a, x->is_left ? &x->was : &x->becomes)));
	}
}

static void
print_consequences(const struct org *o, struct arena *a, const struct plan *p)
{
	char uuid[UUID_TEXT_LEN + 1];

	printf("  beskeder om ændringer: %zu", p->count - p->left);
	printf(p->marks_lost > 0 ? ", KLE-mærker der ophører: %zu\n" : "\n", p->marks_lost);
	for (size_t i = 0; i < p->consequence_count; i++) {
		const struct plan_consequence *c = &p->consequences[i];

		printf("  " STR_FMT " " STR_FMT " nævner %s %s, som nedlægges\n",
		       STR_ARG(c->type), STR_ARG(org_shown(o, a, c->id)),
		       desk_type_short(c->named_type), uuid_format(c->named, uuid).ptr);
	}
}

void
org_print_plan(const struct org *o, const struct plan *p, bool all)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	char uuid[UUID_TEXT_LEN + 1];

	printf(STR_FMT ", virkning fra " STR_FMT ": %zu %s ændres, %zu er allerede sådan\n",
	       STR_ARG(org_shown(o, a, p->title)), STR_ARG(org_when(a, p->day)),
	       p->count - p->left, p->count - p->left == 1 ? "objekt" : "objekter",
	       p->unchanged);
	for (unsigned c = 0; c < PLAN_CHANGE_COUNT; c++)
		print_change(o, a, p, c, all);
	print_conflicts(o, a, p);
	for (size_t i = 0; i < p->refusal_count; i++)
		printf("  afvist: %s %s: " STR_FMT "\n", desk_type_short(p->refusals[i].type),
		       uuid_format(p->refusals[i].uuid, uuid).ptr,
		       STR_ARG(org_shown(o, a, p->refusals[i].text)));
	print_consequences(o, a, p);
}

/* ---- as JSON ---- */

static json_t *
view_json(const struct plan_view *v)
{
	json_t *o;

	if (!v->is_there)
		return json_null();
	o = json_object();
	json_put_text(o, "name", v->name);
	if (!uuid_is_nil(v->parent))
		org_json_uuid(o, "parent", v->parent);
	return o;
}

static json_t *
object_json(const struct plan_object *x)
{
	json_t *o = json_object(), *list = json_array();

	json_put_text(o, "type", str_from(x->type->key));
	org_json_uuid(o, "uuid", x->key.uuid);
	for (unsigned c = 0; c < PLAN_CHANGE_COUNT; c++)
		if (x->changes >> c & 1)
			json_array_append_new(list, json_string(plan_change_name[c]));
	json_object_set_new(o, "change", list);
	json_object_set_new(o, "before", view_json(&x->was));
	json_object_set_new(o, "after", view_json(&x->becomes));
	if (x->is_conflict) {
		json_object_set_new(o, "conflict", json_true());
		json_object_set_new(o, "base", view_json(&x->base));
		json_object_set_new(o, "left", json_boolean(x->is_left));
	}
	return o;
}

static json_t *
refusals_json(const struct plan *p)
{
	json_t *list = json_array(), *x;

	for (size_t i = 0; i < p->refusal_count; i++) {
		x = json_object();
		json_put_text(x, "type", str_from(p->refusals[i].type->key));
		org_json_uuid(x, "uuid", p->refusals[i].uuid);
		json_put_text(x, "text", p->refusals[i].text);
		json_array_append_new(list, x);
	}
	return list;
}

static json_t *
consequences_json(const struct plan *p)
{
	json_t *list = json_array(), *x;

	for (size_t i = 0; i < p->consequence_count; i++) {
		x = json_object();
		json_put_text(x, "known", p->consequences[i].type);
		json_put_text(x, "id", p->consequences[i].id);
		json_put_text(x, "type", str_from(p->consequences[i].named_type->key));
		org_json_uuid(x, "uuid", p->consequences[i].named);
		json_array_append_new(list, x);
	}
	return list;
}

json_t *
org_plan_json(const struct plan *p, bool all)
{
	json_t *o = json_object(), *counts = json_object(), *list = json_array();

	json_put_text(o, "title", p->title);
	org_json_time(o, "effective", p->day);
	for (unsigned c = 0; c < PLAN_CHANGE_COUNT; c++)
		json_object_set_new(counts, plan_change_name[c],
				    json_integer((json_int_t)p->changes[c]));
	json_object_set_new(o, "counts", counts);
	json_object_set_new(o, "objects", json_integer((json_int_t)(p->count - p->left)));
	json_object_set_new(o, "unchanged", json_integer((json_int_t)p->unchanged));
	json_object_set_new(o, "conflicts", json_integer((json_int_t)p->conflicts));
	json_object_set_new(o, "left", json_integer((json_int_t)p->left));
	json_object_set_new(o, "marksLost", json_integer((json_int_t)p->marks_lost));
	json_object_set_new(o, "refused", refusals_json(p));
	json_object_set_new(o, "consequences", consequences_json(p));
	for (size_t i = 0; i < p->count; i++)
		if (all || p->objects[i].is_conflict || i < 1000)
			json_array_append_new(list, object_json(&p->objects[i]));
	json_object_set_new(o, "changes", list);
	return o;
}
