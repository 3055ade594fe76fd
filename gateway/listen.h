/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Listening sockets and TLS contexts: the only file of the gateway that knows OpenSSL. A tls is
 * a snapshot; connections keep the one they began with, so a reload drops none. Source:
 * token-service contract 1.2 (client certificate asked for, never required).
 */
#ifndef GATEWAY_LISTEN_H
#define GATEWAY_LISTEN_H

#include <stdbool.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct bufferevent;
struct event_base;
struct config;
struct tls;

/* TLS 1.2 and 1.3, an RSA and (if configured) a P-256 certificate side by side. Errors:
 * KEY_UNUSABLE. */
MUST_USE bool tls_new(const struct config *c, bool asks_client_cert, struct tls **out,
		      struct err *e);
struct tls *tls_hold(struct tls *t);
void tls_free(struct tls *t);

/* "address:port" ([v6]:port too); port 0 asks the kernel. Non-blocking. Errors: LISTEN_FAILED.
 */
MUST_USE bool listen_open(const char *address, int *fd, struct err *e);
/* host:port actually bound, in out. */
void listen_name(int fd, char *out, size_t room);

/*
 * A buffered connection that is about to be accepted; its socket is set by libevent.
 * on_free(arg) runs when the connection is gone for whatever reason.
 */
struct bufferevent *listen_connection(struct event_base *base, struct tls *t,
				      void (*on_free)(void *arg), void *arg);
/* The arg of listen_connection; NULL for a connection without TLS. */
void *listen_connection_arg(struct bufferevent *bev);
/* DER of the client's certificate, or absent. Possession of its key was proven by the
 * handshake. */
struct str listen_peer_cert(struct bufferevent *bev, struct arena *a);

#endif
