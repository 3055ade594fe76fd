/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading the audit trail, and the events: both only ever added to, in the transaction of the
 * change that they tell of. A filter's columns become conditions; its values are always bound.
 * How the trail is written: sqlite_chain.c.
 */
#include "store/internal.h"

#include "base/buf.h"

void
audit_row_read(const struct stmt *st, struct audit_row *row)
{
	*row = (struct audit_row){
		.id = stmt_int(st, 0),
		.at = stmt_int(st, 1),
		.action = stmt_str(st, 2),
		.result = stmt_str(st, 3),
		.actor = stmt_str(st, 4),
		.cvr = stmt_str(st, 5),
		.service = stmt_str(st, 6),
		.object = stmt_str(st, 7),
		.request_id = stmt_str(st, 8),
		.detail = stmt_str(st, 9),
		.hash = stmt_str(st, 10),
	};
}

/* Parameters ?1 to ?11; those that no condition names are not bound. */
static void
filter_sql(const struct audit_filter *f, bool is_prefix, struct buf *sql)
{
	const struct {
		struct str value;
		const char *condition;
	} conditions[] = {
		/* the upper end of a prefix: the prefix and the largest code point */
		{f->action, is_prefix ? " AND action >= ?4 AND action < ?4 || char(1114111)"
				      : " AND action = ?4"},
		{f->actor, " AND actor = ?5"},
		{f->cvr, " AND cvr = ?6"},
		{f->object, " AND object = ?7"},
		{f->request_id, " AND request_id = ?8"},
		{f->result, " AND result = ?9"},
		{f->service, " AND service = ?10"},
	};

	buf_add_c(sql, "SELECT " AUDIT_COLUMNS " FROM audit WHERE id > ?1");
	if (f->from != INSTANT_MIN)
		buf_add_c(sql, " AND at >= ?2");
	if (f->to != INSTANT_MAX)
		buf_add_c(sql, " AND at < ?3");
	for (size_t i = 0; i < ARRAY_LEN(conditions); i++)
		if (str_is_set(conditions[i].value))
			buf_add_c(sql, conditions[i].condition);
	buf_add_c(sql, " ORDER BY id LIMIT ?11");
	buf_add_char(sql, '\0');
}

static void
filter_bind(const struct audit_filter *f, struct str action, struct stmt *st)
{
	const struct str values[] = {action,        f->actor,  f->cvr,    f->object,
				     f->request_id, f->result, f->service};

	stmt_bind_int(st, 1, f->after_id);
	if (f->from != INSTANT_MIN)
		stmt_bind_int(st, 2, f->from);
	if (f->to != INSTANT_MAX)
		stmt_bind_int(st, 3, f->to);
	for (int i = 0; i < (int)ARRAY_LEN(values); i++)
		if (str_is_set(values[i]))
			stmt_bind_str(st, 4 + i, values[i]);
	stmt_bind_int(st, 11, f->limit > 0 ? f->limit : -1);
}

bool
store_audit_each(struct reading *r, const struct audit_filter *f, audit_fn *fn, void *arg,
		 struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	AUTO(buf_release) struct buf sql = BUF_INIT(1024);
	struct str action = f->action;
	struct audit_row row;
	bool has_row, is_prefix = str_has_suffix(action, STR("*"));

	if (is_prefix)
		action.len--;
	filter_sql(f, is_prefix, &sql);
	if (!buf_done(&sql, e) || !stmt_open(r->conn, buf_str(&sql).ptr, &st, e))
		return false;
	filter_bind(f, action, &st);
	for (;;) {
		if (!stmt_step(&st, &has_row, e))
			return false;
		if (!has_row)
			return true;
		audit_row_read(&st, &row);
		if (!fn(&row, arg, e))
			return false;
	}
}

bool
store_event_add(struct tx *tx, struct str type, struct str key, struct str payload, instant at,
		struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;

	if (!stmt_open(tx->conn,
		       "INSERT INTO event (type, key, payload, at) VALUES (?1, ?2, ?3, ?4)",
		       &st, e))
		return false;
	stmt_bind_str(&st, 1, type);
	stmt_bind_str(&st, 2, key);
	stmt_bind_blob(&st, 3, payload);
	stmt_bind_int(&st, 4, at);
	return stmt_run(&st, e);
}

bool
store_event_last(struct reading *r, int64_t *out, struct err *e)
{
	return conn_int(r->conn, "SELECT ifnull(max(id), 0) FROM event", out, e);
}

bool
store_event_each(struct reading *r, int64_t after_id, int64_t limit, event_fn *fn, void *arg,
		 struct err *e)
{
	AUTO(stmt_release) struct stmt st = STMT_INIT;
	struct event_row row;
	bool has_row;

	if (!stmt_open(r->conn,
		       "SELECT id, type, key, payload, at FROM event WHERE id > ?1"
		       " ORDER BY id LIMIT ?2",
		       &st, e))
		return false;
	stmt_bind_int(&st, 1, after_id);
	stmt_bind_int(&st, 2, limit > 0 ? limit : -1);
	for (;;) {
		if (!stmt_step(&st, &has_row, e))
			return false;
		if (!has_row)
			return true;
		row = (struct event_row){
			.id = stmt_int(&st, 0),
			.type = stmt_str(&st, 1),
			.key = stmt_str(&st, 2),
			.payload = stmt_str(&st, 3),
			.at = stmt_int(&st, 4),
		};
		if (!fn(&row, arg, e))
			return false;
	}
}
