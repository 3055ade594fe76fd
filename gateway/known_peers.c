/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Metadata before it becomes known. Refuses what the bridge would refuse at a login, metadata
 * of another entity, and a key that another system or IdP has, in its metadata or to call
 * services with. What is known already is not judged again, so that applying it once more never
 * fails by itself; its keys count.
 * Source: context-handler contract 1.5 (3-9), 9.4 (X74, X77); administration contract 3.4.
 */
#include "gateway/known_peers.h"

#include <string.h>

#include "saml/metadata.h"

struct claim {
	struct str key; /* digest of the public key */
	size_t peer;
	bool is_of_metadata;
};

struct work {
	const struct known_peers_rules *rules;
	struct apply_peer *peers;
	struct arena *a;
	struct claim *claims;
	size_t count, room;
};

static void
add_claim(struct work *w, struct claim c)
{
	struct claim *grown;

	if (w->count == w->room) {
		w->room = w->room ? w->room * 2 : 64;
		grown = ARENA_NEW_N(w->a, w->room, struct claim);
		if (w->count > 0)
			memcpy(grown, w->claims, w->count * sizeof(*grown));
		w->claims = grown;
	}
	c.key = arena_dup(w->a, c.key);
	w->claims[w->count++] = c;
}

/* Two certificates of two systems were compared before; here one is of metadata. */
static void
claim_key(struct work *w, size_t peer, const struct cert *cert, bool is_of_metadata)
{
	struct claim c = {cert_key_sha256(cert), peer, is_of_metadata};
	struct apply_peer *p = &w->peers[peer];

	for (size_t i = 0; i < w->count; i++) {
		const struct claim *x = &w->claims[i];

		if (!str_eq(x->key, c.key) || x->peer == peer ||
		    (!x->is_of_metadata && !is_of_metadata))
			continue;
		if (!p->is_same)
			buf_printf(&p->findings,
				   "4 certificate " STR_FMT " has the key of " STR_FMT "\n",
				   STR_ARG(cert_thumbprint(cert)),
				   STR_ARG(w->peers[x->peer].name));
		return;
	}
	add_claim(w, c);
}

static void
claim_certificates(struct work *w, size_t peer)
{
	const struct apply_peer *p = &w->peers[peer];

	for (size_t i = 0; i < p->pem_count; i++) {
		AUTO(cert_freep) struct cert *cert = NULL;
		struct err ignored = ERR_INIT;

		/* what cannot be read is told where certificates are looked at */
		if (cert_parse(p->pems[i], &cert, &ignored))
			claim_key(w, peer, cert, false);
	}
}

static void
read_metadata(struct work *w, size_t peer)
{
	struct apply_peer *p = &w->peers[peer];
	struct metadata_rules rules = {
		.role = p->is_idp ? SAML_ROLE_IDP : SAML_ROLE_SYSTEM,
		.is_development = w->rules->is_development,
		.now = w->rules->now,
	};
	struct saml_peer read;
	struct err ignored = ERR_INIT;

	if (!str_is_set(p->xml))
		return;
	if (!metadata_read(p->xml, &rules, w->a, &read, &p->findings, &ignored)) {
		if (p->is_same)
			buf_clear(&p->findings);
		return;
	}
	if (!p->is_same && !str_eq(read.entity_id, p->entity_id))
		buf_add_c(&p->findings, "8 it is another entity's\n");
	for (size_t i = 0; i < read.signing_count; i++)
		claim_key(w, peer, read.signing[i], true);
	if (read.encryption)
		claim_key(w, peer, read.encryption, true);
	saml_peer_release(&read);
}

void
known_peers_check(struct apply_peer *peers, size_t count, struct arena *a, void *arg)
{
	struct work w = {.rules = arg, .peers = peers, .a = a};

	/* whoever was there first keeps its key */
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < count; i++) {
			if (peers[i].is_same != (round == 0))
				continue;
			claim_certificates(&w, i);
			read_metadata(&w, i);
		}
}
