/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The loops of the HTTP engine. A request is handed to a worker only when it has arrived whole,
 * so a slow sender costs a buffer and never a worker; a connection that has not brought a whole
 * request within the idle time is closed, however busily it drips.
 * Refused here: bodies over the listener's limit, doubtful framing (framing.h), targets that
 * are not a path.
 * Source: RFC 9112, RFC 9110.
 */
#include "gateway/http.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <event2/thread.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "crypto/random.h"
#include "gateway/framing.h"
#include "gateway/http_conn.h"
#include "gateway/metrics.h"
#include "gateway/refusal.h"

#define LISTENERS_MAX 4
#define HEADER_BYTES_MAX (LIMIT_URL_BYTES + 32 * 1024)
#define TICK_S 1
#define RELEASE_ROUNDS 100
#define ALL_METHODS                                                                            \
	(EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD | EVHTTP_REQ_PUT |                 \
	 EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS | EVHTTP_REQ_TRACE | EVHTTP_REQ_CONNECT |      \
	 EVHTTP_REQ_PATCH)

struct binding {
	struct loop *loop;
	size_t listener;
	struct evhttp *http;
	struct evconnlistener *accepting;
};

struct pending {
	struct worker_job job;
	struct pending *next_done;
	struct loop *loop;
	struct evhttp_request *req;
	struct arena *arena;
	uint64_t started_us;
	struct http_call call;
	/* what is counted for it of its address's; share NULL: nothing is */
	struct share *share;
	size_t share_bytes;
};

struct loop {
	struct http_server *server;
	pthread_t thread;
	struct event_base *base;
	struct event *wake, *tick;
	int wake_fd;
	pthread_mutex_t lock; /* done */
	struct pending *done;
	struct binding bindings[LISTENERS_MAX];
	struct http_conns conns;
	bool is_paused;
};

struct http_server {
	struct http_options o;
	struct http_listener_options listeners[LISTENERS_MAX];
	pthread_mutex_t tls_lock; /* listeners[].tls */
	struct loop *loops;
	struct shares *shares;
	atomic_bool is_stopping, is_over;
	atomic_size_t running, open, calls, refused_busy, held_bytes;
};

void
http_set_header(struct http_call *c, const char *name, struct str value)
{
	BUG_ON(c->header_count == HTTP_HEADERS_MAX);
	c->headers[c->header_count++] = (struct http_header){str_from(name), value};
}

static void
loop_wake(struct loop *l)
{
	uint64_t one = 1;
	ssize_t n = write(l->wake_fd, &one, sizeof(one));

	(void)n; /* a full counter wakes too */
}

static void
pause_accepting(struct loop *l, bool pause)
{
	if (l->is_paused == pause)
		return;
	l->is_paused = pause;
	for (size_t i = 0; i < l->server->o.listener_count; i++) {
		if (pause)
			evconnlistener_disable(l->bindings[i].accepting);
		else
			evconnlistener_enable(l->bindings[i].accepting);
	}
}

static size_t
conns_per_loop(const struct http_server *s)
{
	return s->o.max_connections / s->o.io_threads + 1;
}

static struct bufferevent *
make_connection(struct event_base *base, void *arg)
{
	struct binding *b = arg;
	struct loop *l = b->loop;
	struct http_server *s = l->server;
	struct bufferevent *bev;
	struct tls *t;

	(void)base;
	pthread_mutex_lock(&s->tls_lock);
	t = tls_hold(s->listeners[b->listener].tls);
	pthread_mutex_unlock(&s->tls_lock);
	bev = http_conn_new(&l->conns, t);
	tls_free(t);
	if (l->conns.count >= conns_per_loop(s))
		pause_accepting(l, true);
	return bev;
}

/* Once a second. */
static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;

	(void)fd, (void)what;
	http_conns_sweep(&l->conns, (uint64_t)l->server->o.idle_timeout_s * 1000000);
	if (l->is_paused && l->conns.count < conns_per_loop(l->server) &&
	    !atomic_load(&l->server->is_stopping))
		pause_accepting(l, false);
}

