/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See soap_world.h. */
#include "tests/unit/soap_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/limits.h"
#include "gateway/auditor.h"
#include "gateway/limiter.h"
#include "wstrust/internal.h"
#include "xml/names.h"
#include "xml/parse.h"

#define NS STR("urn:test:a")

static bool
run_laes(struct soap_call *c, struct err *e)
{
	(void)e;
	xml_out_apex(c->out, "", NS, "LaesOutput");
	xml_out_leaf(c->out, "", NS, "Cvr", c->caller->cvr);
	xml_out_leaf(c->out, "", NS, "System", c->caller->system);
	xml_out_leaf(c->out, "", NS, "Empty", STR("  "));
	xml_out_close(c->out);
	return true;
}

/* Told in the output: not authorised. */
static bool
run_nej(struct soap_call *c, struct err *e)
{
	c->verdict = BAD_VALUE;
	(void)e;
	xml_out_apex(c->out, "", NS, "NejOutput");
	xml_out_close(c->out);
	return true;
}

static bool
run_fejl(struct soap_call *c, struct err *e)
{
	xml_out_apex(c->out, "", NS, "FejlOutput");
	return FAIL(e, STORE_UNAVAILABLE, "as asked");
}

static bool
run_ret(struct soap_call *c, struct err *e)
{
	(void)e;
	c->is_recorded = true;
	xml_out_apex(c->out, "", NS, "RetOutput");
	xml_out_close(c->out);
	return true;
}

static const struct soap_op ops[] = {
	{.name = "laes",
	 .input = "LaesInput",
	 .output = "LaesOutput",
	 .action = "urn:test:laes",
	 .run = run_laes},
	{.name = "nej",
	 .input = "NejInput",
	 .output = "NejOutput",
	 .action = "urn:test:nej",
	 .run = run_nej},
	{.name = "fejl",
	 .input = "FejlInput",
	 .output = "FejlOutput",
	 .action = "urn:test:fejl",
	 .run = run_fejl},
	{.name = "ret",
	 .input = "RetInput",
	 .output = "RetOutput",
	 .action = "urn:test:ret",
	 .is_write = true,
	 .run = run_ret},
};

const struct soap_service sw_service = {
	.name = "OrganisationEnhed",
	.path = "/organisation/organisationenhed/6",
	.ns = "urn:test:a",
	.entity_ids = {GW_AUDIENCE},
	.ops = ops,
	.op_count = ARRAY_LEN(ops),
};

void
sw_settings(struct soap_world *s, const char *sts, const char *others)
{
	struct buf problems = BUF_INIT(4096);
	struct err e = ERR_INIT;
	char path[300], text[2048];

	snprintf(text, sizeof(text),
		 "environment = \"development\";\nsts: { entity_id = \"" GW_ISSUER
		 "\"; %s };\n%s\n",
		 sts, others);
	world_file(&s->g.w, "sluse.conf", text);
	snprintf(path, sizeof(path), "%s/sluse.conf", s->g.w.folder);
	config_free(s->platform.config);
	if (!config_load(path, &s->platform.config, &problems, &e))
		fail_msg("config: %.*s", STR_ARG(buf_str(&problems)));
	buf_release(&problems);
}

void
sw_refresh(struct soap_world *s)
{
	struct err e = ERR_INIT;
	bool changed;

	if (!trust_refresh(s->app.trust, &changed, &e))
		fail_msg("trust: %s", e.detail);
	gw_refresh(&s->g);
}

void
sw_begin(struct soap_world *s, const char *name)
{
	struct err e = ERR_INIT;

	*s = (struct soap_world){0};
	gw_begin(&s->g, name);
	sw_settings(s, "", "");
	s->platform.anchors = s->g.anchors;
	s->platform.id[IDENTITY_STS] = (struct identity){
		.current = s->g.sts, .certs = {s->g.issuers[0]}, .cert_count = 1};
	s->platform.id[IDENTITY_SERVICE] = (struct identity){.current = s->g.service};
	s->app.store = s->g.w.store;
	s->app.once = once_new(1000);
	s->app.failures = limiter_new();
	s->app.uses = cert_uses_new();
	s->app.auditor = auditor_new();
	if (!trust_open(s->app.store, &s->app.trust, &e))
		fail_msg("trust: %s", e.detail);
}

static void
drop_call(struct soap_world *s)
{
	buf_release(&s->call.answer);
	arena_free(s->call.a);
	s->call = (struct http_call){0};
}

void
sw_end(struct soap_world *s)
{
	drop_call(s);
	trust_close(s->app.trust);
	once_free(s->app.once);
	limiter_free(s->app.failures);
	cert_uses_free(s->app.uses);
	auditor_free(s->app.auditor);
	config_free(s->platform.config);
	gw_end(&s->g);
}

void
sw_restart(struct soap_world *s)
{
	struct reading *r = NULL;
	struct err e = ERR_INIT;

	once_free(s->app.once);
	s->app.once = once_new(1000);
	assert_true(store_read(s->app.store, &r, &e));
	assert_true(store_replay_load(r, s->g.now, s->app.once, &e));
	store_read_end(r);
}

