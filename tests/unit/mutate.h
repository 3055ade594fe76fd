/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages changed in one place: the refusing twin of an accepting test. */
#ifndef TESTS_MUTATE_H
#define TESTS_MUTATE_H

#include "base/arena.h"
#include "base/str.h"

/* The text with the first `find` replaced. A text that is not there fails the test. */
struct str mutate(struct arena *a, struct str text, const char *find, const char *with);
/* The bytes between two marks, the first `from` and the next `to` after it, both left out. */
struct str between(struct str text, const char *from, const char *to);

#endif
