/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Thousands of forgeries of a valid call and of a valid token request (forge.h). Whatever is
 * accepted must be answered for exactly what was signed, and for the token that was issued. The
 * seed is fixed; a failure prints the whole message.
 * Source: token-service contract 5.4, 5.5 (wrapping attacks).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/unit/forge.h"
#include "tests/unit/guard_world.h"
#include "tests/unit/resign.h"
#include "xml/parse.h"

#define SEED UINT64_C(0x5105e5105e5105e)

static struct guard_world world;

/* --- judging --- */

struct truth {
	struct str body, action, message_id;
	struct str token_id, cvr, subject, audience, scope, role;
	instant created, expires;
	const struct cert *signer;
};

/* What would be executed, for whom. Copied: the document goes. */
static struct truth
read_truth(const struct wsse *w)
{
	struct arena *a = world.a;
	struct truth t = {
		.action = arena_dup(a, w->env.action.value),
		.message_id = arena_dup(a, w->env.message_id.value),
		.created = w->time.created,
		.expires = w->time.expires,
		.signer = w->signer,
	};
	struct buf b = BUF_INIT(1u << 20);

	xml_node_write(w->env.body_child, &b);
	t.body = arena_dup(a, buf_str(&b));
	buf_release(&b);
	if (!w->token)
		return t;
	t.token_id = arena_dup(a, w->token->id);
	t.cvr = arena_dup(a, w->token->cvr);
	t.subject = arena_dup(a, w->token->subject);
	t.audience = arena_dup(a, w->token->audience);
	if (w->token->privileges.count == 1) {
		t.scope = arena_dup(a, w->token->privileges.groups[0].scope_cvr);
		t.role = arena_dup(a, w->token->privileges.groups[0].roles[0]);
	}
	return t;
}

static bool
is_same_token(const struct truth *a, const struct truth *b)
{
	return str_eq(a->token_id, b->token_id) && str_eq(a->cvr, b->cvr) &&
	       str_eq(a->subject, b->subject) && str_eq(a->audience, b->audience) &&
	       str_eq(a->scope, b->scope) && str_eq(a->role, b->role) &&
	       cert_eq(a->signer, b->signer);
}

static bool
is_same_message(const struct truth *a, const struct truth *b)
{
	return str_eq(a->body, b->body) && str_eq(a->action, b->action) &&
	       str_eq(a->message_id, b->message_id) && a->created == b->created &&
	       a->expires == b->expires;
}

struct tally {
	size_t accepted, refused;
	size_t by_code[ERR_COUNT];
};

static struct truth
must_accept(struct str text, const struct wsse_policy *p)
{
	struct xml_doc *doc;
	struct wsse w;
	struct err e = ERR_INIT;
	struct truth t;

	if (!gw_verify(&world, text, p, world.now, &doc, &w, &e))
		fail_msg("the original is refused: %s", e.detail);
	t = read_truth(&w);
	t.signer = signer_cert(world.ky);
	wsse_release(&w);
	xml_doc_free(doc);
	return t;
}

/* A campaign: against what, and what came of it. */
struct hunt {
	struct wsse_policy policy;
	struct forge *forge;
	struct str original;
	struct truth want;
	struct tally tally;
};

/* is_resigned: the sender may say what it likes, but not change its token. */
static void
judge(const char *name, struct str text, struct hunt *h, bool is_resigned)
{
	struct xml_doc *doc;
	struct wsse w;
	struct err e = ERR_INIT;
	bool ok = gw_verify(&world, text, &h->policy, world.now, &doc, &w, &e);

	h->tally.accepted += ok;
	h->tally.refused += !ok;
	h->tally.by_code[e.code]++;
	if (ok) {
		struct truth got = read_truth(&w);

		if (!is_same_token(&got, &h->want) ||
		    (!is_resigned && !is_same_message(&got, &h->want)))
			fail_msg("%s: accepted for what nobody signed:\n" STR_FMT, name,
				 STR_ARG(text));
	}
	wsse_release(&w);
	xml_doc_free(doc);
}

static void
hunt_begin(struct hunt *h, bool is_service)
{
	/* another seed, for a longer hunt by hand */
	const char *seed = getenv("SLUSE_MUTATIONS_SEED");
	struct client_token token = gw_token(&world);

	*h = (struct hunt){
		.policy = gw_policy(&world, is_service),
		.forge = forge_new(SEED + (seed ? strtoull(seed, NULL, 10) : 0)),
		.original = is_service ? gw_call(&world, &token) : gw_request(&world),
	};
	h->want = must_accept(h->original, &h->policy);
	if (is_service) {
		/* what can be remembered of it is, before the first forgery */
		uint64_t hits = proven_hits(world.proven);

		(void)must_accept(h->original, &h->policy);
		assert_int_equal(proven_hits(world.proven), hits + 1);
	}
}

/*
 * As it is, or (calls) signed again by the sender, who may say what it likes but not change its
 * token. Forgeries that nobody minds show that others are refused for what they are.
 */
static void
run(bool is_service, bool is_resigned, size_t rounds)
{
	struct arena *keep = world.a;
	struct hunt h;
	size_t kinds = 0;

	hunt_begin(&h, is_service);
	for (size_t i = 0; i < rounds; i++) {
		const char *name;
		struct str text;
		size_t which;

		world.a = arena_new();
		text = forge_one(h.forge, h.original, world.a, &name);
		if (is_resigned && forge_find_signature(text, &which))
			text = resign(text, which, "systems/KY", world.a);
		judge(name, text, &h, is_resigned);
		arena_free(world.a);
		world.a = keep;
	}
	forge_free(h.forge);
	if (h.tally.accepted < rounds / 50 || h.tally.refused < rounds / 2)
		fail_msg("%zu accepted, %zu refused", h.tally.accepted, h.tally.refused);
	for (size_t i = 0; i < ERR_COUNT; i++)
		kinds += i != ERR_NONE && h.tally.by_code[i] > 0;
	assert_true(kinds >= 12);
}

static void
calls(void **state)
{
	(void)state;
	run(true, false, 3000);
}

static void
calls_signed_again(void **state)
{
	(void)state;
	run(true, true, 700);
}

static void
token_requests(void **state)
{
	(void)state;
	run(false, false, 3000);
}

static void
run_classic(bool is_service, bool is_resigned)
{
	struct arena *keep = world.a;
	struct hunt h;

	hunt_begin(&h, is_service);
	for (size_t way = 0; way < forge_ways(); way++) {
		struct str text;
		size_t which;

		world.a = arena_new();
		if (forge_replace(h.forge, h.original, way, world.a, &text)) {
			if (is_resigned && forge_find_signature(text, &which))
				text = resign(text, which, "systems/KY", world.a);
			judge("replace", text, &h, is_resigned);
		}
		arena_free(world.a);
		world.a = keep;
	}
	forge_free(h.forge);
	if (h.tally.refused < forge_ways() / 4)
		fail_msg("%zu refused", h.tally.refused);
}

static void
what_is_signed_replaced(void **state)
{
	(void)state;
	run_classic(true, false);
	run_classic(true, true);
	run_classic(false, false);
}

static int
begin(void **state)
{
	(void)state;
	gw_begin(&world, "mutations");
	return 0;
}

static int
end(void **state)
{
	(void)state;
	gw_end(&world);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls),
		cmocka_unit_test(calls_signed_again),
		cmocka_unit_test(token_requests),
		cmocka_unit_test(what_is_signed_replaced),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
