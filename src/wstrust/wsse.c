/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The guard: verifies the WS-Security of a message, check by check in the contract's order.
 * Refuses a message of which any required part is not covered by the one signature, at its
 * place; and at a service a token that is not bound to the message, or not held by its signer.
 * Standard: WS-Security 1.0; SAML Token Profile 1.1; WS-Addressing 1.0.
 */
#include "wstrust/wsse.h"

#include <string.h>

#include "base/limits.h"
#include "crypto/digest.h"
#include "soap/addressing.h"
#include "wstrust/caller.h"
#include "wstrust/internal.h"
#include "xml/names.h"

/* One message on its way through the checks. */
struct guard {
	const struct wsse_policy *p;
	instant now;
	struct arena *a;
	struct wsse *w;
	struct security security;
	struct id_map ids;
	struct sign_answer signature;
};

void
wsse_release(struct wsse *w)
{
	cert_free(w->signer);
	token_free(w->token);
	w->signer = NULL;
	w->token = NULL;
}

static bool
check_structure(struct guard *g, struct err *e)
{
	return security_read(&g->w->env, g->p->is_service, g->a, &g->security, e);
}

static bool
check_time(struct guard *g, struct err *e)
{
	return timestamp_check(g->security.timestamp, g->now, g->a, &g->w->time, e);
}

static struct sign_question
ask(const struct guard *g)
{
	return (struct sign_question){
		.signature = g->security.signature,
		.places = g->ids.places,
		.place_count = g->ids.count,
		.key = g->w->signer,
	};
}

static bool
is_covered(const struct guard *g, const struct xml_node *n)
{
	const struct sign_answer *s = &g->signature;

	for (size_t i = 0; i < s->ref_count; i++)
		if (s->refs[i].form == SIGN_FORM_PLAIN && s->refs[i].place->node == n)
			return true;
	return false;
}

/* Body, Timestamp, and every addressing header that is there. */
static bool
check_coverage(const struct guard *g, struct err *e)
{
	const struct envelope *env = &g->w->env;
	const struct {
		const struct xml_node *node;
		const char *name;
	} parts[] = {
		{env->body, "Body"},
		{g->security.timestamp, "Timestamp"},
		{env->action.node, "Action"},
		{env->message_id.node, "MessageID"},
		{env->to.node, "To"},
		{env->reply_to.node, "ReplyTo"},
		{env->from.node, "From"},
		{env->fault_to.node, "FaultTo"},
		{env->relates_to.node, "RelatesTo"},
	};

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (parts[i].node && !is_covered(g, parts[i].node))
			return FAIL(e, MESSAGE_NOT_COVERED, "%s", parts[i].name);
	return true;
}

/*
 * (a) the reference is digested as the token it names, (b) the token is digested, (c) the
 * reference itself is: the token's id is signed, the token is signed under that id, and the
 * key ties both.
 */
static bool
check_binding(const struct guard *g, struct err *e)
{
	const struct sign_answer *s = &g->signature;

	for (size_t i = 0; i < s->ref_count; i++)
		if (s->refs[i].form == SIGN_FORM_STR && g->security.str &&
		    s->refs[i].place->node == g->security.str)
			return true;
	if (is_covered(g, g->security.assertion))
		return true;
	if (!g->p->binding_is_strict && g->security.str && is_covered(g, g->security.str))
		return true;
	return FAIL(e, TOKEN_NOT_BOUND, "token not covered");
}

static bool
check_token_signature(struct guard *g, struct err *e)
{
	struct sign_question q;
	struct err why = ERR_INIT;

	if (!id_map_build(&g->w->env, &g->security, g->a, &g->ids, e) ||
	    !sign_check_shape(g->security.signature, e) ||
	    !key_info_names_token(&g->security, g->w->token, g->a, e) ||
	    !cert_check_key(g->w->signer, e))
		return false;
	q = ask(g);
	if (sign_verify(&q, g->a, &g->signature, &why))
		return true;
	if (why.code == SIGNATURE_WRONG)
		return holder_diagnose(g->p, &g->security, &q, g->a, e);
	*e = why;
	return false;
}

