/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whose refusal is it? A certificate in a message that its key has not signed, or that somebody
 * sends a second time, proves nothing and counts nothing against it: else a stranger could have
 * a system shut out. The TLS handshake proves that the peer has the key of its certificate: so
 * a known system's refusals are its own to use up, whoever else stands behind its address.
 * Source: design, 6.
 */
#include "gateway/refusals.h"

#include "base/limits.h"
#include "crypto/digest.h"
#include "gateway/limiter.h"

static const struct limit refusals = {LIMIT_REFUSALS_BURST, LIMIT_REFUSALS_PER_S};

static void
name_peer(const struct trust_snapshot *known, struct http_call *c, const char **kind,
	  struct str *name)
{
	uint8_t *digest = ARENA_NEW_N(c->a, 32, uint8_t);
	bool blocked = true;

	*kind = "address";
	*name = c->peer;
	if (!str_is_set(c->client_cert))
		return;
	digest_sha256(c->client_cert, digest);
	if (!trust_system_by_cert(known, str_of(digest, 32), &blocked) || blocked)
		return;
	*kind = "tls";
	*name = str_of(digest, 32);
}

bool
refusals_are_many(struct app *app, const struct trust_snapshot *known, struct http_call *c)
{
	const char *kind;
	struct str name;

	if (limiter_has(app->failures, "address", c->peer, &refusals, c->now))
		return false;
	name_peer(known, c, &kind, &name);
	return !limiter_has(app->failures, kind, name, &refusals, c->now);
}

void
refusals_add(struct app *app, const struct trust_snapshot *known, struct http_call *c)
{
	const char *kind;
	struct str name;

	name_peer(known, c, &kind, &name);
	(void)limiter_take(app->failures, kind, name, &refusals, c->now);
}

bool
refusals_are_many_of(struct app *app, const struct cert *sender, instant now)
{
	return !limiter_has(app->failures, "certificate", cert_sha256(sender), &refusals, now);
}

void
refusals_add_of(struct app *app, const struct cert *sender, instant now)
{
	(void)limiter_take(app->failures, "certificate", cert_sha256(sender), &refusals, now);
}
