/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints the settings that the example configuration comes to; fails if it does not read. */
#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"
#include "gateway/options.h"

int
main(void)
{
	struct buf text = BUF_INIT(65536);
	struct config *c = NULL;
	struct err e = ERR_INIT;
	bool ok = config_load("packaging/sluse.conf.example", &c, &text, &e);

	if (ok)
		config_show(c, &text);
	fwrite(text.ptr, 1, text.len, stdout);
	config_free(c);
	buf_release(&text);
	return ok ? 0 : 1;
}
