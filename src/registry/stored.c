/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Objects on their way to and from the store, and the work that a call is. An object is looked
 * for among the caller's own and, of a shared kind, the operator's; nowhere else.
 * Source: contract of Organisation, 3.9.
 */
#include "registry/label.h"

#include "base/buf.h"
#include "base/mem.h"
#include "registry/pack.h"
#include "xml/names.h"

bool
registry_open(struct store *s, const struct registry_options *o, struct registry **out,
	      struct err *e)
{
	struct registry *r;

	if (str_is_set(o->operator_cvr) && !str_is_digits(o->operator_cvr, 8))
		return FAIL(e, BAD_VALUE, "the operator's CVR is not 8 digits");
	if (!o->make_uuid)
		return FAIL(e, INTERNAL, "no source of UUIDs");
	r = MEM_NEW(struct registry);
	r->store = s;
	r->options = *o;
	if (str_is_set(o->operator_cvr))
		r->options.operator_cvr =
			str_of(mem_dup_c(o->operator_cvr), o->operator_cvr.len);
	r->labels = labels_new();
	*out = r;
	return true;
}

void
registry_close(struct registry *r)
{
	if (!r)
		return;
	labels_free(r->labels);
	mem_free((void *)(uintptr_t)r->options.operator_cvr.ptr);
	mem_free(r);
}

void
registry_closep(struct registry **r)
{
	registry_close(*r);
	*r = NULL;
}

void
work_init(struct work *w, struct registry_call *c)
{
	*w = (struct work){.c = c, .scratch = c->a};
	w->reader = (struct reader){.type = c->type, .a = c->a, .now = c->now};
	c->is_recorded = false;
	c->verdict = ERR_NONE;
}

static struct access_question
question(const struct work *w, unsigned need, const struct access_object *object)
{
	return (struct access_question){
		.rules = w->c->rules,
		.operator_cvr = w->c->registry->options.operator_cvr,
		.who = w->c->caller,
		.need = need,
		.object = object,
	};
}

static bool
ask(struct work *w, const struct access_question *q, struct err *e)
{
	access_decide(q, &w->access);
	if (w->access.verdict == ACCESS_YES)
		return true;
	w->reader.text = access_explain(q, &w->access, w->c->a);
	return FAIL(e, w->access.code, "%s.%s: %s", w->c->key, w->c->operation,
		    access_reason_name[w->access.reason]);
}

bool
work_may(struct work *w, unsigned need, const struct access_object *object, struct err *e)
{
	struct access_question q = question(w, need, object);

	return ask(w, &q, e);
}

bool
work_may_any(struct work *w, unsigned need, struct err *e)
{
	struct access_question q = question(w, need, NULL);

	q.is_any_owner = true;
	return ask(w, &q, e);
}

unsigned
work_rights_over(const struct work *w, struct str owner)
{
	struct access_object object = {.owner = owner, .is_shared = w->c->type->is_shared};
	struct access_question q = question(w, ACCESS_READ, &object);
	struct access_answer answer;

	access_decide(&q, &answer);
	return answer.verdict == ACCESS_YES ? answer.rights : 0;
}

bool
work_is_shared(const struct work *w, struct str owner)
{
	struct str operator_cvr = w->c->registry->options.operator_cvr;

	return w->c->type->is_shared && str_is_set(operator_cvr) && str_eq(owner, operator_cvr);
}

bool
stored_find(const struct work *w, struct reading *r, struct uuid uuid, struct object_row *out,
	    bool *found, struct err *e)
{
	struct object_key k = {w->c->caller->cvr, w->c->type->id, uuid};
	struct object_row shared;
	bool has_shared;

	if (!objects_latest(r, &k, w->scratch, out, found, e))
		return false;
	if ((*found && out->state != LIV_SLETTET) || !w->c->type->is_shared)
		return true;
	k.cvr = w->c->registry->options.operator_cvr;
	if (!str_is_set(k.cvr) || str_eq(k.cvr, w->c->caller->cvr))
		return true;
	if (!objects_latest(r, &k, w->scratch, &shared, &has_shared, e))
		return false;
	if (has_shared) {
		*out = shared;
		*found = true;
	}
	return true;
}

bool
stored_find_any(const struct work *w, struct reading *r, struct uuid uuid,
		struct object_row *out, bool *found, struct err *e)
{
	const struct caller *who = w->c->caller;
	struct object_row theirs;
	bool has_theirs;
	size_t i;

	if (!stored_find(w, r, uuid, out, found, e))
		return false;
	for (i = 0; i < who->privilege_count; i++) {
		struct object_key k = {who->privileges[i].scope_cvr, w->c->type->id, uuid};

		if (*found && out->state != LIV_SLETTET)
			return true;
		if (str_eq(k.cvr, who->cvr) || !work_rights_over(w, k.cvr))
			continue;
		if (!objects_latest(r, &k, w->scratch, &theirs, &has_theirs, e))
			return false;
		if (has_theirs) {
			*out = theirs;
			*found = true;
		}
	}
	return true;
}

bool
stored_unpack(const struct oio_type *t, const struct object_row *row, struct arena *a,
	      struct stored *out, struct err *e)
{
	if (row->state <= LIV_NONE || row->state >= LIV_COUNT)
		return FAIL(e, STORE_DAMAGED, "%s: life cycle %d", t->key, row->state);
	out->row = *row;
	if (!unpack_registrering(t, row->content, a, &out->reg, &out->sent_at, e))
		return false;
	out->reg.at = row->at;
	out->reg.livscyklus = (enum livscyklus)row->state;
	return true;
}

void
stored_pack(const struct oio_type *t, const struct registrering *reg, instant sent_at,
	    struct arena *a, struct object_new *out)
{
	AUTO(buf_release) struct buf b = BUF_INIT(PACKED_BYTES);
	bool is_live = reg->livscyklus == LIV_OPSTAAET || reg->livscyklus == LIV_IMPORTERET;

	pack_registrering(t, reg, sent_at, &b);
	BUG_ON(b.over);
	*out = (struct object_new){.state = (int)reg->livscyklus,
				   .content = arena_dup(a, buf_str(&b))};
	if (ref_is_set(&reg->bruger))
		out->user = index_ref(&reg->bruger, a);
	index_values(t, &reg->content, a, out);
	if (is_live)
		index_listings(&reg->content, a, out);
}

bool
input_filter(struct work *w, struct cursor *c, const char *fra, const char *til,
	     struct filter *out, struct err *e)
{
	struct xml_node *n;

	*out = (struct filter){.has_fra = false};
	n = cursor_take(c, NS_SAGDOK, fra);
	out->has_fra = n != NULL;
	if (n && !reader_tidspunkt(&w->reader, n, INSTANT_MIN, &out->fra, e))
		return false;
	n = cursor_take(c, NS_SAGDOK, til);
	out->has_til = n != NULL;
	if (n && !reader_tidspunkt(&w->reader, n, INSTANT_MAX, &out->til, e))
		return false;
	if (out->has_fra && out->has_til && out->fra > out->til)
		return reader_refuse(&w->reader, RETUR_PERIOD, e, "%s ligger efter %s", fra,
				     til);
	return true;
}
