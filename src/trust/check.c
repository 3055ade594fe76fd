/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What no single document can tell: that everything referred to is there, that entity ids and
 * role domains are unique, that periods begin before they end. Looks at all that would be
 * known, so that a change is also refused for what it would break elsewhere.
 * Source: administration contract 3; token-service contract 2.5.
 */
#include "trust/internal.h"

#include <string.h>

struct check {
	const struct docs *d;
	struct findings *f;
	struct table entity_ids, domains; /* -> the document that has it */
};

static bool
has_authority(const struct check *c, struct str cvr)
{
	return docs_find(c->d, DOC_MYNDIGHED, cvr) != NULL;
}

static bool
has_party(const struct check *c, struct str cvr)
{
	return has_authority(c, cvr) || docs_find(c->d, DOC_LEVERANDOER, cvr) != NULL;
}

/* A CVR in a field must be that of an authority, or of a vendor too. */
static void
check_cvr(struct check *c, const struct doc *doc, const char *name, struct str cvr,
	  bool may_be_vendor)
{
	if (!str_is_set(cvr))
		return;
	if (may_be_vendor ? has_party(c, cvr) : has_authority(c, cvr))
		return;
	finding_problem(c->f, doc->place, "%s: " STR_FMT " is no known %s", name, STR_ARG(cvr),
			may_be_vendor ? "myndighed or leverandoer" : "myndighed");
}

static void
check_cvrs(struct check *c, const struct doc *doc, const json_t *o, const char *name,
	   bool may_be_vendor)
{
	for (size_t i = 0; i < json_count(o, name); i++)
		check_cvr(c, doc, name, json_text_at(o, name, i), may_be_vendor);
}

static void
check_period(struct check *c, const struct doc *doc, const json_t *o, const char *of)
{
	struct validity v = json_validity(o);

	if (v.from >= v.to)
		finding_problem(c->f, doc->place, "%sgyldigFra is not before gyldigTil", of);
}

/* Two that differ in case alone are told apart by programs and taken for one by people. */
static struct str
folded(struct arena *a, struct str s)
{
	char *p = arena_dup_c(a, s);

	for (size_t i = 0; i < s.len; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] - 'A' + 'a');
	return str_of(p, s.len);
}

static void
check_unique(struct check *c, struct table *t, const struct doc *doc, const char *what,
	     struct str value)
{
	const struct doc *first;
	struct str key;

	if (!str_is_set(value))
		return;
	key = folded(c->f->arena, value);
	if (table_add(t, key, doc))
		return;
	first = table_find(t, key);
	finding_problem(c->f, doc->place, "%s " STR_FMT " is used twice; also by " STR_FMT,
			what, STR_ARG(value), STR_ARG(first->place));
}

/* Two scales, one of them in force. */
static void
check_levels(struct check *c, const struct doc *doc, const json_t *o)
{
	if (json_number(o, "niveau") != 0 && str_is_set(json_text(o, "nsisNiveau")))
		finding_problem(c->f, doc->place, "niveau and nsisNiveau exclude each other");
}

/* Metadata of somebody else would be found out only at a login. */
static void
check_metadata(struct check *c, const struct doc *doc, const json_t *o, struct str entity_id)
{
	struct str xml = json_text(json_object_get(o, "metadata"), "xml");
	size_t at;

	/* '&' is spelled otherwise in XML */
	if (!str_is_set(xml) || str_has_char(entity_id, '&') || str_find(xml, entity_id, &at))
		return;
	finding_problem(c->f, doc->place, "metadata: does not name " STR_FMT,
			STR_ARG(entity_id));
}

static void
check_authority(struct check *c, const struct doc *doc)
{
	check_unique(c, &c->domains, doc, "rolledomaene", json_text(doc->json, "rolledomaene"));
}

/* A field names an it-system that calls services. */
static void
check_caller(struct check *c, const struct doc *doc, const char *name, struct str id)
{
	const struct doc *system = docs_find(c->d, DOC_SYSTEM, id);

	if (!str_is_set(id))
		return;
	if (!system)
		finding_problem(c->f, doc->place, "%s: " STR_FMT " is not known", name,
				STR_ARG(id));
	else if (!json_object_get(system->json, "anvender"))
		finding_problem(c->f, doc->place, "%s: " STR_FMT " has no facet anvender", name,
				STR_ARG(id));
}

