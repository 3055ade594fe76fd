/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A configuration file replaced: only by what can be loaded, changes nothing else and is still
 * about the file that was read; and nothing is left beside it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <glob.h>
#include <cmocka.h>

#include "gateway/cli_cert.h"
#include "gateway/file.h"
#include "pki.h"

static char folder[] = "build/test_conf_file.XXXXXX", path[300], text[8192];

static int
begin(void **state)
{
	char at[PKI_PATH_BYTES], *pki;

	(void)state;
	assert_non_null(mkdtemp(folder));
	pki = realpath(pki_path(at, "platform"), NULL);
	assert_non_null(pki);
	snprintf(path, sizeof(path), "%s/sluse.conf", folder);
	snprintf(text, sizeof(text),
		 "environment = \"development\";\nsts: {\n\tentity_id = \"urn:a\"; # ours\n"
		 "\tcert = \"%s/adgangsstyring/cert.pem\";\n"
		 "\tkey = \"%s/adgangsstyring/key.pem\";\n};\n",
		 pki, pki);
	free(pki);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

static bool
is_in_file(const char *what)
{
	struct str now = STR_NONE;
	struct err e = ERR_INIT;
	size_t at;
	bool found;

	assert_true(file_read(path, 1 << 20, &now, &e));
	found = str_find(now, str_from(what), &at);
	file_free(&now);
	return found;
}

/* What somebody does to the file, or to what was read of it, before it is written. */
static const struct file_case {
	const char *name;
	const char *find, *with; /* in the file, after it was read */
	const char *value;       /* of sts.lifetime; NULL: a good one */
	enum err_code code;
	const char *why;
} cases[] = {
	{"written", NULL, NULL, NULL, ERR_NONE, NULL},
	{"a comment meanwhile", "# ours", "# mine", NULL, CONFIG_INVALID, "changed meanwhile"},
	{"a setting meanwhile", "urn:a", "urn:b", NULL, CONFIG_INVALID,
	 "sts.entity_id would change too"},
	{"broken meanwhile", "cert", "cret", NULL, CONFIG_INVALID, "problem"},
	{"a value that cannot be", NULL, NULL, "\"never\"", CONFIG_INVALID, "problem"},
};

static void
put_file(const struct file_case *x)
{
	const char *at = x && x->find ? strstr(text, x->find) : NULL;
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	if (at)
		fprintf(f, "%.*s%s%s", (int)(at - text), text, x->with, at + strlen(x->find));
	else
		fputs(text, f);
	fclose(f);
}

static size_t
files(void)
{
	char pattern[320];
	glob_t found;
	size_t n;

	snprintf(pattern, sizeof(pattern), "%s/*", folder);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	n = found.gl_pathc;
	globfree(&found);
	return n;
}

static void
written_or_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct file_case *x = &cases[i];
		AUTO(conf_file_release) struct conf_file f;
		struct err e = ERR_INIT;
		bool ok;

		put_file(NULL);
		assert_true(conf_file_read(path, &f, &e));
		f.section = "sts";
		f.name = IDENTITY_STS;
		f.count = 1;
		f.changes[0] = (struct conf_change){"lifetime", x->value ? str_from(x->value)
									 : STR("\"1h\"")};
		put_file(x);
		ok = conf_file_write(&f, &e);
		if (ok != (x->code == ERR_NONE) || e.code != x->code ||
		    (x->why && !strstr(e.detail, x->why)))
			fail_msg("%s: %s", x->name, e.detail);
		assert_int_equal(is_in_file("\n\tlifetime = \"1h\";\n"), ok);
		assert_int_equal(files(), 1);
	}
}

/* A key that cannot be used is found before the file is, by the server. */
static void
keys_are_opened(void **state)
{
	static const char *const values[] = {"\"none.pem\"", "\"sluse.conf\""};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		AUTO(conf_file_release) struct conf_file f;
		struct err e = ERR_INIT;

		put_file(NULL);
		assert_true(conf_file_read(path, &f, &e));
		f.section = "sts";
		f.name = IDENTITY_STS;
		f.count = 1;
		f.changes[0] = (struct conf_change){"key", str_from(values[i])};
		assert_false(conf_file_write(&f, &e));
		assert_false(is_in_file(values[i]));
		assert_int_equal(files(), 1);
	}
}

static void
not_there(void **state)
{
	AUTO(conf_file_release) struct conf_file f;
	struct err e = ERR_INIT;

	(void)state;
	assert_false(conf_file_read("build/none.conf", &f, &e));
	assert_int_equal(e.code, FILE_UNREADABLE);
	err_clear(&e);
	assert_false(conf_file_read(NULL, &f, &e));
	assert_int_equal(e.code, FILE_UNREADABLE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(written_or_not),
		cmocka_unit_test(keys_are_opened),
		cmocka_unit_test(not_there),
	};

	return cmocka_run_group_tests_name("conf_file", tests, begin, end);
}
