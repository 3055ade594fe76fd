/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sluse audit verify: is the audit trail as it was written? sluse audit prune: older records
 * go, and what is left can still be verified. Pruning looks first whether what it removes is
 * sound, so that nothing is washed clean by it.
 */
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/encoding.h"
#include "gateway/app.h"
#include "gateway/audit_check.h"
#include "gateway/audit_known.h"
#include "gateway/cli_audit.h"

#define FINDINGS_SHOWN 50
#define PRUNE_AT_A_TIME 2000

struct verify {
	const struct cli *cli;
	size_t shown;
};

static void
tell_document(const struct verify *v, const struct audit_finding *f,
	      const struct audit_problem_row *row)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	json_t *o;

	if (!v->cli->json) {
		printf("%s: " STR_FMT ": %s (record %" PRId64 ")\n", row->name,
		       STR_ARG(cli_shown(a, f->what)), row->text, f->to);
		return;
	}
	o = json_object();
	(void)json_object_set_new(o, "problem", json_string(row->name));
	(void)json_object_set_new(o, "document", json_stringn(f->what.ptr, f->what.len));
	(void)json_object_set_new(o, "to", json_integer(f->to));
	json_dumpf(o, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	putchar('\n');
	json_decref(o);
}

static void
tell(const struct audit_finding *f, void *arg)
{
	struct verify *v = arg;
	const struct audit_problem_row *row = &audit_problem_rows[f->problem];

	if (++v->shown > FINDINGS_SHOWN)
		return;
	if (str_is_set(f->what))
		tell_document(v, f, row);
	else if (v->cli->json)
		printf("{\"problem\":\"%s\",\"from\":%" PRId64 ",\"to\":%" PRId64 "}\n",
		       row->name, f->from, f->to);
	else if (f->from == f->to)
		printf("%s: record %" PRId64 ": %s\n", row->name, f->from, row->text);
	else
		printf("%s: records %" PRId64 " to %" PRId64 ": %s\n", row->name, f->from,
		       f->to, row->text);
}

static void
progress(int64_t records, void *arg)
{
	const struct verify *v = arg;

	if (!v->cli->quiet)
		fprintf(stderr, "sluse audit: %" PRId64 " records so far\n", records);
}

static void
print_sealed(const struct audit_report *r)
{
	char at[TIME_TEXT_MAX];
	struct str when = STR("never");

	if (r->sealed.id > 0)
		when = time_format_local(r->sealed_at, at);
	printf("sealed up to record %" PRId64 " (" STR_FMT "), %" PRId64 " records behind it\n",
	       r->sealed.id, STR_ARG(when), r->unsealed);
}

static void
print_report(const struct cli *c, const struct audit_report *r)
{
	if (c->json) {
		printf("{\"records\":%" PRId64 ",\"first\":%" PRId64 ",\"last\":%" PRId64
		       ",\"sealed\":%" PRId64 ",\"unsealed\":%" PRId64 ",\"seals\":%" PRId64
		       ",\"seals_unknown\":%" PRId64 ",\"heads\":%" PRId64
		       ",\"heads_older\":%" PRId64
		       ",\"half_pruned\":%s,\"broken\":%zu,\"warnings\":%zu}\n",
		       r->records, r->first, r->last, r->sealed.id, r->unsealed, r->seals,
		       r->seals_unknown, r->heads, r->heads_older,
		       r->is_half_pruned ? "true" : "false", r->broken, r->warnings);
		return;
	}
	if (r->broken + r->warnings > FINDINGS_SHOWN)
		printf("… and %zu more\n", r->broken + r->warnings - FINDINGS_SHOWN);
	if (c->quiet)
		return;
	printf("%" PRId64 " records, %" PRId64 " to %" PRId64 "\n", r->records, r->first,
	       r->last);
	print_sealed(r);
	printf("%" PRId64 " seals, %" PRId64 " of them by keys not known here\n", r->seals,
	       r->seals_unknown);
	if (r->heads > 0)
		printf("%" PRId64 " heads from outside, %" PRId64
		       " more are older than the trail\n",
		       r->heads, r->heads_older);
	if (r->is_half_pruned)
		printf("a pruning was interrupted; sluse audit prune goes on with it\n");
	if (r->broken > 0)
		printf("NOT AS IT WAS WRITTEN\n");
	else if (r->sealed.id > 0)
		printf("as it was written, up to record %" PRId64 "\n", r->sealed.id);
	else
		printf("the chain holds; nobody vouches for it\n");
}

