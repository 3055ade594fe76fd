/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A new key of ours in a file that only its owner reads, and the request for its certificate,
 * with the subject of the one it shall follow. An existing file is never written over. The key
 * is RSA: that is what peers of these interfaces know. Source: RFC 2986; PKCS#8 (RFC 5958).
 */
#include "crypto/signer.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>
#include <unistd.h>

#include "crypto/internal.h"

static void
bio_freep(BIO **p)
{
	BIO_free(*p);
}

static void
request_freep(X509_REQ **p)
{
	X509_REQ_free(*p);
}

bool
key_make(const char *path, unsigned bits, struct err *e)
{
	AUTO(ossl_pkey_freep) EVP_PKEY *key = NULL;
	AUTO(bio_freep) BIO *bio = NULL;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return FAIL(e, KEY_UNUSABLE, "%s: %s", path, strerror(errno));
	bio = BIO_new_fd(fd, BIO_CLOSE);
	BUG_ON(bio == NULL);
	ERR_clear_error();
	key = EVP_RSA_gen(bits);
	if (key != NULL && PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) &&
	    BIO_flush(bio) == 1 && fsync(fd) == 0)
		return true;
	unlink(path);
	return FAIL_OSSL(e, KEY_UNUSABLE, "no key was made");
}

static bool
to_text(X509_REQ *request, struct buf *out, struct err *e)
{
	AUTO(bio_freep) BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	long len;

	if (bio == NULL || PEM_write_bio_X509_REQ(bio, request) != 1)
		return FAIL_OSSL(e, KEY_UNUSABLE, "no request was made");
	len = BIO_get_mem_data(bio, &text);
	buf_add_bytes(out, text, (size_t)len);
	return buf_done(out, e);
}

bool
key_request(const struct signer_source *from, const struct cert *like, struct buf *out,
	    struct err *e)
{
	AUTO(ossl_pkey_freep) EVP_PKEY *key = NULL;
	AUTO(request_freep) X509_REQ *request = X509_REQ_new();

	BUG_ON(request == NULL);
	ERR_clear_error();
	if (!key_open(from, &key, e))
		return false;
	if (X509_REQ_set_version(request, X509_REQ_VERSION_1) != 1 ||
	    X509_REQ_set_subject_name(request, X509_get_subject_name(cert_x509(like))) != 1 ||
	    X509_REQ_set_pubkey(request, key) != 1 ||
	    X509_REQ_sign(request, key, ossl_md(HASH_SHA256)) <= 0)
		return FAIL_OSSL(e, KEY_UNUSABLE, "no request was made");
	return to_text(request, out, e);
}
