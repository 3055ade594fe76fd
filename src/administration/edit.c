/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Edits by hand: looked at on what the draft makes of the object, checked by the reader that
 * clients' messages pass, folded, and only then put into the draft.
 */
#include "administration/edit.h"

#include <stdarg.h>
#include <string.h>
#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "registry/codec.h"
#include "xml/names.h"
#include "xml/parse.h"

/* ---- the frame ---- */

bool
editing_tell(struct editing *x, struct err *e, const char *fmt, ...)
{
	AUTO(buf_release) struct buf b = BUF_INIT(4096);
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	x->f->text = arena_dup(x->f->a, buf_str(&b));
	return FAIL(e, DRAFT_INVALID, "an edit");
}

struct running {
	struct editing x;
	editing_fn *fn;
	void *arg;
};

static bool
run_job(struct tx *tx, void *arg, struct err *e)
{
	struct running *r = arg;

	r->x.tx = tx;
	return draft_move(tx, r->x.f->desk, r->x.f->draft, DRAFT_REDIGER, e) &&
	       r->fn(&r->x, r->arg, e);
}

bool
editing_run(struct edit_frame *f, editing_fn *fn, void *arg, struct err *e)
{
	struct running r = {.x = {.f = f}, .fn = fn, .arg = arg};

	f->text = STR_NONE;
	r.x.day = f->fra == EDIT_DAY ? time_local_midnight(clock_now()) : f->fra;
	return store_write(f->desk->store, run_job, &r, e);
}

/* ---- looking and putting ---- */

static struct fold_rules
rules_of(const struct editing *x)
{
	return (struct fold_rules){
		.day = x->day, .now = clock_now(), .needs_key = !x->f->desk->key_is_optional};
}

bool
editing_look(struct editing *x, const struct oio_type *t, struct uuid uuid, struct folded *out,
	     struct err *e)
{
	const struct draft_place place = {t->id, uuid};
	const struct fold_rules rules = rules_of(x);
	struct drafted it;

	if (!draft_object(tx_reading(x->tx), x->f->desk, x->f->draft, &place, &rules, x->f->a,
			  &it, e))
		return false;
	if (str_is_set(it.refused))
		return editing_refuse(x, e, STR_FMT, STR_ARG(it.refused));
	*out = it.after;
	return true;
}

/* Times that are not known as those of today. */
static struct oio_content
as_of_today(const struct editing *x, const struct oio_content *c)
{
	struct oio_content out = *c;

	out.items = ARENA_NEW_N(x->f->a, c->count + 1, struct oio_item);
	for (size_t i = 0; i < c->count; i++) {
		out.items[i] = c->items[i];
		if (out.items[i].v.fra == EDIT_DAY)
			out.items[i].v.fra = x->day;
		if (out.items[i].v.til == EDIT_DAY)
			out.items[i].v.til = x->day;
	}
	object_sort(&out);
	return out;
}

/*
 * Lengths, patterns, forms: written as a client would write it, and read as a client's message
 * is read, so that the one set of rules decides.
 */
static bool
check_form(struct editing *x, const struct edit *edit, struct err *e)
{
	static const struct xml_limits limits = {.bytes = LIMIT_SERVICE_BODY_BYTES,
						 .depth = LIMIT_XML_DEPTH,
						 .nodes = LIMIT_SERVICE_NODES};
	AUTO(buf_release) struct buf b = BUF_INIT(LIMIT_SERVICE_BODY_BYTES);
	AUTO(xml_doc_freep) struct xml_doc *doc = NULL;
	struct registrering reg = {.livscyklus = LIV_IMPORTERET, .at = x->day}, *regs;
	struct reader r = {.type = edit->type, .a = x->f->a, .now = x->day};
	struct encoder enc = {.a = x->f->a, .type = edit->type};
	char text[UUID_TEXT_LEN + 1];
	struct uuid uuid;
	size_t count;

	reg.content = as_of_today(x, &edit->content);
	enc.out = xml_out_new(x->f->a, &b);
	xml_out_open(enc.out, PREFIX_OBJECT, edit->type->ns, edit->type->name);
	xml_out_leaf(enc.out, PREFIX_SD, NS_SAGDOK, "UUIDIdentifikator",
		     uuid_format(edit->uuid, text));
	encode_registrering(&enc, &reg);
	xml_out_close(enc.out);
	if (b.over || !xml_parse(buf_str(&b), &limits, &doc, e)) {
		err_clear(e);
		return editing_refuse(x, e, "Teksten kan ikke stå i en besked");
	}
	if (decode_object(&r, xml_root(doc), &uuid, &regs, &count, e))
		return true;
	err_clear(e);
	return editing_refuse(x, e, STR_FMT, STR_ARG(r.text));
}

