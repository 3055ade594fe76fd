/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sluse audit: search the audit trail, as a table or as JSON Lines, and the other things one
 * does with it (cli_audit_check.c, cli_why.c). What peers called things is shown with every
 * character that a terminal would act on escaped.
 */
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encoding.h"
#include "base/json.h"
#include "gateway/cli_audit.h"

static bool
print_json(const struct audit_row *row, void *arg, struct err *e)
{
	FILE *to = arg;
	AUTO(arena_freep) struct arena *a = arena_new();
	json_t *o = json_object();
	char at[TIME_TEXT_MAX];

	json_object_set_new(o, "id", json_integer(row->id));
	json_put_text(o, "at", time_format_utc(row->at, at));
	json_put_text(o, "action", row->action);
	json_put_text(o, "result", row->result);
	json_put_text(o, "actor", row->actor);
	json_put_text(o, "cvr", row->cvr);
	json_put_text(o, "service", row->service);
	json_put_text(o, "object", row->object);
	json_put_text(o, "request", row->request_id);
	if (str_is_set(row->detail))
		json_object_set_new(o, "detail",
				    json_loadb(row->detail.ptr, row->detail.len, 0, NULL));
	json_put_text(o, "hash", hex_encode(a, row->hash));
	json_dumpf(o, to, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_ENSURE_ASCII);
	putc('\n', to);
	json_decref(o);
	return !ferror(to) || FAIL(e, FILE_UNWRITABLE, "the records");
}

/* What it was about: an object, else the service, else what was asked for and is not known. */
static struct str
about(const struct audit_row *row, const json_t *detail)
{
	if (str_is_set(row->object))
		return row->object;
	return str_is_set(row->service) ? row->service : json_get_text(detail, "applies_to");
}

static bool
print_line(const struct audit_row *row, void *arg, struct err *e)
{
	FILE *to = arg;
	AUTO(arena_freep) struct arena *a = arena_new();
	char at[TIME_TEXT_MAX];
	struct str when = time_format_local(row->at, at);
	AUTO(json_decrefp) json_t *detail = json_read_object(row->detail);
	json_int_t count = json_integer_value(json_object_get(detail, "count"));

	fprintf(to, STR_FMT "  %-28.*s %-22.*s %-14.*s %-8.*s " STR_FMT, STR_ARG(when),
		STR_ARG(cli_shown(a, row->action)), STR_ARG(cli_shown(a, row->result)),
		STR_ARG(cli_shown(a, row->actor)), STR_ARG(cli_shown(a, row->cvr)),
		STR_ARG(cli_shown(a, about(row, detail))));
	/* refusals that have no record each */
	if (count > 0)
		fprintf(to, " (%" JSON_INTEGER_FORMAT " times)", count);
	putc('\n', to);
	return !ferror(to) || FAIL(e, FILE_UNWRITABLE, "the records");
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
	case 's':
		f->service = str_from(value);
		return true;
	case 'A':
		return str_to_i64(str_from(value), 0, INT64_MAX, &f->after_id);
	case 'a':
		f->action = str_from(value);
		return true;
	case 'w':
		f->actor = str_from(value);
		return true;
	case 'c':
		f->cvr = str_from(value);
		return true;
	case 'O':
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

static const struct option longs[] = {
	{"from", required_argument, NULL, 'f'},
	{"to", required_argument, NULL, 't'},
	{"action", required_argument, NULL, 'a'},
	{"actor", required_argument, NULL, 'w'},
	{"system", required_argument, NULL, 'w'},
	{"service", required_argument, NULL, 's'},
	{"cvr", required_argument, NULL, 'c'},
	{"object", required_argument, NULL, 'O'},
	{"request", required_argument, NULL, 'r'},
	{"result", required_argument, NULL, 'R'},
	{"after", required_argument, NULL, 'A'},
	{"limit", required_argument, NULL, 'l'},
	{NULL, 0, NULL, 0},
};

static bool
write_all(struct cli *c, const struct audit_filter *f, FILE *to, struct err *e)
{
	AUTO(store_closep) struct store *s = NULL;
	AUTO(store_read_endp) struct reading *r = NULL;

	return cli_store(c, true, &s, e) && store_read(s, &r, e) &&
	       store_audit_each(r, f, c->json ? print_json : print_line, to, e) &&
	       (fflush(to) == 0 || FAIL(e, FILE_UNWRITABLE, "the records"));
}

int
audit_search(struct cli *c)
{
	struct audit_filter f = {.from = INSTANT_MIN, .to = INSTANT_MAX};
	const char *path = NULL;
	struct err e = ERR_INIT;
	FILE *to = stdout;
	bool ok;
	int flag;

	while ((flag = getopt_long(c->argc, c->argv, "o:", longs, NULL)) != -1) {
		if (flag == 'o')
			path = optarg;
		else if (!set_filter(&f, flag, optarg))
			return cli_usage(c, "a filter or its value is not understood");
	}
	if (optind < c->argc)
		return cli_usage(c, "unknown argument '%s'", c->argv[optind]);
	if (path != NULL && (to = fopen(path, "wxe")) == NULL) {
		(void)FAIL(&e, FILE_UNWRITABLE, "%s is there, or cannot be made", path);
		return cli_failed(c, &e);
	}
	ok = write_all(c, &f, to, &e);
	if (to != stdout && fclose(to) != 0 && ok)
		ok = FAIL(&e, FILE_UNWRITABLE, "%s", path);
	return ok ? EXIT_OK : cli_failed(c, &e);
}

static int
export_all(struct cli *c)
{
	c->json = true;
	return audit_search(c);
}

int
cmd_audit(struct cli *c)
{
	static const struct {
		const char *name;
		int (*run)(struct cli *c);
	} verbs[] = {
		{"search", audit_search}, {"export", export_all}, {"verify", audit_verify},
		{"heads", audit_heads},   {"prune", audit_prune},   {"why", audit_why},
	};

	for (size_t i = 0; c->argc > 1 && i < ARRAY_LEN(verbs); i++) {
		if (strcmp(c->argv[1], verbs[i].name) != 0)
			continue;
		c->argc--;
		c->argv++;
		return verbs[i].run(c);
	}
	return audit_search(c);
}
