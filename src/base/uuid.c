/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UUIDs as 16 bytes. The text form is 8-4-4-4-12 hexadecimal digits and nothing else: no
 * braces, no urn: prefix, no white space. Version and variant are not looked at. Source: RFC
 * 9562, 4.
 */
#include "base/uuid.h"

#include <string.h>

#include "base/internal.h"

/* Where the two digits of each byte stand in the text. */
static const uint8_t digit_at[16] = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

bool
uuid_parse(struct str text, struct uuid *out)
{
	struct uuid u;

	if (text.len != UUID_TEXT_LEN || text.ptr[8] != '-' || text.ptr[13] != '-' ||
	    text.ptr[18] != '-' || text.ptr[23] != '-')
		return false;
	for (size_t i = 0; i < sizeof(u.b); i++) {
		int high = hex_value(text.ptr[digit_at[i]]);
		int low = hex_value(text.ptr[digit_at[i] + 1]);

		if (high < 0 || low < 0)
			return false;
		u.b[i] = (uint8_t)(high * 16 + low);
	}
	*out = u;
	return true;
}

struct str
uuid_format(struct uuid u, char out[UUID_TEXT_LEN + 1])
{
	static const char digits[] = "0123456789abcdef";

	memset(out, '-', UUID_TEXT_LEN);
	for (size_t i = 0; i < sizeof(u.b); i++) {
		out[digit_at[i]] = digits[u.b[i] >> 4];
		out[digit_at[i] + 1] = digits[u.b[i] & 15];
	}
	out[UUID_TEXT_LEN] = '\0';
	return (struct str){out, UUID_TEXT_LEN};
}

bool
uuid_eq(struct uuid a, struct uuid b)
{
	return memcmp(a.b, b.b, sizeof(a.b)) == 0;
}

bool
uuid_is_nil(struct uuid u)
{
	return uuid_eq(u, (struct uuid){{0}});
}

int
uuid_cmp(struct uuid a, struct uuid b)
{
	int order = memcmp(a.b, b.b, sizeof(a.b));

	return (order > 0) - (order < 0);
}
