/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is read out of a certificate, in which forms it may come, and which it may not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <cmocka.h>

#include "base/encoding.h"
#include "base/limits.h"
#include "crypto/certs.h"
#include "crypto/digest.h"
#include "pki.h"

/* A uuid in a subject differs from run to run; the tables write it as this. */
#define UUID "00000000-0000-0000-0000-000000000000"

static const struct {
	const char *folder;
	const char *subject;
	const char *cn;
	const char *cvr; /* NULL: absent */
	enum cert_kind kind;
	enum key_kind key;
	int bits;
} cases[] = {
	{"systems/KY",
	 "C=DK, OID.2.5.4.97=NTRDK-33333333, O=Opdigtet Leverandør A/S, "
	 "SERIALNUMBER=UI:DK-O:G:" UUID ", CN=KY_DEV_1",
	 "KY_DEV_1", "33333333", CERT_KIND_OCES3_ORGANISATION, KEY_RSA, 2048},
	{"saml/idp",
	 "C=DK, OID.2.5.4.97=NTRDK-11111111, O=Korsbæk Kommune, "
	 "SERIALNUMBER=UI:DK-O:G:" UUID ", CN=IDP_DEV_1",
	 "IDP_DEV_1", "11111111", CERT_KIND_OCES3_ORGANISATION, KEY_RSA, 2048},
	{"odd/employee",
	 "C=DK, OID.2.5.4.97=NTRDK-11111111, O=Korsbæk Kommune, "
	 "SERIALNUMBER=UI:DK-E:C:" UUID ", SN=Opdigtet, G=Agnete, CN=Agnete Opdigtet",
	 "Agnete Opdigtet", "11111111", CERT_KIND_OCES3_EMPLOYEE, KEY_RSA, 2048},
	/* a set of two attributes, in the order of its DER: the shorter one first */
	{"odd/oces2",
	 "SERIALNUMBER=CVR:33333333-FID:10000001 + CN=Gammelt fagsystem "
	 "(funktionscertifikat), O=Opdigtet Leverandør A/S // CVR:33333333, C=DK",
	 "Gammelt fagsystem (funktionscertifikat)", "33333333", CERT_KIND_OCES2_FUNCTION,
	 KEY_RSA, 2048},
	{"odd/oces2-employee",
	 "CN=Agnete Opdigtet + SERIALNUMBER=CVR:33333333-RID:10000002, "
	 "O=Opdigtet Leverandør A/S // CVR:33333333, C=DK",
	 "Agnete Opdigtet", "33333333", CERT_KIND_OCES2_EMPLOYEE, KEY_RSA, 2048},
	{"odd/cvr-in-o", "C=DK, O=Opdigtet // CVR:33333333, CN=Kun navn", "Kun navn",
	 "33333333", CERT_KIND_OCES2_COMPANY, KEY_RSA, 2048},
	{"odd/quoted",
	 "C=DK, OID.2.5.4.97=NTRSE-5560000000, L=Korsbæk, O=\"#1; <ny>\", "
	 "SERIALNUMBER=\"x+y\", OU=\" led \", CN=\"A \"\"B\"\", C=D\"",
	 "A \"B\", C=D", NULL, CERT_KIND_OCES3_ORGANISATION, KEY_RSA, 2048},
	{"ca/issuing", "C=DK, O=Sluse DEV, CN=Sluse DEV OCES udstedende-CA 1",
	 "Sluse DEV OCES udstedende-CA 1", NULL, CERT_KIND_OTHER, KEY_RSA, 3072},
	{"odd/weak",
	 "C=DK, OID.2.5.4.97=NTRDK-33333333, O=Opdigtet Leverandør A/S, "
	 "SERIALNUMBER=UI:DK-O:G:" UUID ", CN=WEAK_DEV_1",
	 "WEAK_DEV_1", "33333333", CERT_KIND_OCES3_ORGANISATION, KEY_RSA, 1024},
	{"odd/ec256",
	 "C=DK, OID.2.5.4.97=NTRDK-33333333, O=Opdigtet Leverandør A/S, "
	 "SERIALNUMBER=UI:DK-O:G:" UUID ", CN=EC256_DEV_1",
	 "EC256_DEV_1", "33333333", CERT_KIND_OCES3_ORGANISATION, KEY_EC, 256},
	{"odd/ec521",
	 "C=DK, OID.2.5.4.97=NTRDK-33333333, O=Opdigtet Leverandør A/S, "
	 "SERIALNUMBER=UI:DK-O:G:" UUID ", CN=EC521_DEV_1",
	 "EC521_DEV_1", "33333333", CERT_KIND_OCES3_ORGANISATION, (enum key_kind)0, 521},
	{"tls/ec", "O=Sluse DEV, CN=localhost", "localhost", NULL, CERT_KIND_OTHER, KEY_EC,
	 256},
};

