/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The columns of the four tables by which an organisation is handed over: their names in CSV
 * and in the registrations of OS2sync, what they may hold, and which address they are. Refuses
 * nothing itself.
 * Source: contract of administration, 4.7.3; of Organisation, 2.8.
 */
#include "administration/source_internal.h"
#include "organisation/klasser.h"

static const char *const unit_types[] = {NULL, "AFDELING", "TEAM", NULL};
static const char *const yes_no[] = {"nej", "ja", NULL};
static const char *const states[] = {"Aktiv", "Inaktiv", NULL};
static const char *const post_types[] = {"ENHEDSROLLE", "LEDERROLLE", NULL};
static const char *const function_types[] = {NULL, "HENVENDELSESSTED", "UDBETALENDE_ENHED",
					     "SYSTEMROLLE", NULL};

#define ADDRESS(csv, os2sync, klasse)                                                          \
	{csv, os2sync, COLUMN_TEXT, 200, .role = klasse, .indeks = "1"}

static const struct column unit_columns[UNIT_COLUMNS] = {
	[UNIT_UUID] = {"uuid", "uuid", COLUMN_UUID, .must = true},
	[UNIT_NAVN] = {"navn", "name", COLUMN_TEXT, 200, .must = true},
	[UNIT_OVERORDNET] = {"overordnet_uuid", "parentOrgUnitUuid", COLUMN_UUID},
	[UNIT_TYPE] = {"type", "type", COLUMN_WORD, .words = unit_types},
	[UNIT_LEDER] = {"leder_uuid", "managerUuid", COLUMN_UUID},
	[UNIT_UDBETALENDE] = {"udbetalende_enhed_uuid", "payoutUnitUuid", COLUMN_UUID},
	[UNIT_ADDRESS_FIRST] = ADDRESS("telefon", "phoneNumber", KLASSE_ENHED_TELEFON),
	ADDRESS("fastnet", "landline", KLASSE_ENHED_FASTNET),
	ADDRESS("email", "email", KLASSE_ENHED_EMAIL),
	ADDRESS("email_bemaerkning", "emailRemarks", KLASSE_ENHED_EMAIL_BEMAERKNING),
	ADDRESS("lokation", "location", KLASSE_ENHED_LOKATION),
	ADDRESS("postadresse", "post", KLASSE_ENHED_POST),
	{"postadresse2", "postSecondary", COLUMN_TEXT, 200, .role = KLASSE_ENHED_POST,
	 .indeks = "2"},
	ADDRESS("postretur", "postReturn", KLASSE_ENHED_POSTRETUR),
	ADDRESS("henvendelsessted", "contact", KLASSE_ENHED_HENVENDELSE),
	ADDRESS("aabningstid_telefon", "phoneOpenHours", KLASSE_ENHED_TELEFONTID),
	ADDRESS("aabningstid_henvendelse", "contactOpenHours", KLASSE_ENHED_AABNINGSTID),
	ADDRESS("ean", "ean", KLASSE_ENHED_EAN),
	ADDRESS("url", "url", KLASSE_ENHED_URL),
	ADDRESS("pnr", "pnr", KLASSE_ENHED_PNR),
	ADDRESS("sor", "sor", KLASSE_ENHED_SOR),
	ADDRESS("los_id", "losId", KLASSE_ENHED_LOS_ID),
	ADDRESS("los_kaldenavn", "losShortName", KLASSE_ENHED_LOS_KALDENAVN),
	ADDRESS("dtr_id", "dtrId", KLASSE_ENHED_DTR),
	ADDRESS("foa", "foa", KLASSE_ENHED_FOA),
	[UNIT_OPGAVER] = {"opgaver", "tasks", COLUMN_TASKS},
	[UNIT_ITSYSTEMER] = {"itsystemer", "itSystems", COLUMN_UUIDS},
	[UNIT_FRA] = {"gyldig_fra", NULL, COLUMN_DATE},
	[UNIT_TIL] = {"gyldig_til", NULL, COLUMN_DATE},
	[UNIT_NOEGLE] = {NULL, "shortKey", COLUMN_TEXT, 50},
	[UNIT_KONTAKT_FOR] = {NULL, "contactForTasks", COLUMN_TASKS},
};

