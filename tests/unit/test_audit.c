/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The audit trail of a server, sealed twice and continued, in copies of its database: one is
 * left alone, in each other one somebody who may write to the file has been at work, and the
 * check must say what is wrong. Then what prunes.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/encoding.h"
#include "base/log.h"
#include "base/log.h"
#include "tests/unit/audit_world.h"
#include "tests/unit/mutate.h"

static struct audit_world world;
static struct buf logged = BUF_INIT(1 << 16);

static void
hear(struct str line)
{
	buf_clear(&logged);
	buf_add(&logged, str_trim(line));
}

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

static void
untouched(void **state)
{
	AUTO(buf_release) struct buf found = BUF_INIT(65536);
	struct audit_report report;

	(void)state;
	aw_copy(&world);
	aw_check(&world, true, NULL, &report, &found);
	assert_string_equal(found.ptr, "");
	assert_int_equal(report.records, world.base + RECORDS);
	assert_int_equal(report.seals, 2);
	assert_int_equal(report.heads, 2);
	assert_int_equal(report.sealed.id, world.base + SEALED_LAST);
	assert_int_equal(report.unsealed, RECORDS - SEALED_LAST);
	assert_int_equal(report.broken + report.warnings, 0);
}

#define WHOLE 100
#define WITH_KEY 100

struct attack {
	const char *name;
	const char *sql;  /* %d: world.base, any number of times */
	int rechain_from; /* 0: not; WHOLE: from the very first record */
	int forged_seal;  /* 0: none; WITH_KEY: as they were, by the key that seals */
	const char *want; /* the first finding, without heads; "": none */
	const char *want_with_heads;
};

