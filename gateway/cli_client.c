/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What sluse token and sluse call share: they do what a fagsystem does, with its key. */
#include "gateway/cli_client.h"

#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "gateway/fetch.h"
#include "gateway/file.h"

#define TIMEOUT_S 60
/* escaping makes texts longer */
#define RECORD_BYTES (3 * (LIMIT_ANSWER_BYTES + LIMIT_SERVICE_BODY_BYTES))

int
client_flags_read(struct cli *c, struct client_flags *f)
{
	static const struct option longs[] = {
		{"cert", required_argument, NULL, 'C'},
		{"key", required_argument, NULL, 'K'},
		{"url", required_argument, NULL, 'u'},
		{"ca", required_argument, NULL, 'a'},
		{"peer-cert", required_argument, NULL, 'p'},
		{"token", required_argument, NULL, 't'},
		{"output", required_argument, NULL, 'o'},
		{"lifetime", required_argument, NULL, 'l'},
		{"record", required_argument, NULL, 'R'},
		{"soap11", no_argument, NULL, '1'},
		{"request-only", no_argument, NULL, 'r'},
		{"on-behalf-of", required_argument, NULL, 'b'},
		{"rest", no_argument, NULL, 'j'},
		{"jwt", no_argument, NULL, 'w'},
		{NULL, 0, NULL, 0},
	};
	const char **texts[128] = {
		['C'] = &f->cert,      ['K'] = &f->key,       ['u'] = &f->url,
		['a'] = &f->ca,        ['p'] = &f->peer_cert, ['t'] = &f->token,
		['o'] = &f->output,    ['l'] = &f->lifetime,  ['R'] = &f->record,
		['b'] = &f->on_behalf,
	};
	struct config *config = NULL;
	struct err e = ERR_INIT;
	int o;

	*f = (struct client_flags){.output = "-"};
	while ((o = getopt_long(c->argc, c->argv, "o:", longs, NULL)) != -1) {
		if (o == '1')
			f->soap11 = true;
		else if (o == 'r')
			f->request_only = true;
		else if (o == 'j')
			f->rest = true;
		else if (o == 'w')
			f->jwt = true;
		else if (o != '?' && texts[o & 127] != NULL)
			*texts[o & 127] = optarg;
		else
			return cli_usage(c, "see above");
	}
	if (f->cert == NULL || f->key == NULL || f->url == NULL)
		return cli_usage(c, "--cert, --key and --url are needed");
	/* answers of REST services are not signed */
	if (!f->request_only &&
	    (f->ca == NULL || (f->peer_cert == NULL && !(f->jwt && f->token))))
		return cli_usage(c, "--ca and --peer-cert are needed to believe the answer");
	/* a server whose clock is shifted wants messages of its day */
	if (c->config_path != NULL && !cli_config_and_clock(c, &config, &e))
		return cli_failed(c, &e);
	config_free(config);
	return -1;
}

bool
client_open(const struct client_flags *f, struct client *out, struct err *e)
{
	struct signer *s = NULL;

	if (!signer_load(f->key, f->cert, &s, e))
		return false;
	*out = (struct client){
		.version = f->soap11 ? SOAP_11 : SOAP_12,
		.signer = s,
		.now = clock_now(),
		.a = arena_new(),
	};
	return true;
}

void
client_close(struct client *cl)
{
	struct signer *s;

	if (cl->a == NULL)
		return;
	memcpy(&s, &cl->signer, sizeof(s));
	signer_free(s);
	arena_free(cl->a);
	cl->a = NULL;
}

static int
put_json(const char *bytes, size_t len, void *buf)
{
	buf_add_bytes(buf, bytes, len);
	return 0;
}

/* One line of JSON: what was sent where, and what came back. */
static bool
record(const struct client_flags *f, struct str request, int status, struct str answer,
       struct err *e)
{
	AUTO(buf_release) struct buf line = BUF_INIT(RECORD_BYTES);
	json_t *o = json_object();
	bool is_text;

	json_object_set_new(o, "url", json_string(f->url));
	json_object_set_new(o, "status", json_integer(status));
	json_object_set_new(o, "request", json_stringn(request.ptr, request.len));
	json_object_set_new(o, "answer", json_stringn(answer.ptr, answer.len));
	is_text = json_object_size(o) == 4;
	(void)json_dump_callback(o, put_json, &line, JSON_COMPACT);
	json_decref(o);
	buf_add_char(&line, '\n');
	if (!is_text || line.over)
		return FAIL(e, FILE_UNWRITABLE, "%s: not a text of bounded size", f->record);
	return file_append(f->record, buf_str(&line), e);
}

