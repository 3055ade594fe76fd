/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Single settings changed in the text of a configuration: what else is in it stays to the byte,
 * and what cannot be followed is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <libconfig.h>

#include "gateway/conf_edit.h"

#define MOST 65536

struct edit_case {
	const char *name, *text;
	struct conf_change changes[3];
	const char *want; /* NULL: refused, and … */
	const char *why;
};

#define SET(n, v)                                                                              \
	{                                                                                      \
		.name = (n), .value = STR_INIT(v)                                              \
	}
#define GONE(n)                                                                                \
	{                                                                                      \
		.name = (n)                                                                    \
	}

static const struct edit_case cases[] = {
	{"in place",
	 "sts: {\n\tcert = \"a\"; # mine\n};\n",
	 {SET("cert", "\"b\"")},
	 "sts: {\n\tcert = \"b\"; # mine\n};\n",
	 NULL},
	{"without a semicolon",
	 "sts = { cert = \"a\"\n key = \"k\" }",
	 {SET("cert", "\"b\"")},
	 "sts = { cert = \"b\"\n key = \"k\" }",
	 NULL},
	{"a text in pieces",
	 "sts:{cert=\"a\" /* x */\n \"b\";}",
	 {SET("cert", "\"c\"")},
	 "sts:{cert=\"c\";}",
	 NULL},
	{"new ones, in order",
	 "x = 1;\nsts: {\n\tcert = \"a\";\n};\n",
	 {SET("next_cert", "\"b\""), SET("next_key", "\"k\"")},
	 "x = 1;\nsts: {\n\tnext_cert = \"b\";\n\tnext_key = \"k\";\n\tcert = \"a\";\n};\n",
	 NULL},
	{"a new one on the section's line",
	 "sts: { cert = \"a\"; };\n",
	 {SET("next_cert", "\"b\"")},
	 "sts: {\n\tnext_cert = \"b\";\n cert = \"a\"; };\n",
	 NULL},
	{"a comment on the section's line",
	 "sts: { # mine\n\tcert = \"a\";\n};\n",
	 {SET("next_cert", "\"b\"")},
	 "sts: { # mine\n\tnext_cert = \"b\";\n\tcert = \"a\";\n};\n",
	 NULL},
	{"a bracket in it",
	 "sts: { // } {\r\n\tcert = \"a\";\r\n};\r\n",
	 {SET("next_cert", "\"b\"")},
	 "sts: { // } {\n\tnext_cert = \"b\";\r\n\tcert = \"a\";\r\n};\r\n",
	 NULL},
	{"into an empty section",
	 "sts: {}",
	 {SET("cert", "\"b\"")},
	 "sts: {\n\tcert = \"b\";\n}",
	 NULL},
	{"one goes with its line",
	 "sts: {\n\ta = \"1\";\n\tb = \"2\";\n\tc = \"3\";\n};\n",
	 {GONE("b")},
	 "sts: {\n\ta = \"1\";\n\tc = \"3\";\n};\n",
	 NULL},
	{"one goes, its neighbours stay",
	 "sts: { a = \"1\"; b = \"2\"; };\n",
	 {GONE("a")},
	 "sts: {  b = \"2\"; };\n",
	 NULL},
	{"one goes, its comment stays",
	 "sts: {\n\ta = \"1\"; # why\n};\n",
	 {GONE("a")},
	 "sts: {\n\t # why\n};\n",
	 NULL},
	{"what is not there goes easily",
	 "sts: { a = \"1\"; };\n",
	 {GONE("b")},
	 "sts: { a = \"1\"; };\n",
	 NULL},
	{"all at once",
	 "sts: {\n\tcert = \"a\";\n\tnext_cert = \"b\";\n};\n",
	 {SET("cert", "\"b\""), GONE("next_cert"), SET("trusted", "\"a\"")},
	 "sts: {\n\ttrusted = \"a\";\n\tcert = \"b\";\n};\n",
	 NULL},
	{"not in another section",
	 "hub: { cert = \"h\"; };\nsts: { cert = \"a\"; };\n",
	 {SET("cert", "\"b\"")},
	 "hub: { cert = \"h\"; };\nsts: { cert = \"b\"; };\n",
	 NULL},
	{"not in a section within",
	 "x: { sts: { cert = \"h\"; }; };\nsts: { y: { cert = "
	 "\"h\"; }; cert = \"a\"; };\n",
	 {SET("cert", "\"b\"")},
	 "x: { sts: { cert = \"h\"; }; };\nsts: { y: { cert = \"h\"; }; cert = \"b\"; };\n",
	 NULL},
	{"not in a comment",
	 "# sts: { cert = \"c\"; };\n// }\n/* sts: { */\nsts: {\n# cert = "
	 "\"c\"; }\n\tcert = \"a\";\n};\n",
	 {SET("cert", "\"b\"")},
	 "# sts: { cert = \"c\"; };\n// }\n/* sts: { */\nsts: {\n# cert = \"c\"; }\n\tcert = "
	 "\"b\";\n};\n",
	 NULL},
	{"not in a text",
	 "x = \"sts: { cert = \\\"c\\\"; };\";\nsts: { y = \"}\"; cert = \"a\"; };",
	 {SET("cert", "\"b\"")},
	 "x = \"sts: { cert = \\\"c\\\"; };\";\nsts: { y = \"}\"; cert = \"b\"; };",
	 NULL},
	{"lists and numbers in between",
	 "n = 0x1F; l = ( 1, { a = \"}\"; }, [ 2 ] ); f = 1.5e3;\n"
	 "sts: { b = true; cert = \"a\"; };",
	 {SET("cert", "\"b\"")},
	 "n = 0x1F; l = ( 1, { a = \"}\"; }, [ 2 ] ); f = 1.5e3;\nsts: { b = true; cert = "
	 "\"b\"; };",
	 NULL},
	{"Windows' ends of lines",
	 "sts: {\r\n\tcert = \"a\";\r\n};\r\n",
	 {SET("next_cert", "\"b\"")},
	 "sts: {\n\tnext_cert = \"b\";\r\n\tcert = \"a\";\r\n};\r\n",
	 NULL},
	/* refused */
	{"no section",
	 "hub: { };\n",
	 {SET("cert", "\"b\"")},
	 NULL,
	 "section sts is not in the file"},
	{"in another file",
	 "@include \"sts.conf\"\n",
	 {SET("cert", "\"b\"")},
	 NULL,
	 "section sts is not in the file itself"},
	{"partly in another file",
	 "sts: {\n@include \"sts.conf\"\n};\n",
	 {SET("cert", "\"b\"")},
	 NULL,
	 "section sts includes another file"},
	{"a section twice",
	 "sts: { };\nsts: { };\n",
	 {SET("cert", "\"b\"")},
	 NULL,
	 "section sts is there twice"},
	{"a setting twice",
	 "sts: { cert = \"a\"; cert = \"b\"; };\n",
	 {SET("cert", "\"b\"")},
	 NULL,
	 "sts.cert is there twice"},
	{"no section by that name",
	 "sts = \"x\";\n",
	 {SET("cert", "\"b\"")},
	 NULL,
	 "sts is no section"},
	{"no text",
	 "sts: { cert = 1; };\n",
	 {SET("cert", "\"b\"")},
	 NULL,
	 "sts.cert is no text"},
	{"no text, and going",
	 "sts: { cert = ( \"a\" ); };\n",
	 {GONE("cert")},
	 NULL,
	 "sts.cert is no text"},
	{"no end of a section",
	 "a = 1;\nsts: { cert = \"a\";\n",
	 {SET("cert", "\"b\"")},
	 NULL,
	 "line 2: a bracket without end"},
	{"no end of a text",
	 "sts: { cert = \"a; };\n",
	 {SET("cert", "\"b\"")},
	 NULL,
	 "without end"},
	{"no end of a comment",
	 "\n/* sts: { };\n",
	 {SET("cert", "\"b\"")},
	 NULL,
	 "line 2: a comment without end"},
	{"no name", "sts: { = \"a\"; };\n", {SET("cert", "\"b\"")}, NULL, "no name"},
	{"no value", "sts: { cert = ; };\n", {SET("cert", "\"b\"")}, NULL, "no value"},
	{"no sign", "sts: { cert \"a\"; };\n", {SET("cert", "\"b\"")}, NULL, "neither"},
	{"brackets past all bounds",
	 "sts: ((((((((((((((((((((((((((((((((((((((((",
	 {GONE("a")},
	 NULL,
	 "a bracket without end"},
};

