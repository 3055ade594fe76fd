/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a server does for its audit trail: it seals, looks before it does, compares what was
 * kept outside when it begins, and counts refusals; what the check says of late seals.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/log.h"
#include "gateway/auditor.h"
#include "tests/unit/audit_world.h"

static struct audit_world world;

static int
begin(void **state)
{
	(void)state;
	aw_begin(&world);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	aw_end(&world);
	return 0;
}

static struct buf logged = BUF_INIT(1 << 20);
static char heads_before[65536];
#define LINE_ROOM 4096

static void
keep_heads(void)
{
	FILE *f = fopen(world.heads_path, "re");
	size_t n;

	assert_non_null(f);
	n = fread(heads_before, 1, sizeof(heads_before) - 1, f);
	heads_before[n] = '\0';
	fclose(f);
}

static void
restore_heads(void)
{
	aw_write_heads(&world, heads_before, "we");
}

static void
hear(struct str line)
{
	buf_add(&logged, line);
	buf_add_char(&logged, '\n');
}

static bool
was_logged(const char *what)
{
	size_t at;

	return str_find(buf_str(&logged), str_from(what), &at);
}

static bool
job_add(struct tx *tx, void *arg, struct err *e)
{
	return store_audit_add(tx, arg, e);
}

/* A server that begins on the copy at a time; what it says is in `logged`. */
static void
server_begins_at(struct app *app, int at)
{
	struct store_options o = {.path = world.copy_path, .readers = 1};
	struct err e = ERR_INIT;

	*app = world.s.app;
	aw_settle(&world);
	assert_true(store_open(&o, &app->store, &e));
	app->auditor = auditor_new();
	buf_clear(&logged);
	log_set_sink(hear);
	auditor_tick(app->auditor, app, &world.s.platform, AT(at), true);
}

static void
server_begins(struct app *app)
{
	server_begins_at(app, 50);
}

static void
server_ends(struct app *app)
{
	auditor_free(app->auditor);
	store_close(app->store);
	log_set_sink(NULL);
	buf_release(&logged);
}

/* What was sealed is changed under a running server: it says so and seals no more. */
static void
server_notices(void **state)
{
	AUTO(buf_release) struct buf metrics = BUF_INIT(65536);
	struct app app;
	size_t at;

	(void)state;
	keep_heads();
	aw_copy(&world);
	server_begins(&app);
	assert_true(was_logged("event=audit.sealed"));
	assert_false(was_logged("audit.broken"));
	assert_false(was_logged("audit.set_back"));
	aw_tamper(&world,
		  "UPDATE audit SET actor = 'nobody' WHERE id = (SELECT max(id) FROM audit)");
	aw_rechain(&world, world.base + RECORDS);
	aw_settle(&world);
	buf_clear(&logged);
	auditor_tick(app.auditor, &app, &world.s.platform, AT(51), true);
	assert_true(was_logged("event=audit.broken"));
	assert_false(was_logged("event=audit.sealed"));
	auditor_metrics(app.auditor, &metrics);
	assert_true(str_find(buf_str(&metrics), STR("sluse_audit_intact 0"), &at));
	server_ends(&app);
	restore_heads();
}

/* … or while it was stopped. */
static void
server_notices_at_start(void **state)
{
	static const struct {
		const char *sql;
		int rechain_from;
		const char *want, *want_not;
	} rows[] = {
		{"UPDATE audit SET actor = 'x' WHERE id = B + 35", 0, "audit.broken",
		 "audit.sealed"},
		{"UPDATE audit SET actor = 'x' WHERE id = B + 30", 30, "audit.broken",
		 "audit.sealed"},
		{"UPDATE audit_seal SET at = at + 1000 WHERE id = B + 32", 0, "audit.broken",
		 "audit.sealed"},
		{"UPDATE audit_chain SET chain = zeroblob(16)", 0, "audit.broken",
		 "audit.sealed"},
		{"CREATE TRIGGER x AFTER INSERT ON audit BEGIN SELECT 1; END", 0,
		 "audit.broken", "audit.sealed"},
		/* nothing in the database says so: the file of heads does */
		{"DELETE FROM audit WHERE id > B + 25; DELETE FROM audit_seal WHERE id > B + "
		 "25",
		 0, "audit.set_back", "audit.broken"},
		{"UPDATE audit SET actor = 'x' WHERE id = B + 7; DELETE FROM audit_seal", 7,
		 "audit.set_back", "audit.broken"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct app app;
		char text[1000];

		aw_copy(&world);
		aw_fill(&world, rows[i].sql, text, sizeof(text));
		aw_tamper(&world, text);
		if (rows[i].rechain_from)
			aw_rechain(&world, world.base + rows[i].rechain_from);
		server_begins(&app);
		if (!was_logged(rows[i].want) || was_logged(rows[i].want_not))
			fail_msg("%s: " STR_FMT, rows[i].sql, STR_ARG(buf_str(&logged)));
		server_ends(&app);
		/* the heads are as before: what it sealed here is of this copy only */
		restore_heads();
	}
}

/*
 * What was sealed is chained anew without its seals, and the server signs it. Only the file of
 * heads proves it; but a seal long after its records is told in any case.
 */
static void
sealed_late(void **state)
{
	static const struct {
		const char *sql;
		int rechain_from, at;
		const char *want, *want_with_heads;
	} rows[] = {
		/* the server was stopped for a while, and nothing happened meanwhile */
		{"SELECT 1", 0, 50, "", ""},
		{"DELETE FROM audit WHERE id > B + 32;"
		 "UPDATE sqlite_sequence SET seq = B + 32 WHERE name = 'audit'",
		 0, 3600, "", ""},
		/* B + 33 … were written, and nobody sealed them at their time */
		{"SELECT 1", 0, 3600, "sealed-late 33-40\n", "sealed-late 33-40\n"},
		{"UPDATE audit SET actor = 'x' WHERE id = B + 25;"
		 "DELETE FROM audit_seal WHERE id > B + 20",
		 25, 3600, "sealed-late 21-40\n", "head-differs 32-32\n"},
		{"UPDATE audit SET actor = 'x' WHERE id = B + 25;"
		 "DELETE FROM audit_seal",
		 25, 3600, "sealed-late", "head-differs 32-32\n"},
		{"UPDATE audit_seal SET cert = zeroblob(32) WHERE id = B + 32", 0, 3600,
		 "sealed-late 21-40\n", "sealed-late 33-40\n"},
	};

	(void)state;
	keep_heads();
	for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
		bool with_heads = i % 2;
		const char *want = with_heads ? rows[i / 2].want_with_heads : rows[i / 2].want;
		AUTO(buf_release) struct buf found = BUF_INIT(65536);
		struct audit_report report;
		struct app app;
		char text[1000];

		aw_copy(&world);
		aw_fill(&world, rows[i / 2].sql, text, sizeof(text));
		aw_tamper(&world, text);
		if (rows[i / 2].rechain_from)
			aw_rechain(&world, world.base + rows[i / 2].rechain_from);
		server_begins_at(&app, rows[i / 2].at);
		server_ends(&app);
		restore_heads();
		aw_check(&world, with_heads, NULL, &report, &found);
		if (strncmp(found.ptr, want, strlen(want)) != 0 ||
		    (*want == '\0' && report.broken + report.warnings > 0))
			fail_msg("%s: %s instead of %s", rows[i / 2].sql, found.ptr, want);
	}
}

