/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads a ds:Signature into a plan. First its shape, element by element: what is not named here
 * is refused, so there is no Object, no Manifest, no second value, no parameter of an algorithm
 * and no comment that two readers could take differently. Then its algorithms and transforms,
 * against the allow-list. KeyInfo is counted and not read: the key is the caller's choice.
 * Standards: XML Signature 1.1, 4; Exclusive XML Canonicalization 1.0, 4; WS-Security 1.0, 8.3.
 */
#include "xml/sign_plan.h"

#include "base/encoding.h"
#include "xml/names.h"

#define PREFIXES_MAX 64

/* The elements of one ds:Reference that has the right shape. */
struct ref_nodes {
	struct xml_node *reference;
	struct xml_node *transform[2];
	unsigned transform_count;
	struct xml_node *digest_method;
	struct xml_node *digest_value;
};

struct signature_nodes {
	struct xml_node *signed_info;
	struct xml_node *c14n_method;
	struct xml_node *signature_method;
	struct xml_node *value;
	struct ref_nodes ref[LIMIT_SIGNATURE_REFS];
	size_t ref_count;
};

enum content { ELEMENTS = 1, TEXT, NOTHING };

/* Attributes are exactly `must`, if given, and perhaps `may`; content is of one kind only. */
static bool
is_shaped(const struct xml_node *n, enum content content, const char *must, const char *may)
{
	const xmlAttr *p;
	bool has = must == NULL;

	for (p = node_raw(n)->properties; p; p = p->next) {
		if (p->ns)
			return false;
		if (must && strcmp(chars(p->name), must) == 0)
			has = true;
		else if (!may || strcmp(chars(p->name), may) != 0)
			return false;
	}
	if (!has || (content != ELEMENTS && xml_first(n)))
		return false;
	return content == TEXT || !xml_has_text(n);
}

/* The element at *at, if it is that one; *at moves on. */
static struct xml_node *
take(struct xml_node **at, struct str ns, const char *local)
{
	struct xml_node *n = *at;

	if (!n || !xml_is(n, ns, local))
		return NULL;
	*at = xml_next(n);
	return n;
}

static bool
is_prefix_list(const struct xml_node *n)
{
	return xml_is(n, NS_EXC, "InclusiveNamespaces") &&
	       is_shaped(n, NOTHING, "PrefixList", NULL);
}

static bool
is_c14n_method(const struct xml_node *n)
{
	const struct xml_node *list = xml_first(n);

	if (!is_shaped(n, ELEMENTS, "Algorithm", NULL))
		return false;
	return !list || (is_prefix_list(list) && !xml_next(list));
}

static bool
is_transform(const struct xml_node *n)
{
	const struct xml_node *parameters = xml_first(n), *method;

	if (is_c14n_method(n))
		return true;
	if (!is_shaped(n, ELEMENTS, "Algorithm", NULL) || xml_next(parameters) ||
	    !xml_is(parameters, NS_WSSE, "TransformationParameters") ||
	    !is_shaped(parameters, ELEMENTS, NULL, NULL))
		return false;
	method = xml_first(parameters);
	return !method || (xml_is(method, NS_DS, "CanonicalizationMethod") &&
			   is_c14n_method(method) && !xml_next(method));
}

static bool
take_reference(struct xml_node *n, struct ref_nodes *r)
{
	struct xml_node *at = xml_first(n);
	struct xml_node *transforms = take(&at, NS_DS, "Transforms"), *t;

	r->reference = n;
	r->digest_method = take(&at, NS_DS, "DigestMethod");
	r->digest_value = take(&at, NS_DS, "DigestValue");
	if (!is_shaped(n, ELEMENTS, "URI", "Id") || !transforms || !r->digest_method ||
	    !r->digest_value || at)
		return false;
	if (!is_shaped(r->digest_method, NOTHING, "Algorithm", NULL) ||
	    !is_shaped(r->digest_value, TEXT, NULL, NULL) ||
	    !is_shaped(transforms, ELEMENTS, NULL, NULL))
		return false;
	r->transform_count = 0;
	for (t = xml_first(transforms); t; t = xml_next(t)) {
		if (r->transform_count == ARRAY_LEN(r->transform) ||
		    !xml_is(t, NS_DS, "Transform") || !is_transform(t))
			return false;
		r->transform[r->transform_count++] = t;
	}
	return r->transform_count > 0;
}