static void
edits(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct edit_case *x = &cases[i];
		AUTO(buf_release) struct buf out = BUF_INIT(MOST);
		struct err e = ERR_INIT;
		size_t count = 0;
		bool ok;

		while (count < ARRAY_LEN(x->changes) && x->changes[count].name)
			count++;
		ok = conf_edit(str_from(x->text), "sts", x->changes, count, &out, &e);
		if (ok != (x->want != NULL) || (ok && !str_eq_c(buf_str(&out), x->want)))
			fail_msg("%s: %s%.*s", x->name, e.detail, STR_ARG(buf_str(&out)));
		if (!ok && (e.code != CONFIG_INVALID || !strstr(e.detail, x->why)))
			fail_msg("%s: %s", x->name, e.detail);
	}
}

/* libconfig reads what was written, and finds the values. */
static void
as_libconfig_reads_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct edit_case *x = &cases[i];
		config_t c;

		if (!x->want)
			continue;
		config_init(&c);
		if (config_read_string(&c, x->text) != CONFIG_TRUE ||
		    config_read_string(&c, x->want) != CONFIG_TRUE)
			fail_msg("%s: line %d: %s", x->name, config_error_line(&c),
				 config_error_text(&c));
		for (size_t k = 0; k < ARRAY_LEN(x->changes) && x->changes[k].name; k++) {
			const struct conf_change *change = &x->changes[k];
			const char *value = NULL;
			char path[64];
			bool found;

			snprintf(path, sizeof(path), "sts.%s", change->name);
			found = config_lookup_string(&c, path, &value) == CONFIG_TRUE;
			assert_int_equal(found, str_is_set(change->value));
			if (found)
				assert_memory_equal(value, change->value.ptr + 1,
						    change->value.len - 2);
		}
		config_destroy(&c);
	}
}

