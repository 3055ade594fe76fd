/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the jobfunktionsroller that an IdP sent to the brugersystemroller of one system, with
 * their dataafgrænsninger, and the reason for each that was given or dropped.
 * Source: context-handler contract 5.
 */
#ifndef SAML_ROLEMAP_H
#define SAML_ROLEMAP_H

#include "saml/assertion.h"
#include "saml/privilege.h"
#include "trust/trust.h"

enum rolemap_verdict {
	ROLEMAP_GIVEN = 0,
	ROLEMAP_NO_MAPPING,     /* it maps to other systems only: normal */
	ROLEMAP_UNKNOWN,        /* no such jobfunktionsrolle */
	ROLEMAP_EXPIRED,        /* it, or the authority that owns it, is not in force */
	ROLEMAP_SCOPE_MISMATCH, /* scoped to another authority than its owner */
	ROLEMAP_NOT_DELEGATED,  /* another authority's, not delegated to the user's */
	ROLEMAP_SYSTEM_ROLE,    /* the IdP named a brugersystemrolle */
	ROLEMAP_WRONG_SYSTEM,   /* the mapping names another system's role: data error */
	ROLEMAP_VALUE_MISSING,  /* dropped for want of a value (drop_role) */
	ROLEMAP_VERDICTS
};

struct rolemap_question {
	const struct trust_snapshot *known;
	const struct trust_system *system;
	struct str user_cvr;
	const struct privilege_list *groups;
	/* where a dynamic value may also stand, as an attribute */
	const struct assertion *assertion;
	instant now;
};

/* Why: one line for each jobfunktionsrolle received, or several if it gave several roles. */
struct rolemap_line {
	enum rolemap_verdict verdict;
	struct str jfr, scope_cvr;
	struct str bsr; /* given ones */
	/* the group it became in the answer; SIZE_MAX if it became none or one that was there
	 */
	size_t group;
};

struct rolemap_answer {
	const struct privilege *groups; /* one role each */
	size_t count;
	const struct rolemap_line *lines;
	size_t line_count;
	size_t received; /* jobfunktionsroller */
	size_t tally[ROLEMAP_VERDICTS];
};

const char *rolemap_verdict_name(enum rolemap_verdict v);
/*
 * Pure: the same question gives the same answer, at any later moment too.
 * Errors: SAML_ROLE_VALUE (a dynamic or mandatory value is missing), SAML_ATTRIBUTES (too many
 * roles).
 */
MUST_USE bool rolemap_apply(const struct rolemap_question *q, struct arena *a,
			    struct rolemap_answer *out, struct err *e);

#endif