static bool
take_signed_info(struct signature_nodes *s, struct err *e)
{
	struct xml_node *at = xml_first(s->signed_info);

	s->c14n_method = take(&at, NS_DS, "CanonicalizationMethod");
	s->signature_method = take(&at, NS_DS, "SignatureMethod");
	if (!s->c14n_method || !s->signature_method ||
	    !is_shaped(s->signed_info, ELEMENTS, NULL, "Id"))
		return FAIL(e, SIGNATURE_STRUCTURE, "SignedInfo");
	if (!is_c14n_method(s->c14n_method) ||
	    !is_shaped(s->signature_method, NOTHING, "Algorithm", NULL))
		return FAIL(e, SIGNATURE_STRUCTURE, "a method of SignedInfo");
	s->ref_count = 0;
	for (; at; at = xml_next(at)) {
		if (s->ref_count == ARRAY_LEN(s->ref))
			return FAIL(e, SIGNATURE_STRUCTURE, "too many references");
		if (!xml_is(at, NS_DS, "Reference") ||
		    !take_reference(at, &s->ref[s->ref_count]))
			return FAIL(e, SIGNATURE_STRUCTURE, "reference %zu", s->ref_count + 1);
		s->ref_count++;
	}
	if (s->ref_count == 0)
		return FAIL(e, SIGNATURE_STRUCTURE, "no reference");
	return true;
}

static bool
take_signature(struct xml_node *n, bool is_enveloped, struct signature_nodes *s, struct err *e)
{
	struct xml_node *at = xml_first(n), *key_info;

	if (!xml_is(n, NS_DS, "Signature") || !is_shaped(n, ELEMENTS, NULL, "Id"))
		return FAIL(e, SIGNATURE_STRUCTURE, "Signature");
	/*
	 * [xmldsig-core 4.1] SignedInfo, SignatureValue, KeyInfo?, Object*: here 1, 1, 1, 0.
	 * [saml-core 5.4.5] SAML does not require KeyInfo: an enveloped one may lack it
	 */
	s->signed_info = take(&at, NS_DS, "SignedInfo");
	s->value = take(&at, NS_DS, "SignatureValue");
	key_info = take(&at, NS_DS, "KeyInfo");
	if (!s->signed_info || !s->value || (!key_info && !is_enveloped) || at)
		return FAIL(e, SIGNATURE_STRUCTURE, "children of Signature");
	if (!is_shaped(s->value, TEXT, NULL, "Id"))
		return FAIL(e, SIGNATURE_STRUCTURE, "SignatureValue");
	if (xml_has_comment(n))
		return FAIL(e, SIGNATURE_STRUCTURE, "a comment in the signature");
	return take_signed_info(s, e);
}

static struct str
algorithm(const struct xml_node *n, struct arena *a)
{
	return xml_attr(n, STR_NONE, "Algorithm", a);
}

/* The prefixes of an InclusiveNamespaces child, if there is one. */
static bool
read_prefixes(const struct xml_node *n, struct arena *a, struct c14n_rule *rule, struct err *e)
{
	const struct xml_node *child = xml_first(n);
	struct str *list, rest;

	if (!child)
		return true;
	if (!is_prefix_list(child))
		return FAIL(e, SIGNATURE_STRUCTURE, "parameters of another transform");
	list = ARENA_NEW_N(a, PREFIXES_MAX, struct str);
	rest = str_trim(xml_attr(child, STR_NONE, "PrefixList", a));
	while (rest.len > 0) {
		size_t len = 0;

		while (len < rest.len && str_trim(str_of(rest.ptr + len, 1)).len > 0)
			len++;
		if (rule->prefix_count == PREFIXES_MAX)
			return FAIL(e, SIGNATURE_STRUCTURE, "PrefixList is too long");
		list[rule->prefix_count] = str_of(rest.ptr, len);
		if (str_eq_c(list[rule->prefix_count], "#default"))
			list[rule->prefix_count] = STR("");
		rule->prefix_count++;
		rest = str_trim(str_skip(rest, len));
	}
	rule->prefixes = list;
	return true;
}

static bool
read_exclusive(const struct xml_node *n, bool comments_ok, struct arena *a,
	       struct c14n_rule *rule, struct err *e)
{
	struct str uri = algorithm(n, a);

	rule->comments = comments_ok && str_eq(uri, ALG_EXC_C14N_WITH);
	if (!rule->comments && !str_eq(uri, ALG_EXC_C14N))
		return FAIL(e, ALGORITHM_REFUSED, "canonicalization or transform");
	return read_prefixes(n, a, rule, e);
}

/* [wss-soap 8.3] STR-Transform: the method within its parameters; exclusive if there is none */
static bool
read_str_transform(const struct xml_node *n, struct arena *a, struct c14n_rule *rule,
		   struct err *e)
{
	const struct xml_node *parameters = xml_first(n), *method;

