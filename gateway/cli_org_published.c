/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sluse organisation publikationer: which there were, and one of them object by object. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "administration/publish.h"
#include "base/clock.h"
#include "base/encoding.h"
#include "gateway/cli_org.h"
#include "registry/append.h"

struct listing {
	const struct org *o;
	struct reading *r;
	struct arena *a;
	json_t *list; /* NULL: as text */
	int64_t newest;
	instant virkning; /* of the one that is shown */
};

static json_t *
row_json(const struct listing *l, const struct publication_row *row)
{
	json_t *o = json_object(), *counts = json_read_object(row->counts);

	json_object_set_new(o, "publication", json_integer(row->number));
	json_put_text(
		o, "state",
		str_from(draft_state_name[publication_state(row, l->newest, clock_now())]));
	org_json_time(o, "at", row->at);
	org_json_time(o, "effective", row->virkning);
	json_put_text(o, "actor", row->actor);
	json_put_text(o, "source", row->source);
	json_put_text(o, "title", row->title);
	json_object_set_new(o, "objects", json_integer(row->objects));
	if (row->draft)
		json_object_set_new(o, "draft", json_integer(row->draft));
	if (row->undone)
		json_object_set_new(o, "undone", json_integer(row->undone));
	if (row->undone_to != INSTANT_MIN)
		org_json_time(o, "undoneTo", row->undone_to);
	json_object_set_new(o, "counts", counts ? counts : json_object());
	json_put_text(o, "hash", hex_encode(l->a, str_of(row->hash, sizeof(row->hash))));
	return o;
}

static void
print_row(const struct listing *l, const struct publication_row *row)
{
	printf("%-6" PRId64 " %-10s %-16s %-16s %7" PRId64 "  " STR_FMT " (" STR_FMT ")\n",
	       row->number, draft_state_name[publication_state(row, l->newest, clock_now())],
	       org_when(l->a, row->at).ptr, org_when(l->a, row->virkning).ptr, row->objects,
	       STR_ARG(org_shown(l->o, l->a, row->title)),
	       STR_ARG(org_shown(l->o, l->a, row->actor)));
}

static bool
newest_of(const struct publication_row *row, void *arg, struct err *e)
{
	(void)e;
	((struct listing *)arg)->newest = row->number;
	return true;
}

static bool
list_one(const struct publication_row *row, void *arg, struct err *e)
{
	struct listing *l = arg;

	(void)e;
	if (l->list)
		json_array_append_new(l->list, row_json(l, row));
	else
		print_row(l, row);
	return true;
}

static bool
list_all(struct listing *l, struct err *e)
{
	if (!l->list && !l->o->cli->quiet)
		printf("%-6s %-10s %-16s %-16s %7s  %s\n", "nr.", "tilstand", "publiceret",
		       "virkning fra", "antal", "titel (af)");
	return publications_each(l->r, l->o->desk.cvr, 0, list_one, l, e);
}

/* ---- one ---- */

/* As the registration says it was on the day; false: gone by lawful erasure. */
static bool
look(const struct listing *l, const struct publication_object_row *row, int64_t id,
     struct plan_view *out, struct err *e)
{
	const struct oio_type *t = desk_kind(row->kind);
	struct object_key k = {row->owner, row->kind, row->uuid};
	struct registrering reg;
	struct object_row stored;
	struct folded f;
	bool found = false;

	*out = (struct plan_view){.is_there = false};
	if (!t)
		return FAIL(e, STORE_DAMAGED, "kind %u", row->kind);
	if (id == 0)
		return true;
	if (!objects_registration(l->r, &k, id, l->a, &stored, &found, e))
		return false;
	if (!found)
		return true;
	if (!append_unpack(t, &stored, l->a, &reg, e))
		return false;
	f = (struct folded){reg.livscyklus, reg.content};
	plan_look(t, &f, l->virkning, l->a, out);
	return true;
}

static json_t *
view_json(const struct plan_view *v)
{
	json_t *o = json_object();

	json_object_set_new(o, "there", json_boolean(v->is_there));
	json_put_text(o, "name", v->name);
	if (!uuid_is_nil(v->parent))
		org_json_uuid(o, "parent", v->parent);
	return o;
}

