/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One HTTP request and its answer, as plain data: what http.c hands on and gets back. Sizes and
 * times were bounded before it exists.
 */
#ifndef GATEWAY_HTTP_CALL_H
#define GATEWAY_HTTP_CALL_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "base/time.h"

enum http_listener { LISTENER_SYSTEM, LISTENER_BROWSER, LISTENER_OPERATIONS };
enum http_method { HTTP_METHOD_OTHER = 0, HTTP_METHOD_GET, HTTP_METHOD_HEAD, HTTP_METHOD_POST };

#define HTTP_HEADERS_MAX 16

struct http_header {
	struct str name, value; /* value without CR, LF: http.c answers 500 to others */
};

struct http_call {
	enum http_listener listener;
	enum http_method method;
	struct str path;  /* as sent, not decoded, without query */
	struct str query; /* as sent, without '?'; absent if none */
	struct str content_type, cookie, accept_language, origin;
	struct str authorization;
	/* x-TransaktionsId, x-TransaktionsTid, x-RequestId: of calls that speak JSON */
	struct str transaction_id, transaction_time, call_id;
	struct str peer; /* address in text, without port */
	struct str body;
	/* DER of the TLS client certificate, not verified; absent if none */
	struct str client_cert;
	struct str request_id;
	instant now;
	struct arena *a;

	int status; /* 0 until set */
	const char
		*refusal; /* why there is no message to answer, for the log; NULL: there is */
	struct str answer_type;
	struct buf answer;
	struct http_header headers[HTTP_HEADERS_MAX];
	size_t header_count;
};

void http_set_header(struct http_call *c, const char *name, struct str value);
/* Sets status, type text/plain and a one-line reason with the request id. */
void http_plain(struct http_call *c, int status, const char *reason);

#endif
