/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the runs of imports say, read when they are asked for: the imports are other processes.
 * Names that are no plain words make no label.
 */
#include "gateway/metrics.h"

#include <inttypes.h>

#include "administration/load.h"

#define SOURCES_MAX 1000

struct telling {
	struct buf *out;
	const char *name;
	bool of_failure;
};

static bool
is_plain(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < ' ' || s.ptr[i] == '"' || s.ptr[i] == '\\')
			return false;
	return s.len > 0 && s.len <= 100;
}

static bool
tell(const struct import_run *run, void *arg, struct err *e)
{
	const struct telling *t = arg;

	(void)e;
	if (!is_plain(run->source))
		return true;
	buf_printf(t->out, "%s{cvr=\"" STR_FMT "\",source=\"" STR_FMT "\"} %" PRId64 "\n",
		   t->name, STR_ARG(run->cvr), STR_ARG(run->source),
		   t->of_failure
			   ? (int64_t)(run->state == LOAD_FAILED || run->state == LOAD_STOPPED)
			   : (int64_t)(run->ended / SECONDS(1)));
	return true;
}

void
metrics_imports(struct store *s, struct buf *out)
{
	const unsigned good = 1U << LOAD_PUBLISHED | 1U << LOAD_UNCHANGED;
	const unsigned trial = 1U << LOAD_TRIED;
	struct import_filter f = {.states = good, .newest = true, .limit = SOURCES_MAX};
	struct telling t = {out, "sluse_import_last_success_timestamp_seconds", false};
	AUTO(store_read_endp) struct reading *r = NULL;
	struct err e = ERR_INIT;

	if (!store_read(s, &r, &e))
		return;
	buf_printf(out, "# TYPE %s gauge\n", t.name);
	if (!imports_each(r, &f, tell, &t, &e))
		return;
	t.name = "sluse_import_failed";
	t.of_failure = true;
	f.states = ((1U << LOAD_STATE_COUNT) - 1) & ~trial;
	buf_printf(out, "# TYPE %s gauge\n", t.name);
	if (!imports_each(r, &f, tell, &t, &e))
		return;
}
