/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See behalf_world.h. */
#include "tests/unit/behalf_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/encoding.h"
#include "base/limits.h"
#include "base/log.h"
#include "tests/unit/mutate.h"
#include "tests/unit/pki.h"
#include "tests/unit/resign.h"
#include "wstrust/issue.h"
#include "xml/names.h"
#include "xml/parse.h"

struct soap_world bw;
static struct signer *hub;

const char bw_parties[] =
	"systemer = (\n"
	" { id = \"KSD\"; navn = \"KSD\"; ejer = \"33333333\"; anvender = { certifikater =\n"
	"   ( { fil = \"ksd.pem\"; } ); kanImpersonere = true; }; },\n"
	" { id = \"SAPA\"; navn = \"SAPA\"; ejer = \"33333333\"; anvender = { certifikater =\n"
	"   ( { fil = \"sapa.pem\"; } ); }; },\n"
	" { id = \"ESDH\"; navn = \"ESDH\"; ejer = \"33333333\"; anvender = { certifikater =\n"
	"   ( { fil = \"esdh.pem\"; } ); kanImpersonere = true;\n"
	"   repraesenterer = [ \"KY\" ]; }; },\n"
	" { id = \"B\"; navn = \"B\"; ejer = \"33333333\"; anvender = { certifikater =\n"
	"   ( { fil = \"next.pem\"; spaerret = true; } ); }; },\n"
	" { id = \"R\"; navn = \"R\"; ejer = \"33333333\"; anvender = { certifikater =\n"
	"   ( { fil = \"revoked.pem\"; } ); }; });\n"
	"services = ( { id = \"" BW_PORTAL "\"; navn = \"Portal\"; udbyder = \"ESDH\"; } );\n"
	"aftaler = (\n"
	" { id = \"a2\"; navn = \"SAPA\"; begrundelse = \"Test\"; anvendersystem = \"SAPA\";\n"
	"   dataejer = \"11111111\"; linjer = ( { service = \"" GW_AUDIENCE "\"; roller =\n"
	"    [ \"" BW_UDSTIL "\" ]; }, { service = \"" BW_PORTAL "\"; } ); },\n"
	" { id = \"a3\"; navn = \"ESDH\"; begrundelse = \"Test\"; anvendersystem = \"ESDH\";\n"
	"   dataejer = \"11111111\"; kontekster = [ \"11111111\", \"22222222\" ];\n"
	"   linjer = ( { service = \"" GW_AUDIENCE "\"; roller = [ \"" BW_UDSTIL
	"\" ]; } ); } );\n";

/* As our writer would spell it: the client's pastes it as it stands. */
static struct str
canonical(struct str xml)
{
	static const struct xml_limits limits = {1u << 20, 100, 10000, false};
	struct buf b = BUF_INIT(1u << 20);
	struct xml_doc *doc = NULL;
	struct err e = ERR_INIT;
	struct str out;

	if (str_has_prefix(xml, STR("<?xml")))
		xml = str_skip(xml, between(xml, "<?", "?>").len + 4);
	if (!xml_parse(str_trim(xml), &limits, &doc, &e))
		fail_msg("%s", e.detail);
	xml_node_write(xml_root(doc), &b);
	out = arena_dup(bw.g.a, buf_str(&b));
	buf_release(&b);
	xml_doc_free(doc);
	return out;
}

struct str
bw_token(const struct handed *h)
{
	struct signer *by = pki_signer(h->key ? h->key : "platform/adgangsstyring");
	struct cert *holder = pki_cert(h->holder ? h->holder : "systems/SAPA");
	instant from = time_floor_ms(bw.g.now) - SECONDS(60);
	const struct issue_order order = {
		.issuer = str_from(h->issuer ? h->issuer : GW_ISSUER),
		.audience = str_from(h->audience ? h->audience : GW_ISSUER),
		.cvr = STR("11111111"),
		.assurance = h->assurance ? h->assurance : 3,
		.holder = holder,
		.subject = str_from(h->subject ? h->subject : BW_USER),
		.subject_format = SAML_X509_FORMAT,
		.from = from,
		.until = time_floor_ms(bw.g.now) + (h->life ? h->life : HOURS(2)),
		.signer = by,
	};
	struct issued t;
	struct err e = ERR_INIT;

	if (!issue_assertion(&order, bw.g.a, &t, &e))
		fail_msg("token: %s", e.detail);
	for (size_t i = 0; i < ARRAY_LEN(h->change) && h->change[i].find; i++)
		t.xml = replace(t.xml, h->change[i].find, h->change[i].with, bw.g.a);
	if (h->change[0].find && !h->is_damaged)
		t.xml = canonical(
			resign(t.xml, 0, h->key ? h->key : "platform/adgangsstyring", bw.g.a));
	signer_free(by);
	cert_free(holder);
	return t.xml;
}

struct str
bw_signed(struct str token)
{
	return canonical(resign(token, 0, "platform/adgangsstyring", bw.g.a));
}

int
bw_ask(const struct ask *q, struct client_token *out)
{
	struct signer *by = pki_signer(q->by ? q->by : "systems/SAPA");
	struct cert *other = q->cert ? pki_cert(q->cert) : NULL;
	const struct client_request r = {
		.to = STR("https://sts.example/x"),
		.applies_to = STR(GW_AUDIENCE),
		.cvr = str_from(q->cvr ? q->cvr : "11111111"),
		.life_s = q->life_s,
		.behalf_cert = other,
		.behalf_token = q->token,
	};
	int status = sw_token(&bw, &r, by, out);

	signer_free(by);
	cert_free(other);
	return status;
}

struct str
bw_granted(const char *name, const struct ask *q)
{
	struct client_token t;

	if (bw_ask(q, &t) != 200)
		fail_msg("%s: refused: %.*s", name, STR_ARG(buf_str(&bw.call.answer)));
	return t.xml;
}

void
bw_refused(const char *name, const struct ask *q, const char *code, const char *reason)
{
	struct client_token t;

	if (bw_ask(q, &t) != 500)
		fail_msg("%s: granted", name);
	sw_fault(&bw, name, code, reason);
	if (!bw.is_signed)
		fail_msg("%s: not signed", name);
}

bool
bw_has(struct str text, const char *what)
{
	size_t at;

	return str_find(text, str_from(what), &at);
}

void
bw_put(const char *text)
{
	world_put(&bw.g.w, text);
	sw_refresh(&bw);
}

static void
no_log(struct str line)
{
	(void)line;
}

void
bw_begin(const char *name)
{
	xml_init();
	log_set_sink(no_log);
	sw_begin(&bw, name);
	world_cert(&bw.g.w, "sapa.pem", "systems/SAPA");
	world_cert(&bw.g.w, "esdh.pem", "systems/ESDH");
	world_cert(&bw.g.w, "next.pem", "systems/KY-next");
	world_cert(&bw.g.w, "revoked.pem", "odd/revoked");
	hub = pki_signer("saml/hub");
	bw.platform.id[IDENTITY_HUB] = (struct identity){
		.current = hub, .certs = {cert_hold(signer_cert(hub))}, .cert_count = 1};
	sw_settings(&bw, "on_behalf_of = true;", BW_HUB_SETTINGS);
	bw_put(bw_parties);
}

void
bw_end(void)
{
	sw_end(&bw);
	cert_free(bw.platform.id[IDENTITY_HUB].certs[0]);
	signer_free(hub);
}
