/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One REST call to a service, stage by stage: the certificate of the connection, the access
 * token, that both belong together, what the token gives still, the headers of the transaction;
 * then the handler. Each stage sees only what earlier ones proved, and nothing is sent before
 * its record is on disk.
 *
 * The TLS handshake proves who connects: of a registered system every outcome is recorded, of
 * anybody else one who holds a good token. A stranger leaves a log line and a count. There is
 * no replay to watch for: a token is worth nothing without the key of the connection. Source:
 * token-service contract 6.5; RFC 6750 3; RFC 8705 3.
 */
#include "gateway/restcall.h"

#include <stdio.h>

#include "base/limits.h"
#include "base/log.h"
#include "crypto/random.h"
#include "gateway/outcome.h"
#include "gateway/refusals.h"
#include "gateway/services.h"
#include "store/audit.h"
#include "wstrust/caller.h"
#include "wstrust/jwt_check.h"

/* A call on its way; released by guard_end(). */
struct guard {
	struct app *app;
	const struct platform *p;
	struct http_call *c;
	const struct trust_snapshot *known;
	const struct rest_service *service;
	const struct rest_op *op;

	struct cert *cert;                 /* what TLS proved; owned */
	const struct trust_system *system; /* whose it is; NULL: not registered */
	bool is_limited; /* the address has too many refusals: another one is told briefly */
	bool is_known;   /* from then on every outcome is recorded */
	struct token *token;
	struct caller *caller;
	/* as sent, each absent unless it is well-formed */
	struct str transaction, time, call_id;

	struct str reason; /* of a failure, where the handler has words for it */
	enum err_code verdict;
	bool is_recorded;
};

static void
guard_end(struct guard *g)
{
	cert_free(g->cert);
	trust_release(g->known);
}

static struct outcome
outcome_of(const struct guard *g)
{
	return (struct outcome){
		.app = g->app,
		.known = g->known,
		.c = g->c,
		.what = METRIC_CALL,
		.action = "call",
		.sender = g->is_known ? g->cert : NULL,
	};
}

/* --- the headers of the transaction --- */

/* A UUID, and numbers behind it for parts of a transaction. */
static bool
is_transaction(struct str s)
{
	struct uuid ignored;
	bool after_dot = false;

	if (s.len < UUID_TEXT_LEN || s.len > LIMIT_TRANSACTION_BYTES ||
	    !uuid_parse(str_of(s.ptr, UUID_TEXT_LEN), &ignored))
		return false;
	for (size_t i = UUID_TEXT_LEN; i < s.len; i++) {
		bool is_dot = s.ptr[i] == '.';

		if (is_dot ? after_dot : s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
		if (!is_dot && i == UUID_TEXT_LEN)
			return false;
		after_dot = is_dot;
	}
	return !after_dot;
}

/* Java writes the zone's name behind the offset: [Europe/Berlin] */
static bool
is_time(struct str s)
{
	struct err none = ERR_INIT;
	struct str when, zone;
	instant ignored;

	if (s.len > LIMIT_TRANSACTION_BYTES)
		return false;
	if (str_cut(s, '[', &when, &zone)) {
		if (zone.len < 2 || zone.ptr[zone.len - 1] != ']')
			return false;
		for (size_t i = 0; i + 1 < zone.len; i++) {
			char c = zone.ptr[i];

			if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
			      (c >= '0' && c <= '9') || c == '/' || c == '_' || c == '-' ||
			      c == '+'))
				return false;
		}
	}
	return time_parse(when, ZONE_LOCAL, &ignored, &none);
}

static void
read_headers(struct guard *g)
{
	struct uuid ignored;

	if (is_transaction(g->c->transaction_id))
		g->transaction = g->c->transaction_id;
	if (is_time(g->c->transaction_time))
		g->time = g->c->transaction_time;
	if (uuid_parse(g->c->call_id, &ignored))
		g->call_id = g->c->call_id;
}