/* "1234:<64 hex digits>", as a person may have written it down. */
static bool
read_head(const char *text, struct arena *a, struct audit_head *out)
{
	struct str id, hash, bytes = STR_NONE;
	struct err e = ERR_INIT;

	if (!str_cut(str_from(text), ':', &id, &hash) ||
	    !str_to_i64(id, 1, INT64_MAX, &out->id) || !hex_decode(hash, a, &bytes, &e) ||
	    bytes.len != sizeof(out->hash))
		return false;
	memcpy(out->hash, bytes.ptr, bytes.len);
	return true;
}

struct verify_flags {
	const char *certs, *heads;
	struct audit_head head;
	bool has_head;
};

/* A copy with certificates beside it needs no configuration. */
bool
audit_load_keys(const struct cli *c, const char *certs, struct arena *a, const char **heads,
		struct audit_keys *keys, struct err *e)
{
	struct config *config = NULL;
	struct platform p = {0};
	bool ok = true;

	if (certs != NULL && c->database != NULL)
		return audit_keys_load(certs, keys, e);
	if (!cli_config_and_clock(c, &config, e))
		return false;
	if (heads != NULL && *heads == NULL && c->database == NULL &&
	    config_is_set(config, OPT_AUDIT_HEADS))
		*heads = arena_printf(a, "%s", config_text(config, OPT_AUDIT_HEADS)).ptr;
	if (certs != NULL) {
		config_free(config);
		return audit_keys_load(certs, keys, e);
	}
	for (int i = 0; ok && i < IDENTITY_COUNT; i++)
		ok = identity_load(config, (enum identity_name)i, &p.id[i], e);
	ok = ok && audit_keys_of(&p, keys, e);
	for (int i = 0; i < IDENTITY_COUNT; i++)
		identity_release(&p.id[i]);
	config_free(config);
	return ok;
}

static int
verify(struct cli *c, struct audit_check *check, struct err *e)
{
	AUTO(store_closep) struct store *s = NULL;
	AUTO(store_read_endp) struct reading *r = NULL;
	struct verify v = {.cli = c};
	struct audit_report report;

	check->tell = tell;
	check->progress = progress;
	check->arg = &v;
	if (!cli_store(c, true, &s, e) || !store_read(s, &r, e))
		return cli_failed(c, e);
	check->now = clock_now();
	if (!audit_check(r, check, &report, e))
		return cli_failed(c, e);
	print_report(c, &report);
	if (report.broken > 0)
		return EXIT_CRITICAL;
	return report.warnings > 0 ? EXIT_WARNING : EXIT_OK;
}

static int
read_verify_flags(struct cli *c, struct arena *a, struct verify_flags *out)
{
	static const struct option longs[] = {
		{"cert", required_argument, NULL, 'c'},
		{"heads", required_argument, NULL, 'f'},
		{"head", required_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int flag;

	while ((flag = getopt_long(c->argc, c->argv, "", longs, NULL)) != -1) {
		if (flag == 'c')
			out->certs = optarg;
		else if (flag == 'f')
			out->heads = optarg;
		else if (flag == 'h' && read_head(optarg, a, &out->head))
			out->has_head = true;
		else
			return cli_usage(c, "--head takes ID:HASH, --heads and --cert a file");
	}
	return optind < c->argc ? cli_usage(c, "unknown argument '%s'", c->argv[optind])
				: EXIT_OK;
}

int
audit_verify(struct cli *c)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct audit_keys keys = {0};
	struct audit_check check = {.keys = &keys};
	struct verify_flags flags = {0};
	struct err e = ERR_INIT;
	int code = read_verify_flags(c, a, &flags);

	if (code != EXIT_OK)
		return code;
	check.head = flags.has_head ? &flags.head : NULL;
	if (!audit_load_keys(c, flags.certs, a, &flags.heads, &keys, &e)) {
		code = cli_failed(c, &e);
	} else if (flags.heads != NULL &&
		   (check.heads =
			    strcmp(flags.heads, "-") == 0 ? stdin : fopen(flags.heads, "re")) ==
			   NULL) {
		(void)FAIL(&e, FILE_UNREADABLE, "%s", flags.heads);
		code = cli_failed(c, &e);
	} else {
		code = verify(c, &check, &e);
	}
	if (check.heads != NULL)
		fclose(check.heads);
	audit_keys_release(&keys);
	return code;
}

/* ---- prune ---- */

struct prune {
	instant before;
	bool despite_findings;
	struct audit_seal start;
	int64_t first, removed;
	bool is_broken;
};

static void
ignore(const struct audit_finding *f, void *arg)
{
	(void)f, (void)arg;
}

/* Up to where, and is all of the trail sound? */
static bool
prune_plan(struct store *s, const struct platform *p, struct prune *job, struct err *e)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct audit_keys keys = {0};
	struct audit_check check = {.keys = &keys, .now = clock_now(), .tell = ignore};
	struct audit_start start;
	struct audit_report report;
	bool found, ok;

	ok = store_read(s, &r, e) && audit_keys_of(p, &keys, e) &&
	     audit_check(r, &check, &report, e);
	audit_keys_release(&keys);
	if (!ok || !store_audit_start(r, &start, e) ||
	    !store_audit_before(r, job->before, &job->start.head.id, e))
		return false;
	job->is_broken = report.broken > 0;
	if (job->is_broken && !job->despite_findings)
		return FAIL(e, AUDIT_BROKEN, "%zu findings; see sluse audit verify",
			    report.broken);
	job->first = report.first;
	if (job->start.head.id <= start.head.id) {
		job->start.head.id = 0;
		return true;
	}
	memcpy(job->start.chain, start.chain, sizeof(start.chain));
	return store_audit_head_at(r, job->start.head.id, &job->start.head, &found, e) &&
	       (found ||
		FAIL(e, AUDIT_BROKEN, "record %" PRId64 " is gone", job->start.head.id));
}

