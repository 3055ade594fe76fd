/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * /hvem: a small user-facing system of our own. It logs in through the bridge over the wire
 * like any other, with its own key, believes only what it has verified itself, and shows who
 * the user is, with which roles, and why.
 * Source: SAML profiles 4.1; OIOSAML 3.0.
 */
#include "base/encoding.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "gateway/cookies.h"
#include "gateway/hvem_page.h"
#include "gateway/pages.h"
#include "saml/authn.h"
#include "saml/redirect.h"
#include "saml/response.h"

#define BUCKET_REQUEST_OF_HVEM "hvem_request"
#define BUCKET_HVEM "hvem_session"
#define REQUEST_LIFE MINUTES(10)
#define HVEM_LIFE HOURS(1)

static struct str
own_url(struct visit *v, const char *path)
{
	return arena_printf(v->c->a, STR_FMT "%s", STR_ARG(v->hub.base_url), path);
}

static bool
is_on(struct visit *v)
{
	if (v->p->hvem && (v->p->hvem_hub || v->hub.cert_count > 0))
		return true;
	http_plain(v->c, 404, "Nothing is served at this path.");
	return false;
}

struct put {
	const char *bucket;
	struct str key, value;
	instant until;
	struct str take; /* of BUCKET_REQUEST_OF_HVEM; absent: nothing is taken */
	instant now;
	struct arena *a;
	struct str taken;
};

static bool
put_job(struct tx *tx, void *arg, struct err *e)
{
	struct put *p = arg;

	if (str_is_set(p->take)) {
		if (!store_state_take(tx, BUCKET_REQUEST_OF_HVEM, p->take, p->now, p->a,
				      &p->taken, e))
			return false;
		if (!str_is_set(p->taken))
			return FAIL(e, SAML_REPLAYED, "answered before");
	}
	return store_state_put(tx, p->bucket, p->key, p->value, p->until, e);
}

void
hvem_login(struct visit *v)
{
	const struct saml_endpoint sso = {.binding = SAML_BINDING_REDIRECT,
					  .location = own_url(v, SAML_PATH_SSO)};
	const struct saml_peer hub = {.role = SAML_ROLE_IDP, .sso = {&sso, 1}};
	struct str cookie = random_hex(v->c->a, 16);
	struct authn_order o = {
		.issuer = config_str(v->p->config, OPT_HVEM_ENTITY_ID),
		.acs = own_url(v, "/hvem/acs"),
		.signer = v->p->hvem,
		.to = &hub,
		.id = authn_new_id(v->c->a),
		.now = v->c->now,
		.force_authn = str_eq(v->c->query, STR("force=1")),
	};
	struct put p = {.bucket = BUCKET_REQUEST_OF_HVEM,
			.key = o.id,
			.value = cookie_key(cookie, v->c->a),
			.until = v->c->now + REQUEST_LIFE};
	struct authn_message m;
	struct err e = ERR_INIT;

	if (!is_on(v))
		return;
	if (!authn_write(&o, v->c->a, &m, &e) || !store_write(v->app->store, put_job, &p, &e)) {
		page_error(v, &e, NULL);
		return;
	}
	cookie_set(v->c, COOKIE_HVEM, cookie, 0);
	page_redirect(v, m.url);
}

/* The request that is answered must be one that this browser began. */
static bool
find_request(struct visit *v, const struct message *m, struct err *e)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct str cookie = cookie_get(v->c, COOKIE_HVEM), binding;

	if (!store_read(v->app->store, &r, e) ||
	    !store_state_get(r, BUCKET_REQUEST_OF_HVEM, m->in_response_to, v->c->now, v->c->a,
			     &binding, e))
		return false;
	if (cookie.len == 0 || !str_is_set(binding) ||
	    !crypto_equal(cookie_key(cookie, v->c->a), binding))
		return FAIL(e, SAML_LOGIN_UNKNOWN, "no login of this browser");
	return true;
}

