/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The conformance cases of drafts.h: working papers, and publications that stay. */
#include "tests/unit/store_cases.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "base/buf.h"
#include "store/drafts.h"

#define T0 SECONDS(1780000000)

struct doing {
	int64_t draft, removed, most;
	struct draft_row row;
	struct draft_edit_row edit;
	struct draft_place place;
	struct publication_row publication;
	struct publication_object_row object;
	struct str bytes;
};

static struct reading *
reading(struct store *s)
{
	struct reading *r;
	struct err e = ERR_INIT;

	if (!store_read(s, &r, &e))
		fail_msg("%s", e.detail);
	return r;
}

static void
done(struct store *s, store_job *job, struct doing *x)
{
	struct err e = ERR_INIT;

	if (!store_write(s, job, x, &e))
		fail_msg("%s", e.detail);
}

static bool
job_create(struct tx *tx, void *arg, struct err *e)
{
	struct doing *x = arg;

	return drafts_create(tx, &x->row, &x->draft, e);
}

static bool
job_edit(struct tx *tx, void *arg, struct err *e)
{
	struct doing *x = arg;

	return drafts_add(tx, x->draft, &x->edit, e);
}

static bool
job_clear(struct tx *tx, void *arg, struct err *e)
{
	struct doing *x = arg;

	return drafts_clear(tx, x->draft, x->most, &x->removed, e);
}

static bool
job_drop(struct tx *tx, void *arg, struct err *e)
{
	struct doing *x = arg;

	return drafts_drop(tx, x->draft, &x->place, &x->removed, e);
}

static bool
job_set(struct tx *tx, void *arg, struct err *e)
{
	struct doing *x = arg;

	return drafts_set(tx, &x->row, e) && drafts_progress_set(tx, x->draft, x->bytes, e);
}

static bool
print_edit(const struct draft_edit_row *row, void *arg, struct err *e)
{
	(void)e;
	buf_printf(arg, "%u%c%" PRId64 ":%d/%" PRId64 "/%" PRId64 "=" STR_FMT " ", row->kind,
		   row->uuid.b[0], row->seq, row->op, row->base, row->day,
		   STR_ARG(row->content));
	return true;
}

static void
assert_edits(struct store *s, int64_t draft, const struct draft_place *only, const char *want)
{
	AUTO(buf_release) struct buf b = BUF_INIT(10000);
	struct reading *r = reading(s);
	struct err e = ERR_INIT;

	assert_true(drafts_edits(r, draft, only, print_edit, &b, &e));
	store_read_end(r);
	buf_add_char(&b, '\0');
	assert_string_equal(b.ptr, want);
}

static struct doing
a_draft(struct store *s, const char *cvr)
{
	struct doing x = {.row = {.cvr = str_from(cvr),
				  .title = STR("Ny struktur"),
				  .source = STR("manuel"),
				  .actor = STR("cli:x"),
				  .made = T0,
				  .state = 1}};

	done(s, job_create, &x);
	return x;
}

static void
add(struct store *s, struct doing *x, unsigned kind, char letter, int op, const char *content)
{
	x->edit = (struct draft_edit_row){.kind = kind,
					  .uuid = {{(uint8_t)letter}},
					  .op = op,
					  .base = 7,
					  .day = -5,
					  .content = str_from(content)};
	done(s, job_edit, x);
}

static void
edits_in_order(struct store **s, const struct store_options *o)
{
	struct doing x = a_draft(*s, "11111111"), y = a_draft(*s, "11111111");
	const struct draft_place b = {2, {{'b'}}};

	add(*s, &x, 3, 'a', 1, "first");
	add(*s, &x, 2, 'b', 1, "one");
	add(*s, &x, 2, 'b', 2, NULL);
	add(*s, &y, 2, 'b', 1, "theirs");
	add(*s, &x, 2, 'a', 4, "");
	store_reopen(s, o);
	assert_edits(*s, x.draft, NULL,
		     "2a1:4/7/-5= 2b1:1/7/-5=one 2b2:2/7/-5= 3a1:1/7/-5=first ");
	assert_edits(*s, x.draft, &b, "2b1:1/7/-5=one 2b2:2/7/-5= ");
	assert_edits(*s, y.draft, NULL, "2b1:1/7/-5=theirs ");
	x.place = b;
	done(*s, job_drop, &x);
	assert_int_equal(x.removed, 2);
	assert_edits(*s, x.draft, NULL, "2a1:4/7/-5= 3a1:1/7/-5=first ");
	assert_edits(*s, y.draft, NULL, "2b1:1/7/-5=theirs ");
	x.most = 1;
	done(*s, job_clear, &x);
	assert_int_equal(x.removed, 1);
	done(*s, job_clear, &x);
	done(*s, job_clear, &x);
	assert_int_equal(x.removed, 0);
	assert_edits(*s, x.draft, NULL, "");
	assert_edits(*s, y.draft, NULL, "2b1:1/7/-5=theirs ");
}

