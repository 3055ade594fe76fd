/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of an organisation: which objects come of a row, and what is refused, where, why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "tests/unit/source_world.h"

#define U(n) "0000000" n "-0000-4000-8000-000000000000"

static void
expect_text(struct buf *got, const char *want, const char *name)
{
	if (!str_eq_c(buf_str(got), want))
		fail_msg("%s:\ngot:\n" STR_FMT "\nwant:\n%s", name, STR_ARG(buf_str(got)),
			 want);
}

#define UNITS "uuid;navn;overordnet_uuid;type;gyldig_fra;gyldig_til;telefon\n"

/* ---- what comes of a row ---- */

static const struct {
	const char *name, *file, *text;
	const char *objects;
} rows[] = {
	{"a unit", "enheder.csv", UNITS U("1") ";Børn og Unge;;;2024-02-01;;\n",
	 "1 OrganisationEnhed " U("1") " BrugervendtNoegleTekst=Børn og Unge"
	 " EnhedNavn=Børn og Unge[2024-02-01,) Gyldighed=Aktiv[2024-02-01,)"
	 " Tilhoerer=" WORLD_ORG "[2024-02-01,)\n"},
	{"without a date, from the load's", "enheder.csv",
	 "uuid,navn\r\n" U("1") ",\"Top, \"\"A\"\"\"\r\n",
	 "1 OrganisationEnhed " U("1") " BrugervendtNoegleTekst=Top, \"A\""
	 " EnhedNavn=Top, \"A\"[~2026-01-01,) Gyldighed=Aktiv[~2026-01-01,)"
	 " Tilhoerer=" WORLD_ORG "[~2026-01-01,)\n"},
	{"one that ends in time to come", "enheder.csv",
	 UNITS U("1") ";A;" U("2") ";TEAM;2024-01-01;2027-01-01;\n",
	 "1 OrganisationEnhed " U("1") " BrugervendtNoegleTekst=A EnhedNavn=A[2024-01-01,)"
	 " Gyldighed=Aktiv[2024-01-01,2027-01-01) Gyldighed=Inaktiv[2027-01-01,)"
	 " Enhedstype=2d9710bf-e9cc-465f-8ec7-46d5f2a64412[2024-01-01,2027-01-01)"
	 " Overordnet=" U("2") "[2024-01-01,2027-01-01)"
	 " Tilhoerer=" WORLD_ORG "[2024-01-01,2027-01-01)\n"},
	{"one that has ended, and nobody says when it began", "enheder.csv",
	 UNITS U("1") ";A;" U("2") ";;;2025-06-01;\n",
	 "1 OrganisationEnhed " U("1") " ophørt BrugervendtNoegleTekst=A"
	 " EnhedNavn=A[2025-06-01,) Gyldighed=Inaktiv[2025-06-01,)\n"},
	{"an inactive user", "brugere.csv",
	 "uuid;brugernavn;person_navn;person_uuid;status\n" U("1") ";abc;Ada Bo;" U("2")
	 ";inaktiv\n",
	 "1 Person " U("2") " BrugervendtNoegleTekst=" U("2") 
	 " NavnTekst=Ada Bo[~2026-01-01,)\n"
	 "1 Bruger " U("1") " ophørt BrugervendtNoegleTekst=abc BrugerNavn=abc[~2026-01-01,)"
	 " Gyldighed=Inaktiv[~2026-01-01,)\n"},
	{"a robot", "brugere.csv",
	 "uuid;brugernavn;person_navn;person_uuid;robot\n" U("1") ";r1;Robot;" U("2") ";Ja\n",
	 "1 Person " U("2") " BrugervendtNoegleTekst=" U("2") " NavnTekst=Robot[~2026-01-01,)\n"
	 "1 Bruger " U("1") " BrugervendtNoegleTekst=r1 BrugerNavn=r1[~2026-01-01,)"
	 " Gyldighed=Aktiv[~2026-01-01,)"
	 " BrugerTyper=fb24bae4-beb1-4970-9a94-cf7ce215f63c[~2026-01-01,)"
	 " Tilhoerer=" WORLD_ORG "[~2026-01-01,)"
	 " TilknyttedePersoner=" U("2") "[~2026-01-01,)\n"},
	{"a contact place", "funktioner.csv",
	 "uuid;type;navn;enhed_uuid;for_enheder;opgaver\n" U("1") ";HENVENDELSESSTED;Skranken;"
	 U("2") ";" U("3") ";" U("4") "\n",
	 "1 OrganisationFunktion " U("1") " BrugervendtNoegleTekst=" U("1")
	 " FunktionNavn=Skranken[~2026-01-01,) Gyldighed=Aktiv[~2026-01-01,)"
	 " Funktionstype=7368482a-177e-4e04-8574-f558e6f1ef45[~2026-01-01,)"
	 " TilknyttedeOpgaver=" U("4") "[~2026-01-01,)"
	 " TilknyttedeEnheder=" U("2") "[~2026-01-01,)"
	 " TilknyttedeOrganisationer=" WORLD_ORG "[~2026-01-01,)\n"},
	{"Windows-1252, an empty line, a line break in quotes", "enheder.csv",
	 "uuid;navn\n\n" U("1") ";\"\xd8st\n\x80\"\n",
	 "1 OrganisationEnhed " U("1") " BrugervendtNoegleTekst=Øst\n€"
	 " EnhedNavn=Øst\n€[~2026-01-01,) Gyldighed=Aktiv[~2026-01-01,)"
	 " Tilhoerer=" WORLD_ORG "[~2026-01-01,)\n"},
};

