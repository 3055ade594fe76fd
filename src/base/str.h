/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text as slices: a pointer and a length, not terminated, not owned. A str whose ptr is NULL
 * is "absent", which is not the same as empty.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/attr.h"

struct str {
	const char *ptr;
	size_t len;
};

#define STR(lit)      ((struct str){"" lit, sizeof(lit) - 1})
#define STR_INIT(lit) {"" lit, sizeof(lit) - 1}
#define STR_NONE      ((struct str){NULL, 0})
#define STR_FMT	      "%.*s"
#define STR_ARG(s)    (int)(s).len, (s).ptr ? (s).ptr : ""

struct str str_from(const char *c_string);	 /* NULL gives STR_NONE */
struct str str_of(const void *ptr, size_t len);
bool str_is_set(struct str s);			 /* present, may be empty */
bool str_is_empty(struct str s);		 /* absent or empty */
bool str_eq(struct str a, struct str b);	 /* bytes; absent equals only absent */
bool str_eq_c(struct str a, const char *b);
bool str_eq_nocase(struct str a, struct str b);	 /* ASCII case */
bool str_has_prefix(struct str s, struct str prefix);
bool str_has_suffix(struct str s, struct str suffix);
struct str str_without_slash(struct str path);	 /* one at the end, but not "/" itself */
int str_cmp(struct str a, struct str b);	 /* byte order, for sorting */
struct str str_trim(struct str s);		 /* XML white space at both ends */
struct str str_skip(struct str s, size_t n);	 /* without the first n bytes */
bool str_find(struct str s, struct str what, size_t *at);
bool str_has_char(struct str s, char c);
/*
 * Split at the first `sep`: *head before it, *rest after it. false: no sep, *head is all,
 * *rest absent.
 */
bool str_cut(struct str s, char sep, struct str *head, struct str *rest);
bool str_is_digits(struct str s, size_t want_len); /* exactly want_len decimal digits */
/* The one number parser: optional sign, decimal digits, nothing else, within [min, max]. */
MUST_USE bool str_to_i64(struct str s, int64_t min, int64_t max, int64_t *out);

/* Arithmetic on anything that a peer influenced. false on overflow. */
MUST_USE bool size_add(size_t a, size_t b, size_t *out);
MUST_USE bool size_mul(size_t a, size_t b, size_t *out);

#endif
