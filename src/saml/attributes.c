/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Single-valued attributes. Refuses to choose where two values are given. */
#include "saml/attributes.h"

bool
attribute_single(const struct assertion *t, struct str name, struct str *out, struct err *e)
{
	*out = STR_NONE;
	for (size_t i = 0; i < t->attribute_count; i++) {
		const struct assertion_attribute *at = &t->attributes[i];

		if (!str_eq(at->name, name))
			continue;
		for (size_t k = 0; k < at->value_count; k++) {
			if (str_is_set(*out) && !str_eq(*out, at->values[k]))
				return FAIL(e, SAML_ATTRIBUTES, "several values of " STR_FMT,
					    STR_ARG(name));
			*out = at->values[k];
		}
	}
	if (str_is_empty(*out))
		*out = STR_NONE;
	return true;
}

bool
attribute_either(const struct assertion *t, struct str name, struct str other, struct str *out,
		 struct err *e)
{
	struct str second;

	if (!attribute_single(t, name, out, e) || !attribute_single(t, other, &second, e))
		return false;
	if (!str_is_set(*out))
		*out = second;
	else if (str_is_set(second) && !str_eq(*out, second))
		return FAIL(e, SAML_ATTRIBUTES, STR_FMT " and " STR_FMT " differ",
			    STR_ARG(name), STR_ARG(other));
	return true;
}
