/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The development IdP over HTTP. Verifies the bridge's request as a real IdP does, lets the
 * visitor be any user of its file, and answers in the shape of AD FS: a signed assertion in an
 * unsigned Response, attributes first. Between page and choice it remembers nothing: the form
 * carries the signed request, which is verified again.
 * Source: context-handler contract 3, 6.5, 10.
 */
#include "gateway/idp.h"

#include "base/encoding.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "crypto/random.h"
#include "gateway/file.h"
#include "gateway/pages.h"
#include "saml/level.h"
#include "saml/redirect.h"
#include "saml/request.h"
#include "saml/respond.h"
#include "version.h"
#include "xml/names.h"

#define PATH_SSO "/sso"
#define PATH_LOGIN "/login"
#define PATH_METADATA "/metadata"
#define USERS_BYTES (1024UL * 1024)

static const struct saml_endpoint *
hub_acs(const struct config *c, struct arena *a)
{
	struct saml_endpoint *ep = ARENA_NEW(a, struct saml_endpoint);

	*ep = (struct saml_endpoint){
		.binding = SAML_BINDING_POST,
		.location =
			arena_printf(a, STR_FMT "%s", STR_ARG(config_str(c, OPT_URL_BROWSER)),
				     SAML_PATH_ACS),
	};
	return ep;
}

static bool
open_users(struct idp *idp, struct err *e)
{
	const char *path = config_is_set(idp->config, OPT_IDP_USERS)
				   ? config_text(idp->config, OPT_IDP_USERS)
				   : SLUSE_DATADIR "/policies/demo/idp-users.json";
	struct str json;
	bool ok;

	if (!file_read(path, USERS_BYTES, &json, e))
		return false;
	ok = idp_users_read(json, idp->a, &idp->users, e);
	file_free(&json);
	return ok;
}

static bool
open_all(struct idp *idp, struct err *e)
{
	const struct config *c = idp->config;
	struct cert *hub = NULL;

	if (config_is_production(c))
		return FAIL(e, CONFIG_INVALID,
			    "the development IdP does not run with environment = "
			    "\"production\"");
	if (!config_is_set(c, OPT_IDP_CERT) || !config_is_set(c, OPT_HUB_CERT) ||
	    !config_is_set(c, OPT_HUB_ENTITY_ID))
		return FAIL(e, CONFIG_INVALID,
			    "idp.cert, hub.cert or hub.entity_id is not set");
	if (!signer_load(config_text(c, OPT_IDP_KEY), config_text(c, OPT_IDP_CERT),
			 &idp->signer, e) ||
	    !cert_load(config_text(c, OPT_HUB_CERT), &hub, e) || !open_users(idp, e)) {
		cert_free(hub);
		return false;
	}
	idp->entity_id = config_str(c, OPT_IDP_ENTITY_ID);
	idp->hub_entity_id = config_str(c, OPT_HUB_ENTITY_ID);
	idp->hub = (struct saml_peer){.role = SAML_ROLE_SYSTEM,
				      .entity_id = idp->hub_entity_id,
				      .acs = {hub_acs(c, idp->a), 1},
				      .signing = {hub},
				      .signing_count = 1};
	if (config_is_set(c, OPT_HUB_NEXT_CERT)) {
		if (!cert_load(config_text(c, OPT_HUB_NEXT_CERT), &idp->hub.signing[1], e))
			return false;
		idp->hub.signing_count = 2;
	}
	return true;
}

bool
idp_open(const struct config *c, struct idp **out, struct err *e)
{
	struct idp *idp = MEM_NEW(struct idp);

	idp->a = arena_new();
	idp->config = c;
	idp->is_oiosaml3 = true;
	if (!open_all(idp, e)) {
		idp_close(idp);
		return false;
	}
	*out = idp;
	return true;
}

void
idp_close(struct idp *idp)
{
	if (!idp)
		return;
	saml_peer_release(&idp->hub);
	signer_free(idp->signer);
	arena_free(idp->a);
	mem_free(idp);
}

bool
idp_metadata(const struct idp *idp, struct arena *a, struct buf *out, struct err *e)
{
	struct metadata_small m = {
		.role = SAML_ROLE_IDP,
		.entity_id = idp->entity_id,
		.location = arena_printf(a, STR_FMT PATH_SSO, STR_ARG(idp->base_url)),
		.organisation = STR("Sluse, login til udvikling"),
		.signer = idp->signer,
	};

	return metadata_publish_small(&m, a, out, e);
}

/* --- a request of the bridge --- */

struct ask {
	const struct idp *idp;
	struct visit *v;
	struct str carried; /* the query, or the form, as it came */
	bool is_post;
	struct authn_request r;
};

