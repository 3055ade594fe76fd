/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How far something long has come, on standard error: a bar with rate and time left on a
 * terminal, a line every few seconds elsewhere. Danish.
 */
#ifndef GATEWAY_PROGRESS_H
#define GATEWAY_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool is_quiet, is_terminal, is_shown;
	uint64_t began_us, shown_us;
	uint64_t first; /* of the bytes: where it was gone on */
	bool has_first;
};

void progress_begin(struct progress *p, bool is_quiet);
/* done of total bytes, and how many records they were. */
void progress_show(struct progress *p, uint64_t done, uint64_t total, uint64_t records);
void progress_end(struct progress *p);

#endif
