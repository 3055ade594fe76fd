/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The schema of the SQLite store as a list of steps, and what is done with a file at open:
 * a fresh one gets all steps, an older one those that it lacks, a newer, foreign or damaged
 * one is refused. What was known and what was audited can only be added to: triggers refuse
 * to change or remove a row, whoever asks.
 */
#include "store/audit.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "crypto/digest.h"
#include "store/internal.h"

/* "SLUS": tells our files from other SQLite databases. */
#define APPLICATION_ID 1397511507
/* Up to this size every page is looked at when the file is opened; some 40 ms. */
#define QUICK_CHECK_MAX_BYTES (32 * 1024 * 1024)

static const char core[] =
	"CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
	"INSERT INTO meta VALUES ('generation', 1);"

	"CREATE TABLE known ("
	" seq INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, id TEXT NOT NULL,"
	" version INTEGER NOT NULL, json TEXT, at INTEGER NOT NULL, actor TEXT NOT NULL,"
	" UNIQUE (type, id, version));"
	"CREATE TRIGGER known_keep_u BEFORE UPDATE ON known"
	" BEGIN SELECT RAISE(ABORT, 'known is append-only'); END;"
	"CREATE TRIGGER known_keep_d BEFORE DELETE ON known"
	" BEGIN SELECT RAISE(ABORT, 'known is append-only'); END;"

	"CREATE TABLE audit ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, action TEXT NOT NULL,"
	" result TEXT NOT NULL, actor TEXT NOT NULL, cvr TEXT, object TEXT, request_id TEXT,"
	" detail TEXT);"
	"CREATE INDEX audit_at ON audit (at);"
	"CREATE INDEX audit_object ON audit (object);"
	"CREATE INDEX audit_request ON audit (request_id);"
	"CREATE TRIGGER audit_keep_u BEFORE UPDATE ON audit"
	" BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;"
	"CREATE TRIGGER audit_keep_d BEFORE DELETE ON audit"
	" BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;"

	"CREATE TABLE replay (key BLOB PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE INDEX replay_until ON replay (until);"

	"CREATE TABLE state ("
	" bucket TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, until INTEGER NOT NULL,"
	" UNIQUE (bucket, key));"
	"CREATE INDEX state_until ON state (until);"

	"CREATE TABLE event ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, key TEXT NOT NULL,"
	" payload BLOB, at INTEGER NOT NULL);";

/*
 * Registry objects (objects.h). registration is append-only but for lawful erasure: while an
 * object is named in erasing, which is so only inside a transaction that adds to erasure.
 */
static const char objects[] =
	"CREATE TABLE object ("
	" id INTEGER PRIMARY KEY, cvr INTEGER NOT NULL, kind INTEGER NOT NULL,"
	" uuid BLOB NOT NULL, at INTEGER NOT NULL, state INTEGER NOT NULL,"
	" latest INTEGER NOT NULL, UNIQUE (cvr, kind, uuid));"
	"CREATE TABLE registration ("
	" id INTEGER PRIMARY KEY, object INTEGER NOT NULL, at INTEGER NOT NULL,"
	" state INTEGER NOT NULL, user BLOB, content BLOB NOT NULL, UNIQUE (object, at));"
	"CREATE TABLE object_value ("
	" object INTEGER NOT NULL, field INTEGER NOT NULL, value BLOB NOT NULL,"
	" record INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL,"
	" cvr INTEGER NOT NULL, PRIMARY KEY (object, field, value, record, start))"
	" WITHOUT ROWID;"
	"CREATE INDEX object_by_value"
	" ON object_value (field, value, cvr, object, record, start, stop);"
	"CREATE TABLE object_listed ("
	" cvr INTEGER NOT NULL, kind INTEGER NOT NULL, uuid BLOB NOT NULL,"
	" start INTEGER NOT NULL, stop INTEGER NOT NULL, active INTEGER NOT NULL,"
	" registration INTEGER NOT NULL, PRIMARY KEY (cvr, kind, uuid, start)) WITHOUT ROWID;"
	"CREATE TABLE erasing (object INTEGER PRIMARY KEY);"
	"CREATE TABLE erasure ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT, cvr INTEGER NOT NULL, kind INTEGER NOT NULL,"
	" uuid BLOB NOT NULL, at INTEGER NOT NULL, reason TEXT NOT NULL, actor TEXT NOT NULL);"
	"CREATE TRIGGER registration_keep_u BEFORE UPDATE ON registration"
	" WHEN NOT EXISTS (SELECT 1 FROM erasing WHERE object = OLD.object)"
	" BEGIN SELECT RAISE(ABORT, 'registration is append-only'); END;"
	"CREATE TRIGGER registration_keep_d BEFORE DELETE ON registration"
	" WHEN NOT EXISTS (SELECT 1 FROM erasing WHERE object = OLD.object)"
	" BEGIN SELECT RAISE(ABORT, 'registration is append-only'); END;"
	"CREATE TRIGGER erasure_keep_u BEFORE UPDATE ON erasure"
	" BEGIN SELECT RAISE(ABORT, 'erasure is append-only'); END;"
	"CREATE TRIGGER erasure_keep_d BEFORE DELETE ON erasure"
	" BEGIN SELECT RAISE(ABORT, 'erasure is append-only'); END;";

