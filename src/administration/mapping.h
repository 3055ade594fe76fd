/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How an authority's own files become ours: which file is which table, which of its columns is
 * which of ours, what is constant, what its words and keys mean, which attributes of a
 * directory say what. One JSON object; docs/kortlaegning.md describes it.
 *
 *	{"version":1,
 *	 "manifest":{"mode":"fuld","source":"Løn"},
 *	 "tables":{"brugere":{"file":"ansatte.csv","dates":"DD-MM-YYYY","empty":["-"],
 *	   "columns":{"AD-id":"uuid","Navn":"person_navn","Løntrin":null},
 *	   "constants":{"robot":"nej"},"values":{"status":{"A":"Aktiv"}},
 *	   "keys":{"uuid":"medarbejder"}}},
 *	 "klasser":{"SYSTEMROLLE":"…"},
 *	 "ldif":{"attributes":{"brugernavn":"uid"},"units":["organizationalUnit"],
 *	   "users":["person"],"uuid":"entryUUID"}}
 */
#ifndef ADMINISTRATION_MAPPING_H
#define ADMINISTRATION_MAPPING_H

#include "administration/source.h"
#include "base/buf.h"

struct source_mapping;

struct mapping_fault {
	const char *reason; /* Danish */
	char where[80];     /* the member it is about, or "" */
};

/* NULL: it is not a mapping, and *f says why. */
struct source_mapping *mapping_parse(struct str text, struct mapping_fault *f);
void mapping_free(struct source_mapping *m);
void mapping_freep(struct source_mapping **m);
/* For people: where each of our columns comes from. */
void mapping_show(const struct source_mapping *m, struct buf *out);

/* ---- for the readers; m may be NULL: nothing is mapped ---- */

/* The class that a word stands for; false: the mapping does not say. */
bool mapping_klasse(const struct source_mapping *m, struct str word, struct uuid *out);
/* Instead of a manifest; false: there is none in the mapping. */
bool mapping_manifest(const struct source_mapping *m, struct str *source,
		      enum source_extent *extent);
/* Texts of the part about directories: "uuid"; absent if not said. */
struct str mapping_ldif_text(const struct source_mapping *m, const char *name);
/* The attribute that says what that column holds; absent if not said. */
struct str mapping_ldif_attribute(const struct source_mapping *m, const char *table,
				  struct str column);
/* Whether an object class is in a list: "units", "users". *is_said: there is such a list. */
bool mapping_ldif_class(const struct source_mapping *m, const char *list, struct str name,
			bool *is_said);

enum mapping_column { COLUMN_UNKNOWN, COLUMN_IGNORED, COLUMN_MAPPED };

struct row;
/* kind: enum row_kind. Absent: the table's own name. */
struct str mapping_file(const struct source_mapping *m, size_t kind);
enum mapping_column mapping_column(const struct source_mapping *m, size_t kind,
				   struct str header, size_t *column);
/* The mapping itself gives the column a value. */
bool mapping_gives(const struct source_mapping *m, size_t kind, size_t column);
/* From what the file says to what the table means; before row_check(). */
void mapping_apply(const struct source_mapping *m, struct str cvr, struct row *r,
		   struct arena *a);

#endif
