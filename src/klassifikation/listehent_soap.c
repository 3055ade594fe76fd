/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * KlassifikationListeHent 2 as SOAP: one operation. Clients have been seen to write it in
 * another namespace and without Danish letters; they are answered as they asked. What is wrong
 * with a request is told in the answer (SvarReaktion), what is not there as an Advis.
 *
 * The authority is the token's: an AuthorityContext that names another is refused.
 * Source: contract of Klassifikation, 8.
 */
#include "klassifikation/listehent.h"

#include "base/limits.h"
#include "registry/reader.h"
#include "registry/serve.h"
#include "xml/names.h"

#define PREFIX_KX "kx"

/* ---- who may, in both forms ---- */

static const struct access_role roles[] = {
	{STR_INIT("udstil/1"), ACCESS_READ},
};

const struct access_rules klassifikationlistehent_rules = {
	.roles = roles,
	.role_count = ARRAY_LEN(roles),
};

/* ---- a request ---- */

/* What comes and goes with it. */
struct context {
	struct str id, time, request_id;
};

struct asked {
	struct soap_call *s;
	struct reader r;
	struct str ns;
	bool is_danish;
	struct context context;
	struct hent_request request;
};

static const char *
name_of(const struct asked *q, enum hent_asked n)
{
	return q->is_danish ? hent_asked_names[n].danish : hent_asked_names[n].ascii;
}

static struct xml_node *
take(const struct asked *q, struct cursor *c, enum hent_asked n)
{
	return cursor_take(c, q->ns, name_of(q, n));
}

static bool
read_text(struct asked *q, const struct xml_node *n, size_t max, struct str *out, struct err *e)
{
	return reader_text(&q->r, n, max, out, e);
}

/* An Id and a time are demanded; the rest of the context is nobody's business here. */
static bool
read_context(struct asked *q, const struct xml_node *n, struct err *e)
{
	struct cursor c = {.parent = n, .at = xml_first(n)};
	const struct xml_node *authority, *cvr;
	struct xml_node *child;
	struct uuid uuid;
	struct str text;
	instant ignored;

	if (!reader_need(&q->r, &c, NS_KONTEKST, "TransaktionsId", &child, e) ||
	    !read_text(q, child, LIMIT_TRANSACTION_BYTES, &text, e))
		return false;
	if (str_is_empty(str_trim(text)))
		return reader_refuse(&q->r, RETUR_INPUT, e, "TransaktionsId er tom");
	q->context.id = text;
	if (!reader_need(&q->r, &c, NS_KONTEKST, "TransaktionsTid", &child, e) ||
	    !reader_datetime(&q->r, child, &ignored, e))
		return false;
	q->context.time = str_trim(xml_text(child, q->s->a));
	child = cursor_take(&c, NS_KONTEKST, "RequestId");
	if (child) {
		if (!reader_uuid(&q->r, child, &uuid, e))
			return false;
		q->context.request_id =
			uuid_format(uuid, ARENA_NEW_N(q->s->a, UUID_TEXT_LEN + 1, char));
	}
	authority = xml_child(n, NS_KONTEKST, "AuthorityContext");
	cvr = authority ? xml_child(authority, NS_KONTEKST, "MunicipalityCVR") : NULL;
	if (cvr && !str_eq(xml_text_trim(cvr, q->s->a), q->s->caller->cvr))
		return reader_refuse(&q->r, RETUR_DENIED, e,
				     "AuthorityContext er en anden myndighed end tokenets");
	return true;
}

static bool
read_key(struct asked *q, struct xml_node *n, struct str *out, struct err *e)
{
	struct str text;

	if (!n)
		return true;
	if (!read_text(q, n, HENT_KEY_CHARS, &text, e))
		return false;
	*out = str_trim(text);
	return !str_is_empty(*out) ||
	       reader_refuse(&q->r, RETUR_INPUT, e, "En brugervendt nøgle er tom");
}

static bool
read_keys(struct asked *q, const struct xml_node *n, struct hent_criterion *out, struct err *e)
{
	struct xml_node *child;
	struct cursor c;

	out->by = HENT_KEYS;
	return reader_open(&q->r, n, &c, e) &&
	       reader_need(&q->r, &c, q->ns, name_of(q, HENT_A_KLASSIFIKATION_KEY), &child,
			   e) &&
	       read_key(q, child, &out->klassifikation, e) &&
	       read_key(q, take(q, &c, HENT_A_FACET_KEY), &out->facet, e) &&
	       read_key(q, take(q, &c, HENT_A_KLASSE_KEY), &out->klasse, e) &&
	       reader_close(&q->r, &c, e);
}

