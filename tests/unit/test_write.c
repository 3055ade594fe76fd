/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The writer: forms by hand, and the property it exists for: what it writes is, byte for byte,
 * what libxml2 makes of it by exclusive canonicalisation; for the whole and for every apex.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <libxml/c14n.h>

#include "base/encoding.h"
#include "c14n_oracle.h"
#include "xml/parse.h"
#include "xml/write.h"

#define DOCUMENTS 20000
#define APEX_MAX 32

static const struct xml_limits wide = {1u << 20, 100, 10000, true};

#define U1 STR("urn:1")
#define U2 STR("urn:2")

struct case_out {
	struct arena *a;
	struct buf b;
	struct xml_out *o;
};

static struct xml_out *
begin(struct case_out *c)
{
	c->a = arena_new();
	buf_init(&c->b, 1u << 20);
	c->o = xml_out_new(c->a, &c->b);
	return c->o;
}

static void
end(struct case_out *c, const char *want)
{
	assert_true(xml_out_is_closed(c->o));
	if (!str_eq_c(buf_str(&c->b), want))
		fail_msg(STR_FMT " is not %s", STR_ARG(buf_str(&c->b)), want);
	buf_release(&c->b);
	arena_free(c->a);
}

static void
test_declarations(void **state)
{
	struct case_out c;
	struct xml_out *o = begin(&c);

	(void)state;
	xml_out_open(o, "", U1, "a");
	xml_out_leaf(o, "", U1, "same", STR("x"));
	xml_out_leaf(o, "", U2, "other", STR_NONE);
	xml_out_open(o, "", STR_NONE, "none");
	xml_out_leaf(o, "", STR_NONE, "none", STR_NONE);
	xml_out_close(o);
	xml_out_open(o, "p", U1, "b");
	xml_out_attr(o, "p", U1, "z", STR("1"));
	xml_out_attr(o, "q", U2, "y", STR("2"));
	xml_out_attr(o, "", STR_NONE, "x", STR("3"));
	xml_out_attr(o, "xml", STR("http://www.w3.org/XML/1998/namespace"), "lang", STR("da"));
	xml_out_attr(o, "", STR_NONE, "absent", STR_NONE);
	xml_out_leaf(o, "q", U2, "c", STR_NONE);
	xml_out_leaf(o, "p", U2, "c", STR_NONE);
	xml_out_close(o);
	xml_out_leaf(o, "q", U2, "again", STR_NONE);
	xml_out_close(o);
	end(&c, "<a xmlns=\"urn:1\"><same>x</same><other xmlns=\"urn:2\"></other>"
		"<none xmlns=\"\"><none></none></none>"
		"<p:b xmlns:p=\"urn:1\" xmlns:q=\"urn:2\" x=\"3\" xml:lang=\"da\" p:z=\"1\" "
		"q:y=\"2\">"
		"<q:c></q:c><p:c xmlns:p=\"urn:2\"></p:c></p:b>"
		"<q:again xmlns:q=\"urn:2\"></q:again></a>");
}

static void
test_escaping(void **state)
{
	struct case_out c;
	struct xml_out *o = begin(&c);

	(void)state;
	xml_out_open(o, "", STR_NONE, "a");
	xml_out_attr(o, "", STR_NONE, "b",
		     STR("<>&\"'\t\n\r\x01ø\xff\xed\xa0\x80\xef\xbf\xbf"));
	xml_out_text(o, STR("<>&\"'\t\n\r\0ø\xc3"));
	xml_out_base64(o, STR("\xff\xfe\xfd"));
	xml_out_close(o);
	end(&c, "<a "
		"b=\"&lt;>&amp;&quot;'&#x9;&#xA;&#xD;"
		"\xef\xbf\xbdø\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
		"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\">&lt;&gt;&amp;\"'\t\n&#xD;"
		"\xef\xbf\xbdø"
		"\xef\xbf\xbd//79</a>");
}

/* Between two tags there is text, or nothing. */
static void
test_blank(void **state)
{
	struct case_out c;
	struct xml_out *o = begin(&c);

	(void)state;
	xml_out_open(o, "", STR_NONE, "a");
	xml_out_text(o, STR(" "));
	xml_out_leaf(o, "", STR_NONE, "b", STR(" \t\r\n"));
	xml_out_text(o, STR("\n"));
	xml_out_leaf(o, "", STR_NONE, "c", STR(" x "));
	xml_out_text(o, STR(" "));
	xml_out_text(o, STR("y"));
	xml_out_text(o, STR(" "));
	xml_out_raw(o, STR("<d></d>"));
	xml_out_text(o, STR(" "));
	xml_out_close(o);
	end(&c, "<a><b></b><c> x </c> y <d></d></a>");
}

