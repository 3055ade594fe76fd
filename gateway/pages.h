/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pages for people, Danish and English, that work without scripts. Everything that came from
 * outside is escaped; there is no inline script, and nothing of a SAML message is shown.
 * Source: context-handler contract 1.6 (7), 2.5, 2.12.
 */
#ifndef GATEWAY_PAGES_H
#define GATEWAY_PAGES_H

#include "gateway/bridge_state.h"
#include "gateway/web.h"
#include "saml/discovery.h"

/* A form that the browser sends on by itself. */
struct page_form {
	struct str action;
	const char *field; /* "SAMLResponse", "SAMLRequest" */
	struct str value;
	struct str relay_state; /* absent: not sent */
};

/* The head of a page; form_action: what CSP lets forms be sent to ("'self'", an origin). */
void page_begin(struct visit *v, int status, const char *title, struct str form_action);
void page_end(struct visit *v);
void page_text(struct visit *v, struct str text);        /* escaped */
void page_raw(struct visit *v, const char *html);        /* ours */
struct str page_origin(struct str url, struct arena *a); /* scheme, host and port */

void page_post(struct visit *v, const struct page_form *f);
/* Sends the browser to another address; breaks the chain of a form's redirects. */
void page_go(struct visit *v, struct str url);
void page_redirect(struct visit *v, struct str url);
void page_choose(struct visit *v, const struct pending *p, const struct discovery_answer *d,
		 struct str origins);
/* back: NULL, or what takes the user back to the system. */
void page_error(struct visit *v, const struct err *e, const struct page_form *back);
/* CH-nn-<8 hex>: on the page and in the log. */
struct str page_reference(const struct visit *v, enum err_code code);

/* /assets/…; false: there is no such file. */
bool page_asset(struct visit *v);

#endif
