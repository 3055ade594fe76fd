/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See saml_world.h. */
#include "tests/unit/saml_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/encoding.h"
#include "base/limits.h"
#include "base/log.h"
#include "crypto/random.h"
#include "saml/authn.h"
#include "saml/lasso.h"
#include "saml/redirect.h"
#include "saml/seal.h"
#include "tests/unit/pki.h"
#include "trust/apply.h"
#include "xml/parse.h"

static const char config_text_format[] =
	"environment = \"development\";\n"
	"database = \"%s/sluse.db\";\n"
	"wsdl_dir = \"%s/wsdl\";\n"
	"url: { browser = \"" HUB_URL "\"; };\n"
	"trust: { anchors = \"%s\"; };\n"
	"sts: { entity_id = \"" HUB_STS "\"; on_behalf_of = true; };\n"
	"hub: { entity_id = \"" HUB_ID "\"; alias = \"" HUB_ALIAS "\"; cert = \"%s\"; "
	"key = \"%s\"; };\n"
	"hvem: { entity_id = \"https://hvem.sluse.example\"; cert = \"%s\"; key = \"%s\"; };\n";

static const char known_format[] =
	"myndigheder = (\n"
	" { cvr = \"11111111\"; navn = \"Korsbæk Kommune\"; rolledomaene = "
	"\"korsbaek.example\"; },\n"
	" { cvr = \"22222222\"; navn = \"Havneby Kommune\"; rolledomaene = "
	"\"havneby.example\"; });\n"
	"leverandoerer = ( { cvr = \"33333333\"; navn = \"Vendor\"; } );\n"
	"systemer = (\n"
	" { id = \"A\"; navn = \"Fagsystem A\"; ejer = \"33333333\";\n"
	"   anvender = { certifikater = ( { fil = \"a.pem\"; } ); };\n"
	"   brugervendt = { entityId = \"" SYSTEM_ID "\"; %s\n"
	"     metadata = { fil = \"a.xml\"; }; }; },\n"
	" { id = \"B\"; navn = \"Fagsystem B\"; ejer = \"33333333\";\n"
	"   brugervendt = { entityId = \"" SYSTEM2_ID "\"; oiosamlProfil = \"OIOSAML2\";\n"
	"     niveau = 2; metadata = { fil = \"b.xml\"; }; }; },\n"
	" { id = \"hvem\"; navn = \"Hvem\"; ejer = \"33333333\";\n"
	"   brugervendt = { entityId = \"https://hvem.sluse.example\";\n"
	"     oiosamlProfil = \"OIOSAML3\"; nsisNiveau = \"Low\";\n"
	"     metadata = { fil = \"hvem.xml\"; }; }; });\n"
	"dataafgraensningstyper = ( { id = \"http://sts.kombit.dk/constraints/KLE/1\";\n"
	"   navn = \"KLE\"; type = \"TEXT\"; } );\n"
	"brugersystemroller = (\n"
	" { id = \"http://fagsystem-a.example/roles/usersystemrole/laes_sag/1\"; navn = "
	"\"Læs\";\n"
	"   system = \"A\"; dataafgraensningstyper =\n"
	"    ( { type = \"http://sts.kombit.dk/constraints/KLE/1\"; kraevet = true; } ); },\n"
	" { id = \"http://fagsystem-a.example/roles/usersystemrole/admin/1\"; navn = "
	"\"Admin\";\n"
	"   system = \"A\"; },\n"
	" { id = \"http://fagsystem-b.example/roles/usersystemrole/laes/1\"; navn = \"Læs\";\n"
	"   system = \"B\"; },\n"
	" { id = \"http://hvem.example/roles/usersystemrole/laes/1\"; navn = \"Læs\";\n"
	"   system = \"hvem\"; } );\n"
	"jobfunktionsroller = (\n"
	" { id = \"http://korsbaek.example/roles/jobrole/sagsbehandler/1\"; navn = "
	"\"Sagsbehandler\";\n"
	"   ejer = \"11111111\"; linjer = (\n"
	"    { brugersystemrolle = "
	"\"http://fagsystem-a.example/roles/usersystemrole/laes_sag/1\";\n"
	"      dataafgraensninger = ( { type = \"http://sts.kombit.dk/constraints/KLE/1\";\n"
	"       dynamisk = \"http://korsbaek.example/kle/1/parametric\"; } ); },\n"
	"    { brugersystemrolle = \"http://hvem.example/roles/usersystemrole/laes/1\"; } ); "
	"},\n"
	" { id = \"http://korsbaek.example/roles/jobrole/kun-b/1\"; navn = \"Kun B\";\n"
	"   ejer = \"11111111\"; linjer = (\n"
	"    { brugersystemrolle = \"http://fagsystem-b.example/roles/usersystemrole/laes/1\"; "
	"} ); },\n"
	" { id = \"http://havneby.example/roles/jobrole/vagt/1\"; navn = \"Vagt\";\n"
	"   ejer = \"22222222\"; delegeretTil = ( { cvr = \"11111111\"; } ); linjer = (\n"
	"    { brugersystemrolle = "
	"\"http://fagsystem-a.example/roles/usersystemrole/laes_sag/1\";\n"
	"      dataafgraensninger = ( { type = \"http://sts.kombit.dk/constraints/KLE/1\";\n"
	"       vaerdier = [ \"01.*\" ]; } ); } ); },\n"
	" { id = \"http://havneby.example/roles/jobrole/chef/1\"; navn = \"Chef\";\n"
	"   ejer = \"22222222\"; linjer = (\n"
	"    { brugersystemrolle = "
	"\"http://fagsystem-a.example/roles/usersystemrole/admin/1\"; } ); } );\n"
	"idps = (\n"
	" { id = \"" IDP_ID "\"; navn = \"Korsbæk\"; %s\n"
	"   metadata = { fil = \"idp.xml\"; }; },\n"
	" { id = \"" IDP2_ID "\"; navn = \"Havneby\"; %s\n"
	"   metadata = { fil = \"idp2.xml\"; }; } );\n";

