/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sluse cert list: every certificate that this installation trusts or presents, soonest end
 * first, with when it was last used; and, for monitoring, those that end soon. One that has a
 * successor in use is listed and worries nobody.
 * Source: administration contract 3.4 (states), 4.9.
 */
#include "gateway/cli_cert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"
#include "gateway/cert_use.h"
#include "gateway/file.h"
#include "gateway/identity.h"
#include "gateway/revocation.h"
#include "saml/metadata.h"
#include "trust/trust.h"

#define BUNDLE_MAX_BYTES (1024UL * 1024)

enum state { AKTIV, KOMMENDE, UDGAAENDE, SPAERRET, TILBAGEKALDT, UDLOEBET };

static const char *const state_names[] = {"aktiv",    "kommende",     "udgaaende",
					  "spaerret", "tilbagekaldt", "udloebet"};

struct row {
	struct str owner;
	const char *use;
	struct cert *cert;
	bool is_blocked, is_revoked;
	bool has_no_heir; /* of a bundle: several stand side by side */
	instant last;     /* use; INSTANT_MIN: none known */
	instant from; /* own keys: signs from then on; INSTANT_MIN: already, or not a signer */
	enum state state;
	bool is_worry;
};

struct list {
	const struct cli *c;
	struct arena *a;
	struct reading *r;
	instant now, limit;
	struct row *rows;
	size_t count;
};

/* Takes the certificate. */
static struct row *
add(struct list *l, struct str owner, const char *use, struct cert *cert)
{
	l->rows = mem_resize(l->rows, (l->count + 1) * sizeof(*l->rows));
	l->rows[l->count] = (struct row){.owner = owner,
					 .use = use,
					 .cert = cert,
					 .last = INSTANT_MIN,
					 .from = INSTANT_MIN};
	return &l->rows[l->count++];
}

static void
add_metadata(struct list *l, struct str owner, enum saml_role role, struct str xml)
{
	struct metadata_cert found[2 * LIMIT_PEER_KEYS];
	size_t count;

	if (!str_is_set(xml))
		return;
	count = metadata_certs(xml, role, l->a, found, ARRAY_LEN(found));
	for (size_t i = 0; i < count; i++)
		add(l, owner, found[i].is_encryption ? "saml-encryption" : "saml-signing",
		    found[i].cert);
}

static void
add_known(struct list *l, const struct trust_snapshot *known)
{
	for (size_t i = 0; i < trust_system_count(known); i++) {
		const struct trust_system *s = trust_system_at(known, i);

		for (size_t j = 0; j < s->cert_count; j++)
			add(l, s->id, "anvender", cert_hold(s->certs[j].cert))->is_blocked =
				s->certs[j].is_blocked || s->is_blocked;
		add_metadata(l, s->id, SAML_ROLE_SYSTEM, s->metadata_xml);
	}
	for (size_t i = 0; i < trust_idp_count(known); i++) {
		const struct trust_idp *idp = trust_idp_at(known, i);

		add_metadata(l, idp->entity_id, SAML_ROLE_IDP, idp->metadata_xml);
	}
}

/* Every certificate of a bundle of ours. */
static bool
add_bundle(struct list *l, const char *use, const char *path, struct err *e)
{
	static const struct str end = STR_INIT("-----END CERTIFICATE-----");
	struct str text = STR_NONE, rest;
	bool ok = true;
	size_t at;

	if (!file_read(path, BUNDLE_MAX_BYTES, &text, e))
		return false;
	for (rest = text; ok && str_find(rest, end, &at); rest = str_skip(rest, at + end.len)) {
		struct cert *cert = NULL;
		struct str pem = str_of(rest.ptr, at + end.len);
		size_t begin;

		if (str_find(pem, STR("-----BEGIN CERTIFICATE-----"), &begin))
			pem = str_skip(pem, begin);
		ok = cert_parse(pem, &cert, e);
		if (ok)
			add(l, STR("platform"), use, cert)->has_no_heir = true;
	}
	file_free(&text);
	return ok;
}

