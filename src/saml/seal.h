/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signing what our writer wrote: the bytes are canonical, so they are digested as they stand.
 */
#ifndef SAML_SEAL_H
#define SAML_SEAL_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "crypto/signer.h"

/*
 * b[start …] is one element with that ID in canonical form. Puts an enveloped signature over it
 * at position `at`, just behind a child or the start tag. Errors: KEY_UNUSABLE,
 * ANSWER_TOO_LARGE.
 */
MUST_USE bool seal_element(struct buf *b, size_t start, size_t at, struct str id,
			   const struct signer *signer, struct arena *a, struct err *e);

#endif
