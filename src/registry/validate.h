/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The hard rules for what is written, beyond the form of its elements. What else may be wrong
 * with an object is a finding for its owner, not a reason to refuse it: clients pass through
 * states that break softer rules.
 * Source: contract of Organisation, 6 (hard rules) and 1.7.
 */
#ifndef REGISTRY_VALIDATE_H
#define REGISTRY_VALIDATE_H

#include "registry/reader.h"

/*
 * uuid NULL: not known yet. needs_key: switch for BrugervendtNoegleTekst.
 * Errors: RETUR_PERIOD (an interval ends before it begins), RETUR_INPUT, with r->text.
 */
MUST_USE bool validate_content(struct reader *r, const struct oio_content *c,
			       const struct uuid *uuid, bool needs_key, struct err *e);
/* Errors: RETUR_CLOCK (at is after now by more than LIMIT_REGISTRATION_SKEW_S). */
MUST_USE bool validate_tidspunkt(struct reader *r, instant at, struct err *e);
/* Errors: RETUR_INPUT (too many elements, too many periods in one timeline). */
MUST_USE bool validate_size(struct reader *r, const struct oio_content *c, struct err *e);

#endif
