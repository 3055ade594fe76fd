/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Outgoing requests and listeners that cannot be: each is told, and nothing leaves this
 * machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/fetch.h"
#include "gateway/listen.h"

static void
expect_failed(const char *url, const char *detail)
{
	struct fetch_order o = {
		.url = url, .content_type = "text/xml", .body = STR("x"), .timeout_s = 5};
	struct buf out = BUF_INIT(1000);
	struct err e = ERR_INIT;
	struct fetch_answer answer;

	assert_false(fetch_post(&o, &answer, &out, &e));
	assert_int_equal(e.code, FETCH_FAILED);
	if (strstr(e.detail, detail) == NULL)
		fail_msg("%s: '%s'", url, e.detail);
	buf_release(&out);
}

static void
test_where_a_request_may_go(void **state)
{
	(void)state;
	expect_failed("http://example.org/", "neither https nor on this machine");
	expect_failed("http://127.0.0.1.example.org/", "neither https nor on this machine");
	expect_failed("file:///etc/passwd", "neither https nor on this machine");
	expect_failed("ftp://127.0.0.1/", "neither https nor on this machine");
}

/* A port that was bound and closed again: nobody answers there. */
static void
test_nobody_answers(void **state)
{
	char name[64], url[128];
	struct err e = ERR_INIT;
	int fd;

	(void)state;
	assert_true(listen_open("127.0.0.1:0", &fd, &e));
	listen_name(fd, name, sizeof(name));
	close(fd);
	snprintf(url, sizeof(url), "https://%s/", name);
	expect_failed(url, name);
}

static void
test_listeners_refused(void **state)
{
	static const char *const bad[] = {
		"localhost",       ":80",         "127.0.0.1:", "127.0.0.1:http",
		"127.0.0.1:70000", "192.0.2.1:0", "[::1:0"};
	struct err e = ERR_INIT;
	char name[64];
	int fd, second;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		err_clear(&e);
		if (listen_open(bad[i], &fd, &e))
			fail_msg("%s was accepted", bad[i]);
		assert_int_equal(e.code, LISTEN_FAILED);
	}
	err_clear(&e);
	assert_true(listen_open("127.0.0.1:0", &fd, &e));
	listen_name(fd, name, sizeof(name));
	assert_false(listen_open(name, &second, &e)); /* taken */
	assert_int_equal(e.code, LISTEN_FAILED);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_where_a_request_may_go),
		cmocka_unit_test(test_nobody_answers),
		cmocka_unit_test(test_listeners_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
