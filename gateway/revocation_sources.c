/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whom to ask about which certificate: gathered from the certificates of known systems, the
 * metadata of systems and IdPs, and the authorities between them and an anchor. An address is
 * taken only from a certificate that chains to an anchor, so that nobody but an authority we
 * trust can make us ask somewhere.
 * Source: RFC 5280, 4.2.1.13, 4.2.2.1.
 */
#include "gateway/revocation_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "crypto/digest.h"
#include "saml/metadata.h"

#define BUCKET_REVOKED "cert_revoked"

struct gather {
	const struct platform *p;
	struct arena *a;
	instant now;
	bool wants_lists, wants_answers, is_over;
	struct source **items;
	size_t count, room;
};

const char *
source_state_name(enum source_state s)
{
	static const char *const names[] = {"missing", "stale", "fresh"};

	return names[s];
}

void
source_free(struct source *s)
{
	if (s == NULL)
		return;
	cert_free(s->cert);
	cert_free(s->issuer);
	for (size_t i = 0; i < SOURCE_LISTS; i++)
		revlist_free(s->lists[i]);
	mem_free(s->url);
	mem_free(s);
}

static int
by_key(const void *x, const void *y)
{
	const struct source *const *a = x, *const *b = y;

	return memcmp((*a)->key, (*b)->key, 32);
}

static void
make_key(struct source *s)
{
	AUTO(buf_release) struct buf b = BUF_INIT(LIMIT_URI_CHARS + LIMIT_CERT_BYTES);

	buf_add_c(&b, s->is_list ? "list " : "answer ");
	buf_add_c(&b, s->url);
	if (s->cert)
		buf_add(&b, cert_sha256(s->cert));
	buf_add(&b, cert_key_sha256(s->issuer));
	if (s->is_list)
		buf_add(&b, cert_subject_net(s->issuer));
	digest_sha256(buf_str(&b), s->key);
}

/* Without a certificate: a list of this issuer. */
static void
add(struct gather *g, struct str url, const struct cert *cert, const struct cert *issuer)
{
	struct source *s;

	if (g->count == LIMIT_REVOCATION_SOURCES) {
		g->is_over = true;
		return;
	}
	s = MEM_NEW(struct source);
	s->is_list = cert == NULL;
	s->url = mem_dup_c(url);
	s->told = SOURCE_FRESH;
	s->cert = cert ? cert_hold(cert) : NULL;
	s->issuer = cert_hold(issuer);
	make_key(s);
	if (!fetch_host(s->url, s->host)) {
		source_free(s);
		return;
	}
	if (g->count == g->room) {
		g->room = g->room ? g->room * 2 : 64;
		g->items = mem_resize(g->items, g->room * sizeof(struct source *));
	}
	g->items[g->count++] = s;
}

static void
add_one(struct gather *g, const struct cert *c, const struct cert *issuer)
{
	struct revocation_urls urls;

	cert_revocation_urls(c, g->a, &urls);
	for (size_t i = 0; g->wants_lists && i < urls.list_count; i++)
		add(g, urls.lists[i], NULL, issuer);
	if (g->wants_answers && str_is_set(urls.responder))
		add(g, urls.responder, c, issuer);
}

/* A certificate and the authorities above it, but for the anchor: nobody answers for that. */
static void
add_chain(struct gather *g, const struct cert *c)
{
	struct cert *up[LIMIT_CHAIN];
	struct err ignored = ERR_INIT;
	size_t count;

	if (cert_not_after(c) <= g->now ||
	    !anchors_issuers(g->p->anchors, c, g->now, up, &count, &ignored))
		return;
	for (size_t i = 0; i < count; i++)
		add_one(g, i == 0 ? c : up[i - 1], up[i]);
	for (size_t i = 0; i < count; i++)
		cert_free(up[i]);
}

static void
add_metadata(struct gather *g, enum saml_role role, struct str xml)
{
	struct metadata_cert found[2 * LIMIT_PEER_KEYS];
	size_t count;

	if (!str_is_set(xml))
		return;
	count = metadata_certs(xml, role, g->a, found, ARRAY_LEN(found));
	for (size_t i = 0; i < count; i++) {
		add_chain(g, found[i].cert);
		cert_free(found[i].cert);
	}
}

static void
add_all(struct gather *g, const struct trust_snapshot *known)
{
	for (size_t i = 0; i < trust_system_count(known); i++) {
		const struct trust_system *s = trust_system_at(known, i);

		for (size_t j = 0; j < s->cert_count; j++)
			if (!s->certs[j].is_blocked)
				add_chain(g, s->certs[j].cert);
		add_metadata(g, SAML_ROLE_SYSTEM, s->metadata_xml);
	}
	for (size_t i = 0; i < trust_idp_count(known); i++)
		add_metadata(g, SAML_ROLE_IDP, trust_idp_at(known, i)->metadata_xml);
}

/* Orders by key; of two of the same one goes. */
static void
make_unique(struct gather *g)
{
	size_t kept = 0;

	if (g->count == 0)
		return;
	qsort(g->items, g->count, sizeof(struct source *), by_key);
	for (size_t i = 1; i < g->count; i++) {
		if (memcmp(g->items[kept]->key, g->items[i]->key, 32) == 0)
			source_free(g->items[i]);
		else
			g->items[++kept] = g->items[i];
	}
	g->count = kept + 1;
}

