/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The services of Organisation 6 as tables: addresses, operations, SOAP actions. Nothing is
 * decided here.
 * Source: contract of Organisation, 2.1, 2.2, 2.5 and 4.
 */
#include "organisation/service.h"

#include "organisation/internal.h"
#include "organisation/types.h"
#include "registry/serve.h"
#include "xml/names.h"

/* ---- operations ---- */

static const struct soap_op organisation_ops[] = {
	{"opret", "OpretInput", "OpretOutput",
	 "http://kombit.dk/sts/organisation/organisation/opret", true, &type_organisation,
	 serve_opret},
	{"importer", "ImportInput", "ImportOutput",
	 "http://kombit.dk/sts/organisation/organisation/importer", true, &type_organisation,
	 serve_importer},
	{"ret", "RetInput", "RetOutput", "http://kombit.dk/sts/organisation/organisation/ret",
	 true, &type_organisation, serve_ret},
	{"passiver", "PassiverInput", "PassiverOutput",
	 "http://kombit.dk/sts/organisation/organisation/passiver", true, &type_organisation,
	 serve_passiver},
	{"slet", "SletInput", "SletOutput",
	 "http://kombit.dk/sts/organisation/organisation/slet", true, &type_organisation,
	 serve_slet},
	{"laes", "LaesInput", "LaesOutput",
	 "http://kombit.dk/sts/organisation/organisation/laes", false, &type_organisation,
	 serve_laes},
	{"list", "ListInput", "ListOutput",
	 "http://kombit.dk/sts/organisation/organisation/list", false, &type_organisation,
	 serve_list},
	{"soeg", "SoegInput", "SoegOutput",
	 "http://kombit.dk/sts/organisation/organisation/soeg", false, &type_organisation,
	 serve_soeg},
};

static const struct soap_op organisationenhed_ops[] = {
	{"opret", "OpretInput", "OpretOutput",
	 "http://kombit.dk/sts/organisation/organisationenhed/opret", true,
	 &type_organisationenhed, serve_opret},
	{"importer", "ImportInput", "ImportOutput",
	 "http://kombit.dk/sts/organisation/organisationenhed/importer", true,
	 &type_organisationenhed, serve_importer},
	{"ret", "RetInput", "RetOutput",
	 "http://kombit.dk/sts/organisation/organisationenhed/ret", true,
	 &type_organisationenhed, serve_ret},
	{"passiver", "PassiverInput", "PassiverOutput",
	 "http://kombit.dk/sts/organisation/organisationenhed/passiver", true,
	 &type_organisationenhed, serve_passiver},
	{"slet", "SletInput", "SletOutput",
	 "http://kombit.dk/sts/organisation/organisationenhed/slet", true,
	 &type_organisationenhed, serve_slet},
	{"laes", "LaesInput", "LaesOutput",
	 "http://kombit.dk/sts/organisation/organisationenhed/laes", false,
	 &type_organisationenhed, serve_laes},
	{"list", "ListInput", "ListOutput",
	 "http://kombit.dk/sts/organisation/organisationenhed/list", false,
	 &type_organisationenhed, serve_list},
	{"soeg", "SoegInput", "SoegOutput",
	 "http://kombit.dk/sts/organisation/organisationenhed/soeg", false,
	 &type_organisationenhed, serve_soeg},
};

static const struct soap_op organisationfunktion_ops[] = {
	{"opret", "OpretInput", "OpretOutput",
	 "http://kombit.dk/sts/organisation/organisationfunktion/opret", true,
	 &type_organisationfunktion, serve_opret},
	{"importer", "ImportInput", "ImportOutput",
	 "http://kombit.dk/sts/organisation/organisationfunktion/importer", true,
	 &type_organisationfunktion, serve_importer},
	{"ret", "RetInput", "RetOutput",
	 "http://kombit.dk/sts/organisation/organisationfunktion/ret", true,
	 &type_organisationfunktion, serve_ret},
	{"passiver", "PassiverInput", "PassiverOutput",
	 "http://kombit.dk/sts/organisation/organisationfunktion/passiver", true,
	 &type_organisationfunktion, serve_passiver},
	{"slet", "SletInput", "SletOutput",
	 "http://kombit.dk/sts/organisation/organisationfunktion/slet", true,
	 &type_organisationfunktion, serve_slet},
	{"laes", "LaesInput", "LaesOutput",
	 "http://kombit.dk/sts/organisation/organisationfunktion/laes", false,
	 &type_organisationfunktion, serve_laes},
	{"list", "ListInput", "ListOutput",
	 "http://kombit.dk/sts/organisation/organisationfunktion/list", false,
	 &type_organisationfunktion, serve_list},
	{"soeg", "SoegInput", "SoegOutput",
	 "http://kombit.dk/sts/organisation/organisationfunktion/soeg", false,
	 &type_organisationfunktion, serve_soeg},
};

