/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What sluse token and sluse call share: the it-system's key, the server, the answer. */
#ifndef GATEWAY_CLI_CLIENT_H
#define GATEWAY_CLI_CLIENT_H

#include "gateway/cli.h"
#include "wstrust/client.h"

struct client_flags {
	const char *cert, *key, *url, *ca, *peer_cert, *token, *output, *lifetime, *record;
	bool soap11, request_only;
};

/* Reads the flags both commands know; the rest stays from optind on. Returns -1, or an exit
 * code. */
int client_flags_read(struct cli *c, struct client_flags *f);
/* The key is loaded; free with client_close. Errors: those of signer_load. */
MUST_USE bool client_open(const struct client_flags *f, struct client *out, struct err *e);
void client_close(struct client *cl);
/*
 * Sends a message and reads what comes back. The answer's signature is checked with
 * --peer-cert. Errors: FETCH_FAILED, FILE_UNREADABLE, those of client_answer_read.
 */
MUST_USE bool client_exchange(const struct client_flags *f, struct client *cl,
			      const struct buf *message, struct str message_id,
			      struct client_answer *out, struct err *e);
/* Tells a fault on standard error (JSON on standard output with --json); returns the exit code.
 */
int client_fault(const struct cli *c, const struct client_answer *answer);

#endif
