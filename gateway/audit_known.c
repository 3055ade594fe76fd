/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known against the records of its changes; see audit_known.h. Changes nothing. */
#include "gateway/audit_known.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "base/encoding.h"
#include "crypto/digest.h"

#define DIGEST_TEXT 64

/* Of the records that are left, one that tells of a version. */
struct told {
	struct told *next; /* of the version after it */
	bool is_removed;
	char digest[DIGEST_TEXT + 1]; /* "": it has none */
};

struct check {
	struct reading *r;
	const struct audit_known *known;
	audit_known_fn *fn;
	void *arg;
	struct digest *all; /* of what was known when the trail was pruned */

	/* of the document at hand */
	struct arena *a;
	struct told *first, **end;
	int64_t count, later; /* records; of those: since the trail was pruned */
	int64_t last, newest, seen;
	bool is_sound;
};

static bool
on_record(const struct audit_row *row, void *arg, struct err *e)
{
	struct check *c = arg;
	struct told *t = ARENA_NEW(c->a, struct told);
	json_t *detail =
		json_loadb(row->detail.ptr ? row->detail.ptr : "", row->detail.len, 0, NULL);
	const char *digest = json_string_value(json_object_get(detail, "sha256"));

	(void)e;
	c->count++;
	c->later += row->id > c->known->pruned_by;
	c->last = row->id;
	t->is_removed = str_eq_c(row->action, "known.remove");
	if (digest != NULL && strlen(digest) == DIGEST_TEXT)
		memcpy(t->digest, digest, sizeof(t->digest));
	json_decref(detail);
	*c->end = t;
	c->end = &t->next;
	return true;
}

static struct str
digest_text(struct str json, struct arena *a)
{
	uint8_t digest[32];

	digest_sha256(json, digest);
	return hex_encode(a, str_of(digest, sizeof(digest)));
}

static bool
is_as_told(const struct told *t, const struct known_row *row, struct arena *a)
{
	if (t == NULL || t->is_removed == str_is_set(row->json))
		return false;
	return t->is_removed || t->digest[0] == '\0' ||
	       str_eq_c(digest_text(row->json, a), t->digest);
}

/* Nothing in it holds a NUL. */
static void
add_document(struct digest *d, const struct known_row *row, struct arena *a)
{
	digest_add(d, arena_printf(a, STR_FMT, STR_ARG(row->type)));
	digest_add(d, str_of("", 1));
	digest_add(d, arena_printf(a, STR_FMT, STR_ARG(row->id)));
	digest_add(d, str_of("", 1));
	digest_add(d, arena_printf(a, "%" PRId64 " " STR_FMT "\n", row->version,
				   STR_ARG(str_is_set(row->json) ? digest_text(row->json, a)
								 : STR("removed"))));
}

/* Oldest first; the records that are left are those of the newest ones. */
static bool
on_version(const struct known_row *row, void *arg, struct err *e)
{
	struct check *c = arg;

	(void)e;
	if (row->version != ++c->seen)
		c->is_sound = false;
	if (row->version <= c->newest - c->count) {
		if (!c->known->is_pruned || row->at > c->known->first_at)
			c->is_sound = false;
	} else {
		if (!is_as_told(c->first, row, c->a))
			c->is_sound = false;
		if (c->first != NULL)
			c->first = c->first->next;
	}
	if (row->version == c->newest - c->later)
		add_document(c->all, row, c->a);
	return true;
}

static bool
on_document(const struct known_row *row, void *arg, struct err *e)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct check *c = arg;
	const struct audit_filter f = {
		.from = INSTANT_MIN,
		.to = INSTANT_MAX,
		.action = STR("known.*"),
		.object = arena_printf(a, STR_FMT "/" STR_FMT, STR_ARG(row->type),
				       STR_ARG(row->id)),
	};

	c->a = a;
	c->first = NULL;
	c->end = &c->first;
	c->count = c->later = c->last = c->seen = 0;
	c->newest = row->version;
	if (!store_audit_each(c->r, &f, on_record, c, e))
		return false;
	c->is_sound = c->count <= c->newest;
	return store_known_history(c->r, row->type, row->id, on_version, c, e) &&
	       ((c->is_sound && c->seen == c->newest) || c->fn(row, c->last, c->arg, e));
}

bool
audit_known_check(struct reading *r, const struct audit_known *known, audit_known_fn *fn,
		  void *arg, bool *is_same, struct err *e)
{
	AUTO(digest_freep) struct digest *all = digest_new(HASH_SHA256);
	struct check c = {.r = r, .known = known, .fn = fn, .arg = arg, .all = all};
	uint8_t digest[HASH_MAX_BYTES];

	if (!store_known_newest(r, on_document, &c, e))
		return false;
	(void)digest_final(all, digest);
	*is_same = known->pruned_by == 0 ||
		   memcmp(digest, known->digest, sizeof(known->digest)) == 0;
	return true;
}

/* ---- when the trail is pruned ---- */

static bool
on_newest(const struct known_row *row, void *arg, struct err *e)
{
	AUTO(arena_freep) struct arena *a = arena_new();

	(void)e;
	add_document(arg, row, a);
	return true;
}

bool
audit_known_write(struct reading *r, struct buf *out, struct err *e)
{
	AUTO(digest_freep) struct digest *all = digest_new(HASH_SHA256);
	AUTO(arena_freep) struct arena *a = arena_new();
	uint8_t digest[HASH_MAX_BYTES];
	size_t len;

	if (!store_known_newest(r, on_newest, all, e))
		return false;
	len = digest_final(all, digest);
	buf_printf(out, "{\"known\":\"" STR_FMT "\"}",
		   STR_ARG(hex_encode(a, str_of(digest, len))));
	return true;
}

void
audit_known_read(const struct audit_row *row, int64_t start, struct audit_known *known)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct err why = ERR_INIT;
	struct str bytes = STR_NONE;
	const char *text;
	json_t *detail;

	if (known->pruned_by != 0 || !str_eq_c(row->action, "audit.prune") ||
	    !str_has_suffix(row->object, arena_printf(a, "-%" PRId64, start)))
		return;
	detail = json_loadb(row->detail.ptr ? row->detail.ptr : "", row->detail.len, 0, NULL);
	text = json_string_value(json_object_get(detail, "known"));
	if (text != NULL && hex_decode(str_from(text), a, &bytes, &why) &&
	    bytes.len == sizeof(known->digest)) {
		memcpy(known->digest, bytes.ptr, bytes.len);
		known->pruned_by = row->id;
	}
	json_decref(detail);
}