/* B is the number of records before ours: "id = B + 7" */
static const struct attack attacks[] = {
	{"alter one", "UPDATE audit SET actor = 'nobody' WHERE id = B + 7", 0, 0,
	 "altered 7-7\n", NULL},
	{"alter a time", "UPDATE audit SET at = at + 1 WHERE id = B + 7", 0, 0, "altered 7-7\n",
	 NULL},
	{"absent for empty", "UPDATE audit SET object = '' WHERE id = B + 7", 0, 0,
	 "altered 7-7\n", NULL},
	{"text from one column to the next",
	 "UPDATE audit SET actor = 'k', cvr = 'y11111111' WHERE id = B + 7", 0, 0,
	 "altered 7-7\n", NULL},
	{"alter the last", "UPDATE audit SET actor = 'nobody' WHERE id = B + 40", 0, 0,
	 "altered 40-40\n", NULL},
	{"take a hash away", "UPDATE audit SET hash = NULL WHERE id = B + 7", 0, 0,
	 "altered 7-7\n", NULL},
	{"drop one", "DELETE FROM audit WHERE id = B + 7", 0, 0, "missing 7-7\n", NULL},
	{"drop some", "DELETE FROM audit WHERE id > B + 7 AND id < B + 12", 0, 0,
	 "missing 8-11\n", NULL},
	{"drop the first", "DELETE FROM audit WHERE id = 1", 0, 0, NULL, NULL},
	{"drop and close the gap",
	 "DELETE FROM audit WHERE id = B + 7; UPDATE audit SET id = id - 1 WHERE id > B + 7", 0,
	 0, "altered 7-7\n", NULL},
	{"change places",
	 "UPDATE audit SET id = -1 WHERE id = B + 7; UPDATE audit SET id = B + 7"
	 " WHERE id = B + 8; UPDATE audit SET id = B + 8 WHERE id = -1",
	 0, 0, "altered 7-7\n", NULL},
	{"insert one",
	 "UPDATE audit SET id = -id WHERE id > B + 7;"
	 "UPDATE audit SET id = 1 - id WHERE id < 0;"
	 "INSERT INTO audit (id, at, action, result, actor, hash)"
	 " VALUES (B + 8, 1, 'a', 'ok', 'x', zeroblob(32))",
	 0, 0, "altered 8-8\n", NULL},
	{"add one at the end",
	 "INSERT INTO audit (at, action, result, actor, hash)"
	 " VALUES (1, 'a', 'ok', 'x', zeroblob(32))",
	 0, 0, "altered 41-41\n", NULL},
	{"alter and chain anew", "UPDATE audit SET actor = 'nobody' WHERE id = B + 7", 7, 0,
	 "seal-differs 20-20\n", NULL},
	{"drop and chain anew",
	 "DELETE FROM audit WHERE id = B + 7; UPDATE audit SET id = id - 1 WHERE id > B + 7", 7,
	 0, "seal-differs 20-20\n", NULL},
	{"alter, chain anew, drop the seals",
	 "UPDATE audit SET actor = 'nobody' WHERE id = B + 7; DELETE FROM audit_seal", 7, 0, "",
	 "head-differs 20-20\n"},
	{"alter, chain anew, seal by another key",
	 "UPDATE audit SET actor = 'nobody' WHERE id = B + 7; DELETE FROM audit_seal", 7, 20,
	 "key-unknown", "head-differs 20-20\n"},
	/* who can write to the database: seals stand in the way, and are dropped */
	{"rewrite it all", "UPDATE audit SET actor = 'nobody' WHERE actor = 'ky'", WHOLE, 0,
	 "seal-differs 20-20\n", "seal-differs 20-20\n"},
	{"rewrite it all, drop the seals",
	 "UPDATE audit SET actor = 'nobody' WHERE actor = 'ky'; DELETE FROM audit_seal", WHOLE,
	 0, "", "head-differs 20-20\nhead-differs 32-32\n"},
	/* who has the key as well: nothing in the file can say so, what was kept does */
	{"rewrite it all, seal with the key",
	 "UPDATE audit SET actor = 'nobody' WHERE actor = 'ky'; DELETE FROM audit_seal", WHOLE,
	 WITH_KEY, "", "head-differs 20-20\nhead-differs 32-32\n"},
	{"alter the last sealed one, seal with the key",
	 "UPDATE audit SET actor = 'nobody' WHERE id = B + 32;"
	 " DELETE FROM audit_seal WHERE id = B + 32",
	 32, WITH_KEY, "", "head-differs 32-32\n"},
	{"another chain, all of it, sealed with the key",
	 "UPDATE audit_chain SET chain = randomblob(16); DELETE FROM audit_seal", WHOLE,
	 WITH_KEY, "", "head-foreign 20-20\nhead-foreign 32-32\n"},
	{"alter behind a seal, chain anew, drop what came later",
	 "UPDATE audit SET actor = 'nobody' WHERE id = B + 25; DELETE FROM audit_seal"
	 " WHERE id > B + 20",
	 25, 0, "", "head-differs 32-32\n"},
	{"cut off", "DELETE FROM audit WHERE id > B + 36", 0, 0, "cut-off 37-40\n", NULL},
	{"cut off without a trace",
	 "DELETE FROM audit WHERE id > B + 36;"
	 "UPDATE sqlite_sequence SET seq = B + 36 WHERE name = 'audit'",
	 0, 0, "", ""},
	{"cut off what was sealed",
	 "DELETE FROM audit WHERE id > B + 25;"
	 "UPDATE sqlite_sequence SET seq = B + 25 WHERE name = 'audit'",
	 0, 0, "seal-differs 32-32\n", NULL},
	{"cut off with its seals",
	 "DELETE FROM audit WHERE id > B + 25; DELETE FROM audit_seal WHERE id > B + 25;"
	 "UPDATE sqlite_sequence SET seq = B + 25 WHERE name = 'audit'",
	 0, 0, "", "head-differs 32-32\n"},
	{"everything",
	 "DELETE FROM audit; DELETE FROM audit_seal;"
	 "DELETE FROM sqlite_sequence WHERE name = 'audit'",
	 0, 0, "known-unrecorded", "known-unrecorded"},
	{"a seal's hash", "UPDATE audit_seal SET hash = zeroblob(32) WHERE id = B + 20", 0, 0,
	 "seal-forged 20-20\n", NULL},
	{"a seal's place", "UPDATE audit_seal SET id = B + 19 WHERE id = B + 20", 0, 0,
	 "seal-forged 19-19\n", NULL},
	{"a seal made a start", "UPDATE audit_seal SET kind = 2 WHERE id = B + 20", 0, 0,
	 "start-unproven 20-20\n", NULL},
	{"a seal by another key", "SELECT 1", 0, 20, "", NULL},
	{"another chain", "UPDATE audit_chain SET chain = zeroblob(16)", 0, 0, NULL, NULL},
	{"another certificate for a system",
	 "INSERT INTO known (type, id, version, json, at, actor) SELECT type, id, version + 1,"
	 " replace(json, 'KY', 'ky'), at, actor FROM known WHERE type = 'system' AND id = 'KY'"
	 " ORDER BY version DESC LIMIT 1",
	 0, 0, "known-unrecorded system/KY\n", NULL},
	{"a document of long ago",
	 "UPDATE known SET json = replace(json, 'KY', 'ky') WHERE type = 'system' AND id = "
	 "'KY'",
	 0, 0, "known-unrecorded system/KY\n", NULL},
	{"a new system",
	 "INSERT INTO known (type, id, version, json, at, actor)"
	 " VALUES ('system', 'x', 1, '{}', 1, 'cli:root')",
	 0, 0, "known-unrecorded system/x\n", NULL},
	{"a document that is gone",
	 "INSERT INTO known (type, id, version, json, at, actor) SELECT type, id, version + 1,"
	 " NULL, at, actor FROM known WHERE type = 'aftale' LIMIT 1",
	 0, 0, "known-unrecorded aftale/", NULL},
	{"a trigger that swallows what is to come",
	 "CREATE TRIGGER x BEFORE INSERT ON audit WHEN NEW.actor = 'ky'"
	 " BEGIN SELECT RAISE(IGNORE); END",
	 0, 0, "foreign-code", NULL},
	{"a view in the way", "CREATE VIEW audit_view AS SELECT 1", 0, 0, "foreign-code", NULL},
	{"a seal of another chain",
	 "UPDATE audit_seal SET chain = zeroblob(16) WHERE id = B + 20", 0, 0,
	 "seal-foreign 20-20\n", NULL},
};

