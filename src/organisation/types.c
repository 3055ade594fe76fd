/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ten object kinds of Organisation 6 as tables, in schema order. Ids are in the store: a
 * row keeps its id for ever, whatever place it has. Nothing here refuses; the engine does.
 * Source: contract of Organisation, 2.3.
 */
#include "organisation/types.h"

#include "registry/access.h"
#include "xml/names.h"

static const struct oio_field organisation_field[] = {
	{1, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "BrugervendtNoegleTekst", OIO_ONE,
	 .max_chars = 50},
	{2, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "OrganisationNavn", OIO_ONE, .max_chars = 200},
	{3, OIO_TILSTAND, OIO_GYLDIGHED, NS_ORGFAELLES, "Gyldighed", .max = OIO_ONE},
	{4, OIO_RELATION, OIO_ROLE_REF, NS_SAGDOK, "Adresser", OIO_MANY, .target = "Adresse"},
	{5, OIO_RELATION, OIO_REF, NS_SAGDOK, "Ansatte", OIO_MANY, .target = "Person"},
	{6, OIO_RELATION, OIO_REF, NS_SAGDOK, "Branche", OIO_ONE, .target = "Klasse"},
	{7, OIO_RELATION, OIO_REF, NS_SAGDOK, "Organisationstype", OIO_ONE, .target = "Klasse"},
	{8, OIO_RELATION, OIO_REF, NS_SAGDOK, "Myndighed", OIO_ONE, .target = "Myndighed"},
	{9, OIO_RELATION, OIO_REF, NS_SAGDOK, "Myndighedstype", OIO_ONE, .target = "Klasse"},
	{10, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeOpgaver", OIO_MANY,
	 .target = "Klasse"},
	{11, OIO_RELATION, OIO_REF, NS_SAGDOK, "Overordnet", OIO_ONE,
	 .target = "OrganisationEnhed"},
	{12, OIO_RELATION, OIO_REF, NS_SAGDOK, "Produktionsenhed", OIO_ONE,
	 .target = "Virksomhed"},
	{13, OIO_RELATION, OIO_REF, NS_SAGDOK, "Skatteenhed", OIO_ONE, .target = "Virksomhed"},
	{14, OIO_RELATION, OIO_REF, NS_SAGDOK, "Tilhoerer", OIO_ONE, .target = "Organisation"},
	{15, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeBrugere", OIO_MANY,
	 .target = "Bruger"},
	{16, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeEnheder", OIO_MANY,
	 .target = "OrganisationEnhed"},
	{17, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeFunktioner", OIO_MANY,
	 .target = "OrganisationFunktion"},
	{18, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeInteressefaellesskaber", OIO_MANY,
	 .target = "Interessefaellesskab"},
	{19, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeOrganisationer", OIO_MANY,
	 .target = "Organisation"},
	{20, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedePersoner", OIO_MANY,
	 .target = "Person"},
	{21, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeItSystemer", OIO_MANY,
	 .target = "ItSystem"},
	{22, OIO_RELATION, OIO_REF, NS_SAGDOK, "Virksomhed", OIO_ONE, .target = "Virksomhed"},
	{23, OIO_RELATION, OIO_REF, NS_SAGDOK, "Virksomhedstype", OIO_ONE, .target = "Klasse"},
};

static const struct oio_field organisationenhed_field[] = {
	{1, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "BrugervendtNoegleTekst", OIO_ONE,
	 .max_chars = 50},
	{2, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "EnhedNavn", OIO_ONE, .max_chars = 200},
	{3, OIO_TILSTAND, OIO_GYLDIGHED, NS_ORGFAELLES, "Gyldighed", .max = OIO_ONE},
	{4, OIO_RELATION, OIO_ROLE_REF, NS_SAGDOK, "Adresser", OIO_MANY, .target = "Adresse"},
	{5, OIO_RELATION, OIO_REF, NS_SAGDOK, "Ansatte", OIO_MANY, .target = "Person"},
	{6, OIO_RELATION, OIO_REF, NS_SAGDOK, "Branche", OIO_ONE, .target = "Klasse"},
	{7, OIO_RELATION, OIO_REF, NS_SAGDOK, "Enhedstype", OIO_ONE, .target = "Klasse"},
	{8, OIO_RELATION, OIO_ROLE_REF, NS_SAGDOK, "Opgaver", OIO_MANY, .target = "Klasse"},
	{9, OIO_RELATION, OIO_REF, NS_SAGDOK, "Overordnet", OIO_ONE, .is_parent = true,
	 .target = "OrganisationEnhed"},
	{10, OIO_RELATION, OIO_REF, NS_SAGDOK, "Produktionsenhed", OIO_ONE,
	 .target = "Virksomhed"},
	{11, OIO_RELATION, OIO_REF, NS_SAGDOK, "Skatteenhed", OIO_ONE, .target = "Virksomhed"},
	{12, OIO_RELATION, OIO_REF, NS_SAGDOK, "Tilhoerer", OIO_ONE, .target = "Organisation"},
	{13, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeBrugere", OIO_MANY,
	 .target = "Bruger"},
	{14, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeEnheder", OIO_MANY,
	 .target = "OrganisationEnhed"},
	{15, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeFunktioner", OIO_MANY,
	 .target = "OrganisationFunktion"},
	{16, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeInteressefaellesskaber", OIO_MANY,
	 .target = "Interessefaellesskab"},
	{17, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeOrganisationer", OIO_MANY,
	 .target = "Organisation"},
	{18, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedePersoner", OIO_MANY,
	 .target = "Person"},
	{19, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeItSystemer", OIO_MANY,
	 .target = "ItSystem"},
};

