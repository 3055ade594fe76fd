/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a table; the first says which. */
#include <stdint.h>

#include "tests/unit/source_any.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"enheder.csv", "brugere.csv", "tilknytninger.csv",
					    "funktioner.csv"};

	if (size > 0)
		source_any(SOURCE_CSV, names[data[0] % 4], str_of(data + 1, size - 1), NULL);
	return 0;
}
