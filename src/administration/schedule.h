/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When an import is due: five fields as of cron, on the clocks of Copenhagen. Pure.
 * A time that is skipped when the clocks go forward is due right after; one that comes twice
 * when they go back is due once.
 * Source: administration contract 4.7.4.
 */
#ifndef ADMINISTRATION_SCHEDULE_H
#define ADMINISTRATION_SCHEDULE_H

#include <stdbool.h>
#include "base/time.h"

struct schedule {
	uint64_t minutes;                       /* bit by number */
	uint32_t hours, days, months, weekdays; /* weekdays: 0 is Sunday */
	bool any_day, any_weekday; /* if neither: one of both is enough, as of cron */
};

/*
 * "30 5 * * 1-5": minute, hour, day, month, weekday (0 and 7 are Sunday); *, lists, ranges and
 * steps. false: it is none.
 */
bool schedule_parse(struct str text, struct schedule *out);
/* Was there a time after `last` (INSTANT_MIN: never) up to now? Never run is due at once. */
bool schedule_is_due(const struct schedule *s, instant last, instant now);
/* "2026-11-25 05:30", the next time after now; "" if there is none within four years. */
void schedule_next(const struct schedule *s, instant now, char out[17]);

#endif
