/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Metadata: what of peers is refused and how it is said, and ours as lasso reads it, which then
 * plays a system against us.
 * Source: context-handler contract 1.4, 1.5; X20, X74, X76.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <lasso/lasso.h>

#include "base/clock.h"
#include "base/encoding.h"
#include "crypto/revocation.h"
#include "gateway/file.h"
#include "tests/unit/ca_world.h"
#include "tests/unit/pki.h"
#include "tests/unit/saml_world.h"

static struct saml_world world;

static struct str
document(enum saml_role role)
{
	struct buf xml = BUF_INIT(1 << 20);
	struct metadata_small m = {.role = role,
				   .entity_id = STR(SYSTEM_ID),
				   .location = STR(SYSTEM_ACS),
				   .organisation = STR("Test"),
				   .signer = world.system};
	struct str out;
	struct err e = ERR_INIT;

	assert_true(metadata_publish_small(&m, world.a, &xml, &e));
	out = arena_dup(world.a, buf_str(&xml));
	buf_release(&xml);
	return out;
}

static bool
reads(struct str xml, const struct metadata_rules *rules, struct saml_peer *p,
      struct str *findings)
{
	struct buf out = BUF_INIT(65536);
	struct err e = ERR_INIT;
	bool ok = metadata_read(xml, rules, world.a, p, &out, &e);

	*findings = arena_dup(world.a, buf_str(&out));
	if (!ok)
		assert_int_equal(e.code, METADATA_INVALID);
	assert_int_equal(ok, findings->len == 0);
	buf_release(&out);
	return ok;
}

/* An unsigned copy: what is changed below is not a question of the signature. */
static struct str
unsigned_document(enum saml_role role)
{
	struct str xml = document(role);
	size_t from, to;

	assert_true(str_find(xml, STR("<Signature xmlns"), &from));
	assert_true(str_find(xml, STR("</Signature>"), &to));
	return arena_printf(world.a, STR_FMT STR_FMT, (int)from, xml.ptr,
			    STR_ARG(str_skip(xml, to + sizeof("</Signature>") - 1)));
}

static const struct {
	const char *name, *find, *with;
	const char *finding; /* how one of the lines begins; NULL: accepted */
	bool is_idp, production;
} rows[] = {
	{"as it is", "md:", "md:", NULL, false, false},
	{"as it is, in production", "md:", "md:", NULL, false, true},
	{"an IdP", "md:", "md:", NULL, true, false},
	{"X76 DOCTYPE", "<md:EntityDescriptor", "<!DOCTYPE x><md:EntityDescriptor", "1 ", false,
	 false},
	{"not well-formed", "</md:EntityDescriptor>", "", "1 ", false, false},
	{"a list of entities", "EntityDescriptor ", "EntitiesDescriptor ", "1 ", false, false},
	{"another role", "SPSSODescriptor ", "IDPSSODescriptor ", "1 ", false, false},
	{"no protocol", "SAML:2.0:protocol\"><md:Key", "SAML:1.1:protocol\"><md:Key", "2 ",
	 false, false},
	{"no certificate", "<ds:X509Certificate>", "<ds:X509Certificate>!", "2 ", false, false},
	{"no index", " index=\"0\"", "", "2 ", false, false},
	{"no location", " Location=\"", " Loc=\"", "2 ", false, false},
	{"no POST", "HTTP-POST\" Location", "HTTP-Artifact\" Location", "6 ", false, false},
	{"an IdP without Redirect", "HTTP-Redirect", "SOAP", "6 ", true, false},
	{"plain http in production", "Location=\"https://", "Location=\"http://", "7 ", false,
	 true},
	{"plain http in development", "Location=\"https://", "Location=\"http://", NULL, false,
	 false},
	{"javascript", "Location=\"https://", "Location=\"javascript:", "7 ", false, false},
	{"relative", "Location=\"https://", "Location=\"/", "7 ", false, false},
	{"valid for a long time yet", "<md:EntityDescriptor",
	 "<md:EntityDescriptor validUntil=\"2999-01-01T00:00:00Z\"", NULL, false, false},
	{"valid no longer", "<md:EntityDescriptor",
	 "<md:EntityDescriptor validUntil=\"2020-01-01T00:00:00Z\"", "4 ", false, false},
	{"a role that is valid no longer", "SPSSODescriptor ",
	 "SPSSODescriptor validUntil=\"2020-01-01T00:00:00Z\" ", "4 ", false, false},
	{"valid until no time", "<md:EntityDescriptor",
	 "<md:EntityDescriptor validUntil=\"tomorrow\"", "2 ", false, false},
	{"empty entityID", "entityID=\"" SYSTEM_ID "\"", "entityID=\"\"", "8 ", false, false},
	{"entityID that is no URI", "entityID=\"" SYSTEM_ID "\"", "entityID=\"x\"", "8 ", false,
	 false},
};

