/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sluse organisation publicer and tilbagerul: shows what will change, then does it, all or
 * nothing. When others changed what it is about in between, it is worked out once more.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "administration/publish.h"
#include "administration/rules.h"
#include "base/clock.h"
#include "base/encoding.h"
#include "gateway/cli_org_edit.h"
#include "gateway/cli_org_plan.h"

#define TRIES 3

struct flags {
	struct plan_options plan;
	struct publish_options publish;
	struct way_back back;
	struct org_progress progress;
	bool only_show, all, has_day;
	int64_t draft; /* 0: a way back */
};

static const struct option longs[] = {
	{"fra", required_argument, NULL, 'f'},
	{"vis", no_argument, NULL, 'v'},
	{"alle", no_argument, NULL, 'a'},
	{"accepter-aendrede", no_argument, NULL, 'c'},
	{"accepter-advarsler", no_argument, NULL, 'w'},
	{"som-aldrig", no_argument, NULL, 'n'},
	{"ogsaa-aendrede", no_argument, NULL, 'o'},
	{NULL, 0, NULL, 0},
};

/* NULL, or what is wrong. */
static const char *
read_flags(struct org *o, struct flags *f)
{
	int c;

	*f = (struct flags){.plan = {.day = INSTANT_MIN, .progress = org_progress},
			    .publish = {.progress = org_progress, .rules = publish_by_rules},
			    .progress = {.is_quiet = o->cli->quiet}};
	while ((c = getopt_long(o->argc, o->argv, "", longs, NULL)) != -1) {
		if (c == 'f' && !cli_time(optarg, &f->plan.day))
			return "--fra skal være en dato som 2026-01-01";
		f->has_day |= c == 'f';
		f->only_show |= c == 'v';
		f->all |= c == 'a';
		f->publish.accept_changed |= c == 'c';
		f->publish.accept_warnings |= c == 'w';
		f->back.is_never |= c == 'n';
		f->back.with_changed |= c == 'o';
		if (c == '?')
			return "se ovenfor";
	}
	if (f->back.is_never && f->has_day)
		return "--som-aldrig og --fra udelukker hinanden";
	return NULL;
}

/* To standard error: what stands in the way, or had to be accepted. */
static void
tell_finding(const struct rules_finding *f, instant day, void *arg)
{
	const struct org *o = arg;
	AUTO(arena_freep) struct arena *a = arena_new();
	char uuid[UUID_TEXT_LEN + 1];

	if (o->cli->quiet)
		return;
	fprintf(stderr, "%s %s: " STR_FMT, rule_severity_name[f->rule->severity], f->rule->id,
		STR_ARG(org_shown(o, a, f->what)));
	if (f->object)
		fprintf(stderr, " (%s %s)", desk_type_short(f->object->type),
			uuid_format(f->object->uuid, uuid).ptr);
	if (day > clock_now())
		fprintf(stderr, " pr. %s", org_when(a, day).ptr);
	fprintf(stderr, "\n");
}

static bool
make_plan(const struct org *o, struct flags *f, struct plan **out, struct err *e)
{
	f->plan.arg = f->publish.arg = &f->progress;
	if (f->draft)
		return plan_draft(&o->desk, f->draft, &f->plan, out, e);
	return plan_back(&o->desk, &f->back, &f->plan, out, e);
}

static int
show_only(const struct org *o, const struct plan *p, const struct flags *f)
{
	org_progress_end(&f->progress);
	if (o->cli->json)
		cli_print_json(org_plan_json(p, f->all));
	else
		org_print_plan(o, p, f->all);
	if (p->refusal_count > 0)
		return EXIT_INVALID;
	return p->conflicts > 0 && !f->publish.accept_changed && !f->back.with_changed
		       ? EXIT_CONFLICT
		       : EXIT_OK;
}

