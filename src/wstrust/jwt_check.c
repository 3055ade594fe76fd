/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Verifies access tokens. The key comes from our list and the algorithm from our policy: the
 * token's header only selects, and a header that wants more (crit, an embedded or a remote key
 * to follow) gets nothing. JSON with a name twice is refused: two readers must not see two
 * tokens. No claim is read before the signature holds.
 * Standard: RFC 7515 4.1, 5.2; RFC 7518 3.3, 3.5; RFC 7519 4.1; RFC 8705 3; RFC 8725 3.
 */
#include "wstrust/jwt_check.h"

#include "base/encoding.h"
#include "base/json.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "wstrust/jwt.h"

#define SCOPE_PREFIX STR("urn:dk:gov:saml:cvrNumberIdentifier:")
#define JTI_CHARS 128
/* the end of the year 9999 */
#define LAST_SECOND 253402300799LL

struct parts {
	struct str input; /* header.payload, as signed */
	struct str header, payload, value;
};

static bool
invalid(struct err *e, const char *what)
{
	return FAIL(e, JWT_INVALID, "%s", what);
}

bool
jwt_from_header(struct str authorization, struct str *token, struct err *e)
{
	struct str scheme, rest;

	if (str_is_empty(authorization) ||
	    !str_cut(str_trim(authorization), ' ', &scheme, &rest))
		return FAIL(e, JWT_MISSING, "no Authorization");
	if (!str_eq_nocase(scheme, STR("Holder-of-key")) &&
	    !str_eq_nocase(scheme, STR("Bearer")))
		return FAIL(e, JWT_MISSING, "another scheme");
	*token = str_trim(rest);
	return token->len > 0 || FAIL(e, JWT_MISSING, "no token");
}

/* --- the envelope --- */

static bool
split(struct str compact, struct parts *p, struct err *e)
{
	struct str rest, none;

	if (str_is_empty(compact) || compact.len > LIMIT_JWT_BYTES)
		return invalid(e, "empty, or too long");
	if (!str_cut(compact, '.', &p->header, &rest) ||
	    !str_cut(rest, '.', &p->payload, &p->value) || str_cut(p->value, '.', &none, &rest))
		return invalid(e, "not three parts");
	p->input = str_of(compact.ptr, p->header.len + 1 + p->payload.len);
	return true;
}

static bool
read_object(struct str part, struct arena *a, json_t **out, struct err *e)
{
	struct err why = ERR_INIT;
	struct str json;

	if (!base64url_decode(part, a, &json, &why))
		return invalid(e, "not base64url");
	*out = json_read_object(json);
	return *out || invalid(e, "not one JSON object");
}

/* [rfc8725 3.1] the algorithm is the policy's; "none" and every HMAC are no row of it */
static const struct alg_signature *
algorithm(const struct jwt_policy *p, const json_t *header)
{
	struct str alg = json_get_text(header, "alg");

	if (str_eq_c(alg, "PS256"))
		return alg_signature_ps256();
	return p->rs256_ok && str_eq_c(alg, "RS256") ? alg_signature_for(KEY_RSA) : NULL;
}

static const struct cert *
find_key(const struct jwt_policy *p, struct str kid, struct arena *a)
{
	for (size_t i = 0; i < p->cert_count; i++)
		if (str_eq(jwt_key_id(p->certs[i], a), kid))
			return p->certs[i];
	return NULL;
}

static bool
check_signature(const struct jwt_policy *p, const struct parts *parts, struct arena *a,
		struct err *e)
{
	AUTO(json_decrefp) json_t *header = NULL;
	const struct alg_signature *alg;
	struct err why = ERR_INIT;
	const struct cert *key;
	uint8_t digest[32];
	struct str value;

	if (!read_object(parts->header, a, &header, e))
		return false;
	/* [rfc7515 4.1.11] an extension that is not understood makes it invalid; we know none
	 */
	if (json_object_get(header, "crit"))
		return invalid(e, "critical extensions");
	if (!str_eq_c(json_get_text(header, "typ"), "JWT"))
		return invalid(e, "typ");
	alg = algorithm(p, header);
	if (!alg)
		return invalid(e, "algorithm");
	key = find_key(p, json_get_text(header, "kid"), a);
	if (!key)
		return invalid(e, "unknown kid");
	if (!base64url_decode(parts->value, a, &value, &why))
		return invalid(e, "signature is not base64url");
	digest_sha256(parts->input, digest);
	if (!cert_verify(key, alg, str_of(digest, sizeof(digest)), value, &why))
		return FAIL(e, JWT_INVALID, "signature: %s", err_row(why.code)->name);
	return true;
}

