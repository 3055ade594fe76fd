/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The canonicaliser against libxml2's, on random documents full of declarations that are
 * unused, repeated, redefined and undone; and forms written by hand, a row for each rule.
 * Source: Exclusive XML Canonicalization 1.0, 2 and 3; Canonical XML 1.0.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/limits.h"
#include "c14n_oracle.h"
#include "xml/parse.h"

#define DOCUMENTS 100000
#define NODES_MAX 64

static const struct xml_limits wide = {1u << 20, 100, 10000, true};

static const struct {
	const char *name;
	const char *from;
	const char *local; /* the apex: first element of that name */
	struct c14n_rule rule;
	const char *want;
} form[] = {
	{"empty element", "<a/>", "a", {0}, "<a></a>"},
	{"only what is used",
	 "<a xmlns:x='urn:x' xmlns:y='urn:y'><y:b/></a>",
	 "a",
	 {0},
	 "<a><y:b xmlns:y=\"urn:y\"></y:b></a>"},
	{"in place",
	 "<x:a xmlns:x='urn:x' xmlns='urn:d'><b x:c='1'/></x:a>",
	 "b",
	 {0},
	 "<b xmlns=\"urn:d\" xmlns:x=\"urn:x\" x:c=\"1\"></b>"},
	{"undone default",
	 "<a xmlns='urn:d'><b xmlns=''/></a>",
	 "a",
	 {0},
	 "<a xmlns=\"urn:d\"><b xmlns=\"\"></b></a>"},
	{"undone default at the apex",
	 "<a xmlns='urn:d'><b xmlns=''/></a>",
	 "b",
	 {0},
	 "<b></b>"},
	{"attributes by namespace, then name",
	 "<a xmlns:p='urn:z' xmlns:q='urn:b' p:b='1' q:c='2' z='3' p:a='4' y='5'/>",
	 "a",
	 {0},
	 "<a xmlns:p=\"urn:z\" xmlns:q=\"urn:b\" y=\"5\" z=\"3\" q:c=\"2\" p:a=\"4\" "
	 "p:b=\"1\"></a>"},
	{"values",
	 "<a b='&lt;&amp;&quot;&gt;&#9;&#10;&#13;\t'>&lt;&amp;\"&gt;&#13;\r\n\t</a>",
	 "a",
	 {0},
	 "<a b=\"&lt;&amp;&quot;>&#x9;&#xA;&#xD; \">&lt;&amp;\"&gt;&#xD;\n\t</a>"},
	{"CDATA is text", "<a><![CDATA[<&]]>x</a>", "a", {0}, "<a>&lt;&amp;x</a>"},
	{"comments go", "<a>x<!-- c -->y</a>", "a", {0}, "<a>xy</a>"},
	{"comments stay",
	 "<a>x<!-- c -->y</a>",
	 "a",
	 {.comments = true},
	 "<a>x<!-- c -->y</a>"},
	{"listed prefix",
	 "<r xmlns:x='urn:x' xmlns:y='urn:y'><a/></r>",
	 "a",
	 {.prefixes = (const struct str[]){STR_INIT("x")}, .prefix_count = 1},
	 "<a xmlns:x=\"urn:x\"></a>"},
	{"listed default",
	 "<r xmlns='urn:d'><p:a xmlns:p='urn:p'/></r>",
	 "a",
	 {.prefixes = (const struct str[]){STR_INIT("")}, .prefix_count = 1},
	 "<p:a xmlns=\"urn:d\" xmlns:p=\"urn:p\"></p:a>"},
	{"listed default, undone nearer",
	 "<q xmlns='urn:d'><r xmlns=''><a/></r></q>",
	 "a",
	 {.prefixes = (const struct str[]){STR_INIT("")}, .prefix_count = 1},
	 "<a></a>"},
	/* [token-service 5.6] what WSS4J lists for a token: the same, where it has the default
	 */
	{"token, plain",
	 "<r xmlns='urn:d' xmlns:x='urn:x'><a xmlns='urn:s' b='1'/></r>",
	 "a",
	 {0},
	 "<a xmlns=\"urn:s\" b=\"1\"></a>"},
	{"token, default listed",
	 "<r xmlns='urn:d' xmlns:x='urn:x'><a xmlns='urn:s' b='1'/></r>",
	 "a",
	 {.prefixes = (const struct str[]){STR_INIT("")}, .prefix_count = 1},
	 "<a xmlns=\"urn:s\" b=\"1\"></a>"},
	{"declaration of the document goes",
	 "<?xml version='1.0' encoding='UTF-8'?>\n<a/>\n",
	 "a",
	 {0},
	 "<a></a>"},
	{"space inside tags",
	 "<a   b = '1'\n\tc='2'  ></a  >",
	 "a",
	 {0},
	 "<a b=\"1\" c=\"2\"></a>"},
	{"space in content", "<a> \n <b/>\t</a>", "a", {0}, "<a> \n <b></b>\t</a>"},
	{"ends of lines", "<a>1\r\n2\r3\n4</a>", "a", {0}, "<a>1\n2\n3\n4</a>"},
	{"quotation marks",
	 "<a b='\"' c=\"'\">'\"</a>",
	 "a",
	 {0},
	 "<a b=\"&quot;\" c=\"'\">'\"</a>"},
	{"references",
	 "<a b='&#x41;&apos;'>&#230;&#x1F600;&apos;</a>",
	 "a",
	 {0},
	 "<a b=\"A'\">æ😀'</a>"},
	{"repeated declaration",
	 "<a xmlns='urn:d'><b xmlns='urn:d'/></a>",
	 "a",
	 {0},
	 "<a xmlns=\"urn:d\"><b></b></a>"},
	{"redefined prefix",
	 "<x:a xmlns:x='urn:1'><x:b xmlns:x='urn:2'/></x:a>",
	 "a",
	 {0},
	 "<x:a xmlns:x=\"urn:1\"><x:b xmlns:x=\"urn:2\"></x:b></x:a>"},
	{"one prefix, another, the first",
	 "<x:a xmlns:x='urn:1'><x:b xmlns:x='urn:2'><x:c xmlns:x='urn:1'/></x:b></x:a>",
	 "a",
	 {0},
	 "<x:a xmlns:x=\"urn:1\"><x:b xmlns:x=\"urn:2\"><x:c "
	 "xmlns:x=\"urn:1\"></x:c></x:b></x:a>"},
	{"used again below what does not use it",
	 "<x:a xmlns:x='urn:x'><b><x:c/></b></x:a>",
	 "a",
	 {0},
	 "<x:a xmlns:x=\"urn:x\"><b><x:c></x:c></b></x:a>"},
	{"used by siblings",
	 "<a xmlns:x='urn:x'><x:b/><x:c/></a>",
	 "a",
	 {0},
	 "<a><x:b xmlns:x=\"urn:x\"></x:b><x:c xmlns:x=\"urn:x\"></x:c></a>"},
	{"declarations by prefix",
	 "<z:a xmlns:z='urn:1' xmlns='urn:3' xmlns:b='urn:2' b:c='1'><d/></z:a>",
	 "a",
	 {0},
	 "<z:a xmlns:b=\"urn:2\" xmlns:z=\"urn:1\" b:c=\"1\"><d xmlns=\"urn:3\"></d></z:a>"},
	{"an attribute without prefix uses no default",
	 "<p:a xmlns:p='urn:p' xmlns='urn:d' b='1'/>",
	 "a",
	 {0},
	 "<p:a xmlns:p=\"urn:p\" b=\"1\"></p:a>"},
	{"xml:lang is not inherited", "<r xml:lang='da'><a/></r>", "a", {0}, "<a></a>"},
	{"xml is never declared", "<a xml:lang='da'/>", "a", {0}, "<a xml:lang=\"da\"></a>"},
	{"listed prefix that is not in scope",
	 "<r><a/></r>",
	 "a",
	 {.prefixes = (const struct str[]){STR_INIT("x")}, .prefix_count = 1},
	 "<a></a>"},
	{"listed prefix, once",
	 "<a xmlns:x='urn:x'><x:b/></a>",
	 "a",
	 {.prefixes = (const struct str[]){STR_INIT("x")}, .prefix_count = 1},
	 "<a xmlns:x=\"urn:x\"><x:b></x:b></a>"},
	{"inclusive, unused ones stay",
	 "<a xmlns:x='urn:x' xmlns='urn:d'><b xmlns:x='urn:x'/></a>",
	 "a",
	 {.inclusive = true},
	 "<a xmlns=\"urn:d\" xmlns:x=\"urn:x\"><b></b></a>"},
	{"inclusive, the nearest xml:lang",
	 "<q xml:lang='da' xml:space='preserve'><r xml:lang='en'><a "
	 "xml:space='default'/></r></q>",
	 "a",
	 {.inclusive = true},
	 "<a xml:lang=\"en\" xml:space=\"default\"></a>"},
	{"inclusive",
	 "<r xmlns:x='urn:x' xml:lang='da'><a xmlns:y='urn:y'><b/></a></r>",
	 "a",
	 {.inclusive = true},
	 "<a xmlns:x=\"urn:x\" xmlns:y=\"urn:y\" xml:lang=\"da\"><b></b></a>"},
};

