/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the readers of the formats share: lines of a file, the record at work, and rows that
 * become objects.
 */
#ifndef ADMINISTRATION_SOURCE_INTERNAL_H
#define ADMINISTRATION_SOURCE_INTERNAL_H

#include <jansson.h>
#include "administration/source.h"
#include "base/buf.h"
#include "organisation/wellknown.h"

struct source;
struct digest;

/* ---- lines of a file (source_lines.c) ---- */

struct lines {
	int fd;
	const char *path;
	struct buf buf;  /* what was read and is not yet given out */
	size_t at;       /* next byte of it */
	size_t most;     /* longest line */
	uint64_t offset; /* in the file, of the next line */
	uint64_t hashed; /* bytes that the digest has seen */
	size_t number;   /* of the line given out last, from 1 */
	bool is_end;     /* the file has no more bytes */
	struct digest *digest;
};

enum line_kind { LINE_END, LINE_HERE, LINE_TOO_LONG };

/* For reading; links and what is no file are FILE_UNREADABLE. */
MUST_USE bool file_open(const char *path, int *fd, struct err *e);
MUST_USE bool lines_open(struct lines *l, const char *path, size_t most, struct err *e);
void lines_close(struct lines *l); /* also of one that was never opened, all zero */
/* Without its LF. Borrowed until the next call. Of one that is too long, nothing. */
MUST_USE bool lines_next(struct lines *l, enum line_kind *kind, struct str *out, struct err *e);
/* Back to where line `number` ended, which is `offset`. */
MUST_USE bool lines_back(struct lines *l, uint64_t offset, size_t number, struct err *e);
/* SHA-256 of all that was read, to the end of the file, hex. */
MUST_USE bool lines_digest(struct lines *l, char out[65], struct err *e);

void lines_hex(const uint8_t *digest, char out[65]);

struct file_facts {
	uint64_t bytes;
	char digest[65];
	bool is_utf8;
	bool is_utf16;
};

/* All of a small file. Errors: SOURCE_INVALID if it is larger. */
MUST_USE bool lines_whole(const char *path, size_t most, struct buf *out, struct err *e);
MUST_USE bool lines_survey(const char *path, struct file_facts *out, struct err *e);

/* Bytes of Windows-1252 as UTF-8; false: one of the five that stand for nothing. */
bool text_from_1252(struct str s, struct arena *a, struct str *out);
/* Without a byte order mark at its beginning. */
struct str text_without_bom(struct str s);

/* ---- the source and its record (source.c) ---- */

struct source_reader {
	bool (*check)(struct source *s, struct err *e);
	bool (*read)(struct source *s, struct err *e);
	void (*end)(struct source *s); /* NULL: nothing to let go of */
};

extern const struct source_reader source_csv, source_jsonl, source_oio, source_ldif,
	source_os2sync;

struct served; /* source_served.c */
struct seen;   /* source_seen.c */

struct source {
	struct source_options o;
	const char *path, *name; /* name: its last part */
	bool is_folder, is_checked;
	const struct source_reader *reader;
	struct source_info info;
	struct arena *a;   /* as long as the source */
	struct arena *row; /* as long as the record */
	void *state;       /* of the reader; in a */
	struct served *served;
	struct seen *seen;

	/* while it is read */
	const struct source_handlers *h;
	bool is_checking; /* nothing of a record is told */
	uint64_t after, record, bytes;
	const char *file;
	size_t line;
	bool is_refused; /* the record is */
	bool is_invalid; /* the file is */
};

/* A record begins. Its reader empties s->row before. Errors: SOURCE_INVALID (too many). */
MUST_USE bool record_begin(struct source *s, const char *file, size_t line, struct err *e);
MUST_USE bool record_end(struct source *s, struct err *e);
/* Refuses the record that is open. false only when the handler says so. */
MUST_USE bool record_refuse(struct source *s, struct str column, struct err *e, const char *fmt,
			    ...) PRINTF_LIKE(4, 5);
/* Refuses the file: source_check() will fail. */
MUST_USE bool file_refuse(struct source *s, const char *file, size_t line, struct str column,
			  struct err *e, const char *fmt, ...) PRINTF_LIKE(6, 7);
MUST_USE bool record_emit(struct source *s, struct source_object *o, struct err *e);
/* What is not to be repeated in full: a CPR number becomes xxxxxx-xxxx, long texts are cut. */
struct str text_safe(struct str s, struct arena *a);
/* A survey ended: what was read. hex, in the source's arena, is the digest of it. */
void source_surveyed(struct source *s, const char *hex);
/* A second reading ended: were its bytes those of the survey? Errors: SOURCE_INVALID. */
MUST_USE bool source_unchanged(const struct source *s, const char *hex, struct err *e);
/* path/name, in the source's arena */
const char *source_path(struct source *s, const char *name);

/* ---- what has been told of (source_seen.c) ---- */

