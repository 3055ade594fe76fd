/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An organisation out and in again: tables that were loaded are written as they were; what was
 * written, loaded and written again is the same to the byte, in every format.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "administration/source_write.h"
#include "organisation/types.h"
#include "tests/unit/organisation_world.h"
#include "tests/unit/source_world.h"

#define U(n) "0000000" n "-0000-4000-8000-000000000000"
#define D "2024-01-01"
#define BOM "\xef\xbb\xbf"
#define NL "\r\n"

#define UNITS                                                                                  \
	BOM "uuid;navn;overordnet_uuid;type;leder_uuid;udbetalende_enhed_uuid;telefon;fastnet" \
	    ";email;email_bemaerkning;lokation;postadresse;postadresse2;postretur"             \
	    ";henvendelsessted;aabningstid_telefon;aabningstid_henvendelse;ean;url;pnr;sor"    \
	    ";los_id;los_kaldenavn;dtr_id;foa;opgaver;itsystemer;gyldig_fra;gyldig_til" NL

static const char *const files[4] = {"enheder.csv", "brugere.csv", "tilknytninger.csv",
				     "funktioner.csv"};
static const char *const tables[4] = {
	UNITS U("1") ";Top;;;" U("5") ";" U("2")
	";1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;"
	"19;\"" U("8") "," U("9") "\";" U("7") ";" D ";" NL
	U("2") ";\"Løn \"\"og\"\"\nPersonale; mv.\";" U("1")
	";TEAM;;;;;a@b;;;;;;;;;;;;;;;;;;;" D
	";2030-01-01" NL
	U("3") ";Skole;" U("1")
	";AFDELING;;;;;;;;;c/o;;;;;;;;;;;;;;;" D ";" NL,
	BOM "uuid;brugernavn;person_uuid;person_navn;person_cpr;email;telefon;fastnet;lokation"
	    ";racf_id;fmk_id;robot;status;gyldig_fra;gyldig_til" NL
	U("5") ";ab;" U("6") ";Ada Bo;;ab@x;1;2;3;4;5;nej;Aktiv;" D ";" NL
	U("6") ";r1;" U("7") ";Robot;;;;;;;;ja;Aktiv;" D ";" NL,
	BOM "bruger_uuid;enhed_uuid;stilling;type;gyldig_fra;gyldig_til" NL
	U("5") ";" U("1") ";Direktør;ENHEDSROLLE;" D ";" NL
	U("5") ";" U("2") ";Chef;ENHEDSROLLE;" D ";" NL
	U("5") ";" U("2") ";Chef;LEDERROLLE;" D ";" NL,
	BOM "uuid;type;navn;enhed_uuid;for_enheder;opgaver;itsystem_uuid" NL
	U("a") ";HENVENDELSESSTED;Skranken;" U("1") ";\"" U("2") "," U("3") "\";" U("9") ";" NL
	U("b") ";UDBETALENDE_ENHED;;" U("3") ";" U("2") ";;" NL,
};
static const int rows[4] = {3, 2, 3, 2};

/* ---- out ---- */

struct written {
	struct source_world *to; /* files are written there */
	char file[32];
	struct buf text;
};

static bool
on_put(const char *file, struct str bytes, void *arg, struct err *e)
{
	struct written *w = arg;

	(void)e;
	if (strcmp(w->file, file) != 0)
		buf_clear(&w->text);
	(void)snprintf(w->file, sizeof(w->file), "%s", file);
	buf_add(&w->text, bytes);
	source_world_write(w->to, file, buf_str(&w->text));
	return true;
}

static void
write_to(struct place_world *from, struct source_world *to, enum source_format format,
	 struct source_written *out)
{
	struct picture_question q = {.cvr = STR(PLACE_CVR),
				     .virkning = place_day("2026-06-01"),
				     .registrering = INSTANT_MAX};
	struct written w = {.to = to};
	struct source_write how = {format, STR("Prøve"), place_day("2026-06-01"), false, NULL,
				   on_put, &w};
	struct picture *p;
	struct err e = ERR_INIT;

	buf_init(&w.text, 1u << 24);
	assert_true(picture_take(from->store, &q, &p, &e));
	if (!source_write(p, &how, out, &e))
		fail_msg("%s", e.detail);
	picture_free(p);
	buf_release(&w.text);
}

/* ---- in ---- */

static bool
on_object(const struct source_object *o, void *arg, struct err *e)
{
	(void)e;
	place_put_content(arg, o->type, o->uuid, &o->content);
	return true;
}

static bool
on_refusal(const struct source_refusal *r, void *arg, struct err *e)
{
	(void)arg, (void)e;
	fail_msg(STR_FMT ":%zu: " STR_FMT, STR_ARG(r->file), r->line, STR_ARG(r->reason));
	return false;
}

