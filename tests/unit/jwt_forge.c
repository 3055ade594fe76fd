/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See jwt_forge.h. */
#include "tests/unit/jwt_forge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/encoding.h"
#include "crypto/digest.h"

struct str
jwt_forge(struct str header, struct str payload, const struct signer *by,
	  const struct alg_signature *alg, struct arena *a)
{
	struct str input =
		arena_printf(a, STR_FMT "." STR_FMT, STR_ARG(base64url_encode(a, header)),
			     STR_ARG(base64url_encode(a, payload)));
	uint8_t digest[HASH_MAX_BYTES], value[SIGNATURE_MAX_BYTES];
	struct err e = ERR_INIT;
	size_t len = 0, n;

	if (alg) {
		n = digest_of(alg->hash, input, digest);
		if (!signer_sign(by, alg, str_of(digest, n), value, &len, &e))
			fail_msg("sign: %s", e.detail);
	}
	return arena_printf(a, STR_FMT "." STR_FMT, STR_ARG(input),
			    STR_ARG(base64url_encode(a, str_of(value, len))));
}

struct str
jwt_part(struct str compact, int which, struct arena *a)
{
	struct str head = STR_NONE, rest = compact, out;
	struct err e = ERR_INIT;

	for (int i = 0; i <= which; i++)
		(void)str_cut(rest, '.', &head, &rest);
	if (!base64url_decode(head, a, &out, &e))
		fail_msg("part %d: %s", which, e.detail);
	return out;
}
