/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From configuration to the token service's questions and orders. Decides nothing itself.
 * Source: token-service contract 2, 3.
 */
#include "gateway/tokens.h"

#define LEVEL_OF_SYSTEMS 3

static struct on_behalf_issuer
issuer(const struct platform *p, enum identity_name name, enum setting entity_id)
{
	return (struct on_behalf_issuer){
		.entity_id = config_str(p->config, entity_id),
		.certs = p->id[name].certs,
		.cert_count = p->id[name].cert_count,
	};
}

/* NULL where the setting says so. */
static const struct on_behalf_policy *
behalf_policy(const struct platform *p, struct arena *a)
{
	struct on_behalf_policy *out;

	if (!config_flag(p->config, OPT_STS_ON_BEHALF))
		return NULL;
	out = ARENA_NEW(a, struct on_behalf_policy);
	out->sts = issuer(p, IDENTITY_STS, OPT_STS_ENTITY_ID);
	out->hub = issuer(p, IDENTITY_HUB, OPT_HUB_ENTITY_ID);
	return out;
}

struct decide_question
token_question(const struct platform *p, const struct trust_snapshot *known,
	       const struct cert *signer, const struct http_call *c)
{
	return (struct decide_question){
		.known = known,
		.anchors = p->anchors,
		.signer = signer,
		.on_behalf = behalf_policy(p, c->a),
		.now = c->now,
	};
}

struct issue_order
token_order(const struct platform *p, const struct decision *d, const struct rst *rst,
	    const struct cert *holder, instant now)
{
	instant from = time_floor_ms(now);
	instant until =
		issue_until(rst, holder, config_number(p->config, OPT_STS_LIFETIME), from);
	bool is_other = str_is_set(d->behalf.subject);

	if (is_other && d->behalf.until < until)
		until = time_floor_ms(d->behalf.until);
	return (struct issue_order){
		.issuer = config_str(p->config, OPT_STS_ENTITY_ID),
		.audience = d->audience,
		.cvr = d->cvr,
		.assurance = d->behalf.assurance ? d->behalf.assurance : LEVEL_OF_SYSTEMS,
		.holder = holder,
		.subject = d->behalf.subject,
		.subject_format = d->behalf.subject_format,
		.privileges = d->privileges,
		.privilege_count = d->privilege_count,
		.from = from,
		.until = until,
		.signer = identity_signer(&p->id[IDENTITY_STS], now),
	};
}

struct str
token_jwt_issuer(const struct platform *p)
{
	return config_str(p->config, config_is_set(p->config, OPT_STS_JWT_ISSUER)
					     ? OPT_STS_JWT_ISSUER
					     : OPT_STS_ENTITY_ID);
}