/*
 * INSERT OR REPLACE removes the row that is in its way, and asks the triggers above only where
 * the connection was told to. And an object may be named in erasing only once its erasure has
 * been written down.
 */
static const char no_replace[] =
	"CREATE TRIGGER known_keep_i BEFORE INSERT ON known"
	" WHEN EXISTS (SELECT 1 FROM known WHERE seq = NEW.seq) OR EXISTS"
	" (SELECT 1 FROM known WHERE type = NEW.type AND id = NEW.id AND version = NEW.version)"
	" BEGIN SELECT RAISE(ABORT, 'known is append-only'); END;"
	"CREATE TRIGGER audit_keep_i BEFORE INSERT ON audit"
	" WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)"
	" BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;"
	"CREATE TRIGGER registration_keep_i BEFORE INSERT ON registration"
	" WHEN EXISTS (SELECT 1 FROM registration WHERE id = NEW.id) OR EXISTS"
	" (SELECT 1 FROM registration WHERE object = NEW.object AND at = NEW.at)"
	" BEGIN SELECT RAISE(ABORT, 'registration is append-only'); END;"
	"CREATE TRIGGER erasure_keep_i BEFORE INSERT ON erasure"
	" WHEN EXISTS (SELECT 1 FROM erasure WHERE id = NEW.id)"
	" BEGIN SELECT RAISE(ABORT, 'erasure is append-only'); END;"
	"CREATE TRIGGER erasing_is_recorded BEFORE INSERT ON erasing"
	" WHEN NOT EXISTS (SELECT 1 FROM object o JOIN erasure e ON e.cvr = o.cvr"
	"  AND e.kind = o.kind AND e.uuid = o.uuid WHERE o.id = NEW.object)"
	" BEGIN SELECT RAISE(ABORT, 'an erasure is recorded first'); END;"
	"CREATE INDEX erasure_of ON erasure (cvr, kind, uuid);";

/*
 * The audit trail becomes a chain (audit.h): every record has its hash, and only what lies at
 * or before a start of the chain may go. The triggers stop accidents; what stops an insider is
 * that a start is signed.
 */
static const char chain[] =
	"ALTER TABLE audit ADD COLUMN service TEXT;"
	"ALTER TABLE audit ADD COLUMN hash BLOB;"
	"CREATE TABLE audit_chain (chain BLOB NOT NULL);"
	"CREATE TABLE audit_seal ("
	" kind INTEGER NOT NULL, id INTEGER NOT NULL, chain BLOB NOT NULL, hash BLOB NOT NULL,"
	" at INTEGER NOT NULL, cert BLOB NOT NULL, algorithm TEXT NOT NULL,"
	" signature BLOB NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;"
	"DROP TRIGGER audit_keep_u;"
	"DROP TRIGGER audit_keep_d;";