/* [contract 6.5-6] what is sent has to be well-formed, and what the service needs be sent */
static bool
check_headers(const struct guard *g, struct err *e)
{
	const struct {
		const char *name;
		struct str sent, read;
		bool is_needed;
	} all[] = {
		{"x-TransaktionsId", g->c->transaction_id, g->transaction,
		 g->service->needs_transaction},
		{"x-TransaktionsTid", g->c->transaction_time, g->time,
		 g->service->needs_transaction},
		{"x-RequestId", g->c->call_id, g->call_id, false},
	};

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (!str_is_set(all[i].read) && (all[i].is_needed || str_is_set(all[i].sent)))
			return FAIL(e, REST_HEADER, "%s", all[i].name);
	return true;
}

/* Every answer carries them; what was not sent, or not well, is made. */
static void
echo(const struct guard *g)
{
	struct http_call *c = g->c;
	char *id = ARENA_NEW_N(c->a, UUID_TEXT_LEN + 1, char);
	char *now = ARENA_NEW_N(c->a, TIME_TEXT_MAX, char);

	http_set_header(c, "x-TransaktionsId",
			str_is_set(g->transaction) ? g->transaction
						   : uuid_format(random_uuid(), id));
	http_set_header(c, "x-TransaktionsTid",
			str_is_set(g->time) ? g->time : time_format_utc(c->now, now));
	if (str_is_set(g->call_id))
		http_set_header(c, "x-RequestId", g->call_id);
}

/* --- before the caller is looked at: plain HTTP --- */

static bool
accept_call(struct guard *g)
{
	struct http_call *c = g->c;
	bool is_get = c->method == HTTP_METHOD_GET || c->method == HTTP_METHOD_HEAD;
	const struct outcome o = outcome_of(g);

	g->is_limited = refusals_are_many(g->app, g->known, c);
	if (!g->p->id[IDENTITY_STS].cert_count || !g->op) {
		http_plain(c, 404, "Nothing is served at this path.");
	} else if (g->op->is_get ? !is_get : c->method != HTTP_METHOD_POST) {
		http_plain(c, 405, "The method is not allowed here.");
		http_set_header(c, "Allow", g->op->is_get ? STR("GET, HEAD") : STR("POST"));
	} else if (c->body.len > (size_t)config_number(g->p->config, OPT_SERVICE_BODY)) {
		http_plain(c, 413, "The message is too large.");
	} else if (!g->op->is_get && str_is_empty(c->body)) {
		http_plain(c, 400, "The body is missing.");
	} else if (!g->op->is_get && !rest_is_type(c, "application/json")) {
		http_plain(c, 415, "The media type is not supported.");
	} else if (g->is_limited && c->body.len > LIMIT_STS_BODY_BYTES) {
		outcome_turn_away(&o);
	} else {
		return true;
	}
	return false;
}

/* --- who calls --- */

/* [contract 6.5-1] */
static bool
read_certificate(struct guard *g, struct err *e)
{
	struct err why = ERR_INIT;
	bool blocked = false;

	if (str_is_empty(g->c->client_cert))
		return FAIL(e, STS_CERT_MISSING, "no client certificate");
	if (!known_cert(g->known, g->c->client_cert, &g->cert, &why))
		return FAIL(e, JWT_HOLDER, "%s: %s", err_row(why.code)->name, why.detail);
	g->system = trust_system_by_cert(g->known, cert_sha256(g->cert), &blocked);
	if (!g->system || blocked || g->system->is_blocked ||
	    !validity_holds(g->system->valid, g->c->now))
		return true;
	if (refusals_are_many_of(g->app, g->cert, g->c->now))
		return FAIL(e, CALLS_LIMITED, "refusals of one certificate");
	g->is_known = true;
	cert_uses_note(g->app->uses, g->cert, g->c->now);
	return true;
}

