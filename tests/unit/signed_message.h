/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For tests: a SOAP message as the contract has it, with an assertion signed by the token
 * service inside and a message signature over it, made by the code under test; and its places.
 */
#ifndef UNIT_SIGNED_MESSAGE_H
#define UNIT_SIGNED_MESSAGE_H

#include "base/arena.h"
#include "xml/parse.h"
#include "xml/sign.h"

#define MESSAGE_ISSUER "platform/adgangsstyring"
#define MESSAGE_HOLDER "systems/KY"
/* in document order */
enum message_signature { SIGNED_ASSERTION = 0, SIGNED_MESSAGE = 1 };

/* parts beyond Body, Action, MessageID, Timestamp and the token by STR-Transform: none or more
 */
struct str message_build(const struct signer *issuer, const struct signer *holder,
			 enum sign_keyinfo keyinfo, unsigned more_parts, struct arena *a);

struct message {
	struct xml_doc *doc;
	struct xml_node *signature[2]; /* by enum message_signature; NULL: not there */
	struct xml_node *assertion;
	struct sign_place place[64];
	size_t place_count;
};

/* false: not well-formed, or not of that shape */
bool message_open(struct str text, struct message *m, struct arena *a);
void message_close(struct message *m);
bool message_verify(const struct message *m, enum message_signature which,
		    const struct cert *key, struct arena *a, struct sign_answer *answer,
		    struct err *e);

#endif
