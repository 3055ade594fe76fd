/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading what another register says of an organisation, whatever its format, as OIO objects
 * and refused lines. A reader knows nothing of drafts or of what is stored; it holds one record
 * at a time.
 *
 * A record is what stands or falls together: a row of a table, a line of JSON, an entry, an
 * object. Records are numbered from 1 in the order in which they are read, refused ones too;
 * the same bytes give the same numbers, so that a load can go on after any record.
 * Source: contract of administration, 4.7.3; of Organisation, 2.3, 2.8 and 6.
 */
#ifndef ADMINISTRATION_SOURCE_H
#define ADMINISTRATION_SOURCE_H

#include "registry/object.h"

enum source_format {
	SOURCE_DETECT,
	SOURCE_CSV,     /* a folder with enheder.csv … and manifest.json, or one such file */
	SOURCE_JSONL,   /* one OIO object a line */
	SOURCE_OIO,     /* XML of importer, any number of objects */
	SOURCE_LDIF,    /* an export of a directory */
	SOURCE_OS2SYNC, /* registrations of units and users */
	SOURCE_FORMAT_COUNT
};

extern const char *const source_format_name[SOURCE_FORMAT_COUNT];
/* A format that can be asked for; SOURCE_DETECT is none. */
bool source_format_named(struct str name, enum source_format *out);

/* Whether objects that the source does not name are gone from it. */
enum source_extent { SOURCE_DELTA, SOURCE_FULL };

struct source_object {
	uint64_t record; /* several objects of one record follow one another */
	struct str file;
	size_t line;
	const struct oio_type *type;
	struct uuid uuid;
	/* Sorted. An item whose v.fra_given is false holds from options.from: nobody said. */
	struct oio_content content;
	/* no more, as of options.from: its Gyldighed is Inaktiv and its relations have ended */
	bool is_ended;
	bool is_derived; /* the source has no UUID for it: source_uuid() */
};

struct source_refusal {
	uint64_t record; /* 0: of the file itself, which is then not read */
	struct str file;
	size_t line;
	struct str column; /* as the source calls it; absent: the whole record */
	struct str reason; /* Danish, for people; holds no CPR number */
};

/* Each may be NULL. false: stops, with e filled. Everything is borrowed until it returns. */
typedef bool source_object_fn(const struct source_object *o, void *arg, struct err *e);
typedef bool source_refusal_fn(const struct source_refusal *r, void *arg, struct err *e);
/* All of that record, and of those before it, has been told. */
typedef bool source_record_fn(uint64_t record, void *arg, struct err *e);

struct source_handlers {
	source_object_fn *object;
	source_refusal_fn *refusal;
	source_record_fn *record;
	void *arg;
};

/* The class that a number of KLE names; false: there is none. */
typedef bool source_klasse_fn(struct str number, void *arg, struct uuid *out);

struct source_mapping; /* mapping.h */

struct source_options {
	enum source_format format;
	struct str cvr;
	struct uuid organisation; /* nil will do for formats whose objects name it themselves */
	instant from;             /* what has no date of its own holds from here */
	const struct source_mapping *mapping; /* NULL: none */
	bool may_cpr;                         /* the reader may take CPR numbers */
	source_klasse_fn *klasse;             /* NULL: tasks are given by UUID */
	void *klasse_arg;
};

struct source_info {
	enum source_format format;
	enum source_extent extent;
	struct str name;         /* of the source: in the manifest, or the file's */
	struct str extracted_at; /* as the manifest says, or absent */
	struct str encoding;     /* UTF-8, Windows-1252 */
	struct str digest;       /* SHA-256 over all that is read, hex */
	uint64_t bytes;          /* … in all */
	uint64_t records;        /* as counted beforehand; 0: not known */
};

struct source;

/* Borrows options->mapping; copies the rest. Errors: FILE_UNREADABLE, SOURCE_INVALID. */
MUST_USE bool source_open(const char *path, const struct source_options *options,
			  struct source **out, struct err *e);
void source_close(struct source *s);
void source_closep(struct source **s);

/*
 * Looks through the whole source: manifest, digests, encoding, header lines. What is wrong with
 * a file is told to h->refusal, and makes this fail. source_read() does it first if nobody has.
 * Errors: SOURCE_INVALID, FILE_UNREADABLE, and those of the handler.
 */
MUST_USE bool source_check(struct source *s, const struct source_handlers *h, struct err *e);
/* Valid after source_check(). */
const struct source_info *source_info(const struct source *s);

/*
 * Reads all of it, and tells of what comes after that record; 0: of everything. Can be called
 * again. Errors: SOURCE_INVALID (not the bytes that were checked, or past a limit),
 * FILE_UNREADABLE, and those of the handlers.
 */
MUST_USE bool source_read(struct source *s, uint64_t after_record,
			  const struct source_handlers *h, struct err *e);
/* How far source_read() has come. May be asked by a handler. */
void source_progress(const struct source *s, uint64_t *bytes, uint64_t *records);

/*
 * The UUID of an object that a source has none for: always the same for that part of that
 * parent in that authority.
 * Source: RFC 9562, 5.8 (version 8, by SHA-256).
 */
struct uuid source_uuid(struct str cvr, struct str part, struct uuid parent);

#endif
