/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads a request for a security token. Refuses what is doubled, another type of request, token
 * or key, and a claims dialect it does not know; leaves out of the CVR what is not exactly one
 * claim of eight digits, for the decision to tell. Decides nothing.
 * Standard: WS-Trust 1.3, 3.1, 4.1; WS-Federation 1.2, 9 (claims).
 */
#include "wstrust/rst.h"

#include "base/encoding.h"
#include "base/limits.h"
#include "xml/names.h"

#define MALFORMED(e, ...) FAIL((e), RST_MALFORMED, __VA_ARGS__)

/* A child that may occur once; NULL if it does not. */
static bool
read_once(const struct xml_node *n, struct str ns, const char *local,
	  const struct xml_node **out, struct err *e)
{
	*out = xml_child(n, ns, local);
	if (*out && xml_same(*out))
		return MALFORMED(e, "%s twice", local);
	return true;
}

static bool
check_type(const struct xml_node *n, const char *local, struct str want, struct arena *a,
	   struct err *e)
{
	const struct xml_node *c;

	if (!read_once(n, NS_WST, local, &c, e))
		return false;
	if (!c || xml_first(c))
		return MALFORMED(e, "no %s", local);
	if (!str_eq(xml_text_trim(c, a), want))
		return FAIL(e, RST_UNSUPPORTED, "%s", local);
	return true;
}

/* AppliesTo stands in one of two policy namespaces, and once. */
static bool
read_applies_to(const struct xml_node *n, struct arena *a, struct rst *out, struct err *e)
{
	const struct xml_node *old, *new, *c;

	if (!read_once(n, NS_WSP, "AppliesTo", &old, e) ||
	    !read_once(n, NS_WSP15, "AppliesTo", &new, e))
		return false;
	if (!old == !new)
		return MALFORMED(e, "not one AppliesTo");
	c = xml_only(old ? old : new, NS_WSA, "EndpointReference");
	c = c ? xml_only(c, NS_WSA, "Address") : NULL;
	if (!c || xml_first(c))
		return MALFORMED(e, "AppliesTo without one address");
	out->applies_to = xml_text_trim(c, a);
	if (out->applies_to.len == 0 || out->applies_to.len > LIMIT_URI_CHARS)
		return MALFORMED(e, "AppliesTo of %zu bytes", out->applies_to.len);
	return true;
}

/* Clients write the value in the claims' namespace, in none, or in what they inherit. */
static struct str
claim_value(const struct xml_node *claim, struct arena *a)
{
	const struct xml_node *c, *value = NULL;

	for (c = xml_first(claim); c; c = xml_next(c)) {
		if (!xml_is_local(c, "Value"))
			continue;
		if (value)
			return STR_NONE;
		value = c;
	}
	return value && !xml_first(value) ? xml_text_trim(value, a) : STR_NONE;
}

static bool
read_claims(const struct xml_node *n, struct arena *a, struct rst *out, struct err *e)
{
	const struct xml_node *claims, *c;
	struct str dialect, value = STR_NONE;
	unsigned count = 0;

	if (!read_once(n, NS_WST, "Claims", &claims, e))
		return false;
	if (!claims)
		return true;
	dialect = xml_attr(claims, STR_NONE, "Dialect", a);
	if (!str_is_set(dialect))
		dialect = xml_attr(claims, NS_WST, "Dialect", a);
	if (!str_eq(dialect, CLAIMS_DIALECT))
		return MALFORMED(e, "unknown dialect of claims");
	for (c = xml_child(claims, NS_AUTH, "ClaimType"); c; c = xml_same(c)) {
		if (!str_eq(xml_attr(c, STR_NONE, "Uri", a), ATTR_CVR))
			continue;
		count++;
		value = claim_value(c, a);
	}
	if (count == 1 && str_is_digits(value, 8))
		out->cvr = value;
	return true;
}

static bool
read_lifetime(const struct xml_node *n, struct arena *a, struct rst *out, struct err *e)
{
	const struct xml_node *lifetime, *c = NULL;
	struct err why = ERR_INIT;

	if (!read_once(n, NS_WST, "Lifetime", &lifetime, e) ||
	    (lifetime && !read_once(lifetime, NS_WSU, "Expires", &c, e)))
		return false;
	out->has_expires = c != NULL;
	if (c && !time_parse(xml_text_trim(c, a), ZONE_REQUIRED, &out->expires, &why))
		return MALFORMED(e, "Lifetime unreadable");
	return true;
}

static bool
decode(const struct xml_node *n, const char *what, struct arena *a, struct str *out,
       struct err *e)
{
	struct err why = ERR_INIT;

