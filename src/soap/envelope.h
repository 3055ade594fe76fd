/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SOAP 1.1 and 1.2 as data: an envelope taken apart, with nothing in it trusted yet.
 * Source: SOAP 1.1, SOAP 1.2 part 1, WS-Addressing 1.0; token-service contract 1.6 (2–8), 5.5
 * (2–6).
 */
#ifndef SOAP_ENVELOPE_H
#define SOAP_ENVELOPE_H

#include "base/arena.h"
#include "base/err.h"
#include "xml/node.h"

enum soap_version { SOAP_UNKNOWN = 0, SOAP_11, SOAP_12 };

/* One wsa header block: absent when node is NULL. value is trimmed text (address for EPRs). */
struct soap_block {
	struct xml_node *node;
	struct str value;
};

struct envelope {
	enum soap_version version;
	struct str ns; /* of the envelope */
	struct xml_node *root;
	struct xml_node *header;
	struct xml_node *body;
	struct xml_node *body_child; /* the only child element of Body */
	struct xml_node *security;   /* the wsse:Security for us, or NULL */
	struct soap_block action, message_id, to, reply_to, from, fault_to, relates_to;
	struct xml_node *framework; /* sbf:Framework, or NULL */
	struct str transaction;	    /* rh:RequestHeader/TransactionUUID; absent if none */
};

/*
 * Take an envelope apart. Order of checks: envelope namespace; children Header, Body;
 * mustUnderstand; number of Security headers; cardinality and form of addressing headers.
 * `out->version`, `out->message_id` and `out->transaction` are set as far as they could be read
 * even on failure, so that a fault can be addressed.
 * Errors: SOAP_VERSION_MISMATCH, SOAP_STRUCTURE, SOAP_MUST_UNDERSTAND, SECURITY_STRUCTURE,
 * WSA_MISSING, WSA_INVALID, FRAMEWORK_VERSION.
 */
MUST_USE bool envelope_read(const struct xml_node *root, struct arena *a, struct envelope *out,
			    struct err *e);

#endif
