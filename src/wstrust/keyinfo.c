/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * KeyInfo of a message signature. It selects a key, it never makes one trusted: at the token
 * service who the certificate belongs to is decided afterwards, at a service the key is always
 * the one in the verified token. Never follows a reference out of the Security header.
 * Standard: WS-Security 1.0, 7; X.509 Token Profile 1.0, 3; SAML Token Profile 1.1, 3.4.
 */
#include "wstrust/internal.h"

#include "base/encoding.h"
#include "xml/names.h"

#define SERIAL_MAX_BYTES 32

/* The one child of the one KeyInfo. */
static bool
key_info_child(const struct security *s, const struct xml_node **out, struct err *e)
{
	const struct xml_node *info = xml_only(s->signature, NS_DS, "KeyInfo");

	if (!info)
		return FAIL(e, SIGNATURE_STRUCTURE, "not one KeyInfo");
	*out = xml_first(info);
	if (!*out || xml_next(*out))
		return FAIL(e, KEY_REF_UNAVAILABLE, "KeyInfo does not hold one element");
	return true;
}

static bool
is_absent_or(struct str value, struct str want)
{
	return !str_is_set(value) || str_eq(value, want);
}

bool
bst_read(const struct xml_node *bst, struct arena *a, struct str *der, struct err *e)
{
	struct err why = ERR_INIT;

	if (!str_eq(xml_attr(bst, STR_NONE, "ValueType", a), VT_X509))
		return FAIL(e, TOKEN_TYPE_UNSUPPORTED, "BinarySecurityToken is no X509v3");
	if (!is_absent_or(xml_attr(bst, STR_NONE, "EncodingType", a), ENC_BASE64))
		return FAIL(e, TOKEN_TYPE_UNSUPPORTED, "BinarySecurityToken is not base64");
	if (xml_first(bst) || !base64_decode(xml_text(bst, a), BASE64_XML, a, der, &why))
		return FAIL(e, KEY_REF_UNAVAILABLE, "BinarySecurityToken unreadable");
	return true;
}

/* The BinarySecurityToken of this header that a "#id" names, or NULL. */
static const struct xml_node *
bst_find(const struct security *s, const struct xml_node *reference, struct arena *a)
{
	struct str uri = xml_attr(reference, STR_NONE, "URI", a);

	if (uri.len < 2 || uri.ptr[0] != '#')
		return NULL;
	for (unsigned i = 0; i < s->bst_count; i++)
		if (str_eq(xml_attr(s->bst[i], NS_WSU, "Id", a), str_skip(uri, 1)))
			return s->bst[i];
	return NULL;
}

static bool
cert_from(const struct trust_snapshot *known, struct str der, struct cert **out, struct err *e)
{
	struct err why = ERR_INIT;

	if (!known_cert(known, der, out, &why))
		return FAIL(e, KEY_REF_UNAVAILABLE, "certificate unreadable");
	return true;
}

static bool
cert_by_reference(const struct security *s, const struct trust_snapshot *known,
		  const struct xml_node *reference, struct arena *a, struct cert **out,
		  struct err *e)
{
	const struct xml_node *bst = bst_find(s, reference, a);
	struct str der;

	if (!bst)
		return FAIL(e, KEY_REF_UNAVAILABLE, "reference to no BinarySecurityToken");
	return bst_read(bst, a, &der, e) && cert_from(known, der, out, e);
}

static bool
cert_registered(const struct cert *found, struct cert **out, struct err *e)
{
	if (!found)
		return FAIL(e, KEY_REF_UNAVAILABLE, "no such certificate is registered");
	*out = cert_hold(found);
	return true;
}

static bool
cert_by_identifier(const struct trust_snapshot *known, const struct xml_node *n,
		   struct arena *a, struct cert **out, struct err *e)
{
	struct str type = xml_attr(n, STR_NONE, "ValueType", a), bytes;
	struct err why = ERR_INIT;

	if (xml_first(n) || !base64_decode(xml_text(n, a), BASE64_XML, a, &bytes, &why))
		return FAIL(e, KEY_REF_UNAVAILABLE, "key identifier unreadable");
	if (str_eq(type, VT_SKI))
		return cert_registered(trust_cert_by_ski(known, bytes), out, e);
	if (str_eq(type, VT_THUMBPRINT))
		return cert_registered(trust_cert_by_sha1(known, hex_encode_upper(a, bytes)),
				       out, e);
	return FAIL(e, KEY_REF_UNAVAILABLE, "key identifier of unknown type");
}

