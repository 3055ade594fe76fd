/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The browser listener: path and method to a handler. What a message is, is decided by its root
 * element, not by the parameter or path it came with; any other combination is an error page.
 * Source: context-handler contract 1.3.
 */
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "crypto/digest.h"
#include "gateway/bridge.h"
#include "gateway/cookies.h"
#include "gateway/limiter.h"
#include "gateway/pages.h"
#include "gateway/web.h"
#include "saml/query.h"

#define SAML_SKEW SECONDS(LIMIT_SAML_SKEW_S)

static void
told_metadata(struct visit *v)
{
	v->c->status = 200;
	v->c->answer_type = STR("application/samlmetadata+xml; charset=utf-8");
	http_set_header(v->c, "X-Content-Type-Options", STR("nosniff"));
}

static void
metadata(struct visit *v, enum saml_role as)
{
	enum published_what what = as == SAML_ROLE_IDP ? PUBLISHED_IDP : PUBLISHED_SP;
	struct err e = ERR_INIT;

	buf_clear(&v->c->answer);
	if (published_get(v->p->published, what, v->hub.signer, &v->c->answer)) {
		told_metadata(v);
		return;
	}
	if (!metadata_publish(&v->hub, as, v->c->a, &v->c->answer, &e)) {
		LOG_ERR(LOG_LEVEL_ERROR, "metadata.failed", &e, LF("req", v->c->request_id));
		page_error(v, &e, NULL);
		return;
	}
	published_put(v->p->published, what, v->hub.signer, buf_str(&v->c->answer));
	told_metadata(v);
}

static void
idp_metadata(struct visit *v)
{
	metadata(v, SAML_ROLE_IDP);
}

static void
sp_metadata(struct visit *v)
{
	metadata(v, SAML_ROLE_SYSTEM);
}

#define GET (1U << HTTP_METHOD_GET | 1U << HTTP_METHOD_HEAD)
#define POST (1U << HTTP_METHOD_POST)

static const struct {
	const char *path;
	unsigned methods;
	void (*handler)(struct visit *v);
} routes[] = {
	{SAML_PATH_IDP_METADATA, GET, idp_metadata},
	{SAML_PATH_SP_METADATA, GET, sp_metadata},
	{SAML_PATH_SSO, GET | POST, bridge_issue},
	{"/runtime/saml2/choose.idp", GET | POST, bridge_choose},
	{SAML_PATH_ACS, POST, bridge_consume},
	{"/hvem", GET, hvem_page},
	{"/hvem/login", GET, hvem_login},
	{"/hvem/acs", POST, hvem_consume},
	{"/hvem/metadata", GET, hvem_metadata},
};

void
web_hub(const struct platform *p, instant now, struct arena *a, struct saml_hub *out)
{
	struct str base = config_str(p->config, OPT_URL_BROWSER);

	while (base.len > 0 && base.ptr[base.len - 1] == '/')
		base.len--;
	*out = (struct saml_hub){
		.entity_id = config_str(p->config, OPT_HUB_ENTITY_ID),
		.alias = config_str(p->config, OPT_HUB_ALIAS),
		.base_url = arena_dup(a, base),
		.organisation = config_str(p->config, OPT_HUB_ORGANISATION),
		.signer = identity_signer(&p->id[IDENTITY_HUB], now),
		.certs = p->id[IDENTITY_HUB].certs,
		.cert_count = p->id[IDENTITY_HUB].cert_count,
		.skew = SAML_SKEW,
		.is_development = !config_is_production(p->config),
	};
	if (config_flag(p->config, OPT_STS_ON_BEHALF))
		out->sts_entity_id = config_str(p->config, OPT_STS_ENTITY_ID);
}

