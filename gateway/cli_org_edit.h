/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What editing commands share with publishing ones. */
#ifndef GATEWAY_CLI_ORG_EDIT_H
#define GATEWAY_CLI_ORG_EDIT_H

#include "gateway/cli_org.h"

/* Publishes a draft as publicer does, from that day (EDIT_DAY: today); its exit code. */
int org_publish_draft(struct org *o, int64_t draft, instant fra);

#endif
