/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows of a CSV file, one at a time. Quotes as in RFC 4180; a row that is not, is told of as
 * such, and reading goes on at the next line.
 */
#ifndef ADMINISTRATION_CSV_H
#define ADMINISTRATION_CSV_H

#include "administration/source_internal.h"

struct csv {
	struct lines lines;
	struct buf text; /* the row at work, as it stands in the file */
	char separator;
	bool is_1252;
};

struct csv_row {
	size_t line; /* where it begins */
	struct str *v;
	size_t count;
	const char *fault;   /* Danish; NULL: none */
	size_t fault_column; /* from 1; 0: of the row */
};

MUST_USE bool csv_open(struct csv *c, const char *path, bool is_1252, struct err *e);
void csv_close(struct csv *c);
/* ; or , whichever the text has more of outside quotes */
char csv_separator(struct str header);
/* *is_end: there is none. Lines of nothing are passed over. Values are UTF-8, in the arena. */
MUST_USE bool csv_next(struct csv *c, struct arena *a, struct csv_row *out, bool *is_end,
		       struct err *e);

#endif
