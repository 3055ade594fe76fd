/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sluse organisation kladde: which drafts there are, what is in one, and away with it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "administration/draft.h"
#include "gateway/cli_org.h"

struct listing {
	const struct org *o;
	struct arena *a;
	json_t *list;
};

static json_t *
draft_json(const struct draft_row *row)
{
	json_t *o = json_object();

	json_object_set_new(o, "draft", json_integer(row->id));
	json_put_text(o, "state", str_from(draft_state_name[row->state]));
	json_put_text(o, "title", row->title);
	json_put_text(o, "source", row->source);
	json_put_text(o, "actor", row->actor);
	org_json_time(o, "created", row->made);
	org_json_time(o, "changed", row->changed);
	json_object_set_new(o, "edits", json_integer(row->edits));
	if (row->publication > 0)
		json_object_set_new(o, "publication", json_integer(row->publication));
	return o;
}

static void
print_draft(const struct listing *l, const struct draft_row *row)
{
	printf("%-6" PRId64 " %-10s %-16s %7" PRId64 "  " STR_FMT " (" STR_FMT ")\n", row->id,
	       draft_state_name[row->state], org_when(l->a, row->changed).ptr, row->edits,
	       STR_ARG(org_shown(l->o, l->a, row->title)),
	       STR_ARG(org_shown(l->o, l->a, row->source)));
}

static bool
list_one(const struct draft_row *row, void *arg, struct err *e)
{
	struct listing *l = arg;

	(void)e;
	if (l->list)
		json_array_append_new(l->list, draft_json(row));
	else
		print_draft(l, row);
	return true;
}

static int
list(struct org *o)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(store_read_endp) struct reading *r = NULL;
	struct listing l = {o, a, o->cli->json ? json_array() : NULL};
	struct err e = ERR_INIT;

	if (!l.list && !o->cli->quiet)
		printf("%-6s %-10s %-16s %7s  %s\n", "kladde", "tilstand", "ændret", "poster",
		       "titel (kilde)");
	if (!store_read(o->store, &r, &e) || !drafts_each(r, o->desk.cvr, list_one, &l, &e)) {
		json_decref(l.list);
		return org_failed(o, &e);
	}
	if (l.list)
		cli_print_json(l.list);
	return EXIT_OK;
}

/* ---- one ---- */

static bool
show_edit(const struct edit *edit, int64_t seq, void *arg, struct err *e)
{
	struct listing *l = arg;
	char uuid[UUID_TEXT_LEN + 1];
	json_t *o;

	(void)e;
	uuid_format(edit->uuid, uuid);
	if (!l->list) {
		printf("%-12s %s  %" PRId64 "  %-8s", desk_type_short(edit->type), uuid, seq,
		       edit_op_name[edit->op]);
		if (edit->content.count > 0)
			printf("  %zu elementer", edit->content.count);
		printf("\n");
		arena_reset(l->a);
		return true;
	}
	o = json_object();
	json_put_text(o, "type", str_from(edit->type->key));
	json_put_text(o, "uuid", str_from(uuid));
	json_object_set_new(o, "seq", json_integer(seq));
	json_put_text(o, "operation", str_from(edit_op_name[edit->op]));
	json_object_set_new(o, "elements", json_integer((json_int_t)edit->content.count));
	json_object_set_new(o, "base", json_integer(edit->base));
	json_array_append_new(l->list, o);
	arena_reset(l->a);
	return true;
}

static int
show(struct org *o, int64_t id)
{
	AUTO(arena_freep) struct arena *keep = arena_new();
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(store_read_endp) struct reading *r = NULL;
	struct listing l = {o, a, NULL};
	struct draft_row row;
	struct err e = ERR_INIT;
	json_t *top;

	if (!store_read(o->store, &r, &e) || !draft_get(r, &o->desk, id, keep, &row, &e) ||
	    !drafts_count(r, id, &row.edits, &e))
		return org_failed(o, &e);
	if (o->cli->json)
		l.list = json_array();
	if (!l.list)
		print_draft(&l, &row);
	if (!draft_each(r, id, NULL, a, show_edit, &l, &e)) {
		json_decref(l.list);
		return org_failed(o, &e);
	}
	if (l.list) {
		top = draft_json(&row);
		json_object_set_new(top, "changes", l.list);
		cli_print_json(top);
	}
	return EXIT_OK;
}

static int
discard(struct org *o, int64_t id)
{
	struct err e = ERR_INIT;

	if (!draft_discard(&o->desk, id, &e))
		return org_failed(o, &e);
	if (o->cli->json)
		cli_print_json(json_pack("{s:I,s:s}", "draft", (json_int_t)id, "state",
					 draft_state_name[DRAFT_FORKASTET]));
	else if (!o->cli->quiet)
		printf("Kladde %" PRId64 " er forkastet.\n", id);
	return EXIT_OK;
}

int
org_kladde(struct org *o)
{
	const char *verb = o->argc > 1 ? o->argv[1] : "";
	int64_t id;

	if (strcmp(verb, "list") == 0 && o->argc == 2)
		return list(o);
	if (o->argc != 3 || !org_number(o->argv[2], &id))
		return org_usage(o, "list, eller vis eller kassér og kladdens nummer");
	if (strcmp(verb, "vis") == 0)
		return show(o, id);
	if (strcmp(verb, "kassér") == 0 || strcmp(verb, "kasser") == 0)
		return discard(o, id);
	return org_usage(o, "kladde kan ikke '%s'", verb);
}
