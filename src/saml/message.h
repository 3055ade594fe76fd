/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A SAML message as parsed: hardened, its identifiers distinct, signatures and assertions only
 * where they may stand. What is read from it is not verified; see response.h for that.
 * Source: context-handler contract 2.4 (2), 7.4 (1).
 */
#ifndef SAML_MESSAGE_H
#define SAML_MESSAGE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/time.h"
#include "xml/parse.h"

enum message_kind {
	MESSAGE_RESPONSE = 1,
	MESSAGE_AUTHN_REQUEST,
	MESSAGE_LOGOUT_REQUEST,
	MESSAGE_LOGOUT_RESPONSE,
	MESSAGE_ASSERTION, /* a decrypted or verified one, alone */
	MESSAGE_NAME_ID,   /* decrypted */
};

/* Trees of one call: freed together. */
struct message_trees {
	struct xml_doc *docs[8];
	size_t count;
};

void message_trees_release(struct message_trees *t); /* for AUTO too */

struct message {
	enum message_kind kind;
	struct xml_node *root;
	struct str id, version, issuer, issuer_format, destination, in_response_to;
	instant issue_instant;
	struct xml_node *signature; /* direct child of the root, or NULL */
};

/*
 * Any of the protocol messages; which one it is decides the root.
 * Errors: SAML_MESSAGE; SAML_SIGNATURE for a signature, Response or Assertion at a place where
 * none may stand.
 */
MUST_USE bool message_parse(struct str xml, struct message_trees *t, struct arena *a,
			    struct message *out, struct err *e);
/* One element alone, by the same rules: what was encrypted, or the octets that were signed. */
MUST_USE bool message_parse_part(struct str xml, enum message_kind kind,
				 struct message_trees *t, struct xml_node **out, struct err *e);
/* NCName of 1–256 characters whose first may also be a digit. */
bool message_id_is_valid(struct str id);

#endif
