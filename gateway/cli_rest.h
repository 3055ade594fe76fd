/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sluse token by REST: what a client without SOAP does. */
#ifndef GATEWAY_CLI_REST_H
#define GATEWAY_CLI_REST_H

#include "gateway/cli_client.h"

/*
 * Asks for a SAML token (--rest) or a JSON Web Token (--jwt), checks it with --peer-cert and
 * writes it out. Returns an exit code; *e is filled when it is negative.
 */
int rest_token(const struct cli *c, const struct client_flags *f, struct client *cl,
	       const struct client_request *r, struct err *e);

/*
 * Posts a file's JSON to a REST service with the token in --token. Returns an exit code; *e is
 * filled when it is negative.
 */
int rest_call_service(const struct cli *c, const struct client_flags *f, struct client *cl,
		      const char *file, struct err *e);

#endif
