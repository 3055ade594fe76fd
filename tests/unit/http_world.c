/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See http_world.h. */
#include "tests/unit/http_world.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static void
handle(struct http_call *c, void *arg)
{
	struct http_world *f = arg;

	if (str_eq_c(c->path, "/hold")) {
		pthread_mutex_lock(&f->lock);
		f->is_inside = true;
		pthread_cond_broadcast(&f->changed);
		while (f->is_held)
			pthread_cond_wait(&f->changed, &f->lock);
		pthread_mutex_unlock(&f->lock);
	}
	c->status = str_eq_c(c->path, "/teapot") ? 418 : 200;
	c->answer_type = STR("text/plain");
	http_set_header(c, "X-Evil",
			str_eq_c(c->path, "/evil") ? STR("a\r\nSet-Cookie: b") : STR("ok"));
	buf_printf(&c->answer,
		   "method=%d path=" STR_FMT " query=" STR_FMT " body=%zu peer=" STR_FMT "\n",
		   c->method, STR_ARG(c->path), STR_ARG(c->query), c->body.len,
		   STR_ARG(c->peer));
}

void
hw_start(struct http_world *f, size_t workers, int64_t idle_s)
{
	struct http_listener_options lo = {.kind = LISTENER_SYSTEM, .max_body_bytes = 100000};
	struct http_options o = {.listeners = &lo,
				 .listener_count = 1,
				 .io_threads = 2,
				 .max_connections = 1000,
				 .max_held_bytes = 150000,
				 .idle_timeout_s = idle_s,
				 .handler = handle,
				 .arg = f};
	struct err e = ERR_INIT;
	char name[64];

	assert_true(listen_open("127.0.0.1:0", &lo.fd, &e));
	listen_name(lo.fd, name, sizeof(name));
	f->port = atoi(strrchr(name, ':') + 1);
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->changed, NULL);
	o.pool = f->pool = worker_pool_new(workers, 64);
	assert_true(http_start(&o, &f->server, &e));
}

void
hw_stop(struct http_world *f)
{
	assert_int_equal(http_stop(f->server, 5), 0);
	worker_pool_free(f->pool);
}

int
hw_dial(const struct http_world *f)
{
	struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons((uint16_t)f->port)};
	struct timeval limit = {.tv_sec = 10};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	assert_int_equal(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	return fd;
}

void
hw_say(int fd, const char *text)
{
	size_t len = strlen(text);

	assert_int_equal(send(fd, text, len, MSG_NOSIGNAL), len);
}

bool
hw_hear(int fd, const char *text, char *all, size_t room)
{
	size_t len = 0;
	ssize_t n;

	all[0] = '\0';
	while (strstr(all, text) == NULL && (n = recv(fd, all + len, room - 1 - len, 0)) > 0) {
		len += (size_t)n;
		all[len] = '\0';
	}
	return strstr(all, text) != NULL;
}
