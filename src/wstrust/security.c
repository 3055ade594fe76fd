/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The Security header taken apart, and the places that a signature may name. Refuses children
 * that are unknown, missing or too many, a second assertion anywhere in the Header, and an id
 * that occurs twice. Never searches: each element has one absolute place.
 * Standard: WS-Security 1.0, 4 (ids), 5; SAML Token Profile 1.1.
 */
#include "wstrust/internal.h"

#include "base/limits.h"
#include "xml/names.h"

static bool
take(struct xml_node **slot, struct xml_node *n, struct err *e)
{
	if (*slot)
		return FAIL(e, SECURITY_STRUCTURE, STR_FMT " twice", STR_ARG(xml_local(n)));
	*slot = n;
	return true;
}

static bool
take_child(struct security *s, struct xml_node *n, bool is_service, struct err *e)
{
	if (xml_is(n, NS_WSU, "Timestamp"))
		return take(&s->timestamp, n, e);
	if (xml_is(n, NS_DS, "Signature"))
		return take(&s->signature, n, e);
	if (xml_is(n, NS_WSSE, "BinarySecurityToken")) {
		if (s->bst_count == WSSE_BST_MAX)
			return FAIL(e, SECURITY_STRUCTURE, "too many BinarySecurityTokens");
		s->bst[s->bst_count++] = n;
		return true;
	}
	if (xml_is(n, NS_SAML, "EncryptedAssertion"))
		return FAIL(e, TOKEN_TYPE_UNSUPPORTED, "encrypted assertion");
	if (is_service && xml_is(n, NS_SAML, "Assertion"))
		return take(&s->assertion, n, e);
	if (is_service && xml_is(n, NS_WSSE, "SecurityTokenReference"))
		return take(&s->str, n, e);
	return FAIL(e, SECURITY_STRUCTURE, "unexpected " STR_FMT, STR_ARG(xml_local(n)));
}

/* The element after n in document order, within top. */
static struct xml_node *
step(struct xml_node *n, const struct xml_node *top)
{
	struct xml_node *next = xml_first(n);

	while (!next && n && n != top) {
		next = xml_next(n);
		n = xml_parent(n);
	}
	return next;
}

static bool
has_other_assertion(struct xml_node *header, const struct xml_node *ours)
{
	struct xml_node *n;

	for (n = xml_first(header); n; n = step(n, header))
		if (n != ours && xml_is(n, NS_SAML, "Assertion"))
			return true;
	return false;
}

bool
security_str_names(const struct xml_node *str, struct str id, struct arena *a)
{
	const struct xml_node *c = xml_first(str);
	struct str uri;

	if (!c || xml_next(c) || xml_first(c))
		return false;
	if (xml_is(c, NS_WSSE, "KeyIdentifier"))
		return str_eq(xml_attr(c, STR_NONE, "ValueType", a), VT_SAMLID) &&
		       str_eq(xml_text_trim(c, a), id);
	uri = xml_attr(c, STR_NONE, "URI", a);
	return xml_is(c, NS_WSSE, "Reference") && str_has_prefix(uri, STR("#")) &&
	       str_eq(str_skip(uri, 1), id);
}

bool
security_read(const struct envelope *env, bool is_service, struct arena *a,
	      struct security *out, struct err *e)
{
	struct xml_node *n;

	*out = (struct security){0};
	if (env->security_count != 1)
		return FAIL(e, SECURITY_STRUCTURE, "%u Security headers", env->security_count);
	for (n = xml_first(env->security); n; n = xml_next(n))
		if (!take_child(out, n, is_service, e))
			return false;
	if (xml_has_text(env->security))
		return FAIL(e, SECURITY_STRUCTURE, "text in it");
	if (!out->timestamp || !out->signature)
		return FAIL(e, SECURITY_STRUCTURE, "no %s",
			    out->timestamp ? "Signature" : "Timestamp");
	if (is_service && !out->assertion)
		return FAIL(e, SECURITY_STRUCTURE, "no Assertion");
	if (has_other_assertion(env->header, out->assertion))
		return FAIL(e, SECURITY_STRUCTURE, "an assertion out of place");
	if (out->str &&
	    !security_str_names(out->str, xml_attr(out->assertion, STR_NONE, "ID", a), a))
		return FAIL(e, SECURITY_STRUCTURE, "the reference names another token");
	return true;
}

/* Ids seen so far; few in an honest message, bounded in any. */
struct ids {
	struct str *list;
	size_t count;
};

static bool
add_id(struct ids *ids, struct str id, struct err *e)
{
	if (!str_is_set(id))
		return true;
	if (id.len == 0 || id.len > LIMIT_URI_CHARS)
		return FAIL(e, SECURITY_STRUCTURE, "id of %zu bytes", id.len);
	if (ids->count == LIMIT_MESSAGE_IDS)
		return FAIL(e, SECURITY_STRUCTURE, "more than %d ids", LIMIT_MESSAGE_IDS);
	for (size_t i = 0; i < ids->count; i++)
		if (str_eq(ids->list[i], id))
			return FAIL(e, SECURITY_STRUCTURE, "an id occurs twice");
	ids->list[ids->count++] = id;
	return true;
}

static bool
check_unique(const struct envelope *env, struct arena *a, struct err *e)
{
	struct ids ids = {.list = ARENA_NEW_N(a, LIMIT_MESSAGE_IDS, struct str)};
	struct xml_node *n;

	for (n = env->root; n; n = step(n, env->root)) {
		if (!add_id(&ids, xml_attr(n, NS_WSU, "Id", a), e))
			return false;
		if (xml_is(n, NS_SAML, "Assertion") &&
		    !add_id(&ids, xml_attr(n, STR_NONE, "ID", a), e))
			return false;
	}
	return true;
}

static void
add_place(struct id_map *map, struct xml_node *n, struct xml_node *str_token, struct str id)
{
	if (str_is_set(id))
		map->places[map->count++] = (struct sign_place){id, n, str_token};
}

static void
add_by_wsu(struct id_map *map, struct xml_node *n, struct arena *a)
{
	add_place(map, n, NULL, xml_attr(n, NS_WSU, "Id", a));
}

bool
id_map_build(const struct envelope *env, const struct security *s, struct arena *a,
	     struct id_map *out, struct err *e)
{
	struct xml_node *n;

	if (!check_unique(env, a, e))
		return false;
	*out = (struct id_map){
		.places = ARENA_NEW_N(a, LIMIT_SOAP_HEADERS + WSSE_BST_MAX + 4,
				      struct sign_place),
	};
	add_by_wsu(out, env->body, a);
	for (n = xml_first(env->header); n; n = xml_next(n))
		if (!xml_is(n, NS_WSSE, "Security"))
			add_by_wsu(out, n, a);
	add_by_wsu(out, s->timestamp, a);
	for (unsigned i = 0; i < s->bst_count; i++)
		add_by_wsu(out, s->bst[i], a);
	if (s->assertion)
		add_place(out, s->assertion, NULL, xml_attr(s->assertion, STR_NONE, "ID", a));
	if (s->str)
		add_place(out, s->str, s->assertion, xml_attr(s->str, NS_WSU, "Id", a));
	return true;
}
