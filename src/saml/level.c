/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Levels of assurance. Refuses by default: what is not understood gives the lowest level, and a
 * request for something that no registration gives is SAML_LEVEL.
 * Source: context-handler contract 2.6 and 2.2 (RequestedAuthnContext); resolutions C7.
 */
#include "saml/level.h"

#include "saml/attributes.h"
#include "xml/names.h"

static const struct {
	enum nsis level;
	int old;
	struct str name, url;
} nsis_rows[] = {
	{NSIS_LOW, 2, STR_INIT("Low"),
	 STR_INIT("https://data.gov.dk/concept/core/nsis/loa/Low")},
	{NSIS_SUBSTANTIAL, 3, STR_INIT("Substantial"),
	 STR_INIT("https://data.gov.dk/concept/core/nsis/loa/Substantial")},
	{NSIS_HIGH, 4, STR_INIT("High"),
	 STR_INIT("https://data.gov.dk/concept/core/nsis/loa/High")},
};

enum nsis
nsis_read(struct str text)
{
	struct str t = str_trim(text);

	for (size_t i = 0; i < ARRAY_LEN(nsis_rows); i++)
		if (str_eq(t, nsis_rows[i].name) || str_eq(t, nsis_rows[i].url))
			return nsis_rows[i].level;
	return NSIS_NONE;
}

struct str
nsis_name(enum nsis level)
{
	return level == NSIS_NONE ? STR_NONE : nsis_rows[level - 1].name;
}

struct str
nsis_url(enum nsis level)
{
	return level == NSIS_NONE ? STR_NONE : nsis_rows[level - 1].url;
}

int
level_old_of(enum nsis level)
{
	return level == NSIS_NONE ? 0 : nsis_rows[level - 1].old;
}

static int
old_read(struct str text)
{
	int64_t n;

	return str_to_i64(str_trim(text), 1, 4, &n) ? (int)n : 0;
}

void
level_request_add(struct level_request *r, struct str class_ref)
{
	struct str ref = str_trim(class_ref);
	int old = 0;

	r->is_present = true;
	if (str_has_prefix(ref, ASSURANCE_PREFIX))
		old = old_read(str_skip(ref, ASSURANCE_PREFIX.len));
	if (old > 0)
		r->old_set |= 1U << old;
	else if (str_has_prefix(ref, NSIS_LOA_PREFIX) && nsis_read(ref) != NSIS_NONE)
		r->nsis_set |= 1U << nsis_read(ref);
	else if (str_eq(ref, CLASS_PROFESSIONAL))
		r->has_professional = true;
	else if (str_eq(ref, CLASS_PERSON))
		r->has_person = true;
	else if (str_eq(ref, SAML_AC_X509) || str_eq(ref, CLASS_UNSPECIFIED))
		r->has_plain = true;
	else
		r->has_unknown = true;
}

static int
lowest(unsigned set)
{
	for (int i = 1; i <= 4; i++)
		if (set & 1U << i)
			return i;
	return 0;
}

static int
highest(unsigned set)
{
	for (int i = 4; i >= 1; i--)
		if (set & 1U << i)
			return i;
	return 0;
}

/*
 * One scale: any member of the set is enough (minimum), the very members (exact), above all of
 * them (better).
 */
static bool
scale_apply(unsigned set, enum level_comparison how, int top, unsigned *exact, int *least)
{
	int want;

	if (set == 0)
		return true;
	if (how == LEVEL_EXACT) {
		*exact = set;
		return true;
	}
	/* [saml-core 3.3.2.2.1] better: stronger than any one of the contexts specified */
	want = how == LEVEL_BETTER ? highest(set) + 1 : lowest(set);
	if (want > top)
		return false;
	if (want > *least)
		*least = want;
	return true;
}

bool
level_need_make(const struct trust_system *system, const struct level_request *r,
		struct level_need *out, struct err *e)
{
	int nsis_least = (int)nsis_read(system->min_nsis);
	bool use_nsis;

	*out = (struct level_need){.old_least = system->min_level};
	if (r->is_present) {
		if (r->comparison == LEVEL_MAXIMUM)
			return FAIL(e, SAML_LEVEL, "Comparison maximum");
		if (r->has_person && !r->has_professional)
			return FAIL(e, SAML_LEVEL, "asks for a person, not a professional");
		if (r->has_unknown && !r->old_set && !r->nsis_set && !r->has_professional &&
		    !r->has_plain)
			return FAIL(e, SAML_LEVEL, "asks for unknown classes only");
		/* Any one of the list is enough: the system's own scale speaks if it is there.
		 */
		use_nsis = r->nsis_set && (nsis_least > 0 || !r->old_set || !out->old_least);
		if (!scale_apply(use_nsis ? r->nsis_set : 0, r->comparison, NSIS_HIGH,
				 &out->nsis_exact, &nsis_least) ||
		    !scale_apply(use_nsis ? 0 : r->old_set, r->comparison, 4, &out->old_exact,
				 &out->old_least))
			return FAIL(e, SAML_LEVEL, "asks for more than the highest level");
	}
	out->nsis_least = (enum nsis)nsis_least;
	return true;
}

