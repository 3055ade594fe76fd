/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * /runtime/saml2auth/consume.idp: what an IdP answers. The login must have been begun in this
 * browser and must still be open; the answer is verified, judged, mapped and recorded in one
 * transaction, and only then sent to the system.
 * Source: context-handler contract 2.1 (V3–V5), 2.4, 2.6, 2.12.
 */
#include "base/encoding.h"
#include "base/log.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "gateway/bridge.h"
#include "gateway/cookies.h"
#include "saml/redirect.h"

/* One answer, as far as it got. */
struct answer {
	struct binding_message b;
	struct message m;
	struct pending p;
	bool has_pending; /* ours, of this browser, open */
	const struct peer_idp *idp;
	const struct peer_system *system;
	bool is_accepted; /* the assertion is genuine: it counts as seen */
	struct login login;
	struct grant grant;
	struct bridge_story story;
};

/* Steps 1 and 2. */
static bool
read_answer(struct visit *v, struct answer *x, struct err *e)
{
	if (!str_has_prefix(v->c->content_type, STR("application/x-www-form-urlencoded")))
		return FAIL(e, SAML_MESSAGE, "not a form");
	if (!post_read(v->c->body, v->c->a, &x->b, e) ||
	    !message_parse(x->b.xml, &v->trees, v->c->a, &x->m, e))
		return false;
	if (!x->b.is_response || x->m.kind != MESSAGE_RESPONSE)
		return FAIL(e, SAML_WRONG_PLACE, "not a Response");
	return true;
}

static struct str
digest_of_answer(struct visit *v, const struct answer *x)
{
	uint8_t digest[32];

	digest_sha256(x->b.xml, digest);
	return hex_encode(v->c->a, str_of(digest, sizeof(digest)));
}

/* Step 3, and resolution C4: by InResponseTo; the RelayState must be of the same login. */
static bool
find_login(struct visit *v, struct answer *x, struct err *e)
{
	struct str digest = digest_of_answer(v, x);

	if (str_is_empty(x->m.in_response_to))
		return FAIL(e, SAML_LOGIN_UNKNOWN, "no InResponseTo");
	if (!pending_find_request(v->app->store, x->m.in_response_to, v->c->now, v->c->a, &x->p,
				  e))
		return false;
	if (!bridge_is_bound(v, &x->p))
		return FAIL(e, SAML_LOGIN_UNKNOWN, "another browser began the login");
	if (str_is_set(x->b.relay_state) && !str_eq(x->b.relay_state, x->p.handle))
		return FAIL(e, SAML_LOGIN_UNKNOWN, "RelayState is of another login");
	x->story.system = x->p.system;
	x->story.request_id = x->p.request_id;
	x->story.idp = x->p.idp;
	x->story.need = &x->p.need;
	if (str_is_set(x->p.used))
		return FAIL(e, str_eq(x->p.used, digest) ? SAML_REPLAYED : SAML_LOGIN_UNKNOWN,
			    "the login is done");
	if (!str_eq(x->m.version, STR("2.0")))
		return FAIL(e, SAML_LOGIN_UNKNOWN, "Version is not 2.0");
	x->p.used = digest;
	x->has_pending = true;
	return true;
}

/* Both peers as they are known now: either may have been switched off meanwhile. */
static bool
find_peers(struct visit *v, struct answer *x, struct err *e)
{
	x->idp = peers_idp(v->peers, x->p.idp, v->c->now);
	if (!x->idp || !discovery_is_usable(x->idp->idp, v->c->now))
		return FAIL(e, SAML_NO_IDP, "the IdP is no longer usable");
	x->system = peers_system(v->peers, x->p.system, v->c->now);
	if (!x->system) {
		x->has_pending = false; /* nothing more is sent there */
		return FAIL(e, SAML_REQUEST, "the system is no longer usable");
	}
	return true;
}

static bool
accept(struct visit *v, struct answer *x, struct err *e)
{
	struct login_question lq = {
		.hub = &v->hub,
		.idp = x->idp->idp,
		.peer = x->idp->peer,
		.request_id = x->p.hub_request,
		.force_authn = x->p.force_authn,
		.requested_at = x->p.requested,
		.now = v->c->now,
	};

	if (!login_accept(&lq, &x->m, &v->trees, v->c->a, &x->login, e))
		return false;
	x->is_accepted = true;
	cert_uses_note(v->app->uses, x->login.facts.signed_by, v->c->now);
	x->story.assertion_id = x->login.facts.assertion->id;
	x->story.login = &x->login;
	return login_judge(&x->login, &x->p.need, v->c->a, e);
}

