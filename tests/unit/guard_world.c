/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See guard_world.h. */
#include "tests/unit/guard_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "tests/unit/mutate.h"
#include "tests/unit/pki.h"
#include "tests/unit/resign.h"
#include "wstrust/issue.h"
#include "xml/parse.h"

static const char systems[] =
	"systemer = (\n"
	" { id = \"KSD\"; navn = \"KSD\"; ejer = \"33333333\";\n"
	"   anvender = { certifikater = ( { fil = \"ksd.pem\"; } ); }; });\n";

void
gw_refresh(struct guard_world *g)
{
	trust_release(g->known);
	g->known = world_snapshot(&g->w);
}

void
gw_begin(struct guard_world *g, const char *name)
{
	*g = (struct guard_world){.a = arena_new()};
	world_begin(&g->w, name);
	world_cert(&g->w, "ksd.pem", "systems/KSD");
	world_put(&g->w, world_base);
	world_put(&g->w, systems);
	gw_refresh(g);
	g->proven = proven_new();
	g->lists = privilege_memory_new();
	g->anchors = pki_anchors();
	g->ky = pki_signer("systems/KY");
	g->ksd = pki_signer("systems/KSD");
	g->sts = pki_signer("platform/adgangsstyring");
	g->service = pki_signer("platform/organisation");
	g->issuers[0] = cert_hold(signer_cert(g->sts));
	g->audiences[0] = STR(GW_AUDIENCE);
	g->now = pki_now();
}

void
gw_end(struct guard_world *g)
{
	proven_free(g->proven);
	privilege_memory_free(g->lists);
	cert_free(g->issuers[0]);
	signer_free(g->ky);
	signer_free(g->ksd);
	signer_free(g->sts);
	signer_free(g->service);
	anchors_free(g->anchors);
	trust_release(g->known);
	world_end(&g->w);
	arena_free(g->a);
}

struct client
gw_client(struct guard_world *g)
{
	return (struct client){.version = SOAP_12, .signer = g->ky, .now = g->now, .a = g->a};
}

static struct str
take(struct guard_world *g, struct buf *b)
{
	struct str out = arena_dup(g->a, buf_str(b));

	buf_release(b);
	return out;
}

struct str
gw_request(struct guard_world *g)
{
	const struct client_request r = {
		.to = STR("https://sts.example/x"),
		.applies_to = STR(GW_AUDIENCE),
		.cvr = STR("11111111"),
		.life_s = 7200,
	};
	struct client c = gw_client(g);
	struct buf b = BUF_INIT(1u << 20);
	struct err e = ERR_INIT;
	struct str id;

	if (!client_request_write(&c, &r, &b, &id, &e))
		fail_msg("request: %s", e.detail);
	return take(g, &b);
}

struct client_token
gw_token(struct guard_world *g)
{
	static const struct str role =
		STR_INIT("http://t.example/roles/servicesystemrole/udstil/1");
	static const struct constraint limit = {STR_INIT("http://t.example/constraints/navn/1"),
						STR_INIT("Ja")};
	const struct privilege privilege = {
		.scope_cvr = STR("11111111"),
		.roles = &role,
		.role_count = 1,
		.constraints = &limit,
		.constraint_count = 1,
	};
	const struct issue_order order = {
		.issuer = STR(GW_ISSUER),
		.audience = STR(GW_AUDIENCE),
		.cvr = STR("11111111"),
		.assurance = 3,
		.holder = signer_cert(g->ky),
		.privileges = &privilege,
		.privilege_count = 1,
		.from = time_floor_ms(g->now),
		.until = time_floor_ms(g->now) + HOURS(2),
		.signer = g->sts,
	};
	struct issued t;
	struct err e = ERR_INIT;

	if (!issue_assertion(&order, g->a, &t, &e))
		fail_msg("token: %s", e.detail);
	return (struct client_token){.id = t.id, .xml = t.xml, .expires = t.until};
}

struct str
gw_call(struct guard_world *g, const struct client_token *token)
{
	const struct client_call call = {
		.to = STR(GW_URL),
		.action = STR(GW_ACTION),
		.transaction = STR("t-1"),
		.token = token,
		.body = STR(GW_BODY),
		.has_reply_to = true,
		.has_framework = true,
	};
	struct client c = gw_client(g);
	struct buf b = BUF_INIT(1u << 20);
	struct err e = ERR_INIT;
	struct str id;

	if (!client_call_write(&c, &call, &b, &id, &e))
		fail_msg("call: %s", e.detail);
	return take(g, &b);
}

