/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AES-GCM and AES-CBC of XML Encryption: a published example, round trips, one failure for all.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/encoding.h"
#include "crypto/cipher.h"
#include "crypto/random.h"

typedef bool opener(struct str key, struct str sealed, struct arena *a, struct str *out,
		    struct err *e);

static struct arena *a;

static struct str
bytes(const char *hex)
{
	struct err e = ERR_INIT;
	struct str out = STR_NONE;

	assert_true(hex_decode(str_from(hex), a, &out, &e));
	return out;
}

static void
fails(opener *open, struct str key, struct str sealed)
{
	struct str out = STR_NONE;
	struct err e = ERR_INIT;

	assert_false(open(key, sealed, a, &out, &e));
	assert_int_equal(e.code, DECRYPT_FAILED);
	assert_string_equal(e.detail, "cannot be decrypted");
	assert_false(str_is_set(out));
}

/* NIST, GCM test vectors, AES-256, test case 14 of the specification: zero key, zero block. */
static void
gcm_known(void **state)
{
	struct str key =
		bytes("0000000000000000000000000000000000000000000000000000000000000000");
	struct str sealed = bytes("000000000000000000000000"
				  "cea7403d4d606b6e074ec5d3baf39d18"
				  "d0d1c8a799996bf0265b98b5d48ab919");
	struct str out;
	struct err e = ERR_INIT;

	(void)state;
	assert_true(aead_open(key, sealed, a, &out, &e));
	assert_true(str_eq(out, bytes("00000000000000000000000000000000")));
}

/* The last byte of the last block counts the padding: 1 to 16, and nothing else. */
static void
cbc_padding(void **state)
{
	struct str key = bytes("00112233445566778899aabbccddeeff");
	struct err e = ERR_INIT;
	struct str out;

	(void)state;
	for (size_t len = 0; len <= 48; len++) {
		struct str plain = str_of(arena_alloc(a, 49), len);
		struct str sealed = cbc_seal(key, plain, a);

		assert_int_equal(sealed.len, 16 + (len / 16 + 1) * 16);
		assert_true(cbc_open(key, sealed, a, &out, &e));
		assert_int_equal(out.len, len);
	}
	/* padding of 0 and of 17: flip the last byte of the iv, of a text of one block */
	for (int pad = 0; pad < 256; pad++) {
		char *sealed = arena_dup_c(a, cbc_seal(key, STR("123456789012345"), a));

		sealed[15] = (char)(sealed[15] ^ 1 ^ pad);
		if (pad == 0 || pad > 16) {
			fails(cbc_open, key, str_of(sealed, 32));
			continue;
		}
		assert_true(cbc_open(key, str_of(sealed, 32), a, &out, &e));
		assert_int_equal(out.len, 16 - pad);
	}
}

static void
round_trips(void **state)
{
	static const size_t key_lens[] = {16, 24, 32};
	struct str plain = STR("<saml:Assertion>hemmeligt</saml:Assertion>");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(key_lens); i++) {
		struct str key = str_of(arena_alloc(a, 32), key_lens[i]);
		struct str gcm = aead_seal(key, plain, a), cbc = cbc_seal(key, plain, a), out;
		struct err e = ERR_INIT;

		assert_int_equal(gcm.len, 12 + plain.len + 16);
		assert_true(aead_open(key, gcm, a, &out, &e));
		assert_true(str_eq(out, plain));
		assert_true(cbc_open(key, cbc, a, &out, &e));
		assert_true(str_eq(out, plain));
		assert_true(aead_open(key, aead_seal(key, STR(""), a), a, &out, &e));
		assert_int_equal(out.len, 0);
		/* never the same twice */
		assert_false(str_eq(gcm, aead_seal(key, plain, a)));
		assert_false(str_eq(cbc, cbc_seal(key, plain, a)));
	}
}

static void
gcm_twins(void **state)
{
	struct str key = bytes("00112233445566778899aabbccddeeff");
	struct str other = bytes("00112233445566778899aabbccddeefe");
	struct str sealed = aead_seal(key, STR("hemmeligt"), a);

	(void)state;
	for (size_t i = 0; i < sealed.len; i++) {
		char *bent = arena_dup_c(a, sealed);

		bent[i] = (char)(bent[i] ^ 1);
		fails(aead_open, key, str_of(bent, sealed.len));
		fails(aead_open, key, str_of(sealed.ptr, i));
	}
	fails(aead_open, other, sealed);
	fails(aead_open, str_of(key.ptr, 15), sealed);
	fails(aead_open, STR(""), sealed);
	fails(aead_open, STR_NONE, sealed);
	fails(aead_open, key, STR_NONE);
}

static void
cbc_twins(void **state)
{
	struct str key = bytes("00112233445566778899aabbccddeeff");
	struct str sealed = cbc_seal(key, STR("hemmeligt"), a);

	(void)state;
	for (size_t i = 0; i < sealed.len; i++)
		fails(cbc_open, key, str_of(sealed.ptr, i));
	fails(cbc_open, str_of(key.ptr, 17), sealed);
	fails(cbc_open, STR_NONE, sealed);
	fails(cbc_open, key, STR_NONE);
}

static int
setup(void **state)
{
	(void)state;
	a = arena_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_freep(&a);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gcm_known),   cmocka_unit_test(cbc_padding),
		cmocka_unit_test(round_trips), cmocka_unit_test(gcm_twins),
		cmocka_unit_test(cbc_twins),
	};

	return cmocka_run_group_tests_name("cipher", tests, setup, teardown);
}
