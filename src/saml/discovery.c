/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The choice of IdP, in the contract's order. An IdP that serves no authority, is switched off,
 * or may not reach the level that is needed is no candidate, whoever names it.
 * Source: context-handler contract 1.6; resolutions C3.
 */
#include "saml/discovery.h"

#include "saml/address.h"

bool
discovery_is_usable(const struct trust_idp *idp, instant now)
{
	return idp->is_active && idp->context_count > 0 && validity_holds(idp->valid, now);
}

/* The next letter's place in Danish order; what is not a letter goes by its byte. */
static unsigned
next_key(const char **p, const char *end)
{
	unsigned char c = (unsigned char)*(*p)++;
	unsigned char d = *p < end ? (unsigned char)**p : 0;

	if (c >= 'A' && c <= 'Z')
		c = (unsigned char)(c - 'A' + 'a');
	if (c == 'a' && (d == 'a' || d == 'A')) {
		(*p)++;
		return 'z' + 3;
	}
	if (c != 0xc3 || *p >= end)
		return c;
	/* UTF-8 of Latin-1 letters */
	(*p)++;
	switch (d | 0x20) {
	case 0xa6:
		return 'z' + 1; /* æ */
	case 0xb8:
		return 'z' + 2; /* ø */
	case 0xa5:
		return 'z' + 3; /* å */
	default:
		return 0x100U + d;
	}
}

int
discovery_collate(struct str a, struct str b)
{
	const char *p = a.ptr, *q = b.ptr;
	const char *const pe = p + a.len, *const qe = q + b.len;

	while (p < pe && q < qe) {
		unsigned x = next_key(&p, pe), y = next_key(&q, qe);

		if (x != y)
			return x < y ? -1 : 1;
	}
	if (p < pe)
		return 1;
	return q < qe ? -1 : str_cmp(a, b);
}

static bool
is_listed(const struct discovery_question *q, const struct trust_idp *idp)
{
	if (!q->has_idp_list)
		return true;
	for (size_t i = 0; i < q->idp_list_count; i++)
		if (str_eq(q->idp_list[i], idp->entity_id))
			return true;
	return false;
}

/* Candidates, kept in order as they are added. */
static bool
collect(const struct discovery_question *q, struct arena *a, struct discovery_answer *out,
	struct err *e)
{
	size_t usable = 0, listed = 0, n = 0;

	out->candidates = arena_alloc_n(a, q->idp_count + 1, sizeof(*out->candidates));
	for (size_t i = 0; i < q->idp_count; i++) {
		const struct trust_idp *idp = q->idps[i];
		size_t at = n;

		if (!discovery_is_usable(idp, q->now))
			continue;
		usable++;
		if (!is_listed(q, idp))
			continue;
		listed++;
		if (!level_may_reach(q->need, idp))
			continue;
		while (at > 0 &&
		       discovery_collate(idp->navn, out->candidates[at - 1]->navn) < 0) {
			out->candidates[at] = out->candidates[at - 1];
			at--;
		}
		out->candidates[at] = idp;
		n++;
	}
	out->candidate_count = n;
	if (n > 0)
		return true;
	if (q->has_idp_list && listed == 0)
		return FAIL(e, SAML_IDP_UNSUPPORTED, "none of the %zu IdPs listed is usable",
			    q->idp_list_count);
	if (usable == 0)
		return FAIL(e, SAML_NO_IDP, "no usable IdP");
	return FAIL(e, SAML_LEVEL, "no IdP reaches the level");
}

static const struct trust_idp *
by_entity(const struct discovery_answer *d, struct str entity_id)
{
	for (size_t i = 0; str_is_set(entity_id) && i < d->candidate_count; i++)
		if (str_eq(d->candidates[i]->entity_id, entity_id))
			return d->candidates[i];
	return NULL;
}

/* The only candidate that has the client's address; NULL if none or several. */
static const struct trust_idp *
by_address(const struct discovery_answer *d, struct str address)
{
	const struct trust_idp *found = NULL;

	for (size_t i = 0; i < d->candidate_count; i++) {
		const struct trust_idp *idp = d->candidates[i];
		bool is_in = false;

		for (size_t k = 0; k < idp->ip_range_count && !is_in; k++)
			is_in = address_is_in(address, idp->ip_ranges[k]);
		if (is_in && found)
			return NULL;
		if (is_in)
			found = idp;
	}
	return found;
}

static bool
settle(struct discovery_answer *d, enum discovery_way way, const struct trust_idp *idp)
{
	d->way = way;
	d->chosen = idp;
	return true;
}

bool
discovery_choose(const struct discovery_question *q, struct arena *a,
		 struct discovery_answer *out, struct err *e)
{
	const struct trust_idp *idp;

	*out = (struct discovery_answer){.chosen = NULL};
	if (!collect(q, a, out, e))
		return false;
	idp = q->force_authn ? NULL : by_entity(out, q->session_idp);
	if (idp)
		return settle(out, DISCOVERY_SESSION, idp);
	if (out->candidate_count == 1)
		return settle(out, DISCOVERY_ONLY, out->candidates[0]);
	if (str_is_set(q->client_address)) {
		idp = by_address(out, q->client_address);
		if (idp)
			return settle(out, DISCOVERY_ADDRESS, idp);
	}
	idp = by_entity(out, q->remembered);
	if (idp)
		return settle(out, DISCOVERY_REMEMBERED, idp);
	if (q->is_passive)
		return FAIL(e, SAML_PASSIVE, "several IdPs, and the user may not be asked");
	out->way = DISCOVERY_ASK;
	return true;
}
