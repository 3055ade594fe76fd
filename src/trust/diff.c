/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What changes, for people: one block a document, one line a field. Certificates and metadata
 * are told by digest and size, not written out.
 */
#include "trust/internal.h"

#include <stdlib.h>
#include <string.h>
#include "base/encoding.h"
#include "base/mem.h"
#include "crypto/digest.h"

#define PATH_BYTES_MAX 1024
#define SHOWN_BYTES_MAX 100

struct leaf {
	struct str path, value;
};

struct leaves {
	struct arena *arena;
	struct leaf *at;
	size_t count, room;
};

static struct str
show_content(struct arena *a, const char *what, struct str text)
{
	uint8_t digest[32];

	digest_sha256(text, digest);
	return arena_printf(a, "%s of %zu bytes, sha256 " STR_FMT "...", what, text.len,
			    STR_ARG(hex_encode(a, str_of(digest, 8))));
}

static struct str
show_cert(struct arena *a, struct str pem)
{
	AUTO(cert_freep) struct cert *cert = NULL;
	struct err ignored = ERR_INIT;
	char end[TIME_TEXT_MAX];

	if (!cert_parse(pem, &cert, &ignored))
		return STR("unreadable certificate");
	return arena_printf(a, "certificate " STR_FMT " (" STR_FMT ", to " STR_FMT ")",
			    STR_ARG(cert_thumbprint(cert)), STR_ARG(cert_subject_net(cert)),
			    STR_ARG(time_format_utc(cert_not_after(cert), end)));
}

static struct str
show(struct arena *a, const char *name, const json_t *v)
{
	struct str text = json_element_text(v);

	if (json_is_integer(v))
		return arena_printf(a, "%lld", (long long)json_integer_value(v));
	if (json_is_boolean(v))
		return json_is_true(v) ? STR("true") : STR("false");
	if (strcmp(name, "pem") == 0)
		return show_cert(a, text);
	if (strcmp(name, "xml") == 0)
		return show_content(a, "metadata", text);
	/* a cut text must still differ from another one that begins alike */
	if (text.len > SHOWN_BYTES_MAX)
		return show_content(a, "text", text);
	return arena_printf(a, "\"" STR_FMT "\"", STR_ARG(text));
}

static void
add_leaf(struct leaves *l, const struct buf *path, struct str value)
{
	if (l->count == l->room) {
		l->room = l->room ? l->room * 2 : 32;
		l->at = mem_resize(l->at, l->room * sizeof(*l->at));
	}
	l->at[l->count++] = (struct leaf){arena_dup(l->arena, buf_str(path)), value};
}

/* As deep as the tables of types.c are nested. */
static void
flatten(struct leaves *l, struct buf *path, const char *name, const json_t *v)
{
	json_t *o = (json_t *)(uintptr_t)v, *child;
	size_t at = path->len, i;
	const char *key;

	if (json_is_object(v)) {
		json_object_foreach(o, key, child)
		{
			buf_printf(path, "%s%s", at > 0 ? "." : "", key);
			flatten(l, path, key, child);
			buf_truncate(path, at);
		}
	} else if (json_is_array(v)) {
		if (json_array_size(v) == 0)
			add_leaf(l, path, STR("()"));
		json_array_foreach(o, i, child)
		{
			buf_printf(path, "[%zu]", i);
			flatten(l, path, name, child);
			buf_truncate(path, at);
		}
	} else {
		add_leaf(l, path, show(l->arena, name, v));
	}
}

static int
leaf_cmp(const void *a, const void *b)
{
	return str_cmp(((const struct leaf *)a)->path, ((const struct leaf *)b)->path);
}

static void
leaves_of(struct leaves *l, const json_t *document)
{
	AUTO(buf_release) struct buf path = BUF_INIT(PATH_BYTES_MAX);

	if (!document)
		return;
	flatten(l, &path, "", document);
	qsort(l->at, l->count, sizeof(*l->at), leaf_cmp);
}

static void
line(struct buf *out, char sign, const struct leaf *leaf)
{
	buf_printf(out, "    %c " STR_FMT ": " STR_FMT "\n", sign, STR_ARG(leaf->path),
		   STR_ARG(leaf->value));
}

static void
compare(const struct leaves *a, const struct leaves *b, struct buf *out)
{
	size_t i = 0, j = 0;

	while (i < a->count || j < b->count) {
		int order = i == a->count   ? 1
			    : j == b->count ? -1
					    : leaf_cmp(&a->at[i], &b->at[j]);

		if (order < 0) {
			line(out, '-', &a->at[i++]);
		} else if (order > 0) {
			line(out, '+', &b->at[j++]);
		} else {
			if (!str_eq(a->at[i].value, b->at[j].value))
				buf_printf(out,
					   "    ~ " STR_FMT ": " STR_FMT " -> " STR_FMT "\n",
					   STR_ARG(a->at[i].path), STR_ARG(a->at[i].value),
					   STR_ARG(b->at[j].value));
			i++;
			j++;
		}
	}
}

void
diff_document(const struct doc_type *type, struct str id, const json_t *before,
	      const json_t *after, struct buf *out)
{
	AUTO(arena_freep) struct arena *arena = arena_new();
	struct leaves a = {.arena = arena}, b = {.arena = arena};

	buf_printf(out, "%c %s " STR_FMT "\n",
		   !before  ? '+'
		   : !after ? '-'
			    : '~',
		   type->name, STR_ARG(id));
	/* of one that goes the name is enough */
	if (!after)
		return;
	leaves_of(&a, before);
	leaves_of(&b, after);
	compare(&a, &b, out);
	mem_free(a.at);
	mem_free(b.at);
}