static const struct {
	enum setting cert, key, password, from; /* OPT_COUNT: none */
	const char *use;
	bool is_bundle;
} ours[] = {
	{OPT_STS_CERT, OPT_STS_KEY, OPT_STS_PASSWORD, OPT_COUNT, "sts-signing", false},
	{OPT_STS_NEXT_CERT, OPT_STS_NEXT_KEY, OPT_STS_NEXT_PASSWORD, OPT_STS_NEXT_FROM,
	 "sts-signing", false},
	{OPT_STS_TRUSTED, OPT_COUNT, OPT_COUNT, OPT_COUNT, "sts-trusted", true},
	{OPT_SERVICE_CERT, OPT_SERVICE_KEY, OPT_SERVICE_PASSWORD, OPT_COUNT, "service-signing",
	 false},
	{OPT_SERVICE_NEXT_CERT, OPT_SERVICE_NEXT_KEY, OPT_SERVICE_NEXT_PASSWORD,
	 OPT_SERVICE_NEXT_FROM, "service-signing", false},
	{OPT_HUB_CERT, OPT_HUB_KEY, OPT_HUB_PASSWORD, OPT_COUNT, "saml-signing", false},
	{OPT_HUB_NEXT_CERT, OPT_HUB_NEXT_KEY, OPT_HUB_NEXT_PASSWORD, OPT_HUB_NEXT_FROM,
	 "saml-signing", false},
	{OPT_HVEM_CERT, OPT_HVEM_KEY, OPT_COUNT, OPT_COUNT, "hvem-signing", false},
	{OPT_TLS_CERT, OPT_TLS_KEY, OPT_TLS_PASSWORD, OPT_COUNT, "tls", false},
	{OPT_TLS_CERT_EC, OPT_TLS_KEY_EC, OPT_TLS_PASSWORD_EC, OPT_COUNT, "tls-ec", false},
	{OPT_ANCHORS, OPT_COUNT, OPT_COUNT, OPT_COUNT, "anchor", true},
	{OPT_INTERMEDIATES, OPT_COUNT, OPT_COUNT, OPT_COUNT, "intermediate", true},
};

/* Out of its own file; out of PKCS#12 only together with the key. */
static bool
load_ours(const struct config *c, size_t i, struct cert **out, struct err *e)
{
	AUTO(signer_freep) struct signer *s = NULL;
	struct signer_source from;

	if (config_is_set(c, ours[i].cert))
		return cert_load(config_text(c, ours[i].cert), out, e);
	from = key_source(c, ours[i].cert, ours[i].key, ours[i].password);
	if (!signer_open(&from, &s, e))
		return false;
	*out = cert_hold(signer_cert(s));
	return true;
}

/* Who may read this list need not be able to read keys that have a certificate beside them. */
static bool
add_ours(struct list *l, const struct config *c, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(ours); i++) {
		struct cert *cert = NULL;
		struct row *row;

		if (!config_is_set(c, ours[i].cert) &&
		    (ours[i].key == OPT_COUNT || !config_is_set(c, ours[i].key)))
			continue;
		if (ours[i].is_bundle) {
			if (!add_bundle(l, ours[i].use, config_text(c, ours[i].cert), e))
				return false;
			continue;
		}
		if (!load_ours(c, i, &cert, e))
			return false;
		row = add(l, STR("platform"), ours[i].use, cert);
		if (ours[i].from != OPT_COUNT)
			row->from = config_is_set(c, ours[i].from)
					    ? config_number(c, ours[i].from)
					    : INSTANT_MAX;
	}
	return true;
}

/* Is there a later one of the same owner for the same use that has begun to live? */
static const struct row *
successor(const struct list *l, const struct row *row)
{
	const struct row *best = NULL;

	for (size_t i = 0; i < l->count && !row->has_no_heir; i++) {
		const struct row *x = &l->rows[i];

		if (x != row && !x->is_blocked && str_eq(x->owner, row->owner) &&
		    strcmp(x->use, row->use) == 0 && cert_not_before(x->cert) <= l->now &&
		    x->from <= l->now && cert_not_after(x->cert) > cert_not_after(row->cert) &&
		    (!best || x->last > best->last))
			best = x;
	}
	return best;
}

static void
conclude(const struct list *l, struct row *row)
{
	const struct row *next = successor(l, row);

	if (row->is_blocked)
		row->state = SPAERRET;
	else if (row->is_revoked)
		row->state = TILBAGEKALDT;
	else if (cert_not_after(row->cert) <= l->now)
		row->state = UDLOEBET;
	else if (cert_not_before(row->cert) > l->now || row->from > l->now)
		row->state = KOMMENDE;
	else if (next)
		row->state = UDGAAENDE;
	/* its successor does the work already, or ours does by the calendar */
	row->is_worry = row->state != SPAERRET && cert_not_after(row->cert) < l->limit &&
			!(next && (next->last > row->last || next->from > INSTANT_MIN));
}

static int
by_end(const void *x, const void *y)
{
	const struct row *a = x, *b = y;
	instant left = cert_not_after(a->cert), right = cert_not_after(b->cert);

	if (left != right)
		return left < right ? -1 : 1;
	return str_cmp(a->owner, b->owner);
}

