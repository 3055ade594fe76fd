/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sluse call --jwt: a call to a REST service, as a fagsystem makes it. The certificate of the
 * connection and the token belong together; the answer is believed for the server's TLS
 * certificate alone.
 * Source: token-service contract 6.5.
 */
#include "gateway/cli_rest.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/limits.h"
#include "crypto/random.h"
#include "gateway/file.h"
#include "gateway/services.h"

#define TIMEOUT_S 60

/* A file's text in the arena. */
static bool
load(const char *path, size_t most, struct arena *a, struct str *out, struct err *e)
{
	struct str text = STR_NONE;

	if (!file_read(path, most, &text, e))
		return false;
	*out = arena_dup(a, text);
	file_free(&text);
	return true;
}

/* What the answer says of itself: an object with a code and a text, wherever this service puts
 * it. NULL: nothing. */
static const json_t *
said(const json_t *top, const char *which)
{
	const json_t *list = json_object_get(top, "HovedoplysningerSvarREST");

	return json_object_get(json_object_get(json_array_get(list, 0), "SvarReaktion"), which);
}

/* 401 and 403 are nobody's to try again with; the rest as the StatusKode would say. */
static int
exit_code(int status)
{
	switch (status) {
	case 400:
		return EXIT_INVALID;
	case 401:
	case 403:
		return EXIT_NOT_PERMITTED;
	case 404:
		return EXIT_NOT_FOUND;
	default:
		return status >= 500 ? EXIT_UNAVAILABLE : EXIT_FAILED;
	}
}

/* Returns an exit code; *e is filled when it is negative. */
static int
refused(const struct cli *c, struct client *cl, struct client_reply *r, struct err *e)
{
	AUTO(json_decrefp) json_t *top = json_read_object(r->plain);
	const json_t *fejl = said(top, "Fejl");

	r->soap.code = arena_printf(cl->a, "%d", r->http.status);
	r->soap.reason = json_get_text(fejl ? fejl : top, fejl ? "FejlTekst" : "message");
	if (fejl)
		r->soap.code = json_get_text(fejl, "FejlId");
	if (!str_is_set(r->soap.reason)) {
		(void)FAIL(e, FETCH_FAILED, "HTTP status %d", r->http.status);
		return -1;
	}
	r->soap.outer = r->soap.code;
	(void)client_fault(c, r);
	return exit_code(r->http.status);
}

static bool
exchange(const struct client_flags *f, struct client *cl, struct str token, struct str body,
	 struct client_reply *out, struct err *e)
{
	AUTO(buf_release) struct buf got = BUF_INIT(LIMIT_ANSWER_BYTES);
	char id[UUID_TEXT_LEN + 1], now[TIME_TEXT_MAX];
	const char *const headers[] = {
		arena_dup_c(cl->a, arena_printf(cl->a, "Authorization: Bearer " STR_FMT,
						STR_ARG(token))),
		arena_dup_c(cl->a, arena_printf(cl->a, "x-TransaktionsId: " STR_FMT,
						STR_ARG(uuid_format(random_uuid(), id)))),
		arena_dup_c(cl->a, arena_printf(cl->a, "x-TransaktionsTid: " STR_FMT,
						STR_ARG(time_format_local(cl->now, now)))),
		NULL,
	};
	const struct fetch_order o = {
		.url = f->url,
		.ca_file = f->ca,
		.client_cert = f->cert,
		.client_key = f->key,
		.content_type = "application/json",
		.headers = headers,
		.body = body,
		.timeout_s = TIMEOUT_S,
	};

	if (!fetch_post(&o, &out->http, &got, e))
		return false;
	out->plain = arena_dup(cl->a, buf_str(&got));
	return true;
}

int
rest_call_service(const struct cli *c, const struct client_flags *f, struct client *cl,
		  const char *file, struct err *e)
{
	AUTO(json_decrefp) json_t *top = NULL;
	struct client_reply reply = {0};
	struct str token, body;

	if (!load(f->token, LIMIT_JWT_BYTES, cl->a, &token, e) ||
	    !load(file, LIMIT_SERVICE_BODY_BYTES, cl->a, &body, e))
		return -1;
	if (f->request_only)
		return client_write_request(c, f, body, e) ? EXIT_OK : -1;
	if (!exchange(f, cl, str_trim(token), body, &reply, e))
		return -1;
	if (reply.http.status != 200)
		return refused(c, cl, &reply, e);
	if (!client_write_result(c, f, client_reply_json(&reply), "body", reply.plain, e))
		return -1;
	if (strcmp(f->output, "-") == 0 && !c->json)
		putchar('\n');
	top = json_read_object(reply.plain);
	return str_eq_c(json_get_text(said(top, "Advis"), "AdvisId"), "44") ? EXIT_NOT_FOUND
									    : EXIT_OK;
}
