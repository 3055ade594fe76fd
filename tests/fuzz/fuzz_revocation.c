/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Revocation lists and answers of responders, read before anybody's signature on them is known;
 * and the addresses inside certificates. The authority is made at start and its key forgotten,
 * so nothing may ever be believed.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "crypto/revocation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct anchors *anchors;
static struct cert *authority;

static void
add_extension(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	BUG_ON(ext == NULL || X509_add_ext(x, ext, -1) != 1);
	X509_EXTENSION_free(ext);
}

static void
write_authority(FILE *f)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);

	BUG_ON(key == NULL || x == NULL);
	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
				   (const unsigned char *)"Sluse DEV OCES udstedende-CA 1", -1,
				   -1, 0);
	X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC, (const unsigned char *)"Sluse DEV",
				   -1, -1, 0);
	X509_NAME_add_entry_by_txt(name, "C", MBSTRING_ASC, (const unsigned char *)"DK", -1, -1,
				   0);
	X509_set_issuer_name(x, name);
	X509_set_pubkey(x, key);
	add_extension(x, NID_basic_constraints, "critical,CA:TRUE");
	add_extension(x, NID_key_usage, "critical,keyCertSign,cRLSign");
	BUG_ON(X509_sign(x, key, EVP_sha256()) <= 0 || PEM_write_X509(f, x) != 1);
	X509_free(x);
	EVP_PKEY_free(key);
}

static void
make_anchors(void)
{
	char path[] = "/tmp/fuzz_revocation.XXXXXX";
	const struct anchors_paths paths = {.anchors = path};
	struct err e = ERR_INIT;
	int fd = mkstemp(path);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;

	BUG_ON(f == NULL);
	write_authority(f);
	fclose(f);
	BUG_ON(!anchors_load(&paths, &anchors, &e) || !cert_load(path, &authority, &e));
	unlink(path);
}

static void
ask_certificate(struct str input)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(cert_freep) struct cert *c = NULL;
	struct revocation_urls urls;
	struct err e = ERR_INIT;

	if (!cert_parse(input, &c, &e))
		return;
	cert_revocation_urls(c, a, &urls);
	BUG_ON(urls.list_count > LIMIT_CERT_URLS);
	for (size_t i = 0; i < urls.list_count; i++)
		BUG_ON(!str_has_prefix(urls.lists[i], STR("http")) ||
		       str_has_char(urls.lists[i], ' ') || str_has_char(urls.lists[i], '\0'));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str input = str_of(data, size);
	const instant now = DAYS(365) * 56;
	struct revlist *list = NULL;
	struct revanswer answer;
	struct err e = ERR_INIT;

	if (anchors == NULL)
		make_anchors();
	BUG_ON(revlist_read(anchors, input, now, DAYS(40000), &list, &e));
	BUG_ON(e.code != REVOCATION_REFUSED || list != NULL);
	err_clear(&e);
	BUG_ON(ocsp_read(anchors, authority, authority, STR_NONE, input, now, DAYS(40000),
			 &answer, &e));
	BUG_ON(e.code != REVOCATION_REFUSED);
	ask_certificate(input);
	return 0;
}
