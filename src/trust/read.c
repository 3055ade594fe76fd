/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads the files that are to be applied: libconfig's syntax, or JSON where the name ends in
 * ".json". What they hold becomes documents by type; everything wrong becomes a problem with
 * file and line. An object that two places name is a problem too.
 */
#include "trust/internal.h"

#include <errno.h>
#include <libconfig.h>
#include <stdio.h>
#include <string.h>
#include "base/mem.h"

#define DEPTH_MAX 16
#define FILE_BYTES_MAX ((size_t)64 * 1024 * 1024)

bool
read_file(const char *path, size_t max_bytes, struct arena *a, struct str *out, struct err *e)
{
	AUTO(buf_release) struct buf b = BUF_INIT(max_bytes);
	char piece[16 * 1024];
	FILE *f = fopen(path, "re");
	bool failed;
	size_t n;

	if (!f)
		return FAIL(e, APPLY_INVALID, "%s: %s", path, strerror(errno));
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0 && !b.over)
		buf_add_bytes(&b, piece, n);
	failed = ferror(f) != 0;
	fclose(f);
	if (failed)
		return FAIL(e, APPLY_INVALID, "%s: cannot be read", path);
	if (b.over)
		return FAIL(e, APPLY_INVALID, "%s: more than %zu bytes", path, max_bytes);
	if (b.len == 0)
		return FAIL(e, APPLY_INVALID, "%s: is empty", path);
	*out = arena_dup(a, buf_str(&b));
	return true;
}

/* ---- libconfig's values as JSON ---- */

/* NULL: a number with a fraction, or nested too deep. */
static json_t *
json_of_setting(const config_setting_t *s, int depth)
{
	int count = config_setting_is_aggregate(s) ? config_setting_length(s) : 0;
	bool is_group = config_setting_is_group(s);
	json_t *out, *v;

	switch (config_setting_type(s)) {
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		return json_integer(config_setting_get_int64(s));
	case CONFIG_TYPE_BOOL:
		return json_boolean(config_setting_get_bool(s));
	case CONFIG_TYPE_STRING:
		/* a text that is not UTF-8 has no JSON form */
		return json_string(config_setting_get_string(s));
	case CONFIG_TYPE_GROUP:
	case CONFIG_TYPE_ARRAY:
	case CONFIG_TYPE_LIST:
		break;
	default:
		return NULL;
	}
	if (depth == 0)
		return NULL;
	out = is_group ? json_object() : json_array();
	for (int i = 0; i < count; i++) {
		const config_setting_t *element = config_setting_get_elem(s, (unsigned)i);

		v = json_of_setting(element, depth - 1);
		if (!v) {
			json_decref(out);
			return NULL;
		}
		if (is_group)
			json_object_set_new(out, config_setting_name(element), v);
		else
			json_array_append_new(out, v);
	}
	return out;
}

/* ---- documents ---- */

struct reader {
	const char *path;
	struct str folder; /* that the path is in */
	struct str root;   /* that names of files are relative to */
	struct docs *out;
	struct findings *f;
};

static void
take_document(struct reader *r, enum doc_kind kind, const json_t *in, struct str place)
{
	struct doc doc = {.kind = kind, .is_given = true};
	struct str id = json_text(in, doc_types[kind].id);
	struct arena *a = r->f->arena;

	doc.place =
		arena_printf(a, STR_FMT ": %s " STR_FMT, STR_ARG(place), doc_types[kind].name,
			     STR_ARG(str_is_set(id) ? id : STR("without a name")));
	doc.json = normal_document(r->f, kind, in, doc.place, r->root);
	if (!doc.json)
		return;
	doc.id = arena_dup(a, id);
	docs_add(r->out, &doc);
}

static bool
kind_of_list(const char *list, enum doc_kind *out)
{
	for (int i = 0; i < DOC_KINDS; i++) {
		if (strcmp(doc_types[i].list, list) == 0) {
			*out = (enum doc_kind)i;
			return true;
		}
	}
	return false;
}

