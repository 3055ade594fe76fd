/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A source is a folder or file that somebody drops, or an address that is asked with the
 * authority's certificate. What is fetched lands in a new folder, is checked against its
 * manifest or digest, and only then takes the place of what was there. Refuses names in a
 * manifest that would leave the folder.
 * Source: administration contract 4.7.3 and 4.7.4.
 */
#include "gateway/import_stage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "administration/manifest.h"
#include "base/buf.h"
#include "base/encoding.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "gateway/fetch.h"
#include "gateway/file.h"

#define FETCH_S 600
#define FILE_BYTES_MAX (4ULL * 1024 * 1024 * 1024)
#define DIGEST_BYTES_MAX 4096

/* ---- digests ---- */

static bool
digest_file(const char *path, struct arena *a, struct str *out, struct err *e)
{
	AUTO(digest_freep) struct digest *d = digest_new(HASH_SHA256);
	uint8_t hash[HASH_MAX_BYTES];
	char chunk[65536];
	size_t n;
	FILE *f = fopen(path, "rbe");
	bool ok;

	if (!f)
		return FAIL(e, FILE_UNREADABLE, "%s: %s", path, strerror(errno));
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		digest_add(d, str_of(chunk, n));
	ok = ferror(f) == 0;
	fclose(f);
	if (!ok)
		return FAIL(e, FILE_UNREADABLE, "%s: read error", path);
	n = digest_final(d, hash);
	*out = hex_encode(a, str_of(hash, n));
	return true;
}

/* "HEX  name", as sha256sum writes it, or the digest alone. */
static bool
check_digest(const char *path, struct arena *a, struct err *e)
{
	const char *beside = arena_printf(a, "%s.sha256", path).ptr;
	struct str text, head, rest, hex;
	bool ok;

	if (!file_read(beside, DIGEST_BYTES_MAX, &text, e))
		return false;
	(void)str_cut(str_trim(text), ' ', &head, &rest);
	ok = digest_file(path, a, &hex, e);
	if (ok && !str_eq_nocase(str_trim(head), hex))
		ok = FAIL(e, SOURCE_INVALID, "%s: SHA-256 %.16s…; %s.sha256 siger noget andet",
			  path, hex.ptr, path);
	file_free(&text);
	return ok;
}

/* ---- what lies there ---- */

static bool
is_source_file(struct str name)
{
	static const char *const ends[] = {".jsonl", ".json", ".xml", ".ldif", ".ldf", ".csv"};

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (str_has_suffix(name, str_from(ends[i])))
			return name.ptr[0] != '.';
	return false;
}

/* The newest; of those of one moment the last by name. */
static bool
find_newest(const char *folder, struct arena *a, const char **path, struct err *e)
{
	const struct dirent *entry;
	struct str best = STR_NONE;
	struct timespec newest = {0};
	struct stat st;
	DIR *d = opendir(folder);

	if (!d)
		return FAIL(e, FILE_UNREADABLE, "%s: %s", folder, strerror(errno));
	while ((entry = readdir(d)) != NULL) {
		struct str name = str_from(entry->d_name);
		const char *full = arena_printf(a, "%s/%s", folder, entry->d_name).ptr;
		bool is_newer;

		if (!is_source_file(name) || lstat(full, &st) != 0 || !S_ISREG(st.st_mode))
			continue;
		is_newer = st.st_mtim.tv_sec > newest.tv_sec ||
			   (st.st_mtim.tv_sec == newest.tv_sec &&
			    (st.st_mtim.tv_nsec > newest.tv_nsec ||
			     (st.st_mtim.tv_nsec == newest.tv_nsec &&
			      str_cmp(str_from(full), best) > 0)));
		if (str_is_set(best) && !is_newer)
			continue;
		best = str_from(full);
		newest = st.st_mtim;
	}
	closedir(d);
	*path = best.ptr;
	return *path != NULL || FAIL(e, FILE_UNREADABLE, "%s: der ligger ingen fil", folder);
}

static bool
take_path(const struct import_source *s, struct arena *a, const char **path, struct err *e)
{
	struct stat st;

	*path = s->path;
	if (stat(s->path, &st) != 0)
		return FAIL(e, FILE_UNREADABLE, "%s: %s", s->path, strerror(errno));
	if (S_ISDIR(st.st_mode)) {
		const char *manifest = arena_printf(a, "%s/" MANIFEST_NAME, s->path).ptr;

		if (access(manifest, F_OK) == 0)
			return true;
		if (!find_newest(s->path, a, path, e))
			return false;
	}
	return s->is_unchecked || check_digest(*path, a, e);
}

/* ---- what is fetched ---- */

static bool
make_folder(const char *path, struct err *e)
{
	return mkdir(path, 0700) == 0 || errno == EEXIST ||
	       FAIL(e, FILE_UNWRITABLE, "%s: %s", path, strerror(errno));
}

