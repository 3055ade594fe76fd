/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line: one binary, subcommands as rows. Exit codes are stable: docs/sluse.8. */
#ifndef GATEWAY_CLI_H
#define GATEWAY_CLI_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "base/time.h"
#include "gateway/options.h"
#include "store/store.h"

enum exit_code {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_NOT_FOUND = 3,
	EXIT_CONFLICT = 4,
	EXIT_NOT_PERMITTED = 5,
	EXIT_INVALID = 6,
	EXIT_UNAVAILABLE = 7,
	EXIT_TIMEOUT = 8,
	EXIT_WARNING = 10,
	EXIT_CRITICAL = 11,
};

struct cli {
	const struct cli_command *command;
	const char *config_path; /* --config; NULL: the default file if it is there */
	const char *database;    /* --db; NULL: as configured */
	bool json, quiet;
	int argc; /* arguments behind the subcommand; argv[0] is its name */
	char **argv;
};

struct cli_command {
	const char *name;
	const char *usage; /* behind the name */
	const char *text;  /* one line */
	const char *help;  /* options, one a line; may be "" */
	int (*run)(struct cli *c);
};

int cli_main(int argc, char **argv);

/* Says what is wrong on standard error, with the place of the usage; returns EXIT_USAGE. */
int cli_usage(const struct cli *c, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Says why on standard error and returns the row's exit code. */
int cli_failed(const struct cli *c, const struct err *e);
/* Writes what a buffer holds, which may be nothing. */
void cli_print(FILE *to, const struct buf *b);
/* One document, one line; takes it. */
void cli_print_json(json_t *o);
/* --config, or the default file if it is there, or NULL. */
const char *cli_config_path(const struct cli *c);
/* Reads the configuration; problems go to standard error. Free with config_free. */
MUST_USE bool cli_config(const struct cli *c, struct config **out, struct err *e);
/* The same, and this process goes by its clock_shift from now on, as the server does. */
MUST_USE bool cli_config_and_clock(const struct cli *c, struct config **out, struct err *e);
/* Opens the database named by --db or the configuration, for reading or for writing too. */
MUST_USE bool cli_store(const struct cli *c, bool read_only, struct store **out, struct err *e);
struct str cli_actor(void); /* "cli:<user>" */
/* "2026-03-03T12:00:00Z" or a date alone (start of that day in Copenhagen). */
MUST_USE bool cli_time(const char *text, instant *out);
/* "30d", "12h". */
MUST_USE bool cli_duration(const char *text, instant *out);

/*
 * Text of others for a terminal: control characters (C0, C1), what turns the direction of
 * writing, and what is no UTF-8 stand as \\x and two digits a byte.
 */
struct str cli_shown(struct arena *a, struct str text);

int cmd_serve(struct cli *c);
int cmd_check(struct cli *c);
int cmd_apply(struct cli *c);
int cmd_export(struct cli *c);
int cmd_cert(struct cli *c);
int cmd_audit(struct cli *c);
int cmd_token(struct cli *c);
int cmd_call(struct cli *c);
int cmd_idp(struct cli *c);
int cmd_version(struct cli *c);

#endif
