/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See foreign.h. Source: SAML 2.0 core 3.2.2.2, 8.3; SAML 2.0 bindings; RFC 9231. */
#include "saml/foreign.h"

#include <stdio.h>

static const struct {
	const char *head;
	const char *const *tails;
} families[] = {
	{"urn:oasis:names:tc:SAML:2.0:status:",
	 (const char *const[]){"Success",
			       "Requester",
			       "Responder",
			       "VersionMismatch",
			       "AuthnFailed",
			       "InvalidAttrNameOrValue",
			       "InvalidNameIDPolicy",
			       "NoAuthnContext",
			       "NoAvailableIDP",
			       "NoPassive",
			       "NoSupportedIDP",
			       "PartialLogout",
			       "ProxyCountExceeded",
			       "RequestDenied",
			       "RequestUnsupported",
			       "RequestVersionDeprecated",
			       "RequestVersionTooHigh",
			       "RequestVersionTooLow",
			       "ResourceNotRecognized",
			       "TooManyResponses",
			       "UnknownAttrProfile",
			       "UnknownPrincipal",
			       "UnsupportedBinding",
			       NULL}},
	{"urn:oasis:names:tc:SAML:2.0:bindings:",
	 (const char *const[]){"HTTP-POST", "HTTP-Redirect", "HTTP-Artifact",
			       "HTTP-POST-SimpleSign", "SOAP", "PAOS", "URI", NULL}},
	{"urn:oasis:names:tc:SAML:1.1:nameid-format:",
	 (const char *const[]){"unspecified", "emailAddress", "X509SubjectName",
			       "WindowsDomainQualifiedName", NULL}},
	{"urn:oasis:names:tc:SAML:2.0:nameid-format:",
	 (const char *const[]){"kerberos", "entity", "persistent", "transient", "encrypted",
			       NULL}},
	{"http://www.w3.org/2000/09/xmldsig#",
	 (const char *const[]){"rsa-sha1", "dsa-sha1", "hmac-sha1", NULL}},
	{"http://www.w3.org/2001/04/xmldsig-more#",
	 (const char *const[]){"rsa-md5", "rsa-sha224", "rsa-sha256", "rsa-sha384",
			       "rsa-sha512", "ecdsa-sha1", "ecdsa-sha224", "ecdsa-sha256",
			       "ecdsa-sha384", "ecdsa-sha512", "hmac-sha256", NULL}},
};

static bool
is_known(struct str value)
{
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		struct str head = str_from(families[i].head);

		if (!str_has_prefix(value, head))
			continue;
		for (const char *const *tail = families[i].tails; *tail; tail++)
			if (str_eq_c(str_skip(value, head.len), *tail))
				return true;
	}
	return false;
}

const char *
foreign_uri(struct str value, char *out)
{
	if (str_is_empty(value))
		(void)snprintf(out, FOREIGN_TEXT_MAX, "none");
	else if (is_known(value) && value.len < FOREIGN_TEXT_MAX)
		(void)snprintf(out, FOREIGN_TEXT_MAX, STR_FMT, STR_ARG(value));
	else
		(void)snprintf(out, FOREIGN_TEXT_MAX, "unknown, %zu bytes", value.len);
	return out;
}
