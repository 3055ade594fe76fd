/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The end of the process when an invariant of our own is broken: says where, then aborts, so
 * that a core file shows the state. It allocates nothing and takes no lock.
 */
#include "base/attr.h"

#include <stdio.h>
#include <stdlib.h>

void
bug_at(const char *file, int line, const char *what)
{
	dprintf(2, "BUG at %s:%d: %s\n", file, line, what);
	abort();
}
