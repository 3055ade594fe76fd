/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whose key was it? A message whose signature does not fit the holder of its token is refused
 * either way; this tells a token in the wrong hands from a damaged message, for the fault and
 * for the log. It looks only at keys at hand and at no more than LIMIT_DIAGNOSIS_KEYS of them,
 * so that a refusal stays cheaper than an acceptance. It never accepts anything.
 * Source: token-service contract 4.3, 5.5 (16).
 */
#include "wstrust/internal.h"

#include "base/limits.h"

struct suspects {
	const struct sign_question *asked;
	struct arena *a;
	unsigned tried;
};

static bool
is_key(struct suspects *s, const struct cert *c)
{
	struct sign_question q = *s->asked;
	struct sign_answer answer;
	struct err why = ERR_INIT;

	if (cert_eq(c, s->asked->key) || s->tried == LIMIT_DIAGNOSIS_KEYS)
		return false;
	s->tried++;
	q.key = c;
	return sign_verify(&q, s->a, &answer, &why) ||
	       (why.code != SIGNATURE_WRONG && why.code != ALGORITHM_REFUSED &&
		why.code != CERT_WEAK_KEY);
}

static bool
is_key_der(struct suspects *s, const struct trust_snapshot *known, struct str der)
{
	AUTO(cert_freep) struct cert *c = NULL;
	struct err why = ERR_INIT;

	return str_is_set(der) && known_cert(known, der, &c, &why) && is_key(s, c);
}

static bool
is_key_of_system(struct suspects *s, const struct trust_system *system)
{
	for (size_t i = 0; i < system->cert_count; i++)
		if (is_key(s, system->certs[i].cert))
			return true;
	return false;
}

bool
holder_diagnose(const struct wsse_policy *p, const struct security *s,
		const struct sign_question *asked, struct arena *a, struct err *e)
{
	struct suspects suspects = {.asked = asked, .a = a};
	struct err why = ERR_INIT;
	struct str der;

	for (unsigned i = 0; i < s->bst_count; i++)
		if (bst_read(s->bst[i], a, &der, &why) && is_key_der(&suspects, p->known, der))
			return FAIL(e, HOLDER_WRONG, "by a certificate sent along");
	if (is_key_der(&suspects, p->known, p->tls_cert))
		return FAIL(e, HOLDER_WRONG, "by the TLS client certificate");
	for (size_t i = 0; i < trust_system_count(p->known); i++) {
		const struct trust_system *system = trust_system_at(p->known, i);

		if (suspects.tried == LIMIT_DIAGNOSIS_KEYS)
			break;
		if (is_key_of_system(&suspects, system))
			return FAIL(e, HOLDER_WRONG, "by it-system " STR_FMT,
				    STR_ARG(system->id));
	}
	return FAIL(e, SIGNATURE_WRONG, "not by the holder of the token");
}
