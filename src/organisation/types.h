/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The object kinds of Organisation 6, as tables for the engine.
 * Source: contract of Organisation, 2.3.
 */
#ifndef ORGANISATION_TYPES_H
#define ORGANISATION_TYPES_H

#include "registry/type.h"

/* Rows that the program names; a test holds them to the tables. */
enum organisation_rows {
	ORGANISATION_OVERORDNET = 10,
	ORGANISATION_VIRKSOMHED = 21,
	PERSON_CPR = 1,
	VIRKSOMHED_CVR = 1,
};

extern const struct oio_type type_organisation;
extern const struct oio_type type_organisationenhed;
extern const struct oio_type type_organisationfunktion;
extern const struct oio_type type_bruger;
extern const struct oio_type type_itsystem;
extern const struct oio_type type_interessefaellesskab;
extern const struct oio_type type_person;
extern const struct oio_type type_adresse;
extern const struct oio_type type_myndighed;
extern const struct oio_type type_virksomhed;

#define ORGANISATION_TYPE_COUNT 10
extern const struct oio_type *const organisation_types[ORGANISATION_TYPE_COUNT];

#endif