static void
run_attack(const struct attack *x, bool with_heads, const char *want)
{
	AUTO(buf_release) struct buf found = BUF_INIT(65536);
	struct audit_report report;
	char text[1000];

	aw_copy(&world);
	aw_fill(&world, x->sql, text, sizeof(text));
	aw_tamper(&world, text);
	if (x->rechain_from)
		aw_rechain(&world, x->rechain_from == WHOLE ? 1 : world.base + x->rechain_from);
	if (x->forged_seal == WITH_KEY) {
		aw_forge(&world, SEAL_HEAD, world.base + SEALED_FIRST, world.s.g.sts);
		aw_forge(&world, SEAL_HEAD, world.base + SEALED_LAST, world.s.g.sts);
	} else if (x->forged_seal)
		aw_forge(&world, SEAL_HEAD, world.base + x->forged_seal, world.s.g.ky);
	aw_check(&world, with_heads, NULL, &report, &found);
	if (!want && report.broken == 0)
		fail_msg("%s: unnoticed", x->name);
	if (want && *want == '\0' && report.broken > 0)
		fail_msg("%s: %s", x->name, found.ptr);
	if (want && strncmp(found.ptr, want, strlen(want)) != 0)
		fail_msg("%s: %s instead of %s", x->name, found.ptr, want);
}

static void
attacked(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(attacks); i++)
		run_attack(&attacks[i], false, attacks[i].want);
}

/* What nothing in the database can tell is told by a head that was kept outside. */
static void
attacked_with_heads(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(attacks); i++)
		if (attacks[i].want_with_heads)
			run_attack(&attacks[i], true, attacks[i].want_with_heads);
}