static void
put_file(struct saml_world *w, const char *name, struct str text)
{
	char path[300];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", w->folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text.ptr, 1, text.len, f), text.len);
	assert_int_equal(fclose(f), 0);
}

static void
put_metadata(struct saml_world *w, const char *file, enum saml_role role, const char *id,
	     const char *location, const struct signer *signer)
{
	AUTO(buf_release) struct buf xml = BUF_INIT(1 << 20);
	struct metadata_small m = {.role = role,
				   .entity_id = str_from(id),
				   .location = str_from(location),
				   .organisation = STR("Test"),
				   .signer = signer};
	struct err e = ERR_INIT;

	assert_true(metadata_publish_small(&m, w->a, &xml, &e));
	put_file(w, file, buf_str(&xml));
}

static const char *
absolute(struct saml_world *w, const char *name)
{
	char path[PKI_PATH_BYTES], *full = realpath(pki_path(path, name), NULL);
	const char *copy;

	assert_non_null(full);
	copy = arena_dup_c(w->a, str_from(full));
	free(full);
	return copy;
}

static void
open_app(struct saml_world *w)
{
	AUTO(buf_release) struct buf problems = BUF_INIT(65536);
	char here[200], path[300];
	struct config *c = NULL;
	struct platform *p = NULL;
	struct err e = ERR_INIT;

	assert_non_null(getcwd(here, sizeof(here)));
	snprintf(path, sizeof(path), "%s/sluse.conf", w->folder);
	put_file(w, "sluse.conf",
		 arena_printf(
			 w->a, config_text_format, w->folder, here, absolute(w, "anchors.pem"),
			 absolute(w, "saml/hub/cert.pem"), absolute(w, "saml/hub/key.pem"),
			 absolute(w, "saml/hvem/cert.pem"), absolute(w, "saml/hvem/key.pem")));
	if (!config_load(path, &c, &problems, &e))
		fail_msg("%s\n%.*s", e.detail, (int)problems.len, problems.ptr);
	if (!platform_load(c, &p, &e) || !app_open(p, &w->app, &e) || !web_open(w->app, &e))
		fail_msg("%s", e.detail);
}

