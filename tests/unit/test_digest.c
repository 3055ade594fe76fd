/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digests against published examples (FIPS 180-2, RFC 4231), and comparison. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/encoding.h"
#include "crypto/digest.h"

static const struct {
	enum hash_alg hash;
	struct str text;
	const char *hex;
} known[] = {
	{HASH_SHA256, STR_INIT("abc"),
	 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	{HASH_SHA256, STR_INIT(""),
	 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	{HASH_SHA384, STR_INIT("abc"),
	 "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
	 "8086072ba1e7cc2358baeca134c825a7"},
	{HASH_SHA512, STR_INIT("abc"),
	 "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	 "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
};

static void
at_once(void **state)
{
	struct arena *a = arena_new();
	uint8_t out[HASH_MAX_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		size_t len = digest_of(known[i].hash, known[i].text, out);

		assert_true(str_eq_c(hex_encode(a, str_of(out, len)), known[i].hex));
	}
	digest_sha256(STR("abc"), out);
	assert_true(str_eq_c(hex_encode(a, str_of(out, 32)), known[0].hex));
	arena_free(a);
}

static void
in_pieces(void **state)
{
	struct arena *a = arena_new();
	uint8_t out[HASH_MAX_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		struct digest *d = digest_new(known[i].hash);
		size_t len;

		for (size_t k = 0; k < known[i].text.len; k++)
			digest_add(d, str_of(known[i].text.ptr + k, 1));
		digest_add(d, STR_NONE);
		len = digest_final(d, out);
		assert_true(str_eq_c(hex_encode(a, str_of(out, len)), known[i].hex));
		digest_freep(&d);
		assert_null(d);
	}
	arena_free(a);
}

static void
hmac(void **state)
{
	struct arena *a = arena_new();
	uint8_t out[32];

	(void)state;
	/* RFC 4231, test case 2 */
	digest_hmac_sha256(STR("Jefe"), STR("what do ya want for nothing?"), out);
	assert_true(
		str_eq_c(hex_encode(a, str_of(out, 32)),
			 "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
	digest_hmac_sha256(STR(""), STR(""), out);
	assert_true(
		str_eq_c(hex_encode(a, str_of(out, 32)),
			 "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"));
	arena_free(a);
}

static void
comparison(void **state)
{
	(void)state;
	assert_true(crypto_equal(STR("same"), STR("same")));
	assert_true(crypto_equal(STR(""), STR("")));
	assert_false(crypto_equal(STR("same"), STR("sane")));
	assert_false(crypto_equal(STR("same"), STR("same ")));
	assert_false(crypto_equal(STR("same"), STR("sam")));
	assert_false(crypto_equal(STR_NONE, STR_NONE));
	assert_false(crypto_equal(STR(""), STR_NONE));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_once),
		cmocka_unit_test(in_pieces),
		cmocka_unit_test(hmac),
		cmocka_unit_test(comparison),
	};

	return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
