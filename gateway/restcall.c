/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The token service without SOAP: who asks is proven by TLS alone, so a call without a client
 * certificate that is registered is refused before its body is read. What is decided, issued
 * and recorded is the same as for SOAP.
 *
 * A call of a stranger leaves a count and a log line; from the moment the system is known
 * every outcome is recorded before it is told.
 * Source: token-service contract 6.1, 6.2; RFC 6749; RFC 8705.
 */
#include "gateway/restcall.h"

#include "base/limits.h"
#include "base/log.h"
#include "gateway/cert_use.h"
#include "gateway/outcome.h"
#include "gateway/refusals.h"
#include "store/audit.h"

#define OAUTH_BODY_BYTES (64UL * 1024)

void
rest_begin(struct rest_run *r, struct app *app, const struct platform *p, struct http_call *c)
{
	*r = (struct rest_run){.app = app, .p = p, .c = c, .action = "token.issue"};
	r->known = trust_hold(app->trust);
	r->signer = identity_signer(&p->id[IDENTITY_STS], c->now);
}

void
rest_end(struct rest_run *r)
{
	cert_free(r->cert);
	xml_doc_free(r->doc);
	trust_release(r->known);
}

bool
rest_is_type(const struct http_call *c, const char *type)
{
	struct str kind, rest;

	(void)str_cut(c->content_type, ';', &kind, &rest);
	return str_eq_nocase(str_trim(kind), str_from(type));
}

bool
rest_accept(struct rest_run *r, size_t max_bytes)
{
	if (!r->signer)
		http_plain(r->c, 404, "Nothing is served at this path.");
	else if (r->c->body.len > max_bytes)
		http_plain(r->c, 413, "The message is too large.");
	else
		return true;
	return false;
}

void
rest_json(struct http_call *c, int status)
{
	c->status = status;
	c->answer_type = STR("application/json; charset=utf-8");
	http_set_header(c, "Cache-Control", STR("no-store"));
}

/* --- who asks --- */

bool
rest_authenticate(struct rest_run *r, struct err *e)
{
	struct decide_question q;
	struct err why = ERR_INIT;

	if (str_is_empty(r->c->client_cert))
		return FAIL(e, STS_CERT_MISSING, "no client certificate");
	if (!known_cert(r->known, r->c->client_cert, &r->cert, &why))
		return FAIL(e, STS_CERT_UNKNOWN, "%s", why.detail);
	q = token_question(r->p, r->known, r->cert, r->c);
	if (!decide_signer(&q, r->c->a, &r->decision, e))
		return false;
	if (refusals_are_many_of(r->app, r->cert, r->c->now))
		return FAIL(e, CALLS_LIMITED, "refusals of one certificate");
	r->is_known = true;
	cert_uses_note(r->app->uses, r->cert, r->c->now);
	return true;
}

bool
rest_parse_assertion(struct rest_run *r, struct str xml, struct xml_node **out, struct err *e)
{
	const struct xml_limits limits = {
		.bytes = LIMIT_STS_BODY_BYTES,
		.depth = LIMIT_XML_DEPTH,
		.nodes = LIMIT_STS_NODES,
	};
	struct err why = ERR_INIT;

	if (!xml_parse(xml, &limits, &r->doc, &why))
		return FAIL(e, STS_BEHALF_TOKEN, "%s: %s", err_row(why.code)->name, why.detail);
	*out = xml_root(r->doc);
	return true;
}

/* --- records --- */

static struct str
detail(const struct rest_run *r)
{
	struct record_detail d;
	const struct represented *behalf = &r->decision.behalf;

	record_detail_begin(&d, r->cert);
	record_detail_put(&d, "interface", str_from(r->interface));
	record_detail_put(&d, "applies_to", audit_asked_text(r->rst.applies_to));
	record_detail_put(&d, "on_behalf_of", behalf->system ? behalf->system->id : STR_NONE);
	record_detail_put(&d, "on_behalf_by",
			  str_is_set(r->behalf_by) ? r->behalf_by : behalf->token_id);
	return record_detail_text(&d, r->c->a);
}

bool
rest_record(struct rest_run *r, enum err_code code, struct err *e)
{
	const struct audit_row row = {
		.at = r->c->now,
		.action = str_from(r->action),
		.result = code == ERR_NONE ? STR("ok") : str_from(err_row(code)->name),
		.actor = r->decision.system->id,
		.cvr = r->rst.cvr,
		.service = r->decision.audience,
		.object = r->token_id,
		.request_id = r->c->request_id,
		.detail = detail(r),
	};
	struct err why = ERR_INIT;

	if (record_write(r->app, &row, code != ERR_NONE, audit_asked_text(r->rst.applies_to),
			 &why))
		return true;
	return FAIL(e, STS_AUDIT_FAILED, "%s: %s", err_row(why.code)->name, why.detail);
}

