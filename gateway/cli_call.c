/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sluse call: a signed call to a service, as a fagsystem makes it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "gateway/cli_rest.h"
#include "gateway/file.h"
#include "gateway/services.h"
#include "xml/names.h"
#include "xml/parse.h"

static const struct xml_limits file_limits = {
	.bytes = LIMIT_SERVICE_BODY_BYTES,
	.depth = LIMIT_XML_DEPTH,
	.nodes = LIMIT_SERVICE_NODES,
	.comments_ok = true,
};

/* A file as canonical XML in the arena, its root given to the caller's look while it lives. */
static bool
load_xml(const char *path, struct arena *a, struct str *canonical, struct str *id,
	 struct err *e)
{
	AUTO(xml_doc_freep) struct xml_doc *doc = NULL;
	AUTO(buf_release) struct buf out = BUF_INIT(LIMIT_SERVICE_BODY_BYTES);
	struct str text = STR_NONE;
	bool ok;

	if (!file_read(path, LIMIT_SERVICE_BODY_BYTES, &text, e))
		return false;
	ok = xml_parse(text, &file_limits, &doc, e);
	if (ok) {
		xml_node_write(xml_root(doc), &out);
		*canonical = arena_dup(a, buf_str(&out));
		*id = arena_dup(a, xml_attr(xml_root(doc), STR_NONE, "ID", a));
		ok = buf_done(&out, e);
	}
	file_free(&text);
	return ok;
}

/* The exit code that a StandardRetur means; EXIT_OK where the answer has none. */
static int
judge_body(struct str body, struct arena *a)
{
	static const struct {
		const char *status;
		int code;
	} codes[] = {{"20", EXIT_OK},        {"40", EXIT_INVALID}, {"41", EXIT_NOT_PERMITTED},
		     {"44", EXIT_NOT_FOUND}, {"45", EXIT_INVALID}, {"47", EXIT_INVALID},
		     {"49", EXIT_CONFLICT}};
	static const struct str sagdok = STR_INIT("urn:oio:sagdok:3.0.0");
	AUTO(xml_doc_freep) struct xml_doc *doc = NULL;
	const struct xml_node *retur, *status;
	struct err e = ERR_INIT;

	if (!xml_parse(body, &file_limits, &doc, &e))
		return EXIT_FAILED;
	retur = xml_child(xml_root(doc), sagdok, "StandardRetur");
	status = retur != NULL ? xml_child(retur, sagdok, "StatusKode") : NULL;
	if (status == NULL)
		return EXIT_OK;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (str_eq_c(xml_text_trim(status, a), codes[i].status))
			return codes[i].code;
	return EXIT_FAILED;
}

/* Returns an exit code; *e is filled when it is negative. */
static int
run(const struct cli *c, const struct client_flags *f, struct client *cl,
    struct client_call *call, struct err *e)
{
	AUTO(buf_release) struct buf message = BUF_INIT(LIMIT_SERVICE_BODY_BYTES);
	struct client_reply reply = {0};
	struct client_token token = {0};
	struct client_message m;
	struct str ignored;

	if (!load_xml(f->token, cl->a, &token.xml, &token.id, e) ||
	    !load_xml(c->argv[optind + 2], cl->a, &call->body, &ignored, e))
		return -1;
	call->token = &token;
	if (!client_call_write(cl, call, &message, &m.id, e))
		return -1;
	m.bytes = buf_str(&message);
	if (f->request_only)
		return client_write_request(c, f, m.bytes, e) ? EXIT_OK : -1;
	if (!client_exchange(c, f, cl, &m, &reply, e))
		return -1;
	if (reply.soap.is_fault)
		return client_fault(c, &reply);
	if (!client_write_result(c, f, client_reply_json(&reply), "body", reply.soap.body, e))
		return -1;
	if (strcmp(f->output, "-") == 0 && !c->json)
		putchar('\n');
	return judge_body(reply.soap.body, cl->a);
}

static const struct soap_op *
op_by_name(const struct soap_service *s, const char *name)
{
	for (size_t i = 0; i < s->op_count; i++)
		if (strcmp(s->ops[i].name, name) == 0)
			return &s->ops[i];
	return NULL;
}

static bool
has_rest_op(const struct rest_service *s, const char *name)
{
	for (size_t i = 0; s && i < s->op_count; i++)
		if (strcmp(s->ops[i].name, name) == 0)
			return true;
	return false;
}

/* A token that is no XML: the service speaks JSON. */
static int
call_rest(struct cli *c, const struct client_flags *f)
{
	struct client cl = {0};
	struct err e = ERR_INIT;
	int code;

	if (!has_rest_op(services_rest_by_name(c->argv[optind]), c->argv[optind + 1]))
		return cli_usage(c, "there is no REST service '%s' with an operation '%s'",
				 c->argv[optind], c->argv[optind + 1]);
	code = client_open(f, &cl, &e) ? rest_call_service(c, f, &cl, c->argv[optind + 2], &e)
				       : -1;
	client_close(&cl);
	return code >= 0 ? code : cli_failed(c, &e);
}

int
cmd_call(struct cli *c)
{
	struct client_flags f;
	struct client cl = {0};
	struct client_call call = {.has_reply_to = true};
	const struct soap_service *s;
	const struct soap_op *op;
	struct err e = ERR_INIT;
	int code = client_flags_read(c, &f);

	if (code >= 0)
		return code;
	if (c->argc - optind != 3 || f.token == NULL)
		return cli_usage(
			c, "name the service, the operation and a file, and give --token");
	if (f.rest || (f.jwt && f.soap11))
		return cli_usage(c, "a call is SOAP, or with --jwt JSON");
	if (f.jwt)
		return call_rest(c, &f);
	s = services_by_name(c->argv[optind]);
	if (s == NULL)
		return cli_usage(c, "there is no service '%s'", c->argv[optind]);
	op = op_by_name(s, c->argv[optind + 1]);
	if (op == NULL)
		return cli_usage(c, "%s has no operation '%s'", s->name, c->argv[optind + 1]);
	call.to = str_from(f.url);
	call.action = str_from(op->action);
	code = client_open(&f, &cl, &e) ? run(c, &f, &cl, &call, &e) : -1;
	client_close(&cl);
	return code >= 0 ? code : cli_failed(c, &e);
}
