/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Certificates as peers send them: DER, base64 or PEM. Whatever is accepted must have one
 * identity, names that are text, and survive every question that is asked of a certificate.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/encoding.h"
#include "crypto/certs.h"
#include "crypto/cipher.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
ask(const struct cert *c, struct str input)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	static const uint8_t digest[32];
	struct err e = ERR_INIT;
	struct str wrapped;

	BUG_ON(!utf8_is_valid(cert_subject_net(c)) && cert_subject_net(c).len > 0);
	BUG_ON(!utf8_is_valid(cert_issuer_net(c)) && cert_issuer_net(c).len > 0);
	BUG_ON(str_is_set(cert_cvr(c)) && !str_is_digits(cert_cvr(c), 8));
	BUG_ON(cert_thumbprint(c).len != 40 || cert_sha256(c).len != 32);
	BUG_ON(cert_kind_name(cert_kind(c)) == NULL);
	(void)cert_has_key(c, input, STR("\x01\x00\x01"));
	for (int kind = KEY_RSA; kind <= KEY_EC; kind++) {
		err_clear(&e);
		BUG_ON(cert_verify(c, alg_signature_for((enum key_kind)kind),
				   str_of(digest, sizeof(digest)), input, &e));
	}
	if (cert_check_key(c, &e) &&
	    cert_wrap(c, OAEP_SHA256_MGF_SHA256, STR("key"), a, &wrapped, &e))
		BUG_ON(wrapped.len == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str input = str_of(data, size);
	struct cert *c = NULL, *again = NULL;
	struct err e = ERR_INIT;

	if (!cert_parse(input, &c, &e)) {
		BUG_ON(e.code != CERT_MALFORMED || c != NULL);
		return 0;
	}
	ask(c, input);
	BUG_ON(!cert_parse(cert_der(c), &again, &e) || !cert_eq(c, again));
	cert_free(again);
	again = NULL;
	BUG_ON(!cert_parse(cert_base64(c), &again, &e) || !cert_eq(c, again));
	cert_free(again);
	cert_free(c);
	return 0;
}
