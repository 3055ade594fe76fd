/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What others hear of a change: the events of the outbox as RegistreringBesked.
 * Source: contract of Organisation, 2.7.
 */
#ifndef REGISTRY_EVENT_H
#define REGISTRY_EVENT_H

#include "registry/internal.h"

/* RegistreringBesked of a registration, with what everybody who may read the kind may see. */
struct str event_write(const struct oio_type *t, struct uuid uuid,
		       const struct registrering *r, struct arena *a);

#endif
