/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The services of Klassifikation 6 as the Organisation package ships them: addresses,
 * operations, SOAP actions, roles. Nothing is decided here; the engine does.
 *
 * They are open to tokens for Organisation, in whose package they are, and to those for
 * Klassifikation 6. What only Organisation's agreements limit gives nothing here.
 * Source: contract of Organisation, 2.1, 2.2 and 2.6; contract of Klassifikation, 1.
 */
#include "klassifikation/service_6.h"

#include "klassifikation/types_6.h"
#include "registry/serve.h"
#include "xml/names.h"

/* ---- who may ---- */

static const struct access_role roles[] = {
	{STR_INIT("udstil/1"), ACCESS_READ},
	{STR_INIT("rediger/1"), ACCESS_READ | ACCESS_WRITE},
};

/* An unknown dataafgrænsning would make the group worth nothing. */
static const struct access_limit limits[] = {
	{STR_INIT("secpr-nummer/1"), 0},
	{STR_INIT("senavn/1"), 0},
	{STR_INIT("anonymiser/1"), 0},
	{STR_INIT("fysiskslet/1"), 0},
};

const struct access_rules klassifikation_6_rules = {
	.roles = roles,
	.role_count = ARRAY_LEN(roles),
	.limits = limits,
	.limit_count = ARRAY_LEN(limits),
};

static const struct registry_service of_a_kind = {.rules = &klassifikation_6_rules};
static const struct registry_service of_several = {
	.key = "klassifikationsystem",
	.rules = &klassifikation_6_rules,
};

/* ---- KlassifikationSystem ---- */

static const struct hierarchy_row hierarchy_rows[] = {
	{&type_klassifikation_6, "KlassifikationSoegEgenskab", "Klassifikationer",
	 HIERARCHY_ALL},
	{&type_facet_6, "FacetSoegEgenskab", "Facetter", HIERARCHY_ALL},
	{&type_klasse_6, "KlasseSoegEgenskab", "Klasser", HIERARCHY_ALL},
};

static const struct hierarchy hierarchy = {
	.rows = hierarchy_rows,
	.count = ARRAY_LEN(hierarchy_rows),
};

static const struct import_part import_parts[] = {
	{&type_klassifikation_6, NULL},
	{&type_facet_6, "FacetterInput"},
	{&type_klasse_6, "KlasserInput"},
};

static bool
run_fremsoegobjekthierarki(struct soap_call *s, struct err *e)
{
	struct registry_call c = serve_call(s);

	return serve_done(s, &c, registry_hierarchy(&c, &hierarchy, e));
}

static bool
run_import(struct soap_call *s, struct err *e)
{
	struct registry_call c = serve_call(s);

	return serve_done(s, &c,
			  registry_import_all(&c, import_parts, ARRAY_LEN(import_parts), e));
}

/* ---- operations ---- */

static const struct soap_op klasse_ops[] = {
	{"opret", "OpretInput", "OpretOutput",
	 "http://kombit.dk/sts/klassifikation/klasse/opret", true, &type_klasse_6, serve_opret},
	{"importer", "ImportInput", "ImportOutput",
	 "http://kombit.dk/sts/klassifikation/klasse/importer", true, &type_klasse_6,
	 serve_importer},
	{"ret", "RetInput", "RetOutput", "http://kombit.dk/sts/klassifikation/klasse/ret", true,
	 &type_klasse_6, serve_ret},
	{"passiver", "PassiverInput", "PassiverOutput",
	 "http://kombit.dk/sts/klassifikation/klasse/passiver", true, &type_klasse_6,
	 serve_passiver},
	{"slet", "SletInput", "SletOutput", "http://kombit.dk/sts/klassifikation/klasse/slet",
	 true, &type_klasse_6, serve_slet},
	{"laes", "LaesInput", "LaesOutput", "http://kombit.dk/sts/klassifikation/klasse/laes",
	 false, &type_klasse_6, serve_laes},
	{"list", "ListInput", "ListOutput", "http://kombit.dk/sts/klassifikation/klasse/list",
	 false, &type_klasse_6, serve_list},
	{"soeg", "SoegInput", "SoegOutput", "http://kombit.dk/sts/klassifikation/klasse/soeg",
	 false, &type_klasse_6, serve_soeg},
};

static const struct soap_op facet_ops[] = {
	{"opret", "OpretInput", "OpretOutput",
	 "http://kombit.dk/sts/klassifikation/facet/opret", true, &type_facet_6, serve_opret},
	{"importer", "ImportInput", "ImportOutput",
	 "http://kombit.dk/sts/klassifikation/facet/importer", true, &type_facet_6,
	 serve_importer},
	{"ret", "RetInput", "RetOutput", "http://kombit.dk/sts/klassifikation/facet/ret", true,
	 &type_facet_6, serve_ret},
	{"passiver", "PassiverInput", "PassiverOutput",
	 "http://kombit.dk/sts/klassifikation/facet/passiver", true, &type_facet_6,
	 serve_passiver},
	{"slet", "SletInput", "SletOutput", "http://kombit.dk/sts/klassifikation/facet/slet",
	 true, &type_facet_6, serve_slet},
	{"laes", "LaesInput", "LaesOutput", "http://kombit.dk/sts/klassifikation/facet/laes",
	 false, &type_facet_6, serve_laes},
	{"list", "ListInput", "ListOutput", "http://kombit.dk/sts/klassifikation/facet/list",
	 false, &type_facet_6, serve_list},
	{"soeg", "SoegInput", "SoegOutput", "http://kombit.dk/sts/klassifikation/facet/soeg",
	 false, &type_facet_6, serve_soeg},
};

