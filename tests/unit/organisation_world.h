/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An organisation in a store of its own, object by object in one line each:
 *
 *	place_put(w, "OrganisationEnhed", 'B', "n:Børn_og_unge Overordnet:A Tilhoerer:O"
 *		  " Adresser:P/email[2024-01-01,2025-01-01) Inaktiv");
 *
 * n: its name (an underline is a blank), k: its BrugervendtNoegleTekst (the name, if not
 *given); other attributes as Name=text. A letter stands for the UUID made of it, a name in
 *capitals for the class that is known by it. Everything holds from 2020 on unless a time
 *follows. What has states is Aktiv unless it says Inaktiv or Tilstandsloes. Passiv: the life
 *cycle.
 */
#ifndef TESTS_ORGANISATION_WORLD_H
#define TESTS_ORGANISATION_WORLD_H

#include "base/arena.h"
#include "base/time.h"
#include "base/uuid.h"
#include "registry/object.h"
#include "store/store.h"

#define PLACE_CVR "11111111"
#define PLACE_OPERATOR "99999999"

struct place_world {
	struct store *store;
	instant now; /* of the next registration; a millisecond later each */
	char path[300];
	char owner[9]; /* of what is put next */
};

struct uuid place_uuid(char letter);
instant place_day(const char *text); /* 2024-05-02, -inf, inf */
/* The clock stands at 2024-09-10 08:00 UTC; registrations begin a day earlier. */
void place_open(struct place_world *w);
/* … in that file, which is left behind; the clock goes on */
void place_open_at(struct place_world *w, const char *path);
void place_close(struct place_world *w);
void place_put(struct place_world *w, const char *kind, char letter, const char *line);
void place_put_as(struct place_world *w, const char *kind, struct uuid uuid, const char *line);
void place_put_content(struct place_world *w, const struct oio_type *t, struct uuid uuid,
		       const struct oio_content *c);
/* The content that a line tells, sorted. */
void place_content(const struct oio_type *t, const char *line, struct arena *a,
		   struct oio_content *out, enum livscyklus *l);
/* A whole small municipality without a fault; see the code. */
void place_sound(struct place_world *w);

#endif
