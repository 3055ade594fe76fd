/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For tests: an attacker with a key. Takes any document with a ds:Signature and makes its
 * digests and its value right again, whatever algorithms it names, so that what is left to
 * refuse is the thing itself.
 */
#ifndef UNIT_RESIGN_H
#define UNIT_RESIGN_H

#include "base/arena.h"
#include "base/str.h"

/*
 * which  counts ds:Signature elements from 0 in document order.
 * pki    folder of key.pem and cert.pem, as in pki.h. An HMAC takes the certificate for its
 * key.
 */
struct str resign(struct str document, size_t which, const char *pki, struct arena *a);
/* All occurrences; at least one there must be. */
struct str replace(struct str text, const char *what, const char *with, struct arena *a);

#endif
