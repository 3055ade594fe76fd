/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Verifies a token of the token service. Trusts configured certificates only: the one in the
 * token's KeyInfo selects among them. Refuses what is absent: times, audience, confirmation,
 * attributes. Never follows a reference but to the assertion itself.
 * Standard: SAML 2.0 core 2.4, 2.5, 5.4; SAML holder-of-key confirmation.
 */
#include "wstrust/token.h"

#include "base/encoding.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "xml/names.h"
#include "xml/sign.h"

void
token_free(struct token *t)
{
	if (!t)
		return;
	cert_free(t->holder);
	t->holder = NULL;
}

void
token_freep(struct token **t)
{
	token_free(*t);
	*t = NULL;
}

bool
known_cert(const struct trust_snapshot *known, struct str der, struct cert **out, struct err *e)
{
	const struct trust_system *system;
	uint8_t sha256[32];
	bool blocked;

	if (!known)
		return cert_parse(der, out, e);
	digest_sha256(der, sha256);
	system = trust_system_by_cert(known, str_of(sha256, sizeof(sha256)), &blocked);
	for (size_t i = 0; system && i < system->cert_count; i++) {
		if (str_eq(cert_der(system->certs[i].cert), der)) {
			*out = cert_hold(system->certs[i].cert);
			return true;
		}
	}
	return cert_parse(der, out, e);
}

static bool
check_structure(const struct assertion *t, struct err *e)
{
	if (!t->signature)
		return FAIL(e, TOKEN_INVALID, "not signed");
	if (!t->confirmations)
		return FAIL(e, TOKEN_INVALID, "no subject");
	if (str_is_empty(t->name_id_value))
		return FAIL(e, TOKEN_INVALID, "subject without name");
	if (!t->has_conditions)
		return FAIL(e, TOKEN_INVALID, "no conditions");
	if (t->statement_count == 0)
		return FAIL(e, TOKEN_INVALID, "no attribute statement");
	if (t->has_encrypted)
		return FAIL(e, TOKEN_INVALID, "encrypted part");
	return true;
}

/* The DER certificate in the signature's KeyInfo; absent if there is none. */
static bool
read_key_hint(const struct xml_node *signature, struct arena *a, struct str *out, struct err *e)
{
	const struct xml_node *info = xml_only(signature, NS_DS, "KeyInfo");
	const struct xml_node *data = info ? xml_only(info, NS_DS, "X509Data") : NULL;
	const struct xml_node *cert = data ? xml_only(data, NS_DS, "X509Certificate") : NULL;
	struct err why = ERR_INIT;

	*out = STR_NONE;
	if (cert && !base64_decode(xml_text(cert, a), BASE64_XML, a, out, &why))
		return FAIL(e, TOKEN_INVALID, "certificate of the issuer unreadable");
	return true;
}

static bool
try_issuer(const struct token_policy *p, const struct assertion *t, const struct cert *key,
	   struct arena *a, struct err *why)
{
	/* the node is borrowed from the tree; sign_verify does not change it */
	const struct sign_place place = {
		.id = t->id,
		.node = xml_parent(t->signature),
	};
	const struct sign_question q = {
		.signature = t->signature,
		.places = &place,
		.place_count = 1,
		.key = key,
		.proven = p->proven,
		.enveloped = true,
	};
	struct sign_answer answer;

	return sign_verify(&q, a, &answer, why);
}

static bool
check_signature(const struct token_policy *p, const struct assertion *t, struct arena *a,
		struct err *e)
{
	struct err why = ERR_INIT;
	bool tried = false;
	struct str hint;

	if (!read_key_hint(t->signature, a, &hint, e))
		return false;
	for (size_t i = 0; i < p->issuer_cert_count; i++) {
		if (str_is_set(hint) && !str_eq(hint, cert_der(p->issuer_certs[i])))
			continue;
		err_clear(&why);
		tried = true;
		if (try_issuer(p, t, p->issuer_certs[i], a, &why))
			return true;
	}
	if (!tried)
		return FAIL(e, TOKEN_INVALID, "signed with a certificate that is not trusted");
	return FAIL(e, TOKEN_INVALID, "signature: %s: %s", err_row(why.code)->name, why.detail);
}