/* [contract 6.5-2 to 4] */
static bool
read_token(struct guard *g, struct err *e)
{
	const struct config *config = g->p->config;
	size_t audience_count;
	const struct str *audiences =
		services_audiences(g->service->entity_ids, g->known, g->c->a, &audience_count);
	const struct jwt_policy policy = {
		.issuer = token_jwt_issuer(g->p),
		.certs = g->p->id[IDENTITY_STS].certs,
		.cert_count = g->p->id[IDENTITY_STS].cert_count,
		.audiences = audiences,
		.audience_count = audience_count,
		.tls_cert = g->c->client_cert,
		.rs256_ok = config_flag(config, OPT_GUARD_RS256),
		.min_assurance = (int)config_number(config, OPT_GUARD_LEVEL),
	};
	struct str compact;
	struct jwt jwt;

	if (!jwt_from_header(g->c->authorization, &compact, e) ||
	    !jwt_verify(&policy, compact, g->c->now, g->c->a, &jwt, e))
		return false;
	g->token = jwt_token(&jwt, g->c->a);
	return true;
}

/* Its own certificate may be gone from the register: it then runs out with its token. */
static bool
read_caller(struct guard *g, struct err *e)
{
	struct anchors *revocation =
		config_flag(g->p->config, OPT_GUARD_REVOCATION) ? g->p->anchors : NULL;

	if (!cert_check_key(g->cert, e) ||
	    !holder_check(g->known, revocation, g->cert, g->c->now, e))
		return false;
	if (!g->is_known && refusals_are_many_of(g->app, g->cert, g->c->now))
		return FAIL(e, CALLS_LIMITED, "refusals of one certificate");
	g->is_known = true;
	g->caller = token_caller(g->token, g->cert, g->known, g->c->a, &g->system);
	/* of a token for itself the subject is the service */
	if (!g->token->is_on_behalf)
		g->caller->subject = cert_subject_net(g->cert);
	g->caller->transaction = g->transaction;
	g->caller->request_id = g->c->request_id;
	return true;
}

/* [contract 6.5-5] the agreement still holds, and gives this right over somebody's data */
static bool
admit(struct guard *g, struct err *e)
{
	struct access_question q = {
		.rules = g->service->rules,
		.operator_cvr = config_str(g->p->config, OPT_REGISTRY_OPERATOR),
		.who = g->caller,
		.need = g->op->need,
		.is_any_owner = true,
	};
	struct access_answer answer;

	if (!decide_still_holds(g->known, g->token, g->system, g->c->now, g->c->a, e))
		return false;
	caller_narrow(g->caller, g->token);
	access_decide(&q, &answer);
	return answer.verdict == ACCESS_YES ||
	       FAIL(e, REST_DENIED, "%s.%s: %s", g->service->name, g->op->name,
		    access_reason_name[answer.reason]);
}

static bool
run(struct guard *g, struct err *e)
{
	struct rest_task t = {
		.service = g->service,
		.op = g->op,
		.caller = g->caller,
		.body = g->c->body,
		.a = g->c->a,
		.now = g->c->now,
		.out = &g->c->answer,
		.state = g->app->registry,
	};
	bool ok = g->op->run(&t, e);

	g->is_recorded = t.is_recorded;
	g->verdict = t.verdict;
	g->reason = t.reason;
	return ok && buf_done(&g->c->answer, e);
}

/* --- records --- */

static struct str
detail_of(const struct guard *g)
{
	struct record_detail d;

	record_detail_begin(&d, g->cert);
	record_detail_put(&d, "interface", STR("rest"));
	record_detail_put(&d, "transaction", audit_peer_text(g->transaction));
	if (g->caller)
		record_detail_put(&d, "token", g->caller->token_id);
	return record_detail_text(&d, g->c->a);
}

static bool
record(const struct guard *g, enum err_code code, bool is_refusal, struct err *e)
{
	struct audit_row row = {
		.at = g->c->now,
		.action = record_action(g->service->name, g->op->name, g->c->a),
		.result = code == ERR_NONE ? STR("ok") : str_from(err_row(code)->name),
		.actor = g->system ? g->system->id : STR_NONE,
		.service = str_from(g->service->entity_ids[0]),
		.request_id = g->c->request_id,
		.detail = detail_of(g),
	};

	if (g->caller) {
		row.actor = record_actor(g->caller);
		row.cvr = g->caller->cvr;
		row.service = g->caller->service;
	}
	return record_write(g->app, &row, is_refusal, STR_NONE, e);
}

/* --- outcomes --- */

