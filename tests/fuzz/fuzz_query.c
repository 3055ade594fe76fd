/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The query of a Redirect. What is taken holds one message within its limit, and a signature is
 * whole or not there; without a key nothing verifies.
 */
#include <stddef.h>
#include <stdint.h>

#include "saml/redirect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct query *q = ARENA_NEW(a, struct query);
	struct binding_message m;
	struct err e = ERR_INIT;
	size_t at;

	if (query_parse(str_of(data, size), a, q, &e))
		for (size_t i = 0; i < q->count; i++)
			BUG_ON(!str_find(str_of(data, size), q->pairs[i].raw, &at));
	err_clear(&e);
	if (!redirect_read(str_of(data, size), a, &m, &e)) {
		BUG_ON(e.code != SAML_REQUEST && e.code != SAML_MESSAGE);
		return 0;
	}
	BUG_ON(m.is_post || m.xml.len > LIMIT_SAML_MESSAGE_BYTES);
	BUG_ON(m.relay_state.len > LIMIT_RELAY_STATE_BYTES);
	BUG_ON(m.is_signed && (!m.alg || str_is_empty(m.signed_octets)));
	BUG_ON(redirect_verify(&m, NULL, 0, &e));
	return 0;
}
