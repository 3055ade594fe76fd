/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a source, and what must hold whatever they are. */
#ifndef TESTS_SOURCE_ANY_H
#define TESTS_SOURCE_ANY_H

#include "administration/source.h"

/*
 * Reads the bytes as a file of that name. Aborts unless: reading again, and from the middle,
 * tells the same; no refusal holds a CPR number; every object told of is one that the decoder
 * and the hard rules of the services take, and comes back as it was.
 */
void source_any(enum source_format format, const char *name, struct str bytes,
		const struct source_mapping *mapping);

#endif
