/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What goes back: token responses, answers of services, faults. Business faults are signed,
 * all others are not: clients read a typed fault only if it is signed, and expect security
 * faults bare.
 * Source: token-service contract 1.7, 4.2, 4.3, 5.8, 5.9; organisation contract 1.8.
 */
#ifndef WSTRUST_ANSWER_H
#define WSTRUST_ANSWER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "crypto/signer.h"
#include "soap/envelope.h"
#include "soap/fault.h"
#include "wstrust/compose.h"
#include "wstrust/issue.h"

struct answer {
	bool is_service; /* false: the token service */
	/* the request, as far as it could be read; version unknown: SOAP 1.2 */
	const struct envelope *env;
	const struct signer *signer; /* of the token service or of the service */
	struct str request_id;
	instant now;
	struct arena *a;
};

/* The media type of answers in that version. */
struct str answer_type(enum soap_version version);

/* A token response. Errors: KEY_UNUSABLE, ANSWER_TOO_LARGE. */
MUST_USE bool answer_token(const struct answer *an, const struct rst *rst,
			   const struct issued *t, struct buf *out, struct err *e);

/*
 * A service's answer, in two steps: the handler writes its output element to the writer of
 * answer_begin(), then answer_send(). action is that of the response.
 */
struct xml_out *answer_begin(const struct answer *an, struct compose *m);
MUST_USE bool answer_send(const struct answer *an, struct compose *m, struct xml_out *body,
			  struct str action, struct buf *out, struct err *e);

/*
 * A fault. One that cannot be signed is told as a failure of ours, unsigned: it never fails,
 * and `out` holds nothing but the fault.
 */
void answer_fault(const struct answer *an, const struct fault *f, struct buf *out);

#endif
