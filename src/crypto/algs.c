/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The accepted algorithms, as two tables. There is no row for SHA-1, MD5, DSA, HMAC, or a PSS
 * with parameters of the sender's choice, so these cannot be reached by any setting.
 * Source: RFC 9231, 2.3; XML Encryption, 5.7; token-service contract 5.6; context-handler
 * contract 2.11.
 */
#include "crypto/algs.h"

#define DSIG_MORE "http://www.w3.org/2001/04/xmldsig-more#"
#define XMLENC "http://www.w3.org/2001/04/xmlenc#"

static const struct alg_digest digests[] = {
	{STR_INIT(XMLENC "sha256"), HASH_SHA256, 32},
	{STR_INIT(DSIG_MORE "sha384"), HASH_SHA384, 48},
	{STR_INIT(XMLENC "sha512"), HASH_SHA512, 64},
};

static const struct alg_signature signatures[] = {
	{STR_INIT(DSIG_MORE "rsa-sha256"), HASH_SHA256, KEY_RSA},
	{STR_INIT(DSIG_MORE "rsa-sha384"), HASH_SHA384, KEY_RSA},
	{STR_INIT(DSIG_MORE "rsa-sha512"), HASH_SHA512, KEY_RSA},
	{STR_INIT("http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"), HASH_SHA256,
	 KEY_RSA_PSS},
	{STR_INIT(DSIG_MORE "ecdsa-sha256"), HASH_SHA256, KEY_EC},
	{STR_INIT(DSIG_MORE "ecdsa-sha384"), HASH_SHA384, KEY_EC},
};

const struct alg_digest *
alg_digest_find(struct str uri)
{
	for (size_t i = 0; i < ARRAY_LEN(digests); i++) {
		if (str_eq(digests[i].uri, uri))
			return &digests[i];
	}
	return NULL;
}

const struct alg_signature *
alg_signature_find(struct str uri)
{
	for (size_t i = 0; i < ARRAY_LEN(signatures); i++) {
		if (str_eq(signatures[i].uri, uri))
			return &signatures[i];
	}
	return NULL;
}

const struct alg_signature *
alg_signature_for(enum key_kind kind)
{
	for (size_t i = 0; i < ARRAY_LEN(signatures); i++) {
		if (signatures[i].kind == kind && signatures[i].hash == HASH_SHA256)
			return &signatures[i];
	}
	BUG("a kind of key without an algorithm");
	return NULL;
}

const struct alg_signature *
alg_signature_ps256(void)
{
	return alg_signature_for(KEY_RSA_PSS);
}

const struct alg_digest *
alg_digest_default(void)
{
	return &digests[0];
}
