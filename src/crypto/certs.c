/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A certificate as a value: everything that is ever asked of it is read once, here. What is not
 * exactly one certificate in DER, to the last byte, is refused, so that one certificate has one
 * identity. Nothing here says that it may be believed: that is anchors.c.
 * Source: RFC 5280, 4; token-service contract 7; administration contract 10.1, 10.2.
 */
#include "crypto/certs.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdatomic.h>
#include <string.h>

#include "base/encoding.h"
#include "base/limits.h"
#include "base/mem.h"
#include "crypto/digest.h"
#include "crypto/internal.h"

#define RSA_LEAST_BITS 2048
#define RSA_MOST_BITS 8192 /* a larger one costs the verifier more than its signer */
#define EXPONENT_MOST_BITS 64 /* in practice 17; one as long as the key costs 100 times more */
#define SHA1_BYTES 20

struct cert {
	atomic_uint refs;
	X509 *x;
	EVP_PKEY *key; /* borrowed from x */
	struct str der;
	struct str base64;
	uint8_t sha256[32];
	uint8_t key_sha256[32];
	char thumbprint[2 * SHA1_BYTES + 1];
	struct str subject;
	struct str issuer;
	struct str serial;
	struct str cn;
	struct str cvr;
	struct str uuid;
	struct str ski; /* borrowed from x */
	enum cert_kind kind;
	instant not_before;
	instant not_after;
	bool is_ca;
	bool is_self_signed;
	enum key_kind key_kind;
	int key_bits;
	bool is_exponent_sound;
	EVP_PKEY_CTX *verifier; /* ready for the usual algorithm of this key; only copied */
};

/* What a policy identifier begins with says whose certificate it is. */
static const struct {
	struct str prefix;
	bool is_person;
	enum cert_kind kind;
} policies[] = {
	{STR_INIT("1.2.208.169.1.1.1.1."), true, CERT_KIND_OTHER},
	{STR_INIT("1.2.208.169.1.1.1.2."), true, CERT_KIND_OTHER},
	{STR_INIT("1.2.208.169.1.1.1.3."), false, CERT_KIND_OCES2_COMPANY},
	{STR_INIT("1.2.208.169.1.1.1.4."), false, CERT_KIND_OCES2_FUNCTION},
	/* test certificates of the older generation */
	{STR_INIT("1.3.6.1.4.1.31313.2.4.6.1."), true, CERT_KIND_OTHER},
	{STR_INIT("1.3.6.1.4.1.31313.2.4.6.2."), true, CERT_KIND_OTHER},
	{STR_INIT("1.3.6.1.4.1.31313.2.4.6.3."), false, CERT_KIND_OCES2_COMPANY},
	{STR_INIT("1.3.6.1.4.1.31313.2.4.6.4."), false, CERT_KIND_OCES2_FUNCTION},
};

static struct str
keep(struct str s)
{
	return str_is_set(s) ? str_of(mem_dup_c(s), s.len) : STR_NONE;
}

static void
drop(struct str s)
{
	union {
		const char *borrowed;
		char *owned;
	} p = {s.ptr};

	mem_free(p.owned);
}

bool
asn1_instant(const ASN1_TIME *t, instant *out)
{
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	int days = 0, seconds = 0;
	bool done = epoch != NULL && ASN1_TIME_diff(&days, &seconds, epoch, t) == 1;

	ASN1_TIME_free(epoch);
	*out = DAYS(days) + SECONDS(seconds);
	return done;
}

/* DER out of PEM or bare base64; DER begins with the tag of a SEQUENCE, which neither can. */
static bool
text_to_der(struct str text, struct arena *a, struct str *der, struct err *e)
{
	struct str base64;

	if (text.len > 0 && text.ptr[0] == 0x30) {
		*der = text;
		return true;
	}
	base64 = text = str_trim(text);
	if (str_has_prefix(text, STR("-----")) &&
	    (!str_has_prefix(text, STR("-----BEGIN CERTIFICATE-----")) ||
	     !pem_next(&text, "CERTIFICATE", &base64) || text.len != 0))
		return FAIL(e, CERT_MALFORMED, "not exactly one certificate in PEM");
	if (!base64_decode(base64, BASE64_XML, a, der, e)) {
		err_clear(e);
		return FAIL(e, CERT_MALFORMED, "not base64");
	}
	return true;
}

/* [rfc5280 4.1] DER has one form; what OpenSSL reads more leniently is not it. */
static bool
der_to_x509(struct str der, X509 **out, struct err *e)
{
	const unsigned char *p = (const unsigned char *)der.ptr;
	unsigned char *again = NULL;
	int len;
	bool same;

	if (der.len > LIMIT_CERT_BYTES)
		return FAIL(e, CERT_MALFORMED, "%zu bytes", der.len);
	*out = d2i_X509(NULL, &p, (long)der.len);
	if (*out == NULL)
		return FAIL_OSSL(e, CERT_MALFORMED, "not a certificate");
	len = i2d_X509(*out, &again);
	same = len >= 0 && str_eq(str_of(again, (size_t)len), der);
	OPENSSL_free(again);
	return same || FAIL(e, CERT_MALFORMED, "not in DER, or bytes follow it");
}