/* … once the chain is begun */
static const char chain_kept[] =
	"CREATE TRIGGER audit_keep_u BEFORE UPDATE ON audit"
	" BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;"
	"CREATE TRIGGER audit_keep_d BEFORE DELETE ON audit"
	" WHEN NOT EXISTS (SELECT 1 FROM audit_seal WHERE kind = 2 AND id >= OLD.id)"
	" BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;"
	"CREATE TRIGGER audit_is_chained BEFORE INSERT ON audit"
	" WHEN length(NEW.hash) IS NOT 32"
	" BEGIN SELECT RAISE(ABORT, 'a record has its hash'); END;"
	"CREATE TRIGGER audit_chain_keep_i BEFORE INSERT ON audit_chain"
	" BEGIN SELECT RAISE(ABORT, 'there is one chain'); END;"
	"CREATE TRIGGER audit_chain_keep_u BEFORE UPDATE ON audit_chain"
	" BEGIN SELECT RAISE(ABORT, 'there is one chain'); END;"
	"CREATE TRIGGER audit_chain_keep_d BEFORE DELETE ON audit_chain"
	" BEGIN SELECT RAISE(ABORT, 'there is one chain'); END;"
	"CREATE TRIGGER audit_seal_keep_u BEFORE UPDATE ON audit_seal"
	" BEGIN SELECT RAISE(ABORT, 'seals are append-only'); END;"
	"CREATE TRIGGER audit_seal_keep_d BEFORE DELETE ON audit_seal"
	" WHEN NOT EXISTS (SELECT 1 FROM audit_seal WHERE kind = 2 AND id > OLD.id)"
	" BEGIN SELECT RAISE(ABORT, 'seals are append-only'); END;"
	"CREATE TRIGGER audit_seal_keep_i BEFORE INSERT ON audit_seal"
	" WHEN EXISTS (SELECT 1 FROM audit_seal WHERE kind = NEW.kind AND id = NEW.id)"
	" BEGIN SELECT RAISE(ABORT, 'seals are append-only'); END;";

/*
 * An authority's own work (drafts.h). Drafts are working papers and go; publications stay, and
 * what they name is where registrations are.
 */
static const char drafts[] =
	"CREATE TABLE draft ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT, cvr INTEGER NOT NULL, title TEXT NOT NULL,"
	" source TEXT NOT NULL, actor TEXT NOT NULL, made INTEGER NOT NULL,"
	" changed INTEGER NOT NULL, state INTEGER NOT NULL, publication INTEGER NOT NULL,"
	" progress BLOB);"
	"CREATE INDEX draft_of ON draft (cvr, id);"
	"CREATE TABLE draft_edit ("
	" draft INTEGER NOT NULL, kind INTEGER NOT NULL, uuid BLOB NOT NULL,"
	" seq INTEGER NOT NULL, op INTEGER NOT NULL, base INTEGER NOT NULL,"
	" day INTEGER NOT NULL, content BLOB, PRIMARY KEY (draft, kind, uuid, seq))"
	" WITHOUT ROWID;"
	"CREATE TABLE publication ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT, cvr INTEGER NOT NULL, number INTEGER NOT NULL,"
	" at INTEGER NOT NULL, virkning INTEGER NOT NULL, actor TEXT NOT NULL,"
	" source TEXT NOT NULL, title TEXT NOT NULL, draft INTEGER NOT NULL,"
	" undone INTEGER NOT NULL, undone_to INTEGER NOT NULL, objects INTEGER NOT NULL,"
	" stream INTEGER NOT NULL, counts TEXT NOT NULL, hash BLOB NOT NULL,"
	" UNIQUE (cvr, number));"
	"CREATE TABLE publication_object ("
	" publication INTEGER NOT NULL, kind INTEGER NOT NULL, uuid BLOB NOT NULL,"
	" owner INTEGER NOT NULL, changes INTEGER NOT NULL, before INTEGER NOT NULL,"
	" after INTEGER NOT NULL, digest BLOB NOT NULL,"
	" PRIMARY KEY (publication, kind, uuid, owner)) WITHOUT ROWID;"
	"CREATE TRIGGER publication_keep_u BEFORE UPDATE ON publication"
	" BEGIN SELECT RAISE(ABORT, 'publication is append-only'); END;"
	"CREATE TRIGGER publication_keep_d BEFORE DELETE ON publication"
	" BEGIN SELECT RAISE(ABORT, 'publication is append-only'); END;"
	"CREATE TRIGGER publication_keep_i BEFORE INSERT ON publication"
	" WHEN EXISTS (SELECT 1 FROM publication WHERE id = NEW.id) OR EXISTS"
	" (SELECT 1 FROM publication WHERE cvr = NEW.cvr AND number = NEW.number)"
	" BEGIN SELECT RAISE(ABORT, 'publication is append-only'); END;"
	"CREATE TRIGGER publication_object_keep_u BEFORE UPDATE ON publication_object"
	" BEGIN SELECT RAISE(ABORT, 'publication is append-only'); END;"
	"CREATE TRIGGER publication_object_keep_d BEFORE DELETE ON publication_object"
	" BEGIN SELECT RAISE(ABORT, 'publication is append-only'); END;"
	"CREATE TRIGGER publication_object_keep_i BEFORE INSERT ON publication_object"
	" WHEN EXISTS (SELECT 1 FROM publication_object WHERE publication = NEW.publication"
	"  AND kind = NEW.kind AND uuid = NEW.uuid AND owner = NEW.owner)"
	" BEGIN SELECT RAISE(ABORT, 'publication is append-only'); END;";