/* Step 18, and what closes the login. */
static struct bridge_write
begin_write(struct visit *v, const struct answer *x)
{
	const struct assertion *t = x->login.facts.assertion;
	struct bridge_write w = {.now = v->c->now};

	if (!x->is_accepted)
		return w;
	w.seen = seen_key(t->issuer, t->id, v->c->a);
	w.seen_until = instant_add(t->not_on_or_after, v->hub.skew);
	w.seen_code = SAML_REPLAYED;
	return w;
}

/* [contract 1.7, 2.1 V5] a new session id after every login; the old one is dead */
static struct str
new_session(struct visit *v, const struct answer *x, struct session *s, struct bridge_write *w)
{
	struct str old = cookie_get(v->c, COOKIE_SESSION);
	struct str cookie = random_hex(v->c->a, 16);

	if (old.len == cookie.len)
		w->drop_session = cookie_key(old, v->c->a);
	*s = (struct session){
		.key = cookie_key(cookie, v->c->a),
		.created = v->c->now,
		.login = random_hex(v->c->a, 16),
		.idp = x->idp->idp->entity_id,
		.system = x->p.system,
		.accepted = v->c->now,
		.authn_instant = x->login.authn_instant,
		.session_end = x->login.session_end,
		.sealed = cookie_seal(cookie, x->login.facts.octets, v->c->a),
	};
	w->begin = s;
	return cookie;
}

static bool
finish(struct visit *v, struct answer *x, struct bridge_write *w, struct err *e)
{
	struct grant_question q = {
		.hub = &v->hub,
		.known = peers_known(v->peers),
		.system = x->system->system,
		.login = &x->login,
		.request_id = x->p.request_id,
		.acs = x->p.acs,
		.now = v->c->now,
	};
	struct session session;
	struct audit_row row;
	struct str cookie;

	if (!grant_make(&q, v->c->a, &x->grant, e))
		return false;
	x->story.grant = &x->grant;
	x->story.how = "idp";
	row = bridge_audit(v, &x->story, ERR_NONE);
	w->close = &x->p;
	w->audit = &row;
	cookie = new_session(v, x, &session, w);
	w->sys_key = x->grant.session_index;
	w->sys_json = sys_login_encode(&q, &x->grant, &session, v->c->a);
	if (!bridge_commit(v->app->store, w, e))
		return false;
	cookie_set(v->c, COOKIE_SESSION, cookie, 0);
	LOG(LOG_LEVEL_INFO, "login.ok", LF("req", v->c->request_id), LF("system", x->p.system),
	    LF("idp", x->p.idp), LF_C("how", "idp"));
	bridge_answer(v, &x->p, &x->grant);
	return true;
}

/* [contract 2.6] too weak, but the IdP can ask for more: once */
static bool
step_up(struct visit *v, struct answer *x, const struct err *e)
{
	struct bridge_write w;

	if (e->code != SAML_LEVEL || !x->is_accepted || x->p.has_stepped_up ||
	    x->p.is_passive || !x->idp->idp->supports_step_up)
		return false;
	w = begin_write(v, x);
	x->p.has_stepped_up = true;
	x->p.used = STR_NONE;
	LOG(LOG_LEVEL_INFO, "login.step_up", LF("req", v->c->request_id), LF("idp", x->p.idp));
	bridge_ask_idp(v, &x->p, x->idp, &w, true);
	return true;
}

static void
refuse(struct visit *v, struct answer *x, const struct err *e)
{
	struct bridge_write w = begin_write(v, x);
	struct page_form back;
	struct err bad = ERR_INIT;
	bool may_go_back = x->has_pending && e->code != SAML_REPLAYED &&
			   e->code != SAML_LOGIN_UNKNOWN &&
			   err_row(e->code)->voice == VOICE_PAGE;

	/* [contract 2.12] these two the system is told at once */
	if (may_go_back && e->code == SAML_PASSIVE) {
		bridge_answer_error(v, &x->p, &x->story, &w, e);
		return;
	}
	bridge_refuse(v, &x->story, &w, e);
	may_go_back = may_go_back && bridge_error_form(v, &x->p, e->code, &back, &bad);
	page_error(v, e, may_go_back ? &back : NULL);
}

void
bridge_consume(struct visit *v)
{
	struct answer *x = ARENA_NEW(v->c->a, struct answer);
	struct bridge_write w;
	struct err e = ERR_INIT;

	if (read_answer(v, x, &e) && find_login(v, x, &e) && find_peers(v, x, &e) &&
	    accept(v, x, &e)) {
		w = begin_write(v, x);
		if (finish(v, x, &w, &e))
			return;
	} else if (step_up(v, x, &e)) {
		return;
	}
	refuse(v, x, &e);
}
