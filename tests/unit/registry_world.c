/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine behind the service tables, without a network. */
#include "tests/unit/registry_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "klassifikation/listehent.h"
#include "klassifikation/service_6.h"
#include "klassifikation/types_6.h"
#include "organisation/service.h"
#include "organisation/types.h"
#include "xml/names.h"

static struct world *the_world;

static bool
next_uuid(struct uuid *out, struct err *e)
{
	char text[UUID_TEXT_LEN + 1];

	(void)e;
	snprintf(text, sizeof(text), "00000000-0000-4000-8000-%012u", ++the_world->uuid_count);
	return uuid_parse(str_from(text), out);
}

static void
remove_files(const struct world *w)
{
	char path[320];
	static const char *const ends[] = {"", "-wal", "-shm"};

	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s%s", w->path, ends[i]);
		unlink(path);
	}
}

void
world_options(struct world *w, struct registry_options *o)
{
	(void)w;
	*o = (struct registry_options){.operator_cvr = STR(WORLD_OPERATOR),
				       .make_uuid = next_uuid,
				       .label_type = &type_klasse_6,
				       .may_purge = true};
}

void
world_reopen(struct world *w, const struct registry_options *o)
{
	struct store_options so = {.path = w->path, .create = true, .readers = 2};
	struct err e = ERR_INIT;

	registry_closep(&w->registry);
	store_closep(&w->store);
	if (!store_open(&so, &w->store, &e) || !registry_open(w->store, o, &w->registry, &e))
		fail_msg("open: %s", e.detail);
}

void
world_open(struct world *w)
{
	const char *build = getenv("SLUSE_BUILD");
	char path[200];

	mkdir("build", 0777);
	snprintf(path, sizeof(path), "%s/registry-%ld.db", build ? build : "build",
		 (long)getpid());
	world_open_at(w, path);
}

void
world_open_at(struct world *w, const char *path)
{
	struct registry_options o;

	*w = (struct world){.now = WORLD_NOW};
	the_world = w;
	snprintf(w->path, sizeof(w->path), "%s", path);
	remove_files(w);
	world_options(w, &o);
	world_reopen(w, &o);
	clock_freeze(w->now);
}

void
world_close(struct world *w)
{
	registry_closep(&w->registry);
	store_closep(&w->store);
	remove_files(w);
	clock_thaw();
}

/* ---- callers ---- */

struct token {
	struct caller who;
	struct privilege group;
	struct str role;
	struct constraint limits[4];
	struct once_key claim;
	char text[6][120];
};

static void
token_make(const struct as *as, struct token *t)
{
	size_t n = 0;

	*t = (struct token){.who = {.cvr = str_from(as->cvr),
				    .subject = STR("CN=test"),
				    .system = STR("system-1"),
				    .token_id = STR("_token"),
				    .assurance = 3,
				    .message_id = STR("urn:uuid:1"),
				    .request_id = STR("req-1")}};
	while (n < 4 && as->limits[n]) {
		snprintf(t->text[n], sizeof(t->text[n]), "http://x.example/constraints/%s/1",
			 as->limits[n]);
		t->limits[n] = (struct constraint){str_from(t->text[n]), STR("Ja")};
		n++;
	}
	if (as->role) {
		snprintf(t->text[5], sizeof(t->text[5]),
			 "http://x.example/roles/servicesystemrole/%s/1", as->role);
		t->role = str_from(t->text[5]);
		t->group = (struct privilege){
			.scope_cvr = str_from(as->scope ? as->scope : as->cvr),
			.roles = &t->role,
			.role_count = 1,
			.constraints = t->limits,
			.constraint_count = n,
		};
		t->who.privileges = &t->group;
		t->who.privilege_count = 1;
	}
	if (as->claim) {
		memcpy(t->claim.b, &as->claim, sizeof(as->claim));
		t->who.claims = &t->claim;
		t->who.claim_count = 1;
		t->who.claims_until = WORLD_NOW + DAYS(1);
	}
}

/* ---- calls ---- */

static struct str
with_namespaces(const char *body, const char *ns, struct arena *a)
{
	struct str text = str_from(body);
	size_t at;

	if (!str_find(text, STR("{T}"), &at))
		return text;
	return arena_printf(a,
			    STR_FMT " xmlns=\"%s\" xmlns:s=\"urn:oio:sagdok:3.0.0\" "
				    "xmlns:g=\"http://stoettesystemerne.dk/organisation/6/\" "
				    "xmlns:t=\"urn:oio:sts:6\"" STR_FMT,
			    STR_ARG(str_of(text.ptr, at)), ns, STR_ARG(str_skip(text, at + 3)));
}

static void
read_answer(struct said *out)
{
	static const struct xml_limits limits = {.bytes = LIMIT_ANSWER_BYTES,
						 .depth = LIMIT_XML_DEPTH,
						 .nodes = LIMIT_SERVICE_NODES};
	struct xml_node *retur, *n;
	int64_t code = 0;

	if (!xml_parse(out->xml, &limits, &out->doc, &out->e))
		fail_msg("the answer is not XML: " STR_FMT, STR_ARG(out->xml));
	retur = xml_child(xml_root(out->doc), NS_SAGDOK, "StandardRetur");
	if (!retur)
		return;
	n = xml_child(retur, NS_SAGDOK, "StatusKode");
	if (!n || !str_to_i64(xml_text(n, out->a), 0, 99, &code))
		fail_msg("no StatusKode in " STR_FMT, STR_ARG(out->xml));
	out->status = (int)code;
	n = xml_child(retur, NS_SAGDOK, "FejlbeskedTekst");
	out->text = n ? xml_text(n, out->a) : STR_NONE;
}