void
saml_world_begin(struct saml_world *w, const char *name)
{
	const char *build = getenv("SLUSE_BUILD");
	char here[120];

	memset(w, 0, sizeof(*w));
	xml_init();
	w->a = arena_new();
	w->now = pki_now();
	w->hub = pki_signer("saml/hub");
	w->idp = pki_signer("saml/idp");
	w->idp2 = pki_signer("systems/KSD");
	w->system = pki_signer("systems/KY");
	w->stranger = pki_signer("systems/SAPA");
	assert_non_null(getcwd(here, sizeof(here)));
	snprintf(w->folder, sizeof(w->folder), "%s/saml-%s-%ld",
		 build ? build : arena_printf(w->a, "%s/build", here).ptr, name,
		 (long)getpid());
	mkdir(w->folder, 0777);
	open_app(w);
	put_file(w, "a.pem", cert_base64(signer_cert(w->system)));
	put_metadata(w, "a.xml", SAML_ROLE_SYSTEM, SYSTEM_ID, SYSTEM_ACS, w->system);
	put_metadata(w, "b.xml", SAML_ROLE_SYSTEM, SYSTEM2_ID, "https://b.example/acs",
		     w->system);
	put_metadata(w, "hvem.xml", SAML_ROLE_SYSTEM, "https://hvem.sluse.example",
		     HUB_URL "/hvem/acs", w->app->platform->hvem);
	put_metadata(w, "idp.xml", SAML_ROLE_IDP, IDP_ID, IDP_ID "/sso", w->idp);
	put_metadata(w, "idp2.xml", SAML_ROLE_IDP, IDP2_ID, IDP2_ID "/sso", w->idp2);
}

void
saml_world_end(struct saml_world *w)
{
	char command[300];

	web_close(w->app);
	app_close(w->app);
	signer_free(w->hub);
	signer_free(w->idp);
	signer_free(w->idp2);
	signer_free(w->system);
	signer_free(w->stranger);
	arena_free(w->a);
	snprintf(command, sizeof(command), "rm -rf -- '%s'", w->folder);
	assert_int_equal(system(command), 0);
}

void
saml_world_know(struct saml_world *w, const char *system, const char *idp, const char *idp2)
{
	static const struct apply_options options = {.prune = true,
						     .actor = STR_INIT("cli:test")};
	struct apply_report report = {.count = {0}};
	struct str text = arena_printf(
		w->a, known_format,
		system ? system : "oiosamlProfil = \"OIOSAML3\"; nsisNiveau = \"Low\";",
		idp ? idp
		    : "oiosamlProfil = \"OIOSAML3\"; nsisNiveau = \"Substantial\"; "
		      "kenderRoller = true; kontekster = [ \"11111111\", \"33333333\" ];",
		idp2 ? idp2
		     : "oiosamlProfil = \"OIOSAML3\"; nsisNiveau = \"Substantial\"; "
		       "kenderRoller = true; kontekster = [ \"22222222\" ]; "
		       "ipAdresser = [ \"10.2.0.0/16\" ];");
	char path[300];
	const char *paths[] = {path};
	struct err e = ERR_INIT;
	bool changed;

	put_file(w, "known.conf", text);
	snprintf(path, sizeof(path), "%s/known.conf", w->folder);
	if (!apply_files(w->app->store, paths, 1, &options, &report, &e))
		fail_msg("%s\n%.*s", e.detail, (int)report.problems.len, report.problems.ptr);
	apply_report_release(&report);
	assert_true(trust_refresh(w->app->trust, &changed, &e));
}

/* --- the browser --- */

static struct str
jar_header(struct saml_world *w)
{
	struct str out = STR("");

	for (size_t i = 0; i < w->jar.count; i++)
		out = arena_printf(w->a, STR_FMT "%s%s=%s", STR_ARG(out), i ? "; " : "",
				   w->jar.items[i].name, w->jar.items[i].value);
	return out;
}

