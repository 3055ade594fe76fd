/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Metadata: what the bridge reads of its peers, and what it publishes of itself.
 * Source: SAML metadata 2; context-handler contract 1.4, 1.5; resolutions C6, C13, C15.
 */
#ifndef SAML_METADATA_H
#define SAML_METADATA_H

#include "base/buf.h"
#include "crypto/certs.h"
#include "saml/hub.h"

enum saml_binding {
	SAML_BINDING_OTHER = 0,
	SAML_BINDING_REDIRECT,
	SAML_BINDING_POST,
	SAML_BINDING_SOAP,
	SAML_BINDING_ARTIFACT,
};

struct saml_endpoint {
	enum saml_binding binding;
	struct str location, response_location; /* the latter absent: the same */
	int index;
	bool is_default;
};

struct saml_endpoints {
	const struct saml_endpoint *items;
	size_t count;
};

/* Encryption methods that a peer lists; bits. */
enum saml_enc {
	SAML_ENC_AES256_GCM = 1,
	SAML_ENC_AES128_GCM = 2,
	SAML_ENC_AES256_CBC = 4,
	SAML_ENC_AES128_CBC = 8,
	SAML_ENC_OAEP_SHA256 = 16,
	SAML_ENC_OAEP_SHA1 = 32,
};

enum saml_role { SAML_ROLE_SYSTEM = 1, SAML_ROLE_IDP };

struct saml_peer {
	enum saml_role role;
	struct str entity_id;
	struct saml_endpoints acs, sso, slo;
	struct cert *signing[8]; /* LIMIT_PEER_KEYS; owned */
	size_t signing_count;
	struct cert *encryption; /* owned; NULL if none */
	unsigned enc_methods;
	bool wants_signed_requests, signs_requests, wants_signed_assertions;
	instant valid_until; /* the earliest of the document and the role; INSTANT_MAX: none */
};

struct metadata_rules {
	enum saml_role role;
	/* fetched without an administrator's confirmation: unsigned is refused */
	bool must_be_signed;
	bool is_development; /* http allowed, any issuer */
	/* confirmed before: a key that has expired since, or been revoked, is left out, and so
	 * is what one would be told of it; the period is the user's to heed */
	bool is_known;
	struct anchors *anchors; /* NULL: any issuer */
	instant now;
};

/*
 * Reads and checks one EntityDescriptor. Every finding is a line in `findings`, beginning with
 * the number of its class (1–9 of the contract); one is enough to fail.
 *
 * out   strings in the arena, certificates owned: saml_peer_release
 * Errors: METADATA_INVALID.
 */
MUST_USE bool metadata_read(struct str xml, const struct metadata_rules *rules, struct arena *a,
			    struct saml_peer *out, struct buf *findings, struct err *e);
void saml_peer_release(struct saml_peer *p);

/*
 * The certificates of one side of a document, whatever else is wrong with it: for lists. Each
 * is the caller's to free. metadata_keys.c
 */
struct metadata_cert {
	struct cert *cert;
	bool is_encryption;
};

size_t metadata_certs(struct str xml, enum saml_role role, struct arena *a,
		      struct metadata_cert *out, size_t room);

/* First endpoint with that binding; NULL if none. */
const struct saml_endpoint *saml_endpoint_for(const struct saml_endpoints *list,
					      enum saml_binding binding);

/* The document of one role, signed, as it is served. Errors: KEY_UNUSABLE. */
MUST_USE bool metadata_publish(const struct saml_hub *hub, enum saml_role as, struct arena *a,
			       struct buf *out, struct err *e);

/* A small peer's document (the built-in system, the development IdP), signed. */
struct metadata_small {
	enum saml_role role;
	struct str entity_id, location, organisation;
	const struct signer *signer;
};

MUST_USE bool metadata_publish_small(const struct metadata_small *m, struct arena *a,
				     struct buf *out, struct err *e);

#endif