	if (!parameters)
		return true;
	if (!xml_is(parameters, NS_WSSE, "TransformationParameters"))
		return FAIL(e, SIGNATURE_STRUCTURE, "parameters of another transform");
	method = xml_first(parameters);
	if (!method)
		return true;
	if (!str_eq(algorithm(method, a), ALG_C14N))
		return read_exclusive(method, false, a, rule, e);
	rule->inclusive = true;
	if (xml_first(method))
		return FAIL(e, SIGNATURE_STRUCTURE, "parameters of inclusive c14n");
	return true;
}

static bool
read_transforms(const struct sign_question *q, const struct ref_nodes *nodes, struct arena *a,
		struct sign_plan_ref *r, struct err *e)
{
	struct xml_node *last = nodes->transform[nodes->transform_count - 1];

	r->form = SIGN_FORM_PLAIN;
	if (nodes->transform_count != (q->enveloped ? 2 : 1))
		return FAIL(e, ALGORITHM_REFUSED, "%u transforms", nodes->transform_count);
	if (q->enveloped) {
		if (!str_eq(algorithm(nodes->transform[0], a), ALG_ENVELOPED))
			return FAIL(e, ALGORITHM_REFUSED, "not enveloped");
		if (xml_first(nodes->transform[0]))
			return FAIL(e, SIGNATURE_STRUCTURE, "parameters of enveloped");
		r->rule.without = q->signature;
		return read_exclusive(last, false, a, &r->rule, e);
	}
	if (!str_eq(algorithm(last, a), ALG_STR_TRANSFORM))
		return read_exclusive(last, true, a, &r->rule, e);
	r->form = SIGN_FORM_STR;
	return read_str_transform(last, a, &r->rule, e);
}

static bool
read_reference(const struct sign_question *q, const struct ref_nodes *nodes, struct arena *a,
	       struct sign_plan_ref *r, struct err *e)
{
	struct str uri = xml_attr(nodes->reference, STR_NONE, "URI", a);

	/* what is not "#id" names no place; that is told when the value has proven the list */
	if (uri.len >= 2 && uri.ptr[0] == '#')
		r->id = str_skip(uri, 1);
	if (!read_transforms(q, nodes, a, r, e))
		return false;
	r->digest = alg_digest_find(algorithm(nodes->digest_method, a));
	if (!r->digest)
		return FAIL(e, ALGORITHM_REFUSED, "digest");
	return true;
}

static bool
read_value(const struct xml_node *n, struct arena *a, struct str *out, struct err *e)
{
	struct err why = ERR_INIT;

	if (!base64_decode(xml_text(n, a), BASE64_XML, a, out, &why))
		return FAIL(e, SIGNATURE_STRUCTURE, STR_FMT, STR_ARG(xml_local(n)));
	return true;
}

/* What is shape too: the values can be read. */
static bool
read_values(const struct signature_nodes *nodes, struct arena *a, struct sign_plan *plan,
	    struct err *e)
{
	for (size_t i = 0; i < nodes->ref_count; i++)
		if (!read_value(nodes->ref[i].digest_value, a, &plan->ref[i].value, e))
			return false;
	return read_value(nodes->value, a, &plan->value, e);
}

bool
sign_check_shape(struct xml_node *signature, struct err *e)
{
	struct signature_nodes nodes = {0};

	return take_signature(signature, false, &nodes, e);
}

bool
sign_plan_read(const struct sign_question *q, struct arena *a, struct sign_plan *plan,
	       struct err *e)
{
	struct signature_nodes nodes = {0};
	size_t i;

	*plan = (struct sign_plan){0};
	if (!take_signature(q->signature, q->enveloped, &nodes, e))
		return false;
	if (q->enveloped && nodes.ref_count != 1)
		return FAIL(e, SIGNATURE_STRUCTURE, "%zu references", nodes.ref_count);
	if (!read_values(&nodes, a, plan, e))
		return false;
	plan->signed_info = nodes.signed_info;
	if (!read_exclusive(nodes.c14n_method, !q->enveloped, a, &plan->rule, e))
		return false;
	plan->alg = alg_signature_find(algorithm(nodes.signature_method, a));
	if (!plan->alg)
		return FAIL(e, ALGORITHM_REFUSED, "signature");
	for (i = 0; i < nodes.ref_count; i++)
		if (!read_reference(q, &nodes.ref[i], a, &plan->ref[i], e))
			return false;
	plan->ref_count = nodes.ref_count;
	return true;
}
