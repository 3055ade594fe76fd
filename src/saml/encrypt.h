/* SPDX-License-Identifier: GPL-3.0-or-later */
/* EncryptedAssertion, written. Source: XML Encryption 1.1; context-handler contract 7.5. */
#ifndef SAML_ENCRYPT_H
#define SAML_ENCRYPT_H

#include "base/arena.h"
#include "base/err.h"
#include "crypto/certs.h"
#include "xml/write.h"

/*
 * aes256-gcm, its key by rsa-oaep with SHA-256 in digest and mask. Errors: ALGORITHM_REFUSED
 * (not an RSA certificate).
 */
MUST_USE bool encrypt_assertion(const struct cert *to, struct str canonical, struct arena *a,
				struct xml_out *o, struct err *e);

#endif
