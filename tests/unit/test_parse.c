/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parser takes, what it refuses and how soon; that nothing global bends it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "xml/parse.h"

#define DECL "<?xml version='1.0' encoding='UTF-8'?>"
#define RAW(lit) STR_INIT(lit)

static const struct xml_limits plain = {1u << 20, 10, 1000, false};
static const struct xml_limits lenient = {1u << 20, 10, 1000, true};

/* ERR_NONE: taken */
static const struct {
	const char *name;
	struct str text;
	enum err_code want;
} cases[] = {
	{"smallest", RAW("<a/>"), ERR_NONE},
	{"declaration", RAW(DECL "<a/>"), ERR_NONE},
	{"declaration, version alone", RAW("<?xml version=\"1.0\"?><a/>"), ERR_NONE},
	{"declaration, lower case", RAW("<?xml version=\"1.0\" encoding = \"utf-8\" ?>\n<a/>"),
	 ERR_NONE},
	{"declaration, standalone", RAW("<?xml version='1.0' standalone='yes'?><a/>"),
	 ERR_NONE},
	{"byte order mark", RAW("\xef\xbb\xbf" DECL "<a/>"), ERR_NONE},
	{"space before", RAW("\n <a/>"), ERR_NONE},
	{"space after", RAW("<a/>\r\n"), ERR_NONE},
	{"built-in entities", RAW("<a b='&lt;&apos;'>&amp;&gt;&quot;</a>"), ERR_NONE},
	{"character references", RAW("<a b='&#65;'>&#x1F600;</a>"), ERR_NONE},
	{"CDATA", RAW("<a><![CDATA[<!DOCTYPE x>]]></a>"), ERR_NONE},
	{"depth 10", RAW("<a><a><a><a><a><a><a><a><a><a/></a></a></a></a></a></a></a></a></a>"),
	 ERR_NONE},

	{"absent", {NULL, 0}, XML_MALFORMED},
	{"empty", RAW(""), XML_MALFORMED},
	{"no element", RAW(" "), XML_MALFORMED},
	{"no markup", RAW("hello"), XML_MALFORMED},
	{"cut short", RAW("<a><b/>"), XML_MALFORMED},
	{"cut in a tag", RAW("<a b='"), XML_MALFORMED},
	{"two roots", RAW("<a/><b/>"), XML_MALFORMED},
	{"text after", RAW("<a/>x"), XML_MALFORMED},
	{"crossed", RAW("<a><b></a></b>"), XML_MALFORMED},
	{"attribute twice", RAW("<a b='1' b='2'/>"), XML_MALFORMED},
	{"attribute twice by namespace",
	 RAW("<a xmlns:p='urn:x' xmlns:q='urn:x' p:b='1' q:b='2'/>"), XML_MALFORMED},
	{"no quotes", RAW("<a b=1/>"), XML_MALFORMED},
	{"< in a value", RAW("<a b='<'/>"), XML_MALFORMED},
	{"bare &", RAW("<a>&</a>"), XML_MALFORMED},
	{"control character", RAW("<a>\x01</a>"), XML_MALFORMED},
	{"control by reference", RAW("<a>&#1;</a>"), XML_MALFORMED},
	{"U+FFFE", RAW("<a>\xef\xbf\xbe</a>"), XML_MALFORMED},
	{"]]> in text", RAW("<a>]]></a>"), XML_MALFORMED},
	{"prefix without declaration", RAW("<p:a/>"), XML_MALFORMED},
	{"attribute prefix without declaration", RAW("<a p:b='1'/>"), XML_MALFORMED},
	{"prefix undone", RAW("<a xmlns:p=''/>"), XML_MALFORMED},
	{"xml rebound", RAW("<a xmlns:xml='urn:x'/>"), XML_MALFORMED},
	{"xmlns bound", RAW("<a xmlns:xmlns='urn:x'/>"), XML_MALFORMED},
	{"two colons", RAW("<a xmlns:p='urn:x'><p:b:c/></a>"), XML_MALFORMED},
	{"relative namespace", RAW("<a xmlns='x'/>"), XML_FORBIDDEN},
	{"relative namespace, with prefix", RAW("<a xmlns:p='../x'/>"), XML_FORBIDDEN},
	{"a language that is none", RAW("<a xml:lang='-'/>"), ERR_NONE},
	{"ampersand in a namespace", RAW("<a xmlns='urn:x?a&amp;b'/>"), XML_FORBIDDEN},
	{"ampersand in a namespace, by number", RAW("<a xmlns:p='urn:x?a&#x26;b'/>"),
	 XML_FORBIDDEN},
	{"quote in a namespace", RAW("<a xmlns='urn:\"x'/>"), XML_MALFORMED},
	{"< in a namespace", RAW("<a xmlns='urn:x&lt;'/>"), XML_MALFORMED},
	{"declaration without version", RAW("<?xml encoding='UTF-8'?><a/>"), XML_MALFORMED},
	{"declaration unended", RAW("<?xml version='1.0'><a/>"), XML_MALFORMED},
	{"declaration, more", RAW("<?xml version='1.0' colour='red'?><a/>"), XML_MALFORMED},
	{"declaration, glued", RAW("<?xml version='1.0'encoding='UTF-8'?><a/>"), XML_MALFORMED},
	{"declaration, order",
	 RAW("<?xml version='1.0' standalone='yes' encoding='UTF-8'?><a/>"), XML_MALFORMED},
	{"declaration second", RAW(" " DECL "<a/>"), XML_MALFORMED},

	{"DOCTYPE", RAW("<!DOCTYPE a><a/>"), XML_FORBIDDEN},
	{"DOCTYPE, internal", RAW("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>"), XML_FORBIDDEN},
	/* told to stop, the library still makes a document for the entity: it must be let go */
	{"DOCTYPE, in which a document is made",
	 RAW("<?xml`version='1.0'?>\n<!DOCTYPE a [<!ENTITY x 'y'> %net;]>\n<a "
	     "b='2'>&file</>;a"),
	 XML_FORBIDDEN},
	{"DOCTYPE, external", RAW("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"),
	 XML_FORBIDDEN},
	{"external entity",
	 RAW("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><a>&x;</a>"),
	 XML_FORBIDDEN},
	{"parameter entity",
	 RAW("<!DOCTYPE a [<!ENTITY % x SYSTEM 'http://127.0.0.1/'> %x;]><a/>"), XML_FORBIDDEN},
	{"DTD attribute id", RAW("<!DOCTYPE a [<!ATTLIST a b ID #IMPLIED>]><a b='x'/>"),
	 XML_FORBIDDEN},
	{"instruction before", RAW("<?x y?><a/>"), XML_FORBIDDEN},
	{"instruction inside", RAW("<a><?x y?></a>"), XML_FORBIDDEN},
	{"instruction after", RAW("<a/><?x?>"), XML_FORBIDDEN},
	{"stylesheet", RAW("<?xml-stylesheet href='x'?><a/>"), XML_FORBIDDEN},
	{"comment before", RAW("<!--x--><a/>"), XML_FORBIDDEN},
	{"comment inside", RAW("<a><!--x--></a>"), XML_FORBIDDEN},
	{"XML 1.1", RAW("<?xml version='1.1'?><a/>"), XML_FORBIDDEN},
	{"XML 2.0", RAW("<?xml version='2.0'?><a/>"), XML_FORBIDDEN},
	{"ISO-8859-1", RAW("<?xml version='1.0' encoding='ISO-8859-1'?><a/>"), XML_FORBIDDEN},
	{"UTF-7", RAW("<?xml version='1.0' encoding='UTF-7'?><a>+ADw-</a>"), XML_FORBIDDEN},
	{"UTF-16 claimed", RAW("<?xml version='1.0' encoding='UTF-16'?><a/>"), XML_FORBIDDEN},
	{"UTF-16 BE", RAW("\xfe\xff\0<\0a\0/\0>"), XML_FORBIDDEN},
	{"UTF-16 LE", RAW("\xff\xfe<\0a\0/\0>\0"), XML_FORBIDDEN},
	{"UTF-16 without mark", RAW("\0<\0a\0/\0>"), XML_FORBIDDEN},
	{"UTF-32", RAW("\0\0\0<\0\0\0a\0\0\0/\0\0\0>"), XML_FORBIDDEN},
	{"EBCDIC", RAW("\x4c\x6f\xa7\x94\x93"), XML_FORBIDDEN},
	{"not UTF-8", RAW("<a>\xe6</a>"), XML_FORBIDDEN},
	{"overlong <",
	 RAW("<a>\xc0\xbc"
	     "b/></a>"),
	 XML_FORBIDDEN},
	{"surrogate", RAW("<a>\xed\xa0\x80</a>"), XML_FORBIDDEN},
	{"NUL inside", RAW("<a>\0</a>"), XML_FORBIDDEN},
	{"NUL after", RAW("<a/>\0"), XML_FORBIDDEN},
	{"depth 11",
	 RAW("<a><a><a><a><a><a><a><a><a><a><a/></a></a></a></a></a></a></a></a></a></a>"),
	 XML_LIMIT},
};

