/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one relation of a shared object that the authority it stands for may write: a
 * municipality sets the top unit of its own Organisation.
 * Source: contract of Organisation, 3.9.
 */
#ifndef REGISTRY_DELEGATE_H
#define REGISTRY_DELEGATE_H

#include "registry/internal.h"

/* *yes: the shared object stands for the caller's authority. */
MUST_USE bool delegate_stands_for(const struct work *w, struct reading *r,
				  const struct object_row *row, bool *yes, struct err *e);
/*
 * Holds a merge to that relation: sent and merged lose the rest, provided that the rest says
 * only what is stored. Errors: RETUR_DENIED.
 */
MUST_USE bool delegate_limit(struct work *w, const struct oio_content *stored,
			     struct oio_content *sent, struct oio_content *merged,
			     struct err *e);

#endif
