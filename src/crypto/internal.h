/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of crypto/ share with one another and with nobody else. */
#ifndef CRYPTO_INTERNAL_H
#define CRYPTO_INTERNAL_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "crypto/certs.h"
#include "crypto/cipher.h"
#include "crypto/revocation.h"
#include "crypto/signer.h"

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
	struct str uuid;           /* of an OCES3 subject, or absent */
	enum cert_kind generation; /* by the form of the name; CERT_KIND_OTHER: of neither */
};
MUST_USE bool name_write_net(const X509_NAME *name, struct arena *a, struct str *text,
			     struct err *e);
MUST_USE bool subject_read(const X509_NAME *name, struct arena *a, struct subject *out,
			   struct err *e);

#define SECURITY_LEVEL 2 /* 112 bits: RSA 2048, SHA-256; PSS passes */

/* certs.c: what only this room may see of a certificate. */
MUST_USE bool cert_from_x509(X509 *x, struct cert **out, struct err *e); /* a copy */
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

/* revlist.c: what is a list, before anybody is asked whose. */
MUST_USE bool crl_parse(struct str der, X509_CRL **out, struct err *e);
struct str crl_reach(const X509_CRL *crl); /* which certificates it is about */
/* Is it about this one, for every reason? Who signed it is not asked. */
bool crl_covers(const X509_CRL *crl, X509 *x);
bool sigalg_is_sound(const X509_ALGOR *alg); /* not SHA-1, nor older */
X509_CRL *revlist_crl(const struct revlist *l);

/* revoke.c: all that is known of revocation at a time, with the roots; immutable, counted. */
struct revpicture;
struct revpicture_parts {
	const STACK_OF(X509) * roots;
	const STACK_OF(X509_CRL) * files;
	const struct revocations *more; /* NULL: none */
	bool required;
	instant grace;
	int (*on_problem)(int ok, X509_STORE_CTX *ctx);
};
struct revpicture *revpicture_new(const struct revpicture_parts *parts);
struct revpicture *revpicture_hold(struct revpicture *p);
void revpicture_free(struct revpicture *p);
void revpicture_freep(struct revpicture **p);
X509_STORE *revpicture_store(const struct revpicture *p);
/* The first moment after now at which something stops being good enough. */
instant revpicture_good_until(const struct revpicture *p, const STACK_OF(X509) * chain,
			      instant now);
/* Does what the chain check found wrong with a list still let it pass? */
bool revpicture_forgives(const struct revpicture *p, X509_STORE_CTX *ctx, instant now);
/* Did a responder, or the latest list of an issuer, call one of them revoked? */
bool revpicture_has_revoked(const struct revpicture *p, const STACK_OF(X509) * chain);
MUST_USE bool lists_load(const char *path, STACK_OF(X509_CRL) * out, struct err *e);

/* anchors.c: roots, then intermediates; NULL behind the last. */
X509 *anchors_authority(const struct anchors *a, size_t i);
/* For certificates of responders: roots and lists as they are known, at that moment. */
X509_STORE *anchors_store_for_responders(struct anchors *a, instant now);

/* signer.c. Takes key and chain, whatever comes of it; the certificate is held. */
MUST_USE bool signer_new(EVP_PKEY *key, struct cert *cert, STACK_OF(X509) * chain,
			 struct signer **out, struct err *e);
/* keyfile.c: the key alone; the certificate of the source is not looked at. */
MUST_USE bool key_open(const struct signer_source *from, EVP_PKEY **out, struct err *e);
/* pkcs11.c */
bool pkcs11_is_uri(const char *text);
MUST_USE bool pkcs11_load(const char *uri, const char *module, struct str pin, EVP_PKEY **out,
			  struct err *e);

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
/* Nothing is kept of a verdict that was begun before the last verdicts_forget. */
uint64_t verdicts_generation(struct verdicts *v);
void verdicts_keep(struct verdicts *v, struct str sha256, struct verdict verdict,
		   uint64_t generation);
void verdicts_forget(struct verdicts *v);

#endif
