/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * KlassifikationListeHent as JSON: the request and the tree of listehent.h, its lists as arrays
 * of objects with one member, as published. The published form names the answer as the
 * request's type; what is asked for is KlassifikationListeHent_I, by itself or inside an
 * object.
 *
 * Refuses members that it does not know: a criterion that is left out by mistake would give
 * more than was asked for. Source: contract of Klassifikation, 8; OpenAPI 3.0 document of the
 * package.
 */
#include "klassifikation/listehent.h"

#include "base/json.h"
#include "base/limits.h"
#include "registry/reader.h"
#include "xml/names.h"

/* KlassifikationListe, FacetListe, KlasseListe and what is in a Klasse */
#define DEPTH_MAX 24

/* ---- a request ---- */

struct asked {
	struct arena *a;
	struct rest_task *t;
	struct hent_request request;
};

static bool
wrong(struct asked *q, const char *what, struct err *e)
{
	q->t->reason = arena_printf(q->a, "%s mangler eller er ugyldig", what);
	return FAIL(e, RETUR_INPUT, "%s", what);
}

static const json_t *
get(const json_t *o, enum hent_asked n)
{
	const json_t *v = json_object_get(o, hent_asked_names[n].ascii);

	return v ? v : json_object_get(o, hent_asked_names[n].danish);
}

static bool
is_named(const char *key, enum hent_asked n)
{
	struct str k = str_from(key);

	return str_eq_c(k, hent_asked_names[n].ascii) ||
	       str_eq_c(k, hent_asked_names[n].danish);
}

/* Nothing but those members, and no name in both spellings. */
static bool
check_members(struct asked *q, const json_t *o, const enum hent_asked *known, size_t count,
	      struct err *e)
{
	void *it = json_object_iter((json_t *)(uintptr_t)o);

	for (; it; it = json_object_iter_next((json_t *)(uintptr_t)o, it)) {
		const char *key = json_object_iter_key(it);
		bool is_known = str_eq_c(str_from(key), "revision") ||
				str_eq_c(str_from(key), "HovedOplysninger");

		for (size_t i = 0; i < count; i++)
			is_known |= is_named(key, known[i]);
		if (!is_known)
			return wrong(q, "Et ukendt felt", e);
	}
	for (size_t i = 0; i < count; i++) {
		const struct hent_spelling *n = &hent_asked_names[known[i]];

		if (!str_eq_c(str_from(n->ascii), n->danish) && json_object_get(o, n->ascii) &&
		    json_object_get(o, n->danish))
			return wrong(q, n->ascii, e);
	}
	return true;
}

static bool
read_key(struct asked *q, const json_t *o, enum hent_asked n, struct str *out, struct err *e)
{
	const json_t *v = get(o, n);
	struct str text = str_of(json_string_value(v), json_string_length(v));

	if (!v)
		return true;
	*out = arena_dup(q->a, str_trim(text));
	return (!str_is_empty(*out) && reader_chars(*out) <= HENT_KEY_CHARS) ||
	       wrong(q, hent_asked_names[n].ascii, e);
}

static bool
read_keys(struct asked *q, const json_t *o, struct hent_criterion *out, struct err *e)
{
	static const enum hent_asked known[] = {HENT_A_KLASSIFIKATION_KEY, HENT_A_FACET_KEY,
						HENT_A_KLASSE_KEY};

	out->by = HENT_KEYS;
	if (!json_is_object(o) || !get(o, HENT_A_KLASSIFIKATION_KEY))
		return wrong(q, "KlassifikationBrugervendtNoegle", e);
	return check_members(q, o, known, ARRAY_LEN(known), e) &&
	       read_key(q, o, HENT_A_KLASSIFIKATION_KEY, &out->klassifikation, e) &&
	       read_key(q, o, HENT_A_FACET_KEY, &out->facet, e) &&
	       read_key(q, o, HENT_A_KLASSE_KEY, &out->klasse, e);
}