static const struct oio_field organisationfunktion_field[] = {
	{1, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "BrugervendtNoegleTekst", OIO_ONE,
	 .max_chars = 50},
	{2, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "FunktionNavn", OIO_ONE, .max_chars = 200},
	{3, OIO_TILSTAND, OIO_GYLDIGHED, NS_ORGFAELLES, "Gyldighed", .max = OIO_ONE},
	{4, OIO_RELATION, OIO_ROLE_REF, NS_SAGDOK, "Adresser", OIO_MANY, .target = "Adresse"},
	{5, OIO_RELATION, OIO_REF, NS_SAGDOK, "Funktionstype", OIO_ONE, .target = "Klasse"},
	{6, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeOpgaver", OIO_MANY,
	 .target = "Klasse"},
	{7, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeBrugere", OIO_MANY,
	 .target = "Bruger"},
	{8, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeEnheder", OIO_MANY,
	 .target = "OrganisationEnhed"},
	{9, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeInteressefaellesskaber", OIO_MANY,
	 .target = "Interessefaellesskab"},
	{10, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeOrganisationer", OIO_MANY,
	 .target = "Organisation"},
	{11, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedePersoner", OIO_MANY,
	 .target = "Person"},
	{12, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeItSystemer", OIO_MANY,
	 .target = "ItSystem"},
};

static const struct oio_field bruger_field[] = {
	{1, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "BrugervendtNoegleTekst", OIO_ONE,
	 .max_chars = 50},
	{2, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "BrugerNavn", OIO_ONE, .max_chars = 200},
	{3, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "BrugerTypeTekst", OIO_ONE, .max_chars = 50},
	{4, OIO_TILSTAND, OIO_GYLDIGHED, NS_ORGFAELLES, "Gyldighed", .max = OIO_ONE},
	{5, OIO_RELATION, OIO_ROLE_REF, NS_SAGDOK, "Adresser", OIO_MANY, .target = "Adresse"},
	{6, OIO_RELATION, OIO_REF, NS_SAGDOK, "BrugerTyper", OIO_MANY, .target = "Klasse"},
	{7, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeOpgaver", OIO_MANY,
	 .target = "Klasse"},
	{8, OIO_RELATION, OIO_REF, NS_SAGDOK, "Tilhoerer", OIO_ONE, .target = "Organisation"},
	{9, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeEnheder", OIO_MANY,
	 .target = "OrganisationEnhed"},
	{10, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeFunktioner", OIO_MANY,
	 .target = "OrganisationFunktion"},
	{11, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeInteressefaellesskaber", OIO_MANY,
	 .target = "Interessefaellesskab"},
	{12, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeOrganisationer", OIO_MANY,
	 .target = "Organisation"},
	{13, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedePersoner", OIO_MANY,
	 .target = "Person"},
	{14, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeItSystemer", OIO_MANY,
	 .target = "ItSystem"},
};

static const struct oio_field itsystem_field[] = {
	{1, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "BrugervendtNoegleTekst", OIO_ONE,
	 .max_chars = 50},
	{2, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "ItSystemNavn", OIO_ONE, .max_chars = 200},
	{3, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "ItSystemTypeTekst", OIO_ONE, .max_chars = 50},
	{4, OIO_ATTRIBUT, OIO_TEXTS, NS_SAGDOK, "KonfigurationReference", OIO_MANY,
	 .max_chars = 1024},
	{5, OIO_TILSTAND, OIO_GYLDIGHED, NS_ORGFAELLES, "Gyldighed", .max = OIO_ONE},
	{6, OIO_RELATION, OIO_ROLE_REF, NS_SAGDOK, "Adresser", OIO_MANY, .target = "Adresse"},
	{7, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeOpgaver", OIO_MANY,
	 .target = "Klasse"},
	{8, OIO_RELATION, OIO_REF, NS_SAGDOK, "SystemTyper", OIO_MANY, .target = "Klasse"},
	{9, OIO_RELATION, OIO_REF, NS_SAGDOK, "Tilhoerer", OIO_MANY, .target = "Organisation"},
	{10, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeBrugere", OIO_MANY,
	 .target = "Bruger"},
	{11, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeEnheder", OIO_MANY,
	 .target = "OrganisationEnhed"},
	{12, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeFunktioner", OIO_MANY,
	 .target = "OrganisationFunktion"},
	{13, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeInteressefaellesskaber", OIO_MANY,
	 .target = "Interessefaellesskab"},
	{14, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeOrganisationer", OIO_MANY,
	 .target = "Organisation"},
	{15, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedePersoner", OIO_MANY,
	 .target = "Person"},
	{16, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeItSystemer", OIO_MANY,
	 .target = "ItSystem"},
};

