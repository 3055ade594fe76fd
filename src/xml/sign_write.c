/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makes XML signatures over parts whose canonical bytes are at hand, without a tree. The shape
 * is that of the real token service: default namespace, exclusive canonicalisation throughout,
 * SHA-256. Signs a digest through the signer and sees no key.
 * Standards: XML Signature 1.1, 3.1, 4; WS-Security 1.0, 7, 8.3; SAML token profile 1.1.
 */
#include "xml/sign.h"

#include "base/limits.h"
#include "crypto/digest.h"
#include "xml/internal.h"
#include "xml/names.h"

#define SIGNED_INFO_OPEN "<SignedInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\">"
#define SIGNED_INFO_BYTES (64UL * 1024)

static void
write_method(struct xml_out *o, const char *local, struct str uri)
{
	xml_out_open(o, "", NS_DS, local);
	xml_out_attr(o, "", STR_NONE, "Algorithm", uri);
	xml_out_close(o);
}

static void
write_transforms(const struct sign_order *order, enum sign_form form, struct xml_out *o)
{
	xml_out_open(o, "", NS_DS, "Transforms");
	if (form == SIGN_FORM_STR) {
		xml_out_open(o, "", NS_DS, "Transform");
		xml_out_attr(o, "", STR_NONE, "Algorithm", ALG_STR_TRANSFORM);
		xml_out_open(o, "o", NS_WSSE, "TransformationParameters");
		write_method(o, "CanonicalizationMethod", ALG_EXC_C14N);
		xml_out_close(o);
		xml_out_close(o);
	} else {
		if (order->enveloped)
			write_method(o, "Transform", ALG_ENVELOPED);
		write_method(o, "Transform", ALG_EXC_C14N);
	}
	xml_out_close(o);
}

static void
write_reference(const struct sign_order *order, const struct sign_part *part,
		enum sign_form form, struct arena *a, struct xml_out *o)
{
	const struct alg_digest *alg = alg_digest_default();
	uint8_t digest[HASH_MAX_BYTES];
	size_t len = digest_of(alg->hash, part->canonical, digest);

	xml_out_open(o, "", NS_DS, "Reference");
	xml_out_attr(o, "", STR_NONE, "URI", arena_printf(a, "#" STR_FMT, STR_ARG(part->id)));
	write_transforms(order, form, o);
	write_method(o, "DigestMethod", alg->uri);
	xml_out_open(o, "", NS_DS, "DigestValue");
	xml_out_base64(o, str_of(digest, len));
	xml_out_close(o);
	xml_out_close(o);
}

static void
write_signed_info(const struct sign_order *order, struct arena *a, struct buf *b)
{
	struct xml_out *o = xml_out_new(a, b);
	size_t i;

	xml_out_apex(o, "", NS_DS, "SignedInfo");
	write_method(o, "CanonicalizationMethod", ALG_EXC_C14N);
	write_method(o, "SignatureMethod", signer_alg(order->signer)->uri);
	for (i = 0; i < order->part_count; i++)
		write_reference(order, &order->parts[i], SIGN_FORM_PLAIN, a, o);
	if (order->str_part)
		write_reference(order, order->str_part, SIGN_FORM_STR, a, o);
	xml_out_close(o);
}

static void
write_key_identifier(struct xml_out *o, struct str type)
{
	xml_out_open(o, "o", NS_WSSE, "KeyIdentifier");
	xml_out_attr(o, "", STR_NONE, "ValueType", type);
}

static void
write_key_info(const struct sign_order *order, struct arena *a, struct xml_out *o)
{
	const struct cert *cert = signer_cert(order->signer);

	xml_out_open(o, "", NS_DS, "KeyInfo");
	if (order->keyinfo == SIGN_KEYINFO_X509) {
		xml_out_open(o, "", NS_DS, "X509Data");
		xml_out_leaf(o, "", NS_DS, "X509Certificate", cert_base64(cert));
		xml_out_close(o);
		xml_out_close(o);
		return;
	}
	xml_out_open(o, "o", NS_WSSE, "SecurityTokenReference");
	switch (order->keyinfo) {
	case SIGN_KEYINFO_SKI:
		write_key_identifier(o, VT_SKI);
		xml_out_base64(o, cert_ski(cert));
		break;
	case SIGN_KEYINFO_SAMLID:
		xml_out_attr(o, "b", NS_WSSE11, "TokenType", TT_SAML2);
		write_key_identifier(o, VT_SAMLID);
		xml_out_text(o, order->key_id);
		break;
	case SIGN_KEYINFO_BST:
		xml_out_open(o, "o", NS_WSSE, "Reference");
		xml_out_attr(o, "", STR_NONE, "URI",
			     arena_printf(a, "#" STR_FMT, STR_ARG(order->key_id)));
		xml_out_attr(o, "", STR_NONE, "ValueType", VT_X509);
		break;
	default:
		BUG_ON(true);
	}
	xml_out_close(o);
	xml_out_close(o);
	xml_out_close(o);
}

bool
sign_write(const struct sign_order *order, struct arena *a, struct xml_out *o, struct err *e)
{
	AUTO(buf_release) struct buf b = BUF_INIT(SIGNED_INFO_BYTES);
	const struct alg_signature *alg = signer_alg(order->signer);
	uint8_t digest[HASH_MAX_BYTES], value[SIGNATURE_MAX_BYTES];
	size_t len, value_len;

	BUG_ON(order->part_count + (order->str_part ? 1 : 0) > LIMIT_SIGNATURE_REFS);
	BUG_ON(order->enveloped && (order->part_count != 1 || order->str_part));
	if (order->keyinfo == SIGN_KEYINFO_SKI &&
	    str_is_empty(cert_ski(signer_cert(order->signer))))
		return FAIL(e, KEY_UNUSABLE, "the certificate has no SubjectKeyIdentifier");
	write_signed_info(order, a, &b);
	if (!buf_done(&b, e))
		return false;
	len = digest_of(alg->hash, buf_str(&b), digest);
	if (!signer_sign(order->signer, alg, str_of(digest, len), value, &value_len, e))
		return false;
	xml_out_open(o, "", NS_DS, "Signature");
	/* The declaration of the apex holds already, and a parent's digest would not have it.
	 */
	BUG_ON(!str_has_prefix(buf_str(&b), STR(SIGNED_INFO_OPEN)));
	xml_out_raw(o, STR("<SignedInfo>"));
	xml_out_raw(o, str_skip(buf_str(&b), sizeof(SIGNED_INFO_OPEN) - 1));
	xml_out_open(o, "", NS_DS, "SignatureValue");
	xml_out_base64(o, str_of(value, value_len));
	xml_out_close(o);
	write_key_info(order, a, o);
	xml_out_close(o);
	return true;
}
