/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The certificates of a metadata document for lists and calendars: also of one that no longer
 * passes, because one of them has run out. Nothing is believed by it.
 * Source: SAML metadata 2.4.1.1.
 */
#include "base/encoding.h"
#include "base/limits.h"
#include "saml/metadata.h"
#include "xml/names.h"
#include "xml/parse.h"

static const struct xml_limits limits = {
	.bytes = LIMIT_METADATA_BYTES,
	.depth = LIMIT_SAML_DEPTH,
	.nodes = LIMIT_METADATA_NODES,
	.comments_ok = true,
};

static bool
read_one(const struct xml_node *descriptor, struct arena *a, struct metadata_cert *out)
{
	struct xml_node *info = xml_child(descriptor, NS_DS, "KeyInfo");
	struct xml_node *data = info ? xml_child(info, NS_DS, "X509Data") : NULL;
	struct xml_node *text = data ? xml_child(data, NS_DS, "X509Certificate") : NULL;
	struct err ignored = ERR_INIT;
	struct str der;

	out->is_encryption =
		str_eq(xml_attr(descriptor, STR_NONE, "use", a), STR("encryption"));
	return text && base64_decode(xml_text(text, a), BASE64_XML, a, &der, &ignored) &&
	       cert_parse(der, &out->cert, &ignored);
}

size_t
metadata_certs(struct str xml, enum saml_role role, struct arena *a, struct metadata_cert *out,
	       size_t room)
{
	AUTO(xml_doc_freep) struct xml_doc *doc = NULL;
	const char *name = role == SAML_ROLE_IDP ? "IDPSSODescriptor" : "SPSSODescriptor";
	struct err ignored = ERR_INIT;
	struct xml_node *side;
	size_t count = 0;

	if (!xml_parse(xml, &limits, &doc, &ignored))
		return 0;
	side = xml_child(xml_root(doc), NS_MD, name);
	if (!side)
		return 0;
	for (struct xml_node *n = xml_child(side, NS_MD, "KeyDescriptor"); n && count < room;
	     n = xml_same(n))
		count += read_one(n, a, &out[count]);
	return count;
}
