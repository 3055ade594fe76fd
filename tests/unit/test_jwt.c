/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JWTs as they are written, claim by claim; each check of an access token failing alone with
 * its accepting twin; the attacks of RFC 8725 (another algorithm, none, another key, crit,
 * names twice); and the key set.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/encoding.h"
#include "base/limits.h"
#include "tests/unit/jwt_forge.h"
#include "tests/unit/mutate.h"
#include "tests/unit/pki.h"
#include "wstrust/jwt.h"
#include "wstrust/jwt_check.h"

#define ISSUER "https://sts.example/runtime/"
#define AUDIENCE "http://t.example/service/organisation/3"
#define ROLE "http://t.example/roles/servicesystemrole/udstil/1"
#define KLE "http://t.example/constraints/KLE/1"

static struct arena *a;
static struct signer *sts, *next, *ec;
static struct cert *holder, *other;
static instant now;

static const struct str role = STR_INIT(ROLE);
static const struct constraint limits[] = {{STR_INIT(KLE), STR_INIT("27.*")},
					   {STR_INIT(KLE), STR_INIT("")}};
static const struct privilege privilege = {
	.scope_cvr = STR_INIT("22222222"),
	.roles = &role,
	.role_count = 1,
	.constraints = limits,
	.constraint_count = 2,
};

static struct jwt_order
order(void)
{
	return (struct jwt_order){
		.issuer = STR(ISSUER),
		.subject = STR(AUDIENCE),
		.audience = STR(AUDIENCE),
		.cvr = STR("11111111"),
		.assurance = 3,
		.holder = holder,
		.privileges = &privilege,
		.privilege_count = 1,
		.from = now + MS(700),
		.until = now + MS(700) + SECONDS(28800),
		.signer = sts,
	};
}

static struct str
write(const struct jwt_order *o)
{
	struct jwt_issued t;
	struct err e = ERR_INIT;

	if (!jwt_write(o, a, &t, &e))
		fail_msg("%s: %s", err_row(e.code)->name, e.detail);
	return t.text;
}

static struct jwt_policy
policy(void)
{
	static struct cert *keys[2];
	static const struct str audiences[] = {STR_INIT("urn:another name"),
					       STR_INIT(AUDIENCE)};

	keys[0] = (struct cert *)(uintptr_t)signer_cert(next);
	keys[1] = (struct cert *)(uintptr_t)signer_cert(sts);
	return (struct jwt_policy){
		.issuer = STR(ISSUER),
		.certs = keys,
		.cert_count = 2,
		.audiences = audiences,
		.audience_count = ARRAY_LEN(audiences),
		.tls_cert = cert_der(holder),
	};
}

static bool
verify(const struct jwt_policy *p, struct str text, instant at, struct jwt *out, struct err *e)
{
	return jwt_verify(p, text, at, a, out, e);
}

static void
judge(const char *name, const struct jwt_policy *p, struct str text, instant at,
      enum err_code want)
{
	struct jwt t = {.id = STR_NONE};
	struct err e = ERR_INIT;
	bool ok = verify(p, text, at, &t, &e);

	if (ok != (want == ERR_NONE) || e.code != want)
		fail_msg("%s: %s (%s)", name, ok ? "accepted" : err_row(e.code)->name,
			 e.detail);
	if (!ok && str_is_set(t.id))
		fail_msg("%s: something came out", name);
}

/* --- written --- */

