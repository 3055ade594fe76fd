/* SPDX-License-Identifier: GPL-3.0-or-later */
/* local only */
#include "gateway/app.h"
void
web_call(struct app *app, const struct platform *p, struct http_call *c)
{
	(void)app, (void)p;
	http_plain(c, 404, "no");
}
