/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Randomness from OpenSSL's generator. Without it nothing here is safe, so failing aborts. */
#include "crypto/random.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>
#include <openssl/rand.h>

#include "base/encoding.h"

void
random_bytes(void *out, size_t len)
{
	BUG_ON(len > INT_MAX);
	BUG_ON(RAND_bytes(out, (int)len) != 1);
}

/*
 * Randomness for names, which everybody gets to see: drawn for several at a time, since the
 * generator takes as long for one. What is used up is not kept; a child would give the same
 * names as its parent, so it draws its own.
 */
struct names {
	uint8_t bytes[32 * sizeof(struct uuid)];
	size_t left;
	pid_t owner;
};

static _Thread_local struct names names;

static void
draw_name(uint8_t *out, size_t len)
{
	pid_t me = getpid();

	if (names.left < len || names.owner != me) {
		random_bytes(names.bytes, sizeof(names.bytes));
		names.left = sizeof(names.bytes);
		names.owner = me;
	}
	names.left -= len;
	memcpy(out, names.bytes + names.left, len);
	memset(names.bytes + names.left, 0, len);
}

struct uuid
random_uuid(void)
{
	struct uuid u;

	draw_name(u.b, sizeof(u.b));
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