static bool
is_oces2(enum cert_kind kind)
{
	return kind == CERT_KIND_OCES2_FUNCTION || kind == CERT_KIND_OCES2_COMPANY ||
	       kind == CERT_KIND_OCES2_EMPLOYEE;
}

/* What kind the policies and the subject together make it; either can make it a person's. */
static bool
read_kind(struct cert *c, enum cert_kind generation, struct err *e)
{
	int critical = 0;
	CERTIFICATEPOLICIES *all =
		X509_get_ext_d2i(c->x, NID_certificate_policies, &critical, NULL);
	bool is_person = generation == CERT_KIND_OCES3_EMPLOYEE ||
			 generation == CERT_KIND_OCES2_EMPLOYEE;

	if (all == NULL && critical != -1)
		return FAIL_OSSL(e, CERT_MALFORMED, "unreadable policies");
	for (int i = 0; i < sk_POLICYINFO_num(all); i++) {
		char numbers[128] = "";

		OBJ_obj2txt(numbers, sizeof(numbers), sk_POLICYINFO_value(all, i)->policyid, 1);
		for (size_t k = 0; k < ARRAY_LEN(policies); k++) {
			if (!str_has_prefix(str_from(numbers), policies[k].prefix))
				continue;
			is_person = is_person || policies[k].is_person;
			c->kind = policies[k].kind;
		}
	}
	CERTIFICATEPOLICIES_free(all);

	/* both generations use the same numbers for a legal person */
	if (c->kind == CERT_KIND_OCES2_COMPANY && !is_oces2(generation) &&
	    generation != CERT_KIND_OTHER)
		c->kind = CERT_KIND_OCES3_ORGANISATION;
	if (is_person)
		c->kind = is_oces2(generation) ? CERT_KIND_OCES2_EMPLOYEE
					       : CERT_KIND_OCES3_EMPLOYEE;
	return true;
}

static void
read_serial(struct cert *c)
{
	AUTO(buf_release) struct buf hex = BUF_INIT(LIMIT_CERT_BYTES * 2);
	const ASN1_INTEGER *serial = X509_get0_serialNumber(c->x);
	const unsigned char *p = ASN1_STRING_get0_data(serial);

	if (ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER)
		buf_add_char(&hex, '-');
	for (int i = 0; i < ASN1_STRING_length(serial); i++)
		buf_printf(&hex, "%02X", p[i]);
	c->serial = keep(buf_str(&hex));
}

static bool
read_names(struct cert *c, struct arena *a, struct err *e)
{
	struct subject subject;
	struct str issuer;

	if (!subject_read(X509_get_subject_name(c->x), a, &subject, e) ||
	    !name_write_net(X509_get_issuer_name(c->x), a, &issuer, e))
		return false;
	c->subject = keep(subject.net);
	c->issuer = keep(issuer);
	c->cn = keep(subject.cn);
	c->cvr = keep(subject.cvr);
	c->uuid = keep(subject.uuid);
	read_serial(c);
	return read_kind(c, subject.generation, e);
}

/* With exponent 1 any text would be its own signature; a long one is slow on purpose. */
static bool
is_exponent_sound(EVP_PKEY *key)
{
	BIGNUM *exponent = NULL;
	bool is_sound = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent) == 1 &&
			BN_is_odd(exponent) && !BN_is_one(exponent) &&
			BN_num_bits(exponent) <= EXPONENT_MOST_BITS;

	BN_free(exponent);
	return is_sound;
}

/* A curve by name, never one whose parameters the certificate brings along. */
static bool
is_known_curve(EVP_PKEY *key)
{
	char curve[64] = "";
	int is_explicit = 0;

	if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC ||
	    EVP_PKEY_get_group_name(key, curve, sizeof(curve), NULL) != 1 ||
	    EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS,
				   &is_explicit) != 1)
		return false;
	return is_explicit == 0 &&
	       (str_eq_c(STR("prime256v1"), curve) || str_eq_c(STR("secp384r1"), curve));
}

static bool
read_key(struct cert *c, struct err *e)
{
	c->key = X509_get0_pubkey(c->x);
	if (c->key == NULL)
		return FAIL_OSSL(e, CERT_MALFORMED, "unreadable public key");
	c->key_bits = EVP_PKEY_get_bits(c->key);
	if (EVP_PKEY_get_base_id(c->key) == EVP_PKEY_RSA) {
		c->key_kind = KEY_RSA;
		c->is_exponent_sound = is_exponent_sound(c->key);
	} else if (is_known_curve(c->key)) {
		c->key_kind = KEY_EC;
	}
	if (c->key_kind != 0)
		c->verifier = sig_ctx_new(c->key, alg_signature_for(c->key_kind), false);
	ERR_clear_error();
	return true;
}

