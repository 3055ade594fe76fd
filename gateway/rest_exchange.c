/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A SAML token exchanged for an access token of REST services. The caller holds the token by
 * the key of this very connection; what comes out gives what it gave, for its service, for no
 * longer than it lives. It is a JWT, opaque to the client: resource servers check it alone.
 * Source: token-service contract 6.4; OIO IDWS REST 1.0; RFC 6750 3.
 */
#include "gateway/restcall.h"

#include "base/limits.h"

/* A token is believed by the rules of the service that it was made out to. */
static bool
verify(struct rest_run *r, struct xml_node *n, struct token **out, struct err *e)
{
	const struct identity *id = &r->p->id[IDENTITY_STS];
	struct token_policy p = {
		.issuer = config_str(r->p->config, OPT_STS_ENTITY_ID),
		.issuer_certs = id->certs,
		.issuer_cert_count = id->cert_count,
		.proven = r->app->proven,
		.lists = r->app->lists,
		.audiences = &r->decision.audience,
		.audience_count = 1,
		.min_assurance = (int)config_number(r->p->config, OPT_GUARD_LEVEL),
		.known = r->known,
	};
	struct err why = ERR_INIT;
	struct assertion *t;

	if (!assertion_read(n, r->c->a, &t, &why))
		return FAIL(e, JWT_INVALID, "%s", why.detail);
	if (t->restriction_count != 1 || t->restrictions[0].count != 1)
		return FAIL(e, JWT_AUDIENCE, "not one audience");
	r->decision.service = trust_service_find(r->known, t->restrictions[0].audiences[0],
						 &r->decision.audience);
	if (!r->decision.service)
		return FAIL(e, JWT_AUDIENCE, "for no service that is known");
	if (!token_verify(&p, n, r->c->now, r->c->a, out, &why))
		return FAIL(e, JWT_INVALID, "%s: %s", err_row(why.code)->name, why.detail);
	if (r->c->now >= (*out)->ends)
		return FAIL(e, JWT_EXPIRED, "ended");
	return true;
}

static bool
check(struct rest_run *r, struct token *t, struct err *e)
{
	r->rst.cvr = t->cvr;
	r->rst.applies_to = t->audience;
	r->behalf_by = t->id;
	if (!cert_eq(t->holder, r->cert))
		return FAIL(e, JWT_HOLDER, "held by another");
	return decide_still_holds(r->known, t, r->decision.system, r->c->now, r->c->a, e);
}

static instant
until_of(const struct rest_run *r, const struct exchange_request *q, const struct token *t)
{
	int64_t life = LIMIT_EXCHANGED_LIFE_S;
	instant until, last = cert_not_after(r->cert);

	if (q->life_s > 0 && q->life_s < life)
		life = q->life_s;
	until = instant_add(r->c->now, SECONDS(life));
	until = t->ends < until ? t->ends : until;
	return last < until ? last : until;
}

static bool
issue(struct rest_run *r, const struct exchange_request *q, const struct token *t,
      struct err *e)
{
	const struct jwt_order order = {
		.issuer = token_jwt_issuer(r->p),
		.subject = t->is_on_behalf ? t->subject : t->audience,
		.actor = t->is_on_behalf ? cert_subject_net(r->cert) : STR_NONE,
		.audience = t->audience,
		.cvr = t->cvr,
		.assurance = t->assurance,
		.holder = r->cert,
		.privileges = t->privileges.groups,
		.privilege_count = t->privileges.count,
		.from = r->c->now,
		.until = until_of(r, q, t),
		.signer = r->signer,
	};
	struct jwt_issued made;

	if (!jwt_write(&order, r->c->a, &made, e))
		return false;
	r->token_id = made.id;
	oauth_answer_write(made.text, made.life_s, &r->c->answer);
	return buf_done(&r->c->answer, e);
}

/* [rfc6750 3.1] what is wrong, and how it is called; the word is also in the body */
static void
refuse(struct rest_run *r, struct err *e)
{
	struct rest_error told;
	const char *text;

	if (!rest_refused(r, e))
		return;
	told = exchange_error_of(e->code);
	text = err_row(e->code)->text;
	if (!told.word) {
		rest_error_write(told.number, str_from(text), &r->c->answer);
		rest_json(r->c, told.status);
		return;
	}
	oauth_error_write(told.word, str_from(text), &r->c->answer);
	rest_json(r->c, told.status);
	http_set_header(r->c, "WWW-Authenticate",
			arena_printf(r->c->a,
				     "Holder-of-key error=\"%s\", error_description=\"%s\"",
				     told.word, text));
}

void
rest_exchange(struct app *app, const struct platform *p, struct http_call *c)
{
	AUTO(rest_end) struct rest_run r;
	AUTO(token_freep) struct token *t = NULL;
	struct exchange_request q;
	struct xml_node *n;
	struct err e = ERR_INIT;

	rest_begin(&r, app, p, c);
	r.interface = "exchange";
	r.action = "token.exchange";
	if (!rest_accept(&r, LIMIT_STS_BODY_BYTES))
		return;
	if (!rest_is_type(c, "application/x-www-form-urlencoded")) {
		http_plain(c, 415, "The media type is not supported.");
		return;
	}
	if (!rest_authenticate(&r, &e) || !exchange_request_read(c->body, c->a, &q, &e) ||
	    !rest_parse_assertion(&r, q.saml, &n, &e) || !verify(&r, n, &t, &e) ||
	    !check(&r, t, &e) || !issue(&r, &q, t, &e) || !rest_record(&r, ERR_NONE, &e)) {
		refuse(&r, &e);
		return;
	}
	rest_json(c, 200);
	rest_granted(&r);
}
