/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sluse organisation importer: periodic imports from the sources of import.kilder. Each run
 * stages, loads, checks and publishes, or says why not; it is recorded, with its report. A
 * timer calls it with --alle-forfaldne; two never run at once.
 * Source: administration contract 4.7.4.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "gateway/cli_org_load.h"
#include "gateway/cli_org_report.h"
#include "gateway/import_stage.h"

struct flags {
	bool all_due, list_runs, list_sources, only_show, accept_removals, accept_proposals;
	bool accept_warnings;
	int64_t run;
	const char *report;
	struct str source;
};

struct work {
	struct org *o;
	struct arena *a;
	const struct flags *f;
	struct import_sources sources;
};

/* ---- one import ---- */

static void
order_of(const struct work *w, const struct import_source *s, const char *path,
	 struct load_order *out)
{
	*out = (struct load_order){
		.path = path,
		.source = {.format = s->format,
			   .cvr = s->cvr,
			   .organisation = s->organisation,
			   .from = time_local_midnight(clock_now()),
			   .may_cpr = s->may_cpr},
		.name = s->name,
		.owns = s->owns,
		.extent = s->extent,
		.begin = BEGIN_REPLACE,
		.is_trial = w->f->only_show,
		.accept_proposals = w->f->accept_proposals,
		.accept_removals = w->f->accept_removals,
		.most_removed_percent = s->most_removed_percent,
		.least_removed = s->least_removed,
	};
	if (uuid_is_nil(s->organisation))
		org_load_organisation(w->o, out);
}

static bool
import_one(struct work *w, const struct import_source *s, struct load_outcome *out,
	   int64_t *publication, struct err *e)
{
	AUTO(mapping_freep) struct source_mapping *m = NULL;
	const char *work = config_text(w->o->config, OPT_IMPORT_WORK), *path;
	struct load_order order;

	*out = (struct load_outcome){.source = s->name};
	*publication = 0;
	if (!work)
		work = arena_printf(w->a, "%s.import", org_database(w->o)).ptr;
	if (!import_stage(s, work, w->a, &path, e))
		return false;
	order_of(w, s, path, &order);
	if (!org_load_mapping(s->mapping, w->a, &order, &m, e) ||
	    !org_load(w->o, &order, w->a, out, e))
		return false;
	if (w->f->only_show)
		return org_load_show(w->o, out, e);
	if (!s->publishes || out->state != LOAD_STAGED || out->counts[COUNT_REFUSED] > 0)
		return true;
	return org_load_publish(w->o, out, s->accepts_warnings || w->f->accept_warnings,
				publication, e);
}

/* What came to no run is one too: that a source could not be reached must be seen. */
static bool
record_failure(const struct work *w, const struct import_source *s, struct load_outcome *out,
	       const struct err *why, struct err *e)
{
	if (out->run != 0 || w->f->only_show)
		return true;
	return load_record_failure(&w->o->desk, s->name, str_from(err_row(why->code)->text),
				   str_from(why->detail), &out->run, e);
}

static int
run_source(struct work *w, const struct import_source *s)
{
	struct err e = ERR_INIT, why = ERR_INIT;
	struct load_outcome out;
	int64_t publication;
	int lock, code;
	bool ok;

	w->o->desk.cvr = s->cvr;
	if (!import_lock(org_database(w->o), s->cvr, &lock, &e))
		return org_failed(w->o, &e);
	ok = import_one(w, s, &out, &publication, &e);
	if (!ok && !record_failure(w, s, &out, &e, &why))
		(void)org_failed(w->o, &why);
	if (w->f->report && out.run != 0 && !report_write(w->o, out.run, w->f->report, &why))
		(void)org_failed(w->o, &why);
	if (out.run != 0)
		report_summary(w->o, &out, publication);
	code = ok ? org_load_code(&out) : org_failed(w->o, &e);
	import_unlock(lock);
	/* a trial that would stop is a warning: nothing was to be done anyway */
	return w->f->only_show && code == EXIT_CONFLICT ? EXIT_WARNING : code;
}

/* ---- what is due ---- */

static bool
take_began(const struct import_run *run, void *arg, struct err *e)
{
	instant *began = arg;

	(void)e;
	*began = run->began;
	return true;
}

static bool
last_began(const struct work *w, const struct import_source *s, instant *out, struct err *e)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	const unsigned trial = 1U << LOAD_TRIED;
	const struct import_filter f = {.cvr = s->cvr,
					.source = s->name,
					.states = ((1U << LOAD_STATE_COUNT) - 1) & ~trial,
					.limit = 1};

	*out = INSTANT_MIN;
	return store_read(w->o->store, &r, e) && imports_each(r, &f, take_began, out, e);
}

