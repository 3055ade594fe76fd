/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * X.509 certificates: parsed once, immutable, reference-counted; what an identity is read from.
 * Whether a certificate may be believed is decided by anchors_check (chain) and by trust/
 * (who).
 * Source: token-service contract 2.3 (DN text), 7; administration contract 10.1, 10.2.
 */
#ifndef CRYPTO_CERTS_H
#define CRYPTO_CERTS_H

#include <stdint.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/time.h"
#include "crypto/algs.h"

struct cert;

enum cert_kind {
	CERT_KIND_OTHER = 0,
	CERT_KIND_OCES3_ORGANISATION,
	CERT_KIND_OCES3_EMPLOYEE,
	CERT_KIND_OCES2_FUNCTION,
	CERT_KIND_OCES2_COMPANY,
	CERT_KIND_OCES2_EMPLOYEE,
};

/* DER, or PEM with or without armour. Trailing bytes are an error. Errors: CERT_MALFORMED. */
MUST_USE bool cert_parse(struct str bytes, struct cert **out, struct err *e);
/* first one of a file */
MUST_USE bool cert_load(const char *path, struct cert **out, struct err *e);
struct cert *cert_hold(const struct cert *c); /* one more reference */
void cert_free(struct cert *c);
void cert_freep(struct cert **c);

struct str cert_der(const struct cert *c);
struct str cert_base64(const struct cert *c); /* DER in base64 without breaks; cached */
struct str cert_sha256(const struct cert *c); /* 32 bytes of DER digest: the identity */
/* 32 bytes: digest of the public key with its kind, the same for every certificate of it */
struct str cert_key_sha256(const struct cert *c);
/* SHA-1 of DER in upper-case hex: for error texts */
struct str cert_thumbprint(const struct cert *c);
struct str cert_subject_net(const struct cert *c); /* DN as .NET prints it: NameID of tokens */
struct str cert_issuer_net(const struct cert *c);
struct str cert_serial_hex(const struct cert *c);
struct str cert_cn(const struct cert *c);
struct str cert_cvr(const struct cert *c); /* 8 digits or absent */
struct str cert_subject_uuid(const struct cert *c); /* of an OCES3 subject, or absent */
/* SubjectKeyIdentifier extension value, or absent */
struct str cert_ski(const struct cert *c);
enum cert_kind cert_kind(const struct cert *c);
const char *cert_kind_name(enum cert_kind kind);
instant cert_not_before(const struct cert *c);
instant cert_not_after(const struct cert *c);
bool cert_is_ca(const struct cert *c);
bool cert_is_self_signed(const struct cert *c);
enum key_kind cert_key_kind(const struct cert *c); /* KEY_RSA or KEY_EC; 0 for what we refuse */
int cert_key_bits(const struct cert *c);
bool cert_eq(const struct cert *a, const struct cert *b); /* same DER */
/* RSAKeyValue */
bool cert_has_key(const struct cert *c, struct str modulus, struct str exponent);

/* Both numbers in as few bytes as they need, in the arena. false: not an RSA key. */
MUST_USE bool cert_rsa_numbers(const struct cert *c, struct arena *a, struct str *modulus,
			       struct str *exponent);

/* Key policy: RSA >= 2048, EC P-256/P-384. Errors: CERT_WEAK_KEY. */
MUST_USE bool cert_check_key(const struct cert *c, struct err *e);
/*
 * The hash under its issuer's signature: not SHA-1, nor an older one. What signed itself proves
 * nothing by it and passes. Errors: CERT_WEAK_KEY.
 */
MUST_USE bool cert_check_issued(const struct cert *c, struct err *e);
/*
 * Check a signature over an already computed digest. The algorithm must fit the key.
 * Errors: SIGNATURE_WRONG, ALGORITHM_REFUSED.
 */
MUST_USE bool cert_verify(const struct cert *c, const struct alg_signature *alg,
			  struct str digest, struct str signature, struct err *e);

/*
 * Anchors, intermediates and revocation lists: an immutable snapshot with a verdict cache
 * inside.
 */
struct anchors;

struct anchors_paths {
	const char *anchors;       /* PEM bundle */
	const char *intermediates; /* PEM bundle or NULL */
	const char *crls;          /* PEM bundle or NULL: no revocation lists are known */
	bool crl_required;         /* an issuer without a current list is a refusal */
	int64_t crl_grace_s;       /* after nextUpdate */
	/* development: a self-made certificate that is itself an anchor may be a system's */
	bool self_made_ok;
};

MUST_USE bool anchors_load(const struct anchors_paths *paths, struct anchors **out,
			   struct err *e);
struct anchors *anchors_hold(struct anchors *a);
void anchors_free(struct anchors *a);
bool anchors_are_dev(const struct anchors *a); /* one at least is of certs/dev-pki */
/*
 * May this certificate be used by a system at `now`? Time, chain (PSS accepted), not a CA, not
 * an employee certificate, key policy, not revoked. The verdict is cached by certificate digest
 * until the earliest of notAfter and the list's nextUpdate.
 * Checks in order: kind, key, time (LIMIT_CLOCK_SKEW_S before notBefore is allowed), chain,
 * lists. Of an anchor that may be a system's (self_made_ok) key and time alone are checked.
 * Errors: CERT_EXPIRED, CERT_NOT_YET_VALID, CERT_UNTRUSTED, CERT_REVOKED,
 * CERT_STATUS_UNKNOWN (no list that is good enough), CERT_WRONG_KIND, CERT_WEAK_KEY.
 */
MUST_USE bool anchors_check(struct anchors *a, const struct cert *c, instant now,
			    struct err *e);

#endif