static void
pending_free(const void *data, size_t len, void *arg)
{
	struct pending *p = arg;
	struct http_server *s = p->loop->server;

	(void)data, (void)len;
	atomic_fetch_sub(&s->held_bytes, p->call.body.len);
	if (p->share != NULL)
		share_give(s->shares, p->share, p->share_bytes);
	share_drop(s->shares, p->share);
	buf_release(&p->call.answer);
	arena_free(p->arena);
}

static struct http_conn *
conn_of(struct evhttp_request *req)
{
	struct evhttp_connection *evcon = evhttp_request_get_connection(req);

	if (evcon == NULL)
		return NULL;
	return http_conn_of(evhttp_connection_get_bufferevent(evcon));
}

static bool
is_clean(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] == '\r' || s.ptr[i] == '\n' || s.ptr[i] == '\0')
			return false;
	return true;
}

static void
add_header(struct pending *p, struct str name, struct str value)
{
	struct evkeyvalq *out = evhttp_request_get_output_headers(p->req);

	evhttp_add_header(out, arena_dup_c(p->arena, name), arena_dup_c(p->arena, value));
}

/* A page without the header that it was to have is another page: none is sent. */
static void
check_headers(struct http_call *c)
{
	const char *bad = is_clean(c->answer_type) ? NULL : "Content-Type";

	for (size_t i = 0; i < c->header_count; i++)
		if (!is_clean(c->headers[i].value))
			bad = c->headers[i].name.ptr;
	if (bad == NULL)
		return;
	LOG(LOG_LEVEL_ERROR, "http.header_refused", LF("req", c->request_id),
	    LF_C("name", bad));
	c->header_count = 0;
	http_plain(c, 500, err_row(INTERNAL)->text);
}

/* On the loop: hand the answer to libevent, which frees the pending with the last byte. */
static void
answer(struct pending *p)
{
	struct http_call *c = &p->call;
	struct http_conn *conn = conn_of(p->req);
	struct evbuffer *body = evbuffer_new();
	struct str bytes;
	int status;

	check_headers(c);
	refusal_log(c);
	bytes = buf_str(&c->answer);
	status = c->status;
	metrics_http(c->listener, status, clock_monotonic_us() - p->started_us);
	if (conn != NULL)
		http_conn_busy(conn, false);
	/* until the peer has taken it */
	if (p->share != NULL) {
		share_add(p->loop->server->shares, p->share, c->answer.room);
		p->share_bytes += c->answer.room;
	}
	if (str_is_set(c->answer_type))
		add_header(p, STR("Content-Type"), c->answer_type);
	for (size_t i = 0; i < c->header_count; i++)
		add_header(p, c->headers[i].name, c->headers[i].value);
	if (atomic_load(&p->loop->server->is_stopping))
		add_header(p, STR("Connection"), STR("close"));
	if (c->method ==
	    HTTP_METHOD_HEAD) { /* the length of what GET would bring, and no body */
		char length[32];

		snprintf(length, sizeof(length), "%zu", bytes.len);
		add_header(p, STR("Content-Length"), str_from(length));
		bytes.len = 0;
	}
	struct evhttp_request *req = p->req;
	atomic_fetch_sub(&p->loop->server->running, 1);
	if (bytes.len > 0)
		evbuffer_add_reference(body, bytes.ptr, bytes.len, pending_free, p);
	else
		pending_free(NULL, 0, p);
	/* The connection may be gone: then this only frees the request. */
	evhttp_send_reply(req, status, NULL, body);
	evbuffer_free(body);
}

/* Answers what the workers have done since. */
static void
take_done(struct loop *l)
{
	struct pending *p, *next;

	pthread_mutex_lock(&l->lock);
	p = l->done;
	l->done = NULL;
	pthread_mutex_unlock(&l->lock);
	for (; p != NULL; p = next) {
		next = p->next_done;
		answer(p);
	}
}

