/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Randomness, from OpenSSL. Aborts if there is none. */
#ifndef CRYPTO_RANDOM_H
#define CRYPTO_RANDOM_H

#include "base/arena.h"
#include "base/uuid.h"

void random_bytes(void *out, size_t len);
/* Names, for all to see: nothing secret is made of them. Version 4. */
struct uuid random_uuid(void);
/* prefix + lower-case uuid: "_…", "urn:uuid:…" */
struct str random_id(struct arena *a, const char *prefix);
struct str random_hex(struct arena *a, size_t bytes);

#endif
