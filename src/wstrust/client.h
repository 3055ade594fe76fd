/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The other side: asks for a token and calls a service, in the message shape of the library
 * that most public clients are built on; and checks what comes back as they do. For the command
 * line, the demo and tests; it opens no connection.
 * Source: token-service contract 1.4, 1.5, 1.8, 5.2, 5.3, 5.8.
 */
#ifndef WSTRUST_CLIENT_H
#define WSTRUST_CLIENT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/time.h"
#include "crypto/certs.h"
#include "crypto/signer.h"
#include "soap/envelope.h"

struct client {
	enum soap_version version;
	const struct signer *signer; /* the it-system's key */
	instant now;
	struct arena *a;
};

struct client_request {
	struct str to;
	struct str applies_to;
	struct str cvr;
	int64_t life_s; /* 0: none asked for */
	/* on behalf of: another system's certificate, or a token (canonical); neither: nobody
	 */
	const struct cert *behalf_cert;
	struct str behalf_token;
};

struct client_token {
	struct str id;
	struct str xml; /* the assertion, canonical */
	instant expires;
};

struct client_call {
	struct str to;
	struct str action;
	struct str transaction; /* absent: a new one */
	const struct client_token *token;
	struct str body; /* canonical bytes of Body's child */
	bool has_reply_to, has_framework;
};

/* What came back: the body, or a fault with its code and reason. */
struct client_answer {
	bool is_fault;
	struct str code;  /* innermost code: "5015", "InvalidSecurity" */
	struct str outer; /* outermost code: "5015", "Sender" */
	struct str reason;
	struct str body; /* canonical bytes of Body's child */
};

/* message_id: of what was written; answers must relate to it. */
MUST_USE bool client_request_write(const struct client *c, const struct client_request *r,
				   struct buf *out, struct str *message_id, struct err *e);
MUST_USE bool client_call_write(const struct client *c, const struct client_call *call,
				struct buf *out, struct str *message_id, struct err *e);

/*
 * Takes an answer apart. Anything but a fault must be signed by that certificate: Body,
 * RelatesTo, Timestamp, Action and MessageID where they stand, and relate to our message.
 * Errors: XML_*, SOAP_*, those of sign_verify(), MESSAGE_NOT_COVERED, MESSAGE_EXPIRED,
 * ANSWER_UNRELATED.
 */
MUST_USE bool client_answer_read(const struct client *c, struct str bytes,
				 const struct cert *signer, struct str message_id,
				 struct client_answer *out, struct err *e);
/* The token in an answer's body, its own signature checked. Errors: TOKEN_INVALID. */
MUST_USE bool client_token_read(const struct client *c, const struct client_answer *answer,
				const struct cert *sts, struct client_token *out,
				struct err *e);

/* The same of an assertion that came by another way. */
MUST_USE bool client_assertion_read(const struct client *c, struct str xml,
				    const struct cert *sts, struct client_token *out,
				    struct err *e);
/* A document as we would write it, to be pasted into a message. Errors: XML_*. */
MUST_USE bool client_canonical(const struct client *c, struct str xml, struct str *out,
			       struct err *e);

#endif
