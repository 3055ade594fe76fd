/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Services that speak JSON are rows, as those that speak SOAP are (soap/dispatch.h). A call
 * reaches a row by path; who calls is proven before a handler sees it, and that he holds the
 * operation's right over somebody's data at all. Over each object the handler asks access.h.
 * Source: token-service contract 6.5.
 */
#ifndef REGISTRY_REST_H
#define REGISTRY_REST_H

#include "base/buf.h"
#include "registry/access.h"
#include "soap/dispatch.h"

struct rest_service;
struct rest_op;

/* A call at work. */
struct rest_task {
	const struct rest_service *service;
	const struct rest_op *op;
	const struct caller *caller;
	struct str body; /* as sent; absent: a reading method */
	struct arena *a;
	instant now;
	struct buf *out; /* the answer's JSON */
	void *state;     /* as soap_call.state */
	/* set by a handler that committed the audit record itself */
	bool is_recorded;
	/* set by the handler: ERR_NONE, or the row that is told inside the answer */
	enum err_code verdict;
	/* set by the handler that fails, for the client: what is wrong; absent: the row's text
	 */
	struct str reason;
};

struct rest_op {
	const char *name; /* KlassifikationListeHent */
	const char *path; /* behind the service's; "": none */
	bool is_get;      /* else POST, with a JSON body */
	unsigned need;    /* access_right without which nobody gets here */
	/* false: a failure, told by its row; what was written to out is discarded */
	bool (*run)(struct rest_task *t, struct err *e);
};

struct rest_service {
	const char *name;                       /* KlassifikationListeHentREST */
	const char *path;                       /* /service/klassifikationlistehentrest */
	const char *const *aliases;             /* NULL-terminated, or NULL */
	const char *entity_ids[ENTITY_IDS_MAX]; /* audiences, as of soap_service */
	const struct access_rules *rules;
	const struct rest_op *ops;
	size_t op_count;
	/* x-TransaktionsId and x-TransaktionsTid have to be sent */
	bool needs_transaction;
	/* the body of a failure, status being its HTTP status; NULL: {"code","message"} */
	void (*tell)(int status, const char *code, struct str text, struct buf *out);
};

/*
 * The service whose path is the beginning of this one; *rest is what follows it. Case is
 * ignored, one trailing slash too. NULL if none.
 */
const struct rest_service *rest_service_find(const struct rest_service *const *services,
					     size_t count, struct str path, struct str *rest);
/* By what follows the service's path. NULL if there is none. */
const struct rest_op *rest_op_find(const struct rest_service *s, struct str rest);

#endif
