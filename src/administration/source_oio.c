/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * OIO objects as they are: XML with the objects of importer messages, any number of them, and
 * lines of JSON with one object each. One decoder and one set of hard rules judge both, as they
 * do what comes by SOAP. Of several registrations the latest counts. Refuses CPR numbers to
 * whoever has no right to them, and the same object twice. A file that is not well-formed XML
 * is refused as a whole.
 * Source: contract of administration, 4.7.3; of Organisation, 3.2 and 6 (hard rules).
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "administration/object_json.h"
#include "administration/source_internal.h"
#include "base/json.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "organisation/types.h"
#include "registry/codec.h"
#include "registry/validate.h"
#include "xml/names.h"
#include "xml/stream.h"

static const struct xml_limits object_limits = {.bytes = LIMIT_OBJECT_BYTES,
						.depth = 40,
						.nodes = LIMIT_OBJECT_ITEMS * 12,
						.comments_ok = true};

/* ---- one object ---- */

/* A business refusal is the record's; anything else ends the reading. */
static bool
refuse_or_fail(struct source *s, struct reader *r, struct err *e)
{
	struct str why = r->text;

	if (err_row(e->code)->voice != VOICE_RETUR)
		return false;
	if (str_is_empty(why))
		why = str_from(err_row(e->code)->text);
	err_clear(e);
	return record_refuse(s, STR_NONE, e, STR_FMT, STR_ARG(why));
}

static const struct registrering *
latest(const struct registrering *regs, size_t count)
{
	const struct registrering *best = regs;

	for (size_t i = 1; i < count; i++)
		if (regs[i].at >= best->at)
			best = &regs[i];
	return best;
}

/* Whether it is Inaktiv on that day, or said to be gone. */
static bool
is_ended(const struct oio_type *t, const struct registrering *r, instant from)
{
	bool ended = r->livscyklus == LIV_PASSIVERET || r->livscyklus == LIV_SLETTET;

	for (size_t i = 0; i < r->content.count; i++) {
		const struct oio_item *item = &r->content.items[i];

		if (item->part == OIO_TILSTAND &&
		    t->fields[item->field].value == OIO_GYLDIGHED && item->v.fra <= from &&
		    from < item->v.til)
			ended = ended || !item->u.tilstand.flag;
	}
	return ended;
}

static bool
has_cpr(const struct oio_type *t, const struct oio_content *c)
{
	for (size_t i = 0; t == &type_person && i < c->count; i++)
		if (c->items[i].part == OIO_ATTRIBUT &&
		    c->items[i].u.egenskab[PERSON_CPR].tag == OIO_TEXT)
			return true;
	return false;
}

static bool
take(struct source *s, struct source_object *o, const struct registrering *r, struct err *e)
{
	uint64_t before;

	if (!s->o.may_cpr && has_cpr(o->type, &r->content))
		return record_refuse(s, STR("CPR-NummerTekst"), e,
				     "CPR-numre må ikke læses her: det kræver en særlig ret");
	if (!seen_add(s->seen, o->type, o->uuid, s->record, &before))
		return record_refuse(s, STR("UUIDIdentifikator"), e,
				     "samme objekt som i post nummer %llu",
				     (unsigned long long)before);
	o->content = r->content;
	o->is_ended = is_ended(o->type, r, s->o.from);
	object_sort(&o->content);
	return record_emit(s, o, e);
}

/* An object's element; its record is open. */
static bool
take_node(struct source *s, const struct xml_node *n, const struct oio_type *t, struct err *e)
{
	struct reader r = {.type = t, .a = s->row, .now = s->o.from};
	struct source_object o = {.type = t};
	const struct registrering *reg;
	struct registrering *regs;
	size_t count;

	if (!decode_object(&r, n, &o.uuid, &regs, &count, e))
		return refuse_or_fail(s, &r, e);
	reg = latest(regs, count);
	if (!validate_content(&r, &reg->content, &o.uuid, true, e))
		return refuse_or_fail(s, &r, e);
	return take(s, &o, reg, e);
}

/* ---- XML ---- */

struct feed {
	struct source *s;
	int fd;
	const char *name;
	struct digest *digest;
};

static bool
on_read(void *arg, char *to, size_t room, size_t *got, struct err *e)
{
	struct feed *f = arg;
	ssize_t n;

	do
		n = read(f->fd, to, room);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return FAIL(e, FILE_UNREADABLE, "%s: %s", f->s->path, strerror(errno));
	*got = (size_t)n;
	f->s->bytes += *got;
	digest_add(f->digest, str_of(to, *got));
	return true;
}

static const struct oio_type *
type_of(struct str ns, struct str local)
{
	for (size_t i = 0; i < ORGANISATION_TYPE_COUNT; i++)
		if (str_eq_c(local, organisation_types[i]->name) &&
		    str_eq(ns, organisation_types[i]->ns))
			return organisation_types[i];
	return NULL;
}

