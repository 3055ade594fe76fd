/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Protocol messages built by lasso: as nodes, exported as XML, never signed and never with a
 * key in reach. What comes from outside does not pass through here.
 */
#ifndef SAML_LASSO_H
#define SAML_LASSO_H

#include "base/arena.h"
#include "base/err.h"
#include "base/time.h"

struct lasso_authn {
	struct str id, destination, issuer, acs;
	struct str protocol_binding;
	bool force_authn, is_passive, is_exact;
	const struct str *class_refs;
	size_t class_ref_count;
	struct str requester;
	instant now;
};

/* Once, before any thread and before xml_init(). */
void saml_lasso_init(void);
void saml_lasso_cleanup(void);
/* Errors: INTERNAL. */
MUST_USE bool saml_lasso_authn_request(const struct lasso_authn *r, struct arena *a,
				       struct str *xml, struct err *e);

#endif
