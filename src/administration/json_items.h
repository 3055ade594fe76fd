/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The objects in a large JSON file, one at a time: an array of them, or an object whose members
 * are such arrays. The file itself is never held.
 */
#ifndef ADMINISTRATION_JSON_ITEMS_H
#define ADMINISTRATION_JSON_ITEMS_H

#include "administration/source_internal.h"

struct json_item {
	struct str text; /* from { to }, not looked into; absent: too long */
	struct str list; /* the member whose array it is in; absent: there is but one array */
	size_t line;     /* where it begins */
	uint64_t offset; /* … and the file's bytes up to its end */
};

typedef bool json_item_fn(const struct json_item *item, void *arg, struct err *e);

/*
 * *fault: Danish, what of the file around the objects is not as it should be, and *line where;
 * NULL: nothing. hex: SHA-256 of the file. most: the longest object.
 * Errors: FILE_UNREADABLE, and those of fn.
 */
MUST_USE bool json_items(const char *path, size_t most, json_item_fn *fn, void *arg,
			 const char **fault, size_t *line, char hex[65], struct err *e);

#endif
