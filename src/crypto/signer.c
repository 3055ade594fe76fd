/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Private keys, and the only code that touches them. A key comes with its certificate and fits
 * it, or it is not loaded; a password is never asked for; nothing gives a key's bytes away. A
 * signature is made over a digest. Unwrapping a content key fails in one way only.
 * Source: PKCS #1 (RFC 8017); XML Signature 1.1, 6.4; XML Encryption 1.1, 5.5.
 */
#include "crypto/signer.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdatomic.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "crypto/internal.h"

struct signer {
	atomic_uint refs;
	EVP_PKEY *key;
	struct cert *cert;
	STACK_OF(X509) * chain; /* what a TLS server sends after its own certificate */
	const struct alg_signature *alg;
	EVP_PKEY_CTX *ready; /* for alg; only copied */
	EVP_PKEY *spare;     /* unwraps what the key does not; NULL: none */
};

/* A trial: a token may hold a key that belongs to none of its certificates, or refuse to sign.
 */
static bool
does_sign(const struct signer *s, struct err *e)
{
	uint8_t digest[64] = {1}, made[SIGNATURE_MAX_BYTES];
	struct str d = str_of(digest, hash_bytes(s->alg->hash));
	struct err why = ERR_INIT;
	size_t len;

	if (signer_sign(s, s->alg, d, made, &len, &why) &&
	    cert_verify(s->cert, s->alg, d, str_of(made, len), &why))
		return true;
	return FAIL(e, KEY_UNUSABLE, "the key does not sign for its certificate: %s",
		    why.detail);
}

bool
signer_new(EVP_PKEY *key, struct cert *cert, STACK_OF(X509) * chain, struct signer **out,
	   struct err *e)
{
	AUTO(signer_freep) struct signer *s = MEM_NEW(struct signer);

	atomic_init(&s->refs, 1);
	s->key = key;
	s->cert = cert_hold(cert);
	s->chain = chain;
	if (!cert_check_key(cert, e)) {
		err_clear(e);
		return FAIL(e, KEY_UNUSABLE, "the key is too weak, or of no known kind");
	}
	if (!cert_check_issued(cert, e)) {
		err_clear(e);
		return FAIL(e, KEY_UNUSABLE, "the certificate was signed with SHA-1 or older");
	}
	if (X509_check_private_key(cert_x509(cert), key) != 1)
		return FAIL_OSSL(e, KEY_UNUSABLE, "the key does not fit the certificate");
	s->alg = alg_signature_for(cert_key_kind(cert));
	s->ready = sig_ctx_new(key, s->alg, true);
	if (s->ready == NULL)
		return FAIL_OSSL(e, KEY_UNUSABLE, "the key cannot sign");
	if (!does_sign(s, e))
		return false;
	*out = s;
	s = NULL;
	return true;
}

struct signer *
signer_hold(struct signer *s)
{
	atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
	return s;
}

void
signer_free(struct signer *s)
{
	if (s == NULL || atomic_fetch_sub(&s->refs, 1) != 1)
		return;
	EVP_PKEY_CTX_free(s->ready);
	EVP_PKEY_free(s->key);
	EVP_PKEY_free(s->spare);
	cert_free(s->cert);
	sk_X509_pop_free(s->chain, X509_free);
	mem_free(s);
}

void
signer_freep(struct signer **s)
{
	signer_free(*s);
	*s = NULL;
}

const struct cert *
signer_cert(const struct signer *s)
{
	return s->cert;
}

const struct alg_signature *
signer_alg(const struct signer *s)
{
	return s->alg;
}

/* The DER that OpenSSL writes, into r||s of fixed length. */
static bool
ecdsa_from_der(const uint8_t *der, size_t len, size_t half, uint8_t *out)
{
	const unsigned char *p = der;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)len);
	bool done;

	done = sig != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, (int)half) > 0 &&
	       BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + half, (int)half) > 0;
	ECDSA_SIG_free(sig);
	return done;
}

bool
signer_sign(const struct signer *s, const struct alg_signature *alg, struct str digest,
	    uint8_t *out, size_t *out_len, struct err *e)
{
	AUTO(ossl_pkey_ctx_freep) EVP_PKEY_CTX *ctx = NULL;
	uint8_t made[SIGNATURE_MAX_BYTES];
	size_t len = sizeof(made);
	size_t half = ((size_t)cert_key_bits(s->cert) + 7) / 8;

	ERR_clear_error();
	if (alg == NULL || (alg->kind == KEY_EC) != (cert_key_kind(s->cert) == KEY_EC))
		return FAIL(e, KEY_UNUSABLE, "the algorithm does not fit the key");
	if (digest.len != hash_bytes(alg->hash))
		return FAIL(e, KEY_UNUSABLE, "a digest of %zu bytes", digest.len);
	ctx = sig_ctx_get(s->ready, s->key, alg, true);
	if (ctx == NULL ||
	    EVP_PKEY_sign(ctx, made, &len, (const unsigned char *)digest.ptr, digest.len) != 1)
		return FAIL_OSSL(e, KEY_UNUSABLE, "cannot sign");
	if (alg->kind != KEY_EC) {
		memcpy(out, made, len);
		*out_len = len;
		return true;
	}
	if (!ecdsa_from_der(made, len, half, out))
		return FAIL_OSSL(e, KEY_UNUSABLE, "cannot sign");
	*out_len = 2 * half;
	return true;
}

void
signer_set_spare(struct signer *s, const struct signer *spare)
{
	BUG_ON(s->spare != NULL || EVP_PKEY_up_ref(spare->key) != 1);
	s->spare = spare->key;
}

static bool
unwrap_with(EVP_PKEY *key, enum oaep_kind kind, struct str wrapped, uint8_t *out,
	    size_t out_room, size_t *out_len)
{
	AUTO(ossl_pkey_ctx_freep) EVP_PKEY_CTX *ctx = NULL;
	uint8_t plain[SIGNATURE_MAX_BYTES];
	size_t len = sizeof(plain);
	bool done = false;

	if (key != NULL && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA)
		ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	if (ctx != NULL && EVP_PKEY_decrypt_init(ctx) == 1 && oaep_params_set(ctx, kind) &&
	    EVP_PKEY_decrypt(ctx, plain, &len, (const unsigned char *)wrapped.ptr,
			     wrapped.len) == 1 &&
	    len <= out_room) {
		memcpy(out, plain, len);
		*out_len = len;
		done = true;
	}
	mem_wipe(plain, sizeof(plain));
	ERR_clear_error();
	return done;
}

bool
signer_unwrap(const struct signer *s, enum oaep_kind kind, struct str wrapped, uint8_t *out,
	      size_t out_room, size_t *out_len, struct err *e)
{
	return unwrap_with(s->key, kind, wrapped, out, out_room, out_len) ||
	       unwrap_with(s->spare, kind, wrapped, out, out_room, out_len) ||
	       FAIL(e, DECRYPT_FAILED, "cannot be decrypted");
}

bool
signer_use_for_tls(const struct signer *s, void *ssl_ctx, struct err *e)
{
	ERR_clear_error();
	if (SSL_CTX_use_cert_and_key(ssl_ctx, cert_x509(s->cert), s->key, s->chain, 1) != 1)
		return FAIL_OSSL(e, KEY_UNUSABLE, "cannot be used for TLS");
	return true;
}
