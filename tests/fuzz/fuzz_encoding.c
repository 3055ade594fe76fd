/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The decoders of base64, hexadecimal and percent-encoding, and the check of UTF-8. What the
 * strict readers take is exactly what our writers write; what any of them takes comes back
 * after being written and read again. The first byte chooses.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/encoding.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_base64(struct str text, struct arena *a)
{
	struct str strict = STR_NONE, loose = STR_NONE, again;
	struct err e = ERR_INIT;

	if (base64_decode(text, BASE64_STRICT, a, &strict, &e))
		BUG_ON(!str_eq(base64_encode(a, strict), text));
	err_clear(&e);
	if (!base64_decode(text, BASE64_XML, a, &loose, &e)) {
		BUG_ON(str_is_set(strict));
		return;
	}
	BUG_ON(str_is_set(strict) && !str_eq(strict, loose));
	BUG_ON(!base64_decode(base64_encode(a, loose), BASE64_STRICT, a, &again, &e));
	BUG_ON(!str_eq(loose, again));
}

static void
check_hex(struct str text, struct arena *a)
{
	struct err e = ERR_INIT;
	struct str bytes;

	if (hex_decode(text, a, &bytes, &e))
		BUG_ON(!str_eq_nocase(hex_encode(a, bytes), text));
}

static void
check_percent(struct str text, bool form, struct arena *a)
{
	AUTO(buf_release) struct buf b = BUF_INIT(1 << 24);
	struct err e = ERR_INIT;
	struct str plain, again;

	if (!percent_decode(text, form, a, &plain, &e))
		return;
	BUG_ON(plain.len > text.len || str_has_char(plain, '\0'));
	percent_add(&b, plain);
	BUG_ON(!percent_decode(buf_str(&b), form, a, &again, &e) || !str_eq(plain, again));
}

/* All of it is valid exactly when both parts of any cut between characters are. */
static void
check_utf8(struct str text)
{
	bool is_valid = utf8_is_valid(text);

	for (size_t at = 0; at <= text.len && at < 64; at++) {
		if (at < text.len && ((uint8_t)text.ptr[at] & 0xc0) == 0x80)
			continue;
		BUG_ON(is_valid != (utf8_is_valid(str_of(text.ptr, at)) &&
				    utf8_is_valid(str_skip(text, at))));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_freep) struct arena *a = NULL;
	struct str text;

	if (size == 0)
		return 0;
	a = arena_new();
	text = str_of(data + 1, size - 1);
	switch (data[0] % 5) {
	case 0:
		check_base64(text, a);
		break;
	case 1:
		check_hex(text, a);
		break;
	case 2:
		check_percent(text, false, a);
		break;
	case 3:
		check_percent(text, true, a);
		break;
	default:
		check_utf8(text);
	}
	return 0;
}