/* The subject with its uuid, if it holds one, made all zeros. */
static const char *
without_uuid(struct str subject, char out[512])
{
	char *at;

	assert_true(subject.len < 512);
	memcpy(out, subject.ptr, subject.len);
	out[subject.len] = '\0';
	at = strstr(out, "UI:DK-");
	if (at != NULL)
		memcpy(at + strlen("UI:DK-O:G:"), UUID, strlen(UUID));
	return out;
}

static void
names_and_keys(void **state)
{
	char subject[512];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct cert *c = pki_cert(cases[i].folder);

		print_message("# %s\n", cases[i].folder);
		assert_string_equal(without_uuid(cert_subject_net(c), subject),
				    cases[i].subject);
		assert_true(str_eq_c(cert_cn(c), cases[i].cn));
		assert_true(str_eq(cert_cvr(c), str_from(cases[i].cvr)));
		assert_int_equal(cert_kind(c), cases[i].kind);
		assert_int_equal(cert_key_kind(c), cases[i].key);
		assert_int_equal(cert_key_bits(c), cases[i].bits);
		cert_free(c);
	}
}

static void
issuer_and_flags(void **state)
{
	struct cert *leaf = pki_cert("systems/KY"), *root = pki_cert("ca/root");
	struct cert *self = pki_cert("odd/selfsigned"), *ca = pki_cert("odd/ca");

	(void)state;
	assert_true(str_eq_c(cert_issuer_net(leaf),
			     "C=DK, O=Sluse DEV, CN=Sluse DEV OCES udstedende-CA 1"));
	assert_false(cert_is_ca(leaf));
	assert_false(cert_is_self_signed(leaf));
	assert_true(cert_is_ca(root));
	assert_true(cert_is_self_signed(root));
	assert_true(cert_is_ca(ca));
	assert_false(cert_is_self_signed(ca));
	assert_false(cert_is_ca(self));
	assert_true(cert_is_self_signed(self));
	assert_int_equal(cert_ski(leaf).len, 20);
	assert_in_range(cert_serial_hex(leaf).len, 30, 40);
	/* three years, made an hour ahead */
	assert_in_range(instant_diff_s(cert_not_after(leaf), cert_not_before(leaf)),
			3 * 365 * 86400, 3 * 366 * 86400 + 7200);
	assert_string_equal(cert_kind_name(cert_kind(leaf)), "OCES3 organisation");
	cert_free(leaf);
	cert_free(root);
	cert_free(self);
	cert_free(ca);
}

/* Digests and base64 against what the openssl command says of the same file is peers/openssl's
 * affair; here they must agree with one another. */
static void
identity(void **state)
{
	struct cert *c = pki_cert("systems/KY"), *other = pki_cert("systems/KSD"),
		    *again = NULL;
	struct arena *a = arena_new();
	struct err e = ERR_INIT;
	struct str der;
	uint8_t sha256[32];

	(void)state;
	digest_sha256(cert_der(c), sha256);
	assert_true(str_eq(cert_sha256(c), str_of(sha256, 32)));
	assert_int_equal(cert_thumbprint(c).len, 40);
	assert_true(base64_decode(cert_base64(c), BASE64_STRICT, a, &der, &e));
	assert_true(str_eq(der, cert_der(c)));
	assert_true(cert_parse(der, &again, &e));
	assert_true(cert_eq(c, again));
	assert_false(cert_eq(c, other));
	assert_false(str_eq(cert_sha256(c), cert_sha256(other)));
	cert_freep(&again);
	assert_null(again);
	again = cert_hold(c);
	cert_free(c);
	assert_true(str_eq(cert_der(again), der));
	cert_free(again);
	cert_free(other);
	cert_free(NULL);
	arena_free(a);
}

static struct str
with(struct arena *a, const char *before, struct str text, const char *after)
{
	return arena_printf(a, "%s" STR_FMT "%s", before, STR_ARG(text), after);
}

#define BEGIN "-----BEGIN CERTIFICATE-----\n"
#define END "\n-----END CERTIFICATE-----\n"

