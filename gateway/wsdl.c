/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Serves the files of wsdl/. Names come from the folder listing read at start, so a request can
 * only ever name what is there. The texts are rewritten in three places: the address and the
 * certificate that stand in for those of this installation, and relative schema locations.
 */
#include "gateway/wsdl.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "gateway/file.h"

#define WSDL_FILES_MAX 512
#define WSDL_FILE_MAX_BYTES (1024UL * 1024)

static const struct str any_address = STR_INIT("https://localhost:8443");
/* in the alphabet of base64, so that the file is valid as it lies there */
static const struct str any_cert = STR_INIT("StsCertificateOfThisInstallation");
static const struct str location = STR_INIT("schemaLocation=\"");

struct wsdl_file {
	char *name; /* folder/name */
	struct str text;
};

struct wsdl_files {
	struct wsdl_file files[WSDL_FILES_MAX];
	size_t count;
};

static bool
is_contract(const char *name)
{
	return str_has_suffix(str_from(name), STR(".wsdl")) ||
	       str_has_suffix(str_from(name), STR(".xsd"));
}

static bool
load_one(struct wsdl_files *w, const char *dir, const char *folder, const char *name,
	 struct err *e)
{
	struct wsdl_file *f = &w->files[w->count];
	char path[4096], key[600];

	if (w->count == WSDL_FILES_MAX)
		return FAIL(e, CONFIG_INVALID, "more than %d contract files", WSDL_FILES_MAX);
	snprintf(path, sizeof(path), "%s/%s/%s", dir, folder, name);
	snprintf(key, sizeof(key), "%s/%s", folder, name);
	if (!file_read(path, WSDL_FILE_MAX_BYTES, &f->text, e))
		return false;
	f->name = mem_dup_c(str_from(key));
	w->count++;
	return true;
}

static bool
load_folder(struct wsdl_files *w, const char *dir, const char *folder, struct err *e)
{
	char path[4096];
	struct dirent *d;
	bool ok = true;
	DIR *handle;

	snprintf(path, sizeof(path), "%s/%s", dir, folder);
	handle = opendir(path);
	if (handle == NULL)
		return errno == ENOTDIR
			       ? true
			       : FAIL(e, CONFIG_INVALID, "%s: %s", path, strerror(errno));
	while (ok && (d = readdir(handle)) != NULL)
		if (is_contract(d->d_name))
			ok = load_one(w, dir, folder, d->d_name, e);
	closedir(handle);
	return ok;
}

bool
wsdl_load(const char *dir, struct wsdl_files **out, struct err *e)
{
	struct wsdl_files *w = MEM_NEW(struct wsdl_files);
	DIR *handle = opendir(dir);
	struct dirent *d;
	bool ok = handle != NULL;

	if (!ok)
		FAIL(e, CONFIG_INVALID, "%s: %s", dir, strerror(errno));
	while (ok && (d = readdir(handle)) != NULL)
		if (d->d_name[0] != '.')
			ok = load_folder(w, dir, d->d_name, e);
	if (handle != NULL)
		closedir(handle);
	if (!ok) {
		wsdl_free(w);
		return false;
	}
	*out = w;
	return true;
}

void
wsdl_free(struct wsdl_files *w)
{
	if (w == NULL)
		return;
	for (size_t i = 0; i < w->count; i++) {
		mem_free(w->files[i].name);
		file_free(&w->files[i].text);
	}
	mem_free(w);
}

static const struct wsdl_file *
find_file(const struct wsdl_files *w, struct str folder, struct str name)
{
	for (size_t i = 0; i < w->count; i++) {
		struct str have = str_from(w->files[i].name), dir, rest;

		if (str_cut(have, '/', &dir, &rest) && str_eq(dir, folder) &&
		    str_eq(rest, name))
			return &w->files[i];
	}
	return NULL;
}

/* Copies text up to and with the next `what`; false: it does not occur again, nothing copied.
 */
static bool
copy_through(struct str *text, struct str what, struct buf *out)
{
	size_t at;

	if (!str_find(*text, what, &at))
		return false;
	buf_add(out, str_of(text->ptr, at + what.len));
	*text = str_skip(*text, at + what.len);
	return true;
}

static void
replace_all(struct str text, struct str what, struct str with, struct buf *out)
{
	size_t at;

	while (str_find(text, what, &at)) {
		buf_add(out, str_of(text.ptr, at));
		buf_add(out, with);
		text = str_skip(text, at + what.len);
	}
	buf_add(out, text);
}

bool
wsdl_write(const struct wsdl_files *w, const char *file, struct str xsd,
	   const struct wsdl_place *place, struct buf *out)
{
	AUTO(buf_release) struct buf located = BUF_INIT(out->cap);
	AUTO(buf_release) struct buf addressed = BUF_INIT(out->cap);
	const struct wsdl_file *f;
	struct str folder, name, text;

	if (!str_cut(str_from(file), '/', &folder, &name))
		return false;
	f = find_file(w, folder, str_is_set(xsd) ? xsd : name);
	if (f == NULL)
		return false;
	text = f->text;
	while (copy_through(&text, location, &located)) {
		buf_add(&located, place->base_url);
		buf_add(&located, place->path);
		buf_add_c(&located, "?xsd=");
	}
	buf_add(&located, text);
	replace_all(buf_str(&located), any_address, place->base_url, &addressed);
	replace_all(buf_str(&addressed), any_cert, place->sts_cert, out);
	return true;
}