static struct source **
find(struct source **sources, size_t count, struct source *const *wanted)
{
	return count > 0 ? bsearch(wanted, sources, count, sizeof(struct source *), by_key)
			 : NULL;
}

/* What the store has of new sources of one kind. */
static bool
restore(struct revocation *r, struct gather *g, bool lists, struct err *e)
{
	for (size_t i = 0; i < g->count; i++)
		if (g->items[i]->is_list == lists &&
		    find(r->sources, r->count, &g->items[i]) == NULL &&
		    !revocation_restore(r, g->p, g->items[i], e))
			return false;
	return true;
}

/*
 * What was there already stays, with what it holds; what is new is looked up in the store.
 * Lists first, and they are in force before an answer is looked at: who gave it may be on one.
 */
static bool
merge(struct revocation *r, struct gather *g, struct err *e)
{
	struct source **old = r->sources;
	size_t old_count = r->count;

	if (!restore(r, g, true, e))
		return false;
	revocation_teach_with(r, g->p, g->items, g->count);
	if (!restore(r, g, false, e))
		return false;
	pthread_mutex_lock(&r->lock);
	for (size_t i = 0; i < g->count; i++) {
		struct source **was = find(old, old_count, &g->items[i]);

		if (was != NULL) {
			struct source *fresh = g->items[i];

			g->items[i] = *was;
			*was = fresh; /* to be freed below */
		}
	}
	r->sources = g->items;
	r->count = g->count;
	r->is_changed = true;
	pthread_mutex_unlock(&r->lock);
	g->items = old;
	g->count = old_count;
	return true;
}

static void
gather_release(struct gather *g)
{
	for (size_t i = 0; i < g->count; i++)
		source_free(g->items[i]);
	mem_free(g->items);
	arena_free(g->a);
}

static void
choose(struct gather *g)
{
	struct str what = config_str(g->p->config, OPT_FETCH);

	g->wants_lists = str_eq_c(what, "crl") || str_eq_c(what, "both");
	g->wants_answers = str_eq_c(what, "ocsp") || str_eq_c(what, "both");
}

bool
revocation_refresh(struct revocation *r, const struct platform *p, struct err *e)
{
	AUTO(trust_releasep) const struct trust_snapshot *known = trust_hold(r->app->trust);
	AUTO(gather_release) struct gather g = {.p = p, .now = clock_now()};

	if (r->known && trust_generation(r->known) == trust_generation(known) &&
	    r->platform == p)
		return true;
	g.a = arena_new();
	choose(&g);
	add_all(&g, known);
	if (g.is_over)
		LOG(LOG_LEVEL_ERROR, "revocation.too_many_certificates");
	make_unique(&g);
	if (!merge(r, &g, e))
		return false;
	trust_release(r->known);
	platform_release(r->platform);
	r->known = known;
	known = NULL;
	r->platform = app_platform_keep(p);
	return true;
}

/* --- who is revoked --- */

struct mark {
	struct str sha256;
	bool is_revoked;
	instant until;
};

static bool
mark_job(struct tx *tx, void *arg, struct err *e)
{
	const struct mark *m = arg;

	if (!m->is_revoked)
		return store_state_drop(tx, BUCKET_REVOKED, m->sha256, e);
	return store_state_put(tx, BUCKET_REVOKED, m->sha256, STR("1"), m->until, e);
}

/* Tells and notes a change; nothing is decided by the note. */
static bool
survey_one(struct revocation *r, const struct platform *p, const struct trust_system *s,
	   const struct cert *c, struct err *e)
{
	instant now = clock_now();
	struct mark m = {.sha256 = cert_sha256(c),
			 .until = instant_add(cert_not_after(c), DAYS(366))};
	struct err why = ERR_INIT;
	bool was;

	if (!revocation_was_noted(r->app->store, c, now, &was, e))
		return false;
	m.is_revoked = !anchors_check(p->anchors, c, now, &why) && why.code == CERT_REVOKED;
	if (m.is_revoked == was || (!m.is_revoked && why.code != ERR_NONE))
		return true;
	LOG(LOG_LEVEL_WARNING,
	    m.is_revoked ? "certificate.revoked" : "certificate.no_longer_revoked",
	    LF("system", s->id), LF("thumbprint", cert_thumbprint(c)), LF("name", cert_cn(c)));
	return store_write(r->app->store, mark_job, &m, e);
}

bool
revocation_was_noted(struct store *store, const struct cert *c, instant now, bool *out,
		     struct err *e)
{
	AUTO(store_read_endp) struct reading *reading = NULL;
	AUTO(arena_freep) struct arena *a = arena_new();
	struct str value;

	*out = false;
	if (!store_read(store, &reading, e) ||
	    !store_state_get(reading, BUCKET_REVOKED, cert_sha256(c), now, a, &value, e))
		return false;
	*out = str_is_set(value);
	return true;
}

bool
revocation_survey(struct revocation *r, const struct platform *p, struct err *e)
{
	for (size_t i = 0; i < trust_system_count(r->known); i++) {
		const struct trust_system *s = trust_system_at(r->known, i);

		for (size_t j = 0; j < s->cert_count; j++)
			if (!survey_one(r, p, s, s->certs[j].cert, e))
				return false;
	}
	return true;
}
