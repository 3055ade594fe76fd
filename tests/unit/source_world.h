/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A folder with the files of a source, for tests of its readers, and what was read as text:
 *
 *	1 OrganisationEnhed 00000000-…-0001 BrugervendtNoegleTekst=Top EnhedNavn=Top
 *	  Gyldighed=Aktiv[2024-01-01,) Overordnet=00000000-…-0002[2024-01-01,)
 *
 * one object a line, its items parted by a blank; and "! file:line column: reason" a refusal.
 */
#ifndef TESTS_SOURCE_WORLD_H
#define TESTS_SOURCE_WORLD_H

#include "administration/source.h"
#include "base/buf.h"

#define WORLD_CVR "11111111"
#define WORLD_ORG "0f9c2a6e-7b1d-4c38-9a52-6d0e8b4f1a23"
#define WORLD_PATH 128

struct source_world {
	char path[WORLD_PATH];
	struct source_options options;
	struct buf objects, refusals;
	struct buf json; /* the objects as lines of JSON */
	enum err_code code;      /* what reading ended with */
	struct source_info info; /* texts die with the next reading */
	struct source *source;
	unsigned stop_after; /* 0: never; else the handler fails at that object */
	unsigned told;
	uint64_t last_record;
};

void source_world_make(struct source_world *w);
void source_world_remove(struct source_world *w);
void source_world_write(struct source_world *w, const char *name, struct str text);
/* manifest.json that fits what has been written; rows: of each table in turn, -1: it has none
 */
void source_world_manifest(struct source_world *w, const char *mode, const int rows[4]);
/* Reads path/name, or the folder if name is NULL. */
void source_world_read(struct source_world *w, const char *name, uint64_t after);

#endif
