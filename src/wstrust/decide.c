/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decides on a token request. Denies unless an active agreement of this system, for this
 * service, in this context says otherwise; trust/ alone knows which do. Tells nobody whether
 * another authority or system exists.
 * Source: token-service contract 1.6 (13–22), 4.1.
 */
#include "wstrust/decide.h"

#include "xml/names.h"

static bool
refuse_signer(const struct cert *signer, struct arena *a, struct decision *out, struct err *e,
	      const char *why)
{
	struct str thumbprint = cert_thumbprint(signer);

	out->reason = arena_printf(a, "No mapped user exists for thumbprint '" STR_FMT "'",
				   STR_ARG(thumbprint));
	return FAIL(e, STS_CERT_UNKNOWN, "%s, thumbprint " STR_FMT, why, STR_ARG(thumbprint));
}

bool
decide_signer(const struct trust_snapshot *known, struct anchors *anchors,
	      const struct cert *signer, instant now, struct arena *a, struct decision *out,
	      struct err *e)
{
	struct err why = ERR_INIT;
	bool blocked = false;

	*out = (struct decision){0};
	out->system = trust_system_by_cert(known, cert_sha256(signer), &blocked);
	if (!out->system)
		return refuse_signer(signer, a, out, e, "not registered");
	if (blocked)
		return refuse_signer(signer, a, out, e, "certificate blocked");
	if (out->system->is_blocked || !validity_holds(out->system->valid, now))
		return refuse_signer(signer, a, out, e, "it-system blocked");
	if (!anchors_check(anchors, signer, now, &why))
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
	const struct trust_assignment *list = NULL;
	enum err_code code;
	size_t count = 0;

	code = verdict_error(
		trust_agreement(known, d->system, d->service, d->cvr, now, a, &list, &count));
	if (code != ERR_NONE)
		return FAIL(e, code, "system " STR_FMT ", service " STR_FMT ", cvr " STR_FMT,
			    STR_ARG(d->system->id), STR_ARG(d->service->id), STR_ARG(d->cvr));
	d->privileges = to_privileges(list, count, a);
	d->privilege_count = count;
	return true;
}

bool
decide_request(const struct trust_snapshot *known, const struct rst *rst,
	       const struct cert *signer, instant now, struct arena *a, struct decision *out,
	       struct err *e)
{
	if (!str_is_set(rst->cvr))
		return FAIL(e, STS_CLAIM_MISSING, "not one CVR claim of eight digits");
	out->cvr = rst->cvr;
	out->service = trust_service_find(known, rst->applies_to, &out->audience);
	if (!out->service) {
		out->reason =
			arena_printf(a, "Path resolution: no connection '" STR_FMT "' found",
				     STR_ARG(rst->applies_to));
		return FAIL(e, STS_APPLIES_TO_UNKNOWN, STR_FMT, STR_ARG(rst->applies_to));
	}
	if (!rst_uses_key_of(rst, signer))
		return FAIL(e, RST_MALFORMED, "UseKey is not the signer's key");
	if (rst->has_on_behalf)
		return FAIL(e, RST_UNSUPPORTED, "OnBehalfOf and ActAs are switched off");
	return decide_agreement(known, now, a, out, e);
}
