/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bridge takes an IdP's answer and answers the system: verify, read, map, sign, session and
 * audit record on disk, without the socket. Beside it lasso's own pair of calls for the same
 * two messages, with the same keys. The logins are begun before the clock starts.
 * usage: bench_bridge CONFIG IDP_KEY IDP_CERT HVEM_METADATA IDP_METADATA [SUFFIX]
 */
#include <lasso/lasso.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/encoding.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "gateway/web.h"
#include "saml/authn.h"
#include "saml/lasso.h"
#include "saml/redirect.h"
#include "saml/respond.h"
#include "tests/bench/bench.h"
#include "xml/names.h"
#include "xml/parse.h"

#define COUNT 600
#define THREADS 8
#define LASSO_COUNT 60
#define COOKIE "__Host-ch_bind=00112233445566778899aabbccddeeff"

static const struct str roles = STR_INIT(
	"<PrivilegeList "
	"xmlns=\"http://itst.dk/oiosaml/basic_privilege_profile\"><PrivilegeGroup "
	"Scope=\"urn:dk:gov:saml:cvrNumberIdentifier:11111111\"><Privilege>"
	"http://korsbaek.example/roles/jobrole/sagsbehandler/1</Privilege><Constraint "
	"Name=\"http://korsbaek.example/kle/1/parametric\">25.*</Constraint></PrivilegeGroup>"
	"</PrivilegeList>");

struct bridge {
	struct bench_world *w;
	struct signer *idp;
	struct str idp_id;
	struct arena *a;
	struct str forms[COUNT];
	struct str request, response; /* of the first login: for lasso */
	size_t in_bytes, out_bytes;
};

static struct str
call(struct bridge *b, struct http_call *c, const char *want_header)
{
	struct str found = STR_NONE;

	c->listener = LISTENER_BROWSER;
	c->cookie = STR(COOKIE);
	c->peer = STR("127.0.0.1");
	c->request_id = STR("0123456789abcdef");
	c->now = clock_now();
	buf_init(&c->answer, LIMIT_ANSWER_BYTES);
	web_call(b->w->app, b->w->platform, c);
	for (size_t i = 0; want_header && i < c->header_count; i++)
		if (str_eq_c(c->headers[i].name, want_header))
			found = c->headers[i].value;
	return found;
}

/* The built-in system's request to the bridge. */
static struct str
system_request(struct bridge *b, struct arena *a)
{
	const struct config *c = b->w->platform->config;
	struct str base = config_str(c, OPT_URL_BROWSER);
	const struct saml_endpoint sso = {
		.binding = SAML_BINDING_REDIRECT,
		.location = arena_printf(a, STR_FMT SAML_PATH_SSO, STR_ARG(base))};
	const struct saml_peer hub = {.role = SAML_ROLE_IDP, .sso = {&sso, 1}};
	struct authn_order o = {.issuer = config_str(c, OPT_HVEM_ENTITY_ID),
				.acs = arena_printf(a, STR_FMT "/hvem/acs", STR_ARG(base)),
				.signer = b->w->platform->hvem,
				.to = &hub,
				.id = authn_new_id(a),
				.now = clock_now()};
	struct authn_message m;
	struct str path, query;
	struct err e = ERR_INIT;

	if (!authn_write(&o, a, &m, &e))
		bench_die("ask the bridge", &e);
	str_cut(m.url, '?', &path, &query);
	return query;
}

static struct str
between(struct str text, const char *from)
{
	struct str value, rest;
	size_t at;

	BUG_ON(!str_find(text, str_from(from), &at));
	BUG_ON(!str_cut(str_skip(text, at + strlen(from)), '"', &value, &rest));
	return value;
}