static void
jar_keep(struct saml_world *w, struct str cookie)
{
	struct str name, rest, value, ignored;
	size_t i = 0;

	assert_true(str_cut(cookie, '=', &name, &rest));
	str_cut(rest, ';', &value, &ignored);
	/* [contract 1.7] every cookie of the browser side */
	assert_true(str_has_suffix(cookie, STR("SameSite=None")) ||
		    str_find(cookie, STR("SameSite=None; Max-Age="), &i));
	assert_true(str_find(cookie, STR("; Path=/; Secure; HttpOnly"), &i));
	assert_true(str_has_prefix(name, STR("__Host-")));
	for (i = 0; i < w->jar.count; i++)
		if (str_eq_c(name, w->jar.items[i].name))
			break;
	assert_true(i < ARRAY_LEN(w->jar.items));
	if (i == w->jar.count)
		w->jar.count++;
	snprintf(w->jar.items[i].name, sizeof(w->jar.items[i].name), STR_FMT, STR_ARG(name));
	snprintf(w->jar.items[i].value, sizeof(w->jar.items[i].value), STR_FMT, STR_ARG(value));
}

void
web_ask(struct saml_world *w, const struct web_ask *ask)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	const struct platform *p = app_platform_hold(w->app);
	struct http_call c = {
		.listener = LISTENER_BROWSER,
		.method = ask->method,
		.path = str_from(ask->path),
		.query = ask->query,
		.body = ask->body,
		.cookie = jar_header(w),
		.content_type =
			str_from(ask->content_type ? ask->content_type
						   : "application/x-www-form-urlencoded"),
		.accept_language = str_from(ask->language),
		.origin = str_from(ask->origin),
		.peer = STR("192.0.2.7"),
		.request_id = random_hex(a, 8),
		.now = w->now,
		.a = a,
	};

	buf_init(&c.answer, LIMIT_ANSWER_BYTES);
	web_call(w->app, p, &c);
	assert_int_not_equal(c.status, 0);
	w->status = c.status;
	w->page = arena_dup(w->a, buf_str(&c.answer));
	w->location = w->policy = STR_NONE;
	for (size_t i = 0; i < c.header_count; i++) {
		if (str_eq(c.headers[i].name, STR("Set-Cookie")))
			jar_keep(w, c.headers[i].value);
		if (str_eq(c.headers[i].name, STR("Location")))
			w->location = arena_dup(w->a, c.headers[i].value);
		if (str_eq(c.headers[i].name, STR("Content-Security-Policy")))
			w->policy = arena_dup(w->a, c.headers[i].value);
	}
	buf_release(&c.answer);
	platform_release(p);
}

const char *
page_code(const struct saml_world *w)
{
	static char code[8];
	size_t at;

	code[0] = 0;
	if (str_find(w->page, STR("<code>CH-"), &at))
		snprintf(code, sizeof(code), "%.5s", w->page.ptr + at + 6);
	return code;
}

static struct str
unescape(struct saml_world *w, struct str s)
{
	static const struct change rows[] = {{"&lt;", "<"},  {"&gt;", ">"},   {"&quot;", "\""},
					     {"&#39;", "'"}, {"&#34;", "\""}, {"&amp;", "&"}};
	size_t at;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		while (str_find(s, str_from(rows[i].find), &at)) {
			s = swap_text(w, s, rows[i].find, rows[i].with);
			if (i == 5)
				break;
		}
	return s;
}

struct str
page_field(const struct saml_world *w, const char *name)
{
	struct saml_world *own;
	struct str mark = arena_printf(w->a, "name=\"%s\" value=\"", name), rest, value;
	size_t at;

	memcpy(&own, &w, sizeof(own));
	if (!str_find(w->page, mark, &at))
		return STR_NONE;
	rest = str_skip(w->page, at + mark.len);
	assert_true(str_cut(rest, '"', &value, &rest));
	return unescape(own, value);
}

