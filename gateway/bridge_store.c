/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bridge's records in the store. A login ends in one transaction: the message is claimed,
 * the pending login is closed, session, logins and audit record are written, or nothing is.
 * Source: context-handler contract 1.7, 2.4 (18, 20).
 */
#include "gateway/bridge_state.h"

#include "base/encoding.h"
#include "crypto/digest.h"

/* Everything is encoded before the writer's turn: it serves one job at a time. */
struct job {
	const struct bridge_write *w;
	struct arena *a;
	struct str pending, session, login;
};

struct str
seen_key(struct str issuer, struct str id, struct arena *a)
{
	uint8_t digest[32];

	digest_sha256(arena_printf(a, STR_FMT "\n" STR_FMT, STR_ARG(issuer), STR_ARG(id)),
		      digest);
	return hex_encode(a, str_of(digest, sizeof(digest)));
}

static bool
claim_seen(struct tx *tx, const struct job *j, struct err *e)
{
	const struct bridge_write *w = j->w;
	struct str before;

	if (!str_is_set(w->seen))
		return true;
	if (!store_state_get(tx_reading(tx), BUCKET_SEEN, w->seen, w->now, j->a, &before, e))
		return false;
	if (str_is_set(before))
		return FAIL(e, w->seen_code, "the message was received before");
	return store_state_put(tx, BUCKET_SEEN, w->seen, STR("1"), w->seen_until, e);
}

/* By whom a login was ended; absent: it is open. */
static bool
used_by(struct tx *tx, const struct job *j, struct str handle, struct str *out, struct err *e)
{
	return store_state_get(tx_reading(tx), BUCKET_USED, handle, j->w->now, j->a, out, e);
}

/* New, or asked anew: but one that has ended since it was read is not opened again. */
static bool
open_pending(struct tx *tx, const struct job *j, struct err *e)
{
	const struct pending *p = j->w->open;
	struct str used;

	if (!p)
		return true;
	if (!used_by(tx, j, p->handle, &used, e))
		return false;
	if (str_is_set(used))
		return FAIL(e, SAML_LOGIN_UNKNOWN, "the login is done");
	if (!store_state_put(tx, BUCKET_PENDING, p->handle, j->pending,
			     p->created + PENDING_LIFE, e))
		return false;
	return !str_is_set(p->hub_request) ||
	       store_state_put(tx, BUCKET_REQUEST, p->hub_request, p->handle,
			       p->created + PENDING_LIFE, e);
}

/* [contract 2.4-20] used once: of two answers at one moment only one ends it */
static bool
close_pending(struct tx *tx, const struct job *j, struct err *e)
{
	const struct pending *p = j->w->close;
	struct str used;

	if (!p)
		return true;
	if (!used_by(tx, j, p->handle, &used, e))
		return false;
	if (str_is_set(used))
		return FAIL(e, str_eq(used, p->used) ? SAML_REPLAYED : SAML_LOGIN_UNKNOWN,
			    "the login is done");
	return store_state_put(tx, BUCKET_USED, p->handle, p->used, p->created + PENDING_LIFE,
			       e);
}

/* One that is used again, not begun: it may have been replaced or ended meanwhile. */
static bool
still_there(struct tx *tx, const struct job *j, const struct session *s, struct err *e)
{
	struct str json;

	if (!store_state_get(tx_reading(tx), BUCKET_SESSION, s->key, j->w->now, j->a, &json, e))
		return false;
	return str_is_set(json) || FAIL(e, SAML_LOGIN_UNKNOWN, "the session has ended");
}

static bool
put_session(struct tx *tx, const struct job *j, struct err *e)
{
	const struct bridge_write *w = j->w;
	const struct session *s = w->session;

	if (s && !w->login && !still_there(tx, j, s, e))
		return false;
	if (str_is_set(w->drop_session) &&
	    !store_state_drop(tx, BUCKET_SESSION, w->drop_session, e))
		return false;
	return !s || store_state_put(tx, BUCKET_SESSION, s->key, j->session,
				     session_until(s, w->now), e);
}

static bool
write_job(struct tx *tx, void *arg, struct err *e)
{
	const struct job *j = arg;
	const struct bridge_write *w = j->w;

	if (!claim_seen(tx, j, e) || !open_pending(tx, j, e) || !close_pending(tx, j, e) ||
	    !put_session(tx, j, e))
		return false;
	if (w->login &&
	    !store_state_put(tx, BUCKET_IDP_LOGIN, w->login->id,
			     idp_login_encode(w->login, j->a), w->now + SESSION_LIFE, e))
		return false;
	if (str_is_set(w->sys_key) && !store_state_put(tx, BUCKET_SYS_LOGIN, w->sys_key,
						       w->sys_json, w->now + SESSION_LIFE, e))
		return false;
	return !w->audit || store_audit_add(tx, w->audit, e);
}

bool
bridge_commit(struct store *s, const struct bridge_write *w, struct err *e)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct job j = {.w = w, .a = a};

	if (w->open)
		j.pending = pending_encode(w->open, a);
	if (w->session)
		j.session = session_encode(w->session, a);
	if (w->login)
		j.login = idp_login_encode(w->login, a);
	return store_write(s, write_job, &j, e);
}

static bool
read_pending(struct reading *r, struct str handle, instant now, struct arena *a,
	     struct pending *out, struct err *e)
{
	struct str json;

	if (!store_state_get(r, BUCKET_PENDING, handle, now, a, &json, e))
		return false;
	if (!str_is_set(json))
		return FAIL(e, SAML_LOGIN_UNKNOWN, "no such login");
	return pending_decode(json, a, out, e) &&
	       store_state_get(r, BUCKET_USED, handle, now, a, &out->used, e);
}

bool
pending_find(struct store *s, struct str handle, instant now, struct arena *a,
	     struct pending *out, struct err *e)
{
	AUTO(store_read_endp) struct reading *r = NULL;

	return store_read(s, &r, e) && read_pending(r, handle, now, a, out, e);
}

bool
pending_find_request(struct store *s, struct str request_id, instant now, struct arena *a,
		     struct pending *out, struct err *e)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct str handle;

	if (!store_read(s, &r, e) ||
	    !store_state_get(r, BUCKET_REQUEST, request_id, now, a, &handle, e))
		return false;
	if (!str_is_set(handle))
		return FAIL(e, SAML_LOGIN_UNKNOWN, "no login sent this request");
	if (!read_pending(r, handle, now, a, out, e))
		return false;
	if (!str_eq(out->hub_request, request_id))
		return FAIL(e, SAML_LOGIN_UNKNOWN, "the login has asked anew since");
	return true;
}

bool
session_find(struct store *s, struct str cookie, instant now, struct arena *a,
	     struct session *out, struct idp_login *login, struct err *e)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct str json;

	if (!store_read(s, &r, e) ||
	    !store_state_get(r, BUCKET_SESSION, cookie_key(cookie, a), now, a, &json, e))
		return false;
	if (!str_is_set(json))
		return FAIL(e, SAML_LOGIN_UNKNOWN, "no session");
	if (!session_decode(json, a, out, e) ||
	    !store_state_get(r, BUCKET_IDP_LOGIN, out->login, now, a, &json, e))
		return false;
	if (!str_is_set(json))
		return FAIL(e, SAML_LOGIN_UNKNOWN, "no login in the session");
	return idp_login_decode(json, a, login, e);
}
