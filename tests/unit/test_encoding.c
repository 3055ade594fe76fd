/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text forms of bytes: the examples of RFC 4648, and what lies just beside them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/encoding.h"

struct decoding {
	const char *name;
	struct str text;
	bool is_strict, is_xml; /* accepted by which rule */
	struct str want;
};

static const struct decoding base64[] = {
	{"empty", STR_INIT(""), true, true, STR_INIT("")},
	{"f", STR_INIT("Zg=="), true, true, STR_INIT("f")},
	{"fo", STR_INIT("Zm8="), true, true, STR_INIT("fo")},
	{"foo", STR_INIT("Zm9v"), true, true, STR_INIT("foo")},
	{"foob", STR_INIT("Zm9vYg=="), true, true, STR_INIT("foob")},
	{"fooba", STR_INIT("Zm9vYmE="), true, true, STR_INIT("fooba")},
	{"foobar", STR_INIT("Zm9vYmFy"), true, true, STR_INIT("foobar")},
	{"last digits", STR_INIT("+/+/"), true, true, STR_INIT("\xfb\xff\xbf")},
	{"zero bytes", STR_INIT("AAAA"), true, true, STR_INIT("\0\0\0")},
	{"line end", STR_INIT("Zm9v\nYmFy"), false, true, STR_INIT("foobar")},
	{"every white space", STR_INIT(" Z\tm\r9\nv "), false, true, STR_INIT("foo")},
	{"white space in the padding", STR_INIT("Zg = =\n"), false, true, STR_INIT("f")},
	{"only white space", STR_INIT(" \n"), false, true, STR_INIT("")},
	{"absent", {NULL, 0}, false, false, {NULL, 0}},
	{"one digit", STR_INIT("Z"), false, false, {NULL, 0}},
	{"two digits", STR_INIT("Zg"), false, false, {NULL, 0}},
	{"three digits", STR_INIT("Zm8"), false, false, {NULL, 0}},
	{"five digits", STR_INIT("Zm9vY"), false, false, {NULL, 0}},
	{"one pad of two", STR_INIT("Zg="), false, false, {NULL, 0}},
	{"three pads", STR_INIT("Z==="), false, false, {NULL, 0}},
	{"only pads", STR_INIT("===="), false, false, {NULL, 0}},
	{"a pad too many", STR_INIT("Zm9v="), false, false, {NULL, 0}},
	{"padded group too many", STR_INIT("Zm9v===="), false, false, {NULL, 0}},
	{"pad inside", STR_INIT("Z=9v"), false, false, {NULL, 0}},
	{"pad, then digit", STR_INIT("Zg=v"), false, false, {NULL, 0}},
	{"text after the padding", STR_INIT("Zg==Zg=="), false, false, {NULL, 0}},
	{"digit after the padding", STR_INIT("Zg== Z"), false, false, {NULL, 0}},
	{"spare bits of one byte", STR_INIT("Zh=="), false, false, {NULL, 0}},
	{"spare bits of two bytes", STR_INIT("Zm9="), false, false, {NULL, 0}},
	{"URL alphabet", STR_INIT("-_-_"), false, false, {NULL, 0}},
	{"NUL", STR_INIT("Zm9v\0Zm9"), false, false, {NULL, 0}},
	{"not ASCII", STR_INIT("Zm9\xff"), false, false, {NULL, 0}},
	{"form feed", STR_INIT("Zm9v\f"), false, false, {NULL, 0}},
	{"character reference", STR_INIT("Zm9v&#13;"), false, false, {NULL, 0}},
};

static void
base64_cases(void **state)
{
	AUTO(arena_freep) struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(base64); i++) {
		for (int rule = BASE64_STRICT; rule <= BASE64_XML; rule++) {
			bool want =
				rule == BASE64_STRICT ? base64[i].is_strict : base64[i].is_xml;
			struct str out = STR_NONE;
			struct err e = ERR_INIT;
			bool got = base64_decode(base64[i].text, (enum base64_rule)rule, a,
						 &out, &e);

			if (got != want || str_is_set(out) != got ||
			    e.code != (got ? ERR_NONE : ENCODING_MALFORMED))
				fail_msg("%s, rule %d", base64[i].name, rule);
			if (got && !str_eq(out, base64[i].want))
				fail_msg("%s, rule %d: wrong bytes", base64[i].name, rule);
			/* What is canonical is what we write. */
			if (got && rule == BASE64_STRICT)
				assert_true(str_eq(base64_encode(a, out), base64[i].text));
		}
	}
}