static struct str
change(struct guard_world *g, struct str text, const struct gw_change *changes)
{
	for (size_t i = 0; i < GW_CHANGES_MAX && changes[i].find; i++)
		text = mutate(g->a, text, changes[i].find, changes[i].with);
	return text;
}

/* The Reference to an id, without it. */
static struct str
leave_out(struct guard_world *g, struct str text, const char *id)
{
	char from[128], whole[4096];
	struct str inside;

	snprintf(from, sizeof(from), "<Reference URI=\"#%s\">", id);
	inside = between(text, from, "</Reference>");
	snprintf(whole, sizeof(whole), "%s%.*s</Reference>", from, STR_ARG(inside));
	return mutate(g->a, text, whole, "");
}

/* A token stands inside a message: without a declaration, without a line end. */
static struct str
bare(struct str text)
{
	size_t at;

	if (str_has_prefix(text, STR("<?xml")) && str_find(text, STR("?>"), &at))
		text = str_skip(text, at + 2);
	return str_trim(text);
}

static struct client_token
case_token(struct guard_world *g, const struct gw_case *c)
{
	struct client_token t = gw_token(g);

	if (!c->token[0].find && !c->token_key)
		return t;
	t.xml = change(g, t.xml, c->token);
	if (!c->token_is_damaged)
		t.xml = bare(resign(t.xml, 0,
				    c->token_key ? c->token_key : "platform/adgangsstyring",
				    g->a));
	return t;
}

struct str
gw_message(struct guard_world *g, const struct gw_case *c, bool is_service)
{
	struct client_token token;
	struct str text;

	if (is_service) {
		token = case_token(g, c);
		text = gw_call(g, &token);
	} else {
		text = gw_request(g);
	}
	if (c->unsigned_part)
		text = leave_out(g, text, c->unsigned_part);
	text = change(g, text, c->message);
	if (!c->is_damaged && (c->unsigned_part || c->message[0].find || c->key ||
			       c->token[0].find || c->token_key))
		text = resign(text, is_service ? 1 : 0, c->key ? c->key : "systems/KY", g->a);
	return text;
}

struct wsse_policy
gw_policy(struct guard_world *g, bool is_service)
{
	return (struct wsse_policy){
		.is_service = is_service,
		.known = g->known,
		.token =
			{
				.issuer = STR(GW_ISSUER),
				.issuer_certs = g->issuers,
				.issuer_cert_count = 1,
				.proven = g->proven,
				.lists = g->lists,
				.audiences = g->audiences,
				.audience_count = 1,
				.min_assurance = 3,
				.known = g->known,
			},
	};
}

bool
gw_verify(struct guard_world *g, struct str text, const struct wsse_policy *p, instant now,
	  struct xml_doc **doc, struct wsse *w, struct err *e)
{
	static const struct xml_limits limits = {1u << 20, 100, 20000, true};

	*w = (struct wsse){.is_service = p->is_service};
	*doc = NULL;
	return xml_parse(text, &limits, doc, e) &&
	       envelope_read(xml_root(*doc), g->a, &w->env, e) &&
	       wsse_verify(p, now, g->a, w, e) &&
	       (!p->is_service || token_read_claims(w->token, p->token.min_assurance, g->a, e));
}

static void
run_one(struct guard_world *g, const struct gw_case *c, bool is_service)
{
	struct wsse_policy p = gw_policy(g, is_service);
	struct str text = gw_message(g, c, is_service);

	p.binding_is_strict = c->is_strict;
	gw_judge(g, c->name, text, &p, g->now + SECONDS(c->later_s), c->want);
}

void
gw_run(struct guard_world *g, const struct gw_case *cases, size_t count, bool is_service)
{
	assert_true(count > 0);
	for (size_t i = 0; i < count; i++)
		run_one(g, &cases[i], is_service);
}

void
gw_judge(struct guard_world *g, const char *name, struct str text, const struct wsse_policy *p,
	 instant now, enum err_code want)
{
	struct xml_doc *doc;
	struct wsse w;
	struct err e = ERR_INIT;
	bool ok = gw_verify(g, text, p, now, &doc, &w, &e);

	if (ok != (want == ERR_NONE) || e.code != want)
		fail_msg("%s: %s (%s)", name, ok ? "accepted" : err_row(e.code)->name,
			 e.detail);
	wsse_release(&w);
	xml_doc_free(doc);
}
