/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes JWTs: PS256, bound to the certificate that TLS proved, and nothing else; never
 * unsigned, never encrypted, never without an end. And the JWK set.
 * Standard: RFC 7515 (JWS), 7517 (JWK), 7518 3.5 (PS256), 7519 (JWT), 8705 3 (cnf), 8693 4.1.
 */
#include "wstrust/jwt.h"

#include "base/encoding.h"
#include "base/json.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "crypto/random.h"

#define SCOPE_PREFIX "urn:dk:gov:saml:cvrNumberIdentifier:"

static void
put_number(json_t *o, const char *name, int64_t value)
{
	(void)json_object_set_new(o, name, json_integer(value));
}

static struct str
dump(const json_t *o, size_t cap, struct arena *a,
     struct str (*encode)(struct arena *, struct str), struct err *e)
{
	AUTO(buf_release) struct buf b = BUF_INIT(cap);

	json_add_to(o, &b);
	if (b.over) {
		(void)FAIL(e, STS_CONFIGURATION, "more than %zu bytes", cap);
		return STR_NONE;
	}
	return encode(a, buf_str(&b));
}

struct str
jwt_key_id(const struct cert *c, struct arena *a)
{
	struct err none = ERR_INIT;
	struct str sha1 = STR("");

	BUG_ON(!hex_decode(cert_thumbprint(c), a, &sha1, &none));
	return base64url_encode(a, sha1);
}

/* One element a role; all constraints of the group go with each. */
static void
put_group(json_t *list, const struct privilege *p, struct str role, struct arena *a)
{
	json_t *o = json_object(), *constraints = json_array();

	json_put_text(o, "privilege", role);
	json_put_text(o, "scope", arena_printf(a, SCOPE_PREFIX STR_FMT, STR_ARG(p->scope_cvr)));
	for (size_t i = 0; i < p->constraint_count; i++) {
		json_t *c = json_object();

		json_put_text(c, "name", p->constraints[i].name);
		json_put_text(c, "value", p->constraints[i].value);
		(void)json_array_append_new(constraints, c);
	}
	(void)json_object_set_new(o, "constraints", constraints);
	(void)json_array_append_new(list, o);
}

/* base64 of JSON; absent when there are none. */
static bool
privileges(const struct jwt_order *o, struct arena *a, struct str *out, struct err *e)
{
	AUTO(json_decrefp) json_t *top = json_object();
	json_t *list = json_array();

	*out = STR_NONE;
	(void)json_object_set_new(top, "privilegegroups", list);
	if (o->privilege_count == 0)
		return true;
	for (size_t i = 0; i < o->privilege_count; i++)
		for (size_t r = 0; r < o->privileges[i].role_count; r++)
			put_group(list, &o->privileges[i], o->privileges[i].roles[r], a);
	*out = dump(top, LIMIT_TOKEN_BPP_BYTES, a, base64_encode, e);
	return str_is_set(*out);
}

static json_t *
header(const struct jwt_order *o, struct arena *a)
{
	struct str kid = jwt_key_id(signer_cert(o->signer), a);
	json_t *h = json_object();

	json_put_text(h, "alg", STR("PS256"));
	json_put_text(h, "kid", kid);
	json_put_text(h, "x5t", kid);
	json_put_text(h, "typ", STR("JWT"));
	return h;
}

static json_t *
claims(const struct jwt_order *o, struct str priv, struct jwt_issued *out, struct arena *a)
{
	int64_t from = o->from / SECONDS(1), until = o->until / SECONDS(1);
	json_t *c = json_object(), *cnf = json_object(), *act;

	out->life_s = until - from;
	json_put_text(c, "iss", o->issuer);
	json_put_text(c, "sub", o->subject);
	json_put_text(c, "aud", o->audience);
	json_put_text(c, "cvr", o->cvr);
	json_put_text(c, "spec_ver", STR("1.0"));
	json_put_text(c, "jti", out->id);
	put_number(c, "iat", from);
	put_number(c, "nbf", from);
	put_number(c, "exp", until);
	/* [rfc8705 3.1] the SHA-256 of the certificate in DER */
	json_put_text(cnf, "x5t#S256", base64url_encode(a, cert_sha256(o->holder)));
	(void)json_object_set_new(c, "cnf", cnf);
	if (o->assurance != JWT_LEVEL_OF_SYSTEMS)
		json_put_text(c, "acr", arena_printf(a, "%d", o->assurance));
	if (str_is_set(o->actor)) {
		act = json_object();
		json_put_text(act, "sub", o->actor);
		(void)json_object_set_new(c, "act", act);
	}
	json_put_text(c, "priv", priv);
	return c;
}

static bool
sign(const struct jwt_order *o, struct str input, struct arena *a, struct str *out,
     struct err *e)
{
	uint8_t digest[32], value[SIGNATURE_MAX_BYTES];
	size_t len = 0;

	digest_sha256(input, digest);
	if (!signer_sign(o->signer, alg_signature_ps256(), str_of(digest, sizeof(digest)),
			 value, &len, e))
		return false;
	*out = base64url_encode(a, str_of(value, len));
	return true;
}

bool
jwt_write(const struct jwt_order *o, struct arena *a, struct jwt_issued *out, struct err *e)
{
	AUTO(json_decrefp) json_t *h = NULL;
	AUTO(json_decrefp) json_t *c = NULL;
	struct str priv, head, body, input, value;

	if (cert_key_kind(signer_cert(o->signer)) != KEY_RSA)
		return FAIL(e, STS_CONFIGURATION, "PS256 needs an RSA key");
	if (!privileges(o, a, &priv, e))
		return false;
	out->id = random_id(a, "");
	h = header(o, a);
	c = claims(o, priv, out, a);
	head = dump(h, LIMIT_JWT_BYTES / 2, a, base64url_encode, e);
	body = dump(c, LIMIT_JWT_BYTES / 2, a, base64url_encode, e);
	if (!str_is_set(head) || !str_is_set(body))
		return false;
	input = arena_printf(a, STR_FMT "." STR_FMT, STR_ARG(head), STR_ARG(body));
	if (!sign(o, input, a, &value, e))
		return false;
	out->text = arena_printf(a, STR_FMT "." STR_FMT, STR_ARG(input), STR_ARG(value));
	return true;
}

static json_t *
key(const struct cert *c, struct arena *a)
{
	struct str kid = jwt_key_id(c, a), n, e, der = cert_base64(c);
	json_t *o, *chain;

	if (!cert_rsa_numbers(c, a, &n, &e))
		return NULL;
	o = json_object();
	chain = json_array();
	json_put_text(o, "kty", STR("RSA"));
	json_put_text(o, "use", STR("sig"));
	json_put_text(o, "kid", kid);
	json_put_text(o, "x5t", kid);
	json_put_text(o, "n", base64url_encode(a, n));
	json_put_text(o, "e", base64url_encode(a, e));
	(void)json_array_append_new(chain, json_stringn(der.ptr, der.len));
	(void)json_object_set_new(o, "x5c", chain);
	return o;
}

void
jwks_write(struct cert *const *certs, size_t count, struct arena *a, struct buf *out)
{
	AUTO(json_decrefp) json_t *top = json_object();
	json_t *list = json_array(), *one;

	(void)json_object_set_new(top, "keys", list);
	for (size_t i = 0; i < count; i++) {
		one = key(certs[i], a);
		if (one)
			(void)json_array_append_new(list, one);
	}
	json_add_to(top, out);
}