/* Loads and imports (imports.h). */
static const char imports[] =
	"CREATE TABLE import_run ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT, cvr TEXT NOT NULL, source TEXT NOT NULL,"
	" actor TEXT NOT NULL, began INTEGER NOT NULL, ended INTEGER NOT NULL,"
	" state INTEGER NOT NULL, draft INTEGER NOT NULL, publication INTEGER NOT NULL,"
	" digest TEXT NOT NULL, bytes INTEGER NOT NULL, position INTEGER NOT NULL,"
	" facts TEXT NOT NULL);"
	"CREATE INDEX import_run_of ON import_run (cvr, source, id);"
	"CREATE INDEX import_run_by_draft ON import_run (draft);"
	"CREATE TABLE import_note ("
	" id INTEGER PRIMARY KEY, run INTEGER NOT NULL, kind INTEGER NOT NULL,"
	" file TEXT NOT NULL, line INTEGER NOT NULL, field TEXT, text TEXT NOT NULL);"
	"CREATE INDEX import_note_of ON import_note (run, id);"
	"CREATE TABLE import_object ("
	" cvr TEXT NOT NULL, source TEXT NOT NULL, kind INTEGER NOT NULL, uuid BLOB NOT NULL,"
	" run INTEGER NOT NULL, PRIMARY KEY (cvr, source, kind, uuid)) WITHOUT ROWID;"
	"CREATE TABLE import_match ("
	" run INTEGER NOT NULL, kind INTEGER NOT NULL, theirs BLOB NOT NULL,"
	" ours BLOB NOT NULL, how INTEGER NOT NULL, text TEXT NOT NULL,"
	" PRIMARY KEY (run, kind, theirs)) WITHOUT ROWID;";

/* Nothing looks for events by key. */
static const char no_event_keys[] = "DROP INDEX IF EXISTS event_by_key;";

/*
 * Each call writes into each of these, and each is a page more of the journal. Replay keys are
 * purged a part at a time, which needs no index; most records name no object, and nobody looks
 * for those that do not.
 */
static const char fewer_pages[] =
	"DROP INDEX IF EXISTS replay_until;"
	"DROP INDEX IF EXISTS audit_object;"
	"CREATE INDEX audit_object ON audit (object) WHERE object IS NOT NULL;";

static bool
begin_chain(struct conn *c, struct err *e)
{
	return audit_chain_begin(c, e) && conn_script(c, chain_kept, e);
}

/* In order. A step is never edited once released; a new one is added below. */
static const struct schema_step steps[] = {
	{1, core, NULL},         {2, objects, NULL},       {3, no_replace, NULL},
	{4, chain, begin_chain}, {5, no_event_keys, NULL}, {6, drafts, NULL},
	{7, fewer_pages, NULL},
	{8, imports, NULL},
};

int
schema_version(void)
{
	return steps[ARRAY_LEN(steps) - 1].version;
}

/* Is this a file that nobody has written a table into? */
static bool
is_blank(struct conn *c, bool *out, struct err *e)
{
	int64_t tables;

	if (!conn_int(c, "SELECT count(*) FROM sqlite_schema", &tables, e))
		return false;
	*out = tables == 0;
	return true;
}