/* Each byte at each of four places: only the 64 digits, and the pad at the end, are taken. */
static void
base64_alphabet(void **state)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	(void)state;
	for (int c = 0; c < 256; c++) {
		for (size_t at = 0; at < 8; at++) {
			bool is_digit = c != 0 && strchr(alphabet, c) != NULL;
			char text[] = "AAAAAAAA";
			struct err e = ERR_INIT;
			struct str out;

			text[at] = (char)c;
			if (base64_decode(str_of(text, 8), BASE64_STRICT, a, &out, &e) !=
			    (is_digit || (c == '=' && at == 7)))
				fail_msg("byte %d at %zu", c, at);
		}
	}
}

/* A row of bytes that repeats late, for lengths around every boundary. */
static void
fill(unsigned char *p, size_t len)
{
	uint32_t x = 12345;

	for (size_t i = 0; i < len; i++) {
		x = x * 1103515245U + 12345U;
		p[i] = (unsigned char)(x >> 16);
	}
}

static void
round_trips(void **state)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	unsigned char bytes[600];

	(void)state;
	fill(bytes, sizeof(bytes));
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		AUTO(buf_release) struct buf b = BUF_INIT(10000);
		struct str in = str_of(bytes, len), text, out;
		struct err e = ERR_INIT;

		text = base64_encode(a, in);
		assert_int_equal(text.len, (len + 2) / 3 * 4);
		assert_true(base64_decode(text, BASE64_STRICT, a, &out, &e));
		assert_true(str_eq(in, out));
		base64_add(&b, in);
		assert_true(str_eq(buf_str(&b), text));
		buf_clear(&b);
		for (size_t i = 0; i < text.len; i++) {
			buf_add_char(&b, text.ptr[i]);
			if (i % 7 == len % 7)
				buf_add_c(&b, "\r\n");
		}
		assert_true(base64_decode(buf_str(&b), BASE64_XML, a, &out, &e));
		assert_true(str_eq(in, out));
		assert_true(hex_decode(hex_encode(a, in), a, &out, &e));
		assert_true(str_eq(in, out));
		assert_true(hex_decode(hex_encode_upper(a, in), a, &out, &e));
		assert_true(str_eq(in, out));
		arena_reset(a);
	}
}

static void
absent_stays_absent(void **state)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(buf_release) struct buf b = BUF_INIT(10);

	(void)state;
	assert_false(str_is_set(base64_encode(a, STR_NONE)));
	assert_false(str_is_set(hex_encode(a, STR_NONE)));
	base64_add(&b, STR_NONE);
	percent_add(&b, STR_NONE);
	html_add(&b, STR_NONE);
	assert_int_equal(b.len, 0);
	/* Past the cap nothing is written. */
	base64_add(&b, STR("1234567"));
	assert_int_equal(b.len, 0);
	assert_true(b.over);
}

static void
hex(void **state)
{
	static const struct str refused[] = {
		{NULL, 0},
		STR_INIT("0"),
		STR_INIT("000"),
		STR_INIT("0g"),
		STR_INIT("g0"),
		STR_INIT("0x"),
		STR_INIT(" 0"),
		STR_INIT("0:"),
		STR_INIT("00 0"),
		STR_INIT("@0"),
		STR_INIT("`0"),
		STR_INIT("/0"),
		STR_INIT("0\0"),
		STR_INIT("\xff"
			 "0"),
	};
	AUTO(arena_freep) struct arena *a = arena_new();
	struct err e = ERR_INIT;
	struct str out;

	(void)state;
	assert_true(str_eq(hex_encode(a, STR("\x01\xab\xff")), STR("01abff")));
	assert_true(str_eq(hex_encode_upper(a, STR("\x01\xab\xff")), STR("01ABFF")));
	assert_true(hex_decode(STR("01aBFf"), a, &out, &e));
	assert_true(str_eq(out, STR("\x01\xab\xff")));
	assert_true(hex_decode(STR(""), a, &out, &e));
	assert_true(str_eq(out, STR("")));
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		err_clear(&e);
		if (hex_decode(refused[i], a, &out, &e) || e.code != ENCODING_MALFORMED)
			fail_msg("row %zu", i);
	}
}

