/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Outgoing HTTPS, one request at a time (libcurl): what a fagsystem does, for the command line.
 */
#ifndef GATEWAY_FETCH_H
#define GATEWAY_FETCH_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct fetch_order {
	const char *url; /* https only, unless the host is loopback */
	const char
		*ca_file; /* PEM anchors for the server's certificate; NULL: none is trusted */
	const char *client_cert; /* PEM, or NULL */
	const char *client_key;
	const char *content_type;
	const char *soap_action; /* header SOAPAction, or NULL */
	struct str body;
	int64_t timeout_s;
};

#define FETCH_TYPE_BYTES 128

struct fetch_answer {
	int status;
	char type[FETCH_TYPE_BYTES]; /* Content-Type, perhaps cut; "" if none */
};

/*
 * POST. Any HTTP status is an answer; *answer tells, its body goes to out and is bounded by
 * out's cap. Errors: FETCH_FAILED (no connection, TLS, time-out).
 */
MUST_USE bool fetch_post(const struct fetch_order *o, struct fetch_answer *answer,
			 struct buf *out, struct err *e);
const char *fetch_library(void); /* version of what does it */

#endif
