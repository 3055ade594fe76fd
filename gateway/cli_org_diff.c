/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sluse organisation sammenlign: what differs between two moments, two exports, or an export
 * and what is here. What is here is first written in the format of the export and read again,
 * so that nothing differs only because the format has no place for it. CSV, or a line of JSON a
 * difference; exit status 10 if there are any.
 * Source: administration contract 4.7.7.
 */
#include <dirent.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "administration/diff.h"
#include "base/clock.h"
#include "gateway/cli_org_export.h"
#include "klassifikation/types_6.h"

struct diffing {
	struct org *o;
	struct arena *a;
	struct org_moment before, after;
	bool has_before, has_day; /* said; the day of `before` is else that of `after` */
	const char *paths[2];
	int path_count;
	struct picture *picture; /* of `after` */
	struct diff_side sides[2];
	enum source_format format; /* of the first path */
	size_t rows, refused;
};

/* ---- reading an export ---- */

struct filling {
	struct diffing *d;
	struct diff_side *side;
};

static bool
take_object(const struct source_object *o, void *arg, struct err *e)
{
	struct filling *f = arg;

	return o->is_ended || diff_add_object(f->side, o->type, o->uuid, &o->content,
					      f->d->after.question.virkning, f->d->a, e);
}

static bool
take_refusal(const struct source_refusal *r, void *arg, struct err *e)
{
	struct filling *f = arg;

	(void)e;
	f->d->refused++;
	fprintf(stderr, "sluse organisation: " STR_FMT ":%zu: " STR_FMT "\n",
		STR_ARG(org_shown(f->d->o, f->d->a, r->file)), r->line,
		STR_ARG(org_shown(f->d->o, f->d->a, r->reason)));
	return true;
}

/* By BrugervendtNoegle, among the classes that the organisation names. */
static bool
find_class(struct str number, void *arg, struct uuid *out)
{
	const struct diffing *d = arg;
	size_t count;
	const struct picture_object *o = picture_kind(d->picture, &type_klasse_6, &count);

	for (size_t i = 0; i < count; i++) {
		if (!str_eq(picture_text(&o[i], 0), number))
			continue;
		*out = o[i].uuid;
		return true;
	}
	return false;
}

static bool
read_path(struct diffing *d, const char *path, enum source_format format,
	  struct diff_side *side, struct err *e)
{
	AUTO(source_closep) struct source *s = NULL;
	struct filling f = {d, side};
	const struct source_handlers h = {take_object, take_refusal, NULL, &f};
	size_t homes;
	const struct picture_object *const *home = picture_organisations(d->picture, &homes);
	const struct source_options options = {
		.format = format,
		.cvr = d->o->desk.cvr,
		.organisation = homes > 0 ? home[0]->uuid : (struct uuid){{0}},
		.from = time_local_midnight(d->after.question.virkning),
		.may_cpr = true,
		.klasse = find_class,
		.klasse_arg = d};

	if (!source_open(path, &options, &s, e) || !source_check(s, &h, e))
		return false;
	d->format = source_info(s)->format;
	return source_read(s, 0, &h, e);
}

/* ---- what is here, through the format of the export ---- */

static void
remove_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	char path[700];

	while (dir && (entry = readdir(dir)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (entry->d_name[0] != '.')
			unlink(path);
	}
	if (dir)
		closedir(dir);
	rmdir(folder);
}

static bool
write_and_read(struct diffing *d, const char *folder, struct diff_side *side, struct err *e)
{
	char path[700];
	struct org_files f = {.folder = path, .is_file = d->format != SOURCE_CSV};
	struct source_written written;

	snprintf(path, sizeof(path), "%s%s", folder, f.is_file ? "/export" : "");
	return org_write_files(d->picture, d->format, STR("Sluse"), true, &f, &written, e) &&
	       read_path(d, path, d->format, side, e);
}

static bool
through_format(struct diffing *d, struct diff_side *side, struct err *e)
{
	const char *temporary = getenv("TMPDIR");
	char folder[400];
	bool ok;

	if (d->format != SOURCE_CSV && d->format != SOURCE_JSONL &&
	    d->format != SOURCE_OS2SYNC) {
		diff_add_picture(side, d->picture, d->a);
		return true;
	}
	snprintf(folder, sizeof(folder), "%s/sluse-XXXXXX", temporary ? temporary : "/tmp");
	if (!mkdtemp(folder))
		return FAIL(e, FILE_UNWRITABLE, "%s", folder);
	ok = write_and_read(d, folder, side, e);
	remove_folder(folder);
	return ok;
}

