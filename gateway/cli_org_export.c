/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sluse organisation eksport: an organisation as files, at any moment of both times. The same
 * data gives the same bytes, sorted by UUID. Files are new, and only their owner reads them.
 * Source: administration contract 4.7.3 and 4.7.7.
 */
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/cli_org_export.h"

struct export
{
	struct org *o;
	struct org_moment moment;
	enum source_format format;
	const char *to; /* NULL: standard output */
	const char *source;
	bool may_cpr;
};

/* ---- files ---- */

bool
org_files_put(const char *name, struct str bytes, void *arg, struct err *e)
{
	struct org_files *f = arg;
	char path[4096];
	int fd;

	if (!f->folder) {
		fwrite(bytes.ptr, 1, bytes.len, stdout);
		return true;
	}
	if (!f->file || strcmp(f->name, name) != 0) {
		if (!org_files_end(f, e))
			return false;
		snprintf(f->name, sizeof(f->name), "%s", name);
		snprintf(path, sizeof(path), "%s%s%s", f->folder, f->is_file ? "" : "/",
			 f->is_file ? "" : name);
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		f->file = fd < 0 ? NULL : fdopen(fd, "w");
		if (!f->file)
			return FAIL(e, FILE_UNWRITABLE, "%s", path);
	}
	if (fwrite(bytes.ptr, 1, bytes.len, f->file) != bytes.len)
		return FAIL(e, FILE_UNWRITABLE, "%s", name);
	return true;
}

bool
org_files_end(struct org_files *f, struct err *e)
{
	FILE *file = f->file;

	f->file = NULL;
	if (file && fclose(file) != 0)
		return FAIL(e, FILE_UNWRITABLE, "%s", f->name);
	return true;
}

/* When the newest of what is written was registered: the same for the same data. */
static instant
last_change(const struct picture *p)
{
	size_t count;
	const struct picture_object *o = picture_all(p, &count);
	instant last = INSTANT_MIN;

	for (size_t i = 0; i < count; i++)
		if (!o[i].is_shared && o[i].registered > last)
			last = o[i].registered;
	return last == INSTANT_MIN ? 0 : last;
}

bool
org_write_files(const struct picture *p, enum source_format format, struct str source,
		bool may_cpr, struct org_files *f, struct source_written *out, struct err *e)
{
	const struct source_write w = {.format = format,
				       .source = source,
				       .at = last_change(p),
				       .may_cpr = may_cpr,
				       .put = org_files_put,
				       .arg = f};
	bool ok = source_write(p, &w, out, e);
	struct err closing = ERR_INIT;

	return org_files_end(f, ok ? e : &closing) && ok;
}

/* ---- arguments ---- */

static bool
read_format(const char *name, enum source_format *out)
{
	return source_format_named(str_from(name), out) &&
	       (*out == SOURCE_CSV || *out == SOURCE_JSONL || *out == SOURCE_OS2SYNC);
}

static int
read_flag(void *arg, int flag)
{
	struct export *x = arg;

	switch (flag) {
	case 'o':
		x->to = optarg;
		return EXIT_OK;
	case 's':
		x->source = optarg;
		return EXIT_OK;
	case 'C':
		x->may_cpr = true;
		return EXIT_OK;
	case 'f':
		if (!read_format(optarg, &x->format))
			return org_usage(x->o, "format er csv, jsonl eller os2sync");
		return EXIT_OK;
	default:
		return ORG_NOT_OWN;
	}
}

static int
read_flags(struct export *x)
{
	static const struct option longs[] = {
		ORG_MOMENT_FLAGS,
		{"format", required_argument, NULL, 'f'},
		{"kilde", required_argument, NULL, 's'},
		{"cpr", no_argument, NULL, 'C'},
		{NULL, 0, NULL, 0},
	};
	int code = org_flags(x->o, &x->moment, longs, read_flag, x);

	if (code == EXIT_OK && x->format == SOURCE_CSV && !x->to)
		return org_usage(x->o, "csv er flere filer: -o MAPPE");
	return code;
}

static void
tell(const struct export *x, const struct source_written *n)
{
	uint64_t rows = n->rows[0] + n->rows[1] + n->rows[2] + n->rows[3];

	if (!x->to || x->o->cli->quiet)
		return;
	if (x->o->cli->json)
		cli_print_json(json_pack("{s:s,s:I,s:I}", "format",
					 source_format_name[x->format], "rows",
					 (json_int_t)rows, "leftOut", (json_int_t)n->left_out));
	else
		printf("%" PRIu64 " rækker i %s; %" PRIu64 " uden plads i formatet\n", rows,
		       x->to, n->left_out);
}

int
org_eksport(struct org *o)
{
	AUTO(picture_freep) struct picture *p = NULL;
	struct export x = {.o = o, .format = SOURCE_CSV, .source = "Sluse"};
	struct org_files f = {.folder = NULL};
	struct source_written written;
	struct err e = ERR_INIT;
	int code;

	org_moment_init(o, &x.moment);
	code = read_flags(&x);
	if (code != EXIT_OK)
		return code;
	f.folder = x.to;
	f.is_file = x.format != SOURCE_CSV;
	if (!picture_take(o->store, &x.moment.question, &p, &e))
		return org_failed(o, &e);
	if (x.to && !f.is_file && mkdir(x.to, 0700) != 0 &&
	    !FAIL(&e, FILE_UNWRITABLE, "%s: mappen skal være ny", x.to))
		return org_failed(o, &e);
	if (!org_write_files(p, x.format, str_from(x.source), x.may_cpr, &f, &written, &e))
		return org_failed(o, &e);
	tell(&x, &written);
	return EXIT_OK;
}