static void
rows_become_objects(void **state)
{
	struct source_world w;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		source_world_make(&w);
		source_world_write(&w, rows[i].file, str_from(rows[i].text));
		source_world_read(&w, rows[i].file, 0);
		expect_text(&w.refusals, "", rows[i].name);
		expect_text(&w.objects, rows[i].objects, rows[i].name);
		assert_int_equal(w.code, ERR_NONE);
		source_world_remove(&w);
	}
}

/* ---- what is refused ---- */

static const struct {
	const char *name, *file, *text;
	const char *refusals;
	enum err_code code;
} refused[] = {
	{"no uuid, no name", "enheder.csv", UNITS ";;;;;;\n",
	 "! enheder.csv:2 uuid: værdien mangler\n! enheder.csv:2 navn: værdien mangler\n", 0},
	{"no UUIDs", "enheder.csv", UNITS "x;A;0101011234;;;;\n",
	 "! enheder.csv:2 uuid: værdien er ikke en UUID\n"
	 "! enheder.csv:2 overordnet_uuid: værdien er ikke en UUID\n", 0},
	{"all zero", "enheder.csv", UNITS "00000000-0000-0000-0000-000000000000;A;;;;;\n",
	 "! enheder.csv:2 uuid: UUID'en består af nuller\n", 0},
	{"below itself", "enheder.csv", UNITS U("1") ";A;" U("1") ";;;;\n",
	 "! enheder.csv:2 overordnet_uuid: en enhed kan ikke være sin egen overordnede\n", 0},
	{"no such type, no date", "enheder.csv", UNITS U("1") ";A;;GRUPPE;1.2.2024;;\n",
	 "! enheder.csv:2 type: værdien er ikke en af de tilladte\n"
	 "! enheder.csv:2 gyldig_fra: værdien er ikke en dato (ÅÅÅÅ-MM-DD)\n", 0},
	{"no such day", "enheder.csv", UNITS U("1") ";A;;;2023-02-29;;\n",
	 "! enheder.csv:2 gyldig_fra: værdien er ikke en dato (ÅÅÅÅ-MM-DD)\n", 0},
	{"ends before it begins", "enheder.csv", UNITS U("1") ";A;;;2024-02-02;2024-02-01;\n",
	 "! enheder.csv:2 gyldig_til: perioden slutter, før den begynder\n", 0},
	{"control characters", "enheder.csv", UNITS U("1") ";A\x01;;;;;\n",
	 "! enheder.csv:2 navn: teksten indeholder et kontroltegn\n", 0},
	{"the same unit twice", "enheder.csv", "uuid;navn\n" U("1") ";A\n" U("1") ";B\n",
	 "! enheder.csv:3 uuid: samme uuid som i post nummer 1\n", 0},
	{"a CPR number without the right", "brugere.csv",
	 "uuid;brugernavn;person_navn;person_cpr\n" U("1") ";a;B;0101011234\n",
	 "! brugere.csv:2 person_cpr: CPR-numre må ikke læses her: det kræver en særlig ret\n",
	 0},
	{"too few values", "enheder.csv", UNITS U("1") ";A\n",
	 "! enheder.csv:2 : rækken har 2 værdier, men overskriften har 7\n", 0},
	{"a quote that is never closed takes one line", "enheder.csv",
	 "uuid;navn\n" U("1") ";\"A\n" U("2") ";B\n",
	 "! enheder.csv:2 navn: anførselstegnet lukkes ikke\n", 0},
	{"text behind a quote", "enheder.csv", "uuid;navn\n" U("1") ";\"A\"B\n",
	 "! enheder.csv:2 navn: der er tekst efter det lukkende anførselstegn\n", 0},
	{"a quote inside", "enheder.csv", "uuid;navn\n" U("1") ";5\" rør\n" U("2")
	 ";6\" rør\n",
	 "! enheder.csv:2 navn: et anførselstegn midt i en værdi uden anførselstegn\n"
	 "! enheder.csv:3 navn: et anførselstegn midt i en værdi uden anførselstegn\n", 0},
	{"a byte that stands for nothing", "enheder.csv", "uuid;navn\n" U("1") ";\x81\n",
	 "! enheder.csv:2 navn: et tegn findes ikke i Windows-1252\n", 0},
	{"a spoiled line of UTF-8", "enheder.csv",
	 "uuid;navn\n" U("1") ";æ\n" U("2") ";\xe6\n" U("3") ";ø\n",
	 "! enheder.csv:3 navn: teksten er ikke UTF-8\n", 0},
	{"… of one with a mark", "enheder.csv", "\xef\xbb\xbfuuid;navn\n" U("1") ";\xe6\n",
	 "! enheder.csv:2 navn: teksten er ikke UTF-8\n", 0},
	{"the class of a system role", "funktioner.csv",
	 "uuid;type;enhed_uuid\n" U("1") ";SYSTEMROLLE;" U("2") "\n",
	 "! funktioner.csv:2 type: klassen for SYSTEMROLLE er ikke kendt; angiv den i "
	 "kortlægningen under \"klasser\"\n", 0},
	{"numbers of KLE, without a classification", "enheder.csv",
	 "uuid;navn;opgaver\n" U("1") ";A;00.01.00\n" U("2") ";A;x\n",
	 "! enheder.csv:2 opgaver: KLE-numre kan ikke slås op her; angiv UUID'er\n"
	 "! enheder.csv:3 opgaver: listen må kun indeholde KLE-numre og UUID'er, adskilt af "
	 "komma\n", 0},
	{"an unknown column", "enheder.csv", "uuid;navn;farve\n" U("1") ";A;rød\n",
	 "! enheder.csv:1 farve: kolonnen kendes ikke\n", SOURCE_INVALID},
	{"a column twice", "enheder.csv", "uuid;navn;navn\n",
	 "! enheder.csv:1 navn: kolonnen er der to gange\n", SOURCE_INVALID},
	{"a column that is not there", "enheder.csv", "uuid\n",
	 "! enheder.csv:1 navn: kolonnen mangler\n", SOURCE_INVALID},
	{"no header: what stands there is not repeated", "brugere.csv",
	 U("1") ";abc;Ada;010101-1234\n",
	 "! brugere.csv:1 kolonne 1: kolonnen kendes ikke\n"
	 "! brugere.csv:1 abc: kolonnen kendes ikke\n"
	 "! brugere.csv:1 Ada: kolonnen kendes ikke\n"
	 "! brugere.csv:1 kolonne 4: kolonnen kendes ikke\n"
	 "! brugere.csv:1 uuid: kolonnen mangler\n"
	 "! brugere.csv:1 brugernavn: kolonnen mangler\n"
	 "! brugere.csv:1 person_navn: kolonnen mangler\n", SOURCE_INVALID},
	{"an empty file", "enheder.csv", "",
	 "! enheder.csv:0 : filen har ingen overskrift\n", SOURCE_INVALID},
	{"UTF-16", "enheder.csv", "\xff\xfeu",
	 "! enheder.csv:0 : filen er UTF-16; gem den som UTF-8\n", SOURCE_INVALID},
	{"another name", "ansatte.csv", "uuid;navn\n",
	 "! ansatte.csv:0 : filen hedder ikke som en af tabellerne: enheder.csv, brugere.csv, "
	 "tilknytninger.csv, funktioner.csv\n", SOURCE_INVALID},
};