static const struct soap_op bruger_ops[] = {
	{"opret", "OpretInput", "OpretOutput", "http://kombit.dk/sts/organisation/bruger/opret",
	 true, &type_bruger, serve_opret},
	{"importer", "ImportInput", "ImportOutput",
	 "http://kombit.dk/sts/organisation/bruger/importer", true, &type_bruger,
	 serve_importer},
	{"ret", "RetInput", "RetOutput", "http://kombit.dk/sts/organisation/bruger/ret", true,
	 &type_bruger, serve_ret},
	{"passiver", "PassiverInput", "PassiverOutput",
	 "http://kombit.dk/sts/organisation/bruger/passiver", true, &type_bruger,
	 serve_passiver},
	{"slet", "SletInput", "SletOutput", "http://kombit.dk/sts/organisation/bruger/slet",
	 true, &type_bruger, serve_slet},
	{"laes", "LaesInput", "LaesOutput", "http://kombit.dk/sts/organisation/bruger/laes",
	 false, &type_bruger, serve_laes},
	{"list", "ListInput", "ListOutput", "http://kombit.dk/sts/organisation/bruger/list",
	 false, &type_bruger, serve_list},
	{"soeg", "SoegInput", "SoegOutput", "http://kombit.dk/sts/organisation/bruger/soeg",
	 false, &type_bruger, serve_soeg},
};

static const struct soap_op person_ops[] = {
	{"opret", "OpretInput", "OpretOutput", "http://kombit.dk/sts/organisation/person/opret",
	 true, &type_person, serve_opret},
	{"importer", "ImportInput", "ImportOutput",
	 "http://kombit.dk/sts/organisation/person/importer", true, &type_person,
	 serve_importer},
	{"ret", "RetInput", "RetOutput", "http://kombit.dk/sts/organisation/person/ret", true,
	 &type_person, serve_ret},
	{"passiver", "PassiverInput", "PassiverOutput",
	 "http://kombit.dk/sts/organisation/person/passiver", true, &type_person,
	 serve_passiver},
	{"slet", "SletInput", "SletOutput", "http://kombit.dk/sts/organisation/person/slet",
	 true, &type_person, serve_slet},
	{"laes", "LaesInput", "LaesOutput", "http://kombit.dk/sts/organisation/person/laes",
	 false, &type_person, serve_laes},
	{"list", "ListInput", "ListOutput", "http://kombit.dk/sts/organisation/person/list",
	 false, &type_person, serve_list},
	{"soeg", "SoegInput", "SoegOutput", "http://kombit.dk/sts/organisation/person/soeg",
	 false, &type_person, serve_soeg},
};

static const struct soap_op adresse_ops[] = {
	{"opret", "OpretInput", "OpretOutput",
	 "http://kombit.dk/sts/organisation/adresse/opret", true, &type_adresse, serve_opret},
	{"importer", "ImportInput", "ImportOutput",
	 "http://kombit.dk/sts/organisation/adresse/importer", true, &type_adresse,
	 serve_importer},
	{"ret", "RetInput", "RetOutput", "http://kombit.dk/sts/organisation/adresse/ret", true,
	 &type_adresse, serve_ret},
	{"passiver", "PassiverInput", "PassiverOutput",
	 "http://kombit.dk/sts/organisation/adresse/passiver", true, &type_adresse,
	 serve_passiver},
	{"slet", "SletInput", "SletOutput", "http://kombit.dk/sts/organisation/adresse/slet",
	 true, &type_adresse, serve_slet},
	{"laes", "LaesInput", "LaesOutput", "http://kombit.dk/sts/organisation/adresse/laes",
	 false, &type_adresse, serve_laes},
	{"list", "ListInput", "ListOutput", "http://kombit.dk/sts/organisation/adresse/list",
	 false, &type_adresse, serve_list},
	{"soeg", "SoegInput", "SoegOutput", "http://kombit.dk/sts/organisation/adresse/soeg",
	 false, &type_adresse, serve_soeg},
};

