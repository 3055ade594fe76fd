/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a configuration names is loaded, or the process does not start: what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <cmocka.h>

#include "gateway/app.h"
#include "pki.h"

#define OWN_CA "build/test_platform.ca.pem"

/* Names in a configuration are relative to it. */
static const char *
whole(char out[PKI_PATH_BYTES], const char *path)
{
	char *found = realpath(path, NULL);

	assert_non_null(found);
	snprintf(out, PKI_PATH_BYTES, "%s", found);
	free(found);
	return out;
}

/* An authority that is not of the development PKI. */
static void
make_ca(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);
	X509_EXTENSION *ca =
		X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, "critical,CA:TRUE");
	FILE *f = fopen(OWN_CA, "w");

	assert_non_null(f);
	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"A root",
				   -1, -1, 0);
	X509_set_issuer_name(x, name);
	X509_set_pubkey(x, key);
	X509_add_ext(x, ca, -1);
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	PEM_write_X509(f, x);
	fclose(f);
	X509_EXTENSION_free(ca);
	X509_free(x);
	EVP_PKEY_free(key);
}

/* ERR_NONE when loaded. */
static enum err_code
load(const char *environment, const char *anchors)
{
	char path[] = "build/test_platform.XXXXXX", full[PKI_PATH_BYTES];
	struct buf problems = BUF_INIT(4096);
	struct config *config = NULL;
	struct platform *p = NULL;
	struct err e = ERR_INIT;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	dprintf(fd, "environment = \"%s\";\n", environment);
	if (anchors)
		dprintf(fd, "trust = { anchors = \"%s\"; };\n", whole(full, anchors));
	close(fd);
	if (!config_load(path, &config, &problems, &e))
		fail_msg("%s: " STR_FMT, e.detail, STR_ARG(buf_str(&problems)));
	unlink(path);
	buf_release(&problems);
	if (platform_load(config, &p, &e))
		platform_release(p);
	return e.code;
}

static void
anchors(void **state)
{
	char path[PKI_PATH_BYTES];

	(void)state;
	make_ca();
	assert_int_equal(load("production", OWN_CA), ERR_NONE);
	unlink(OWN_CA);
	assert_int_equal(load("development", pki_path(path, "anchors.pem")), ERR_NONE);
	/* [administration 10.3] */
	assert_int_equal(load("production", pki_path(path, "anchors.pem")), CONFIG_INVALID);
	assert_int_equal(load("production", NULL), CONFIG_INVALID);
	assert_int_equal(load("production", pki_path(path, "systems/KY/cert.pem")),
			 CERT_WRONG_KIND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(anchors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
