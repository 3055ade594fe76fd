/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing XML that is canonical as it stands. Keeps what the output has declared, not what a
 * tree would: a declaration is written where a name first uses it, and never twice in force.
 * Element and attribute names, prefixes and namespaces are the program's own; a combination
 * that has no canonical form is a bug and aborts. Values may be anything: they are escaped, and
 * what XML cannot carry becomes U+FFFD. Standards: Exclusive XML Canonicalization 1.0, 3;
 * Canonical XML 1.0, 2.3.
 */
#include "xml/write.h"

#include <string.h>

#include "base/encoding.h"
#include "xml/internal.h"

struct bound {
	const char *prefix;
	struct str uri; /* empty: none */
};

struct attr {
	const char *prefix;
	struct str ns;
	const char *local;
	struct str value;
};

struct frame {
	const char *prefix;
	const char *local;
	struct str ns;
	size_t outer;     /* declarations around this element end here */
	size_t base;      /* those of the innermost apex begin here */
	size_t outermost; /* those of the outermost apex begin here */
};

struct xml_out {
	struct arena *a;
	struct buf *to;
	struct frame *frame;
	size_t frame_count, frame_room;
	struct bound *bound;
	size_t bound_count, bound_room;
	struct attr *attr;
	size_t attr_count, attr_room;
	bool in_tag;      /* the start tag of the innermost element is not written yet */
	size_t run_start; /* where the text since the last tag began */
	bool run_is_blank;
};

/* One more slot at the end of an array that grows in the arena. */
static void *
slot(struct arena *a, void *array, size_t *room, size_t count, size_t size)
{
	void *grown;

	if (count < *room)
		return array;
	*room = *room ? *room * 2 : 16;
	grown = arena_alloc_n(a, *room, size);
	if (count > 0)
		memcpy(grown, array, count * size);
	return grown;
}

/* What the output from `base` up to `end` has bound to the prefix; NULL: nothing. */
static const struct bound *
bound_find(const struct xml_out *o, size_t base, size_t end, const char *prefix)
{
	size_t i;

	for (i = end; i > base; i--)
		if (strcmp(o->bound[i - 1].prefix, prefix) == 0)
			return &o->bound[i - 1];
	return NULL;
}

static void
need(struct xml_out *o, const struct frame *f, const char *prefix, struct str ns)
{
	const struct bound *has = bound_find(o, f->base, o->bound_count, prefix);
	const struct bound *around;
	struct str uri = ns.ptr ? ns : STR("");

	if (strcmp(prefix, "xml") == 0)
		return;
	if (has ? str_eq(has->uri, uri) : uri.len == 0) {
		/* Inside the apex nothing needs saying, but outside it a default namespace
		 * holds. */
		around = has ? NULL : bound_find(o, 0, f->base, prefix);
		BUG_ON(around && around->uri.len > 0);
		return;
	}
	/* One element, one prefix, two namespaces. */
	BUG_ON(has && has >= o->bound + f->outer);
	/* What an apex repeats, an apex around it must not have said: that one would not be
	 * canonical. */
	around = has ? NULL : bound_find(o, f->outermost, f->base, prefix);
	BUG_ON(around && str_eq(around->uri, uri));
	o->bound = slot(o->a, o->bound, &o->bound_room, o->bound_count, sizeof(*o->bound));
	o->bound[o->bound_count++] = (struct bound){prefix, uri};
}

static void
sort_bound(struct bound *b, size_t count)
{
	size_t i, j;

	for (i = 1; i < count; i++) {
		struct bound one = b[i];

		for (j = i; j > 0 && strcmp(b[j - 1].prefix, one.prefix) > 0; j--)
			b[j] = b[j - 1];
		b[j] = one;
	}
}

static void
put_name(struct xml_out *o, const char *prefix, const char *local)
{
	if (*prefix) {
		put(o->to, prefix, strlen(prefix));
		PUT(o->to, ":");
	}
	put(o->to, local, strlen(local));
}

static void
put_bound(struct xml_out *o, const struct bound *b)
{
	PUT(o->to, " xmlns");
	if (*b->prefix) {
		PUT(o->to, ":");
		put(o->to, b->prefix, strlen(b->prefix));
	}
	PUT(o->to, "=\"");
	escape_add(o->to, b->uri, ESCAPE_VALUE);
	PUT(o->to, "\"");
}

/* White space alone between two tags is not written: some clients drop it and lose the digest.
 */
static void
end_run(struct xml_out *o)
{
	if (o->run_is_blank && o->to->len > o->run_start)
		buf_truncate(o->to, o->run_start);
}

static void
begin_run(struct xml_out *o)
{
	o->run_start = o->to->len;
	o->run_is_blank = true;
}