static void
what_is_refused(void **state)
{
	struct source_world w;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		source_world_make(&w);
		source_world_write(&w, refused[i].file, str_from(refused[i].text));
		source_world_read(&w, refused[i].file, 0);
		expect_text(&w.refusals, refused[i].refusals, refused[i].name);
		if (w.code != refused[i].code)
			fail_msg("%s: %s", refused[i].name, err_row(w.code)->name);
		source_world_remove(&w);
	}
}

/* ---- the whole folder ---- */

static const char *const bundle[4] = {
	"\xef\xbb\xbfuuid;navn;overordnet_uuid;leder_uuid;udbetalende_enhed_uuid;email\n"
	U("1") ";Top;;" U("5") ";;top@example.dk\n"
	U("2") ";Løn;" U("1") ";;;\n"
	"fejl;x;;;;\n"
	U("3") ";Skole;" U("1") ";;" U("2") ";\n",
	"uuid;brugernavn;person_navn;email\n" U("5") ";ab;Ada Bo;ab@example.dk\n",
	"bruger_uuid;enhed_uuid;stilling;type\n" U("5") ";" U("1") ";Direktør;\n"
	U("5") ";" U("1") ";Direktør;\n",
	"uuid;type;navn;enhed_uuid;for_enheder;opgaver\n"
	U("7") ";HENVENDELSESSTED;;" U("2") ";" U("1") ", " U("3") ";" U("9") "\n"
	U("8") ";UDBETALENDE_ENHED;;" U("2") ";;\n",
};
static const int bundle_rows[4] = {4, 1, 2, 2};

