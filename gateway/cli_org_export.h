/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An organisation into files, for those who export and for those who compare exports. */
#ifndef GATEWAY_CLI_ORG_EXPORT_H
#define GATEWAY_CLI_ORG_EXPORT_H

#include <stdio.h>

#include "administration/source_write.h"
#include "gateway/cli_org_moment.h"

struct org_files {
	const char *folder; /* or the file itself; NULL: standard output */
	bool is_file;
	FILE *file;
	char name[80]; /* of the one at work */
};

/* A source_put_fn; arg: a struct org_files. Errors: FILE_UNWRITABLE (there already, too). */
bool org_files_put(const char *name, struct str bytes, void *arg, struct err *e);
MUST_USE bool org_files_end(struct org_files *f, struct err *e);
MUST_USE bool org_write_files(const struct picture *p, enum source_format format,
			      struct str source, bool may_cpr, struct org_files *f,
			      struct source_written *out, struct err *e);

#endif
