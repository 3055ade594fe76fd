/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading a search and turning its template into criteria. All given elements must be met; of
 * several elements of one max-n relation one is enough; the texts of one Egenskab must stand in
 * one record. A text that ends in * or % is the beginning of what is sought.
 *
 * Refuses a search by a field that the caller may not see: its answer would tell.
 * Source: contract of Organisation, 3.6; O10 of the resolutions.
 */
#include "registry/search.h"

#include <string.h>
#include "base/limits.h"
#include "registry/fold.h"
#include "registry/match.h"
#include "xml/names.h"

/* ---- reading ---- */

static bool
read_soeg_registrering(struct work *w, const struct xml_node *n, struct search *out,
		       struct err *e)
{
	struct xml_node *child;
	struct cursor c;
	size_t code;

	out->has_registrering = true;
	if (!reader_open(&w->reader, n, &c, e) ||
	    !input_filter(w, &c, "FraTidspunkt", "TilTidspunkt", &out->made, e))
		return false;
	child = cursor_take(&c, NS_SAGDOK, "LivscyklusKode");
	if (child) {
		if (!reader_name(&w->reader, child, livscyklus_name, LIV_COUNT, &code, e))
			return false;
		out->livscyklus = (enum livscyklus)code;
	}
	child = cursor_take(&c, NS_SAGDOK, "BrugerRef");
	if (child && !reader_unik_id(&w->reader, child, NULL, &out->bruger, e))
		return false;
	return reader_close(&w->reader, &c, e);
}

bool
search_read_base(struct work *w, struct cursor *c, int64_t page, int64_t most,
		 struct search *out, struct err *e)
{
	struct xml_node *n;

	*out = (struct search){.limit = page};
	w->reader.is_template = true;
	n = cursor_take(c, NS_SAGDOK, "FoersteResultatReference");
	if (n && !reader_integer(&w->reader, n, 0, INT32_MAX, &out->offset, e))
		return false;
	n = cursor_take(c, NS_SAGDOK, "MaksimalAntalKvantitet");
	if (n && !reader_integer(&w->reader, n, 1, most, &out->limit, e))
		return false;
	n = cursor_take(c, NS_SAGDOK, "SoegRegistrering");
	if (n && !read_soeg_registrering(w, n, out, e))
		return false;
	n = cursor_take(c, NS_SAGDOK, "SoegVirkning");
	if (!decode_virkning(&w->reader, n, &out->soeg_virkning, e))
		return false;
	if (out->soeg_virkning.fra > out->soeg_virkning.til)
		return reader_refuse(&w->reader, RETUR_PERIOD, e,
				     "SoegVirkning slutter før den begynder");
	return true;
}

/* ---- criteria ---- */

struct window
search_window(const struct work *w, const struct search *s, const struct virkning *v)
{
	struct filter f = {.has_fra = true, .has_til = true};

	/* [resolutions O10] a missing end is open; without any, SoegVirkning, and then now */
	if (!v->fra_given && !v->til_given)
		v = &s->soeg_virkning;
	if (!v->fra_given && !v->til_given)
		return window_of_virkning(&(struct filter){.has_fra = false}, w->c->now);
	f.fra = v->fra;
	f.til = v->til;
	return window_of_virkning(&f, w->c->now);
}

/* Metadata of a Virkning is not among the values. */
static bool
has_metadata(const struct virkning *v)
{
	return ref_is_set(&v->aktoer) || v->aktoer_type != AKTOER_NONE || str_is_set(v->note);
}

static struct object_test
text_test(const struct work *w, struct search *s, size_t row, struct str text,
	  const struct window *win)
{
	struct object_test t = {
		.field = index_field(w->c->type, row), .from = win->fra, .to = win->til};
	struct pattern p = pattern_of(text, w->c->a);

	t.is_prefix = p.is_prefix;
	t.value = p.folded;
	if (t.value.len >= INDEX_VALUE_BYTES) {
		/* what is stored may be longer than what is kept of it */
		t.value.len = INDEX_VALUE_BYTES;
		s->is_tested = true;
	}
	return t;
}

static bool
check_seen(struct work *w, size_t row, struct err *e)
{
	const struct oio_field *f = &w->c->type->fields[row];

	if ((f->see & w->access.rights) == f->see)
		return true;
	return reader_refuse(
		&w->reader, RETUR_DENIED, e,
		"Ikke autoriseret: serviceaftalen giver ikke ret til at søge på %s", f->name);
}