/* --- the claims --- */

static bool
read_time(const json_t *c, const char *name, int64_t *out, struct err *e)
{
	const json_t *v = json_object_get(c, name);

	if (!json_is_integer(v) || json_integer_value(v) < 0 ||
	    json_integer_value(v) > LAST_SECOND)
		return FAIL(e, JWT_INVALID, "%s", name);
	*out = json_integer_value(v);
	return true;
}

static bool
check_time(const json_t *c, instant now, struct jwt *out, struct err *e)
{
	const instant skew = SECONDS(LIMIT_JWT_SKEW_S);
	int64_t issued, from, until;

	if (!read_time(c, "iat", &issued, e) || !read_time(c, "nbf", &from, e) ||
	    !read_time(c, "exp", &until, e))
		return false;
	if (until <= from)
		return invalid(e, "ends before it begins");
	if (now < SECONDS(from) - skew || now < SECONDS(issued) - skew)
		return FAIL(e, JWT_EXPIRED, "not yet valid");
	if (now >= SECONDS(until) + skew)
		return FAIL(e, JWT_EXPIRED, "by %lld s",
			    (long long)(instant_diff_s(now, SECONDS(until))));
	out->ends = SECONDS(until);
	return true;
}

static bool
check_audience(const struct jwt_policy *p, const json_t *c, struct arena *a, struct jwt *out,
	       struct err *e)
{
	struct str aud = json_get_text(c, "aud");

	for (size_t i = 0; i < p->audience_count && !str_is_set(out->audience); i++)
		if (str_eq(aud, p->audiences[i]))
			out->audience = arena_dup(a, p->audiences[i]);
	return str_is_set(out->audience) || FAIL(e, JWT_AUDIENCE, "for another service");
}

/* [rfc8705 3] the certificate of this very connection */
static bool
check_holder(const struct jwt_policy *p, const json_t *c, struct arena *a, struct err *e)
{
	struct str named = json_get_text(json_object_get(c, "cnf"), "x5t#S256"), want;
	struct err why = ERR_INIT;
	uint8_t have[32];

	if (str_is_empty(p->tls_cert))
		return FAIL(e, JWT_HOLDER, "no client certificate");
	if (!base64url_decode(named, a, &want, &why))
		return FAIL(e, JWT_HOLDER, "bound to no certificate");
	digest_sha256(p->tls_cert, have);
	return crypto_equal(want, str_of(have, sizeof(have))) ||
	       FAIL(e, JWT_HOLDER, "bound to another certificate");
}

static bool
read_identity(const struct jwt_policy *p, const json_t *c, struct arena *a, struct jwt *out,
	      struct err *e)
{
	const json_t *act = json_object_get(c, "act"), *acr = json_object_get(c, "acr");
	int64_t level = JWT_LEVEL_OF_SYSTEMS;

	if (!str_eq_c(json_get_text(c, "spec_ver"), "1.0"))
		return invalid(e, "spec_ver");
	out->id = arena_dup(a, json_get_text(c, "jti"));
	out->subject = arena_dup(a, json_get_text(c, "sub"));
	out->cvr = arena_dup(a, json_get_text(c, "cvr"));
	if (str_is_empty(out->id) || out->id.len > JTI_CHARS)
		return invalid(e, "jti");
	if (str_is_empty(out->subject))
		return invalid(e, "sub");
	if (!str_is_digits(out->cvr, 8))
		return invalid(e, "cvr");
	if (act) {
		out->actor = arena_dup(a, json_get_text(act, "sub"));
		if (str_is_empty(out->actor))
			return invalid(e, "act");
	}
	if ((acr && !str_to_i64(json_get_text(c, "acr"), 1, 4, &level)) ||
	    level < p->min_assurance)
		return invalid(e, "level of assurance");
	out->assurance = (int)level;
	return true;
}

/* --- privileges --- */

