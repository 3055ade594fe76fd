/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text forms of bytes. Decoders are strict: they take what the standard's grammar says and
 * nothing near it, and refuse an absent input. Encoders keep absent absent.
 * Source: RFC 4648 (base64, base64url, base16); XML Schema part 2, 3.2.16 (base64Binary); RFC
 * 3986, 2.1; RFC 3629.
 */
#include "base/encoding.h"

#include <string.h>

#include "base/internal.h"

#define BAD 0xff
#define SPACE 0xfe
#define PAD 0xfd

static const char base64_digit[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* clang-format off */
#define X BAD
#define W SPACE
static const uint8_t base64_value[256] = {
	X,  X,  X,  X,  X,  X,  X,  X,  X,  W,  W,  X,  X,  W,  X,  X,
	X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
	W,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X, 62,  X,  X,  X, 63,
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61,  X,  X,  X, PAD,  X,  X,
	X,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,  X,  X,  X,  X,  X,
	X, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51,  X,  X,  X,  X,  X,
	X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
	X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
	X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
	X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
	X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
	X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
	X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
	X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
};
#undef X
#undef W
/* clang-format on */

static size_t
base64_length(size_t len)
{
	size_t out;

	BUG_ON(!size_mul(len / 3 + (len % 3 > 0), 4, &out));
	return out;
}

static void
base64_write(char *out, struct str bytes)
{
	const uint8_t *in = (const uint8_t *)bytes.ptr;
	size_t left = bytes.len;

	for (; left >= 3; left -= 3, in += 3, out += 4) {
		out[0] = base64_digit[in[0] >> 2];
		out[1] = base64_digit[(in[0] & 3) << 4 | in[1] >> 4];
		out[2] = base64_digit[(in[1] & 15) << 2 | in[2] >> 6];
		out[3] = base64_digit[in[2] & 63];
	}
	if (left == 0)
		return;
	out[0] = base64_digit[in[0] >> 2];
	out[1] = base64_digit[(in[0] & 3) << 4 | (left == 2 ? in[1] >> 4 : 0)];
	out[2] = left == 2 ? base64_digit[(in[1] & 15) << 2] : '=';
	out[3] = '=';
}

struct str
base64_encode(struct arena *a, struct str bytes)
{
	size_t len = base64_length(bytes.len);
	char *out;

	if (!bytes.ptr)
		return STR_NONE;
	out = arena_alloc(a, len + 1);
	base64_write(out, bytes);
	return (struct str){out, len};
}

void
base64_add(struct buf *b, struct str bytes)
{
	char *out = buf_extend(b, base64_length(bytes.len));

	if (out)
		base64_write(out, bytes);
}

struct base64_reader {
	const uint8_t *in, *end;
	uint8_t *out;
	enum base64_rule rule;
};

/* The next digit's value, PAD, or BAD for anything else and for the end. */
static uint8_t
next_value(struct base64_reader *r)
{
	while (r->in < r->end) {
		uint8_t v = base64_value[*r->in++];

		if (v != SPACE || r->rule != BASE64_XML)
			return v == SPACE ? BAD : v;
	}
	return BAD;
}

static bool
only_space_left(struct base64_reader *r)
{
	while (r->in < r->end)
		if (r->rule != BASE64_XML || base64_value[*r->in++] != SPACE)
			return false;
	return true;
}

/* Groups of four with nothing special in them: nearly all of the text. */
static void
read_plain_groups(struct base64_reader *r)
{
	for (; r->end - r->in >= 4; r->in += 4, r->out += 3) {
		uint8_t a = base64_value[r->in[0]], b = base64_value[r->in[1]];
		uint8_t c = base64_value[r->in[2]], d = base64_value[r->in[3]];

		if ((a | b | c | d) & 0x80)
			return;
		r->out[0] = (uint8_t)(a << 2 | b >> 4);
		r->out[1] = (uint8_t)((b & 15) << 4 | c >> 2);
		r->out[2] = (uint8_t)((c & 3) << 6 | d);
	}
}

/* One group that may hold white space or padding; *last when it was padded. */
static bool
read_group(struct base64_reader *r, bool *last)
{
	uint8_t a = next_value(r), b = next_value(r), c = next_value(r), d = next_value(r);

	if (a > 63 || b > 63)
		return false;
	*r->out++ = (uint8_t)(a << 2 | b >> 4);
	if (c == PAD) {
		*last = true;
		/* [rfc4648 3.5] the bits that encode nothing must be zero */
		return d == PAD && (b & 15) == 0;
	}
	if (c > 63)
		return false;
	*r->out++ = (uint8_t)((b & 15) << 4 | c >> 2);
	if (d == PAD) {
		*last = true;
		return (c & 3) == 0;
	}
	if (d > 63)
		return false;
	*r->out++ = (uint8_t)((c & 3) << 6 | d);
	return true;
}

bool
base64_decode(struct str text, enum base64_rule rule, struct arena *a, struct str *out,
	      struct err *e)
{
	struct base64_reader r = {.rule = rule};
	bool last = false;
	uint8_t *bytes;

	if (!text.ptr)
		return FAIL(e, ENCODING_MALFORMED, "base64: absent");
	bytes = arena_alloc(a, text.len / 4 * 3 + 4);
	r.in = (const uint8_t *)text.ptr;
	r.end = r.in + text.len;
	r.out = bytes;
	for (;;) {
		read_plain_groups(&r);
		if (r.in == r.end)
			break;
		if (rule == BASE64_XML && base64_value[*r.in] == SPACE) {
			r.in++;
			continue;
		}
		if (!read_group(&r, &last))
			return FAIL(e, ENCODING_MALFORMED, "base64: near byte %td of %zu",
				    r.in - (const uint8_t *)text.ptr, text.len);
		if (!last)
			continue;
		if (!only_space_left(&r))
			return FAIL(e, ENCODING_MALFORMED, "base64: text after the padding");
		break;
	}
	*out = str_of(bytes, (size_t)(r.out - bytes));
	return true;
}

struct str
base64url_encode(struct arena *a, struct str bytes)
{
	struct str out = base64_encode(a, bytes);
	char *p = (char *)(uintptr_t)out.ptr;

	while (out.len > 0 && p[out.len - 1] == '=')
		out.len--;
	for (size_t i = 0; i < out.len; i++)
		p[i] = (char)(p[i] == '+' ? '-' : p[i] == '/' ? '_' : p[i]);
	return out;
}

bool
base64url_decode(struct str text, struct arena *a, struct str *out, struct err *e)
{
	char *p;

	if (!text.ptr || text.len > SIZE_MAX - 4)
		return FAIL(e, ENCODING_MALFORMED, "base64url: absent");
	p = arena_alloc(a, text.len + 4);
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (c == '+' || c == '/' || c == '=')
			return FAIL(e, ENCODING_MALFORMED, "base64url: of the other alphabet");
		p[i] = (char)(c == '-' ? '+' : c == '_' ? '/' : c);
	}
	for (size_t i = text.len; i % 4 != 0; i++)
		p[i] = '=';
	return base64_decode(str_of(p, (text.len + 3) / 4 * 4), BASE64_STRICT, a, out, e);
}

