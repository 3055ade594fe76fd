/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metadata looked into before it becomes known. Source: context-handler contract 1.5. */
#ifndef GATEWAY_KNOWN_PEERS_H
#define GATEWAY_KNOWN_PEERS_H

#include "trust/apply.h"

struct known_peers_rules {
	bool is_development;
	instant now;
};

/* For struct apply_options; arg: struct known_peers_rules. */
void known_peers_check(struct apply_peer *peers, size_t count, struct arena *a, void *arg);

#endif
