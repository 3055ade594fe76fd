/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where private keys come from: PEM, PKCS#12, or a token by its URI. What a file is, its first
 * byte says. Passwords come out of files and are wiped; nothing is ever asked for at a
 * terminal. Source: RFC 5958, 7292, 7512.
 */
#include "crypto/signer.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "crypto/internal.h"

#define PASSWORD_MOST_BYTES 1024

static void
bio_freep(BIO **p)
{
	BIO_free(*p);
}

static void
p12_freep(PKCS12 **p)
{
	PKCS12_free(*p);
}

/* A password with its end marked, in memory that is wiped. */
struct password {
	char text[PASSWORD_MOST_BYTES + 1];
	struct str value; /* absent: none */
};

static void
password_wipe(struct password *p)
{
	mem_wipe(p, sizeof(*p));
}

/* The first line of a file. */
static bool
password_read(const char *path, struct password *out, struct err *e)
{
	struct buf file = BUF_INIT(PASSWORD_MOST_BYTES);
	struct str line, rest;
	bool ok;

	memset(out, 0, sizeof(*out));
	out->value = STR_NONE;
	if (path == NULL)
		return true;
	ok = crypto_file_read(path, KEY_UNUSABLE, &file, e);
	if (ok) {
		(void)str_cut(buf_str(&file), '\n', &line, &rest);
		line.len -= line.len > 0 && line.ptr[line.len - 1] == '\r';
		memcpy(out->text, line.ptr, line.len);
		out->value = str_of(out->text, line.len);
	}
	if (file.ptr != NULL)
		mem_wipe(file.ptr, file.len);
	buf_release(&file);
	return ok;
}

/* OpenSSL would ask the terminal. */
static int
give_password(char *out, int room, int is_writing, void *data)
{
	const struct password *p = data;

	(void)is_writing;
	if (!str_is_set(p->value) || p->value.len > (size_t)room)
		return -1;
	memcpy(out, p->value.ptr, p->value.len);
	return (int)p->value.len;
}

/* The further certificates of a file. */
static bool
chain_read(const char *path, STACK_OF(X509) * chain, struct err *e)
{
	AUTO(buf_release) struct buf file = BUF_INIT(LIMIT_PEM_FILE_BYTES);
	struct str rest, base64;

	if (!crypto_file_read(path, CERT_MALFORMED, &file, e))
		return false;
	rest = buf_str(&file);
	if (!pem_next(&rest, "CERTIFICATE", &base64))
		return true;
	while (pem_next(&rest, "CERTIFICATE", &base64)) {
		AUTO(cert_freep) struct cert *c = NULL;

		if (!cert_parse(base64, &c, e))
			return false;
		BUG_ON(X509_up_ref(cert_x509(c)) != 1);
		BUG_ON(sk_X509_push(chain, cert_x509(c)) <= 0);
	}
	return true;
}

/* Takes the key, whatever comes of it; its certificate and chain are in a file. */
static bool
with_cert_file(EVP_PKEY *key, const char *path, struct signer **out, struct err *e)
{
	AUTO(ossl_pkey_freep) EVP_PKEY *mine = key;
	AUTO(cert_freep) struct cert *cert = NULL;
	AUTO(ossl_certs_freep) STACK_OF(X509) *chain = sk_X509_new_null();
	STACK_OF(X509) *given = chain;

	BUG_ON(chain == NULL);
	if (!cert_load(path, &cert, e) || !chain_read(path, chain, e))
		return false;
	mine = NULL;
	chain = NULL;
	return signer_new(key, cert, given, out, e);
}

static bool
key_from_pem(const char *path, struct password *p, EVP_PKEY **out, struct err *e)
{
	AUTO(bio_freep) BIO *bio = BIO_new_file(path, "rb");

	if (bio == NULL)
		return FAIL_OSSL(e, KEY_UNUSABLE, path);
	*out = PEM_read_bio_PrivateKey(bio, NULL, give_password, p);
	return *out != NULL || FAIL_OSSL(e, KEY_UNUSABLE, path);
}