static size_t
count_texts(const struct oio_range *row, const struct oio_slot *slots)
{
	size_t i, count = 0;

	for (i = row->first; i < row->end; i++)
		count += slots[i].tag == OIO_TEXT ? 1 : slots[i].count;
	return count;
}

static bool
add_egenskab(struct work *w, struct search *s, const struct oio_item *i, struct err *e)
{
	struct oio_range row = oio_part_range(w->c->type, OIO_ATTRIBUT);
	struct window win = search_window(w, s, &i->v);
	size_t most = count_texts(&row, i->u.egenskab), k, n, count = 0;
	struct object_test *tests;

	if (most > OBJECT_TESTS_MAX)
		return reader_refuse(&w->reader, RETUR_INPUT, e,
				     "Egenskab har flere end %d kriterier", OBJECT_TESTS_MAX);
	tests = ARENA_NEW_N(w->c->a, most + 1, struct object_test);
	for (k = row.first; k < row.end; k++) {
		const struct oio_slot *slot = &i->u.egenskab[k];

		if (slot->tag && !check_seen(w, k, e))
			return false;
		if (slot->tag == OIO_TEXT)
			tests[count++] = text_test(w, s, k, slot->u.text, &win);
		for (n = 0; slot->tag == OIO_TEXTS && n < slot->count; n++)
			tests[count++] = text_test(w, s, k, slot->u.texts[n], &win);
		/* a Soegeord is more than its identifier */
		for (n = 0; slot->tag == OIO_SOEGEORD && n < slot->count; n++)
			if (str_is_set(slot->u.words[n].identifikator))
				tests[count++] = text_test(
					w, s, k, slot->u.words[n].identifikator, &win);
		s->is_tested |= slot->tag == OIO_SOEGEORD;
	}
	/* metadata of a Virkning only, or Soegeord without identifiers */
	s->is_tested |= count == 0;
	if (count > 0)
		s->criteria[s->criterion_count++] =
			(struct object_criterion){OBJECT_ALL_IN_ONE, tests, count};
	return true;
}

static struct object_test
value_test(const struct work *w, struct search *s, const struct oio_item *i)
{
	struct window win = search_window(w, s, &i->v);
	struct object_test t = {
		.field = index_field(w->c->type, i->field), .from = win.fra, .to = win.til};

	if (i->part == OIO_TILSTAND) {
		t.value = index_flag(&i->u.tilstand);
		/* without ErPubliceretIndikator: any */
		t.is_prefix = str_eq_c(t.value, "-");
		if (t.is_prefix)
			t.value = STR("");
		return t;
	}
	s->is_tested |=
		ref_is_set(&i->u.relation.rolle.ref) || ref_is_set(&i->u.relation.type.ref);
	if (ref_is_set(&i->u.relation.ref)) {
		t.value = index_ref(&i->u.relation.ref, w->c->a);
	} else {
		t.is_prefix = true;
		t.value = STR("");
	}
	return t;
}

/* The elements of one row that stand together: each of its own, or any of a max-n relation. */
static bool
add_row(struct work *w, struct search *s, size_t from, size_t end, struct err *e)
{
	const struct oio_item *items = s->template.items;
	const struct oio_field *f = &w->c->type->fields[items[from].field];
	bool is_any = f->part == OIO_RELATION && f->max == OIO_MANY;
	struct object_test *tests = ARENA_NEW_N(w->c->a, end - from, struct object_test);
	size_t i;

	if (is_any && end - from > OBJECT_TESTS_MAX)
		return reader_refuse(&w->reader, RETUR_INPUT, e, "Der søges på flere end %d %s",
				     OBJECT_TESTS_MAX, f->name);
	for (i = from; i < end; i++) {
		tests[i - from] = value_test(w, s, &items[i]);
		if (!is_any)
			s->criteria[s->criterion_count++] =
				(struct object_criterion){OBJECT_ANY_OF, &tests[i - from], 1};
	}
	if (is_any)
		s->criteria[s->criterion_count++] =
			(struct object_criterion){OBJECT_ANY_OF, tests, end - from};
	return true;
}