static const struct oio_field interessefaellesskab_field[] = {
	{1, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "BrugervendtNoegleTekst", OIO_ONE,
	 .max_chars = 50},
	{2, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "InteressefaellesskabNavn", OIO_ONE,
	 .max_chars = 200},
	{3, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "InteressefaellesskabTypeTekst", OIO_ONE,
	 .max_chars = 50},
	{4, OIO_TILSTAND, OIO_GYLDIGHED, NS_ORGFAELLES, "Gyldighed", .max = OIO_ONE},
	{5, OIO_RELATION, OIO_ROLE_REF, NS_SAGDOK, "Adresser", OIO_MANY, .target = "Adresse"},
	{6, OIO_RELATION, OIO_REF, NS_SAGDOK, "Branche", OIO_ONE, .target = "Klasse"},
	{7, OIO_RELATION, OIO_REF, NS_SAGDOK, "Interessefaellesskabstype", OIO_ONE,
	 .target = "Klasse"},
	{8, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeOpgaver", OIO_MANY,
	 .target = "Klasse"},
	{9, OIO_RELATION, OIO_REF, NS_SAGDOK, "Overordnet", OIO_ONE,
	 .target = "OrganisationEnhed"},
	{10, OIO_RELATION, OIO_REF, NS_SAGDOK, "Tilhoerer", OIO_ONE, .target = "Organisation"},
	{11, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeBrugere", OIO_MANY,
	 .target = "Bruger"},
	{12, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeEnheder", OIO_MANY,
	 .target = "OrganisationEnhed"},
	{13, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeFunktioner", OIO_MANY,
	 .target = "OrganisationFunktion"},
	{14, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeInteressefaellesskaber", OIO_MANY,
	 .target = "Interessefaellesskab"},
	{15, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeOrganisationer", OIO_MANY,
	 .target = "Organisation"},
	{16, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedePersoner", OIO_MANY,
	 .target = "Person"},
	{17, OIO_RELATION, OIO_REF, NS_SAGDOK, "TilknyttedeItSystemer", OIO_MANY,
	 .target = "ItSystem"},
};

static const struct oio_field person_field[] = {
	{1, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "BrugervendtNoegleTekst", OIO_ONE,
	 .max_chars = 50, .erase = OIO_REPLACE},
	{2, OIO_ATTRIBUT, OIO_TEXT, NS_STS, "CPR-NummerTekst", OIO_ONE,
	 .pattern = OIO_DIGITS_10, .see = ACCESS_SEE_CPR, .erase = OIO_DROP},
	{3, OIO_ATTRIBUT, OIO_TEXT, NS_ORG_PERSON, "NavnTekst", OIO_ONE, .max_chars = 100,
	 .see = ACCESS_SEE_NAME, .erase = OIO_REPLACE},
};

static const struct oio_field adresse_field[] = {
	{1, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "BrugervendtNoegleTekst", OIO_ONE,
	 .max_chars = 50},
	{2, OIO_ATTRIBUT, OIO_TEXT, NS_STS, "AdresseTekst", OIO_ONE, .max_chars = 200},
};

static const struct oio_field myndighed_field[] = {
	{1, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "BrugervendtNoegleTekst", OIO_ONE,
	 .max_chars = 50},
	{2, OIO_ATTRIBUT, OIO_TEXT, NS_STS, "CVR-NummerTekst", OIO_ONE,
	 .pattern = OIO_DIGITS_8},
	{3, OIO_ATTRIBUT, OIO_TEXT, NS_STS, "NavnTekst", OIO_ONE, .max_chars = 200},
	{4, OIO_ATTRIBUT, OIO_TEXT, NS_STS, "MyndighedsKode", OIO_ONE,
	 .pattern = OIO_DIGITS_3_OR_4},
};