static struct xml_node *
find(struct xml_node *n, const char *local)
{
	struct xml_node *c, *hit;

	if (xml_is_local(n, local))
		return n;
	for (c = xml_first(n); c; c = xml_next(c))
		if ((hit = find(c, local)) != NULL)
			return hit;
	return NULL;
}

static void
test_forms(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(form); i++) {
		AUTO(xml_doc_freep) struct xml_doc *d = NULL;
		AUTO(buf_release) struct buf b = BUF_INIT(4096);
		struct err e = ERR_INIT;

		if (!xml_parse(str_from(form[i].from), &wide, &d, &e))
			fail_msg("%s: %s", form[i].name, e.detail);
		assert_true(c14n_write(find(xml_root(d), form[i].local), &form[i].rule, &b));
		if (!str_eq_c(buf_str(&b), form[i].want))
			fail_msg("%s: " STR_FMT, form[i].name, STR_ARG(buf_str(&b)));
	}
}

static const char *const prefix_of[] = {"", "a", "b", "c", "ab"};
static const char *const uri_of[] = {"urn:1", "urn:2", "http://x.test/?a=b;c", "urn:4"};
static const char *const text_of[] = {"x",
				      " ",
				      "\n\t",
				      "&amp;",
				      "&#13;",
				      "&lt;b&gt;",
				      "]]&gt;",
				      "\"'",
				      "æøå",
				      "<![CDATA[<&>\r]]>",
				      "<!-- - c -->",
				      "&#x1F600;"};

