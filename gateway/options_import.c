/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads the files of import.kilder (libconfig). Refuses names that it does not know, values
 * that are not what they must be, and two owners of one group.
 * Source: administration contract 4.7.4.
 */
#include "gateway/options_import.h"

#include <dirent.h>
#include <errno.h>
#include <libconfig.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define SOURCES_MAX 1000

struct state {
	const struct config *config;
	struct arena *a;
	const char *folder, *file;
	struct buf *problems;
	struct import_source *s;
	bool is_bad, owns_named;
};

static void PRINTF_LIKE(3, 4)
	problem(struct state *st, const config_setting_t *at, const char *fmt, ...)
{
	va_list ap;

	buf_printf(st->problems, "%s/%s", st->folder, st->file);
	if (at)
		buf_printf(st->problems, ":%d", config_setting_source_line(at));
	buf_add_c(st->problems, ": ");
	va_start(ap, fmt);
	buf_vprintf(st->problems, fmt, ap);
	va_end(ap);
	buf_add_char(st->problems, '\n');
	st->is_bad = true;
}

/* ---- values ---- */

static struct str
text_of(struct state *st, const config_setting_t *v)
{
	const char *text = config_setting_get_string(v);

	if (!text || text[0] == '\0')
		problem(st, v, "%s: a text is expected", config_setting_name(v));
	return text ? arena_dup(st->a, str_from(text)) : STR("");
}

/* Relative to the folder. */
static const char *
path_of(struct state *st, const config_setting_t *v)
{
	struct str text = text_of(st, v);

	if (str_is_empty(text) || text.ptr[0] == '/')
		return text.ptr;
	return arena_printf(st->a, "%s/" STR_FMT, st->folder, STR_ARG(text)).ptr;
}

static bool
flag_of(struct state *st, const config_setting_t *v)
{
	if (config_setting_type(v) != CONFIG_TYPE_BOOL)
		problem(st, v, "%s: true or false is expected", config_setting_name(v));
	return config_setting_get_bool(v) != 0;
}

static int
number_of(struct state *st, const config_setting_t *v, int max)
{
	int n = config_setting_get_int(v);

	if (config_setting_type(v) != CONFIG_TYPE_INT || n < 0 || n > max)
		problem(st, v, "%s: a number from 0 to %d is expected", config_setting_name(v),
			max);
	return n;
}

/* ---- one row a setting ---- */

typedef void setting_fn(struct state *st, const config_setting_t *v);

static void
set_cvr(struct state *st, const config_setting_t *v)
{
	st->s->cvr = text_of(st, v);
	if (!str_is_digits(st->s->cvr, 8))
		problem(st, v, "cvr: eight digits are expected");
}

static void
set_organisation(struct state *st, const config_setting_t *v)
{
	if (!uuid_parse(text_of(st, v), &st->s->organisation))
		problem(st, v, "organisation: a UUID is expected");
}

static void
set_path(struct state *st, const config_setting_t *v)
{
	st->s->path = path_of(st, v);
}

static void
set_url(struct state *st, const config_setting_t *v)
{
	st->s->url = text_of(st, v).ptr;
}

static void
set_ca(struct state *st, const config_setting_t *v)
{
	st->s->ca = path_of(st, v);
}

static void
set_cert(struct state *st, const config_setting_t *v)
{
	st->s->client_cert = path_of(st, v);
}

static void
set_key(struct state *st, const config_setting_t *v)
{
	st->s->client_key = path_of(st, v);
}

static void
set_mapping(struct state *st, const config_setting_t *v)
{
	st->s->mapping = path_of(st, v);
}

static void
set_format(struct state *st, const config_setting_t *v)
{
	if (!source_format_named(text_of(st, v), &st->s->format))
		problem(st, v, "format: csv, jsonl, oio, ldif or os2sync is expected");
}

static void
set_extent(struct state *st, const config_setting_t *v)
{
	struct str text = text_of(st, v);

	if (str_eq_c(text, "fuld"))
		st->s->extent = EXTENT_FULL;
	else if (str_eq_c(text, "delta"))
		st->s->extent = EXTENT_DELTA;
	else if (!str_eq_c(text, "manifest"))
		problem(st, v, "omfang: fuld, delta or manifest is expected");
}

