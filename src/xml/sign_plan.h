/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a signature claims, read and found allowed, before any cryptography: handed from
 * sign_check.c to sign.c.
 */
#ifndef XML_SIGN_PLAN_H
#define XML_SIGN_PLAN_H

#include "base/limits.h"
#include "crypto/algs.h"
#include "xml/internal.h"
#include "xml/sign.h"

struct sign_plan_ref {
	struct str id; /* what follows the #; absent: the URI is none of these */
	enum sign_form form;
	struct c14n_rule rule;
	const struct alg_digest *digest;
	struct str value;
};

struct sign_plan {
	struct xml_node *signed_info;
	struct c14n_rule rule;
	const struct alg_signature *alg;
	struct str value;
	struct sign_plan_ref ref[LIMIT_SIGNATURE_REFS];
	size_t ref_count;
};

/* Errors: SIGNATURE_STRUCTURE, ALGORITHM_REFUSED. */
MUST_USE bool sign_plan_read(const struct sign_question *q, struct arena *a,
			     struct sign_plan *plan, struct err *e);

#endif
