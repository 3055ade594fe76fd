/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UUIDs as values. Random ones come from crypto/random.h. */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include <stdbool.h>
#include <stdint.h>
#include "base/str.h"

struct uuid {
	uint8_t b[16];
};

#define UUID_TEXT_LEN 36

/* 8-4-4-4-12, any case, nothing around it */
MUST_USE bool uuid_parse(struct str text, struct uuid *out);
struct str uuid_format(struct uuid u, char out[UUID_TEXT_LEN + 1]); /* lower case */
bool uuid_eq(struct uuid a, struct uuid b);
bool uuid_is_nil(struct uuid u);
int uuid_cmp(struct uuid a, struct uuid b);

#endif