/* Body and Timestamp, and every wsa header there is, signed with that certificate. */
static bool
is_covered(struct str text, const struct cert *c, struct arena *a)
{
	static const struct xml_limits limits = {1u << 20, 100, 20000, false};
	AUTO(xml_doc_freep) struct xml_doc *doc = NULL;
	struct envelope env;
	struct security s;
	struct id_map ids;
	struct sign_answer answer;
	struct sign_question q;
	struct err e = ERR_INIT;
	size_t want = 2;

	if (!xml_parse(text, &limits, &doc, &e) || !envelope_read(xml_root(doc), a, &env, &e) ||
	    !security_read(&env, false, a, &s, &e) || !id_map_build(&env, &s, a, &ids, &e))
		return false;
	q = (struct sign_question){.signature = s.signature,
				   .places = ids.places,
				   .place_count = ids.count,
				   .key = c};
	if (!sign_verify(&q, a, &answer, &e))
		return false;
	want += env.action.count + env.message_id.count + env.to.count + env.relates_to.count +
		(env.framework != NULL) + s.bst_count;
	return answer.ref_count == want;
}

static void
read_answer(struct soap_world *s, bool is_service)
{
	struct client c = gw_client(&s->g);
	const struct cert *by = signer_cert(is_service ? s->g.service : s->g.sts);
	struct err e = ERR_INIT;

	s->is_signed = is_covered(buf_str(&s->call.answer), by, s->g.a);
	if (!client_answer_read(&c, buf_str(&s->call.answer), by, s->message_id, &s->answer,
				&e))
		fail_msg("answer: %s (%s): %.*s", err_row(e.code)->name, e.detail,
			 STR_ARG(buf_str(&s->call.answer)));
}

int
sw_post(struct soap_world *s, bool is_service, struct str body)
{
	drop_call(s);
	s->answer = (struct client_answer){0};
	s->call = (struct http_call){
		.method = HTTP_METHOD_POST,
		.path = is_service ? str_from(sw_service.path) : STR("/sts"),
		.content_type = STR("application/soap+xml; charset=utf-8; action=\"x\";"),
		.peer = STR("127.0.0.1"),
		.client_cert = s->tls_cert,
		.body = body,
		.request_id = STR("r-1"),
		.now = s->g.now,
		.a = arena_new(),
		.answer = BUF_INIT(s->answer_bytes ? s->answer_bytes : LIMIT_ANSWER_BYTES),
	};
	if (is_service)
		service_call(&s->app, &s->platform, &sw_service, &s->call);
	else
		sts_call(&s->app, &s->platform, &s->call);
	assert_true(s->call.status != 0);
	if (s->call.status == 200 || s->call.status == 500)
		read_answer(s, is_service);
	return s->call.status;
}

int
sw_token(struct soap_world *s, const struct client_request *r, const struct signer *by,
	 struct client_token *out)
{
	struct client c = gw_client(&s->g);
	struct buf b = BUF_INIT(1u << 20);
	struct err e = ERR_INIT;
	int status;

	if (by)
		c.signer = by;
	if (!client_request_write(&c, r, &b, &s->message_id, &e))
		fail_msg("request: %s", e.detail);
	status = sw_post(s, false, buf_str(&b));
	if (status == 200 && !client_token_read(&c, &s->answer, signer_cert(s->g.sts), out, &e))
		fail_msg("token: %s", e.detail);
	buf_release(&b);
	return status;
}

int
sw_call(struct soap_world *s, const struct client_token *t, const char *operation)
{
	struct client c = gw_client(&s->g);
	struct arena *a = s->g.a;
	char *element = arena_dup_c(a, str_from(operation));
	struct client_call call = {
		.to = STR(GW_URL),
		.action = arena_printf(a, "urn:test:%s", operation),
		.transaction = str_is_set(s->transaction) ? s->transaction : STR("t-1"),
		.token = t,
		.has_reply_to = true,
		.has_framework = true,
	};
	struct buf b = BUF_INIT(1u << 20);
	struct err e = ERR_INIT;
	int status;

	element[0] = (char)(element[0] - 'a' + 'A');
	call.body =
		arena_printf(a, "<%sInput xmlns=\"urn:test:a\"></%sInput>", element, element);
	if (!client_call_write(&c, &call, &b, &s->message_id, &e))
		fail_msg("call: %s", e.detail);
	status = sw_post(s, true, buf_str(&b));
	buf_release(&b);
	return status;
}

static bool
count_row(const struct audit_row *row, void *arg, struct err *e)
{
	(void)row;
	(void)e;
	++*(unsigned *)arg;
	return true;
}

static unsigned
count_rows(struct soap_world *s, struct audit_filter f)
{
	struct reading *r = NULL;
	struct err e = ERR_INIT;
	unsigned count = 0;

	f.from = INSTANT_MIN;
	f.to = INSTANT_MAX;
	assert_true(store_read(s->g.w.store, &r, &e));
	assert_true(store_audit_each(r, &f, count_row, &count, &e));
	store_read_end(r);
	return count;
}

unsigned
sw_audit(struct soap_world *s, const char *action, const char *result)
{
	return count_rows(s, (struct audit_filter){.action = str_from(action),
						   .result = str_from(result)});
}

unsigned
sw_audit_by(struct soap_world *s, const char *actor, const char *action)
{
	return count_rows(
		s, (struct audit_filter){.action = str_from(action), .actor = str_from(actor)});
}

void
sw_interval(struct soap_world *s)
{
	auditor_tick(s->app.auditor, &s->app, &s->platform, s->g.now, true);
}

void
sw_fault(struct soap_world *s, const char *name, const char *code, const char *reason)
{
	size_t at;

	if (s->call.status != 500 || !s->answer.is_fault)
		fail_msg("%s: no fault: %d %.*s", name, s->call.status,
			 STR_ARG(buf_str(&s->call.answer)));
	if (!str_eq_c(s->answer.code, code) ||
	    !str_find(s->answer.reason, str_from(reason), &at))
		fail_msg("%s: %.*s: %.*s", name, STR_ARG(s->answer.code),
			 STR_ARG(s->answer.reason));
}
