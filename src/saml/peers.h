/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The peers of the bridge with their metadata read: built whole for each state of what is
 * known, shared by all calls until that changes.
 */
#ifndef SAML_PEERS_H
#define SAML_PEERS_H

#include "saml/metadata.h"
#include "trust/trust.h"

struct peers;    /* the cache; thread-safe */
struct peer_set; /* immutable, counted */

struct peer_system {
	const struct trust_system *system;
	const struct saml_peer *peer;
};

struct peer_idp {
	const struct trust_idp *idp;
	const struct saml_peer *peer;
};

struct peers_rules {
	bool is_development;
	struct anchors *anchors; /* what certificates in metadata must chain to; NULL: any */
	instant now;
};

struct peers *peers_new(void);
void peers_free(struct peers *p);
/* The set for what is known now. Metadata that does not pass is logged and left out. */
const struct peer_set *peers_hold(struct peers *p, struct trust *t,
				  const struct peers_rules *rules);
void peers_release(const struct peer_set *s);

const struct trust_snapshot *peers_known(const struct peer_set *s);
/* NULL: not registered, blocked, outside its validity, or without usable metadata. */
const struct peer_system *peers_system(const struct peer_set *s, struct str entity_id,
				       instant now);
/* NULL: not registered, or without usable metadata. */
const struct peer_idp *peers_idp(const struct peer_set *s, struct str entity_id, instant now);
/* All IdPs with usable metadata. */
const struct trust_idp *const *peers_idps(const struct peer_set *s, instant now,
					  struct arena *a, size_t *count);

#endif
