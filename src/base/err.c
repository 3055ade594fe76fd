/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of failures, and the record of one. Formats nothing for a client: see err.def. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

static const struct err_row rows[ERR_COUNT] = {
#define ERR_ROW(name, http, voice, code, text)                                                 \
	[name] = {#name, (http), (voice), (code), (text)},
#include "base/err.def"
#undef ERR_ROW
};

const struct err_row *
err_row(enum err_code code)
{
	BUG_ON(code <= ERR_NONE || code >= ERR_COUNT);
	return &rows[code];
}

void
err_clear(struct err *e)
{
	e->code = ERR_NONE;
	e->where = NULL;
	e->detail[0] = '\0';
}

bool
err_fail(struct err *e, enum err_code code, const char *where, const char *fmt, ...)
{
	va_list ap;

	BUG_ON(code <= ERR_NONE || code >= ERR_COUNT);
	if (e->code != ERR_NONE)
		return false;
	e->code = code;
	e->where = where;
	va_start(ap, fmt);
	if (vsnprintf(e->detail, sizeof(e->detail), fmt, ap) < 0)
		e->detail[0] = '\0';
	va_end(ap);
	return false;
}
