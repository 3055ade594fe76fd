/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The browser listener. No page is served yet: every path is unknown. */
#include "gateway/app.h"

void
web_call(struct app *app, const struct platform *p, struct http_call *c)
{
	(void)app, (void)p;
	http_plain(c, 404, "Nothing is served at this path.");
}
