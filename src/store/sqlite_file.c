/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The file of the embedded store before the engine gets it: who may read it, and whether it is
 * whole. Refuses an empty one, one that is cut off, and what is no file.
 */
#include "store/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/buf.h"

/* A crash while pages are copied home leaves a torn file; the log then holds them still. */
static bool
wal_has_content(const char *path)
{
	AUTO(buf_release) struct buf wal = BUF_INIT(PATH_MAX);
	struct stat st;

	buf_printf(&wal, "%s-wal", path);
	buf_add_char(&wal, '\0');
	return !wal.over && stat(wal.ptr, &st) == 0 && st.st_size > 0;
}

/*
 * A file that was copied back may be open to everybody. A group may have been let in to make
 * backups: that is left.
 */
static bool
close_to_others(const char *path, const struct stat *st, struct err *e)
{
	static const char *const tails[] = {"-wal", "-shm"};

	if (!(st->st_mode & S_IRWXO))
		return true;
	if (chmod(path, st->st_mode & (S_IRWXU | S_IRWXG)) != 0)
		return FAIL(e, STORE_UNAVAILABLE, "%s is open to all users: %s", path,
			    strerror(errno));
	for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
		AUTO(buf_release) struct buf beside = BUF_INIT(PATH_MAX);

		buf_printf(&beside, "%s%s", path, tails[i]);
		buf_add_char(&beside, '\0');
		if (!beside.over && chmod(beside.ptr, st->st_mode & (S_IRWXU | S_IRWXG)) != 0 &&
		    errno != ENOENT)
			return FAIL(e, STORE_UNAVAILABLE, "%s is open to all users: %s",
				    beside.ptr, strerror(errno));
	}
	return true;
}

/* The file is ours alone: it holds personal data. WAL and index inherit its mode. */
bool
store_file_prepare(const struct store_options *o, bool *is_new, struct err *e)
{
	struct stat st;
	int fd;

	*is_new = false;
	if (o->create && !o->read_only) {
		fd = open(o->path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
		if (fd >= 0) {
			close(fd);
			*is_new = true;
			return true;
		}
		if (errno != EEXIST)
			return FAIL(e, STORE_UNAVAILABLE, "%s: %s", o->path, strerror(errno));
	}
	if (stat(o->path, &st) != 0)
		return FAIL(e, STORE_UNAVAILABLE, "%s: %s", o->path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return FAIL(e, STORE_UNAVAILABLE, "%s is no file", o->path);
	/* never taken for a new one: it may be what is left of an old one */
	if (st.st_size == 0)
		return FAIL(e, STORE_DAMAGED, "%s is empty", o->path);
	/* the engine would read the missing part of a page as zeros */
	if (st.st_size % STORE_PAGE_BYTES != 0 && !wal_has_content(o->path))
		return FAIL(e, STORE_DAMAGED, "%s is cut off", o->path);
	return o->read_only || close_to_others(o->path, &st, e);
}