static void
heads(void **state)
{
	AUTO(buf_release) struct buf found = BUF_INIT(65536), all = BUF_INIT(65536);
	struct audit_report report;
	struct audit_head head = {.id = world.base + 5};
	char line[4096];
	FILE *f = fopen(world.heads_path, "re");

	(void)state;
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		buf_add_c(&all, line);
	fclose(f);
	buf_add_char(&all, '\0');
	aw_copy(&world);
	/* what a log has besides does not matter */
	aw_write_heads(&world, "{\"event\":\"ready\"}\nother words\n", "ae");
	aw_check(&world, true, NULL, &report, &found);
	assert_string_equal(found.ptr, "");
	/* twice the same: the file begins anew, as after an older copy was brought back */
	aw_write_heads(&world, all.ptr, "ae");
	buf_clear(&found);
	aw_check(&world, true, NULL, &report, &found);
	assert_string_equal(strncmp(found.ptr, "set-back", 8) == 0 ? "" : found.ptr, "");
	/* one that somebody remembers, and remembers wrongly */
	aw_write_heads(&world, all.ptr, "we");
	buf_clear(&found);
	aw_check(&world, true, &head, &report, &found);
	assert_string_equal(found.ptr, "head-differs 5-5\n");
	head.id = world.base + RECORDS + 1;
	buf_clear(&found);
	aw_check(&world, true, &head, &report, &found);
	assert_int_equal(report.broken, 1);
	/* a signature that is none */
	aw_write_heads(&world, all.ptr, "we");
	f = fopen(world.heads_path, "r+e");
	assert_non_null(f);
	fseek(f, (long)(strstr(all.ptr, "\"sealed\":\"20") - all.ptr) + 12, SEEK_SET);
	fputs("9", f);
	fclose(f);
	buf_clear(&found);
	aw_check(&world, true, NULL, &report, &found);
	assert_string_equal(found.ptr, "head-forged 20-20\n");
	aw_write_heads(&world, all.ptr, "we");
}

/* A seal as a line of each kind of log, and what is not quite one. */
static void
lines_of_logs(void **state)
{
	static const struct {
		const char *name, *find, *with;
		bool is_read;
	} rows[] = {
		{"as it is", NULL, NULL, true},
		{"of a collector", "time=", "Nov 25 00:00:01 host sluse[7]: <6>time=", true},
		{"more words", " req=", " x req=", true},
		{"no id", " id=", " di=", false},
		{"twice an id", " id=", " id=1 id=", false},
		{"half a hash", " hash=", " hash=00 ash=", false},
		{"no signature", " signature=", " s=", false},
		{"no time", " sealed=", " s=", false},
	};
	AUTO(arena_freep) struct arena *a = arena_new();
	struct audit_seal s = {.kind = SEAL_HEAD, .head.id = 7, .at = AT(7)}, out;
	struct err e = ERR_INIT;

	(void)state;
	assert_true(audit_seal_sign(world.s.g.sts, &s, &e));
	for (int json = 0; json < 2; json++) {
		log_setup(LOG_LEVEL_INFO, json ? LOG_FORMAT_JSON : LOG_FORMAT_TEXT, false);
		log_set_sink(hear);
		audit_seal_log(&s, a);
		log_set_sink(NULL);
		log_setup(LOG_LEVEL_INFO, LOG_FORMAT_TEXT, false);
		assert_true(audit_seal_is_line(buf_str(&logged)));
		if (!audit_seal_read(buf_str(&logged), a, &out, &e))
			fail_msg("%s: %.*s", e.detail, STR_ARG(buf_str(&logged)));
		assert_memory_equal(&out, &s, sizeof(s));
		assert_int_equal(audit_seal_judge(&out, &world.keys), SEAL_GOOD);
	}
	log_set_sink(hear);
	audit_seal_log(&s, a);
	log_set_sink(NULL);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str text = arena_printf(a, STR_FMT " req=1", STR_ARG(buf_str(&logged)));

		err_clear(&e);
		if (rows[i].find)
			text = mutate(a, text, rows[i].find, rows[i].with);
		assert_true(audit_seal_is_line(text));
		if (audit_seal_read(text, a, &out, &e) != rows[i].is_read)
			fail_msg("%s", rows[i].name);
	}
	assert_false(audit_seal_is_line(STR("time=x event=ready x=event=audit.sealed")));
	buf_release(&logged);
}

