/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any document: each ds:Signature in it is verified with a key that is not its own, which must
 * fail; and as if the value had been right, each part it names is made canonical as it asks,
 * which must be what libxml2 makes of it.
 */
#include <stdint.h>

#include "tests/unit/c14n_oracle.h"
#include "tests/unit/pki.h"
#include "xml/names.h"
#include "xml/parse.h"
#include "xml/sign_plan.h"

#define BYTES_MAX (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct scene {
	struct arena *a;
	const struct cert *key;
	struct xml_node *signature[8];
	size_t signature_count;
	struct sign_place place[LIMIT_MESSAGE_IDS];
	size_t place_count;
};

static void
collect(struct scene *s, struct xml_node *n, struct xml_node *token)
{
	struct str id = xml_attr(n, NS_WSU, "Id", s->a);
	struct xml_node *c;

	if (xml_is(n, NS_DS, "Signature") && s->signature_count < ARRAY_LEN(s->signature))
		s->signature[s->signature_count++] = n;
	if (!str_is_set(id))
		id = xml_attr(n, STR_NONE, "ID", s->a);
	if (str_is_set(id) && s->place_count < ARRAY_LEN(s->place))
		s->place[s->place_count++] = (struct sign_place){id, n, token};
	for (c = xml_first(n); c; c = xml_next(c))
		collect(s, c, n);
}

static void
compare(struct xml_node *n, const struct c14n_rule *rule, struct arena *a)
{
	AUTO(buf_release) struct buf b = BUF_INIT(BYTES_MAX);

	BUG_ON(!c14n_write(n, rule, &b));
	BUG_ON(!b.over && !str_eq(buf_str(&b), oracle_c14n(n, rule, a)));
}

static void
as_if_right(const struct scene *s, const struct sign_question *q)
{
	struct sign_plan plan;
	struct err e = ERR_INIT;
	size_t i, k;

	if (!sign_plan_read(q, s->a, &plan, &e)) {
		BUG_ON(e.code == ERR_NONE);
		return;
	}
	BUG_ON(plan.ref_count < 1 || plan.ref_count > LIMIT_SIGNATURE_REFS || !plan.alg);
	compare(plan.signed_info, &plan.rule, s->a);
	for (i = 0; i < plan.ref_count; i++)
		for (k = 0; k < q->place_count && k < 4; k++)
			compare(q->places[k].node, &plan.ref[i].rule, s->a);
}

static void
verify(const struct scene *s, struct xml_node *signature)
{
	struct xml_node *parent = xml_parent(signature);
	struct sign_place own = {xml_attr(parent, STR_NONE, "ID", s->a), parent, NULL};
	struct sign_question q = {.signature = signature,
				  .places = s->place,
				  .place_count = s->place_count,
				  .key = s->key};
	struct sign_answer answer;
	struct err e = ERR_INIT;

	BUG_ON(sign_verify(&q, s->a, &answer, &e));
	as_if_right(s, &q);
	q.places = &own;
	q.place_count = 1;
	q.enveloped = q.want_octets = true;
	err_clear(&e);
	BUG_ON(sign_verify(&q, s->a, &answer, &e));
	if (parent)
		as_if_right(s, &q);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct xml_limits limits = {1u << 16, 40, 2000, true};
	static struct cert *key;
	AUTO(xml_doc_freep) struct xml_doc *doc = NULL;
	struct scene s = {.a = arena_new()};
	struct err e = ERR_INIT;
	size_t i;

	if (!key) {
		xml_init();
		key = pki_cert("systems/SAPA");
	}
	s.key = key;
	if (xml_parse(str_of(data, size), &limits, &doc, &e)) {
		collect(&s, xml_root(doc), NULL);
		for (i = 0; i < s.signature_count; i++)
			verify(&s, s.signature[i]);
	}
	arena_free(s.a);
	return 0;
}
