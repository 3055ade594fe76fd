/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See audit_world.h. */
#include "tests/unit/audit_world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "gateway/auditor.h"

/* ---- a trail ---- */

static bool
job_audit(struct tx *tx, void *arg, struct err *e)
{
	return store_audit_add(tx, arg, e);
}

static void
add_records(struct audit_world *w, int from, int to)
{
	struct err e = ERR_INIT;
	char request[20];

	for (int i = from; i <= to; i++) {
		struct audit_row row = {.at = AT(i),
					.action = STR("token.issue"),
					.result = STR("ok"),
					.actor = i % 2 ? STR("ky") : STR("ksd"),
					.cvr = STR("11111111"),
					.service = STR(GW_AUDIENCE)};

		snprintf(request, sizeof(request), "r-%d", i);
		row.request_id = str_from(request);
		assert_true(store_write(w->s.app.store, job_audit, &row, &e));
	}
}

void
aw_seal(struct audit_world *w, int at)
{
	auditor_tick(w->s.app.auditor, &w->s.app, &w->s.platform, AT(at), true);
}

static int64_t
head_id(struct audit_world *w)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct audit_head h;
	struct err e = ERR_INIT;

	assert_true(store_read(w->s.app.store, &r, &e));
	assert_true(store_audit_head(r, &h, &e));
	return h.id;
}

static int
keep_text(void *arg, int columns, char **values, char **names)
{
	struct audit_world *w = arg;

	(void)columns, (void)names;
	w->triggers = strdup(values[0]);
	return 0;
}

static void
keep_triggers(struct audit_world *w)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(w->s.g.w.options.path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
				      "SELECT group_concat(sql, ';') FROM sqlite_schema"
				      " WHERE type = 'trigger' AND (name LIKE 'audit%'"
				      " OR name LIKE 'known%')",
				      keep_text, w, NULL),
			 SQLITE_OK);
	sqlite3_close(db);
}

void
aw_begin(struct audit_world *w)
{
	struct err e = ERR_INIT;
	char text[400];

	/* what is known is older than what comes */
	clock_freeze(AT(0));
	sw_begin(&w->s, "audit");
	clock_thaw();
	snprintf(w->heads_path, sizeof(w->heads_path), "%s/heads", w->s.g.w.folder);
	snprintf(w->copy_path, sizeof(w->copy_path), "%s/copy.db", w->s.g.w.folder);
	snprintf(text, sizeof(text), "audit: { heads = \"%s\"; };", "heads");
	sw_settings(&w->s, "", text);
	assert_true(audit_keys_of(&w->s.platform, &w->keys, &e));
	keep_triggers(w);
	w->base = head_id(w);
	add_records(w, 1, SEALED_FIRST);
	aw_seal(w, SEALED_FIRST);
	add_records(w, SEALED_FIRST + 1, SEALED_LAST);
	aw_seal(w, SEALED_LAST);
	add_records(w, SEALED_LAST + 1, RECORDS);
}

void
aw_end(struct audit_world *w)
{
	unlink(w->heads_path);
	free(w->triggers);
	audit_keys_release(&w->keys);
	sw_end(&w->s);
}

/* ---- a copy of it, and what is done to that ---- */