/* Key, certificate and chain as they lie in one file. */
static bool
from_p12(const char *path, const char *password, struct signer **out, struct err *e)
{
	AUTO(bio_freep) BIO *bio = BIO_new_file(path, "rb");
	AUTO(p12_freep) PKCS12 *p12 = bio ? d2i_PKCS12_bio(bio, NULL) : NULL;
	AUTO(ossl_pkey_freep) EVP_PKEY *key = NULL;
	AUTO(ossl_x509_freep) X509 *x = NULL;
	AUTO(ossl_certs_freep) STACK_OF(X509) *chain = NULL;
	AUTO(cert_freep) struct cert *cert = NULL;
	EVP_PKEY *given_key;
	STACK_OF(X509) * given;

	if (p12 == NULL)
		return FAIL_OSSL(e, KEY_UNUSABLE, path);
	if (PKCS12_parse(p12, password, &key, &x, &chain) != 1)
		return FAIL_OSSL(e, KEY_UNUSABLE, "PKCS#12: wrong password, or an old cipher");
	if (key == NULL || x == NULL)
		return FAIL(e, KEY_UNUSABLE, "PKCS#12: no key with its certificate");
	if (!cert_from_x509(x, &cert, e))
		return false;
	given_key = key;
	given = chain;
	key = NULL;
	chain = NULL;
	return signer_new(given_key, cert, given, out, e);
}

static bool
is_der(const char *path)
{
	AUTO(bio_freep) BIO *bio = BIO_new_file(path, "rb");
	char first = 0;

	return bio != NULL && BIO_read(bio, &first, 1) == 1 && first == 0x30;
}

static bool
key_from_p12(const char *path, const char *password, EVP_PKEY **out, struct err *e)
{
	AUTO(bio_freep) BIO *bio = BIO_new_file(path, "rb");
	AUTO(p12_freep) PKCS12 *p12 = bio ? d2i_PKCS12_bio(bio, NULL) : NULL;

	if (p12 == NULL)
		return FAIL_OSSL(e, KEY_UNUSABLE, path);
	if (PKCS12_parse(p12, password, out, NULL, NULL) != 1)
		return FAIL_OSSL(e, KEY_UNUSABLE, "PKCS#12: wrong password, or an old cipher");
	return *out != NULL || FAIL(e, KEY_UNUSABLE, "PKCS#12: no key in it");
}

static bool
open_with(const struct signer_source *from, struct password *p, EVP_PKEY **out, struct err *e)
{
	if (pkcs11_is_uri(from->key))
		return pkcs11_load(from->key, from->pkcs11_module, p->value, out, e);
	if (is_der(from->key))
		return key_from_p12(from->key, p->text, out, e);
	return key_from_pem(from->key, p, out, e);
}

bool
key_open(const struct signer_source *from, EVP_PKEY **out, struct err *e)
{
	AUTO(password_wipe) struct password p;

	ERR_clear_error();
	return password_read(from->password, &p, e) && open_with(from, &p, out, e);
}

bool
signer_open(const struct signer_source *from, struct signer **out, struct err *e)
{
	AUTO(password_wipe) struct password p;
	EVP_PKEY *key = NULL;

	ERR_clear_error();
	if (!password_read(from->password, &p, e))
		return false;
	if (from->cert == NULL) {
		if (pkcs11_is_uri(from->key) || !is_der(from->key))
			return FAIL(e, KEY_UNUSABLE, "a key without a certificate");
		return from_p12(from->key, p.text, out, e);
	}
	return open_with(from, &p, &key, e) && with_cert_file(key, from->cert, out, e);
}

bool
signer_load(const char *key_path, const char *cert_path, struct signer **out, struct err *e)
{
	const struct signer_source from = {.key = key_path, .cert = cert_path};

	return signer_open(&from, out, e);
}

bool
signer_load_p12(const char *path, const char *password, struct signer **out, struct err *e)
{
	ERR_clear_error();
	return from_p12(path, password, out, e);
}
