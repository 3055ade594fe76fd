/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Access tokens. An input that begins with '{' is taken for claims and signed honestly, so that
 * what reads them is reached; any other is a token in compact form, which nobody signed and
 * which must be refused.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/encoding.h"
#include "tests/unit/jwt_forge.h"
#include "tests/unit/pki.h"
#include "wstrust/jwt.h"
#include "wstrust/jwt_check.h"

#define NOW SECONDS(1800000000LL)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_taken(const struct jwt *t)
{
	BUG_ON(str_is_empty(t->id) || str_is_empty(t->subject) || !str_is_digits(t->cvr, 8));
	BUG_ON(!str_eq_c(t->audience, "urn:service") || t->assurance < 1 || t->assurance > 4);
	BUG_ON(t->ends + SECONDS(60) <= NOW);
	for (size_t i = 0; i < t->privileges.count; i++) {
		const struct privilege *p = &t->privileges.groups[i];

		BUG_ON(!str_is_digits(p->scope_cvr, 8) || p->role_count != 1);
		BUG_ON(str_is_empty(p->roles[0]));
		for (size_t j = 0; j < p->constraint_count; j++)
			BUG_ON(str_is_empty(p->constraints[j].name) ||
			       !str_is_set(p->constraints[j].value));
	}
}

/* "@cnf" in the claims stands for the right binding, which depends on the test PKI. */
static struct str
bind(struct str claims, const struct cert *to, struct arena *a)
{
	struct str value = base64url_encode(a, cert_sha256(to));
	AUTO(buf_release) struct buf b = BUF_INIT(1u << 22);
	size_t at;

	if (!str_find(claims, STR("@cnf"), &at))
		return claims;
	buf_add(&b, str_of(claims.ptr, at));
	buf_add(&b, value);
	buf_add(&b, str_skip(claims, at + 4));
	return arena_dup(a, buf_str(&b));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct str audience = STR_INIT("urn:service");
	static struct signer *sts;
	AUTO(arena_freep) struct arena *a = arena_new();
	struct str text = str_of(data, size), header;
	struct cert *key;
	struct jwt_policy p = {.issuer = STR("urn:issuer"),
			       .certs = &key,
			       .cert_count = 1,
			       .audiences = &audience,
			       .audience_count = 1};
	bool is_signed = str_has_prefix(text, STR("{"));
	struct err e = ERR_INIT;
	struct jwt t;

	if (!sts)
		sts = pki_signer("platform/adgangsstyring");
	key = (struct cert *)(uintptr_t)signer_cert(sts);
	p.tls_cert = cert_der(key);
	if (is_signed) {
		header = arena_printf(
			a, "{\"alg\":\"PS256\",\"kid\":\"" STR_FMT "\",\"typ\":\"JWT\"}",
			STR_ARG(jwt_key_id(key, a)));
		text = jwt_forge(header, bind(text, key, a), sts, alg_signature_ps256(), a);
	}
	(void)jwt_claimed_issuer(text, a);
	if (!jwt_verify(&p, text, NOW, a, &t, &e)) {
		BUG_ON(e.code != JWT_INVALID && e.code != JWT_EXPIRED &&
		       e.code != JWT_AUDIENCE && e.code != JWT_HOLDER);
		return 0;
	}
	BUG_ON(!is_signed);
	check_taken(&t);
	return 0;
}
