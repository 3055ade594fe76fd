/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * /runtime/saml2/issue.idp: what a system sends. Nothing is answered to a system before its
 * signature, our address and its own have been checked; nothing is asked of an IdP before the
 * request is stored.
 * Source: context-handler contract 1.3, 1.6, 2.1 (V1, V2), 2.2, 2.6, 2.12.
 */
#include "base/encoding.h"
#include "base/log.h"
#include "crypto/random.h"
#include "gateway/bridge.h"
#include "gateway/bridge_choice.h"
#include "gateway/cookies.h"
#include "saml/redirect.h"
#include "saml/request.h"

static bool
read_binding(struct visit *v, struct binding_message *b, struct err *e)
{
	struct http_call *c = v->c;

	if (c->method != HTTP_METHOD_POST)
		return redirect_read(c->query, c->a, b, e);
	if (!str_has_prefix(c->content_type, STR("application/x-www-form-urlencoded")))
		return FAIL(e, SAML_MESSAGE, "not a form");
	return post_read(c->body, c->a, b, e);
}

/* What every end of this request claims: it is answered once. */
static struct bridge_write
begin_write(struct visit *v, const struct authn_request *r)
{
	return (struct bridge_write){
		.now = v->c->now,
		.seen = seen_key(r->issuer, r->id, v->c->a),
		.seen_until = v->c->now + PENDING_LIFE,
		.seen_code = SAML_REQUEST,
	};
}

/*
 * The request verified: who asks, for what, and where the answer goes. One that was received
 * before takes nothing of what the system may ask for: whoever holds a link could use it up.
 */
static bool
open_request(struct visit *v, struct binding_message *b, const struct peer_system **system,
	     struct authn_request *out, struct err *e)
{
	struct request_question q = {
		.here = arena_printf(v->c->a, STR_FMT "%s", STR_ARG(v->hub.base_url),
				     SAML_PATH_SSO),
		.skew = v->hub.skew,
		.now = v->c->now,
	};
	struct bridge_write w;
	struct message m;

	if (!read_binding(v, b, e) || !message_parse(b->xml, &v->trees, v->c->a, &m, e))
		return false;
	if (m.kind != MESSAGE_AUTHN_REQUEST || b->is_response)
		return FAIL(e, SAML_WRONG_PLACE, "not an AuthnRequest");
	*system = peers_system(v->peers, m.issuer, v->c->now);
	if (!*system)
		return FAIL(e, SAML_REQUEST, "no usable system " STR_FMT, STR_ARG(m.issuer));
	q.peer = (*system)->peer;
	if (!request_verify(&q, b, &m, &v->trees, v->c->a, out, e))
		return false;
	w = begin_write(v, out);
	return seen_check(v->app->store, &w, e) && bridge_admit(v, "issuer", out->issuer, e) &&
	       bridge_admit(v, "all", STR(""), e);
}

static void
begin_pending(struct visit *v, const struct authn_request *r, struct pending *p)
{
	*p = (struct pending){
		.handle = random_hex(v->c->a, 16),
		.system = r->issuer,
		.request_id = r->id,
		.acs = r->acs,
		.relay_state = r->relay_state,
		.force_authn = r->force_authn,
		.is_passive = r->is_passive,
		.idp_list = r->idp_list,
		.idp_list_count = r->idp_list_count,
		.has_idp_list = r->has_idp_list,
		.csrf = random_hex(v->c->a, 16),
		.created = v->c->now,
	};
}

/* [contract 2.6] SSO: the login of this browser answers for another system. */
static bool
answer_by_session(struct visit *v, const struct pending *p, struct choice *ch,
		  struct bridge_write *w, struct bridge_story *story, struct err *e)
{
	struct grant_question q = {
		.hub = &v->hub,
		.known = peers_known(v->peers),
		.system = ch->system->system,
		.login = &ch->login,
		.request_id = p->request_id,
		.acs = p->acs,
		.now = v->c->now,
	};
	struct audit_row row;
	struct grant g;

	story->how = "session";
	story->idp = ch->session.idp;
	story->login = &ch->login;
	if (!grant_make(&q, v->c->a, &g, e))
		return false;
	story->grant = &g;
	story->assertion_id = g.assertion_id;
	row = bridge_audit(v, story, ERR_NONE);
	w->audit = &row;
	w->keep = &ch->session;
	w->sys_key = g.session_index;
	w->sys_json = sys_login_encode(&q, &g, &ch->session, v->c->a);
	if (!bridge_commit(v->app->store, w, e))
		return false;
	LOG(LOG_LEVEL_INFO, "login.ok", LF("req", v->c->request_id), LF("system", p->system),
	    LF("idp", ch->session.idp), LF_C("how", "session"));
	bridge_answer(v, p, &g);
	return true;
}

/* The user chooses: the login waits in the store. */
static void
ask_user(struct visit *v, struct pending *p, struct choice *ch, struct bridge_write *w,
	 struct bridge_story *story)
{
	struct err e = ERR_INIT;

	w->open = p;
	if (!bridge_commit(v->app->store, w, &e)) {
		bridge_refuse(v, story, NULL, &e);
		page_error(v, &e, NULL);
		return;
	}
	page_choose(v, p, &ch->found, choice_origins(v, &ch->found));
}

/* Replayed, the session ended meanwhile, or the store failed: the system is not answered. */
static bool
is_for_page(const struct err *e)
{
	return e->code == SAML_REQUEST || e->code == SAML_LOGIN_UNKNOWN ||
	       err_row(e->code)->voice != VOICE_PAGE;
}

static void
go_on(struct visit *v, struct pending *p, const struct peer_system *system,
      struct bridge_write *w, struct bridge_story *story)
{
	struct choice *ch = ARENA_NEW(v->c->a, struct choice);
	struct err e = ERR_INIT;

	ch->system = system;
	if (!choice_make(v, p, ch, &e)) {
		bridge_answer_error(v, p, story, w, &e);
	} else if (ch->found.way == DISCOVERY_SESSION) {
		if (answer_by_session(v, p, ch, w, story, &e))
			return;
		if (is_for_page(&e)) {
			bridge_refuse(v, story, NULL, &e);
			page_error(v, &e, NULL);
			return;
		}
		w->keep = NULL;
		w->sys_key = STR_NONE;
		bridge_answer_error(v, p, story, w, &e);
	} else {
		p->binding = bridge_bind(v);
		if (ch->found.chosen)
			bridge_ask_idp(
				v, p,
				peers_idp(v->peers, ch->found.chosen->entity_id, v->c->now), w,
				ch->is_step_up);
		else
			ask_user(v, p, ch, w, story);
	}
}

void
bridge_issue(struct visit *v)
{
	struct binding_message b;
	const struct peer_system *system = NULL;
	struct authn_request r = {.id = STR_NONE};
	struct bridge_story story = {.how = NULL};
	struct bridge_write w;
	struct pending p;
	struct err e = ERR_INIT;

	if (!open_request(v, &b, &system, &r, &e)) {
		if (system)
			story.system = system->system->entity_id;
		bridge_refuse(v, &story, NULL, &e);
		page_error(v, &e, NULL);
		return;
	}
	begin_pending(v, &r, &p);
	story.system = p.system;
	story.request_id = p.request_id;
	story.need = &p.need;
	w = begin_write(v, &r);
	if (request_check(&r, system->system, &p.need, &e))
		go_on(v, &p, system, &w, &story);
	else
		bridge_answer_error(v, &p, &story, &w, &e);
}