bool
level_is_enough(const struct level_need *need, const struct level *level)
{
	if (need->old_least > 1 && level->old < need->old_least)
		return false;
	if (need->old_exact && !(need->old_exact & 1U << level->old))
		return false;
	if (need->nsis_least != NSIS_NONE && level->nsis < need->nsis_least)
		return false;
	return !need->nsis_exact || need->nsis_exact & 1U << level->nsis;
}

/* The highest numbers that an IdP may deliver. An IdP without any registered level: 1, Low. */
static struct level
level_cap(const struct trust_idp *idp)
{
	enum nsis nsis = nsis_read(idp->max_nsis);
	struct level cap = {.old = idp->max_level, .nsis = nsis};

	if (cap.old <= 0)
		cap.old = nsis == NSIS_NONE ? 1 : level_old_of(nsis);
	/* NSIS is audited: without a registration on that scale there is only the lowest. */
	if (nsis == NSIS_NONE)
		cap.nsis = NSIS_LOW;
	return cap;
}

/* Both numbers of an old level: 3 and 4 are Substantial only where the IdP is registered so. */
static struct level
level_from_old(int old, const struct level *cap)
{
	bool is_registered = cap->nsis >= NSIS_SUBSTANTIAL;

	return (struct level){
		.old = old,
		.nsis = old >= 3 && is_registered ? NSIS_SUBSTANTIAL : NSIS_LOW,
	};
}

bool
level_may_reach(const struct level_need *need, const struct trust_idp *idp)
{
	struct level cap = level_cap(idp);
	struct level have = {.old = cap.old, .nsis = cap.nsis};

	if (!need->old_exact && !need->nsis_exact)
		return level_is_enough(need, &have);
	/* an exact level is reachable if it is not above the highest */
	if (need->old_exact && lowest(need->old_exact) > cap.old)
		return false;
	if (need->nsis_exact && lowest(need->nsis_exact) > (int)cap.nsis)
		return false;
	return true;
}

/* A value that contradicts itself was refused before; here it is none. */
static struct str
single_value(const struct assertion *t, struct str name)
{
	struct str value;
	struct err ignored = ERR_INIT;

	return attribute_single(t, name, &value, &ignored) ? value : STR_NONE;
}

static bool
is_multiple_authn(const struct assertion *t, const struct trust_idp *idp)
{
	size_t count;
	const struct assertion_attribute *at;

	if (!str_has_suffix(idp->profile, STR("_ADFS_MULTIPLEAUTHN")))
		return false;
	if (str_eq(t->class_ref, CLASS_MULTIPLE))
		return true;
	at = assertion_attribute(t, ATTR_AUTHN_METHODS, &count);
	for (size_t i = 0; at && i < at->value_count; i++)
		if (str_eq(at->values[i], CLASS_MULTIPLE))
			return true;
	return false;
}

struct level
level_delivered(const struct assertion *t, const struct trust_idp *idp)
{
	struct level cap = level_cap(idp), got;
	enum nsis nsis = nsis_read(single_value(t, ATTR3_LOA));
	int old = old_read(single_value(t, ATTR_ASSURANCE));

	if (nsis == NSIS_NONE && str_has_prefix(t->class_ref, NSIS_LOA_PREFIX))
		nsis = nsis_read(t->class_ref);
	if (nsis != NSIS_NONE)
		got = (struct level){.old = level_old_of(nsis), .nsis = nsis, .is_nsis = true};
	else if (old > 0)
		got = level_from_old(old, &cap);
	else
		got = level_from_old(is_multiple_authn(t, idp) ? 3 : 1, &cap);
	if (got.old > cap.old)
		got.old = cap.old;
	if (got.nsis > cap.nsis)
		got.nsis = cap.nsis;
	return got;
}

int
level_need_old(const struct level_need *need)
{
	int want = need->old_exact ? lowest(need->old_exact) : need->old_least;
	enum nsis nsis =
		need->nsis_exact ? (enum nsis)lowest(need->nsis_exact) : need->nsis_least;

	return level_old_of(nsis) > want ? level_old_of(nsis) : want;
}

enum nsis
level_need_nsis(const struct level_need *need)
{
	int old = level_need_old(need);

	if (old == 0)
		return NSIS_NONE;
	return old <= 2 ? NSIS_LOW : old == 3 ? NSIS_SUBSTANTIAL : NSIS_HIGH;
}