static void
set_plan(struct state *st, const config_setting_t *v)
{
	st->s->plan_text = text_of(st, v);
	if (!schedule_parse(st->s->plan_text, &st->s->plan))
		problem(st, v,
			"plan: minute, hour, day, month and weekday are expected, such "
			"as \"30 5 * * 1-5\"");
}

static void
set_pause(struct state *st, const config_setting_t *v)
{
	st->s->is_paused = flag_of(st, v);
}

static void
set_publishes(struct state *st, const config_setting_t *v)
{
	st->s->publishes = flag_of(st, v);
}

static void
set_warnings(struct state *st, const config_setting_t *v)
{
	st->s->accepts_warnings = flag_of(st, v);
}

static void
set_cpr(struct state *st, const config_setting_t *v)
{
	st->s->may_cpr = flag_of(st, v);
}

static void
set_check(struct state *st, const config_setting_t *v)
{
	st->s->is_unchecked = !flag_of(st, v);
}

static void
set_percent(struct state *st, const config_setting_t *v)
{
	st->s->most_removed_percent = (unsigned)number_of(st, v, 100);
}

static void
set_least(struct state *st, const config_setting_t *v)
{
	st->s->least_removed = number_of(st, v, 1000000);
}

static void
set_owns(struct state *st, const config_setting_t *v)
{
	enum owner_group group;

	st->s->owns = 0;
	st->owns_named = true;
	if (!config_setting_is_aggregate(v)) {
		problem(st, v, "ejer: a list of groups is expected");
		return;
	}
	for (int i = 0; i < config_setting_length(v); i++) {
		const char *name = config_setting_get_string_elem(v, i);

		if (name && owner_group_named(str_from(name), &group))
			st->s->owns |= 1U << group;
		else
			problem(st, v, "ejer: there is no group '%s'", name ? name : "");
	}
}

static const struct {
	const char *name;
	setting_fn *set;
} settings[] = {
	{"cvr", set_cvr},
	{"organisation", set_organisation},
	{"sti", set_path},
	{"url", set_url},
	{"ca", set_ca},
	{"klient_certifikat", set_cert},
	{"klient_noegle", set_key},
	{"kortlaegning", set_mapping},
	{"format", set_format},
	{"omfang", set_extent},
	{"plan", set_plan},
	{"pause", set_pause},
	{"publicer", set_publishes},
	{"accepter_advarsler", set_warnings},
	{"cpr", set_cpr},
	{"kontrol", set_check},
	{"maks_fjernelse", set_percent},
	{"mindst_fjernelse", set_least},
	{"ejer", set_owns},
};

static void
take_setting(struct state *st, const config_setting_t *v)
{
	const char *name = config_setting_name(v);

	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		if (strcmp(name, settings[i].name) != 0)
			continue;
		settings[i].set(st, v);
		return;
	}
	problem(st, v, "there is no setting '%s'", name);
}

static void
check_whole(struct state *st)
{
	const struct import_source *s = st->s;

	if (!str_is_set(s->cvr))
		problem(st, NULL, "cvr is missing");
	if (!s->path == !s->url)
		problem(st, NULL, "one of sti and url must be there");
	if (s->url && !str_has_prefix(str_from(s->url), STR("https://")) &&
	    !str_has_prefix(str_from(s->url), STR("http://127.0.0.1:")))
		problem(st, NULL, "url: https is expected");
	if (s->url && !s->ca)
		problem(st, NULL, "ca is missing: anchors of the server's certificate");
	if (!s->client_cert != !s->client_key)
		problem(st, NULL, "klient_certifikat and klient_noegle belong together");
}

