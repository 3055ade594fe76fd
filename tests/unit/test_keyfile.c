/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where keys come from: files of either kind, with and without a password, and what is none.
 * Keys inside a token are the integration tests' affair; here, what is refused of their names.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <openssl/pem.h>
#include <cmocka.h>

#include "crypto/signer.h"
#include "pki.h"

static char folder[] = "build/test_keyfile.XXXXXX";

static const char *
own(const char *name)
{
	static char path[4][80];
	static unsigned turn;
	char *out = path[turn++ % 4];

	snprintf(out, sizeof(path[0]), "%s/%s", folder, name);
	return out;
}

static void
write_file(const char *name, const char *text)
{
	FILE *f = fopen(own(name), "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
write_sealed(const char *name, const char *password)
{
	char path[PKI_PATH_BYTES];
	FILE *in = fopen(pki_path(path, "systems/KY/key.pem"), "r"), *out;
	EVP_PKEY *key;

	assert_non_null(in);
	key = PEM_read_PrivateKey(in, NULL, NULL, NULL);
	assert_non_null(key);
	fclose(in);
	out = fopen(own(name), "w");
	assert_non_null(out);
	assert_int_equal(PEM_write_PKCS8PrivateKey(out, key, EVP_aes_256_cbc(), NULL, 0, NULL,
						   (void *)(uintptr_t)password),
			 1);
	fclose(out);
	EVP_PKEY_free(key);
}

struct key_case {
	const char *name, *key, *cert, *password;
	const char *why; /* NULL: opens */
};

static void
run(const struct key_case *x)
{
	char key[PKI_PATH_BYTES], cert[PKI_PATH_BYTES];
	bool is_own = x->key[0] == '!' || strncmp(x->key, "pkcs11:", 7) == 0;
	const struct signer_source from = {
		.key = x->key[0] == '!' ? own(x->key + 1)
		       : is_own         ? x->key
					: pki_path(key, x->key),
		.cert = x->cert ? pki_path(cert, x->cert) : NULL,
		.password = x->password ? own(x->password) : NULL,
	};
	struct cert *ky = pki_cert("systems/KY");
	struct signer *s = NULL;
	struct err e = ERR_INIT;
	bool ok = signer_open(&from, &s, &e);

	print_message("# %s: %s\n", x->name, e.detail);
	assert_int_equal(ok, x->why == NULL);
	if (ok) {
		assert_true(cert_eq(signer_cert(s), ky));
	} else {
		assert_true(e.code == KEY_UNUSABLE || e.code == CERT_MALFORMED);
		assert_non_null(strstr(e.detail, x->why));
		assert_null(strstr(e.detail, "sluse\n"));
	}
	signer_free(s);
	cert_free(ky);
}

#define CERT "systems/KY/cert.pem"

static void
sources(void **state)
{
	static const struct key_case cases[] = {
		{"PEM", "systems/KY/key.pem", CERT, NULL, NULL},
		{"PEM, and a password that it does not need", "systems/KY/key.pem", CERT,
		 "right", NULL},
		{"PEM with a password", "!sealed.pem", CERT, "right", NULL},
		{"without its password", "!sealed.pem", CERT, NULL, "sealed.pem"},
		{"with another", "!sealed.pem", CERT, "wrong", "sealed.pem"},
		{"PKCS#12, its certificate in it", "systems/KY/modern.p12", NULL, "right",
		 NULL},
		{"PKCS#12 of the older kind", "systems/KY/compatible.p12", NULL, "right", NULL},
		{"PKCS#12 and a certificate beside it", "systems/KY/modern.p12", CERT, "right",
		 NULL},
		{"password in a file of Windows", "systems/KY/modern.p12", NULL, "crlf", NULL},
		{"PKCS#12 without its password", "systems/KY/modern.p12", NULL, NULL,
		 "wrong password"},
		{"PKCS#12 with another", "systems/KY/modern.p12", NULL, "wrong",
		 "wrong password"},
		{"PKCS#12 and another's certificate", "systems/KY/modern.p12",
		 "systems/KSD/cert.pem", "right", "does not fit"},
		{"PEM and another's certificate", "systems/KY/key.pem", "systems/KSD/cert.pem",
		 NULL, "does not fit"},
		{"PEM without a certificate", "systems/KY/key.pem", NULL, NULL,
		 "without a certificate"},
		{"no such password file", "!sealed.pem", CERT, "none", "none"},
		{"a password file of a megabyte", "!sealed.pem", CERT, "large", "larger than"},
		{"a certificate for a key", CERT, CERT, NULL, "cert.pem"},
		{"DER that is no PKCS#12", "!der", NULL, NULL, "der"},
		{"no such key", "systems/none.pem", CERT, NULL, "none.pem"},
		{"a token, no module", "pkcs11:object=k", CERT, NULL, "no PKCS#11 module"},
		{"a token without certificate", "pkcs11:object=k", NULL, NULL,
		 "without a certificate"},
	};

	(void)state;
	assert_non_null(mkdtemp(folder));
	write_sealed("sealed.pem", "sluse");
	write_file("right", "sluse\n");
	write_file("crlf", "sluse\r\nmore\r\n");
	write_file("wrong", "slusen");
	write_file("der", "0x");
	write_file("large", "");
	assert_int_equal(truncate(own("large"), 1 << 20), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		run(&cases[i]);
}

static void
names_of_tokens(void **state)
{
	static const struct {
		const char *uri, *module, *why;
	} rows[] = {
		{"pkcs11:object=k?pin-value=1234", "/nonexistent.so", "belongs into a file"},
		{"pkcs11:object=k?pin-source=file:/x", "/nonexistent.so",
		 "belongs into a file"},
		{"pkcs11:object=k", "/nonexistent.so", ""},
	};
	char cert[PKI_PATH_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct signer_source from = {.key = rows[i].uri,
						   .cert = pki_path(cert, CERT),
						   .pkcs11_module = rows[i].module};
		struct signer *s = NULL;
		struct err e = ERR_INIT;

		assert_false(signer_open(&from, &s, &e));
		assert_int_equal(e.code, KEY_UNUSABLE);
		assert_non_null(strstr(e.detail, rows[i].why));
		assert_null(strstr(e.detail, "1234"));
	}
}

static int
clean(void **state)
{
	static const char *const names[] = {"sealed.pem", "right", "crlf",
					    "wrong",      "der",   "large"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		unlink(own(names[i]));
	rmdir(folder);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sources),
		cmocka_unit_test(names_of_tokens),
	};

	return cmocka_run_group_tests_name("keyfile", tests, NULL, clean);
}
