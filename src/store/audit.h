/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The audit trail as a chain: each record holds the SHA-256 of itself and of the hash before
 * it, in the transaction that it tells of. Seals say what the chain's head was at a moment;
 * they are signed above this room, which keeps no key. A seal of the kind SEAL_START says where
 * the chain begins since older records were pruned: only what lies at or before one can be
 * removed.
 *
 * What is hashed: "sluse audit 1\n", the hash before, id, at, and the columns in the order of
 * struct audit_row from action to detail. Numbers are eight bytes, highest first; the rest has
 * its length before it in four bytes, 0xffffffff for an absent one.
 * What is signed: audit_seal_payload().
 */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "base/buf.h"
#include "store/store.h"

#define AUDIT_HASH_BYTES 32
#define AUDIT_CHAIN_BYTES 16
#define AUDIT_SIGNATURE_BYTES 1024
#define AUDIT_ALGORITHM_BYTES 80

/* A place in the chain: the hash of the record with that id. */
struct audit_head {
	int64_t id; /* 0: before the first record */
	uint8_t hash[AUDIT_HASH_BYTES];
};

enum audit_seal_kind { SEAL_HEAD = 1, SEAL_START = 2 };

struct audit_seal {
	enum audit_seal_kind kind;
	uint8_t chain[AUDIT_CHAIN_BYTES]; /* drawn by lot when the chain was begun */
	struct audit_head head;
	instant at;
	/* whose key: SHA-256 of the certificate; and how */
	uint8_t cert[32];
	char algorithm[AUDIT_ALGORITHM_BYTES]; /* URI */
	uint8_t signature[AUDIT_SIGNATURE_BYTES];
	size_t signature_len;
};

void audit_seal_payload(const struct audit_seal *s, struct buf *out);

/*
 * What a peer called something, for a record or a log line: itself, or other words where a CPR
 * number may be in it (ddmmyy and four digits, with or without a hyphen; no UUID holds one).
 */
struct str audit_peer_text(struct str text);
/* The same of what a refused peer asked for, cut to AUDIT_ASKED_BYTES between characters. */
#define AUDIT_ASKED_BYTES 256
struct str audit_asked_text(struct str text);

/* Where the chain begins; is_pruned: at the newest SEAL_START, which is *seal. */
struct audit_start {
	uint8_t chain[AUDIT_CHAIN_BYTES];
	struct audit_head head;
	bool is_pruned;
	struct audit_seal seal;
};
MUST_USE bool store_audit_start(struct reading *r, struct audit_start *out, struct err *e);
/* The last record's; the start's if there is none. */
MUST_USE bool store_audit_head(struct reading *r, struct audit_head *out, struct err *e);
/* *found false: there is no such record. */
MUST_USE bool store_audit_head_at(struct reading *r, int64_t id, struct audit_head *out,
				  bool *found, struct err *e);
/* The highest id that was ever given. */
MUST_USE bool store_audit_given(struct reading *r, int64_t *out, struct err *e);
/* The last record before the first one that is not older than `at`; 0: there is none. */
MUST_USE bool store_audit_before(struct reading *r, instant at, int64_t *out, struct err *e);

/*
 * Is what runs by itself in the file (triggers, views) what this program put there? A trigger
 * of somebody else's could swallow records before they are ever in the chain.
 */
MUST_USE bool store_code_is_ours(struct reading *r, bool *out, struct err *e);

/*
 * A record, and the hash that it should have after the one before it. Whether it has that is
 * the callback's to say: row->hash.
 */
typedef bool audit_walk_fn(const struct audit_row *row, const uint8_t want[AUDIT_HASH_BYTES],
			   void *arg, struct err *e);
/* Every record behind `after`, in order, one at a time; limit 0: to the end. */
MUST_USE bool store_audit_walk(struct reading *r, const struct audit_head *after, int64_t limit,
			       audit_walk_fn *fn, void *arg, struct err *e);

/* One that is over the same record already, by whatever key, stays. */
MUST_USE bool store_audit_seal_put(struct tx *tx, const struct audit_seal *s, struct err *e);
/* Up to `room` seals of that kind behind an id, in order. */
MUST_USE bool store_audit_seals(struct reading *r, enum audit_seal_kind kind, int64_t after_id,
				struct audit_seal *out, size_t room, size_t *count,
				struct err *e);
MUST_USE bool store_audit_seal_last(struct reading *r, enum audit_seal_kind kind,
				    struct audit_seal *out, bool *found, struct err *e);
/* Up to `most` records that lie before the start, and then seals that do. *removed 0: done. */
MUST_USE bool store_audit_prune(struct tx *tx, int64_t most, int64_t *removed, struct err *e);

#endif
