/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TLS as served: which versions and ciphers, and that a client's certificate is handed on with
 * the proof of its key and without any other judgement. The other side is plain OpenSSL.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <openssl/ssl.h>
#include <cmocka.h>

#include "crypto/certs.h"
#include "gateway/http.h"
#include "gateway/options.h"
#include "pki.h"

struct fixture {
	struct http_server *server;
	struct worker_pool *pool;
	int port;
};

static struct fixture f;

static void
handle(struct http_call *c, void *arg)
{
	struct cert *cert = NULL;
	struct err e = ERR_INIT;

	(void)arg;
	c->status = 200;
	if (str_is_set(c->client_cert) && cert_parse(c->client_cert, &cert, &e))
		buf_printf(&c->answer, "cert=" STR_FMT "\n", STR_ARG(cert_thumbprint(cert)));
	else
		buf_printf(&c->answer, "cert=none\n");
	cert_free(cert);
}

/* Names in a configuration are relative to its file. */
static const char *
whole(char out[PKI_PATH_BYTES], const char *name)
{
	char path[PKI_PATH_BYTES], *found = realpath(pki_path(path, name), NULL);

	assert_non_null(found);
	snprintf(out, PKI_PATH_BYTES, "%s", found);
	free(found);
	return out;
}

static void
make_tls(bool asks_client_cert, struct tls **out)
{
	char path[] = "build/test_listen.XXXXXX", cert[PKI_PATH_BYTES], key[PKI_PATH_BYTES];
	struct buf problems = BUF_INIT(4096);
	struct config *config = NULL;
	struct err e = ERR_INIT;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	dprintf(fd, "environment = \"development\";\ntls = { cert = \"%s\"; key = \"%s\"; };\n",
		whole(cert, "tls/rsa/cert.pem"), whole(key, "tls/rsa/key.pem"));
	close(fd);
	if (!config_load(path, &config, &problems, &e))
		fail_msg("%s: " STR_FMT, e.detail, STR_ARG(buf_str(&problems)));
	unlink(path);
	if (!tls_new(config, asks_client_cert, out, &e))
		fail_msg("%s", e.detail);
	buf_release(&problems);
	config_free(config);
}

static void
start_with(bool asks_client_cert, size_t connections, size_t held_bytes)
{
	struct http_listener_options lo = {.kind = LISTENER_SYSTEM, .max_body_bytes = 60000};
	struct http_options o = {.listeners = &lo,
				 .listener_count = 1,
				 .io_threads = 1,
				 .max_connections = connections,
				 .max_held_bytes = held_bytes,
				 .idle_timeout_s = 60,
				 .handler = handle};
	struct err e = ERR_INIT;
	char name[64];

	make_tls(asks_client_cert, &lo.tls);
	assert_true(listen_open("127.0.0.1:0", &lo.fd, &e));
	listen_name(lo.fd, name, sizeof(name));
	f.port = atoi(strrchr(name, ':') + 1);
	o.pool = f.pool = worker_pool_new(1, 16);
	assert_true(http_start(&o, &f.server, &e));
}

static void
start(bool asks_client_cert)
{
	start_with(asks_client_cert, 100, 10000);
}

static void
stop(void)
{
	assert_int_equal(http_stop(f.server, 5), 0);
	worker_pool_free(f.pool);
}

static int
dial_from(uint32_t address)
{
	struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons((uint16_t)f.port)};
	struct timeval limit = {.tv_sec = 10};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	struct sockaddr_in from = {.sin_family = AF_INET};

	from.sin_addr.s_addr = htonl(address);
	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&from, sizeof(from)), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	assert_int_equal(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	return fd;
}

static int
dial(void)
{
	return dial_from(INADDR_LOOPBACK);
}

struct client_tls {
	int version; /* highest and lowest */
	const char *ciphers;
	const char *cert; /* folder, or NULL */
};

static SSL_CTX *
client_ctx(const struct client_tls *t)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	char name[PKI_PATH_BYTES - 64], path[PKI_PATH_BYTES];

	SSL_CTX_set_min_proto_version(ctx, t->version);
	SSL_CTX_set_max_proto_version(ctx, t->version);
	if (t->ciphers)
		assert_int_equal(SSL_CTX_set_cipher_list(ctx, t->ciphers), 1);
	if (t->version == TLS1_1_VERSION)
		SSL_CTX_set_security_level(ctx, 0);
	if (!t->cert)
		return ctx;
	snprintf(name, sizeof(name), "%s/cert.pem", t->cert);
	SSL_CTX_use_certificate_file(ctx, pki_path(path, name), SSL_FILETYPE_PEM);
	snprintf(name, sizeof(name), "%s/key.pem", t->cert);
	SSL_CTX_use_PrivateKey_file(ctx, pki_path(path, name), SSL_FILETYPE_PEM);
	return ctx;
}

