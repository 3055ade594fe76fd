/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The HTTP engine over real sockets: framing, limits, slow senders, stopping. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/http_world.h"

struct exchange {
	const char *name, *send, *want, *never;
};

static const struct exchange exchanges[] = {
	{"get", "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n",
	 "method=1 path=/a query=b=c body=0 peer=127.0.0.1\n", NULL},
	{"query stays as sent", "GET /a?b=%2B+%20 HTTP/1.1\r\nHost: x\r\n\r\n",
	 "query=b=%2B+%20 body", NULL},
	{"post", "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
	 "method=3 path=/a query= body=5", NULL},
	{"chunked",
	 "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
	 "chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n",
	 "body=7", NULL},
	{"other method", "PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
	 "method=0 path=/a", NULL},
	{"status", "GET /teapot HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 418 ", NULL},
	{"no body to HEAD", "HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
	 "\r\n\r\n", "method="},
	{"two lengths",
	 "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
	 "HTTP/1.1 400 ", "method="},
	{"length and chunks",
	 "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: "
	 "chunked\r\n\r\n0\r\n\r\n",
	 "HTTP/1.1 400 ", "method="},
	{"GET with a body", "GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
	 "method=1 path=/a query= body=5", NULL},
	{"GET says it has no body", "GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
	 "method=1 path=/a", NULL},
	{"two hosts", "GET /a HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "HTTP/1.1 400 ",
	 "method="},
	{"two callers",
	 "GET /a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a\r\nauthorization: Bearer "
	 "b\r\n\r\n",
	 "HTTP/1.1 400 ", "method="},
	{"two transactions",
	 "GET /a HTTP/1.1\r\nHost: x\r\nx-TransaktionsId: a\r\nX-TRANSAKTIONSID: b\r\n\r\n",
	 "HTTP/1.1 400 ", "method="},
	{"one caller, one transaction",
	 "GET /a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a\r\nx-TransaktionsId: b\r\n"
	 "x-TransaktionsTid: c\r\nx-RequestId: d\r\n\r\n",
	 "method=1 path=/a", NULL},
	{"absolute target", "GET http://x/a HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 400 ",
	 "method="},
	{"body too large", "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\n\r\n",
	 "HTTP/1.1 413 ", "method="},
	{"no HTTP", "hello\r\n\r\n", "HTTP/1.", "method="},
	{"a header with a line break is not sent", "GET /evil HTTP/1.1\r\nHost: x\r\n\r\n",
	 "HTTP/1.1 500 ", "Set-Cookie"},
	{"and neither is the page it was for",
	 "GET /evil HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "(ref: ", "method="},
};

static void
test_exchanges(void **state)
{
	struct http_world f = {0};
	char all[4096];

	(void)state;
	hw_start(&f, 2, 60);
	for (size_t i = 0; i < ARRAY_LEN(exchanges); i++) {
		int fd = hw_dial(&f);

		hw_say(fd, exchanges[i].send);
		if (!hw_hear(fd, exchanges[i].want, all, sizeof(all)))
			fail_msg("%s: got '%s'", exchanges[i].name, all);
		if (exchanges[i].never != NULL && strstr(all, exchanges[i].never) != NULL)
			fail_msg("%s: '%s' in '%s'", exchanges[i].name, exchanges[i].never,
				 all);
		close(fd);
	}
	hw_stop(&f);
}

/* Each tells in a doubtful way where it ends; what follows must not become a request. */
static const struct {
	const char *name, *request;
} doubtful[] = {
	{"GET in chunks",
	 "GET /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
	{"HEAD in chunks",
	 "HEAD /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
	{"HEAD with a body", "HEAD /a HTTP/1.1\r\nHost: x\r\nContent-Length: 35\r\n\r\n"},
	{"a list of encodings",
	 "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"},
	{"an unknown encoding",
	 "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n"},
	{"a space before the colon",
	 "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\nContent-Length: "
	 "0\r\n\r\n"},
	{"a tab before the colon",
	 "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length\t: 37\r\nContent-Length: "
	 "0\r\n\r\n"},
	{"a header without name", "GET /a HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n"},
	{"a length with a sign",
	 "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello"},
	{"a list of lengths",
	 "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 5\r\n\r\nhello"},
};

static void
test_framing(void **state)
{
	struct http_world f = {0};
	char all[4096];

	(void)state;
	hw_start(&f, 2, 60);
	for (size_t i = 0; i < ARRAY_LEN(doubtful); i++) {
		int fd = hw_dial(&f);

		hw_say(fd, doubtful[i].request);
		hw_say(fd, "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n");
		(void)hw_hear(fd, "\1", all, sizeof(all)); /* to the end */
		if (strncmp(all, "HTTP/1.1 4", 10) != 0 || strstr(all + 1, "HTTP/1.1 ") ||
		    strstr(all, "method="))
			fail_msg("%s: got '%s'", doubtful[i].name, all);
		close(fd);
	}
	hw_stop(&f);
}

static void
test_keep_alive(void **state)
{
	struct http_world f = {0};
	char all[4096];
	int fd;

	(void)state;
	hw_start(&f, 2, 60);
	fd = hw_dial(&f);
	for (int i = 0; i < 3; i++) {
		hw_say(fd, "GET /again HTTP/1.1\r\nHost: x\r\n\r\n");
		assert_true(hw_hear(fd, "peer=127.0.0.1\n", all, sizeof(all)));
	}
	close(fd);
	hw_stop(&f);
}

/* One worker, many peers who never finish: a whole request is answered all the same. */
static void
test_slow_senders_hold_nothing(void **state)
{
	struct http_world f = {0};
	char all[4096];
	int slow[200], fd;

	(void)state;
	hw_start(&f, 1, 60);
	for (size_t i = 0; i < ARRAY_LEN(slow); i++) {
		slow[i] = hw_dial(&f);
		hw_say(slow[i],
		       "POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nhalf");
	}
	fd = hw_dial(&f);
	hw_say(fd, "GET /quick HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_true(hw_hear(fd, "path=/quick", all, sizeof(all)));
	close(fd);
	for (size_t i = 0; i < ARRAY_LEN(slow); i++)
		close(slow[i]);
	hw_stop(&f);
}

static void
test_silence_ends(void **state)
{
	struct http_world f = {0};
	char all[4096];
	int fd;

	(void)state;
	hw_start(&f, 1, 1);
	fd = hw_dial(&f);
	hw_say(fd, "GET /half HTTP/1.1\r\n");
	assert_false(hw_hear(fd, "never", all, sizeof(all))); /* the other side closes */
	close(fd);
	hw_stop(&f);
}

static void *
stop_in_thread(void *arg)
{
	hw_stop(arg);
	return NULL;
}

/* A call that runs when the stop comes is answered. */
static void
test_stop_lets_calls_finish(void **state)
{
	struct http_world f = {.is_held = true};
	pthread_t stopper;
	char all[4096];
	int fd;

	(void)state;
	hw_start(&f, 2, 60);
	fd = hw_dial(&f);
	hw_say(fd, "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
	pthread_mutex_lock(&f.lock);
	while (!f.is_inside)
		pthread_cond_wait(&f.changed, &f.lock);
	pthread_mutex_unlock(&f.lock);
	pthread_create(&stopper, NULL, stop_in_thread, &f);
	pthread_mutex_lock(&f.lock);
	f.is_held = false;
	pthread_cond_broadcast(&f.changed);
	pthread_mutex_unlock(&f.lock);
	assert_true(hw_hear(fd, "path=/hold", all, sizeof(all)));
	pthread_join(stopper, NULL);
	close(fd);
}

static void
say_body(int fd, const char *path, size_t len)
{
	char head[200], *body = calloc(1, len + 1);

	assert_non_null(body);
	memset(body, 'x', len);
	snprintf(head, sizeof(head),
		 "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n", path, len);
	hw_say(fd, head);
	hw_say(fd, body);
	free(body);
}

/* Bodies at work and waiting have a limit together; it falls when a call is done. */
static void
test_held_bodies(void **state)
{
	struct http_world f = {.is_held = true};
	int first, second;
	char all[4096];

	(void)state;
	hw_start(&f, 2, 60);
	first = hw_dial(&f);
	second = hw_dial(&f);
	say_body(first, "/hold", 100000);
	pthread_mutex_lock(&f.lock);
	while (!f.is_inside)
		pthread_cond_wait(&f.changed, &f.lock);
	pthread_mutex_unlock(&f.lock);
	say_body(second, "/a", 100000);
	assert_true(hw_hear(second, "Too many calls", all, sizeof(all)));
	say_body(second, "/a", 1000);
	assert_true(hw_hear(second, "body=1000 ", all, sizeof(all)));
	pthread_mutex_lock(&f.lock);
	f.is_held = false;
	pthread_cond_broadcast(&f.changed);
	pthread_mutex_unlock(&f.lock);
	assert_true(hw_hear(first, "body=100000 ", all, sizeof(all)));
	say_body(second, "/a", 100000);
	assert_true(hw_hear(second, "body=100000 ", all, sizeof(all)));
	close(first);
	close(second);
	hw_stop(&f);
}

/* A peer that leaves while its call runs breaks nothing. */
static void
test_peer_leaves(void **state)
{
	struct http_world f = {.is_held = true};
	char all[4096];
	int fd;

	(void)state;
	hw_start(&f, 2, 60);
	fd = hw_dial(&f);
	hw_say(fd, "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
	pthread_mutex_lock(&f.lock);
	while (!f.is_inside)
		pthread_cond_wait(&f.changed, &f.lock);
	close(fd);
	f.is_held = false;
	pthread_cond_broadcast(&f.changed);
	pthread_mutex_unlock(&f.lock);
	fd = hw_dial(&f);
	hw_say(fd, "GET /next HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_true(hw_hear(fd, "path=/next", all, sizeof(all)));
	close(fd);
	hw_stop(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exchanges),
		cmocka_unit_test(test_framing),
		cmocka_unit_test(test_keep_alive),
		cmocka_unit_test(test_slow_senders_hold_nothing),
		cmocka_unit_test(test_silence_ends),
		cmocka_unit_test(test_stop_lets_calls_finish),
		cmocka_unit_test(test_held_bodies),
		cmocka_unit_test(test_peer_leaves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
