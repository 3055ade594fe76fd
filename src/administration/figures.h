/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Nøgledata: what can be counted of an organisation at a moment, and how it changed until then.
 * A figure has an id that stays, for some of them a key beside it (a level, a type, a source, a
 * rule), and a value.
 * Source: administration contract 4.7.7; contract of Organisation, 5.
 */
#ifndef ADMINISTRATION_FIGURES_H
#define ADMINISTRATION_FIGURES_H

#include "administration/rules.h"

enum figures_form {
	FIGURES_COUNT,
	FIGURES_TENTHS, /* value is ten times it */
	FIGURES_TIME,   /* value is an instant */
	FIGURES_DAYS,
};

/* What a figure is: a row of the table, in the order in which they are shown. */
struct figures_kind {
	const char *id;
	enum figures_form form;
	const char *says[RULE_LANGUAGE_COUNT];
};
extern const struct figures_kind figures_kinds[];
extern const size_t figures_kind_count;

struct figures_row {
	const struct figures_kind *kind;
	struct str key; /* absent: there is one such figure */
	int64_t value;
};

enum figures_step { FIGURES_DAY, FIGURES_MONTH, FIGURES_YEAR, FIGURES_STEP_COUNT };
extern const char *const figures_step_name[FIGURES_STEP_COUNT]; /* dag, maaned, aar */

/* A step of time in Danish days; steps in which nothing happened are there too. */
struct figures_point {
	char name[11];         /* 2024-05-02, 2024-05, 2024 */
	int64_t registrations; /* made in it */
	int64_t objects;       /* live at its end */
	int64_t units;         /* … of them units */
};

struct figures {
	struct figures_row *rows;
	size_t count, room;
	struct figures_point
		*points; /* oldest first; at most FIGURES_POINTS_MAX, the last ones */
	size_t point_count;
};

#define FIGURES_POINTS_MAX 1000

struct figures_question {
	const struct picture *picture;
	const struct rules_report *report; /* NULL: no findings */
	enum figures_step step;
};

/* In the arena. Reads registrations, drafts, publications and the audit trail of `r`. */
MUST_USE bool figures_make(struct reading *r, const struct figures_question *q, struct arena *a,
			   struct figures *out, struct err *e);
/* The value as text for people and CSV: 17, 2,5 (or 2.5), a local time. */
struct str figures_text(const struct figures_row *row, enum rule_language language,
			struct arena *a);

/* What the files behind it share: adds a row of the kind with that id. */
void figures_add(struct figures *f, struct arena *a, const char *id, struct str key,
		 int64_t value);
MUST_USE bool figures_history(struct reading *r, const struct figures_question *q,
			      struct arena *a, struct figures *out, struct err *e);
MUST_USE bool figures_imports(struct reading *r, struct str cvr, instant until, struct arena *a,
			      struct figures *out, struct err *e);
void figures_people(const struct picture *p, struct arena *a, struct figures *out);

#endif
