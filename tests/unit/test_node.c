/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Walking: names count by namespace and local name, only children are looked at, text is
 * joined. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "xml/node.h"
#include "xml/parse.h"

static const struct xml_limits limits = {1u << 16, 10, 1000, true};

static const char source[] =
	"<p:root xmlns:p='urn:p' xmlns:q='urn:p' xmlns='urn:d'>\n"
	" <one/> text <q:two a='1' p:a='2'>x<!-- c -->y<![CDATA[<z>]]></q:two>\n"
	" <p:two>  padded\t\n</p:two><none xmlns=''><deep/></none><one> </one><one>last</one>"
	"</p:root>";

#define NS_P STR("urn:p")
#define NS_D STR("urn:d")

struct fixture {
	struct xml_doc *doc;
	struct xml_node *root;
	struct arena *a;
};

static int
setup(void **state)
{
	static struct fixture f;
	struct err e = ERR_INIT;

	f.a = arena_new();
	if (!xml_parse(str_from(source), &limits, &f.doc, &e))
		return -1;
	f.root = xml_root(f.doc);
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	xml_doc_freep(&f->doc);
	arena_freep(&f->a);
	return 0;
}

static void
same(struct str got, const char *want)
{
	if (!str_eq_c(got, want))
		fail_msg("'" STR_FMT "' is not '%s'", STR_ARG(got), want);
}

static void
test_names(void **state)
{
	const struct fixture *f = *state;
	struct xml_node *none = xml_child(f->root, STR_NONE, "none");

	assert_true(xml_is(f->root, NS_P, "root"));
	assert_false(xml_is(f->root, NS_D, "root"));
	assert_false(xml_is(f->root, STR("urn:"), "root"));
	assert_false(xml_is(f->root, STR("urn:pp"), "root"));
	assert_false(xml_is(f->root, STR(""), "root"));
	assert_false(xml_is(f->root, STR_NONE, "root"));
	assert_false(xml_is(f->root, NS_P, "roo"));
	assert_false(xml_is(f->root, NS_P, "p:root"));
	assert_true(xml_is_local(f->root, "root"));
	same(xml_ns(f->root), "urn:p");
	same(xml_local(f->root), "root");
	assert_non_null(none);
	assert_false(str_is_set(xml_ns(none)));
	assert_true(xml_is(xml_first(none), STR_NONE, "deep"));
}

static void
test_walk(void **state)
{
	const struct fixture *f = *state;
	struct xml_node *one = xml_first(f->root);
	struct xml_node *two = xml_next(one);

	assert_true(xml_is(one, NS_D, "one"));
	/* q and p are the same namespace */
	assert_true(xml_is(two, NS_P, "two"));
	assert_ptr_equal(xml_child(f->root, NS_P, "two"), two);
	assert_ptr_equal(xml_same(two), xml_next(two));
	assert_null(xml_same(xml_same(two)));
	assert_ptr_equal(xml_parent(two), f->root);
	assert_null(xml_parent(f->root));
	assert_null(xml_next(f->root));
	assert_null(xml_first(one));
	assert_null(xml_child(f->root, NS_D, "two"));
	/* never deeper than the children */
	assert_null(xml_child(f->root, STR_NONE, "deep"));
	assert_int_equal(xml_count(f->root, NS_D, "one"), 3);
	assert_int_equal(xml_count(f->root, NS_P, "two"), 2);
	assert_int_equal(xml_count(f->root, NS_P, "one"), 0);
	assert_int_equal(xml_count_all(f->root), 6);
	assert_int_equal(xml_count_all(one), 0);
	assert_null(xml_only(f->root, NS_D, "one"));
	assert_null(xml_only(f->root, NS_D, "none"));
	assert_non_null(xml_only(f->root, STR_NONE, "none"));
	assert_int_equal(xml_line(f->root), 1);
	assert_int_equal(xml_line(two), 2);
}