/* [contract 2.12] Danish, unless the visitor wants English */
static bool
wants_english(struct http_call *c)
{
	struct query *q = ARENA_NEW(c->a, struct query);
	struct str rest = c->accept_language, part, tag, lang = STR_NONE;
	struct err ignored = ERR_INIT;
	bool more = !str_is_empty(rest);

	if (query_parse(c->query, c->a, q, &ignored))
		lang = query_value(q, "lang");
	if (str_is_set(lang))
		return str_eq(lang, STR("en"));
	while (more) {
		more = str_cut(rest, ',', &part, &rest);
		str_cut(str_trim(part), ';', &tag, &lang);
		tag = str_trim(tag);
		if (tag.len >= 2 && str_eq_nocase(str_of(tag.ptr, 2), STR("da")))
			return false;
		if (tag.len >= 2 && str_eq_nocase(str_of(tag.ptr, 2), STR("en")))
			return true;
	}
	return false;
}

/* Each of the handlers signs or verifies something, or writes: none is free for strangers. */
static void
handle(struct visit *v, void (*handler)(struct visit *v))
{
	struct err e = ERR_INIT;

	if (bridge_admit(v, "address", v->c->peer, &e)) {
		handler(v);
		return;
	}
	LOG_ERR(LOG_LEVEL_WARNING, "web.refused", &e, LF("req", v->c->request_id),
		LF("peer", v->c->peer));
	page_error(v, &e, NULL);
}

static void
dispatch(struct visit *v)
{
	/* [token-service 1.1] without regard to case, and to one slash at the end */
	struct str path = str_without_slash(v->c->path);
	struct err e = ERR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
		if (!str_eq_nocase(path, str_from(routes[i].path)))
			continue;
		if (routes[i].methods & 1U << v->c->method) {
			handle(v, routes[i].handler);
			return;
		}
		FAIL(&e, SAML_WRONG_PLACE, "method at %s", routes[i].path);
		page_error(v, &e, NULL);
		v->c->refusal = "The method is not allowed here.";
		return;
	}
	if (!(GET & 1U << v->c->method) || !page_asset(v))
		http_plain(v->c, 404, "Nothing is served at this path.");
}

void
web_call(struct app *app, const struct platform *p, struct http_call *c)
{
	struct visit v = {.app = app, .p = p, .c = c, .web = app->web};
	struct peers_rules rules = {.anchors = p->anchors, .now = c->now};

	web_hub(p, c->now, c->a, &v.hub);
	if (!app->web || !v.hub.signer || !str_is_set(v.hub.entity_id)) {
		http_plain(c, 404, "The bridge is not configured here.");
		return;
	}
	v.is_english = wants_english(c);
	rules.is_development = v.hub.is_development;
	v.peers = peers_hold(v.web->peers, app->trust, &rules);
	dispatch(&v);
	message_trees_release(&v.trees);
	peers_release(v.peers);
}

/*
 * The secret of this installation: the same after a restart and on every node, and nothing that
 * a copy of the database would hold. It is what the bridge's key makes of a text that is no
 * message: RSASSA-PKCS1-v1_5 has one signature for it. With another key there is another
 * secret: choices of IdP are forgotten, and the audit trail names a hidden user anew.
 */
static bool
make_secret(const struct platform *p, char out[32], struct err *e)
{
	const struct signer *hub = identity_signer(&p->id[IDENTITY_HUB], clock_now());
	uint8_t digest[32], signature[SIGNATURE_MAX_BYTES];
	size_t len;
	bool ok;

	if (!hub)
		return true;
	digest_sha256(STR("sluse: the secret of the browser side, 1"), digest);
	ok = signer_sign(hub, signer_alg(hub), str_of(digest, sizeof(digest)), signature, &len,
			 e);
	if (ok)
		digest_sha256(str_of(signature, len), (uint8_t *)out);
	mem_wipe(signature, sizeof(signature));
	return ok;
}

bool
web_open(struct app *app, struct err *e)
{
	const struct platform *p = app_platform_hold(app);
	struct web *w = MEM_NEW(struct web);
	bool ok = make_secret(p, w->secret, e);

	platform_release(p);
	if (!ok) {
		mem_free(w);
		return false;
	}
	w->peers = peers_new();
	w->limiter = limiter_new();
	app->web = w;
	return true;
}

void
web_close(struct app *app)
{
	struct web *w = app->web;

	if (!w)
		return;
	peers_free(w->peers);
	limiter_free(w->limiter);
	mem_wipe(w, sizeof(*w));
	mem_free(w);
	app->web = NULL;
}
