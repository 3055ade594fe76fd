/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What each kind of document may hold, as tables: names, forms, lengths, choices. docs/apply.md
 * describes the same for people; tests/unit/test_apply.c holds both together.
 * Source: administration contract 3.0 to 3.10.
 */
#include "trust/internal.h"

#include <string.h>

#define REQ FIELD_REQUIRED
#define MANY FIELD_MANY
#define OPT 0
#define CHOICES(...) ((const char *const[]){__VA_ARGS__, NULL})

static const char *const nsis_levels[] = {"Low", "Substantial", "High", NULL};

const struct field doc_envelope[] = {
	{"navn", FIELD_TEXT, .flags = REQ, .max = 255},
	{"beskrivelse", FIELD_TEXT, .max = 1000},
	{"tilstand", FIELD_STATE, .flags = OPT},
	{"gyldigFra", FIELD_TIME, .flags = OPT},
	{"gyldigTil", FIELD_TIME, .flags = OPT},
	{"uuid", FIELD_UUID, .flags = OPT},
	{"noter", FIELD_TEXT, .max = 1000},
	{"sagsnummer", FIELD_TEXT, .max = 50},
	{.name = NULL},
};

static const struct field myndighed[] = {
	{"cvr", FIELD_CVR, .flags = REQ},
	{"myndighedskode", FIELD_DIGITS, .max = 4},
	{"type", FIELD_CHOICE,
	 .choices = CHOICES("kommune", "region", "stat", "udk", "faelles", "test")},
	{"rolledomaene", FIELD_DOMAIN, .max = 253},
	{"organisationUuid", FIELD_UUID, .flags = OPT},
	{"virksomhedUuid", FIELD_UUID, .flags = OPT},
	{"rodenhedUuid", FIELD_UUID, .flags = OPT},
	{"aftalemail", FIELD_NAME, .max = 255},
	{"rollemail", FIELD_NAME, .max = 255},
	{"certifikatmail", FIELD_NAME, .max = 255},
	{"organisationmail", FIELD_NAME, .max = 255},
	{"klassifikationmail", FIELD_NAME, .max = 255},
	{"telefon", FIELD_TEXT, .max = 50},
	{.name = NULL},
};

static const struct field leverandoer[] = {
	{"cvr", FIELD_CVR, .flags = REQ},          {"driftmail", FIELD_NAME, .max = 255},
	{"sikkerhedmail", FIELD_NAME, .max = 255}, {"aftalemail", FIELD_NAME, .max = 255},
	{"telefon", FIELD_TEXT, .max = 50},        {.name = NULL},
};

static const struct field anvender[] = {
	{"certifikater", FIELD_CERT, .flags = MANY},
	{"anvenderkontekster", FIELD_CVR, .flags = MANY},
	{"kanImpersonere", FIELD_BOOL, .flags = OPT},
	{"repraesenterer", FIELD_NAME, .flags = MANY, .max = 255},
	{.name = NULL},
};

static const struct field brugervendt[] = {
	{"entityId", FIELD_URI, .flags = REQ},
	{"metadata", FIELD_METADATA, .flags = OPT},
	{"oiosamlProfil", FIELD_CHOICE, .flags = REQ,
	 .choices = CHOICES("OIOSAML2", "OIOSAML3")},
	{"niveau", FIELD_INT, .max = 4},
	{"nsisNiveau", FIELD_CHOICE, .choices = nsis_levels},
	{"attributProfil", FIELD_CHOICE,
	 .choices = CHOICES("KOMBIT", "SEB", "KOMBIT_WITHOUT_PERSONAL_DATA")},
	{"nameIdForm", FIELD_CHOICE, .choices = CHOICES("copy", "persistent", "transient")},
	{"bppNavnerum", FIELD_CHOICE, .choices = CHOICES("itst", "digst")},
	{"modtagerErEntityId", FIELD_BOOL, .flags = OPT},
	{"kraevRolle", FIELD_BOOL, .flags = OPT},
	{"udeladRolle", FIELD_BOOL, .flags = OPT},
	{"bootstrapToken", FIELD_BOOL, .flags = OPT},
	{.name = NULL},
};

static const struct field system_fields[] = {
	{"id", FIELD_NAME, .flags = REQ, .max = 255},
	{"ejer", FIELD_CVR, .flags = REQ},
	{"leverandoer", FIELD_CVR, .flags = OPT},
	{"email", FIELD_NAME, .max = 255},
	{"systemansvarlig", FIELD_TEXT, .max = 255},
	{"logiskItSystem", FIELD_UUID, .flags = OPT},
	{"anvender", FIELD_GROUP, .fields = anvender},
	{"brugervendt", FIELD_GROUP, .fields = brugervendt},
	{.name = NULL},
};

