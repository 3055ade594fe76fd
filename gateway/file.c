/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole files: read with a limit, written atomically. */
#include "gateway/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

bool
file_read(const char *path, size_t max_bytes, struct str *out, struct err *e)
{
	struct buf b = BUF_INIT(max_bytes);
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *f = is_stdin ? stdin : fopen(path, "rbe");
	char chunk[16384];
	size_t n;

	if (f == NULL)
		return FAIL(e, FILE_UNREADABLE, "%s: %s", path, strerror(errno));
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0 && !b.over)
		buf_add_bytes(&b, chunk, n);
	n = (size_t)ferror(f);
	if (!is_stdin)
		fclose(f);
	if (n != 0 || b.over) {
		n = b.over;
		buf_release(&b);
		return FAIL(e, FILE_UNREADABLE, "%s: %s", path, n ? "too large" : "read error");
	}
	*out = str_of(mem_dup_c(buf_str(&b)), b.len);
	buf_release(&b);
	return true;
}

void
file_free(struct str *s)
{
	char *p;

	memcpy(&p, &s->ptr, sizeof(p));
	mem_free(p);
	*s = STR_NONE;
}

static bool
write_all(FILE *f, struct str bytes)
{
	return (bytes.len == 0 || fwrite(bytes.ptr, 1, bytes.len, f) == bytes.len) &&
	       fflush(f) == 0;
}

bool
file_write(const char *path, struct str bytes, struct err *e)
{
	char beside[4096];
	bool ok;
	FILE *f;

	if (strcmp(path, "-") == 0)
		return write_all(stdout, bytes) ? true
						: FAIL(e, FILE_UNWRITABLE, "standard output");
	snprintf(beside, sizeof(beside), "%s.new", path);
	f = fopen(beside, "wbe");
	if (f == NULL)
		return FAIL(e, FILE_UNWRITABLE, "%s: %s", beside, strerror(errno));
	ok = write_all(f, bytes) && fsync(fileno(f)) == 0;
	ok = fclose(f) == 0 && ok;
	if (ok && rename(beside, path) == 0)
		return true;
	FAIL(e, FILE_UNWRITABLE, "%s: %s", path, strerror(errno));
	unlink(beside);
	return false;
}

bool
file_append(const char *path, struct str bytes, struct err *e)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	bool ok;

	if (fd < 0)
		return FAIL(e, FILE_UNWRITABLE, "%s: %s", path, strerror(errno));
	ok = write(fd, bytes.ptr, bytes.len) == (ssize_t)bytes.len;
	ok = close(fd) == 0 && ok;
	return ok ? true : FAIL(e, FILE_UNWRITABLE, "%s: %s", path, strerror(errno));
}
