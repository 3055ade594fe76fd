/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration file: what is taken, what is refused and in which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/file.h"
#include "gateway/options.h"

#define FILE_NAME "sluse-test.conf"

static bool
load(const char *text, struct config **out, struct buf *problems)
{
	char path[256];
	struct err e = ERR_INIT;
	bool ok;

	snprintf(path, sizeof(path), "/tmp/%ld-" FILE_NAME, (long)getpid());
	assert_true(file_write(path, str_from(text), &e));
	ok = config_load(path, out, problems, &e);
	assert_int_equal(e.code, ok ? ERR_NONE : CONFIG_INVALID);
	unlink(path);
	return ok;
}

static const struct {
	const char *name, *text, *problem;
} refused[] = {
	{"unknown at the top", "enviroment = \"production\";",
	 ":1: unknown setting 'enviroment'; did you mean 'environment'?"},
	{"unknown in a section", "sts: { lifetme = \"8h\"; };",
	 ":1: unknown setting 'sts.lifetme'; did you mean 'sts.lifetime'?"},
	{"line is told", "workers = 4;\n\nconnections = \"many\";\n",
	 ":3: 'connections' must be"},
	{"too small", "workers = 0;",
	 "'workers' must be a whole number within its range, 1 to 512"},
	{"too large", "workers = 513;", "1 to 512"},
	{"number as fraction", "workers = 1.5;", "'workers' must be"},
	{"duration without unit that is too short", "sts: { lifetime = \"60\"; };",
	 "'sts.lifetime' must be"},
	{"duration of no unit known", "sts: { lifetime = \"8y\"; };", "'sts.lifetime' must be"},
	{"flag", "trust: { crl_required = \"maybe\"; };", "must be true or false"},
	{"choice", "log: { level = \"loud\"; };", "must be error warning info debug"},
	{"address without port", "listen: { system = \"localhost\"; };", "address:port"},
	{"URL with slash", "url: { system = \"https://a.example/\"; };",
	 "without a slash at its end"},
	{"URL of no kind", "url: { system = \"ftp://a.example\"; };", "http(s) URL"},
	{"list for a text", "database = ( \"a\", \"b\" );", "'database' must be"},
	{"empty text", "database = \"\";", "'database' must be a text"},
	{"section in section", "sts: { more: { lifetime = \"8h\"; }; };", "'sts.more'"},
	{"twice", "workers = 4;\nworkers = 5;", ":2: duplicate setting name"},
	{"no syntax", "workers = ;", ":1: syntax error"},
	{"half a pair", "sts: { cert = \"a.pem\"; };", "'sts.cert' and 'sts.key' go together"},
	{"half a successor", "sts: { cert = \"a\"; key = \"b\"; next_cert = \"c\"; };",
	 "'sts.next_cert' and 'sts.next_key' go together"},
	{"a successor of nothing", "hub: { next_cert = \"c\"; next_key = \"d\"; };",
	 "'hub.next_key' needs 'hub.key'"},
	{"a date for nothing", "service: { next_from = \"2030-01-01\"; };",
	 "'service.next_from' needs 'service.next_key'"},
	{"a password for nothing", "tls: { key_password = \"p\"; };",
	 "'tls.key_password' needs 'tls.key'"},
	{"a key without certificate", "sts: { key = \"k.pem\"; };", "go together"},
	{"a key in a token without certificate", "sts: { key = \"pkcs11:object=k\"; };",
	 "go together"},
	{"no such day", "sts: { next_from = \"2030-02-30\"; };",
	 "'sts.next_from' must be a date"},
	{"shifted clock in production", "clock_shift = 10;",
	 "for environment = \"development\" only"},
};

static void
test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct buf problems = BUF_INIT(65536);
		struct config *c = NULL;

		if (load(refused[i].text, &c, &problems))
			fail_msg("%s: was accepted", refused[i].name);
		buf_add_char(&problems, '\0');
		if (strstr(problems.ptr, refused[i].problem) == NULL)
			fail_msg("%s: said '%s'", refused[i].name, problems.ptr);
		buf_release(&problems);
	}
}

static void
test_all_problems_are_told(void **state)
{
	struct buf problems = BUF_INIT(65536);
	struct config *c = NULL;

	(void)state;
	assert_false(load("workers = 0;\nconnections = 1;\n", &c, &problems));
	buf_add_char(&problems, '\0');
	assert_non_null(strstr(problems.ptr, "'workers'"));
	assert_non_null(strstr(problems.ptr, "'connections'"));
	buf_release(&problems);
}

static void
test_accepted(void **state)
{
	static const char text[] =
		"# a comment\nenvironment = \"development\"; clock_shift = -10;\n"
		"workers = 8; database = \"data/sluse.db\";\n"
		"sts: { lifetime = \"90min\"; cert = \"/etc/a.pem\"; key = \"b.pem\"; };\n"
		"trust: { crl_required = false; crl_grace = \"2d\"; };\n";
	struct buf problems = BUF_INIT(65536);
	struct config *c = NULL;

	(void)state;
	assert_true(load(text, &c, &problems));
	assert_false(config_is_production(c));
	assert_int_equal(config_number(c, OPT_CLOCK_SHIFT), -10);
	assert_int_equal(config_number(c, OPT_WORKERS), 8);
	assert_int_equal(config_number(c, OPT_STS_LIFETIME), 5400);
	assert_int_equal(config_number(c, OPT_CRL_GRACE), 2 * 86400);
	assert_false(config_flag(c, OPT_CRL_REQUIRED));
	assert_string_equal(config_text(c, OPT_STS_CERT), "/etc/a.pem");
	assert_string_equal(config_text(c, OPT_STS_KEY), "/tmp/b.pem"); /* beside the file */
	assert_string_equal(config_text(c, OPT_DATABASE), "/tmp/data/sluse.db");
	assert_string_equal(config_text(c, OPT_LISTEN_SYSTEM), "127.0.0.1:8443");
	assert_false(config_is_set(c, OPT_HUB_CERT));
	assert_int_equal(problems.len, 0);
	config_free(c);
	buf_release(&problems);
}

static void
test_defaults(void **state)
{
	struct buf problems = BUF_INIT(65536), out = BUF_INIT(65536);
	struct config *a = NULL, *b = NULL;
	struct err e = ERR_INIT;

	(void)state;
	assert_true(config_load(NULL, &a, &problems, &e));
	assert_true(config_is_production(a));
	assert_true(config_flag(a, OPT_CRL_REQUIRED));
	assert_true(load("workers = 7; log: { level = \"debug\"; };", &b, &problems));
	assert_false(config_may_replace(
		a, b, &out)); /* workers needs a restart, log.level does not */
	buf_add_char(&out, '\0');
	assert_string_equal(out.ptr, "workers\n");
	config_free(a);
	config_free(b);
	buf_release(&problems);
	buf_release(&out);
}

static void
test_no_file(void **state)
{
	struct buf problems = BUF_INIT(65536);
	struct config *c = NULL;
	struct err e = ERR_INIT;

	(void)state;
	assert_false(config_load("/nonexistent/sluse.conf", &c, &problems, &e));
	buf_add_char(&problems, '\0');
	assert_non_null(strstr(problems.ptr, "/nonexistent/sluse.conf: No such file"));
	buf_release(&problems);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),  cmocka_unit_test(test_all_problems_are_told),
		cmocka_unit_test(test_accepted), cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
