/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Puts messages together. Each part is an apex of its own, so that its bytes are its canonical
 * form; nothing is serialised twice and no tree is built.
 * Standard: SOAP 1.1, SOAP 1.2 part 1; WS-Security 1.0, 5.
 */
#include "wstrust/compose.h"

#include "base/limits.h"
#include "xml/names.h"

#define HEAD_BYTES (512UL * 1024)

void
compose_init(struct compose *m, enum soap_version version, struct arena *a)
{
	*m = (struct compose){
		.a = a,
		.ns = version == SOAP_11 ? NS_SOAP11 : NS_SOAP12,
		.prefix = "s",
		.head = BUF_INIT(HEAD_BYTES),
		.body = BUF_INIT(LIMIT_ANSWER_BYTES),
	};
	m->out = xml_out_new(a, &m->head);
}

void
compose_release(struct compose *m)
{
	buf_release(&m->head);
	buf_release(&m->body);
}

void
compose_begin(struct compose *m, enum compose_place place, struct str id)
{
	BUG_ON(m->part_count == COMPOSE_PARTS_MAX);
	m->parts[m->part_count] = (struct compose_part){
		.place = place,
		.id = id,
		.from = xml_out_pos(m->out),
	};
}

void
compose_end(struct compose *m)
{
	m->parts[m->part_count++].to = xml_out_pos(m->out);
}

void
compose_wsa(struct compose *m, const char *local, struct str id, bool must_understand,
	    struct str value)
{
	bool is_reference = str_eq_c(STR("ReplyTo"), local);

	compose_begin(m, COMPOSE_HEADER, id);
	xml_out_apex(m->out, "a", NS_WSA, local);
	if (must_understand)
		xml_out_attr(m->out, m->prefix, m->ns, "mustUnderstand", STR("1"));
	xml_out_attr(m->out, "u", NS_WSU, "Id", id);
	if (is_reference)
		xml_out_leaf(m->out, "a", NS_WSA, "Address", value);
	else
		xml_out_text(m->out, value);
	xml_out_close(m->out);
	compose_end(m);
}

void
compose_transaction(struct compose *m, enum compose_place place, struct str uuid)
{
	compose_begin(m, place, STR_NONE);
	xml_out_apex(m->out, "h", NS_RH, "RequestHeader");
	xml_out_leaf(m->out, "h", NS_RH, "TransactionUUID", uuid);
	xml_out_close(m->out);
	compose_end(m);
}

struct xml_out *
compose_body(struct compose *m, struct str id)
{
	struct xml_out *o;

	buf_clear(&m->body);
	m->body.over = false;
	m->body_id = id;
	o = xml_out_new(m->a, &m->body);
	xml_out_apex(o, m->prefix, m->ns, "Body");
	xml_out_attr(o, "u", NS_WSU, "Id", id);
	return o;
}

void
compose_body_end(struct compose *m, struct xml_out *o)
{
	xml_out_close(o);
	BUG_ON(!xml_out_is_closed(o));
	(void)m;
}

static struct str
part_bytes(const struct compose *m, const struct compose_part *p)
{
	return str_of(m->head.ptr + p->from, p->to - p->from);
}

static void
put_parts(const struct compose *m, enum compose_place place, struct xml_out *o)
{
	for (size_t i = 0; i < m->part_count; i++)
		if (m->parts[i].place == place)
			xml_out_raw(o, part_bytes(m, &m->parts[i]));
}

static bool
find_part(const struct compose *m, struct str id, struct sign_part *out)
{
	*out = (struct sign_part){.id = id, .canonical = buf_str(&m->body)};
	if (str_eq(id, m->body_id))
		return true;
	for (size_t i = 0; i < m->part_count; i++) {
		if (!str_eq(id, m->parts[i].id))
			continue;
		out->canonical = part_bytes(m, &m->parts[i]);
		return true;
	}
	return false;
}

static bool
sign(const struct compose *m, const struct compose_signature *s, struct xml_out *o,
     struct err *e)
{
	struct sign_part parts[COMPOSE_PARTS_MAX + 1];
	struct sign_part str_part = {.id = s->str_id, .canonical = s->str_token};
	struct sign_order order = {
		.parts = parts,
		.str_part = str_is_set(s->str_id) ? &str_part : NULL,
		.keyinfo = s->keyinfo,
		.key_id = s->key_id,
		.signer = s->signer,
	};

	BUG_ON(s->id_count > ARRAY_LEN(parts));
	for (size_t i = 0; i < s->id_count; i++)
		if (find_part(m, s->ids[i], &parts[order.part_count]))
			order.part_count++;
	return sign_write(&order, m->a, o, e);
}

static bool
has_security(const struct compose *m, const struct compose_signature *s)
{
	bool has = s != NULL;

	for (size_t i = 0; i < m->part_count; i++)
		has |= m->parts[i].place == COMPOSE_SECURITY;
	return has;
}

static bool
put_security(const struct compose *m, const struct compose_signature *s, struct xml_out *o,
	     struct err *e)
{
	if (!has_security(m, s))
		return true;
	xml_out_open(o, "o", NS_WSSE, "Security");
	xml_out_attr(o, m->prefix, m->ns, "mustUnderstand", STR("1"));
	put_parts(m, COMPOSE_SECURITY, o);
	if (s && !sign(m, s, o, e))
		return false;
	xml_out_close(o);
	return true;
}

bool
compose_finish(struct compose *m, const struct compose_signature *s, struct buf *out,
	       struct err *e)
{
	struct xml_out *o = xml_out_new(m->a, out);

	if (!buf_done(&m->head, e) || !buf_done(&m->body, e))
		return false;
	xml_out_open(o, m->prefix, m->ns, "Envelope");
	xml_out_open(o, m->prefix, m->ns, "Header");
	put_parts(m, COMPOSE_HEADER, o);
	if (!put_security(m, s, o, e))
		return false;
	put_parts(m, COMPOSE_AFTER_SECURITY, o);
	xml_out_close(o);
	xml_out_raw(o, buf_str(&m->body));
	xml_out_close(o);
	return buf_done(out, e);
}