static const struct {
	const char *name;
	struct str text, want, want_form; /* absent: refused */
} percent[] = {
	{"plain", STR_INIT("abc"), STR_INIT("abc"), STR_INIT("abc")},
	{"empty", STR_INIT(""), STR_INIT(""), STR_INIT("")},
	{"plus", STR_INIT("a+b"), STR_INIT("a+b"), STR_INIT("a b")},
	{"escaped plus", STR_INIT("a%2Bb"), STR_INIT("a+b"), STR_INIT("a+b")},
	{"both cases", STR_INIT("%c3%A6"), STR_INIT("\xc3\xa6"), STR_INIT("\xc3\xa6")},
	{"once only", STR_INIT("%2541"), STR_INIT("%41"), STR_INIT("%41")},
	{"last byte", STR_INIT("%FF"), STR_INIT("\xff"), STR_INIT("\xff")},
	{"absent", {NULL, 0}, {NULL, 0}, {NULL, 0}},
	{"nothing after", STR_INIT("a%"), {NULL, 0}, {NULL, 0}},
	{"one digit", STR_INIT("a%4"), {NULL, 0}, {NULL, 0}},
	{"not a digit", STR_INIT("%4g"), {NULL, 0}, {NULL, 0}},
	{"not a digit first", STR_INIT("%g4"), {NULL, 0}, {NULL, 0}},
	{"two signs", STR_INIT("%%41"), {NULL, 0}, {NULL, 0}},
	{"signed", STR_INIT("%+4"), {NULL, 0}, {NULL, 0}},
	{"escaped NUL", STR_INIT("a%00b"), {NULL, 0}, {NULL, 0}},
	{"NUL", STR_INIT("a\0b"), {NULL, 0}, {NULL, 0}},
};

static void
percent_decoding(void **state)
{
	AUTO(arena_freep) struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(percent); i++) {
		for (int form = 0; form < 2; form++) {
			struct str want = form ? percent[i].want_form : percent[i].want;
			struct str out = STR_NONE;
			struct err e = ERR_INIT;
			bool got = percent_decode(percent[i].text, form, a, &out, &e);

			if (got != str_is_set(want) || !str_eq(out, want) ||
			    e.code != (got ? ERR_NONE : ENCODING_MALFORMED))
				fail_msg("%s, form %d", percent[i].name, form);
		}
	}
}

static void
percent_encoding(void **state)
{
	AUTO(buf_release) struct buf b = BUF_INIT(10000);
	AUTO(arena_freep) struct arena *a = arena_new();
	struct err e = ERR_INIT;
	char all[255];
	struct str out;

	(void)state;
	percent_add(&b, STR("AZaz09-._~ +/?&=%:\xc3\xa6"));
	assert_true(str_eq(buf_str(&b), STR("AZaz09-._~%20%2B%2F%3F%26%3D%25%3A%C3%A6")));
	buf_clear(&b);
	for (int c = 1; c < 256; c++)
		all[c - 1] = (char)c;
	percent_add(&b, str_of(all, sizeof(all)));
	for (int form = 0; form < 2; form++) {
		assert_true(percent_decode(buf_str(&b), form, a, &out, &e));
		assert_true(str_eq(out, str_of(all, sizeof(all))));
	}
}