static void
make_bundle(struct source_world *w, const char *mode, const int counts[4])
{
	static const char *const names[] = {"enheder.csv", "brugere.csv", "tilknytninger.csv",
					    "funktioner.csv"};

	source_world_make(w);
	for (size_t i = 0; i < 4; i++)
		source_world_write(w, names[i], str_from(bundle[i]));
	source_world_manifest(w, mode, counts);
}

static bool
has(struct buf *b, const char *what)
{
	size_t at;

	return str_find(buf_str(b), str_from(what), &at);
}

static void
a_folder(void **state)
{
	struct source_world w;

	(void)state;
	make_bundle(&w, "fuld", bundle_rows);
	source_world_read(&w, NULL, 0);
	expect_text(&w.refusals,
		    "! enheder.csv:4 uuid: værdien er ikke en UUID\n"
		    "! tilknytninger.csv:3 : samme række som i post nummer 6\n", "folder");
	assert_int_equal(w.code, ERR_NONE);
	assert_int_equal(w.info.extent, SOURCE_FULL);
	assert_int_equal(w.info.records, 9);
	assert_int_equal(w.last_record, 9);
	assert_true(str_eq_c(w.info.name, "Prøve") && str_eq_c(w.info.encoding, "UTF-8"));
	/* the functions that serve a unit are named by it */
	assert_true(has(&w.objects, "TilknyttedeFunktioner=" U("7") "[~2026-01-01,)"));
	assert_true(has(&w.objects, "TilknyttedeFunktioner=" U("8") "[~2026-01-01,)"));
	assert_false(has(&w.objects, "FunktionNavn=Udbetalende enhed"));
	assert_true(has(&w.objects, "FunktionNavn=Leder"));
	assert_true(has(&w.objects, "AdresseTekst=ab@example.dk"));
	assert_int_equal(w.told, 1 + 2 + 1 + 1 + 3 + 1 + 2);
	source_world_remove(&w);
}

