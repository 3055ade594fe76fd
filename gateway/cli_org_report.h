/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a load or an import is told as: a summary, and a report of every line noted. */
#ifndef GATEWAY_CLI_ORG_REPORT_H
#define GATEWAY_CLI_ORG_REPORT_H

#include "administration/load.h"
#include "gateway/cli_org.h"

/*
 * Every note of a run, in a file that is new or replaced: .csv, .jsonl, or else text.
 * Errors: FILE_UNWRITABLE, IMPORT_UNKNOWN.
 */
MUST_USE bool report_write(const struct org *o, int64_t run, const char *path, struct err *e);
/* On standard output: counts and the first notes; with --json one document. */
void report_summary(const struct org *o, const struct load_outcome *out, int64_t publication);
/* A run as a JSON document; notes only if asked for. */
json_t *report_run_json(const struct import_run *run);

#endif
