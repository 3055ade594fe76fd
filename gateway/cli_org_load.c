/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sluse organisation indlaes: a load of a whole organisation from a file or folder, into a
 * draft. Killed at any moment it goes on where it was with the same command; it is published as
 * a whole or not at all.
 */
#include "gateway/cli_org_load.h"

#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "administration/publish.h"
#include "base/clock.h"
#include "base/encoding.h"
#include "crypto/digest.h"
#include "gateway/cli_org_plan.h"
#include "gateway/cli_org_report.h"
#include "gateway/file.h"
#include "gateway/import_stage.h"
#include "gateway/progress.h"

#define TRIES 3
#define MAPPING_BYTES_MAX (1024UL * 1024)

/* ---- shared with importer ---- */

static volatile sig_atomic_t is_ending;

static void
on_signal(int number)
{
	(void)number;
	is_ending = 1;
}

void
org_load_signals(void)
{
	struct sigaction sa = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

static bool
on_progress(const struct load_progress *p, void *arg)
{
	progress_show(arg, p->bytes, p->total_bytes, p->records);
	return !is_ending;
}

bool
org_load(const struct org *o, struct load_order *order, struct arena *a,
	 struct load_outcome *out, struct err *e)
{
	struct progress p;
	bool ok;

	progress_begin(&p, o->cli->quiet);
	order->desk = &o->desk;
	order->progress = on_progress;
	order->arg = &p;
	ok = load_run(order, a, out, e);
	progress_end(&p);
	return ok;
}

void
org_load_organisation(const struct org *o, struct load_order *order)
{
	struct err none = ERR_INIT;

	if (!load_organisation(&o->desk, &order->source.organisation, &none))
		order->source.organisation = (struct uuid){{0}};
}

/* Made anew when others changed in between what it is about. */
static bool
publish_draft(const struct org *o, int64_t draft, const struct publish_options *options,
	      struct receipt *got, struct err *e)
{
	const struct plan_options plan = {
		.day = INSTANT_MIN, .progress = options->progress, .arg = options->arg};
	struct err why;
	bool ok = false;

	for (int i = 0; i < TRIES && !ok; i++) {
		AUTO(plan_freep) struct plan *p = NULL;

		why = (struct err)ERR_INIT;
		if (!plan_draft(&o->desk, draft, &plan, &p, &why))
			break;
		ok = publish(&o->desk, p, options, got, &why);
		if (!ok && why.code != DRAFT_STALE)
			break;
	}
	if (!ok)
		*e = why;
	return ok;
}

bool
org_load_publish(const struct org *o, struct load_outcome *out, bool accept_warnings,
		 int64_t *publication, struct err *e)
{
	struct org_progress progress = {.is_quiet = o->cli->quiet};
	const struct publish_options options = {.accept_warnings = accept_warnings,
						.rules = publish_by_rules,
						.progress = org_progress,
						.arg = &progress};
	struct receipt got;
	bool ok = publish_draft(o, out->draft, &options, &got, e);

	org_progress_end(&progress);
	if (!ok && e->code == DRAFT_INVALID && !o->cli->json)
		fprintf(stderr,
			"sluse organisation valider --kladde %" PRId64 " --cvr " STR_FMT
			" viser, hvad der er galt\n",
			out->draft, STR_ARG(o->desk.cvr));
	if (!ok)
		return false;
	*publication = got.number;
	out->state = got.number != 0 ? LOAD_PUBLISHED : LOAD_UNCHANGED;
	/* 0: somebody else has made it so in the meantime */
	return got.number != 0 || (draft_discard(&o->desk, out->draft, e) &&
				   load_end(&o->desk, out->run, LOAD_UNCHANGED, 0, e));
}

bool
org_load_show(const struct org *o, const struct load_outcome *out, struct err *e)
{
	AUTO(plan_freep) struct plan *p = NULL;
	struct org_progress progress = {.is_quiet = o->cli->quiet};
	const struct plan_options options = {
		.day = INSTANT_MIN, .progress = org_progress, .arg = &progress};
	bool ok = plan_draft(&o->desk, out->draft, &options, &p, e);

	org_progress_end(&progress);
	if (ok && !o->cli->quiet && !o->cli->json)
		org_print_plan(o, p, false);
	return ok && load_discard(&o->desk, out, e);
}

int
org_load_code(const struct load_outcome *out)
{
	if (out->state == LOAD_STOPPED)
		return EXIT_CONFLICT;
	return out->counts[COUNT_REFUSED] + out->counts[COUNT_PROPOSED] +
				       out->counts[COUNT_IGNORED] >
			       0
		       ? EXIT_WARNING
		       : EXIT_OK;
}

const char *
org_database(const struct org *o)
{
	return o->cli->database ? o->cli->database : config_text(o->config, OPT_DATABASE);
}

bool
org_load_mapping(const char *path, struct arena *a, struct load_order *order,
		 struct source_mapping **m, struct err *e)
{
	struct mapping_fault fault;
	uint8_t digest[32];
	struct str text;

	*m = NULL;
	if (!path)
		return true;
	if (!file_read(path, MAPPING_BYTES_MAX, &text, e))
		return false;
	digest_sha256(text, digest);
	order->mapping_digest = hex_encode(a, str_of(digest, sizeof(digest)));
	*m = mapping_parse(text, &fault);
	file_free(&text);
	order->source.mapping = *m;
	return *m || FAIL(e, SOURCE_INVALID, "%s: %s%s%s", path, fault.where,
			  fault.where[0] != '\0' ? ": " : "", fault.reason);
}

/* ---- indlaes ---- */

struct flags {
	struct load_order order;
	const char *report, *mapping;
	bool publishes, accept_warnings, has_organisation;
};

enum {
	F_CONTINUE = 256,
	F_AFRESH,
	F_FULL,
	F_DELTA,
	F_PROPOSALS,
	F_REMOVALS,
	F_WARNINGS,
	F_CPR
};

static const struct option longs[] = {
	{"kortlaegning", required_argument, NULL, 'm'},
	{"rapport", required_argument, NULL, 'r'},
	{"kilde", required_argument, NULL, 'k'},
	{"format", required_argument, NULL, 'f'},
	{"fra", required_argument, NULL, 'd'},
	{"organisation", required_argument, NULL, 'o'},
	{"proev", no_argument, NULL, 'n'},
	{"publicer", no_argument, NULL, 'p'},
	{"fortsaet", no_argument, NULL, F_CONTINUE},
	{"forfra", no_argument, NULL, F_AFRESH},
	{"fuld", no_argument, NULL, F_FULL},
	{"delta", no_argument, NULL, F_DELTA},
	{"accepter-forslag", no_argument, NULL, F_PROPOSALS},
	{"accepter-fjernelser", no_argument, NULL, F_REMOVALS},
	{"accepter-advarsler", no_argument, NULL, F_WARNINGS},
	{"cpr", no_argument, NULL, F_CPR},
	{NULL, 0, NULL, 0},
};

/* Those with a value. NULL, or what is wrong. */
static const char *
take_value(struct flags *f, int flag, const char *value)
{
	struct source_options *s = &f->order.source;

	switch (flag) {
	case 'm':
		f->mapping = value;
		return NULL;
	case 'r':
		f->report = value;
		return NULL;
	case 'k':
		f->order.name = str_from(value);
		return value[0] != '\0' ? NULL : "--kilde er et navn";
	case 'f':
		return source_format_named(str_from(value), &s->format)
			       ? NULL
			       : "--format er csv, jsonl, oio, ldif eller os2sync";
	case 'd':
		return cli_time(value, &s->from) ? NULL : "--fra er en dato som 2026-01-01";
	default:
		f->has_organisation = true;
		return uuid_parse(str_from(value), &s->organisation)
			       ? NULL
			       : "--organisation er et UUID";
	}
}

static void
take_switch(struct flags *f, int flag)
{
	switch (flag) {
	case 'n':
		f->order.is_trial = true;
		break;
	case 'p':
		f->publishes = true;
		break;
	case F_CONTINUE:
		f->order.begin = BEGIN_CONTINUE;
		break;
	case F_AFRESH:
		f->order.begin = BEGIN_AFRESH;
		break;
	case F_FULL:
		f->order.extent = EXTENT_FULL;
		break;
	case F_DELTA:
		f->order.extent = EXTENT_DELTA;
		break;
	case F_PROPOSALS:
		f->order.accept_proposals = true;
		break;
	case F_REMOVALS:
		f->order.accept_removals = true;
		break;
	case F_WARNINGS:
		f->accept_warnings = true;
		break;
	default:
		f->order.source.may_cpr = true;
	}
}

static const char *
read_flags(struct org *o, struct flags *f)
{
	const char *wrong = NULL;
	int c;

	*f = (struct flags){
		.order = {
			.source = {.cvr = o->desk.cvr,
				   .from = time_local_midnight(clock_now())},
			.owns = OWNER_ALL,
			.most_removed_percent =
				(unsigned)config_number(o->config, OPT_IMPORT_MOST_REMOVED),
			.least_removed = config_number(o->config, OPT_IMPORT_LEAST_REMOVED),
		}};
	while (!wrong && (c = getopt_long(o->argc, o->argv, "", longs, NULL)) != -1) {
		if (c == '?')
			return "se ovenfor";
		if (optarg)
			wrong = take_value(f, c, optarg);
		else
			take_switch(f, c);
	}
	if (wrong)
		return wrong;
	if (f->order.is_trial && (f->publishes || f->order.begin != BEGIN_EITHER))
		return "--proev udelukker --publicer, --fortsaet og --forfra";
	if (optind + 1 != o->argc)
		return "angiv én kilde: en fil eller en mappe";
	f->order.path = o->argv[optind];
	return NULL;
}

static bool
after_load(struct org *o, const struct flags *f, struct load_outcome *out, int64_t *publication,
	   struct err *e)
{
	if (f->report && out->run != 0 && !report_write(o, out->run, f->report, e))
		return false;
	if (f->order.is_trial)
		return org_load_show(o, out, e);
	if (!f->publishes || out->state != LOAD_STAGED || out->counts[COUNT_REFUSED] > 0)
		return true;
	return org_load_publish(o, out, f->accept_warnings, publication, e);
}

static int
run(struct org *o, struct flags *f, struct arena *a)
{
	AUTO(mapping_freep) struct source_mapping *m = NULL;
	struct err e = ERR_INIT, ignored = ERR_INIT;
	struct load_outcome out;
	int64_t publication = 0;
	bool ok;

	if (!org_load_mapping(f->mapping, a, &f->order, &m, &e))
		return org_failed(o, &e);
	if (!f->has_organisation)
		org_load_organisation(o, &f->order);
	if (!org_load(o, &f->order, a, &out, &e)) {
		if (out.run != 0 && e.code == SOURCE_INVALID) {
			report_summary(o, &out, 0);
			if (f->report && !report_write(o, out.run, f->report, &ignored))
				return org_failed(o, &ignored);
		}
		return org_failed(o, &e);
	}
	ok = after_load(o, f, &out, &publication, &e);
	report_summary(o, &out, publication);
	return ok ? org_load_code(&out) : org_failed(o, &e);
}

int
org_indlaes(struct org *o)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct err e = ERR_INIT;
	const char *wrong;
	struct flags f;
	int lock, code;

	wrong = read_flags(o, &f);
	if (wrong)
		return org_usage(o, "%s", wrong);
	if (!import_lock(org_database(o), o->desk.cvr, &lock, &e))
		return org_failed(o, &e);
	org_load_signals();
	code = run(o, &f, a);
	import_unlock(lock);
	return code;
}
