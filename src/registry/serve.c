/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a SOAP call to the engine and back, the same for every service of every registry.
 * Decides and refuses nothing; the engine does.
 */
#include "registry/serve.h"

struct registry_call
serve_call(const struct soap_call *s)
{
	const struct registry_service *service = s->service->row;
	const struct oio_type *t = s->op->row;

	return (struct registry_call){.registry = s->state,
				      .rules = service->rules,
				      .key = t ? t->key : service->key,
				      .ns = str_from(s->service->ns),
				      .type = t,
				      .operation = s->op->name,
				      .output = s->op->output,
				      .caller = s->caller,
				      .input = s->input,
				      .a = s->a,
				      .now = s->now,
				      .out = s->out};
}

bool
serve_done(struct soap_call *s, const struct registry_call *c, bool ok)
{
	s->is_recorded = c->is_recorded;
	s->verdict = c->verdict;
	return ok;
}

static bool
run(struct soap_call *s, registry_op *op, struct err *e)
{
	struct registry_call c = serve_call(s);

	return serve_done(s, &c, op(&c, e));
}

bool
serve_opret(struct soap_call *s, struct err *e)
{
	return run(s, registry_opret, e);
}

bool
serve_importer(struct soap_call *s, struct err *e)
{
	return run(s, registry_importer, e);
}

bool
serve_ret(struct soap_call *s, struct err *e)
{
	return run(s, registry_ret, e);
}

bool
serve_passiver(struct soap_call *s, struct err *e)
{
	return run(s, registry_passiver, e);
}

bool
serve_slet(struct soap_call *s, struct err *e)
{
	return run(s, registry_slet, e);
}

bool
serve_laes(struct soap_call *s, struct err *e)
{
	return run(s, registry_laes, e);
}

bool
serve_list(struct soap_call *s, struct err *e)
{
	return run(s, registry_list, e);
}

bool
serve_soeg(struct soap_call *s, struct err *e)
{
	return run(s, registry_soeg, e);
}