static bool
open_ask(struct ask *x, struct err *e)
{
	struct arena *a = x->v->c->a;
	struct request_question q = {
		.here = arena_printf(a, STR_FMT PATH_SSO, STR_ARG(x->idp->base_url)),
		.skew = SECONDS(LIMIT_SAML_SKEW_S),
		.peer = &x->idp->hub,
		.now = x->v->c->now,
	};
	struct binding_message b;
	struct message m;

	if (!(x->is_post ? post_read(x->carried, a, &b, e)
			 : redirect_read(x->carried, a, &b, e)) ||
	    !message_parse(b.xml, &x->v->trees, a, &m, e))
		return false;
	if (m.kind != MESSAGE_AUTHN_REQUEST || !str_eq(m.issuer, x->idp->hub_entity_id))
		return FAIL(e, SAML_REQUEST, "not an AuthnRequest of the bridge");
	return request_verify(&q, &b, &m, &x->v->trees, a, &x->r, e);
}

static struct respond_order
order_for(const struct ask *x)
{
	return (struct respond_order){
		.issuer = x->idp->entity_id,
		.destination = x->r.acs,
		.in_response_to = x->r.id,
		.signer = x->idp->signer,
		.now = x->v->c->now,
	};
}

static void
post_back(struct ask *x, struct str xml)
{
	page_post(x->v, &(struct page_form){.action = x->r.acs,
					    .field = "SAMLResponse",
					    .value = base64_encode(x->v->c->a, xml),
					    .relay_state = x->r.relay_state});
}

static void
answer_error(struct ask *x, enum err_code why)
{
	AUTO(buf_release) struct buf xml = BUF_INIT(64UL * 1024);
	struct respond_order o = order_for(x);
	struct err e = ERR_INIT;

	if (respond_write_error(&o, why, x->v->c->request_id, x->v->c->a, &xml, &e))
		post_back(x, buf_str(&xml));
	else
		page_error(x->v, &e, NULL);
}

/* --- the user's attributes --- */

struct sheet {
	struct respond_attribute list[10];
	struct str values[10];
	size_t count;
};

static void
add(struct sheet *s, struct str name, struct str value)
{
	if (str_is_empty(value))
		return;
	s->values[s->count] = value;
	s->list[s->count] = (struct respond_attribute){
		.name = name, .values = &s->values[s->count], .count = 1};
	s->count++;
}

static struct str
roles_text(const struct ask *x, const struct idp_user *u)
{
	AUTO(buf_release) struct buf xml = BUF_INIT(LIMIT_BPP_BYTES);

	if (u->role_count == 0)
		return STR_NONE;
	privilege_write(u->roles, u->role_count, false, &xml);
	return base64_encode(x->v->c->a, buf_str(&xml));
}

static void
fill_sheet(const struct ask *x, const struct idp_user *u, struct sheet *s)
{
	struct str number = arena_printf(x->v->c->a, "%d", u->assurance);

	*s = (struct sheet){.count = 0};
	if (!x->idp->is_oiosaml3) {
		add(s, ATTR_SPEC_VER, STR("DK-SAML-2.0"));
		add(s, ATTR_KOMBIT_SPEC_VER, STR("1.0"));
		add(s, ATTR_ASSURANCE, number);
		add(s, ATTR_CVR, u->cvr);
		add(s, ATTR_PRIVILEGES, roles_text(x, u));
		return;
	}
	add(s, ATTR3_SPECVER, STR("OIO-SAML-3.0"));
	add(s, ATTR_KOMBIT_SPEC_VER, STR("2.0"));
	if (str_is_set(u->nsis))
		add(s, ATTR3_LOA, u->nsis);
	else
		add(s, ATTR_ASSURANCE, number);
	add(s, ATTR3_CVR, u->cvr);
	add(s, ATTR3_ORG, u->organisation);
	add(s, ATTR3_MAIL, u->mail);
	add(s, ATTR3_PRIVILEGES, roles_text(x, u));
}

static void
answer_user(struct ask *x, const struct idp_user *u)
{
	AUTO(buf_release) struct buf xml = BUF_INIT(LIMIT_SAML_MESSAGE_BYTES);
	struct arena *a = x->v->c->a;
	struct respond_order o = order_for(x);
	struct sheet sheet;
	struct str id;
	struct err e = ERR_INIT;

	fill_sheet(x, u, &sheet);
	o.sign_assertion = true;
	o.is_adfs_shaped = true;
	o.encrypt_for = x->idp->encrypts ? x->idp->hub.signing[0] : NULL;
	o.recipient = x->r.acs;
	o.audience = x->idp->hub_entity_id;
	o.name = (struct nameid){
		.format = SAML_X509_FORMAT,
		.value = arena_printf(a, "C=DK,O=" STR_FMT ",CN=" STR_FMT ",Serial=" STR_FMT,
				      STR_ARG(u->cvr), STR_ARG(u->name), STR_ARG(u->serial)),
	};
	o.session_index = random_id(a, "_");
	o.class_ref = x->idp->is_oiosaml3 && str_is_set(u->nsis) ? nsis_url(nsis_read(u->nsis))
								 : SAML_AC_X509;
	o.authn_instant = x->v->c->now;
	o.attribute_format = x->idp->is_oiosaml3 ? FORMAT_URI : SAML_BASIC_FORMAT;
	o.attributes = sheet.list;
	o.attribute_count = sheet.count;
	if (respond_write(&o, a, &xml, &id, &e))
		post_back(x, buf_str(&xml));
	else
		page_error(x->v, &e, NULL);
}

