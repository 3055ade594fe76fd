/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text as it is compared in searches: without regard to case. */
#ifndef REGISTRY_FOLD_H
#define REGISTRY_FOLD_H

#include "base/arena.h"
#include "base/str.h"

/*
 * Lower case of ASCII, Latin-1, Latin Extended-A, Greek and Cyrillic letters; all else as it
 * is. s is valid UTF-8; what is not passes through unchanged.
 */
struct str fold_text(struct str s, struct arena *a);

#endif