/* A source that is due, and when its plan begins a day: "2026-11-25 05:15". */
struct due {
	const struct import_source *source;
	char begins[17];
};

static bool
is_due(const struct work *w, const struct import_source *s, struct due *when, bool *out,
       struct err *e)
{
	const instant now = clock_now();
	instant last;

	*out = false;
	if (!str_is_set(s->plan_text) || s->is_paused)
		return true;
	if (!last_began(w, s, &last, e))
		return false;
	*out = schedule_is_due(&s->plan, last, now);
	when->source = s;
	schedule_next(&s->plan, time_local_midnight(now) - 1, when->begins);
	return true;
}

/* As their plans say, also when all of them are late: a hub before those who build on it. */
static int
by_plan(const void *pa, const void *pb)
{
	const struct due *a = pa, *b = pb;
	int order = strcmp(a->begins, b->begins);

	return order != 0 ? order : str_cmp(a->source->name, b->source->name);
}

/* A code that says more goes before one that says less. */
static int
worse(int a, int b)
{
	if (a == EXIT_OK || b == EXIT_OK)
		return a == EXIT_OK ? b : a;
	return a == EXIT_WARNING ? b : a;
}

static int
run_due(struct work *w)
{
	struct due *found = ARENA_NEW_N(w->a, w->sources.count + 1, struct due);
	struct err e = ERR_INIT;
	int code = EXIT_OK;
	size_t count = 0;
	bool due;

	for (size_t i = 0; i < w->sources.count; i++) {
		if (!is_due(w, &w->sources.at[i], &found[count], &due, &e))
			return org_failed(w->o, &e);
		count += due;
	}
	if (count > 1)
		qsort(found, count, sizeof(*found), by_plan);
	for (size_t i = 0; i < count; i++)
		code = worse(code, run_source(w, found[i].source));
	return code;
}

/* ---- lists ---- */

static json_t *
source_json(const struct import_source *s, instant last, const char *next)
{
	json_t *o = json_object();

	json_put_text(o, "source", s->name);
	json_put_text(o, "cvr", s->cvr);
	json_put_text(o, "from", str_from(s->url ? s->url : s->path));
	json_put_text(o, "schedule", s->plan_text);
	json_object_set_new(o, "paused", json_boolean(s->is_paused));
	json_put_text(o, "next", next[0] != '\0' ? str_from(next) : STR_NONE);
	if (last != INSTANT_MIN)
		org_json_time(o, "lastBegan", last);
	return o;
}

static int
list_sources(struct work *w)
{
	json_t *list = w->o->cli->json ? json_array() : NULL;
	struct err e = ERR_INIT;

	for (size_t i = 0; i < w->sources.count; i++) {
		const struct import_source *s = &w->sources.at[i];
		char next[17] = "";
		instant last;

		if (!last_began(w, s, &last, &e)) {
			json_decref(list);
			return org_failed(w->o, &e);
		}
		if (str_is_set(s->plan_text) && !s->is_paused)
			schedule_next(&s->plan, clock_now(), next);
		if (list)
			json_array_append_new(list, source_json(s, last, next));
		else
			printf("%-16s " STR_FMT "  %-16s  sidst %-16s  næste %s\n", s->name.ptr,
			       STR_ARG(s->cvr),
			       str_is_set(s->plan_text) ? s->plan_text.ptr : "kun manuelt",
			       last == INSTANT_MIN ? "aldrig" : org_when(w->a, last).ptr,
			       s->is_paused      ? "(pause)"
			       : next[0] != '\0' ? next
						 : "-");
	}
	if (list)
		cli_print_json(list);
	return EXIT_OK;
}

struct listing {
	struct work *w;
	json_t *list;
	size_t count;
};

static bool
list_run(const struct import_run *run, void *arg, struct err *e)
{
	struct listing *l = arg;
	int64_t c[LOAD_COUNTS];
	struct arena *a = l->w->a;

	(void)e;
	l->count++;
	if (l->list) {
		json_array_append_new(l->list, report_run_json(run));
		return true;
	}
	load_counts_of(run->facts, c);
	printf("%-6" PRId64 " " STR_FMT " %-16s %-16s %-11s oprettet %" PRId64
	       ", ændret %" PRId64 ", mangler %" PRId64 ", afviste %" PRId64 "\n",
	       run->id, STR_ARG(run->cvr), cli_shown(a, run->source).ptr,
	       org_when(a, run->began).ptr, load_state_name[run->state], c[COUNT_CREATED],
	       c[COUNT_CHANGED], c[COUNT_MISSING], c[COUNT_REFUSED]);
	return true;
}

