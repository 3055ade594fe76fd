/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sluse serve: load and check everything, open the listeners, serve until told to stop. SIGHUP
 * reloads configuration, keys and certificates without dropping a connection; SIGTERM and
 * SIGINT let running calls finish.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "gateway/app.h"
#include "gateway/auditor.h"
#include "gateway/cli.h"
#include "gateway/http.h"
#include "gateway/notify.h"
#include "gateway/proc.h"
#include "gateway/revocation.h"
#include "gateway/services.h"
#include "gateway/web.h"

#define TICK_MS 200        /* a change of what is known is seen within two ticks */
#define PURGE_INTERVAL_S 4 /* one part of the replay keys; all of them in a minute */
#define USES_INTERVAL_S 10 /* when certificates were last used goes to disk */
#define WORK_QUEUE_MAX 1024

struct server {
	const struct cli *cli;
	struct app *app;
	struct http_server *http;
	struct worker_pool *pool;
	uint64_t purged_us, uses_us, watchdog_us;
	unsigned purged_part; /* of the replay keys, next */
};

static const struct {
	enum http_listener kind;
	enum setting address;
	bool has_tls, asks_client_cert;
	size_t max_body_bytes; /* of systems: service.body_bytes, no more than this */
} listeners[] = {
	{LISTENER_SYSTEM, OPT_LISTEN_SYSTEM, true, true, LIMIT_SERVICE_BODY_BYTES},
	{LISTENER_BROWSER, OPT_LISTEN_BROWSER, true, false, LIMIT_FORM_BODY_BYTES},
	{LISTENER_OPERATIONS, OPT_LISTEN_OPERATIONS, false, false, 0},
};

static void
set_logging(const struct config *c)
{
	static const char *const levels[] = {"error", "warning", "info", "debug"};
	enum log_level level = LOG_LEVEL_INFO;

	for (size_t i = 0; i < ARRAY_LEN(levels); i++)
		if (strcmp(config_text(c, OPT_LOG_LEVEL), levels[i]) == 0)
			level = (enum log_level)i;
	log_setup(level,
		  strcmp(config_text(c, OPT_LOG_FORMAT), "json") == 0 ? LOG_FORMAT_JSON
								      : LOG_FORMAT_TEXT,
		  secure_getenv("JOURNAL_STREAM") != NULL);
}

static bool
load_platform(const struct cli *cli, struct platform **out, struct err *e)
{
	struct config *c = NULL;

	if (!cli_config(cli, &c, e))
		return false;
	return platform_load(c, out, e);
}

static bool
open_listener(const struct config *c, size_t i, struct http_listener_options *out,
	      struct err *e)
{
	const char *address = config_text(c, listeners[i].address);
	char name[128];

	*out = (struct http_listener_options){.kind = listeners[i].kind,
					      .fd = -1,
					      .max_body_bytes = listeners[i].max_body_bytes};
	if (listeners[i].kind == LISTENER_SYSTEM)
		out->max_body_bytes = (size_t)config_number(c, OPT_SERVICE_BODY);
	if (strcmp(address, "none") == 0)
		return true;
	if (listeners[i].has_tls && !tls_new(c, listeners[i].asks_client_cert, &out->tls, e))
		return false;
	if (!listen_open(address, &out->fd, e))
		return false;
	listen_name(out->fd, name, sizeof(name));
	LOG(LOG_LEVEL_INFO, "listening",
	    LF_C("setting", option_rows[listeners[i].address].name), LF_C("address", name));
	return true;
}

static bool
start_http(struct server *s, struct err *e)
{
	const struct config *c = s->app->platform->config;
	struct http_listener_options opened[ARRAY_LEN(listeners)];
	struct http_options o = {
		.listeners = opened,
		.io_threads = (size_t)config_number(c, OPT_IO_THREADS),
		.max_connections = (size_t)config_number(c, OPT_CONNECTIONS),
		.max_held_bytes = LIMIT_HELD_BYTES,
		.idle_timeout_s = config_number(c, OPT_IDLE_TIMEOUT),
		.handler = route_call,
		.arg = s->app,
	};

	for (size_t i = 0; i < ARRAY_LEN(listeners); i++) {
		if (!open_listener(c, i, &opened[o.listener_count], e))
			return false;
		o.listener_count += opened[o.listener_count].fd >= 0;
	}
	s->pool = worker_pool_new((size_t)config_number(c, OPT_WORKERS), WORK_QUEUE_MAX);
	o.pool = s->pool;
	return http_start(&o, &s->http, e);
}

static void
reload(struct server *s)
{
	const struct platform *old = app_platform_hold(s->app);
	struct buf fixed = BUF_INIT(4096);
	struct platform *next = NULL;
	struct tls *tls[2] = {NULL, NULL};
	struct err e = ERR_INIT;

	notify_reloading();
	if (!load_platform(s->cli, &next, &e) || !tls_new(next->config, true, &tls[0], &e) ||
	    !tls_new(next->config, false, &tls[1], &e)) {
		LOG_ERR(LOG_LEVEL_ERROR, "reload.failed", &e);
		notify_status("serving as before: the reload failed, see the log");
		tls_free(tls[0]);
		platform_release(next);
	} else {
		if (!config_may_replace(old->config, next->config, &fixed))
			LOG(LOG_LEVEL_WARNING, "reload.needs_restart",
			    LF("settings", buf_str(&fixed)));
		set_logging(next->config);
		http_replace_tls(s->http, LISTENER_SYSTEM, tls[0]);
		http_replace_tls(s->http, LISTENER_BROWSER, tls[1]);
		revocation_teach(s->app->revocation, next);
		app_platform_replace(s->app, next);
		LOG(LOG_LEVEL_INFO, "reloaded");
		notify_status(fixed.len == 0
				      ? "serving, reloaded"
				      : "serving, reloaded but for what needs a restart");
	}
	buf_release(&fixed);
	platform_release(old);
	notify_ready();
}