json_t *
client_reply_json(const struct client_reply *r)
{
	json_t *o = json_pack("{s:i}", "httpStatus", r->http.status);

	if (r->http.type[0] != '\0')
		json_object_set_new(o, "contentType", json_string(r->http.type));
	return o;
}

/* An answer that is no SOAP: the document tells it, besides the error. */
static bool
refused_plainly(const struct cli *c, const struct client_reply *r, struct err *e)
{
	json_t *o;

	if (c->json) {
		o = client_reply_json(r);
		json_put_text(o, "body", r->plain);
		cli_print_json(o);
	}
	return FAIL(e, FETCH_FAILED, "HTTP status %d", r->http.status);
}

bool
client_exchange(const struct cli *c, const struct client_flags *f, struct client *cl,
		const struct client_message *m, struct client_reply *out, struct err *e)
{
	AUTO(cert_freep) struct cert *peer = NULL;
	AUTO(buf_release) struct buf got = BUF_INIT(LIMIT_ANSWER_BYTES);
	struct fetch_order o = {
		.url = f->url,
		.ca_file = f->ca,
		.content_type = f->soap11 ? "text/xml; charset=utf-8"
					  : "application/soap+xml; charset=utf-8",
		.soap_action = f->soap11 ? "" : NULL,
		.body = m->bytes,
		.timeout_s = TIMEOUT_S,
	};
	struct str bytes;

	if (!cert_load(f->peer_cert, &peer, e) || !fetch_post(&o, &out->http, &got, e))
		return false;
	if (f->record != NULL && !record(f, o.body, out->http.status, buf_str(&got), e))
		return false;
	/* the answer's texts are borrowed from these bytes */
	bytes = arena_dup(cl->a, buf_str(&got));
	if (out->http.status != 200 && out->http.status != 500) {
		out->plain = bytes;
		return refused_plainly(c, out, e);
	}
	return client_answer_read(cl, bytes, peer, m->id, &out->soap, e);
}

int
client_fault(const struct cli *c, const struct client_reply *r)
{
	const struct client_answer *answer = &r->soap;
	json_t *o, *fault;

	if (c->json) {
		fault = json_object();
		json_put_text(fault, "code", answer->outer);
		if (!str_eq(answer->code, answer->outer))
			json_put_text(fault, "subcode", answer->code);
		json_put_text(fault, "reason", answer->reason);
		o = client_reply_json(r);
		json_object_set_new(o, "fault", fault);
		cli_print_json(o);
	} else {
		fprintf(stderr, "sluse %s: fault " STR_FMT ": " STR_FMT "\n", c->command->name,
			STR_ARG(answer->code), STR_ARG(answer->reason));
	}
	return EXIT_NOT_PERMITTED;
}

bool
client_write_request(const struct cli *c, const struct client_flags *f, struct str message,
		     struct err *e)
{
	return client_write_result(c, f, json_object(), "request", message, e);
}

bool
client_write_result(const struct cli *c, const struct client_flags *f, json_t *document,
		    const char *member, struct str result, struct err *e)
{
	bool is_out = strcmp(f->output, "-") == 0;
	bool ok = (c->json && is_out) || file_write(f->output, result, e);

	if (ok && c->json) {
		if (is_out)
			json_put_text(document, member, result);
		cli_print_json(document);
		return true;
	}
	json_decref(document);
	return ok;
}

bool
client_token_write(const struct cli *c, const struct client_flags *f,
		   const struct client_reply *r, const struct client_token *t, struct err *e)
{
	json_t *o = client_reply_json(r);
	char until[TIME_TEXT_MAX];

	json_put_text(o, "id", t->id);
	json_put_text(o, "notOnOrAfter", time_format_utc(t->expires, until));
	if (!client_write_result(c, f, o, "token", t->xml, e))
		return false;
	if (strcmp(f->output, "-") == 0 && !c->json)
		putchar('\n');
	if (!c->quiet && !c->json)
		fprintf(stderr, "token " STR_FMT ", valid until " STR_FMT "\n", STR_ARG(t->id),
			STR_ARG(time_format_local(t->expires, until)));
	return true;
}
