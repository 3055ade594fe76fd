/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ciphers of XML Encryption. Opening fails in one way only, DECRYPT_FAILED, whatever was
 * wrong. CBC proves nothing about who made the text: its caller has verified a signature over
 * the sealed form first.
 * Source: XML Encryption 1.1, 5.2 (CBC, GCM), 5.5 (key transport).
 */
#ifndef CRYPTO_CIPHER_H
#define CRYPTO_CIPHER_H

#include "base/arena.h"
#include "base/err.h"
#include "crypto/certs.h"

/* RSA-OAEP: the digest, and the digest within MGF1. */
enum oaep_kind { OAEP_SHA1_MGF_SHA1 = 1, OAEP_SHA256_MGF_SHA256, OAEP_SHA256_MGF_SHA1 };

/* AES-GCM: iv(12) || ciphertext || tag(16). Key of 16, 24 or 32 bytes. Errors: DECRYPT_FAILED.
 */
MUST_USE bool aead_open(struct str key, struct str sealed, struct arena *a, struct str *out,
			struct err *e);
struct str aead_seal(struct str key, struct str plain, struct arena *a);
/* AES-CBC: iv(16) || ciphertext, the last byte counts the padding. Errors: DECRYPT_FAILED. */
MUST_USE bool cbc_open(struct str key, struct str sealed, struct arena *a, struct str *out,
		       struct err *e);
struct str cbc_seal(struct str key, struct str plain, struct arena *a);
/* Wraps a content key for the holder of an RSA certificate. Errors: ALGORITHM_REFUSED. */
MUST_USE bool cert_wrap(const struct cert *c, enum oaep_kind kind, struct str key,
			struct arena *a, struct str *out, struct err *e);

#endif
