/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The registry on a line protocol, for tests in other languages: a store of its own, the
 * services of Organisation, no network, no signatures, and a clock that the lines set.
 *
 *	registry_drive PATH
 *
 * in:  NOW_US <tab> CVR <tab> ROLE <tab> SERVICE <tab> BODY
 * out: the output element on one line, or "fault NAME"
 *
 * in:  EVENTS
 * out: TYPE <tab> KEY <tab> PAYLOAD of each event since the last time, and an empty line
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/clock.h"
#include "tests/unit/registry_world.h"

static char *
field(char **rest)
{
	char *start = *rest, *tab = strchr(start, '\t');

	if (!tab) {
		fprintf(stderr, "registry_drive: a field is missing\n");
		exit(2);
	}
	*tab = '\0';
	*rest = tab + 1;
	return start;
}

struct printing {
	struct reading *reading;
	int64_t last;
};

static bool
print_event(const struct event_row *row, void *arg, struct err *e)
{
	struct printing *p = arg;
	struct str text;

	p->last = row->id;
	if (!world_event(p->reading, row, &text, e))
		return false;
	printf(STR_FMT "\t" STR_FMT "\t" STR_FMT "\n", STR_ARG(row->type), STR_ARG(row->key),
	       STR_ARG(text));
	return true;
}

static void
print_events(struct world *w)
{
	static struct printing p;
	AUTO(store_read_endp) struct reading *r = NULL;
	struct err e = ERR_INIT;

	if (!store_read(w->store, &r, &e))
		exit(2);
	p.reading = r;
	if (!store_event_each(r, p.last, 0, print_event, &p, &e))
		exit(2);
	printf("\n");
	fflush(stdout);
}

static void
drive(struct world *w, char *line)
{
	struct as as = {.limits = {NULL}};
	const char *service;
	struct said s;

	if (!str_to_i64(str_from(field(&line)), 0, INT64_MAX, &w->now))
		exit(2);
	as.cvr = field(&line);
	as.role = field(&line);
	service = field(&line);
	world_call(w, &as, service, line, &s);
	if (!s.ok)
		printf("fault %s\n", err_row(s.e.code)->name);
	else
		printf(STR_FMT "\n", STR_ARG(s.xml));
	fflush(stdout);
	said_end(&s);
}

int
main(int argc, char **argv)
{
	struct world w;
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	if (argc != 2) {
		fprintf(stderr, "usage: registry_drive PATH\n");
		return 2;
	}
	xml_init();
	world_open_at(&w, argv[1]);
	while ((len = getline(&line, &room, stdin)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		if (strcmp(line, "EVENTS") == 0)
			print_events(&w);
		else
			drive(&w, line);
	}
	world_close(&w);
	free(line);
	xml_cleanup();
	return 0;
}
