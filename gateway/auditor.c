/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sealing in the background; see auditor.h. When what was sealed is gone or changed it stops
 * sealing, says so at every interval, and goes on serving: stopping would be what an attacker
 * gets for free. Owns the counters; the rest is touched by one thread.
 */
#include "gateway/auditor.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "gateway/app.h"
#include "gateway/audit_seal.h"
#include "gateway/file.h"
#include "gateway/repeats.h"

#define ACTIONS_MAX 4
#define LINE_BYTES 8192
/* Some 100 ms. */
#define LOOK_RECORDS 50000
#define LOOK_HEADS 10000

struct auditor {
	/* what was sealed last */
	struct audit_head sealed;
	bool is_begun;
	/* the heads outside that are still to be compared; NULL: none, or all of them were */
	FILE *heads;
	bool is_unreadable; /* a line of them; that is said once */
	uint64_t sealed_us; /* when it was last time */
	uint64_t retry_us;  /* not before, since it failed */

	/* refusals, by what was asked for and why */
	const char *_Atomic actions[ACTIONS_MAX];
	atomic_uint refused[ACTIONS_MAX][ERR_COUNT];
	instant since;
	uint64_t counted_us;

	/* for the metrics */
	atomic_bool is_broken;
	atomic_llong last_id, sealed_id;
};

struct auditor *
auditor_new(void)
{
	return MEM_NEW(struct auditor);
}

void
auditor_free(struct auditor *a)
{
	if (a != NULL && a->heads != NULL)
		fclose(a->heads);
	mem_free(a);
}

/* ---- refusals without a sender ---- */

void
auditor_count(struct auditor *a, const char *action, enum err_code why)
{
	for (size_t i = 0; a != NULL && i < ACTIONS_MAX; i++) {
		const char *none = NULL;

		if (atomic_compare_exchange_strong(&a->actions[i], &none, action) ||
		    strcmp(none, action) == 0) {
			atomic_fetch_add(&a->refused[i][why], 1);
			return;
		}
	}
}

struct tally {
	struct auditor *a;
	instant now;
	unsigned taken[ACTIONS_MAX][ERR_COUNT];
	bool is_any;
};

static void
tally_take(struct tally *t)
{
	for (size_t i = 0; i < ACTIONS_MAX; i++)
		for (size_t c = 0; c < ERR_COUNT; c++) {
			t->taken[i][c] = atomic_exchange(&t->a->refused[i][c], 0);
			t->is_any |= t->taken[i][c] > 0;
		}
}

static void
tally_give_back(struct tally *t)
{
	for (size_t i = 0; i < ACTIONS_MAX; i++)
		for (size_t c = 0; c < ERR_COUNT; c++)
			if (t->taken[i][c] > 0)
				atomic_fetch_add(&t->a->refused[i][c], t->taken[i][c]);
}

static bool
tally_add(struct tx *tx, const struct tally *t, size_t i, enum err_code why, struct err *e)
{
	AUTO(buf_release) struct buf detail = BUF_INIT(256);
	char from[TIME_TEXT_MAX];
	struct audit_row row = {
		.at = t->now,
		.action = str_from(atomic_load(&t->a->actions[i])),
		.result = str_from(err_row(why)->name),
		.actor = STR("unproven"),
	};

	buf_printf(&detail, "{\"count\":%u,\"since\":\"" STR_FMT "\"}", t->taken[i][why],
		   STR_ARG(time_format_utc(t->a->since, from)));
	row.detail = buf_str(&detail);
	return store_audit_add(tx, &row, e);
}

static bool
tally_job(struct tx *tx, void *arg, struct err *e)
{
	const struct tally *t = arg;

	for (size_t i = 0; i < ACTIONS_MAX; i++)
		for (int c = 0; c < ERR_COUNT; c++)
			if (t->taken[i][c] > 0 && !tally_add(tx, t, i, (enum err_code)c, e))
				return false;
	return true;
}

/* One record a reason: as many at most as there are reasons, however many were refused. */
static void
write_refusals(struct auditor *a, struct app *app, instant now)
{
	struct tally *t = MEM_NEW(struct tally);
	struct err e = ERR_INIT;

	t->a = a;
	t->now = now;
	tally_take(t);
	if (a->since == 0)
		a->since = now;
	if (!t->is_any || store_write(app->store, tally_job, t, &e)) {
		a->since = now;
	} else {
		tally_give_back(t);
		LOG_ERR(LOG_LEVEL_ERROR, "audit.failed", &e);
	}
	mem_free(t);
	err_clear(&e);
	if (!repeats_flush(app->store, now, &e))
		LOG_ERR(LOG_LEVEL_ERROR, "audit.failed", &e);
}

/* ---- sealing ---- */

static bool
broken(struct auditor *a, const char *what, int64_t id, struct err *e)
{
	atomic_store(&a->is_broken, true);
	return FAIL(e, AUDIT_BROKEN, "%s, record %" PRId64, what, id);
}

