/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The TLS connections of one loop of the HTTP engine: since when they are silent, and what
 * their address holds (share.h). One that comes to an address that has enough of them is closed
 * before the handshake; one that brings more bytes than its address may hold is closed in the
 * middle of its request: its sender cannot be answered, and small requests of others go on.
 */
#ifndef GATEWAY_HTTP_CONN_H
#define GATEWAY_HTTP_CONN_H

#include <stdatomic.h>
#include <stdint.h>
#include "gateway/listen.h"
#include "gateway/share.h"

struct event_base;
struct bufferevent;
struct http_conn;

struct http_conns {
	struct event_base *base;
	struct http_conn *first;
	size_t count;
	struct shares *shares;
	atomic_size_t *open; /* of all loops */
};

void http_conns_init(struct http_conns *c, struct event_base *base, struct shares *shares,
		     atomic_size_t *open);

/* A connection about to be accepted. */
struct bufferevent *http_conn_new(struct http_conns *c, struct tls *t);
/* NULL: not one of ours. */
struct http_conn *http_conn_of(struct bufferevent *bev);
/* From a whole request to the end of its answer it may be silent. */
void http_conn_busy(struct http_conn *c, bool is_busy);
/*
 * The request is whole: what was counted for it is from now on the caller's to give back
 * (share_give, share_drop). *share NULL: nothing is counted.
 */
void http_conn_hand_over(struct http_conn *c, struct share **share, size_t *bytes);
/* Closes what has been silent or dripping for too long. */
void http_conns_sweep(struct http_conns *c, uint64_t limit_us);

#endif