static struct str
hex_with(struct arena *a, struct str bytes, const char *digits)
{
	size_t len;
	char *out;

	if (!bytes.ptr)
		return STR_NONE;
	BUG_ON(!size_mul(bytes.len, 2, &len));
	out = arena_alloc(a, len + 1);
	for (size_t i = 0; i < bytes.len; i++) {
		uint8_t byte = (uint8_t)bytes.ptr[i];

		out[2 * i] = digits[byte >> 4];
		out[2 * i + 1] = digits[byte & 15];
	}
	return (struct str){out, len};
}

struct str
hex_encode(struct arena *a, struct str bytes)
{
	return hex_with(a, bytes, "0123456789abcdef");
}

struct str
hex_encode_upper(struct arena *a, struct str bytes)
{
	return hex_with(a, bytes, "0123456789ABCDEF");
}

bool
hex_decode(struct str text, struct arena *a, struct str *out, struct err *e)
{
	char *bytes;

	if (!text.ptr || text.len % 2 != 0)
		return FAIL(e, ENCODING_MALFORMED, "hex: absent or odd, %zu digits", text.len);
	bytes = arena_alloc(a, text.len / 2 + 1);
	for (size_t i = 0; i < text.len; i += 2) {
		int high = hex_value(text.ptr[i]), low = hex_value(text.ptr[i + 1]);

		if (high < 0 || low < 0)
			return FAIL(e, ENCODING_MALFORMED, "hex: near byte %zu", i);
		bytes[i / 2] = (char)(high * 16 + low);
	}
	*out = (struct str){bytes, text.len / 2};
	return true;
}