static bool
is_blank(const struct oio_type *t, const struct oio_item *i)
{
	struct oio_range row = oio_part_range(t, OIO_ATTRIBUT);
	size_t k;

	if (i->part != OIO_ATTRIBUT || has_metadata(&i->v))
		return false;
	for (k = row.first; k < row.end; k++)
		if (i->u.egenskab[k].tag)
			return false;
	return true;
}

/* An Egenskab without anything in it asks for nothing. */
static void
drop_blank(const struct oio_type *t, struct oio_content *template)
{
	size_t i, kept = 0;

	for (i = 0; i < template->count; i++)
		if (!is_blank(t, &template->items[i]))
			template->items[kept++] = template->items[i];
	template->count = kept;
}

static bool
check_template(struct work *w, struct search *s, struct err *e)
{
	size_t i, single = 0;

	for (i = 0; i < s->template.count; i++) {
		const struct oio_item *it = &s->template.items[i];

		if (it->v.fra > it->v.til)
			return reader_refuse(
				&w->reader, RETUR_PERIOD, e,
				"En Virkning i søgningen slutter før den begynder");
		single += it->part != OIO_RELATION;
		s->is_tested |= has_metadata(&it->v);
	}
	s->is_tested |= has_metadata(&s->soeg_virkning);
	/* the rows of relations are fewer than half of what may be */
	if (single > OBJECT_CRITERIA_MAX / 2)
		return reader_refuse(&w->reader, RETUR_INPUT, e,
				     "Der søges på flere end %d egenskaber og tilstande",
				     OBJECT_CRITERIA_MAX / 2);
	return true;
}

bool
search_prepare(struct work *w, struct search *s, struct err *e)
{
	const struct oio_item *items = s->template.items;
	size_t i, end;

	drop_blank(w->c->type, &s->template);
	if (!check_template(w, s, e))
		return false;
	s->criteria = ARENA_NEW_N(w->c->a, s->template.count + 1, struct object_criterion);
	for (i = 0; i < s->template.count; i = end) {
		end = i + 1;
		if (items[i].part == OIO_ATTRIBUT) {
			if (!add_egenskab(w, s, &items[i], e))
				return false;
			continue;
		}
		while (end < s->template.count && items[end].field == items[i].field &&
		       items[end].part == items[i].part)
			end++;
		if (!add_row(w, s, i, end, e))
			return false;
	}
	BUG_ON(s->criterion_count > OBJECT_CRITERIA_MAX);
	return true;
}

#define STATE(liv) (1u << (liv))

void
search_query(const struct work *w, const struct search *s, struct object_query *out)
{
	struct window made = window_of_registrering(&s->made, w->c->now);
	bool has_time = s->made.has_fra || s->made.has_til;

	*out = (struct object_query){.criteria = s->criteria,
				     .criterion_count = s->criterion_count,
				     .states = STATE(LIV_OPSTAAET) | STATE(LIV_IMPORTERET),
				     .hiding_states = ~STATE(LIV_SLETTET),
				     .offset = s->offset,
				     .limit = s->limit};
	if (s->livscyklus == LIV_PASSIVERET || s->livscyklus == LIV_SLETTET)
		out->states |= STATE(s->livscyklus);
	/* [resolutions O10] the code and the time are of one registration; without time, the
	 * last */
	if (s->livscyklus != LIV_NONE && !has_time)
		out->states = STATE(s->livscyklus);
	if (!has_time && !ref_is_set(&s->bruger))
		return;
	out->is_made = true;
	out->made_from = made.fra;
	out->made_to = made.til;
	out->made_state = has_time ? (int)s->livscyklus : 0;
	if (ref_is_set(&s->bruger))
		out->made_user = index_ref(&s->bruger, w->c->a);
}

/* ---- running ---- */

static void
set_owners(const struct work *w, struct object_query *q)
{
	struct str operator_cvr = w->c->registry->options.operator_cvr;

	q->kind = w->c->type->id;
	/* whose data: soeg has asked, others search their own */
	q->owners[0] = w->access.scope;
	q->owner_count = 1;
	if (w->c->type->is_shared && str_is_set(operator_cvr) &&
	    !str_eq(operator_cvr, q->owners[0]) && str_eq(q->owners[0], w->c->caller->cvr))
		q->owners[q->owner_count++] = operator_cvr;
}

#define TESTED_BATCH 500

