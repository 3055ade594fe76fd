/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An HTTP engine on a port of its own, with a handler that says what it got; a raw socket. */
#ifndef TESTS_HTTP_WORLD_H
#define TESTS_HTTP_WORLD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "gateway/http.h"

struct http_world {
	struct http_server *server;
	struct worker_pool *pool;
	int port;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool is_held, is_inside; /* GET /hold waits while is_held */
};

void hw_start(struct http_world *f, size_t workers, int64_t idle_s);
void hw_stop(struct http_world *f);
int hw_dial(const struct http_world *f);
void hw_say(int fd, const char *text);
/* Reads until the text occurs or the connection ends; returns whether it occurred. */
bool hw_hear(int fd, const char *text, char *all, size_t room);

#endif