struct seen *seen_new(void);
void seen_free(struct seen *t);
/* false: it is there already, from that record. */
bool seen_add(struct seen *t, const struct oio_type *type, struct uuid u, uint64_t record,
	      uint64_t *before);

/* ---- rows (source_column.c, source_row.c) ---- */

enum row_kind { ROW_UNIT, ROW_USER, ROW_POST, ROW_FUNCTION, ROW_KIND_COUNT };

enum column_value {
	COLUMN_TEXT,
	COLUMN_UUID,
	COLUMN_UUIDS, /* comma separated */
	COLUMN_TASKS, /* KLE numbers or UUIDs, comma separated */
	COLUMN_DATE,
	COLUMN_WORD, /* one of words */
	COLUMN_CPR,
};

struct column {
	const char *name; /* in CSV; NULL: has none */
	const char *json; /* in OS2sync's registrations; NULL: has none */
	enum column_value value;
	unsigned max_chars; /* of texts */
	bool must;
	const char *const *words; /* the first is what absence means, if it is not NULL */
	enum wellknown role;      /* of an address */
	const char *indeks;       /* of an address; NULL: the column is none */
};

enum unit_column {
	UNIT_UUID,
	UNIT_NAVN,
	UNIT_OVERORDNET,
	UNIT_TYPE,
	UNIT_LEDER,
	UNIT_UDBETALENDE,
	UNIT_ADDRESS_FIRST,
	UNIT_ADDRESS_END = UNIT_ADDRESS_FIRST + 19,
	UNIT_OPGAVER = UNIT_ADDRESS_END,
	UNIT_ITSYSTEMER,
	UNIT_FRA,
	UNIT_TIL,
	UNIT_NOEGLE,
	UNIT_KONTAKT_FOR,
	UNIT_COLUMNS
};

enum user_column {
	USER_UUID,
	USER_BRUGERNAVN,
	USER_PERSON,
	USER_PERSON_NAVN,
	USER_CPR,
	USER_ADDRESS_FIRST,
	USER_ADDRESS_END = USER_ADDRESS_FIRST + 6,
	USER_ROBOT = USER_ADDRESS_END,
	USER_STATUS,
	USER_FRA,
	USER_TIL,
	USER_NOEGLE,
	USER_COLUMNS
};

enum post_column {
	POST_BRUGER,
	POST_ENHED,
	POST_STILLING,
	POST_TYPE,
	POST_FRA,
	POST_TIL,
	POST_COLUMNS
};

enum function_column {
	FUNCTION_UUID,
	FUNCTION_TYPE,
	FUNCTION_NAVN,
	FUNCTION_ENHED,
	FUNCTION_FOR,
	FUNCTION_OPGAVER,
	FUNCTION_ITSYSTEM,
	FUNCTION_COLUMNS
};

#define COLUMNS_MAX 32

struct row_table {
	const char *file; /* enheder.csv */
	const struct column *columns;
	size_t count;
};

extern const struct row_table row_tables[ROW_KIND_COUNT];

/* The neutral form: what each column of the table says; absent or empty: nothing. */
struct row {
	enum row_kind kind;
	struct str v[COLUMNS_MAX];
	struct str names[COLUMNS_MAX]; /* what the source calls it; absent: as the table */
	bool is_given[COLUMNS_MAX];    /* for readers whose members may come twice */
};

/*
 * Checks every column, tells of each that is wrong; *ok says whether none was.
 * Values are trimmed, lists, words and dates are known to be readable afterwards.
 */
MUST_USE bool row_check(struct source *s, struct row *r, bool *ok, struct err *e);
struct str row_name(const struct row *r, size_t column);
/* Of a checked row. Nil, INSTANT_MIN: not said. */
struct uuid row_uuid(const struct row *r, size_t column);
instant row_date(const struct row *r, size_t column);
bool row_is(const struct row *r, size_t column, const char *word);
/* The next of a list; *rest becomes what is left. */
bool row_next_uuid(struct source *s, struct str *rest, struct uuid *out);
struct str row_list(const struct row *r, size_t column);

/* Checks the row and tells of the objects it stands for (source_build.c). */
MUST_USE bool row_take(struct source *s, struct row *r, struct err *e);

/* ---- which functions serve a unit (source_served.c) ---- */

/* Notes what a row of functions says; before any unit is built. Errors: SOURCE_INVALID. */
MUST_USE bool served_note(struct source *s, const struct row *r, struct err *e);
void served_sort(struct source *s);
/* Functions that serve the unit: *from is where to go on, 0 at first. */
bool served_next(const struct source *s, struct uuid unit, size_t *from, struct uuid *function);
/* The function by which that unit pays for others; *made: it is not in the source. */
struct uuid served_payer(struct source *s, struct uuid unit, bool *made);
void served_begin(struct source *s); /* a reading begins: nothing has been made yet */
void served_free(struct source *s);

#endif
