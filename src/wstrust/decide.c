/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decides on a token request. Denies unless an active agreement of this system, for this
 * service, in this context says otherwise; trust/ alone knows which do. Tells nobody whether
 * another authority or system exists.
 * Source: token-service contract 1.6 (13–22), 4.1.
 */
#include "wstrust/decide.h"

#include "xml/names.h"

static struct str
unknown_thumbprint(struct arena *a, struct str thumbprint)
{
	return arena_printf(a, "No mapped user exists for thumbprint '" STR_FMT "'",
			    STR_ARG(thumbprint));
}

static bool
refuse_signer(const struct cert *signer, struct arena *a, struct decision *out, struct err *e,
	      const char *why)
{
	struct str thumbprint = cert_thumbprint(signer);

	out->reason = unknown_thumbprint(a, thumbprint);
	return FAIL(e, STS_CERT_UNKNOWN, "%s, thumbprint " STR_FMT, why, STR_ARG(thumbprint));
}

bool
decide_signer(const struct decide_question *q, struct arena *a, struct decision *out,
	      struct err *e)
{
	struct err why = ERR_INIT;
	bool blocked = false;

	*out = (struct decision){0};
	out->system = trust_system_by_cert(q->known, cert_sha256(q->signer), &blocked);
	if (!out->system)
		return refuse_signer(q->signer, a, out, e, "not registered");
	if (blocked)
		return refuse_signer(q->signer, a, out, e, "certificate blocked");
	if (out->system->is_blocked || !validity_holds(out->system->valid, q->now))
		return refuse_signer(q->signer, a, out, e, "it-system blocked");
	if (!anchors_check(q->anchors, q->signer, q->now, &why))
		return FAIL(e, STS_CERT_REFUSED, "%s: %s", err_row(why.code)->name, why.detail);
	return true;
}

static enum err_code
verdict_error(enum trust_agreement_verdict verdict)
{
	switch (verdict) {
	case AGREEMENT_HOLDS:
		return ERR_NONE;
	case AGREEMENT_NO_CONTEXT:
		return USERCONTEXT_UNKNOWN;
	case AGREEMENT_SUSPENDED:
		return SERVICE_AGREEMENT_SUSPENDED;
	case AGREEMENT_EXPIRED:
		return SERVICE_AGREEMENT_EXPIRED;
	case AGREEMENT_NO_ROLE:
		return SERVICE_AGREEMENT_ROLE_MISSING;
	case AGREEMENT_NONE:
		break;
	}
	return SERVICE_AGREEMENT_NOT_FOUND;
}

static const struct privilege *
to_privileges(const struct trust_assignment *list, size_t count, struct arena *a)
{
	struct privilege *out = ARENA_NEW_N(a, count + 1, struct privilege);

	for (size_t i = 0; i < count; i++)
		out[i] = (struct privilege){
			.scope_cvr = list[i].scope_cvr,
			.roles = &list[i].role,
			.role_count = 1,
			.constraints = list[i].constraints,
			.constraint_count = list[i].constraint_count,
		};
	return out;
}

bool
decide_agreement(const struct trust_snapshot *known, instant now, struct arena *a,
		 struct decision *d, struct err *e)
{
	const struct trust_system *system = d->behalf.system ? d->behalf.system : d->system;
	const struct trust_assignment *list = NULL;
	enum err_code code;
	size_t count = 0;

	code = verdict_error(
		trust_agreement(known, system, d->service, d->cvr, now, a, &list, &count));
	if (code != ERR_NONE)
		return FAIL(e, code, "system " STR_FMT ", service " STR_FMT ", cvr " STR_FMT,
			    STR_ARG(system->id), STR_ARG(d->service->id), STR_ARG(d->cvr));
	d->privileges = to_privileges(list, count, a);
	d->privilege_count = count;
	return true;
}

static bool
decide_behalf(const struct decide_question *q, const struct rst *rst, struct arena *a,
	      struct decision *d, struct err *e)
{
	const struct on_behalf_question asked = {
		.policy = q->on_behalf,
		.known = q->known,
		.anchors = q->anchors,
		.asker = d->system,
		.signer = q->signer,
		.service = d->service,
		.cvr = d->cvr,
		.now = q->now,
	};

	if (!rst_has_behalf(rst))
		return true;
	if (!q->on_behalf)
		return FAIL(e, RST_UNSUPPORTED, "OnBehalfOf and ActAs are switched off");
	if (on_behalf_read(&asked, rst, a, &d->behalf, e))
		return true;
	if (e->code == STS_BEHALF_UNKNOWN)
		d->reason = unknown_thumbprint(a, d->behalf.cert_thumbprint);
	d->behalf = (struct represented){0};
	return false;
}

bool
decide_request(const struct decide_question *q, const struct rst *rst, struct arena *a,
	       struct decision *out, struct err *e)
{
	if (!str_is_set(rst->cvr))
		return FAIL(e, STS_CLAIM_MISSING, "not one CVR claim of eight digits");
	out->cvr = rst->cvr;
	out->service = trust_service_find(q->known, rst->applies_to, &out->audience);
	if (!out->service) {
		out->reason =
			arena_printf(a, "Path resolution: no connection '" STR_FMT "' found",
				     STR_ARG(rst->applies_to));
		return FAIL(e, STS_APPLIES_TO_UNKNOWN, "AppliesTo: see the record");
	}
	if (!rst_uses_key_of(rst, q->signer))
		return FAIL(e, RST_MALFORMED, "UseKey is not the signer's key");
	return decide_behalf(q, rst, a, out, e) &&
	       decide_agreement(q->known, q->now, a, out, e);
}