static void
accepted_forms(void **state)
{
	struct cert *c = pki_cert("systems/KY");
	struct arena *a = arena_new();
	struct str b = cert_base64(c);
	struct str half = str_of(b.ptr, 100), rest = str_skip(b, 100);
	struct str forms[] = {
		cert_der(c),
		b,
		with(a, " \r\n", b, "\n"),
		with(a, "", half, arena_dup_c(a, with(a, "\r\n  ", rest, ""))),
		with(a, BEGIN, b, END),
		with(a, "\n" BEGIN, b, END "\n\n"),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct cert *again = NULL;
		struct err e = ERR_INIT;

		assert_true(cert_parse(forms[i], &again, &e));
		assert_true(cert_eq(c, again));
		cert_free(again);
	}
	cert_free(c);
	arena_free(a);
}

static void
is_malformed(struct str bytes)
{
	struct cert *c = NULL;
	struct err e = ERR_INIT;

	assert_false(cert_parse(bytes, &c, &e));
	assert_int_equal(e.code, CERT_MALFORMED);
	assert_null(c);
}

static void
refused_forms(void **state)
{
	struct cert *c = pki_cert("systems/KY");
	struct arena *a = arena_new();
	struct str b = cert_base64(c);
	struct str pem = with(a, BEGIN, b, END);

	(void)state;
	is_malformed(STR_NONE);
	is_malformed(STR(""));
	is_malformed(STR("0"));
	is_malformed(STR("hello"));
	is_malformed(STR(BEGIN));
	is_malformed(STR(BEGIN "MA==" END));
	is_malformed(str_of(b.ptr, b.len - 4));
	is_malformed(with(a, "", b, "AAAA"));
	is_malformed(with(a, "%", b, ""));
	is_malformed(with(a, BEGIN, b, ""));
	is_malformed(with(a, "", b, END));
	is_malformed(with(a, "-----BEGIN X509 CRL-----\n", b, "\n-----END X509 CRL-----\n"));
	is_malformed(with(a, arena_dup_c(a, pem), pem, "")); /* two of them */
	is_malformed(with(a, "Subject: KY\n", pem, ""));
	is_malformed(with(a, "", pem, "x"));
	is_malformed(
		str_of(arena_alloc(a, LIMIT_CERT_TEXT_BYTES + 1), LIMIT_CERT_TEXT_BYTES + 1));
	cert_free(c);
	arena_free(a);
}

/* One certificate, one identity: no second encoding, nothing behind it. */
static void
refused_encodings(void **state)
{
	struct cert *c = pki_cert("systems/KY"), *again = NULL;
	struct arena *a = arena_new();
	struct str der = cert_der(c);
	uint8_t *longer = arena_alloc(a, der.len + 2);
	struct err e = ERR_INIT;

	(void)state;
	is_malformed(str_of(der.ptr, der.len - 1));
	memcpy(longer, der.ptr, der.len);
	is_malformed(str_of(longer, der.len + 1));
	/* BER: the outer length in three bytes where two do: 30 83 00 xx xx */
	assert_int_equal((uint8_t)der.ptr[1], 0x82);
	longer[0] = 0x30;
	longer[1] = 0x83;
	longer[2] = 0x00;
	memcpy(longer + 3, der.ptr + 2, der.len - 2);
	is_malformed(str_of(longer, der.len + 1));
	/* BER: of indefinite length */
	longer[1] = 0x80;
	memcpy(longer + 2, der.ptr + 4, der.len - 4);
	memset(longer + der.len - 2, 0, 2);
	is_malformed(str_of(longer, der.len));
	/* the signature is not looked at here, but it is part of the identity */
	memcpy(longer, der.ptr, der.len);
	longer[der.len - 1] ^= 1;
	assert_true(cert_parse(str_of(longer, der.len), &again, &e));
	assert_false(cert_eq(c, again));
	cert_free(again);
	cert_free(c);
	arena_free(a);
}