static bool
read_constraints(const json_t *list, struct arena *a, struct privilege *out, struct err *e)
{
	size_t count = json_array_size(list);
	struct constraint *made;

	if (!json_is_array(list) || count > LIMIT_TOKEN_BPP_CONSTRAINTS)
		return invalid(e, "constraints");
	made = ARENA_NEW_N(a, count + 1, struct constraint);
	for (size_t i = 0; i < count; i++) {
		const json_t *c = json_array_get(list, i);

		made[i] = (struct constraint){.name = arena_dup(a, json_get_text(c, "name")),
					      .value = arena_dup(a, json_get_text(c, "value"))};
		if (str_is_empty(made[i].name) || !str_is_set(made[i].value))
			return invalid(e, "constraint without name or value");
	}
	out->constraints = made;
	out->constraint_count = count;
	return true;
}

/* false in *kept: a scope that is not a CVR, which nobody can judge. */
static bool
read_group(const json_t *o, struct arena *a, struct privilege *out, bool *kept, struct err *e)
{
	struct str scope = json_get_text(o, "scope"), *role = ARENA_NEW(a, struct str);

	*role = arena_dup(a, json_get_text(o, "privilege"));
	if (str_is_empty(*role) || str_is_empty(scope))
		return invalid(e, "group without privilege or scope");
	*kept = str_has_prefix(scope, SCOPE_PREFIX) &&
		str_is_digits(str_skip(scope, SCOPE_PREFIX.len), 8);
	if (!*kept)
		return true;
	out->scope_cvr = arena_dup(a, str_skip(scope, SCOPE_PREFIX.len));
	out->roles = role;
	out->role_count = 1;
	return read_constraints(json_object_get(o, "constraints"), a, out, e);
}

static bool
read_groups(const json_t *list, struct arena *a, struct privilege_list *out, struct err *e)
{
	size_t count = json_array_size(list);
	struct privilege *made;
	bool kept;

	if (!json_is_array(list) || count > LIMIT_BPP_GROUPS)
		return invalid(e, "privilegegroups");
	made = ARENA_NEW_N(a, count + 1, struct privilege);
	out->groups = made;
	for (size_t i = 0; i < count; i++) {
		if (!read_group(json_array_get(list, i), a, &made[out->count], &kept, e))
			return false;
		out->count += kept;
		out->ignored += !kept;
	}
	return true;
}

static bool
read_privileges(const json_t *c, struct arena *a, struct privilege_list *out, struct err *e)
{
	AUTO(json_decrefp) json_t *top = NULL;
	struct err why = ERR_INIT;
	struct str json;

	if (!json_object_get(c, "priv"))
		return true;
	if (!base64_decode(json_get_text(c, "priv"), BASE64_STRICT, a, &json, &why) ||
	    json.len > LIMIT_TOKEN_BPP_BYTES)
		return invalid(e, "priv is not base64 of a bounded size");
	top = json_read_object(json);
	return read_groups(json_object_get(top, "privilegegroups"), a, out, e);
}

bool
jwt_verify(const struct jwt_policy *p, struct str compact, instant now, struct arena *a,
	   struct jwt *out, struct err *e)
{
	AUTO(json_decrefp) json_t *claims = NULL;
	struct jwt t = {.id = STR_NONE};
	struct parts parts;

	if (!split(compact, &parts, e) || !check_signature(p, &parts, a, e) ||
	    !read_object(parts.payload, a, &claims, e))
		return false;
	if (str_is_empty(p->issuer) || !str_eq(json_get_text(claims, "iss"), p->issuer))
		return invalid(e, "another issuer");
	if (!check_audience(p, claims, a, &t, e) || !check_time(claims, now, &t, e) ||
	    !check_holder(p, claims, a, e) || !read_identity(p, claims, a, &t, e) ||
	    !read_privileges(claims, a, &t.privileges, e))
		return false;
	*out = t;
	return true;
}

struct str
jwt_claimed_issuer(struct str compact, struct arena *a)
{
	AUTO(json_decrefp) json_t *claims = NULL;
	struct err none = ERR_INIT;
	struct parts parts;

	if (!split(compact, &parts, &none) || !read_object(parts.payload, a, &claims, &none))
		return STR_NONE;
	return arena_dup(a, json_get_text(claims, "iss"));
}

struct token *
jwt_token(const struct jwt *t, struct arena *a)
{
	struct token *out = ARENA_NEW(a, struct token);

	out->id = t->id;
	out->subject = t->subject;
	out->audience = t->audience;
	out->is_on_behalf = str_is_set(t->actor);
	out->ends = t->ends;
	out->cvr = t->cvr;
	out->assurance = t->assurance;
	out->privileges = t->privileges;
	return out;
}
