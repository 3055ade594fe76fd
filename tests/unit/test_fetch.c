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

/* Addresses that stand in certificates: without a list of hosts nothing that is not public. */
static void
test_where_authorities_may_be(void **state)
{
	static const struct {
		const char *url, *hosts, *detail;
	} rows[] = {
		{"http://127.0.0.1/ocsp", NULL, "not public"},
		{"http://localhost/ocsp", NULL, "not public"},
		{"http://127.1/ocsp", NULL, "not public"},
		{"http://2130706433/ocsp", NULL, "not public"},
		{"http://0x7f.0.0.1/ocsp", NULL, "not public"},
		{"http://0.0.0.0/ocsp", NULL, "not public"},
		{"http://10.1.2.3/ocsp", NULL, "not public"},
		{"http://100.64.0.1/ocsp", NULL, "not public"},
		{"http://172.31.255.1/ocsp", NULL, "not public"},
		{"http://192.168.1.1/ocsp", NULL, "not public"},
		{"http://169.254.169.254/latest/meta-data/", NULL, "not public"},
		{"http://198.51.100.7/ocsp", NULL, "not public"},
		{"http://224.0.0.1/ocsp", NULL, "not public"},
		{"http://255.255.255.255/ocsp", NULL, "not public"},
		{"http://[::1]/ocsp", NULL, "not public"},
		{"http://[::]/ocsp", NULL, "not public"},
		{"http://[::ffff:127.0.0.1]/ocsp", NULL, "not public"},
		{"http://[64:ff9b::7f00:1]/ocsp", NULL, "not public"},
		{"http://[2002:7f00:1::]/ocsp", NULL, "not public"},
		{"http://[fe80::1]/ocsp", NULL, "not public"},
		{"http://[fd00::1]/ocsp", NULL, "not public"},
		{"http://ca.example:22/crl", NULL, "usual port"},
		{"http://ca.example:8080/crl", NULL, "usual port"},
		{"ftp://ca.example/crl", NULL, "no http(s) address"},
		{"file:///etc/passwd", NULL, "no http(s) address"},
		{"ldap://ca.example/cn=x", NULL, "no http(s) address"},
		{"http://name:word@ca.example/crl", NULL, "no http(s) address"},
		{"http://ca.example@127.0.0.1/crl", NULL, "no http(s) address"},
		{"crl.pem", NULL, "no http(s) address"},
		{"", NULL, "no http(s) address"},
		{"http://other.example/crl", "ca.example", "not among"},
		{"http://ca.example.evil.example/crl", "ca.example", "not among"},
		{"http://xca.example/crl", "ca.example, pki.example", "not among"},
		{"http://ca.example:81/crl", "ca.example:80", "not among"},
		{"http://ca.example/crl", ",", "not among"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fetch_foreign o = {
			.url = rows[i].url, .hosts = rows[i].hosts, .timeout_s = 2};
		AUTO(buf_release) struct buf out = BUF_INIT(1000);
		struct err e = ERR_INIT;

		assert_false(fetch_foreign(&o, &out, &e));
		if (e.code != FETCH_FORBIDDEN || strstr(e.detail, rows[i].detail) == NULL)
			fail_msg("%s: %s '%s'", rows[i].url, err_row(e.code)->name, e.detail);
	}
}

static void
test_place_of_a_url(void **state)
{
	static const struct {
		const char *url, *place; /* NULL: none */
	} rows[] = {
		{"http://CA1.gov.dk/oces/issuing.crl", "ca1.gov.dk:80"},
		{"https://ca1.gov.dk/ocsp", "ca1.gov.dk:443"},
		{"http://localhost:8080", "localhost:8080"},
		{"http://[::1]:81/x", "[::1]:81"},
		{"gopher://ca1.gov.dk/", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char place[256] = "";

		assert_int_equal(fetch_host(rows[i].url, place), rows[i].place != NULL);
		if (rows[i].place)
			assert_string_equal(place, rows[i].place);
	}
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
		cmocka_unit_test(test_where_authorities_may_be),
		cmocka_unit_test(test_place_of_a_url),
		cmocka_unit_test(test_nobody_answers),
		cmocka_unit_test(test_listeners_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
