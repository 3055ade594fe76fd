/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by options.c (table) and options_read.c (file). */
#ifndef GATEWAY_OPTIONS_INTERNAL_H
#define GATEWAY_OPTIONS_INTERNAL_H

#include "gateway/options.h"

struct value {
	char *text; /* NULL: absent */
	int64_t number;
};

struct config {
	struct value value[OPT_COUNT];
};

int option_find(const char *name); /* index, or -1 */
const char *option_nearest(const char *name);

#endif
