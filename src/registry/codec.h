/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An OIO object between XML and memory: exactly the elements of the kind's table, in its order
 * and namespaces.
 * Source: contract of Organisation, 1.2–1.6, 2.3 and R2–R4.
 */
#ifndef REGISTRY_CODEC_H
#define REGISTRY_CODEC_H

#include "registry/reader.h"
#include "xml/write.h"

enum decode_lists { LISTS_REQUIRED, LISTS_OPTIONAL };

/*
 * AttributListe, TilstandListe, RelationListe from the cursor on. Strings are borrowed from the
 * document. In a template nothing has to be there.
 * Errors: RETUR_INPUT. (An interval that ends before it begins is for validate.h.)
 */
MUST_USE bool decode_lists(struct reader *r, struct cursor *c, enum decode_lists rule,
			   struct oio_content *out, struct err *e);
/* The object's element: UUID and one Registrering or more, in order of the message. */
MUST_USE bool decode_object(struct reader *r, const struct xml_node *n, struct uuid *uuid,
			    struct registrering **out, size_t *count, struct err *e);
/* EgenskabType, whatever the element's name is. */
MUST_USE bool decode_egenskab(struct reader *r, const struct xml_node *n, struct oio_item *out,
			      struct err *e);
/* VirkningType; absent (n NULL) has the defaults of the kind. */
MUST_USE bool decode_virkning(struct reader *r, const struct xml_node *n, struct virkning *out,
			      struct err *e);

/* The text of a Klasse for a UUID in Rolle or Type; absent: none. */
typedef struct str label_fn(void *state, struct uuid klasse, struct arena *a);

struct encoder {
	struct xml_out *out;
	struct arena *a;
	const struct oio_type *type;
	label_fn *label; /* NULL: labels as sent */
	void *label_state;
	instant last_at; /* the time written last, and its text */
	char last_text[TIME_TEXT_MAX];
	size_t last_len;
};

/*
 * Prefixes that answers use: those of the real services, since itk-dev's client reads units by
 * names with their prefixes. No kind of object has elements of both the last two.
 */
#define PREFIX_SD "ns2"
#define PREFIX_OBJECT "ns3"
#define PREFIX_STS "ns4"
#define PREFIX_FAELLES "ns4"
#define PREFIX_SYSTEM "ns6"

/* Registrering; its content must be sorted, with at most one of a max-1 relation. */
void encode_registrering(struct encoder *x, const struct registrering *r);
/* ObjektType and Registrering 1..n: the children of FiltreretOejebliksbillede. */
void encode_snapshot(struct encoder *x, struct uuid uuid, const struct registrering *r,
		     size_t count);
/* RegistreringBesked, by itself: what others hear of a registration. */
void encode_besked(struct encoder *x, struct uuid uuid, const struct registrering *r);

#endif
