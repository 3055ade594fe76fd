/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * XML signatures, the one verifier and the one maker. Verification resolves references only to
 * places that the caller lists, takes the key that the caller chose, accepts only algorithms of
 * crypto/algs.h and the transforms exclusive c14n, enveloped-signature (where asked for) and
 * STR-Transform (where asked for). KeyInfo is never followed.
 * Source: XML Signature; WS-Security 1.0 (STR-Transform); token-service contract 5.4–5.6;
 * context-handler contract 7.4.
 */
#ifndef XML_SIGN_H
#define XML_SIGN_H

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "crypto/certs.h"
#include "crypto/proven.h"
#include "crypto/signer.h"
#include "xml/node.h"
#include "xml/write.h"

/* A place a reference may name: "#id" -> node. A place without an id cannot be named. */
struct sign_place {
	struct str id;
	struct xml_node *node; /* what is digested with plain exclusive c14n */
	/*
	 * for a SecurityTokenReference: the token it names (checked here again), digested
	 * under STR-Transform
	 */
	struct xml_node *str_token;
};

struct sign_question {
	struct xml_node *signature; /* ds:Signature element */
	const struct sign_place *places;
	size_t place_count;
	/* verified with this certificate's public key, and no other */
	const struct cert *key;
	/*
	 * where a value that was found to be the key's before may be known; NULL: nowhere. What
	 * is signed is digested and compared all the same
	 */
	struct proven *proven;
	/*
	 * exactly one reference, to the only place, which is the signature's parent; transforms
	 * enveloped + exc-c14n in this order
	 */
	bool enveloped;
	/* also return the exact octets that were digested (enveloped form only) */
	bool want_octets;
};

enum sign_form { SIGN_FORM_PLAIN = 1, SIGN_FORM_STR };

struct sign_ref {
	const struct sign_place *place;
	enum sign_form form;
};

struct sign_answer {
	struct sign_ref refs[LIMIT_SIGNATURE_REFS];
	size_t ref_count;
	struct str octets; /* canonical octets of the only reference, if wanted */
	struct str value;  /* SignatureValue, decoded: for replay keys */
};

/*
 * Structure first (SignedInfo, SignatureValue, KeyInfo in order, each once, though an enveloped
 * signature may lack KeyInfo; no Object, no comment), then algorithms and transforms, then the
 * value with the key, then each reference. Everything holds, or nothing. An id that occurs
 * twice among the places is a refusal, and so is a part that is referenced twice in the same
 * form. Errors: SIGNATURE_STRUCTURE, ALGORITHM_REFUSED, SIGNATURE_WRONG (value), DIGEST_WRONG,
 * REFERENCE_UNRESOLVED, XML_LIMIT.
 */
MUST_USE bool sign_verify(const struct sign_question *q, struct arena *a,
			  struct sign_answer *out, struct err *e);

/*
 * The shape of a message's signature alone, element by element, before anybody asks for a key:
 * for callers with a check of their own between that and the rest. Errors: SIGNATURE_STRUCTURE.
 */
MUST_USE bool sign_check_shape(struct xml_node *signature, struct err *e);

/* A part to be signed: canonical bytes as xml/write.h made them. */
struct sign_part {
	struct str id;
	struct str canonical;
};

/* How KeyInfo is written. */
enum sign_keyinfo {
	SIGN_KEYINFO_X509 = 1, /* X509Data/X509Certificate */
	SIGN_KEYINFO_SKI,      /* SecurityTokenReference/KeyIdentifier, SubjectKeyIdentifier */
	/* SecurityTokenReference/Reference to a BinarySecurityToken: key_id */
	SIGN_KEYINFO_BST,
	/* SecurityTokenReference/KeyIdentifier, SAML assertion id: key_id */
	SIGN_KEYINFO_SAMLID,
};

struct sign_order {
	const struct sign_part *parts;
	size_t part_count;
	bool enveloped; /* one part; transforms enveloped + exc-c14n */
	/*
	 * or NULL: one more reference, by STR-Transform: id of the STR, canonical bytes of the
	 * token
	 */
	const struct sign_part *str_part;
	enum sign_keyinfo keyinfo;
	struct str key_id;
	const struct signer *signer;
};

/*
 * Writes a ds:Signature (default namespace, canonical) at the writer's place.
 * Errors: KEY_UNUSABLE, ANSWER_TOO_LARGE.
 */
MUST_USE bool sign_write(const struct sign_order *order, struct arena *a, struct xml_out *o,
			 struct err *e);

#endif
