/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What clients ask KlassifikationListeHent for. The first byte says which reader gets the rest:
 * j JSON, x XML. The caller holds no role, so that a request that could be read is refused
 * before anything is looked for.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "klassifikation/listehent.h"
#include "registry/registry.h"
#include "xml/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct caller nobody = {.cvr = STR_INIT("11111111"), .system = STR_INIT("X")};

static bool
make_uuid(struct uuid *out, struct err *e)
{
	(void)e;
	*out = (struct uuid){.b = {1}};
	return true;
}

static struct registry *
the_registry(void)
{
	static struct registry *r;
	const struct registry_options o = {.make_uuid = make_uuid};
	struct err e = ERR_INIT;

	BUG_ON(!r && !registry_open(NULL, &o, &r, &e));
	return r;
}

static void
json(struct str text, struct arena *a)
{
	AUTO(buf_release) struct buf out = BUF_INIT(LIMIT_ANSWER_BYTES);
	struct rest_task t = {
		.service = &klassifikationlistehent_rest,
		.op = &klassifikationlistehent_rest.ops[0],
		.caller = &nobody,
		.body = text,
		.a = a,
		.out = &out,
		.state = the_registry(),
	};
	struct err e = ERR_INIT;

	/* whatever it is: refused, with a reason, and nothing written */
	BUG_ON(t.op->run(&t, &e) || out.len > 0);
	BUG_ON(e.code != RETUR_INPUT && e.code != RETUR_PERIOD && e.code != RETUR_DENIED);
	BUG_ON(str_is_empty(t.reason));
}

static void
xml(struct str text, struct arena *a)
{
	static const struct xml_limits limits = {
		.bytes = 1u << 20, .depth = 100, .nodes = 10000};
	AUTO(buf_release) struct buf out = BUF_INIT(LIMIT_ANSWER_BYTES);
	AUTO(xml_doc_freep) struct xml_doc *doc = NULL;
	struct soap_call c = {.service = &klassifikationlistehent_2,
			      .caller = &nobody,
			      .a = a,
			      .state = the_registry()};
	struct err e = ERR_INIT;

	if (!xml_parse(text, &limits, &doc, &e))
		return;
	c.input = xml_root(doc);
	c.op = soap_op_find(c.service, c.input);
	if (!c.op)
		return;
	c.out = xml_out_new(a, &out);
	/* told in the answer */
	BUG_ON(!c.op->run(&c, &e) || !xml_out_is_closed(c.out));
	BUG_ON(c.verdict != RETUR_INPUT && c.verdict != RETUR_PERIOD &&
	       c.verdict != RETUR_DENIED);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_freep) struct arena *a = arena_new();

	xml_init();
	if (size > 0 && data[0] == 'j')
		json(str_skip(str_of(data, size), 1), a);
	if (size > 0 && data[0] == 'x')
		xml(str_skip(str_of(data, size), 1), a);
	return 0;
}
