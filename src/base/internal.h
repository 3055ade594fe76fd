/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of base/ share with one another and with nobody else. */
#ifndef BASE_INTERNAL_H
#define BASE_INTERNAL_H

#include "base/buf.h"

/* Room for n more bytes, counted as written; NULL when that would pass the cap (b is marked).
 */
char *buf_extend(struct buf *b, size_t n);

/* The value of a hexadecimal digit, or -1. */
static inline int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

#endif