static void
on_wake(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;
	uint64_t count;
	ssize_t n = read(fd, &count, sizeof(count));

	(void)n, (void)what;
	take_done(l);
	if (atomic_load(&l->server->is_stopping))
		pause_accepting(l, true);
	if (atomic_load(&l->server->is_over))
		event_base_loopbreak(l->base);
}

static void
run_call(struct worker_job *job)
{
	struct pending *p = (struct pending *)job;
	struct http_server *s = p->loop->server;

	p->call.now = clock_now();
	s->o.handler(&p->call, s->o.arg);
	BUG_ON(p->call.status == 0);
	pthread_mutex_lock(&p->loop->lock);
	p->next_done = p->loop->done;
	p->loop->done = p;
	pthread_mutex_unlock(&p->loop->lock);
	loop_wake(p->loop);
}

static struct str
header_text(struct pending *p, const char *name)
{
	const char *v = evhttp_find_header(evhttp_request_get_input_headers(p->req), name);

	return arena_dup(p->arena, str_from(v));
}

static bool
read_target(struct pending *p)
{
	struct str uri = arena_dup(p->arena, str_from(evhttp_request_get_uri(p->req)));

	if (uri.len == 0 || uri.ptr[0] != '/' || uri.len > LIMIT_URL_BYTES)
		return false;
	str_cut(uri, '?', &p->call.path, &p->call.query);
	return is_clean(uri);
}

static void
read_body(struct pending *p)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(p->req);
	size_t len = evbuffer_get_length(in);
	char *to = arena_alloc(p->arena, len + 1);

	evbuffer_remove(in, to, len);
	p->call.body = str_of(to, len);
	atomic_fetch_add(&p->loop->server->held_bytes, len);
}

static enum http_method
method_of(struct evhttp_request *req)
{
	switch (evhttp_request_get_command(req)) {
	case EVHTTP_REQ_GET:
		return HTTP_METHOD_GET;
	case EVHTTP_REQ_HEAD:
		return HTTP_METHOD_HEAD;
	case EVHTTP_REQ_POST:
		return HTTP_METHOD_POST;
	default:
		return HTTP_METHOD_OTHER;
	}
}

static void
read_call(struct pending *p)
{
	struct http_call *c = &p->call;
	struct evhttp_connection *evcon = evhttp_request_get_connection(p->req);
	char *peer = NULL;
	ev_uint16_t port = 0;

	evhttp_connection_get_peer(evcon, &peer, &port);
	c->peer = arena_dup(p->arena, str_from(peer));
	c->method = method_of(p->req);
	c->content_type = header_text(p, "Content-Type");
	c->cookie = header_text(p, "Cookie");
	c->accept_language = header_text(p, "Accept-Language");
	c->origin = header_text(p, "Origin");
	c->authorization = header_text(p, "Authorization");
	c->transaction_id = header_text(p, "x-TransaktionsId");
	c->transaction_time = header_text(p, "x-TransaktionsTid");
	c->call_id = header_text(p, "x-RequestId");
	c->client_cert = listen_peer_cert(evhttp_connection_get_bufferevent(evcon), p->arena);
	read_body(p);
}

/* Answers that its address has not taken yet, and calls that are at work. */
static bool
is_over_share(const struct pending *p)
{
	struct shares *shares = p->loop->server->shares;

	return p->share != NULL && !share_take(shares, p->share, 0);
}

