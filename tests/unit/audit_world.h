/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An audit trail of RECORDS records, sealed twice, in the store of a world; copies of its file
 * for somebody to work on who may write to it and minds no triggers; and what the check says.
 */
#ifndef TESTS_AUDIT_WORLD_H
#define TESTS_AUDIT_WORLD_H

#include "gateway/audit_check.h"
#include "tests/unit/soap_world.h"

#define RECORDS 40
#define SEALED_FIRST 20
#define SEALED_LAST 32
#define AT(n) (SECONDS(1780000000) + SECONDS(n))

struct audit_world {
	struct soap_world s;
	struct audit_keys keys;
	char heads_path[300], copy_path[300];
	int64_t base; /* records that were there before ours */
	char *triggers;
};

void aw_begin(struct audit_world *w);
void aw_end(struct audit_world *w);
void aw_seal(struct audit_world *w, int at);
/* A fresh copy. */
void aw_copy(struct audit_world *w);
struct store *aw_open(struct audit_world *w);
/* Any SQL on the copy, without the triggers; aw_check() has put them back. */
void aw_tamper(struct audit_world *w, const char *sql);
/* Hashes of the copy from that record on, computed anew. */
void aw_rechain(struct audit_world *w, int64_t from);
/* A seal of the copy over what is at that place now. */
void aw_forge(struct audit_world *w, enum audit_seal_kind kind, int64_t id,
	      const struct signer *by);
/* Puts the triggers back: he leaves no trace of that. */
void aw_settle(struct audit_world *w);
/* "B " in a statement becomes the number of records before ours. */
void aw_fill(const struct audit_world *w, const char *text, char *out, size_t room);
/* The file of heads, with things done to it; mode as fopen() has it. */
void aw_write_heads(const struct audit_world *w, const char *text, const char *mode);
/* found: a line a finding, ids counted from ours; terminated. */
void aw_check(struct audit_world *w, bool with_heads, const struct audit_head *head,
	      struct audit_report *report, struct buf *found);

#endif