bool
percent_decode(struct str text, bool plus_is_space, struct arena *a, struct str *out,
	       struct err *e)
{
	size_t len = 0;
	char *bytes;

	if (!text.ptr)
		return FAIL(e, ENCODING_MALFORMED, "percent: absent");
	bytes = arena_alloc(a, text.len + 1);
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (c == '%') {
			int high = text.len - i > 2 ? hex_value(text.ptr[i + 1]) : -1;
			int low = high >= 0 ? hex_value(text.ptr[i + 2]) : -1;

			if (low < 0)
				return FAIL(e, ENCODING_MALFORMED, "percent: near byte %zu", i);
			c = (char)(high * 16 + low);
			i += 2;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		if (c == '\0')
			return FAIL(e, ENCODING_MALFORMED, "percent: NUL at byte %zu", i);
		bytes[len++] = c;
	}
	*out = (struct str){bytes, len};
	return true;
}

/* [rfc3986 2.3] */
static bool
is_unreserved(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

void
percent_add(struct buf *b, struct str s)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.len; i++) {
		uint8_t byte = (uint8_t)s.ptr[i];

		if (is_unreserved(s.ptr[i]))
			buf_add_char(b, s.ptr[i]);
		else
			buf_add_bytes(b, (char[]){'%', digits[byte >> 4], digits[byte & 15]},
				      3);
	}
}

size_t
utf8_char(const char *p, size_t len, uint32_t *code)
{
	/* The lowest code that each length may carry. */
	static const uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000};
	uint8_t first = (uint8_t)p[0];
	size_t n = first < 0x80       ? 1
		   : first >> 5 == 6  ? 2
		   : first >> 4 == 14 ? 3
		   : first >> 3 == 30 ? 4
				      : 0;
	uint32_t value;

	if (n == 0 || n > len)
		return 0;
	value = n == 1 ? first : first & (0x7fU >> n);
	for (size_t i = 1; i < n; i++) {
		uint8_t next = (uint8_t)p[i];

		if (next >> 6 != 2)
			return 0;
		value = value << 6 | (next & 63);
	}
	if (value < lowest[n] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return 0;
	*code = value;
	return n;
}

/* Bytes at the front that are ASCII and not NUL, counted in eights. */
static size_t
ascii_run(const char *p, size_t len)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	size_t i;

	for (i = 0; len - i >= 8; i += 8) {
		uint64_t word;

		memcpy(&word, p + i, 8);
		if (((word | ((word - ones) & ~word)) & (ones << 7)) != 0)
			break;
	}
	return i;
}

bool
utf8_is_valid(struct str s)
{
	size_t i = 0;

	if (!s.ptr)
		return false;
	while (i < s.len) {
		uint32_t code;
		size_t n;

		i += ascii_run(s.ptr + i, s.len - i);
		if (i == s.len)
			break;
		n = utf8_char(s.ptr + i, s.len - i, &code);
		if (n == 0 || code == 0)
			return false;
		i += n;
	}
	return true;
}

static struct str
html_reference(char c)
{
	switch (c) {
	case '&':
		return STR("&amp;");
	case '<':
		return STR("&lt;");
	case '>':
		return STR("&gt;");
	case '"':
		return STR("&quot;");
	case '\'':
		return STR("&#39;");
	default:
		return STR_NONE;
	}
}

void
html_add(struct buf *b, struct str s)
{
	size_t start = 0;

	for (size_t i = 0; i < s.len; i++) {
		struct str reference = html_reference(s.ptr[i]);

		if (!reference.ptr)
			continue;
		buf_add_bytes(b, s.ptr + start, i - start);
		buf_add(b, reference);
		start = i + 1;
	}
	if (s.len > start)
		buf_add_bytes(b, s.ptr + start, s.len - start);
}
