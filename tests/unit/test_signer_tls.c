/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keys in a TLS context: a handshake in memory with OpenSSL's own client. Server certificates
 * of both kinds side by side, each client gets the one it knows.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <openssl/ssl.h>

#include "pki.h"

/* Lets both sides speak until one of them is done with the other. */
static bool
shake_hands(SSL *client, SSL *server)
{
	BIO *left = NULL, *right = NULL;

	assert_int_equal(BIO_new_bio_pair(&left, 0, &right, 0), 1);
	SSL_set_bio(client, left, left);
	SSL_set_bio(server, right, right);
	SSL_set_connect_state(client);
	SSL_set_accept_state(server);
	for (int i = 0; i < 10; i++) {
		int c = SSL_do_handshake(client), s = SSL_do_handshake(server);

		if (c == 1 && s == 1)
			return true;
	}
	return false;
}

static SSL_CTX *
server_context(void)
{
	static const char *const folders[] = {"tls/rsa", "tls/ec"};
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		struct signer *s = pki_signer(folders[i]);
		struct err e = ERR_INIT;

		assert_true(signer_use_for_tls(s, ctx, &e));
		signer_free(s);
	}
	return ctx;
}

static const struct {
	const char *sigalgs;
	const char *authority;
	const char *host;
	bool is_done;
	int key;
} cases[] = {
	{"RSA-PSS+SHA256", "tls-ca.pem", "sts.localhost", true, EVP_PKEY_RSA},
	{"ECDSA+SHA256:RSA-PSS+SHA256", "tls-ca.pem", "localhost", true, EVP_PKEY_EC},
	{"RSA-PSS+SHA256", "tls-ca.pem", "example.org", false, 0},
	{"RSA-PSS+SHA256", "anchors.pem", "localhost", false, 0},
};

static void
server_certificates(void **state)
{
	SSL_CTX *server = server_context();
	char path[PKI_PATH_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		SSL_CTX *client = SSL_CTX_new(TLS_client_method());
		SSL *c, *s = SSL_new(server);

		print_message("# %s for %s\n", cases[i].sigalgs, cases[i].host);
		SSL_CTX_set_verify(client, SSL_VERIFY_PEER, NULL);
		assert_int_equal(
			SSL_CTX_load_verify_file(client, pki_path(path, cases[i].authority)),
			1);
		/* certificates themselves are signed with PKCS #1 */
		assert_int_equal(SSL_CTX_set1_sigalgs_list(client, cases[i].sigalgs), 1);
		c = SSL_new(client);
		assert_int_equal(SSL_set1_host(c, cases[i].host), 1);
		assert_int_equal(shake_hands(c, s), cases[i].is_done);
		if (cases[i].is_done)
			assert_int_equal(EVP_PKEY_get_base_id(X509_get0_pubkey(
						 SSL_get0_peer_certificate(c))),
					 cases[i].key);
		SSL_free(c);
		SSL_free(s);
		SSL_CTX_free(client);
	}
	SSL_CTX_free(server);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(server_certificates)};

	return cmocka_run_group_tests_name("signer_tls", tests, NULL, NULL);
}