static const struct soap_op klassifikation_ops[] = {
	{"opret", "OpretInput", "OpretOutput",
	 "http://kombit.dk/sts/klassifikation/klassifikation/opret", true,
	 &type_klassifikation_6, serve_opret},
	{"importer", "ImportInput", "ImportOutput",
	 "http://kombit.dk/sts/klassifikation/klassifikation/importer", true,
	 &type_klassifikation_6, serve_importer},
	{"ret", "RetInput", "RetOutput",
	 "http://kombit.dk/sts/klassifikation/klassifikation/ret", true, &type_klassifikation_6,
	 serve_ret},
	{"passiver", "PassiverInput", "PassiverOutput",
	 "http://kombit.dk/sts/klassifikation/klassifikation/passiver", true,
	 &type_klassifikation_6, serve_passiver},
	{"slet", "SletInput", "SletOutput",
	 "http://kombit.dk/sts/klassifikation/klassifikation/slet", true,
	 &type_klassifikation_6, serve_slet},
	{"laes", "LaesInput", "LaesOutput",
	 "http://kombit.dk/sts/klassifikation/klassifikation/laes", false,
	 &type_klassifikation_6, serve_laes},
	{"list", "ListInput", "ListOutput",
	 "http://kombit.dk/sts/klassifikation/klassifikation/list", false,
	 &type_klassifikation_6, serve_list},
	{"soeg", "SoegInput", "SoegOutput",
	 "http://kombit.dk/sts/klassifikation/klassifikation/soeg", false,
	 &type_klassifikation_6, serve_soeg},
};

static const struct soap_op klassifikationsystem_ops[] = {
	{"fremsoegobjekthierarki", "FremsoegObjekthierarkiInput",
	 "FremsoegObjekthierarkiOutput",
	 "http://kombit.dk/sts/klassifikation/klassifikationsystem/fremsoegobjekthierarki",
	 false, NULL, run_fremsoegobjekthierarki},
	{"import", "ImporterKlassifikationSystemInput", "ImporterKlassifikationSystemOutput",
	 "http://kombit.dk/sts/klassifikation/klassifikationsystem/import", true, NULL,
	 run_import},
};

/* ---- services ---- */

/*
 * The paths that the samples of the later version suggest come first; then those below the
 * address that the package prints, and below that of its other services.
 */
static const char *const klasse_aliases[] = {
	"/klassifikation/klasse/6",
	"/organisation/klasse/6",
	"/klasse_6",
	NULL,
};

static const struct soap_service klasse = {
	.name = "Klasse",
	.path = "/klasse/6",
	.aliases = klasse_aliases,
	.ns = "http://stoettesystemerne.dk/klassifikation/klasse/6/",
	.entity_ids = {ENTITY_ORGANISATION, ENTITY_KLASSIFIKATION_6},
	.wsdl = "organisation-6/klasse.wsdl",
	.ops = klasse_ops,
	.op_count = ARRAY_LEN(klasse_ops),
	.row = &of_a_kind,
};

static const char *const facet_aliases[] = {
	"/klassifikation/facet/6",
	"/organisation/facet/6",
	"/facet_6",
	NULL,
};

static const struct soap_service facet = {
	.name = "Facet",
	.path = "/facet/6",
	.aliases = facet_aliases,
	.ns = "http://stoettesystemerne.dk/klassifikation/facet/6/",
	.entity_ids = {ENTITY_ORGANISATION, ENTITY_KLASSIFIKATION_6},
	.wsdl = "organisation-6/facet.wsdl",
	.ops = facet_ops,
	.op_count = ARRAY_LEN(facet_ops),
	.row = &of_a_kind,
};

static const char *const klassifikation_aliases[] = {
	"/klassifikation/klassifikation/6",
	"/organisation/klassifikation/6",
	"/klassifikation_6",
	NULL,
};

static const struct soap_service klassifikation = {
	.name = "Klassifikation",
	.path = "/klassifikation/6",
	.aliases = klassifikation_aliases,
	.ns = "http://stoettesystemerne.dk/klassifikation/klassifikation/6/",
	.entity_ids = {ENTITY_ORGANISATION, ENTITY_KLASSIFIKATION_6},
	.wsdl = "organisation-6/klassifikation.wsdl",
	.ops = klassifikation_ops,
	.op_count = ARRAY_LEN(klassifikation_ops),
	.row = &of_a_kind,
};

static const char *const klassifikationsystem_aliases[] = {
	"/klassifikation/klassifikationsystem/6",
	"/organisation/klassifikationsystem/6",
	"/klassifikationsystem_6",
	NULL,
};

static const struct soap_service klassifikationsystem = {
	.name = "KlassifikationSystem",
	.path = "/klassifikationsystem/6",
	.aliases = klassifikationsystem_aliases,
	.ns = "http://stoettesystemerne.dk/klassifikation/klassifikationsystem/6/",
	.entity_ids = {ENTITY_ORGANISATION, ENTITY_KLASSIFIKATION_6},
	.wsdl = "organisation-6/klassifikationsystem.wsdl",
	.ops = klassifikationsystem_ops,
	.op_count = ARRAY_LEN(klassifikationsystem_ops),
	.row = &of_several,
};

static const struct soap_service *const services[] = {
	&klasse,
	&facet,
	&klassifikation,
	&klassifikationsystem,
};

const struct soap_service *const *const klassifikation_6_services = services;
const size_t klassifikation_6_service_count = ARRAY_LEN(services);
