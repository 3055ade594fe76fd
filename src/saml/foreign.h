/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text of a peer that nobody has proven, for the log: by name where it is a known one. */
#ifndef SAML_FOREIGN_H
#define SAML_FOREIGN_H

#include "base/str.h"

#define FOREIGN_TEXT_MAX 96

/*
 * A URI of the standards (status, binding, name format, signature algorithm) as it is; any
 * other text as "unknown, N bytes": it may be a name, a number or a line of the log. out holds
 * FOREIGN_TEXT_MAX bytes and is returned.
 */
const char *foreign_uri(struct str value, char *out);

#endif