static void
as_the_contract_has_it(void **state)
{
	struct jwt_order o = order();
	struct jwt_issued t;
	struct str kid = jwt_key_id(signer_cert(sts), a), claims, want, priv;
	struct err e = ERR_INIT;
	int64_t iat = now / SECONDS(1);

	(void)state;
	assert_true(jwt_write(&o, a, &t, &e));
	assert_int_equal(t.life_s, 28800);
	assert_true(str_eq(jwt_part(t.text, 0, a),
			   arena_printf(a,
					"{\"alg\":\"PS256\",\"kid\":\"" STR_FMT
					"\",\"x5t\":\"" STR_FMT "\",\"typ\":\"JWT\"}",
					STR_ARG(kid), STR_ARG(kid))));
	claims = jwt_part(t.text, 1, a);
	priv = between(claims, "\"priv\":\"", "\"");
	want = arena_printf(
		a,
		"{\"iss\":\"" ISSUER "\",\"sub\":\"" AUDIENCE "\",\"aud\":\"" AUDIENCE
		"\",\"cvr\":\"11111111\",\"spec_ver\":\"1.0\",\"jti\":\"" STR_FMT
		"\",\"iat\":%lld,\"nbf\":%lld,\"exp\":%lld,\"cnf\":{\"x5t#S256\":\"" STR_FMT
		"\"},\"priv\":\"" STR_FMT "\"}",
		STR_ARG(t.id), (long long)iat, (long long)iat, (long long)iat + 28800,
		STR_ARG(base64url_encode(a, cert_sha256(holder))), STR_ARG(priv));
	if (!str_eq(claims, want))
		fail_msg("%.*s\n%.*s", STR_ARG(claims), STR_ARG(want));
	assert_true(base64_decode(priv, BASE64_STRICT, a, &priv, &e));
	assert_true(str_eq_c(
		priv, "{\"privilegegroups\":[{\"privilege\":\"" ROLE
		      "\",\"scope\":\"urn:dk:gov:saml:cvrNumberIdentifier:22222222\","
		      "\"constraints\":[{\"name\":\"" KLE
		      "\",\"value\":\"27.*\"},{\"name\":\"" KLE "\",\"value\":\"\"}]}]}"));
}

static void
what_comes_back(void **state)
{
	struct jwt_order o = order();
	struct jwt_policy p = policy();
	struct err e = ERR_INIT;
	struct token *token;
	struct jwt t;

	(void)state;
	o.actor = STR("CN=Æble");
	o.subject = STR("C=DK, O=\"Quoted\\\"");
	o.assurance = 4;
	assert_true(verify(&p, write(&o), now, &t, &e));
	assert_true(str_eq(t.subject, o.subject) && str_eq(t.actor, o.actor));
	assert_true(str_eq_c(t.audience, AUDIENCE) && str_eq_c(t.cvr, "11111111"));
	assert_int_equal(t.assurance, 4);
	assert_int_equal(t.ends, now / SECONDS(1) * SECONDS(1) + SECONDS(28800));
	assert_int_equal(t.privileges.count, 1);
	assert_true(str_eq_c(t.privileges.groups[0].scope_cvr, "22222222"));
	assert_int_equal(t.privileges.groups[0].constraint_count, 2);
	assert_true(str_eq_c(t.privileges.groups[0].constraints[0].value, "27.*"));
	token = jwt_token(&t, a);
	assert_true(token->is_on_behalf && str_eq(token->subject, t.subject));
	assert_true(str_eq(token->id, t.id) && str_eq(token->cvr, t.cvr));
	assert_true(str_eq(token->audience, t.audience) && token->ends == t.ends);
	assert_int_equal(token->privileges.count, 1);
	assert_int_equal(token->assurance, 4);

	o = order();
	o.privilege_count = 0;
	assert_true(verify(&p, write(&o), now, &t, &e));
	assert_int_equal(t.privileges.count, 0);
	assert_int_equal(t.assurance, 3);
	assert_false(str_is_set(t.actor));
	assert_false(jwt_token(&t, a)->is_on_behalf);
}