/* Exactly one of the four ways to say which. */
static bool
read_criterion(struct asked *q, const json_t *o, struct hent_criterion *out, struct err *e)
{
	static const enum hent_asked known[] = {HENT_A_KLASSIFIKATION, HENT_A_FACET,
						HENT_A_KLASSE, HENT_A_NOEGLER};
	static const enum hent_by by[] = {HENT_KLASSIFIKATION, HENT_FACET, HENT_KLASSE};
	const json_t *keys;

	*out = (struct hent_criterion){.by = HENT_KEYS};
	if (!json_is_object(o) || json_object_size(o) != 1)
		return wrong(q, "IdentifikationKriterie", e);
	if (!check_members(q, o, known, ARRAY_LEN(known), e))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(by); i++) {
		const json_t *v = get(o, known[i]);

		if (!v)
			continue;
		out->by = by[i];
		return uuid_parse(str_of(json_string_value(v), json_string_length(v)),
				  &out->uuid) ||
		       wrong(q, hent_asked_names[known[i]].ascii, e);
	}
	keys = get(o, HENT_A_NOEGLER);
	return read_keys(q, keys, out, e);
}

static bool
read_criteria(struct asked *q, const json_t *list, struct err *e)
{
	static const enum hent_asked known[] = {HENT_A_KRITERIE};
	size_t count = json_array_size(list);
	struct hent_criterion *out;

	if (count == 0 || count > LIMIT_HENT_CRITERIA)
		return wrong(q, "KlassifikationKriterieListe", e);
	out = ARENA_NEW_N(q->a, count, struct hent_criterion);
	for (size_t i = 0; i < count; i++) {
		const json_t *item = json_array_get(list, i);

		if (!json_is_object(item))
			return wrong(q, "IdentifikationKriterie", e);
		if (!check_members(q, item, known, ARRAY_LEN(known), e) ||
		    !read_criterion(q, get(item, HENT_A_KRITERIE), &out[i], e))
			return false;
	}
	q->request.criteria = out;
	q->request.count = count;
	return true;
}

static bool
read_flag(struct asked *q, const json_t *o, enum hent_asked n, bool *out, struct err *e)
{
	const json_t *v = get(o, n);

	if (!v)
		return true;
	if (!json_is_boolean(v))
		return wrong(q, hent_asked_names[n].ascii, e);
	*out = json_is_true(v);
	return true;
}

static bool
read_date(struct asked *q, const json_t *o, enum hent_asked n, bool *has, instant *out,
	  struct err *e)
{
	const json_t *v = get(o, n);
	struct err why = ERR_INIT;

	*has = v != NULL;
	return !v ||
	       hent_date(str_of(json_string_value(v), json_string_length(v)), out, &why) ||
	       wrong(q, hent_asked_names[n].ascii, e);
}

static bool
read_request(struct asked *q, const json_t *o, struct err *e)
{
	static const enum hent_asked known[] = {HENT_A_LISTE, HENT_A_AKTUELLE, HENT_A_FRA,
						HENT_A_TIL, HENT_A_FAELLES};
	const json_t *inner = json_object_get(o, "KlassifikationListeHent_I");
	struct hent_request *out = &q->request;
	bool is_current = true;

	if (inner && json_object_size(o) != 1)
		return wrong(q, "KlassifikationListeHent_I", e);
	o = inner ? inner : o;
	if (!json_is_object(o))
		return wrong(q, "KlassifikationListeHent_I", e);
	if (!check_members(q, o, known, ARRAY_LEN(known), e) ||
	    !read_criteria(q, get(o, HENT_A_LISTE), e) ||
	    !read_flag(q, o, HENT_A_AKTUELLE, &is_current, e) ||
	    !read_flag(q, o, HENT_A_FAELLES, &out->only_shared, e))
		return false;
	out->is_all = !is_current;
	return read_date(q, o, HENT_A_FRA, &out->has_from, &out->from, e) &&
	       read_date(q, o, HENT_A_TIL, &out->has_to, &out->to, e);
}

/* ---- an answer ---- */

/* Where the next member goes; all are borrowed from the root. */
struct tree {
	json_t *at[DEPTH_MAX];
	size_t depth;
};

static void
enter(struct tree *t, json_t *v)
{
	BUG_ON(t->depth + 1 >= DEPTH_MAX);
	t->at[++t->depth] = v;
}

static void
put_member(void *to, enum hent_name n, json_t *v)
{
	struct tree *t = to;

	(void)json_object_set_new(t->at[t->depth], hent_names[n].ascii, v);
	enter(t, v);
}

static void
put_open(void *to, enum hent_name n)
{
	put_member(to, n, json_object());
}

static void
put_open_list(void *to, enum hent_name n)
{
	put_member(to, n, json_array());
}

