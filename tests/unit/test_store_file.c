/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file of the SQLite store: what is refused, what is brought up to date, what is kept. */
#include <fcntl.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "store/audit.h"
#include "store/objects.h"
#include "tests/unit/store_cases.h"

/* ---- files that are refused ---- */

static void
script(const struct store_options *o, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(o->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
assert_refused(const struct store_options *o, enum err_code want, const char *name)
{
	struct err e = ERR_INIT;
	struct store *s = NULL;

	if (store_open(o, &s, &e)) {
		store_close(s);
		fail_msg("%s was opened", name);
	}
	if (e.code != want)
		fail_msg("%s: %s (%s)", name, err_row(e.code)->name, e.detail);
}

static void
damaged_files(void **state)
{
	struct store_options o = store_fresh_options("damaged");
	static const struct {
		const char *name;
		off_t keep; /* of the size, per cent; -1: overwrite instead */
		off_t at;
	} rows[] = {
		{"empty", 0, 0},
		{"cut in half", 50, 0},
		{"last page torn", 99, 0},
		{"first bytes", -1, 0},
		{"page of the schema", -1, 100},
		{"a page in the middle", -1, 20 * 4096},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char junk[512];
		struct stat st;
		int fd;

		store_remove(&o);
		store_probe_file(&o);
		assert_int_equal(stat(o.path, &st), 0);
		assert_true(st.st_size > 30 * 4096);
		memset(junk, 0xa5, sizeof(junk));
		fd = open(o.path, O_WRONLY);
		if (rows[i].keep >= 0)
			assert_int_equal(ftruncate(fd, st.st_size * rows[i].keep / 100), 0);
		else
			assert_int_equal(pwrite(fd, junk, sizeof(junk), rows[i].at),
					 sizeof(junk));
		close(fd);
		assert_refused(&o, STORE_DAMAGED, rows[i].name);
	}
	store_remove(&o);
}

static void
foreign_and_newer_files(void **state)
{
	struct store_options o = store_fresh_options("newer"), no_create = o, reader = o;
	struct err e = ERR_INIT;
	struct store *s;

	(void)state;
	no_create.create = false;
	reader.read_only = true;
	assert_refused(&no_create, STORE_UNAVAILABLE, "a file that is not there");
	assert_refused(&reader, STORE_UNAVAILABLE, "a file that is not there, to read");
	store_probe_file(&o);
	script(&o, "PRAGMA user_version=9999");
	assert_refused(&o, STORE_NEWER, "a newer file");
	assert_refused(&reader, STORE_NEWER, "a newer file, to read");
	store_remove(&o);
	script(&o, "CREATE TABLE other (a)");
	assert_refused(&o, STORE_DAMAGED, "a foreign database");
	store_remove(&o);
	/* as a crash right after the making of the file leaves it */
	script(&o, "PRAGMA journal_mode=WAL");
	assert_refused(&no_create, STORE_DAMAGED, "a file without tables");
	assert_true(store_open(&o, &s, &e));
	store_close(s);
	store_remove(&o);
	o.path = "build";
	assert_refused(&o, STORE_UNAVAILABLE, "a folder");
	o.path = "build/no/such/folder/x.db";
	assert_refused(&o, STORE_UNAVAILABLE, "a folder that is not there");
}

static void
file_is_private(void **state)
{
	struct store_options o = store_fresh_options("mode");
	struct err e = ERR_INIT;
	struct store *s;
	struct stat st;
	char path[300];

	(void)state;
	umask(0);
	assert_true(store_open(&o, &s, &e));
	assert_int_equal(stat(o.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	snprintf(path, sizeof(path), "%s-wal", o.path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	umask(022);
	store_close(s);
	/* as a careless restore leaves it */
	assert_int_equal(chmod(o.path, 0646), 0);
	assert_true(store_open(&o, &s, &e));
	assert_int_equal(stat(o.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	store_close(s);
	store_remove(&o);
}

/* ---- what the file itself refuses ---- */

static void
history_cannot_be_changed(void **state)
{
	static const char *const tries[] = {
		"UPDATE known SET json = 'x'",
		"DELETE FROM known",
		"INSERT OR REPLACE INTO known SELECT * FROM known",
		"UPDATE audit SET actor = 'x'",
		"DELETE FROM audit",
		/* the first one lies before the start of the chain */
		"DELETE FROM audit WHERE id = 2",
		"INSERT INTO audit (at, action, result, actor) VALUES (1, 'a', 'ok', 'x')",
		"UPDATE audit_seal SET hash = x'02'",
		"DELETE FROM audit_seal",
		"DELETE FROM audit_seal WHERE kind = 2",
		"INSERT OR REPLACE INTO audit_seal SELECT * FROM audit_seal",
		"UPDATE audit_chain SET chain = x'00'",
		"DELETE FROM audit_chain",
		"INSERT INTO audit_chain VALUES (x'00')",
		"INSERT OR REPLACE INTO audit SELECT * FROM audit",
		"REPLACE INTO known (type, id, version, json, at, actor)"
		" SELECT type, id, version, 'x', at, actor FROM known",
		"UPDATE registration SET content = x'00'",
		"UPDATE registration SET at = 1",
		"DELETE FROM registration",
		"INSERT OR REPLACE INTO registration SELECT * FROM registration",
		"REPLACE INTO registration (object, at, state, content)"
		" SELECT object, at, state, x'00' FROM registration",
		/* to erase one object opens no other */
		"INSERT INTO erasing VALUES (9); DELETE FROM registration WHERE object = 1",
		/* nor is one erased that nobody has written down */
		"INSERT INTO erasing VALUES (1)",
		"UPDATE erasure SET reason = 'x'",
		"DELETE FROM erasure",
		"INSERT OR REPLACE INTO erasure SELECT * FROM erasure",
	};
	struct store_options o = store_fresh_options("keep");
	sqlite3 *db;

	(void)state;
	store_probe_file(&o);
	script(&o,
	       "INSERT INTO audit (at, action, result, actor, hash)"
	       " VALUES (1, 'a', 'ok', 'x', zeroblob(32)), (2, 'b', 'ok', 'x', zeroblob(32));"
	       "INSERT INTO audit_seal VALUES (1, 1, x'01', x'01', 1, x'01', 'a', x'01');"
	       "INSERT INTO audit_seal VALUES (2, 1, x'01', x'01', 1, x'01', 'a', x'01');"
	       "INSERT INTO registration (object, at, state, content)"
	       " VALUES (1, 1, 1, x'01');"
	       "INSERT INTO erasure (cvr, kind, uuid, at, reason, actor)"
	       " VALUES (11111111, 1, x'01', 1, 'anonymiser', 'x');");
	assert_int_equal(sqlite3_open(o.path, &db), SQLITE_OK);
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		if (sqlite3_exec(db, tries[i], NULL, NULL, NULL) != SQLITE_CONSTRAINT)
			fail_msg("done: %s", tries[i]);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	store_remove(&o);
}

/* ---- older files are brought up to date, and nothing is lost by it ---- */

/* what the fourth schema brought, taken back */
#define UNCHAIN                                                                                \
	"DROP TRIGGER audit_keep_d; DROP TRIGGER audit_is_chained;"                            \
	"DROP TABLE audit_chain; DROP TABLE audit_seal;"                                       \
	"ALTER TABLE audit DROP COLUMN hash; ALTER TABLE audit DROP COLUMN service;"           \
	"CREATE TRIGGER audit_keep_d BEFORE DELETE ON audit"                                   \
	" BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;"

static bool
fits(const struct audit_row *row, const uint8_t want[AUDIT_HASH_BYTES], void *arg,
     struct err *e)
{
	(void)e;
	assert_int_equal(row->hash.len, AUDIT_HASH_BYTES);
	assert_memory_equal(row->hash.ptr, want, AUDIT_HASH_BYTES);
	assert_true(row->id == ++*(int *)arg);
	return true;
}

static void
assert_chained(struct store *s, int want)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct audit_start start;
	struct err e = ERR_INIT;
	int count = 0;

	assert_true(store_read(s, &r, &e));
	assert_true(store_audit_start(r, &start, &e));
	assert_false(start.is_pruned);
	assert_true(store_audit_walk(r, &start.head, 0, fits, &count, &e));
	assert_int_equal(count, want);
}

static void
older_file(void **state)
{
	struct store_options o = store_fresh_options("older"), reader = o;
	struct err e = ERR_INIT;
	struct store *s;

	(void)state;
	reader.read_only = true;
	store_probe_file(&o);
	/* as the first schema left it */
	script(&o, "DROP TABLE registration; DROP TABLE object; DROP TABLE object_value;"
		   "DROP TABLE object_listed; DROP TABLE erasing; DROP TABLE erasure;"
		   "DROP TRIGGER known_keep_i; DROP TRIGGER audit_keep_i;" UNCHAIN
		   "DROP TABLE draft; DROP TABLE draft_edit; DROP TABLE publication;"
		   "DROP TABLE publication_object;"
		   "DROP TABLE import_run; DROP TABLE import_note; DROP TABLE import_object;"
		   "DROP TABLE import_match;"
		   "DROP INDEX audit_object; CREATE INDEX audit_object ON audit (object);"
		   "CREATE INDEX replay_until ON replay (until);"
		   "INSERT INTO audit (at, action, result, actor, cvr, detail) VALUES"
		   " (7, 'known.put', 'ok', 'cli:root', NULL, '{}'),"
		   " (8, 'token.issue', 'ok', 'ky', '11111111', NULL),"
		   " (9, 'token.issue', 'SIGNATURE_WRONG', 'ky', '', '');"
		   "PRAGMA user_version=1");
	assert_refused(&reader, STORE_OLDER, "an older file, to read");
	assert_true(store_open(&o, &s, &e));
	assert_int_equal(store_probe_count(s), 40);
	store_close(s);
	script(&o, "SELECT * FROM registration, object, object_value, object_listed, erasure,"
		   " draft, draft_edit, publication, publication_object,"
		   " import_run, import_note, import_object, import_match");
	assert_true(store_open(&reader, &s, &e));
	assert_int_equal(store_probe_count(s), 40);
	assert_chained(s, 3);
	store_close(s);
	store_remove(&o);
}

/* ---- what can be searched for without reading it all ---- */

static void
assert_uses(sqlite3 *db, const char *condition, const char *index)
{
	char sql[200];
	sqlite3_stmt *st;

	snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN SELECT * FROM audit WHERE %s",
		 condition);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	if (!strstr((const char *)sqlite3_column_text(st, 3), index))
		fail_msg("%s: %s", condition, sqlite3_column_text(st, 3));
	sqlite3_finalize(st);
}

static void
audit_searches(void **state)
{
	struct store_options o = store_fresh_options("searches");
	sqlite3 *db;

	(void)state;
	store_probe_file(&o);
	assert_int_equal(sqlite3_open(o.path, &db), SQLITE_OK);
	assert_uses(db, "at >= ?1 AND at < ?2", "audit_at");
	assert_uses(db, "id > ?1 AND object = ?2 ORDER BY id LIMIT ?3", "audit_object");
	assert_uses(db, "id > ?1 AND request_id = ?2 ORDER BY id LIMIT ?3", "audit_request");
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	store_remove(&o);
}

/* ---- what was erased ---- */

static bool
job_make(struct tx *tx, void *arg, struct err *e)
{
	struct object_new n = {.key = {STR("11111111"), 1, {{7}}},
			       .at = *(instant *)arg,
			       .state = 2,
			       .content = STR("a secret that the law wants gone")};

	return objects_append(tx, &n, e);
}

static bool
job_purge(struct tx *tx, void *arg, struct err *e)
{
	struct object_erasure x = {
		{STR("11111111"), 1, {{7}}}, STR("fysiskslet"), STR("sys"), 9};
	size_t count;

	(void)arg;
	return objects_purge(tx, &x, &count, e);
}

static bool
job_nothing(struct tx *tx, void *arg, struct err *e)
{
	(void)tx, (void)arg, (void)e;
	return true;
}

static bool
holds_secret(const struct store_options *o)
{
	static char bytes[1 << 20];
	bool found = false;

	for (int i = 0; i < 2; i++) {
		char path[320];
		size_t n, at;
		FILE *f;

		snprintf(path, sizeof(path), "%s%s", o->path, i ? "-wal" : "");
		f = fopen(path, "rb");
		if (!f)
			continue;
		n = fread(bytes, 1, sizeof(bytes), f);
		fclose(f);
		found |= str_find(str_of(bytes, n), STR("the law wants gone"), &at);
	}
	return found;
}

/* What is erased leaves the file and its journal: at once, or as soon as nobody reads there. */
static void
erased_is_gone(void **state)
{
	struct store_options o = store_fresh_options("erased");
	struct reading *r;
	struct err e = ERR_INIT;
	struct store *s;

	(void)state;
	assert_true(store_open(&o, &s, &e));
	for (instant at = 1; at < 4; at++)
		assert_true(store_write(s, job_make, &at, &e));
	assert_true(holds_secret(&o));
	assert_true(store_write(s, job_purge, NULL, &e));
	assert_false(holds_secret(&o));

	assert_true(store_write(s, job_make, &(instant){5}, &e));
	assert_true(store_read(s, &r, &e));
	assert_true(store_write(s, job_purge, NULL, &e));
	assert_true(holds_secret(&o));
	store_read_end(r);
	assert_true(store_write(s, job_nothing, NULL, &e));
	assert_false(holds_secret(&o));
	store_close(s);
	store_remove(&o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(damaged_files),   cmocka_unit_test(foreign_and_newer_files),
		cmocka_unit_test(file_is_private), cmocka_unit_test(history_cannot_be_changed),
		cmocka_unit_test(older_file),      cmocka_unit_test(audit_searches),
		cmocka_unit_test(erased_is_gone),
	};

	return cmocka_run_group_tests_name("store_file", tests, NULL, NULL);
}
