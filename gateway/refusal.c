/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plain refusals: ours, and those of libevent for requests that it could not or would not read
 * (too long, no request line, broken chunks). Its own answer is a page of HTML without request
 * id, and version 2.1 has no hook for another one; but it says all of them through its public
 * evhttp_send_error(), and a definition in the program goes before that of a shared library. So
 * that function is defined here. Were it ever not, the page would come back and test_refusal
 * fail. Refuses to log a path that could hold a name or a number of a person.
 */
#include "gateway/refusal.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "crypto/random.h"

#define PATH_LOGGED_BYTES 128
#define DIGITS_LOGGED 4

static struct {
	pthread_mutex_t lock;
	uint64_t second;
	unsigned lines;    /* in this second */
	uint64_t left_out; /* since the last line */
	uint64_t unlogged; /* since the start */
} told = {.lock = PTHREAD_MUTEX_INITIALIZER};

void
http_plain(struct http_call *c, int status, const char *reason)
{
	c->status = status;
	c->refusal = status >= 400 ? reason : NULL;
	c->answer_type = STR("text/plain; charset=utf-8");
	buf_clear(&c->answer);
	buf_printf(&c->answer, "%s (ref: " STR_FMT ")\n", reason, STR_ARG(c->request_id));
}

/* One more line in this second? *left_out: how many were not since the last one. */
static bool
may_tell(uint64_t *left_out)
{
	uint64_t second = clock_monotonic_us() / 1000000;
	bool may;

	pthread_mutex_lock(&told.lock);
	if (second != told.second) {
		told.second = second;
		told.lines = 0;
	}
	may = told.lines < LIMIT_REFUSAL_LINES_PER_S;
	if (may) {
		told.lines++;
		*left_out = told.left_out;
		told.left_out = 0;
	} else {
		told.left_out++;
		told.unlogged++;
	}
	pthread_mutex_unlock(&told.lock);
	return may;
}

uint64_t
refusal_unlogged(void)
{
	uint64_t count;

	pthread_mutex_lock(&told.lock);
	count = told.unlogged;
	pthread_mutex_unlock(&told.lock);
	return count;
}

/* A mistyped path is what the operator looks for; a long number in one is nobody's business. */
static bool
is_path_loggable(struct str path)
{
	unsigned digits = 0;

	for (size_t i = 0; i < path.len; i++) {
		char c = path.ptr[i];

		digits = c >= '0' && c <= '9' ? digits + 1 : c == '-' ? digits : 0;
		if (digits > DIGITS_LOGGED)
			return false;
		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && (c == '\0' || !strchr("/._-", c)))
			return false;
	}
	return path.len <= PATH_LOGGED_BYTES;
}

void
refusal_log(const struct http_call *c)
{
	char status[16], left[32], path[32];
	struct str shown = c->path, more = STR_NONE;
	uint64_t left_out = 0;

	if (!c->refusal || c->status == 429 || !may_tell(&left_out))
		return;
	(void)snprintf(status, sizeof(status), "%d", c->status);
	if (left_out > 0) {
		(void)snprintf(left, sizeof(left), "%" PRIu64, left_out);
		more = str_from(left);
	}
	if (!is_path_loggable(shown)) {
		(void)snprintf(path, sizeof(path), "%zu bytes", shown.len);
		shown = str_from(path);
	}
	LOG(LOG_LEVEL_INFO, "http.refused", LF("req", c->request_id), LF("peer", c->peer),
	    LF_C("status", status), LF("path", shown), LF_C("reason", c->refusal),
	    LF("unlogged_before", more));
}

/* Libevent tells no more than a status. */
static const char *
reason_of(const struct evhttp_request *req, int status)
{
	switch (status) {
	case 413:
		/* it treats these alike, and the line that it read is gone */
		return req->chunked ? "The message is too large, or a chunk of it is malformed "
				      "or has an extension, which is not supported."
				    : "The message is too large.";
	case 417:
		return "The expectation cannot be met.";
	case 501:
		return "The method is not supported.";
	default:
		return "The request is malformed, or its head is too large.";
	}
}

void
evhttp_send_error(struct evhttp_request *req, int error, const char *reason)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(req);
	AUTO(arena_freep) struct arena *a = arena_new();
	struct evbuffer *body = evbuffer_new();
	struct http_call c = {
		.peer = str_from(req->remote_host),
		.request_id = random_hex(a, 8),
		.answer = BUF_INIT(1024),
	};

	(void)reason;
	http_plain(&c, error, reason_of(req, error));
	refusal_log(&c);
	/* of a request line that it did not understand it knows no version to answer in */
	if (req->major != 1) {
		req->major = 1;
		req->minor = 1;
	}
	evhttp_clear_headers(headers);
	evhttp_add_header(headers, "Content-Type", "text/plain; charset=utf-8");
	evhttp_add_header(headers, "Connection", "close");
	evbuffer_add(body, c.answer.ptr, c.answer.len);
	evhttp_send_reply(req, error, NULL, body);
	evbuffer_free(body);
	buf_release(&c.answer);
}
