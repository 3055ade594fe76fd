/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Remembered signature values: found again, and only they. Whatever differs in one byte, in the
 * key, the algorithm or a length is computed; what was refused is refused again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "crypto/digest.h"
#include "crypto/proven.h"
#include "crypto/random.h"
#include "pki.h"

#define RSA_SHA256 STR("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256")
#define RSA_SHA512 STR("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512")
#define PSS STR("http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1")

static struct world {
	struct signer *ky;
	struct cert *ksd;
	struct proven *proven;
	uint8_t digest[HASH_MAX_BYTES];
	uint8_t value[SIGNATURE_MAX_BYTES + 1];
	size_t len;
} world;

/* A signature of KY over "text", remembered. */
static struct proven_claim
remembered(void)
{
	struct proven_claim c = {.key = signer_cert(world.ky),
				 .alg = alg_signature_find(RSA_SHA256)};
	struct err e = ERR_INIT;

	c.digest = str_of(world.digest, digest_of(HASH_SHA256, STR("text"), world.digest));
	assert_true(signer_sign(world.ky, c.alg, c.digest, world.value, &world.len, &e));
	c.value = str_of(world.value, world.len);
	assert_true(proven_verify(world.proven, &c, &e));
	return c;
}

static void
assert_refused(const struct proven_claim *c, enum err_code want, const char *what)
{
	uint64_t hits = proven_hits(world.proven);

	/* twice: a refusal must not be remembered as anything */
	for (int i = 0; i < 2; i++) {
		struct err e = ERR_INIT;

		if (proven_verify(world.proven, c, &e) || e.code != want)
			fail_msg("%s: %s", what, err_row(e.code)->name);
	}
	assert_int_equal(proven_hits(world.proven), hits);
}

static int
begin(void **state)
{
	(void)state;
	world.ky = pki_signer("systems/KY");
	world.ksd = pki_cert("systems/KSD");
	world.proven = proven_new();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	signer_freep(&world.ky);
	cert_freep(&world.ksd);
	proven_free(world.proven);
	return 0;
}

static void
found_again(void **state)
{
	struct proven_claim c = remembered();
	uint64_t hits = proven_hits(world.proven);
	struct err e = ERR_INIT;

	(void)state;
	for (unsigned i = 1; i <= 3; i++) {
		assert_true(proven_verify(world.proven, &c, &e));
		assert_int_equal(proven_hits(world.proven), hits + i);
	}
	assert_true(proven_verify(NULL, &c, &e));
}

/* Each byte of value and digest, each bit of it. */
static void
one_bit_is_another(void **state)
{
	struct proven_claim c = remembered();

	(void)state;
	for (size_t i = 0; i < world.len; i++) {
		world.value[i] ^= (uint8_t)(1 << i % 8);
		assert_refused(&c, SIGNATURE_WRONG, "value");
		world.value[i] ^= (uint8_t)(1 << i % 8);
	}
	for (size_t i = 0; i < c.digest.len * 8; i++) {
		world.digest[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_refused(&c, SIGNATURE_WRONG, "digest");
		world.digest[i / 8] ^= (uint8_t)(1 << i % 8);
	}
}

static void
another_question(void **state)
{
	struct proven_claim good = remembered(), c = good;

	(void)state;
	c.key = world.ksd;
	assert_refused(&c, SIGNATURE_WRONG, "another key");
	c = good;
	c.alg = alg_signature_find(PSS);
	assert_refused(&c, SIGNATURE_WRONG, "another padding");
	c.alg = alg_signature_find(RSA_SHA512);
	assert_refused(&c, SIGNATURE_WRONG, "another hash");
	c.alg = NULL;
	assert_refused(&c, ALGORITHM_REFUSED, "no algorithm");
	c = good;
	c.value.len--;
	assert_refused(&c, SIGNATURE_WRONG, "value cut");
	c.value.len += 2;
	assert_refused(&c, SIGNATURE_WRONG, "value longer");
	c = good;
	c.digest.len--;
	assert_refused(&c, SIGNATURE_WRONG, "digest cut");
	/* the same bytes in a row, parted elsewhere */
	c = good;
	memmove(world.digest + c.digest.len, world.value, 8);
	c.digest.len += 8;
	c.value = str_skip(c.value, 8);
	assert_refused(&c, SIGNATURE_WRONG, "parted elsewhere");
}

/* Others' refusals push nothing out, and honest signatures have room beside one another. */
static void
refusals_take_no_room(void **state)
{
	struct proven_claim c = remembered();
	struct err e = ERR_INIT;
	uint64_t hits;

	(void)state;
	/* more refusals than there is room for */
	for (int i = 0; i < 6000; i++) {
		struct proven_claim other = c;
		uint8_t digest[HASH_MAX_BYTES], value[SIGNATURE_MAX_BYTES];
		size_t len;

		random_bytes(digest, sizeof(digest));
		other.digest = str_of(digest, 32);
		if (i % 200 == 0) {
			assert_true(
				signer_sign(world.ky, c.alg, other.digest, value, &len, &e));
			other.value = str_of(value, len);
			assert_true(proven_verify(world.proven, &other, &e));
			assert_true(proven_verify(world.proven, &other, &e));
			continue;
		}
		/* what nobody signed takes no room */
		assert_false(proven_verify(world.proven, &other, &e));
		err_clear(&e);
	}
	hits = proven_hits(world.proven);
	assert_true(proven_verify(world.proven, &c, &e));
	assert_int_equal(proven_hits(world.proven), hits + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(found_again, begin, end),
		cmocka_unit_test_setup_teardown(one_bit_is_another, begin, end),
		cmocka_unit_test_setup_teardown(another_question, begin, end),
		cmocka_unit_test_setup_teardown(refusals_take_no_room, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