static void
sql(const char *path, const char *text)
{
	char *message = NULL;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", text, message);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

void
aw_copy(struct audit_world *w)
{
	char text[400];

	unlink(w->copy_path);
	snprintf(text, sizeof(text), "VACUUM INTO '%s'", w->copy_path);
	sql(w->s.g.w.options.path, text);
}

#define NO_TRIGGERS_OF_KNOWN                                                                   \
	"DROP TRIGGER IF EXISTS known_keep_u; DROP TRIGGER IF EXISTS known_keep_d;"            \
	"DROP TRIGGER IF EXISTS known_keep_i;"
#define NO_TRIGGERS                                                                            \
	"DROP TRIGGER IF EXISTS audit_keep_u; DROP TRIGGER IF EXISTS audit_keep_d;"            \
	"DROP TRIGGER IF EXISTS audit_keep_i; DROP TRIGGER IF EXISTS audit_is_chained;"        \
	"DROP TRIGGER IF EXISTS audit_chain_keep_i; DROP TRIGGER IF EXISTS "                   \
	"audit_chain_keep_u;"                                                                  \
	"DROP TRIGGER IF EXISTS audit_chain_keep_d; DROP TRIGGER IF EXISTS audit_seal_keep_i;" \
	"DROP TRIGGER IF EXISTS audit_seal_keep_u; DROP TRIGGER IF EXISTS audit_seal_keep_d;"

void
aw_tamper(struct audit_world *w, const char *text)
{
	sql(w->copy_path, NO_TRIGGERS NO_TRIGGERS_OF_KNOWN);
	sql(w->copy_path, text);
}

void
aw_settle(struct audit_world *w)
{
	sql(w->copy_path, NO_TRIGGERS NO_TRIGGERS_OF_KNOWN);
	sql(w->copy_path, w->triggers);
}

struct store *
aw_open(struct audit_world *w)
{
	struct store_options o = {.path = w->copy_path, .read_only = true, .readers = 1};
	struct store *s = NULL;
	struct err e = ERR_INIT;

	if (!store_open(&o, &s, &e))
		fail_msg("copy: %s", e.detail);
	return s;
}

struct first {
	uint8_t hash[AUDIT_HASH_BYTES];
	bool is_there;
};

static bool
take_first(const struct audit_row *row, const uint8_t want[AUDIT_HASH_BYTES], void *arg,
	   struct err *e)
{
	struct first *f = arg;

	(void)row;
	memcpy(f->hash, want, sizeof(f->hash));
	f->is_there = true;
	return FAIL(e, BAD_VALUE, "enough");
}

/* The hash that the record behind `after` should have. */
static bool
next_hash(struct audit_world *w, int64_t after, struct first *f)
{
	AUTO(store_closep) struct store *s = aw_open(w);
	AUTO(store_read_endp) struct reading *r = NULL;
	struct audit_start start;
	struct audit_head h;
	struct err e = ERR_INIT;
	bool found;

	*f = (struct first){0};
	assert_true(store_read(s, &r, &e));
	assert_true(store_audit_start(r, &start, &e));
	assert_true(store_audit_head_at(r, after, &h, &found, &e));
	if (after == start.head.id)
		h = start.head;
	return !store_audit_walk(r, &h, 0, take_first, f, &e) && f->is_there;
}

void
aw_rechain(struct audit_world *w, int64_t from)
{
	char hex[2 * AUDIT_HASH_BYTES + 1], text[200];
	struct first f;

	for (int64_t id = from; next_hash(w, id - 1, &f); id++) {
		for (size_t i = 0; i < sizeof(f.hash); i++)
			snprintf(hex + 2 * i, 3, "%02x", f.hash[i]);
		snprintf(text, sizeof(text),
			 "UPDATE audit SET hash = x'%s' WHERE id = %" PRId64, hex, id);
		sql(w->copy_path, text);
	}
}

void
aw_forge(struct audit_world *w, enum audit_seal_kind kind, int64_t id, const struct signer *by)
{
	struct audit_seal s = {.kind = kind, .head.id = id, .at = AT(id)};
	struct store *store = aw_open(w);
	struct audit_start start;
	struct reading *r = NULL;
	struct err e = ERR_INIT;
	sqlite3_stmt *st;
	sqlite3 *db;
	bool found;

	assert_true(store_read(store, &r, &e));
	assert_true(store_audit_start(r, &start, &e));
	assert_true(store_audit_head_at(r, id, &s.head, &found, &e));
	store_read_end(r);
	store_close(store);
	memcpy(s.chain, start.chain, sizeof(s.chain));
	assert_true(audit_seal_sign(by, &s, &e));
	assert_int_equal(sqlite3_open(w->copy_path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db,
					    "INSERT OR REPLACE INTO audit_seal VALUES"
					    " (?, ?, ?, ?, ?, ?, ?, ?)",
					    -1, &st, NULL),
			 SQLITE_OK);
	sqlite3_bind_int64(st, 1, kind);
	sqlite3_bind_int64(st, 2, id);
	sqlite3_bind_blob(st, 3, s.chain, sizeof(s.chain), NULL);
	sqlite3_bind_blob(st, 4, s.head.hash, sizeof(s.head.hash), NULL);
	sqlite3_bind_int64(st, 5, s.at);
	sqlite3_bind_blob(st, 6, s.cert, sizeof(s.cert), NULL);
	sqlite3_bind_text(st, 7, s.algorithm, -1, NULL);
	sqlite3_bind_blob(st, 8, s.signature, (int)s.signature_len, NULL);
	assert_int_equal(sqlite3_step(st), SQLITE_DONE);
	sqlite3_finalize(st);
	sqlite3_close(db);
}

/* B becomes the number of records before ours. */
void
aw_fill(const struct audit_world *w, const char *text, char *out, size_t room)
{
	size_t n = 0;

	for (; *text && n + 24 < room; text++) {
		if (text[0] == 'B' && text[1] == ' ')
			n += (size_t)snprintf(out + n, room - n, "%" PRId64, w->base);
		else
			out[n++] = *text;
	}
	out[n] = '\0';
}

void
aw_write_heads(const struct audit_world *w, const char *text, const char *mode)
{
	FILE *f = fopen(w->heads_path, mode);

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* ---- what the check says ---- */

struct noting {
	struct buf *out;
	int64_t base;
};

static void
note(const struct audit_finding *f, void *arg)
{
	const struct noting *n = arg;

	if (str_is_set(f->what)) {
		buf_printf(n->out, "%s " STR_FMT "\n", audit_problem_rows[f->problem].name,
			   STR_ARG(f->what));
		return;
	}
	buf_printf(n->out, "%s %" PRId64 "-%" PRId64 "\n", audit_problem_rows[f->problem].name,
		   f->from - n->base, f->to - n->base);
}

void
aw_check(struct audit_world *w, bool with_heads, const struct audit_head *head,
	 struct audit_report *report, struct buf *found)
{
	AUTO(store_closep) struct store *s = (aw_settle(w), aw_open(w));
	AUTO(store_read_endp) struct reading *r = NULL;
	struct noting n = {found, w->base};
	struct audit_check c = {
		.keys = &w->keys, .head = head, .now = AT(RECORDS), .tell = note, .arg = &n};
	struct err e = ERR_INIT;

	if (with_heads)
		assert_non_null(c.heads = fopen(w->heads_path, "re"));
	assert_true(store_read(s, &r, &e));
	if (!audit_check(r, &c, report, &e))
		fail_msg("check: %s", e.detail);
	if (c.heads)
		fclose(c.heads);
	buf_add_char(found, '\0');
}
