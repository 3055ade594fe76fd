/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Randomness from OpenSSL's generator. Without it nothing here is safe, so failing aborts. */
#include "crypto/random.h"

#include <limits.h>
#include <openssl/rand.h>

#include "base/encoding.h"

void
random_bytes(void *out, size_t len)
{
	BUG_ON(len > INT_MAX);
	BUG_ON(RAND_bytes(out, (int)len) != 1);
}

struct uuid
random_uuid(void)
{
	struct uuid u;

	random_bytes(u.b, sizeof(u.b));
	/* [rfc4122 4.4] version 4 in the high bits of byte 6, variant 10 in those of byte 8 */
	u.b[6] = (uint8_t)((u.b[6] & 0x0f) | 0x40);
	u.b[8] = (uint8_t)((u.b[8] & 0x3f) | 0x80);
	return u;
}

struct str
random_id(struct arena *a, const char *prefix)
{
	char text[UUID_TEXT_LEN + 1];

	uuid_format(random_uuid(), text);
	return arena_printf(a, "%s%s", prefix, text);
}

struct str
random_hex(struct arena *a, size_t bytes)
{
	void *raw = arena_alloc(a, bytes);

	random_bytes(raw, bytes);
	return hex_encode(a, str_of(raw, bytes));
}
