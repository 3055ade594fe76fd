/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From listener and path to a handler. The path decides, never a header. Answers here only what
 * has no handler of its own: contract files, unknown paths, wrong methods.
 */
#include "gateway/app.h"
#include "base/limits.h"
#include "base/log.h"

static const struct str sts_path =
	STR_INIT("/runtime/services/kombittrust/14/certificatemixed");
/* where tools ask for its contract */
static const struct str mex_path = STR_INIT("/runtime/services/kombittrust/mex");
static const char sts_wsdl[] = "adgangsstyring/sts.wsdl";

static void
method_refused(struct http_call *c, const char *allowed)
{
	http_plain(c, 405, "The method is not allowed here.");
	http_set_header(c, "Allow", str_from(allowed));
}

static bool
is_reading(const struct http_call *c)
{
	return c->method == HTTP_METHOD_GET || c->method == HTTP_METHOD_HEAD;
}

/* ?wsdl, ?xsd=NAME; ?singleWsdl is not ours. */
static bool
is_for_contract(struct str query)
{
	return str_eq_nocase(query, STR("wsdl")) || str_has_prefix(query, STR("xsd="));
}

static void
serve_contract(struct app *app, const struct platform *p, const char *wsdl, struct http_call *c)
{
	const struct signer *sts = identity_signer(&p->id[IDENTITY_STS], c->now);
	const struct wsdl_place place = {
		.base_url = config_str(p->config, OPT_URL_SYSTEM),
		.path = str_without_slash(c->path),
		.sts_cert = sts ? cert_base64(signer_cert(sts)) : STR(""),
	};
	struct str xsd = STR_NONE;

	if (wsdl == NULL || !is_for_contract(c->query)) {
		method_refused(c, "POST");
		return;
	}
	if (str_has_prefix(c->query, STR("xsd=")))
		xsd = str_skip(c->query, 4);
	if (!wsdl_write(app->wsdl, wsdl, xsd, &place, &c->answer)) {
		http_plain(c, 404, "There is no such contract file.");
		return;
	}
	c->status = 200;
	c->answer_type = STR("text/xml; charset=utf-8");
}

/* Requests for tokens, and the contract of the token service at both its paths. */
static void
sts_path_call(struct app *app, const struct platform *p, bool is_mex, struct http_call *c)
{
	if (!is_mex && c->method == HTTP_METHOD_POST)
		sts_call(app, p, c);
	else if (!is_reading(c))
		method_refused(c, is_mex ? "GET" : "POST, GET");
	else if (!p->id[IDENTITY_STS].current || (is_mex && !is_for_contract(c->query)))
		http_plain(c, 404, "Nothing is served at this path.");
	else
		serve_contract(app, p, sts_wsdl, c);
}

static void
system_call(struct app *app, const struct platform *p, struct http_call *c)
{
	struct str path = str_without_slash(c->path);
	const struct soap_service *s;

	if (str_eq_nocase(path, sts_path) || str_eq_nocase(path, mex_path)) {
		sts_path_call(app, p, str_eq_nocase(path, mex_path), c);
		return;
	}
	if (rest_call(app, p, c) || rest_service_call(app, p, c))
		return;
	s = soap_service_find(app->services, app->service_count, c->path);
	if (s == NULL)
		http_plain(c, 404, "Nothing is served at this path.");
	else if (c->method == HTTP_METHOD_POST)
		service_call(app, p, s, c);
	else if (is_reading(c))
		serve_contract(app, p, s->wsdl, c);
	else
		method_refused(c, "POST, GET");
}

/* Small calls go on while many large ones come: those take memory before they are proven. */
static void
system_call_weighed(struct app *app, const struct platform *p, struct http_call *c)
{
	if (c->body.len < LIMIT_LARGE_BYTES) {
		system_call(app, p, c);
		return;
	}
	if (atomic_fetch_add(&app->large_calls, 1) < LIMIT_LARGE_CALLS) {
		system_call(app, p, c);
	} else {
		http_plain(c, 503, "Too many large calls at the moment.");
		http_set_header(c, "Retry-After", STR("1"));
	}
	atomic_fetch_sub(&app->large_calls, 1);
}

void
route_call(struct http_call *c, void *arg)
{
	struct app *app = arg;
	const struct platform *p = app_platform_hold(app);

	switch (c->listener) {
	case LISTENER_SYSTEM:
		system_call_weighed(app, p, c);
		break;
	case LISTENER_BROWSER:
		web_call(app, p, c);
		break;
	case LISTENER_OPERATIONS:
		operations_call(app, p, c);
		break;
	}
	if (c->answer.over)
		http_plain(c, 500, "The answer would be too large.");
	LOG(LOG_LEVEL_DEBUG, "http.call", LF("req", c->request_id), LF("path", c->path),
	    LF("peer", c->peer));
	platform_release(p);
}