/* Reading on after any record tells exactly the rest. */
static void
going_on(void **state)
{
	struct source_world w;
	AUTO(buf_release) struct buf all = BUF_INIT(1u << 20);
	struct buf lines[2];

	(void)state;
	make_bundle(&w, "delta", bundle_rows);
	source_world_read(&w, NULL, 0);
	buf_add(&all, buf_str(&w.objects));
	for (uint64_t after = 0; after <= 9; after++) {
		source_world_read(&w, NULL, after);
		assert_true(str_has_suffix(buf_str(&all), buf_str(&w.objects)));
		assert_int_equal(w.code, ERR_NONE);
		lines[0] = w.objects;
		if (after < 9)
			assert_true(lines[0].len > 0 || after >= 3);
		else
			assert_int_equal(w.objects.len, 0);
	}
	w.stop_after = 3;
	source_world_read(&w, NULL, 0);
	assert_int_equal(w.code, RETUR_INPUT);
	source_world_remove(&w);
}

static void
a_folder_that_does_not_fit(void **state)
{
	static const int wrong[4] = {3, 1, 2, 2}, less[4] = {4, 1, 2, -1};
	struct source_world w;

	(void)state;
	make_bundle(&w, "fuld", wrong);
	source_world_read(&w, NULL, 0);
	expect_text(&w.refusals,
		    "! enheder.csv:0 : filen har 4 rækker, men manifestet siger 3\n", "rows");
	assert_int_equal(w.code, SOURCE_INVALID);
	source_world_remove(&w);

	make_bundle(&w, "fuld", less);
	source_world_read(&w, NULL, 0);
	expect_text(&w.refusals,
		    "! funktioner.csv:0 : filen er der, men manifestet nævner den ikke\n",
		    "less");
	source_world_remove(&w);

	make_bundle(&w, "fuld", bundle_rows);
	source_world_write(&w, "brugere.csv", STR("uuid;brugernavn;person_navn\n" U("5")
						  ";ab;Ada Bo\n"));
	source_world_read(&w, NULL, 0);
	expect_text(&w.refusals,
		    "! brugere.csv:0 : filens SHA-256 er ikke den, manifestet siger\n",
		    "digest");
	assert_int_equal(w.code, SOURCE_INVALID);
	assert_int_equal(w.told, 0);
	source_world_remove(&w);

	make_bundle(&w, "fuld", bundle_rows);
	w.options.cvr = STR("22222222");
	source_world_read(&w, NULL, 0);
	expect_text(&w.refusals, "! manifest.json:0 cvr: manifestet er en anden myndigheds\n",
		    "cvr");
	source_world_remove(&w);

	source_world_make(&w);
	source_world_read(&w, NULL, 0);
	expect_text(&w.refusals, "! manifest.json:0 : mappen har ikke et manifest\n", "none");
	source_world_read(&w, "findes-ikke.csv", 0);
	assert_int_equal(w.code, FILE_UNREADABLE);
	source_world_remove(&w);
}

