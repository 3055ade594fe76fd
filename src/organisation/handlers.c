/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is particular to Organisation 6: its roles, the shape of its hierarchy, what it imports
 * together, whom it forgets and what it purges. Nothing is decided here; the engine does.
 * Source: contract of Organisation, 2.5, 3.7 and 3.9.
 */
#include "organisation/internal.h"

#include "organisation/service.h"
#include "organisation/types.h"
#include "registry/serve.h"

/* ---- who may ---- */

static const struct access_role roles[] = {
	{STR_INIT("udstil/1"), ACCESS_READ},
	{STR_INIT("rediger/1"), ACCESS_READ | ACCESS_WRITE},
};

static const struct access_limit limits[] = {
	{STR_INIT("secpr-nummer/1"), ACCESS_SEE_CPR},
	{STR_INIT("senavn/1"), ACCESS_SEE_NAME},
	{STR_INIT("anonymiser/1"), ACCESS_ANONYMISE},
	{STR_INIT("fysiskslet/1"), ACCESS_PURGE},
};

const struct access_rules organisation_rules = {
	.roles = roles,
	.role_count = ARRAY_LEN(roles),
	.limits = limits,
	.limit_count = ARRAY_LEN(limits),
};

/* ---- OrganisationSystem ---- */

static const struct hierarchy_row hierarchy_rows[] = {
	{&type_organisation, "OrganisationSoegEgenskab", "Organisationer",
	 HIERARCHY_STANDS_FOR},
	{&type_organisationenhed, "OrganisationEnhedSoegEgenskab", "OrganisationEnheder",
	 HIERARCHY_OWN},
	{&type_organisationfunktion, "OrganisationFunktionSoegEgenskab",
	 "OrganisationFunktioner", HIERARCHY_OWN},
	{&type_bruger, "BrugerSoegEgenskab", "Brugere", HIERARCHY_OWN},
	{&type_interessefaellesskab, "InteressefaellesskabSoegEgenskab",
	 "Interessefaellesskaber", HIERARCHY_OWN},
	{&type_itsystem, "ItSystemSoegEgenskab", "ItSystemer", HIERARCHY_REFERENCED},
};

static const struct hierarchy_reference references[] = {
	{&type_organisation, "TilknyttedeItSystemer", &type_itsystem},
	{&type_organisationenhed, "TilknyttedeItSystemer", &type_itsystem},
	{&type_organisationfunktion, "TilknyttedeItSystemer", &type_itsystem},
	{&type_bruger, "TilknyttedeItSystemer", &type_itsystem},
	{&type_interessefaellesskab, "TilknyttedeItSystemer", &type_itsystem},
	{&type_itsystem, "TilknyttedeItSystemer", &type_itsystem},
};

static const struct hierarchy hierarchy = {
	.rows = hierarchy_rows,
	.count = ARRAY_LEN(hierarchy_rows),
	.references = references,
	.reference_count = ARRAY_LEN(references),
};

static const struct import_part import_parts[] = {
	{&type_organisation, NULL},
	{&type_organisationenhed, "OrganisationEnhederInput"},
};

static const struct anonymise erased = {
	.type = &type_person,
	.by_uuid = "PersonUUID",
	.by_text = "PersonCPR",
	.field = PERSON_CPR,
};

/* Addresses are named by these, and by nothing else. */
static const struct purge_relation adresser[] = {
	{&type_organisation, "Adresser"},
	{&type_organisationenhed, "Adresser"},
	{&type_organisationfunktion, "Adresser"},
	{&type_bruger, "Adresser"},
	{&type_itsystem, "Adresser"},
	{&type_interessefaellesskab, "Adresser"},
};

static const struct purge purged = {
	.by_home = "OrganisationUUID",
	.by_uuid = "OrganisationEnhedUUID",
	.home = "Tilhoerer",
	.main = {&type_organisationenhed, "Overordnet"},
	.follower = {&type_organisationfunktion, "TilknyttedeEnheder"},
	.named = &type_adresse,
	.naming = adresser,
	.naming_count = ARRAY_LEN(adresser),
};

bool
run_fremsoegobjekthierarki(struct soap_call *s, struct err *e)
{
	struct registry_call c = serve_call(s);

	return serve_done(s, &c, registry_hierarchy(&c, &hierarchy, e));
}

bool
run_import(struct soap_call *s, struct err *e)
{
	struct registry_call c = serve_call(s);

	return serve_done(s, &c,
			  registry_import_all(&c, import_parts, ARRAY_LEN(import_parts), e));
}

bool
run_anonymiser(struct soap_call *s, struct err *e)
{
	struct registry_call c = serve_call(s);

	return serve_done(s, &c, registry_anonymise(&c, &erased, e));
}

bool
run_fysiskslet(struct soap_call *s, struct err *e)
{
	struct registry_call c = serve_call(s);

	return serve_done(s, &c, registry_purge(&c, &purged, e));
}
