/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From bytes to an OIO object. The root's name chooses the kind; an element <T:SoegInput> is
 * read as a search template. What is accepted must survive being merged, packed, unpacked and
 * written; what is written and read again must be the same.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "klassifikation/types_6.h"
#include "organisation/types.h"
#include "registry/codec.h"
#include "registry/history.h"
#include "registry/pack.h"
#include "registry/search.h"
#include "registry/validate.h"
#include "xml/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW SECONDS(1725955200)

static const struct oio_type *
type_of(const struct xml_node *root)
{
	static const struct oio_type *const more[] = {&type_klasse_6, &type_facet_6,
						      &type_klassifikation_6};

	for (size_t i = 0; i < ORGANISATION_TYPE_COUNT; i++)
		if (str_eq(xml_ns(root), organisation_types[i]->ns))
			return organisation_types[i];
	for (size_t i = 0; i < ARRAY_LEN(more); i++)
		if (str_eq(xml_ns(root), more[i]->ns))
			return more[i];
	return NULL;
}

static void
check_pack(const struct oio_type *t, const struct registrering *r, struct arena *a)
{
	AUTO(buf_release) struct buf b = BUF_INIT(64UL * 1024 * 1024);
	AUTO(buf_release) struct buf again = BUF_INIT(64UL * 1024 * 1024);
	struct registrering back;
	struct err e = ERR_INIT;
	instant sent;

	pack_registrering(t, r, r->at, &b);
	BUG_ON(!unpack_registrering(t, buf_str(&b), a, &back, &sent, &e));
	BUG_ON(sent != r->at);
	pack_registrering(t, &back, sent, &again);
	BUG_ON(!str_eq(buf_str(&b), buf_str(&again)));
	BUG_ON(!history_same(t, &r->content, &back.content, t->count));
}

static void
check_write(const struct oio_type *t, struct uuid u, const struct registrering *r,
	    struct arena *a)
{
	static const struct xml_limits limits = {.bytes = 64UL * 1024 * 1024,
						 .depth = LIMIT_XML_DEPTH + 8,
						 .nodes = LIMIT_SERVICE_NODES * 2};
	AUTO(buf_release) struct buf b = BUF_INIT(64UL * 1024 * 1024);
	struct encoder x = {.a = a, .type = t, .out = xml_out_new(a, &b)};
	struct registrering shown = *r;
	struct xml_doc *doc = NULL;
	struct err e = ERR_INIT;

	shown.at = NOW;
	xml_out_apex(x.out, PREFIX_OBJECT, t->ns, "Wrap");
	encode_snapshot(&x, u, &shown, 1);
	xml_out_close(x.out);
	BUG_ON(!xml_parse(buf_str(&b), &limits, &doc, &e));
	xml_doc_free(doc);
}

static void
check_object(struct reader *r, const struct xml_node *root)
{
	struct registrering *regs;
	struct oio_content merged;
	struct err e = ERR_INIT;
	struct uuid uuid;
	size_t count;

	if (!decode_object(r, root, &uuid, &regs, &count, &e)) {
		BUG_ON(e.code != RETUR_INPUT || r->text.len == 0);
		return;
	}
	if (!validate_content(r, &regs[0].content, &uuid, true, &e)) {
		BUG_ON(e.code != RETUR_INPUT && e.code != RETUR_PERIOD);
		return;
	}
	history_merge(r->type, NULL, &regs[0].content, r->a, &merged);
	regs[0].content = merged;
	history_merge(r->type, &merged, &regs[count - 1].content, r->a, &merged);
	check_pack(r->type, &regs[0], r->a);
	check_write(r->type, uuid, &regs[0], r->a);
}

/* A template becomes criteria, and is a test of contents: of nothing, and of itself. */
static void
check_search(struct reader *r, const struct xml_node *root)
{
	struct registry_call c = {.type = r->type, .key = r->type->key, .a = r->a, .now = NOW};
	struct oio_content none = {.items = NULL};
	struct search s;
	struct work w;
	struct err e = ERR_INIT;
	struct cursor cur;

	work_init(&w, &c);
	w.access.rights = ~0u;
	if (!reader_open(&w.reader, root, &cur, &e) ||
	    !search_read_base(&w, &cur, LIMIT_SEARCH_DEFAULT, LIMIT_SEARCH_PAGE, &s, &e) ||
	    !decode_lists(&w.reader, &cur, LISTS_OPTIONAL, &s.template, &e) ||
	    !reader_close(&w.reader, &cur, &e) || !search_prepare(&w, &s, &e)) {
		BUG_ON(e.code != RETUR_INPUT && e.code != RETUR_PERIOD);
		BUG_ON(w.reader.text.len == 0);
		return;
	}
	BUG_ON(s.criterion_count > OBJECT_CRITERIA_MAX);
	for (size_t i = 0; i < s.criterion_count; i++)
		BUG_ON(s.criteria[i].count < 1 || s.criteria[i].count > OBJECT_TESTS_MAX);
	BUG_ON(search_matches(&w, &s, &none) != (s.template.count == 0));
	(void)search_matches(&w, &s, &s.template);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct xml_limits limits = {.bytes = 1024 * 1024,
						 .depth = LIMIT_XML_DEPTH,
						 .nodes = 20000,
						 .comments_ok = true};
	struct reader r = {.a = arena_new(), .now = NOW};
	struct xml_doc *doc = NULL;
	struct err e = ERR_INIT;

	if (!xml_parse(str_of(data, size), &limits, &doc, &e))
		goto out;
	r.type = type_of(xml_root(doc));
	if (!r.type)
		goto out;
	if (!xml_is_local(xml_root(doc), "SoegInput")) {
		check_object(&r, xml_root(doc));
		goto out;
	}
	check_search(&r, xml_root(doc));
out:
	xml_doc_free(doc);
	arena_free(r.a);
	return 0;
}