/* … and every line of the file is compared, not the last one only. */
static void
every_head_counts(void **state)
{
	struct app app;
	char first[LINE_ROOM];
	const char *end_of_first;

	(void)state;
	keep_heads();
	end_of_first = strchr(heads_before, '\n');
	assert_non_null(end_of_first);
	for (int is_altered = 0; is_altered < 2; is_altered++) {
		char *digit;

		snprintf(first, sizeof(first), "%.*s\n", (int)(end_of_first - heads_before),
			 heads_before);
		digit = strstr(first, "\"hash\":\"");
		assert_non_null(digit);
		digit += strlen("\"hash\":\"");
		if (is_altered)
			*digit = *digit == '0' ? '1' : '0';
		aw_write_heads(&world, "other words\n", "we");
		aw_write_heads(&world, first, "ae");
		aw_write_heads(&world, end_of_first + 1, "ae");
		aw_copy(&world);
		server_begins(&app);
		assert_int_equal(was_logged("audit.set_back"), is_altered);
		assert_true(was_logged("audit.heads_unreadable"));
		assert_true(was_logged("event=audit.sealed"));
		server_ends(&app);
		restore_heads();
	}
}

static bool
count_refused(const struct audit_row *row, void *arg, struct err *e)
{
	size_t at;

	(void)e;
	assert_true(str_eq_c(row->actor, "unproven"));
	*(int *)arg += str_find(row->detail, STR("{\"count\":3,"), &at)   ? 3
		       : str_find(row->detail, STR("{\"count\":1,"), &at) ? 1
									  : 1000;
	return true;
}

/* However many: one record a reason. */
static void
refusals_are_summed(void **state)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct audit_filter f = {
		.from = INSTANT_MIN, .to = INSTANT_MAX, .actor = STR("unproven")};
	struct err e = ERR_INIT;
	int count = 0;

	(void)state;
	for (int i = 0; i < 3; i++)
		auditor_count(world.s.app.auditor, "call", SIGNATURE_WRONG);
	auditor_count(world.s.app.auditor, "token.issue", SIGNATURE_WRONG);
	aw_seal(&world, 60);
	aw_seal(&world, 61);
	assert_true(store_read(world.s.app.store, &r, &e));
	assert_true(store_audit_each(r, &f, count_refused, &count, &e));
	assert_int_equal(count, 4);
}

/* A record that a trigger swallows is none: what it was about is undone. */
static void
swallowed_records_fail(void **state)
{
	struct store_options o = {.path = world.copy_path, .readers = 1};
	struct audit_row row = {.at = AT(60), .action = STR("a"), .result = STR("ok")};
	struct store *s = NULL;
	struct err e = ERR_INIT;

	(void)state;
	row.actor = STR("ky");
	aw_copy(&world);
	aw_tamper(&world, "CREATE TRIGGER x BEFORE INSERT ON audit"
			  " BEGIN SELECT RAISE(IGNORE); END");
	assert_true(store_open(&o, &s, &e));
	assert_false(store_write(s, job_add, &row, &e));
	assert_int_equal(e.code, STORE_DAMAGED);
	store_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(server_notices),
		cmocka_unit_test(server_notices_at_start),
		cmocka_unit_test(sealed_late),
		cmocka_unit_test(every_head_counts),
		cmocka_unit_test(refusals_are_summed),
		cmocka_unit_test(swallowed_records_fail),
	};

	return cmocka_run_group_tests_name("auditor", tests, begin, end);
}
