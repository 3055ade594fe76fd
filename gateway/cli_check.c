/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sluse check: everything that serve would load, loaded; and what the settings mean. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "gateway/app.h"
#include "gateway/cli.h"

static void
print_buf(struct buf *b)
{
	cli_print(stdout, b);
	buf_release(b);
}

static const char *const names[IDENTITY_COUNT] = {
	[IDENTITY_STS] = "token service",
	[IDENTITY_SERVICE] = "services",
	[IDENTITY_HUB] = "bridge",
};

/* Our own certificates: one line each; returns how bad it is. */
static int
judge(const struct cli *c, const char *use, const struct signer *s)
{
	const struct cert *cert;
	instant left;
	char until[TIME_TEXT_MAX];
	struct str text;

	if (s == NULL)
		return EXIT_OK;
	cert = signer_cert(s);
	left = cert_not_after(cert) - clock_now();
	text = time_format_utc(cert_not_after(cert), until);
	if (!c->quiet)
		printf("%-16s " STR_FMT ", until " STR_FMT "%s\n", use,
		       STR_ARG(cert_cn(cert)), STR_ARG(text),
		       left < 0          ? ": EXPIRED"
		       : left < DAYS(30) ? ": ends soon"
					 : "");
	return left < 0 ? EXIT_CRITICAL : left < DAYS(30) ? EXIT_WARNING : EXIT_OK;
}

static int
check_all(const struct cli *c)
{
	struct config *config = NULL;
	struct platform *p = NULL;
	struct err e = ERR_INIT;
	int worst = EXIT_OK;

	if (!cli_config_and_clock(c, &config, &e))
		return cli_failed(c, &e);
	if (!platform_load(config, &p, &e))
		return cli_failed(c, &e);
	for (int i = 0; i < IDENTITY_COUNT; i++) {
		const struct signer *s = identity_signer(&p->id[i], clock_now());
		int bad = judge(c, names[i], s);

		worst = bad > worst ? bad : worst;
	}
	if (!c->quiet)
		printf("configuration: ok\n");
	platform_release(p);
	return worst;
}

int
cmd_check(struct cli *c)
{
	struct buf out = BUF_INIT(1024 * 1024);
	struct config *config = NULL;
	struct err e = ERR_INIT;

	if (c->argc == 1)
		return check_all(c);
	if (strcmp(c->argv[1], "--explain") == 0 && c->argc <= 3) {
		config_explain(c->argc == 3 ? c->argv[2] : NULL, &out);
		print_buf(&out);
		return EXIT_OK;
	}
	if (strcmp(c->argv[1], "--show") != 0 || c->argc != 2)
		return cli_usage(c, "unknown argument '%s'", c->argv[1]);
	if (!cli_config(c, &config, &e))
		return cli_failed(c, &e);
	config_show(config, &out);
	print_buf(&out);
	config_free(config);
	return EXIT_OK;
}
