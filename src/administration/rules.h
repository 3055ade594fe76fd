/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Valider organisation: what an organisation should be beyond what the services enforce, as a
 * table of rules, each with its check. A finding says which object, which field, what is wrong
 * and what to do. Nothing is changed and nothing is refused here: who publishes asks.
 *
 * An error blocks a publication, a warning must be acknowledged, a note is information.
 * Names and texts of the organisation are shown; a CPR number never is.
 * Source: administration contract 4.7.5; contract of Organisation, 6.
 */
#ifndef ADMINISTRATION_RULES_H
#define ADMINISTRATION_RULES_H

#include "administration/picture.h"

enum rule_severity { RULE_ERROR, RULE_WARNING, RULE_NOTE, RULE_SEVERITY_COUNT };

enum rule_language { RULE_DANISH, RULE_ENGLISH, RULE_LANGUAGE_COUNT };

struct rules_run;
typedef void rule_check_fn(struct rules_run *r);

struct rule {
	const char *id;   /* stable: O1, O5-noegle, F10 … */
	const char *also; /* its other name: the row of Organisation's table; NULL: none */
	enum rule_severity severity;
	const char *says[RULE_LANGUAGE_COUNT]; /* the rule */
	const char *what_to_do[RULE_LANGUAGE_COUNT];
	const char *source; /* section of the contract */
	rule_check_fn *check;
};

extern const struct rule rules[];
extern const size_t rule_count;
extern const char *const rule_severity_name[RULE_SEVERITY_COUNT];    /* fejl, … */
extern const char *const rule_severity_name_en[RULE_SEVERITY_COUNT]; /* error, … */
extern const char rule_severity_letter[RULE_SEVERITY_COUNT];         /* E W I */

/* NULL: no such rule. */
const struct rule *rule_named(struct str id);

struct rules_question {
	enum rule_language language;
	/* what the organisation is without the draft or before the day; NULL: not asked */
	const struct picture *before;
	/* UUIDs that roles of the authority's users are limited to (rules_used) */
	const struct uuid *used;
	size_t used_count;
	const struct rule *only; /* NULL: all */
};

struct rules_finding {
	const struct rule *rule;
	const struct picture_object *object; /* of the picture; NULL: the whole organisation */
	const char *field;                   /* of the contract; NULL: the whole object */
	struct str what;                     /* a sentence */
};

struct rules_report {
	struct rules_finding *findings; /* worst first; then by rule, name and UUID */
	size_t count, room;
	size_t by_severity[RULE_SEVERITY_COUNT];
};

/* In the arena. The picture must outlive the report. */
void rules_check(const struct picture *p, const struct rules_question *q, struct arena *a,
		 struct rules_report *out);
/* The name of an object as it may be shown anywhere. */
struct str rules_shown(struct arena *a, struct str text);

/*
 * UUIDs among the values that the authority's jobfunktionsroller are limited to; sorted.
 * Errors: those of the store.
 */
MUST_USE bool rules_used(struct reading *r, struct str cvr, struct arena *a,
			 const struct uuid **out, size_t *count, struct err *e);

#endif