static void
test_apex(void **state)
{
	struct case_out c;
	struct xml_out *o = begin(&c);
	size_t from, to;

	(void)state;
	xml_out_open(o, "p", U1, "a");
	from = xml_out_pos(o);
	xml_out_apex(o, "p", U1, "b");
	xml_out_leaf(o, "p", U1, "c", STR("x"));
	xml_out_close(o);
	to = xml_out_pos(o);
	assert_true(str_eq_c(str_of(c.b.ptr + from, to - from),
			     "<p:b xmlns:p=\"urn:1\"><p:c>x</p:c></p:b>"));
	xml_out_leaf(o, "p", U1, "d", STR_NONE);
	assert_false(xml_out_is_closed(o));
	xml_out_close(o);
	end(&c, "<p:a xmlns:p=\"urn:1\"><p:b "
		"xmlns:p=\"urn:1\"><p:c>x</p:c></p:b><p:d></p:d></p:a>");
}

static void
test_cap(void **state)
{
	struct err e = ERR_INIT;
	struct arena *a = arena_new();
	AUTO(buf_release) struct buf b = BUF_INIT(20);
	struct xml_out *o = xml_out_new(a, &b);

	(void)state;
	xml_out_open(o, "", U1, "a");
	xml_out_text(o, STR("0123456789"));
	xml_out_text(o, STR(" "));
	xml_out_close(o);
	assert_true(b.len <= 20);
	assert_false(buf_done(&b, &e));
	assert_int_equal(e.code, ANSWER_TOO_LARGE);
	arena_free(a);
}

/*
 * Random documents. Each apex has prefixes and namespaces of its own, so that no apex repeats
 * what one around it declares.
 */
struct dice {
	struct chance chance;
	struct xml_out *o;
	struct buf *b;
	struct {
		size_t from, to;
	} apex[APEX_MAX];
	unsigned apex_count;
};

static const char *const text_of[] = {"x",
				      "æøå",
				      "<&>\"'",
				      "\r\n",
				      " y ",
				      "]]>",
				      "\t",
				      "",
				      "\x02",
				      "\xf0\x9f\x98\x80",
				      "a long run of plain text"};

static struct str
random_text(struct dice *d)
{
	return str_from(text_of[chance_below(&d->chance, ARRAY_LEN(text_of))]);
}

static struct str
random_uri(struct dice *d, unsigned level)
{
	static const char *const uri[] = {"urn:a", "urn:b", "urn:c", "http://x.test/?a=1;b"};
	static char level_uri[8][ARRAY_LEN(uri)][32];
	unsigned which = chance_below(&d->chance, ARRAY_LEN(uri));
	char *to = level_uri[level][which];

	snprintf(to, 32, "%s:%u", uri[which], level);
	return str_from(to);
}

static const char *
random_prefix(struct dice *d, unsigned level)
{
	static const char *const prefix[8][3] = {
		{"p", "q", "pq"},  {"a0", "b0", "c"}, {"a1", "b1", "d"}, {"a2", "b2", "e"},
		{"a3", "b3", "f"}, {"a4", "b4", "g"}, {"a5", "b5", "h"}, {"a6", "b6", "i"}};

	return prefix[level][chance_below(&d->chance, 3)];
}

static void
random_attrs(struct dice *d, unsigned level, const char *own_prefix, struct str own_ns)
{
	static const char *const local[] = {"a", "b", "ab", "c"};
	unsigned i, n = chance_below(&d->chance, 5);
	struct str used = STR_NONE;
	const char *used_prefix = NULL;

	for (i = 0; i < n && i < ARRAY_LEN(local); i++) {
		const char *name = local[(i + level) % ARRAY_LEN(local)];
		const char *prefix = random_prefix(d, level);
		struct str ns = random_uri(d, level);

		if (chance_of(&d->chance, 50)) {
			xml_out_attr(d->o, "", STR_NONE, name, random_text(d));
			continue;
		}
		if (used_prefix && strcmp(prefix, used_prefix) == 0)
			ns = used;
		if (strcmp(prefix, own_prefix) == 0)
			ns = own_ns;
		else if (used_prefix && strcmp(prefix, used_prefix) != 0)
			continue;
		else
			used_prefix = prefix, used = ns;
		xml_out_attr(d->o, prefix, ns, name, random_text(d));
	}
}

