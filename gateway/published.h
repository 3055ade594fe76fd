/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signed documents that anybody may ask for, kept as they were signed: a signature costs more
 * than all the rest of such a call. One of these belongs to a platform and dies with it, so a
 * document never outlives the configuration and the keys that it is made from. Owns its lock.
 */
#ifndef GATEWAY_PUBLISHED_H
#define GATEWAY_PUBLISHED_H

#include <stdbool.h>
#include "base/buf.h"
#include "crypto/signer.h"

enum published_what { PUBLISHED_IDP, PUBLISHED_SP, PUBLISHED_HVEM, PUBLISHED_COUNT };

struct published;

struct published *published_new(void);
void published_free(struct published *p);
/* Adds the document to out if it was signed by that key; false: it has to be made. */
bool published_get(struct published *p, enum published_what what, const struct signer *by,
		   struct buf *out);
void published_put(struct published *p, enum published_what what, const struct signer *by,
		   struct str document);

#endif