/* What the IdP answers to the bridge's request. */
static struct str
idp_answer(struct bridge *b, struct str asked, struct arena *a)
{
	struct str values[] = {STR("Substantial"), STR("11111111"), base64_encode(a, roles)};
	const struct respond_attribute list[] = {{ATTR3_LOA, &values[0], 1},
						 {ATTR3_CVR, &values[1], 1},
						 {ATTR3_PRIVILEGES, &values[2], 1}};
	struct respond_order o = {
		.issuer = b->idp_id,
		.destination = between(asked, "AssertionConsumerServiceURL=\""),
		.in_response_to = between(asked, " ID=\""),
		.signer = b->idp,
		.now = clock_now(),
		.sign_assertion = true,
		.is_adfs_shaped = true,
		.audience = config_str(b->w->platform->config, OPT_HUB_ENTITY_ID),
		.name = {.format = SAML_X509_FORMAT,
			 .value = STR("C=DK,O=11111111,CN=Agnete Opdigtet,Serial=x")},
		.session_index = STR("_s"),
		.class_ref = SAML_AC_X509,
		.authn_instant = clock_now(),
		.attribute_format = FORMAT_URI,
		.attributes = list,
		.attribute_count = ARRAY_LEN(list),
	};
	struct buf xml = BUF_INIT(LIMIT_SAML_MESSAGE_BYTES);
	struct str id, out;
	struct err e = ERR_INIT;

	o.recipient = o.destination;
	if (!respond_write(&o, a, &xml, &id, &e))
		bench_die("answer as the IdP", &e);
	out = arena_dup(a, buf_str(&xml));
	buf_release(&xml);
	return out;
}

static void
begin_login(struct bridge *b, size_t i)
{
	struct http_call c = {.method = HTTP_METHOD_GET,
			      .path = STR(SAML_PATH_SSO),
			      .query = system_request(b, b->a),
			      .a = b->a};
	struct str path, query, xml, location = call(b, &c, "Location");
	struct buf form = BUF_INIT(LIMIT_FORM_BODY_BYTES);
	struct binding_message asked;
	struct err e = ERR_INIT;

	if (!str_cut(location, '?', &path, &query) || !redirect_read(query, b->a, &asked, &e)) {
		fwrite(c.answer.ptr, 1, c.answer.len, stderr);
		bench_die("begin a login", &e);
	}
	xml = idp_answer(b, asked.xml, b->a);
	buf_add_c(&form, "SAMLResponse=");
	percent_add(&form, base64_encode(b->a, xml));
	b->forms[i] = arena_dup(b->a, buf_str(&form));
	b->in_bytes = xml.len;
	if (i == 0) {
		b->request = c.query;
		b->response = base64_encode(b->a, xml);
	}
	buf_release(&form);
	buf_release(&c.answer);
}

static void
end_login(size_t i, void *arg)
{
	struct bridge *b = arg;
	struct http_call c = {.method = HTTP_METHOD_POST,
			      .path = STR(SAML_PATH_ACS),
			      .content_type = STR("application/x-www-form-urlencoded"),
			      .body = b->forms[i],
			      .a = arena_new()};
	struct err none = ERR_INIT;

	call(b, &c, NULL);
	if (c.status != 200) {
		fwrite(c.answer.ptr, 1, c.answer.len, stderr);
		bench_die("a login was refused", &none);
	}
	b->out_bytes = c.answer.len;
	buf_release(&c.answer);
	arena_free(c.a);
}

/* --- lasso --- */

struct lasso {
	struct bridge *b;
	LassoServer *sp, *idp;
	char *request, *response;
};

static const char *
save(struct bridge *b, const char *path, const char *name)
{
	struct http_call c = {.method = HTTP_METHOD_GET, .path = str_from(path), .a = b->a};
	FILE *f;

	name = arena_printf(b->a, "%s.%s", config_text(b->w->platform->config, OPT_DATABASE),
			    name)
		       .ptr;
	call(b, &c, NULL);
	f = fopen(name, "w");
	BUG_ON(!f || fwrite(c.answer.ptr, 1, c.answer.len, f) != c.answer.len);
	fclose(f);
	buf_release(&c.answer);
	return name;
}

