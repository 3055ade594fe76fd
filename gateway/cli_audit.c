/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sluse audit: search the audit trail, as a table or as JSON Lines. */
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/cli.h"

static void
set_text(json_t *o, const char *key, struct str value)
{
	if (str_is_set(value))
		json_object_set_new(o, key, json_stringn(value.ptr, value.len));
}

static bool
print_json(const struct audit_row *row, void *arg, struct err *e)
{
	json_t *o = json_object();
	char at[TIME_TEXT_MAX];

	(void)arg, (void)e;
	json_object_set_new(o, "id", json_integer(row->id));
	set_text(o, "at", time_format_utc(row->at, at));
	set_text(o, "action", row->action);
	set_text(o, "result", row->result);
	set_text(o, "actor", row->actor);
	set_text(o, "cvr", row->cvr);
	set_text(o, "object", row->object);
	set_text(o, "request", row->request_id);
	if (str_is_set(row->detail))
		json_object_set_new(o, "detail",
				    json_loadb(row->detail.ptr, row->detail.len, 0, NULL));
	json_dumpf(o, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER);
	putchar('\n');
	json_decref(o);
	return true;
}

static bool
print_line(const struct audit_row *row, void *arg, struct err *e)
{
	char at[TIME_TEXT_MAX];
	struct str when = time_format_local(row->at, at);

	(void)arg, (void)e;
	printf(STR_FMT "  %-28.*s %-22.*s %-14.*s %-8.*s " STR_FMT "\n", STR_ARG(when),
	       STR_ARG(row->action), STR_ARG(row->result), STR_ARG(row->actor),
	       STR_ARG(row->cvr), STR_ARG(row->object));
	return true;
}

/* Fills one filter from one flag. */
static bool
set_filter(struct audit_filter *f, int flag, const char *value)
{
	switch (flag) {
	case 'f':
		return cli_time(value, &f->from);
	case 't':
		return cli_time(value, &f->to);
	case 'a':
		f->action = str_from(value);
		return true;
	case 'w':
		f->actor = str_from(value);
		return true;
	case 'c':
		f->cvr = str_from(value);
		return true;
	case 'o':
		f->object = str_from(value);
		return true;
	case 'r':
		f->request_id = str_from(value);
		return true;
	case 'R':
		f->result = str_from(value);
		return true;
	case 'l':
		return str_to_i64(str_from(value), 1, INT64_MAX, &f->limit);
	default:
		return false;
	}
}

int
cmd_audit(struct cli *c)
{
	static const struct option longs[] = {
		{"from", required_argument, NULL, 'f'},
		{"to", required_argument, NULL, 't'},
		{"action", required_argument, NULL, 'a'},
		{"actor", required_argument, NULL, 'w'},
		{"cvr", required_argument, NULL, 'c'},
		{"object", required_argument, NULL, 'o'},
		{"request", required_argument, NULL, 'r'},
		{"result", required_argument, NULL, 'R'},
		{"limit", required_argument, NULL, 'l'},
		{NULL, 0, NULL, 0},
	};
	AUTO(store_closep) struct store *s = NULL;
	struct audit_filter f = {.from = INSTANT_MIN, .to = INSTANT_MAX};
	struct reading *r = NULL;
	struct err e = ERR_INIT;
	bool ok;
	int flag;

	while ((flag = getopt_long(c->argc, c->argv, "", longs, NULL)) != -1)
		if (!set_filter(&f, flag, optarg))
			return cli_usage(c, "a filter or its value is not understood");
	if (optind < c->argc)
		return cli_usage(c, "unknown argument '%s'", c->argv[optind]);
	ok = cli_store(c, true, &s, &e) && store_read(s, &r, &e) &&
	     store_audit_each(r, &f, c->json ? print_json : print_line, NULL, &e);
	store_read_end(r);
	return ok ? EXIT_OK : cli_failed(c, &e);
}
