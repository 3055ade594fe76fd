/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an IdP may send, before and after trust. As a Response: without a key nothing is ever
 * accepted. As an assertion that was verified: it gives a user with a name, or a refusal.
 */
#include <stddef.h>
#include <stdint.h>

#include "saml/login.h"
#include "xml/names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct str cvr = STR_INIT("11111111");

static void
as_response(struct str xml, struct arena *a)
{
	AUTO(message_trees_release) struct message_trees t = {.count = 0};
	struct response_question q = {.issuer = STR("https://idp.korsbaek.example"),
				      .acs = STR("https://hub.example/acs"),
				      .now = SECONDS(1750000000),
				      .skew = SECONDS(180)};
	struct response_facts f;
	struct message m;
	struct err e = ERR_INIT;

	if (!message_parse(xml, &t, a, &m, &e)) {
		BUG_ON(e.code != SAML_MESSAGE && e.code != SAML_SIGNATURE);
		return;
	}
	BUG_ON(!message_id_is_valid(m.id));
	if (m.kind == MESSAGE_RESPONSE)
		BUG_ON(response_verify(&q, &m, &t, a, &f, &e));
}

static void
as_assertion(struct str xml, struct arena *a)
{
	AUTO(message_trees_release) struct message_trees t = {.count = 0};
	struct saml_hub hub = {.entity_id = STR("https://hub.example")};
	struct trust_idp idp = {.entity_id = STR("https://idp.korsbaek.example"),
				.profile = STR("OIOSAML3_ADFS_MULTIPLEAUTHN"),
				.contexts = &cvr,
				.context_count = 1,
				.max_nsis = STR("Substantial"),
				.knows_roles = true};
	struct login_question q = {.hub = &hub, .idp = &idp, .now = SECONDS(1750000000)};
	struct level_need need = {.old_least = 2};
	struct login l;
	struct err e = ERR_INIT;

	if (!login_reopen(&q, xml, &t, a, &l, &e))
		return;
	BUG_ON(str_is_empty(l.facts.name.value) || l.level.old > 3 ||
	       l.level.nsis > NSIS_SUBSTANTIAL);
	if (login_judge(&l, &need, a, &e))
		BUG_ON(!str_eq(l.cvr, cvr) || l.level.old < 2);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_freep) struct arena *a = arena_new();

	as_response(str_of(data, size), a);
	as_assertion(str_of(data, size), a);
	return 0;
}
