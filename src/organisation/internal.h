/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The handlers behind those rows of service.c that are about several kinds: soap_op.run. */
#ifndef ORGANISATION_INTERNAL_H
#define ORGANISATION_INTERNAL_H

#include "soap/dispatch.h"

bool run_fremsoegobjekthierarki(struct soap_call *s, struct err *e);
bool run_import(struct soap_call *s, struct err *e);
bool run_anonymiser(struct soap_call *s, struct err *e);
bool run_fysiskslet(struct soap_call *s, struct err *e);

#endif
