/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * /runtime/saml2/choose.idp: the page on which the user chooses an IdP, and what comes of it.
 * Takes a choice only from the browser that began, with the page's own token, among the IdPs
 * that were offered.
 * Source: context-handler contract 1.6 (7), 2.12, 9.4 (X73).
 */
#include "crypto/digest.h"
#include "gateway/bridge.h"
#include "gateway/bridge_choice.h"
#include "saml/query.h"

static bool
find_open(struct visit *v, struct str handle, struct pending *p, struct err *e)
{
	if (!str_is_set(handle))
		return FAIL(e, SAML_LOGIN_UNKNOWN, "no login named");
	if (!pending_find(v->app->store, handle, v->c->now, v->c->a, p, e))
		return false;
	if (!bridge_is_bound(v, p))
		return FAIL(e, SAML_LOGIN_UNKNOWN, "another browser began the login");
	if (str_is_set(p->used))
		return FAIL(e, SAML_LOGIN_UNKNOWN, "the login is done");
	return true;
}

static void
refuse(struct visit *v, const struct pending *p, const struct err *e)
{
	struct bridge_story story = {.system = p->system, .request_id = p->request_id};

	bridge_refuse(v, &story, NULL, e);
	page_error(v, e, NULL);
}

static void
show_again(struct visit *v)
{
	struct query *q = ARENA_NEW(v->c->a, struct query);
	struct pending p = {.handle = STR_NONE};
	struct discovery_answer d;
	struct err e = ERR_INIT;

	if (!query_parse(v->c->query, v->c->a, q, &e)) {
		err_clear(&e);
		FAIL(&e, SAML_LOGIN_UNKNOWN, "query malformed");
	} else if (find_open(v, query_value(q, "login"), &p, &e) &&
		   choice_list(v, &p, &d, &e)) {
		page_choose(v, &p, &d, choice_origins(v, &d));
		return;
	}
	refuse(v, &p, &e);
}

/* The form: token and origin first, then what was chosen. */
static bool
read_choice(struct visit *v, const struct query *q, struct pending *p, struct err *e)
{
	if (!find_open(v, query_value(q, "login"), p, e))
		return false;
	if (!crypto_equal(query_value(q, "csrf"), p->csrf))
		return FAIL(e, SAML_LOGIN_UNKNOWN, "the page's token is wrong");
	if (str_is_set(v->c->origin) && !str_eq(v->c->origin, STR("null")) &&
	    !str_eq(v->c->origin, v->hub.base_url))
		return FAIL(e, SAML_LOGIN_UNKNOWN, "the form came from another site");
	return true;
}

static bool
find_chosen(struct visit *v, const struct pending *p, struct str entity_id,
	    const struct peer_idp **out, struct err *e)
{
	struct discovery_answer d;

	if (!choice_list(v, p, &d, e))
		return false;
	for (size_t i = 0; i < d.candidate_count; i++)
		if (str_eq(d.candidates[i]->entity_id, entity_id)) {
			*out = peers_idp(v->peers, entity_id, v->c->now);
			return true;
		}
	return FAIL(e, SAML_NO_IDP, "what was chosen was not offered");
}

static void
cancel(struct visit *v, struct pending *p)
{
	struct bridge_story story = {.system = p->system, .request_id = p->request_id};
	struct bridge_write w = {.close = p};
	struct err e = ERR_INIT;

	p->used = STR("cancelled");
	FAIL(&e, SAML_CANCELLED, "at the selection page");
	bridge_answer_error(v, p, &story, &w, &e);
}

static void
take_choice(struct visit *v)
{
	struct query *q = ARENA_NEW(v->c->a, struct query);
	struct pending p = {.handle = STR_NONE};
	const struct peer_idp *idp = NULL;
	struct bridge_write w = {.now = v->c->now};
	struct err e = ERR_INIT;

	if (!query_parse(v->c->body, v->c->a, q, &e)) {
		err_clear(&e);
		FAIL(&e, SAML_LOGIN_UNKNOWN, "form malformed");
		refuse(v, &p, &e);
		return;
	}
	if (!read_choice(v, q, &p, &e)) {
		refuse(v, &p, &e);
		return;
	}
	if (query_get(q, "cancel")) {
		cancel(v, &p);
		return;
	}
	if (!find_chosen(v, &p, query_value(q, "idp"), &idp, &e)) {
		refuse(v, &p, &e);
		return;
	}
	bridge_ask_idp(v, &p, idp, &w, false);
	if (query_get(q, "remember"))
		choice_remember(v, idp->idp->entity_id);
}

void
bridge_choose(struct visit *v)
{
	if (v->c->method == HTTP_METHOD_POST)
		take_choice(v);
	else
		show_again(v);
}
