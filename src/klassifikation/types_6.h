/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The object kinds of Klassifikation 6, as tables for the engine.
 * Source: contract of Organisation, 2.3.
 */
#ifndef KLASSIFIKATION_TYPES_6_H
#define KLASSIFIKATION_TYPES_6_H

#include "registry/type.h"

extern const struct oio_type type_klasse_6;
extern const struct oio_type type_facet_6;
extern const struct oio_type type_klassifikation_6;

#endif
