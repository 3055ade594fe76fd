/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The request for a security token, read from a Body that a signature covers.
 * Source: WS-Trust 1.3, 3.1; token-service contract 1.4.
 */
#ifndef WSTRUST_RST_H
#define WSTRUST_RST_H

#include "base/arena.h"
#include "base/err.h"
#include "base/time.h"
#include "crypto/certs.h"
#include "xml/node.h"

struct rst {
	struct str context;    /* echoed; absent if none */
	struct str applies_to; /* as sent, trimmed */
	struct str cvr;        /* of the only CVR claim; absent: none, several, or no CVR */
	bool has_expires;
	instant expires;
	/* UseKey: a certificate (DER), or an RSA key; absent: none */
	struct str use_cert, use_modulus, use_exponent;
	bool has_use_key;
	/* as they stand, for on_behalf_read(); NULL: none */
	const struct xml_node *on_behalf_of, *act_as;
	/* what the interfaces without an envelope have instead; absent, NULL: none */
	struct str behalf_cert;       /* DER */
	struct str behalf_thumbprint; /* hex of a registered certificate's SHA-1 */
	struct xml_node *behalf_token;
};

/*
 * Elements in any order, unknown ones ignored, known ones at most once. Errors: RST_MALFORMED,
 * RST_UNSUPPORTED (another request, token or key type).
 */
MUST_USE bool rst_read(const struct xml_node *n, struct arena *a, struct rst *out,
		       struct err *e);
/*
 * What AppliesTo names, for the record of a refusal and nothing else: of a request of any
 * shape, unchecked and as long as it is. Absent: nothing.
 */
struct str rst_asked(const struct xml_node *n, struct arena *a);
/* Somebody else is named, in whatever way. */
bool rst_has_behalf(const struct rst *r);
/* UseKey, if there is one, names the certificate that signed the message. */
bool rst_uses_key_of(const struct rst *r, const struct cert *signer);

#endif