static const struct soap_op itsystem_ops[] = {
	{"opret", "OpretInput", "OpretOutput",
	 "http://kombit.dk/sts/organisation/itsystem/opret", true, &type_itsystem, serve_opret},
	{"importer", "ImportInput", "ImportOutput",
	 "http://kombit.dk/sts/organisation/itsystem/importer", true, &type_itsystem,
	 serve_importer},
	{"ret", "RetInput", "RetOutput", "http://kombit.dk/sts/organisation/itsystem/ret", true,
	 &type_itsystem, serve_ret},
	{"passiver", "PassiverInput", "PassiverOutput",
	 "http://kombit.dk/sts/organisation/itsystem/passiver", true, &type_itsystem,
	 serve_passiver},
	{"slet", "SletInput", "SletOutput", "http://kombit.dk/sts/organisation/itsystem/slet",
	 true, &type_itsystem, serve_slet},
	{"laes", "LaesInput", "LaesOutput", "http://kombit.dk/sts/organisation/itsystem/laes",
	 false, &type_itsystem, serve_laes},
	{"list", "ListInput", "ListOutput", "http://kombit.dk/sts/organisation/itsystem/list",
	 false, &type_itsystem, serve_list},
	{"soeg", "SoegInput", "SoegOutput", "http://kombit.dk/sts/organisation/itsystem/soeg",
	 false, &type_itsystem, serve_soeg},
};

static const struct soap_op interessefaellesskab_ops[] = {
	{"opret", "OpretInput", "OpretOutput",
	 "http://kombit.dk/sts/organisation/interessefaellesskab/opret", true,
	 &type_interessefaellesskab, serve_opret},
	{"importer", "ImportInput", "ImportOutput",
	 "http://kombit.dk/sts/organisation/interessefaellesskab/importer", true,
	 &type_interessefaellesskab, serve_importer},
	{"ret", "RetInput", "RetOutput",
	 "http://kombit.dk/sts/organisation/interessefaellesskab/ret", true,
	 &type_interessefaellesskab, serve_ret},
	{"passiver", "PassiverInput", "PassiverOutput",
	 "http://kombit.dk/sts/organisation/interessefaellesskab/passiver", true,
	 &type_interessefaellesskab, serve_passiver},
	{"slet", "SletInput", "SletOutput",
	 "http://kombit.dk/sts/organisation/interessefaellesskab/slet", true,
	 &type_interessefaellesskab, serve_slet},
	{"laes", "LaesInput", "LaesOutput",
	 "http://kombit.dk/sts/organisation/interessefaellesskab/laes", false,
	 &type_interessefaellesskab, serve_laes},
	{"list", "ListInput", "ListOutput",
	 "http://kombit.dk/sts/organisation/interessefaellesskab/list", false,
	 &type_interessefaellesskab, serve_list},
	{"soeg", "SoegInput", "SoegOutput",
	 "http://kombit.dk/sts/organisation/interessefaellesskab/soeg", false,
	 &type_interessefaellesskab, serve_soeg},
};

