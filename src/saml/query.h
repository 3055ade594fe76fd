/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * name=value pairs of a query or a form, with the octets as they were sent kept beside what
 * they mean: a Redirect signature is over the former. Source: HTML
 * (application/x-www-form-urlencoded), RFC 3986; context-handler contract 2.11.
 */
#ifndef SAML_QUERY_H
#define SAML_QUERY_H

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"

struct query_pair {
	struct str name;  /* decoded */
	struct str raw;   /* "name=value" as sent */
	struct str value; /* decoded, '+' is a blank */
};

struct query {
	struct query_pair pairs[LIMIT_FORM_PAIRS];
	size_t count;
};

/*
 * Errors: ENCODING_MALFORMED (escape, NUL, not UTF-8), BAD_VALUE (too many pairs, a name that
 * occurs twice). Absent and empty text give no pairs.
 */
MUST_USE bool query_parse(struct str text, struct arena *a, struct query *out, struct err *e);
/* NULL: not there. Names are compared with case. */
const struct query_pair *query_get(const struct query *q, const char *name);
struct str query_value(const struct query *q, const char *name); /* absent: not there */

#endif
