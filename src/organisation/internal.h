/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The handlers behind the rows of service.c: soap_op.run. The row's type is the object kind. */
#ifndef ORGANISATION_INTERNAL_H
#define ORGANISATION_INTERNAL_H

#include "soap/dispatch.h"

bool run_opret(struct soap_call *s, struct err *e);
bool run_importer(struct soap_call *s, struct err *e);
bool run_ret(struct soap_call *s, struct err *e);
bool run_passiver(struct soap_call *s, struct err *e);
bool run_slet(struct soap_call *s, struct err *e);
bool run_laes(struct soap_call *s, struct err *e);
bool run_list(struct soap_call *s, struct err *e);
bool run_soeg(struct soap_call *s, struct err *e);
bool run_fremsoegobjekthierarki(struct soap_call *s, struct err *e);
bool run_import(struct soap_call *s, struct err *e);
bool run_anonymiser(struct soap_call *s, struct err *e);

#endif
