/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests that are no message, over real sockets: what is told, and what the log has of it. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "gateway/refusal.h"
#include "tests/unit/http_world.h"

/* --- what was refused is told with an id, and the log has the same one --- */

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static char log_text[1 << 20];
static size_t log_len;

static void
keep_log(struct str line)
{
	pthread_mutex_lock(&log_lock);
	if (log_len + line.len + 2 < sizeof(log_text)) {
		memcpy(log_text + log_len, line.ptr, line.len);
		log_len += line.len;
		log_text[log_len++] = '\n';
		log_text[log_len] = '\0';
	}
	pthread_mutex_unlock(&log_lock);
}

static unsigned
logged(const char *text)
{
	unsigned count = 0;

	pthread_mutex_lock(&log_lock);
	for (const char *at = log_text; (at = strstr(at, text)) != NULL; at++)
		count++;
	pthread_mutex_unlock(&log_lock);
	return count;
}

static void
forget_log(void)
{
	pthread_mutex_lock(&log_lock);
	log_len = 0;
	log_text[0] = '\0';
	pthread_mutex_unlock(&log_lock);
}

#define POST_HEAD "POST /a HTTP/1.1\r\nHost: x\r\n"

static const struct {
	const char *name, *send, *status, *text;
} refused[] = {
	{"length over the limit", POST_HEAD "Content-Length: 100001\r\n\r\n", "413 ",
	 "The message is too large."},
	{"length over the limit, asking first",
	 POST_HEAD "Content-Length: 100001\r\nExpect: 100-continue\r\n\r\n", "413 ",
	 "The message is too large."},
	{"chunk over the limit", POST_HEAD "Transfer-Encoding: chunked\r\n\r\n186a1\r\nx",
	 "413 ", "The message is too large, or a chunk of it"},
	{"chunk extension",
	 POST_HEAD "Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\n\r\n", "413 ",
	 "a chunk of it is malformed or has an extension, which is not supported."},
	{"chunk of no size", POST_HEAD "Transfer-Encoding: chunked\r\n\r\nzz\r\n", "413 ",
	 "a chunk of it is malformed"},
	{"no request line", "hello\r\n\r\n", "400 ", "The request is malformed"},
	{"another protocol", "GET /a SPDY/3\r\n\r\n", "400 ", "The request is malformed"},
	{"unknown method", "BREW /a HTTP/1.1\r\nHost: x\r\n\r\n", "501 ",
	 "The method is not supported."},
	{"a header without colon", "GET /a HTTP/1.1\r\nHost\r\n\r\n", "400 ",
	 "The request is malformed"},
	{"another expectation", POST_HEAD "Content-Length: 5\r\nExpect: tea\r\n\r\nhello",
	 "417 ", "The expectation cannot be met."},
	{"a target that is no path", "GET a HTTP/1.1\r\nHost: x\r\n\r\n", "400 ",
	 "The request is malformed"},
};

/* The answer is one of ours; its id is in one line of the log. */
static void
expect_refused(const char *name, const char *all, const char *status, const char *text)
{
	const char *ref = strstr(all, "(ref: ");
	char want[64];

	if (strncmp(all, "HTTP/1.1 ", 9) != 0 || strncmp(all + 9, status, strlen(status)) != 0)
		fail_msg("%s: got '%s'", name, all);
	if (strstr(all, text) == NULL || ref == NULL || strstr(all, "<") != NULL ||
	    strstr(all, "Content-Type: text/plain; charset=utf-8\r\n") == NULL ||
	    strstr(all, "Connection: close\r\n") == NULL)
		fail_msg("%s: got '%s'", name, all);
	snprintf(want, sizeof(want), "req=%.16s ", ref + 6);
	if (logged(want) != 1)
		fail_msg("%s: %s is in %u lines of '%s'", name, want, logged(want), log_text);
}

static void
test_refused_requests(void **state)
{
	struct http_world f = {0};
	char all[4096];

	(void)state;
	hw_start(&f, 2, 60);
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		int fd = hw_dial(&f);

		forget_log();
		hw_say(fd, refused[i].send);
		(void)hw_hear(fd, "\1", all, sizeof(all)); /* to the end */
		expect_refused(refused[i].name, all, refused[i].status, refused[i].text);
		close(fd);
	}
	hw_stop(&f);
}

static void
test_a_head_too_large(void **state)
{
	struct http_world f = {0};
	char all[4096], line[1024];
	int fd;

	(void)state;
	forget_log();
	hw_start(&f, 2, 60);
	fd = hw_dial(&f);
	memset(line, 'x', sizeof(line));
	memcpy(line, "X-A: ", 5);
	memcpy(line + sizeof(line) - 3, "\r\n", 3);
	hw_say(fd, "GET /a HTTP/1.1\r\nHost: x\r\n");
	for (int i = 0; i < 97; i++)
		hw_say(fd, line);
	(void)hw_hear(fd, "\1", all, sizeof(all));
	expect_refused("head", all, "400 ", "or its head is too large.");
	close(fd);
	hw_stop(&f);
}

/* A stranger cannot fill the log: what is past the limit is counted. */
static void
test_refusals_are_limited(void **state)
{
	struct http_world f = {0};
	uint64_t before = refusal_unlogged();
	unsigned lines;
	char all[4096];

	(void)state;
	forget_log();
	hw_start(&f, 2, 60);
	for (int i = 0; i < 200; i++) {
		int fd = hw_dial(&f);

		hw_say(fd, "hello\r\n\r\n");
		assert_true(hw_hear(fd, "(ref: ", all, sizeof(all)));
		close(fd);
	}
	hw_stop(&f);
	lines = logged("event=http.refused");
	assert_int_equal(lines + (refusal_unlogged() - before), 200);
	assert_true(lines < 200);
}

/* A path that may hold a person's number is told as its length. */
static void
test_paths_in_the_log(void **state)
{
	static const struct {
		const char *path, *shown;
	} paths[] = {
		{"/organisation/organisationenhed/7", "path=/organisation/organisationenhed/7"},
		{"/person/0101011234", "path=\"18 bytes\""},
		{"/person/010101-1234", "path=\"19 bytes\""},
		{"/a%20b", "path=\"6 bytes\""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct http_call c = {.request_id = STR("r"),
				      .path = str_from(paths[i].path),
				      .answer = BUF_INIT(1000)};

		forget_log();
		http_plain(&c, 404, "Nothing is served at this path.");
		refusal_log(&c);
		if (!logged(paths[i].shown))
			fail_msg("%s: %s", paths[i].path, log_text);
		/* who asks too much is not told each time */
		forget_log();
		http_plain(&c, 429, "Too many.");
		refusal_log(&c);
		assert_int_equal(logged("event="), 0);
		buf_release(&c.answer);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		/* together fewer lines than one second may have */
		cmocka_unit_test(test_paths_in_the_log),
		cmocka_unit_test(test_refused_requests),
		cmocka_unit_test(test_a_head_too_large),
		cmocka_unit_test(test_refusals_are_limited),
	};

	log_setup(LOG_LEVEL_INFO, LOG_FORMAT_TEXT, false);
	log_set_sink(keep_log);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
