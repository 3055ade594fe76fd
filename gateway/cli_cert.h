/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sluse cert and its parts. */
#ifndef GATEWAY_CLI_CERT_H
#define GATEWAY_CLI_CERT_H

#include <jansson.h>
#include <limits.h>
#include <sys/stat.h>
#include "crypto/certs.h"
#include "gateway/cli.h"
#include "gateway/conf_edit.h"
#include "gateway/identity.h"

/* What a certificate says, as a new JSON object. */
json_t *cert_describe(const struct cert *cert);

/* cli_certlist.c */
int cert_list(const struct cli *c, bool expiring, instant within);
/* cli_certroll.c */
struct roll_flags {
	const char *new_key, *csr, *key, *cert, *password;
	instant from; /* INSTANT_MAX: as is proposed */
	bool finish, write;
};
int cert_roll(const struct cli *c, const char *identity, const struct roll_flags *f);

/* cli_certwrite.c: the configuration file, with changes in one section that are to be made. */
#define CONF_CHANGES 8
struct conf_file {
	char path[PATH_MAX]; /* past symbolic links */
	struct stat st;
	struct str text;
	const char *section;
	enum identity_name name; /* whose section that is */
	struct conf_change changes[CONF_CHANGES];
	size_t count;
};
/* Errors: FILE_UNREADABLE. To be released in any case. */
MUST_USE bool conf_file_read(const char *path, struct conf_file *f, struct err *e);
void conf_file_release(struct conf_file *f);
/*
 * Puts the changed file in place of the old one: whole, with its mode and owner, on disk; the
 * server reads it at its next reload. Nothing to change is no error.
 * Errors: CONFIG_INVALID (see conf_edit.h; the result could not be loaded, or something else
 * would change; the file is another one by now), FILE_UNWRITABLE, those of the keys.
 */
MUST_USE bool conf_file_write(struct conf_file *f, struct err *e);

/* cli_certblock.c. name: a file, or a thumbprint. */
int cert_block(const struct cli *c, const char *name, bool blocked);

#endif