static enum err_code
code_of(struct str text, const struct xml_limits *limits)
{
	AUTO(xml_doc_freep) struct xml_doc *d = NULL;
	struct err e = ERR_INIT;

	if (xml_parse(text, limits, &d, &e)) {
		assert_non_null(xml_root(d));
		return ERR_NONE;
	}
	assert_null(d);
	assert_int_not_equal(e.code, ERR_NONE);
	return e.code;
}

static void
test_cases(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		enum err_code code = code_of(cases[i].text, &plain);

		if (code != cases[i].want)
			fail_msg("%s: %s", cases[i].name, code ? err_row(code)->name : "taken");
	}
}

/* An undeclared entity may be told as malformed or as forbidden, but never taken. */
static void
test_entities(void **state)
{
	(void)state;
	assert_int_not_equal(code_of(STR("<a>&nbsp;</a>"), &plain), ERR_NONE);
	assert_int_not_equal(code_of(STR("<a b='&x;'/>"), &plain), ERR_NONE);
	assert_int_not_equal(
		code_of(STR("<?xml version='1.0' standalone='no'?><a>&x;</a>"), &plain),
		ERR_NONE);
	assert_int_not_equal(code_of(STR("<a>%x;&#x0;</a>"), &plain), ERR_NONE);
}

static void
test_comments(void **state)
{
	(void)state;
	assert_int_equal(code_of(STR("<!--x--><a><!--y--></a>"), &lenient), ERR_NONE);
	assert_int_equal(code_of(STR("<a><!--y--><?z?></a>"), &lenient), XML_FORBIDDEN);
	assert_int_equal(code_of(STR("<a><!--y-- ></a>"), &lenient), XML_MALFORMED);
}

