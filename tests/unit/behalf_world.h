/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For tests of tokens on behalf of somebody: the bw_parties, tokens to be handed in, and
 * asking. KY and SAPA have an agreement with organisation: KY reads and writes, SAPA reads. KSD
 * is a platform without any, ESDH one that may represent KY alone, has an agreement of its own
 * and offers the portal.
 */
#ifndef TESTS_BEHALF_WORLD_H
#define TESTS_BEHALF_WORLD_H

#include "tests/unit/soap_world.h"

#define BW_HUB "https://hub.example/runtime"
#define BW_HUB_SETTINGS "hub: { entity_id = \"" BW_HUB "\"; };"
#define BW_UDSTIL "http://t.example/roles/servicesystemrole/udstil/1"
#define BW_REDIGER "http://t.example/roles/servicesystemrole/rediger/1"
#define BW_PORTAL "http://t.example/service/portal/1"
#define BW_USER "C=DK,O=11111111,CN=Anna Test,Serial=6f3b1c1e-0000-4000-8000-000000000001"

extern struct soap_world bw;
extern const char bw_parties[];

struct handed {
	const char *issuer, *key; /* NULL: the token service's */
	const char *audience;     /* NULL: the token service */
	const char *holder;       /* folder; NULL: SAPA's */
	const char *subject;      /* NULL: BW_USER */
	int assurance;            /* 0: 3 */
	instant life;             /* 0: two hours */
	struct gw_change change[4];
	bool is_damaged; /* changed after it was signed */
};

struct ask {
	const char *by;   /* folder; NULL: SAPA */
	const char *cert; /* on behalf of the system with this certificate */
	struct str token; /* or of the subject of this one */
	const char *cvr;  /* NULL: 11111111 */
	int64_t life_s;
};

void bw_begin(const char *name);
void bw_end(void);
/* Applies a text; the next call sees it. */
void bw_put(const char *text);
struct str bw_token(const struct handed *h);
/* A changed one, signed again by the token service. */
struct str bw_signed(struct str token);
int bw_ask(const struct ask *q, struct client_token *out);
/* These fail the test where it comes out otherwise. */
struct str bw_granted(const char *name, const struct ask *q);
void bw_refused(const char *name, const struct ask *q, const char *code, const char *reason);
bool bw_has(struct str text, const char *what);

#endif
