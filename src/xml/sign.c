/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Verifies XML signatures. The tree that is digested is the tree that is read afterwards, in
 * its place; a reference means one of the places the caller listed, nothing is looked up in the
 * document and no id is registered. Nothing is digested before the signature's value has proven
 * that the key's holder listed the references.
 * Standards: XML Signature 1.1, 3.2; WS-Security 1.0, 8.3; docs/decisions/0003.
 */
#include "xml/sign.h"

#include "base/limits.h"
#include "crypto/digest.h"
#include "xml/names.h"
#include "xml/sign_plan.h"

static bool
check_places(const struct sign_question *q, struct err *e)
{
	size_t i, j;

	if (q->place_count > LIMIT_MESSAGE_IDS)
		return FAIL(e, SIGNATURE_STRUCTURE, "%zu elements with an id", q->place_count);
	for (i = 0; i < q->place_count; i++)
		for (j = 0; j < i; j++)
			if (str_is_set(q->places[i].id) &&
			    str_eq(q->places[i].id, q->places[j].id))
				return FAIL(e, SIGNATURE_STRUCTURE, "an id occurs twice");
	if (!q->enveloped)
		return true;
	if (q->place_count != 1 || xml_parent(q->signature) != q->places[0].node)
		return FAIL(e, SIGNATURE_STRUCTURE, "the signature is not the element's own");
	return true;
}

/* Canonical form into an empty buffer. */
static bool
canonical(const struct xml_node *n, const struct c14n_rule *rule, struct buf *b, struct err *e)
{
	buf_clear(b);
	if (!c14n_write(n, rule, b))
		return FAIL(e, SIGNATURE_STRUCTURE, "no canonical form");
	if (b->over)
		return FAIL(e, XML_LIMIT, "canonical form");
	return true;
}

static bool
verify_value(const struct sign_question *q, const struct sign_plan *plan, struct buf *b,
	     struct err *e)
{
	uint8_t digest[HASH_MAX_BYTES];
	struct proven_claim claim = {q->key, plan->alg, STR_NONE, plan->value};
	size_t len;

	if (!canonical(plan->signed_info, &plan->rule, b, e))
		return false;
	len = digest_of(plan->alg->hash, buf_str(b), digest);
	claim.digest = str_of(digest, len);
	return proven_verify(q->proven, &claim, e);
}

/* Does the SecurityTokenReference name this token, by assertion id or by "#id"? */
static bool
is_named(const struct xml_node *str, const struct xml_node *token, struct arena *a)
{
	struct str id = xml_attr(token, STR_NONE, "ID", a);
	struct xml_node *by = xml_first(str);
	struct str uri;

	if (!by || xml_next(by))
		return false;
	if (!str_is_set(id))
		id = xml_attr(token, NS_WSU, "Id", a);
	if (str_is_empty(id))
		return false;
	if (xml_is(by, NS_WSSE, "KeyIdentifier"))
		return str_eq(xml_attr(by, STR_NONE, "ValueType", a), VT_SAMLID) &&
		       str_eq(xml_text_trim(by, a), id);
	uri = xml_attr(by, STR_NONE, "URI", a);
	return xml_is(by, NS_WSSE, "Reference") && uri.len > 1 && uri.ptr[0] == '#' &&
	       str_eq(str_skip(uri, 1), id);
}

/* [token-service 5.4] only the listed places, by exact id */
static bool
resolve(const struct sign_question *q, const struct sign_plan_ref *r, struct arena *a,
	struct sign_ref *to, struct err *e)
{
	const struct sign_place *place;
	size_t i;

	if (!str_is_set(r->id))
		return FAIL(e, REFERENCE_UNRESOLVED, "a URI that is not #id");
	for (i = 0; i < q->place_count; i++)
		if (str_eq(q->places[i].id, r->id))
			break;
	if (i == q->place_count)
		return FAIL(e, REFERENCE_UNRESOLVED, "no such place");
	place = &q->places[i];
	if (r->form == SIGN_FORM_STR &&
	    (!place->str_token || !is_named(place->node, place->str_token, a)))
		return FAIL(e, REFERENCE_UNRESOLVED, "STR-Transform without its token");
	to->place = place;
	to->form = r->form;
	return true;
}

static bool
verify_reference(const struct sign_question *q, const struct sign_plan_ref *r, struct arena *a,
		 struct buf *b, struct sign_answer *answer, struct err *e)
{
	struct sign_ref *to = &answer->refs[answer->ref_count];
	uint8_t digest[HASH_MAX_BYTES];
	size_t len, i;

	if (!resolve(q, r, a, to, e))
		return false;
	for (i = 0; i < answer->ref_count; i++)
		if (answer->refs[i].place == to->place && answer->refs[i].form == to->form)
			return FAIL(e, SIGNATURE_STRUCTURE, "a part is referenced twice");
	if (!canonical(to->form == SIGN_FORM_STR ? to->place->str_token : to->place->node,
		       &r->rule, b, e))
		return false;
	len = digest_of(r->digest->hash, buf_str(b), digest);
	if (!crypto_equal(str_of(digest, len), r->value))
		return FAIL(e, DIGEST_WRONG, "reference %zu", answer->ref_count + 1);
	answer->ref_count++;
	return true;
}

bool
sign_verify(const struct sign_question *q, struct arena *a, struct sign_answer *out,
	    struct err *e)
{
	AUTO(buf_release) struct buf b = BUF_INIT(LIMIT_CANONICAL_BYTES);
	struct sign_answer answer = {.value = STR_NONE};
	struct sign_plan plan;
	size_t i;

	BUG_ON(!q->key);
	BUG_ON(q->want_octets && !q->enveloped);
	if (!check_places(q, e) || !sign_plan_read(q, a, &plan, e))
		return false;
	if (!verify_value(q, &plan, &b, e))
		return false;
	for (i = 0; i < plan.ref_count; i++)
		if (!verify_reference(q, &plan.ref[i], a, &b, &answer, e))
			return false;
	if (q->want_octets)
		answer.octets = arena_dup(a, buf_str(&b));
	answer.value = plan.value;
	*out = answer;
	return true;
}
