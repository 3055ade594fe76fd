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
	ORGANISATION_NAVN = 1,
	ORGANISATION_MYNDIGHED = 7,
	ORGANISATION_OVERORDNET = 10,
	ORGANISATION_VIRKSOMHED = 21,
	ENHED_NAVN = 1,
	ENHED_ADRESSER = 3,
	ENHED_TYPE = 6,
	ENHED_OPGAVER = 7,
	ENHED_OVERORDNET = 8,
	ENHED_TILHOERER = 11,
	ENHED_FUNKTIONER = 14,
	ENHED_ITSYSTEMER = 18,
	FUNKTION_NAVN = 1,
	FUNKTION_ADRESSER = 3,
	FUNKTION_TYPE = 4,
	FUNKTION_OPGAVER = 5,
	FUNKTION_BRUGERE = 6,
	FUNKTION_ENHEDER = 7,
	FUNKTION_ORGANISATIONER = 9,
	FUNKTION_ITSYSTEMER = 11,
	BRUGER_NAVN = 1,
	BRUGER_ADRESSER = 4,
	BRUGER_TYPER = 5,
	BRUGER_TILHOERER = 7,
	BRUGER_PERSONER = 12,
	ITSYSTEM_NAVN = 1,
	ITSYSTEM_TILHOERER = 8,
	PERSON_CPR = 1,
	PERSON_NAVN = 2,
	ADRESSE_TEKST = 1,
	MYNDIGHED_CVR = 1,
	MYNDIGHED_NAVN = 2,
	MYNDIGHED_KODE = 3,
	VIRKSOMHED_CVR = 1,
	VIRKSOMHED_PNR = 3,
	VIRKSOMHED_NAVN = 4,
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
