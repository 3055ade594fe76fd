/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IPv4 and IPv6 addresses and ranges (CIDR) as text: is one in the other? */
#ifndef SAML_ADDRESS_H
#define SAML_ADDRESS_H

#include <stdbool.h>
#include "base/str.h"

/* Both malformed or of different families: no. An IPv4-mapped IPv6 address is IPv4. */
bool address_is_in(struct str address, struct str range);

#endif