static const struct oio_field virksomhed_field[] = {
	{1, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "BrugervendtNoegleTekst", OIO_ONE,
	 .max_chars = 50},
	{2, OIO_ATTRIBUT, OIO_TEXT, NS_STS, "CVR-NummerTekst", OIO_ONE,
	 .pattern = OIO_DIGITS_8},
	{3, OIO_ATTRIBUT, OIO_TEXT, NS_STS, "SE-NummerTekst", OIO_ONE, .pattern = OIO_DIGITS_8},
	{4, OIO_ATTRIBUT, OIO_TEXT, NS_STS, "P-NummerTekst", OIO_ONE, .pattern = OIO_DIGITS_10},
	{5, OIO_ATTRIBUT, OIO_TEXT, NS_STS, "NavnTekst", OIO_ONE, .max_chars = 200},
};

const struct oio_type type_virksomhed = {
	.id = 10,
	.name = "Virksomhed",
	.key = "virksomhed",
	.ns = NS_ORG_VIRKSOMHED,
	.fields = virksomhed_field,
	.count = ARRAY_LEN(virksomhed_field),
	.is_shared = true,
	.may_lack_lists = true,
};

/* Public clients set the top unit of their own Organisation in the shared registry. */
static const struct oio_delegate own_organisation = {
	.field = ORGANISATION_OVERORDNET,
	.via = ORGANISATION_VIRKSOMHED,
	.via_type = &type_virksomhed,
	.cvr = VIRKSOMHED_CVR,
};

const struct oio_type type_organisation = {
	.id = 1,
	.name = "Organisation",
	.key = "organisation",
	.ns = NS_ORG_ORGANISATION,
	.fields = organisation_field,
	.count = ARRAY_LEN(organisation_field),
	.has_extension = true,
	.needs_key = true,
	.is_shared = true,
	.delegate = &own_organisation,
	.event_has_id = true,
};

const struct oio_type type_organisationenhed = {
	.id = 2,
	.name = "OrganisationEnhed",
	.key = "organisationenhed",
	.ns = NS_ORG_ENHED,
	.fields = organisationenhed_field,
	.count = ARRAY_LEN(organisationenhed_field),
	.has_extension = true,
	.needs_key = true,
	.event_has_id = true,
};

const struct oio_type type_organisationfunktion = {
	.id = 3,
	.name = "OrganisationFunktion",
	.key = "organisationfunktion",
	.ns = NS_ORG_FUNKTION,
	.fields = organisationfunktion_field,
	.count = ARRAY_LEN(organisationfunktion_field),
	.has_extension = true,
	.needs_key = true,
};

const struct oio_type type_bruger = {
	.id = 4,
	.name = "Bruger",
	.key = "bruger",
	.ns = NS_ORG_BRUGER,
	.fields = bruger_field,
	.count = ARRAY_LEN(bruger_field),
	.has_extension = true,
	.needs_key = true,
};

const struct oio_type type_itsystem = {
	.id = 5,
	.name = "ItSystem",
	.key = "itsystem",
	.ns = NS_ORG_ITSYSTEM,
	.fields = itsystem_field,
	.count = ARRAY_LEN(itsystem_field),
	.has_extension = true,
	.needs_key = true,
	.is_shared = true,
};

const struct oio_type type_interessefaellesskab = {
	.id = 6,
	.name = "Interessefaellesskab",
	.key = "interessefaellesskab",
	.ns = NS_ORG_FAELLESSKAB,
	.fields = interessefaellesskab_field,
	.count = ARRAY_LEN(interessefaellesskab_field),
	.has_extension = true,
};

const struct oio_type type_person = {
	.id = 7,
	.name = "Person",
	.key = "person",
	.ns = NS_ORG_PERSON,
	.fields = person_field,
	.count = ARRAY_LEN(person_field),
	.needs_key = true,
};

const struct oio_type type_adresse = {
	.id = 8,
	.name = "Adresse",
	.key = "adresse",
	.ns = NS_ORG_ADRESSE,
	.fields = adresse_field,
	.count = ARRAY_LEN(adresse_field),
	.needs_key = true,
	.may_lack_lists = true,
	.event_has_id = true,
};

const struct oio_type type_myndighed = {
	.id = 9,
	.name = "Myndighed",
	.key = "myndighed",
	.ns = NS_ORG_MYNDIGHED,
	.fields = myndighed_field,
	.count = ARRAY_LEN(myndighed_field),
	.is_shared = true,
};

const struct oio_type *const organisation_types[ORGANISATION_TYPE_COUNT] = {
	&type_organisation, &type_organisationenhed, &type_organisationfunktion,
	&type_bruger,       &type_itsystem,          &type_interessefaellesskab,
	&type_person,       &type_adresse,           &type_myndighed,
	&type_virksomhed,
};
