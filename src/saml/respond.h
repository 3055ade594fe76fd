/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Responses that we write: assertion and status, signed.
 * Source: context-handler contract 2.5, 2.12, 3; SAML core 2, 3.2, 3.3.3.
 */
#ifndef SAML_RESPOND_H
#define SAML_RESPOND_H

#include "base/buf.h"
#include "crypto/signer.h"
#include "saml/nameid.h"
#include "base/time.h"

struct respond_attribute {
	struct str name;
	const struct str *values;
	size_t count;
};

struct respond_order {
	struct str issuer;         /* who answers */
	struct str destination;    /* the assertion consumer service */
	struct str in_response_to; /* absent: not written */
	const struct signer *signer;
	instant now;
	/* success */
	bool sign_response, sign_assertion;
	/* AttributeStatement first, Consent: as AD FS writes it */
	bool is_adfs_shaped;
	const struct cert *encrypt_for; /* NULL: not encrypted */
	struct str recipient, audience;
	struct nameid name;
	struct str session_index, class_ref, authority; /* authority absent: not written */
	instant authn_instant;
	struct str attribute_format;
	const struct respond_attribute *attributes;
	size_t attribute_count;
};

/* Success. *assertion_id is in the arena. Errors: KEY_UNUSABLE, ANSWER_TOO_LARGE. */
MUST_USE bool respond_write(const struct respond_order *o, struct arena *a, struct buf *out,
			    struct str *assertion_id, struct err *e);

/* What a failure is called towards a system. */
struct saml_status {
	enum err_code code;
	struct str top, second; /* second absent: none */
	const char *danish;     /* StatusMessage */
};

const struct saml_status *saml_status(enum err_code code); /* never NULL */
/* A signed Response without assertion; `reference` ends its StatusMessage. */
MUST_USE bool respond_write_error(const struct respond_order *o, enum err_code why,
				  struct str reference, struct arena *a, struct buf *out,
				  struct err *e);

#endif
