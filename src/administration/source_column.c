/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The columns of the four tables by which an organisation is handed over: their names in CSV
 * and in the registrations of OS2sync, what they may hold, and which address they are. Refuses
 * nothing itself.
 * Source: contract of administration, 4.7.3; of Organisation, 2.8.
 */
#include "administration/source_internal.h"

static const char *const unit_types[] = {NULL, "AFDELING", "TEAM", NULL};
static const char *const yes_no[] = {"nej", "ja", NULL};
static const char *const states[] = {"Aktiv", "Inaktiv", NULL};
static const char *const post_types[] = {"ENHEDSROLLE", "LEDERROLLE", NULL};
static const char *const function_types[] = {NULL, "HENVENDELSESSTED", "UDBETALENDE_ENHED",
					     "SYSTEMROLLE", NULL};

#define ADDRESS(csv, os2sync, klasse)                                                          \
	{                                                                                      \
		.name = csv, .json = os2sync, .value = COLUMN_TEXT, .max_chars = 200,          \
		.role = klasse, .indeks = "1",                                                 \
	}

static const struct column unit_columns[UNIT_COLUMNS] = {
	[UNIT_UUID] = {.name = "uuid", .json = "uuid", .value = COLUMN_UUID, .must = true},
	[UNIT_NAVN] = {.name = "navn",
		       .json = "name",
		       .value = COLUMN_TEXT,
		       .max_chars = 200,
		       .must = true},
	[UNIT_OVERORDNET] = {.name = "overordnet_uuid",
			     .json = "parentOrgUnitUuid",
			     .value = COLUMN_UUID},
	[UNIT_TYPE] = {.name = "type",
		       .json = "type",
		       .value = COLUMN_WORD,
		       .words = unit_types},
	[UNIT_LEDER] = {.name = "leder_uuid", .json = "managerUuid", .value = COLUMN_UUID},
	[UNIT_UDBETALENDE] = {.name = "udbetalende_enhed_uuid",
			      .json = "payoutUnitUuid",
			      .value = COLUMN_UUID},
	[UNIT_ADDRESS_FIRST] = ADDRESS("telefon", "phoneNumber", KLASSE_ENHED_TELEFON),
	ADDRESS("fastnet", "landline", KLASSE_ENHED_FASTNET),
	ADDRESS("email", "email", KLASSE_ENHED_EMAIL),
	ADDRESS("email_bemaerkning", "emailRemarks", KLASSE_ENHED_EMAIL_BEMAERKNING),
	ADDRESS("lokation", "location", KLASSE_ENHED_LOKATION),
	ADDRESS("postadresse", "post", KLASSE_ENHED_POSTADRESSE),
	{.name = "postadresse2",
	 .json = "postSecondary",
	 .value = COLUMN_TEXT,
	 .max_chars = 200,
	 .role = KLASSE_ENHED_POSTADRESSE,
	 .indeks = "2"},
	ADDRESS("postretur", "postReturn", KLASSE_ENHED_POSTRETUR),
	ADDRESS("henvendelsessted", "contact", KLASSE_ENHED_HENVENDELSESSTED),
	ADDRESS("aabningstid_telefon", "phoneOpenHours", KLASSE_ENHED_AABNINGSTID_TELEFON),
	ADDRESS("aabningstid_henvendelse", "contactOpenHours",
		KLASSE_ENHED_AABNINGSTID_HENVENDELSE),
	ADDRESS("ean", "ean", KLASSE_ENHED_EAN),
	ADDRESS("url", "url", KLASSE_ENHED_URL),
	ADDRESS("pnr", "pnr", KLASSE_ENHED_PNR),
	ADDRESS("sor", "sor", KLASSE_ENHED_SOR),
	ADDRESS("los_id", "losId", KLASSE_ENHED_LOS_ID),
	ADDRESS("los_kaldenavn", "losShortName", KLASSE_ENHED_LOS_KALDENAVN),
	ADDRESS("dtr_id", "dtrId", KLASSE_ENHED_DTR_ID),
	ADDRESS("foa", "foa", KLASSE_ENHED_FOA),
	[UNIT_OPGAVER] = {.name = "opgaver", .json = "tasks", .value = COLUMN_TASKS},
	[UNIT_ITSYSTEMER] = {.name = "itsystemer", .json = "itSystems", .value = COLUMN_UUIDS},
	[UNIT_FRA] = {.name = "gyldig_fra", .value = COLUMN_DATE},
	[UNIT_TIL] = {.name = "gyldig_til", .value = COLUMN_DATE},
	[UNIT_NOEGLE] = {.json = "shortKey", .value = COLUMN_TEXT, .max_chars = 50},
	[UNIT_KONTAKT_FOR] = {.json = "contactForTasks", .value = COLUMN_TASKS},
};