/* --- outcomes --- */

static void
log_refusal(const struct rest_run *r, const struct err *e)
{
	LOG_ERR(LOG_LEVEL_WARNING, "token.refused", e, LF("req", r->c->request_id),
		LF("peer", r->c->peer), LF("path", r->c->path),
		LF("system", r->is_known ? r->decision.system->id : STR_NONE),
		LF("applies_to", audit_asked_text(r->rst.applies_to)));
}

bool
rest_refused(struct rest_run *r, struct err *e)
{
	const struct outcome o = {
		.app = r->app,
		.known = r->known,
		.c = r->c,
		.what = METRIC_TOKEN,
		.action = r->action,
		.sender = r->is_known ? r->cert : NULL,
	};
	struct err why = ERR_INIT;

	if (e->code == CALLS_LIMITED ||
	    (!r->is_known && refusals_are_many(r->app, r->known, r->c))) {
		outcome_turn_away(&o);
		return false;
	}
	outcome_count_refusal(&o, e->code);
	if (r->is_known && e->code != STS_AUDIT_FAILED && !rest_record(r, e->code, &why)) {
		log_refusal(r, e);
		*e = why;
	}
	log_refusal(r, e);
	metrics_outcome(METRIC_TOKEN, e->code);
	buf_clear(&r->c->answer);
	return true;
}

void
rest_granted(struct rest_run *r)
{
	LOG(LOG_LEVEL_INFO, "token.issued", LF("req", r->c->request_id),
	    LF("system", r->decision.system->id), LF("cvr", r->rst.cvr),
	    LF("service", r->decision.audience), LF("token", r->token_id));
	metrics_outcome(METRIC_TOKEN, ERR_NONE);
}

/* What clients are told of a failure: the decision's text, where it has one. */
static struct str
message_of(const struct rest_run *r, const struct err *e)
{
	return str_is_set(r->decision.reason) && e->code != STS_AUDIT_FAILED
		       ? r->decision.reason
		       : str_from(err_row(e->code)->text);
}

static void
refuse_with_number(struct rest_run *r, struct err *e)
{
	struct rest_error told;

	if (!rest_refused(r, e))
		return;
	told = rest_error_of(e->code);
	rest_error_write(told.number, message_of(r, e), &r->c->answer);
	rest_json(r->c, told.status);
}

static void
refuse_with_word(struct rest_run *r, struct err *e)
{
	struct rest_error told;

	if (!rest_refused(r, e))
		return;
	told = rest_error_of(e->code);
	if (told.word)
		oauth_error_write(told.word, message_of(r, e), &r->c->answer);
	else
		rest_error_write(told.number, message_of(r, e), &r->c->answer);
	rest_json(r->c, told.status);
}

static bool
decide(struct rest_run *r, struct err *e)
{
	struct decide_question q = token_question(r->p, r->known, r->cert, r->c);

	return decide_request(&q, &r->rst, r->c->a, &r->decision, e);
}

/* --- a SAML token --- */

static bool
issue_saml(struct rest_run *r, struct issued *t, struct err *e)
{
	struct issue_order order = token_order(r->p, &r->decision, &r->rst, r->cert, r->c->now);

	if (!issue_assertion(&order, r->c->a, t, e))
		return false;
	r->token_id = t->id;
	rest_answer_write(&r->rst, t, &r->c->answer);
	return buf_done(&r->c->answer, e);
}

static bool
read_saml(struct rest_run *r, struct err *e)
{
	struct rest_request q;
	bool ok = rest_request_read(r->c->body, r->c->a, &q, e);

	r->rst = q.rst;
	if (!ok)
		return false;
	return !str_is_set(q.behalf_xml) ||
	       rest_parse_assertion(r, q.behalf_xml, &r->rst.behalf_token, e);
}

static void
saml_call(struct app *app, const struct platform *p, struct http_call *c)
{
	AUTO(rest_end) struct rest_run r;
	struct err e = ERR_INIT;
	struct issued t;

	rest_begin(&r, app, p, c);
	r.interface = "rest";
	if (!rest_accept(&r, LIMIT_STS_BODY_BYTES))
		return;
	if (!rest_is_type(c, "application/json")) {
		http_plain(c, 415, "The media type is not supported.");
		return;
	}
	if (!rest_authenticate(&r, &e) || !read_saml(&r, &e) || !decide(&r, &e) ||
	    !issue_saml(&r, &t, &e) || !rest_record(&r, ERR_NONE, &e)) {
		refuse_with_number(&r, &e);
		return;
	}
	rest_json(c, 200);
	rest_granted(&r);
}

/* --- a JWT --- */

