/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An OIO object as JSON: the element names of its schema, one member an element, an array where
 * an element may repeat.
 *
 *	{"Adresse":{"UUIDIdentifikator":"…","Registrering":{"LivscyklusKode":"Importeret",
 *	 "AttributListe":{"Egenskab":[{"Virkning":{…},"AdresseTekst":"…"}]},…}}}
 *
 * Source: contract of administration, 4.7.3; of Organisation, 1.2–1.6 and 2.3.
 */
#ifndef ADMINISTRATION_OBJECT_JSON_H
#define ADMINISTRATION_OBJECT_JSON_H

#include <jansson.h>
#include "base/buf.h"
#include "registry/object.h"

/* Why a value is not an object. Danish; field: the member it is about, or "". */
struct object_fault {
	const char *reason;
	char field[64];
};

/* The kind that the one member of v names; NULL: none of Organisation's. */
const struct oio_type *object_json_type(const json_t *v);
/*
 * The same object as XML, in the order of its schema, for decode_object() to judge. Only the
 * shape is looked at here: unknown members, and what is not text. false: *f says why.
 */
MUST_USE bool object_json_to_xml(const struct oio_type *t, const json_t *v, struct arena *a,
				 struct buf *xml, struct object_fault *f);
/*
 * One line, LF included: always the same for the same content, which must be sorted. Texts that
 * are not UTF-8 are left out; a store holds none.
 */
void object_json_write(const struct oio_type *t, struct uuid uuid, const struct registrering *r,
		       struct buf *out);

#endif
