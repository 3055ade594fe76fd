/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sockets and TLS contexts. A client certificate is asked for on the system listener and never
 * judged here: the handshake proves that the peer has its key, and the handlers decide whether
 * it is known, so that a refusal can be explained in the peer's own protocol.
 */
#include "gateway/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "crypto/signer.h"
#include "gateway/identity.h"

/* what a client may send: its certificate and, needlessly, a chain */
#define CLIENT_CERTS_MAX_BYTES (32L * 1024)

struct tls {
	atomic_uint refs;
	SSL_CTX *ctx;
};

struct on_free {
	void (*fn)(void *arg);
	void *arg;
};

static int on_free_index = -1;
static pthread_once_t on_free_once = PTHREAD_ONCE_INIT;

static void
run_on_free(void *parent, void *ptr, CRYPTO_EX_DATA *ad, int idx, long argl, void *argp)
{
	struct on_free *f = ptr;

	(void)parent, (void)ad, (void)idx, (void)argl, (void)argp;
	if (f == NULL)
		return;
	f->fn(f->arg);
	mem_free(f);
}

static void
make_index(void)
{
	on_free_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, run_on_free);
}

/*
 * Any certificate passes the handshake; see the top of the file. In place of OpenSSL's check,
 * not behind it: that one follows whatever chain the peer sends, which is work for nothing.
 */
static int
accept_any(X509_STORE_CTX *x, void *arg)
{
	(void)x, (void)arg;
	return 1;
}

static bool
use_pair(SSL_CTX *ctx, const struct signer_source *from, struct err *e)
{
	AUTO(signer_freep) struct signer *s = NULL;

	return signer_open(from, &s, e) && signer_use_for_tls(s, ctx, e);
}

static bool
tls_fill(SSL_CTX *ctx, const struct config *c, bool asks_client_cert, struct err *e)
{
	static const unsigned char context[] = "sluse";
	const struct signer_source rsa =
		key_source(c, OPT_TLS_CERT, OPT_TLS_KEY, OPT_TLS_PASSWORD);
	const struct signer_source ec =
		key_source(c, OPT_TLS_CERT_EC, OPT_TLS_KEY_EC, OPT_TLS_PASSWORD_EC);

	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
					 SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_session_id_context(ctx, context, sizeof(context) - 1);
	if (SSL_CTX_set_cipher_list(ctx, "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL") != 1)
		return FAIL(e, KEY_UNUSABLE, "no usable TLS cipher");
	if (asks_client_cert) {
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
		SSL_CTX_set_cert_verify_callback(ctx, accept_any, NULL);
		SSL_CTX_set_max_cert_list(ctx, CLIENT_CERTS_MAX_BYTES);
	}
	if (rsa.key == NULL)
		return FAIL(e, KEY_UNUSABLE, "tls.key is not set");
	return use_pair(ctx, &rsa, e) && (ec.key == NULL || use_pair(ctx, &ec, e));
}

bool
tls_new(const struct config *c, bool asks_client_cert, struct tls **out, struct err *e)
{
	struct tls *t;

	pthread_once(&on_free_once, make_index);
	t = MEM_NEW(struct tls);
	atomic_init(&t->refs, 1);
	t->ctx = SSL_CTX_new(TLS_server_method());
	if (t->ctx == NULL || !tls_fill(t->ctx, c, asks_client_cert, e)) {
		tls_free(t);
		return FAIL(e, KEY_UNUSABLE, "no TLS context");
	}
	*out = t;
	return true;
}

struct tls *
tls_hold(struct tls *t)
{
	atomic_fetch_add(&t->refs, 1);
	return t;
}

void
tls_free(struct tls *t)
{
	if (t == NULL || atomic_fetch_sub(&t->refs, 1) != 1)
		return;
	SSL_CTX_free(t->ctx);
	mem_free(t);
}

