/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An authority's desk on a registry of its own (registry_world.h), and drafts of units written
 * as one line (oio_text.h): "dag" is the day of the publication.
 */
#ifndef TESTS_DESK_WORLD_H
#define TESTS_DESK_WORLD_H

#include "administration/publish.h"
#include "tests/unit/registry_world.h"

struct desk world_desk(struct world *w, const char *cvr);
/* A new draft of that title. */
int64_t desk_draft(const struct desk *d, const char *title);
/* An edit of the unit of that letter; text NULL: no content. day in days, or EDIT_DAY. */
void desk_edit(const struct desk *d, int64_t draft, char letter, enum edit_op op, instant day,
	       const char *text);
/* "importeret E:Navn[2,inf)" of the latest registration; absent: there is none. */
struct str desk_unit(const struct desk *d, char letter, struct arena *a);
/* … with a draft on top, published on that day */
struct str desk_drafted(const struct desk *d, int64_t draft, char letter, instant day,
			struct arena *a);
/* As a system does it beside the desk: a registration of the unit with that content. */
void desk_soap(const struct desk *d, char letter, enum livscyklus l, const char *text);
/* Plans the draft for that day (in days) and publishes it; the error, or ERR_NONE. */
enum err_code desk_publish(const struct desk *d, int64_t draft, instant day,
			   const struct publish_options *o, struct receipt *out);
/* The same of a way back. */
enum err_code desk_back(const struct desk *d, const struct way_back *w, instant day,
			struct receipt *out);
/* How many records of the action there are. */
int desk_audited(const struct desk *d, const char *action);

#endif
