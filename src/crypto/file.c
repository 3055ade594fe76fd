/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files with certificates and revocation lists, and PEM blocks within them. Text around blocks
 * is skipped; blocks with another label are left alone; a block without an end is not a block.
 * Source: RFC 7468.
 */
#include "crypto/internal.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"

static void
bio_freep(BIO **p)
{
	BIO_free(*p);
}

bool
crypto_file_read(const char *path, enum err_code code, struct buf *out, struct err *e)
{
	AUTO(bio_freep) BIO *bio = NULL;
	char piece[8192];
	size_t got = 0;

	ERR_clear_error();
	bio = BIO_new_file(path, "rb");
	if (bio == NULL)
		return FAIL_OSSL(e, code, path);
	while (BIO_read_ex(bio, piece, sizeof(piece), &got) == 1)
		buf_add_bytes(out, piece, got);
	if (ERR_peek_error() != 0)
		return FAIL_OSSL(e, code, path);
	if (out->over)
		return FAIL(e, code, "%s: larger than %zu bytes", path, out->cap);
	return true;
}

/* Finds "-----<word> <label>-----" in text; *before ends where it begins, *after begins behind
 * it. */
static bool
find_line(struct str text, const char *word, const char *label, struct str *before,
	  struct str *after)
{
	char line[80];
	size_t at = 0;
	int len = snprintf(line, sizeof(line), "-----%s %s-----", word, label);

	BUG_ON(len < 0 || (size_t)len >= sizeof(line));
	if (!str_find(text, str_of(line, (size_t)len), &at))
		return false;
	*before = str_of(text.ptr, at);
	*after = str_skip(text, at + (size_t)len);
	return true;
}

bool
pem_next(struct str *rest, const char *label, struct str *base64)
{
	struct str before, inside;

	if (!find_line(*rest, "BEGIN", label, &before, &inside))
		return false;
	return find_line(inside, "END", label, base64, rest);
}