static void
what_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		enum saml_role role = rows[i].is_idp ? SAML_ROLE_IDP : SAML_ROLE_SYSTEM;
		struct metadata_rules rules = {
			.role = role, .is_development = !rows[i].production, .now = world.now};
		struct str findings, xml = unsigned_document(role);
		struct saml_peer p;
		size_t at;

		xml = swap_text(&world, xml, rows[i].find, rows[i].with);
		if (reads(xml, &rules, &p, &findings) != (rows[i].finding == NULL))
			fail_msg("%s: " STR_FMT, rows[i].name, STR_ARG(findings));
		if (rows[i].finding && !str_has_prefix(findings, str_from(rows[i].finding)) &&
		    !str_find(findings, arena_printf(world.a, "\n%s", rows[i].finding), &at))
			fail_msg("%s: " STR_FMT, rows[i].name, STR_ARG(findings));
		if (!rows[i].finding)
			saml_peer_release(&p);
	}
}

/* All findings are told, not the first alone: resolution C15. */
static void
all_findings_are_told(void **state)
{
	struct metadata_rules rules = {.role = SAML_ROLE_SYSTEM, .now = world.now};
	struct str findings, xml = unsigned_document(SAML_ROLE_SYSTEM);
	struct saml_peer p;
	size_t at;

	(void)state;
	xml = swap_text(&world, xml, "Location=\"https://", "Location=\"http://");
	xml = swap_text(&world, xml, "HTTP-POST\" Location", "HTTP-Artifact\" Location");
	xml = swap_text(&world, xml, "entityID=\"" SYSTEM_ID "\"", "entityID=\"x\"");
	assert_false(reads(xml, &rules, &p, &findings));
	assert_true(str_find(findings, STR("6 "), &at));
	assert_true(str_find(findings, STR("7 "), &at));
	assert_true(str_find(findings, STR("8 "), &at));
}

/* X20, and certificates that have ended; X74: a signature that does not hold. */
static void
keys_and_signatures(void **state)
{
	static const struct {
		const char *folder, *finding;
		instant later;
	} certs[] = {
		{"odd/weak", "9 ", 0},
		{"odd/sha1", "9 ", 0},
		{"systems/KY", "4 ", DAYS(365) * 4},
		{"odd/ec256", NULL, 0},
		{"odd/ec521", "9 ", 0},
	};
	struct metadata_rules rules = {
		.role = SAML_ROLE_SYSTEM, .is_development = true, .now = world.now};
	struct str findings, xml;
	struct saml_peer p;
	size_t at;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(certs); i++) {
		struct cert *c = pki_cert(certs[i].folder);

		xml = swap_text(&world, unsigned_document(SAML_ROLE_SYSTEM),
				arena_dup_c(world.a, cert_base64(signer_cert(world.system))),
				arena_dup_c(world.a, cert_base64(c)));
		rules.now = world.now + certs[i].later;
		if (reads(xml, &rules, &p, &findings) != (certs[i].finding == NULL))
			fail_msg("%s: " STR_FMT, certs[i].folder, STR_ARG(findings));
		if (!certs[i].finding)
			saml_peer_release(&p);
		else if (!str_find(findings, str_from(certs[i].finding), &at))
			fail_msg("%s: " STR_FMT, certs[i].folder, STR_ARG(findings));
		cert_free(c);
	}
	rules.now = world.now;
	xml = document(SAML_ROLE_SYSTEM);
	assert_true(reads(xml, &rules, &p, &findings));
	saml_peer_release(&p);
	assert_false(reads(swap_text(&world, xml, SYSTEM_ACS, "https://evil.example/acs"),
			   &rules, &p, &findings));
	assert_true(str_find(findings, STR("3 "), &at));
	rules.must_be_signed = true;
	assert_true(reads(xml, &rules, &p, &findings));
	saml_peer_release(&p);
	assert_false(reads(unsigned_document(SAML_ROLE_SYSTEM), &rules, &p, &findings));
	assert_true(str_find(findings, STR("3 not signed"), &at));
}

