/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a picture back to rows of the neutral form: what source_build.c does, the other way.
 */
#ifndef ADMINISTRATION_WRITE_ROWS_H
#define ADMINISTRATION_WRITE_ROWS_H

#include "administration/source_internal.h"
#include "administration/source_write.h"

/* One user in one unit. */
struct written_post {
	struct uuid user, unit;
	bool leads;
	struct str name;
	instant fra, til;
};

struct writing {
	const struct picture *p;
	const struct source_write *w;
	struct source_written *out;
	struct str cvr;
	struct arena *row;          /* of the row at work */
	struct arena *keep;         /* of the posts */
	struct written_post *posts; /* by user, unit, kind, name, beginning */
	size_t post_count;
};

void writing_begin(struct writing *x, const struct picture *p, const struct source_write *w,
		   struct source_written *out);
void writing_end(struct writing *x);
/* false: the object has no row. Texts live in x->row or the picture. */
bool write_unit_row(struct writing *x, const struct picture_object *o, struct row *r);
bool write_user_row(struct writing *x, const struct picture_object *o, struct row *r);
bool write_function_row(struct writing *x, const struct picture_object *o, struct row *r);
void write_post_row(struct writing *x, const struct written_post *post, struct row *r);
/* The posts of a user. */
const struct written_post *written_posts(const struct writing *x, struct uuid user,
					 size_t *count);
/* What OS2sync has a place for and the tables have not. */
void write_contact_tasks(struct writing *x, const struct picture_object *unit, struct row *r);

#endif