static bool
read_extensions(struct cert *c, struct err *e)
{
	const ASN1_OCTET_STRING *ski;
	uint32_t flags = X509_get_extension_flags(c->x);

	if (flags & EXFLAG_INVALID)
		return FAIL_OSSL(e, CERT_MALFORMED, "an extension is unreadable or doubled");
	c->is_ca = X509_check_ca(c->x) != 0;
	c->is_self_signed = (flags & EXFLAG_SS) != 0;
	ski = X509_get0_subject_key_id(c->x);
	if (ski != NULL)
		c->ski = str_of(ASN1_STRING_get0_data(ski), (size_t)ASN1_STRING_length(ski));
	return true;
}

static bool
read_digests(struct cert *c, struct err *e)
{
	static const char hex[] = "0123456789ABCDEF";
	AUTO(buf_release) struct buf base64 = BUF_INIT(LIMIT_CERT_TEXT_BYTES);
	uint8_t sha1[EVP_MAX_MD_SIZE];
	unsigned char *spki = NULL;
	int spki_len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(c->x), &spki);

	if (spki_len <= 0)
		return FAIL_OSSL(e, CERT_MALFORMED, "unreadable public key");
	digest_sha256(str_of(spki, (size_t)spki_len), c->key_sha256);
	OPENSSL_free(spki);
	digest_sha256(c->der, c->sha256);
	/* SHA-1 names certificates in texts and old interfaces; nothing is decided by it */
	if (X509_digest(c->x, EVP_sha1(), sha1, NULL) != 1)
		return FAIL_OSSL(e, CERT_MALFORMED, "no thumbprint");
	for (size_t i = 0; i < SHA1_BYTES; i++) {
		c->thumbprint[2 * i] = hex[sha1[i] >> 4];
		c->thumbprint[2 * i + 1] = hex[sha1[i] & 15];
	}
	base64_add(&base64, c->der);
	c->base64 = keep(buf_str(&base64));
	return true;
}

static bool
cert_read(struct cert *c, struct str der, struct arena *a, struct err *e)
{
	if (!der_to_x509(der, &c->x, e))
		return false;
	c->der = keep(der);
	if (!asn1_instant(X509_get0_notBefore(c->x), &c->not_before) ||
	    !asn1_instant(X509_get0_notAfter(c->x), &c->not_after))
		return FAIL_OSSL(e, CERT_MALFORMED, "unreadable validity");
	return read_key(c, e) && read_extensions(c, e) && read_names(c, a, e) &&
	       read_digests(c, e);
}

bool
cert_parse(struct str bytes, struct cert **out, struct err *e)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(cert_freep) struct cert *c = MEM_NEW(struct cert);
	struct str der;

	ERR_clear_error();
	atomic_init(&c->refs, 1);
	if (bytes.len > LIMIT_CERT_TEXT_BYTES)
		return FAIL(e, CERT_MALFORMED, "%zu bytes", bytes.len);
	if (!text_to_der(bytes, a, &der, e) || !cert_read(c, der, a, e))
		return false;
	*out = c;
	c = NULL;
	return true;
}

bool
cert_from_x509(X509 *x, struct cert **out, struct err *e)
{
	unsigned char *der = NULL;
	int len = i2d_X509(x, &der);
	bool done;

	if (len < 0)
		return FAIL_OSSL(e, CERT_MALFORMED, "unreadable certificate");
	done = cert_parse(str_of(der, (size_t)len), out, e);
	OPENSSL_free(der);
	return done;
}

bool
cert_load(const char *path, struct cert **out, struct err *e)
{
	AUTO(buf_release) struct buf file = BUF_INIT(LIMIT_PEM_FILE_BYTES);
	struct str rest, base64;

	if (!crypto_file_read(path, CERT_MALFORMED, &file, e))
		return false;
	rest = buf_str(&file);
	if (pem_next(&rest, "CERTIFICATE", &base64))
		return cert_parse(base64, out, e);
	return cert_parse(buf_str(&file), out, e);
}

struct cert *
cert_hold(const struct cert *c)
{
	union {
		const struct cert *borrowed;
		struct cert *held;
	} p = {c};

	atomic_fetch_add_explicit(&p.held->refs, 1, memory_order_relaxed);
	return p.held;
}