/*
 * What was confirmed and then became known: it ends at its time, and a key that has expired
 * leaves the others in force.
 */
static void
known_metadata_ages(void **state)
{
	struct metadata_rules rules = {.role = SAML_ROLE_SYSTEM,
				       .is_development = true,
				       .is_known = true,
				       .now = world.now};
	struct cert *old = pki_cert("odd/expired");
	struct str findings, xml = unsigned_document(SAML_ROLE_SYSTEM);
	struct saml_peer p;

	(void)state;
	xml = swap_text(&world, xml, "SPSSODescriptor ",
			"SPSSODescriptor validUntil=\"2020-01-01T00:00:00Z\" ");
	xml = swap_text(&world, xml, "<md:EntityDescriptor",
			"<md:EntityDescriptor validUntil=\"2999-01-01T00:00:00Z\"");
	assert_true(reads(xml, &rules, &p, &findings));
	assert_true(p.valid_until < world.now && p.signing_count == 1);
	saml_peer_release(&p);
	xml = swap_text(&world, unsigned_document(SAML_ROLE_SYSTEM), "<md:KeyDescriptor",
			arena_printf(world.a,
				     "<md:KeyDescriptor use=\"signing\"><ds:KeyInfo "
				     "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">"
				     "<ds:X509Data><ds:X509Certificate>" STR_FMT
				     "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
				     "</md:KeyDescriptor><md:KeyDescriptor",
				     STR_ARG(cert_base64(old)))
				.ptr);
	assert_true(reads(xml, &rules, &p, &findings));
	assert_true(p.valid_until == INSTANT_MAX && p.signing_count == 1);
	saml_peer_release(&p);
	rules.is_known = false;
	assert_false(reads(xml, &rules, &p, &findings));
	cert_free(old);
}

/* Puts validUntil into a peer's document, which is taken in anew. */
static void
end_document(enum saml_role role, const char *file, instant until)
{
	char text[TIME_TEXT_MAX];
	struct err e = ERR_INIT;
	struct str xml;

	xml = swap_text(&world, unsigned_document(role), "<md:EntityDescriptor",
			arena_printf(world.a, "<md:EntityDescriptor validUntil=\"" STR_FMT "\"",
				     STR_ARG(time_format_utc(until, text)))
				.ptr);
	if (role == SAML_ROLE_IDP)
		xml = swap_text(&world, xml, "entityID=\"" SYSTEM_ID, "entityID=\"" IDP_ID);
	assert_true(
		file_write(arena_printf(world.a, "%s/%s", world.folder, file).ptr, xml, &e));
}

/* Metadata that ends while the server runs: its peer ends with it. */
static void
peers_end_with_their_metadata(void **state)
{
	struct saml_world *w = &world;
	struct peers *peers = peers_new();
	struct peers_rules rules = {.is_development = true, .now = w->now};
	const struct peer_set *s;
	size_t count;

	(void)state;
	end_document(SAML_ROLE_SYSTEM, "a.xml", w->now + HOURS(1));
	end_document(SAML_ROLE_IDP, "idp.xml", w->now + HOURS(1));
	saml_world_know(w, NULL, NULL, NULL);
	s = peers_hold(peers, w->app->trust, &rules);
	assert_non_null(peers_system(s, STR(SYSTEM_ID), w->now));
	assert_non_null(peers_idp(s, STR(IDP_ID), w->now));
	peers_idps(s, w->now, w->a, &count);
	assert_int_equal(count, 2);
	assert_null(peers_system(s, STR(SYSTEM_ID), w->now + HOURS(1)));
	assert_null(peers_idp(s, STR(IDP_ID), w->now + HOURS(1)));
	peers_idps(s, w->now + HOURS(1), w->a, &count);
	assert_int_equal(count, 1);
	peers_release(s);
	peers_free(peers);
}

