/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Services and operations are rows. A call reaches a row by path (service) and by the qualified
 * name of the Body's child (operation), never by a header.
 */
#ifndef SOAP_DISPATCH_H
#define SOAP_DISPATCH_H

#include "base/arena.h"
#include "base/caller.h"
#include "base/err.h"
#include "xml/node.h"
#include "xml/write.h"

struct soap_call {
	const struct soap_service *service;
	const struct soap_op *op;
	const struct caller *caller;
	struct xml_node *input; /* verified Body child */
	struct arena *a;
	instant now;
	/* the handler writes the operation's output element here, canonical, as an apex */
	struct xml_out *out;
	void *state; /* the service's own, given at start (soap_service.state) */
	/* set by a handler that committed audit record and replay claims itself */
	bool is_recorded;
	/* set by the handler: ERR_NONE, or the row that was told as StandardRetur */
	enum err_code verdict;
};

struct soap_op {
	const char *name;   /* laes */
	const char *input;  /* LaesInput, in the service's namespace */
	const char *output; /* LaesOutput */
	const char *action; /* soapAction, byte for byte */
	bool is_write;
	const void *row; /* for the handler */
	/*
	 * Runs one operation for a caller who has passed authentication. Authorisation is
	 * decided inside (registry/access.c). Business failures are written as StandardRetur
	 * and the function returns true; false means a SOAP fault.
	 */
	bool (*run)(struct soap_call *c, struct err *e);
};

#define ENTITY_IDS_MAX 4

struct soap_service {
	const char *name;           /* OrganisationEnhed */
	const char *path;           /* /organisation/organisationenhed/6 */
	const char *const *aliases; /* NULL-terminated, or NULL */
	const char *ns;             /* of input and output elements */
	const char *other_ns;       /* another that inputs may be in, or NULL */
	/* audiences accepted, NULL-terminated unless all places are taken */
	const char *entity_ids[ENTITY_IDS_MAX];
	const char *wsdl;           /* file below wsdl/ */
	const struct soap_op *ops;
	size_t op_count;
	const void *row; /* for the handlers */
};

/* path as received, without query: case is ignored, one trailing slash too. NULL if none. */
const struct soap_service *soap_service_find(const struct soap_service *const *services,
					     size_t count, struct str path);
const struct soap_op *soap_op_find(const struct soap_service *s,
				   const struct xml_node *body_child);
/* The operation with that soapAction, byte for byte: to tell a mismatch from nonsense. */
const struct soap_op *soap_op_by_action(const struct soap_service *s, struct str action);

#endif
