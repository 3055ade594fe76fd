/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decryption of XML Encryption with our own key: AES-GCM, and AES-CBC from older IdPs, keys by
 * RSA-OAEP. Refuses RSA 1.5, OAEP parameters, and anything but one key. A key that does not
 * unwrap is replaced by a random one, so that every failure takes the same road.
 * Source: XML Encryption 1.1, 5.2, 5.5; context-handler contract 2.11, 7.5.
 */
#include "saml/decrypt.h"

#include "base/encoding.h"
#include "crypto/cipher.h"
#include "crypto/random.h"
#include "xml/names.h"

static const struct {
	struct str uri;
	size_t key_bytes;
	bool is_cbc;
} ciphers[] = {
	{STR_INIT("http://www.w3.org/2009/xmlenc11#aes256-gcm"), 32, false},
	{STR_INIT("http://www.w3.org/2009/xmlenc11#aes192-gcm"), 24, false},
	{STR_INIT("http://www.w3.org/2009/xmlenc11#aes128-gcm"), 16, false},
	{STR_INIT("http://www.w3.org/2001/04/xmlenc#aes256-cbc"), 32, true},
	{STR_INIT("http://www.w3.org/2001/04/xmlenc#aes192-cbc"), 24, true},
	{STR_INIT("http://www.w3.org/2001/04/xmlenc#aes128-cbc"), 16, true},
};

#define FAILED(e, what) FAIL((e), DECRYPT_FAILED, "%s", (what))

static struct str
algorithm_of(const struct xml_node *n, struct str ns, const char *local, struct arena *a)
{
	struct xml_node *m = n ? xml_only(n, ns, local) : NULL;

	return m ? xml_attr(m, STR_NONE, "Algorithm", a) : STR_NONE;
}

static bool
cipher_value(const struct xml_node *n, struct arena *a, struct str *out)
{
	struct xml_node *data = xml_only(n, NS_XENC, "CipherData");
	struct xml_node *value = data ? xml_only(data, NS_XENC, "CipherValue") : NULL;
	struct err ignored = ERR_INIT;

	return value && base64_decode(xml_text(value, a), BASE64_XML, a, out, &ignored);
}

/* [contract 2.11] inside KeyInfo, or beside EncryptedData; exactly one */
static struct xml_node *
find_key(const struct xml_node *holder, const struct xml_node *data)
{
	struct xml_node *info = xml_only(data, NS_DS, "KeyInfo");
	unsigned inside = info ? xml_count(info, NS_XENC, "EncryptedKey") : 0;
	unsigned beside = xml_count(holder, NS_XENC, "EncryptedKey");

	if (inside + beside != 1)
		return NULL;
	return xml_only(inside ? info : holder, NS_XENC, "EncryptedKey");
}

/* Which OAEP; *second: another to try, for libraries that differ in the mask of mgf1p. */
static bool
find_oaep(const struct xml_node *key, struct arena *a, enum oaep_kind *kind,
	  enum oaep_kind *second)
{
	struct xml_node *method = xml_only(key, NS_XENC, "EncryptionMethod");
	struct str uri = method ? xml_attr(method, STR_NONE, "Algorithm", a) : STR_NONE;
	struct str digest = algorithm_of(method, NS_DS, "DigestMethod", a);
	struct str mgf = algorithm_of(method, NS_XENC11, "MGF", a);
	struct xml_node *params = method ? xml_child(method, NS_XENC, "OAEPparams") : NULL;
	bool is_sha256 = str_eq(digest, DIGEST_SHA256);

	*second = 0;
	if (!method || (params && !str_is_empty(xml_text_trim(params, a))))
		return false;
	if (str_is_set(digest) && !is_sha256 && !str_eq(digest, DIGEST_SHA1))
		return false;
	if (str_eq(uri, ENC_OAEP_MGF1P)) {
		*kind = is_sha256 ? OAEP_SHA256_MGF_SHA1 : OAEP_SHA1_MGF_SHA1;
		*second = is_sha256 ? OAEP_SHA256_MGF_SHA256 : 0;
		return true;
	}
	if (!str_eq(uri, ENC_OAEP))
		return false;
	if (str_eq(mgf, ENC_MGF1_SHA256) && is_sha256)
		*kind = OAEP_SHA256_MGF_SHA256;
	else if (!str_is_set(mgf) || str_eq(mgf, ENC_MGF1_SHA1))
		*kind = is_sha256 ? OAEP_SHA256_MGF_SHA1 : OAEP_SHA1_MGF_SHA1;
	else
		return false;
	return true;
}

static void
unwrap(const struct xml_node *key, const struct signer *signer, struct arena *a,
       uint8_t out[32], size_t want)
{
	enum oaep_kind kind, second;
	struct str wrapped;
	size_t len = 0;
	struct err ignored = ERR_INIT;

	random_bytes(out, 32);
	if (!key || !find_oaep(key, a, &kind, &second) || !cipher_value(key, a, &wrapped))
		return;
	if (!signer_unwrap(signer, kind, wrapped, out, 32, &len, &ignored) && second != 0) {
		err_clear(&ignored);
		if (!signer_unwrap(signer, second, wrapped, out, 32, &len, &ignored))
			len = 0;
	}
	if (len != want)
		random_bytes(out, 32);
}

bool
decrypt_element(const struct xml_node *holder, const struct signer *signer, struct arena *a,
		struct str *out, bool *is_loose, struct err *e)
{
	struct xml_node *data = xml_only(holder, NS_XENC, "EncryptedData");
	struct str alg, sealed, key;
	uint8_t cek[32];
	struct err ignored = ERR_INIT;
	size_t row = 0;
	bool ok;

	if (!data)
		return FAILED(e, "not exactly one EncryptedData");
	alg = algorithm_of(data, NS_XENC, "EncryptionMethod", a);
	while (row < ARRAY_LEN(ciphers) && !str_eq(ciphers[row].uri, alg))
		row++;
	if (row == ARRAY_LEN(ciphers) || !cipher_value(data, a, &sealed))
		return FAILED(e, "unknown cipher or no text");
	*is_loose = ciphers[row].is_cbc;
	unwrap(find_key(holder, data), signer, a, cek, ciphers[row].key_bytes);
	key = str_of(cek, ciphers[row].key_bytes);
	ok = ciphers[row].is_cbc ? cbc_open(key, sealed, a, out, &ignored)
				 : aead_open(key, sealed, a, out, &ignored);
	return ok || FAILED(e, "the text does not open");
}
