/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text under construction. Grows up to its cap; what would go past the cap is dropped and the
 * buffer is marked, so that writers need no check at each step: buf_done() tells.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"
#include "base/str.h"

struct buf {
	char *ptr;
	size_t len;
	size_t room;
	size_t cap;
	bool over;
};

#define BUF_INIT(cap_bytes) {.cap = (cap_bytes)}

void buf_init(struct buf *b, size_t cap_bytes);
void buf_release(struct buf *b);  /* for AUTO too; b can be used again with its cap */
void buf_clear(struct buf *b);	  /* length 0, memory kept */
void buf_add(struct buf *b, struct str s);
void buf_add_c(struct buf *b, const char *c_string);
void buf_add_char(struct buf *b, char c);
void buf_add_bytes(struct buf *b, const void *p, size_t len);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);
void buf_insert(struct buf *b, size_t at, struct str s); /* moves what follows */
void buf_truncate(struct buf *b, size_t len);
struct str buf_str(const struct buf *b);  /* borrowed; valid until the next change */
MUST_USE bool buf_done(const struct buf *b, struct err *e); /* ANSWER_TOO_LARGE if marked */

#endif
