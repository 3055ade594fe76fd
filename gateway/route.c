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

static void
method_refused(struct http_call *c, const char *allowed)
{
	http_plain(c, 405, "The method is not allowed here.");
	http_set_header(c, "Allow", str_from(allowed));
}

/* GET ?wsdl, ?singleWsdl is not ours, ?xsd=NAME. */
static void
serve_contract(struct app *app, const struct platform *p, const char *wsdl, struct http_call *c)
{
	struct str xsd = STR_NONE;

	if (wsdl == NULL ||
	    (!str_eq_nocase(c->query, STR("wsdl")) && !str_has_prefix(c->query, STR("xsd=")))) {
		method_refused(c, "POST");
		return;
	}
	if (str_has_prefix(c->query, STR("xsd=")))
		xsd = str_skip(c->query, 4);
	if (!wsdl_write(app->wsdl, wsdl, xsd, config_str(p->config, OPT_URL_SYSTEM),
			str_without_slash(c->path), &c->answer)) {
		http_plain(c, 404, "There is no such contract file.");
		return;
	}
	c->status = 200;
	c->answer_type = STR("text/xml; charset=utf-8");
}

static void
system_call(struct app *app, const struct platform *p, struct http_call *c)
{
	const struct soap_service *s;

	if (str_eq_nocase(str_without_slash(c->path), sts_path)) {
		if (c->method == HTTP_METHOD_POST)
			sts_call(app, p, c);
		else
			method_refused(c, "POST");
		return;
	}
	s = soap_service_find(app->services, app->service_count, c->path);
	if (s == NULL)
		http_plain(c, 404, "Nothing is served at this path.");
	else if (c->method == HTTP_METHOD_POST)
		service_call(app, p, s, c);
	else if (c->method == HTTP_METHOD_GET || c->method == HTTP_METHOD_HEAD)
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
	case LISTENER_IDP:
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
