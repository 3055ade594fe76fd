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
	struct str open, close, session;
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

/* New, or asked anew: but one that has ended since it was read is not opened again. */
static bool
open_pending(struct tx *tx, const struct job *j, struct err *e)
{
	const struct pending *p = j->w->open;
	struct str before;

	if (!p)
		return true;
	if (!store_state_get(tx_reading(tx), BUCKET_PENDING, p->handle, j->w->now, j->a,
			     &before, e))
		return false;
	if (str_is_set(before) && str_is_set(pending_used(before)))
		return FAIL(e, SAML_LOGIN_UNKNOWN, "the login is done");
	if (!store_state_put(tx, BUCKET_PENDING, p->handle, j->open, p->created + PENDING_LIFE,
			     e))
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
	struct str before, used;
	bool found;

	if (!p)
		return true;
	if (!store_state_get(tx_reading(tx), BUCKET_PENDING, p->handle, j->w->now, j->a,
			     &before, e))
		return false;
	if (!str_is_set(before))
		return FAIL(e, SAML_LOGIN_UNKNOWN, "the login has ended");
	used = pending_used(before);
	if (str_is_set(used))
		return FAIL(e, str_eq(used, p->used) ? SAML_REPLAYED : SAML_LOGIN_UNKNOWN,
			    "the login is done");
	return store_state_set(tx, BUCKET_PENDING, p->handle, j->w->now, j->close, &found, e);
}

static bool
put_session(struct tx *tx, const struct job *j, struct err *e)
{
	const struct bridge_write *w = j->w;
	bool found = true;

	if (w->keep && !store_state_extend(tx, BUCKET_SESSION, w->keep->key, w->now,
					   session_until(w->keep, w->now), &found, e))
		return false;
	/* it may have been replaced or ended meanwhile */
	if (!found)
		return FAIL(e, SAML_LOGIN_UNKNOWN, "the session has ended");
	if (str_is_set(w->drop_session) &&
	    !store_state_drop(tx, BUCKET_SESSION, w->drop_session, e))
		return false;
	return !w->begin || store_state_put(tx, BUCKET_SESSION, w->begin->key, j->session,
					    session_until(w->begin, w->now), e);
}

static bool
write_job(struct tx *tx, void *arg, struct err *e)
{
	const struct job *j = arg;
	const struct bridge_write *w = j->w;

	if (!claim_seen(tx, j, e) || !open_pending(tx, j, e) || !close_pending(tx, j, e) ||
	    !put_session(tx, j, e))
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
		j.open = pending_encode(w->open, a);
	if (w->close)
		j.close = pending_encode(w->close, a);
	if (w->begin)
		j.session = session_encode(w->begin, a);
	return store_write(s, write_job, &j, e);
}

bool
seen_check(struct store *s, const struct bridge_write *w, struct err *e)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	AUTO(arena_freep) struct arena *a = arena_new();
	struct str before;

	if (!store_read(s, &r, e) ||
	    !store_state_get(r, BUCKET_SEEN, w->seen, w->now, a, &before, e))
		return false;
	return !str_is_set(before) || FAIL(e, w->seen_code, "the message was received before");
}

static bool
read_pending(struct reading *r, struct str handle, instant now, struct arena *a,
	     struct pending *out, struct err *e)
{
	struct str record;

	if (!store_state_get(r, BUCKET_PENDING, handle, now, a, &record, e))
		return false;
	if (!str_is_set(record))
		return FAIL(e, SAML_LOGIN_UNKNOWN, "no such login");
	return pending_decode(record, a, out, e);
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
	     struct session *out, struct err *e)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct str key = cookie_key(cookie, a), record;

	if (!store_read(s, &r, e) ||
	    !store_state_get(r, BUCKET_SESSION, key, now, a, &record, e))
		return false;
	if (!str_is_set(record))
		return FAIL(e, SAML_LOGIN_UNKNOWN, "no session");
	if (!session_decode(record, a, out, e))
		return false;
	out->key = key;
	return true;
}