static void
what_cannot_be_written(void **state)
{
	struct jwt_order o = order();
	struct privilege *many = ARENA_NEW_N(a, 1000, struct privilege);
	struct jwt_issued t;
	struct err e = ERR_INIT;

	(void)state;
	o.signer = ec;
	assert_false(jwt_write(&o, a, &t, &e));
	assert_int_equal(e.code, STS_CONFIGURATION);
	err_clear(&e);
	for (int i = 0; i < 1000; i++)
		many[i] = privilege;
	o = order();
	o.privileges = many;
	o.privilege_count = 1000;
	assert_false(jwt_write(&o, a, &t, &e));
	assert_int_equal(e.code, STS_CONFIGURATION);
}

/* --- checks --- */

struct forgery {
	const char *name;
	const char *find, *with;   /* in the claims */
	const char *hfind, *hwith; /* in the header */
	enum err_code want;
};

static const struct forgery forgeries[] = {
	{"as it is", NULL, NULL, NULL, NULL, ERR_NONE},
	{"a claim more", "\"cvr\"", "\"x\":1,\"cvr\"", NULL, NULL, ERR_NONE},
	{"a header more", NULL, NULL, "\"typ\"", "\"jku\":\"https://x\",\"typ\"", ERR_NONE},

	{"crit", NULL, NULL, "\"typ\"", "\"crit\":[\"exp\"],\"typ\"", JWT_INVALID},
	{"crit of nothing", NULL, NULL, "\"typ\"", "\"crit\":null,\"typ\"", JWT_INVALID},
	{"alg twice", NULL, NULL, "\"typ\"", "\"alg\":\"PS256\",\"typ\"", JWT_INVALID},
	{"no alg", NULL, NULL, "\"alg\":\"PS256\",", "", JWT_INVALID},
	{"alg in another case", NULL, NULL, "PS256", "ps256", JWT_INVALID},
	{"alg is a list", NULL, NULL, "\"PS256\"", "[\"PS256\"]", JWT_INVALID},
	{"PS384", NULL, NULL, "PS256", "PS384", JWT_INVALID},
	{"ES256", NULL, NULL, "PS256", "ES256", JWT_INVALID},
	{"no typ", NULL, NULL, ",\"typ\":\"JWT\"", "", JWT_INVALID},
	{"another typ", NULL, NULL, "\"JWT\"", "\"at+jwt\"", JWT_INVALID},
	{"no kid", NULL, NULL, "\"kid\"", "\"kit\"", JWT_INVALID},
	{"empty kid", NULL, NULL, "\"kid\":\"", "\"kid\":\"\",\"k\":\"", JWT_INVALID},

	{"no iss", "\"iss\"", "\"isx\"", NULL, NULL, JWT_INVALID},
	{"iss without the slash", "runtime/\"", "runtime\"", NULL, NULL, JWT_INVALID},
	{"iss twice", "\"cvr\"", "\"iss\":\"" ISSUER "\",\"cvr\"", NULL, NULL, JWT_INVALID},
	{"no sub", "\"sub\"", "\"sux\"", NULL, NULL, JWT_INVALID},
	{"no aud", "\"aud\"", "\"aux\"", NULL, NULL, JWT_AUDIENCE},
	{"aud a list", "\"aud\":\"" AUDIENCE "\"", "\"aud\":[\"" AUDIENCE "\",\"urn:x\"]", NULL,
	 NULL, JWT_AUDIENCE},
	{"another aud", "\"aud\":\"http", "\"aud\":\"https", NULL, NULL, JWT_AUDIENCE},
	{"no cvr", "\"cvr\"", "\"cvx\"", NULL, NULL, JWT_INVALID},
	{"cvr of seven digits", "\"11111111\"", "\"1111111\"", NULL, NULL, JWT_INVALID},
	{"cvr a number", "\"11111111\"", "11111111", NULL, NULL, JWT_INVALID},
	{"another spec_ver", "\"spec_ver\":\"1.0\"", "\"spec_ver\":\"2.0\"", NULL, NULL,
	 JWT_INVALID},
	{"no spec_ver", "\"spec_ver\"", "\"spec\"", NULL, NULL, JWT_INVALID},
	{"no jti", "\"jti\"", "\"jtx\"", NULL, NULL, JWT_INVALID},
	{"no iat", "\"iat\"", "\"iax\"", NULL, NULL, JWT_INVALID},
	{"no nbf", "\"nbf\"", "\"nbx\"", NULL, NULL, JWT_INVALID},
	{"no exp", "\"exp\"", "\"exx\"", NULL, NULL, JWT_INVALID},
	{"exp a text", "\"exp\":", "\"exp\":\"9\",\"e\":", NULL, NULL, JWT_INVALID},
	{"exp a fraction", "\"exp\":", "\"exp\":9e9,\"e\":", NULL, NULL, JWT_INVALID},
	{"exp without end", "\"exp\":", "\"exp\":9223372036854775807,\"e\":", NULL, NULL,
	 JWT_INVALID},
	{"exp before the age", "\"exp\":", "\"exp\":-1,\"e\":", NULL, NULL, JWT_INVALID},
	{"ends before it begins", "\"exp\":", "\"exp\":1,\"e\":", NULL, NULL, JWT_INVALID},
	{"no cnf", "\"cnf\"", "\"cnx\"", NULL, NULL, JWT_HOLDER},
	{"cnf by another member", "x5t#S256", "jkt", NULL, NULL, JWT_HOLDER},
	{"cnf empty", "x5t#S256\":\"", "x5t#S256\":\"\",\"x\":\"", NULL, NULL, JWT_HOLDER},
	{"cnf padded", "\"},\"priv\"", "=\"},\"priv\"", NULL, NULL, JWT_HOLDER},
	{"act without sub", "\"cvr\"", "\"act\":{},\"cvr\"", NULL, NULL, JWT_INVALID},
	{"acr out of range", "\"cvr\"", "\"acr\":\"5\",\"cvr\"", NULL, NULL, JWT_INVALID},
	{"acr a number", "\"cvr\"", "\"acr\":4,\"cvr\"", NULL, NULL, JWT_INVALID},
	{"priv no base64", "\"priv\":\"", "\"priv\":\"?", NULL, NULL, JWT_INVALID},
	{"priv a number", "\"priv\":\"", "\"priv\":1,\"p\":\"", NULL, NULL, JWT_INVALID},
	{"priv no JSON", "\"priv\":\"", "\"priv\":\"AAAA\",\"p\":\"", NULL, NULL, JWT_INVALID},
	{"not an object", "{\"iss\"", "[{\"iss\"", NULL, NULL, JWT_INVALID},
};

