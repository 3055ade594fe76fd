/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Metadata of a peer, in either role. What is taken has a name, a key and an address to send
 * to; what is refused has said why.
 */
#include <stddef.h>
#include <stdint.h>

#include "saml/metadata.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_as(enum saml_role role, struct str xml)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(buf_release) struct buf findings = BUF_INIT(1 << 20);
	struct metadata_rules rules = {
		.role = role, .is_development = true, .now = SECONDS(1790000000)};
	struct saml_peer p;
	struct err e = ERR_INIT;

	if (!metadata_read(xml, &rules, a, &p, &findings, &e)) {
		BUG_ON(e.code != METADATA_INVALID || findings.len == 0);
		BUG_ON(p.signing_count != 0 || p.encryption);
		return;
	}
	BUG_ON(findings.len != 0 || p.signing_count == 0 || str_is_empty(p.entity_id));
	BUG_ON(!saml_endpoint_for(role == SAML_ROLE_IDP ? &p.sso : &p.acs,
				  role == SAML_ROLE_IDP ? SAML_BINDING_REDIRECT
							: SAML_BINDING_POST));
	saml_peer_release(&p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_as(SAML_ROLE_SYSTEM, str_of(data, size));
	read_as(SAML_ROLE_IDP, str_of(data, size));
	return 0;
}
