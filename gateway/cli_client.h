/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What sluse token and sluse call share: the it-system's key, the server, the answer. */
#ifndef GATEWAY_CLI_CLIENT_H
#define GATEWAY_CLI_CLIENT_H

#include "gateway/cli.h"
#include "gateway/fetch.h"
#include "wstrust/client.h"

struct client_flags {
	const char *cert, *key, *url, *ca, *peer_cert, *token, *output, *lifetime, *record;
	const char *on_behalf;
	bool soap11, request_only, rest, jwt;
};

/* Reads the flags both commands know; the rest stays from optind on. Returns -1, or an exit
 * code. */
int client_flags_read(struct cli *c, struct client_flags *f);
/* The key is loaded; free with client_close. Errors: those of signer_load. */
MUST_USE bool client_open(const struct client_flags *f, struct client *out, struct err *e);
void client_close(struct client *cl);
struct client_message {
	struct str bytes;
	struct str id; /* answers relate to it */
};

struct client_reply {
	struct fetch_answer http;
	struct client_answer soap;
	struct str plain; /* what came with another status than SOAP has */
};

/*
 * Sends a message and reads what comes back. The answer's signature is checked with
 * --peer-cert. Errors: FETCH_FAILED, FILE_UNREADABLE, those of client_answer_read.
 */
MUST_USE bool client_exchange(const struct cli *c, const struct client_flags *f,
			      struct client *cl, const struct client_message *m,
			      struct client_reply *out, struct err *e);
/* What every document of --json says of an answer: httpStatus, contentType. New. */
json_t *client_reply_json(const struct client_reply *r);
/* Tells a fault on standard error (JSON on standard output with --json); returns the exit code.
 */
int client_fault(const struct cli *c, const struct client_reply *r);
/* Writes the request that --request-only asks for. Errors: FILE_UNWRITABLE. */
MUST_USE bool client_write_request(const struct cli *c, const struct client_flags *f,
				   struct str message, struct err *e);
/*
 * Writes a result: to --output as it is; with --json to standard output as that member of the
 * document, unless --output names a file. Takes the document. Errors: FILE_UNWRITABLE.
 */
MUST_USE bool client_write_result(const struct cli *c, const struct client_flags *f,
				  json_t *document, const char *member, struct str result,
				  struct err *e);
/* Writes a token so, and what it is to standard error. */
MUST_USE bool client_token_write(const struct cli *c, const struct client_flags *f,
				 const struct client_reply *r, const struct client_token *t,
				 struct err *e);

#endif