static struct str
forge(const struct forgery *f, const struct signer *by, const struct alg_signature *alg)
{
	struct jwt_order o = order();
	struct str text = write(&o), head = jwt_part(text, 0, a), body = jwt_part(text, 1, a);

	if (f->find)
		body = mutate(a, body, f->find, f->with);
	if (f->hfind)
		head = mutate(a, head, f->hfind, f->hwith);
	return jwt_forge(head, body, by, alg, a);
}

static void
each_check_alone(void **state)
{
	struct jwt_policy p = policy();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(forgeries); i++)
		judge(forgeries[i].name, &p, forge(&forgeries[i], sts, alg_signature_ps256()),
		      now, forgeries[i].want);
}

/* Privileges that are not what they should be; wrapped into the token like honest ones. */
static void
privileges_read(void **state)
{
	static const struct {
		const char *json;
		enum err_code want;
		size_t count, ignored;
	} cases[] = {
		{"{\"privilegegroups\":[]}", ERR_NONE, 0, 0},
		{"{}", JWT_INVALID, 0, 0},
		{"{\"privilegegroups\":{}}", JWT_INVALID, 0, 0},
		{"{\"privilegegroups\":[1]}", JWT_INVALID, 0, 0},
		{"{\"privilegegroups\":[],\"privilegegroups\":[]}", JWT_INVALID, 0, 0},
		{"{\"privilegegroups\":[{\"privilege\":\"r\",\"scope\":"
		 "\"urn:dk:gov:saml:cvrNumberIdentifier:11111111\",\"constraints\":[]}]}",
		 ERR_NONE, 1, 0},
		{"{\"privilegegroups\":[{\"privilege\":\"r\",\"scope\":"
		 "\"urn:dk:gov:saml:cprNumberIdentifier:1\",\"constraints\":[]}]}",
		 ERR_NONE, 0, 1},
		{"{\"privilegegroups\":[{\"privilege\":\"r\",\"scope\":"
		 "\"urn:dk:gov:saml:cvrNumberIdentifier:11111111\"}]}",
		 JWT_INVALID, 0, 0},
		{"{\"privilegegroups\":[{\"privilege\":\"r\",\"scope\":"
		 "\"urn:dk:gov:saml:cvrNumberIdentifier:11111111\",\"constraints\":[{\"name\":"
		 "\"n\"}]}]}",
		 JWT_INVALID, 0, 0},
		{"{\"privilegegroups\":[{\"scope\":"
		 "\"urn:dk:gov:saml:cvrNumberIdentifier:11111111\",\"constraints\":[]}]}",
		 JWT_INVALID, 0, 0},
	};
	struct jwt_policy p = policy();
	struct jwt_order o = order();
	struct str text = write(&o), body = jwt_part(text, 1, a), head = jwt_part(text, 0, a);
	char *old = arena_dup_c(a, between(body, "\"priv\":\"", "\""));

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str priv = base64_encode(a, str_from(cases[i].json));
		struct err e = ERR_INIT;
		struct jwt t;

		text = jwt_forge(head, mutate(a, body, old, arena_dup_c(a, priv)), sts,
				 alg_signature_ps256(), a);
		judge(cases[i].json, &p, text, now, cases[i].want);
		if (cases[i].want != ERR_NONE)
			continue;
		assert_true(verify(&p, text, now, &t, &e));
		assert_int_equal(t.privileges.count, cases[i].count);
		assert_int_equal(t.privileges.ignored, cases[i].ignored);
	}
}

