/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Single-valued attributes of an assertion. Source: context-handler contract 2.4 (17), 3. */
#ifndef SAML_ATTRIBUTES_H
#define SAML_ATTRIBUTES_H

#include "saml/assertion.h"

/*
 * The value; absent if the attribute is not there or empty. The same value said twice is one
 * value. Errors: SAML_ATTRIBUTES (values that differ).
 */
MUST_USE bool attribute_single(const struct assertion *t, struct str name, struct str *out,
			       struct err *e);
/* One attribute under two names (OIOSAML 2 and 3): both may be there if they agree. */
MUST_USE bool attribute_either(const struct assertion *t, struct str name, struct str other,
			       struct str *out, struct err *e);

#endif
