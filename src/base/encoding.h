/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Base64 (RFC 4648), hexadecimal, percent-encoding (RFC 3986), UTF-8 (RFC 3629), HTML
 * escaping.
 */
#ifndef BASE_ENCODING_H
#define BASE_ENCODING_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum base64_rule {
	BASE64_STRICT, /* canonical: no white space, padding as needed, spare bits zero */
	BASE64_XML,    /* white space anywhere */
};

struct str base64_encode(struct arena *a, struct str bytes);
void base64_add(struct buf *b, struct str bytes);
MUST_USE bool base64_decode(struct str text, enum base64_rule rule, struct arena *a,
			    struct str *out, struct err *e);
/* The URL-safe alphabet without padding (RFC 7515, 2); strict, spare bits are zero. */
struct str base64url_encode(struct arena *a, struct str bytes);
MUST_USE bool base64url_decode(struct str text, struct arena *a, struct str *out,
			       struct err *e);
struct str hex_encode(struct arena *a, struct str bytes);	/* lower case */
struct str hex_encode_upper(struct arena *a, struct str bytes);
MUST_USE bool hex_decode(struct str text, struct arena *a, struct str *out, struct err *e);
/* plus_is_space: form decoding. A bad escape or a NUL is an error. */
MUST_USE bool percent_decode(struct str text, bool plus_is_space, struct arena *a,
			     struct str *out, struct err *e);
void percent_add(struct buf *b, struct str s);	/* all but unreserved, upper-case hex */
bool utf8_is_valid(struct str s);		/* no overlong forms, no surrogates, no NUL */
/*
 * Length of the UTF-8 character at p (RFC 3629, 4), 0 when the bytes are not one. NUL counts as
 * a character here. *code is set when a character was found.
 */
size_t utf8_char(const char *p, size_t len, uint32_t *code);
void html_add(struct buf *b, struct str s);	/* & < > " ' as references */

#endif
