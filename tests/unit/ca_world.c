/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See ca_world.h. */
#include "tests/unit/ca_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <cmocka.h>

#include "pki.h"

static X509 *
load_cert(const char *folder)
{
	char below[PKI_PATH_BYTES], path[PKI_PATH_BYTES];
	X509 *x;
	FILE *f;

	snprintf(below, sizeof(below), "%s/cert.pem", folder);
	f = fopen(pki_path(path, below), "r");
	assert_non_null(f);
	x = PEM_read_X509(f, NULL, NULL, NULL);
	assert_non_null(x);
	fclose(f);
	return x;
}

static EVP_PKEY *
load_key(const char *folder)
{
	char below[PKI_PATH_BYTES], path[PKI_PATH_BYTES];
	EVP_PKEY *key;
	FILE *f;

	snprintf(below, sizeof(below), "%s/key.pem", folder);
	f = fopen(pki_path(path, below), "r");
	assert_non_null(f);
	key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	assert_non_null(key);
	fclose(f);
	return key;
}

static ASN1_TIME *
moment(instant t)
{
	return ASN1_TIME_set(NULL, (time_t)(t / SECONDS(1)));
}

static ASN1_GENERALIZEDTIME *
long_moment(instant t)
{
	return ASN1_GENERALIZEDTIME_set(NULL, (time_t)(t / SECONDS(1)));
}

static void
add_revoked(X509_CRL *crl, const char *folder, instant at)
{
	X509_REVOKED *entry = X509_REVOKED_new();
	X509 *x = load_cert(folder);
	ASN1_TIME *when = moment(at);

	X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(x));
	X509_REVOKED_set_revocationDate(entry, when);
	assert_int_equal(X509_CRL_add0_revoked(crl, entry), 1);
	ASN1_TIME_free(when);
	X509_free(x);
}

static void
sign_list(X509_CRL *crl, const struct ca_list *spec)
{
	EVP_PKEY *key = load_key(spec->issuer);
	const EVP_MD *md = spec->is_sha1 ? EVP_sha1() : EVP_sha256();
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *how = NULL;

	assert_int_equal(EVP_DigestSignInit(ctx, &how, md, NULL, key), 1);
	if (spec->is_pss) {
		EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING);
		EVP_PKEY_CTX_set_rsa_pss_saltlen(how, spec->is_sha1 ? 20 : 32);
	}
	assert_true(X509_CRL_sign_ctx(crl, ctx) > 0);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
}

struct str
ca_list(struct arena *a, const struct ca_list *spec)
{
	X509_CRL *crl = X509_CRL_new();
	X509 *named = load_cert(spec->name_of ? spec->name_of : spec->issuer);
	ASN1_TIME *from = moment(spec->from), *until = moment(spec->until);
	unsigned char *der = NULL;
	struct str out;

	X509_CRL_set_version(crl, 1);
	X509_CRL_set_issuer_name(crl, X509_get_subject_name(named));
	X509_CRL_set1_lastUpdate(crl, from);
	if (!spec->is_endless)
		X509_CRL_set1_nextUpdate(crl, until);
	if (spec->revoked)
		add_revoked(crl, spec->revoked, spec->from);
	if (spec->is_delta) {
		ASN1_INTEGER *one = ASN1_INTEGER_new();

		ASN1_INTEGER_set(one, 1);
		assert_int_equal(X509_CRL_add1_ext_i2d(crl, NID_delta_crl, one, 1, 0), 1);
		ASN1_INTEGER_free(one);
	}
	if (spec->idp) {
		char *text = strdup(spec->idp);
		X509_EXTENSION *idp = X509V3_EXT_nconf_nid(
			NULL, NULL, NID_issuing_distribution_point, text);

		assert_non_null(idp);
		assert_int_equal(X509_CRL_add_ext(crl, idp, -1), 1);
		X509_EXTENSION_free(idp);
		free(text);
	}
	sign_list(crl, spec);
	out.len = (size_t)i2d_X509_CRL(crl, &der);
	out = arena_dup(a, str_of(der, out.len));
	OPENSSL_free(der);
	ASN1_TIME_free(from);
	ASN1_TIME_free(until);
	X509_free(named);
	X509_CRL_free(crl);
	return out;
}

static void
add_nonce(OCSP_BASICRESP *basic, const struct ca_answer *spec)
{
	const unsigned char *p = (const unsigned char *)spec->question.ptr;
	OCSP_REQUEST *request;

	if (spec->nonce == NONCE_OTHER)
		OCSP_basic_add1_nonce(basic, NULL, -1);
	if (spec->nonce != NONCE_SAME)
		return;
	request = d2i_OCSP_REQUEST(NULL, &p, (long)spec->question.len);
	assert_non_null(request);
	assert_int_equal(OCSP_copy_nonce(basic, request), 1);
	OCSP_REQUEST_free(request);
}

/* OpenSSL would take the clock of the machine. */
static void
set_signing_time(OCSP_BASICRESP *basic, const struct ca_answer *spec)
{
	ASN1_GENERALIZEDTIME *at = (ASN1_GENERALIZEDTIME *)OCSP_resp_get0_produced_at(basic);
	instant t = spec->signed_at ? spec->signed_at : spec->from;

	assert_non_null(ASN1_GENERALIZEDTIME_set(at, (time_t)(t / SECONDS(1))));
}

static OCSP_BASICRESP *
make_basic(const struct ca_answer *spec)
{
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	X509 *about = load_cert(spec->about), *issuer = load_cert(spec->issuer);
	X509 *signer = load_cert(spec->signer);
	EVP_PKEY *key = load_key(spec->signer);
	OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), about, issuer);
	ASN1_GENERALIZEDTIME *from = long_moment(spec->from), *until = long_moment(spec->until);

	assert_non_null(OCSP_basic_add1_status(
		basic, id, spec->status, OCSP_REVOKED_STATUS_KEYCOMPROMISE,
		spec->status == V_OCSP_CERTSTATUS_REVOKED ? from : NULL, from,
		spec->is_endless ? NULL : until));
	add_nonce(basic, spec);
	set_signing_time(basic, spec);
	assert_int_equal(OCSP_basic_sign(basic, signer, key,
					 spec->is_sha1 ? EVP_sha1() : EVP_sha256(), NULL,
					 OCSP_NOTIME),
			 1);
	OCSP_CERTID_free(id);
	ASN1_GENERALIZEDTIME_free(from);
	ASN1_GENERALIZEDTIME_free(until);
	X509_free(about);
	X509_free(issuer);
	X509_free(signer);
	EVP_PKEY_free(key);
	return basic;
}

struct str
ca_answer(struct arena *a, const struct ca_answer *spec)
{
	OCSP_BASICRESP *basic = spec->refusal ? NULL : make_basic(spec);
	OCSP_RESPONSE *response = OCSP_response_create(spec->refusal, basic);
	unsigned char *der = NULL;
	int len = i2d_OCSP_RESPONSE(response, &der);
	struct str out = arena_dup(a, str_of(der, (size_t)len));

	assert_true(len > 0);
	OPENSSL_free(der);
	OCSP_RESPONSE_free(response);
	OCSP_BASICRESP_free(basic);
	return out;
}
