/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who calls, as proven. Only saml/ and wstrust/ fill it in; registries only read it.
 * Everything points into the request's arena.
 */
#ifndef BASE_CALLER_H
#define BASE_CALLER_H

#include <stdint.h>
#include "base/once.h"
#include "base/str.h"
#include "base/time.h"

struct constraint {
	struct str name; /* URI of the dataafgrænsningstype */
	struct str value;
};

/* One PrivilegeGroup: the roles in it hold for the data of scope_cvr, under all constraints. */
struct privilege {
	struct str scope_cvr; /* 8 digits */
	const struct str *roles;
	size_t role_count;
	const struct constraint *constraints;
	size_t constraint_count;
};

struct caller {
	struct str cvr;		 /* anvenderkontekst, 8 digits */
	struct str subject;	 /* NameID of the token */
	/* id of the registered it-system; absent when only the token is known */
	struct str system;
	struct str token_id;	 /* Assertion ID */
	struct str service;	 /* what the token was issued for: its audience */
	uint8_t holder[32];	 /* SHA-256 of the holder's certificate (DER) */
	int assurance;		 /* level 1–4 of the token */
	const struct privilege *privileges;
	size_t privilege_count;
	struct str message_id;	 /* wsa:MessageID; absent on channels without one */
	struct str transaction;	 /* RequestHeader/TransactionUUID, unsigned: for logs only */
	struct str request_id;	 /* ours, for logs and error texts */
	/*
	 * Replay keys claimed in memory; they become durable in the transaction of the audit
	 * record.
	 */
	const struct once_key *claims;
	size_t claim_count;
	instant claims_until;
};

#endif
