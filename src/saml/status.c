/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a failure is called towards a system: SAML status and a fixed Danish sentence, never the
 * IdP's own words. Source: context-handler contract 2.12; resolutions C1, C3.
 */
#include "saml/respond.h"

#define S "urn:oasis:names:tc:SAML:2.0:status:"
#define RESPONDER STR_INIT(S "Responder")
#define REQUESTER STR_INIT(S "Requester")
#define NO_SECOND                                                                              \
	{                                                                                      \
		NULL, 0                                                                        \
	}

static const struct saml_status rows[] = {
	{SAML_REQUEST_UNSUPPORTED, REQUESTER, STR_INIT(S "RequestUnsupported"),
	 "Forespørgslen understøttes ikke"},
	{SAML_NAMEID_POLICY, REQUESTER, STR_INIT(S "InvalidNameIDPolicy"),
	 "Den ønskede form for brugernavn kendes ikke"},
	{SAML_PROXY_COUNT, RESPONDER, STR_INIT(S "ProxyCountExceeded"),
	 "Forespørgslen forbyder at spørge en anden login-løsning"},
	{SAML_PASSIVE, RESPONDER, STR_INIT(S "NoPassive"),
	 "NoAvailableIDP: login kræver, at brugeren bliver spurgt"},
	{SAML_NO_IDP, RESPONDER, STR_INIT(S "NoAvailableIDP"),
	 "Ingen login-løsning kan tilbydes"},
	{SAML_IDP_UNSUPPORTED, RESPONDER, STR_INIT(S "NoSupportedIDP"),
	 "Ingen af de nævnte login-løsninger kendes"},
	{SAML_LEVEL, RESPONDER, STR_INIT(S "NoAuthnContext"),
	 "Det krævede sikringsniveau kunne ikke opnås"},
	{SAML_CANCELLED, RESPONDER, STR_INIT(S "AuthnFailed"), "Brugeren afbrød login"},
	{SAML_DENIED, RESPONDER, STR_INIT(S "RequestDenied"), "Login-løsningen afviste login"},
	{SAML_REFUSED, RESPONDER, STR_INIT(S "AuthnFailed"), "Login-løsningen afviste login"},
	{SAML_AUTHORITY, RESPONDER, STR_INIT(S "RequestDenied"),
	 "Login-løsningen dækker ikke myndigheden"},
	{SAML_ROLES_UNREACHABLE, RESPONDER, STR_INIT(S "AuthnFailed"),
	 "Brugerens roller kunne ikke hentes"},
	{SAML_ROLE_VALUE, RESPONDER, STR_INIT(S "RequestDenied"),
	 "En rolle mangler en dataafgrænsning"},
	{SAML_NO_ROLE, RESPONDER, STR_INIT(S "RequestDenied"),
	 "Brugeren har ingen roller i systemet"},
	{SAML_MESSAGE, RESPONDER, STR_INIT(S "AuthnFailed"),
	 "Login-løsningens svar er ugyldigt"},
	{SAML_SIGNATURE, RESPONDER, STR_INIT(S "AuthnFailed"),
	 "Login-løsningens svar er ugyldigt"},
	{DECRYPT_FAILED, RESPONDER, STR_INIT(S "AuthnFailed"),
	 "Login-løsningens svar er ugyldigt"},
	{SAML_STALE, RESPONDER, STR_INIT(S "AuthnFailed"),
	 "Login-løsningens svar er for gammelt"},
	{SAML_CONDITIONS, RESPONDER, STR_INIT(S "AuthnFailed"),
	 "Login-løsningens svar er ugyldigt"},
	{SAML_ATTRIBUTES, RESPONDER, STR_INIT(S "AuthnFailed"),
	 "Login-løsningens svar er ugyldigt"},
	{PRIVILEGES_MALFORMED, RESPONDER, STR_INIT(S "AuthnFailed"),
	 "Brugerens roller kunne ikke læses"},
	{SAML_REPLAYED, RESPONDER, STR_INIT(S "AuthnFailed"),
	 "Login-løsningens svar er brugt før"},
};

static const struct saml_status other = {INTERNAL, RESPONDER, NO_SECOND, "Teknisk fejl"};

const struct saml_status *
saml_status(enum err_code code)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].code == code)
			return &rows[i];
	return &other;
}
