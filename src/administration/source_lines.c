/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines of a large file, one at a time, with where they stand; what a file is made of; and the
 * old Windows alphabet. Ends of lines are LF or CR LF. Refuses to hold a line longer than its
 * reader asked for: it is skipped, and said to be there.
 */
#include "administration/source_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encoding.h"
#include "base/limits.h"
#include "crypto/digest.h"

#define PIECE 65536

/*
 * A file of a source. Refuses all but files: a pipe would keep us waiting, and a link in a
 * folder that others fill may lead to what they may not read but we may.
 */
bool
file_open(const char *path, int *fd, struct err *e)
{
	struct stat st;

	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	if (*fd < 0 && errno == ELOOP)
		return FAIL(e, FILE_UNREADABLE, "%s: a link", path);
	if (*fd < 0)
		return FAIL(e, FILE_UNREADABLE, "%s: %s", path, strerror(errno));
	if (fstat(*fd, &st) == 0 && S_ISREG(st.st_mode))
		return true;
	(void)close(*fd);
	*fd = -1;
	return FAIL(e, FILE_UNREADABLE, "%s: not a file", path);
}

bool
lines_open(struct lines *l, const char *path, size_t most, struct err *e)
{
	*l = (struct lines){.fd = -1, .path = path, .most = most};
	buf_init(&l->buf, most + 2 * PIECE);
	if (!file_open(path, &l->fd, e))
		return false;
	l->digest = digest_new(HASH_SHA256);
	return true;
}

void
lines_close(struct lines *l)
{
	if (l->path && l->fd >= 0)
		(void)close(l->fd);
	buf_release(&l->buf);
	digest_free(l->digest);
	*l = (struct lines){0};
}

/* Where in the file the buffer ends. */
static uint64_t
read_to(const struct lines *l)
{
	return l->offset + (l->buf.len - l->at);
}

static bool
lines_fill(struct lines *l, struct err *e)
{
	char piece[PIECE];
	uint64_t from = read_to(l);
	ssize_t got;

	if (l->at > 0) {
		memmove(l->buf.ptr, l->buf.ptr + l->at, l->buf.len - l->at);
		buf_truncate(&l->buf, l->buf.len - l->at);
		l->at = 0;
	}
	do
		got = read(l->fd, piece, sizeof(piece));
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return FAIL(e, FILE_UNREADABLE, "%s: %s", l->path, strerror(errno));
	l->is_end = got == 0;
	buf_add_bytes(&l->buf, piece, (size_t)got);
	BUG_ON(l->buf.over);
	if (from + (size_t)got > l->hashed) {
		size_t seen = (size_t)(l->hashed - from);

		digest_add(l->digest, str_of(piece + seen, (size_t)got - seen));
		l->hashed = from + (size_t)got;
	}
	return true;
}

/* Gives out what is in the buffer up to `end`, and passes over `skip` more. */
static struct str
lines_give(struct lines *l, size_t end, size_t skip)
{
	struct str s = str_of(l->buf.ptr + l->at, end - l->at);

	l->offset += s.len + skip;
	l->at = end + skip;
	l->number++;
	return s;
}

/* The rest of a line that is too long. */
static bool
lines_skip(struct lines *l, struct err *e)
{
	for (;;) {
		const char *from = l->buf.ptr + l->at;
		size_t left = l->buf.len - l->at;
		const char *lf = left ? memchr(from, '\n', left) : NULL;
		size_t gone = lf ? (size_t)(lf - from) + 1 : left;

		l->at += gone;
		l->offset += gone;
		if (lf || l->is_end)
			return true;
		if (!lines_fill(l, e))
			return false;
	}
}

bool
lines_next(struct lines *l, enum line_kind *kind, struct str *out, struct err *e)
{
	size_t looked = 0;

	*out = STR_NONE;
	for (;;) {
		size_t left = l->buf.len - l->at;
		const char *from = left ? l->buf.ptr + l->at : NULL;
		const char *lf =
			left > looked ? memchr(from + looked, '\n', left - looked) : NULL;
		size_t len = lf ? (size_t)(lf - from) : left;

		if (len > l->most) {
			*kind = LINE_TOO_LONG;
			l->number++;
			return lines_skip(l, e);
		}
		if (lf || (l->is_end && left > 0)) {
			*kind = LINE_HERE;
			*out = lines_give(l, l->at + len, lf ? 1 : 0);
			return true;
		}
		if (l->is_end) {
			*kind = LINE_END;
			return true;
		}
		looked = left;
		if (!lines_fill(l, e))
			return false;
	}
}