void
cert_free(struct cert *c)
{
	if (c == NULL || atomic_fetch_sub(&c->refs, 1) != 1)
		return;
	drop(c->der);
	drop(c->base64);
	drop(c->subject);
	drop(c->issuer);
	drop(c->serial);
	drop(c->cn);
	drop(c->cvr);
	drop(c->uuid);
	EVP_PKEY_CTX_free(c->verifier);
	X509_free(c->x);
	mem_free(c);
}

void
cert_freep(struct cert **c)
{
	cert_free(*c);
	*c = NULL;
}

struct str
cert_der(const struct cert *c)
{
	return c->der;
}

struct str
cert_base64(const struct cert *c)
{
	return c->base64;
}

struct str
cert_sha256(const struct cert *c)
{
	return str_of(c->sha256, sizeof(c->sha256));
}

struct str
cert_key_sha256(const struct cert *c)
{
	return str_of(c->key_sha256, sizeof(c->key_sha256));
}

struct str
cert_thumbprint(const struct cert *c)
{
	return str_of(c->thumbprint, sizeof(c->thumbprint) - 1);
}

struct str
cert_subject_net(const struct cert *c)
{
	return c->subject;
}

struct str
cert_issuer_net(const struct cert *c)
{
	return c->issuer;
}

struct str
cert_serial_hex(const struct cert *c)
{
	return c->serial;
}

struct str
cert_cn(const struct cert *c)
{
	return c->cn;
}

struct str
cert_cvr(const struct cert *c)
{
	return c->cvr;
}

struct str
cert_subject_uuid(const struct cert *c)
{
	return c->uuid;
}

struct str
cert_ski(const struct cert *c)
{
	return c->ski;
}

enum cert_kind
cert_kind(const struct cert *c)
{
	return c->kind;
}

const char *
cert_kind_name(enum cert_kind kind)
{
	static const char *const names[] = {
		[CERT_KIND_OTHER] = "other",
		[CERT_KIND_OCES3_ORGANISATION] = "OCES3 organisation",
		[CERT_KIND_OCES3_EMPLOYEE] = "OCES3 employee",
		[CERT_KIND_OCES2_FUNCTION] = "OCES2 function",
		[CERT_KIND_OCES2_COMPANY] = "OCES2 company",
		[CERT_KIND_OCES2_EMPLOYEE] = "OCES2 employee",
	};

	BUG_ON((size_t)kind >= ARRAY_LEN(names));
	return names[kind];
}

instant
cert_not_before(const struct cert *c)
{
	return c->not_before;
}

instant
cert_not_after(const struct cert *c)
{
	return c->not_after;
}

bool
cert_is_ca(const struct cert *c)
{
	return c->is_ca;
}

bool
cert_is_self_signed(const struct cert *c)
{
	return c->is_self_signed;
}

enum key_kind
cert_key_kind(const struct cert *c)
{
	return c->key_kind;
}

int
cert_key_bits(const struct cert *c)
{
	return c->key_bits;
}

bool
cert_eq(const struct cert *a, const struct cert *b)
{
	return str_eq(a->der, b->der);
}

/* Is the number that the key has under this name the one in big-endian bytes? */
static bool
has_number(EVP_PKEY *key, const char *name, struct str bytes)
{
	BIGNUM *ours = NULL;
	BIGNUM *theirs;
	bool same;

	if (bytes.len == 0 || bytes.len > RSA_MOST_BITS / 8 + 1 ||
	    EVP_PKEY_get_bn_param(key, name, &ours) != 1)
		return false;
	theirs = BN_bin2bn((const unsigned char *)bytes.ptr, (int)bytes.len, NULL);
	same = theirs != NULL && BN_cmp(ours, theirs) == 0;
	BN_free(ours);
	BN_free(theirs);
	return same;
}

bool
cert_has_key(const struct cert *c, struct str modulus, struct str exponent)
{
	return c->key_kind == KEY_RSA && has_number(c->key, OSSL_PKEY_PARAM_RSA_N, modulus) &&
	       has_number(c->key, OSSL_PKEY_PARAM_RSA_E, exponent);
}

bool
cert_check_key(const struct cert *c, struct err *e)
{
	if (c->key_kind == KEY_EC)
		return true;
	if (c->key_kind != KEY_RSA)
		return FAIL(e, CERT_WEAK_KEY, "neither RSA nor P-256 nor P-384");
	if (c->key_bits < RSA_LEAST_BITS || c->key_bits > RSA_MOST_BITS)
		return FAIL(e, CERT_WEAK_KEY, "RSA of %d bits", c->key_bits);
	return c->is_exponent_sound || FAIL(e, CERT_WEAK_KEY, "RSA with an unusable exponent");
}

X509 *
cert_x509(const struct cert *c)
{
	return c->x;
}

EVP_PKEY *
cert_public(const struct cert *c)
{
	return c->key;
}

const EVP_PKEY_CTX *
cert_verifier(const struct cert *c)
{
	return c->verifier;
}