static bool
compare_exports(struct diffing *d, struct err *e)
{
	if (!picture_take(d->o->store, &d->after.question, &d->picture, e) ||
	    !read_path(d, d->paths[0], SOURCE_DETECT, &d->sides[0], e))
		return false;
	if (d->path_count > 1)
		return read_path(d, d->paths[1], SOURCE_DETECT, &d->sides[1], e);
	return through_format(d, &d->sides[1], e);
}

static bool
compare_moments(struct diffing *d, struct picture **before, struct err *e)
{
	AUTO(store_read_endp) struct reading *r = NULL;

	if (!store_read(d->o->store, &r, e) ||
	    !picture_take_of(r, &d->before.question, before, e) ||
	    !picture_take_of(r, &d->after.question, &d->picture, e))
		return false;
	diff_add_picture(&d->sides[0], *before, d->a);
	diff_add_picture(&d->sides[1], d->picture, d->a);
	return true;
}

/* ---- output ---- */

static void
print_json(const struct diffing *d, const struct diff_row *row)
{
	json_t *o = json_object();

	(void)d;
	json_put_text(o, "change", str_from(diff_change_name[row->change]));
	json_put_text(o, "type", str_from(row->type->key));
	org_json_uuid(o, "uuid", row->uuid);
	json_put_text(o, "name", row->name);
	json_put_text(o, "field", str_from(row->field));
	json_put_text(o, "before", row->before);
	json_put_text(o, "after", row->after);
	cli_print_json(o);
}

static bool
print_row(const struct diff_row *row, void *arg, struct err *e)
{
	struct diffing *d = arg;
	char uuid[UUID_TEXT_LEN + 1];

	(void)e;
	if (d->rows++ == 0 && !d->o->cli->json)
		printf("aendring;type;uuid;navn;felt;foer;efter\r\n");
	if (d->o->cli->json) {
		print_json(d, row);
		return true;
	}
	org_csv_field(str_from(diff_change_name[row->change]), ";");
	org_csv_field(str_from(row->type->key), ";");
	org_csv_field(uuid_format(row->uuid, uuid), ";");
	org_csv_field(row->name, ";");
	org_csv_field(str_from(row->field), ";");
	org_csv_field(row->before, ";");
	org_csv_field(row->after, "\r\n");
	return true;
}

/* ---- arguments ---- */

static int
read_flags(struct diffing *d)
{
	static const struct option longs[] = {
		ORG_MOMENT_FLAGS,
		{"foer-pr", required_argument, NULL, 'P'},
		{"foer-registreret", required_argument, NULL, 'F'},
		{NULL, 0, NULL, 0},
	};
	int flag, code = EXIT_OK;

	while (code == EXIT_OK &&
	       (flag = getopt_long(d->o->argc, d->o->argv, "", longs, NULL)) != -1) {
		if (flag == 'P' || flag == 'F') {
			d->has_before = true;
			d->has_day |= flag == 'P';
			code = org_moment_flag(d->o, &d->before, flag == 'P' ? 'p' : 'R');
		} else {
			code = org_moment_flag(d->o, &d->after, flag);
		}
	}
	while (code == EXIT_OK && optind < d->o->argc) {
		if (d->path_count == 2)
			return org_usage(d->o, "'%s' er for meget", d->o->argv[optind]);
		d->paths[d->path_count++] = d->o->argv[optind++];
	}
	if (!d->has_day)
		d->before.question.virkning = d->after.question.virkning;
	if (code == EXIT_OK && d->path_count > 0 && d->has_before)
		return org_usage(d->o, "en eksport er foer; --foer-… hører til to tidspunkter");
	if (code == EXIT_OK && d->path_count == 0 && !d->has_before &&
	    d->after.question.draft == 0)
		return org_usage(d->o, "med hvad? en eksport, --foer-pr, --foer-registreret "
				       "eller --kladde");
	return code;
}

int
org_sammenlign(struct org *o)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(picture_freep) struct picture *before = NULL;
	struct diffing d = {.o = o, .a = a};
	struct err e = ERR_INIT;
	bool ok;
	int code;

	org_moment_init(o, &d.before);
	org_moment_init(o, &d.after);
	code = read_flags(&d);
	if (code != EXIT_OK)
		return code;
	ok = (d.path_count > 0 ? compare_exports(&d, &e) : compare_moments(&d, &before, &e)) &&
	     diff_each(&d.sides[0], &d.sides[1], print_row, &d, &e);
	picture_free(d.picture);
	if (!ok)
		return org_failed(o, &e);
	if (d.refused > 0)
		return EXIT_INVALID;
	return d.rows > 0 ? EXIT_WARNING : EXIT_OK;
}
