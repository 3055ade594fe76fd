/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One SOAP call, stage by stage: at the token service and at the registries. Each stage is a
 * function of its own room and sees only what earlier stages proved; nothing is sent before
 * everything has succeeded, and its audit record is on disk.
 *
 * A message whose sender is not proven leaves a log line and a count, no record: a stranger
 * must not fill the disk, nor the set of what was seen. From the moment a message is claimed
 * every outcome is recorded, together with the claim; of refusals that repeat one another the
 * first, and a count (repeats.h).
 * Source: token-service contract 1.6, 5.5; resolutions T1 to T17.
 */
#include "gateway/app.h"

#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "gateway/outcome.h"
#include "gateway/refusals.h"
#include "gateway/repeats.h"
#include "gateway/services.h"
#include "gateway/tokens.h"
#include "soap/addressing.h"
#include "store/audit.h"
#include "wstrust/answer.h"
#include "wstrust/caller.h"
#include "wstrust/decide.h"
#include "wstrust/issue.h"
#include "wstrust/wsse.h"
#include "xml/parse.h"

/* A call on its way. What it holds is released at its end by call_end(). */
struct soap_run {
	struct app *app;
	const struct platform *p;
	struct http_call *c;
	const struct trust_snapshot *known;
	struct xml_doc *doc;
	struct wsse w;
	bool is_service, is_claimed, is_refused;
	bool is_limited; /* the address has too many refusals: another one is told briefly */
	const struct signer *signer;
	struct str reason; /* of a business fault with values in it */

	/* the token service */
	struct str asked; /* AppliesTo, for records and log lines alone */
	struct rst rst;
	struct decision decision;
	struct issued issued;

	/* services */
	const struct soap_service *service;
	const struct soap_op *op;
	struct caller *caller;
	enum err_code verdict;
	bool is_recorded;
};

static void
run_begin(struct soap_run *r, struct app *app, const struct platform *p, struct http_call *c)
{
	*r = (struct soap_run){.app = app, .p = p, .c = c};
	r->known = trust_hold(app->trust);
}

static void
run_end(struct soap_run *r)
{
	wsse_release(&r->w);
	xml_doc_free(r->doc);
	trust_release(r->known);
}

/* --- before there is a message --- */

/* Without a key to answer with, there is no such service in this installation. */
static bool
is_served(const struct soap_run *r)
{
	if (!r->signer)
		http_plain(r->c, 404, "Nothing is served at this path.");
	return r->signer != NULL;
}

static struct outcome
outcome_of(const struct soap_run *r)
{
	return (struct outcome){
		.app = r->app,
		.known = r->known,
		.c = r->c,
		.what = r->is_service ? METRIC_CALL : METRIC_TOKEN,
		.action = r->is_service ? "call" : "token.issue",
		.sender = r->is_claimed ? r->w.signer : NULL,
	};
}

static void
turn_away(const struct soap_run *r)
{
	const struct outcome o = outcome_of(r);

	outcome_turn_away(&o);
}

/*
 * [resolutions T3] there is no SOAP message to answer: plain HTTP. Many systems may stand
 * behind one address: past its limit only what is dear to look at is turned away unseen.
 */
static bool
accept_post(struct soap_run *r, size_t max_bytes)
{
	struct http_call *c = r->c;

	r->is_limited = refusals_are_many(r->app, r->known, c);
	if (c->method != HTTP_METHOD_POST)
		http_plain(c, 405, "The method is not allowed here.");
	else if (str_is_empty(c->body))
		http_plain(c, 400, "The body is missing.");
	else if (c->body.len > max_bytes)
		http_plain(c, 413, "The message is too large.");
	else if (!envelope_fits_type(c->content_type))
		http_plain(c, 415, "The media type is not supported.");
	else if (r->is_limited && c->body.len > LIMIT_STS_BODY_BYTES)
		turn_away(r);
	else
		return true;
	return false;
}

static bool
parse_message(struct soap_run *r, const struct xml_limits *limits, struct err *e)
{
	return xml_parse(r->c->body, limits, &r->doc, e) &&
	       envelope_read(xml_root(r->doc), r->c->a, &r->w.env, e);
}

/* --- records --- */

struct record {
	struct audit_row row;
	const struct soap_run *r;
};

static bool
record_job(struct tx *tx, void *arg, struct err *e)
{
	const struct record *rec = arg;

	const struct wsse *w = &rec->r->w;

	for (size_t i = 0; i < ARRAY_LEN(w->claims); i++)
		if (!store_replay_add(tx, &w->claims[i], w->claims_until, e))
			return false;
	return rec->r->is_refused ? repeats_add(tx, &rec->row, rec->r->asked, e)
				  : store_audit_add(tx, &rec->row, e);
}

