/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The services of Klassifikation 6, for the dispatcher. The state of a call is the registry
 * (registry_open).
 * Source: contract of Organisation, 2.1 and 2.6.
 */
#ifndef KLASSIFIKATION_SERVICE_6_H
#define KLASSIFIKATION_SERVICE_6_H

#include "registry/access.h"
#include "soap/dispatch.h"

extern const struct soap_service *const *const klassifikation_6_services;
extern const size_t klassifikation_6_service_count;
/* Which role gives what. */
extern const struct access_rules klassifikation_6_rules;

#endif