void
world_call(struct world *w, const struct as *as, const char *service, const char *body,
	   struct said *out)
{
	static const struct xml_limits limits = {.bytes = LIMIT_SERVICE_BODY_BYTES,
						 .depth = LIMIT_XML_DEPTH,
						 .nodes = LIMIT_SERVICE_NODES,
						 .comments_ok = true};
	AUTO(buf_release) struct buf b = BUF_INIT(LIMIT_ANSWER_BYTES);
	AUTO(xml_doc_freep) struct xml_doc *doc = NULL;
	struct token t;
	struct soap_call c = {.now = w->now, .state = w->registry};
	char path[100];

	*out = (struct said){.a = arena_new()};
	snprintf(path, sizeof(path), "/organisation/%s/6", service);
	c.service = soap_service_find(organisation_services, organisation_service_count,
				      str_from(path));
	if (!c.service)
		c.service = soap_service_find(klassifikation_6_services,
					      klassifikation_6_service_count, str_from(path));
	if (strcmp(service, "klassifikationlistehent") == 0)
		c.service = &klassifikationlistehent_2;
	if (!c.service)
		fail_msg("no service %s", path);
	if (!xml_parse(with_namespaces(body, c.service->ns, out->a), &limits, &doc, &out->e))
		fail_msg("not XML: %s: %s", out->e.detail, body);
	c.op = soap_op_find(c.service, xml_root(doc));
	if (!c.op)
		fail_msg("no operation for %s", body);
	token_make(as, &t);
	c.caller = &t.who;
	c.input = xml_root(doc);
	c.a = out->a;
	c.out = xml_out_new(out->a, &b);
	clock_freeze(w->now);
	out->ok = c.op->run(&c, &out->e);
	out->verdict = c.verdict;
	out->is_recorded = c.is_recorded;
	if (!out->ok)
		return;
	assert_true(xml_out_is_closed(c.out) && !b.over);
	out->xml = arena_dup(out->a, buf_str(&b));
	read_answer(out);
	/* the verdict is what the client is told */
	if (out->status)
		assert_int_equal(out->status == 20, out->verdict == ERR_NONE);
}

void
world_rest(struct world *w, const struct as *as, const char *body, struct said *out)
{
	AUTO(buf_release) struct buf b = BUF_INIT(LIMIT_ANSWER_BYTES);
	const struct rest_service *s = &klassifikationlistehent_rest;
	struct token t;
	struct rest_task task = {.service = s,
				 .op = &s->ops[0],
				 .body = str_from(body),
				 .now = w->now,
				 .out = &b,
				 .state = w->registry};

	*out = (struct said){.a = arena_new()};
	token_make(as, &t);
	task.caller = &t.who;
	task.a = out->a;
	clock_freeze(w->now);
	out->ok = task.op->run(&task, &out->e) && buf_done(&b, &out->e);
	out->verdict = task.verdict;
	out->is_recorded = task.is_recorded;
	out->text = task.reason;
	if (out->ok)
		out->xml = arena_dup(out->a, buf_str(&b));
}

void
said_end(struct said *s)
{
	xml_doc_free(s->doc);
	arena_free(s->a);
}

void
world_expect(struct world *w, const struct as *as, const char *service, const char *body,
	     int status)
{
	struct said s;

	world_call(w, as, service, body, &s);
	if (!s.ok)
		fail_msg("%s: fault %s: %s", body, err_row(s.e.code)->name, s.e.detail);
	if (s.status != status)
		fail_msg("%s:\n%d " STR_FMT ", not %d", body, s.status, STR_ARG(s.text),
			 status);
	said_end(&s);
}

bool
world_event(struct reading *r, const struct event_row *row, struct str *out, struct err *e)
{
	static struct buf text = BUF_INIT(LIMIT_ANSWER_BYTES);
	const struct oio_type *types[ORGANISATION_TYPE_COUNT + 3] = {
		&type_klasse_6, &type_facet_6, &type_klassifikation_6};
	AUTO(arena_freep) struct arena *a = arena_new();

	memcpy(&types[3], organisation_types, sizeof(organisation_types));
	if (!registry_event(r, row, types, ARRAY_LEN(types), a, out, e))
		return false;
	buf_clear(&text);
	buf_add(&text, *out);
	*out = str_is_set(*out) ? buf_str(&text) : STR_NONE;
	return true;
}

bool
said_has(const struct said *s, const char *text)
{
	size_t at;

	return str_find(s->xml, str_from(text), &at);
}

const char *
fmt(const char *format, ...)
{
	static char ring[64][20000];
	static unsigned at;
	char *out = ring[at++ % 64];
	va_list ap;

	va_start(ap, format);
	vsnprintf(out, sizeof(ring[0]), format, ap);
	va_end(ap);
	return out;
}
