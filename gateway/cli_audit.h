/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verbs of sluse audit; argv[0] is the verb. */
#ifndef GATEWAY_CLI_AUDIT_H
#define GATEWAY_CLI_AUDIT_H

#include "gateway/cli.h"

int audit_search(struct cli *c);
int audit_verify(struct cli *c);
int audit_prune(struct cli *c);
int audit_why(struct cli *c);

#endif