/* A folder of files, as this program makes it. */
static void
remove_folder(const char *path, struct arena *a)
{
	const struct dirent *entry;
	DIR *d = opendir(path);

	if (!d)
		return;
	while ((entry = readdir(d)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			(void)unlink(arena_printf(a, "%s/%s", path, entry->d_name).ptr);
	closedir(d);
	(void)rmdir(path);
}

static bool
fetch_one(const struct import_source *s, const char *url, const char *path, struct err *e)
{
	const struct fetch_order o = {.url = url,
				      .ca_file = s->ca,
				      .client_cert = s->client_cert,
				      .client_key = s->client_key,
				      .timeout_s = FETCH_S};
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool ok;

	if (fd < 0)
		return FAIL(e, FILE_UNWRITABLE, "%s: %s", path, strerror(errno));
	ok = fetch_get(&o, fd, FILE_BYTES_MAX, e);
	if (close(fd) != 0 && ok)
		ok = FAIL(e, FILE_UNWRITABLE, "%s: %s", path, strerror(errno));
	return ok;
}

/* Letters, digits, '-', '_' and '.', and not hidden. */
static bool
is_plain_name(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'))
			return false;
	}
	return name.len > 0 && name.len <= 100 && name.ptr[0] != '.';
}

static bool
fetch_listed(const struct import_source *s, struct str base, const char *folder,
	     struct arena *a, struct err *e)
{
	const char *path = arena_printf(a, "%s/" MANIFEST_NAME, folder).ptr, *fault;
	struct manifest m;
	struct str text;

	if (!file_read(path, LIMIT_MANIFEST_BYTES, &text, e))
		return false;
	fault = manifest_parse(text, a, &m);
	file_free(&text);
	if (fault)
		return FAIL(e, SOURCE_INVALID, "%s: %s", s->url, fault);
	for (size_t i = 0; i < m.count; i++) {
		struct str name = m.files[i].name;

		if (!is_plain_name(name))
			return FAIL(e, SOURCE_INVALID, "%s: et filnavn i manifestet", s->url);
		if (!fetch_one(
			    s,
			    arena_printf(a, STR_FMT STR_FMT, STR_ARG(base), STR_ARG(name)).ptr,
			    arena_printf(a, "%s/" STR_FMT, folder, STR_ARG(name)).ptr, e))
			return false;
	}
	return true;
}

static bool
fetch_all(const struct import_source *s, const char *folder, struct str name, struct arena *a,
	  struct err *e)
{
	struct str url = str_from(s->url), base = url;
	const char *path = arena_printf(a, "%s/" STR_FMT, folder, STR_ARG(name)).ptr;

	base.len -= name.len;
	if (!fetch_one(s, s->url, path, e))
		return false;
	if (str_eq_c(name, MANIFEST_NAME))
		return fetch_listed(s, base, folder, a, e);
	if (s->is_unchecked)
		return true;
	return fetch_one(s, arena_printf(a, "%s.sha256", s->url).ptr,
			 arena_printf(a, "%s.sha256", path).ptr, e) &&
	       check_digest(path, a, e);
}

static bool
take_url(const struct import_source *s, const char *work, struct arena *a, const char **path,
	 struct err *e)
{
	struct str name = str_from(s->url), head, rest;
	const char *folder, *fresh;

	for (rest = name; str_cut(rest, '/', &head, &rest);)
		name = rest;
	if (!is_plain_name(name))
		return FAIL(e, SOURCE_INVALID, "%s: adressen skal ende med et filnavn", s->url);
	folder = arena_printf(a, "%s/" STR_FMT "-" STR_FMT, work, STR_ARG(s->cvr),
			      STR_ARG(s->name))
			 .ptr;
	fresh = arena_printf(a, "%s.new", folder).ptr;
	remove_folder(fresh, a);
	if (!make_folder(work, e) || !make_folder(fresh, e))
		return false;
	if (!fetch_all(s, fresh, name, a, e)) {
		remove_folder(fresh, a);
		return false;
	}
	remove_folder(folder, a);
	if (rename(fresh, folder) != 0)
		return FAIL(e, FILE_UNWRITABLE, "%s: %s", folder, strerror(errno));
	*path = str_eq_c(name, MANIFEST_NAME)
			? folder
			: arena_printf(a, "%s/" STR_FMT, folder, STR_ARG(name)).ptr;
	return true;
}

bool
import_stage(const struct import_source *s, const char *work, struct arena *a,
	     const char **path, struct err *e)
{
	return s->url ? take_url(s, work, a, path, e) : take_path(s, a, path, e);
}

/* ---- one at a time ---- */

bool
import_lock(const char *database, struct str cvr, int *lock, struct err *e)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s.indlaes-" STR_FMT, database, STR_ARG(cvr));
	*lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*lock < 0)
		return FAIL(e, FILE_UNWRITABLE, "%s: %s", path, strerror(errno));
	if (flock(*lock, LOCK_EX | LOCK_NB) == 0)
		return true;
	(void)close(*lock);
	*lock = -1;
	return FAIL(e, IMPORT_BUSY, "%s", path);
}

void
import_unlock(int lock)
{
	if (lock >= 0)
		(void)close(lock);
}