/* --- the system --- */

struct str
swap_text(struct saml_world *w, struct str text, const char *find, const char *with)
{
	size_t at;

	if (!str_find(text, str_from(find), &at))
		fail_msg("nothing to change: %s", find);
	return arena_printf(w->a, STR_FMT "%s" STR_FMT, (int)at, text.ptr, with,
			    STR_ARG(str_skip(text, at + str_from(find).len)));
}

struct str
sign_text(struct saml_world *w, struct str xml, const char *after, const struct signer *signer)
{
	static const struct xml_limits limits = {1 << 20, 64, 20000, true};
	AUTO(xml_doc_freep) struct xml_doc *doc = NULL;
	AUTO(buf_release) struct buf out = BUF_INIT(1 << 20);
	struct str id;
	size_t at;
	struct err e = ERR_INIT;

	if (!xml_parse(xml, &limits, &doc, &e))
		fail_msg("%s: " STR_FMT, e.detail, STR_ARG(xml));
	xml_node_write(xml_root(doc), &out);
	id = xml_attr(xml_root(doc), STR_NONE, "ID", w->a);
	assert_true(str_find(buf_str(&out), str_from(after), &at));
	if (!seal_element(&out, 0, at + str_from(after).len, id, signer, w->a, &e))
		fail_msg("%s", e.detail);
	return arena_dup(w->a, buf_str(&out));
}

static struct str
attribute(struct saml_world *w, const char *name, const char *given, const char *usual)
{
	if (given && !*given)
		return STR("");
	return arena_printf(w->a, " %s=\"%s\"", name, given ? given : usual);
}

struct str
system_request(struct saml_world *w, const struct system_ask *s)
{
	char at[TIME_TEXT_MAX];

	w->request_id = s->id ? str_from(s->id) : random_id(w->a, "_");
	return arena_printf(
		w->a,
		"<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" "
		"xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"" STR_FMT
		"\" Version=\"2.0\" IssueInstant=\"" STR_FMT "\"" STR_FMT STR_FMT " %s>"
		"<saml:Issuer>%s</saml:Issuer>%s</samlp:AuthnRequest>",
		STR_ARG(w->request_id), STR_ARG(time_format_utc(w->now - s->age, at)),
		STR_ARG(attribute(w, "Destination", s->destination,
				  HUB_URL "/runtime/saml2/issue.idp")),
		STR_ARG(attribute(w, "AssertionConsumerServiceURL", s->acs, SYSTEM_ACS)),
		s->attributes ? s->attributes : "", s->issuer ? s->issuer : SYSTEM_ID,
		s->children ? s->children : "");
}

static struct str
form_of(struct saml_world *w, const char *field, struct str xml, struct str relay)
{
	struct buf form = BUF_INIT(4 << 20);
	struct str out;

	buf_printf(&form, "%s=", field);
	percent_add(&form, base64_encode(w->a, xml));
	if (str_is_set(relay)) {
		buf_add_c(&form, "&RelayState=");
		percent_add(&form, relay);
	}
	out = arena_dup(w->a, buf_str(&form));
	buf_release(&form);
	return out;
}

void
system_send(struct saml_world *w, const struct system_ask *s)
{
	AUTO(buf_release) struct buf url = BUF_INIT(1 << 20);
	const struct signer *signer = s->signer ? s->signer : w->system;
	struct redirect_order o = {.location = STR("x"),
				   .xml = system_request(w, s),
				   .relay_state = str_from(s->relay_state),
				   .signer = signer};
	struct web_ask ask = {.method = HTTP_METHOD_GET, .path = SAML_PATH_SSO};
	struct err e = ERR_INIT;

	if (s->by_post) {
		ask.method = HTTP_METHOD_POST;
		ask.body =
			form_of(w, "SAMLRequest", sign_text(w, o.xml, "</saml:Issuer>", signer),
				o.relay_state);
	} else {
		assert_true(redirect_write(&o, w->a, &url, &e));
		ask.query = str_skip(buf_str(&url), 2);
	}
	web_ask(w, &ask);
}

