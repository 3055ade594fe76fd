/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The algorithm tables: what is in them, and that nothing weak is. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "crypto/algs.h"

#define MORE "http://www.w3.org/2001/04/xmldsig-more#"

static const struct {
	struct str uri;
	enum key_kind kind;
	enum hash_alg hash;
} accepted[] = {
	{STR_INIT(MORE "rsa-sha256"), KEY_RSA, HASH_SHA256},
	{STR_INIT(MORE "rsa-sha384"), KEY_RSA, HASH_SHA384},
	{STR_INIT(MORE "rsa-sha512"), KEY_RSA, HASH_SHA512},
	{STR_INIT("http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"), KEY_RSA_PSS,
	 HASH_SHA256},
	{STR_INIT(MORE "ecdsa-sha256"), KEY_EC, HASH_SHA256},
	{STR_INIT(MORE "ecdsa-sha384"), KEY_EC, HASH_SHA384},
};

static const struct str refused_signatures[] = {
	STR_INIT("http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
	STR_INIT("http://www.w3.org/2000/09/xmldsig#dsa-sha1"),
	STR_INIT("http://www.w3.org/2000/09/xmldsig#hmac-sha1"),
	STR_INIT(MORE "hmac-sha256"),
	STR_INIT(MORE "rsa-md5"),
	STR_INIT(MORE "ecdsa-sha1"),
	STR_INIT("http://www.w3.org/2007/05/xmldsig-more#rsa-pss"),
	STR_INIT("http://www.w3.org/2009/xmldsig11#dsa-sha256"),
	STR_INIT(MORE "RSA-SHA256"),
	STR_INIT(MORE "rsa-sha256 "),
	STR_INIT("http://www.w3.org/2001/04/xmlenc#sha256"),
	STR_INIT(""),
	{NULL, 0},
};

static const struct str refused_digests[] = {
	STR_INIT("http://www.w3.org/2000/09/xmldsig#sha1"),
	STR_INIT(MORE "md5"),
	STR_INIT(MORE "sha224"),
	STR_INIT("http://www.w3.org/2001/04/xmlenc#sha384"),
	STR_INIT("http://www.w3.org/2001/04/xmlenc#SHA256"),
	STR_INIT(""),
	{NULL, 0},
};

static void
signatures(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(accepted); i++) {
		const struct alg_signature *alg = alg_signature_find(accepted[i].uri);

		assert_non_null(alg);
		assert_int_equal(alg->kind, accepted[i].kind);
		assert_int_equal(alg->hash, accepted[i].hash);
	}
	for (size_t i = 0; i < ARRAY_LEN(refused_signatures); i++)
		assert_null(alg_signature_find(refused_signatures[i]));
}

static void
digests(void **state)
{
	(void)state;
	assert_int_equal(alg_digest_find(STR("http://www.w3.org/2001/04/xmlenc#sha256"))->bytes,
			 32);
	assert_int_equal(alg_digest_find(STR(MORE "sha384"))->bytes, 48);
	assert_int_equal(alg_digest_find(STR("http://www.w3.org/2001/04/xmlenc#sha512"))->bytes,
			 64);
	for (size_t i = 0; i < ARRAY_LEN(refused_digests); i++)
		assert_null(alg_digest_find(refused_digests[i]));
}

static void
ours(void **state)
{
	(void)state;
	assert_ptr_equal(alg_signature_for(KEY_RSA),
			 alg_signature_find(STR(MORE "rsa-sha256")));
	assert_ptr_equal(alg_signature_for(KEY_EC),
			 alg_signature_find(STR(MORE "ecdsa-sha256")));
	assert_int_equal(alg_digest_default()->hash, HASH_SHA256);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signatures),
		cmocka_unit_test(digests),
		cmocka_unit_test(ours),
	};

	return cmocka_run_group_tests_name("algs", tests, NULL, NULL);
}
