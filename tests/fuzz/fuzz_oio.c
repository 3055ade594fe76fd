/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as XML of importer. */
#include <stdint.h>

#include "tests/unit/source_any.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	source_any(SOURCE_OIO, "x.xml", str_of(data, size), NULL);
	return 0;
}
