/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flags for the moment that a subcommand looks at. */
#ifndef GATEWAY_CLI_ORG_MOMENT_H
#define GATEWAY_CLI_ORG_MOMENT_H

#include <getopt.h>

#include "administration/figures.h"
#include "gateway/cli_org.h"

struct org_moment {
	struct picture_question question;
	enum rule_language language;
};

/* for getopt_long; what each is for: docs/sluse.8 */
#define ORG_MOMENT_FLAGS                                                                       \
	{"pr", required_argument, NULL, 'p'}, {"registreret", required_argument, NULL, 'R'},   \
		{"kladde", required_argument, NULL, 'k'},                                      \
	{                                                                                      \
		"engelsk", no_argument, NULL, 'e'                                              \
	}
/* how they stand in a usage */
#define ORG_MOMENT_USAGE "[--pr DATO] [--registreret TIDSPUNKT] [--kladde KLADDE] [--engelsk]"

/* Now, as is known now, without a draft; English where the locale is. */
void org_moment_init(const struct org *o, struct org_moment *m);
/* One of those flags, with optarg; any other is a mistake. EXIT_OK, or told. */
int org_moment_flag(const struct org *o, struct org_moment *m, int flag);
#define ORG_NOT_OWN (-1)
/* A flag of the subcommand itself: EXIT_OK, or told; ORG_NOT_OWN: see org_moment_flag. */
typedef int org_flag_fn(void *arg, int flag);
/* All flags of a subcommand that takes nothing else. */
int org_flags(const struct org *o, struct org_moment *m, const struct option *longs,
	      org_flag_fn *own, void *arg);

/*
 * A field of CSV on standard output, and what comes behind it. A text that a spreadsheet would
 * take for a formula gets an apostrophe in front: it may be a text of others.
 * Source: RFC 4180.
 */
void org_csv_field(struct str text, const char *after);

/* cli_org_figures.c: dag, maaned, aar */
bool org_step(const char *name, enum figures_step *out);
/* … the figures of that moment, with findings */
MUST_USE bool org_figures(const struct org *o, const struct org_moment *m,
			  enum figures_step step, struct arena *a, struct figures *out,
			  struct err *e);

#endif