/* What stands in the subject after bytes were exchanged in place: lengths stay as they are. */
static const struct {
	const char *name;
	struct str from, to;
	const char *cvr; /* NULL: absent */
	enum err_code code;
	enum cert_kind kind;
} changes[] = {
	{"as it is", STR_INIT("KY_DEV_1"), STR_INIT("KY_DEV_1"), "33333333", ERR_NONE,
	 CERT_KIND_OCES3_ORGANISATION},
	{"NUL in a name", STR_INIT("KY_DEV_1"), STR_INIT("KY_DEV\0001"), NULL, CERT_MALFORMED,
	 CERT_KIND_OTHER},
	{"line break in a name", STR_INIT("KY_DEV_1"), STR_INIT("KY_DEV\n1"), NULL,
	 CERT_MALFORMED, CERT_KIND_OTHER},
	{"broken UTF-8", STR_INIT("KY_DEV_1"), STR_INIT("KY_DEV\xc3\xc3"), NULL, CERT_MALFORMED,
	 CERT_KIND_OTHER},
	{"letter in the number", STR_INIT("NTRDK-33333333"), STR_INIT("NTRDK-3333333X"), NULL,
	 ERR_NONE, CERT_KIND_OCES3_ORGANISATION},
	{"another country's number", STR_INIT("NTRDK-33333333"), STR_INIT("NTRSE-33333333"),
	 NULL, ERR_NONE, CERT_KIND_OCES3_ORGANISATION},
	{"not at its start", STR_INIT("NTRDK-33333333"), STR_INIT("XTRDK-33333333"), NULL,
	 ERR_NONE, CERT_KIND_OCES3_ORGANISATION},
	{"a person by serialNumber", STR_INIT("UI:DK-O:G:"), STR_INIT("UI:DK-E:G:"), "33333333",
	 ERR_NONE, CERT_KIND_OCES3_EMPLOYEE},
	/* 1.2.208.169.1.1.1.3.7.1, the arc 3 made 2 */
	{"a person by policy", STR_INIT("\x81\x29\x01\x01\x01\x03\x07\x01"),
	 STR_INIT("\x81\x29\x01\x01\x01\x02\x07\x01"), "33333333", ERR_NONE,
	 CERT_KIND_OCES3_EMPLOYEE},
	{"no policy that we know", STR_INIT("\x81\x29\x01\x01\x01\x03\x07\x01"),
	 STR_INIT("\x81\x29\x01\x01\x02\x03\x07\x01"), "33333333", ERR_NONE, CERT_KIND_OTHER},
};

static void
changed_subjects(void **state)
{
	struct cert *ky = pki_cert("systems/KY");
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		char *der = arena_alloc(a, cert_der(ky).len);
		struct cert *c = NULL;
		struct err e = ERR_INIT;
		size_t at = 0;

		print_message("# %s\n", changes[i].name);
		memcpy(der, cert_der(ky).ptr, cert_der(ky).len);
		assert_true(str_find(cert_der(ky), changes[i].from, &at));
		memcpy(der + at, changes[i].to.ptr, changes[i].to.len);
		assert_int_equal(cert_parse(str_of(der, cert_der(ky).len), &c, &e),
				 changes[i].code == ERR_NONE);
		assert_int_equal(e.code, changes[i].code);
		if (c != NULL) {
			assert_true(str_eq(cert_cvr(c), str_from(changes[i].cvr)));
			assert_int_equal(cert_kind(c), changes[i].kind);
		}
		cert_free(c);
	}
	cert_free(ky);
	arena_free(a);
}

static void
files(void **state)
{
	char path[PKI_PATH_BYTES];
	struct cert *c = NULL, *ky = pki_cert("systems/KY");
	struct err e = ERR_INIT;

	(void)state;
	assert_true(cert_load(pki_path(path, "systems/KY/chain.pem"), &c, &e));
	assert_true(cert_eq(c, ky)); /* the first of two */
	cert_freep(&c);
	assert_false(cert_load(pki_path(path, "systems/KY/key.pem"), &c, &e));
	assert_int_equal(e.code, CERT_MALFORMED);
	err_clear(&e);
	assert_false(cert_load(pki_path(path, "systems/none/cert.pem"), &c, &e));
	assert_int_equal(e.code, CERT_MALFORMED);
	cert_free(ky);
}

