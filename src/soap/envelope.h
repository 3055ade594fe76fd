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

/*
 * One kind of wsa header block: node is the first of `count`, NULL if there is none. value is
 * its trimmed text, for endpoint references that of the only Address; absent if malformed.
 */
struct soap_block {
	struct xml_node *node;
	struct str value;
	unsigned count;
};

struct envelope {
	enum soap_version version;
	struct str ns; /* of the envelope */
	struct xml_node *root;
	struct xml_node *header;
	struct xml_node *body;
	struct xml_node *body_child; /* the only child element of Body */
	/* the first wsse:Security for us, or NULL, and how many there are */
	struct xml_node *security;
	unsigned security_count;
	/* message_id.value is not trimmed: it goes back byte for byte */
	struct soap_block action, message_id, to, reply_to, from, fault_to, relates_to;
	struct xml_node *framework; /* sbf:Framework, in either namespace, or NULL */
	struct str framework_version;
	struct str transaction; /* rh:RequestHeader/TransactionUUID; absent if none */
};

/*
 * Take an envelope apart. Order of checks: no comment in Header; namespace and name of the
 * root; children exactly Header, Body, and one element in Body; mustUnderstand. Addressing and
 * security headers are gathered and counted here, and judged by addressing_check() and
 * wstrust/. `out` is set as far as the message could be read even on failure, so that a fault
 * can be addressed.
 * Errors: SOAP_VERSION_MISMATCH, SOAP_STRUCTURE, XML_FORBIDDEN, XML_LIMIT,
 * SOAP_MUST_UNDERSTAND.
 */
MUST_USE bool envelope_read(struct xml_node *root, struct arena *a, struct envelope *out,
			    struct err *e);

/*
 * Is the header block addressed to us (no role, or the ultimate receiver, or next)?
 */
bool envelope_is_for_us(const struct xml_node *block, enum soap_version version,
			struct arena *a);

/*
 * May a message come under this Content-Type? Parameters are read leniently, but for one:
 * everything is UTF-8. It says nothing of the version: the envelope's namespace does.
 */
bool envelope_fits_type(struct str type);

#endif
