/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A process without sockets: the world of guard_world.h, an app and a platform around it, one
 * service with a few operations; calls in, answers out.
 */
#ifndef TESTS_SOAP_WORLD_H
#define TESTS_SOAP_WORLD_H

#include "gateway/app.h"
#include "tests/unit/guard_world.h"

struct soap_world {
	struct guard_world g;
	struct app app;
	struct platform platform;
	struct http_call call; /* the last one */
	struct client_answer answer;
	struct str transaction; /* TransactionUUID of calls; absent: t-1 */
	struct str tls_cert;    /* DER; of whoever connects, absent: none */
	struct str message_id;  /* of the last message written */
	size_t answer_bytes;    /* the room for answers; 0: as it is */
	bool is_signed;         /* the last answer, over every part it has to be */
};

extern const struct soap_service sw_service;

void sw_begin(struct soap_world *s, const char *name);
void sw_end(struct soap_world *s);
/* As after a restart: replay keys come from the store. */
void sw_restart(struct soap_world *s);

/* Other settings, in the form of the file: further ones of sts, and whole groups. */
void sw_settings(struct soap_world *s, const char *sts, const char *others);
/* What is known was changed: the next call sees it. */
void sw_refresh(struct soap_world *s);

/* Runs a call with that body to the token service / the service; returns the HTTP status. */
int sw_post(struct soap_world *s, bool is_service, struct str body);
/* Writes and runs. by: whose key, NULL for KY's. */
int sw_token(struct soap_world *s, const struct client_request *r, const struct signer *by,
	     struct client_token *out);
int sw_call(struct soap_world *s, const struct client_token *t, const char *operation);
/* Rows of the audit trail with that action and result. */
unsigned sw_audit(struct soap_world *s, const char *action, const char *result);
/* The auditor's next interval begins: what was counted is recorded. */
void sw_interval(struct soap_world *s);
/* … and of one actor, whatever the result. */
unsigned sw_audit_by(struct soap_world *s, const char *actor, const char *action);
/* The last answer is this fault, with that code and text. */
void sw_fault(struct soap_world *s, const char *name, const char *code, const char *reason);

#endif