/* [saml-core 2.5.1.2] with the skew that the contract allows at both ends */
static bool
check_window(bool has_from, instant from, bool has_to, instant to, instant now, struct err *e)
{
	const instant skew = SECONDS(LIMIT_CLOCK_SKEW_S);

	if (!has_from || !has_to)
		return FAIL(e, TOKEN_INVALID, "without %s", has_from ? "end" : "beginning");
	if (now < instant_add(from, -skew))
		return FAIL(e, TOKEN_EXPIRED, "not yet valid, by %lld s",
			    (long long)instant_diff_s(from, now));
	if (now >= instant_add(to, skew))
		return FAIL(e, TOKEN_EXPIRED, "by %lld s", (long long)instant_diff_s(now, to));
	return true;
}

static bool
check_conditions(const struct token_policy *p, const struct assertion *t, instant now,
		 struct err *e)
{
	if (!check_window(t->has_not_before, t->not_before, t->has_not_on_or_after,
			  t->not_on_or_after, now, e))
		return false;
	if (!assertion_is_for(t, p->audiences, p->audience_count))
		return FAIL(e, TOKEN_AUDIENCE, "for another service");
	return true;
}

static bool
is_ours(const struct token_policy *p, struct str id)
{
	for (size_t i = 0; i < p->audience_count; i++)
		if (str_eq(p->audiences[i], id))
			return true;
	return false;
}

static bool
is_bearer(const struct assertion_confirmation *c)
{
	return str_eq(c->method, CM_BEARER);
}

static bool
check_confirmation(const struct token_policy *p, const struct assertion_confirmation *c,
		   instant now, struct err *e)
{
	if (!c->has_data)
		return FAIL(e, TOKEN_INVALID, "confirmation without data");
	if (!check_window(c->has_not_before, c->not_before, c->has_not_on_or_after,
			  c->not_on_or_after, now, e))
		return false;
	/* optional at services: the contract says "if present" */
	if (p->needs_recipient && !str_is_set(c->recipient))
		return FAIL(e, TOKEN_INVALID, "no recipient");
	if (str_is_set(c->recipient) && !is_ours(p, c->recipient))
		return FAIL(e, TOKEN_AUDIENCE, "recipient is another service");
	if (!is_bearer(c) && c->certificate_count != 1)
		return FAIL(e, TOKEN_INVALID, "%u certificates of the holder",
			    c->certificate_count);
	return true;
}

/*
 * The one confirmation that has to hold; others are not used. A holder that the policy names
 * goes first; a token that names any holder cannot be confirmed by bearer.
 */
static const struct assertion_confirmation *
choose_confirmation(const struct token_policy *p, const struct assertion *t)
{
	const struct assertion_confirmation *first = NULL, *bearer = NULL;

	for (size_t i = 0; i < t->confirmation_count; i++) {
		const struct assertion_confirmation *c = &t->confirmations[i];

		if (is_bearer(c))
			bearer = c;
		if (!str_eq(c->method, SAML_HOLDER_OF_KEY))
			continue;
		if (str_is_set(p->holder) && str_eq(c->certificate, p->holder))
			return c;
		first = first ? first : c;
	}
	return first || !p->bearer_ok ? first : bearer;
}

static bool
read_holder(const struct token_policy *p, struct token *t, instant now, struct err *e)
{
	const struct assertion_confirmation *c = choose_confirmation(p, t->assertion);
	struct err why = ERR_INIT;

	if (!c)
		return FAIL(e, TOKEN_INVALID, "no holder-of-key confirmation");
	if (!check_confirmation(p, c, now, e))
		return false;
	t->is_on_behalf = c->has_name;
	t->ends = c->not_on_or_after;
	if (is_bearer(c))
		return true;
	if (!known_cert(p->known, c->certificate, &t->holder, &why))
		return FAIL(e, TOKEN_INVALID, "certificate of the holder: %s", why.detail);
	return true;
}

