/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The object kinds of Klassifikation 6 as tables, in schema order. Ids are in the store: a row
 * keeps its id for ever. Nothing here refuses anything; the engine does.
 * Source: contract of Organisation, 2.3.
 */
#include "klassifikation/types_6.h"

#include "xml/names.h"

static const struct oio_field klasse_field[] = {
	{1, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "BrugervendtNoegleTekst", OIO_ONE,
	 .max_chars = 50},
	{2, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "BeskrivelseTekst", OIO_ONE, .max_chars = 10000},
	{3, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "EksempelTekst", OIO_ONE, .max_chars = 4096},
	{4, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "OmfangTekst", OIO_ONE, .max_chars = 1024},
	{5, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "TitelTekst", OIO_ONE, .max_chars = 300},
	{6, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "RetskildeTekst", OIO_ONE, .max_chars = 4096},
	{7, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "AendringsnotatTekst", OIO_ONE,
	 .max_chars = 1024},
	{8, OIO_ATTRIBUT, OIO_SOEGEORD, NS_KLA_KLASSE, "Soegeord", .max = OIO_MANY},
	{9, OIO_TILSTAND, OIO_PUBLICERET, NS_KLA_KLASSE, "PubliceretStatus", .max = OIO_ONE},
	{10, OIO_RELATION, OIO_REF, NS_SAGDOK, "Ansvarlig", OIO_ONE, .target = "Aktoer"},
	{11, OIO_RELATION, OIO_REF, NS_SAGDOK, "Ejer", OIO_ONE, .target = "Aktoer"},
	{12, OIO_RELATION, OIO_REF, NS_SAGDOK, "Erstatter", OIO_MANY, .target = "Klasse"},
	{13, OIO_RELATION, OIO_REF, NS_SAGDOK, "Facet", OIO_ONE, .target = "Facet"},
	{14, OIO_RELATION, OIO_REF, NS_SAGDOK, "LovligeKombinationer", OIO_MANY,
	 .target = "Klasse"},
	{15, OIO_RELATION, OIO_REF, NS_SAGDOK, "Mapninger", OIO_MANY, .target = "Klasse"},
	{16, OIO_RELATION, OIO_REF, NS_SAGDOK, "OverordnetKlasse", OIO_ONE, .is_parent = true,
	 .target = "Klasse"},
	{17, OIO_RELATION, OIO_REF, NS_SAGDOK, "Redaktoerer", OIO_MANY, .target = "Aktoer"},
	{18, OIO_RELATION, OIO_REF, NS_SAGDOK, "Sideordnede", OIO_MANY, .target = "Klasse"},
	{19, OIO_RELATION, OIO_REF, NS_SAGDOK, "Tilfoejelser", OIO_MANY, .target = "Klasse"},
};

static const struct oio_field facet_field[] = {
	{1, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "BrugervendtNoegleTekst", OIO_ONE,
	 .max_chars = 50},
	{2, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "TitelTekst", OIO_ONE, .max_chars = 300},
	{3, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "BeskrivelseTekst", OIO_ONE, .max_chars = 10000},
	{4, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "OpbygningTekst", OIO_ONE, .max_chars = 1024},
	{5, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "OphavsretTekst", OIO_ONE, .max_chars = 4096},
	{6, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "PlanIdentifikator", OIO_ONE,
	 .pattern = OIO_1_TO_100},
	{7, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "SupplementTekst", OIO_ONE, .max_chars = 1024},
	{8, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "RetskildeTekst", OIO_ONE, .max_chars = 4096},
	{9, OIO_TILSTAND, OIO_PUBLICERET, NS_KLA_FACET, "PubliceretStatus", .max = OIO_ONE},
	{10, OIO_RELATION, OIO_REF, NS_SAGDOK, "Ansvarlig", OIO_ONE, .target = "Aktoer"},
	{11, OIO_RELATION, OIO_REF, NS_SAGDOK, "Ejer", OIO_ONE, .target = "Aktoer"},
	{12, OIO_RELATION, OIO_REF, NS_SAGDOK, "FacetTilhoerer", OIO_ONE,
	 .target = "Klassifikation"},
	{13, OIO_RELATION, OIO_REF, NS_SAGDOK, "Redaktoerer", OIO_MANY, .target = "Aktoer"},
};

static const struct oio_field klassifikation_field[] = {
	{1, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "BrugervendtNoegleTekst", OIO_ONE,
	 .max_chars = 50},
	{2, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "TitelTekst", OIO_ONE, .max_chars = 300},
	{3, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "BeskrivelseTekst", OIO_ONE, .max_chars = 10000},
	{4, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "KaldenavnTekst", OIO_ONE, .max_chars = 50},
	{5, OIO_ATTRIBUT, OIO_TEXT, NS_SAGDOK, "OphavsretTekst", OIO_ONE, .max_chars = 4096},
	{
		6,
		OIO_TILSTAND,
		OIO_PUBLICERET,
		NS_KLA_KLASSIFIKATION,
		"PubliceretStatus",
		.max = OIO_ONE,
	},
	{7, OIO_RELATION, OIO_REF, NS_SAGDOK, "Ansvarlig", OIO_ONE, .target = "Aktoer"},
	{8, OIO_RELATION, OIO_REF, NS_SAGDOK, "Ejer", OIO_ONE, .target = "Aktoer"},
};

const struct oio_type type_klasse_6 = {
	.id = 21,
	.name = "Klasse",
	.key = "klasse",
	.ns = NS_KLA_KLASSE,
	.fields = klasse_field,
	.count = ARRAY_LEN(klasse_field),
	.is_shared = true,
	.from_is_open = true,
};

const struct oio_type type_facet_6 = {
	.id = 22,
	.name = "Facet",
	.key = "facet",
	.ns = NS_KLA_FACET,
	.fields = facet_field,
	.count = ARRAY_LEN(facet_field),
	.is_shared = true,
	.from_is_open = true,
};

const struct oio_type type_klassifikation_6 = {
	.id = 23,
	.name = "Klassifikation",
	.key = "klassifikation",
	.ns = NS_KLA_KLASSIFIKATION,
	.fields = klassifikation_field,
	.count = ARRAY_LEN(klassifikation_field),
	.is_shared = true,
	.from_is_open = true,
};
