/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EncryptedAssertion. What is encrypted is a canonical subtree, which declares the namespaces
 * that it uses itself. Source: XML Encryption 1.1; context-handler contract 2.11, 7.5.
 */
#include "saml/encrypt.h"

#include "crypto/cipher.h"
#include "crypto/random.h"
#include "xml/names.h"

static void
open_with(struct xml_out *o, const char *prefix, struct str ns, const char *local,
	  struct str algorithm)
{
	xml_out_open(o, prefix, ns, local);
	xml_out_attr(o, "", STR_NONE, "Algorithm", algorithm);
}

static void
write_value(struct xml_out *o, struct str bytes)
{
	xml_out_open(o, "xenc", NS_XENC, "CipherData");
	xml_out_open(o, "xenc", NS_XENC, "CipherValue");
	xml_out_base64(o, bytes);
	xml_out_close(o);
	xml_out_close(o);
}

bool
encrypt_assertion(const struct cert *to, struct str canonical, struct arena *a,
		  struct xml_out *o, struct err *e)
{
	uint8_t key[32];
	struct str wrapped;

	random_bytes(key, sizeof(key));
	if (!cert_wrap(to, OAEP_SHA256_MGF_SHA256, str_of(key, sizeof(key)), a, &wrapped, e))
		return false;
	xml_out_open(o, "saml", NS_SAML, "EncryptedAssertion");
	xml_out_open(o, "xenc", NS_XENC, "EncryptedData");
	xml_out_attr(o, "", STR_NONE, "Type", ENC_ELEMENT);
	open_with(o, "xenc", NS_XENC, "EncryptionMethod", ENC_AES256_GCM);
	xml_out_close(o);
	xml_out_open(o, "ds", NS_DS, "KeyInfo");
	xml_out_open(o, "xenc", NS_XENC, "EncryptedKey");
	open_with(o, "xenc", NS_XENC, "EncryptionMethod", ENC_OAEP);
	open_with(o, "ds", NS_DS, "DigestMethod", DIGEST_SHA256);
	xml_out_close(o);
	open_with(o, "xenc11", NS_XENC11, "MGF", ENC_MGF1_SHA256);
	xml_out_close(o);
	xml_out_close(o);
	write_value(o, wrapped);
	xml_out_close(o);
	xml_out_close(o);
	write_value(o, aead_seal(str_of(key, sizeof(key)), canonical, a));
	xml_out_close(o);
	xml_out_close(o);
	return true;
}