bool
editing_put(struct editing *x, struct edit *edit, struct err *e)
{
	const struct fold_rules rules = rules_of(x);
	struct err why = ERR_INIT;
	struct folded now;
	struct str text;

	edit->base = EDIT_BASE_NOW;
	edit->day = x->f->fra;
	if (!editing_look(x, edit->type, edit->uuid, &now, e))
		return false;
	if ((edit->op == EDIT_IMPORTER || edit->op == EDIT_RET) && !check_form(x, edit, e))
		return false;
	if (!fold_edit(edit, &rules, x->f->a, &now, &text, &why)) {
		if (str_is_set(text))
			return editing_refuse(x, e, STR_FMT, STR_ARG(text));
		*e = why;
		return false;
	}
	return draft_put(x->tx, x->f->desk, x->f->draft, DRAFT_REDIGER, edit, 1, e);
}

/* ---- setting fields ---- */

struct setting_fields {
	const struct oio_type *type;
	struct uuid uuid;
	bool is_new;
	const struct edit_setting *settings;
	size_t count;
};

static bool
set_fields(struct editing *x, void *arg, struct err *e)
{
	const struct setting_fields *s = arg;
	struct edit edit = {.type = s->type, .uuid = s->uuid, .op = EDIT_AFSLUT};
	struct oio_content begins;
	struct folded now;

	if (!editing_look(x, s->type, s->uuid, &now, e))
		return false;
	if (s->is_new && (now.livscyklus == LIV_OPSTAAET || now.livscyklus == LIV_IMPORTERET))
		return editing_refuse(x, e, "%s findes allerede", s->type->name);
	if (s->is_new)
		now = (struct folded){.livscyklus = LIV_NONE};
	else if (now.livscyklus == LIV_NONE)
		return editing_refuse(x, e, "%s findes ikke", s->type->name);
	if (!editing_read(x, s->type, &now, s->settings, s->count, &begins, &edit.content, e))
		return false;
	if (edit.content.count > 0 && !editing_put(x, &edit, e))
		return false;
	if (begins.count == 0)
		return true;
	edit.op = s->is_new ? EDIT_IMPORTER : EDIT_RET;
	edit.content = begins;
	return editing_put(x, &edit, e);
}

bool
edit_set(struct edit_frame *f, const struct oio_type *t, struct uuid uuid, bool is_new,
	 const struct edit_setting *settings, size_t count, struct err *e)
{
	struct setting_fields s = {t, uuid, is_new, settings, count};

	return editing_run(f, set_fields, &s, e);
}

/* ---- undoing ---- */

struct undoing {
	struct draft_place place;
	int64_t removed;
};

static bool
undo(struct editing *x, void *arg, struct err *e)
{
	struct undoing *u = arg;

	return drafts_drop(x->tx, x->f->draft, &u->place, &u->removed, e);
}

bool
edit_undo(struct edit_frame *f, const struct oio_type *t, struct uuid uuid, int64_t *count,
	  struct err *e)
{
	struct undoing u = {{t->id, uuid}, 0};

	if (!editing_run(f, undo, &u, e))
		return false;
	*count = u.removed;
	return true;
}