static bool
check_identity(struct conn *c, int64_t *version, struct err *e)
{
	int64_t application;
	bool blank;

	if (!conn_int(c, "PRAGMA application_id", &application, e) ||
	    !conn_int(c, "PRAGMA user_version", version, e) || !is_blank(c, &blank, e))
		return false;
	if (blank && application == 0 && *version == 0)
		return true;
	if (application != APPLICATION_ID || *version < 1 || blank)
		return FAIL(e, STORE_DAMAGED, "not a database of Sluse");
	if (*version > schema_version())
		return FAIL(e, STORE_NEWER, "the file has schema %lld, this program knows %d",
			    (long long)*version, schema_version());
	return true;
}

static bool
check_pages(struct conn *c, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	int64_t count, size;
	bool has_row;

	if (!conn_int(c, "PRAGMA page_count", &count, e) ||
	    !conn_int(c, "PRAGMA page_size", &size, e))
		return false;
	if (count > QUICK_CHECK_MAX_BYTES / size)
		return true;
	if (!stmt_open(c, "PRAGMA quick_check(1)", &st, e) || !stmt_step(&st, &has_row, e))
		return false;
	if (!has_row || !str_eq_c(stmt_str(&st, 0), "ok"))
		return FAIL(e, STORE_DAMAGED, "the pages of the file do not fit together");
	return true;
}

static bool
run_steps(struct conn *c, struct err *e)
{
	char set[80];
	int64_t version;

	/* looked at again under the lock: another process may have been faster */
	if (!check_identity(c, &version, e))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		if (steps[i].version <= version)
			continue;
		if (!conn_script(c, steps[i].sql, e) || (steps[i].then && !steps[i].then(c, e)))
			return false;
	}
	snprintf(set, sizeof(set), "PRAGMA application_id=%d;PRAGMA user_version=%d;",
		 APPLICATION_ID, schema_version());
	return conn_script(c, set, e);
}

static bool
migrate(struct conn *c, struct err *e)
{
	struct err ignored = ERR_INIT;

	if (!conn_script(c, "BEGIN IMMEDIATE", e))
		return false;
	if (run_steps(c, e) && conn_script(c, "COMMIT", e))
		return true;
	if (!conn_is_idle(c) && !conn_script(c, "ROLLBACK", &ignored))
		return false;
	return false;
}

bool
schema_prepare(struct conn *c, enum conn_mode mode, struct err *e)
{
	int64_t version;

	if (!check_identity(c, &version, e))
		return false;
	if (version > 0 && !check_pages(c, e))
		return false;
	if (version == schema_version())
		return true;
	if (mode == CONN_READ)
		return FAIL(e, STORE_OLDER, "schema %lld must be brought to %d first",
			    (long long)version, schema_version());
	if (version == 0 && mode != CONN_CREATE)
		return FAIL(e, STORE_DAMAGED, "the file holds no database yet");
	return migrate(c, e);
}

/* What runs by itself in a database: triggers, and views that may stand for tables. */
static bool
digest_of_code(struct conn *c, uint8_t out[32], struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	AUTO(buf_release) struct buf all = BUF_INIT(1 << 20);
	bool has_row;

	if (!stmt_open(c,
		       "SELECT type, name, tbl_name, sql FROM sqlite_schema"
		       " WHERE type NOT IN ('table', 'index') ORDER BY name",
		       &st, e))
		return false;
	for (;;) {
		if (!stmt_step(&st, &has_row, e))
			return false;
		if (!has_row)
			break;
		for (int i = 0; i < 4; i++) {
			buf_add(&all, stmt_str(&st, i));
			buf_add_char(&all, '\0');
		}
	}
	/* more than all of ours together: not ours */
	digest_sha256(buf_str(&all), out);
	if (all.over)
		out[0] ^= 1;
	return true;
}

bool
store_code_is_ours(struct reading *r, bool *out, struct err *e)
{
	struct conn *fresh = MEM_NEW(struct conn);
	uint8_t ours[32], theirs[32];
	bool ok;

	ok = conn_open(fresh, ":memory:", CONN_WRITE, 1, e);
	if (ok) {
		ok = run_steps(fresh, e) && digest_of_code(fresh, ours, e) &&
		     digest_of_code(r->conn, theirs, e);
		conn_close(fresh);
	}
	mem_free(fresh);
	*out = ok && memcmp(ours, theirs, sizeof(ours)) == 0;
	return ok;
}