static int
list_runs(struct work *w)
{
	const struct import_filter f = {
		.cvr = w->o->desk.cvr, .source = w->f->source, .id = w->f->run, .limit = 100};
	AUTO(store_read_endp) struct reading *r = NULL;
	struct listing l = {.w = w, .list = w->o->cli->json ? json_array() : NULL};
	struct err e = ERR_INIT;
	bool ok;

	ok = store_read(w->o->store, &r, &e) && imports_each(r, &f, list_run, &l, &e);
	if (ok && w->f->run != 0 && l.count == 0)
		ok = FAIL(&e, IMPORT_UNKNOWN, "kørsel %" PRId64, w->f->run);
	if (ok && w->f->run != 0)
		ok = report_write(w->o, w->f->run, w->f->report ? w->f->report : "-", &e);
	if (ok && l.list && w->f->run == 0)
		cli_print_json(l.list);
	else
		json_decref(l.list);
	return ok ? EXIT_OK : org_failed(w->o, &e);
}

/* ---- the command ---- */

enum { F_ALL = 256, F_RUNS, F_RUN, F_SOURCES, F_SHOW, F_REMOVALS, F_PROPOSALS, F_WARNINGS };

static const struct option longs[] = {
	{"alle-forfaldne", no_argument, NULL, F_ALL},
	{"koersler", no_argument, NULL, F_RUNS},
	{"koersel", required_argument, NULL, F_RUN},
	{"kilder", no_argument, NULL, F_SOURCES},
	{"toerkoer", no_argument, NULL, F_SHOW},
	{"accepter-fjernelser", no_argument, NULL, F_REMOVALS},
	{"accepter-forslag", no_argument, NULL, F_PROPOSALS},
	{"accepter-advarsler", no_argument, NULL, F_WARNINGS},
	{"rapport", required_argument, NULL, 'r'},
	{NULL, 0, NULL, 0},
};

static const char *
read_flags(struct org *o, struct flags *f)
{
	int c;

	*f = (struct flags){.report = NULL};
	while ((c = getopt_long(o->argc, o->argv, "", longs, NULL)) != -1) {
		if (c == '?')
			return "se ovenfor";
		if (c == 'r')
			f->report = optarg;
		if (c == F_RUN && !org_number(optarg, &f->run))
			return "--koersel er en kørsels nummer";
		f->all_due |= c == F_ALL;
		f->list_runs |= c == F_RUNS || c == F_RUN;
		f->list_sources |= c == F_SOURCES;
		f->only_show |= c == F_SHOW;
		f->accept_removals |= c == F_REMOVALS;
		f->accept_proposals |= c == F_PROPOSALS;
		f->accept_warnings |= c == F_WARNINGS;
	}
	if (optind + 1 < o->argc)
		return "angiv én kilde";
	f->source = optind < o->argc ? str_from(o->argv[optind]) : STR_NONE;
	if (f->all_due + f->list_runs + f->list_sources > 1 ||
	    (f->all_due && (f->accept_removals || f->accept_proposals || f->only_show)) ||
	    ((f->all_due || f->list_sources) && str_is_set(f->source)))
		return "disse valg udelukker hinanden";
	if (!f->all_due && !f->list_runs && !f->list_sources && !str_is_set(f->source))
		return "angiv en kilde; --kilder viser dem";
	if (!f->all_due && !f->list_sources && !str_is_set(o->desk.cvr))
		return "--cvr CVR skal være otte cifre";
	return NULL;
}

static int
act(struct work *w)
{
	const struct flags *f = w->f;
	const struct import_source *s;
	struct err e = ERR_INIT;

	if (f->list_runs)
		return list_runs(w);
	if (f->list_sources)
		return list_sources(w);
	if (f->all_due)
		return run_due(w);
	s = import_source_find(&w->sources, f->source, w->o->desk.cvr);
	if (s)
		return run_source(w, s);
	(void)FAIL(&e, IMPORT_UNKNOWN, STR_FMT, STR_ARG(f->source));
	return org_failed(w->o, &e);
}

int
org_importer(struct org *o)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(buf_release) struct buf problems = BUF_INIT(65536);
	struct work w = {.o = o, .a = a};
	struct err e = ERR_INIT;
	const char *wrong;
	struct flags f;
	bool ok;

	wrong = read_flags(o, &f);
	if (wrong)
		return org_usage(o, "%s", wrong);
	w.f = &f;
	ok = import_sources_read(o->config, a, &w.sources, &problems, &e);
	cli_print(stderr, &problems);
	if (!ok)
		return org_failed(o, &e);
	org_load_signals();
	return act(&w);
}