static void
learn_revoked(struct anchors *a, const char *folder)
{
	struct ca_list spec = {.issuer = "ca/issuing",
			       .revoked = folder,
			       .from = world.now - MINUTES(1),
			       .until = world.now + DAYS(3),
			       .is_pss = true};
	struct revlist *l = NULL;
	struct revocations what = {.lists = &l, .list_count = 1};
	struct err e = ERR_INIT;

	assert_true(revlist_read(a, ca_list(world.a, &spec), world.now, 0, &l, &e));
	anchors_learn(a, &what);
	revlist_free(l);
}

/* Outside development: a key that its authority revokes is out at once, also of what is known.
 */
static void
a_revoked_key_is_no_key(void **state)
{
	struct saml_world *w = &world;
	struct peers *peers = peers_new();
	struct anchors *a = pki_anchors();
	struct peers_rules rules = {.anchors = a, .now = w->now};
	const struct peer_set *before, *after;

	(void)state;
	saml_world_know(w, NULL, NULL, NULL);
	before = peers_hold(peers, w->app->trust, &rules);
	assert_non_null(peers_idp(before, STR(IDP_ID), w->now));
	assert_non_null(peers_idp(before, STR(IDP2_ID), w->now));
	learn_revoked(a, "saml/idp");
	after = peers_hold(peers, w->app->trust, &rules);
	assert_ptr_not_equal(before, after);
	assert_null(peers_idp(after, STR(IDP_ID), w->now));
	assert_non_null(peers_idp(after, STR(IDP2_ID), w->now));
	assert_non_null(peers_system(after, STR(SYSTEM_ID), w->now));
	peers_release(before);
	peers_release(after);
	/* and nothing lasts longer than an hour without a look */
	before = peers_hold(peers, w->app->trust, &rules);
	rules.now += HOURS(1);
	after = peers_hold(peers, w->app->trust, &rules);
	assert_ptr_not_equal(before, after);
	peers_release(before);
	peers_release(after);
	peers_free(peers);
	anchors_free(a);
}

static void
what_is_read(void **state)
{
	struct metadata_rules rules = {
		.role = SAML_ROLE_SYSTEM, .is_development = true, .now = world.now};
	struct str findings, xml = unsigned_document(SAML_ROLE_SYSTEM);
	struct saml_peer p;

	(void)state;
	xml = swap_text(&world, xml, "<md:KeyDescriptor use=\"signing\">",
			"<md:KeyDescriptor>");
	xml = swap_text(
		&world, xml, "</md:KeyDescriptor>",
		"<md:EncryptionMethod Algorithm=\"http://www.w3.org/2009/xmlenc11#aes128-gcm\">"
		"</md:EncryptionMethod><md:EncryptionMethod "
		"Algorithm=\"http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p\">"
		"</md:EncryptionMethod></md:KeyDescriptor>");
	xml = swap_text(&world, xml, "<md:AssertionConsumerService ",
			"<md:SingleLogoutService "
			"Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" "
			"Location=\"https://a.example/slo\" "
			"ResponseLocation=\"https://a.example/slo2\"></md:SingleLogoutService>"
			"<md:AssertionConsumerService ");
	assert_true(reads(xml, &rules, &p, &findings));
	assert_true(str_eq(p.entity_id, STR(SYSTEM_ID)));
	assert_int_equal(p.signing_count, 1);
	assert_non_null(p.encryption);
	assert_int_equal(p.enc_methods, SAML_ENC_AES128_GCM | SAML_ENC_OAEP_SHA1);
	assert_int_equal(p.acs.count, 1);
	assert_true(p.acs.items[0].is_default && p.acs.items[0].index == 0);
	assert_true(str_eq(p.slo.items[0].response_location, STR("https://a.example/slo2")));
	assert_true(p.signs_requests && p.wants_signed_assertions);
	saml_peer_release(&p);
}