static void
values(void **state)
{
	static const char text[] = "sts: { a = \"x\\\"y\" \"z\"; b = 1; };";
	AUTO(buf_release) struct buf quoted = BUF_INIT(100), small = BUF_INIT(4);
	struct err e = ERR_INIT;
	struct str got;

	(void)state;
	assert_true(conf_get(str_from(text), "sts", "a", &got, &e));
	assert_true(str_eq_c(got, "\"x\\\"y\" \"z\""));
	assert_true(conf_get(str_from(text), "sts", "none", &got, &e));
	assert_false(str_is_set(got));
	assert_false(conf_get(str_from(text), "sts", "b", &got, &e));
	err_clear(&e);
	assert_false(conf_get(str_from(text), "hub", "a", &got, &e));
	err_clear(&e);
	assert_true(conf_quote(STR("/a \"b\"\\c/æ"), &quoted, &e));
	assert_true(str_eq_c(buf_str(&quoted), "\"/a \\\"b\\\"\\\\c/æ\""));
	assert_false(conf_quote(STR("a\nb"), &quoted, &e));
	assert_int_equal(e.code, CONFIG_INVALID);
	err_clear(&e);
	assert_false(conf_quote(STR("abcdef"), &small, &e));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edits),
		cmocka_unit_test(as_libconfig_reads_it),
		cmocka_unit_test(values),
	};

	return cmocka_run_group_tests_name("conf_edit", tests, NULL, NULL);
}