static bool
read_criterion(struct asked *q, const struct xml_node *n, struct hent_criterion *out,
	       struct err *e)
{
	static const struct {
		enum hent_asked name;
		enum hent_by by;
	} ids[] = {{HENT_A_KLASSIFIKATION, HENT_KLASSIFIKATION},
		   {HENT_A_FACET, HENT_FACET},
		   {HENT_A_KLASSE, HENT_KLASSE}};
	struct xml_node *child = NULL;
	struct cursor c;

	*out = (struct hent_criterion){.by = HENT_KEYS};
	if (!reader_open(&q->r, n, &c, e))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(ids) && !child; i++) {
		child = take(q, &c, ids[i].name);
		out->by = ids[i].by;
	}
	if (child)
		return reader_uuid(&q->r, child, &out->uuid, e) && reader_close(&q->r, &c, e);
	return reader_need(&q->r, &c, q->ns, name_of(q, HENT_A_NOEGLER), &child, e) &&
	       read_keys(q, child, out, e) && reader_close(&q->r, &c, e);
}

static bool
read_criteria(struct asked *q, const struct xml_node *n, struct err *e)
{
	unsigned count = xml_count_all(n);
	struct hent_criterion *out;
	struct xml_node *child;
	struct cursor c;

	if (count > LIMIT_HENT_CRITERIA)
		return reader_refuse(&q->r, RETUR_INPUT, e, "Der er flere end %d kriterier",
				     LIMIT_HENT_CRITERIA);
	out = ARENA_NEW_N(q->s->a, count + 1, struct hent_criterion);
	q->request.criteria = out;
	if (!reader_open(&q->r, n, &c, e))
		return false;
	do {
		if (!reader_need(&q->r, &c, q->ns, name_of(q, HENT_A_KRITERIE), &child, e) ||
		    !read_criterion(q, child, &out[q->request.count++], e))
			return false;
	} while (c.at);
	return true;
}

static bool
read_date(struct asked *q, const struct xml_node *n, bool *has, instant *out, struct err *e)
{
	struct err why = ERR_INIT;
	struct str text;

	*has = n != NULL;
	if (!n)
		return true;
	if (!read_text(q, n, 0, &text, e))
		return false;
	return hent_date(str_trim(text), out, &why) ||
	       reader_refuse(&q->r, RETUR_INPUT, e, "En dato er ugyldig");
}

/* Attributes of the root, such as revision, are left alone. */
static bool
read_request(struct asked *q, struct err *e)
{
	struct cursor c = {.parent = q->s->input, .at = xml_first(q->s->input)};
	struct hent_request *out = &q->request;
	struct xml_node *n;
	bool is_current = true;

	if (!reader_need(&q->r, &c, NS_KONTEKST, "HovedOplysninger", &n, e) ||
	    !read_context(q, n, e) ||
	    !reader_need(&q->r, &c, q->ns, name_of(q, HENT_A_LISTE), &n, e) ||
	    !read_criteria(q, n, e))
		return false;
	n = take(q, &c, HENT_A_AKTUELLE);
	if (n && !reader_boolean(&q->r, n, &is_current, e))
		return false;
	out->is_all = !is_current;
	if (!read_date(q, take(q, &c, HENT_A_FRA), &out->has_from, &out->from, e) ||
	    !read_date(q, take(q, &c, HENT_A_TIL), &out->has_to, &out->to, e))
		return false;
	n = take(q, &c, HENT_A_FAELLES);
	if (n && !reader_boolean(&q->r, n, &out->only_shared, e))
		return false;
	return reader_close(&q->r, &c, e);
}

/* ---- an answer ---- */

static const char *
spell(void *to, enum hent_name n)
{
	const struct asked *q = to;

	return q->is_danish ? hent_names[n].danish : hent_names[n].ascii;
}

static void
put_open(void *to, enum hent_name n)
{
	const struct asked *q = to;

	xml_out_open(q->s->out, "", q->ns, spell(to, n));
}

static void
put_close(void *to)
{
	const struct asked *q = to;

	xml_out_close(q->s->out);
}

static void
put_leaf(void *to, enum hent_name n, struct str text)
{
	const struct asked *q = to;

	xml_out_leaf(q->s->out, "", q->ns, spell(to, n), text);
}

static void
put_reaction(const struct asked *q, enum err_code code, struct str text)
{
	bool is_advis = code == RETUR_NOT_FOUND;
	struct xml_out *o = q->s->out;

	xml_out_open(o, PREFIX_KX, NS_KONTEKST, "SvarReaktion");
	xml_out_open(o, PREFIX_KX, NS_KONTEKST, is_advis ? "Advis" : "Fejl");
	xml_out_leaf(o, PREFIX_KX, NS_KONTEKST, is_advis ? "AdvisId" : "FejlId",
		     str_from(err_row(code)->code));
	xml_out_leaf(o, PREFIX_KX, NS_KONTEKST, is_advis ? "AdvisTekst" : "FejlTekst",
		     str_is_empty(text) ? str_from(err_row(code)->text) : text);
	xml_out_close(o);
	xml_out_close(o);
}

