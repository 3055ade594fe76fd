/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The HTTP engine (libevent behind it): loops read whole requests without blocking, workers run
 * the handler, the loop writes the answer. Sizes, times and counts are bounded here.
 */
#ifndef GATEWAY_HTTP_H
#define GATEWAY_HTTP_H

#include <stdint.h>
#include "base/err.h"
#include "gateway/http_call.h"
#include "gateway/listen.h"
#include "gateway/worker.h"

struct http_server;

typedef void http_handler(struct http_call *c, void *arg);

struct http_listener_options {
	enum http_listener kind;
	int fd;          /* from listen_open; taken over */
	struct tls *tls; /* NULL: plain HTTP. Taken over */
	size_t max_body_bytes;
};

struct http_options {
	const struct http_listener_options *listeners;
	size_t listener_count;
	size_t io_threads;
	size_t max_connections;
	size_t max_held_bytes; /* bodies that wait for a worker or are at work; past it 503 */
	int64_t idle_timeout_s;
	struct worker_pool *pool;
	http_handler *handler; /* runs on a worker; must set a status */
	void *arg;
};

MUST_USE bool http_start(const struct http_options *o, struct http_server **out, struct err *e);
/* New connections of that listener use t from now on; open ones keep theirs. Takes t over. */
void http_replace_tls(struct http_server *s, enum http_listener kind, struct tls *t);
/* Stops accepting, waits for running calls for at most drain_s seconds, closes, frees.
 * Returns the number of calls that were cut off. */
size_t http_stop(struct http_server *s, int64_t drain_s);

struct http_counts {
	uint64_t calls, refused_busy, open_connections, running;
};
void http_counts(struct http_server *s, struct http_counts *out);
const char *http_library(void); /* version of the engine */

#endif
