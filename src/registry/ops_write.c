/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * opret, importer, ret, passiver and slet: who may, what was sent, then the change. Everything
 * that does not need the store is done before its job.
 * Source: contract of Organisation, 2.2, 3.2, 3.4 and 3.5.
 */
#include "registry/change.h"

#include "base/limits.h"
#include "registry/validate.h"
#include "xml/names.h"

static bool
take_note(struct work *w, struct cursor *c, struct str *note, struct err *e)
{
	struct xml_node *n = cursor_take(c, NS_SAGDOK, "NoteTekst");

	return !n || reader_text(&w->reader, n, LIMIT_NOTE_CHARS, note, e);
}

static bool
need_uuid(struct work *w, struct cursor *c, struct uuid *out, struct err *e)
{
	struct xml_node *n;

	return reader_need(&w->reader, c, NS_SAGDOK, "UUIDIdentifikator", &n, e) &&
	       reader_uuid(&w->reader, n, out, e);
}

static void
answer_ok(struct registry_call *c)
{
	answer_begin_ok(c);
	answer_end(c);
}

/* ---- opret ---- */

static bool
opret(struct work *w, struct err *e)
{
	struct registry_call *c = w->c;
	enum decode_lists rule = c->type->may_lack_lists ? LISTS_OPTIONAL : LISTS_REQUIRED;
	struct registrering reg = {.at = INSTANT_MIN};
	struct change ch = {.w = w, .kind = CHANGE_OPRET, .regs = &reg, .count = 1};
	char text[UUID_TEXT_LEN + 1];
	struct cursor cur;

	if (!work_may(w, ACCESS_WRITE, NULL, e) ||
	    !reader_open(&w->reader, c->input, &cur, e) || !take_note(w, &cur, &reg.note, e) ||
	    !decode_lists(&w->reader, &cur, rule, &reg.content, e) ||
	    !reader_close(&w->reader, &cur, e) || !change_read_import(&ch, e) ||
	    !c->registry->options.make_uuid(&ch.uuid, e))
		return false;
	change_prepare(&ch);
	if (!change_run(&ch, e))
		return false;
	answer_begin_ok(c);
	xml_out_leaf(c->out, PREFIX_SD, NS_SAGDOK, "UUIDIdentifikator",
		     uuid_format(ch.uuid, text));
	answer_end(c);
	return true;
}

bool
registry_opret(struct registry_call *c, struct err *e)
{
	struct work w;

	work_init(&w, c);
	return opret(&w, e) || answer_refuse(&w, e);
}

/* ---- importer ---- */

static bool
importer(struct work *w, struct err *e)
{
	struct change ch = {.w = w, .kind = CHANGE_IMPORT};
	struct xml_node *n;
	struct cursor cur;

	if (!work_may(w, ACCESS_WRITE, NULL, e) ||
	    !reader_open(&w->reader, w->c->input, &cur, e) ||
	    !reader_need(&w->reader, &cur, w->c->type->ns, w->c->type->name, &n, e) ||
	    !reader_close(&w->reader, &cur, e) ||
	    !decode_object(&w->reader, n, &ch.uuid, &ch.regs, &ch.count, e) ||
	    !change_read_import(&ch, e))
		return false;
	change_prepare(&ch);
	if (!change_run(&ch, e))
		return false;
	answer_ok(w->c);
	return true;
}

bool
registry_importer(struct registry_call *c, struct err *e)
{
	struct work w;

	work_init(&w, c);
	return importer(&w, e) || answer_refuse(&w, e);
}

/* ---- ret ---- */

static bool
ret(struct work *w, struct err *e)
{
	struct registrering reg = {.at = INSTANT_MIN};
	struct change ch = {.w = w, .kind = CHANGE_RET, .regs = &reg, .count = 1};
	struct cursor cur;

	if (!work_may_any(w, ACCESS_WRITE, e) ||
	    !reader_open(&w->reader, w->c->input, &cur, e) ||
	    !need_uuid(w, &cur, &ch.uuid, e) || !take_note(w, &cur, &reg.note, e) ||
	    !decode_lists(&w->reader, &cur, LISTS_OPTIONAL, &reg.content, e) ||
	    !reader_close(&w->reader, &cur, e) ||
	    !validate_content(&w->reader, &reg.content, &ch.uuid, false, e) ||
	    !change_run(&ch, e))
		return false;
	answer_ok(w->c);
	return true;
}

bool
registry_ret(struct registry_call *c, struct err *e)
{
	struct work w;

	work_init(&w, c);
	return ret(&w, e) || answer_refuse(&w, e);
}

/* ---- passiver, slet ---- */

static bool
end_object(struct work *w, enum change_kind kind, struct err *e)
{
	struct registrering reg = {.at = INSTANT_MIN};
	struct change ch = {.w = w, .kind = kind, .regs = &reg, .count = 1};
	struct cursor cur;

	if (!work_may_any(w, ACCESS_WRITE, e) ||
	    !reader_open(&w->reader, w->c->input, &cur, e) ||
	    !need_uuid(w, &cur, &ch.uuid, e) || !take_note(w, &cur, &reg.note, e) ||
	    !reader_close(&w->reader, &cur, e) || !change_run(&ch, e))
		return false;
	answer_ok(w->c);
	return true;
}

bool
registry_passiver(struct registry_call *c, struct err *e)
{
	struct work w;

	work_init(&w, c);
	return end_object(&w, CHANGE_PASSIVER, e) || answer_refuse(&w, e);
}

bool
registry_slet(struct registry_call *c, struct err *e)
{
	struct work w;

	work_init(&w, c);
	return end_object(&w, CHANGE_SLET, e) || answer_refuse(&w, e);
}