void
login_asked(struct saml_world *w)
{
	static const struct str refresh = STR_INIT("content=\"0; url=");
	struct binding_message m;
	struct str url = w->location, rest, query;
	size_t at;
	struct err e = ERR_INIT;

	/* after a form the page sends the browser on by itself */
	if (w->status == 200 && str_find(w->page, refresh, &at)) {
		assert_true(str_cut(str_skip(w->page, at + refresh.len), '"', &url, &rest));
		url = unescape(w, url);
	} else if (w->status != 302) {
		fail_msg("%d " STR_FMT, w->status, STR_ARG(w->page));
	}
	assert_true(str_cut(url, '?', &rest, &query));
	if (!redirect_read(query, w->a, &m, &e))
		fail_msg("%s", e.detail);
	w->asked = m.xml;
	w->handle = m.relay_state;
	assert_true(str_find(m.xml, STR(" ID=\""), &at));
	assert_true(str_cut(str_skip(m.xml, at + 5), '"', &w->hub_request, &rest));
}

void
login_begin(struct saml_world *w, const struct system_ask *s)
{
	system_send(w, s);
	login_asked(w);
}

struct str
posted_response(const struct saml_world *w)
{
	struct str value = page_field(w, "SAMLResponse"), xml;
	struct err e = ERR_INIT;

	if (!str_is_set(value))
		return STR_NONE;
	assert_true(base64_decode(value, BASE64_STRICT, w->a, &xml, &e));
	return xml;
}

void
system_verify(struct saml_world *w, const char *system_id, const char *acs,
	      struct message_trees *t, struct response_facts *out)
{
	struct cert *hub = cert_hold(signer_cert(w->hub));
	struct str audience = str_from(system_id);
	struct response_question q = {.issuer = STR(HUB_ID),
				      .certs = &hub,
				      .cert_count = 1,
				      .acs = str_from(acs),
				      .request_id = w->request_id,
				      .audiences = &audience,
				      .audience_count = 1,
				      .now = w->now,
				      .skew = 0};
	struct message m;
	struct err e = ERR_INIT;

	if (!str_is_set(posted_response(w)))
		fail_msg("no Response: %d %s " STR_FMT, w->status, page_code(w),
			 STR_ARG(w->page));
	if (!message_parse(posted_response(w), t, w->a, &m, &e) ||
	    !response_verify(&q, &m, t, w->a, out, &e))
		fail_msg("%s %s", err_row(e.code)->name, e.detail);
	cert_free(hub);
}

static bool
count_row(const struct audit_row *row, void *arg, struct err *e)
{
	(void)row;
	(void)e;
	++*(size_t *)arg;
	return true;
}

size_t
audit_count(struct saml_world *w, const char *result)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct audit_filter f = {.from = INSTANT_MIN,
				 .to = INSTANT_MAX,
				 .action = STR("login"),
				 .result = str_from(result)};
	size_t n = 0;
	struct err e = ERR_INIT;

	assert_true(store_read(w->app->store, &r, &e));
	assert_true(store_audit_each(r, &f, count_row, &n, &e));
	return n;
}

void
audit_expect(struct saml_world *w, const char *const *names, size_t count)
{
	assert_true(count > 0);
	for (size_t i = 0; i < count; i++)
		if (audit_count(w, names[i]) == 0)
			fail_msg("no record of %s", names[i]);
}

int
saml_world_run(struct saml_world *w, const char *name, bool knows,
	       const struct CMUnitTest *tests, size_t count)
{
	int failed;

	saml_lasso_init();
	log_setup(LOG_LEVEL_ERROR, LOG_FORMAT_TEXT, false);
	saml_world_begin(w, name);
	if (knows)
		saml_world_know(w, NULL, NULL, "oiosamlProfil = \"OIOSAML3\";");
	failed = _cmocka_run_group_tests(name, tests, count, NULL, NULL);
	saml_world_end(w);
	return failed;
}