/* [rfc8725 2.1, 3.1] whoever chooses the algorithm or the key has not chosen it for us */
static void
keys_and_algorithms(void **state)
{
	static const struct forgery as_is = {.name = "as it is"},
				    none = {.hfind = "PS256", .hwith = "none"},
				    hmac = {.hfind = "PS256", .hwith = "HS256"},
				    rs256 = {.hfind = "PS256", .hwith = "RS256"};
	const struct alg_signature *pss = alg_signature_ps256();
	const struct alg_signature *pkcs1 = alg_signature_for(KEY_RSA);
	struct jwt_policy p = policy(), lax = policy(), nobody = policy();
	struct jwt_order o = order();
	struct forgery other_kid = {.hfind = "\"kid\":\"", .hwith = NULL};

	(void)state;
	lax.rs256_ok = true;
	nobody.cert_count = 0;
	judge("none, unsigned", &p, forge(&none, sts, NULL), now, JWT_INVALID);
	judge("none, unsigned, lax", &lax, forge(&none, sts, NULL), now, JWT_INVALID);
	judge("PS256, unsigned", &p, forge(&as_is, sts, NULL), now, JWT_INVALID);
	judge("HS256", &lax, forge(&hmac, sts, pss), now, JWT_INVALID);
	judge("RS256", &p, forge(&rs256, sts, pkcs1), now, JWT_INVALID);
	judge("RS256, allowed", &lax, forge(&rs256, sts, pkcs1), now, ERR_NONE);
	judge("RS256 named, PS256 made", &lax, forge(&rs256, sts, pss), now, JWT_INVALID);
	judge("PS256 named, RS256 made", &lax, forge(&as_is, sts, pkcs1), now, JWT_INVALID);
	judge("by another key", &p, forge(&as_is, next, pss), now, JWT_INVALID);
	judge("no key is trusted", &nobody, write(&o), now, JWT_INVALID);
	/* the kid of a trusted key, signed with another trusted one */
	other_kid.hfind =
		arena_dup_c(a, arena_printf(a, "\"kid\":\"" STR_FMT,
					    STR_ARG(jwt_key_id(signer_cert(sts), a))));
	other_kid.hwith =
		arena_dup_c(a, arena_printf(a, "\"kid\":\"" STR_FMT,
					    STR_ARG(jwt_key_id(signer_cert(next), a))));
	judge("kid of another", &p, forge(&other_kid, sts, pss), now, JWT_INVALID);
	judge("kid of the signer", &p, forge(&other_kid, next, pss), now, ERR_NONE);
}

