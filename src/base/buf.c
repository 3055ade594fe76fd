/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text under construction. Memory doubles up to the cap (and one byte, for the terminator that
 * vsnprintf insists on). After the first piece that did not fit nothing more is taken, so that
 * what is there is always a prefix of what was meant.
 */
#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/internal.h"
#include "base/mem.h"

#define FIRST_BYTES 256

void
buf_init(struct buf *b, size_t cap_bytes)
{
	*b = (struct buf)BUF_INIT(cap_bytes);
}

void
buf_release(struct buf *b)
{
	mem_free(b->ptr);
	*b = (struct buf)BUF_INIT(b->cap);
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->over = false;
}

/* Makes room for n more bytes and a terminator; false and marked when that passes the cap. */
static bool
reserve(struct buf *b, size_t n)
{
	size_t want, room;

	if (b->over || n > b->cap - b->len || b->cap >= SIZE_MAX / 2) {
		b->over = true;
		return false;
	}
	want = b->len + n + 1;
	if (want <= b->room)
		return true;
	room = b->room < FIRST_BYTES ? FIRST_BYTES : b->room;
	while (room < want)
		room *= 2;
	if (room > b->cap + 1)
		room = b->cap + 1;
	b->ptr = mem_resize(b->ptr, room);
	b->room = room;
	return true;
}

char *
buf_extend(struct buf *b, size_t n)
{
	char *at;

	if (!reserve(b, n))
		return NULL;
	at = b->ptr + b->len;
	b->len += n;
	return at;
}

void
buf_add_bytes(struct buf *b, const void *p, size_t len)
{
	char *at;

	if (len == 0)
		return;
	at = buf_extend(b, len);
	if (at)
		memcpy(at, p, len);
}

void
buf_add(struct buf *b, struct str s)
{
	buf_add_bytes(b, s.ptr, s.len);
}

void
buf_add_c(struct buf *b, const char *c_string)
{
	buf_add(b, str_from(c_string));
}

void
buf_add_char(struct buf *b, char c)
{
	char *at = buf_extend(b, 1);

	if (at)
		*at = c;
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

void
buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	size_t space = b->room - b->len;
	va_list again;
	size_t len;
	int n;

	if (b->over)
		return;
	va_copy(again, ap);
	n = vsnprintf(space > 0 ? b->ptr + b->len : NULL, space, fmt, ap);
	BUG_ON(n < 0);
	len = (size_t)n;
	if (reserve(b, len)) {
		if (len >= space)
			n = vsnprintf(b->ptr + b->len, len + 1, fmt, again);
		BUG_ON(n < 0 || (size_t)n != len);
		b->len += len;
	}
	va_end(again);
}

void
buf_insert(struct buf *b, size_t at, struct str s)
{
	size_t tail = b->len - at;

	BUG_ON(at > b->len);
	if (s.len == 0 || !buf_extend(b, s.len))
		return;
	memmove(b->ptr + at + s.len, b->ptr + at, tail);
	memcpy(b->ptr + at, s.ptr, s.len);
}

void
buf_truncate(struct buf *b, size_t len)
{
	BUG_ON(len > b->len);
	b->len = len;
}

struct str
buf_str(const struct buf *b)
{
	return (struct str){b->ptr ? b->ptr : "", b->len};
}

bool
buf_done(const struct buf *b, struct err *e)
{
	if (b->over)
		return FAIL(e, ANSWER_TOO_LARGE, "more than %zu bytes", b->cap);
	return true;
}
