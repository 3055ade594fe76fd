/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The audit trail as a chain of hashes: writing records, seals, and removing what a start of
 * the chain has left behind. The place to go on from is read in the transaction that writes: so
 * a job that is undone, another process, and many jobs in one commit all chain alike, and the
 * writer has nothing to remember.
 * Never signs and never judges: what a walk finds is for others to say. Source: audit.h.
 */
#include "store/audit.h"

#include <string.h>

#include "base/limits.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "store/internal.h"

#define SEAL_COLUMNS "kind, id, chain, hash, at, cert, algorithm, signature"

/* ---- what is hashed, what is signed ---- */

static void
put_number(struct buf *b, uint64_t n, int bytes)
{
	while (bytes > 0)
		buf_add_char(b, (char)(n >> (8 * --bytes) & 0xff));
}

static void
put_part(struct buf *b, struct str s)
{
	put_number(b, str_is_set(s) ? s.len : UINT32_MAX, 4);
	buf_add(b, s);
}

static bool
record_hash(struct str before, int64_t id, const struct audit_row *row,
	    uint8_t out[AUDIT_HASH_BYTES], struct err *e)
{
	AUTO(buf_release) struct buf b = BUF_INIT(LIMIT_AUDIT_RECORD_BYTES);
	const struct str parts[] = {row->action,  row->result, row->actor,      row->cvr,
				    row->service, row->object, row->request_id, row->detail};

	buf_add_c(&b, "sluse audit 1\n");
	put_part(&b, before);
	put_number(&b, (uint64_t)id, 8);
	put_number(&b, (uint64_t)row->at, 8);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		put_part(&b, parts[i]);
	if (b.over)
		return FAIL(e, STORE_DAMAGED, "an audit record of more than %d bytes",
			    LIMIT_AUDIT_RECORD_BYTES);
	digest_sha256(buf_str(&b), out);
	return true;
}

void
audit_seal_payload(const struct audit_seal *s, struct buf *out)
{
	buf_add_c(out, "sluse audit seal 1\n");
	put_number(out, s->kind, 1);
	buf_add_bytes(out, s->chain, sizeof(s->chain));
	put_number(out, (uint64_t)s->head.id, 8);
	buf_add_bytes(out, s->head.hash, sizeof(s->head.hash));
	put_number(out, (uint64_t)s->at, 8);
}

/* The hash before the first record. Nobody can find records that lead to it. */
static void
first_hash(const uint8_t chain[AUDIT_CHAIN_BYTES], uint8_t out[AUDIT_HASH_BYTES])
{
	AUTO(buf_release) struct buf b = BUF_INIT(64);

	buf_add_c(&b, "sluse audit chain 1\n");
	buf_add_bytes(&b, chain, AUDIT_CHAIN_BYTES);
	digest_sha256(buf_str(&b), out);
}

/* ---- places ---- */

static bool
take_bytes(const struct stmt *st, int column, uint8_t *out, size_t len, struct err *e)
{
	struct str bytes = stmt_str(st, column);

	if (bytes.len != len)
		return FAIL(e, STORE_DAMAGED, "%zu bytes instead of %zu in the audit trail",
			    bytes.len, len);
	memcpy(out, bytes.ptr, len);
	return true;
}

static bool
take_seal(const struct stmt *st, struct audit_seal *s, struct err *e)
{
	struct str algorithm = stmt_str(st, 6), signature = stmt_str(st, 7);

	memset(s, 0, sizeof(*s));
	s->kind = stmt_int(st, 0) == SEAL_START ? SEAL_START : SEAL_HEAD;
	s->head.id = stmt_int(st, 1);
	s->at = stmt_int(st, 4);
	if (algorithm.len >= sizeof(s->algorithm) || signature.len > sizeof(s->signature) ||
	    str_is_empty(algorithm) || str_is_empty(signature))
		return FAIL(e, STORE_DAMAGED, "a seal of the audit trail is malformed");
	memcpy(s->algorithm, algorithm.ptr, algorithm.len);
	memcpy(s->signature, signature.ptr, signature.len);
	s->signature_len = signature.len;
	return take_bytes(st, 2, s->chain, sizeof(s->chain), e) &&
	       take_bytes(st, 3, s->head.hash, sizeof(s->head.hash), e) &&
	       take_bytes(st, 5, s->cert, sizeof(s->cert), e);
}

