/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opening what an IdP encrypted for us: EncryptedAssertion and EncryptedID.
 * Source: XML Encryption 1.1; context-handler contract 2.11, 7.5.
 */
#ifndef SAML_DECRYPT_H
#define SAML_DECRYPT_H

#include "base/arena.h"
#include "base/err.h"
#include "crypto/signer.h"
#include "xml/node.h"

/*
 * holder     the element that holds EncryptedData
 * *is_loose  the cipher proves nothing about the text (CBC): until a signature over the text
 *            has verified, nothing may be told about it but that it did not open
 * Errors: DECRYPT_FAILED, whatever was wrong.
 */
MUST_USE bool decrypt_element(const struct xml_node *holder, const struct signer *signer,
			      struct arena *a, struct str *out, bool *is_loose, struct err *e);

#endif
