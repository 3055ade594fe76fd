/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The cache of peers. Parsing happens outside the lock; of two builders at one moment the later
 * result is kept. A peer whose metadata does not pass, whose entityID is not the registered
 * one, or whose entity id another peer has too, is no peer.
 * Source: context-handler contract 1.5.
 */
#include "saml/peers.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "crypto/revocation.h"

/* what makes a certificate unusable in time, such as an authority's silence, is seen then */
#define SET_LIFE HOURS(1)

struct peer_set {
	atomic_uint holders;
	const struct trust_snapshot *known;
	struct anchors *anchors; /* it was judged by */
	uint64_t judged;         /* their generation */
	instant until;
	struct arena *a;
	struct saml_peer *metadata; /* all, to be released */
	size_t metadata_count;
	struct peer_system *systems;
	size_t system_count;
	struct peer_idp *idps;
	size_t idp_count;
};

struct peers {
	pthread_mutex_t lock;
	struct peer_set *current;
};

struct peers *
peers_new(void)
{
	struct peers *p = MEM_NEW(struct peers);

	pthread_mutex_init(&p->lock, NULL);
	return p;
}

static void
set_drop(struct peer_set *s)
{
	if (!s || atomic_fetch_sub(&s->holders, 1) > 1)
		return;
	for (size_t i = 0; i < s->metadata_count; i++)
		saml_peer_release(&s->metadata[i]);
	if (s->anchors)
		anchors_free(s->anchors);
	trust_release(s->known);
	arena_free(s->a);
	mem_free(s);
}

void
peers_free(struct peers *p)
{
	if (!p)
		return;
	set_drop(p->current);
	pthread_mutex_destroy(&p->lock);
	mem_free(p);
}

static void
log_findings(struct str entity_id, const struct buf *findings)
{
	struct str line, rest = buf_str(findings);
	bool more = rest.len > 0;

	while (more) {
		more = str_cut(rest, '\n', &line, &rest);
		if (line.len > 0)
			LOG(LOG_LEVEL_WARNING, "peer.refused", LF("entity", entity_id),
			    LF("finding", line));
	}
}

static const struct saml_peer *
read_peer(const struct peers_rules *r, struct peer_set *s, enum saml_role role,
	  struct str entity_id, struct str xml)
{
	struct metadata_rules rules = {.role = role,
				       .is_development = r->is_development,
				       .is_known = true,
				       .anchors = r->anchors,
				       .now = r->now};
	AUTO(buf_release) struct buf findings = BUF_INIT(64UL * 1024);
	struct saml_peer *peer = &s->metadata[s->metadata_count];
	struct err e = ERR_INIT;

	if (!metadata_read(xml, &rules, s->a, peer, &findings, &e)) {
		log_findings(entity_id, &findings);
		return NULL;
	}
	s->metadata_count++;
	if (!str_eq(peer->entity_id, entity_id)) {
		LOG(LOG_LEVEL_WARNING, "peer.refused", LF("entity", entity_id),
		    LF("finding", STR("8 the metadata is another entity's")));
		return NULL;
	}
	return peer;
}

static void
add_systems(const struct peers_rules *r, struct peer_set *s)
{
	size_t n = trust_system_count(s->known);

	s->systems = ARENA_NEW_N(s->a, n + 1, struct peer_system);
	for (size_t i = 0; i < n; i++) {
		const struct trust_system *sys = trust_system_at(s->known, i);
		const struct saml_peer *peer;

		if (str_is_empty(sys->entity_id) || str_is_empty(sys->metadata_xml))
			continue;
		/* [contract 1.5-8] one entity id, one peer */
		if (trust_idp(s->known, sys->entity_id)) {
			LOG(LOG_LEVEL_WARNING, "peer.refused", LF("entity", sys->entity_id),
			    LF("finding", STR("8 the entity id is an IdP's too")));
			continue;
		}
		peer = read_peer(r, s, SAML_ROLE_SYSTEM, sys->entity_id, sys->metadata_xml);
		if (peer)
			s->systems[s->system_count++] =
				(struct peer_system){.system = sys, .peer = peer};
	}
}