static const struct column user_columns[USER_COLUMNS] = {
	[USER_UUID] = {.name = "uuid", .json = "uuid", .value = COLUMN_UUID, .must = true},
	[USER_BRUGERNAVN] = {.name = "brugernavn",
			     .json = "userId",
			     .value = COLUMN_TEXT,
			     .max_chars = 200,
			     .must = true},
	[USER_PERSON] = {.name = "person_uuid", .json = "person.uuid", .value = COLUMN_UUID},
	[USER_PERSON_NAVN] = {.name = "person_navn",
			      .json = "person.name",
			      .value = COLUMN_TEXT,
			      .max_chars = 100,
			      .must = true},
	[USER_CPR] = {.name = "person_cpr", .json = "person.cpr", .value = COLUMN_CPR},
	[USER_ADDRESS_FIRST] = ADDRESS("email", "email", KLASSE_BRUGER_EMAIL),
	ADDRESS("telefon", "phoneNumber", KLASSE_BRUGER_TELEFON),
	ADDRESS("fastnet", "landline", KLASSE_BRUGER_FASTNET),
	ADDRESS("lokation", "location", KLASSE_BRUGER_LOKATION),
	ADDRESS("racf_id", "racfID", KLASSE_BRUGER_RACF_ID),
	ADDRESS("fmk_id", "fmkID", KLASSE_BRUGER_FMK_ID),
	[USER_ROBOT] = {.name = "robot",
			.json = "isRobot",
			.value = COLUMN_WORD,
			.words = yes_no},
	[USER_STATUS] = {.name = "status", .value = COLUMN_WORD, .words = states},
	[USER_FRA] = {.name = "gyldig_fra", .value = COLUMN_DATE},
	[USER_TIL] = {.name = "gyldig_til", .value = COLUMN_DATE},
	[USER_NOEGLE] = {.json = "shortKey", .value = COLUMN_TEXT, .max_chars = 50},
};

static const struct column post_columns[POST_COLUMNS] = {
	[POST_BRUGER] = {.name = "bruger_uuid", .value = COLUMN_UUID, .must = true},
	[POST_ENHED] = {.name = "enhed_uuid",
			.json = "orgUnitUuid",
			.value = COLUMN_UUID,
			.must = true},
	[POST_STILLING] = {.name = "stilling",
			   .json = "name",
			   .value = COLUMN_TEXT,
			   .max_chars = 200,
			   .must = true},
	[POST_TYPE] = {.name = "type", .value = COLUMN_WORD, .words = post_types},
	[POST_FRA] = {.name = "gyldig_fra", .json = "startDate", .value = COLUMN_DATE},
	[POST_TIL] = {.name = "gyldig_til", .json = "stopDate", .value = COLUMN_DATE},
};

static const struct column function_columns[FUNCTION_COLUMNS] = {
	[FUNCTION_UUID] = {.name = "uuid", .value = COLUMN_UUID, .must = true},
	[FUNCTION_TYPE] = {.name = "type",
			   .value = COLUMN_WORD,
			   .must = true,
			   .words = function_types},
	[FUNCTION_NAVN] = {.name = "navn", .value = COLUMN_TEXT, .max_chars = 200},
	[FUNCTION_ENHED] = {.name = "enhed_uuid", .value = COLUMN_UUID, .must = true},
	[FUNCTION_FOR] = {.name = "for_enheder", .value = COLUMN_UUIDS},
	[FUNCTION_OPGAVER] = {.name = "opgaver", .value = COLUMN_TASKS},
	[FUNCTION_ITSYSTEM] = {.name = "itsystem_uuid", .value = COLUMN_UUID},
};

_Static_assert(UNIT_COLUMNS <= COLUMNS_MAX && USER_COLUMNS <= COLUMNS_MAX, "columns");

const struct row_table row_tables[ROW_KIND_COUNT] = {
	[ROW_UNIT] = {"enheder.csv", unit_columns, UNIT_COLUMNS},
	[ROW_USER] = {"brugere.csv", user_columns, USER_COLUMNS},
	[ROW_POST] = {"tilknytninger.csv", post_columns, POST_COLUMNS},
	[ROW_FUNCTION] = {"funktioner.csv", function_columns, FUNCTION_COLUMNS},
};
