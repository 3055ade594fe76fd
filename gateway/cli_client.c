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
		{NULL, 0, NULL, 0},
	};
	const char **texts[128] = {
		['C'] = &f->cert,   ['K'] = &f->key,       ['u'] = &f->url,
		['a'] = &f->ca,     ['p'] = &f->peer_cert, ['t'] = &f->token,
		['o'] = &f->output, ['l'] = &f->lifetime,
		['R'] = &f->record,
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
		else if (o != '?' && texts[o & 127] != NULL)
			*texts[o & 127] = optarg;
		else
			return cli_usage(c, "see above");
	}
	if (f->cert == NULL || f->key == NULL || f->url == NULL)
		return cli_usage(c, "--cert, --key and --url are needed");
	if (!f->request_only && (f->ca == NULL || f->peer_cert == NULL))
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

bool
client_exchange(const struct client_flags *f, struct client *cl, const struct buf *message,
		struct str message_id, struct client_answer *out, struct err *e)
{
	AUTO(cert_freep) struct cert *peer = NULL;
	AUTO(buf_release) struct buf got = BUF_INIT(LIMIT_ANSWER_BYTES);
	struct fetch_order o = {
		.url = f->url,
		.ca_file = f->ca,
		.content_type = f->soap11 ? "text/xml; charset=utf-8"
					  : "application/soap+xml; charset=utf-8",
		.soap_action = f->soap11 ? "" : NULL,
		.body = buf_str(message),
		.timeout_s = TIMEOUT_S,
	};
	int status;

	if (!cert_load(f->peer_cert, &peer, e) || !fetch_post(&o, &status, &got, e))
		return false;
	if (f->record != NULL && !record(f, o.body, status, buf_str(&got), e))
		return false;
	if (status != 200 && status != 500)
		return FAIL(e, FETCH_FAILED, "HTTP status %d", status);
	/* The answer's texts are borrowed from these bytes. */
	return client_answer_read(cl, arena_dup(cl->a, buf_str(&got)), peer, message_id, out,
				  e);
}

int
client_fault(const struct cli *c, const struct client_answer *answer)
{
	json_t *o;

	if (c->json) {
		o = json_object();
		json_object_set_new(o, "fault",
				    json_stringn(answer->code.ptr, answer->code.len));
		json_object_set_new(o, "reason",
				    json_stringn(answer->reason.ptr, answer->reason.len));
		json_dumpf(o, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER);
		putchar('\n');
		json_decref(o);
	} else {
		fprintf(stderr, "sluse %s: fault " STR_FMT ": " STR_FMT "\n", c->command->name,
			STR_ARG(answer->code), STR_ARG(answer->reason));
	}
	return EXIT_NOT_PERMITTED;
}
