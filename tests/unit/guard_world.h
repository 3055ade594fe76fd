/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A world for tests of the guard: it-systems with certificates and agreements, a token service,
 * a service; messages as a system writes them, and cases that change one thing in them.
 */
#ifndef TESTS_GUARD_WORLD_H
#define TESTS_GUARD_WORLD_H

#include "crypto/proven.h"
#include "tests/unit/trust_world.h"
#include "wstrust/client.h"
#include "wstrust/wsse.h"

#define GW_ISSUER "https://sts.example/runtime"
#define GW_AUDIENCE "http://t.example/service/organisation/3"
#define GW_URL "https://organisation.example/organisation/organisationenhed/6"
#define GW_ACTION "urn:test:laes"
#define GW_BODY "<LaesInput xmlns=\"urn:test:a\">x</LaesInput>"

struct guard_world {
	struct world w;
	const struct trust_snapshot *known;
	struct anchors *anchors;
	struct signer *ky, *ksd, *sts, *service;
	struct cert *issuers[1];
	/* as a service has them: what one test case left there must not help the next one */
	struct proven *proven;
	struct privilege_memory *lists;
	struct arena *a;
	instant now;
	struct str audiences[1];
};

void gw_begin(struct guard_world *g, const char *name);
void gw_end(struct guard_world *g);
/* Looks at what is known again. */
void gw_refresh(struct guard_world *g);

struct client gw_client(struct guard_world *g);
/* A token request of KY for the service, in context 11111111. */
struct str gw_request(struct guard_world *g);
/* A token of KY, issued now for two hours. */
struct client_token gw_token(struct guard_world *g);
/* A call of KY with that token, ReplyTo and Framework in it. */
struct str gw_call(struct guard_world *g, const struct client_token *token);

struct gw_change {
	const char *find, *with;
};

#define GW_CHANGES_MAX 4

/* One thing different from an accepted message. */
struct gw_case {
	const char *name;
	/* services: changes in the token, signed again by the token service (or that key) */
	struct gw_change token[GW_CHANGES_MAX];
	const char *token_key; /* NULL: the token service's */
	bool token_is_damaged; /* not signed again */
	/* ids whose Reference is left out of the signature */
	const char *unsigned_part;
	struct gw_change message[GW_CHANGES_MAX];
	bool is_damaged; /* the message is not signed again */
	const char *key; /* NULL: KY's */
	int64_t later_s; /* judged so much later */
	bool is_strict;
	enum err_code want; /* ERR_NONE: accepted */
};

struct xml_doc;

/* The message of a case, and its verdict by the policy. *w is to be released. */
struct str gw_message(struct guard_world *g, const struct gw_case *c, bool is_service);
bool gw_verify(struct guard_world *g, struct str text, const struct wsse_policy *p, instant now,
	       struct xml_doc **doc, struct wsse *w, struct err *e);
struct wsse_policy gw_policy(struct guard_world *g, bool is_service);
/* Judges a text; another verdict than the wanted one fails the test. */
void gw_judge(struct guard_world *g, const char *name, struct str text,
	      const struct wsse_policy *p, instant now, enum err_code want);
/* Runs all; the name of the case is the failure text. */
void gw_run(struct guard_world *g, const struct gw_case *cases, size_t count, bool is_service);

#endif
