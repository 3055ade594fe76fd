/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Token requests that are no SOAP message, and their answers: JSON for a SAML token, OAuth
 * parameters for a JWT, a form for the exchange of the one for the other. Reading and writing
 * only; who asks was proven by TLS, and what he may is decided elsewhere.
 * Source: token-service contract 6.1, 6.2, 6.4; RFC 6749 4.4, 5; RFC 8259.
 */
#ifndef WSTRUST_REST_H
#define WSTRUST_REST_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "wstrust/issue.h"
#include "wstrust/rst.h"

struct rest_request {
	struct rst rst;
	/* OnBehalfOf held an assertion: its XML, for the caller to parse; absent: it did not */
	struct str behalf_xml;
};

/*
 * What AppliesTo or entityid names is in *out even if the rest of a request is refused,
 * unchecked, for the record of that.
 *
 * {"AppliesTo":…,"Anvenderkontekst":{"Cvr":…},…}. Names in any case, unknown ones ignored, none
 * twice. A CVR that is not eight digits is left out, as by rst_read().
 * Errors: RST_MALFORMED, RST_UNSUPPORTED.
 */
MUST_USE bool rest_request_read(struct str json, struct arena *a, struct rest_request *out,
				struct err *e);
/* Exactly the members that clients know. */
void rest_answer_write(const struct rst *rst, const struct issued *t, struct buf *out);

/* How the parameters of a body are written. */
enum rest_form { REST_FORM_NONE, REST_FORM_URLENCODED, REST_FORM_JSON };

/* An OAuth request, as far as it could be read. */
struct oauth_request {
	struct str client_id;
	struct rst rst; /* applies_to, cvr, behalf_thumbprint */
};

/*
 * client_id, grant_type and scope, out of the query and the body; the body's count where both
 * have one. scope: entityid:ID,anvenderkontekst:CVR[,onbehalfof:THUMBPRINT].
 * Errors: OAUTH_REQUEST, OAUTH_GRANT, OAUTH_SCOPE.
 */
MUST_USE bool oauth_request_read(struct str query, enum rest_form form, struct str body,
				 struct arena *a, struct oauth_request *out, struct err *e);

struct exchange_request {
	struct str saml; /* XML */
	int64_t life_s;  /* asked for; 0: not */
};

/* saml-token and should-expire-in of a form. Errors: OAUTH_REQUEST. */
MUST_USE bool exchange_request_read(struct str body, struct arena *a,
				    struct exchange_request *out, struct err *e);
/* {"access_token":…,"token_type":"Holder-of-key","expires_in":…} */
void oauth_answer_write(struct str token, int64_t life_s, struct buf *out);

/* What a failure is called there: HTTP status and the contract's number, or OAuth's word. */
struct rest_error {
	int status;
	int number;
	const char
		*word; /* "invalid_request", …; NULL: a failure of ours, told as JSON error */
};

struct rest_error rest_error_of(enum err_code code);
/* … at the exchange, in the words of RFC 6750. */
struct rest_error exchange_error_of(enum err_code code);
/* … and by a service, of a call with an access token: word NULL where none fits. */
struct rest_error call_error_of(enum err_code code);
/* {"code":…,"message":…} */
void rest_error_write(int number, struct str message, struct buf *out);
/* {"error":…,"error_description":…} */
void oauth_error_write(const char *word, struct str description, struct buf *out);

#endif