static void
read_one(struct state *st)
{
	const char *path = arena_printf(st->a, "%s/%s", st->folder, st->file).ptr;
	config_t file;
	const config_setting_t *root;

	*st->s = (struct import_source){
		.name = arena_dup(st->a, str_of(st->file, strlen(st->file) - 5)),
		.owns = OWNER_ALL,
		.publishes = true,
		.most_removed_percent =
			(unsigned)config_number(st->config, OPT_IMPORT_MOST_REMOVED),
		.least_removed = config_number(st->config, OPT_IMPORT_LEAST_REMOVED),
	};
	st->owns_named = false;
	config_init(&file);
	if (config_read_file(&file, path) == CONFIG_TRUE) {
		root = config_root_setting(&file);
		for (int i = 0; i < config_setting_length(root); i++)
			take_setting(st, config_setting_get_elem(root, (unsigned)i));
		check_whole(st);
	} else {
		buf_printf(st->problems, "%s:%d: %s\n", path, config_error_line(&file),
			   config_error_text(&file));
		st->is_bad = true;
	}
	config_destroy(&file);
}

/* ---- all of them ---- */

/* A source that names no groups owns what no other one of the authority names. */
static void
settle_owners(struct state *st, struct import_sources *all, const bool *named)
{
	for (size_t i = 0; i < all->count; i++)
		for (size_t j = 0; j < all->count; j++) {
			if (i == j || !named[j] || !str_eq(all->at[i].cvr, all->at[j].cvr))
				continue;
			if (!named[i]) {
				all->at[i].owns &= ~all->at[j].owns;
			} else if (i < j && (all->at[i].owns & all->at[j].owns) != 0) {
				st->file = arena_printf(st->a, STR_FMT ".conf",
							STR_ARG(all->at[j].name))
						   .ptr;
				problem(st, NULL, "ejer: '" STR_FMT "' owns one of them too",
					STR_ARG(all->at[i].name));
			}
		}
}

static bool
is_source(struct str name)
{
	return name.len > 5 && name.ptr[0] != '.' && str_has_suffix(name, STR(".conf"));
}

static int
by_name(const void *pa, const void *pb)
{
	const struct str *a = pa, *b = pb;

	return str_cmp(*a, *b);
}

/* The files of the folder, in order of their names. */
static bool
list_files(struct state *st, struct str *names, size_t *count, struct err *e)
{
	const struct dirent *entry;
	DIR *folder = opendir(st->folder);

	*count = 0;
	if (!folder)
		return FAIL(e, FILE_UNREADABLE, "%s: %s", st->folder, strerror(errno));
	while (*count < SOURCES_MAX && (entry = readdir(folder)) != NULL)
		if (is_source(str_from(entry->d_name)))
			names[(*count)++] = arena_dup(st->a, str_from(entry->d_name));
	closedir(folder);
	if (*count > 1)
		qsort(names, *count, sizeof(*names), by_name);
	return true;
}

bool
import_sources_read(const struct config *c, struct arena *a, struct import_sources *out,
		    struct buf *problems, struct err *e)
{
	struct state st = {.config = c, .a = a, .problems = problems};
	struct str *names;
	size_t count;
	bool *named;

	*out = (struct import_sources){.count = 0};
	st.folder = config_text(c, OPT_IMPORT_SOURCES);
	if (!st.folder)
		return true;
	names = ARENA_NEW_N(a, SOURCES_MAX, struct str);
	if (!list_files(&st, names, &count, e))
		return false;
	out->at = ARENA_NEW_N(a, count + 1, struct import_source);
	named = ARENA_NEW_N(a, count + 1, bool);
	for (; out->count < count; out->count++) {
		st.file = names[out->count].ptr;
		st.s = &out->at[out->count];
		read_one(&st);
		named[out->count] = st.owns_named;
	}
	settle_owners(&st, out, named);
	return !st.is_bad || FAIL(e, CONFIG_INVALID, "%s", st.folder);
}

const struct import_source *
import_source_find(const struct import_sources *s, struct str name, struct str cvr)
{
	for (size_t i = 0; i < s->count; i++)
		if (str_eq(s->at[i].name, name) && str_eq(s->at[i].cvr, cvr))
			return &s->at[i];
	return NULL;
}