static void
compact_form(void **state)
{
	struct jwt_policy p = policy();
	struct jwt_order o = order();
	struct str text = write(&o);
	char *bytes = arena_dup_c(a, text);
	struct buf big = BUF_INIT(1u << 20);

	(void)state;
	judge("absent", &p, STR_NONE, now, JWT_INVALID);
	judge("empty", &p, STR(""), now, JWT_INVALID);
	judge("dots", &p, STR(".."), now, JWT_INVALID);
	judge("two parts", &p, STR("e30.e30"), now, JWT_INVALID);
	judge("four parts", &p, arena_printf(a, STR_FMT ".e30", STR_ARG(text)), now,
	      JWT_INVALID);
	judge("a blank before it", &p, arena_printf(a, " " STR_FMT, STR_ARG(text)), now,
	      JWT_INVALID);
	judge("padded", &p, arena_printf(a, STR_FMT "==", STR_ARG(text)), now, JWT_INVALID);
	for (size_t i = 0; i < text.len; i += 7) {
		char was = bytes[i];

		bytes[i] = was == 'A' ? 'B' : 'A';
		judge("one character", &p, str_of(bytes, text.len), now, JWT_INVALID);
		bytes[i] = was;
	}
	for (size_t i = 0; i <= LIMIT_JWT_BYTES; i++)
		buf_add_char(&big, 'A');
	judge("too long", &p, buf_str(&big), now, JWT_INVALID);
	buf_release(&big);
	judge("and as it is", &p, str_of(bytes, text.len), now, ERR_NONE);
}

static void
time_and_holder(void **state)
{
	struct jwt_policy p = policy(), none = policy(), another = policy(), high = policy();
	struct jwt_order o = order();
	struct str text = write(&o);
	instant begin = now / SECONDS(1) * SECONDS(1), end = begin + SECONDS(28800);

	(void)state;
	judge("a minute early", &p, text, begin - SECONDS(60), ERR_NONE);
	judge("earlier", &p, text, begin - SECONDS(60) - 1, JWT_EXPIRED);
	judge("nearly a minute late", &p, text, end + SECONDS(60) - 1, ERR_NONE);
	judge("a minute late", &p, text, end + SECONDS(60), JWT_EXPIRED);
	none.tls_cert = STR_NONE;
	judge("no client certificate", &none, text, now, JWT_HOLDER);
	another.tls_cert = cert_der(other);
	judge("another client certificate", &another, text, now, JWT_HOLDER);
	high.min_assurance = 4;
	judge("level too low", &high, text, now, JWT_INVALID);
	p.issuer = STR_NONE;
	judge("no issuer is configured", &p, text, now, JWT_INVALID);
	p = policy();
	p.audience_count = 0;
	judge("no audience is ours", &p, text, now, JWT_AUDIENCE);
	assert_true(str_eq_c(jwt_claimed_issuer(text, a), ISSUER));
	assert_false(str_is_set(jwt_claimed_issuer(STR("a.b.c"), a)));
}