/* [contract 6.2] client_id names a service, not the client: any other is nobody's to choose. */
static bool
read_oauth(struct rest_run *r, enum rest_form form, struct str *subject, struct err *e)
{
	struct oauth_request q;
	bool ok = oauth_request_read(r->c->query, form, r->c->body, r->c->a, &q, e);

	r->rst = q.rst;
	if (!ok)
		return false;
	if (!trust_service_find(r->known, q.client_id, subject))
		return FAIL(e, OAUTH_REQUEST, "client_id is no service");
	return true;
}

static struct jwt_order
jwt_order(const struct rest_run *r, struct str subject)
{
	const struct issue_order o =
		token_order(r->p, &r->decision, &r->rst, r->cert, r->c->now);
	bool is_other = str_is_set(o.subject);

	return (struct jwt_order){
		.issuer = token_jwt_issuer(r->p),
		.subject = is_other ? o.subject : subject,
		.actor = is_other ? cert_subject_net(r->cert) : STR_NONE,
		.audience = o.audience,
		.cvr = o.cvr,
		.assurance = o.assurance,
		.holder = r->cert,
		.privileges = o.privileges,
		.privilege_count = o.privilege_count,
		.from = o.from,
		.until = o.until,
		.signer = o.signer,
	};
}

static bool
issue_jwt(struct rest_run *r, struct str subject, struct err *e)
{
	const struct jwt_order order = jwt_order(r, subject);
	struct jwt_issued t;

	if (!jwt_write(&order, r->c->a, &t, e))
		return false;
	r->token_id = t.id;
	oauth_answer_write(t.text, t.life_s, &r->c->answer);
	return buf_done(&r->c->answer, e);
}

/* false: a body that is neither a form nor JSON. */
static bool
form_of(const struct http_call *c, enum rest_form *out)
{
	*out = REST_FORM_NONE;
	if (str_is_empty(c->body))
		return true;
	if (rest_is_type(c, "application/x-www-form-urlencoded"))
		*out = REST_FORM_URLENCODED;
	else if (rest_is_type(c, "application/json"))
		*out = REST_FORM_JSON;
	return *out != REST_FORM_NONE;
}

static void
jwt_call(struct app *app, const struct platform *p, struct http_call *c)
{
	AUTO(rest_end) struct rest_run r;
	struct err e = ERR_INIT;
	enum rest_form form;
	struct str subject;

	rest_begin(&r, app, p, c);
	r.interface = "oauth";
	if (!rest_accept(&r, OAUTH_BODY_BYTES))
		return;
	if (!form_of(c, &form)) {
		http_plain(c, 415, "The media type is not supported.");
		return;
	}
	if (!rest_authenticate(&r, &e) || !read_oauth(&r, form, &subject, &e) ||
	    !decide(&r, &e) || !issue_jwt(&r, subject, &e) || !rest_record(&r, ERR_NONE, &e)) {
		refuse_with_word(&r, &e);
		return;
	}
	rest_json(c, 200);
	/* [rfc6749 5.1] */
	http_set_header(c, "Pragma", STR("no-cache"));
	rest_granted(&r);
}

/* --- which is where --- */

static const struct {
	const char *path;
	bool is_get;
	bool has_more; /* the path may go on behind a slash */
	bool is_jwt;   /* not there with sts.jwt = false */
	void (*handler)(struct app *app, const struct platform *p, struct http_call *c);
} paths[] = {
	{REST_PATH_SAML, false, false, false, saml_call},
	{REST_PATH_JWT, false, false, true, jwt_call},
	{REST_PATH_EXCHANGE, false, false, true, rest_exchange},
	{REST_PATH_JWKS, true, false, true, rest_jwks},
	{REST_PATH_METADATA, true, true, true, rest_metadata},
};

static bool
is_at(struct str path, const char *want, bool has_more)
{
	struct str w = str_from(want);

	if (path.len > 1 && path.ptr[path.len - 1] == '/')
		path.len--;
	if (str_eq_nocase(path, w))
		return true;
	return has_more && path.len > w.len && path.ptr[w.len] == '/' &&
	       str_eq_nocase(str_of(path.ptr, w.len), w);
}

bool
rest_call(struct app *app, const struct platform *p, struct http_call *c)
{
	bool is_get = c->method == HTTP_METHOD_GET || c->method == HTTP_METHOD_HEAD;
	bool is_right;

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		if (!is_at(c->path, paths[i].path, paths[i].has_more))
			continue;
		if (paths[i].is_jwt && !config_flag(p->config, OPT_STS_JWT)) {
			http_plain(c, 404, "Nothing is served at this path.");
			return true;
		}
		is_right = paths[i].is_get ? is_get : c->method == HTTP_METHOD_POST;
		if (is_right) {
			paths[i].handler(app, p, c);
			return true;
		}
		http_plain(c, 405, "The method is not allowed here.");
		http_set_header(c, "Allow", paths[i].is_get ? STR("GET, HEAD") : STR("POST"));
		return true;
	}
	return false;
}