static void
keep(struct object_rows *out, const struct object_row *row, struct arena *a)
{
	struct object_row *grown;

	if (out->count == out->room) {
		out->room = out->room ? out->room * 2 : 16;
		grown = ARENA_NEW_N(a, out->room, struct object_row);
		if (out->count > 0)
			memcpy(grown, out->at, out->count * sizeof(*grown));
		out->at = grown;
	}
	out->at[out->count] = *row;
	out->at[out->count].cvr = arena_dup(a, row->cvr);
	out->at[out->count++].content = arena_dup(a, row->content);
}

/* Those of a batch that pass the test, past the ones to be skipped. */
static bool
test_batch(struct work *w, const struct search *s, const struct object_rows *rows,
	   struct object_query *left, struct object_rows *out, struct err *e)
{
	struct stored one;
	size_t i;

	for (i = 0; i < rows->count && left->limit > 0; i++) {
		if (!stored_unpack(w->c->type, &rows->at[i], w->scratch, &one, e))
			return false;
		if (!search_matches(w, s, &one.reg.content) || left->offset-- > 0)
			continue;
		keep(out, &rows->at[i], w->c->a);
		left->limit--;
	}
	return true;
}

/* Batch by batch through what the store finds, keeping what passes the test. */
static bool
run_tested(struct work *w, const struct search *s, struct reading *r,
	   const struct object_query *asked, struct object_rows *out, struct err *e)
{
	AUTO(arena_freep) struct arena *batch = arena_new();
	struct object_query left = *asked, q = *asked;
	struct work inner = *w;
	struct object_rows rows;
	struct uuid last;

	q.with_content = true;
	q.offset = 0;
	q.limit = TESTED_BATCH;
	inner.scratch = batch;
	*out = (struct object_rows){.at = NULL};
	do {
		arena_reset(batch);
		if (!objects_find(r, &q, batch, &rows, e) ||
		    !test_batch(&inner, s, &rows, &left, out, e))
			return false;
		if (rows.count > 0)
			last = rows.at[rows.count - 1].uuid;
		q.after = &last;
	} while (rows.count == TESTED_BATCH && left.limit > 0);
	return true;
}

bool
search_run(struct work *w, const struct search *s, struct reading *r, struct object_query *q,
	   struct object_rows *out, struct err *e)
{
	set_owners(w, q);
	if (s->is_tested)
		return run_tested(w, s, r, q, out, e);
	return objects_find(r, q, w->c->a, out, e);
}

bool
search_run_own(struct work *w, const struct search *s, struct reading *r,
	       struct object_query *q, struct object_rows *out, struct err *e)
{
	set_owners(w, q);
	q->owner_count = 1;
	if (s->is_tested)
		return run_tested(w, s, r, q, out, e);
	return objects_find(r, q, w->c->a, out, e);
}

/* ---- the operation ---- */

static bool
soeg(struct work *w, struct err *e)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct registry_call *c = w->c;
	char text[UUID_TEXT_LEN + 1];
	struct object_query q;
	struct object_rows rows;
	struct search s;
	struct cursor cur;
	size_t i;

	if (!work_may_any(w, ACCESS_READ, e) || !reader_open(&w->reader, c->input, &cur, e) ||
	    !search_read_base(w, &cur, LIMIT_SEARCH_DEFAULT, LIMIT_SEARCH_PAGE, &s, e) ||
	    !decode_lists(&w->reader, &cur, LISTS_OPTIONAL, &s.template, e) ||
	    !reader_close(&w->reader, &cur, e) || !search_prepare(w, &s, e))
		return false;
	search_query(w, &s, &q);
	if (!store_read(c->registry->store, &r, e) || !search_run(w, &s, r, &q, &rows, e))
		return false;
	if (rows.count == 0) {
		w->reader.text = STR("Ingen objekter fundet");
		return FAIL(e, RETUR_NOT_FOUND, "%s", c->type->key);
	}
	answer_begin_ok(c);
	xml_out_open(c->out, PREFIX_SD, NS_SAGDOK, "IdListe");
	for (i = 0; i < rows.count; i++)
		xml_out_leaf(c->out, PREFIX_SD, NS_SAGDOK, "UUIDIdentifikator",
			     uuid_format(rows.at[i].uuid, text));
	xml_out_close(c->out);
	answer_end(c);
	return true;
}

bool
registry_soeg(struct registry_call *c, struct err *e)
{
	struct work w;

	work_init(&w, c);
	return soeg(&w, e) || answer_refuse(&w, e);
}
