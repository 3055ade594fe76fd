/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is known, in a trail whose records of it were pruned: somebody who may write to the file
 * has been at work on it, and the check must say so; and what was changed as it should be since
 * is no finding.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/encoding.h"
#include "crypto/digest.h"
#include "gateway/audit_known.h"
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

/* ---- what may happen to a copy ---- */

struct pruning {
	bool has_digest;
};

static bool
job_prune(struct tx *tx, void *arg, struct err *e)
{
	const struct pruning *p = arg;
	AUTO(buf_release) struct buf object = BUF_INIT(128), detail = BUF_INIT(128);
	struct audit_row row = {.at = AT(45),
				.action = STR("audit.prune"),
				.result = STR("ok"),
				.actor = STR("cli:root")};

	buf_printf(&object, "audit/1-%" PRId64, world.base + 25);
	row.object = buf_str(&object);
	if (p->has_digest) {
		if (!audit_known_write(tx_reading(tx), &detail, e))
			return false;
		row.detail = buf_str(&detail);
	}
	return store_audit_add(tx, &row, e);
}

/* As apply does it. */
static bool
job_change(struct tx *tx, void *arg, struct err *e)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	const struct known_row *known = arg;
	uint8_t digest[32];
	struct audit_row row = {.at = known->at,
				.action = STR("known.put"),
				.result = STR("ok"),
				.actor = known->actor};

	digest_sha256(known->json, digest);
	row.object = arena_printf(a, STR_FMT "/" STR_FMT, STR_ARG(known->type),
				  STR_ARG(known->id));
	row.detail =
		arena_printf(a, "{\"sha256\":\"" STR_FMT "\"}",
			     STR_ARG(hex_encode(a, str_of(digest, sizeof(digest)))));
	return store_known_put(tx, known, e) && store_audit_add(tx, &row, e);
}

static void
run(store_job *job, void *arg)
{
	struct store_options o = {.path = world.copy_path, .readers = 1};
	struct store *s = NULL;
	struct err e = ERR_INIT;

	assert_true(store_open(&o, &s, &e));
	if (!store_write(s, job, arg, &e))
		fail_msg("%s", e.detail);
	store_close(s);
}

static void
change(const char *id)
{
	struct known_row row = {.type = STR("system"),
				.id = str_from(id),
				.json = STR("{\"navn\":\"x\"}"),
				.at = AT(50),
				.actor = STR("cli:root")};

	run(job_change, &row);
}

/* ---- attacks ---- */

#define KY "type = 'system' AND id = 'KY'"
#define SWAP "UPDATE known SET json = replace(json, 'KY', 'ky') WHERE " KY
#define NEW_VERSION(at)                                                                        \
	"INSERT INTO known (type, id, version, json, at, actor) SELECT type, id, version + 1," \
	" replace(json, 'KY', 'ky'), " at ", actor FROM known WHERE type = 'system'"           \
	" AND id = 'KY' ORDER BY version DESC LIMIT 1"
#define NEW_SYSTEM(at)                                                                         \
	"INSERT INTO known (type, id, version, json, at, actor)"                               \
	" VALUES ('system', 'x', 1, '{}', " at ", 'cli:root')"
/* behind the last record; when the first of it became known */
#define NOW "(SELECT max(at) + 1 FROM audit)"
#define THEN "(SELECT min(at) FROM known)"

struct row {
	const char *name;
	bool is_pruned, has_digest;
	const char *changed; /* a system, as it should be; NULL: none */
	const char *sql;     /* NULL: nobody was there */
	bool has_false_pruning;
	const char *want; /* the first finding; "": none */
};

static const struct row rows[] = {
	{"as it was", true, true, NULL, NULL, false, ""},
	{"changed since", true, true, "KY", NULL, false, ""},
	{"new since", true, true, "new", NULL, false, ""},
	{"another certificate, long ago", true, true, NULL, SWAP, false,
	 "known-differs 41-41\n"},
	{"another certificate, today", true, true, NULL, NEW_VERSION(NOW), false,
	 "known-unrecorded system/KY\n"},
	{"another certificate, dated back", true, true, NULL, NEW_VERSION(THEN), false,
	 "known-differs 41-41\n"},
	{"a new system today", true, true, NULL, NEW_SYSTEM(NOW), false,
	 "known-unrecorded system/x\n"},
	{"a new system, dated back", true, true, NULL, NEW_SYSTEM(THEN), false,
	 "known-differs 41-41\n"},
	{"a system is gone", true, true, NULL,
	 "DELETE FROM known WHERE " KY, false, "known-differs 41-41\n"},
	{"its past, of one that was changed since", true, true, "KY", SWAP " AND version = 1",
	 false, "known-differs 41-41\n"},
	{"what it was changed to", true, true, "KY",
	 "UPDATE known SET json = '{}' WHERE " KY " AND version = 2",
	 false, "known-unrecorded system/KY\n"},
	{"a second pruning that would vouch for it", true, true, NULL, SWAP, true,
	 "known-differs 41-41\n"},
	/* pruned before there were digests: the half that its time gives away */
	{"as it was, no digest", true, false, "KY", NULL, false, ""},
	{"a new system today, no digest", true, false, NULL, NEW_SYSTEM(NOW), false,
	 "known-unrecorded system/x\n"},
	{"another certificate, today, no digest", true, false, NULL, NEW_VERSION(NOW), false,
	 "known-unrecorded system/KY\n"},
	/* not pruned: every version has its record */
	{"changed", false, false, "KY", NULL, false, ""},
	{"its past", false, false, "KY", SWAP " AND version = 1", false,
	 "known-unrecorded system/KY\n"},
	{"its past is gone", false, false, "KY",
	 "DELETE FROM known WHERE " KY " AND version = 1", false,
	 "known-unrecorded system/KY\n"},
};

static void
prune(const struct row *x)
{
	struct pruning p = {.has_digest = x->has_digest};
	char text[200];

	run(job_prune, &p);
	aw_forge(&world, SEAL_START, world.base + 25, world.s.g.sts);
	snprintf(text, sizeof(text), "DELETE FROM audit WHERE id <= %" PRId64, world.base + 25);
	aw_tamper(&world, text);
	aw_settle(&world);
}

static void
run_row(const struct row *x)
{
	AUTO(buf_release) struct buf found = BUF_INIT(65536);
	struct pruning again = {.has_digest = true};
	struct audit_report report;

	aw_copy(&world);
	if (x->is_pruned)
		prune(x);
	if (x->changed)
		change(x->changed);
	if (x->sql)
		aw_tamper(&world, x->sql);
	aw_settle(&world);
	if (x->has_false_pruning)
		run(job_prune, &again);
	aw_check(&world, false, NULL, &report, &found);
	if (strncmp(found.ptr, x->want, strlen(x->want)) != 0 ||
	    (*x->want == '\0' && report.broken > 0))
		fail_msg("%s: %s instead of %s", x->name, found.ptr, x->want);
}

static void
what_is_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		run_row(&rows[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_known),
	};

	return cmocka_run_group_tests_name("audit_known", tests, begin, end);
}