/* A user's name is told by the record of the login that the token came with. */
static void
put_behalf(struct record_detail *d, const struct soap_run *r)
{
	const struct represented *b = &r->decision.behalf;

	record_detail_put(d, "applies_to", r->asked);
	record_detail_put(d, "on_behalf_of", b->system ? b->system->id : STR_NONE);
	record_detail_put(d, "on_behalf_by", b->token_id);
}

/* What the contract wants told of a call; nothing of its content. */
static struct str
detail_of(const struct soap_run *r)
{
	struct record_detail d;

	record_detail_begin(&d, r->w.signer);
	record_detail_put(&d, "message_id", audit_peer_text(r->w.env.message_id.value));
	record_detail_put(&d, "transaction", audit_peer_text(r->w.env.transaction));
	if (r->is_service)
		record_detail_put(&d, "token", r->w.token->id);
	else
		put_behalf(&d, r);
	return record_detail_text(&d, r->c->a);
}

static struct str
action_of(const struct soap_run *r)
{
	if (!r->is_service)
		return STR("token.issue");
	return record_action(r->service->name, r->op ? r->op->name : "unknown", r->c->a);
}

/* One write a call: the audit row and the claims, durable together. */
static bool
record_outcome(struct soap_run *r, enum err_code code, struct err *e)
{
	struct record rec = {
		.row =
			{
				.at = r->c->now,
				.action = action_of(r),
				.result = code == ERR_NONE ? STR("ok")
							   : str_from(err_row(code)->name),
				.request_id = r->c->request_id,
				.detail = detail_of(r),
			},
		.r = r,
	};

	if (r->is_service) {
		rec.row.actor = record_actor(r->caller);
		rec.row.cvr = r->caller->cvr;
		rec.row.service = r->w.token->audience;
	} else {
		rec.row.actor = r->decision.system->id;
		rec.row.cvr = r->rst.cvr;
		rec.row.service = r->decision.audience;
		rec.row.object = r->issued.id;
	}
	if (store_write(r->app->store, record_job, &rec, e))
		return true;
	/* nothing happened, so the message may be sent again */
	wsse_unclaim(&r->w, r->app->once);
	r->is_claimed = false;
	return false;
}

/* --- outcomes --- */

static struct answer
answer_for(const struct soap_run *r)
{
	return (struct answer){
		.is_service = r->is_service,
		.env = &r->w.env,
		.signer = r->signer,
		.request_id = r->c->request_id,
		.now = r->c->now,
		.a = r->c->a,
	};
}

static void
tell(struct soap_run *r, int status)
{
	r->c->status = status;
	r->c->answer_type = answer_type(r->w.env.version);
}

static void
log_refusal(const struct soap_run *r, const struct err *e)
{
	struct http_call *c = r->c;
	struct str system = STR_NONE;

	if (r->caller)
		system = r->caller->system;
	else if (r->decision.system)
		system = r->decision.system->id;
	LOG_ERR(LOG_LEVEL_WARNING, r->is_service ? "call.refused" : "token.refused", e,
		LF("req", c->request_id), LF("peer", c->peer), LF("path", c->path),
		LF("system", system), LF("applies_to", r->asked),
		LF("transaction", audit_peer_text(r->w.env.transaction)));
}

/* The last step before every outcome is recorded: no more than the limit can be. */
static bool
claim(struct soap_run *r, struct err *e)
{
	if (refusals_are_many_of(r->app, r->w.signer, r->c->now))
		return FAIL(e, CALLS_LIMITED, "refusals of one certificate");
	r->is_claimed = wsse_claim(&r->w, r->app->once, r->c->now, e);
	if (r->is_claimed)
		cert_uses_note(r->app->uses, r->w.signer, r->c->now);
	return r->is_claimed;
}

/*
 * [token-service 4.1] what is neither the sender's doing nor the rules' has a number of its own
 * at the token service; records and the log say what it was. A full set of what was seen is
 * told apart (5.7): sent again, it may succeed.
 */
static enum err_code
told_as(const struct soap_run *r, enum err_code code)
{
	const struct err_row *row = err_row(code);
	bool is_ours = row->voice == VOICE_CLI ||
		       (row->voice == VOICE_SOAP && strcmp(row->code, "Receiver") == 0);

	return is_ours && !r->is_service && code != REPLAY_STORE_FULL ? STS_UNEXPECTED : code;
}

