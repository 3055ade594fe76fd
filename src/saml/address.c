/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Addresses and ranges in text. What cannot be read is in no range, and holds no address.
 * Source: RFC 4291 (2.2, 2.3), RFC 4632.
 */
#include "saml/address.h"

#include <string.h>

struct address {
	uint8_t b[16]; /* IPv4 in the first four */
	unsigned bits; /* 32 or 128 */
};

static bool
read_v4(struct str s, uint8_t *out)
{
	struct str part, rest = s;

	for (int i = 0; i < 4; i++) {
		int64_t n;
		bool more = str_cut(rest, '.', &part, &rest);

		if (more != (i < 3) || part.len == 0 || part.len > 3 ||
		    !str_is_digits(part, part.len) || !str_to_i64(part, 0, 255, &n))
			return false;
		out[i] = (uint8_t)n;
	}
	return true;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Groups of one side of "::"; how many bytes, or -1. */
static int
read_groups(struct str s, uint8_t *out)
{
	int n = 0;
	struct str part, rest = s;
	bool more = s.len > 0;

	while (more) {
		unsigned value = 0;

		more = str_cut(rest, ':', &part, &rest);
		if (!more && str_has_char(part, '.') && n <= 12)
			return read_v4(part, out + n) ? n + 4 : -1;
		if (part.len == 0 || part.len > 4 || n > 14)
			return -1;
		for (size_t i = 0; i < part.len; i++) {
			int v = hex_value(part.ptr[i]);

			if (v < 0)
				return -1;
			value = value << 4 | (unsigned)v;
		}
		out[n++] = (uint8_t)(value >> 8);
		out[n++] = (uint8_t)(value & 0xff);
	}
	return n;
}

static bool
read_v6(struct str s, uint8_t *out)
{
	uint8_t tail[16];
	size_t at;
	int head_len, tail_len;

	memset(out, 0, 16);
	if (!str_find(s, STR("::"), &at))
		return read_groups(s, out) == 16;
	head_len = read_groups(str_of(s.ptr, at), out);
	tail_len = read_groups(str_skip(s, at + 2), tail);
	if (head_len < 0 || tail_len < 0 || head_len + tail_len > 14)
		return false;
	memset(out + head_len, 0, (size_t)(16 - head_len));
	memcpy(out + 16 - tail_len, tail, (size_t)tail_len);
	return true;
}

static bool
read_address(struct str s, struct address *out)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	memset(out, 0, sizeof(*out));
	if (read_v4(s, out->b)) {
		out->bits = 32;
		return true;
	}
	if (!str_has_char(s, ':') || !read_v6(s, out->b))
		return false;
	out->bits = 128;
	if (memcmp(out->b, mapped, sizeof(mapped)) == 0) {
		memmove(out->b, out->b + 12, 4);
		out->bits = 32;
	}
	return true;
}

bool
address_is_in(struct str address, struct str range)
{
	struct address who, net;
	struct str base, length;
	int64_t bits;
	uint8_t mask;

	if (!read_address(str_trim(address), &who))
		return false;
	if (!str_cut(str_trim(range), '/', &base, &length)) {
		bits = -1;
	} else if (!str_to_i64(length, 0, 128, &bits)) {
		return false;
	}
	if (!read_address(base, &net) || net.bits != who.bits || bits > (int64_t)net.bits)
		return false;
	if (bits < 0)
		bits = net.bits;
	if (memcmp(who.b, net.b, (size_t)bits / 8) != 0)
		return false;
	if (bits % 8 == 0)
		return true;
	mask = (uint8_t)(0xff << (8 - bits % 8));
	return ((who.b[bits / 8] ^ net.b[bits / 8]) & mask) == 0;
}