/* Builds head + count × piece + tail. */
static void
repeat(struct buf *b, const char *head, const char *piece, size_t count, const char *tail)
{
	size_t i;

	buf_clear(b);
	buf_add_c(b, head);
	for (i = 0; i < count; i++) {
		if (strchr(piece, '%')) {
			char one[64];

			snprintf(one, sizeof(one), "%.*s%zu%s", (int)strcspn(piece, "%"), piece,
				 i, strchr(piece, '%') + 1);
			buf_add_c(b, one);
		} else {
			buf_add_c(b, piece);
		}
	}
	buf_add_c(b, tail);
}

static const struct {
	const char *name;
	const char *head, *piece, *tail;
	size_t most; /* taken; one more is not */
} limit[] = {
	{"elements", "<a>", "<b/>", "</a>", 999},
	{"attributes", "<a ", " b%='1'", "/>", LIMIT_XML_ATTRS},
	{"declarations", "<a ", " xmlns:b%='urn:x'", "/>", LIMIT_XML_ATTRS},
	{"attributes, long", "<a ", " b%='1234567890'", "/>", LIMIT_XML_ATTRS},
	{"CDATA", "<a>", "<![CDATA[x]]>", "</a>", 999},
	{"comments", "<a>", "<!--x-->", "</a>", 999},
};

