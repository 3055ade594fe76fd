/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a resource server needs to check our JWTs alone: the keys that they are or will be
 * signed with, and where everything is. Public; asks nobody who he is.
 * Standard: RFC 7517 5 (JWK set), RFC 8414 2, 3 (authorization server metadata), RFC 8705 3.3.
 */
#include "gateway/restcall.h"

#include "base/json.h"

/* a successor is published long before it signs */
#define CACHE STR("public, max-age=3600")

static bool
is_served(const struct platform *p, struct http_call *c)
{
	if (p->id[IDENTITY_STS].current)
		return true;
	http_plain(c, 404, "Nothing is served at this path.");
	return false;
}

static void
answered(struct http_call *c, const char *type)
{
	c->status = 200;
	c->answer_type = str_from(type);
	http_set_header(c, "Cache-Control", CACHE);
}

void
rest_jwks(struct app *app, const struct platform *p, struct http_call *c)
{
	const struct identity *id = &p->id[IDENTITY_STS];

	(void)app;
	if (!is_served(p, c))
		return;
	jwks_write(id->certs, id->cert_count, c->a, &c->answer);
	answered(c, "application/jwk-set+json");
}

static void
put_list(json_t *o, const char *name, const char *only)
{
	json_t *list = json_array();

	if (only)
		(void)json_array_append_new(list, json_string(only));
	(void)json_object_set_new(o, name, list);
}

/* What follows the host in the issuer, without a slash at its end. */
static struct str
path_of(struct str issuer)
{
	struct str rest = issuer;
	size_t at;

	if (str_find(rest, STR("://"), &at))
		rest = str_skip(rest, at + 3);
	if (!str_find(rest, STR("/"), &at))
		return STR("");
	rest = str_skip(rest, at);
	while (rest.len > 0 && rest.ptr[rest.len - 1] == '/')
		rest.len--;
	return rest;
}

static struct str
without_slashes(struct str s)
{
	while (s.len > 0 && s.ptr[s.len - 1] == '/')
		s.len--;
	return s;
}

void
rest_metadata(struct app *app, const struct platform *p, struct http_call *c)
{
	AUTO(json_decrefp) json_t *o = json_object();
	struct str issuer = token_jwt_issuer(p), base, more;

	(void)app;
	more = without_slashes(str_skip(c->path, sizeof(REST_PATH_METADATA) - 1));
	if (!is_served(p, c))
		return;
	/* [rfc8414 3.1] of an issuer with a path, that path goes behind the well-known one */
	if (!str_eq_c(more, "") && !str_eq_nocase(more, path_of(issuer))) {
		http_plain(c, 404, "There is no such issuer.");
		return;
	}
	base = without_slashes(config_str(p->config, OPT_URL_SYSTEM));
	json_put_text(o, "issuer", issuer);
	json_put_text(o, "token_endpoint",
		      arena_printf(c->a, STR_FMT "%s", STR_ARG(base), REST_PATH_JWT));
	json_put_text(o, "jwks_uri",
		      arena_printf(c->a, STR_FMT "%s", STR_ARG(base), REST_PATH_JWKS));
	put_list(o, "response_types_supported", NULL);
	put_list(o, "grant_types_supported", "client_credentials");
	put_list(o, "token_endpoint_auth_methods_supported", "tls_client_auth");
	(void)json_object_set_new(o, "tls_client_certificate_bound_access_tokens", json_true());
	json_add_to(o, &c->answer);
	answered(c, "application/json");
}
