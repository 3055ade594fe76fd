/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settings of a signing key, written into the configuration file. What would be written is
 * first read and loaded as the server would: only then does it take the place of the file,
 * whole, with its mode and owner. Refuses a file in which anything but those settings would
 * come to mean something else, or that somebody changed meanwhile.
 */
#include "gateway/cli_cert.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/file.h"
#include "gateway/identity.h"

#define CONFIG_MAX_BYTES (4UL * 1024 * 1024)
#define PROBLEMS_BYTES 65536

/* --- is what would be written what is wanted? --- */

static bool
is_changed(const char *option, const char *section, const struct conf_change *changes,
	   size_t count)
{
	size_t len = strlen(section);

	if (strncmp(option, section, len) != 0 || option[len] != '.')
		return false;
	for (size_t i = 0; i < count; i++)
		if (strcmp(option + len + 1, changes[i].name) == 0)
			return true;
	return false;
}

/* Everything else means what it meant, and the keys are usable. */
static bool
check_result(const struct config *old, const struct config *next, enum identity_name name,
	     const struct conf_file *f, struct err *e)
{
	struct identity id;
	bool ok;

	for (int i = 0; i < OPT_COUNT; i++) {
		const char *option = option_rows[i].name;

		if (!is_changed(option, f->section, f->changes, f->count) &&
		    !str_eq(config_str(old, (enum setting)i),
			    config_str(next, (enum setting)i)))
			return FAIL(e, CONFIG_INVALID, "%s would change too", option);
	}
	ok = identity_load(next, name, &id, e);
	identity_release(&id);
	return ok;
}

static bool
load(const char *path, struct config **out, struct err *e)
{
	AUTO(buf_release) struct buf problems = BUF_INIT(PROBLEMS_BYTES);

	if (config_load(path, out, &problems, e))
		return true;
	cli_print(stderr, &problems);
	return false;
}

static bool
check(const char *path, const char *written, const struct conf_file *f, struct err *e)
{
	struct config *old = NULL, *next = NULL;
	bool ok = load(path, &old, e) && load(written, &next, e) &&
		  check_result(old, next, f->name, f, e);

	config_free(old);
	config_free(next);
	return ok;
}

/* --- the file --- */

static bool
unwritable(const char *path, struct err *e)
{
	return FAIL(e, FILE_UNWRITABLE, "%s: %s", path, strerror(errno));
}

/* Beside the old one, as it is to be; *made: there is such a file now. */
static bool
write_beside(char *beside, const struct stat *like, struct str text, bool *made, struct err *e)
{
	int fd = mkstemp(beside);
	bool ok;

	*made = fd >= 0;
	if (fd < 0)
		return unwritable(beside, e);
	ok = write(fd, text.ptr, text.len) == (ssize_t)text.len &&
	     (like->st_uid == geteuid() || fchown(fd, like->st_uid, (gid_t)-1) == 0) &&
	     fchown(fd, (uid_t)-1, like->st_gid) == 0 &&
	     fchmod(fd, like->st_mode & 07777) == 0 && fsync(fd) == 0;
	if (!ok)
		(void)unwritable(beside, e);
	return close(fd) == 0 && ok;
}

/* The name is on disk, too. */
static void
sync_folder(const char *path)
{
	char folder[PATH_MAX];
	char *end;
	int fd;

	snprintf(folder, sizeof(folder), "%s", path);
	end = strrchr(folder, '/');
	if (end == NULL)
		return;
	end[end == folder ? 1 : 0] = '\0';
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

static bool
is_as_read(const char *path, const struct stat *then, struct str text)
{
	struct str now = STR_NONE;
	struct err ignored = ERR_INIT;
	struct stat st;
	bool is_same = stat(path, &st) == 0 && st.st_ino == then->st_ino &&
		       st.st_dev == then->st_dev &&
		       file_read(path, CONFIG_MAX_BYTES, &now, &ignored) && str_eq(now, text);

	file_free(&now);
	return is_same;
}

static bool
replace(const char *path, const struct stat *like, struct str old, struct str next,
	const struct conf_file *f, struct err *e)
{
	char beside[PATH_MAX + 16];
	bool made = false, ok;

	snprintf(beside, sizeof(beside), "%s.XXXXXX", path);
	ok = write_beside(beside, like, next, &made, e) && check(path, beside, f, e) &&
	     (is_as_read(path, like, old) ||
	      FAIL(e, CONFIG_INVALID, "%s was changed meanwhile", path));
	if (ok && rename(beside, path) != 0)
		ok = unwritable(path, e);
	if (ok)
		sync_folder(path);
	else if (made)
		unlink(beside);
	return ok;
}

bool
conf_file_read(const char *path, struct conf_file *f, struct err *e)
{
	*f = (struct conf_file){.text = STR_NONE};
	if (path == NULL || realpath(path, f->path) == NULL || stat(f->path, &f->st) != 0)
		return FAIL(e, FILE_UNREADABLE, "%s", path ? path : "no configuration file");
	return file_read(f->path, CONFIG_MAX_BYTES, &f->text, e);
}

void
conf_file_release(struct conf_file *f)
{
	file_free(&f->text);
}

bool
conf_file_write(struct conf_file *f, struct err *e)
{
	AUTO(buf_release) struct buf next = BUF_INIT(CONFIG_MAX_BYTES);

	if (!conf_edit(f->text, f->section, f->changes, f->count, &next, e))
		return false;
	return str_eq(buf_str(&next), f->text) ||
	       replace(f->path, &f->st, f->text, buf_str(&next), f, e);
}
