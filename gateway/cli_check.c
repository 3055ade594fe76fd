/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sluse check: everything that serve would load, loaded; and what the settings mean. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "gateway/app.h"
#include "gateway/cli.h"

static const char *const names[IDENTITY_COUNT] = {
	[IDENTITY_STS] = "token service",
	[IDENTITY_SERVICE] = "services",
	[IDENTITY_HUB] = "bridge",
};

static json_t *
json_str(struct str s)
{
	return json_stringn(s.ptr, s.len);
}

/* Our own certificates: one line each; returns how bad it is. */
static int
judge(const struct cli *c, const char *use, const struct signer *s, json_t *list)
{
	const struct cert *cert;
	char until[TIME_TEXT_MAX];
	instant left;
	int bad;

	if (s == NULL)
		return EXIT_OK;
	cert = signer_cert(s);
	left = cert_not_after(cert) - clock_now();
	bad = left < 0 ? EXIT_CRITICAL : left < DAYS(30) ? EXIT_WARNING : EXIT_OK;
	json_array_append_new(
		list, json_pack("{s:s,s:o,s:o,s:s}", "use", use, "name",
				json_str(cert_cn(cert)), "notAfter",
				json_str(time_format_utc(cert_not_after(cert), until)), "state",
				bad == EXIT_CRITICAL  ? "expired"
				: bad == EXIT_WARNING ? "ends soon"
						      : "ok"));
	if (!c->quiet && !c->json)
		printf("%-16s " STR_FMT ", until " STR_FMT "%s\n", use, STR_ARG(cert_cn(cert)),
		       STR_ARG(time_format_local(cert_not_after(cert), until)),
		       bad == EXIT_CRITICAL  ? ": EXPIRED"
		       : bad == EXIT_WARNING ? ": ends soon"
					     : "");
	return bad;
}

/* Allowed, but every certificate would be refused. */
static bool
knows_no_status(const struct config *config)
{
	return config_flag(config, OPT_CRL_REQUIRED) && !config_is_set(config, OPT_CRLS) &&
	       str_eq_c(config_str(config, OPT_FETCH), "none");
}

static int
check_all(const struct cli *c)
{
	struct config *config = NULL;
	struct platform *p = NULL;
	struct err e = ERR_INIT;
	int worst = EXIT_OK;
	json_t *list;

	if (!cli_config_and_clock(c, &config, &e))
		return cli_failed(c, &e);
	if (!platform_load(config, &p, &e))
		return cli_failed(c, &e);
	list = json_array();
	for (int i = 0; i < IDENTITY_COUNT; i++) {
		const struct signer *s = identity_signer(&p->id[i], clock_now());
		int bad = judge(c, names[i], s, list);

		worst = bad > worst ? bad : worst;
	}
	if (knows_no_status(p->config)) {
		fprintf(stderr, "trust.fetch is none and trust.crls is not set: certificates "
				"will be refused\n");
		worst = worst > EXIT_WARNING ? worst : EXIT_WARNING;
	}
	if (c->json)
		cli_print_json(
			json_pack("{s:s,s:O}", "configuration", "ok", "certificates", list));
	else if (!c->quiet)
		printf("configuration: ok\n");
	json_decref(list);
	platform_release(p);
	return worst;
}

/* A setting as what it is; durations as they are written in the file. */
static json_t *
value_of(const struct config *config, enum setting o)
{
	switch (option_rows[o].type) {
	case OPTION_NUMBER:
		return json_integer(config_number(config, o));
	case OPTION_FLAG:
		return json_boolean(config_flag(config, o));
	default:
		return json_string(config_text(config, o));
	}
}

static int
show(const struct cli *c)
{
	AUTO(buf_release) struct buf out = BUF_INIT(1024 * 1024);
	struct config *config = NULL;
	struct err e = ERR_INIT;
	json_t *o;

	if (!cli_config(c, &config, &e))
		return cli_failed(c, &e);
	if (c->json) {
		o = json_object();
		for (int i = 0; i < OPT_COUNT; i++)
			if (config_is_set(config, (enum setting)i))
				json_object_set_new(o, option_rows[i].name,
						    value_of(config, (enum setting)i));
		cli_print_json(o);
	} else {
		config_show(config, &out);
		cli_print(stdout, &out);
	}
	config_free(config);
	return EXIT_OK;
}

static json_t *
row_json(const struct option_row *row)
{
	json_t *o = json_pack("{s:s,s:s,s:b}", "name", row->name, "text", row->text,
			      "reloadable", row->is_reloadable);

	if (row->fallback != NULL)
		json_object_set_new(o, "default", json_string(row->fallback));
	if (row->choices != NULL)
		json_object_set_new(o, "choices", json_string(row->choices));
	if (row->max != 0) {
		json_object_set_new(o, "min", json_integer(row->min));
		json_object_set_new(o, "max", json_integer(row->max));
	}
	return o;
}

static int
explain(const struct cli *c, const char *name)
{
	AUTO(buf_release) struct buf out = BUF_INIT(1024 * 1024);
	bool is_known = config_explain(name, &out);
	json_t *list;

	if (!is_known || !c->json) {
		cli_print(is_known ? stdout : stderr, &out);
		return is_known ? EXIT_OK : EXIT_NOT_FOUND;
	}
	list = json_array();
	for (int i = 0; i < OPT_COUNT; i++)
		if (name == NULL || strcmp(name, option_rows[i].name) == 0)
			json_array_append_new(list, row_json(&option_rows[i]));
	cli_print_json(list);
	return EXIT_OK;
}

int
cmd_check(struct cli *c)
{
	if (c->argc == 1)
		return check_all(c);
	if (strcmp(c->argv[1], "--explain") == 0 && c->argc <= 3)
		return explain(c, c->argc == 3 ? c->argv[2] : NULL);
	if (strcmp(c->argv[1], "--show") != 0 || c->argc != 2)
		return cli_usage(c, "unknown argument '%s'", c->argv[1]);
	return show(c);
}
