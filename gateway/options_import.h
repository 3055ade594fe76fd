/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sources of periodic imports: one file each, NAME.conf in the folder import.kilder. NAME is
 * what the source is called.
 */
#ifndef GATEWAY_OPTIONS_IMPORT_H
#define GATEWAY_OPTIONS_IMPORT_H

#include "administration/load.h"
#include "administration/schedule.h"
#include "gateway/options.h"

struct import_source {
	struct str name, cvr;
	struct uuid organisation;
	const char *path; /* a file or a folder; or NULL: url */
	const char *url;  /* of a manifest.json, or of a file */
	const char *ca, *client_cert, *client_key;
	const char *mapping; /* NULL: none */
	enum source_format format;
	enum load_extent extent;
	struct str plan_text; /* absent: only by hand */
	struct schedule plan;
	bool is_paused;
	bool publishes, accepts_warnings, may_cpr;
	bool is_unchecked; /* a file without its digest beside it is taken too */
	owner_set owns;
	unsigned most_removed_percent;
	int64_t least_removed;
};

struct import_sources {
	struct import_source *at;
	size_t count;
};

/*
 * All of them, by name; none if the folder is not configured. Two sources of an authority may
 * not own the same group. Errors: CONFIG_INVALID; problems gets one line a problem.
 */
MUST_USE bool import_sources_read(const struct config *c, struct arena *a,
				  struct import_sources *out, struct buf *problems,
				  struct err *e);
/* NULL: there is none. */
const struct import_source *import_source_find(const struct import_sources *s, struct str name,
					       struct str cvr);

#endif
