/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sluse token: ask a token service for a token, as a fagsystem does. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "gateway/cli_client.h"
#include "gateway/cli_rest.h"
#include "gateway/file.h"
#include "gateway/services.h"

/* A certificate, or a token of whoever it is. */
static bool
read_behalf(const struct client_flags *f, struct client *cl, struct client_request *r,
	    struct cert **cert, struct err *e)
{
	struct str bytes = STR_NONE, text;
	bool ok;

	if (!f->on_behalf)
		return true;
	if (!file_read(f->on_behalf, LIMIT_STS_BODY_BYTES, &bytes, e))
		return false;
	text = str_trim(bytes);
	if (str_has_prefix(text, STR("<")) && f->jwt) {
		ok = FAIL(e, BAD_VALUE, "--jwt takes the certificate of a system");
	} else if (str_has_prefix(text, STR("<"))) {
		ok = client_canonical(cl, text, &r->behalf_token, e);
	} else {
		ok = cert_load(f->on_behalf, cert, e);
		r->behalf_cert = *cert;
	}
	file_free(&bytes);
	return ok;
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
	return client_token_write(c, f, &reply, &token, e) ? EXIT_OK : -1;
}

int
cmd_token(struct cli *c)
{
	struct client_flags f;
	AUTO(cert_freep) struct cert *behalf = NULL;
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
	if ((f.rest || f.jwt) && (f.rest == f.jwt || f.soap11 || f.lifetime || f.record))
		return cli_usage(c, "--rest and --jwt exclude each other, --soap11, "
				    "--lifetime and --record");
	if (f.lifetime != NULL && !cli_duration(f.lifetime, &life))
		return cli_usage(c, "--lifetime takes a duration such as 90m or 8h");
	s = services_by_name(c->argv[optind]);
	r.applies_to = str_from(s != NULL ? s->entity_ids[0] : c->argv[optind]);
	r.cvr = str_from(c->argv[optind + 1]);
	r.to = str_from(f.url);
	r.life_s = life / SECONDS(1);
	code = -1;
	if (client_open(&f, &cl, &e) && read_behalf(&f, &cl, &r, &behalf, &e))
		code = f.rest || f.jwt ? rest_token(c, &f, &cl, &r, &e)
				       : run(c, &f, &cl, &r, &e);
	client_close(&cl);
	return code >= 0 ? code : cli_failed(c, &e);
}