static const struct soap_op myndighed_ops[] = {
	{"opret", "OpretInput", "OpretOutput",
	 "http://kombit.dk/sts/organisation/myndighed/opret", true, &type_myndighed,
	 serve_opret},
	{"importer", "ImportInput", "ImportOutput",
	 "http://kombit.dk/sts/organisation/myndighed/importer", true, &type_myndighed,
	 serve_importer},
	{"ret", "RetInput", "RetOutput", "http://kombit.dk/sts/organisation/myndighed/ret",
	 true, &type_myndighed, serve_ret},
	{"passiver", "PassiverInput", "PassiverOutput",
	 "http://kombit.dk/sts/organisation/myndighed/passiver", true, &type_myndighed,
	 serve_passiver},
	{"slet", "SletInput", "SletOutput", "http://kombit.dk/sts/organisation/myndighed/slet",
	 true, &type_myndighed, serve_slet},
	{"laes", "LaesInput", "LaesOutput", "http://kombit.dk/sts/organisation/myndighed/laes",
	 false, &type_myndighed, serve_laes},
	{"list", "ListInput", "ListOutput", "http://kombit.dk/sts/organisation/myndighed/list",
	 false, &type_myndighed, serve_list},
	{"soeg", "SoegInput", "SoegOutput", "http://kombit.dk/sts/organisation/myndighed/soeg",
	 false, &type_myndighed, serve_soeg},
};

static const struct soap_op virksomhed_ops[] = {
	{"opret", "OpretInput", "OpretOutput",
	 "http://kombit.dk/sts/organisation/virksomhed/opret", true, &type_virksomhed,
	 serve_opret},
	{"importer", "ImportInput", "ImportOutput",
	 "http://kombit.dk/sts/organisation/virksomhed/importer", true, &type_virksomhed,
	 serve_importer},
	{"ret", "RetInput", "RetOutput", "http://kombit.dk/sts/organisation/virksomhed/ret",
	 true, &type_virksomhed, serve_ret},
	{"passiver", "PassiverInput", "PassiverOutput",
	 "http://kombit.dk/sts/organisation/virksomhed/passiver", true, &type_virksomhed,
	 serve_passiver},
	{"slet", "SletInput", "SletOutput", "http://kombit.dk/sts/organisation/virksomhed/slet",
	 true, &type_virksomhed, serve_slet},
	{"laes", "LaesInput", "LaesOutput", "http://kombit.dk/sts/organisation/virksomhed/laes",
	 false, &type_virksomhed, serve_laes},
	{"list", "ListInput", "ListOutput", "http://kombit.dk/sts/organisation/virksomhed/list",
	 false, &type_virksomhed, serve_list},
	{"soeg", "SoegInput", "SoegOutput", "http://kombit.dk/sts/organisation/virksomhed/soeg",
	 false, &type_virksomhed, serve_soeg},
};

/* The double s of the actions is the contract's. */
static const struct soap_op organisationsystem_ops[] = {
	{"fremsoegobjekthierarki", "FremsoegObjekthierarkiInput",
	 "FremsoegObjekthierarkiOutput",
	 "http://kombit.dk/sts/organisation/organisationssystem/fremsoegobjekthierarki", false,
	 NULL, run_fremsoegobjekthierarki},
	{"import", "ImporterOrganisationSystemInput", "ImporterOrganisationSystemOutput",
	 "http://kombit.dk/sts/organisation/organisationssystem/import", true, NULL,
	 run_import},
	{"anonymiser", "AnonymiserInput", "AnonymiserOutput",
	 "http://kombit.dk/sts/organisation/organisationssystem/anonymiser", true, NULL,
	 run_anonymiser},
};

static const struct soap_op organisationadministration_ops[] = {
	{"fysiskslet", "FysiskSletInput", "FysiskSletOutput",
	 "http://kombit.dk/sts/organisation/organisationadministration/fysiskslet", true, NULL,
	 run_fysiskslet},
};

/* ---- services ---- */

static const struct registry_service of_a_kind = {.rules = &organisation_rules};
static const struct registry_service of_administration = {
	.key = "organisationadministration",
	.rules = &organisation_rules,
};
static const struct registry_service of_several = {
	.key = "organisationsystem",
	.rules = &organisation_rules,
};

static const char *const organisation_aliases[] = {
	"/sts-soap-organisation/v6_0_0_0/organisation",
	NULL,
};