/* A claimed message is recorded before its fault leaves; if it cannot be, that is the fault. */
static void
refuse(struct soap_run *r, struct err *e)
{
	const struct outcome o = outcome_of(r);
	struct answer an = answer_for(r);
	struct fault f = {.request_id = r->c->request_id, .reason = r->reason};
	struct err why = ERR_INIT;

	if (r->is_limited && !r->is_claimed) {
		/* neither signed, nor written, nor logged */
		turn_away(r);
		return;
	}
	outcome_count_refusal(&o, e->code);
	r->is_refused = true;
	if (r->is_claimed && !r->is_recorded && !record_outcome(r, e->code, &why)) {
		log_refusal(r, e);
		*e = why;
		if (!r->is_service) {
			err_clear(e);
			(void)FAIL(e, STS_AUDIT_FAILED, "%s", why.detail);
		}
		f.reason = STR_NONE;
	}
	f.row = err_row(told_as(r, e->code));
	f.detail = r->is_service ? FAULT_DETAIL_SERVICE : FAULT_DETAIL_STS;
	if (e->code == CALLS_LIMITED) {
		http_plain(r->c, f.row->http, f.row->text);
	} else {
		answer_fault(&an, &f, &r->c->answer);
		tell(r, 500);
	}
	log_refusal(r, e);
	metrics_outcome(o.what, e->code);
}

/* --- the token service --- */

static bool
sts_verify(struct soap_run *r, struct err *e)
{
	const struct xml_limits limits = {
		.bytes = LIMIT_STS_BODY_BYTES,
		.depth = LIMIT_XML_DEPTH,
		.nodes = LIMIT_STS_NODES,
	};
	const struct wsse_policy policy = {.known = r->known, .tls_cert = r->c->client_cert};

	return parse_message(r, &limits, e) &&
	       wsse_verify(&policy, r->c->now, r->c->a, &r->w, e);
}

/* Only a registered system may claim: others could fill the set of what was seen. */
static bool
sts_authenticate(struct soap_run *r, struct err *e)
{
	struct decide_question q = token_question(r->p, r->known, r->w.signer, r->c);

	r->asked = audit_asked_text(rst_asked(r->w.env.body_child, r->c->a));
	if (!decide_signer(&q, r->c->a, &r->decision, e)) {
		r->reason = r->decision.reason;
		return false;
	}
	return claim(r, e);
}

static bool
sts_decide(struct soap_run *r, struct err *e)
{
	struct decide_question q = token_question(r->p, r->known, r->w.signer, r->c);

	if (!rst_read(r->w.env.body_child, r->c->a, &r->rst, e))
		return false;
	if (decide_request(&q, &r->rst, r->c->a, &r->decision, e))
		return true;
	r->reason = r->decision.reason;
	return false;
}

static bool
sts_issue(struct soap_run *r, struct err *e)
{
	const struct issue_order order =
		token_order(r->p, &r->decision, &r->rst, r->w.signer, r->c->now);
	struct answer an = answer_for(r);

	return issue_assertion(&order, r->c->a, &r->issued, e) &&
	       answer_token(&an, &r->rst, &r->issued, &r->c->answer, e);
}

static bool
sts_record(struct soap_run *r, struct err *e)
{
	struct err why = ERR_INIT;

	if (record_outcome(r, ERR_NONE, &why))
		return true;
	return FAIL(e, STS_AUDIT_FAILED, "%s: %s", err_row(why.code)->name, why.detail);
}

static void
sts_granted(struct soap_run *r)
{
	tell(r, 200);
	LOG(LOG_LEVEL_INFO, "token.issued", LF("req", r->c->request_id),
	    LF("system", r->decision.system->id), LF("cvr", r->decision.cvr),
	    LF("service", r->decision.audience), LF("token", r->issued.id));
	metrics_outcome(METRIC_TOKEN, ERR_NONE);
}

void
sts_call(struct app *app, const struct platform *p, struct http_call *c)
{
	AUTO(run_end) struct soap_run r;
	struct err e = ERR_INIT;

	run_begin(&r, app, p, c);
	r.signer = identity_signer(&p->id[IDENTITY_STS], c->now);
	if (!is_served(&r) || !accept_post(&r, LIMIT_STS_BODY_BYTES))
		return;
	if (sts_verify(&r, &e) && sts_authenticate(&r, &e) && sts_decide(&r, &e) &&
	    sts_issue(&r, &e) && sts_record(&r, &e))
		sts_granted(&r);
	else
		refuse(&r, &e);
}

/* --- services --- */

