/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The conformance cases of store/imports.h: runs, notes, what was delivered, matches. */
#include "tests/unit/store_cases.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "base/buf.h"
#include "store/imports.h"

#define CVR STR("11111111")
#define OTHER STR("22222222")

static struct uuid
letter(char c)
{
	struct uuid u;

	memset(u.b, c, sizeof(u.b));
	return u;
}

struct making {
	struct import_run run;
	int64_t id;
};

static bool
job_begin(struct tx *tx, void *arg, struct err *e)
{
	struct making *m = arg;

	return imports_begin(tx, &m->run, &m->id, e);
}

static int64_t
begin(struct store *s, struct str cvr, struct str source, int state, int64_t draft)
{
	struct making m = {.run = {.cvr = cvr,
				   .source = source,
				   .actor = STR("cli:x"),
				   .began = 1000,
				   .state = state,
				   .draft = draft,
				   .digest = STR("ab"),
				   .bytes = 17,
				   .facts = STR("{}")}};
	struct err e = ERR_INIT;

	assert_true(store_write(s, job_begin, &m, &e));
	return m.id;
}

static bool
print_run(const struct import_run *r, void *arg, struct err *e)
{
	(void)e;
	buf_printf(arg,
		   "%" PRId64 " " STR_FMT " " STR_FMT " %d draft %" PRId64
		   " publication %" PRId64 " at %" PRId64 " ended %" PRId64 " " STR_FMT "\n",
		   r->id, STR_ARG(r->cvr), STR_ARG(r->source), r->state, r->draft,
		   r->publication, r->position, r->ended, STR_ARG(r->facts));
	return true;
}

static void
expect_runs(struct store *s, struct import_filter f, const char *want)
{
	AUTO(buf_release) struct buf b = BUF_INIT(65536);
	struct reading *r = NULL;
	struct err e = ERR_INIT;

	assert_true(store_read(s, &r, &e) && imports_each(r, &f, print_run, &b, &e));
	store_read_end(r);
	buf_add_char(&b, '\0');
	assert_string_equal(b.ptr, want);
}

static bool
job_set(struct tx *tx, void *arg, struct err *e)
{
	return imports_set(tx, arg, e);
}

static bool
job_end_of(struct tx *tx, void *arg, struct err *e)
{
	return imports_end_of(tx, arg, 1U << 1 | 1U << 3, e);
}

static void
runs(struct store **s, const struct store_options *o)
{
	struct import_run run = {
		.id = 1, .state = 3, .draft = 7, .position = 99, .facts = STR("{\"a\":1}")};
	struct err e = ERR_INIT;

	begin(*s, CVR, STR("apos"), 1, 7);
	begin(*s, CVR, STR("ad"), 5, 0);
	begin(*s, OTHER, STR("apos"), 1, 8);
	begin(*s, CVR, STR("apos"), 5, 7);
	assert_true(store_write(*s, job_set, &run, &e));
	store_reopen(s, o);
	expect_runs(*s, (struct import_filter){.id = 1},
		    "1 11111111 apos 3 draft 7 publication 0 at 99 ended 0 {\"a\":1}\n");
	expect_runs(*s, (struct import_filter){.cvr = CVR, .source = STR("apos"), .limit = 1},
		    "4 11111111 apos 5 draft 7 publication 0 at 0 ended 0 {}\n");
	expect_runs(*s, (struct import_filter){.states = 1U << 1},
		    "3 22222222 apos 1 draft 8 publication 0 at 0 ended 0 {}\n");
	expect_runs(*s, (struct import_filter){.newest = true, .states = 1U << 5},
		    "4 11111111 apos 5 draft 7 publication 0 at 0 ended 0 {}\n"
		    "2 11111111 ad 5 draft 0 publication 0 at 0 ended 0 {}\n");
	/* the end of a draft is that of its open runs alone */
	run = (struct import_run){.draft = 7, .state = 6, .publication = 2, .ended = 55};
	assert_true(store_write(*s, job_end_of, &run, &e));
	expect_runs(*s, (struct import_filter){.cvr = CVR},
		    "4 11111111 apos 5 draft 7 publication 0 at 0 ended 0 {}\n"
		    "2 11111111 ad 5 draft 0 publication 0 at 0 ended 0 {}\n"
		    "1 11111111 apos 6 draft 7 publication 2 at 99 ended 55 {\"a\":1}\n");
	run.id = 4711;
	assert_false(store_write(*s, job_set, &run, &e));
}

