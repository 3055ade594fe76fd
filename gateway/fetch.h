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

/*
 * POST. Any HTTP status is an answer; *status tells. The answer is bounded by out's cap.
 * Errors: FETCH_FAILED (no connection, TLS, time-out).
 */
MUST_USE bool fetch_post(const struct fetch_order *o, int *status, struct buf *out,
			 struct err *e);

#endif