static json_t *
object_json(const struct publication_object_row *row, const struct plan_view *was,
	    const struct plan_view *became)
{
	json_t *o = json_object(), *changes = json_array();

	json_put_text(o, "type", str_from(desk_kind(row->kind)->key));
	org_json_uuid(o, "uuid", row->uuid);
	json_put_text(o, "owner", row->owner);
	for (unsigned c = 0; c < PLAN_CHANGE_COUNT; c++)
		if (row->changes >> c & 1)
			json_array_append_new(changes, json_string(plan_change_name[c]));
	json_object_set_new(o, "change", changes);
	json_object_set_new(o, "before", view_json(was));
	json_object_set_new(o, "after", view_json(became));
	return o;
}

static bool
show_object(const struct publication_object_row *row, void *arg, struct err *e)
{
	struct listing *l = arg;
	struct plan_view was, became;
	char uuid[UUID_TEXT_LEN + 1];
	unsigned c = 0;

	if (!look(l, row, row->before, &was, e) || !look(l, row, row->after, &became, e))
		return false;
	if (l->list) {
		json_array_append_new(l->list, object_json(row, &was, &became));
		arena_reset(l->a);
		return true;
	}
	while (c + 1 < PLAN_CHANGE_COUNT && !(row->changes >> c & 1))
		c++;
	printf("  %-10s %-12s %s  " STR_FMT " → " STR_FMT "\n", plan_change_word[c],
	       desk_type_short(desk_kind(row->kind)), uuid_format(row->uuid, uuid).ptr,
	       STR_ARG(was.is_there ? org_shown(l->o, l->a, was.name) : STR("–")),
	       STR_ARG(became.is_there ? org_shown(l->o, l->a, became.name) : STR("–")));
	arena_reset(l->a);
	return true;
}

static int
print_check(const struct listing *l, const struct publication_check *check, json_t *top)
{
	bool is_good = check->is_whole && check->altered == 0;

	if (top) {
		json_object_set_new(top, "intact", json_boolean(is_good));
		json_object_set_new(top, "erased", json_integer((json_int_t)check->erased));
		json_object_set_new(top, "altered", json_integer((json_int_t)check->altered));
	} else {
		printf("  %s",
		       is_good ? "hash passer" : "HASH PASSER IKKE: listen er ændret siden");
		if (check->erased > 0)
			printf(", %zu lovligt slettet eller anonymiseret siden", check->erased);
		if (check->altered > 0)
			printf(", %zu ÆNDRET SIDEN", check->altered);
		printf("\n");
	}
	(void)l;
	return is_good ? EXIT_OK : EXIT_CRITICAL;
}

static bool
show_one(struct listing *l, int64_t number, int *code, struct err *e)
{
	AUTO(arena_freep) struct arena *keep = arena_new();
	struct publication_check check;
	struct publication_row row;
	json_t *top = NULL;

	if (!publication_get(l->r, &l->o->desk, number, keep, &row, e) ||
	    !publication_verify(l->r, &row, &check, e))
		return false;
	l->virkning = row.virkning;
	if (l->list)
		top = row_json(l, &row);
	else
		print_row(l, &row);
	if (!l->list)
		printf("  hash " STR_FMT "\n",
		       STR_ARG(hex_encode(l->a, str_of(row.hash, sizeof(row.hash)))));
	*code = print_check(l, &check, top);
	if (!publications_objects(l->r, row.id, show_object, l, e)) {
		json_decref(top);
		return false;
	}
	if (top) {
		json_object_set(top, "changes", l->list);
		cli_print_json(top);
	}
	return true;
}

int
org_publikationer(struct org *o)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(store_read_endp) struct reading *r = NULL;
	struct listing l = {.o = o, .a = a};
	struct err e = ERR_INIT;
	int code = EXIT_OK;
	int64_t number = 0;
	bool ok;

	if (o->argc > 2 || (o->argc == 2 && !org_number(o->argv[1], &number)))
		return org_usage(o, "nummeret på én, eller intet");
	if (!store_read(o->store, &r, &e))
		return org_failed(o, &e);
	l.r = r;
	l.list = o->cli->json ? json_array() : NULL;
	ok = publications_each(r, o->desk.cvr, 0, newest_of, &l, &e) &&
	     (number ? show_one(&l, number, &code, &e) : list_all(&l, &e));
	if (ok && l.list && !number)
		cli_print_json(json_incref(l.list));
	json_decref(l.list);
	return ok ? code : org_failed(o, &e);
}