static LassoServer *
lasso_server(struct bridge *b, const char *own, LassoProviderRole role, const char *peer)
{
	const struct config *c = b->w->platform->config;
	LassoServer *s = lasso_server_new(own, config_text(c, OPT_HUB_KEY), NULL,
					  config_text(c, OPT_HUB_CERT));

	BUG_ON(!s);
	s->signature_method = LASSO_SIGNATURE_METHOD_RSA_SHA256;
	BUG_ON(lasso_server_add_provider(s, role, peer, NULL, NULL) != 0);
	return s;
}

/* Response in, Response out, as lasso's documentation has it. */
static void
lasso_pair(size_t i, void *arg)
{
	struct lasso *l = arg;
	LassoLogin *in = lasso_login_new(l->sp), *out = lasso_login_new(l->idp);

	(void)i;
	BUG_ON(lasso_login_process_authn_response_msg(in, l->response) != 0);
	BUG_ON(lasso_login_process_authn_request_msg(out, l->request) != 0);
	BUG_ON(lasso_login_validate_request_msg(out, TRUE, TRUE) != 0);
	BUG_ON(lasso_login_build_assertion(out, LASSO_SAML2_AUTHN_CONTEXT_X509, NULL, NULL,
					   NULL, NULL) != 0);
	BUG_ON(lasso_login_build_authn_response_msg(out) != 0);
	lasso_login_destroy(in);
	lasso_login_destroy(out);
}

static void
bench_lasso(struct bridge *b, const char *system, const char *idp, double floor)
{
	struct lasso l = {.b = b,
			  .request = arena_dup_c(b->a, b->request),
			  .response = arena_dup_c(b->a, b->response)};

	l.sp = lasso_server(b, save(b, SAML_PATH_SP_METADATA, "sp.xml"),
			    LASSO_PROVIDER_ROLE_IDP, idp);
	l.idp = lasso_server(b, save(b, SAML_PATH_IDP_METADATA, "idp.xml"),
			     LASSO_PROVIDER_ROLE_SP, system);
	bench_print(b->w, "bridge_login_by_lasso", bench_run(LASSO_COUNT, 1, lasso_pair, &l),
		    floor);
	lasso_server_destroy(l.sp);
	lasso_server_destroy(l.idp);
}

int
main(int argc, char **argv)
{
	struct bench_world w = {.suffix = argc > 6 ? argv[6] : ""};
	static struct bridge b;
	struct buf problems = BUF_INIT(65536);
	struct platform *p = NULL;
	struct config *c = NULL;
	struct err e = ERR_INIT;
	double floor;

	if (argc < 6) {
		fprintf(stderr, "usage: bench_bridge CONFIG IDP_KEY IDP_CERT HVEM_METADATA "
				"IDP_METADATA [SUFFIX]\n");
		return 2;
	}
	saml_lasso_init();
	mem_setup();
	xml_init();
	log_setup(LOG_LEVEL_ERROR, LOG_FORMAT_TEXT, false);
	if (!config_load(argv[1], &c, &problems, &e) || !platform_load(c, &p, &e) ||
	    !app_open(p, &w.app, &e) || !web_open(w.app, &e) ||
	    !signer_load(argv[2], argv[3], &b.idp, &e))
		bench_die("start", &e);
	w.platform = app_platform_hold(w.app);
	b.w = &w;
	b.a = arena_new();
	b.idp_id = config_str(w.platform->config, OPT_IDP_ENTITY_ID);
	for (size_t i = 0; i < COUNT; i++)
		begin_login(&b, i);
	floor = bench_sign_us(w.platform->id[IDENTITY_HUB].current) + bench_verify_us(b.idp) +
		bench_digest_us(b.in_bytes) + bench_digest_us(b.in_bytes);
	bench_print(&w, "bridge_login", bench_run(COUNT, THREADS, end_login, &b), floor);
	bench_lasso(&b, argv[4], argv[5], floor);
	platform_release(w.platform);
	web_close(w.app);
	app_close(w.app);
	signer_free(b.idp);
	arena_free(b.a);
	return 0;
}
