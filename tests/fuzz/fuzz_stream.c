/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a stream, in pieces of a size that the first byte says: what is taken so is what
 * the parser of whole documents takes, and the parts are those of its tree. The stream may
 * refuse what no part holds later than the parser does, but nothing the parser would take.
 */
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "xml/stream.h"

#define BYTES_MAX (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct feed {
	struct str rest;
	size_t piece;
	struct buf parts;
};

static bool
on_read(void *arg, char *to, size_t room, size_t *got, struct err *e)
{
	struct feed *f = arg;

	(void)e;
	*got = f->piece < room ? f->piece : room;
	if (*got > f->rest.len)
		*got = f->rest.len;
	if (*got > 0)
		memcpy(to, f->rest.ptr, *got);
	f->rest = str_skip(f->rest, *got);
	return true;
}

static bool
is_part(struct str ns, struct str local, void *arg)
{
	(void)ns, (void)arg;
	return str_eq_c(local, "P") || str_eq_c(local, "OrganisationEnhed");
}

static bool
on_part(const struct xml_node *part, void *arg, struct err *e)
{
	struct feed *f = arg;

	(void)e;
	xml_node_write(part, &f->parts);
	return true;
}

/* The same parts, found in the tree. */
static void
find(const struct xml_node *n, struct buf *out)
{
	if (is_part(STR_NONE, xml_local(n), NULL)) {
		xml_node_write(n, out);
		return;
	}
	for (const struct xml_node *c = xml_first(n); c; c = xml_next(c))
		find(c, out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct xml_limits limits = {1u << 16, 20, 2000, true};
	AUTO(xml_doc_freep) struct xml_doc *doc = NULL;
	AUTO(buf_release) struct buf want = BUF_INIT(BYTES_MAX);
	struct feed f = {.piece = 1 + (size > 0 ? data[0] : 0U)};
	const struct xml_stream x = {&limits, on_read, is_part, on_part, &f};
	struct err e = ERR_INIT, other = ERR_INIT;
	bool taken, whole;

	if (size < 1 || size > (1u << 16))
		return 0;
	buf_init(&f.parts, BYTES_MAX);
	f.rest = str_of(data + 1, size - 1);
	taken = xml_stream_parse(&x, &e);
	BUG_ON(!taken && e.code == ERR_NONE);
	whole = xml_parse(str_of(data + 1, size - 1), &limits, &doc, &other);
	BUG_ON(whole && !taken && e.code != XML_LIMIT);
	BUG_ON(taken && !whole && other.code != XML_LIMIT);
	if (whole && taken) {
		find(xml_root(doc), &want);
		BUG_ON(!want.over && !str_eq(buf_str(&want), buf_str(&f.parts)));
	}
	buf_release(&f.parts);
	return 0;
}
