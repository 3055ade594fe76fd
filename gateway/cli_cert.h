/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sluse cert and its parts. */
#ifndef GATEWAY_CLI_CERT_H
#define GATEWAY_CLI_CERT_H

#include <jansson.h>
#include "crypto/certs.h"
#include "gateway/cli.h"

/* What a certificate says, as a new JSON object. */
json_t *cert_describe(const struct cert *cert);

/* cli_certlist.c */
int cert_list(const struct cli *c, bool expiring, instant within);
/* cli_certroll.c */
struct roll_flags {
	const char *new_key, *csr, *key, *cert, *password;
	instant from; /* INSTANT_MAX: as is proposed */
};
int cert_roll(const struct cli *c, const char *identity, const struct roll_flags *f);

/* cli_certblock.c. name: a file, or a thumbprint. */
int cert_block(const struct cli *c, const char *name, bool blocked);

#endif