/* What peers write into a log is no seal, wherever in its lines it stands. */
static void
words_of_peers(void **state)
{
	static const char seal[] = "x event=audit.sealed id=1 y";
	AUTO(buf_release) struct buf all = BUF_INIT(1024 * 1024);
	AUTO(buf_release) struct buf found = BUF_INIT(65536);
	struct audit_report report;

	(void)state;
	aw_copy(&world);
	for (int json = 0; json < 2; json++) {
		log_setup(LOG_LEVEL_INFO, json ? LOG_FORMAT_JSON : LOG_FORMAT_TEXT, false);
		log_set_sink(hear);
		LOG(LOG_LEVEL_INFO, "token.refused", LF_C("applies_to", seal));
		buf_add(&all, buf_str(&logged));
		buf_add_char(&all, '\n');
		LOG(LOG_LEVEL_INFO, "token.refused", LF_C("applies_to", "audit.sealed"));
		buf_add(&all, buf_str(&logged));
		buf_add_char(&all, '\n');
		log_set_sink(NULL);
		log_setup(LOG_LEVEL_INFO, LOG_FORMAT_TEXT, false);
	}
	/* and at each place near where a line that is too long is cut */
	for (int at = 8160; at < 8192; at++)
		buf_printf(&all, "time=x level=info event=call.refused detail=\"%*s%s\"\n",
			   at - 44, "", seal);
	buf_add_char(&all, '\0');
	assert_false(all.over);
	aw_write_heads(&world, all.ptr, "we");
	aw_check(&world, true, NULL, &report, &found);
	assert_string_equal(found.ptr, "");
	assert_int_equal(report.heads, 0);
	buf_release(&logged);
}

/* ---- pruning ---- */

static void
pruned_by(const struct signer *by, const char *want)
{
	AUTO(buf_release) struct buf found = BUF_INIT(65536);
	struct audit_report report;
	char text[200];

	aw_copy(&world);
	aw_tamper(&world, "SELECT 1");
	aw_forge(&world, SEAL_START, world.base + 25, by);
	snprintf(text, sizeof(text), "DELETE FROM audit WHERE id <= %" PRId64, world.base + 25);
	aw_tamper(&world, text);
	aw_check(&world, true, NULL, &report, &found);
	assert_string_equal(found.ptr, want);
	assert_int_equal(report.first, world.base + 26);
	assert_int_equal(report.records, RECORDS - 25);
	/* the seal over 20 has nothing left to be compared with */
	assert_int_equal(report.heads_older, 1);
}

static void
pruning(void **state)
{
	(void)state;
	pruned_by(world.s.g.sts, "");
	pruned_by(world.s.g.ky, "start-unproven 25-25\n");
}

static bool
job_prune(struct tx *tx, void *arg, struct err *e)
{
	return store_audit_prune(tx, 7, arg, e);
}

/* Nothing before a start, everything up to one, and the chain goes on behind it. */
static void
rows_are_removed(void **state)
{
	struct store_options o = {.path = world.copy_path, .readers = 1};
	struct store *s = NULL;
	struct err e = ERR_INIT;
	int64_t removed, total = 0;
	AUTO(buf_release) struct buf found = BUF_INIT(65536);
	struct audit_report report;

	(void)state;
	aw_copy(&world);
	assert_true(store_open(&o, &s, &e));
	assert_true(store_write(s, job_prune, &removed, &e));
	assert_int_equal(removed, 0);
	store_close(s);
	aw_forge(&world, SEAL_START, world.base + 25, world.s.g.sts);
	aw_check(&world, false, NULL, &report, &found);
	assert_string_equal(found.ptr, "");
	assert_true(report.is_half_pruned);
	assert_true(store_open(&o, &s, &e));
	do {
		assert_true(store_write(s, job_prune, &removed, &e));
		total += removed;
	} while (removed > 0);
	/* the records, and the seal that lies before */
	assert_int_equal(total, world.base + 25 + 1);
	store_close(s);
	buf_clear(&found);
	aw_check(&world, false, NULL, &report, &found);
	assert_string_equal(found.ptr, "");
	assert_false(report.is_half_pruned);
	assert_int_equal(report.seals, 1);
}

/* Every finding has its name and its text. */
static void
findings_have_texts(void **state)
{
	(void)state;
	for (int i = 0; i < AUDIT_PROBLEM_COUNT; i++) {
		assert_non_null(audit_problem_rows[i].name);
		assert_non_null(audit_problem_rows[i].text);
	}
	assert_string_equal(err_row(AUDIT_BROKEN)->code, "11");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(untouched),
		cmocka_unit_test(attacked),
		cmocka_unit_test(attacked_with_heads),
		cmocka_unit_test(heads),
		cmocka_unit_test(lines_of_logs),
		cmocka_unit_test(pruning),
		cmocka_unit_test(rows_are_removed),
		cmocka_unit_test(findings_have_texts),
		/* leaves another file of heads behind */
		cmocka_unit_test(words_of_peers),
	};

	return cmocka_run_group_tests_name("audit", tests, begin, end);
}
