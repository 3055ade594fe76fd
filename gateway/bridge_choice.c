/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The choice of IdP for one visit. A session is used only if it still is in force, its level is
 * enough and its IdP did not filter roles for another system.
 * Source: context-handler contract 1.6, 2.6.
 */
#include "gateway/bridge_choice.h"

#include "base/encoding.h"
#include "crypto/digest.h"
#include "gateway/cookies.h"
#include "gateway/pages.h"

#define REMEMBER_LIFE_S (180L * 24 * 3600)

/* The remembered choice: "hex(mac).hex(entity id)". */
static struct str
remember_mac(struct visit *v, struct str hex)
{
	uint8_t mac[32];

	digest_hmac_sha256(str_of(v->web->secret, sizeof(v->web->secret)), hex, mac);
	return hex_encode(v->c->a, str_of(mac, sizeof(mac)));
}

void
choice_remember(struct visit *v, struct str entity_id)
{
	struct str hex = hex_encode(v->c->a, entity_id);

	cookie_set(v->c, COOKIE_REMEMBER,
		   arena_printf(v->c->a, STR_FMT "." STR_FMT, STR_ARG(remember_mac(v, hex)),
				STR_ARG(hex)),
		   REMEMBER_LIFE_S);
}

static struct str
remembered(struct visit *v)
{
	struct str mac, hex, entity_id;
	struct err ignored = ERR_INIT;

	if (!str_cut(cookie_get(v->c, COOKIE_REMEMBER), '.', &mac, &hex) ||
	    !crypto_equal(mac, remember_mac(v, hex)) ||
	    !hex_decode(hex, v->c->a, &entity_id, &ignored))
		return STR_NONE;
	return entity_id;
}

enum session_use { SESSION_NONE = 0, SESSION_USABLE, SESSION_TOO_WEAK };

/* [contract 2.6] may the browser's login be used again? */
static enum session_use
try_session(struct visit *v, const struct pending *p, struct choice *ch)
{
	struct str cookie = cookie_get(v->c, COOKIE_SESSION), octets;
	struct login_question q = {.hub = &v->hub, .now = v->c->now};
	const struct peer_idp *idp;
	struct err e = ERR_INIT;

	if (cookie.len != 32 || p->force_authn ||
	    !session_find(v->app->store, cookie, v->c->now, v->c->a, &ch->session, &e))
		return SESSION_NONE;
	idp = peers_idp(v->peers, ch->session.idp, v->c->now);
	if (!idp || !discovery_is_usable(idp->idp, v->c->now) ||
	    v->c->now >= ch->session.accepted + LOGIN_REUSE_LIFE ||
	    v->c->now >= ch->session.session_end)
		return SESSION_NONE;
	/* an IdP that was told the system may have left out roles for others */
	if (idp->idp->supports_scope && !str_eq(ch->session.system, p->system))
		return SESSION_NONE;
	q.idp = idp->idp;
	q.peer = idp->peer;
	if (!cookie_open(ch->session.sealed, cookie, v->c->a, &octets, &e) ||
	    !login_reopen(&q, octets, &v->trees, v->c->a, &ch->login, &e))
		return SESSION_NONE;
	ch->login.authn_instant = ch->session.authn_instant;
	if (login_judge(&ch->login, &p->need, v->c->a, &e))
		return SESSION_USABLE;
	return e.code == SAML_LEVEL && idp->idp->supports_step_up &&
			       level_may_reach(&p->need, idp->idp)
		       ? SESSION_TOO_WEAK
		       : SESSION_NONE;
}

static struct discovery_question
ask(struct visit *v, const struct pending *p)
{
	struct discovery_question q = {
		.need = &p->need,
		.idp_list = p->idp_list,
		.idp_list_count = p->idp_list_count,
		.has_idp_list = p->has_idp_list,
		.force_authn = p->force_authn,
		.is_passive = p->is_passive,
		.now = v->c->now,
	};

	q.idps = peers_idps(v->peers, v->c->now, v->c->a, &q.idp_count);
	return q;
}

bool
choice_make(struct visit *v, const struct pending *p, struct choice *ch, struct err *e)
{
	struct discovery_question q = ask(v, p);
	enum session_use use = try_session(v, p, ch);

	if (use != SESSION_NONE)
		q.session_idp = ch->session.idp;
	q.client_address = v->c->peer;
	q.remembered = remembered(v);
	if (!discovery_choose(&q, v->c->a, &ch->found, e))
		return false;
	if (ch->found.way == DISCOVERY_SESSION && use == SESSION_TOO_WEAK) {
		ch->found.way = DISCOVERY_ONLY;
		ch->is_step_up = !p->is_passive;
	}
	return true;
}

bool
choice_list(struct visit *v, const struct pending *p, struct discovery_answer *out,
	    struct err *e)
{
	struct discovery_question q = ask(v, p);

	q.is_passive = false;
	return discovery_choose(&q, v->c->a, out, e);
}

struct str
choice_origins(struct visit *v, const struct discovery_answer *d)
{
	struct str list = STR("");

	for (size_t i = 0; i < d->candidate_count; i++) {
		const struct peer_idp *idp =
			peers_idp(v->peers, d->candidates[i]->entity_id, v->c->now);
		const struct saml_endpoint *ep =
			idp ? saml_endpoint_for(&idp->peer->sso, SAML_BINDING_REDIRECT) : NULL;

		if (ep)
			list = arena_printf(v->c->a, STR_FMT " " STR_FMT, STR_ARG(list),
					    STR_ARG(page_origin(ep->location, v->c->a)));
	}
	return list;
}