/* Random source text; which prefixes are in scope is a bit mask over prefix_of. */
static void
random_element(struct chance *c, struct buf *b, unsigned scope, unsigned depth)
{
	unsigned i, n, prefix;

	buf_add_c(b, "<");
	/* the declarations come first, so that all of them may be used */
	unsigned declared = 0;
	struct buf decl = BUF_INIT(4096);

	for (n = chance_below(c, 4); n > 0; n--) {
		i = chance_below(c, ARRAY_LEN(prefix_of));
		if (declared & 1u << i)
			continue;
		declared |= 1u << i;
		if (i == 0 && chance_of(c, 40)) {
			buf_add_c(&decl, " xmlns=''");
			continue;
		}
		buf_printf(&decl, i == 0 ? " xmlns%s='%s'" : " xmlns:%s='%s'", prefix_of[i],
			   uri_of[chance_below(c, ARRAY_LEN(uri_of))]);
		scope |= 1u << i;
	}
	do
		prefix = chance_below(c, ARRAY_LEN(prefix_of));
	while (prefix != 0 && !(scope & 1u << prefix));
	const char *colon = prefix ? ":" : "";
	unsigned name = chance_below(c, 5);

	buf_printf(b, "%s%se%u" STR_FMT, prefix_of[prefix], colon, name,
		   STR_ARG(buf_str(&decl)));
	buf_release(&decl);
	/* local names differ, so no two attributes can be the same */
	for (i = 0, n = chance_below(c, 4); i < n; i++) {
		unsigned p = chance_below(c, ARRAY_LEN(prefix_of));

		if (p != 0 && !(scope & 1u << p))
			continue;
		buf_printf(b, " %s%sn%u='%s'", prefix_of[p], p ? ":" : "",
			   (i * 7 + name) % 5 + 10 * i,
			   (const char *[]){"v", "&lt;&amp;", "&#10;&#9;", "\t", "&quot;",
					    "ø"}[chance_below(c, 6)]);
	}
	if (chance_of(c, 15))
		buf_printf(b, " xml:lang='%s'", chance_of(c, 50) ? "da" : "en");
	if (chance_of(c, 10))
		buf_add_c(b, " xml:space='preserve'");
	buf_add_c(b, ">");
	for (n = chance_below(c, 4); n > 0; n--) {
		if (depth < 6 && chance_of(c, 60))
			random_element(c, b, scope, depth + 1);
		else
			buf_add_c(b, text_of[chance_below(c, ARRAY_LEN(text_of))]);
	}
	buf_printf(b, "</%s%se%u>", prefix_of[prefix], colon, name);
}

static size_t
collect(struct xml_node *n, struct xml_node **to, size_t count)
{
	struct xml_node *child;

	if (count == NODES_MAX)
		return count;
	to[count++] = n;
	for (child = xml_first(n); child; child = xml_next(child))
		count = collect(child, to, count);
	return count;
}

