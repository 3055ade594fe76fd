/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole files in memory, for the command line and at start. */
#ifndef GATEWAY_FILE_H
#define GATEWAY_FILE_H

#include "base/err.h"
#include "base/str.h"

/* path "-": standard input. Errors: FILE_UNREADABLE (also: larger than max). Free with
 * file_free. */
MUST_USE bool file_read(const char *path, size_t max_bytes, struct str *out, struct err *e);
void file_free(struct str *s);
/* Written beside and renamed, so that it is whole or not there. "-": standard output. */
MUST_USE bool file_write(const char *path, struct str bytes, struct err *e);

/* Added at the end of a file that only its owner reads; made where it is missing. */
MUST_USE bool file_append(const char *path, struct str bytes, struct err *e);

#endif
