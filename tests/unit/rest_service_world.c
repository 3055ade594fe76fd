/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See rest_service_world.h. */
#include "tests/unit/rest_service_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/json.h"
#include "tests/unit/pki.h"

/* --- a service --- */

static unsigned runs;

static bool
run_hent(struct rest_task *t, struct err *e)
{
	(void)e;
	runs++;
	buf_printf(t->out,
		   "{\"cvr\":\"" STR_FMT "\",\"system\":\"" STR_FMT "\",\"body\":\"%zu\"}",
		   STR_ARG(t->caller->cvr), STR_ARG(t->caller->system), t->body.len);
	return true;
}

static bool
run_advis(struct rest_task *t, struct err *e)
{
	(void)e;
	t->verdict = RETUR_NOT_FOUND;
	buf_add_c(t->out, "{\"advis\":\"44\"}");
	return true;
}

static bool
run_fejl(struct rest_task *t, struct err *e)
{
	buf_add_c(t->out, "half an answ");
	t->reason = STR("Fejl ved \"x\"");
	if (str_eq_c(t->body, "{}"))
		return FAIL(e, RETUR_INPUT, "as asked");
	if (str_eq_c(t->body, "[]"))
		return FAIL(e, RETUR_DENIED, "as asked");
	return FAIL(e, STORE_UNAVAILABLE, "as asked");
}

static void
tell(int status, const char *code, struct str text, struct buf *out)
{
	AUTO(json_decrefp) json_t *o = json_object();

	(void)json_object_set_new(o, "status", json_integer(status));
	json_put_text(o, "fejl", str_from(code));
	json_put_text(o, "tekst", text);
	json_add_to(o, out);
}

static const struct rest_op ops[] = {
	{"hent", "/hent", false, ACCESS_READ, run_hent},
	{"laes", "/laes", true, ACCESS_READ, run_hent},
	{"skriv", "/skriv", false, ACCESS_WRITE, run_hent},
	{"advis", "/advis", false, ACCESS_READ, run_advis},
	{"fejl", "/fejl", false, ACCESS_READ, run_fejl},
	{"slet", "/slet", false, 0, run_hent},
};

static const struct access_role roles[] = {
	{STR_INIT("udstil/1"), ACCESS_READ},
	{STR_INIT("rediger/1"), ACCESS_READ | ACCESS_WRITE},
};
static const struct access_limit limits[] = {{STR_INIT("navn/1"), 0}};
static const struct access_rules rules = {roles, ARRAY_LEN(roles), limits, ARRAY_LEN(limits)};
static const char *const aliases[] = {"/test_1", NULL};
static const struct rest_service service = {
	.name = "Test",
	.path = "/service/test/1",
	.aliases = aliases,
	.entity_ids = {GW_AUDIENCE},
	.rules = &rules,
	.ops = ops,
	.op_count = ARRAY_LEN(ops),
	.needs_transaction = true,
	.tell = tell,
};
static const struct rest_service plain = {
	.name = "Plain",
	.path = "/plain",
	.entity_ids = {GW_AUDIENCE},
	.rules = &rules,
	.ops = ops,
	.op_count = ARRAY_LEN(ops),
};
static const struct rest_service *const services[] = {&service, &plain};

/* --- calls --- */

struct str
token_for(const char *folder)
{
	const struct send s = {REST_PATH_JWT, .query = GRANT SCOPE, .cert = folder};

	rw_post(&s);
	return rw_access_token();
}

struct str
bearer(const char *scheme, struct str token)
{
	return arena_printf(bw.g.a, "%s " STR_FMT, scheme, STR_ARG(token));
}

struct send
call_with(struct str token)
{
	return (struct send){HENT,
			     .type = JSON,
			     .body = STR("{}"),
			     .authorization = bearer("Holder-of-key", token),
			     .transaction = TID,
			     .time = TIME};
}

void
told(const char *name, const struct send *s, int status, const char *body)
{
	unsigned before = runs;

	rw_post(s);
	rw_expect(name, status, body);
	if (status >= 400 && runs != before)
		fail_msg("%s: the handler ran", name);
	if ((status == 401) != str_is_set(rw_header("WWW-Authenticate")) && status != 403)
		fail_msg("%s: WWW-Authenticate", name);
}

void
accepted(const char *name, struct send s)
{
	unsigned before = runs;

	told(name, &s, 200, "\"cvr\":\"11111111\"");
	if (runs != before + 1)
		fail_msg("%s: the handler did not run once", name);
}

void
invalid(const char *name, struct send s)
{
	told(name, &s, 401,
	     "{\"status\":401,\"fejl\":\"401\",\"tekst\":\"Security Token Invalid\"}");
	if (!bw_has(rw_header("WWW-Authenticate"), "Holder-of-key " INVALID))
		fail_msg("%s: challenge", name);
}

void
denied(const char *name, struct send s)
{
	told(name, &s, 403, "{\"status\":403,\"fejl\":\"403\",\"tekst\":\"Access denied.\"}");
	if (!bw_has(rw_header("WWW-Authenticate"), "error=\"insufficient_scope\""))
		fail_msg("%s: challenge", name);
}

unsigned
handler_runs(void)
{
	return runs;
}

void
rsw_begin(const char *name)
{
	bw_begin(name);
	world_cert(&bw.g.w, "selfsigned.pem", "odd/selfsigned");
	bw.app.rest_services = services;
	bw.app.rest_service_count = ARRAY_LEN(services);
}