static bool
print_draft(const struct draft_row *row, void *arg, struct err *e)
{
	(void)e;
	buf_printf(arg, STR_FMT ":%d,%" PRId64 ",%" PRId64 " ", STR_ARG(row->title), row->state,
		   row->publication, row->edits);
	return true;
}

static void
drafts_of_an_authority(struct store **s, const struct store_options *o)
{
	struct doing x = a_draft(*s, "11111111"), y = a_draft(*s, "22222222");
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(buf_release) struct buf b = BUF_INIT(10000);
	struct err e = ERR_INIT;
	struct draft_row row;
	struct reading *r;
	struct str bytes;
	int64_t count;
	bool found;

	assert_int_not_equal(x.draft, y.draft);
	add(*s, &x, 2, 'a', 1, "x");
	x.row.id = x.draft;
	x.row.state = 6;
	x.row.changed = T0 + 9;
	x.row.publication = 4;
	x.bytes = STR("til linje 17");
	done(*s, job_set, &x);
	store_reopen(s, o);
	r = reading(*s);
	assert_true(drafts_each(r, STR("11111111"), print_draft, &b, &e));
	assert_true(str_eq_c(buf_str(&b), "Ny struktur:6,4,1 "));
	assert_true(drafts_get(r, x.draft, a, &row, &found, &e) && found);
	assert_true(str_eq_c(row.cvr, "11111111") && row.made == T0 && row.changed == T0 + 9);
	assert_true(str_eq_c(row.source, "manuel") && str_eq_c(row.actor, "cli:x"));
	assert_true(drafts_count(r, x.draft, &count, &e));
	assert_int_equal(count, 1);
	assert_true(drafts_progress_get(r, x.draft, a, &bytes, &e));
	assert_true(str_eq_c(bytes, "til linje 17"));
	assert_true(drafts_get(r, 99, a, &row, &found, &e));
	assert_false(found);
	store_read_end(r);
}

/* ---- publications ---- */

static bool
job_publish(struct tx *tx, void *arg, struct err *e)
{
	struct doing *x = arg;

	return publications_next(tx_reading(tx), x->publication.cvr, &x->publication, e) &&
	       publications_add_object(tx, x->publication.id, &x->object, e) &&
	       publications_add(tx, &x->publication, e);
}

static bool
job_again(struct tx *tx, void *arg, struct err *e)
{
	struct doing *x = arg;

	return publications_add(tx, &x->publication, e);
}

static bool
print_publication(const struct publication_row *row, void *arg, struct err *e)
{
	(void)e;
	buf_printf(arg, "%" PRId64 ":" STR_FMT "/" STR_FMT "/%" PRId64 "/%d ", row->number,
		   STR_ARG(row->title), STR_ARG(row->counts), row->objects, row->hash[31]);
	return true;
}

static bool
print_object(const struct publication_object_row *row, void *arg, struct err *e)
{
	(void)e;
	buf_printf(arg, "%u%c" STR_FMT ":%u/%" PRId64 "/%" PRId64 "/%d ", row->kind,
		   row->uuid.b[0], STR_ARG(row->owner), row->changes, row->before, row->after,
		   row->digest[0]);
	return true;
}

static void
publications_stay(struct store **s, const struct store_options *o)
{
	struct doing x = {.publication = {.cvr = STR("11111111"),
					  .at = T0,
					  .virkning = T0 + 1,
					  .actor = STR("cli:x"),
					  .source = STR("manuel"),
					  .title = STR("Alt"),
					  .objects = 1,
					  .undone_to = INSTANT_MIN,
					  .counts = STR("{}"),
					  .hash = {[31] = 9}},
			  .object = {.kind = 2,
				     .uuid = {{'a'}},
				     .owner = STR("99999999"),
				     .changes = 5,
				     .before = 0,
				     .after = 12,
				     .digest = {8}}};
	AUTO(buf_release) struct buf b = BUF_INIT(10000);
	struct err e = ERR_INIT;
	struct reading *r;

	done(*s, job_publish, &x);
	assert_int_equal(x.publication.number, 1);
	/* what was published is not published again in its place */
	assert_false(store_write(*s, job_again, &x, &e));
	err_clear(&e);
	done(*s, job_publish, &x);
	assert_int_equal(x.publication.number, 2);
	x.publication.cvr = STR("22222222");
	done(*s, job_publish, &x);
	assert_int_equal(x.publication.number, 1);
	store_reopen(s, o);
	r = reading(*s);
	assert_true(publications_each(r, STR("11111111"), 0, print_publication, &b, &e));
	assert_true(str_eq_c(buf_str(&b), "1:Alt/{}/1/9 2:Alt/{}/1/9 "));
	buf_clear(&b);
	assert_true(publications_each(r, STR("11111111"), 2, print_publication, &b, &e));
	assert_true(str_eq_c(buf_str(&b), "2:Alt/{}/1/9 "));
	buf_clear(&b);
	assert_true(publications_objects(r, x.publication.id, print_object, &b, &e));
	assert_true(str_eq_c(buf_str(&b), "2a99999999:5/0/12/8 "));
	store_read_end(r);
}