/* A header, something so many times, an end. */
static const struct {
	const char *name, *start, *what, *end, *refusals;
	unsigned count;
} sizes[] = {
	{"a long row", "uuid;navn\n", "x", "\n" U("1") ";A\n",
	 "! enheder.csv:2 : rækken er for lang\n", 300000},
	{"a row of many lines", "uuid;navn\n" U("1") ";\"", "\n", "\"\n",
	 "! enheder.csv:2 navn: anførselstegnet lukkes ikke\n"
	 "! enheder.csv:1003 uuid: anførselstegnet lukkes ikke\n", 1001},
	{"many values", "uuid;navn\n" U("1"), ";", "\n",
	 "! enheder.csv:2 : rækken har for mange værdier\n", 200},
	{"a long text", "uuid;navn\n" U("1") ";", "æ", "\n",
	 "! enheder.csv:2 navn: teksten er for lang (højst 200 tegn)\n", 201},
	{"as long as may be", "uuid;navn\n" U("1") ";", "æ", "\n", "", 200},
	{"a long list", "uuid;navn;itsystemer\n" U("1") ";A;", U("2") ",", "\n",
	 "! enheder.csv:2 itsystemer: listen er for lang\n", 5001},
};

static void
limits_hold(void **state)
{
	struct source_world w;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		AUTO(buf_release) struct buf text = BUF_INIT(1u << 20);

		source_world_make(&w);
		buf_add_c(&text, sizes[i].start);
		for (unsigned n = 0; n < sizes[i].count; n++)
			buf_add_c(&text, sizes[i].what);
		buf_add_c(&text, sizes[i].end);
		source_world_write(&w, "enheder.csv", buf_str(&text));
		source_world_read(&w, "enheder.csv", 0);
		expect_text(&w.refusals, sizes[i].refusals, sizes[i].name);
		assert_int_equal(w.code, ERR_NONE);
		source_world_remove(&w);
	}
}

static void
no_cpr_number_is_told(void **state)
{
	struct source_world w;

	(void)state;
	source_world_make(&w);
	w.options.may_cpr = true;
	source_world_write(&w, "brugere.csv",
			   STR("uuid;brugernavn;person_navn;person_cpr\n" U("1")
			       ";a;B;010101-1234\n" U("2") ";a;B;010101 1234\n"
			       "0101011234;a;B;\n"));
	source_world_read(&w, "brugere.csv", 0);
	assert_true(has(&w.objects, "CPR-NummerTekst=0101011234 "));
	expect_text(&w.refusals,
		    "! brugere.csv:3 person_cpr: et CPR-nummer har 10 cifre\n"
		    "! brugere.csv:4 uuid: værdien er ikke en UUID\n", "cpr");
	source_world_remove(&w);
}

/* A folder is filled by others: what they put there is read, not what they point at. */
static void
only_files(void **state)
{
	const int rows_of[4] = {0, 0, -1, -1};
	char path[WORLD_PATH + 20], other[WORLD_PATH + 20];
	struct source_world w;

	(void)state;
	for (int i = 0; i < 3; i++) {
		source_world_make(&w);
		source_world_write(&w, "secret", STR("uuid;navn\n"));
		source_world_write(&w, "enheder.csv", STR("uuid;navn\n"));
		source_world_write(&w, "brugere.csv", STR("uuid;brugernavn;person_navn\n"));
		source_world_manifest(&w, "delta", rows_of);
		snprintf(path, sizeof(path), "%s/%s", w.path,
			 i < 2 ? "enheder.csv" : "manifest.json");
		snprintf(other, sizeof(other), "%s/secret", w.path);
		(void)unlink(path);
		assert_int_equal(i == 1 ? symlink(other, path) : mkfifo(path, 0600), 0);
		source_world_read(&w, NULL, 0);
		assert_int_equal(w.code, FILE_UNREADABLE);
		if (i < 2) {
			source_world_read(&w, "enheder.csv", 0);
			assert_int_equal(w.code, i == 0 ? FILE_UNREADABLE : ERR_NONE);
		}
		source_world_remove(&w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_become_objects),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(a_folder),
		cmocka_unit_test(going_on),
		cmocka_unit_test(a_folder_that_does_not_fit),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(no_cpr_number_is_told),
		cmocka_unit_test(only_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