static const struct column user_columns[USER_COLUMNS] = {
	[USER_UUID] = {"uuid", "uuid", COLUMN_UUID, .must = true},
	[USER_BRUGERNAVN] = {"brugernavn", "userId", COLUMN_TEXT, 200, .must = true},
	[USER_PERSON] = {"person_uuid", "person.uuid", COLUMN_UUID},
	[USER_PERSON_NAVN] = {"person_navn", "person.name", COLUMN_TEXT, 100, .must = true},
	[USER_CPR] = {"person_cpr", "person.cpr", COLUMN_CPR},
	[USER_ADDRESS_FIRST] = ADDRESS("email", "email", KLASSE_BRUGER_EMAIL),
	ADDRESS("telefon", "phoneNumber", KLASSE_BRUGER_TELEFON),
	ADDRESS("fastnet", "landline", KLASSE_BRUGER_FASTNET),
	ADDRESS("lokation", "location", KLASSE_BRUGER_LOKATION),
	ADDRESS("racf_id", "racfID", KLASSE_BRUGER_RACF),
	ADDRESS("fmk_id", "fmkID", KLASSE_BRUGER_FMK),
	[USER_ROBOT] = {"robot", "isRobot", COLUMN_WORD, .words = yes_no},
	[USER_STATUS] = {"status", NULL, COLUMN_WORD, .words = states},
	[USER_FRA] = {"gyldig_fra", NULL, COLUMN_DATE},
	[USER_TIL] = {"gyldig_til", NULL, COLUMN_DATE},
	[USER_NOEGLE] = {NULL, "shortKey", COLUMN_TEXT, 50},
};

static const struct column post_columns[POST_COLUMNS] = {
	[POST_BRUGER] = {"bruger_uuid", NULL, COLUMN_UUID, .must = true},
	[POST_ENHED] = {"enhed_uuid", "orgUnitUuid", COLUMN_UUID, .must = true},
	[POST_STILLING] = {"stilling", "name", COLUMN_TEXT, 200, .must = true},
	[POST_TYPE] = {"type", NULL, COLUMN_WORD, .words = post_types},
	[POST_FRA] = {"gyldig_fra", "startDate", COLUMN_DATE},
	[POST_TIL] = {"gyldig_til", "stopDate", COLUMN_DATE},
};

static const struct column function_columns[FUNCTION_COLUMNS] = {
	[FUNCTION_UUID] = {"uuid", NULL, COLUMN_UUID, .must = true},
	[FUNCTION_TYPE] = {"type", NULL, COLUMN_WORD, .must = true, .words = function_types},
	[FUNCTION_NAVN] = {"navn", NULL, COLUMN_TEXT, 200},
	[FUNCTION_ENHED] = {"enhed_uuid", NULL, COLUMN_UUID, .must = true},
	[FUNCTION_FOR] = {"for_enheder", NULL, COLUMN_UUIDS},
	[FUNCTION_OPGAVER] = {"opgaver", NULL, COLUMN_TASKS},
	[FUNCTION_ITSYSTEM] = {"itsystem_uuid", NULL, COLUMN_UUID},
};

_Static_assert(UNIT_COLUMNS <= COLUMNS_MAX && USER_COLUMNS <= COLUMNS_MAX, "columns");

const struct row_table row_tables[ROW_KIND_COUNT] = {
	[ROW_UNIT] = {"enheder.csv", unit_columns, UNIT_COLUMNS},
	[ROW_USER] = {"brugere.csv", user_columns, USER_COLUMNS},
	[ROW_POST] = {"tilknytninger.csv", post_columns, POST_COLUMNS},
	[ROW_FUNCTION] = {"funktioner.csv", function_columns, FUNCTION_COLUMNS},
};
