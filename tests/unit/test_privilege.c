/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Privilege lists: read as liberally as senders write them, written in one exact shape. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/encoding.h"
#include "saml/privilege.h"
#include "xml/parse.h"

#define ITST "http://itst.dk/oiosaml/basic_privilege_profile"
#define DIGST "http://digst.dk/oiosaml/basic_privilege_profile"
#define CVR "urn:dk:gov:saml:cvrNumberIdentifier:"
#define LIST(ns, inside) "<bpp:PrivilegeList xmlns:bpp='" ns "'>" inside "</bpp:PrivilegeList>"
#define GROUP(inside) "<PrivilegeGroup Scope='" CVR "11111111'>" inside "</PrivilegeGroup>"
#define ROLE "<Privilege>http://x.example/roles/r/1</Privilege>"
#define DA "<Constraint Name='http://x.example/constraints/KLE/1'>27.*</Constraint>"

static const struct privilege_limits limits = {.bytes = 2048, .groups = 3, .constraints = 2};

static const struct {
	const char *name;
	const char *xml;
	bool is_read;
	size_t groups, ignored;
} cases[] = {
	{"itst", LIST(ITST, GROUP(ROLE)), true, 1, 0},
	{"digst", LIST(DIGST, GROUP(ROLE DA)), true, 1, 0},
	{"no namespace", "<PrivilegeList>" GROUP(ROLE) "</PrivilegeList>", true, 1, 0},
	{"another namespace", LIST("urn:other", GROUP(ROLE)), false, 0, 0},
	{"another root", "<List/>", false, 0, 0},
	{"qualified children",
	 "<PrivilegeList xmlns='" DIGST "'>" GROUP(ROLE DA) "</PrivilegeList>", true, 1, 0},
	{"indented",
	 "<?xml version='1.0' encoding='UTF-8'?>\n" LIST(
		 ITST, "\n  <PrivilegeGroup Scope='" CVR "11111111'>\n    <Privilege>"
		       "\n http://x.example/roles/r/1\n </Privilege>\n  "
		       "</PrivilegeGroup>\n"),
	 true, 1, 0},
	{"constraint first", LIST(ITST, GROUP(DA ROLE)), true, 1, 0},
	{"foreign elements", LIST(ITST, "<x/>" GROUP("<y/>" ROLE "<z/>")), true, 1, 0},
	{"empty list", LIST(ITST, ""), true, 0, 0},
	{"empty constraint", LIST(ITST, GROUP(ROLE "<Constraint Name='n'/>")), true, 1, 0},
	{"prefix in another case",
	 LIST(ITST, "<PrivilegeGroup Scope='urn:dk:gov:saml:CvrNumberIdentifier:11111111'>" ROLE
		    "</PrivilegeGroup>"),
	 true, 1, 0},
	{"group without role", LIST(ITST, GROUP("")), true, 0, 1},
	{"scope of a CPR number",
	 LIST(ITST,
	      "<PrivilegeGroup Scope='urn:dk:gov:saml:cprNumberIdentifier:0000000000'>" ROLE
	      "</PrivilegeGroup>" GROUP(ROLE)),
	 true, 1, 1},
	{"scope of seven digits",
	 LIST(ITST, "<PrivilegeGroup Scope='" CVR "1111111'>" ROLE "</PrivilegeGroup>"), true,
	 0, 1},
	{"scope of nine digits",
	 LIST(ITST, "<PrivilegeGroup Scope='" CVR "111111111'>" ROLE "</PrivilegeGroup>"), true,
	 0, 1},
	{"no scope", LIST(ITST, "<PrivilegeGroup>" ROLE "</PrivilegeGroup>"), false, 0, 0},
	{"empty role", LIST(ITST, GROUP("<Privilege> </Privilege>")), false, 0, 0},
	{"element in a role", LIST(ITST, GROUP("<Privilege>a<b/>c</Privilege>")), false, 0, 0},
	{"constraint without name", LIST(ITST, GROUP(ROLE "<Constraint>x</Constraint>")), false,
	 0, 0},
	{"DOCTYPE", "<!DOCTYPE x>" LIST(ITST, GROUP(ROLE)), false, 0, 0},
	{"comment", LIST(ITST, GROUP("<Privilege>a<!-- x -->b</Privilege>")), false, 0, 0},
	{"not well-formed", "<PrivilegeList>", false, 0, 0},
	{"no markup", "???", false, 0, 0},
	{"three groups", LIST(ITST, GROUP(ROLE) GROUP(ROLE) GROUP(ROLE)), true, 3, 0},
	{"four groups", LIST(ITST, GROUP(ROLE) GROUP(ROLE) GROUP(ROLE) GROUP(ROLE)), false, 0,
	 0},
	{"two constraints", LIST(ITST, GROUP(ROLE DA DA)), true, 1, 0},
	{"three constraints", LIST(ITST, GROUP(ROLE DA DA DA)), false, 0, 0},
};