/* What came back; empty: no handshake, or no answer. */
static void
talk(const struct client_tls *t, char *out, size_t room)
{
	static const char request[] = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
	SSL_CTX *ctx = client_ctx(t);
	SSL *ssl = SSL_new(ctx);
	int fd = dial(), n;
	size_t len = 0;

	SSL_set_fd(ssl, fd);
	if (SSL_connect(ssl) == 1 && SSL_write(ssl, request, sizeof(request) - 1) > 0)
		while ((n = SSL_read(ssl, out + len, (int)(room - len - 1))) > 0)
			len += (size_t)n;
	out[len] = '\0';
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	close(fd);
}

static void
versions_and_ciphers(void **state)
{
	static const struct {
		const char *name;
		struct client_tls tls;
		bool is_served;
	} list[] = {
		{"TLS 1.3", {.version = TLS1_3_VERSION}, true},
		{"TLS 1.2", {.version = TLS1_2_VERSION}, true},
		{"TLS 1.1", {.version = TLS1_1_VERSION, .ciphers = "ALL:@SECLEVEL=0"}, false},
		{"CBC",
		 {.version = TLS1_2_VERSION, .ciphers = "ECDHE-RSA-AES128-SHA256"},
		 false},
		{"no forward secrecy",
		 {.version = TLS1_2_VERSION, .ciphers = "AES128-GCM-SHA256"},
		 false},
		{"CCM", {.version = TLS1_2_VERSION, .ciphers = "AES128-CCM"}, false},
	};
	char all[4096];

	(void)state;
	start(true);
	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		talk(&list[i].tls, all, sizeof(all));
		if ((strstr(all, "cert=none") != NULL) != list[i].is_served)
			fail_msg("%s: '%s'", list[i].name, all);
	}
	stop();
}

/* Known or not, expired, self-signed, of any kind: the handlers decide. */
static void
client_certificates(void **state)
{
	static const char *const folders[] = {"systems/KY",   "odd/stranger",   "odd/expired",
					      "odd/ec256",    "odd/selfsigned", "odd/ca",
					      "odd/employee", "odd/revoked"};
	static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
	char all[4096], want[64];

	(void)state;
	start(true);
	for (size_t i = 0; i < ARRAY_LEN(folders) * ARRAY_LEN(versions); i++) {
		const struct client_tls t = {.version = versions[i % ARRAY_LEN(versions)],
					     .cert = folders[i / ARRAY_LEN(versions)]};
		struct cert *c = pki_cert(t.cert);

		snprintf(want, sizeof(want), "cert=" STR_FMT, STR_ARG(cert_thumbprint(c)));
		talk(&t, all, sizeof(all));
		if (!strstr(all, want))
			fail_msg("%s: '%s'", t.cert, all);
		cert_free(c);
	}
	stop();
}

static void
browsers_are_not_asked(void **state)
{
	const struct client_tls t = {.version = TLS1_3_VERSION, .cert = "systems/KY"};
	char all[4096];

	(void)state;
	start(false);
	talk(&t, all, sizeof(all));
	assert_non_null(strstr(all, "cert=none"));
	stop();
}

/* An answer is several writes: the last must not wait for the peer to acknowledge the first. */
static void
answers_do_not_wait(void **state)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);
	struct err e = ERR_INIT;
	int listening, accepted, client, value = 0;

	(void)state;
	assert_true(listen_open("127.0.0.1:0", &listening, &e));
	assert_int_equal(getsockname(listening, (struct sockaddr *)&sa, &len), 0);
	client = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(client, (struct sockaddr *)&sa, len), 0);
	accepted = accept(listening, NULL, NULL);
	assert_true(accepted >= 0);
	len = sizeof(value);
	assert_int_equal(getsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &value, &len), 0);
	assert_int_not_equal(value, 0);
	close(accepted);
	close(client);
	close(listening);
}

/* ---- what one address may hold ---- */

#define NEIGHBOUR (INADDR_LOOPBACK + 1)

/* Was it closed by the other side? Asked when everything has come to rest. */
static bool
is_closed(int fd)
{
	char c;
	ssize_t n = recv(fd, &c, 1, MSG_DONTWAIT);

	return n == 0 || (n < 0 && errno != EAGAIN);
}