/* Whom it may stand for, and what its users' logins come with. */
static void
check_on_behalf(struct check *c, const struct doc *doc)
{
	const json_t *facet = json_object_get(doc->json, "anvender");
	const json_t *user = json_object_get(doc->json, "brugervendt");

	for (size_t i = 0; i < json_count(facet, "repraesenterer"); i++)
		check_caller(c, doc, "repraesenterer",
			     json_text_at(facet, "repraesenterer", i));
	if (json_count(facet, "repraesenterer") > 0 &&
	    !json_flag(facet, "kanImpersonere", false))
		finding_problem(c->f, doc->place, "repraesenterer needs kanImpersonere");
	if (!json_flag(user, "bootstrapToken", false))
		return;
	if (!str_eq_c(json_text(user, "oiosamlProfil"), "OIOSAML3"))
		finding_problem(c->f, doc->place, "bootstrapToken is for OIOSAML3 only");
	if (json_count(facet, "certifikater") == 0)
		finding_problem(c->f, doc->place,
				"bootstrapToken needs a certificate of anvender to be held by");
}

static void
check_system(struct check *c, const struct doc *doc)
{
	const json_t *user = json_object_get(doc->json, "brugervendt");
	struct str entity_id = json_text(user, "entityId");

	check_cvr(c, doc, "ejer", json_text(doc->json, "ejer"), true);
	check_cvr(c, doc, "leverandoer", json_text(doc->json, "leverandoer"), true);
	check_cvrs(c, doc, json_object_get(doc->json, "anvender"), "anvenderkontekster", false);
	check_levels(c, doc, user);
	check_on_behalf(c, doc);
	check_unique(c, &c->entity_ids, doc, "entityId", entity_id);
	if (str_is_set(entity_id))
		check_metadata(c, doc, user, entity_id);
}

static void
check_service(struct check *c, const struct doc *doc)
{
	const json_t *o = doc->json;

	check_caller(c, doc, "udbyder", json_text(o, "udbyder"));
	check_unique(c, &c->entity_ids, doc, "id", doc->id);
	for (size_t i = 0; i < json_count(o, "identifikatorer"); i++)
		check_unique(c, &c->entity_ids, doc, "identifikator",
			     json_text_at(o, "identifikatorer", i));
	for (size_t i = 0; i < json_count(o, "roller"); i++) {
		struct str id = json_text(json_item(o, "roller", i), "id");

		for (size_t j = 0; j < i; j++)
			if (str_eq(id, json_text(json_item(o, "roller", j), "id")))
				finding_problem(c->f, doc->place,
						"roller: " STR_FMT " is there twice",
						STR_ARG(id));
	}
}

static void
check_idp(struct check *c, const struct doc *doc)
{
	check_cvr(c, doc, "ejer", json_text(doc->json, "ejer"), true);
	check_cvrs(c, doc, doc->json, "kontekster", true);
	check_levels(c, doc, doc->json);
	check_unique(c, &c->entity_ids, doc, "id", doc->id);
	check_metadata(c, doc, doc->json, doc->id);
}

static void
check_job_role(struct check *c, const struct doc *doc)
{
	check_cvr(c, doc, "ejer", json_text(doc->json, "ejer"), false);
	for (size_t i = 0; i < json_count(doc->json, "delegeretTil"); i++) {
		const json_t *to = json_item(doc->json, "delegeretTil", i);

		check_cvr(c, doc, "delegeretTil", json_text(to, "cvr"), false);
		check_period(c, doc, to, "delegeretTil: ");
	}
}

static void
check_agreement(struct check *c, const struct doc *doc)
{
	struct str owner = json_text(doc->json, "dataejer");
	struct str receiver = json_text(doc->json, "datamodtager");

	check_cvr(c, doc, "dataejer", owner, false);
	check_cvr(c, doc, "datamodtager", receiver, false);
	check_cvrs(c, doc, doc->json, "kontekster", false);
	check_caller(c, doc, "anvendersystem", json_text(doc->json, "anvendersystem"));
	if (str_eq_c(json_text(doc->json, "type"), "uden_videregivelse") &&
	    str_is_set(receiver) && !str_eq(owner, receiver))
		finding_problem(c->f, doc->place,
				"type: dataejer and datamodtager differ, so data is handed on");
}

static size_t
entity_count(const struct docs *d)
{
	size_t n = 1;

	for (size_t i = 0; i < d->count; i++)
		n += 1 + json_count(d->at[i].json, "identifikatorer");
	return n;
}

void
check_documents(const struct docs *d, bool is_development, struct findings *f)
{
	static void (*const checks[DOC_KINDS])(struct check *, const struct doc *) = {
		[DOC_MYNDIGHED] = check_authority, [DOC_SYSTEM] = check_system,
		[DOC_SERVICE] = check_service,     [DOC_JFR] = check_job_role,
		[DOC_AFTALE] = check_agreement,    [DOC_IDP] = check_idp,
	};
	struct check c = {.d = d, .f = f};

	table_init(&c.entity_ids, entity_count(d), f->arena);
	table_init(&c.domains, d->count, f->arena);
	for (size_t i = 0; i < d->count; i++) {
		const struct doc *doc = &d->at[i];

		check_period(&c, doc, doc->json, "");
		if (checks[doc->kind])
			checks[doc->kind](&c, doc);
	}
	check_roles(d, f);
	check_certificates(d, is_development, f);
}