/* ---- what a run leaves ---- */

static bool
job_leave(struct tx *tx, void *arg, struct err *e)
{
	const struct import_note notes[] = {
		{1, STR_INIT("enheder.csv"), 3, STR_INIT("ean"), STR_INIT("tretten cifre")},
		{2, STR_INIT(""), 0, {NULL, 0}, STR_INIT("ejes af en anden")},
	};
	const struct import_object objects[] = {
		{CVR, STR("apos"), 2, letter('b'), 1},   {CVR, STR("apos"), 2, letter('a'), 1},
		{CVR, STR("apos"), 2, letter('b'), 2},   {CVR, STR("ad"), 2, letter('a'), 1},
		{OTHER, STR("apos"), 2, letter('c'), 1},
	};
	const struct import_match match = {2, letter('x'), letter('a'), 1, STR("samme")};

	(void)arg;
	for (size_t i = 0; i < ARRAY_LEN(notes); i++)
		if (!imports_note(tx, 1, &notes[i], e))
			return false;
	for (size_t i = 0; i < ARRAY_LEN(objects); i++)
		if (!imports_deliver(tx, &objects[i], e))
			return false;
	return imports_match(tx, 1, &match, e);
}

static bool
print_note(const struct import_note *n, void *arg, struct err *e)
{
	(void)e;
	buf_printf(arg, "%d " STR_FMT ":%" PRId64 " %s " STR_FMT "\n", n->kind,
		   STR_ARG(n->file), n->line, str_is_set(n->column) ? n->column.ptr : "-",
		   STR_ARG(n->text));
	return true;
}

static bool
print_object(const struct import_object *o, void *arg, struct err *e)
{
	(void)e;
	buf_printf(arg, "%c %u run %" PRId64 "\n", o->uuid.b[0], o->kind, o->run);
	return true;
}

static bool
print_match(const struct import_match *m, void *arg, struct err *e)
{
	(void)e;
	buf_printf(arg, "%c is %c by %d " STR_FMT "\n", m->theirs.b[0], m->ours.b[0], m->how,
		   STR_ARG(m->text));
	return true;
}

static void
leavings(struct store **s, const struct store_options *o)
{
	AUTO(buf_release) struct buf b = BUF_INIT(65536);
	struct import_object other = {CVR, STR("apos"), 2, letter('a'), 0};
	struct reading *r = NULL;
	struct err e = ERR_INIT;
	bool is;

	(void)o;
	begin(*s, CVR, STR("apos"), 1, 7);
	begin(*s, CVR, STR("ad"), 1, 8);
	assert_true(store_write(*s, job_leave, NULL, &e));
	assert_true(store_read(*s, &r, &e));
	assert_true(imports_notes(r, 1, print_note, &b, &e) &&
		    imports_notes(r, 2, print_note, &b, &e) &&
		    imports_delivered(r, CVR, STR("apos"), print_object, &b, &e) &&
		    imports_matches(r, 1, print_match, &b, &e));
	buf_add_char(&b, '\0');
	assert_string_equal(b.ptr, "1 enheder.csv:3 ean tretten cifre\n"
				   "2 :0 - ejes af en anden\n"
				   "a 2 run 1\nb 2 run 2\n"
				   "x is a by 1 samme\n");
	assert_true(imports_is_others(r, &other, &is, &e));
	assert_true(is);
	other.uuid = letter('b');
	assert_true(imports_is_others(r, &other, &is, &e));
	assert_false(is);
	store_read_end(r);
}

const struct store_case store_import_cases[] = {
	{"imports: runs", runs},
	{"imports: notes, delivered objects, matches", leavings},
};
const size_t store_import_case_count = ARRAY_LEN(store_import_cases);
