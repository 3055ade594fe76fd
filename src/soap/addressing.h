/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cardinality and form of the addressing headers, and of the Liberty framework header.
 * Source: WS-Addressing 1.0 SOAP binding 6.4; token-service contract 1.6 (5), 5.2, 5.5 (6).
 */
#ifndef SOAP_ADDRESSING_H
#define SOAP_ADDRESSING_H

#include "base/err.h"
#include "soap/envelope.h"

/*
 * Exactly one Action and one MessageID (1–512 characters, no white space); at most one of each
 * other header; ReplyTo anonymous; FaultTo anonymous or none; a framework header of version
 * 2.0. Errors: WSA_MISSING, WSA_CARDINALITY, WSA_INVALID, WSA_ANONYMOUS_ONLY,
 * FRAMEWORK_VERSION.
 */
MUST_USE bool addressing_check(const struct envelope *env, struct err *e);

/* The action names an operation; the caller says which one it has found. */
MUST_USE bool addressing_fits(const struct envelope *env, struct str action, bool is_known,
			      struct err *e);

/*
 * To, where it is there and not anonymous, names this path (case and one trailing slash are
 * ignored) at one of these hosts (separated by commas; absent: To is not looked at).
 * Errors: WSA_DESTINATION.
 */
MUST_USE bool addressing_check_to(const struct envelope *env, struct str path, struct str hosts,
				  struct err *e);

#endif
