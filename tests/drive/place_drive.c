/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Puts an organisation into a database, for tests of the command line:
 *
 *	place_drive FILE <lines
 *
 * at 2024-05-02T08:00:00	time of the registrations that follow
 * as 11111111			whose they are
 * sound			the sound municipality of organisation_world
 * KIND LETTER|UUID WORDS…	one object, as place_put has it
 * know ID JSON			a jobfunktionsrolle
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/organisation_world.h"

static bool
put_known(struct tx *tx, void *arg, struct err *e)
{
	return store_known_put(tx, arg, e);
}

static void
know(struct place_world *w, struct str id, struct str json)
{
	struct known_row row = {.type = STR("jobfunktionsrolle"),
				.id = id,
				.json = json,
				.at = w->now,
				.actor = STR("cli:test")};
	struct err e = ERR_INIT;

	if (!store_write(w->store, put_known, &row, &e))
		fail_msg("know: %s", e.detail);
}

static void
put(struct place_world *w, char *kind, struct str rest)
{
	struct str name, words;
	struct uuid u;

	str_cut(rest, ' ', &name, &words);
	if (name.len == 1)
		u = place_uuid(name.ptr[0]);
	else if (!uuid_parse(name, &u))
		fail_msg("no UUID: " STR_FMT, STR_ARG(name));
	place_put_as(w, kind, u, words.ptr ? words.ptr : "");
}

static void
line(struct place_world *w, char *text)
{
	struct str s = str_from(text), head, rest, id, json;
	char word[64];

	text[strcspn(text, "\n")] = '\0';
	s = str_from(text);
	if (s.len == 0)
		return;
	str_cut(s, ' ', &head, &rest);
	snprintf(word, sizeof(word), STR_FMT, STR_ARG(head));
	if (strcmp(word, "at") == 0) {
		w->now = place_day(rest.ptr);
	} else if (strcmp(word, "as") == 0) {
		snprintf(w->owner, sizeof(w->owner), "%s", rest.ptr);
	} else if (strcmp(word, "sound") == 0) {
		place_sound(w);
	} else if (strcmp(word, "know") == 0) {
		str_cut(rest, ' ', &id, &json);
		know(w, id, json);
	} else {
		put(w, word, rest);
	}
}

int
main(int argc, char **argv)
{
	static char text[65536];
	struct place_world w;

	if (argc != 2)
		return 2;
	place_open_at(&w, argv[1]);
	while (fgets(text, sizeof(text), stdin))
		line(&w, text);
	store_close(w.store);
	return 0;
}