/* has_default: an element around this one, inside the apex, is written without prefix */
static void
random_element(struct dice *d, unsigned depth, unsigned level, bool has_default)
{
	unsigned shape = chance_below(&d->chance, 100), apex = APEX_MAX, n;
	const char *prefix = "";
	struct str ns = STR_NONE;

	if (depth > 0 && d->apex_count < APEX_MAX && level < 7 && chance_of(&d->chance, 12)) {
		apex = d->apex_count++;
		level++;
		has_default = false;
		shape = 50 + shape / 2;
		d->apex[apex].from = xml_out_pos(d->o);
	}
	if (shape >= 50 || !(has_default || level == 0)) {
		ns = random_uri(d, level);
		if (chance_of(&d->chance, 70))
			prefix = random_prefix(d, level);
	}
	(apex < APEX_MAX ? xml_out_apex : xml_out_open)(d->o, prefix, ns, "e");
	random_attrs(d, level, prefix, ns);
	for (n = chance_below(&d->chance, depth < 6 ? 5 : 2); n > 0; n--) {
		if (depth < 6 && chance_of(&d->chance, 50))
			random_element(d, depth + 1, level, has_default || !*prefix);
		else
			xml_out_text(d->o, random_text(d));
	}
	xml_out_close(d->o);
	if (apex < APEX_MAX)
		d->apex[apex].to = xml_out_pos(d->o);
}

/* The n-th apex is found in the tree by its offset: elements begin where '<' stands. */
static struct xml_node *
element_at(struct xml_node *n, const char *text, size_t *seen, size_t want)
{
	struct xml_node *c, *hit;

	if ((*seen)++ == want)
		return n;
	for (c = xml_first(n); c; c = xml_next(c))
		if ((hit = element_at(c, text, seen, want)) != NULL)
			return hit;
	return NULL;
}

static size_t
elements_before(const char *text, size_t at)
{
	size_t i, count = 0;

	for (i = 0; i < at; i++)
		if (text[i] == '<' && text[i + 1] != '/')
			count++;
	return count;
}

static void
check_document(struct dice *d, struct arena *a)
{
	static const struct c14n_rule plain;
	AUTO(xml_doc_freep) struct xml_doc *doc = NULL;
	AUTO(buf_release) struct buf ours = BUF_INIT(1u << 20);
	struct str text = buf_str(d->b), want;
	struct err e = ERR_INIT;
	xmlChar *theirs = NULL;
	int len;
	unsigned i;

	if (!xml_parse(text, &wide, &doc, &e))
		fail_msg("%s: " STR_FMT, e.detail, STR_ARG(text));
	len = xmlC14NDocDumpMemory(node_raw(xml_root(doc))->doc, NULL, XML_C14N_EXCLUSIVE_1_0,
				   NULL, 0, &theirs);
	if (len < 0 || !str_eq(str_of(theirs, (size_t)len), text))
		fail_msg("ours   " STR_FMT "\ntheirs %s", STR_ARG(text), (const char *)theirs);
	xmlFree(theirs);
	xml_node_write(xml_root(doc), &ours);
	assert_true(str_eq(buf_str(&ours), text));
	for (i = 0; i < d->apex_count; i++) {
		size_t seen = 0;
		struct str part =
			str_of(text.ptr + d->apex[i].from, d->apex[i].to - d->apex[i].from);

		want = oracle_c14n(element_at(xml_root(doc), text.ptr, &seen,
					      elements_before(text.ptr, d->apex[i].from)),
				   &plain, a);
		if (!str_eq(part, want))
			fail_msg("apex " STR_FMT "\ntheirs " STR_FMT, STR_ARG(part),
				 STR_ARG(want));
	}
}

static void
test_random(void **state)
{
	struct dice d = {.chance = {1}};
	struct arena *a = arena_new();
	AUTO(buf_release) struct buf b = BUF_INIT(1u << 20);
	unsigned i, apexes = 0;

	(void)state;
	d.b = &b;
	for (i = 0; i < DOCUMENTS; i++) {
		buf_clear(&b);
		d.o = xml_out_new(a, &b);
		d.apex_count = 0;
		random_element(&d, 0, 0, true);
		assert_true(xml_out_is_closed(d.o));
		check_document(&d, a);
		apexes += d.apex_count;
		arena_reset(a);
	}
	assert_true(apexes > DOCUMENTS / 10);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_declarations), cmocka_unit_test(test_escaping),
		cmocka_unit_test(test_blank),        cmocka_unit_test(test_apex),
		cmocka_unit_test(test_cap),          cmocka_unit_test(test_random),
	};

	xml_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