static void
put_open_item(void *to, enum hent_name n)
{
	struct tree *t = to;
	json_t *item = json_object(), *v = json_object();

	(void)json_object_set_new(item, hent_names[n].ascii, v);
	(void)json_array_append_new(t->at[t->depth], item);
	enter(t, v);
}

static void
put_close(void *to)
{
	struct tree *t = to;

	t->depth--;
}

static void
put_leaf(void *to, enum hent_name n, struct str text)
{
	struct tree *t = to;

	json_put_text(t->at[t->depth], hent_names[n].ascii, text);
}

/* {"HovedoplysningerSvarREST":[{"SvarReaktion":{"Advis":{…}}}]}; which NULL: none */
static void
put_reaction(json_t *top, const char *which, const char *code, struct str text, int status)
{
	json_t *list = json_array(), *item, *reaction, *o;

	(void)json_object_set_new(top, "HovedoplysningerSvarREST", list);
	if (!which)
		return;
	item = json_object();
	reaction = json_object();
	o = json_object();
	(void)json_array_append_new(list, item);
	(void)json_object_set_new(item, "SvarReaktion", reaction);
	(void)json_object_set_new(reaction, which, o);
	json_put_text(o, str_eq_c(str_from(which), "Fejl") ? "FejlId" : "AdvisId",
		      str_from(code));
	json_put_text(o, str_eq_c(str_from(which), "Fejl") ? "FejlTekst" : "AdvisTekst", text);
	if (status)
		(void)json_object_set_new(o, "status", json_sprintf("%d", status));
}

static void
tell(int status, const char *code, struct str text, struct buf *out)
{
	AUTO(json_decrefp) json_t *top = json_object();

	put_reaction(top, "Fejl", code, text, status);
	json_add_to(top, out);
}

static bool
answer(struct rest_task *t, const struct hent_answer *h, struct err *e)
{
	AUTO(json_decrefp) json_t *top = json_object();
	json_t *output = json_object();
	struct tree tree = {.at = {output}};
	const struct hent_writer w = {
		.to = &tree,
		.open = put_open,
		.close = put_close,
		.open_list = put_open_list,
		.close_list = put_close,
		.open_item = put_open_item,
		.close_item = put_close,
		.leaf = put_leaf,
	};
	const struct err_row *none = err_row(RETUR_NOT_FOUND);
	bool is_empty = hent_is_empty(h);

	(void)json_object_set_new(top, "KlassifikationListeHent_O", output);
	if (!hent_write(h, &w, e))
		return false;
	if (is_empty) {
		t->verdict = RETUR_NOT_FOUND;
		(void)json_object_del(top, "KlassifikationListeHent_O");
		put_reaction(top, "Advis", none->code, HENT_NOTHING, 0);
	} else {
		put_reaction(top, NULL, NULL, STR_NONE, 0);
	}
	json_add_to(top, t->out);
	return true;
}

static bool
run_hent(struct rest_task *t, struct err *e)
{
	AUTO(json_decrefp) json_t *o = json_read_object(t->body);
	struct asked q = {.a = t->a, .t = t};
	struct registry_call c = {
		.registry = t->state,
		.rules = t->service->rules,
		.key = "klassifikationlistehent",
		.operation = t->op->name,
		.caller = t->caller,
		.a = t->a,
		.now = t->now,
	};
	struct hent_answer h = {.request = NULL};
	bool ok;

	if (!o)
		return wrong(&q, "JSON", e);
	if (!read_request(&q, o, e))
		return false;
	ok = hent_find(&c, &q.request, &h, e) && answer(t, &h, e);
	if (!ok && str_is_set(h.reason))
		t->reason = h.reason;
	hent_end(&h);
	return ok;
}

/* ---- the service ---- */

static const struct rest_op ops[] = {
	{"hent", "/klassifikationlistehentrest", false, ACCESS_READ, run_hent},
	/* what is printed as the server's address, posted to as it stands */
	{"hent", "", false, ACCESS_READ, run_hent},
};

const struct rest_service klassifikationlistehent_rest = {
	.name = "KlassifikationListeHent",
	.path = "/service/klassifikationlistehentrest",
	.entity_ids = {ENTITY_KLASSIFIKATIONLISTEHENT_2},
	.rules = &klassifikationlistehent_rules,
	.ops = ops,
	.op_count = ARRAY_LEN(ops),
	.needs_transaction = true,
	.tell = tell,
};
