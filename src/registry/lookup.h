/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading stored objects of several kinds together, for operations that tell of them in words
 * of their own: one snapshot, and nothing in it that the caller may not see. What is looked for
 * and who may is as in a search: one's own live objects and the shared ones, or those of the
 * first data owner that one may read. Source: contract of Organisation, 3.6;
 * docs/decisions/0018.
 */
#ifndef REGISTRY_LOOKUP_H
#define REGISTRY_LOOKUP_H

#include "registry/object.h"
#include "registry/registry.h"

struct lookup;

/* In the arena of the lookup. */
struct lookup_object {
	const struct oio_type *type;
	struct str owner; /* CVR */
	bool is_shared;   /* the operator's */
	struct uuid uuid;
	instant at; /* of the current registration */
	/* all its periods, without what the caller may not see */
	struct oio_content content;
};

/*
 * c->type, input, output and out are not used; *reason is what the client may be told of a
 * failure. Errors: RETUR_DENIED, those of store_read().
 */
MUST_USE bool lookup_open(struct registry_call *c, struct lookup **out, struct str *reason,
			  struct err *e);
void lookup_close(struct lookup *l);
void lookup_closep(struct lookup **l);

/* The live object of that kind and UUID; NULL in *out: there is none to be seen. */
MUST_USE bool lookup_one(struct lookup *l, const struct oio_type *t, struct uuid uuid,
			 struct lookup_object **out, struct err *e);

struct lookup_list {
	struct lookup_object **at;
	size_t count, room;
};

/*
 * Those that name `target` by the relation of that row, at whatever time; target NULL: all.
 * Added to *out, in no order. Errors: ANSWER_TOO_LARGE (more than LIMIT_LOOKUP_OBJECTS by this
 * lookup).
 */
MUST_USE bool lookup_all(struct lookup *l, const struct oio_type *t, size_t relation,
			 const struct uuid *target, struct lookup_list *out, struct err *e);

/* What an authority is called; its CVR if nobody knows. */
struct str registry_authority_name(const struct registry *r, struct str cvr, struct arena *a);
/* A new UUID, by the registry's source of them. */
MUST_USE bool registry_new_uuid(const struct registry *r, struct uuid *out, struct err *e);

#endif