static void
test_text(void **state)
{
	const struct fixture *f = *state;
	struct xml_node *one = xml_first(f->root);
	struct xml_node *two = xml_next(one);
	struct xml_node *padded = xml_same(two);

	same(xml_text(two, f->a), "xy<z>");
	same(xml_text(padded, f->a), "  padded\t\n");
	same(xml_text_trim(padded, f->a), "padded");
	same(xml_text(one, f->a), "");
	assert_true(str_is_set(xml_text(one, f->a)));
	same(xml_text(xml_same(xml_same(one)), f->a), "last");
	/* own text only, not that of children */
	same(xml_text_trim(f->root, f->a), "text");
	assert_true(xml_has_text(f->root));
	assert_true(xml_has_text(two));
	assert_false(xml_has_text(one));
	assert_false(xml_has_text(xml_same(one)));
	assert_false(xml_has_text(xml_child(f->root, STR_NONE, "none")));
	assert_true(xml_has_comment(f->root));
	assert_true(xml_has_comment(two));
	assert_false(xml_has_comment(one));
	assert_false(xml_has_comment(padded));
}

static void
test_attributes(void **state)
{
	const struct fixture *f = *state;
	struct xml_node *two = xml_child(f->root, NS_P, "two");

	same(xml_attr(two, STR_NONE, "a", f->a), "1");
	same(xml_attr(two, NS_P, "a", f->a), "2");
	assert_false(str_is_set(xml_attr(two, NS_D, "a", f->a)));
	assert_false(str_is_set(xml_attr(two, STR_NONE, "b", f->a)));
	assert_int_equal(xml_attr_count(two), 2);
	assert_int_equal(xml_attr_count(f->root), 0);
}

static void
test_attribute_values(void **state)
{
	AUTO(xml_doc_freep) struct xml_doc *d = NULL;
	const struct fixture *f = *state;
	struct err e = ERR_INIT;

	assert_true(xml_parse(STR("<a b='' c='&amp;&lt;&#38;lt;' d='x\n\ty' e='&#10;'/>"),
			      &limits, &d, &e));
	same(xml_attr(xml_root(d), STR_NONE, "b", f->a), "");
	assert_true(str_is_set(xml_attr(xml_root(d), STR_NONE, "b", f->a)));
	same(xml_attr(xml_root(d), STR_NONE, "c", f->a), "&<&lt;");
	same(xml_attr(xml_root(d), STR_NONE, "d", f->a), "x  y");
	same(xml_attr(xml_root(d), STR_NONE, "e", f->a), "\n");
}

static void
test_null(void **state)
{
	const struct fixture *f = *state;

	assert_false(xml_is(NULL, NS_P, "a"));
	assert_false(xml_is_local(NULL, "a"));
	assert_false(str_is_set(xml_ns(NULL)));
	assert_false(str_is_set(xml_local(NULL)));
	assert_null(xml_parent(NULL));
	assert_null(xml_first(NULL));
	assert_null(xml_next(NULL));
	assert_null(xml_child(NULL, NS_P, "a"));
	assert_null(xml_same(NULL));
	assert_null(xml_only(NULL, NS_P, "a"));
	assert_int_equal(xml_count(NULL, NS_P, "a"), 0);
	assert_int_equal(xml_count_all(NULL), 0);
	assert_int_equal(xml_attr_count(NULL), 0);
	assert_int_equal(xml_line(NULL), 0);
	assert_false(xml_has_text(NULL));
	assert_false(xml_has_comment(NULL));
	assert_false(str_is_set(xml_text(NULL, f->a)));
	assert_false(str_is_set(xml_text_trim(NULL, f->a)));
	assert_false(str_is_set(xml_attr(NULL, STR_NONE, "a", f->a)));
}

static void
test_write(void **state)
{
	AUTO(buf_release) struct buf b = BUF_INIT(4096);
	const struct fixture *f = *state;

	xml_node_write(xml_child(f->root, NS_P, "two"), &b);
	same(buf_str(&b), "<q:two xmlns:p=\"urn:p\" xmlns:q=\"urn:p\" a=\"1\" "
			  "p:a=\"2\">xy&lt;z&gt;</q:two>");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_attribute_values),
		cmocka_unit_test(test_null),
		cmocka_unit_test(test_write),
	};

	xml_init();
	return cmocka_run_group_tests(tests, setup, teardown);
}