static struct str
text_of(const struct guard *g, int status, enum err_code code)
{
	bool is_told_alike = code != STS_CERT_MISSING && code != JWT_MISSING;

	if (status == 401 && is_told_alike)
		code = JWT_INVALID;
	if (status == 403)
		code = REST_DENIED;
	/* a handler's words are for what is wrong with the request, and never for a header */
	return str_is_set(g->reason) && (status == 400 || status == 404)
		       ? g->reason
		       : str_from(err_row(code)->text);
}

/* [rfc6750 3] in the scheme that the client used */
static void
challenge(struct http_call *c, const char *word, struct str text)
{
	struct str scheme, rest;
	const char *name = "Holder-of-key";

	(void)str_cut(str_trim(c->authorization), ' ', &scheme, &rest);
	if (str_eq_nocase(scheme, STR("Bearer")))
		name = "Bearer";
	http_set_header(
		c, "WWW-Authenticate",
		word ? arena_printf(c->a, "%s error=\"%s\", error_description=\"" STR_FMT "\"",
				    name, word, STR_ARG(text))
		     : str_from(name));
}

static void
tell(const struct guard *g, enum err_code code)
{
	const struct err_row *row = err_row(code);
	struct http_call *c = g->c;
	struct rest_error told = call_error_of(code);
	struct str text = text_of(g, told.status, code);
	bool is_retur = row->voice == VOICE_RETUR && told.status != 403;
	char number[12];

	buf_clear(&c->answer);
	(void)snprintf(number, sizeof(number), "%d", told.status);
	if (g->service->tell)
		g->service->tell(told.status, is_retur ? row->code : number, text, &c->answer);
	else
		rest_error_write(told.status, text, &c->answer);
	rest_json(c, told.status);
	if (told.status == 401 || told.word)
		challenge(c, told.word, text);
	echo(g);
}

static void
refuse(struct guard *g, struct err *e)
{
	const struct outcome o = outcome_of(g);
	struct err why = ERR_INIT;

	if (e->code == CALLS_LIMITED || (g->is_limited && !g->is_known)) {
		outcome_turn_away(&o);
		return;
	}
	outcome_count_refusal(&o, e->code);
	if (g->is_known && !g->is_recorded && !record(g, e->code, true, &why)) {
		LOG_ERR(LOG_LEVEL_WARNING, "call.refused", e, LF("req", g->c->request_id));
		*e = why;
	}
	tell(g, e->code);
	LOG_ERR(LOG_LEVEL_WARNING, "call.refused", e, LF("req", g->c->request_id),
		LF("peer", g->c->peer), LF("path", g->c->path),
		LF("system", g->system ? g->system->id : STR_NONE),
		LF("transaction", audit_peer_text(g->transaction)));
	metrics_outcome(METRIC_CALL, e->code);
}

static void
granted(struct guard *g)
{
	rest_json(g->c, 200);
	echo(g);
	LOG(LOG_LEVEL_INFO, "call.answered", LF("req", g->c->request_id),
	    LF_C("service", g->service->name), LF_C("operation", g->op->name),
	    LF("system", g->caller->system), LF("cvr", g->caller->cvr),
	    LF_C("result", g->verdict == ERR_NONE ? "ok" : err_row(g->verdict)->name),
	    LF("transaction", audit_peer_text(g->transaction)));
	metrics_outcome(METRIC_CALL, g->verdict);
}

bool
rest_service_call(struct app *app, const struct platform *p, struct http_call *c)
{
	AUTO(guard_end) struct guard g = {.app = app, .p = p, .c = c};
	struct err e = ERR_INIT;
	struct str rest;

	g.service =
		rest_service_find(app->rest_services, app->rest_service_count, c->path, &rest);
	if (!g.service)
		return false;
	g.op = rest_op_find(g.service, rest);
	g.known = trust_hold(app->trust);
	read_headers(&g);
	if (!accept_call(&g))
		return true;
	if (read_certificate(&g, &e) && read_token(&g, &e) && read_caller(&g, &e) &&
	    admit(&g, &e) && check_headers(&g, &e) && run(&g, &e) &&
	    (g.is_recorded || record(&g, g.verdict, false, &e)))
		granted(&g);
	else
		refuse(&g, &e);
	return true;
}