/* A decimal number as upper-case hexadecimal of whole bytes: how serial numbers are kept. */
static bool
serial_to_hex(struct str decimal, struct arena *a, struct str *out)
{
	uint8_t bytes[SERIAL_MAX_BYTES] = {0};
	size_t first = 0;

	if (decimal.len == 0)
		return false;
	for (size_t i = 0; i < decimal.len; i++) {
		unsigned carry = (unsigned)(decimal.ptr[i] - '0');

		if (decimal.ptr[i] < '0' || decimal.ptr[i] > '9')
			return false;
		for (size_t j = SERIAL_MAX_BYTES; j-- > 0;) {
			carry += bytes[j] * 10U;
			bytes[j] = (uint8_t)carry;
			carry >>= 8;
		}
		if (carry != 0)
			return false;
	}
	while (first < SERIAL_MAX_BYTES - 1 && bytes[first] == 0)
		first++;
	*out = hex_encode_upper(a, str_of(bytes + first, SERIAL_MAX_BYTES - first));
	return true;
}

/* RFC 4514 text to the form that .NET prints: one space after each comma between names. */
static struct str
issuer_to_net(struct str s, struct arena *a)
{
	char *out = arena_alloc(a, s.len * 2 + 1);
	size_t len = 0;
	bool quoted = false, after_comma = false;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (after_comma && c == ' ')
			continue;
		if (after_comma)
			out[len++] = ' ';
		after_comma = false;
		if (c == '"')
			quoted = !quoted;
		out[len++] = c;
		after_comma = c == ',' && !quoted && (i == 0 || s.ptr[i - 1] != '\\');
	}
	return str_of(out, len);
}

static bool
cert_by_serial(const struct trust_snapshot *known, const struct xml_node *n, struct arena *a,
	       struct cert **out, struct err *e)
{
	const struct xml_node *name = xml_only(n, NS_DS, "X509IssuerName");
	const struct xml_node *number = xml_only(n, NS_DS, "X509SerialNumber");
	struct str issuer, serial;

	if (!name || !number || !serial_to_hex(xml_text_trim(number, a), a, &serial))
		return FAIL(e, KEY_REF_UNAVAILABLE, "issuer and serial number unreadable");
	issuer = issuer_to_net(xml_text_trim(name, a), a);
	return cert_registered(trust_cert_by_issuer_serial(known, issuer, serial), out, e);
}

static bool
cert_by_x509_data(const struct trust_snapshot *known, const struct xml_node *data,
		  struct arena *a, struct cert **out, struct err *e)
{
	const struct xml_node *c = xml_child(data, NS_DS, "X509Certificate");
	struct err why = ERR_INIT;
	struct str der;

	if (!c) {
		c = xml_only(data, NS_DS, "X509IssuerSerial");
		if (!c)
			return FAIL(e, KEY_REF_UNAVAILABLE, "X509Data names no certificate");
		return cert_by_serial(known, c, a, out, e);
	}
	if (xml_same(c) || xml_first(c) ||
	    !base64_decode(xml_text(c, a), BASE64_XML, a, &der, &why))
		return FAIL(e, KEY_REF_UNAVAILABLE, "not one readable X509Certificate");
	return cert_from(known, der, out, e);
}

bool
key_info_cert(const struct security *s, const struct trust_snapshot *known, struct arena *a,
	      struct cert **out, struct err *e)
{
	const struct xml_node *n;

	if (!key_info_child(s, &n, e))
		return false;
	if (xml_is(n, NS_DS, "X509Data"))
		return cert_by_x509_data(known, n, a, out, e);
	if (!xml_is(n, NS_WSSE, "SecurityTokenReference"))
		return FAIL(e, KEY_REF_UNAVAILABLE, "unknown kind of KeyInfo");
	n = xml_first(n);
	if (!n || xml_next(n))
		return FAIL(e, KEY_REF_UNAVAILABLE, "not one thing is referred to");
	if (xml_is(n, NS_WSSE, "Reference"))
		return cert_by_reference(s, known, n, a, out, e);
	if (xml_is(n, NS_WSSE, "KeyIdentifier"))
		return cert_by_identifier(known, n, a, out, e);
	if (xml_is(n, NS_DS, "X509Data"))
		return cert_by_x509_data(known, n, a, out, e);
	return FAIL(e, KEY_REF_UNAVAILABLE, "unknown kind of reference");
}

bool
key_info_names_token(const struct security *s, const struct token *t, struct arena *a,
		     struct err *e)
{
	const struct xml_node *n, *bst = NULL;
	struct err why = ERR_INIT;
	struct str der;

	if (!key_info_child(s, &n, e))
		return false;
	if (xml_is(n, NS_WSSE, "SecurityTokenReference")) {
		if (security_str_names(n, t->id, a))
			return true;
		n = xml_first(n);
		if (n && !xml_next(n) && xml_is(n, NS_WSSE, "Reference"))
			bst = bst_find(s, n, a);
	}
	if (!bst || !bst_read(bst, a, &der, &why) || !str_eq(der, cert_der(t->holder)))
		return FAIL(e, KEY_REF_UNAVAILABLE, "the key is not that of the token");
	return true;
}