static const struct {
	const char *name;
	struct str text;
	bool is_valid;
} utf8[] = {
	{"empty", STR_INIT(""), true},
	{"ASCII", STR_INIT("abcdefghijklmnopqrstuvwxyz"), true},
	{"lowest of two", STR_INIT("\xc2\x80"), true},
	{"highest of two", STR_INIT("\xdf\xbf"), true},
	{"lowest of three", STR_INIT("\xe0\xa0\x80"), true},
	{"before the surrogates", STR_INIT("\xed\x9f\xbf"), true},
	{"after the surrogates", STR_INIT("\xee\x80\x80"), true},
	{"highest of three", STR_INIT("\xef\xbf\xbf"), true},
	{"lowest of four", STR_INIT("\xf0\x90\x80\x80"), true},
	{"highest of all", STR_INIT("\xf4\x8f\xbf\xbf"), true},
	{"Danish",
	 STR_INIT("R\xc3\xb8"
		  "dgr\xc3\xb8"
		  "d med fl\xc3\xb8"
		  "de p\xc3\xa5 Korsb\xc3\xa6k torv"),
	 true},
	{"absent", {NULL, 0}, false},
	{"NUL", STR_INIT("a\0b"), false},
	{"NUL in eight", STR_INIT("abcdefg\0"), false},
	{"NUL in the second eight", STR_INIT("abcdefghabc\0abcd"), false},
	{"continuation alone", STR_INIT("\x80"), false},
	{"continuation in eight", STR_INIT("abcdefg\xbf"), false},
	{"two, cut", STR_INIT("\xc3"), false},
	{"three, cut", STR_INIT("\xe2\x82"), false},
	{"four, cut", STR_INIT("\xf0\x9f\x98"), false},
	{"two, then ASCII",
	 STR_INIT("\xc3"
		  "a"),
	 false},
	{"three, then ASCII",
	 STR_INIT("\xe2\x82"
		  "a"),
	 false},
	{"overlong NUL", STR_INIT("\xc0\x80"), false},
	{"overlong slash", STR_INIT("\xc0\xaf"), false},
	{"overlong of two, highest", STR_INIT("\xc1\xbf"), false},
	{"overlong slash of three", STR_INIT("\xe0\x80\xaf"), false},
	{"overlong of three, highest", STR_INIT("\xe0\x9f\xbf"), false},
	{"overlong of four, highest", STR_INIT("\xf0\x8f\xbf\xbf"), false},
	{"first surrogate", STR_INIT("\xed\xa0\x80"), false},
	{"last surrogate", STR_INIT("\xed\xbf\xbf"), false},
	{"pair of surrogates", STR_INIT("\xed\xa0\xbd\xed\xb8\x80"), false},
	{"past the last", STR_INIT("\xf4\x90\x80\x80"), false},
	{"f5", STR_INIT("\xf5\x80\x80\x80"), false},
	{"five bytes", STR_INIT("\xf8\x88\x80\x80\x80"), false},
	{"fe", STR_INIT("\xfe"), false},
	{"ff", STR_INIT("\xff"), false},
	{"Latin-1", STR_INIT("Korsb\xe6k"), false},
};

static void
utf8_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(utf8); i++)
		if (utf8_is_valid(utf8[i].text) != utf8[i].is_valid)
			fail_msg("%s", utf8[i].name);
}

/* A wrong byte is found wherever it stands beside the eights that are looked at together. */
static void
utf8_at_every_place(void **state)
{
	(void)state;
	for (size_t len = 1; len < 40; len++) {
		char text[40];

		memset(text, 'a', sizeof(text));
		assert_true(utf8_is_valid(str_of(text, len)));
		for (size_t at = 0; at < len; at++) {
			text[at] = '\0';
			assert_false(utf8_is_valid(str_of(text, len)));
			text[at] = '\x80';
			assert_false(utf8_is_valid(str_of(text, len)));
			text[at] = '\xc3';
			assert_false(utf8_is_valid(str_of(text, len)));
			text[at] = 'a';
		}
	}
}

static void
html(void **state)
{
	AUTO(buf_release) struct buf b = BUF_INIT(1000);

	(void)state;
	html_add(&b, STR("<a href='x'>\"B & B\"</a> \xc3\xa6"));
	assert_true(str_eq(buf_str(&b), STR("&lt;a href=&#39;x&#39;&gt;&quot;B &amp; B&quot;"
					    "&lt;/a&gt; \xc3\xa6")));
	buf_clear(&b);
	html_add(&b, STR("&"));
	html_add(&b, STR(""));
	html_add(&b, STR("plain"));
	assert_true(str_eq(buf_str(&b), STR("&amp;plain")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_cases),
		cmocka_unit_test(base64_alphabet),
		cmocka_unit_test(round_trips),
		cmocka_unit_test(absent_stays_absent),
		cmocka_unit_test(hex),
		cmocka_unit_test(percent_decoding),
		cmocka_unit_test(percent_encoding),
		cmocka_unit_test(utf8_cases),
		cmocka_unit_test(utf8_at_every_place),
		cmocka_unit_test(html),
	};

	return cmocka_run_group_tests_name("encoding", tests, NULL, NULL);
}