/* ---- objects.h: where an object stands ---- */

static bool
job_append(struct tx *tx, void *arg, struct err *e)
{
	return objects_append(tx, arg, e);
}

static bool
print_key(const struct object_key *k, void *arg, struct err *e)
{
	(void)e;
	buf_printf(arg, "%u%c ", k->kind, k->uuid.b[0]);
	return true;
}

static void
marks(struct store **s, const struct store_options *o)
{
	struct object_new n = {.key = {STR("11111111"), 2, {{'a'}}},
			       .at = T0,
			       .state = 2,
			       .content = STR("one")};
	struct object_key other = {STR("22222222"), 2, {{'a'}}};
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(buf_release) struct buf b = BUF_INIT(1000);
	struct err e = ERR_INIT;
	struct object_mark mark;
	struct object_row row;
	struct reading *r;
	int64_t first;
	bool found;

	(void)o;
	assert_true(store_write(*s, job_append, &n, &e));
	first = n.id;
	n.at = T0 + 5;
	n.content = STR("two");
	assert_true(store_write(*s, job_append, &n, &e));
	assert_int_not_equal(n.id, first);
	r = reading(*s);
	assert_true(objects_mark(r, &n.key, &mark, &e));
	assert_true(mark.id == n.id && mark.at == T0 + 5);
	assert_true(objects_mark(r, &other, &mark, &e));
	assert_int_equal(mark.id, 0);
	assert_true(objects_registration(r, &n.key, first, a, &row, &found, &e) && found);
	assert_true(str_eq_c(row.content, "one"));
	assert_true(objects_registration(r, &other, first, a, &row, &found, &e));
	assert_false(found);
	assert_true(objects_since(r, STR("11111111"), T0 + 4, print_key, &b, &e));
	assert_true(objects_since(r, STR("11111111"), T0 + 5, print_key, &b, &e));
	assert_true(str_eq_c(buf_str(&b), "2a "));
	store_read_end(r);
}

/* Values that the next registration has too are left; the rest is as if all were new. */
static void
values_that_stay(struct store **s, const struct store_options *o)
{
	static const struct object_value first[] = {{513, 1, STR_INIT("a"), 0, 10},
						    {513, 2, STR_INIT("b"), 0, 10},
						    {514, 3, STR_INIT("c"), 0, 10},
						    {514, 3, STR_INIT("d"), 5, 10}};
	static const struct object_value second[] = {{514, 3, STR_INIT("c"), 0, 9},
						     {513, 1, STR_INIT("a"), 0, 10},
						     {514, 3, STR_INIT("d"), 6, 10},
						     {515, 1, STR_INIT("e"), 0, 10}};
	struct object_new n = {.key = {STR("11111111"), 2, {{'a'}}},
			       .at = T0,
			       .state = 2,
			       .content = STR("x"),
			       .values = first,
			       .value_count = 4};
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(buf_release) struct buf b = BUF_INIT(1000);
	static const unsigned fields[] = {513, 514, 515};
	struct object_texts texts;
	struct err e = ERR_INIT;
	struct reading *r;

	(void)o;
	assert_true(store_write(*s, job_append, &n, &e));
	n.at = T0 + 1;
	n.values = second;
	assert_true(store_write(*s, job_append, &n, &e));
	r = reading(*s);
	for (size_t i = 0; i < 3; i++)
		for (instant at = 4; at < 10; at++) {
			assert_true(objects_values(r, STR("11111111"), fields[i], at, at + 1, a,
						   &texts, &e));
			for (size_t k = 0; k < texts.count; k++)
				buf_printf(&b, STR_FMT "%lld ", STR_ARG(texts.at[k]),
					   (long long)at);
		}
	store_read_end(r);
	assert_true(str_eq_c(buf_str(&b), "a4 a5 a6 a7 a8 a9 c4 c5 c6 d6 c7 d7 c8 d8 d9 "
					  "e4 e5 e6 e7 e8 e9 "));
}

const struct store_case store_draft_cases[] = {
	{"drafts: edits in order", edits_in_order},
	{"drafts: of an authority", drafts_of_an_authority},
	{"publications stay", publications_stay},
	{"objects: marks", marks},
	{"objects: values that stay", values_that_stay},
};
const size_t store_draft_case_count = sizeof(store_draft_cases) / sizeof(store_draft_cases[0]);
