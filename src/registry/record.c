/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is left behind by a change, in the transaction of the change: who did what to which
 * object by which right, the message's replay keys, and the event for others to hear of. The
 * record has nothing personal and nothing of the content; neither has the event, which names
 * the registration that it tells of (event.h).
 */
#include "registry/append.h"

#include <stdio.h>
#include <string.h>
#include "base/buf.h"
#include "base/limits.h"
#include "registry/event.h"
#include "store/audit.h"

#define DETAIL_BYTES 8192

/* ,"key":"value" with JSON's escapes; left out if absent */
static void
put_member(struct buf *b, const char *key, struct str value)
{
	size_t i;

	if (!str_is_set(value))
		return;
	buf_printf(b, "%s\"%s\":\"", b->len > 1 ? "," : "", key);
	for (i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.ptr[i];

		if (c == '"' || c == '\\')
			buf_printf(b, "\\%c", c);
		else if (c < 0x20)
			buf_printf(b, "\\u%04x", c);
		else
			buf_add_char(b, (char)c);
	}
	buf_add_char(b, '"');
}

static struct str
object_name(const struct work *w, struct uuid uuid)
{
	const struct oio_type *t = w->c->type;
	char text[UUID_TEXT_LEN + 1];

	return arena_printf(w->c->a, "%s/" STR_FMT, t ? t->key : w->c->key,
			    STR_ARG(uuid_format(uuid, text)));
}

static struct str
detail(const struct work *w)
{
	AUTO(buf_release) struct buf b = BUF_INIT(DETAIL_BYTES);
	const struct caller *who = w->c->caller;

	buf_add_char(&b, '{');
	put_member(&b, "message_id", audit_peer_text(who->message_id));
	put_member(&b, "role", w->access.role);
	if (!str_eq(w->access.scope, who->cvr))
		put_member(&b, "scope", w->access.scope);
	put_member(&b, "token", who->token_id);
	put_member(&b, "transaction", audit_peer_text(who->transaction));
	buf_add_char(&b, '}');
	return b.over ? STR_NONE : arena_dup(w->c->a, buf_str(&b));
}

static struct str
actor_of(const struct caller *who)
{
	return str_is_set(who->system) ? who->system : who->subject;
}

void
record_user(const struct work *w, struct registrering *r)
{
	struct str name = actor_of(w->c->caller);

	if (!ref_is_set(&r->bruger) && str_is_set(name) && name.len <= LIMIT_URN_CHARS)
		r->bruger = ref_of_urn(name);
}

bool
record_call(struct tx *tx, const struct work *w, struct uuid uuid, const char *result,
	    struct err *e)
{
	const struct registry_call *c = w->c;
	const struct caller *who = c->caller;
	struct audit_row row = {
		.at = c->now,
		.action = arena_printf(c->a, "%s.%s", c->key, c->operation),
		.result = str_from(result),
		.actor = actor_of(who),
		.cvr = who->cvr,
		.service = who->service,
		.object = object_name(w, uuid),
		.request_id = who->request_id,
		.detail = detail(w),
	};
	size_t i;

	for (i = 0; i < who->claim_count; i++)
		if (!store_replay_add(tx, &who->claims[i], who->claims_until, e))
			return false;
	return store_audit_add(tx, &row, e);
}

static bool
add_event(struct tx *tx, const struct work *w, const struct object_key *k, struct str payload,
	  instant at, struct err *e)
{
	const struct append_event x = {w->c->type, w->c->operation, at, payload};

	return append_event(tx, &x, k, e);
}

bool
append_event(struct tx *tx, const struct append_event *x, const struct object_key *k,
	     struct err *e)
{
	char uuid[UUID_TEXT_LEN + 1], type[80], key[80];
	int t = snprintf(type, sizeof(type), "%s.%s", x->type->key, x->operation);
	int n = snprintf(key, sizeof(key), STR_FMT "/" STR_FMT, STR_ARG(k->cvr),
			 STR_ARG(uuid_format(k->uuid, uuid)));

	BUG_ON(t >= (int)sizeof(type) || n >= (int)sizeof(key));
	return store_event_add(tx, str_from(type), str_from(key), x->payload, x->at, e);
}

bool
record_event(struct tx *tx, const struct work *w, const struct object_key *k, instant at,
	     struct err *e)
{
	return add_event(tx, w, k, STR_NONE, at, e);
}

bool
record_gone(struct tx *tx, const struct work *w, const struct object_key *k, instant at,
	    struct err *e)
{
	struct registrering gone = {.at = at, .livscyklus = LIV_SLETTET};

	return add_event(tx, w, k, event_write(w->c->type, k->uuid, &gone, w->c->a), at, e);
}