bool
store_audit_seals(struct reading *r, enum audit_seal_kind kind, int64_t after_id,
		  struct audit_seal *out, size_t room, size_t *count, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	bool has_row;

	*count = 0;
	if (!stmt_open(r->conn,
		       "SELECT " SEAL_COLUMNS " FROM audit_seal WHERE kind = ?1 AND id > ?2"
		       " ORDER BY id LIMIT ?3",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, kind);
	stmt_bind_int(&st, 2, after_id);
	stmt_bind_int(&st, 3, (int64_t)room);
	for (;;) {
		if (!stmt_step(&st, &has_row, e))
			return false;
		if (!has_row || *count == room)
			return true;
		if (!take_seal(&st, &out[(*count)++], e))
			return false;
	}
}

bool
store_audit_seal_last(struct reading *r, enum audit_seal_kind kind, struct audit_seal *out,
		      bool *found, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(r->conn,
		       "SELECT " SEAL_COLUMNS " FROM audit_seal WHERE kind = ?1"
		       " ORDER BY id DESC LIMIT 1",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, kind);
	return stmt_step(&st, found, e) && (!*found || take_seal(&st, out, e));
}

static bool
read_chain(struct reading *r, uint8_t out[AUDIT_CHAIN_BYTES], struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	bool has_row;

	if (!stmt_open(r->conn, "SELECT chain FROM audit_chain", &st, e) ||
	    !stmt_step(&st, &has_row, e))
		return false;
	if (!has_row)
		return FAIL(e, STORE_DAMAGED, "the audit trail has lost its beginning");
	return take_bytes(&st, 0, out, AUDIT_CHAIN_BYTES, e);
}

bool
store_audit_start(struct reading *r, struct audit_start *out, struct err *e)
{
	memset(out, 0, sizeof(*out));
	if (!read_chain(r, out->chain, e) ||
	    !store_audit_seal_last(r, SEAL_START, &out->seal, &out->is_pruned, e))
		return false;
	if (out->is_pruned)
		out->head = out->seal.head;
	else
		first_hash(out->chain, out->head.hash);
	return true;
}

/* The last row; what somebody wrote there without a hash is told by a walk, not here. */
static bool
last_row(struct reading *r, struct audit_head *out, bool *found, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	struct str hash;

	if (!stmt_open(r->conn, "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1", &st,
		       e) ||
	    !stmt_step(&st, found, e))
		return false;
	if (!*found)
		return true;
	hash = stmt_str(&st, 1);
	memset(out, 0, sizeof(*out));
	out->id = stmt_int(&st, 0);
	if (hash.len == sizeof(out->hash))
		memcpy(out->hash, hash.ptr, hash.len);
	return true;
}

bool
store_audit_head(struct reading *r, struct audit_head *out, struct err *e)
{
	struct audit_start start;
	bool found;

	if (!last_row(r, out, &found, e))
		return false;
	if (found)
		return true;
	if (!store_audit_start(r, &start, e))
		return false;
	*out = start.head;
	return true;
}

bool
store_audit_head_at(struct reading *r, int64_t id, struct audit_head *out, bool *found,
		    struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	struct str hash;

	if (!stmt_open(r->conn, "SELECT hash FROM audit WHERE id = ?1", &st, e))
		return false;
	stmt_bind_int(&st, 1, id);
	if (!stmt_step(&st, found, e))
		return false;
	memset(out, 0, sizeof(*out));
	out->id = id;
	hash = *found ? stmt_str(&st, 0) : STR_NONE;
	if (hash.len == sizeof(out->hash))
		memcpy(out->hash, hash.ptr, hash.len);
	return true;
}

bool
store_audit_given(struct reading *r, int64_t *out, struct err *e)
{
	return conn_int(r->conn,
			"SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name='audit'",
			out, e);
}

bool
store_audit_before(struct reading *r, instant at, int64_t *out, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	bool has_row;

	if (!stmt_open(r->conn,
		       "SELECT coalesce((SELECT min(id) - 1 FROM audit WHERE at >= ?1),"
		       " (SELECT max(id) FROM audit), 0)",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, at);
	if (!stmt_step(&st, &has_row, e))
		return false;
	*out = stmt_int(&st, 0);
	return true;
}

/* ---- walking ---- */

bool
store_audit_walk(struct reading *r, const struct audit_head *after, int64_t limit,
		 audit_walk_fn *fn, void *arg, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	uint8_t before[AUDIT_HASH_BYTES], want[AUDIT_HASH_BYTES];
	struct audit_row row;
	bool has_row;

	memcpy(before, after->hash, sizeof(before));
	if (!stmt_open(r->conn,
		       "SELECT " AUDIT_COLUMNS " FROM audit WHERE id > ?1 ORDER BY id LIMIT ?2",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, after->id);
	stmt_bind_int(&st, 2, limit > 0 ? limit : -1);
	for (;;) {
		if (!stmt_step(&st, &has_row, e))
			return false;
		if (!has_row)
			return true;
		audit_row_read(&st, &row);
		if (!record_hash(str_of(before, sizeof(before)), row.id, &row, want, e) ||
		    !fn(&row, want, arg, e))
			return false;
		/* each break is told once: the next record is held to what stands here */
		memset(before, 0, sizeof(before));
		if (row.hash.len == sizeof(before))
			memcpy(before, row.hash.ptr, sizeof(before));
	}
}

/* ---- writing ---- */

bool
store_audit_add(struct tx *tx, const struct audit_row *row, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	struct audit_head head;
	uint8_t hash[AUDIT_HASH_BYTES];

	if (!store_audit_head(&tx->reading, &head, e) ||
	    !record_hash(str_of(head.hash, sizeof(head.hash)), head.id + 1, row, hash, e) ||
	    !stmt_open(tx->conn,
		       "INSERT INTO audit (" AUDIT_COLUMNS ")"
		       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, head.id + 1);
	stmt_bind_int(&st, 2, row->at);
	stmt_bind_str(&st, 3, row->action);
	stmt_bind_str(&st, 4, row->result);
	stmt_bind_str(&st, 5, row->actor);
	stmt_bind_str(&st, 6, row->cvr);
	stmt_bind_str(&st, 7, row->service);
	stmt_bind_str(&st, 8, row->object);
	stmt_bind_str(&st, 9, row->request_id);
	stmt_bind_str(&st, 10, row->detail);
	stmt_bind_blob(&st, 11, str_of(hash, sizeof(hash)));
	if (!stmt_run(&st, e))
		return false;
	if (conn_changes(tx->conn) != 1)
		return FAIL(e, STORE_DAMAGED, "an audit record was swallowed");
	return true;
}

bool
store_audit_seal_put(struct tx *tx, const struct audit_seal *s, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(tx->conn,
		       "INSERT INTO audit_seal (" SEAL_COLUMNS ")"
		       " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE NOT EXISTS"
		       " (SELECT 1 FROM audit_seal WHERE kind = ?1 AND id = ?2)",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, s->kind);
	stmt_bind_int(&st, 2, s->head.id);
	stmt_bind_blob(&st, 3, str_of(s->chain, sizeof(s->chain)));
	stmt_bind_blob(&st, 4, str_of(s->head.hash, sizeof(s->head.hash)));
	stmt_bind_int(&st, 5, s->at);
	stmt_bind_blob(&st, 6, str_of(s->cert, sizeof(s->cert)));
	stmt_bind_str(&st, 7, str_from(s->algorithm));
	stmt_bind_blob(&st, 8, str_of(s->signature, s->signature_len));
	return stmt_run(&st, e);
}

static bool
remove_to(struct tx *tx, const char *sql, int64_t id, int64_t most, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(tx->conn, sql, &st, e))
		return false;
	stmt_bind_int(&st, 1, id);
	stmt_bind_int(&st, 2, most);
	return stmt_run(&st, e);
}

bool
store_audit_prune(struct tx *tx, int64_t most, int64_t *removed, struct err *e)
{
	struct audit_seal start;
	bool found;

	*removed = 0;
	if (!store_audit_seal_last(&tx->reading, SEAL_START, &start, &found, e))
		return false;
	if (!found)
		return true;
	if (!remove_to(tx,
		       "DELETE FROM audit WHERE id IN"
		       " (SELECT id FROM audit WHERE id <= ?1 ORDER BY id LIMIT ?2)",
		       start.head.id, most, e))
		return false;
	*removed = conn_changes(tx->conn);
	if (*removed > 0)
		return true;
	if (!remove_to(tx,
		       "DELETE FROM audit_seal WHERE (kind, id) IN (SELECT kind, id"
		       " FROM audit_seal WHERE id < ?1 ORDER BY kind, id LIMIT ?2)",
		       start.head.id, most, e))
		return false;
	*removed = conn_changes(tx->conn);
	return true;
}

/* ---- an older file ---- */

static bool
put_hash(struct conn *c, int64_t id, const uint8_t hash[AUDIT_HASH_BYTES], struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(c, "UPDATE audit SET hash = ?2 WHERE id = ?1", &st, e))
		return false;
	stmt_bind_int(&st, 1, id);
	stmt_bind_blob(&st, 2, str_of(hash, AUDIT_HASH_BYTES));
	return stmt_run(&st, e);
}

/* One at a time: what a statement reads is not changed under it. */
static bool
chain_next(struct conn *c, struct audit_head *head, bool *has_row, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	struct str before = str_of(head->hash, sizeof(head->hash));
	struct audit_row row;

	if (!stmt_open(c,
		       "SELECT " AUDIT_COLUMNS " FROM audit WHERE id > ?1 ORDER BY id LIMIT 1",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, head->id);
	if (!stmt_step(&st, has_row, e) || !*has_row)
		return e->code == ERR_NONE;
	audit_row_read(&st, &row);
	head->id = row.id;
	return record_hash(before, row.id, &row, head->hash, e);
}

bool
audit_chain_begin(struct conn *c, struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	uint8_t chain[AUDIT_CHAIN_BYTES];
	struct audit_head head = {0};
	bool has_row = true;

	random_bytes(chain, sizeof(chain));
	first_hash(chain, head.hash);
	if (!stmt_open(c, "INSERT INTO audit_chain VALUES (?1)", &st, e))
		return false;
	stmt_bind_blob(&st, 1, str_of(chain, sizeof(chain)));
	if (!stmt_run(&st, e))
		return false;
	while (has_row)
		if (!chain_next(c, &head, &has_row, e) ||
		    (has_row && !put_hash(c, head.id, head.hash, e)))
			return false;
	return true;
}