/* The new start, and a record that says who made it, in one. */
static bool
prune_job(struct tx *tx, void *arg, struct err *e)
{
	const struct prune *job = arg;
	AUTO(buf_release) struct buf object = BUF_INIT(128), detail = BUF_INIT(128);
	struct audit_row row = {
		.at = job->start.at,
		.action = STR("audit.prune"),
		.result = job->is_broken ? STR("AUDIT_BROKEN") : STR("ok"),
		.actor = cli_actor(),
	};

	buf_printf(&object, "audit/%" PRId64 "-%" PRId64, job->first, job->start.head.id);
	row.object = buf_str(&object);
	if (!audit_known_write(tx_reading(tx), &detail, e))
		return false;
	row.detail = buf_str(&detail);
	return store_audit_seal_put(tx, &job->start, e) && store_audit_add(tx, &row, e);
}

static bool
remove_job(struct tx *tx, void *arg, struct err *e)
{
	return store_audit_prune(tx, PRUNE_AT_A_TIME, arg, e);
}

/* A little at a time: the server writes in between. */
static bool
remove_all(struct store *s, int64_t *total, struct err *e)
{
	int64_t removed = 1;

	for (*total = 0; removed > 0; *total += removed)
		if (!store_write(s, remove_job, &removed, e))
			return false;
	return true;
}

static bool
prune(struct store *s, const struct platform *p, struct prune *job, struct err *e)
{
	const struct signer *by = audit_signer(p, clock_now());

	if (by == NULL)
		return FAIL(e, CONFIG_INVALID, "no key is configured to sign with");
	if (!prune_plan(s, p, job, e))
		return false;
	job->start.kind = SEAL_START;
	job->start.at = time_floor_ms(clock_now());
	if (job->start.head.id > 0 &&
	    (!audit_seal_sign(by, &job->start, e) || !store_write(s, prune_job, job, e)))
		return false;
	return remove_all(s, &job->removed, e);
}

static int
run_prune(const struct cli *c, struct prune *job)
{
	AUTO(store_closep) struct store *s = NULL;
	struct config *config = NULL;
	struct platform *p = NULL;
	struct err e = ERR_INIT;
	bool ok = cli_config_and_clock(c, &config, &e) && platform_load(config, &p, &e) &&
		  cli_store(c, false, &s, &e) && prune(s, p, job, &e);

	platform_release(p);
	if (!ok)
		return cli_failed(c, &e);
	if (c->json)
		printf("{\"start\":%" PRId64 ",\"removed\":%" PRId64 "}\n", job->start.head.id,
		       job->removed);
	else if (!c->quiet)
		printf("%" PRId64 " rows removed\n", job->removed);
	return EXIT_OK;
}

int
audit_prune(struct cli *c)
{
	static const struct option longs[] = {
		{"before", required_argument, NULL, 'b'},
		{"despite-findings", no_argument, NULL, 'd'},
		{NULL, 0, NULL, 0},
	};
	struct prune job = {.before = INSTANT_MIN};
	instant age;
	int flag;

	while ((flag = getopt_long(c->argc, c->argv, "", longs, NULL)) != -1) {
		if (flag == 'd')
			job.despite_findings = true;
		else if (flag == 'b' && cli_duration(optarg, &age))
			job.before = clock_now() - age;
		else if (flag != 'b' || !cli_time(optarg, &job.before))
			return cli_usage(c, "--before takes a time, or an age such as 1825d");
	}
	if (optind < c->argc)
		return cli_usage(c, "unknown argument '%s'", c->argv[optind]);
	if (job.before == INSTANT_MIN)
		return cli_usage(c, "--before is missing");
	return run_prune(c, &job);
}
