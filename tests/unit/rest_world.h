/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests of the token service by REST: calls of it-systems in the world of behalf_world.h.
 */
#ifndef TESTS_REST_WORLD_H
#define TESTS_REST_WORLD_H

#include "gateway/restcall.h"
#include "tests/unit/behalf_world.h"
#include "wstrust/jwt_check.h"

#define APPLIES(s) "\"AppliesTo\":{\"EndpointReference\":{\"Address\":\"" s "\"}}"
#define CONTEXT(c) "\"Anvenderkontekst\":{\"Cvr\":\"" c "\"}"
#define WHOLE "{" APPLIES(GW_AUDIENCE) "," CONTEXT("11111111") "}"
#define GRANT "client_id=" GW_AUDIENCE "&grant_type=client_credentials&scope="
#define SCOPE "entityid:" GW_AUDIENCE ",anvenderkontekst:11111111"
#define JSON "application/json"
#define FORM "application/x-www-form-urlencoded"
#define PLAIN "http://t.example/service/plain/1"

struct send {
	const char *path;
	const char *query, *type;
	struct str body;
	const char *cert;        /* folder; NULL: KY's; "": none */
	enum http_method method; /* HTTP_METHOD_OTHER: POST */
	instant later;
	/* of calls to services: the header, and those of the transaction; absent: not sent */
	struct str authorization;
	const char *transaction, *time, *call_id;
};

/* Runs it; returns the status. The answer stays until the next one. */
int rw_post(const struct send *s);
struct str rw_answer(void);
struct str rw_header(const char *name);
/* Fail the test where it comes out otherwise. */
void rw_expect(const char *name, int status, const char *body);
struct str rw_saml(void);
struct str rw_access_token(void);
/* As a service would see it, called with that certificate. */
struct jwt rw_checked(struct str token, const char *folder);
/* A request for a SAML token on behalf of what these bytes are. */
struct str rw_with_behalf(struct str bytes);

#endif
