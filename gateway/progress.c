/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Five times a second on a terminal, every five seconds elsewhere; never more. */
#include "gateway/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/time.h"

#define BAR 30
#define TERMINAL_US 200000
#define LINES_US 5000000

void
progress_begin(struct progress *p, bool is_quiet)
{
	const char *term = NULL;

	*p = (struct progress){.is_quiet = is_quiet};
	term = ttyname(STDERR_FILENO);
	p->is_terminal = term != NULL;
	p->began_us = p->shown_us = clock_monotonic_us();
}

static void
show_left(uint64_t seconds)
{
	if (seconds >= 3600)
		fprintf(stderr, "%" PRIu64 " t %" PRIu64 " min tilbage", seconds / 3600,
			seconds / 60 % 60);
	else if (seconds >= 60)
		fprintf(stderr, "%" PRIu64 " min %" PRIu64 " s tilbage", seconds / 60,
			seconds % 60);
	else
		fprintf(stderr, "%" PRIu64 " s tilbage", seconds);
}

static void
show_bar(unsigned percent)
{
	char bar[BAR + 1];

	memset(bar, '.', BAR);
	memset(bar, '#', percent * BAR / 100);
	bar[BAR] = '\0';
	fprintf(stderr, "\r[%s] ", bar);
}

void
progress_show(struct progress *p, uint64_t done, uint64_t total, uint64_t records)
{
	uint64_t now = clock_monotonic_us(), spent = now - p->began_us, moved;
	unsigned percent = total > 0 && done < total ? (unsigned)(done * 100 / total) : 100;

	if (!p->has_first) {
		p->first = done;
		p->has_first = true;
	}
	if (p->is_quiet || now - p->shown_us < (p->is_terminal ? TERMINAL_US : LINES_US))
		return;
	p->shown_us = now;
	p->is_shown = true;
	moved = done - p->first;
	if (p->is_terminal)
		show_bar(percent);
	fprintf(stderr, "%3u %%  %" PRIu64 " poster  %" PRIu64 " kB/s  ", percent, records,
		moved * 1000 / (spent + 1));
	if (moved > 0 && done <= total)
		show_left((total - done) * (spent / 1000) / moved / 1000);
	fputs(p->is_terminal ? "\033[K" : "\n", stderr);
	fflush(stderr);
}

void
progress_end(struct progress *p)
{
	if (p->is_terminal && p->is_shown)
		fputs("\r\033[K", stderr);
}
