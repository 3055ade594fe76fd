/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signing, and the public half: every accepted algorithm, and its refusing twins. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "crypto/cipher.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "crypto/signer.h"
#include "pki.h"

#define MORE "http://www.w3.org/2001/04/xmldsig-more#"
#define PSS "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"

static const struct {
	const char *folder;
	struct str uri;
	size_t bytes; /* of the signature; 0: the key cannot do this */
} cases[] = {
	{"systems/KY", STR_INIT(MORE "rsa-sha256"), 256},
	{"systems/KY", STR_INIT(MORE "rsa-sha384"), 256},
	{"systems/KY", STR_INIT(MORE "rsa-sha512"), 256},
	{"systems/KY", STR_INIT(PSS), 256},
	{"odd/ec256", STR_INIT(MORE "ecdsa-sha256"), 64},
	{"odd/ec256", STR_INIT(MORE "ecdsa-sha384"), 64},
	{"odd/ec384", STR_INIT(MORE "ecdsa-sha256"), 96},
	{"odd/ec384", STR_INIT(MORE "ecdsa-sha384"), 96},
	{"systems/KY", STR_INIT(MORE "ecdsa-sha256"), 0},
	{"odd/ec256", STR_INIT(MORE "rsa-sha256"), 0},
	{"odd/ec256", STR_INIT(PSS), 0},
};

static void
every_twin_is_refused(const struct cert *c, const struct alg_signature *alg, struct str digest,
		      uint8_t *sig, size_t len)
{
	uint8_t other[HASH_MAX_BYTES];
	struct err e = ERR_INIT;

	memcpy(other, digest.ptr, digest.len);
	other[0] ^= 1; /* P-256 only looks at the first 32 */
	assert_false(cert_verify(c, alg, str_of(other, digest.len), str_of(sig, len), &e));
	assert_int_equal(e.code, SIGNATURE_WRONG);
	for (size_t i = 0; i < len; i += len / 4) {
		err_clear(&e);
		sig[i] ^= 0x10;
		assert_false(cert_verify(c, alg, digest, str_of(sig, len), &e));
		assert_int_equal(e.code, SIGNATURE_WRONG);
		sig[i] ^= 0x10;
	}
	for (size_t cut = 0; cut < 3; cut++) {
		err_clear(&e);
		assert_false(cert_verify(c, alg, digest, str_of(sig, cut ? len - cut : 0), &e));
		assert_int_equal(e.code, SIGNATURE_WRONG);
	}
	err_clear(&e);
	assert_false(cert_verify(c, alg, digest, str_of(sig, len + 1), &e));
	err_clear(&e);
	assert_false(
		cert_verify(c, alg, str_of(digest.ptr, digest.len - 1), str_of(sig, len), &e));
	assert_int_equal(e.code, SIGNATURE_WRONG);
	err_clear(&e);
	assert_false(cert_verify(c, NULL, digest, str_of(sig, len), &e));
	assert_int_equal(e.code, ALGORITHM_REFUSED);
}

static void
sign_and_verify(void **state)
{
	struct cert *other = pki_cert("systems/KSD");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct alg_signature *alg = alg_signature_find(cases[i].uri);
		struct signer *s = pki_signer(cases[i].folder);
		uint8_t digest[HASH_MAX_BYTES], sig[SIGNATURE_MAX_BYTES + 1];
		size_t len = 0, digest_len = digest_of(alg->hash, STR("text"), digest);
		struct str d = str_of(digest, digest_len);
		struct err e = ERR_INIT;
		bool done = signer_sign(s, alg, d, sig, &len, &e);

		assert_int_equal(done, cases[i].bytes != 0);
		if (!done) {
			assert_int_equal(e.code, KEY_UNUSABLE);
			memset(sig, 1, sizeof(sig));
			err_clear(&e);
			assert_false(cert_verify(signer_cert(s), alg, d, str_of(sig, 256), &e));
			assert_int_equal(e.code, ALGORITHM_REFUSED);
			signer_freep(&s);
			continue;
		}
		assert_int_equal(len, cases[i].bytes);
		assert_true(cert_verify(signer_cert(s), alg, d, str_of(sig, len), &e));
		every_twin_is_refused(signer_cert(s), alg, d, sig, len);
		assert_false(cert_verify(other, alg, d, str_of(sig, len), &e));
		signer_freep(&s);
	}
	cert_free(other);
}

