/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What authorities say about certificates after they issued them: revocation lists (CRL) and
 * answers of responders (OCSP), as bytes that somebody else fetches. Everything is checked
 * before it is a value; a value is immutable and may be kept across reloads.
 * Source: RFC 5280, 5; RFC 6960; token-service contract 7.3; administration contract 10.5.
 */
#ifndef CRYPTO_REVOCATION_H
#define CRYPTO_REVOCATION_H

#include "base/limits.h"
#include "crypto/certs.h"

/* Where a certificate says that its state is told. Only http and https. */
struct revocation_urls {
	struct str lists[LIMIT_CERT_URLS];
	size_t list_count;
	struct str responder; /* absent: none */
};
void cert_revocation_urls(const struct cert *c, struct arena *a, struct revocation_urls *out);

/* A list that an authority of these anchors signed. */
struct revlist;
/*
 * bytes  DER, or PEM
 * grace  how long after its nextUpdate one is still taken: 0 for what was fetched now
 *
 * Checks: one list to the last byte, with nextUpdate, no delta; signed, not with SHA-1, by an
 * anchor or intermediate that may sign lists; not of the future; not older than nextUpdate and
 * grace. Errors: REVOCATION_REFUSED.
 */
MUST_USE bool revlist_read(struct anchors *a, struct str bytes, instant now, instant grace,
			   struct revlist **out, struct err *e);
struct revlist *revlist_hold(const struct revlist *l);
void revlist_free(struct revlist *l);
void revlist_freep(struct revlist **l);
instant revlist_from(const struct revlist *l);
instant revlist_until(const struct revlist *l); /* nextUpdate */
/* 32 bytes: whose list and of which certificates: of two of the same, the later one holds. */
struct str revlist_scope(const struct revlist *l);
bool revlist_eq(const struct revlist *a, const struct revlist *b); /* the same bytes */
/* Of this authority: its name, and signed with its key. */
bool revlist_is_by(const struct revlist *l, const struct cert *authority);
struct str revlist_issuer(const struct revlist *l); /* CN, or the whole name */
size_t revlist_count(const struct revlist *l);      /* entries */

/* What a responder said of one certificate. */
struct revanswer {
	uint8_t sha256[32]; /* of the certificate */
	bool is_revoked;    /* else: good */
	instant from, until;
};
/* A question with a nonce, as bytes to be POSTed. */
MUST_USE bool ocsp_ask(const struct cert *c, const struct cert *issuer, struct arena *a,
		       struct str *out, struct err *e);
/*
 * question  what was asked, so that an old answer cannot be played back where the responder
 *	     repeats nonces; absent: an answer that was kept. Whoever signed that one must have
 *	     been good when it was signed (producedAt), and need not be any more: certificates
 *of responders live days, and what they revoked stays so. Revoked since is refused.
 *
 * Checks: successful; signed, not with SHA-1, by the issuer itself or by a certificate that it
 * issued for this (OCSPSigning) which chains to an anchor and is not revoked itself; about this
 * certificate of this issuer; the nonce, if there is one; its time as in revlist_read. One
 * without nextUpdate holds an hour. "Unknown" is no answer.
 * Errors: REVOCATION_REFUSED.
 */
MUST_USE bool ocsp_read(struct anchors *a, const struct cert *c, const struct cert *issuer,
			struct str question, struct str bytes, instant now, instant grace,
			struct revanswer *out, struct err *e);

/*
 * The authorities above a certificate that chains to an anchor at that moment, its issuer
 * first; revocation is not looked at. Each is the caller's to free.
 * Errors: those of the chain, as in anchors_check.
 */
MUST_USE bool anchors_issuers(struct anchors *a, const struct cert *c, instant now,
			      struct cert *out[LIMIT_CHAIN], size_t *count, struct err *e);

struct revocations {
	struct revlist *const *lists;
	size_t list_count;
	const struct revanswer *answers;
	size_t answer_count;
};
/* When the newest list of each authority that has one ends; returns how many. */
struct list_end {
	char issuer[128];
	instant until;
};
size_t anchors_list_ends(struct anchors *a, struct list_end *out, size_t room);

/*
 * From now on this holds beside the lists of files, in place of what was learnt before; cached
 * verdicts are forgotten. The arrays are borrowed for the call.
 */
void anchors_learn(struct anchors *a, const struct revocations *what);
/* Rises with each anchors_learn: verdicts of before may no longer hold. */
uint64_t anchors_generation(const struct anchors *a);
bool anchors_need_status(const struct anchors *a); /* crl_required */

#endif
