/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verbs of sluse audit; argv[0] is the verb. */
#ifndef GATEWAY_CLI_AUDIT_H
#define GATEWAY_CLI_AUDIT_H

#include "gateway/audit_seal.h"
#include "gateway/cli.h"

int audit_search(struct cli *c);
int audit_verify(struct cli *c);
int audit_heads(struct cli *c);
int audit_prune(struct cli *c);
int audit_why(struct cli *c);

/*
 * certs  a file of the certificates that count; NULL: the keys of this installation
 * heads  NULL: not asked for. Where *heads is NULL it becomes what audit.heads names, unless
 *	  another database is looked at
 */
MUST_USE bool audit_load_keys(const struct cli *c, const char *certs, struct arena *a,
			      const char **heads, struct audit_keys *keys, struct err *e);

#endif
