/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Envelopes and their addressing headers. What is taken apart has its parts in their places,
 * and what passes the addressing check can be echoed in an answer.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "soap/addressing.h"
#include "xml/names.h"
#include "xml/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_taken(const struct envelope *env, struct xml_node *root)
{
	struct err e = ERR_INIT;

	BUG_ON(env->version == SOAP_UNKNOWN || env->root != root);
	BUG_ON(!env->header || !env->body || !env->body_child);
	BUG_ON(xml_parent(env->body) != root || xml_parent(env->body_child) != env->body);
	BUG_ON((env->security != NULL) != (env->security_count > 0));
	BUG_ON(xml_has_comment(env->header));
	if (!addressing_check(env, &e)) {
		BUG_ON(e.code == ERR_NONE);
		return;
	}
	BUG_ON(env->action.count != 1 || env->message_id.count != 1);
	BUG_ON(str_is_empty(env->message_id.value) || str_has_char(env->message_id.value, ' '));
	BUG_ON(env->reply_to.node && !str_eq(env->reply_to.value, WSA_ANONYMOUS));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct xml_limits limits = {1u << 20, LIMIT_XML_DEPTH, LIMIT_STS_NODES,
						 true};
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(xml_doc_freep) struct xml_doc *doc = NULL;
	struct envelope env;
	struct err e = ERR_INIT;

	if (!xml_parse(str_of(data, size), &limits, &doc, &e))
		return 0;
	if (envelope_read(xml_root(doc), a, &env, &e))
		check_taken(&env, xml_root(doc));
	else
		BUG_ON(e.code == ERR_NONE);
	return 0;
}
