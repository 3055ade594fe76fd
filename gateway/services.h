/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connects the service rooms to the process: which services there are, and the state they
 * share. */
#ifndef GATEWAY_SERVICES_H
#define GATEWAY_SERVICES_H

#include "gateway/app.h"
#include "registry/access.h"

MUST_USE bool services_open(struct app *app, struct err *e);
void services_close(struct app *app);
/* By name, whatever its case; NULL if there is none. */
const struct soap_service *services_by_name(const char *name);
/* A service that speaks JSON, as above; NULL if there is none. */
const struct rest_service *services_rest_by_name(const char *name);
/* Who may what there, by entity id; NULL if none that runs here accepts tokens for it. */
const struct access_rules *services_rules(struct str entity_id);
/*
 * What tokens for a service may be made out to: its entity ids, and what else is registered as
 * a name of them, since the token service takes the name that the client used. In the arena.
 */
const struct str *services_audiences(const char *const entity_ids[ENTITY_IDS_MAX],
				     const struct trust_snapshot *known, struct arena *a,
				     size_t *count);

#endif
