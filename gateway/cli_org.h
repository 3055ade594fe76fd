/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sluse organisation: an authority's own work on its organisation, one file a subcommand. Thin:
 * arguments in, what administration/ says out, in Danish; with --json for programs, with names
 * of members that do not change.
 */
#ifndef GATEWAY_CLI_ORG_H
#define GATEWAY_CLI_ORG_H

#include "administration/desk.h"
#include "gateway/cli.h"

struct org {
	struct cli *cli;
	struct config *config;
	struct store *store;
	struct desk desk; /* of --cvr */
	int argc;         /* without --cvr; argv[0] is the subcommand's name */
	char **argv;
};

struct org_command {
	const char *name;
	const char *usage; /* behind the name, without --cvr */
	int (*run)(struct org *o);
};

/* Says what is wrong, with the usage of the subcommand; returns EXIT_USAGE. */
int org_usage(const struct org *o, const char *fmt, ...) PRINTF_LIKE(2, 3);
int org_failed(const struct org *o, const struct err *e);
/* "17"; false: no number above 0. */
bool org_number(const char *text, int64_t *out);
/* A name of an it-system, a title, …: text of others for a terminal. */
struct str org_shown(const struct org *o, struct arena *a, struct str text);
/* "2026-03-03 12:00" in Copenhagen; the date alone at midnight; "altid" for the open ends */
struct str org_when(struct arena *a, instant t);
void org_json_uuid(json_t *object, const char *name, struct uuid u);
void org_json_time(json_t *object, const char *name, instant t);

/* One line a subcommand, for sluse help organisation. */
extern const char org_help[];
int cmd_organisation(struct cli *c);

int org_valider(struct org *o); /* cli_org_check.c */
int org_kladde(struct org *o);  /* cli_org_draft.c */
int org_ret(struct org *o);     /* cli_org_edit.c */
int org_opret(struct org *o);
int org_publicer(struct org *o); /* cli_org_publish.c */
int org_tilbagerul(struct org *o);
int org_publikationer(struct org *o); /* cli_org_published.c */
int org_noegledata(struct org *o);    /* cli_org_figures.c */
int org_diagram(struct org *o);       /* cli_org_chart.c */
int org_eksport(struct org *o);       /* cli_org_export.c */
int org_sammenlign(struct org *o);    /* cli_org_diff.c */

#endif
