/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the bridge remembers between calls, as records in the store, so that a restart loses no
 * login and several nodes serve one browser. Records are JSON; what an IdP says of a user, the
 * name too, is sealed with a key that only the user's cookie gives.
 * Source: context-handler contract 1.7.
 */
#ifndef GATEWAY_BRIDGE_STATE_H
#define GATEWAY_BRIDGE_STATE_H

#include "saml/grant.h"
#include "store/store.h"

#define PENDING_LIFE MINUTES(10)
#define SESSION_IDLE MINUTES(60)
#define SESSION_LIFE HOURS(8)
#define LOGIN_REUSE_LIFE MINUTES(60)

#define BUCKET_PENDING "pending_authn"
#define BUCKET_REQUEST "pending_request" /* ID of our request -> handle */
#define BUCKET_SESSION "hub_session"
#define BUCKET_SYS_LOGIN "sys_login" /* by the SessionIndex that was sent */
#define BUCKET_SEEN "seen_message"

/* A login that a system asked for and that is not done. */
struct pending {
	struct str handle;
	struct str system, request_id, acs, relay_state;
	bool force_authn, is_passive, has_stepped_up;
	struct level_need need;
	const struct str *idp_list;
	size_t idp_list_count;
	bool has_idp_list;
	struct str binding;     /* digest of the browser's binding cookie */
	struct str csrf;        /* of the page that asks for an IdP */
	struct str idp;         /* chosen; absent: not yet */
	struct str hub_request; /* ID of our request to it */
	instant created, requested;
	struct str used; /* digest of the Response that ended it; absent: open */
};

struct str pending_encode(const struct pending *p, struct arena *a);
/* Errors: INTERNAL. */
MUST_USE bool pending_decode(struct str record, struct arena *a, struct pending *out,
			     struct err *e);
/* What ended it, without the rest; absent: it is open. */
struct str pending_used(struct str record);

/* A browser's session: one login at an IdP. */
struct session {
	struct str key; /* digest of the cookie */
	instant created;
	struct str login;       /* its id, for the logins at systems that it gave */
	struct str idp, system; /* system: for which it was made */
	instant accepted, authn_instant, session_end;
	struct str sealed; /* the assertion's octets, for the holder of the cookie */
};

struct str session_encode(const struct session *s, struct arena *a);
/* out->key is left absent: the record does not hold it. */
MUST_USE bool session_decode(struct str record, struct arena *a, struct session *out,
			     struct err *e);
instant session_until(const struct session *s, instant now);
/* With a key that only the cookie's value gives: raw bytes. */
struct str cookie_seal(struct str cookie, struct str octets, struct arena *a);
/* Errors: DECRYPT_FAILED. */
MUST_USE bool cookie_open(struct str sealed, struct str cookie, struct arena *a,
			  struct str *octets, struct err *e);
/* digest of a cookie's value, in hex: what the store sees of it */
struct str cookie_key(struct str value, struct arena *a);

/* A login at a system, with the reason for every role. */
struct str sys_login_encode(const struct grant_question *q, const struct grant *g,
			    const struct session *s, struct arena *a);

/* One transaction: each part that is set is done, or none. */
struct bridge_write {
	instant now;
	struct str seen; /* digest of issuer and ID: may not have been claimed before */
	instant seen_until;
	enum err_code seen_code; /* if it was */
	/* stored, and found by its hub_request; may not have ended meanwhile */
	const struct pending *open;
	const struct pending *close; /* must be open still; ended by its `used` */
	const struct session *begin; /* a new one */
	const struct session *keep;  /* must be there still; lives on from now */
	struct str drop_session;     /* key of the one that `begin` replaces, if it is there */
	struct str sys_key, sys_json;
	const struct audit_row *audit;
};

/* Errors: seen_code, SAML_LOGIN_UNKNOWN, SAML_REPLAYED, STORE_*. */
MUST_USE bool bridge_commit(struct store *s, const struct bridge_write *w, struct err *e);
struct str seen_key(struct str issuer, struct str id, struct arena *a);

/* found: *out filled; not found: false with SAML_LOGIN_UNKNOWN. */
MUST_USE bool pending_find(struct store *s, struct str handle, instant now, struct arena *a,
			   struct pending *out, struct err *e);
MUST_USE bool pending_find_request(struct store *s, struct str request_id, instant now,
				   struct arena *a, struct pending *out, struct err *e);
/* cookie: its value. Not found: false with SAML_LOGIN_UNKNOWN. */
MUST_USE bool session_find(struct store *s, struct str cookie, instant now, struct arena *a,
			   struct session *out, struct err *e);
/* Was it received before? For a quick answer: bridge_commit decides. Errors: w->seen_code. */
MUST_USE bool seen_check(struct store *s, const struct bridge_write *w, struct err *e);

#endif
