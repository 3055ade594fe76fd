/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known against the records of its changes; see audit_known.h. Changes nothing. */
#include "gateway/audit_known.h"

#include <jansson.h>
#include <string.h>

#include "base/encoding.h"
#include "crypto/digest.h"

#define DIGEST_TEXT 64

struct check {
	struct reading *r;
	bool is_pruned;
	audit_known_fn *fn;
	void *arg;

	/* of the document at hand */
	int64_t count, last;
	bool is_removed;
	char digest[DIGEST_TEXT + 1]; /* "": its last record has none */
};

static bool
on_record(const struct audit_row *row, void *arg, struct err *e)
{
	struct check *c = arg;
	json_t *detail =
		json_loadb(row->detail.ptr ? row->detail.ptr : "", row->detail.len, 0, NULL);
	const char *digest = json_string_value(json_object_get(detail, "sha256"));

	(void)e;
	c->count++;
	c->last = row->id;
	c->is_removed = str_eq_c(row->action, "known.remove");
	c->digest[0] = '\0';
	if (digest != NULL && strlen(digest) == DIGEST_TEXT)
		memcpy(c->digest, digest, sizeof(c->digest));
	json_decref(detail);
	return true;
}

static bool
is_recorded(const struct check *c, const struct known_row *row, struct arena *a)
{
	uint8_t digest[32];

	if (c->count == 0)
		return c->is_pruned;
	if ((!c->is_pruned && c->count != row->version) ||
	    c->is_removed == str_is_set(row->json))
		return false;
	if (c->is_removed || c->digest[0] == '\0')
		return true;
	digest_sha256(row->json, digest);
	return str_eq_c(hex_encode(a, str_of(digest, sizeof(digest))), c->digest);
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

	c->count = c->last = 0;
	c->is_removed = false;
	c->digest[0] = '\0';
	return store_audit_each(c->r, &f, on_record, c, e) &&
	       (is_recorded(c, row, a) || c->fn(row, c->last, c->arg, e));
}

bool
audit_known_check(struct reading *r, bool is_pruned, audit_known_fn *fn, void *arg,
		  struct err *e)
{
	struct check c = {.r = r, .is_pruned = is_pruned, .fn = fn, .arg = arg};

	return store_known_newest(r, on_document, &c, e);
}
