/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The services of Organisation 6, for the dispatcher. The state of a call is the registry
 * (registry_open).
 * Source: contract of Organisation, 2.1 and 4.
 */
#ifndef ORGANISATION_SERVICE_H
#define ORGANISATION_SERVICE_H

#include "registry/access.h"
#include "soap/dispatch.h"

extern const struct soap_service *const *const organisation_services;
extern const size_t organisation_service_count;
/* Which role gives what. */
extern const struct access_rules organisation_rules;

#endif
