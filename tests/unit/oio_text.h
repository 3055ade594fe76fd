/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * OrganisationEnhed contents as one line, for tests:
 *
 *	E:Navn[2,inf) G:Aktiv[2,9) Overordnet:A[2,inf) Adresser:P/r/t#1[2,inf)
 *
 * Times are days, -inf and inf the open ends, dag that of a publication. A letter stands for
 * the UUID made of it; Q=x: a URN "x"; Q=@A: a URN that holds the UUID of A. E carries
 * BrugervendtNoegleTekst "k" and EnhedNavn. Extension: +A:text, +T:text, +R:text.
 */
#ifndef TESTS_OIO_TEXT_H
#define TESTS_OIO_TEXT_H

#include "registry/object.h"

void oio_from_text(const char *text, struct arena *a, struct oio_content *out);
struct str oio_to_text(const struct oio_content *c, struct arena *a);
struct uuid oio_letter(char letter);

#endif
