/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Changes single settings in the text of a configuration file and leaves every other byte as it
 * is: comments, order, blanks. Knows libconfig's syntax as far as that takes, and refuses what
 * it would have to guess.
 */
#ifndef GATEWAY_CONF_EDIT_H
#define GATEWAY_CONF_EDIT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct conf_change {
	const char *name;
	struct str value; /* as it is to stand in the file, quotes included; absent: it goes */
};

/* The text of a setting's value, quotes included; absent: it is not there. Errors: as below. */
MUST_USE bool conf_get(struct str text, const char *section, const char *name, struct str *out,
		       struct err *e);
/*
 * A setting that is there gets its new value in place; one that is not comes first in its
 * section, on a line of its own; one that goes takes its line with it if nothing else is on
 * that.
 * Errors: CONFIG_INVALID: the section is not in this text, or twice; a setting is twice, is no
 * text, or may come from a file that the section includes; the text cannot be followed.
 */
MUST_USE bool conf_edit(struct str text, const char *section, const struct conf_change *changes,
			size_t count, struct buf *out, struct err *e);
/* A text as a value. Errors: CONFIG_INVALID (control characters). */
MUST_USE bool conf_quote(struct str text, struct buf *out, struct err *e);

#endif