static void
unknown_list(struct reader *r, struct str place, const char *name)
{
	AUTO(buf_release) struct buf all = BUF_INIT(1024);

	for (int i = 0; i < DOC_KINDS; i++)
		buf_printf(&all, "%s%s", i > 0 ? ", " : "", doc_types[i].list);
	finding_problem(r->f, place, "unknown list '%.100s'; there are " STR_FMT, name,
			STR_ARG(buf_str(&all)));
}

static void
read_list(struct reader *r, const config_setting_t *list)
{
	struct arena *a = r->f->arena;
	const char *file = config_setting_source_file(list);
	enum doc_kind kind;
	struct str place;
	json_t *json;

	/* an included file has its own name */
	place = arena_printf(a, "%s:%u", file ? file : r->path,
			     config_setting_source_line(list));
	if (!kind_of_list(config_setting_name(list), &kind)) {
		unknown_list(r, place, config_setting_name(list));
		return;
	}
	if (!config_setting_is_list(list)) {
		finding_problem(r->f, place, "%s must be a list: ( { ... }, { ... } )",
				config_setting_name(list));
		return;
	}
	for (int i = 0; i < config_setting_length(list); i++) {
		const config_setting_t *one = config_setting_get_elem(list, (unsigned)i);

		place = arena_printf(a, "%s:%u", file ? file : r->path,
				     config_setting_source_line(one));
		json = json_of_setting(one, DEPTH_MAX);
		if (json)
			take_document(r, kind, json, place);
		else
			finding_problem(r->f, place,
					"holds a text that is not UTF-8 or a fraction");
		json_decref(json);
	}
}

static void
read_config(struct reader *r)
{
	config_t config;
	const char *file;

	config_init(&config);
	config_set_include_dir(&config, arena_dup_c(r->f->arena, r->folder));
	if (config_read_file(&config, r->path) != CONFIG_TRUE) {
		file = config_error_file(&config);
		finding_problem(r->f, str_from(file ? file : r->path), "line %d: %s",
				config_error_line(&config), config_error_text(&config));
	} else {
		const config_setting_t *root = config_root_setting(&config);

		for (int i = 0; i < config_setting_length(root); i++)
			read_list(r, config_setting_get_elem(root, (unsigned)i));
	}
	config_destroy(&config);
}

static void
read_json(struct reader *r)
{
	json_auto_t *root = NULL;
	struct str place = str_from(r->path), text;
	struct err e = ERR_INIT;
	json_error_t at;
	enum doc_kind kind;
	const char *name;
	json_t *list;

	if (!read_file(r->path, FILE_BYTES_MAX, r->f->arena, &text, &e)) {
		finding_problem(r->f, place, "%s", e.detail);
		return;
	}
	root = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, &at);
	if (!json_is_object(root)) {
		finding_problem(r->f, place, "line %d: %s", root ? 1 : at.line,
				root ? "must be an object" : at.text);
		return;
	}
	json_object_foreach(root, name, list)
	{
		if (!kind_of_list(name, &kind)) {
			unknown_list(r, place, name);
			continue;
		}
		if (!json_is_array(list))
			finding_problem(r->f, place, "%s must be a list", name);
		for (size_t i = 0; i < json_array_size(list); i++)
			take_document(r, kind, json_array_get(list, i), place);
	}
}

static void
find_doubles(struct docs *d, struct findings *f)
{
	docs_sort(d);
	for (size_t i = 1; i < d->count; i++) {
		const struct doc *a = &d->at[i - 1], *b = &d->at[i];

		if (a->kind == b->kind && str_eq(a->id, b->id))
			finding_problem(f, b->place, "is there twice; also at " STR_FMT,
					STR_ARG(a->place));
	}
}

void
read_files(const char *const *paths, size_t count, struct str root, struct docs *out,
	   struct findings *f)
{
	for (size_t i = 0; i < count; i++) {
		struct reader r = {.path = paths[i], .out = out, .f = f};
		const char *slash = strrchr(paths[i], '/');

		/* with the slash, so that one in the root folder keeps its folder */
		r.folder = slash ? str_of(paths[i], (size_t)(slash - paths[i]) + 1) : STR("./");
		r.root = str_is_set(root) ? root : r.folder;
		if (str_has_suffix(str_from(paths[i]), STR(".json")))
			read_json(&r);
		else
			read_config(&r);
	}
	find_doubles(out, f);
}
