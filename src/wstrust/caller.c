/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a proven token to who calls. Refuses certificates that may not be used, though the token
 * in their hands is good; decides nothing about what may be done with it.
 * Source: token-service contract 5.5 (20, 24), 6.5.
 */
#include "wstrust/caller.h"

bool
holder_check(const struct trust_snapshot *known, struct anchors *revocation,
	     const struct cert *holder, instant now, struct err *e)
{
	const struct trust_system *system;
	bool blocked = false;

	if (now < cert_not_before(holder))
		return FAIL(e, CERT_NOT_YET_VALID, "certificate of the holder");
	if (now >= cert_not_after(holder))
		return FAIL(e, CERT_EXPIRED, "certificate of the holder");
	system = trust_system_by_cert(known, cert_sha256(holder), &blocked);
	if (blocked)
		return FAIL(e, CERT_BLOCKED, "certificate of the holder");
	if (system && (system->is_blocked || !validity_holds(system->valid, now)))
		return FAIL(e, CERT_BLOCKED, "it-system " STR_FMT, STR_ARG(system->id));
	return !revocation || anchors_check(revocation, holder, now, e);
}

void
caller_narrow(struct caller *c, const struct token *t)
{
	c->privileges = t->privileges.groups;
	c->privilege_count = t->privileges.count;
}

struct caller *
token_caller(const struct token *t, const struct cert *holder,
	     const struct trust_snapshot *known, struct arena *a,
	     const struct trust_system **system)
{
	struct caller *c = ARENA_NEW(a, struct caller);
	struct str sha256 = cert_sha256(holder);
	bool blocked;

	BUG_ON(sha256.len != sizeof(c->holder));
	*system = trust_system_by_cert(known, sha256, &blocked);
	for (size_t i = 0; i < sha256.len; i++)
		c->holder[i] = (uint8_t)sha256.ptr[i];
	c->cvr = t->cvr;
	c->subject = t->subject;
	c->system = *system ? (*system)->id : STR_NONE;
	c->token_id = t->id;
	c->service = t->audience;
	c->assurance = t->assurance;
	caller_narrow(c, t);
	return c;
}
