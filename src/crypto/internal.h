/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of crypto/ share with one another and with nobody else. */
#ifndef CRYPTO_INTERNAL_H
#define CRYPTO_INTERNAL_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "crypto/certs.h"
#include "crypto/cipher.h"

/* ossl.c: implementations, looked up once. */
const EVP_MD *ossl_md(enum hash_alg hash);
const EVP_CIPHER *ossl_gcm(size_t key_bytes); /* NULL: no such key length */
const EVP_CIPHER *ossl_cbc(size_t key_bytes);
size_t hash_bytes(enum hash_alg hash);

/* Empties OpenSSL's queue of errors into the detail; false. */
bool ossl_fail(struct err *e, enum err_code code, const char *where, const char *what);
#define FAIL_OSSL(e, code, what) ossl_fail((e), (code), __func__, (what))

void ossl_pkey_freep(EVP_PKEY **p);
void ossl_pkey_ctx_freep(EVP_PKEY_CTX **p);
void ossl_x509_freep(X509 **p);
void ossl_certs_freep(STACK_OF(X509) * *p);

/* file.c. A file of at most LIMIT_PEM_FILE_BYTES; code is what an unreadable one is called. */
MUST_USE bool crypto_file_read(const char *path, enum err_code code, struct buf *out,
				 struct err *e);
/* The next PEM block with this label ("CERTIFICATE"): its base64. false: there is none. */
bool pem_next(struct str *rest, const char *label, struct str *base64);

/* names.c. Everything lives in the arena. */
struct subject {
	struct str net; /* as .NET prints it */
	struct str cn;
	struct str cvr;            /* 8 digits or absent */
	enum cert_kind generation; /* by the form of the name; CERT_KIND_OTHER: of neither */
};
MUST_USE bool name_write_net(const X509_NAME *name, struct arena *a, struct str *text,
			     struct err *e);
MUST_USE bool subject_read(const X509_NAME *name, struct arena *a, struct subject *out,
			   struct err *e);

/* certs.c: what only this room may see of a certificate. */
X509 *cert_x509(const struct cert *c);
EVP_PKEY *cert_public(const struct cert *c);
const EVP_PKEY_CTX *cert_verifier(const struct cert *c); /* NULL: there is none */
/* A moment of ASN.1, in seconds resolution. */
MUST_USE bool asn1_instant(const ASN1_TIME *t, instant *out);

/*
 * verify.c. A context with padding, hash and salt of an algorithm; NULL: the key cannot do it.
 * Making one costs a quarter of an RSA verification, copying one next to nothing.
 */
EVP_PKEY_CTX *sig_ctx_new(EVP_PKEY *key, const struct alg_signature *alg, bool is_signing);
/* A copy of `ready` where alg is the usual one of the key, else a new context. */
EVP_PKEY_CTX *sig_ctx_get(const EVP_PKEY_CTX *ready, EVP_PKEY *key,
			  const struct alg_signature *alg, bool is_signing);
MUST_USE bool oaep_params_set(EVP_PKEY_CTX *ctx, enum oaep_kind kind);

/* revoke.c: the lists of a snapshot. */
struct lists;
MUST_USE bool lists_load(const struct anchors_paths *paths, X509_STORE *store,
			 struct lists **out, struct err *e);
void lists_free(struct lists *l);
/* The first moment after now at which a list stops being good enough. */
instant lists_good_until(const struct lists *l, instant now);
/* Does what the chain check found wrong with a list still let it pass? */
bool lists_forgive(const struct lists *l, X509_STORE_CTX *ctx, instant now);

/* verdicts.c: answers of anchors_check by certificate, in a fixed room. Owns its lock. */
struct verdicts;
struct verdict {
	enum err_code code; /* ERR_NONE: accepted */
	instant from;
	instant until;
};
struct verdicts *verdicts_new(void);
void verdicts_free(struct verdicts *v);
bool verdicts_find(struct verdicts *v, struct str sha256, instant now, struct verdict *out);
void verdicts_keep(struct verdicts *v, struct str sha256, struct verdict verdict);

#endif