/* A peer whose metadata does not pass is no peer; the others are. */
static void
bad_peers_are_left_out(void **state)
{
	struct saml_world *w = &world;
	struct peers *peers = peers_new();
	struct peers_rules rules = {.is_development = false, .now = w->now + DAYS(365) * 4};
	const struct peer_set *s, *again;
	size_t count;

	(void)state;
	saml_world_know(w, NULL, NULL, NULL);
	s = peers_hold(peers, w->app->trust, &rules);
	peers_idps(s, rules.now, w->a, &count);
	assert_int_equal(count, 0); /* every certificate has ended by then */
	assert_null(peers_system(s, STR(SYSTEM_ID), w->now));
	again = peers_hold(peers, w->app->trust, &rules);
	assert_ptr_equal(s, again);
	peers_release(again);
	saml_world_know(w, "oiosamlProfil = \"OIOSAML2\";", NULL, NULL);
	rules.now = w->now;
	again = peers_hold(peers, w->app->trust, &rules);
	assert_ptr_not_equal(s, again);
	peers_idps(again, rules.now, w->a, &count);
	assert_int_equal(count, 2);
	assert_non_null(peers_system(again, STR(SYSTEM_ID), w->now));
	assert_null(peers_system(again, STR("https://unknown.example"), w->now));
	assert_null(peers_idp(again, STR(SYSTEM_ID), w->now));
	peers_release(s);
	peers_release(again);
	peers_free(peers);
}

static struct str
published(const char *path)
{
	web_ask(&world, &(struct web_ask){.method = HTTP_METHOD_GET, .path = path});
	assert_int_equal(world.status, 200);
	return world.page;
}

/* Signed once, not once for each who asks; and not the one for the other. */
static void
ours_is_signed_once(void **state)
{
	static const char *const paths[] = {SAML_PATH_IDP_METADATA, SAML_PATH_SP_METADATA,
					    "/hvem/metadata"};
	struct str first, all = STR("");
	size_t at;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		first = arena_dup(world.a, published(paths[i]));
		assert_true(str_eq(first, published(paths[i])));
		assert_false(str_find(all, first, &at));
		all = arena_printf(world.a, STR_FMT STR_FMT, STR_ARG(all), STR_ARG(first));
	}
}

/* The SP-role document alone says how to encrypt, by exactly these, in this order. */
static void
ours_says_how_to_encrypt(void **state)
{
	static const char *const methods[] = {
		"http://www.w3.org/2009/xmlenc11#aes256-gcm",
		"http://www.w3.org/2001/04/xmlenc#aes256-cbc",
		"http://www.w3.org/2009/xmlenc11#rsa-oaep",
		"http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
	};
	struct str rest = published(SAML_PATH_SP_METADATA), found;
	size_t at;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		if (!str_find(rest, STR("<md:EncryptionMethod Algorithm=\""), &at))
			fail_msg("no %s", methods[i]);
		rest = str_skip(rest, at + 32);
		(void)str_cut(rest, '"', &found, &rest);
		if (!str_eq_c(found, methods[i]))
			fail_msg(STR_FMT " for %s", STR_ARG(found), methods[i]);
	}
	assert_false(str_find(rest, STR("EncryptionMethod Algorithm"), &at));
	assert_false(str_find(published(SAML_PATH_IDP_METADATA), STR("EncryptionMethod"), &at));
}

/* Both of our documents are metadata by our own rules, and hold what the contract lists. */
static void
ours_is_metadata(void **state)
{
	static const struct {
		const char *path;
		enum saml_role role;
		const char *holds[12];
	} docs[] = {
		{SAML_PATH_IDP_METADATA,
		 SAML_ROLE_IDP,
		 {"WantAuthnRequestsSigned=\"true\"", "use=\"encryption\"",
		  "cacheDuration=\"PT6H\"",
		  "X509SubjectName</md:NameIDFormat><md:NameIDFormat>"
		  "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
		  "loa/High</saml:AttributeValue>", "assurance-certification",
		  "Location=\"" HUB_URL "/runtime/saml2/issue.idp\""}},
		{SAML_PATH_SP_METADATA,
		 SAML_ROLE_SYSTEM,
		 {"AuthnRequestsSigned=\"true\"", "WantAssertionsSigned=\"true\"",
		  "xmlenc11#aes256-gcm", "xmlenc11#rsa-oaep", "mgf1sha256", "index=\"0\"",
		  "Privileges_intermediate", "privilegesIntermediate",
		  "Location=\"" HUB_URL "/runtime/saml2auth/consume.idp\""}},
	};
	struct saml_peer p;
	struct str findings, xml;
	size_t at;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(docs); i++) {
		struct metadata_rules rules = {
			.role = docs[i].role, .must_be_signed = true, .now = world.now};

		xml = published(docs[i].path);
		if (!reads(xml, &rules, &p, &findings))
			fail_msg("%s: " STR_FMT, docs[i].path, STR_ARG(findings));
		assert_true(str_eq(p.entity_id, STR(HUB_ID)));
		assert_non_null(p.encryption);
		saml_peer_release(&p);
		for (size_t k = 0; k < ARRAY_LEN(docs[i].holds) && docs[i].holds[k]; k++)
			if (!str_find(xml, str_from(docs[i].holds[k]), &at))
				fail_msg("%s: no %s", docs[i].path, docs[i].holds[k]);
	}
}