	if (!n || xml_first(n) || !base64_decode(xml_text(n, a), BASE64_XML, a, out, &why) ||
	    out->len == 0)
		return MALFORMED(e, "UseKey: %s", what);
	return true;
}

static bool
read_bst(const struct xml_node *n, struct arena *a, struct rst *out, struct err *e)
{
	struct str type = xml_attr(n, STR_NONE, "ValueType", a);
	struct str encoding = xml_attr(n, STR_NONE, "EncodingType", a);

	if ((str_is_set(type) && !str_eq(type, VT_X509)) ||
	    (str_is_set(encoding) && !str_eq(encoding, ENC_BASE64)))
		return MALFORMED(e, "UseKey: unknown type of token");
	return decode(n, "certificate", a, &out->use_cert, e);
}

static bool
read_key_value(const struct xml_node *info, struct arena *a, struct rst *out, struct err *e)
{
	const struct xml_node *value = xml_only(info, NS_DS, "KeyValue");
	const struct xml_node *rsa = value ? xml_only(value, NS_DS, "RSAKeyValue") : NULL;

	if (!rsa)
		return MALFORMED(e, "UseKey: no RSA key");
	return decode(xml_only(rsa, NS_DS, "Modulus"), "modulus", a, &out->use_modulus, e) &&
	       decode(xml_only(rsa, NS_DS, "Exponent"), "exponent", a, &out->use_exponent, e);
}

static bool
read_use_key(const struct xml_node *n, struct arena *a, struct rst *out, struct err *e)
{
	const struct xml_node *use, *c;

	if (!read_once(n, NS_WST, "UseKey", &use, e))
		return false;
	if (!use)
		return true;
	out->has_use_key = true;
	c = xml_first(use);
	if (!c || xml_next(c))
		return MALFORMED(e, "UseKey does not hold one key");
	if (xml_is(c, NS_WSSE, "BinarySecurityToken"))
		return read_bst(c, a, out, e);
	if (xml_is(c, NS_DS, "KeyInfo"))
		return read_key_value(c, a, out, e);
	return MALFORMED(e, "UseKey: unknown kind of key");
}

bool
rst_read(const struct xml_node *n, struct arena *a, struct rst *out, struct err *e)
{
	*out = (struct rst){0};
	if (!xml_is(n, NS_WST, "RequestSecurityToken"))
		return MALFORMED(e, "Body holds no RequestSecurityToken");
	if (!check_type(n, "RequestType", RT_ISSUE, a, e) ||
	    !check_type(n, "TokenType", TT_SAML2, a, e) ||
	    !check_type(n, "KeyType", KT_PUBLIC, a, e))
		return false;
	out->context = xml_attr(n, STR_NONE, "Context", a);
	if (out->context.len > LIMIT_URI_CHARS)
		return MALFORMED(e, "Context of %zu bytes", out->context.len);
	/* [ws-trust-1.4 4.1] OnBehalfOf has its place in the older namespace alone */
	if (xml_child(n, NS_WST14, "OnBehalfOf") || xml_child(n, NS_WST, "ActAs"))
		return FAIL(e, RST_UNSUPPORTED, "OnBehalfOf or ActAs of another WS-Trust");
	return read_once(n, NS_WST, "OnBehalfOf", &out->on_behalf_of, e) &&
	       read_once(n, NS_WST14, "ActAs", &out->act_as, e) &&
	       read_applies_to(n, a, out, e) && read_claims(n, a, out, e) &&
	       read_lifetime(n, a, out, e) && read_use_key(n, a, out, e);
}

struct str
rst_asked(const struct xml_node *n, struct arena *a)
{
	const struct xml_node *c = xml_child(n, NS_WSP, "AppliesTo");

	if (!c)
		c = xml_child(n, NS_WSP15, "AppliesTo");
	c = c ? xml_child(c, NS_WSA, "EndpointReference") : NULL;
	c = c ? xml_child(c, NS_WSA, "Address") : NULL;
	return c ? xml_text_trim(c, a) : STR_NONE;
}

bool
rst_has_behalf(const struct rst *r)
{
	return r->on_behalf_of || r->act_as || r->behalf_token || str_is_set(r->behalf_cert) ||
	       str_is_set(r->behalf_thumbprint);
}

bool
rst_uses_key_of(const struct rst *r, const struct cert *signer)
{
	if (!r->has_use_key)
		return true;
	if (str_is_set(r->use_cert))
		return str_eq(r->use_cert, cert_der(signer));
	return cert_has_key(signer, r->use_modulus, r->use_exponent);
}
