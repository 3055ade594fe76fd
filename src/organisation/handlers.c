/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a SOAP call to the engine and back, with what is particular to Organisation 6: its
 * roles, the shape of its hierarchy, what it imports together, whom it forgets. Nothing is
 * decided here; the engine does.
 * Source: contract of Organisation, 2.5, 3.7 and 3.9.
 */
#include "organisation/internal.h"

#include "organisation/service.h"
#include "organisation/types.h"
#include "registry/registry.h"

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

/* ---- from a SOAP call to the engine and back ---- */

static struct registry_call
call_of(const struct soap_call *s)
{
	const struct oio_type *t = s->op->row;

	return (struct registry_call){.registry = s->state,
				      .rules = &organisation_rules,
				      .key = t ? t->key : "organisationsystem",
				      .ns = str_from(s->service->ns),
				      .type = t,
				      .operation = s->op->name,
				      .output = s->op->output,
				      .caller = s->caller,
				      .input = s->input,
				      .a = s->a,
				      .now = s->now,
				      .out = s->out};
}

static bool
done(struct soap_call *s, const struct registry_call *c, bool ok)
{
	s->is_recorded = c->is_recorded;
	s->verdict = c->verdict;
	return ok;
}

static bool
run(struct soap_call *s, registry_op *op, struct err *e)
{
	struct registry_call c = call_of(s);

	return done(s, &c, op(&c, e));
}

bool
run_opret(struct soap_call *s, struct err *e)
{
	return run(s, registry_opret, e);
}

bool
run_importer(struct soap_call *s, struct err *e)
{
	return run(s, registry_importer, e);
}

bool
run_ret(struct soap_call *s, struct err *e)
{
	return run(s, registry_ret, e);
}

bool
run_passiver(struct soap_call *s, struct err *e)
{
	return run(s, registry_passiver, e);
}

bool
run_slet(struct soap_call *s, struct err *e)
{
	return run(s, registry_slet, e);
}

bool
run_laes(struct soap_call *s, struct err *e)
{
	return run(s, registry_laes, e);
}

bool
run_list(struct soap_call *s, struct err *e)
{
	return run(s, registry_list, e);
}

bool
run_soeg(struct soap_call *s, struct err *e)
{
	return run(s, registry_soeg, e);
}

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

bool
run_fremsoegobjekthierarki(struct soap_call *s, struct err *e)
{
	struct registry_call c = call_of(s);

	return done(s, &c, registry_hierarchy(&c, &hierarchy, e));
}

bool
run_import(struct soap_call *s, struct err *e)
{
	struct registry_call c = call_of(s);

	return done(s, &c, registry_import_all(&c, import_parts, ARRAY_LEN(import_parts), e));
}

bool
run_anonymiser(struct soap_call *s, struct err *e)
{
	struct registry_call c = call_of(s);

	return done(s, &c, registry_anonymise(&c, &erased, e));
}