static void
print_receipt(const struct org *o, const struct plan *p, const struct receipt *got, bool all)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct str hash = hex_encode(a, str_of(got->hash, sizeof(got->hash)));
	json_t *j;

	if (o->cli->json) {
		j = org_plan_json(p, all);
		if (got->number > 0) {
			json_object_set_new(j, "publication", json_integer(got->number));
			org_json_time(j, "at", got->at);
			json_put_text(j, "hash", hash);
			json_put_text(j, "actor", o->desk.actor);
		}
		json_object_set_new(j, "heldMs",
				    json_integer((json_int_t)(got->held_us / 1000)));
		cli_print_json(j);
		return;
	}
	if (o->cli->quiet)
		return;
	org_print_plan(o, p, all);
	if (got->number == 0) {
		printf("Der er intet at publicere.\n");
		if (p->left > 0)
			printf("Andre har ændret det siden: --ogsaa-aendrede tager det med.\n");
		return;
	}
	printf("Publikation %" PRId64 ": %zu %s, " STR_FMT ", af " STR_FMT "\n"
	       "  hash " STR_FMT "\n",
	       got->number, got->objects, got->objects == 1 ? "objekt" : "objekter",
	       STR_ARG(org_when(a, got->at)), STR_ARG(o->desk.actor), STR_ARG(hash));
}

static int
run(struct org *o, struct flags *f)
{
	AUTO(plan_freep) struct plan *p = NULL;
	struct receipt got;
	struct err e;
	struct publish_rules_told told = {tell_finding, o};
	bool ok = false;

	f->publish.rules_arg = &told;
	for (int i = 0; i < TRIES && !ok; i++) {
		e = (struct err)ERR_INIT;
		plan_freep(&p);
		if (!make_plan(o, f, &p, &e))
			return org_failed(o, &e);
		if (f->only_show)
			return show_only(o, p, f);
		ok = publish(&o->desk, p, &f->publish, &got, &e);
		if (!ok && e.code != DRAFT_STALE)
			break;
	}
	org_progress_end(&f->progress);
	if (ok) {
		print_receipt(o, p, &got, f->all);
		return got.number == 0 && p->left > 0 ? EXIT_CONFLICT : EXIT_OK;
	}
	if (o->cli->json)
		cli_print_json(org_plan_json(p, f->all));
	else if (!o->cli->quiet)
		org_print_plan(o, p, f->all);
	return org_failed(o, &e);
}

int
org_publish_draft(struct org *o, int64_t draft, instant fra)
{
	struct flags f = {
		.plan = {.day = fra == EDIT_DAY ? INSTANT_MIN : fra, .progress = org_progress},
		.publish = {.progress = org_progress,
			    .rules = publish_by_rules,
			    .accept_warnings = true},
		.progress = {.is_quiet = o->cli->quiet},
		.draft = draft};

	return run(o, &f);
}

int
org_publicer(struct org *o)
{
	struct flags f;
	const char *wrong = read_flags(o, &f);

	if (wrong != NULL)
		return org_usage(o, "%s", wrong);
	if (f.back.is_never || f.back.with_changed)
		return org_usage(o, "--som-aldrig og --ogsaa-aendrede hører til tilbagerul");
	if (o->argc - optind != 1 || !org_number(o->argv[optind], &f.draft))
		return org_usage(o, "hvilken kladde?");
	return run(o, &f);
}

int
org_tilbagerul(struct org *o)
{
	struct flags f;
	const char *wrong = read_flags(o, &f);

	if (wrong != NULL)
		return org_usage(o, "%s", wrong);
	if (f.publish.accept_changed)
		return org_usage(o, "--accepter-aendrede hører til publicer");
	if (o->argc - optind != 1)
		return org_usage(o, "til hvad?");
	if (!org_number(o->argv[optind], &f.back.number) &&
	    !cli_time(o->argv[optind], &f.back.to))
		return org_usage(o, "'%s' er hverken en publikation eller et tidspunkt",
				 o->argv[optind]);
	if (f.back.number == 0 && f.back.to > clock_now())
		return org_usage(o, "%s er ikke kommet endnu", o->argv[optind]);
	return run(o, &f);
}
