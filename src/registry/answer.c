/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The frame of every answer: output element and StandardRetur. Texts say what the client may
 * know; the row of err.def gives the code.
 * Source: contract of Organisation, 1.7 and R13.
 */
#include "registry/label.h"

#include "xml/names.h"

static void
open_output(struct registry_call *c, struct str code, struct str text)
{
	bool is_system = !c->type || !str_eq(c->ns, c->type->ns);

	xml_out_apex(c->out, is_system ? PREFIX_SYSTEM : PREFIX_OBJECT, c->ns, c->output);
	xml_out_open(c->out, PREFIX_SD, NS_SAGDOK, "StandardRetur");
	xml_out_leaf(c->out, PREFIX_SD, NS_SAGDOK, "StatusKode", code);
	xml_out_leaf(c->out, PREFIX_SD, NS_SAGDOK, "FejlbeskedTekst", text);
	xml_out_close(c->out);
}

void
answer_begin_ok(struct registry_call *c)
{
	c->verdict = ERR_NONE;
	open_output(c, STR("20"), STR("OK"));
}

void
answer_end(struct registry_call *c)
{
	xml_out_close(c->out);
}

static void
begin_retur(struct registry_call *c, enum err_code code, struct str text)
{
	const struct err_row *row = err_row(code);

	c->verdict = code;
	open_output(c, str_from(row->code), str_is_empty(text) ? str_from(row->text) : text);
}

static void
end_retur(struct registry_call *c, enum err_code code)
{
	/* [R8] a search that finds nothing says so with an empty list as well */
	if (code == RETUR_NOT_FOUND && str_eq_c(str_from(c->operation), "soeg")) {
		xml_out_open(c->out, PREFIX_SD, NS_SAGDOK, "IdListe");
		xml_out_close(c->out);
	}
	xml_out_close(c->out);
}

void
answer_retur(struct registry_call *c, enum err_code code, struct str text)
{
	begin_retur(c, code, text);
	end_retur(c, code);
}

bool
answer_begin_refusal(struct work *w, struct err *e)
{
	enum err_code code = e->code;

	if (err_row(code)->voice != VOICE_RETUR)
		return false;
	err_clear(e);
	begin_retur(w->c, code, w->reader.text);
	return true;
}

bool
answer_refuse(struct work *w, struct err *e)
{
	enum err_code code = e->code;

	if (!answer_begin_refusal(w, e))
		return false;
	end_retur(w->c, code);
	return true;
}

void
answer_encoder(const struct registry_call *c, struct reading *r, struct label_source *from,
	       struct encoder *x)
{
	*x = (struct encoder){.out = c->out, .a = c->a, .type = c->type};
	if (!r || !c->registry->options.label_type)
		return;
	*from = (struct label_source){.call = c, .reading = r};
	x->label = label_find;
	x->label_state = from;
}