static void
on_request(struct evhttp_request *req, void *arg)
{
	struct binding *b = arg;
	struct http_server *s = b->loop->server;
	struct arena *a = arena_new();
	struct pending *p = ARENA_NEW(a, struct pending);
	struct http_conn *conn = conn_of(req);

	*p = (struct pending){.job.run = run_call,
			      .loop = b->loop,
			      .req = req,
			      .arena = a,
			      .started_us = clock_monotonic_us()};
	p->call = (struct http_call){.listener = s->listeners[b->listener].kind,
				     .a = a,
				     .request_id = random_hex(a, 8)};
	buf_init(&p->call.answer, LIMIT_ANSWER_BYTES);
	if (conn != NULL) {
		http_conn_busy(conn, true);
		http_conn_hand_over(conn, &p->share, &p->share_bytes);
	}
	atomic_fetch_add(&s->running, 1);
	atomic_fetch_add(&s->calls, 1);
	if (!framing_is_plain(req) || !read_target(p)) {
		http_plain(&p->call, 400, "The request is malformed.");
		http_set_header(&p->call, "Connection", STR("close"));
		answer(p);
		return;
	}
	read_call(p);
	if (atomic_load(&s->held_bytes) > s->o.max_held_bytes || is_over_share(p) ||
	    !worker_submit(s->o.pool, &p->job)) {
		atomic_fetch_add(&s->refused_busy, 1);
		metrics_limited(METRIC_LIMIT_BUSY);
		http_plain(&p->call, 503, "Too many calls at the moment.");
		http_set_header(&p->call, "Retry-After", STR("1"));
		answer(p);
	}
}

static void *
loop_main(void *arg)
{
	struct loop *l = arg;

	event_base_dispatch(l->base);
	return NULL;
}

static struct evhttp *
make_listener(struct loop *l, size_t i)
{
	const struct http_listener_options *lo = &l->server->listeners[i];
	struct binding *b = &l->bindings[i];
	struct evhttp *http = evhttp_new(l->base);
	struct evhttp_bound_socket *bound;
	int fd = dup(lo->fd);

	*b = (struct binding){.loop = l, .listener = i, .http = http};
	evhttp_set_max_headers_size(http, HEADER_BYTES_MAX);
	evhttp_set_max_body_size(http, (ev_ssize_t)lo->max_body_bytes);
	evhttp_set_timeout(http, (int)l->server->o.idle_timeout_s);
	evhttp_set_allowed_methods(http, ALL_METHODS);
	evhttp_set_default_content_type(http, NULL);
	evhttp_set_gencb(http, on_request, b);
	if (lo->tls != NULL)
		evhttp_set_bevcb(http, make_connection, b);
	bound = fd >= 0 ? evhttp_accept_socket_with_handle(http, fd) : NULL;
	if (bound == NULL)
		return NULL;
	b->accepting = evhttp_bound_socket_get_listener(bound);
	return http;
}

static bool
loop_init(struct http_server *s, struct loop *l, struct err *e)
{
	struct timeval tick = {.tv_sec = TICK_S};

	l->server = s;
	pthread_mutex_init(&l->lock, NULL);
	l->base = event_base_new();
	l->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (l->base == NULL || l->wake_fd < 0)
		return FAIL(e, LISTEN_FAILED, "no event loop");
	http_conns_init(&l->conns, l->base, s->shares, &s->open);
	l->wake = event_new(l->base, l->wake_fd, EV_READ | EV_PERSIST, on_wake, l);
	l->tick = event_new(l->base, -1, EV_PERSIST, on_tick, l);
	event_add(l->wake, NULL);
	event_add(l->tick, &tick);
	for (size_t i = 0; i < s->o.listener_count; i++)
		if (make_listener(l, i) == NULL)
			return FAIL(e, LISTEN_FAILED, "a listener cannot be watched");
	return true;
}

