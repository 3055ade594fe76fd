/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Health and metrics, on a listener of their own. /healthz: the process turns. /readyz: it can
 * serve (a key to sign with, the database answers, something is known, not stopping). /metrics:
 * Prometheus text.
 */
#include "gateway/app.h"
#include "gateway/auditor.h"
#include "gateway/metrics.h"
#include "gateway/revocation.h"

struct check {
	const char *name;
	bool ok;
};

static bool
store_answers(struct app *app)
{
	struct err e = ERR_INIT;
	int64_t generation;

	return store_known_generation(app->store, &generation, &e);
}

/* One identity is enough: what has no key is not served here, and a key that is named and
 * cannot be loaded stops the start. */
static bool
has_key(const struct platform *p)
{
	for (int i = 0; i < IDENTITY_COUNT; i++)
		if (p->id[i].current != NULL)
			return true;
	return false;
}

/* Without an it-system nobody can call, and nobody log in anywhere. */
static bool
knows_somebody(struct app *app)
{
	const struct trust_snapshot *known = trust_hold(app->trust);
	bool does = trust_system_count(known) > 0;

	trust_release(known);
	return does;
}

static void
ready_call(struct app *app, const struct platform *p, struct http_call *c)
{
	const struct check checks[] = {
		{"started", atomic_load(&app->is_ready)},
		{"not_stopping", !atomic_load(&app->is_stopping)},
		{"database", store_answers(app)},
		{"key", has_key(p)},
		{"known", knows_somebody(app)},
	};
	AUTO(buf_release) struct buf note = BUF_INIT(256);
	bool all = true, is_fresh;

	for (size_t i = 0; i < ARRAY_LEN(checks); i++)
		all = all && checks[i].ok;
	buf_printf(&c->answer, "{\"ready\":%s,\"checks\":[", all ? "true" : "false");
	for (size_t i = 0; i < ARRAY_LEN(checks); i++)
		buf_printf(&c->answer, "%s{\"name\":\"%s\",\"ok\":%s}", i > 0 ? "," : "",
			   checks[i].name, checks[i].ok ? "true" : "false");
	/* no reason to take traffic away: what is refused for it is refused by every node */
	is_fresh = revocation_is_fresh(app->revocation, p, c->now, &note);
	buf_printf(&c->answer,
		   "],\"notes\":[{\"name\":\"revocation\",\"ok\":%s,\"detail\":\"" STR_FMT
		   "\"}]}\n",
		   is_fresh ? "true" : "false", STR_ARG(buf_str(&note)));
	c->status = all ? 200 : 503;
	c->answer_type = STR("application/json");
}

static void
cert_gauge(struct buf *out, const char *use, const struct signer *s)
{
	if (s != NULL)
		buf_printf(out, "sluse_certificate_expiry_timestamp_seconds{use=\"%s\"} %lld\n",
			   use, (long long)(cert_not_after(signer_cert(s)) / SECONDS(1)));
}

static void
metrics_call(struct app *app, const struct platform *p, struct http_call *c)
{
	metrics_write(&c->answer);
	auditor_metrics(app->auditor, &c->answer);
	buf_add_c(&c->answer, "# TYPE sluse_certificate_expiry_timestamp_seconds gauge\n");
	for (int i = 0; i < IDENTITY_COUNT; i++)
		cert_gauge(&c->answer, identity_use((enum identity_name)i),
			   identity_signer(&p->id[i], c->now));
	revocation_metrics(app->revocation, p, &c->answer);
	metrics_imports(app->store, &c->answer);
	c->status = 200;
	c->answer_type = STR("text/plain; version=0.0.4; charset=utf-8");
}

void
operations_call(struct app *app, const struct platform *p, struct http_call *c)
{
	if (c->method != HTTP_METHOD_GET && c->method != HTTP_METHOD_HEAD) {
		http_plain(c, 405, "The method is not allowed here.");
		http_set_header(c, "Allow", STR("GET"));
	} else if (str_eq_c(c->path, "/healthz") || str_eq_c(c->path, "/livez")) {
		c->status = 200;
		c->answer_type = STR("text/plain; charset=utf-8");
		buf_add_c(&c->answer, "ok\n");
	} else if (str_eq_c(c->path, "/readyz")) {
		ready_call(app, p, c);
	} else if (str_eq_c(c->path, "/metrics")) {
		metrics_call(app, p, c);
	} else {
		http_plain(c, 404, "Nothing is served at this path.");
	}
}
