/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The border to OpenSSL 3: implementations are looked up once and kept (a lookup by name costs
 * more than a digest of a short text), and its queue of errors ends in err.detail. Of that
 * queue only the reason is taken, never data, so no key or name of a file can travel along.
 */
#include "crypto/digest.h"
#include "crypto/internal.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <pthread.h>
#include <string.h>

static struct {
	EVP_MD *md[HASH_SHA512 + 1];
	EVP_CIPHER *gcm[3];
	EVP_CIPHER *cbc[3];
} found;

static pthread_once_t found_once = PTHREAD_ONCE_INIT;

static void
find_all(void)
{
	static const char *const md[] = {
		[HASH_SHA256] = "SHA256", [HASH_SHA384] = "SHA384", [HASH_SHA512] = "SHA512"};
	static const char *const gcm[] = {"AES-128-GCM", "AES-192-GCM", "AES-256-GCM"};
	static const char *const cbc[] = {"AES-128-CBC", "AES-192-CBC", "AES-256-CBC"};

	for (size_t i = HASH_SHA256; i < ARRAY_LEN(md); i++) {
		found.md[i] = EVP_MD_fetch(NULL, md[i], NULL);
		BUG_ON(found.md[i] == NULL);
	}
	for (size_t i = 0; i < ARRAY_LEN(gcm); i++) {
		found.gcm[i] = EVP_CIPHER_fetch(NULL, gcm[i], NULL);
		found.cbc[i] = EVP_CIPHER_fetch(NULL, cbc[i], NULL);
		BUG_ON(found.gcm[i] == NULL || found.cbc[i] == NULL);
	}
}

const EVP_MD *
ossl_md(enum hash_alg hash)
{
	BUG_ON(pthread_once(&found_once, find_all) != 0);
	BUG_ON(hash < HASH_SHA256 || hash > HASH_SHA512);
	return found.md[hash];
}

static const EVP_CIPHER *
cipher_for(EVP_CIPHER *const *of, size_t key_bytes)
{
	BUG_ON(pthread_once(&found_once, find_all) != 0);
	if (key_bytes != 16 && key_bytes != 24 && key_bytes != 32)
		return NULL;
	return of[key_bytes / 8 - 2];
}

const EVP_CIPHER *
ossl_gcm(size_t key_bytes)
{
	return cipher_for(found.gcm, key_bytes);
}

const EVP_CIPHER *
ossl_cbc(size_t key_bytes)
{
	return cipher_for(found.cbc, key_bytes);
}

size_t
hash_bytes(enum hash_alg hash)
{
	switch (hash) {
	case HASH_SHA256:
		return 32;
	case HASH_SHA384:
		return 48;
	case HASH_SHA512:
		return 64;
	}
	BUG("no such hash");
	return 0;
}

bool
ossl_fail(struct err *e, enum err_code code, const char *where, const char *what)
{
	unsigned long first = ERR_get_error();
	const char *reason = NULL;
	char text[128];

	if (ERR_SYSTEM_ERROR(first))
		reason = strerror_r(ERR_GET_REASON(first), text, sizeof(text));
	else if (first != 0)
		reason = ERR_reason_error_string(first);
	ERR_clear_error();
	return err_fail(e, code, where, "%s: %s", what, reason ? reason : "no reason given");
}

void
ossl_pkey_freep(EVP_PKEY **p)
{
	EVP_PKEY_free(*p);
}

void
ossl_pkey_ctx_freep(EVP_PKEY_CTX **p)
{
	EVP_PKEY_CTX_free(*p);
}

void
ossl_x509_freep(X509 **p)
{
	X509_free(*p);
}

void
ossl_certs_freep(STACK_OF(X509) * *p)
{
	sk_X509_pop_free(*p, X509_free);
}

const char *
crypto_library(void)
{
	return OpenSSL_version(OPENSSL_VERSION_STRING);
}
