/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sluse token: ask a token service for a token, as a fagsystem does. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "gateway/cli_client.h"
#include "gateway/file.h"
#include "gateway/services.h"

static bool
write_token(const struct cli *c, const struct client_flags *f, const struct client_reply *r,
	    const struct client_token *t, struct err *e)
{
	json_t *o = client_reply_json(r);
	char until[TIME_TEXT_MAX];
	struct str text = time_format_utc(t->expires, until);

	json_object_set_new(o, "id", json_stringn(t->id.ptr, t->id.len));
	json_object_set_new(o, "notOnOrAfter", json_stringn(text.ptr, text.len));
	if (!client_write_result(c, f, o, "token", t->xml, e))
		return false;
	if (strcmp(f->output, "-") == 0 && !c->json)
		putchar('\n');
	if (!c->quiet && !c->json)
		fprintf(stderr, "token " STR_FMT ", valid until " STR_FMT "\n", STR_ARG(t->id),
			STR_ARG(time_format_local(t->expires, until)));
	return true;
}

/* Returns an exit code; *e is filled when it is negative. */
static int
run(const struct cli *c, const struct client_flags *f, struct client *cl,
    const struct client_request *r, struct err *e)
{
	AUTO(buf_release) struct buf message = BUF_INIT(LIMIT_STS_BODY_BYTES);
	AUTO(cert_freep) struct cert *sts = NULL;
	struct client_reply reply = {0};
	struct client_token token;
	struct client_message m;

	if (!client_request_write(cl, r, &message, &m.id, e))
		return -1;
	m.bytes = buf_str(&message);
	if (f->request_only)
		return client_write_request(c, f, m.bytes, e) ? EXIT_OK : -1;
	if (!client_exchange(c, f, cl, &m, &reply, e))
		return -1;
	if (reply.soap.is_fault)
		return client_fault(c, &reply);
	if (!cert_load(f->peer_cert, &sts, e) ||
	    !client_token_read(cl, &reply.soap, sts, &token, e))
		return -1;
	return write_token(c, f, &reply, &token, e) ? EXIT_OK : -1;
}

int
cmd_token(struct cli *c)
{
	struct client_flags f;
	struct client cl = {0};
	struct client_request r = {0};
	const struct soap_service *s;
	struct err e = ERR_INIT;
	instant life = 0;
	int code = client_flags_read(c, &f);

	if (code >= 0)
		return code;
	if (c->argc - optind != 2)
		return cli_usage(c, "name the service and the CVR of the authority");
	if (f.lifetime != NULL && !cli_duration(f.lifetime, &life))
		return cli_usage(c, "--lifetime takes a duration such as 90m or 8h");
	s = services_by_name(c->argv[optind]);
	r.applies_to = str_from(s != NULL ? s->entity_ids[0] : c->argv[optind]);
	r.cvr = str_from(c->argv[optind + 1]);
	r.to = str_from(f.url);
	r.life_s = life / SECONDS(1);
	code = client_open(&f, &cl, &e) ? run(c, &f, &cl, &r, &e) : -1;
	client_close(&cl);
	return code >= 0 ? code : cli_failed(c, &e);
}