static void
add_idps(const struct peers_rules *r, struct peer_set *s)
{
	size_t n = trust_idp_count(s->known);

	s->idps = ARENA_NEW_N(s->a, n + 1, struct peer_idp);
	for (size_t i = 0; i < n; i++) {
		const struct trust_idp *idp = trust_idp_at(s->known, i);
		const struct saml_peer *peer;

		if (trust_system_by_entity(s->known, idp->entity_id)) {
			LOG(LOG_LEVEL_WARNING, "peer.refused", LF("entity", idp->entity_id),
			    LF("finding", STR("8 the entity id is a system's too")));
			continue;
		}
		peer = read_peer(r, s, SAML_ROLE_IDP, idp->entity_id, idp->metadata_xml);
		if (!peer)
			continue;
		s->idps[s->idp_count++] = (struct peer_idp){.idp = idp, .peer = peer};
	}
}

/* Takes the snapshot. */
static struct peer_set *
build(const struct peers_rules *r, const struct trust_snapshot *known)
{
	struct peer_set *s = MEM_NEW(struct peer_set);

	atomic_init(&s->holders, 1);
	s->known = known;
	s->anchors = r->anchors ? anchors_hold(r->anchors) : NULL;
	/* before anything is judged: what is learnt meanwhile makes another set */
	s->judged = r->anchors ? anchors_generation(r->anchors) : 0;
	s->until = instant_add(r->now, SET_LIFE);
	s->a = arena_new();
	s->metadata = ARENA_NEW_N(s->a, trust_system_count(known) + trust_idp_count(known) + 1,
				  struct saml_peer);
	add_systems(r, s);
	add_idps(r, s);
	return s;
}

/* The current set, one holder more, if it was built from the same. */
static struct peer_set *
take_current(struct peers *p, uint64_t generation, const struct peers_rules *r)
{
	struct peer_set *s = NULL;

	pthread_mutex_lock(&p->lock);
	if (p->current && trust_generation(p->current->known) == generation &&
	    p->current->anchors == r->anchors && r->now < p->current->until &&
	    p->current->judged == (r->anchors ? anchors_generation(r->anchors) : 0)) {
		s = p->current;
		atomic_fetch_add(&s->holders, 1);
	}
	pthread_mutex_unlock(&p->lock);
	return s;
}

const struct peer_set *
peers_hold(struct peers *p, struct trust *t, const struct peers_rules *rules)
{
	const struct trust_snapshot *known = trust_hold(t);
	struct peer_set *s = take_current(p, trust_generation(known), rules), *old;

	if (s) {
		trust_release(known);
		return s;
	}
	s = build(rules, known);
	atomic_fetch_add(&s->holders, 1);
	pthread_mutex_lock(&p->lock);
	old = p->current;
	p->current = s;
	pthread_mutex_unlock(&p->lock);
	set_drop(old);
	return s;
}

void
peers_release(const struct peer_set *s)
{
	union {
		const struct peer_set *shared;
		struct peer_set *own;
	} u = {.shared = s};

	set_drop(u.own);
}

const struct trust_snapshot *
peers_known(const struct peer_set *s)
{
	return s->known;
}

const struct peer_system *
peers_system(const struct peer_set *s, struct str entity_id, instant now)
{
	for (size_t i = 0; i < s->system_count; i++) {
		const struct peer_system *ps = &s->systems[i];

		if (!str_eq(ps->peer->entity_id, entity_id))
			continue;
		if (ps->system->is_blocked || !validity_holds(ps->system->valid, now) ||
		    now >= ps->peer->valid_until)
			return NULL;
		return ps;
	}
	return NULL;
}

const struct peer_idp *
peers_idp(const struct peer_set *s, struct str entity_id, instant now)
{
	for (size_t i = 0; i < s->idp_count; i++)
		if (str_eq(s->idps[i].peer->entity_id, entity_id))
			return now < s->idps[i].peer->valid_until ? &s->idps[i] : NULL;
	return NULL;
}

const struct trust_idp *const *
peers_idps(const struct peer_set *s, instant now, struct arena *a, size_t *count)
{
	const struct trust_idp **list =
		arena_alloc_n(a, s->idp_count + 1, sizeof(const struct trust_idp *));

	*count = 0;
	for (size_t i = 0; i < s->idp_count; i++)
		if (now < s->idps[i].peer->valid_until)
			list[(*count)++] = s->idps[i].idp;
	return list;
}
