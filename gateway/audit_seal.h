/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Seals of the audit trail (store/audit.h): signing them, telling whose they are, and their
 * form as a line of JSON, in which they leave the database. The log event audit.sealed has the
 * same members, so that lines of a JSON log can be read as heads.
 */
#ifndef GATEWAY_AUDIT_SEAL_H
#define GATEWAY_AUDIT_SEAL_H

#include "crypto/signer.h"
#include "store/audit.h"

struct platform;

#define AUDIT_KEYS_MAX 32

/* Certificates whose seals are believed. */
struct audit_keys {
	struct cert *certs[AUDIT_KEYS_MAX];
	size_t count;
};

void audit_keys_release(struct audit_keys *k);
/* All of a file, which holds one or more (PEM). Errors: those of the file. */
MUST_USE bool audit_keys_load(const char *path, struct audit_keys *k, struct err *e);
/* Those of a platform that could have signed one. */
MUST_USE bool audit_keys_of(const struct platform *p, struct audit_keys *k, struct err *e);
/* What this installation seals with: the token service's key, else the services', else the
 * bridge's. NULL: it has none. */
const struct signer *audit_signer(const struct platform *p, instant now);

/* Fills what the signer decides. Errors: KEY_UNUSABLE. */
MUST_USE bool audit_seal_sign(const struct signer *by, struct audit_seal *s, struct err *e);

enum seal_verdict {
	SEAL_UNKNOWN = 0, /* of a key that is not among these */
	SEAL_FALSE,       /* of a key that is, but it did not sign this */
	SEAL_GOOD,
};
enum seal_verdict audit_seal_judge(const struct audit_seal *s, const struct audit_keys *k);

/* One line of JSON, with its end. */
void audit_seal_write(const struct audit_seal *s, struct arena *a, struct buf *out);
/* Is it about a seal at all? */
bool audit_seal_is_line(struct str line);
/*
 * Such a line, in JSON or as a log in text has it. Members that it does not know are passed
 * over. Errors: BAD_VALUE.
 */
MUST_USE bool audit_seal_read(struct str line, struct arena *a, struct audit_seal *out,
			      struct err *e);
void audit_seal_log(const struct audit_seal *s, struct arena *a);

#endif
