/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Steps that the bridge's handlers share. */
#ifndef GATEWAY_BRIDGE_H
#define GATEWAY_BRIDGE_H

#include "gateway/bridge_state.h"
#include "gateway/pages.h"
#include "gateway/web.h"
#include "saml/discovery.h"

/* What an audit record says of a login, whatever became of it. */
struct bridge_story {
	struct str system, idp, cvr, user_key;
	struct str request_id, assertion_id;
	const struct login *login; /* NULL: none was accepted */
	const struct grant *grant; /* NULL: none was given */
	const struct level_need *need;
	const char *how; /* "idp", "session"; NULL */
};

/* The row for store_audit_add; result NULL-coded (ERR_NONE) is "ok". */
struct audit_row bridge_audit(struct visit *v, const struct bridge_story *s,
			      enum err_code code);
/* Logs the refusal and writes its audit record, together with `more` if that is not NULL. */
void bridge_refuse(struct visit *v, const struct bridge_story *s, struct bridge_write *more,
		   const struct err *e);

/* Within the rates for that kind of name? Errors: SAML_BUSY. */
MUST_USE bool bridge_admit(struct visit *v, const char *kind, struct str name, struct err *e);

/* Digest of the binding cookie; sets the cookie if the browser has none. */
struct str bridge_bind(struct visit *v);
/* Is this the browser that began? */
bool bridge_is_bound(struct visit *v, const struct pending *p);

/* Stores the pending login with a new request to that IdP, and sends the browser there. */
void bridge_ask_idp(struct visit *v, struct pending *p, const struct peer_idp *idp,
		    struct bridge_write *w, bool is_fresh);
/* The error Response of a system's login; acs and request must be certain. */
MUST_USE bool bridge_error_form(struct visit *v, const struct pending *p, enum err_code code,
				struct page_form *out, struct err *e);
/* Sends the browser to the system with an error, without a page. */
void bridge_answer_error(struct visit *v, const struct pending *p, const struct bridge_story *s,
			 struct bridge_write *w, const struct err *e);
/* Sends the browser to the system with the Response. */
void bridge_answer(struct visit *v, const struct pending *p, const struct grant *g);

#endif