static void
test_limits(void **state)
{
	AUTO(buf_release) struct buf b = BUF_INIT(1u << 20);
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(limit); i++) {
		repeat(&b, limit[i].head, limit[i].piece, limit[i].most, limit[i].tail);
		if (code_of(buf_str(&b), &lenient) != ERR_NONE)
			fail_msg("%s: the most is refused", limit[i].name);
		repeat(&b, limit[i].head, limit[i].piece, limit[i].most + 1, limit[i].tail);
		if (code_of(buf_str(&b), &lenient) != XML_LIMIT)
			fail_msg("%s: one more is not refused", limit[i].name);
	}
	repeat(&b, "<a>", "<b%/>", 100000, "</a>");
	assert_int_equal(
		code_of(buf_str(&b), &(struct xml_limits){1u << 20, 2, 1u << 20, false}),
		XML_LIMIT);
	assert_int_equal(code_of(STR("<aaa/>"), &(struct xml_limits){6, 1, 1, false}),
			 ERR_NONE);
	assert_int_equal(code_of(STR("<aaaa/>"), &(struct xml_limits){6, 1, 1, false}),
			 XML_LIMIT);
}

/* Declarations in scope count together, on whichever elements they stand. */
static void
test_scope_limit(void **state)
{
	AUTO(buf_release) struct buf b = BUF_INIT(1u << 20);
	AUTO(buf_release) struct buf inner = BUF_INIT(1u << 20);

	(void)state;
	repeat(&inner, "<b ", " xmlns:c%='urn:x'", 56, "/>");
	buf_add_char(&inner, '\0');
	repeat(&b, "<a ", " xmlns:b%='urn:x'", 200, ">");
	buf_add_c(&b, inner.ptr);
	buf_add_c(&b, inner.ptr);
	buf_add_c(&b, "</a>");
	assert_int_equal(code_of(buf_str(&b), &plain), ERR_NONE);
	repeat(&inner, "<b ", " xmlns:c%='urn:x'", 57, "/>");
	buf_add_char(&inner, '\0');
	repeat(&b, "<a ", " xmlns:b%='urn:x'", 200, ">");
	buf_add_c(&b, inner.ptr);
	buf_add_c(&b, "</a>");
	assert_int_equal(code_of(buf_str(&b), &plain), XML_LIMIT);
}

/* Megabytes made to be slow are refused in milliseconds. */
static void
test_bombs(void **state)
{
	static const struct xml_limits service = {LIMIT_SERVICE_BODY_BYTES, LIMIT_XML_DEPTH,
						  200000, false};
	static const struct {
		const char *name, *head, *piece, *tail;
		size_t count;
	} bomb[] = {
		{"attributes", "<a ", " b%='1'", "/>", 500000},
		{"declarations", "<a ", " xmlns:b%='urn:x'", "/>", 300000},
		{"attributes, never closed", "<a ", " b%='1'", "", 500000},
		{"attributes and <", "<a b='<' ", " b%='1'", "", 500000},
		{"attributes after one >", "<a><a b='>' ", " b%='1'", "", 500000},
		{"depth", "", "<a>", "", 2000000},
		{"elements", "<a>", "<b/>", "</a>", 2000000},
		{"CDATA", "<a>", "<![CDATA[]]>x", "</a>", 1000000},
		{"entities", "<!DOCTYPE a [", "<!ENTITY e% 'x'>", "]><a/>", 300000},
		{"unknown entities", "<a>", "&e%;", "</a>", 1000000},
		{"comments", "", "<!--x-->", "<a/>", 1000000},
		{"quotes", "<a>", "\"'", "</a>", 3000000},
		{"names", "<a>", "<b%/>", "</a>", 1000000},
		{"names after an error", "<a><a b>", "<b%/>", "</a>", 1000000},
		{"names of attributes", "<a>", "<b c%=''/>", "</a>", 1000000},
		{"prefixes", "<a>", "<b xmlns:c%='urn:x'/>", "</a>", 1000000},
		{"namespaces", "<a>", "<b xmlns='urn:%'/>", "</a>", 1000000},
	};
	AUTO(buf_release) struct buf b = BUF_INIT(LIMIT_SERVICE_BODY_BYTES);
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(bomb); i++) {
		uint64_t used;

		repeat(&b, bomb[i].head, bomb[i].piece, bomb[i].count, bomb[i].tail);
		used = clock_thread_cpu_us();
		if (code_of(buf_str(&b), &service) == ERR_NONE &&
		    strcmp(bomb[i].name, "quotes") != 0)
			fail_msg("%s: taken", bomb[i].name);
		used = clock_thread_cpu_us() - used;
		if (used > 2000000)
			fail_msg("%s: %u ms", bomb[i].name, (unsigned)(used / 1000));
	}
}