static struct str
moment(struct list *l, instant t)
{
	char text[TIME_TEXT_MAX];

	if (t == INSTANT_MIN || t == INSTANT_MAX)
		return STR_NONE;
	return arena_dup(l->a, time_format_utc(t, text));
}

static void
print_json(struct list *l, const struct row *row)
{
	json_t *o = cert_describe(row->cert);
	struct str last = moment(l, row->last), from = moment(l, row->from);

	json_put_text(o, "owner", row->owner);
	if (strcmp(row->use, "anvender") == 0)
		json_put_text(o, "system", row->owner);
	json_put_text(o, "use", str_from(row->use));
	json_put_text(o, "state", str_from(state_names[row->state]));
	json_put_text(o, "lastUsed", last);
	json_put_text(o, "signsFrom", from);
	json_object_set_new(o, "blocked", json_boolean(row->is_blocked));
	json_object_set_new(o, "daysLeft",
			    json_integer((cert_not_after(row->cert) - l->now) / DAYS(1)));
	json_dumpf(o, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER);
	putchar('\n');
	json_decref(o);
}

static struct str
day(struct str moment)
{
	return moment.len > 10 ? str_of(moment.ptr, 10) : STR("-");
}

static void
print_line(struct list *l, const struct row *row)
{
	struct str last = moment(l, row->last);

	printf("%-10.*s %5lld  %-9s %-15s %-24.*s %-16.*s %.8s  " STR_FMT "\n",
	       STR_ARG(day(moment(l, cert_not_after(row->cert)))),
	       (long long)((cert_not_after(row->cert) - l->now) / DAYS(1)),
	       state_names[row->state], row->use, STR_ARG(row->owner), last.len > 16 ? 16 : 1,
	       last.len > 16 ? last.ptr : "-", cert_thumbprint(row->cert).ptr,
	       STR_ARG(cert_cn(row->cert)));
}

static int
print_all(struct list *l, bool expiring)
{
	int worst = EXIT_OK;

	if (!l->c->json && !l->c->quiet)
		printf("%-10s %5s  %-9s %-15s %-24s %-16s %-8s  %s\n", "ends", "days", "state",
		       "use", "owner", "last used", "sha1", "name");
	for (size_t i = 0; i < l->count; i++) {
		const struct row *row = &l->rows[i];

		if (expiring && !row->is_worry)
			continue;
		if (l->c->json)
			print_json(l, row);
		else
			print_line(l, row);
		if (!expiring)
			continue;
		if (row->state == UDLOEBET)
			worst = EXIT_CRITICAL;
		else if (worst == EXIT_OK)
			worst = EXIT_WARNING;
	}
	return worst;
}

static bool
collect(struct list *l, struct store *s, const struct config *config, struct err *e)
{
	AUTO(trust_releasep) const struct trust_snapshot *known = NULL;
	bool ok;

	ok = trust_as_of(s, INSTANT_MAX, &known, e) && store_read(s, &l->r, e) &&
	     add_ours(l, config, e);
	if (!ok)
		return false;
	add_known(l, known);
	for (size_t i = 0; i < l->count; i++) {
		l->rows[i].owner = arena_dup(l->a, l->rows[i].owner);
		if (!cert_use_last(l->r, l->rows[i].cert, l->now, &l->rows[i].last, e))
			return false;
		if (!revocation_was_noted(s, l->rows[i].cert, l->now, &l->rows[i].is_revoked,
					  e))
			return false;
	}
	for (size_t i = 0; i < l->count; i++)
		conclude(l, &l->rows[i]);
	qsort(l->rows, l->count, sizeof(*l->rows), by_end);
	return true;
}

int
cert_list(const struct cli *c, bool expiring, instant within)
{
	AUTO(store_closep) struct store *s = NULL;
	struct list l = {.c = c};
	struct config *config = NULL;
	struct err e = ERR_INIT;
	int code;

	if (!cli_config_and_clock(c, &config, &e))
		return cli_failed(c, &e);
	if (!cli_store(c, true, &s, &e)) {
		config_free(config);
		return cli_failed(c, &e);
	}
	l.a = arena_new();
	l.now = clock_now();
	l.limit = expiring ? l.now + within : INSTANT_MAX;
	code = collect(&l, s, config, &e) ? print_all(&l, expiring) : cli_failed(c, &e);
	store_read_end(l.r);
	for (size_t i = 0; i < l.count; i++)
		cert_free(l.rows[i].cert);
	mem_free(l.rows);
	arena_free(l.a);
	config_free(config);
	return code;
}