static bool
is_part(struct str ns, struct str local, void *arg)
{
	(void)arg;
	return type_of(ns, local) != NULL;
}

static bool
on_part(const struct xml_node *n, void *arg, struct err *e)
{
	struct feed *f = arg;
	struct source *s = f->s;

	arena_reset(s->row);
	if (!record_begin(s, f->name, xml_line(n), e))
		return false;
	if (s->is_checking)
		return true;
	return take_node(s, n, type_of(xml_ns(n), xml_local(n)), e) && record_end(s, e);
}

/* The whole file; *hex as of what was read. */
static bool
walk(struct source *s, char hex[65], struct err *e)
{
	AUTO(digest_freep) struct digest *d = digest_new(HASH_SHA256);
	struct feed f = {s, open(s->path, O_RDONLY | O_CLOEXEC), s->name, d};
	const struct xml_stream x = {&object_limits, on_read, is_part, on_part, &f};
	uint8_t out[HASH_MAX_BYTES];
	bool ok;

	if (f.fd < 0)
		return FAIL(e, FILE_UNREADABLE, "%s: %s", s->path, strerror(errno));
	s->bytes = 0;
	ok = xml_stream_parse(&x, e);
	(void)close(f.fd);
	(void)digest_final(d, out);
	lines_hex(out, hex);
	return ok;
}

static bool
oio_check(struct source *s, struct err *e)
{
	char *hex = arena_alloc(s->a, 65);
	struct err why = ERR_INIT;

	if (walk(s, hex, &why)) {
		source_surveyed(s, hex);
		return true;
	}
	if (why.code != XML_MALFORMED && why.code != XML_FORBIDDEN && why.code != XML_LIMIT)
		return FAIL(e, why.code, "%s", why.detail);
	return file_refuse(s, s->name, 0, STR_NONE, e, "filen er ikke %s XML: %s",
			   why.code == XML_LIMIT ? "rimelig" : "gyldig", why.detail);
}

static bool
oio_read(struct source *s, struct err *e)
{
	char hex[65];

	return walk(s, hex, e) && source_unchanged(s, hex, e);
}

const struct source_reader source_oio = {oio_check, oio_read, NULL};

/* ---- lines of JSON ---- */

static bool
take_xml(struct source *s, struct str xml, const struct oio_type *t, struct err *e)
{
	AUTO(xml_doc_freep) struct xml_doc *doc = NULL;
	struct err why = ERR_INIT;

	if (!xml_parse(xml, &object_limits, &doc, &why))
		return record_refuse(s, STR_NONE, e, "objektet kan ikke skrives som XML");
	return take_node(s, xml_root(doc), t, e);
}

static bool
take_json(struct source *s, struct str line, struct err *e)
{
	AUTO(buf_release) struct buf xml = BUF_INIT(2 * LIMIT_OBJECT_BYTES);
	json_t *v = json_read_object(line);
	const struct oio_type *t = object_json_type(v);
	struct object_fault f;
	bool ok;

	if (!v)
		ok = record_refuse(s, STR_NONE, e, "linjen er ikke et JSON-objekt");
	else if (!t)
		ok = record_refuse(s, STR_NONE, e,
				   "linjen er ikke ét objekt af en kendt slags");
	else if (!object_json_to_xml(t, v, s->row, &xml, &f))
		ok = record_refuse(s, str_from(f.field), e, "%s", f.reason);
	else
		ok = take_xml(s, buf_str(&xml), t, e);
	json_decref(v);
	return ok;
}

static bool
jsonl_walk(struct source *s, char hex[65], struct err *e)
{
	struct lines l;
	enum line_kind kind;
	struct str line;
	bool ok = lines_open(&l, s->path, LIMIT_OBJECT_BYTES, e);

	while (ok && (ok = lines_next(&l, &kind, &line, e)) && kind != LINE_END) {
		if (l.number == 1)
			line = text_without_bom(line);
		if (kind == LINE_HERE && str_trim(line).len == 0)
			continue;
		arena_reset(s->row);
		ok = record_begin(s, s->name, l.number, e);
		s->bytes = l.offset;
		if (!ok || s->is_checking)
			continue;
		ok = (kind == LINE_TOO_LONG
			      ? record_refuse(s, STR_NONE, e, "linjen er for lang")
			      : take_json(s, line, e)) &&
		     record_end(s, e);
	}
	ok = ok && lines_digest(&l, hex, e);
	s->bytes = l.offset;
	lines_close(&l);
	return ok;
}

static bool
jsonl_check(struct source *s, struct err *e)
{
	char *hex = arena_alloc(s->a, 65);

	if (!jsonl_walk(s, hex, e))
		return false;
	source_surveyed(s, hex);
	return true;
}

static bool
jsonl_read(struct source *s, struct err *e)
{
	char hex[65];

	return jsonl_walk(s, hex, e) && source_unchanged(s, hex, e);
}

const struct source_reader source_jsonl = {jsonl_check, jsonl_read, NULL};