static void
finish_tag(struct xml_out *o)
{
	const struct frame *f;
	size_t i;

	if (!o->in_tag)
		return;
	o->in_tag = false;
	f = &o->frame[o->frame_count - 1];
	need(o, f, f->prefix, f->ns);
	for (i = 0; i < o->attr_count; i++)
		if (o->attr[i].ns.ptr)
			need(o, f, o->attr[i].prefix, o->attr[i].ns);
	sort_bound(o->bound + f->outer, o->bound_count - f->outer);
	PUT(o->to, "<");
	put_name(o, f->prefix, f->local);
	for (i = f->outer; i < o->bound_count; i++)
		put_bound(o, &o->bound[i]);
	for (i = 0; i < o->attr_count; i++) {
		PUT(o->to, " ");
		put_name(o, o->attr[i].ns.ptr ? o->attr[i].prefix : "", o->attr[i].local);
		PUT(o->to, "=\"");
		escape_add(o->to, o->attr[i].value, ESCAPE_VALUE | ESCAPE_CHECK);
		PUT(o->to, "\"");
	}
	PUT(o->to, ">");
	o->attr_count = 0;
	begin_run(o);
}

static struct frame *
open_frame(struct xml_out *o, const char *prefix, struct str ns, const char *local)
{
	struct frame *f;

	BUG_ON(*prefix && !ns.ptr);
	finish_tag(o);
	end_run(o);
	o->frame = slot(o->a, o->frame, &o->frame_room, o->frame_count, sizeof(*o->frame));
	f = &o->frame[o->frame_count];
	f->prefix = prefix;
	f->local = local;
	f->ns = ns;
	f->outer = o->bound_count;
	f->base = o->frame_count ? f[-1].base : 0;
	f->outermost = o->frame_count ? f[-1].outermost : SIZE_MAX;
	o->frame_count++;
	o->in_tag = true;
	return f;
}

struct xml_out *
xml_out_new(struct arena *a, struct buf *to)
{
	struct xml_out *o = ARENA_NEW(a, struct xml_out);

	o->a = a;
	o->to = to;
	begin_run(o);
	return o;
}

void
xml_out_open(struct xml_out *o, const char *prefix, struct str ns, const char *local)
{
	(void)open_frame(o, prefix, ns, local);
}

void
xml_out_apex(struct xml_out *o, const char *prefix, struct str ns, const char *local)
{
	struct frame *f = open_frame(o, prefix, ns, local);

	f->base = o->bound_count;
	if (f->outermost == SIZE_MAX)
		f->outermost = f->base;
}

void
xml_out_attr(struct xml_out *o, const char *prefix, struct str ns, const char *local,
	     struct str value)
{
	struct attr one = {prefix, ns, local, STR_NONE};
	size_t i;

	BUG_ON(!o->in_tag);
	BUG_ON(ns.ptr && !*prefix);
	if (!str_is_set(value))
		return;
	one.value = arena_dup(o->a, value);
	o->attr = slot(o->a, o->attr, &o->attr_room, o->attr_count, sizeof(*o->attr));
	for (i = o->attr_count; i > 0; i--) {
		int order = str_cmp(o->attr[i - 1].ns, ns);

		if (order == 0)
			order = strcmp(o->attr[i - 1].local, local);
		BUG_ON(order == 0);
		if (order < 0)
			break;
		o->attr[i] = o->attr[i - 1];
	}
	o->attr[i] = one;
	o->attr_count++;
}

void
xml_out_text(struct xml_out *o, struct str text)
{
	finish_tag(o);
	if (str_is_empty(text))
		return;
	if (o->run_is_blank && str_trim(text).len != 0)
		o->run_is_blank = false;
	escape_add(o->to, text, ESCAPE_TEXT | ESCAPE_CHECK);
}

void
xml_out_base64(struct xml_out *o, struct str bytes)
{
	finish_tag(o);
	if (str_is_empty(bytes))
		return;
	base64_add(o->to, bytes);
	o->run_is_blank = false;
}

void
xml_out_close(struct xml_out *o)
{
	const struct frame *f;

	BUG_ON(o->frame_count == 0);
	finish_tag(o);
	end_run(o);
	f = &o->frame[--o->frame_count];
	PUT(o->to, "</");
	put_name(o, f->prefix, f->local);
	PUT(o->to, ">");
	o->bound_count = f->outer;
	begin_run(o);
}

void
xml_out_leaf(struct xml_out *o, const char *prefix, struct str ns, const char *local,
	     struct str text)
{
	xml_out_open(o, prefix, ns, local);
	xml_out_text(o, text);
	xml_out_close(o);
}

void
xml_out_raw(struct xml_out *o, struct str canonical)
{
	finish_tag(o);
	end_run(o);
	if (!str_is_empty(canonical))
		buf_add(o->to, canonical);
	begin_run(o);
}

size_t
xml_out_pos(struct xml_out *o)
{
	finish_tag(o);
	end_run(o);
	return o->to->len;
}

bool
xml_out_is_closed(const struct xml_out *o)
{
	return o->frame_count == 0;
}
