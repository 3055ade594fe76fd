/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which picture of an organisation a subcommand is to take: flags that several of them have,
 * and the language of what it says.
 */
#include "gateway/cli_org_moment.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

static bool
is_english(void)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *value = getenv(names[i]);

		if (value && value[0] != '\0')
			return strncmp(value, "en", 2) == 0;
	}
	return false;
}

void
org_moment_init(const struct org *o, struct org_moment *m)
{
	*m = (struct org_moment){
		.question = {.cvr = o->desk.cvr,
			     .operator_cvr = o->desk.operator_cvr,
			     .virkning = clock_now(),
			     .registrering = INSTANT_MAX,
			     .needs_key = !o->desk.key_is_optional},
		.language = is_english() ? RULE_ENGLISH : RULE_DANISH,
	};
}

int
org_moment_flag(const struct org *o, struct org_moment *m, int flag)
{
	switch (flag) {
	case 'p':
		if (!cli_time(optarg, &m->question.virkning))
			return org_usage(o, "'%s' er ikke en dato", optarg);
		return EXIT_OK;
	case 'R':
		if (!cli_time(optarg, &m->question.registrering))
			return org_usage(o, "'%s' er ikke et tidspunkt", optarg);
		return EXIT_OK;
	case 'k':
		if (!org_number(optarg, &m->question.draft))
			return org_usage(o, "'%s' er ikke en kladdes nummer", optarg);
		return EXIT_OK;
	case 'e':
		m->language = RULE_ENGLISH;
		return EXIT_OK;
	default:
		return org_usage(o, "ukendt flag");
	}
}

int
org_flags(const struct org *o, struct org_moment *m, const struct option *longs,
	  org_flag_fn *own, void *arg)
{
	int flag, code = EXIT_OK;

	/* -o FILE: those that write none have no use for it, and say so */
	while (code == EXIT_OK &&
	       (flag = getopt_long(o->argc, o->argv, "o:", longs, NULL)) != -1) {
		code = own(arg, flag);
		if (code == ORG_NOT_OWN)
			code = org_moment_flag(o, m, flag);
	}
	if (code == EXIT_OK && optind < o->argc)
		return org_usage(o, "'%s' er for meget", o->argv[optind]);
	return code;
}

void
org_csv_field(struct str text, const char *after)
{
	bool is_formula = text.len > 0 && strchr("=+-@\t\r", text.ptr[0]);

	putchar('"');
	if (is_formula)
		putchar('\'');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"')
			putchar('"');
		putchar(text.ptr[i]);
	}
	printf("\"%s", after);
}
