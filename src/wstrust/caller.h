/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who calls a service, once the token and its holder are proven, whatever the message looked
 * like: the last step from tokens to a struct caller, the same for SOAP and REST.
 * Source: token-service contract 5.5 (20, 24), 6.5.
 */
#ifndef WSTRUST_CALLER_H
#define WSTRUST_CALLER_H

#include "base/arena.h"
#include "base/caller.h"
#include "base/err.h"
#include "trust/trust.h"
#include "wstrust/token.h"

/*
 * May who holds this certificate use tokens at all? Registered or not, a blocked certificate
 * and one of a blocked system open nothing. revocation NULL: lists are not looked at. Errors:
 * CERT_NOT_YET_VALID, CERT_EXPIRED, CERT_BLOCKED, those of anchors_check().
 */
MUST_USE bool holder_check(const struct trust_snapshot *known, struct anchors *revocation,
			   const struct cert *holder, instant now, struct err *e);
/*
 * From a verified token and the registration of its holder's certificate (*system, NULL if it
 * is not registered any more). Before the token's claims are read it has no CVR and no
 * privilege, so it may do nothing. In the arena; what a message adds is for its reader to fill
 * in.
 */
struct caller *token_caller(const struct token *t, const struct cert *holder,
			    const struct trust_snapshot *known, struct arena *a,
			    const struct trust_system **system);
/* The token's privileges as they are now, after decide_still_holds(). */
void caller_narrow(struct caller *c, const struct token *t);

#endif