static void
key_policy(void **state)
{
	static const struct {
		const char *folder;
		bool is_strong;
	} keys[] = {
		{"systems/KY", true}, {"ca/root", true},   {"odd/ec256", true},
		{"odd/ec384", true},  {"odd/weak", false}, {"odd/ec521", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct cert *c = pki_cert(keys[i].folder);
		struct err e = ERR_INIT;

		assert_int_equal(cert_check_key(c, &e), keys[i].is_strong);
		assert_int_equal(e.code, keys[i].is_strong ? ERR_NONE : CERT_WEAK_KEY);
		cert_free(c);
	}
}

/* The public key of systems/KY with another exponent, in hexadecimal. */
static EVP_PKEY *
key_with_exponent(const char *hex)
{
	struct cert *ky = pki_cert("systems/KY");
	const unsigned char *der = (const unsigned char *)cert_der(ky).ptr;
	X509 *x = d2i_X509(NULL, &der, (long)cert_der(ky).len);
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	BIGNUM *n = NULL, *e = NULL;
	OSSL_PARAM *params;
	EVP_PKEY *key = NULL;

	assert_true(BN_hex2bn(&e, hex) > 0);
	assert_int_equal(EVP_PKEY_get_bn_param(X509_get0_pubkey(x), OSSL_PKEY_PARAM_RSA_N, &n),
			 1);
	OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n);
	OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, e);
	params = OSSL_PARAM_BLD_to_param(bld);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params), 1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	EVP_PKEY_CTX_free(ctx);
	BN_free(n);
	BN_free(e);
	X509_free(x);
	cert_free(ky);
	return key;
}

static struct cert *
cert_with_exponent(const char *hex)
{
	EVP_PKEY *key = key_with_exponent(hex), *ca = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	unsigned char *der = NULL;
	struct cert *c = NULL;
	struct err e = ERR_INIT;
	int len;

	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_set_pubkey(x, key);
	assert_true(X509_sign(x, ca, EVP_sha256()) > 0);
	len = i2d_X509(x, &der);
	assert_true(len > 0);
	if (!cert_parse(str_of(der, (size_t)len), &c, &e))
		fail_msg("%s: %s", hex, e.detail);
	OPENSSL_free(der);
	X509_free(x);
	EVP_PKEY_free(ca);
	EVP_PKEY_free(key);
	return c;
}

static void
exponents(void **state)
{
	static const struct {
		const char *hex;
		bool is_sound;
	} list[] = {
		{"1", false},
		{"2", false},
		{"3", true},
		{"10001", true},
		{"FFFFFFFFFFFFFFFF", true},
		{"10000000000000001", false},
		{"8000000000000000000000000000000000000000000000000000000000000001", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		struct cert *c = cert_with_exponent(list[i].hex);
		struct err e = ERR_INIT;

		if (cert_check_key(c, &e) != list[i].is_sound)
			fail_msg("%s: '%s'", list[i].hex, e.detail);
		assert_int_equal(e.code, list[i].is_sound ? ERR_NONE : CERT_WEAK_KEY);
		cert_free(c);
	}
}

static void
key_values(void **state)
{
	struct cert *c = pki_cert("systems/KY"), *ec = pki_cert("odd/ec256");
	struct str der = cert_der(c), modulus, padded;
	struct str exponent = STR("\x01\x00\x01");
	struct arena *a = arena_new();
	uint8_t *wrong;
	size_t at = 0;

	(void)state;
	/* INTEGER, length 0x0101, a zero, then 256 bytes of modulus, then INTEGER 65537 */
	assert_true(str_find(der, STR("\x02\x82\x01\x01\x00"), &at));
	padded = str_of(der.ptr + at + 4, 257);
	modulus = str_skip(padded, 1);
	assert_true(cert_has_key(c, modulus, exponent));
	assert_true(cert_has_key(c, padded, exponent));
	assert_true(cert_has_key(c, modulus, STR("\x00\x01\x00\x01")));
	assert_false(cert_has_key(c, modulus, STR("\x03")));
	assert_false(cert_has_key(c, modulus, STR("")));
	assert_false(cert_has_key(c, STR_NONE, exponent));
	assert_false(cert_has_key(c, str_of(modulus.ptr, 255), exponent));
	wrong = arena_alloc(a, 256);
	memcpy(wrong, modulus.ptr, 256);
	wrong[255] ^= 2;
	assert_false(cert_has_key(c, str_of(wrong, 256), exponent));
	assert_false(cert_has_key(ec, modulus, exponent));
	cert_free(c);
	cert_free(ec);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_keys),   cmocka_unit_test(issuer_and_flags),
		cmocka_unit_test(identity),         cmocka_unit_test(accepted_forms),
		cmocka_unit_test(refused_forms),    cmocka_unit_test(refused_encodings),
		cmocka_unit_test(changed_subjects), cmocka_unit_test(files),
		cmocka_unit_test(key_policy),       cmocka_unit_test(key_values),
		cmocka_unit_test(exponents),
	};

	return cmocka_run_group_tests_name("certs", tests, NULL, NULL);
}