static bool
is_same(const struct audit_head *x, const struct audit_head *y)
{
	return x->id == y->id && memcmp(x->hash, y->hash, sizeof(x->hash)) == 0;
}

/* What was sealed last, according to the database. */
static bool
last_seal(struct auditor *a, struct reading *r, const struct audit_start *start,
	  const struct audit_keys *keys, struct err *e)
{
	struct audit_seal last;
	enum seal_verdict verdict;
	bool found;

	if (!store_audit_seal_last(r, SEAL_HEAD, &last, &found, e))
		return false;
	a->sealed = start->head;
	if (!found || last.head.id <= start->head.id)
		return true;
	verdict = audit_seal_judge(&last, keys);
	if (verdict == SEAL_FALSE || memcmp(last.chain, start->chain, sizeof(last.chain)) != 0)
		return broken(a, "the last seal is false", last.head.id, e);
	/* by a key that was replaced: then all of it is looked at once more */
	if (verdict == SEAL_GOOD)
		a->sealed = last.head;
	return true;
}

static void
close_heads(struct auditor *a)
{
	if (a->heads != NULL)
		fclose(a->heads);
	a->heads = NULL;
}

/* One head from outside. The first that differs is told and ends it: those behind it do too. */
static bool
compare_head(struct auditor *a, struct reading *r, const struct audit_start *start,
	     const struct audit_head *head, struct err *e)
{
	struct audit_head here = start->head;
	struct err why = ERR_INIT;
	bool found = true;

	if (head->id < start->head.id)
		return true;
	if (head->id > start->head.id && !store_audit_head_at(r, head->id, &here, &found, e))
		return false;
	if (!found || !is_same(&here, head)) {
		(void)FAIL(&why, AUDIT_BROKEN,
			   "audit.heads has record %" PRId64 ", which is not there", head->id);
		LOG_ERR(LOG_LEVEL_ERROR, "audit.set_back", &why);
		close_heads(a);
	}
	return true;
}

/*
 * Has the database been set back, its end cut off, or what was sealed in it chained anew, while
 * nobody served it? Nothing in it can say so. It is told aloud, and served and sealed all the
 * same: it may be a backup that was brought back. Some at a time, as records are.
 */
static bool
compare_heads(struct auditor *a, struct reading *r, const struct audit_start *start,
	      struct err *e)
{
	AUTO(arena_freep) struct arena *arena = arena_new();
	struct err why = ERR_INIT;
	struct audit_seal seal;
	char line[LINE_BYTES];

	for (int i = 0; a->heads != NULL && i < LOOK_HEADS; i++) {
		if (fgets(line, sizeof(line), a->heads) == NULL) {
			close_heads(a);
			break;
		}
		arena_reset(arena);
		if (audit_seal_read(str_trim(str_from(line)), arena, &seal, &why)) {
			if (!compare_head(a, r, start, &seal.head, e))
				return false;
		} else if (!a->is_unreadable) {
			a->is_unreadable = true;
			LOG_ERR(LOG_LEVEL_ERROR, "audit.heads_unreadable", &why);
		}
	}
	return true;
}

/* Of this run of the server. */
static bool
begin(struct auditor *a, struct reading *r, const struct audit_start *start,
      const struct platform *p, struct err *e)
{
	struct audit_keys keys = {0};
	bool ok;

	if (a->is_begun)
		return true;
	ok = audit_keys_of(p, &keys, e) && last_seal(a, r, start, &keys, e);
	audit_keys_release(&keys);
	a->is_begun = ok;
	if (ok && config_is_set(p->config, OPT_AUDIT_HEADS))
		a->heads = fopen(config_text(p->config, OPT_AUDIT_HEADS), "re");
	return ok;
}

/* Somebody has pruned meanwhile: by our own key or not at all. */
static bool
follow_start(struct auditor *a, const struct audit_start *start, const struct platform *p,
	     struct err *e)
{
	struct audit_keys keys = {0};
	bool ok;

	if (start->head.id <= a->sealed.id)
		return true;
	ok = audit_keys_of(p, &keys, e);
	if (ok && audit_seal_judge(&start->seal, &keys) != SEAL_GOOD)
		ok = broken(a, "the start is not signed by us", start->head.id, e);
	audit_keys_release(&keys);
	if (ok)
		a->sealed = start->head;
	return ok;
}

static bool
still_there(struct auditor *a, struct reading *r, const struct audit_start *start,
	    struct err *e)
{
	struct audit_head now;
	bool found = true;

	if (a->sealed.id == start->head.id)
		now = start->head;
	else if (!store_audit_head_at(r, a->sealed.id, &now, &found, e))
		return false;
	return (found && is_same(&now, &a->sealed)) ||
	       broken(a, "what was sealed is not there any more", a->sealed.id, e);
}

struct segment {
	struct auditor *a;
	struct audit_head head; /* the last record that was looked at */
};

