/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The manifest of a folder of tables. Refuses one without any of its members, with others, or
 * with a file named by a path.
 * Source: contract of administration, 4.7.3.
 */
#include "administration/manifest.h"

#include "base/json.h"
#include "base/limits.h"

static const char *const extent_name[] = {[SOURCE_DELTA] = "delta", [SOURCE_FULL] = "fuld"};

static bool
take_text(const json_t *v, const char *name, struct arena *a, struct str *out)
{
	*out = arena_dup(a, json_get_text(v, name));
	return !str_is_empty(*out) && out->len <= 200;
}

static bool
is_hex(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!(s.ptr[i] >= '0' && s.ptr[i] <= '9') &&
		    !(s.ptr[i] >= 'a' && s.ptr[i] <= 'f'))
			return false;
	return s.len == 64;
}

static const char *
take_files(json_t *files, struct arena *a, struct manifest *out)
{
	const char *name;
	json_t *v;

	if (!json_is_object(files) || json_object_size(files) == 0)
		return "manifestet nævner ingen filer (files)";
	if (json_object_size(files) > ARRAY_LEN(out->files))
		return "manifestet nævner for mange filer";
	json_object_foreach(files, name, v)
	{
		struct manifest_file *f = &out->files[out->count++];
		const json_t *rows = json_object_get(v, "rows");

		f->name = arena_dup(a, str_from(name));
		if (str_has_char(f->name, '/'))
			return "et filnavn i manifestet indeholder en sti";
		if (!json_is_integer(rows) || json_integer_value(rows) < 0)
			return "manifestet mangler antal rækker (rows) for en fil";
		f->rows = (uint64_t)json_integer_value(rows);
		if (!take_text(v, "sha256", a, &f->sha256) || !is_hex(f->sha256))
			return "manifestet mangler SHA-256 (sha256, 64 små hextegn) for en fil";
		if (json_object_size(v) != 2)
			return "manifestet har ukendte oplysninger om en fil";
	}
	return NULL;
}

static const char *
take(json_t *v, struct arena *a, struct manifest *out)
{
	const json_t *version = json_object_get(v, "version");
	struct str mode;

	if (!json_is_integer(version) || json_integer_value(version) != MANIFEST_VERSION)
		return "manifestets version er ikke 1";
	if (!take_text(v, "cvr", a, &out->cvr) || !str_is_digits(out->cvr, 8))
		return "manifestet mangler myndighedens CVR-nummer (cvr, 8 cifre)";
	if (!take_text(v, "source", a, &out->source))
		return "manifestet mangler kildens navn (source)";
	if (!take_text(v, "extracted_at", a, &out->extracted_at))
		return "manifestet mangler udtrækkets tidspunkt (extracted_at)";
	mode = json_get_text(v, "mode");
	if (str_eq_c(mode, extent_name[SOURCE_FULL]))
		out->extent = SOURCE_FULL;
	else if (!str_eq_c(mode, extent_name[SOURCE_DELTA]))
		return "manifestets omfang (mode) er hverken fuld eller delta";
	if (json_object_size(v) != 6)
		return "manifestet har ukendte oplysninger";
	return take_files(json_object_get(v, "files"), a, out);
}

const char *
manifest_parse(struct str text, struct arena *a, struct manifest *out)
{
	json_t *v = json_read_object(text);
	const char *fault = v ? NULL : "manifestet er ikke et JSON-objekt";
	struct err e = ERR_INIT;
	instant at;

	*out = (struct manifest){0};
	if (!fault)
		fault = take(v, a, out);
	json_decref(v);
	if (!fault && !time_parse(out->extracted_at, ZONE_LOCAL, &at, &e))
		fault = "udtrækkets tidspunkt (extracted_at) er ikke et tidspunkt";
	return fault;
}

const struct manifest_file *
manifest_find(const struct manifest *m, struct str name)
{
	for (size_t i = 0; i < m->count; i++)
		if (str_eq(m->files[i].name, name))
			return &m->files[i];
	return NULL;
}

void
manifest_write(const struct manifest *m, struct buf *out)
{
	json_t *v = json_object(), *files = json_object();

	(void)json_object_set_new(v, "version", json_integer(MANIFEST_VERSION));
	json_put_text(v, "cvr", m->cvr);
	json_put_text(v, "source", m->source);
	json_put_text(v, "extracted_at", m->extracted_at);
	json_put_text(v, "mode", str_from(extent_name[m->extent]));
	for (size_t i = 0; i < m->count; i++) {
		json_t *f = json_object();

		(void)json_object_set_new(f, "rows",
					  json_integer((json_int_t)m->files[i].rows));
		json_put_text(f, "sha256", m->files[i].sha256);
		(void)json_object_setn_new(files, m->files[i].name.ptr, m->files[i].name.len,
					   f);
	}
	(void)json_object_set_new(v, "files", files);
	json_add_to(v, out);
	buf_add_char(out, '\n');
	json_decref(v);
}