static bool
verify_answer(struct visit *v, struct message *m, struct response_facts *f, struct err *e)
{
	struct str entity_id = config_str(v->p->config, OPT_HVEM_ENTITY_ID);
	struct response_question q = {
		.issuer = v->hub.entity_id,
		.certs = v->p->hvem_hub ? &v->p->hvem_hub : v->hub.certs,
		.cert_count = v->p->hvem_hub ? 1 : v->hub.cert_count,
		.acs = own_url(v, "/hvem/acs"),
		.audiences = &entity_id,
		.audience_count = 1,
		.decrypter = v->p->hvem,
		.now = v->c->now,
		.skew = v->hub.skew,
	};
	struct binding_message b;

	if (!post_read(v->c->body, v->c->a, &b, e) ||
	    !message_parse(b.xml, &v->trees, v->c->a, m, e))
		return false;
	if (!b.is_response || m->kind != MESSAGE_RESPONSE || str_is_empty(m->in_response_to))
		return FAIL(e, SAML_WRONG_PLACE, "not an answer to a request");
	if (!find_request(v, m, e))
		return false;
	q.request_id = m->in_response_to;
	return response_verify(&q, m, &v->trees, v->c->a, f, e);
}

void
hvem_consume(struct visit *v)
{
	struct str cookie = random_hex(v->c->a, 16);
	struct put p = {.bucket = BUCKET_HVEM,
			.key = cookie_key(cookie, v->c->a),
			.until = v->c->now + HVEM_LIFE,
			.now = v->c->now,
			.a = v->c->a};
	struct response_facts f;
	struct message m;
	struct err e = ERR_INIT;

	if (!is_on(v))
		return;
	if (!verify_answer(v, &m, &f, &e)) {
		page_error(v, &e, NULL);
		return;
	}
	p.take = m.in_response_to;
	p.value = cookie_seal(cookie, f.octets, v->c->a);
	if (!store_write(v->app->store, put_job, &p, &e)) {
		page_error(v, &e, NULL);
		return;
	}
	/* a new value after login: what the browser had before is worth nothing */
	cookie_set(v->c, COOKIE_HVEM, cookie, 0);
	page_redirect(v, STR("/hvem"));
	v->c->status = 303;
}

/* The verified assertion of this browser's session. */
static bool
open_session(struct visit *v, struct response_facts *f, struct err *e)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct str cookie = cookie_get(v->c, COOKIE_HVEM), octets;
	struct str sealed;

	if (cookie.len != 32)
		return FAIL(e, SAML_LOGIN_UNKNOWN, "no session");
	if (!store_read(v->app->store, &r, e) ||
	    !store_state_get(r, BUCKET_HVEM, cookie_key(cookie, v->c->a), v->c->now, v->c->a,
			     &sealed, e))
		return false;
	if (!str_is_set(sealed))
		return FAIL(e, SAML_LOGIN_UNKNOWN, "no session");
	return cookie_open(sealed, cookie, v->c->a, &octets, e) &&
	       response_reopen(octets, v->p->hvem, &v->trees, v->c->a, f, e);
}

void
hvem_page(struct visit *v)
{
	struct response_facts f;
	struct err e = ERR_INIT;

	if (!is_on(v))
		return;
	if (open_session(v, &f, &e))
		hvem_show(v, &f);
	else
		hvem_login(v);
}

void
hvem_metadata(struct visit *v)
{
	struct metadata_small m = {
		.role = SAML_ROLE_SYSTEM,
		.entity_id = config_str(v->p->config, OPT_HVEM_ENTITY_ID),
		.location = own_url(v, "/hvem/acs"),
		.organisation = v->hub.organisation,
		.signer = v->p->hvem,
	};
	struct err e = ERR_INIT;

	if (!is_on(v))
		return;
	buf_clear(&v->c->answer);
	if (!published_get(v->p->published, PUBLISHED_HVEM, m.signer, &v->c->answer)) {
		if (!metadata_publish_small(&m, v->c->a, &v->c->answer, &e)) {
			page_error(v, &e, NULL);
			return;
		}
		published_put(v->p->published, PUBLISHED_HVEM, m.signer,
			      buf_str(&v->c->answer));
	}
	v->c->status = 200;
	v->c->answer_type = STR("application/samlmetadata+xml; charset=utf-8");
}