bool
http_start(const struct http_options *o, struct http_server **out, struct err *e)
{
	struct http_server *s = MEM_NEW(struct http_server);

	BUG_ON(o->listener_count > LISTENERS_MAX || o->io_threads == 0);
	evthread_use_pthreads();
	s->o = *o;
	memcpy(s->listeners, o->listeners, o->listener_count * sizeof(*o->listeners));
	pthread_mutex_init(&s->tls_lock, NULL);
	s->shares = shares_new(o->max_connections, o->max_held_bytes);
	s->loops = MEM_NEW_N(o->io_threads, struct loop);
	for (size_t i = 0; i < o->io_threads; i++)
		if (!loop_init(s, &s->loops[i], e))
			return false; /* the process is about to end */
	for (size_t i = 0; i < o->io_threads; i++)
		BUG_ON(pthread_create(&s->loops[i].thread, NULL, loop_main, &s->loops[i]) != 0);
	*out = s;
	return true;
}

void
http_replace_tls(struct http_server *s, enum http_listener kind, struct tls *t)
{
	pthread_mutex_lock(&s->tls_lock);
	for (size_t i = 0; i < s->o.listener_count; i++) {
		if (s->listeners[i].kind != kind || s->listeners[i].tls == NULL)
			continue;
		tls_free(s->listeners[i].tls);
		s->listeners[i].tls = tls_hold(t);
	}
	pthread_mutex_unlock(&s->tls_lock);
	tls_free(t);
}

static void
loop_release(struct loop *l)
{
	for (size_t i = 0; i < l->server->o.listener_count; i++)
		evhttp_free(l->bindings[i].http);
	event_free(l->wake);
	event_free(l->tick);
	/* what a connection has put off holds it: it runs now, or nobody frees the connection
	 */
	for (int i = 0; i < RELEASE_ROUNDS && l->conns.count > 0; i++)
		event_base_loop(l->base, EVLOOP_NONBLOCK);
	event_base_free(l->base);
	close(l->wake_fd);
	pthread_mutex_destroy(&l->lock);
}

/*
 * The loops have ended, maybe with answers that stand in their buffers: what the workers have
 * done is answered here, and goes out as far as its peer takes it. How many they still hold.
 */
static size_t
finish(struct http_server *s)
{
	for (size_t i = 0; i < s->o.io_threads; i++) {
		struct loop *l = &s->loops[i];

		take_done(l);
		for (int k = 0; k < RELEASE_ROUNDS && l->conns.count > 0; k++)
			event_base_loop(l->base, EVLOOP_NONBLOCK);
	}
	return atomic_load(&s->running);
}

size_t
http_stop(struct http_server *s, int64_t drain_s)
{
	uint64_t end = clock_monotonic_us() + (uint64_t)drain_s * 1000000;
	size_t left;

	atomic_store(&s->is_stopping, true);
	for (size_t i = 0; i < s->o.io_threads; i++)
		loop_wake(&s->loops[i]);
	while ((left = atomic_load(&s->running)) > 0 && clock_monotonic_us() < end)
		usleep(10000);
	atomic_store(&s->is_over, true);
	for (size_t i = 0; i < s->o.io_threads; i++)
		loop_wake(&s->loops[i]);
	for (size_t i = 0; i < s->o.io_threads; i++)
		pthread_join(s->loops[i].thread, NULL);
	/* what came between the last look and the end of the loops */
	while ((left = finish(s)) > 0 && clock_monotonic_us() < end)
		usleep(10000);
	if (left > 0)
		return left; /* workers still hold requests: the process ends now, nothing is
				freed */
	for (size_t i = 0; i < s->o.io_threads; i++)
		loop_release(&s->loops[i]);
	for (size_t i = 0; i < s->o.listener_count; i++) {
		close(s->listeners[i].fd);
		tls_free(s->listeners[i].tls);
	}
	pthread_mutex_destroy(&s->tls_lock);
	shares_free(s->shares);
	mem_free(s->loops);
	mem_free(s);
	return 0;
}

void
http_counts(struct http_server *s, struct http_counts *out)
{
	*out = (struct http_counts){
		.calls = atomic_load(&s->calls),
		.refused_busy = atomic_load(&s->refused_busy),
		.open_connections = atomic_load(&s->open),
		.running = atomic_load(&s->running),
	};
}
