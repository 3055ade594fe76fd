/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sluse apply and sluse export: what is known, from files and back. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "gateway/cli.h"
#include "gateway/file.h"
#include "gateway/known_peers.h"
#include "trust/apply.h"

#define EXPORT_MAX_BYTES (512UL * 1024 * 1024)

static void
report(const struct cli *c, const struct apply_options *o, const struct apply_report *r)
{
	const size_t *n = r->count;

	if (c->json) {
		printf("{\"dry_run\":%s,\"new\":%zu,\"changed\":%zu,\"removed\":%zu,\"same\":%"
		       "zu}\n",
		       o->dry_run ? "true" : "false", n[APPLY_NEW], n[APPLY_CHANGED],
		       n[APPLY_REMOVED], n[APPLY_SAME]);
		return;
	}
	if (!c->quiet || o->dry_run)
		cli_print(stdout, &r->diff);
	if (!c->quiet)
		printf("%s%zu new, %zu changed, %zu removed, %zu unchanged\n",
		       o->dry_run ? "would be: " : "", n[APPLY_NEW], n[APPLY_CHANGED],
		       n[APPLY_REMOVED], n[APPLY_SAME]);
}

/* A development configuration that was named also allows development certificates. */
static bool
read_environment(const struct cli *c, bool *development, struct err *e)
{
	struct config *config = NULL;

	if (c->config_path == NULL)
		return true;
	if (!cli_config_and_clock(c, &config, e))
		return false;
	*development = !config_is_production(config);
	config_free(config);
	return true;
}

static int
apply(const struct cli *c, struct apply_options *o, int from)
{
	AUTO(store_closep) struct store *s = NULL;
	struct apply_report r = {0};
	const char *paths[256];
	struct known_peers_rules rules;
	size_t count = 0;
	struct err e = ERR_INIT;
	bool ok;

	/* one left out would be pruned */
	if (c->argc - from > (int)ARRAY_LEN(paths))
		return cli_usage(c, "more than %zu files; @include some", ARRAY_LEN(paths));
	for (int i = from; i < c->argc; i++)
		paths[count++] = c->argv[i];
	ok = read_environment(c, &o->development, &e) && cli_store(c, false, &s, &e);
	rules = (struct known_peers_rules){o->development, clock_now()};
	o->peers = known_peers_check;
	o->peers_arg = &rules;
	ok = ok && apply_files(s, paths, count, o, &r, &e);
	cli_print(stderr, &r.problems);
	if (!c->quiet)
		cli_print(stderr, &r.warnings);
	if (ok)
		report(c, o, &r);
	apply_report_release(&r);
	return ok ? EXIT_OK : cli_failed(c, &e);
}

int
cmd_apply(struct cli *c)
{
	static const struct option longs[] = {
		{"dry-run", no_argument, NULL, 'n'},
		{"prune", no_argument, NULL, 'p'},
		{"root", required_argument, NULL, 'r'},
		{NULL, 0, NULL, 0},
	};
	struct apply_options o = {.actor = cli_actor()};
	int f;

	while ((f = getopt_long(c->argc, c->argv, "npr:", longs, NULL)) != -1) {
		if (f == 'n')
			o.dry_run = true;
		else if (f == 'p')
			o.prune = true;
		else if (f == 'r')
			o.root = str_from(optarg);
		else
			return cli_usage(c, "see above");
	}
	if (optind >= c->argc)
		return cli_usage(c, "name at least one file");
	return apply(c, &o, optind);
}

int
cmd_export(struct cli *c)
{
	static const struct option longs[] = {
		{"at", required_argument, NULL, 'a'},
		{"output", required_argument, NULL, 'o'},
		{NULL, 0, NULL, 0},
	};
	AUTO(store_closep) struct store *s = NULL;
	AUTO(buf_release) struct buf out = BUF_INIT(EXPORT_MAX_BYTES);
	const char *path = "-";
	instant at = INSTANT_MAX;
	struct err e = ERR_INIT;
	int f;

	while ((f = getopt_long(c->argc, c->argv, "o:", longs, NULL)) != -1) {
		if (f == 'o')
			path = optarg;
		else if (f != 'a' || !cli_time(optarg, &at))
			return cli_usage(c, "--at takes a time");
	}
	if (!cli_store(c, true, &s, &e) || !apply_export(s, at, &out, &e) ||
	    !buf_done(&out, &e) || !file_write(path, buf_str(&out), &e))
		return cli_failed(c, &e);
	return EXIT_OK;
}
