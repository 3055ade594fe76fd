/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one reader of SAML 2.0 assertions; two doors use it (browser: saml/login.c, WS-Trust:
 * wstrust/). It reads structure and refuses what is malformed, doubled or unknown; whether the
 * assertion holds (signature, issuer, time, audience, confirmation) is decided by the door, on
 * what is read here from nodes that a signature covers.
 * Source: SAML core 2; token-service contract 5.5 (8–12, 24); context-handler contract 2.4, 3.
 */
#ifndef SAML_ASSERTION_H
#define SAML_ASSERTION_H

#include "base/arena.h"
#include "base/err.h"
#include "base/time.h"
#include "xml/node.h"

struct assertion_confirmation {
	struct str method, recipient, in_response_to, address;
	bool has_data, has_not_before, has_not_on_or_after;
	bool has_name; /* NameID: another than the subject confirms */
	instant not_before, not_on_or_after;
	struct str certificate; /* DER from KeyInfo/X509Data/X509Certificate; absent if none */
	unsigned certificate_count;
};

struct assertion_attribute {
	struct str name, name_format;
	const struct str *values; /* text of each AttributeValue, trimmed */
	size_t value_count;
};

struct assertion_audience {
	const struct str *audiences; /* of one AudienceRestriction */
	size_t count;
};

struct assertion {
	const struct xml_node *node;
	struct str id, issuer, issuer_format;
	instant issue_instant;
	struct xml_node *signature;  /* direct child ds:Signature, or NULL */
	struct xml_node *name_id;    /* NULL if none */
	struct str name_id_value, name_id_format;
	const struct assertion_confirmation *confirmations;
	size_t confirmation_count;
	bool has_conditions, has_not_before, has_not_on_or_after, has_one_time_use;
	instant not_before, not_on_or_after;
	int proxy_count; /* -1: no ProxyRestriction/@Count */
	const struct assertion_audience *restrictions;
	size_t restriction_count;
	unsigned authn_count; /* AuthnStatements; the fields are those of the first */
	instant authn_instant;
	bool has_session_end;
	instant session_end;
	struct str session_index, class_ref;
	unsigned statement_count; /* AttributeStatements */
	const struct assertion_attribute *attributes;
	size_t attribute_count;
	bool has_encrypted; /* any EncryptedID, EncryptedAttribute, … in it */
};

/* Errors: ASSERTION_MALFORMED. */
MUST_USE bool assertion_read(const struct xml_node *n, struct arena *a, struct assertion **out,
			     struct err *e);
/*
 * The attribute with that name (any NameFormat); NULL if absent. *count = how many bear the
 * name.
 */
const struct assertion_attribute *assertion_attribute(const struct assertion *t,
						      struct str name, size_t *count);
/* Every AudienceRestriction (at least one) names one of the ids, byte for byte. */
bool assertion_is_for(const struct assertion *t, const struct str *ids, size_t count);

#endif