static void
one_scheme_is_not_another(void **state)
{
	const struct alg_signature *plain = alg_signature_find(STR(MORE "rsa-sha256"));
	const struct alg_signature *pss = alg_signature_find(STR(PSS));
	struct signer *s = pki_signer("systems/KY");
	uint8_t digest[32], sig[SIGNATURE_MAX_BYTES];
	struct err e = ERR_INIT;
	size_t len;

	(void)state;
	digest_sha256(STR("text"), digest);
	assert_true(signer_sign(s, pss, str_of(digest, 32), sig, &len, &e));
	assert_false(
		cert_verify(signer_cert(s), plain, str_of(digest, 32), str_of(sig, len), &e));
	err_clear(&e);
	assert_true(signer_sign(s, plain, str_of(digest, 32), sig, &len, &e));
	assert_false(
		cert_verify(signer_cert(s), pss, str_of(digest, 32), str_of(sig, len), &e));
	assert_int_equal(e.code, SIGNATURE_WRONG);
	err_clear(&e);
	assert_false(signer_sign(s, plain, str_of(digest, 31), sig, &len, &e));
	assert_int_equal(e.code, KEY_UNUSABLE);
	assert_ptr_equal(signer_alg(s), plain);
	signer_free(s);
}

/* r and s of zero pass the check of naive implementations. */
static void
ecdsa_of_zeros(void **state)
{
	struct cert *c = pki_cert("odd/ec256");
	uint8_t digest[32] = {0}, sig[64] = {0};
	struct err e = ERR_INIT;

	(void)state;
	assert_false(cert_verify(c, alg_signature_find(STR(MORE "ecdsa-sha256")),
				 str_of(digest, 32), str_of(sig, 64), &e));
	assert_int_equal(e.code, SIGNATURE_WRONG);
	cert_free(c);
}

static void
weak_keys_verify_nothing(void **state)
{
	struct cert *c = pki_cert("odd/weak");
	uint8_t digest[32] = {0}, sig[128] = {0};
	struct err e = ERR_INIT;

	(void)state;
	assert_false(cert_verify(c, alg_signature_for(KEY_RSA), str_of(digest, 32),
				 str_of(sig, 128), &e));
	assert_int_equal(e.code, ALGORITHM_REFUSED);
	cert_free(c);
}

static const struct {
	const char *name, *key, *cert;
	enum err_code code;
} unusable[] = {
	{"another's certificate", "systems/KY/key.pem", "systems/KSD/cert.pem", KEY_UNUSABLE},
	{"no such key", "systems/KY/none.pem", "systems/KY/cert.pem", KEY_UNUSABLE},
	{"no such certificate", "systems/KY/key.pem", "systems/KY/none.pem", CERT_MALFORMED},
	{"a certificate for a key", "systems/KY/cert.pem", "systems/KY/cert.pem", KEY_UNUSABLE},
	{"a key for a certificate", "systems/KY/key.pem", "systems/KY/key.pem", CERT_MALFORMED},
	{"1024 bits", "odd/weak/key.pem", "odd/weak/cert.pem", KEY_UNUSABLE},
	{"signed with SHA-1", "odd/sha1/key.pem", "odd/sha1/cert.pem", KEY_UNUSABLE},
	{"P-521", "odd/ec521/key.pem", "odd/ec521/cert.pem", KEY_UNUSABLE},
	{"RSA key, EC certificate", "systems/KY/key.pem", "odd/ec256/cert.pem", KEY_UNUSABLE},
};

static void
unusable_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(unusable); i++) {
		char key[PKI_PATH_BYTES], cert[PKI_PATH_BYTES];
		struct signer *s = NULL;
		struct err e = ERR_INIT;

		print_message("# %s\n", unusable[i].name);
		assert_false(signer_load(pki_path(key, unusable[i].key),
					 pki_path(cert, unusable[i].cert), &s, &e));
		assert_int_equal(e.code, unusable[i].code);
		assert_null(s);
	}
}

static void
pkcs12(void **state)
{
	static const char *const flavours[] = {"systems/KY/modern.p12",
					       "systems/KY/compatible.p12"};
	struct cert *c = pki_cert("systems/KY");
	char path[PKI_PATH_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(flavours); i++) {
		struct signer *s = NULL;
		struct err e = ERR_INIT;

		assert_true(signer_load_p12(pki_path(path, flavours[i]), "sluse", &s, &e));
		assert_true(cert_eq(signer_cert(s), c));
		signer_freep(&s);
		assert_false(signer_load_p12(path, "wrong", &s, &e));
		assert_int_equal(e.code, KEY_UNUSABLE);
		err_clear(&e);
		assert_false(signer_load_p12(path, "", &s, &e));
		assert_null(s);
	}
	for (size_t i = 0; i < 2; i++) {
		struct signer *s = NULL;
		struct err e = ERR_INIT;

		pki_path(path, i ? "systems/KY/cert.pem" : "systems/KY/none.p12");
		assert_false(signer_load_p12(path, "sluse", &s, &e));
		assert_int_equal(e.code, KEY_UNUSABLE);
	}
	cert_free(c);
}

