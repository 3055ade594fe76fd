/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What authorities say, made for tests with OpenSSL itself and keys of the test PKI: lists and
 * answers, right and wrong ones. Everything here ends the test when it fails.
 */
#ifndef TESTS_CA_WORLD_H
#define TESTS_CA_WORLD_H

#include "base/arena.h"
#include "base/time.h"

struct ca_list {
	const char *issuer;  /* folder: whose key and name */
	const char *name_of; /* folder: whose name, if another's; NULL */
	const char *revoked; /* folder, or NULL */
	instant from, until;
	bool is_sha1, is_pss, is_endless, is_delta;
	const char *idp; /* IssuingDistributionPoint, as openssl.cnf has it; NULL: none */
};
struct str ca_list(struct arena *a, const struct ca_list *spec); /* DER */

enum ca_nonce { NONCE_NONE, NONCE_SAME, NONCE_OTHER };

struct ca_answer {
	const char *signer;
	const char *about, *issuer; /* folders */
	int status;                 /* V_OCSP_CERTSTATUS_* */
	instant from, until;
	instant signed_at; /* 0: at `from` */
	bool is_sha1, is_endless;
	enum ca_nonce nonce;
	struct str question; /* for the nonce */
	int refusal;         /* OCSP_RESPONSE_STATUS_*; 0: an answer */
};
struct str ca_answer(struct arena *a, const struct ca_answer *spec); /* DER */

#endif