static void
load(struct source_world *from, const char *file, struct place_world *to)
{
	const struct source_handlers h = {on_object, on_refusal, NULL, to};
	char path[WORLD_PATH + 40];
	struct source *s = NULL;
	struct err e = ERR_INIT;

	(void)snprintf(path, sizeof(path), "%s%s%s", from->path, file ? "/" : "",
		       file ? file : "");
	if (!source_open(path, &from->options, &s, &e) || !source_read(s, 0, &h, &e))
		fail_msg("%s", e.detail);
	source_close(s);
}

static void
file_text(struct source_world *w, const char *name, struct buf *out)
{
	char path[WORLD_PATH + 40], piece[4096];
	size_t got;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", w->path, name);
	f = fopen(path, "re");
	assert_non_null(f);
	buf_clear(out);
	while ((got = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_add_bytes(out, piece, got);
	(void)fclose(f);
}

static void
expect_file(struct source_world *w, const char *name, struct str want)
{
	AUTO(buf_release) struct buf got = BUF_INIT(1u << 24);

	file_text(w, name, &got);
	if (!str_eq(buf_str(&got), want))
		fail_msg("%s:\n" STR_FMT "\nwant:\n" STR_FMT, name, STR_ARG(buf_str(&got)),
			 STR_ARG(want));
}

static void
make_tables(struct source_world *w)
{
	source_world_make(w);
	for (size_t i = 0; i < 4; i++)
		source_world_write(w, files[i], str_from(tables[i]));
	source_world_manifest(w, "fuld", rows);
}

static void
tables_again(void **state)
{
	struct source_world in, out;
	struct place_world place;
	struct source_written n;

	(void)state;
	make_tables(&in);
	source_world_make(&out);
	place_open(&place);
	load(&in, NULL, &place);
	write_to(&place, &out, SOURCE_CSV, &n);
	for (size_t i = 0; i < 4; i++) {
		expect_file(&out, files[i], str_from(tables[i]));
		assert_int_equal(n.rows[i], rows[i]);
	}
	assert_int_equal(n.left_out, 0);
	/* its manifest is one that is taken */
	source_world_read(&out, NULL, 0);
	assert_int_equal(out.code, ERR_NONE);
	assert_int_equal(out.refusals.len, 0);
	place_close(&place);
	source_world_remove(&in);
	source_world_remove(&out);
}

static void
written_twice(enum source_format format, const char *file)
{
	AUTO(buf_release) struct buf first = BUF_INIT(1u << 24);
	struct source_world in, one, two;
	struct place_world place;
	struct source_written n, m;

	make_tables(&in);
	source_world_make(&one);
	source_world_make(&two);
	place_open(&place);
	load(&in, NULL, &place);
	write_to(&place, &one, format, &n);
	place_close(&place);
	place_open(&place);
	load(&one, file, &place);
	write_to(&place, &two, format, &m);
	file_text(&one, file, &first);
	expect_file(&two, file, buf_str(&first));
	assert_int_equal(n.rows[0], m.rows[0]);
	assert_true(n.rows[0] > 0);
	assert_int_equal(n.rows[1], m.rows[1]);
	place_close(&place);
	source_world_remove(&in);
	source_world_remove(&one);
	source_world_remove(&two);
}

static void
lines_again(void **state)
{
	(void)state;
	written_twice(SOURCE_JSONL, "organisation.jsonl");
}

static void
registrations_again(void **state)
{
	(void)state;
	written_twice(SOURCE_OS2SYNC, "os2sync.json");
}

/* What no column can hold is counted; a CPR number is written to nobody who may not see it. */
static void
left_out(void **state)
{
	AUTO(buf_release) struct buf text = BUF_INIT(1u << 20);
	struct source_world out;
	struct place_world w;
	struct source_written n;
	size_t at;

	(void)state;
	source_world_make(&out);
	place_open(&w);
	place_put(&w, "OrganisationEnhed", 'A', "n:Top");
	place_put(&w, "OrganisationFunktion", 'F', "n:Uvalg TilknyttedeEnheder:A");
	place_put(&w, "Person", 'P', "n:Ada CPR-NummerTekst=0101011234");
	place_put(&w, "Bruger", 'U', "n:ab TilknyttedePersoner:P");
	write_to(&w, &out, SOURCE_CSV, &n);
	assert_int_equal(n.left_out, 2);
	file_text(&out, "brugere.csv", &text);
	assert_false(str_find(buf_str(&text), STR("0101011234"), &at));
	write_to(&w, &out, SOURCE_JSONL, &n);
	file_text(&out, "organisation.jsonl", &text);
	assert_false(str_find(buf_str(&text), STR("0101011234"), &at));
	assert_true(str_find(buf_str(&text), STR("\"NavnTekst\":\"Ada\""), &at));
	assert_int_equal(n.left_out, 1);
	place_close(&w);
	source_world_remove(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_again),
		cmocka_unit_test(lines_again),
		cmocka_unit_test(registrations_again),
		cmocka_unit_test(left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
