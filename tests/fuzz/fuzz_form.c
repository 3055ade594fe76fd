/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The form of a POST: one message within its limit, or a refusal. */
#include <stddef.h>
#include <stdint.h>

#include "saml/redirect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct binding_message m;
	struct err e = ERR_INIT;

	if (!post_read(str_of(data, size), a, &m, &e)) {
		BUG_ON(e.code != SAML_MESSAGE && e.code != SAML_REQUEST);
		return 0;
	}
	BUG_ON(!m.is_post || m.is_signed || m.xml.len > LIMIT_SAML_MESSAGE_BYTES);
	BUG_ON(str_is_set(m.relay_state) && m.relay_state.len == 0);
	return 0;
}
