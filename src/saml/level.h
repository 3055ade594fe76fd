/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Levels of assurance: what a login needs, what an IdP delivered, and whether that is enough.
 * Two scales live side by side: the old numbers 1–4 and NSIS. A level always has both numbers;
 * the one that was not delivered is derived, and never upward beyond what the IdP is registered
 * for.
 * Source: context-handler contract 2.6; its resolutions C3, C7.
 */
#ifndef SAML_LEVEL_H
#define SAML_LEVEL_H

#include "base/err.h"
#include "base/str.h"
#include "trust/trust.h"

struct assertion;

enum nsis { NSIS_NONE = 0, NSIS_LOW, NSIS_SUBSTANTIAL, NSIS_HIGH };

struct level {
	int old; /* 1–4 */
	enum nsis nsis;
	bool is_nsis; /* delivered on that scale */
};

enum level_comparison {
	LEVEL_MINIMUM = 0, /* also when the request does not say */
	LEVEL_EXACT,
	LEVEL_BETTER,
	LEVEL_MAXIMUM,
};

/* RequestedAuthnContext, as read. Sets are bits: 1 << level. */
struct level_request {
	enum level_comparison comparison;
	unsigned old_set, nsis_set;
	bool is_present, has_person, has_professional, has_plain, has_unknown;
};

/* Both scales hold; 0 least and 0 set mean: anything. */
struct level_need {
	int old_least;
	unsigned old_exact; /* set */
	enum nsis nsis_least;
	unsigned nsis_exact; /* set */
};

enum nsis nsis_read(struct str text);  /* name or URL; NSIS_NONE: neither */
struct str nsis_name(enum nsis level); /* "Low" …; absent for NSIS_NONE */
struct str nsis_url(enum nsis level);
int level_old_of(enum nsis level);
/* Adds one AuthnContextClassRef of a request. */
void level_request_add(struct level_request *r, struct str class_ref);

/*
 * What the system's registration and its request ask for together.
 * Errors: SAML_LEVEL (nothing that we could deliver would do).
 */
MUST_USE bool level_need_make(const struct trust_system *system, const struct level_request *r,
			      struct level_need *out, struct err *e);
bool level_is_enough(const struct level_need *need, const struct level *level);
/* Could this IdP, by its registration, deliver it? */
bool level_may_reach(const struct level_need *need, const struct trust_idp *idp);
/* What the assertion delivers, capped at what the IdP is registered for. */
struct level level_delivered(const struct assertion *t, const struct trust_idp *idp);
/* What to ask an IdP for. 0: nothing. */
int level_need_old(const struct level_need *need);
enum nsis level_need_nsis(const struct level_need *need);

#endif
