/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The only door to private keys. A handle names a key; bytes never leave. Signing takes a
 * digest, so that the keys can move to a process of their own without any caller noticing.
 */
#ifndef CRYPTO_SIGNER_H
#define CRYPTO_SIGNER_H

#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "crypto/certs.h"
#include "crypto/cipher.h"

#define SIGNATURE_MAX_BYTES 1024

/* one private key with its certificate; immutable, reference-counted, thread-safe */
struct signer;

struct signer_source {
	/* file in PEM (PKCS#8 or traditional) or PKCS#12, or a pkcs11: URI without a PIN */
	const char *key;
	const char *cert;	   /* PEM, with its chain; NULL: that of the PKCS#12 file */
	const char *password;	   /* file whose first line is it, or the PIN; NULL: none */
	const char *pkcs11_module; /* NULL: none */
};
/* The key must fit the certificate and sign for it. Errors: KEY_UNUSABLE, CERT_MALFORMED. */
MUST_USE bool signer_open(const struct signer_source *from, struct signer **out,
			  struct err *e);
/* Without a password. */
MUST_USE bool signer_load(const char *key_path, const char *cert_path, struct signer **out,
			  struct err *e);
/* PKCS#12 with a password (may be empty). */
MUST_USE bool signer_load_p12(const char *path, const char *password, struct signer **out,
			      struct err *e);
/*
 * A new RSA key in a file that only its owner reads; the file must not be there. request.c
 * Errors: KEY_UNUSABLE.
 */
MUST_USE bool key_make(const char *path, unsigned bits, struct err *e);
/* The request (PKCS#10, PEM) for a certificate of that key with the subject of another. */
MUST_USE bool key_request(const struct signer_source *from, const struct cert *like,
			  struct buf *out, struct err *e);
struct signer *signer_hold(struct signer *s);
void signer_free(struct signer *s);
void signer_freep(struct signer **s);
const struct cert *signer_cert(const struct signer *s);
const struct alg_signature *signer_alg(const struct signer *s); /* what it signs XML with */
/*
 * Sign a digest made with alg->hash. out holds SIGNATURE_MAX_BYTES. ECDSA gives r||s (XML
 * form).
 * Errors: KEY_UNUSABLE.
 */
MUST_USE bool signer_sign(const struct signer *s, const struct alg_signature *alg,
			  struct str digest, uint8_t *out, size_t *out_len, struct err *e);

/*
 * A second key that unwrapping tries when its own does not fit: the successor of a key, or the
 * one before. Before the signer is shared with another thread.
 */
void signer_set_spare(struct signer *s, const struct signer *spare);

/* Decrypt a wrapped content key. All failures look the same. Errors: DECRYPT_FAILED. */
MUST_USE bool signer_unwrap(const struct signer *s, enum oaep_kind kind, struct str wrapped,
			    uint8_t *out, size_t out_room, size_t *out_len, struct err *e);
/* For gateway/listen.c alone: installs key and certificate in a TLS context (an SSL_CTX *). */
MUST_USE bool signer_use_for_tls(const struct signer *s, void *ssl_ctx, struct err *e);

#endif