static void
check(const char *name, struct str text, size_t i, struct arena *a)
{
	struct privilege_list list;
	struct err e = ERR_INIT;
	bool ok = privilege_read(text, &limits, a, &list, &e);

	if (ok != cases[i].is_read || (!ok && e.code != PRIVILEGES_MALFORMED))
		fail_msg("%s, %s: %s", cases[i].name, name, ok ? "read" : e.detail);
	if (ok && (list.count != cases[i].groups || list.ignored != cases[i].ignored))
		fail_msg("%s, %s: %zu groups, %zu ignored", cases[i].name, name, list.count,
			 list.ignored);
}

/* Each as bare XML, in base64, and in base64 broken into lines. */
static void
reading(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *a = arena_new();
		struct str xml = str_from(cases[i].xml), base64 = base64_encode(a, xml);
		struct buf b = BUF_INIT(1u << 16);

		for (size_t j = 0; j < base64.len; j++) {
			buf_add_char(&b, base64.ptr[j]);
			if (j % 60 == 59)
				buf_add_c(&b, "\r\n\t");
		}
		check("bare", xml, i, a);
		check("base64", base64, i, a);
		check("lines", buf_str(&b), i, a);
		buf_release(&b);
		arena_free(a);
	}
}

static void
values(void **state)
{
	struct arena *a = arena_new();
	struct privilege_list list;
	struct err e = ERR_INIT;

	(void)state;
	assert_true(privilege_read(STR(LIST(ITST, GROUP(DA ROLE "<Constraint Name=' n '> v "
								"</Constraint>"))),
				   &limits, a, &list, &e));
	assert_int_equal(list.count, 1);
	assert_true(str_eq_c(list.groups[0].scope_cvr, "11111111"));
	assert_int_equal(list.groups[0].role_count, 1);
	assert_true(str_eq_c(list.groups[0].roles[0], "http://x.example/roles/r/1"));
	assert_int_equal(list.groups[0].constraint_count, 2);
	assert_true(str_eq_c(list.groups[0].constraints[0].value, "27.*"));
	assert_true(str_eq_c(list.groups[0].constraints[1].name, "n"));
	assert_true(str_eq_c(list.groups[0].constraints[1].value, "v"));
	arena_free(a);
}

static void
too_large(void **state)
{
	struct arena *a = arena_new();
	struct buf b = BUF_INIT(1u << 16);
	struct privilege_list list;
	struct err e = ERR_INIT;

	(void)state;
	buf_add_c(&b, "<PrivilegeList>");
	while (b.len + 16 < limits.bytes)
		buf_add_char(&b, ' ');
	buf_add_c(&b, "</PrivilegeList>");
	assert_int_equal(b.len, limits.bytes);
	assert_true(privilege_read(buf_str(&b), &limits, a, &list, &e));
	buf_insert(&b, 15, STR(" "));
	assert_false(privilege_read(buf_str(&b), &limits, a, &list, &e));
	assert_int_equal(e.code, PRIVILEGES_MALFORMED);
	err_clear(&e);
	assert_false(privilege_read(base64_encode(a, buf_str(&b)), &limits, a, &list, &e));
	buf_release(&b);
	arena_free(a);
}

static void
writing(void **state)
{
	const struct str roles[] = {STR("http://organisation.example/roles/r/1"), STR("b")};
	const struct constraint da[] = {
		{STR("http://sts.kombit.dk/constraints/KLE/1"), STR("27.* & <\">")}};
	const struct privilege groups[] = {
		{.scope_cvr = STR("11111111"),
		 .roles = roles,
		 .role_count = 1,
		 .constraints = da,
		 .constraint_count = 1},
		{.scope_cvr = STR("22222222"), .roles = roles + 1, .role_count = 1},
	};
	struct arena *a = arena_new();
	struct buf b = BUF_INIT(1u << 16);
	struct privilege_list list;
	struct err e = ERR_INIT;

	(void)state;
	privilege_write(groups, ARRAY_LEN(groups), false, &b);
	assert_true(str_eq_c(
		buf_str(&b),
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?><bpp:PrivilegeList xmlns:bpp=\"" ITST
		"\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">"
		"<PrivilegeGroup Scope=\"" CVR "11111111\"><Privilege>"
		"http://organisation.example/roles/r/1</Privilege>"
		"<Constraint Name=\"http://sts.kombit.dk/constraints/KLE/1\">"
		"27.* &amp; &lt;&quot;&gt;</Constraint></PrivilegeGroup>"
		"<PrivilegeGroup Scope=\"" CVR "22222222\"><Privilege>b</Privilege>"
		"</PrivilegeGroup></bpp:PrivilegeList>"));
	assert_true(privilege_read(buf_str(&b), &limits, a, &list, &e));
	assert_int_equal(list.count, 2);
	assert_true(str_eq(list.groups[0].constraints[0].value, da[0].value));
	buf_clear(&b);
	privilege_write(groups, 1, true, &b);
	assert_true(str_has_prefix(str_skip(buf_str(&b), 38),
				   STR("<bpp:PrivilegeList xmlns:bpp=\"" DIGST "\"")));
	buf_release(&b);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reading),
		cmocka_unit_test(values),
		cmocka_unit_test(too_large),
		cmocka_unit_test(writing),
	};

	xml_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
