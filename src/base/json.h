/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between our texts and jansson's values.
 * Source: RFC 8259.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>
#include "base/buf.h"
#include "base/str.h"

/*
 * One object and nothing else, no name in it twice, nested LIMIT_JSON_DEPTH deep at most; NULL
 * for anything else. The text's length is for the caller to bound.
 */
json_t *json_read_object(struct str text);
/* Absent: nothing is put. A text that is not UTF-8 is left out too. */
void json_put_text(json_t *object, const char *name, struct str value);
/* Borrowed; absent if it is not there or no text. object may be NULL. */
struct str json_get_text(const json_t *object, const char *name);
/* Compact, members as they were put, or sorted by name. Bounded by out's cap. */
void json_add_to(const json_t *v, struct buf *out);
void json_add_sorted(const json_t *v, struct buf *out);
/*
 * Without a value in between, byte for byte what the two above write of the same texts: the
 * next member of an object, "," before it unless it is the first. Nothing for an absent value,
 * nor for one that is not UTF-8.
 */
void json_add_member(struct buf *out, const char *name, struct str value);

#endif
