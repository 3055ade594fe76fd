/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one decision: may this caller do this to that object, and why. Deny by default.
 *
 * The authority acted for is the caller's CVR, and what is made belongs to it. A privilege
 * group gives rights over the data of the authority in its scope, which is the caller's own or,
 * by an agreement with another data owner, that owner's; it counts only when every
 * dataafgrænsning in it is one that the service knows. Rights over one owner's data never add
 * to those over another's. The operator's objects of a shared kind are for everybody to read
 * who may read his own, and for those to write who hold a group with the operator's scope.
 * Another authority's object, without a group of its scope, is not seen at all.
 * Source: contract of Organisation, 1.7 and 3.9; token-service contract, 2.5; O4 and O12 of the
 * resolutions.
 */
#ifndef REGISTRY_ACCESS_H
#define REGISTRY_ACCESS_H

#include "base/arena.h"
#include "base/caller.h"
#include "base/err.h"

enum access_right {
	ACCESS_READ = 1,
	ACCESS_WRITE = 2,
	ACCESS_SEE_CPR = 4,
	ACCESS_SEE_NAME = 8,
	ACCESS_ANONYMISE = 16,
	ACCESS_PURGE = 32,
};

/* A role by the end of its URI: http(s)://<domain>/roles/servicesystemrole/<name> */
struct access_role {
	struct str name; /* udstil/1 */
	unsigned rights;
};

/* A dataafgrænsning with the value Ja: http(s)://<domain>/constraints/<name>, any case */
struct access_limit {
	struct str name; /* senavn/1 */
	unsigned right;
};

/* Of one service. */
struct access_rules {
	const struct access_role *roles;
	size_t role_count;
	const struct access_limit *limits;
	size_t limit_count;
};

struct access_object {
	struct str owner; /* CVR */
	bool is_shared;   /* of a kind that the operator shares */
	/* shared, and stands for the caller's authority; a change is held to delegate.h */
	bool is_delegated;
};

struct access_question {
	const struct access_rules *rules;
	struct str operator_cvr; /* absent: nothing is shared */
	const struct caller *who;
	unsigned need;                      /* rights, all of them */
	const struct access_object *object; /* NULL: no object is at stake yet */
	/* without an object: the caller's own data, or failing that any owner's? */
	bool is_any_owner;
};

enum access_verdict { ACCESS_NO = 0, ACCESS_YES };

enum access_reason {
	ACCESS_UNASKED = 0,
	ACCESS_GRANTED,
	ACCESS_NO_CVR,        /* the token names no authority */
	ACCESS_NO_PRIVILEGES, /* the token carries none */
	ACCESS_OTHER_SCOPE,   /* all of them are for other authorities' data */
	ACCESS_UNKNOWN_LIMIT, /* … or under a dataafgrænsning that the service does not know */
	ACCESS_NO_ROLE,       /* none of the roles gives read, or write */
	ACCESS_NO_LIMIT,      /* the dataafgrænsning that gives the rest is not there */
	ACCESS_NOT_OWNER,     /* may be read, but is another's to write */
	ACCESS_HIDDEN,        /* another authority's */
	ACCESS_REASON_COUNT
};

struct access_answer {
	enum access_verdict verdict;
	enum access_reason reason;
	enum err_code code;    /* ERR_NONE, RETUR_DENIED or RETUR_NOT_FOUND */
	struct str scope;      /* over whose data: the owner's whose groups were counted */
	unsigned rights;       /* all that the caller holds over them */
	size_t group;          /* of the privilege that decided; privilege_count: none */
	struct str role;       /* of it, as in the token; absent: none */
	bool is_by_delegation; /* granted only because object->is_delegated */
};

void access_decide(const struct access_question *q, struct access_answer *out);

/* One Danish sentence for the caller: which role is missing for which authority, and why. */
struct str access_explain(const struct access_question *q, const struct access_answer *answer,
			  struct arena *a);

extern const char *const access_reason_name[ACCESS_REASON_COUNT];

#endif