static void
authorization(void **state)
{
	static const struct {
		const char *header, *want; /* NULL: refused */
	} cases[] = {
		{"Holder-of-key abc", "abc"},
		{"holder-of-KEY   abc", "abc"},
		{"Bearer abc", "abc"},
		{"bearer abc ", "abc"},
		{"Basic abc", NULL},
		{"DPoP abc", NULL},
		{"Bearer", NULL},
		{"Bearer ", NULL},
		{"", NULL},
		{NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = ERR_INIT;
		struct str token = STR_NONE;
		bool ok = jwt_from_header(str_from(cases[i].header), &token, &e);

		if (ok != (cases[i].want != NULL) || (ok && !str_eq_c(token, cases[i].want)))
			fail_msg("%s", cases[i].header);
		if (!ok)
			assert_int_equal(e.code, JWT_MISSING);
	}
}

static void
key_set(void **state)
{
	struct cert *keys[] = {(struct cert *)(uintptr_t)signer_cert(sts),
			       (struct cert *)(uintptr_t)signer_cert(ec),
			       (struct cert *)(uintptr_t)signer_cert(next)};
	struct buf b = BUF_INIT(1u << 20);
	struct str n, e, modulus, exponent, text;
	struct err err = ERR_INIT;
	size_t at;

	(void)state;
	jwks_write(keys, 3, a, &b);
	text = buf_str(&b);
	assert_true(str_has_prefix(text, STR("{\"keys\":[{\"kty\":\"RSA\",\"use\":\"sig\",")));
	assert_true(str_find(text, jwt_key_id(keys[0], a), &at));
	assert_true(str_find(text, jwt_key_id(keys[2], a), &at));
	assert_false(str_find(text, jwt_key_id(keys[1], a), &at));
	assert_true(str_find(text, cert_base64(keys[0]), &at));
	n = between(text, "\"n\":\"", "\"");
	e = between(text, "\"e\":\"", "\"");
	assert_true(str_eq_c(e, "AQAB"));
	assert_true(base64url_decode(n, a, &modulus, &err));
	assert_true(base64url_decode(e, a, &exponent, &err));
	assert_true(cert_has_key(keys[0], modulus, exponent));
	assert_true((modulus.ptr[0] & 0x80) != 0);
	buf_release(&b);
}

static void
url_alphabet(void **state)
{
	static const struct {
		const char *text, *bytes; /* NULL: refused */
	} cases[] = {
		{"", ""},        {"YQ", "a"},         {"YWI", "ab"},
		{"YWJj", "abc"}, {"_-8", "\xff\xef"}, {"YQ==", NULL},
		{"YR", NULL},    {"Y", NULL},         {"/+8", NULL},
		{"YW J", NULL},  {"YW\n", NULL},      {"YWJjY", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = ERR_INIT;
		struct str out;
		bool ok = base64url_decode(str_from(cases[i].text), a, &out, &e);

		if (ok != (cases[i].bytes != NULL) || (ok && !str_eq_c(out, cases[i].bytes)))
			fail_msg("%s", cases[i].text);
		if (ok)
			assert_true(str_eq_c(base64url_encode(a, out), cases[i].text));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_the_contract_has_it), cmocka_unit_test(what_comes_back),
		cmocka_unit_test(what_cannot_be_written), cmocka_unit_test(each_check_alone),
		cmocka_unit_test(privileges_read),        cmocka_unit_test(keys_and_algorithms),
		cmocka_unit_test(compact_form),           cmocka_unit_test(time_and_holder),
		cmocka_unit_test(authorization),          cmocka_unit_test(key_set),
		cmocka_unit_test(url_alphabet),
	};
	int failed;

	a = arena_new();
	sts = pki_signer("platform/adgangsstyring");
	next = pki_signer("platform/organisation");
	ec = pki_signer("odd/ec256");
	holder = pki_cert("systems/KY");
	other = pki_cert("systems/KSD");
	now = pki_now() / SECONDS(1) * SECONDS(1);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	signer_free(sts);
	signer_free(next);
	signer_free(ec);
	cert_free(holder);
	cert_free(other);
	arena_free(a);
	return failed;
}