/* A dataafgrænsningstype that a role is limited by. */
static const struct field role_type[] = {
	{"type", FIELD_URI, .flags = REQ},
	{"kraevet", FIELD_BOOL, .flags = OPT},
	{.name = NULL},
};

static const struct field service_role[] = {
	{"id", FIELD_URI, .flags = REQ},
	{"navn", FIELD_TEXT, .max = 255},
	{"beskrivelse", FIELD_TEXT, .max = 1000},
	{"dataafgraensningstyper", FIELD_GROUP, .flags = MANY, .fields = role_type},
	{.name = NULL},
};

static const struct field service[] = {
	{"id", FIELD_URI, .flags = REQ},
	{"version", FIELD_TEXT, .max = 35},
	{"integration", FIELD_TEXT, .max = 35},
	{"servicetype", FIELD_TEXT, .max = 35},
	{"blok", FIELD_CHOICE,
	 .choices = CHOICES("beskedkatalog", "klassifikation", "indekser", "adgangsstyring",
			    "serviceplatform")},
	{"identifikatorer", FIELD_URI, .flags = MANY},
	{"udbyder", FIELD_NAME, .max = 255},
	{"roller", FIELD_GROUP, .flags = MANY, .fields = service_role},
	{.name = NULL},
};

static const struct field list_value[] = {
	{"vaerdi", FIELD_TEXT, .flags = REQ, .max = 255},
	{"navn", FIELD_TEXT, .max = 100},
	{.name = NULL},
};

static const struct field da_type[] = {
	{"id", FIELD_URI, .flags = REQ},
	{"type", FIELD_CHOICE, .flags = REQ,
	 .choices = CHOICES("SINGLE", "MULTI", "TEXT", "ITSYSTEM", "ITSYSTEM_MULTI")},
	{"regulaertUdtryk", FIELD_REGEX, .max = 500},
	{"vaerdiListe", FIELD_GROUP, .flags = MANY, .fields = list_value},
	{"faelles", FIELD_BOOL, .flags = OPT},
	{"kilde", FIELD_TEXT, .max = 500},
	{.name = NULL},
};

static const struct field bsr[] = {
	{"id", FIELD_URI, .flags = REQ},
	{"system", FIELD_NAME, .flags = REQ, .max = 255},
	{"dataafgraensningstyper", FIELD_GROUP, .flags = MANY, .fields = role_type},
	{"foelsom", FIELD_BOOL, .flags = OPT},
	{"vejledning", FIELD_TEXT, .max = 8000},
	{.name = NULL},
};

static const struct field jfr_limit[] = {
	{"type", FIELD_URI, .flags = REQ},
	{"vaerdier", FIELD_TEXT, .flags = MANY, .max = 1000},
	{"dynamisk", FIELD_PARAMETER, .flags = OPT},
	{.name = NULL},
};

static const struct field jfr_line[] = {
	{"brugersystemrolle", FIELD_URI, .flags = REQ},
	{"dataafgraensninger", FIELD_GROUP, .flags = MANY, .fields = jfr_limit},
	{.name = NULL},
};

static const struct field delegation[] = {
	{"cvr", FIELD_CVR, .flags = REQ},
	{"gyldigFra", FIELD_TIME, .flags = OPT},
	{"gyldigTil", FIELD_TIME, .flags = OPT},
	{.name = NULL},
};

static const struct field jfr[] = {
	{"id", FIELD_URI, .flags = REQ},
	{"ejer", FIELD_CVR, .flags = REQ},
	/* shorter than the envelope's */
	{"beskrivelse", FIELD_TEXT, .max = 200},
	{"linjer", FIELD_GROUP, .flags = MANY, .fields = jfr_line},
	{"delegeretTil", FIELD_GROUP, .flags = MANY, .fields = delegation},
	{"foelsom", FIELD_BOOL, .flags = OPT},
	{"risiko", FIELD_TEXT, .max = 255},
	{.name = NULL},
};

static const struct field agreement_limit[] = {
	{"type", FIELD_URI, .flags = REQ},
	{"vaerdier", FIELD_TEXT, .flags = REQ | MANY, .max = 1000},
	{.name = NULL},
};

static const struct field agreement_line[] = {
	{"service", FIELD_URI, .flags = REQ},
	{"roller", FIELD_URI, .flags = MANY},
	{"dataafgraensninger", FIELD_GROUP, .flags = MANY, .fields = agreement_limit},
	{.name = NULL},
};

