/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The name of a user: the distinguished name that IdPs send, its grammar, and the names that
 * are sent to systems.
 * Source: context-handler contract 3.3.
 */
#ifndef SAML_NAMEID_H
#define SAML_NAMEID_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct assertion;

struct nameid_parts {
	struct str c, o, cn, serial;
};

/* A NameID as it is written: only the qualifiers that are set are written. */
struct nameid {
	struct str value, format, name_qualifier, sp_name_qualifier, sp_provided_id;
};

/*
 * C, O, CN, Serial, each exactly once and in this order, separated by a comma; a comma that
 * does not stand before one of these keys belongs to the value. Errors: SAML_CONDITIONS.
 */
MUST_USE bool nameid_parse(struct str value, struct nameid_parts *out, struct err *e);
/* Would a reader that does not ask for the format find a part of a distinguished name? */
bool nameid_has_key(struct str value);
bool nameid_is_plain(struct str s); /* no control characters */
/* cvr | lower-case serial: who it is, in look-ups. */
struct str nameid_user_key(struct arena *a, struct str cvr, struct str serial);
/*
 * Is this a number that tells nobody who it is: a UUID, as it stands or as a URI, or CVR and
 * RID? Any other may be a name, an address or a CPR number.
 */
bool nameid_is_pseudonym(struct str serial);

enum nameid_mode { NAMEID_MODE_COPY = 0, NAMEID_MODE_PERSISTENT, NAMEID_MODE_TRANSIENT };
enum nameid_mode nameid_mode(struct str text); /* what is not known: copy */
/*
 * The name for a system. serial absent: the IdP sent no distinguished name; persistent then
 * copies.
 */
struct nameid nameid_for_system(enum nameid_mode mode, const struct nameid *from,
				struct str serial, struct arena *a);

#endif