/* --- a token that was issued before --- */

static bool
same_constraints(const struct privilege *x, const struct privilege *y)
{
	size_t same = 0;

	for (size_t i = 0; i < x->constraint_count; i++)
		for (size_t j = 0; j < y->constraint_count; j++)
			if (str_eq(x->constraints[i].name, y->constraints[j].name) &&
			    str_eq(x->constraints[i].value, y->constraints[j].value)) {
				same++;
				break;
			}
	return x->constraint_count == y->constraint_count && same == x->constraint_count;
}

/* Would that role be given again, over the same data and with the same limits? */
static bool
gives(const struct decision *d, const struct privilege *p, struct str role)
{
	for (size_t i = 0; i < d->privilege_count; i++)
		if (str_eq(d->privileges[i].scope_cvr, p->scope_cvr) &&
		    str_eq(d->privileges[i].roles[0], role) &&
		    same_constraints(&d->privileges[i], p))
			return true;
	return false;
}

static bool
gives_group(const struct decision *d, const struct privilege *p)
{
	for (size_t i = 0; i < p->role_count; i++)
		if (!gives(d, p, p->roles[i]))
			return false;
	return true;
}

/* Everything that the token gives would be given again. */
static bool
covers(const struct decision *d, const struct token *t)
{
	for (size_t i = 0; i < t->privileges.count; i++)
		if (!gives_group(d, &t->privileges.groups[i]))
			return false;
	return true;
}

/* What would not be given again is given no longer. false: nothing is left of it. */
static bool
narrow(const struct decision *d, struct token *t, struct arena *a)
{
	struct privilege_list *list = &t->privileges;
	struct privilege *kept;
	size_t count = 0;

	if (covers(d, t))
		return true;
	kept = ARENA_NEW_N(a, list->count, struct privilege);
	for (size_t i = 0; i < list->count; i++)
		if (gives_group(d, &list->groups[i]))
			kept[count++] = list->groups[i];
	list->groups = kept;
	list->count = count;
	return count > 0;
}

enum bears { BEARS_NOT = 0, BEARS_BLOCKED, BEARS_NAME };

/* Does a certificate of it bear the name, and is one that does not blocked? */
static enum bears
bears_name(const struct trust_system *s, struct str subject)
{
	enum bears best = BEARS_NOT;

	for (size_t i = 0; i < s->cert_count; i++) {
		if (!str_eq(cert_subject_net(s->certs[i].cert), subject))
			continue;
		if (!s->certs[i].is_blocked)
			return BEARS_NAME;
		best = BEARS_BLOCKED;
	}
	return best;
}

/* An agreement of a system that the holder may represent, and that bears the name so. */
static bool
represented_holds(const struct trust_snapshot *known, const struct token *t, enum bears want,
		  struct decision *d, instant now, struct arena *a)
{
	bool holds = false;

	for (size_t i = 0; i < trust_system_count(known) && !holds; i++) {
		const struct trust_system *s = trust_system_at(known, i);
		struct err why = ERR_INIT;

		if (s == d->system || bears_name(s, t->subject) != want ||
		    !trust_may_represent(d->system, s))
			continue;
		d->behalf.system = s;
		holds = decide_agreement(known, now, a, d, &why) && covers(d, t);
	}
	d->behalf.system = NULL;
	return holds;
}

static enum bears
who_bears(const struct trust_snapshot *known, const struct trust_system *holder,
	  struct str subject)
{
	enum bears best = BEARS_NOT;

	for (size_t i = 0; i < trust_system_count(known); i++) {
		const struct trust_system *s = trust_system_at(known, i);
		enum bears b = s == holder ? BEARS_NOT : bears_name(s, subject);

		best = b > best ? b : best;
	}
	return best;
}

/*
 * The name does not say whose agreement the token rests on: a system's name stands in it both
 * when that system is represented and when its token was handed in. So an agreement that still
 * gives all of it has to be there, the holder's or that of a system that it may represent: one
 * that bears the name, or any where nobody does, since a certificate that was replaced takes
 * its name along and the holder could ask anew. A name that is blocked carries nothing.
 */
static bool
behalf_holds(const struct trust_snapshot *known, const struct token *t, struct decision *d,
	     instant now, struct arena *a, struct err *e)
{
	enum bears bears = who_bears(known, d->system, t->subject);

	if (bears != BEARS_BLOCKED && represented_holds(known, t, bears, d, now, a))
		return true;
	if (!decide_agreement(known, now, a, d, e))
		return false;
	return (bears != BEARS_BLOCKED && covers(d, t)) ||
	       FAIL(e, SERVICE_AGREEMENT_NOT_FOUND, "on behalf of another: no longer");
}

bool
decide_still_holds(const struct trust_snapshot *known, struct token *t,
		   const struct trust_system *holder, instant now, struct arena *a,
		   struct err *e)
{
	struct decision d = {.system = holder, .cvr = t->cvr};

	if (!holder)
		return true;
	d.service = trust_service_find(known, t->audience, &d.audience);
	if (!d.service)
		return FAIL(e, SERVICE_AGREEMENT_NOT_FOUND, "service is not registered");
	if (t->is_on_behalf)
		return behalf_holds(known, t, &d, now, a, e);
	if (!decide_agreement(known, now, a, &d, e))
		return false;
	return narrow(&d, t, a) ||
	       FAIL(e, SERVICE_AGREEMENT_ROLE_MISSING, "nothing of it is given any more");
}
