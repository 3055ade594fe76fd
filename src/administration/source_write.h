/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing an organisation in the formats that source.h reads: the same picture gives the same
 * bytes, whoever loaded it. Read again, a folder of tables gives the same tables.
 *
 * Lines of JSON hold each object of the authority whole, with all its periods. Tables and
 * registrations of OS2sync hold what is active at the moment of the picture, as far as they
 * have a place for it: what they have none for is counted.
 * Source: contract of administration, 4.7.3 and 4.7.7.
 */
#ifndef ADMINISTRATION_SOURCE_WRITE_H
#define ADMINISTRATION_SOURCE_WRITE_H

#include "administration/picture.h"
#include "administration/source.h"

/*
 * Bytes for a file, in order; one file after the other. Names are those of the contract
 * (enheder.csv … manifest.json), organisation.jsonl, os2sync.json.
 */
typedef bool source_put_fn(const char *file, struct str bytes, void *arg, struct err *e);

struct source_write {
	enum source_format format;            /* SOURCE_CSV, SOURCE_JSONL, SOURCE_OS2SYNC */
	struct str source;                    /* its name in the manifest */
	instant at;                           /* when, in the manifest */
	bool may_cpr;                         /* CPR numbers are written */
	const struct source_mapping *mapping; /* which class is SYSTEMROLLE; NULL: none */
	source_put_fn *put;
	void *arg;
};

struct source_written {
	uint64_t rows[4];  /* of the tables; or [0] units or objects, [1] users */
	uint64_t left_out; /* objects, addresses and values that had no place */
};

/* Errors: BAD_VALUE (the format cannot be written), and those of put. */
MUST_USE bool source_write(const struct picture *p, const struct source_write *w,
			   struct source_written *out, struct err *e);

#endif
