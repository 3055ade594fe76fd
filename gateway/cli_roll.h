/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of sluse cert roll share: the plan in the making. */
#ifndef GATEWAY_CLI_ROLL_H
#define GATEWAY_CLI_ROLL_H

#include "gateway/app.h"
#include "gateway/cli_cert.h"

#define ROLL_TOKEN_LIFE HOURS(8) /* the longest that sts.lifetime can be */
#define ROLL_RELOAD "reload the service (systemctl reload sluse, or SIGHUP to it)"

struct roll_name {
	const char *name, *what; /* of the section, and for people */
};
extern const struct roll_name roll_names[IDENTITY_COUNT];

struct plan {
	const struct cli *c;
	const struct roll_flags *f;
	enum identity_name name;
	struct platform *p;
	const struct identity *id;
	const struct trust_snapshot *known;
	struct signer *next;
	instant now, from;
	json_t *out; /* the whole plan */
	json_t *steps, *peers, *warnings, *calendar;
};

void roll_say(json_t *list, const char *fmt, ...) PRINTF_LIKE(2, 3);
struct str roll_moment(instant t); /* one of four that are kept */

/* cli_rollwrite.c: the plan's settings into the file. Errors: conf_file_write(). */
MUST_USE bool roll_write(struct plan *x, struct err *e);
/* The successor in place of the old one; written if that was asked for. */
MUST_USE bool roll_finish(struct plan *x, struct err *e);

#endif