/* Nothing in a document makes an id that some other code could look up. */
static void
test_no_ids(void **state)
{
	AUTO(xml_doc_freep) struct xml_doc *d = NULL;
	struct err e = ERR_INIT;

	(void)state;
	assert_true(xml_parse(STR("<a xml:id='x' ID='y' Id='z'/>"), &plain, &d, &e));
	assert_null(((const xmlDoc *)d)->ids);
}

/* The classics, as files: what they would read is never opened, what they would build never is.
 */
static void
test_fixtures(void **state)
{
	static const char *const path[] = {"tests/fixtures/xxe.xml",
					   "tests/fixtures/entity-bomb.xml"};
	char bytes[4096];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(path); i++) {
		FILE *f = fopen(path[i], "rb");
		size_t len;

		assert_non_null(f);
		len = fread(bytes, 1, sizeof(bytes), f);
		fclose(f);
		assert_true(len > 100);
		assert_int_equal(code_of(str_of(bytes, len), &plain), XML_FORBIDDEN);
	}
}

static unsigned shouted;

static void
shout(void *data, const char *fmt, ...)
{
	(void)data, (void)fmt;
	shouted++;
}

static void
shout_structured(void *data, xmlError *error)
{
	(void)data, (void)error;
	shouted++;
}

/* Other libraries of the process set libxml2's defaults; ours do not follow, nor are they told.
 */
static void
test_globals(void **state)
{
	AUTO(xml_doc_freep) struct xml_doc *d = NULL;
	struct arena *a = arena_new();
	struct err e = ERR_INIT;

	(void)state;
	xmlSubstituteEntitiesDefault(1);
	xmlKeepBlanksDefault(0);
	xmlLoadExtDtdDefaultValue = 1;
	xmlSetGenericErrorFunc(NULL, shout);
	xmlSetStructuredErrorFunc(NULL, shout_structured);
	test_cases(NULL);
	assert_true(xml_parse(STR("<a> <b/> </a>"), &plain, &d, &e));
	assert_string_equal(xml_text(xml_root(d), a).ptr, "  ");
	xmlSetStructuredErrorFunc(NULL, NULL);
	test_cases(NULL);
	assert_int_equal(shouted, 0);
	xmlSetGenericErrorFunc(NULL, NULL);
	xmlSubstituteEntitiesDefault(0);
	xmlKeepBlanksDefault(1);
	xmlLoadExtDtdDefaultValue = 0;
	arena_free(a);
}

/* Nothing of a message gets into the detail that is logged. */
static void
test_detail(void **state)
{
	static const char *const text[] = {"<secret>",
					   "<a secret",
					   "<a>&secret;</a>",
					   "<secret:a/>",
					   "<!DOCTYPE secret><a/>",
					   "<a></secret>"};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(text); i++) {
		struct xml_doc *d = NULL;
		struct err e = ERR_INIT;

		assert_false(xml_parse(str_from(text[i]), &plain, &d, &e));
		assert_null(strstr(e.detail, "secret"));
		assert_int_not_equal(strlen(e.detail), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),       cmocka_unit_test(test_entities),
		cmocka_unit_test(test_comments),    cmocka_unit_test(test_limits),
		cmocka_unit_test(test_scope_limit), cmocka_unit_test(test_bombs),
		cmocka_unit_test(test_globals),     cmocka_unit_test(test_detail),
		cmocka_unit_test(test_fixtures),    cmocka_unit_test(test_no_ids),
	};

	xml_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