/* --- lasso as a system: it reads our metadata, asks, and takes our answer --- */

static LassoServer *
lasso_system(void)
{
	char key[PKI_PATH_BYTES], cert[PKI_PATH_BYTES];
	struct str own = document(SAML_ROLE_SYSTEM), hub = published(SAML_PATH_IDP_METADATA);
	LassoServer *s;
	char path[300];
	FILE *f;

	snprintf(path, sizeof(path), "%s/lasso.xml", world.folder);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(own.ptr, 1, own.len, f), own.len);
	assert_int_equal(fclose(f), 0);
	s = lasso_server_new(path, pki_path(key, "systems/KY/key.pem"), NULL,
			     pki_path(cert, "systems/KY/cert.pem"));
	assert_non_null(s);
	s->signature_method = LASSO_SIGNATURE_METHOD_RSA_SHA256;
	assert_int_equal(lasso_server_add_provider_from_buffer(s, LASSO_PROVIDER_ROLE_IDP,
							       arena_dup_c(world.a, hub), NULL,
							       NULL),
			 0);
	return s;
}

static void
lasso_plays_a_system(void **state)
{
	struct saml_world *w = &world;
	LassoServer *server = lasso_system();
	LassoLogin *login = lasso_login_new(server);
	struct str path, query, value;
	char *answer;

	(void)state;
	w->now = clock_now(); /* lasso knows no other */
	saml_world_know(w, NULL, NULL, "oiosamlProfil = \"OIOSAML3\";");
	w->jar.count = 0;
	assert_int_equal(
		lasso_login_init_authn_request(login, HUB_ID, LASSO_HTTP_METHOD_REDIRECT), 0);
	assert_int_equal(lasso_login_build_authn_request_msg(login), 0);
	assert_true(str_cut(str_from(LASSO_PROFILE(login)->msg_url), '?', &path, &query));
	assert_true(str_eq(path, STR(HUB_URL "/runtime/saml2/issue.idp")));
	web_ask(w, &(struct web_ask){
			   .method = HTTP_METHOD_GET, .path = SAML_PATH_SSO, .query = query});
	login_asked(w);
	idp_post(w, idp_text(w, &(struct idp_answer){.forge = NULL}), NULL);
	value = page_field(w, "SAMLResponse");
	assert_true(str_is_set(value));
	answer = arena_dup_c(w->a, value);
	assert_int_equal(lasso_login_process_authn_response_msg(login, answer), 0);
	assert_int_equal(lasso_login_accept_sso(login), 0);
	assert_string_equal(LASSO_SAML2_NAME_ID(LASSO_PROFILE(login)->nameIdentifier)->content,
			    USER_NAME);
	lasso_login_destroy(login);
	/* and its refusing twin: one letter of the name */
	login = lasso_login_new(server);
	value = base64_encode(w->a, swap_text(w, posted_response(w), "CN=Agnete", "CN=Agnite"));
	answer = arena_dup_c(w->a, value);
	assert_int_not_equal(lasso_login_process_authn_response_msg(login, answer), 0);
	lasso_login_destroy(login);
	lasso_server_destroy(server);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(all_findings_are_told),
		cmocka_unit_test(keys_and_signatures),
		cmocka_unit_test(known_metadata_ages),
		cmocka_unit_test(a_revoked_key_is_no_key),
		cmocka_unit_test(what_is_read),
		cmocka_unit_test(bad_peers_are_left_out),
		cmocka_unit_test(ours_is_metadata),
		cmocka_unit_test(ours_says_how_to_encrypt),
		cmocka_unit_test(ours_is_signed_once),
		cmocka_unit_test(lasso_plays_a_system),
		cmocka_unit_test(peers_end_with_their_metadata),
	};

	return saml_world_run(&world, "metadata", false, tests, ARRAY_LEN(tests));
}