static bool
service_verify(struct soap_run *r, struct err *e)
{
	const struct config *config = r->p->config;
	const struct xml_limits limits = {
		.bytes = (size_t)config_number(config, OPT_SERVICE_BODY),
		.depth = LIMIT_XML_DEPTH,
		.nodes = LIMIT_SERVICE_NODES,
		.comments_ok = true,
	};
	size_t audience_count;
	const struct str *audiences =
		services_audiences(r->service->entity_ids, r->known, r->c->a, &audience_count);
	const struct wsse_policy policy = {
		.is_service = true,
		.known = r->known,
		.tls_cert = r->c->client_cert,
		.token =
			{
				.issuer = config_str(config, OPT_STS_ENTITY_ID),
				.issuer_certs = r->p->id[IDENTITY_STS].certs,
				.issuer_cert_count = r->p->id[IDENTITY_STS].cert_count,
				.proven = r->app->proven,
				.lists = r->app->lists,
				.audiences = audiences,
				.audience_count = audience_count,
				.min_assurance = (int)config_number(config, OPT_GUARD_LEVEL),
				.known = r->known,
			},
		.binding_is_strict = str_eq_c(config_str(config, OPT_GUARD_BINDING), "strict"),
		.revocation = config_flag(config, OPT_GUARD_REVOCATION) ? r->p->anchors : NULL,
	};

	return parse_message(r, &limits, e) &&
	       wsse_verify(&policy, r->c->now, r->c->a, &r->w, e);
}

/* Who it is, without what the token claims: enough to say whose message was refused. */
static bool
service_claim(struct soap_run *r, struct err *e)
{
	const struct trust_system *system;

	r->caller = wsse_caller(&r->w, r->known, r->c->request_id, r->c->a, &system);
	return claim(r, e);
}

/* [resolutions T2] by path and Body; a wsa:Action must fit */
static bool
service_find(struct soap_run *r, struct err *e)
{
	const struct envelope *env = &r->w.env;

	r->op = soap_op_find(r->service, env->body_child);
	if (!addressing_check_to(env, r->c->path, config_str(r->p->config, OPT_GUARD_HOSTS), e))
		return false;
	if (!r->op)
		return FAIL(e, SOAP_OPERATION_UNKNOWN, STR_FMT,
			    STR_ARG(audit_peer_text(xml_local(env->body_child))));
	return addressing_fits(env, str_from(r->op->action),
			       soap_op_by_action(r->service, env->action.value) != NULL, e);
}

/*
 * The token says what was agreed when it was issued; a registered system's agreement must still
 * hold. A system whose certificate has left the register since runs out with its token.
 */
static bool
service_admit(struct soap_run *r, struct err *e)
{
	int level = (int)config_number(r->p->config, OPT_GUARD_LEVEL);
	const struct trust_system *system;

	if (!token_read_claims(r->w.token, level, r->c->a, e))
		return false;
	r->caller = wsse_caller(&r->w, r->known, r->c->request_id, r->c->a, &system);
	if (!decide_still_holds(r->known, r->w.token, system, r->c->now, r->c->a, e))
		return false;
	caller_narrow(r->caller, r->w.token);
	return true;
}

static bool
service_run(struct soap_run *r, struct err *e)
{
	AUTO(compose_release) struct compose m;
	struct answer an = answer_for(r);
	struct xml_out *out = answer_begin(&an, &m);
	struct soap_call call = {
		.service = r->service,
		.op = r->op,
		.caller = r->caller,
		.input = r->w.env.body_child,
		.a = r->c->a,
		.now = r->c->now,
		.out = out,
		.state = r->app->registry,
	};
	bool ok = r->op->run(&call, e);

	r->is_recorded = call.is_recorded;
	r->verdict = call.verdict;
	return ok &&
	       answer_send(&an, &m, out, arena_printf(r->c->a, "%sResponse", r->op->action),
			   &r->c->answer, e);
}

static bool
service_record(struct soap_run *r, struct err *e)
{
	return r->is_recorded || record_outcome(r, r->verdict, e);
}

static void
service_granted(struct soap_run *r)
{
	tell(r, 200);
	LOG(LOG_LEVEL_INFO, "call.answered", LF("req", r->c->request_id),
	    LF_C("service", r->service->name), LF_C("operation", r->op->name),
	    LF("system", r->caller->system), LF("cvr", r->caller->cvr),
	    LF_C("result", r->verdict == ERR_NONE ? "ok" : err_row(r->verdict)->name),
	    LF("transaction", audit_peer_text(r->caller->transaction)));
	metrics_outcome(METRIC_CALL, r->verdict);
}

void
service_call(struct app *app, const struct platform *p, const struct soap_service *service,
	     struct http_call *c)
{
	AUTO(run_end) struct soap_run r;
	struct err e = ERR_INIT;

	run_begin(&r, app, p, c);
	r.is_service = true;
	r.service = service;
	r.signer = identity_signer(&p->id[IDENTITY_SERVICE], c->now);
	if (!is_served(&r) ||
	    !accept_post(&r, (size_t)config_number(p->config, OPT_SERVICE_BODY)))
		return;
	if (service_verify(&r, &e) && service_claim(&r, &e) && service_find(&r, &e) &&
	    service_admit(&r, &e) && service_run(&r, &e) && service_record(&r, &e))
		service_granted(&r);
	else
		refuse(&r, &e);
}