static const struct soap_service organisation = {
	.name = "Organisation",
	.path = "/organisation/organisation/6",
	.aliases = organisation_aliases,
	.ns = "http://stoettesystemerne.dk/organisation/organisation/6/",
	.entity_ids = {ENTITY_ORGANISATION},
	.wsdl = "organisation-6/organisation.wsdl",
	.ops = organisation_ops,
	.op_count = ARRAY_LEN(organisation_ops),
	.row = &of_a_kind,
};

static const char *const organisationenhed_aliases[] = {
	"/sts-soap-organisation/v6_0_0_0/organisationenhed",
	"/organisation/organisationsenhed/6",
	"/sts-soap-organisation/v6_0_0_0/organisationsenhed",
	NULL,
};

static const struct soap_service organisationenhed = {
	.name = "OrganisationEnhed",
	.path = "/organisation/organisationenhed/6",
	.aliases = organisationenhed_aliases,
	.ns = "http://stoettesystemerne.dk/organisation/organisationenhed/6/",
	.entity_ids = {ENTITY_ORGANISATION},
	.wsdl = "organisation-6/organisationenhed.wsdl",
	.ops = organisationenhed_ops,
	.op_count = ARRAY_LEN(organisationenhed_ops),
	.row = &of_a_kind,
};

static const char *const organisationfunktion_aliases[] = {
	"/sts-soap-organisation/v6_0_0_0/organisationfunktion",
	NULL,
};

static const struct soap_service organisationfunktion = {
	.name = "OrganisationFunktion",
	.path = "/organisation/organisationfunktion/6",
	.aliases = organisationfunktion_aliases,
	.ns = "http://stoettesystemerne.dk/organisation/organisationfunktion/6/",
	.entity_ids = {ENTITY_ORGANISATION},
	.wsdl = "organisation-6/organisationfunktion.wsdl",
	.ops = organisationfunktion_ops,
	.op_count = ARRAY_LEN(organisationfunktion_ops),
	.row = &of_a_kind,
};

static const char *const bruger_aliases[] = {
	"/sts-soap-organisation/v6_0_0_0/bruger",
	NULL,
};

static const struct soap_service bruger = {
	.name = "Bruger",
	.path = "/organisation/bruger/6",
	.aliases = bruger_aliases,
	.ns = "http://stoettesystemerne.dk/organisation/bruger/6/",
	.entity_ids = {ENTITY_ORGANISATION},
	.wsdl = "organisation-6/bruger.wsdl",
	.ops = bruger_ops,
	.op_count = ARRAY_LEN(bruger_ops),
	.row = &of_a_kind,
};

static const char *const person_aliases[] = {
	"/sts-soap-organisation/v6_0_0_0/person",
	NULL,
};

static const struct soap_service person = {
	.name = "Person",
	.path = "/organisation/person/6",
	.aliases = person_aliases,
	.ns = "http://stoettesystemerne.dk/organisation/person/6/",
	.entity_ids = {ENTITY_ORGANISATION},
	.wsdl = "organisation-6/person.wsdl",
	.ops = person_ops,
	.op_count = ARRAY_LEN(person_ops),
	.row = &of_a_kind,
};

static const char *const adresse_aliases[] = {
	"/sts-soap-organisation/v6_0_0_0/adresse",
	NULL,
};

static const struct soap_service adresse = {
	.name = "Adresse",
	.path = "/organisation/adresse/6",
	.aliases = adresse_aliases,
	.ns = "http://stoettesystemerne.dk/organisation/adresse/6/",
	.entity_ids = {ENTITY_ORGANISATION},
	.wsdl = "organisation-6/adresse.wsdl",
	.ops = adresse_ops,
	.op_count = ARRAY_LEN(adresse_ops),
	.row = &of_a_kind,
};

static const char *const itsystem_aliases[] = {
	"/sts-soap-organisation/v6_0_0_0/itsystem",
	NULL,
};

static const struct soap_service itsystem = {
	.name = "ItSystem",
	.path = "/organisation/itsystem/6",
	.aliases = itsystem_aliases,
	.ns = "http://stoettesystemerne.dk/organisation/itsystem/6/",
	.entity_ids = {ENTITY_ORGANISATION},
	.wsdl = "organisation-6/itsystem.wsdl",
	.ops = itsystem_ops,
	.op_count = ARRAY_LEN(itsystem_ops),
	.row = &of_a_kind,
};

