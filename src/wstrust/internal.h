/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of wstrust/ share with one another and with nobody else. */
#ifndef WSTRUST_INTERNAL_H
#define WSTRUST_INTERNAL_H

#include "wstrust/wsse.h"
#include "xml/sign.h"

#define WSSE_BST_MAX 2

/* The children of wsse:Security, each at its place and in its number. */
struct security {
	struct xml_node *timestamp;
	struct xml_node *signature;
	struct xml_node *assertion; /* services */
	struct xml_node *str;       /* services; NULL: none */
	struct xml_node *bst[WSSE_BST_MAX];
	unsigned bst_count;
};

/* Places that a reference may name (contract 5.4), and nothing else. */
struct id_map {
	struct sign_place *places;
	size_t count;
};

/* Errors: SECURITY_STRUCTURE, TOKEN_TYPE_UNSUPPORTED. */
MUST_USE bool security_read(const struct envelope *env, bool is_service, struct arena *a,
			    struct security *out, struct err *e);
/* The SecurityTokenReference names exactly this assertion, by its ID. */
bool security_str_names(const struct xml_node *str, struct str id, struct arena *a);
/*
 * Collects the places; refuses an id that occurs twice anywhere in the message.
 * Errors: SECURITY_STRUCTURE.
 */
MUST_USE bool id_map_build(const struct envelope *env, const struct security *s,
			   struct arena *a, struct id_map *out, struct err *e);

/*
 * The certificate that KeyInfo names: a BinarySecurityToken of this message, the certificate
 * itself, or a registered one by key identifier, thumbprint, or issuer and serial number. The
 * reference is the caller's. Errors: SIGNATURE_STRUCTURE, KEY_REF_UNAVAILABLE,
 * TOKEN_TYPE_UNSUPPORTED.
 */
MUST_USE bool key_info_cert(const struct security *s, const struct trust_snapshot *known,
			    struct arena *a, struct cert **out, struct err *e);
/*
 * KeyInfo of a call names the token, or a BinarySecurityToken with the holder's certificate.
 * Errors: SIGNATURE_STRUCTURE, KEY_REF_UNAVAILABLE.
 */
MUST_USE bool key_info_names_token(const struct security *s, const struct token *t,
				   struct arena *a, struct err *e);
/* DER in a BinarySecurityToken. Errors: KEY_REF_UNAVAILABLE, TOKEN_TYPE_UNSUPPORTED. */
MUST_USE bool bst_read(const struct xml_node *bst, struct arena *a, struct str *der,
		       struct err *e);
/*
 * After a signature did not verify with the holder's key: does it with another one that is at
 * hand? Then the token is in the wrong hands, which is told apart from a damaged message.
 * Always fails: HOLDER_WRONG or SIGNATURE_WRONG.
 */
bool holder_diagnose(const struct wsse_policy *p, const struct security *s,
		     const struct sign_question *asked, struct arena *a, struct err *e);

#endif