bool
lines_back(struct lines *l, uint64_t offset, size_t number, struct err *e)
{
	if (lseek(l->fd, (off_t)offset, SEEK_SET) < 0)
		return FAIL(e, FILE_UNREADABLE, "%s: %s", l->path, strerror(errno));
	buf_clear(&l->buf);
	l->at = 0;
	l->offset = offset;
	l->number = number;
	l->is_end = false;
	return true;
}

void
lines_hex(const uint8_t *bytes, char out[65])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < 32; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[64] = '\0';
}

bool
lines_digest(struct lines *l, char out[65], struct err *e)
{
	uint8_t bytes[HASH_MAX_BYTES];

	while (!l->is_end) {
		l->offset += l->buf.len - l->at;
		l->at = l->buf.len;
		if (!lines_fill(l, e))
			return false;
	}
	(void)digest_final(l->digest, bytes);
	lines_hex(bytes, out);
	return true;
}

/* Counts the lines with more than ASCII by whether they are UTF-8. */
static void
judge_line(struct str line, size_t counts[2])
{
	bool is_plain = true;

	for (size_t i = 0; i < line.len && is_plain; i++)
		is_plain = line.ptr[i] > 0;
	if (!is_plain)
		counts[utf8_is_valid(line)]++;
}

bool
lines_survey(const char *path, struct file_facts *out, struct err *e)
{
	struct lines l;
	enum line_kind kind;
	struct str line;
	size_t counts[2] = {0, 0};
	bool has_bom = false, ok = lines_open(&l, path, LIMIT_OBJECT_BYTES, e);

	*out = (struct file_facts){0};
	while (ok && (ok = lines_next(&l, &kind, &line, e)) && kind != LINE_END) {
		if (l.number == 1) {
			out->is_utf16 = str_has_prefix(line, STR("\xff\xfe")) ||
					str_has_prefix(line, STR("\xfe\xff"));
			has_bom = text_without_bom(line).len < line.len;
		}
		judge_line(line, counts);
	}
	ok = ok && lines_digest(&l, out->digest, e);
	/* a few spoiled lines do not make another alphabet; they are refused one by one */
	out->is_utf8 = has_bom || counts[true] > counts[false] || counts[false] == 0;
	out->bytes = l.offset;
	lines_close(&l);
	return ok;
}

struct str
text_without_bom(struct str s)
{
	return str_has_prefix(s, STR("\xef\xbb\xbf")) ? str_skip(s, 3) : s;
}

/* ---- Windows-1252 ---- */

/* 0x80 to 0x9f; 0: stands for nothing. The rest is as Unicode has it. */
static const uint16_t high[32] = {
	0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
	0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
	0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
};

static size_t
put_char(char *to, unsigned code)
{
	if (code < 0x80) {
		to[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		to[0] = (char)(0xc0 | code >> 6);
		to[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	to[0] = (char)(0xe0 | code >> 12);
	to[1] = (char)(0x80 | (code >> 6 & 0x3f));
	to[2] = (char)(0x80 | (code & 0x3f));
	return 3;
}

bool
text_from_1252(struct str s, struct arena *a, struct str *out)
{
	char *to = arena_alloc(a, s.len * 3 + 1);
	size_t len = 0;

	for (size_t i = 0; i < s.len; i++) {
		unsigned code = (unsigned char)s.ptr[i];

		if (code >= 0x80 && code < 0xa0)
			code = high[code - 0x80];
		if (code == 0)
			return false;
		len += put_char(to + len, code);
	}
	*out = str_of(to, len);
	return true;
}

bool
lines_whole(const char *path, size_t most, struct buf *out, struct err *e)
{
	struct lines l;
	enum line_kind kind;
	struct str line;
	bool ok = lines_open(&l, path, most, e);

	while (ok && (ok = lines_next(&l, &kind, &line, e)) && kind != LINE_END) {
		if (kind == LINE_TOO_LONG || out->len + line.len > most)
			ok = FAIL(e, SOURCE_INVALID, "%s: larger than %zu bytes", path, most);
		buf_add(out, line);
		buf_add_char(out, '\n');
	}
	lines_close(&l);
	return ok;
}