/* --- pages --- */

static void
carry(struct ask *x)
{
	page_raw(x->v, "<input type=\"hidden\" name=\"carried\" value=\"");
	page_text(x->v, x->carried);
	page_raw(x->v, "\"><input type=\"hidden\" name=\"post\" value=\"");
	page_raw(x->v, x->is_post ? "1\">" : "0\">");
}

static void
show_users(struct ask *x)
{
	struct visit *v = x->v;

	page_begin(v, 200, "Login til udvikling",
		   arena_printf(v->c->a, "'self' " STR_FMT,
				STR_ARG(page_origin(x->r.acs, v->c->a))));
	page_raw(v, "<p>Opdigtede brugere, uden adgangskode. Vælg, hvem du vil være.</p>"
		    "<form method=\"post\" action=\"" PATH_LOGIN "\">");
	carry(x);
	page_raw(v, "<ul>\n");
	for (size_t i = 0; i < x->idp->users.count; i++) {
		const struct idp_user *u = &x->idp->users.items[i];

		page_raw(v, "<li><button type=\"submit\" name=\"user\" value=\"");
		page_text(v, u->id);
		page_raw(v, "\"><b>");
		page_text(v, u->name);
		page_raw(v, "</b> ");
		page_text(v, u->title);
		page_raw(v, "</button></li>\n");
	}
	page_raw(v, "</ul><p><button type=\"submit\" name=\"refuse\" value=\"1\" "
		    "class=\"quiet\">Afvis login</button></p></form>");
	page_end(v);
}

static void
sso(struct ask *x)
{
	struct err e = ERR_INIT;

	x->is_post = x->v->c->method == HTTP_METHOD_POST;
	x->carried = x->is_post ? x->v->c->body : x->v->c->query;
	if (!open_ask(x, &e)) {
		LOG_ERR(LOG_LEVEL_WARNING, "idp.refused", &e, LF("req", x->v->c->request_id));
		page_error(x->v, &e, NULL);
	} else if (x->r.is_passive) {
		answer_error(x, SAML_PASSIVE);
	} else {
		show_users(x);
	}
}

static void
login(struct ask *x)
{
	struct query *q = ARENA_NEW(x->v->c->a, struct query);
	struct str user;
	struct err e = ERR_INIT;

	if (!query_parse(x->v->c->body, x->v->c->a, q, &e)) {
		page_error(x->v, &e, NULL);
		return;
	}
	x->carried = query_value(q, "carried");
	x->is_post = str_eq(query_value(q, "post"), STR("1"));
	user = query_value(q, "user");
	if (!open_ask(x, &e)) {
		LOG_ERR(LOG_LEVEL_WARNING, "idp.refused", &e, LF("req", x->v->c->request_id));
		page_error(x->v, &e, NULL);
		return;
	}
	for (size_t i = 0; i < x->idp->users.count; i++)
		if (str_eq(x->idp->users.items[i].id, user)) {
			LOG(LOG_LEVEL_INFO, "idp.login", LF("req", x->v->c->request_id),
			    LF("user", user));
			answer_user(x, &x->idp->users.items[i]);
			return;
		}
	answer_error(x, SAML_REFUSED);
}

static void
metadata(struct ask *x)
{
	struct err e = ERR_INIT;

	if (!idp_metadata(x->idp, x->v->c->a, &x->v->c->answer, &e)) {
		page_error(x->v, &e, NULL);
		return;
	}
	x->v->c->status = 200;
	x->v->c->answer_type = STR("application/samlmetadata+xml; charset=utf-8");
}

void
idp_call(struct http_call *c, void *arg)
{
	struct visit v = {.c = c};
	struct ask x = {.idp = arg, .v = &v};
	bool is_get = c->method == HTTP_METHOD_GET || c->method == HTTP_METHOD_HEAD;

	if (str_eq(c->path, STR(PATH_METADATA)) && is_get)
		metadata(&x);
	else if (str_eq(c->path, STR(PATH_SSO)) && (is_get || c->method == HTTP_METHOD_POST))
		sso(&x);
	else if (str_eq(c->path, STR(PATH_LOGIN)) && c->method == HTTP_METHOD_POST)
		login(&x);
	else if (!is_get || !page_asset(&v))
		http_plain(c, 404, "Nothing is served at this path.");
	message_trees_release(&v.trees);
}