/* Splits "host:port"; brackets around a host with colons are taken off. */
static bool
split_address(const char *address, char *host, size_t room, const char **port)
{
	const char *colon = strrchr(address, ':');
	int64_t number;
	size_t len;

	if (colon == NULL || colon == address ||
	    !str_to_i64(str_from(colon + 1), 0, 65535, &number))
		return false;
	*port = colon + 1;
	len = (size_t)(colon - address);
	if (address[0] == '[' && colon[-1] == ']') {
		address++;
		len -= 2;
	}
	if (len == 0 || len >= room)
		return false;
	memcpy(host, address, len);
	host[len] = '\0';
	return true;
}

static int
bind_one(const struct addrinfo *ai)
{
	int one = 1;
	int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	/* Accepted sockets inherit it. An answer goes out as several TLS records; without it
	 * the last ones wait until the peer acknowledges the first, 40 ms later. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 && listen(fd, 1024) == 0)
		return fd;
	one = errno;
	close(fd);
	errno = one;
	return -1;
}

bool
listen_open(const char *address, int *fd, struct err *e)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
				 .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	struct addrinfo *found = NULL;
	const char *port;
	char host[256];
	int rc;

	if (!split_address(address, host, sizeof(host), &port))
		return FAIL(e, LISTEN_FAILED, "'%s' is no address:port", address);
	rc = getaddrinfo(host, port, &hints, &found);
	if (rc != 0)
		return FAIL(e, LISTEN_FAILED, "%s: %s", address, gai_strerror(rc));
	*fd = -1;
	for (struct addrinfo *ai = found; ai != NULL && *fd < 0; ai = ai->ai_next)
		*fd = bind_one(ai);
	rc = errno;
	freeaddrinfo(found);
	return *fd >= 0 ? true : FAIL(e, LISTEN_FAILED, "%s: %s", address, strerror(rc));
}

void
listen_name(int fd, char *out, size_t room)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);
	char host[64], port[16];

	if (getsockname(fd, (struct sockaddr *)&sa, &len) != 0 ||
	    getnameinfo((struct sockaddr *)&sa, len, host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
		snprintf(out, room, "?");
		return;
	}
	snprintf(out, room, strchr(host, ':') != NULL ? "[%s]:%s" : "%s:%s", host, port);
}

struct bufferevent *
listen_connection(struct event_base *base, struct tls *t, void (*on_free)(void *arg), void *arg)
{
	struct bufferevent *bev;
	struct on_free *f;
	SSL *ssl = SSL_new(t->ctx);

	if (ssl == NULL)
		return NULL;
	bev = bufferevent_openssl_socket_new(base, -1, ssl, BUFFEREVENT_SSL_ACCEPTING,
					     BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	if (bev == NULL) {
		SSL_free(ssl);
		return NULL;
	}
	bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
	f = MEM_NEW(struct on_free);
	*f = (struct on_free){on_free, arg};
	SSL_set_ex_data(ssl, on_free_index, f);
	return bev;
}

struct str
listen_peer_cert(struct bufferevent *bev, struct arena *a)
{
	SSL *ssl = bufferevent_openssl_get_ssl(bev);
	X509 *x = ssl != NULL ? SSL_get0_peer_certificate(ssl) : NULL;
	unsigned char *to;
	int len;

	if (x == NULL)
		return STR_NONE;
	len = i2d_X509(x, NULL);
	if (len <= 0)
		return STR_NONE;
	struct str der = {arena_alloc(a, (size_t)len), (size_t)len};
	memcpy(&to, &der.ptr, sizeof(to));
	i2d_X509(x, &to);
	return der;
}

void *
listen_connection_arg(struct bufferevent *bev)
{
	SSL *ssl = bufferevent_openssl_get_ssl(bev);
	struct on_free *f = ssl != NULL ? SSL_get_ex_data(ssl, on_free_index) : NULL;

	return f != NULL ? f->arg : NULL;
}