static size_t
open_of(const int *fds, size_t count)
{
	size_t open = 0;

	for (size_t i = 0; i < count; i++)
		open += !is_closed(fds[i]);
	return open;
}

/* The server has looked at each, and closed all but so many. */
static void
await_open(const int *fds, size_t count, size_t want)
{
	for (int i = 0; i < 2000 && open_of(fds, count) > want; i++)
		usleep(5000);
	assert_int_equal(open_of(fds, count), want);
}

/* So many are open, for the server. */
static void
settle(size_t want)
{
	struct http_counts counts;

	http_counts(f.server, &counts);
	for (int i = 0; i < 2000 && counts.open_connections != want; i++) {
		usleep(5000);
		http_counts(f.server, &counts);
	}
	assert_int_equal(counts.open_connections, want);
}

/* One address gets half of the connections, and never what another one needs. */
static void
connections_are_shared(void **state)
{
	int mine[60], theirs[30];
	char all[4096];

	(void)state;
	start_with(true, 80, 10000);
	for (size_t i = 0; i < ARRAY_LEN(mine); i++)
		mine[i] = dial();
	await_open(mine, ARRAY_LEN(mine), 40);
	settle(40);
	for (size_t i = 0; i < ARRAY_LEN(theirs); i++)
		theirs[i] = dial_from(NEIGHBOUR);
	await_open(theirs, ARRAY_LEN(theirs), 20);
	settle(60);
	for (size_t i = 0; i < ARRAY_LEN(mine); i++)
		close(mine[i]);
	settle(20);
	talk(&(struct client_tls){.version = TLS1_3_VERSION}, all, sizeof(all));
	assert_non_null(strstr(all, "cert=none"));
	for (size_t i = 0; i < ARRAY_LEN(theirs); i++)
		close(theirs[i]);
	settle(0);
	stop();
}

struct speaker {
	SSL_CTX *ctx;
	SSL *ssl;
	int fd;
};

/* Says that a body of so many bytes comes, and sends a part of it. */
static struct speaker
speak(uint32_t address, size_t length, size_t sent)
{
	struct client_tls t = {.version = TLS1_3_VERSION};
	struct speaker s = {.ctx = client_ctx(&t), .fd = dial_from(address)};
	char head[200], *body = calloc(1, sent + 1);
	int n = snprintf(head, sizeof(head),
			 "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n", length);

	assert_non_null(body);
	s.ssl = SSL_new(s.ctx);
	SSL_set_fd(s.ssl, s.fd);
	assert_int_equal(SSL_connect(s.ssl), 1);
	assert_int_equal(SSL_write(s.ssl, head, n), n);
	if (sent > 0)
		(void)SSL_write(s.ssl, body, (int)sent);
	free(body);
	return s;
}

/* Does the server answer? Otherwise it has hung up. */
static bool
hears(struct speaker *s)
{
	char all[1000];

	return SSL_read(s->ssl, all, sizeof(all)) > 0;
}

static void
hang_up(struct speaker *s)
{
	SSL_free(s->ssl);
	SSL_CTX_free(s->ctx);
	close(s->fd);
}

/* Bodies that are still on their way count, not only those that are whole. */
static void
bytes_are_shared(void **state)
{
	struct speaker half, more, small, other;

	(void)state;
	start_with(true, 80, 100000);
	half = speak(INADDR_LOOPBACK, 60000, 40000);
	/* with this the address would have more than is left for others */
	more = speak(INADDR_LOOPBACK, 60000, 20000);
	assert_false(hears(&more));
	hang_up(&more);
	/* others have their part, and it has a little still */
	other = speak(NEIGHBOUR, 20000, 20000);
	assert_true(hears(&other));
	hang_up(&other);
	small = speak(INADDR_LOOPBACK, 100, 100);
	assert_true(hears(&small));
	hang_up(&small);
	/* what was cut off or has gone counts no more */
	hang_up(&half);
	settle(0);
	more = speak(INADDR_LOOPBACK, 40000, 40000);
	assert_true(hears(&more));
	hang_up(&more);
	settle(0);
	stop();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_and_ciphers),   cmocka_unit_test(client_certificates),
		cmocka_unit_test(browsers_are_not_asked), cmocka_unit_test(answers_do_not_wait),
		cmocka_unit_test(connections_are_shared), cmocka_unit_test(bytes_are_shared),
	};

	/* the server hangs up while we speak */
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
