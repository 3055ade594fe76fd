/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests: what xmlsec, which nobody here wrote, says of a signature. */
#ifndef UNIT_XMLSEC_ORACLE_H
#define UNIT_XMLSEC_ORACLE_H

#include <stdbool.h>
#include "base/str.h"

void xmlsec_oracle_init(void);
/*
 * Does the which-th ds:Signature of the document, counted from 0 in document order, verify with
 * this certificate's key? Ids are every ID and wsu:Id; KeyInfo is not followed. STR-Transform
 * takes the assertion that the reference names by KeyIdentifier, and at most one prefix.
 */
bool xmlsec_oracle(struct str document, size_t which, struct str cert_der);

#endif
