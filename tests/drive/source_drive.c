/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads a source and says what is in it, for tests in other languages.
 *
 *	source_drive FORMAT PATH CVR ORGANISATION
 *
 * out: KIND <tab> COUNT of each kind, "refused", "records", "full" (1 or 0), "checked_ms",
 *      "read_ms", and "peak_kib", the most memory the process ever held. Refusals to stderr.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "administration/source.h"
#include "base/clock.h"
#include "organisation/types.h"

struct counts {
	unsigned long kind[ORGANISATION_TYPE_COUNT];
	unsigned long refused;
};

static bool
on_object(const struct source_object *o, void *arg, struct err *e)
{
	struct counts *c = arg;

	(void)e;
	for (size_t i = 0; i < ORGANISATION_TYPE_COUNT; i++)
		c->kind[i] += organisation_types[i] == o->type;
	return true;
}

static bool
on_refusal(const struct source_refusal *r, void *arg, struct err *e)
{
	struct counts *c = arg;

	(void)e;
	if (c->refused++ < 20)
		(void)fprintf(stderr, STR_FMT ":%zu " STR_FMT ": " STR_FMT "\n",
			      STR_ARG(r->file), r->line, STR_ARG(r->column),
			      STR_ARG(r->reason));
	return true;
}

static long
ms_since(instant t)
{
	return (long)((clock_now() - t) / 1000);
}

static void
report(const struct source *s, const struct counts *c)
{
	const struct source_info *info = source_info(s);
	struct rusage usage;

	for (size_t i = 0; i < ORGANISATION_TYPE_COUNT; i++)
		(void)printf("%s\t%lu\n", organisation_types[i]->name, c->kind[i]);
	(void)getrusage(RUSAGE_SELF, &usage);
	(void)printf("refused\t%lu\nrecords\t%llu\nfull\t%d\npeak_kib\t%ld\n", c->refused,
		     (unsigned long long)info->records, info->extent == SOURCE_FULL,
		     usage.ru_maxrss);
}

int
main(int argc, char **argv)
{
	struct counts c = {.refused = 0};
	const struct source_handlers h = {on_object, on_refusal, NULL, &c};
	struct source_options o = {.from = time_local_midnight(clock_now())};
	struct source *s = NULL;
	struct err e = ERR_INIT;
	instant start = clock_now();

	if (argc != 5 || !uuid_parse(str_from(argv[4]), &o.organisation)) {
		(void)fprintf(stderr, "usage: source_drive FORMAT PATH CVR ORGANISATION\n");
		return 2;
	}
	for (int f = SOURCE_DETECT; f < SOURCE_FORMAT_COUNT; f++)
		if (strcmp(argv[1], source_format_name[f]) == 0)
			o.format = (enum source_format)f;
	o.cvr = str_from(argv[3]);
	if (source_open(argv[2], &o, &s, &e) && source_check(s, &h, &e)) {
		(void)printf("checked_ms\t%ld\n", ms_since(start));
		start = clock_now();
		if (source_read(s, 0, &h, &e)) {
			(void)printf("read_ms\t%ld\n", ms_since(start));
			report(s, &c);
		}
	}
	source_close(s);
	if (e.code == ERR_NONE)
		return 0;
	(void)fprintf(stderr, "%s: %s\n", err_row(e.code)->name, e.detail);
	return 1;
}