static bool
verify_service(struct guard *g, struct err *e)
{
	if (!check_structure(g, e) || !addressing_check(&g->w->env, e) || !check_time(g, e))
		return false;
	if (!token_prove(&g->p->token, g->security.assertion, g->now, g->a, &g->w->token, e))
		return false;
	g->w->signer = cert_hold(g->w->token->holder);
	return check_token_signature(g, e) && check_coverage(g, e) && check_binding(g, e) &&
	       holder_check(g->p->known, g->p->revocation, g->w->signer, g->now, e);
}

static bool
check_message_signature(struct guard *g, struct err *e)
{
	struct sign_question q;

	if (!id_map_build(&g->w->env, &g->security, g->a, &g->ids, e) ||
	    !key_info_cert(&g->security, g->p->known, g->a, &g->w->signer, e) ||
	    !cert_check_key(g->w->signer, e))
		return false;
	q = ask(g);
	return sign_verify(&q, g->a, &g->signature, e);
}

static bool
verify_sts(struct guard *g, struct err *e)
{
	if (!addressing_check(&g->w->env, e) ||
	    !addressing_fits(&g->w->env, ACTION_RST, false, e))
		return false;
	return check_structure(g, e) && check_time(g, e) && check_message_signature(g, e) &&
	       check_coverage(g, e);
}

/* One key for who sent what, one for the signature value; the prefix keeps them apart. */
static void
make_claims(struct guard *g)
{
	const struct {
		const char *prefix;
		struct str signer, what;
	} keys[] = {
		{"message:", cert_sha256(g->w->signer), g->w->env.message_id.value},
		{"value:", STR(""), g->signature.value},
	};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		AUTO(digest_freep) struct digest *d = digest_new(HASH_SHA256);
		uint8_t out[HASH_MAX_BYTES];

		digest_add(d, str_from(keys[i].prefix));
		digest_add(d, keys[i].signer);
		digest_add(d, keys[i].what);
		(void)digest_final(d, out);
		for (size_t j = 0; j < ONCE_KEY_LEN; j++)
			g->w->claims[i].b[j] = out[j];
	}
	g->w->claims_until = instant_add(g->w->time.expires,
					 SECONDS(LIMIT_CLOCK_SKEW_S + LIMIT_REPLAY_MARGIN_S));
}

bool
wsse_verify(const struct wsse_policy *p, instant now, struct arena *a, struct wsse *out,
	    struct err *e)
{
	struct guard g = {.p = p, .now = now, .a = a, .w = out};

	out->is_service = p->is_service;
	if (!(p->is_service ? verify_service(&g, e) : verify_sts(&g, e)))
		return false;
	make_claims(&g);
	return true;
}

bool
wsse_claim(const struct wsse *w, struct once *once, instant now, struct err *e)
{
	struct str whose = cert_sha256(w->signer);
	struct err why = ERR_INIT;
	struct once_key owner;

	BUG_ON(whose.len != sizeof(owner.b));
	memcpy(owner.b, whose.ptr, sizeof(owner.b));
	if (once_claim_for(once, &owner, w->claims, ARRAY_LEN(w->claims), w->claims_until, now,
			   &why))
		return true;
	if (why.code == MESSAGE_REPLAYED && w->is_service)
		return FAIL(e, WSA_DUPLICATE, "%s", why.detail);
	*e = why;
	return false;
}

void
wsse_unclaim(const struct wsse *w, struct once *once)
{
	once_forget(once, w->claims, ARRAY_LEN(w->claims));
}

struct caller *
wsse_caller(const struct wsse *w, const struct trust_snapshot *known, struct str request_id,
	    struct arena *a, const struct trust_system **system)
{
	struct caller *c;

	BUG_ON(!w->token);
	c = token_caller(w->token, w->signer, known, a, system);
	c->message_id = w->env.message_id.value;
	c->transaction = w->env.transaction;
	c->request_id = request_id;
	c->claims = w->claims;
	c->claim_count = ARRAY_LEN(w->claims);
	c->claims_until = w->claims_until;
	return c;
}