/* Root and context; what was not sent, or not well, is made. */
static bool
begin(struct asked *q, enum err_code code, struct str text, struct err *e)
{
	const struct registry *registry = q->s->state;
	struct xml_out *o = q->s->out;
	char id[UUID_TEXT_LEN + 1], now[TIME_TEXT_MAX];
	struct uuid uuid;

	if (!registry_new_uuid(registry, &uuid, e))
		return false;
	q->s->verdict = code;
	xml_out_apex(o, "", q->ns, q->s->op->output);
	xml_out_open(o, PREFIX_KX, NS_KONTEKST, "HovedOplysningerSvar");
	xml_out_leaf(o, PREFIX_KX, NS_KONTEKST, "TransaktionsId",
		     str_is_set(q->context.id) ? q->context.id : uuid_format(uuid, id));
	xml_out_leaf(o, PREFIX_KX, NS_KONTEKST, "TransaktionsTid",
		     str_is_set(q->context.time) ? q->context.time
						 : time_format_local(q->s->now, now));
	if (str_is_set(q->context.request_id))
		xml_out_leaf(o, PREFIX_KX, NS_KONTEKST, "RequestId", q->context.request_id);
	if (code != ERR_NONE)
		put_reaction(q, code, text);
	xml_out_close(o);
	return true;
}

/* false: a fault */
static bool
refuse(struct asked *q, struct str reason, struct err *e)
{
	enum err_code code = e->code;

	if (err_row(code)->voice != VOICE_RETUR)
		return false;
	err_clear(e);
	if (!begin(q, code, str_is_set(reason) ? reason : q->r.text, e))
		return false;
	xml_out_close(q->s->out);
	return true;
}

static bool
answer(struct asked *q, struct registry_call *c, struct hent_answer *h, struct err *e)
{
	const struct hent_writer w = {
		.to = q,
		.open = put_open,
		.close = put_close,
		.open_list = put_open,
		.close_list = put_close,
		.open_item = put_open,
		.close_item = put_close,
		.leaf = put_leaf,
	};
	enum err_code code = ERR_NONE;

	if (!hent_find(c, &q->request, h, e))
		return refuse(q, h->reason, e);
	if (hent_is_empty(h))
		code = RETUR_NOT_FOUND;
	if (!begin(q, code, HENT_NOTHING, e) || !hent_write(h, &w, e))
		return false;
	xml_out_close(q->s->out);
	return true;
}

static bool
run_hent(struct soap_call *s, struct err *e)
{
	struct registry_call c = serve_call(s);
	struct asked q = {.s = s, .r = {.a = s->a, .now = s->now}};
	struct hent_answer h = {.request = NULL};
	bool ok;

	q.is_danish = str_eq_c(xml_ns(s->input), NS_KOMBIT_2017);
	q.ns = q.is_danish ? STR(NS_KOMBIT_2017) : STR(NS_KOMBIT_2017_INT);
	if (!read_request(&q, e))
		return refuse(&q, STR_NONE, e);
	ok = answer(&q, &c, &h, e);
	hent_end(&h);
	return ok;
}

/* ---- the service ---- */

static const struct registry_service row = {
	.key = "klassifikationlistehent",
	.rules = &klassifikationlistehent_rules,
};

static const struct soap_op ops[] = {
	{"hent", "KlassifikationListeHent_I", "KlassifikationListeHent_O",
	 "http://www.kombit.dk/2017/01/01/KlassifikationListeHentService_2#"
	 "KlassifikationListeHent",
	 false, NULL, run_hent},
};

static const char *const aliases[] = {
	"/service/klassifikationlistehentservice_2",
	"/klassifikation/klassifikationlistehent/2",
	NULL,
};

const struct soap_service klassifikationlistehent_2 = {
	.name = "KlassifikationListeHent",
	.path = "/klassifikationlistehent/2",
	.aliases = aliases,
	.ns = NS_KOMBIT_2017,
	.other_ns = NS_KOMBIT_2017_INT,
	.entity_ids = {ENTITY_KLASSIFIKATIONLISTEHENT_2},
	.wsdl = "klassifikationlistehent/klassifikationlistehent.wsdl",
	.ops = ops,
	.op_count = ARRAY_LEN(ops),
	.row = &row,
};
