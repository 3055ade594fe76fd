/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine's operations as handlers of the dispatcher's rows. soap_service.row is a struct
 * registry_service, soap_op.row the object kind (NULL: several), the state of a call the
 * registry.
 */
#ifndef REGISTRY_SERVE_H
#define REGISTRY_SERVE_H

#include "registry/registry.h"
#include "soap/dispatch.h"

struct registry_service {
	const char *key; /* in records of operations on several kinds */
	const struct access_rules *rules;
};

/* For handlers of their own: the engine's call, and what it told back. */
struct registry_call serve_call(const struct soap_call *s);
bool serve_done(struct soap_call *s, const struct registry_call *c, bool ok);

bool serve_opret(struct soap_call *s, struct err *e);
bool serve_importer(struct soap_call *s, struct err *e);
bool serve_ret(struct soap_call *s, struct err *e);
bool serve_passiver(struct soap_call *s, struct err *e);
bool serve_slet(struct soap_call *s, struct err *e);
bool serve_laes(struct soap_call *s, struct err *e);
bool serve_list(struct soap_call *s, struct err *e);
bool serve_soeg(struct soap_call *s, struct err *e);

#endif