static const struct field aftale[] = {
	{"id", FIELD_SLUG, .flags = REQ, .max = 64},
	{"aftaleversion", FIELD_INT, .max = 1000000},
	{"begrundelse", FIELD_TEXT, .flags = REQ, .max = 1000},
	{"type", FIELD_CHOICE,
	 .choices = CHOICES("uden_videregivelse", "med_videregivelse", "andet")},
	{"anvendersystem", FIELD_NAME, .flags = REQ, .max = 255},
	{"dataejer", FIELD_CVR, .flags = REQ},
	{"datamodtager", FIELD_CVR, .flags = OPT},
	{"kontekster", FIELD_CVR, .flags = MANY},
	{"linjer", FIELD_GROUP, .flags = REQ | MANY, .fields = agreement_line},
	{"kontakt", FIELD_TEXT, .max = 255},
	{.name = NULL},
};

static const struct field idp[] = {
	{"id", FIELD_URI, .flags = REQ},
	{"ejer", FIELD_CVR, .flags = OPT},
	{"metadata", FIELD_METADATA, .flags = OPT},
	{"oiosamlProfil", FIELD_CHOICE, .flags = REQ,
	 .choices = CHOICES("OIOSAML2", "OIOSAML2_ADFS_MULTIPLEAUTHN",
			    "OIOSAML2_WITHOUT_REQUESTED_LOA", "OIOSAML3",
			    "OIOSAML3_ADFS_MULTIPLEAUTHN", "OIOSAML3_ADFS_RELAY_STATE")},
	{"kontekster", FIELD_CVR, .flags = MANY},
	{"ipAdresser", FIELD_IP, .flags = MANY},
	{"niveau", FIELD_INT, .max = 4},
	{"nsisNiveau", FIELD_CHOICE, .choices = nsis_levels},
	{"kenderRoller", FIELD_BOOL, .flags = OPT},
	{"mobilvenlig", FIELD_BOOL, .flags = OPT},
	{"supportsScope", FIELD_BOOL, .flags = OPT},
	{"supportsStepUp", FIELD_BOOL, .flags = OPT},
	{"tilladOAfvigelse", FIELD_BOOL, .flags = OPT},
	{"stolPaaForceAuthn", FIELD_BOOL, .flags = OPT},
	{.name = NULL},
};

const struct doc_type doc_types[DOC_KINDS] = {
	[DOC_MYNDIGHED] = {"myndighed", "myndigheder", "cvr",
			   CHOICES("aktiv", "oprettet", "suspenderet", "nedlagt"), myndighed},
	[DOC_LEVERANDOER] = {"leverandoer", "leverandoerer", "cvr",
			     CHOICES("aktiv", "anmodet", "suspenderet", "nedlagt"),
			     leverandoer},
	[DOC_SYSTEM] = {"system", "systemer", "id",
			CHOICES("tilsluttet", "kladde", "spaerret", "nedlagt"), system_fields},
	[DOC_SERVICE] = {"service", "services", "id",
			 CHOICES("i_drift", "kladde", "laast", "udfases", "lukket"), service},
	[DOC_DA_TYPE] = {"dataafgraensningstype", "dataafgraensningstyper", "id", NULL,
			 da_type},
	[DOC_BSR] = {"brugersystemrolle", "brugersystemroller", "id",
		     CHOICES("aktiv", "kladde", "udfases", "lukket"), bsr},
	[DOC_JFR] = {"jobfunktionsrolle", "jobfunktionsroller", "id",
		     CHOICES("aktiv", "kladde", "afventer", "inaktiv", "fejl", "nedlagt"), jfr},
	[DOC_AFTALE] = {"aftale", "aftaler", "id",
			CHOICES("aktiv", "kladde", "afventer", "afvist", "tilbagekaldt",
				"godkendt", "suspenderet", "opsagt", "ophoert", "udloebet"),
			aftale},
	[DOC_IDP] = {"idp", "idps", "id", CHOICES("aktiv", "kladde", "spaerret", "nedlagt"),
		     idp},
};

bool
doc_kind_of(struct str name, enum doc_kind *out)
{
	for (int i = 0; i < DOC_KINDS; i++) {
		if (str_eq_c(name, doc_types[i].name)) {
			*out = (enum doc_kind)i;
			return true;
		}
	}
	return false;
}

const struct field *
doc_field(const struct field *fields, const char *name)
{
	for (; fields->name; fields++)
		if (strcmp(fields->name, name) == 0)
			return fields;
	return NULL;
}