struct purge {
	instant now;
	unsigned part;
};

static bool
purge_job(struct tx *tx, void *arg, struct err *e)
{
	const struct purge *p = arg;

	return store_replay_purge(tx, p->now, p->part, e) && store_state_purge(tx, p->now, e);
}

static bool
purge(struct server *s, instant now, struct err *e)
{
	struct purge p = {now, s->purged_part};

	s->purged_part = (s->purged_part + 1) % STORE_REPLAY_PARTS;
	return store_write(s->app->store, purge_job, &p, e);
}

static void
audit(struct server *s, bool at_once)
{
	const struct platform *p = app_platform_hold(s->app);

	auditor_tick(s->app->auditor, s->app, p, clock_now(), at_once);
	platform_release(p);
}

/* What happens between signals. */
static void
tick(struct server *s)
{
	uint64_t now_us = clock_monotonic_us();
	uint64_t watchdog = notify_watchdog_us();
	instant now = clock_now();
	struct err e = ERR_INIT;
	bool changed = false;

	if (!trust_refresh(s->app->trust, &changed, &e))
		LOG_ERR(LOG_LEVEL_ERROR, "known.refresh_failed", &e);
	else if (changed)
		LOG(LOG_LEVEL_INFO, "known.changed");
	err_clear(&e);
	if (now_us - s->purged_us > PURGE_INTERVAL_S * 1000000ULL) {
		s->purged_us = now_us;
		if (!purge(s, now, &e))
			LOG_ERR(LOG_LEVEL_ERROR, "purge.failed", &e);
	}
	err_clear(&e);
	if (now_us - s->uses_us > USES_INTERVAL_S * 1000000ULL) {
		s->uses_us = now_us;
		if (!cert_uses_flush(s->app->uses, s->app->store, &e))
			LOG_ERR(LOG_LEVEL_ERROR, "cert_uses.failed", &e);
	}
	audit(s, false);
	if (watchdog > 0 && now_us - s->watchdog_us > watchdog) {
		s->watchdog_us = now_us;
		notify_watchdog();
	}
}

static void
serve_until_stopped(struct server *s, const sigset_t *signals)
{
	struct timespec wait = {.tv_nsec = TICK_MS * 1000000L};

	for (;;) {
		int sig = sigtimedwait(signals, NULL, &wait);

		if (sig == SIGTERM || sig == SIGINT)
			return;
		if (sig == SIGHUP)
			reload(s);
		tick(s);
	}
}

static int
stop(struct server *s)
{
	const struct platform *p = app_platform_hold(s->app);
	int64_t drain_s = config_number(p->config, OPT_DRAIN_TIMEOUT);
	struct err e = ERR_INIT;
	size_t cut;

	platform_release(p);
	notify_stopping();
	notify_status("stopping: running calls finish");
	atomic_store(&s->app->is_stopping, true);
	LOG(LOG_LEVEL_INFO, "stopping");
	cut = http_stop(s->http, drain_s);
	if (cut > 0) {
		LOG(LOG_LEVEL_WARNING, "stopped.calls_cut_off");
		return EXIT_TIMEOUT;
	}
	worker_pool_free(s->pool);
	if (!cert_uses_flush(s->app->uses, s->app->store, &e))
		LOG_ERR(LOG_LEVEL_ERROR, "cert_uses.failed", &e);
	revocation_close(s->app->revocation);
	audit(s, true);
	web_close(s->app);
	services_close(s->app);
	app_close(s->app);
	LOG(LOG_LEVEL_INFO, "stopped");
	return EXIT_OK;
}

static void
block_signals(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGHUP);
	sigprocmask(SIG_BLOCK, signals, NULL);
}

int
cmd_serve(struct cli *c)
{
	struct server s = {.cli = c};
	struct platform *p = NULL;
	struct err e = ERR_INIT;
	sigset_t signals;

	if (c->argc > 1)
		return cli_usage(c, "unknown argument '%s'", c->argv[1]);
	block_signals(&signals);
	if (!load_platform(c, &p, &e))
		return cli_failed(c, &e);
	set_logging(p->config);
	clock_set_shift(SECONDS(config_number(p->config, OPT_CLOCK_SHIFT)));
	proc_harden(config_is_production(p->config));
	if (proc_is_root() && config_is_production(p->config))
		LOG(LOG_LEVEL_WARNING, "running_as_root");
	if (!app_open(p, &s.app, &e) || !services_open(s.app, &e) || !web_open(s.app, &e) ||
	    !revocation_open(s.app, &s.app->revocation, &e))
		return cli_failed(c, &e);
	revocation_start(s.app->revocation);
	if (!start_http(&s, &e))
		return cli_failed(c, &e);
	atomic_store(&s.app->is_ready, true);
	notify_status("serving");
	notify_ready();
	LOG(LOG_LEVEL_INFO, "ready");
	serve_until_stopped(&s, &signals);
	return stop(&s);
}
