/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the browser side shares: one visit is one call to the browser listener. */
#ifndef GATEWAY_WEB_H
#define GATEWAY_WEB_H

#include "gateway/app.h"
#include "saml/message.h"
#include "saml/peers.h"

struct limiter;

/* app->web */
struct web {
	struct peers *peers;
	struct limiter *limiter;
	char secret[32]; /* of this installation: signs the remembered choice, hides users */
};

struct visit {
	struct app *app;
	const struct platform *p;
	struct http_call *c;
	struct web *web;
	struct saml_hub hub;
	const struct peer_set *peers;
	struct message_trees trees;
	bool is_english;
};

/* Before the first listener opens, after app_open; web_close before app_close. Errors: those of
 * signing.
 */
MUST_USE bool web_open(struct app *app, struct err *e);
void web_close(struct app *app);

/* The bridge's own addresses and names, out of the configuration. */
void web_hub(const struct platform *p, instant now, struct arena *a, struct saml_hub *out);

/* Handlers; each answers completely. */
void bridge_issue(struct visit *v);   /* AuthnRequest of a system */
void bridge_choose(struct visit *v);  /* the user's choice of IdP */
void bridge_consume(struct visit *v); /* Response of an IdP */
void hvem_page(struct visit *v);
void hvem_login(struct visit *v);
void hvem_consume(struct visit *v);
void hvem_metadata(struct visit *v);

#endif