static bool
fits(const struct audit_row *row, const uint8_t want[AUDIT_HASH_BYTES], void *arg,
     struct err *e)
{
	struct segment *s = arg;

	if (row->hash.len != AUDIT_HASH_BYTES ||
	    memcmp(row->hash.ptr, want, AUDIT_HASH_BYTES) != 0)
		return broken(s->a, "the chain does not hold", row->id, e);
	s->head.id = row->id;
	memcpy(s->head.hash, want, sizeof(s->head.hash));
	return true;
}

/*
 * *out: up to where to seal, if it is time; id 0 if not. Of many records, as after an upgrade,
 * only some are looked at: the one thread that asks has other things to do.
 */
static bool
look(struct auditor *a, struct app *app, const struct platform *p, bool is_time,
     struct audit_seal *out, struct err *e)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct segment s = {.a = a};
	struct audit_start start;
	struct audit_head last;
	bool is_ours;

	out->head.id = 0;
	if (!store_read(app->store, &r, e) || !store_audit_start(r, &start, e) ||
	    !begin(a, r, &start, p, e) || !compare_heads(a, r, &start, e) ||
	    !follow_start(a, &start, p, e) || !store_audit_head(r, &last, e))
		return false;
	atomic_store(&a->last_id, last.id);
	atomic_store(&a->sealed_id, a->sealed.id);
	if (!is_time && last.id >= a->sealed.id &&
	    last.id - a->sealed.id < AUDITOR_SEAL_RECORDS)
		return true;
	s.head = a->sealed;
	if (!store_code_is_ours(r, &is_ours, e))
		return false;
	if (!is_ours)
		return broken(a, "somebody put code into the database", last.id, e);
	if (!still_there(a, r, &start, e) ||
	    !store_audit_walk(r, &a->sealed, LOOK_RECORDS, fits, &s, e))
		return false;
	memcpy(out->chain, start.chain, sizeof(out->chain));
	if (s.head.id > a->sealed.id)
		out->head = s.head;
	return true;
}

static bool
seal_job(struct tx *tx, void *arg, struct err *e)
{
	return store_audit_seal_put(tx, arg, e);
}

/* Others hear of it once it is in the database. */
static bool
publish(const struct platform *p, const struct audit_seal *s, struct err *e)
{
	AUTO(arena_freep) struct arena *arena = arena_new();
	AUTO(buf_release) struct buf line = BUF_INIT(LINE_BYTES);

	audit_seal_log(s, arena);
	if (!config_is_set(p->config, OPT_AUDIT_HEADS))
		return true;
	audit_seal_write(s, arena, &line);
	return file_append(config_text(p->config, OPT_AUDIT_HEADS), buf_str(&line), e);
}

static bool
seal(struct auditor *a, struct app *app, const struct platform *p, instant now, bool is_time,
     struct err *e)
{
	const struct signer *by = audit_signer(p, now);
	struct audit_seal s = {.kind = SEAL_HEAD, .at = time_floor_ms(now)};

	if (by == NULL)
		return true;
	if (!look(a, app, p, is_time, &s, e))
		return false;
	if (is_time || s.head.id != 0)
		a->sealed_us = clock_monotonic_us();
	if (s.head.id == 0)
		return true;
	if (!audit_seal_sign(by, &s, e) || !store_write(app->store, seal_job, &s, e))
		return false;
	a->sealed = s.head;
	atomic_store(&a->sealed_id, s.head.id);
	return publish(p, &s, e);
}

void
auditor_tick(struct auditor *a, struct app *app, const struct platform *p, instant now,
	     bool at_once)
{
	uint64_t now_us = clock_monotonic_us();
	uint64_t interval_us = (uint64_t)config_number(p->config, OPT_AUDIT_INTERVAL) * 1000000;
	bool is_time = at_once || now_us - a->sealed_us >= interval_us;
	struct err e = ERR_INIT;

	if (at_once || now_us - a->counted_us >= interval_us) {
		a->counted_us = now_us;
		write_refusals(a, app, now);
	}
	if ((!at_once && now_us < a->retry_us) || seal(a, app, p, now, is_time, &e))
		return;
	a->retry_us = now_us + interval_us;
	LOG_ERR(LOG_LEVEL_ERROR, e.code == AUDIT_BROKEN ? "audit.broken" : "audit.seal_failed",
		&e);
}

void
auditor_metrics(struct auditor *a, struct buf *out)
{
	buf_printf(out,
		   "# TYPE sluse_audit_records_total counter\nsluse_audit_records_total %lld\n"
		   "# TYPE sluse_audit_sealed gauge\nsluse_audit_sealed %lld\n"
		   "# TYPE sluse_audit_intact gauge\nsluse_audit_intact %d\n",
		   atomic_load(&a->last_id), atomic_load(&a->sealed_id),
		   atomic_load(&a->is_broken) ? 0 : 1);
}