static void
compare_one(struct chance *c, struct xml_node **node, size_t count, struct arena *a,
	    struct str text)
{
	AUTO(buf_release) struct buf b = BUF_INIT(1u << 20);
	struct str list[3];
	struct c14n_rule rule = {.prefixes = list};
	struct xml_node *apex = node[chance_below(c, (unsigned)count)];
	struct str want;

	rule.comments = chance_of(c, 30);
	rule.inclusive = chance_of(c, 25);
	while (!rule.inclusive && rule.prefix_count < ARRAY_LEN(list) && chance_of(c, 40))
		list[rule.prefix_count++] =
			str_from(prefix_of[chance_below(c, ARRAY_LEN(prefix_of))]);
	if (chance_of(c, 30))
		rule.without = xml_first(apex);
	assert_true(c14n_write(apex, &rule, &b));
	want = oracle_c14n(apex, &rule, a);
	if (!str_eq(buf_str(&b), want)) {
		print_message("of     " STR_FMT "\nours   ", STR_ARG(text));
		print_message(STR_FMT "\ntheirs ", STR_ARG(buf_str(&b)));
		print_message(STR_FMT "\n", STR_ARG(want));
		fail_msg("inclusive %d, comments %d, %zu prefixes, without %d", rule.inclusive,
			 rule.comments, rule.prefix_count, rule.without != NULL);
	}
}

static void
test_random(void **state)
{
	struct chance c = {20260201};
	struct arena *a = arena_new();
	unsigned i;

	(void)state;
	for (i = 0; i < DOCUMENTS; i++) {
		AUTO(xml_doc_freep) struct xml_doc *d = NULL;
		AUTO(buf_release) struct buf b = BUF_INIT(1u << 20);
		struct xml_node *node[NODES_MAX];
		struct err e = ERR_INIT;
		size_t count;

		random_element(&c, &b, 0, 0);
		if (!xml_parse(buf_str(&b), &wide, &d, &e))
			fail_msg("%s: " STR_FMT, e.detail, STR_ARG(buf_str(&b)));
		count = collect(xml_root(d), node, 0);
		compare_one(&c, node, count, a, buf_str(&b));
		compare_one(&c, node, count, a, buf_str(&b));
		arena_reset(a);
	}
	arena_free(a);
}

/* In pieces too short for a look at many bytes at once. */
static void
escape_slowly(struct buf *b, struct str s, unsigned how)
{
	for (size_t at = 0; at < s.len; at += 8)
		escape_add(b, str_of(s.ptr + at, s.len - at < 8 ? s.len - at : 8), how);
}

/* Every byte, and characters of several, at each place of a text of two blocks and a half. */
static void
test_escape(void **state)
{
	static const unsigned ways[] = {ESCAPE_TEXT, ESCAPE_VALUE, ESCAPE_TEXT | ESCAPE_CHECK,
					ESCAPE_VALUE | ESCAPE_CHECK};
	static const char *const many[] = {"\xc3\xa6", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
					   "\xef\xbf\xbf"};
	enum { TEXT = 40 };
	AUTO(buf_release) struct buf fast = BUF_INIT(1000);
	AUTO(buf_release) struct buf slow = BUF_INIT(1000);

	(void)state;
	for (unsigned c = 1; c < 256 + ARRAY_LEN(many); c++) {
		char one[2] = {(char)c, '\0'};
		struct str what = str_from(c < 256 ? one : many[c - 256]);

		for (size_t n = 0; n < (TEXT - 4) * ARRAY_LEN(ways); n++) {
			size_t at = n / ARRAY_LEN(ways);
			unsigned how = ways[n % ARRAY_LEN(ways)];
			char text[TEXT];

			memset(text, 'a', sizeof(text));
			memcpy(text + at, what.ptr, what.len);
			buf_clear(&fast);
			buf_clear(&slow);
			escape_add(&fast, str_of(text, sizeof(text)), how);
			escape_slowly(&slow, str_of(text, at), how);
			escape_slowly(&slow, str_of(text + at, what.len), how);
			escape_slowly(&slow, str_of(text + at + what.len, TEXT - at - what.len),
				      how);
			if (!str_eq(buf_str(&fast), buf_str(&slow)))
				fail_msg("%u at %zu, %u: " STR_FMT, c, at, how,
					 STR_ARG(buf_str(&fast)));
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_escape),
		cmocka_unit_test(test_random),
	};

	xml_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
