/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Outgoing HTTP, one request at a time (libcurl): what a fagsystem does, for the command line;
 * and what authorities publish, at addresses that certificates name.
 */
#ifndef GATEWAY_FETCH_H
#define GATEWAY_FETCH_H

#include <stdatomic.h>
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
	const char *const *headers; /* others, "Name: value"; NULL-terminated, or NULL */
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
/*
 * GET into an open file, of which nothing is kept when it fails: body and content_type are not
 * used. Only status 200 is an answer. Errors: FETCH_FAILED (also: larger than max_bytes, or the
 * file cannot be written).
 */
MUST_USE bool fetch_get(const struct fetch_order *o, int fd, uint64_t max_bytes, struct err *e);
const char *fetch_library(void); /* version of what does it */

/* A request to an address that somebody else wrote down. */
struct fetch_foreign {
	const char *url;
	/*
	 * Names that may be asked, separated by commas, each with ":port" or without; NULL: any
	 * name, at the usual port, but no address that is not public. What is named may be
	 * anywhere.
	 */
	const char *hosts;
	const char *ca_file;      /* as above */
	const char *content_type; /* of the body */
	struct str body;          /* absent: GET */
	int64_t timeout_s;
	const atomic_bool *stop; /* gives up when it is set; or NULL */
};

/* Only status 200 is an answer, and nothing is followed. Errors: FETCH_FAILED, FETCH_FORBIDDEN
 * (an address that may not be asked). */
MUST_USE bool fetch_foreign(const struct fetch_foreign *o, struct buf *out, struct err *e);
/* Host and port of a URL, in small letters; false: it is none that may ever be asked. */
MUST_USE bool fetch_host(const char *url, char out[256]);

#endif