static const char *const interessefaellesskab_aliases[] = {
	"/sts-soap-organisation/v6_0_0_0/interessefaellesskab",
	NULL,
};

static const struct soap_service interessefaellesskab = {
	.name = "Interessefaellesskab",
	.path = "/organisation/interessefaellesskab/6",
	.aliases = interessefaellesskab_aliases,
	.ns = "http://stoettesystemerne.dk/organisation/interessefaellesskab/6/",
	.entity_ids = {ENTITY_ORGANISATION},
	.wsdl = "organisation-6/interessefaellesskab.wsdl",
	.ops = interessefaellesskab_ops,
	.op_count = ARRAY_LEN(interessefaellesskab_ops),
	.row = &of_a_kind,
};

static const char *const myndighed_aliases[] = {
	"/sts-soap-organisation/v6_0_0_0/myndighed",
	NULL,
};

static const struct soap_service myndighed = {
	.name = "Myndighed",
	.path = "/organisation/myndighed/6",
	.aliases = myndighed_aliases,
	.ns = "http://stoettesystemerne.dk/organisation/myndighed/6/",
	.entity_ids = {ENTITY_ORGANISATION},
	.wsdl = "organisation-6/myndighed.wsdl",
	.ops = myndighed_ops,
	.op_count = ARRAY_LEN(myndighed_ops),
	.row = &of_a_kind,
};

static const char *const virksomhed_aliases[] = {
	"/sts-soap-organisation/v6_0_0_0/virksomhed",
	NULL,
};

static const struct soap_service virksomhed = {
	.name = "Virksomhed",
	.path = "/organisation/virksomhed/6",
	.aliases = virksomhed_aliases,
	.ns = "http://stoettesystemerne.dk/organisation/virksomhed/6/",
	.entity_ids = {ENTITY_ORGANISATION},
	.wsdl = "organisation-6/virksomhed.wsdl",
	.ops = virksomhed_ops,
	.op_count = ARRAY_LEN(virksomhed_ops),
	.row = &of_a_kind,
};

static const char *const organisationsystem_aliases[] = {
	"/sts-soap-organisation/v6_0_0_0/organisationsystem",
	"/organisation/organisationssystem/6",
	"/sts-soap-organisation/v6_0_0_0/organisationssystem",
	NULL,
};

static const struct soap_service organisationsystem = {
	.name = "OrganisationSystem",
	.path = "/organisation/organisationsystem/6",
	.aliases = organisationsystem_aliases,
	.ns = "http://stoettesystemerne.dk/organisation/organisationsystem/6/",
	.entity_ids = {ENTITY_ORGANISATION},
	.wsdl = "organisation-6/organisationsystem.wsdl",
	.ops = organisationsystem_ops,
	.op_count = ARRAY_LEN(organisationsystem_ops),
	.row = &of_several,
};

static const char *const organisationadministration_aliases[] = {
	"/sts-soap-organisation/v6_0_0_0/organisationadministration",
	NULL,
};

static const struct soap_service organisationadministration = {
	.name = "OrganisationAdministration",
	.path = "/organisation/organisationadministration/6",
	.aliases = organisationadministration_aliases,
	.ns = "http://stoettesystemerne.dk/organisation/organisationadministration/6/",
	.entity_ids = {ENTITY_ORGANISATION},
	.wsdl = "organisation-6/organisationadministration.wsdl",
	.ops = organisationadministration_ops,
	.op_count = ARRAY_LEN(organisationadministration_ops),
	.row = &of_administration,
};

static const struct soap_service *const services[] = {
	&organisation,
	&organisationenhed,
	&organisationfunktion,
	&bruger,
	&person,
	&adresse,
	&itsystem,
	&interessefaellesskab,
	&myndighed,
	&virksomhed,
	&organisationsystem,
	&organisationadministration,
};

const struct soap_service *const *const organisation_services = services;
const size_t organisation_service_count = ARRAY_LEN(services);
