/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Certificates before they are known: not a CA's, not a person's (in development both may be,
 * a CA's if it is self-made), a key that is strong enough, and of one it-system only, by
 * certificate and by key. Chain and revocation are judged when
 * the certificate is used. What depends on the day is asked of new ones only, so that applying
 * again what is known never fails by itself.
 * Source: administration contract 3.4, 10.2; token-service contract 7.4.
 */
#include "trust/internal.h"

#include "base/clock.h"

/* [administration 3.4] RSA >= 3072; 2048 is accepted with a warning */
#define RSA_BITS_WANTED 3072

struct check {
	const struct docs *d;
	struct findings *f;
	bool is_development;
	struct table certs, keys; /* -> the document that has it */
};

static bool
is_employee(const struct cert *c)
{
	return cert_kind(c) == CERT_KIND_OCES3_EMPLOYEE ||
	       cert_kind(c) == CERT_KIND_OCES2_EMPLOYEE;
}

/* Was it there already when this document was last applied? */
static bool
is_old(const struct doc *doc, struct str pem)
{
	const json_t *before = json_object_get(doc->old, "anvender");

	for (size_t i = 0; i < json_count(before, "certifikater"); i++)
		if (str_eq(json_text(json_item(before, "certifikater", i), "pem"), pem))
			return true;
	return false;
}

static void
check_kind(struct check *c, const struct doc *doc, const struct cert *cert)
{
	struct str name = cert_thumbprint(cert);
	struct err e = ERR_INIT;

	if (cert_is_ca(cert) && !(c->is_development && cert_is_self_signed(cert)))
		finding_problem(c->f, doc->place, "certificate " STR_FMT " is a CA's",
				STR_ARG(name));
	if (!cert_check_key(cert, &e))
		finding_problem(c->f, doc->place, "certificate " STR_FMT ": key too weak (%s)",
				STR_ARG(name), e.detail);
	err_clear(&e);
	if (!cert_check_issued(cert, &e))
		finding_problem(c->f, doc->place, "certificate " STR_FMT ": %s", STR_ARG(name),
				e.detail);
	if (is_employee(cert) && !c->is_development)
		finding_problem(c->f, doc->place,
				"certificate " STR_FMT " is an employee's, not a system's",
				STR_ARG(name));
}

static void
check_new(struct check *c, const struct doc *doc, const struct cert *cert)
{
	struct str name = cert_thumbprint(cert), cvr = cert_cvr(cert);
	struct str owner = json_text(doc->json, "ejer");

	if (cert_not_after(cert) <= clock_now())
		finding_problem(c->f, doc->place, "certificate " STR_FMT " has expired",
				STR_ARG(name));
	if (cert_key_kind(cert) == KEY_RSA && cert_key_bits(cert) < RSA_BITS_WANTED)
		finding_warn(c->f, doc->place, "certificate " STR_FMT " has a key of %d bits",
			     STR_ARG(name), cert_key_bits(cert));
	if (cert_kind(cert) == CERT_KIND_OTHER)
		finding_warn(c->f, doc->place, "certificate " STR_FMT " is no OCES certificate",
			     STR_ARG(name));
	/* a vendor may run an authority's system with its own certificate */
	if (!str_eq(cvr, owner) && !str_eq(cvr, json_text(doc->json, "leverandoer")))
		finding_warn(c->f, doc->place,
			     "certificate " STR_FMT " is of CVR " STR_FMT
			     ", the system's owner is " STR_FMT,
			     STR_ARG(name), STR_ARG(str_is_set(cvr) ? cvr : STR("none")),
			     STR_ARG(owner));
}

static void
check_owner(struct check *c, const struct doc *doc, const struct cert *cert)
{
	struct arena *a = c->f->arena;
	struct str name = arena_dup(a, cert_thumbprint(cert));
	struct str key = arena_dup(a, cert_key_sha256(cert));
	const struct doc *other;

	if (!table_add(&c->certs, arena_dup(a, cert_sha256(cert)), doc)) {
		other = table_find(&c->certs, cert_sha256(cert));
		finding_problem(c->f, doc->place,
				"certificate " STR_FMT " is used twice; also by " STR_FMT,
				STR_ARG(name), STR_ARG(other->place));
		return;
	}
	/* the same key again is how a certificate is renewed, but only within one system */
	if (table_add(&c->keys, key, doc))
		return;
	other = table_find(&c->keys, key);
	if (other != doc)
		finding_problem(c->f, doc->place,
				"certificate " STR_FMT " has a key that is used by " STR_FMT,
				STR_ARG(name), STR_ARG(other->place));
}

void
check_certificates(const struct docs *d, bool is_development, struct findings *f)
{
	struct check c = {.d = d, .f = f, .is_development = is_development};
	size_t count, certs = 0;
	const struct doc *doc = docs_of(d, DOC_SYSTEM, &count);

	for (size_t i = 0; i < count; i++)
		certs += json_count(json_object_get(doc[i].json, "anvender"), "certifikater");
	table_init(&c.certs, certs, f->arena);
	table_init(&c.keys, certs, f->arena);
	for (; count > 0; count--, doc++) {
		const json_t *facet = json_object_get(doc->json, "anvender");

		for (size_t i = 0; i < json_count(facet, "certifikater"); i++) {
			AUTO(cert_freep) struct cert *cert = NULL;
			struct str pem = json_text(json_item(facet, "certifikater", i), "pem");
			struct err e = ERR_INIT;

			if (!cert_parse(pem, &cert, &e)) {
				finding_problem(f, doc->place, "certificate %zu: %s", i,
						e.detail);
				continue;
			}
			check_kind(&c, doc, cert);
			if (!is_old(doc, pem))
				check_new(&c, doc, cert);
			check_owner(&c, doc, cert);
		}
	}
}
