/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sluse cert block and unblock: one certificate of a known it-system, by its file or its
 * thumbprint, without a file of what is known at hand. What it does is what sluse apply would
 * do with that one mark changed: the same checks, the same record in the audit trail, in one
 * transaction.
 * Source: administration contract 3.4 (spærret), 4.9.
 */
#include "gateway/cli_cert.h"

#include <stdio.h>

#include "trust/apply.h"

/* Thumbprint (SHA-1 or SHA-256, any case, with or without colons) in upper case. */
static bool
read_thumbprint(const char *text, char out[65])
{
	size_t len = 0;

	for (; *text; text++) {
		char c = *text >= 'a' && *text <= 'f' ? (char)(*text - 'a' + 'A') : *text;

		if (c == ':')
			continue;
		if (len == 64 || !str_has_char(STR("0123456789ABCDEF"), c))
			return false;
		out[len++] = c;
	}
	out[len] = '\0';
	return len == 40 || len == 64;
}

static int
block(const struct cli *c, struct apply_mark *m)
{
	AUTO(store_closep) struct store *s = NULL;
	const struct apply_options o = {.actor = cli_actor(), .development = true};
	struct apply_report r = {0};
	struct err e = ERR_INIT;
	bool ok;

	if (!cli_store(c, false, &s, &e))
		return cli_failed(c, &e);
	ok = apply_mark(s, m, &o, &r, &e);
	cli_print(stderr, &r.problems);
	if (ok && !c->quiet)
		printf("%s\n", r.count[APPLY_CHANGED] == 0 ? "is so already" : "done");
	apply_report_release(&r);
	if (ok)
		return EXIT_OK;
	/* the store may have failed before anybody looked */
	if (m->is_found || e.code != APPLY_INVALID)
		return cli_failed(c, &e);
	fprintf(stderr, "sluse cert: no known it-system has this certificate\n");
	return EXIT_NOT_FOUND;
}

int
cert_block(const struct cli *c, const char *name, bool blocked)
{
	AUTO(cert_freep) struct cert *wanted = NULL;
	struct apply_mark m = {.is_blocked = blocked};
	char thumbprint[65];
	struct err e = ERR_INIT;

	if (!read_thumbprint(name, thumbprint) && !cert_load(name, &wanted, &e))
		return cli_failed(c, &e);
	m.cert = wanted;
	m.thumbprint = wanted ? STR_NONE : str_from(thumbprint);
	return block(c, &m);
}