/* The only value of the only attribute of that name. */
static bool
read_value(const struct assertion *t, struct str name, struct str *out, struct err *e)
{
	size_t count;
	const struct assertion_attribute *attr = assertion_attribute(t, name, &count);

	if (count != 1 || attr->value_count != 1)
		return FAIL(e, TOKEN_INVALID, "not one value of " STR_FMT, STR_ARG(name));
	*out = attr->values[0];
	return true;
}

static bool
read_privileges(const struct token *t, struct arena *a, struct privilege_list *out,
		struct err *e)
{
	const struct privilege_limits limits = {
		.bytes = LIMIT_TOKEN_BPP_BYTES,
		.groups = LIMIT_BPP_GROUPS,
		.constraints = LIMIT_TOKEN_BPP_CONSTRAINTS,
	};
	struct err why = ERR_INIT;
	struct str text;
	size_t count;

	*out = (struct privilege_list){0};
	(void)assertion_attribute(t->assertion, ATTR_PRIVILEGES, &count);
	/* [oio-bpp 3.1] left out when there are no privileges */
	if (count == 0)
		return true;
	if (!read_value(t->assertion, ATTR_PRIVILEGES, &text, e))
		return false;
	if (!privilege_read_again(t->lists, text, &limits, a, out, &why))
		return FAIL(e, TOKEN_INVALID, "privileges: %s", why.detail);
	return true;
}

bool
token_read_claims(struct token *t, int min_assurance, struct arena *a, struct err *e)
{
	struct str spec, level;
	int64_t assurance;

	if (!read_value(t->assertion, ATTR_CVR, &t->cvr, e) ||
	    !read_value(t->assertion, ATTR_SPEC_VER, &spec, e) ||
	    !read_value(t->assertion, ATTR_ASSURANCE, &level, e))
		return false;
	if (!str_is_digits(t->cvr, 8))
		return FAIL(e, TOKEN_INVALID, "CVR is not 8 digits");
	if (!str_eq_c(spec, "DK-SAML-2.0"))
		return FAIL(e, TOKEN_INVALID, "unknown SpecVer");
	if (!str_to_i64(level, 1, 4, &assurance) || assurance < min_assurance)
		return FAIL(e, TOKEN_INVALID, "level of assurance too low");
	t->assurance = (int)assurance;
	return read_privileges(t, a, &t->privileges, e);
}

static void
name_token(struct token *t, const struct token_policy *p)
{
	const struct assertion *s = t->assertion;

	t->id = s->id;
	t->subject = s->name_id_value;
	if (s->not_on_or_after < t->ends)
		t->ends = s->not_on_or_after;
	for (size_t i = 0; i < s->restrictions[0].count && !t->audience.ptr; i++)
		if (is_ours(p, s->restrictions[0].audiences[i]))
			t->audience = s->restrictions[0].audiences[i];
}

bool
token_prove(const struct token_policy *p, struct xml_node *node, instant now, struct arena *a,
	    struct token **out, struct err *e)
{
	AUTO(token_freep) struct token *t = ARENA_NEW(a, struct token);
	struct assertion *s;

	if (!assertion_read(node, a, &s, e) || !check_structure(s, e) ||
	    !check_signature(p, s, a, e))
		return false;
	if (!str_eq(s->issuer, p->issuer))
		return FAIL(e, TOKEN_INVALID, "another issuer");
	t->assertion = s;
	t->lists = p->lists;
	if (!check_conditions(p, s, now, e) || !read_holder(p, t, now, e))
		return false;
	name_token(t, p);
	*out = t;
	t = NULL;
	return true;
}

bool
token_verify(const struct token_policy *p, struct xml_node *node, instant now, struct arena *a,
	     struct token **out, struct err *e)
{
	AUTO(token_freep) struct token *t = NULL;

	if (!token_prove(p, node, now, a, &t, e) ||
	    !token_read_claims(t, p->min_assurance, a, e))
		return false;
	*out = t;
	t = NULL;
	return true;
}