static const enum oaep_kind oaep[] = {OAEP_SHA1_MGF_SHA1, OAEP_SHA256_MGF_SHA256,
				      OAEP_SHA256_MGF_SHA1};

static void
unwrap_fails_as(const struct signer *s, enum oaep_kind kind, struct str wrapped, size_t room)
{
	uint8_t out[SIGNATURE_MAX_BYTES];
	size_t len = 77;
	struct err e = ERR_INIT;

	assert_false(signer_unwrap(s, kind, wrapped, out, room, &len, &e));
	assert_int_equal(e.code, DECRYPT_FAILED);
	assert_string_equal(e.detail, "cannot be decrypted");
	assert_int_equal(len, 77);
}

static void
wrap_and_unwrap(void **state)
{
	struct arena *a = arena_new();
	struct signer *s = pki_signer("saml/hub"), *other = pki_signer("saml/idp");
	struct signer *ec = pki_signer("odd/ec256");
	uint8_t key[32], out[SIGNATURE_MAX_BYTES];
	struct err e = ERR_INIT;

	(void)state;
	random_bytes(key, sizeof(key));
	for (size_t i = 0; i < ARRAY_LEN(oaep); i++) {
		struct str wrapped;
		size_t len = 0;

		assert_true(
			cert_wrap(signer_cert(s), oaep[i], str_of(key, 32), a, &wrapped, &e));
		assert_int_equal(wrapped.len, 256);
		assert_true(signer_unwrap(s, oaep[i], wrapped, out, 32, &len, &e));
		assert_int_equal(len, 32);
		assert_memory_equal(out, key, 32);
		unwrap_fails_as(s, oaep[(i + 1) % 3], wrapped, 32);
		unwrap_fails_as(s, oaep[i], wrapped, 31);
		unwrap_fails_as(other, oaep[i], wrapped, 32);
		unwrap_fails_as(ec, oaep[i], wrapped, 32);
		unwrap_fails_as(s, oaep[i], str_of(wrapped.ptr, 255), 32);
		unwrap_fails_as(s, oaep[i], str_of(wrapped.ptr, 0), 32);
	}
	assert_false(
		cert_wrap(signer_cert(ec), oaep[0], str_of(key, 32), a, &(struct str){0}, &e));
	assert_int_equal(e.code, ALGORITHM_REFUSED);
	signer_free(s);
	signer_free(other);
	signer_free(ec);
	arena_free(a);
}

struct crowd {
	struct signer *signer;
	unsigned wrong;
};

static void *
one_of_many(void *p)
{
	struct crowd *crowd = p;
	const struct alg_signature *alg = signer_alg(crowd->signer);
	uint8_t digest[32], sig[SIGNATURE_MAX_BYTES];

	for (int i = 0; i < 20; i++) {
		struct err e = ERR_INIT;
		size_t len = 0;
		bool done;

		random_bytes(digest, sizeof(digest));
		done = signer_sign(crowd->signer, alg, str_of(digest, 32), sig, &len, &e) &&
		       cert_verify(signer_cert(crowd->signer), alg, str_of(digest, 32),
				   str_of(sig, len), &e);
		if (!done)
			__atomic_add_fetch(&crowd->wrong, 1, __ATOMIC_RELAXED);
	}
	signer_free(signer_hold(crowd->signer));
	return NULL;
}

static void
many_threads(void **state)
{
	static const char *const folders[] = {"systems/KY", "odd/ec256"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		struct crowd crowd = {pki_signer(folders[i]), 0};
		pthread_t threads[4];

		for (size_t k = 0; k < ARRAY_LEN(threads); k++)
			assert_int_equal(pthread_create(&threads[k], NULL, one_of_many, &crowd),
					 0);
		for (size_t k = 0; k < ARRAY_LEN(threads); k++)
			pthread_join(threads[k], NULL);
		assert_int_equal(crowd.wrong, 0);
		signer_free(crowd.signer);
	}
}

static void
held_and_freed(void **state)
{
	struct signer *s = pki_signer("systems/KY");
	struct signer *again = signer_hold(s);

	(void)state;
	assert_ptr_equal(s, again);
	signer_free(s);
	assert_true(str_is_set(cert_cn(signer_cert(again))));
	signer_freep(&again);
	assert_null(again);
	signer_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sign_and_verify), cmocka_unit_test(one_scheme_is_not_another),
		cmocka_unit_test(ecdsa_of_zeros),  cmocka_unit_test(weak_keys_verify_nothing),
		cmocka_unit_test(unusable_keys),   cmocka_unit_test(pkcs12),
		cmocka_unit_test(wrap_and_unwrap), cmocka_unit_test(many_threads),
		cmocka_unit_test(held_and_freed),
	};

	return cmocka_run_group_tests_name("signer", tests, NULL, NULL);
}
