/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tokens on behalf of a system or a user, as whole calls: what is given, what it says, and
 * every refusal with its number.
 */
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
#include "tests/unit/behalf_world.h"
#include "wstrust/issue.h"
#include "xml/names.h"
#include "xml/parse.h"

#define WSS "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
#define WSSE WSS "wssecurity-secext-1.0.xsd"

static struct str
subject(struct str token)
{
	return between(token,
		       "<Subject><NameID Format=\""
		       "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName\">",
		       "</NameID>");
}

static struct str
confirmer(struct str token)
{
	return between(token,
		       "<SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:"
		       "holder-of-key\"><NameID "
		       "Format=\"urn:oasis:tc:SAML2:2.0:nameid-format:entity\">",
		       "</NameID>");
}

static struct str
privileges(struct str token)
{
	struct str text = between(token,
				  "Privileges_intermediate\" NameFormat=\"urn:oasis:"
				  "names:tc:SAML:2.0:attrname-format:basic\">"
				  "<AttributeValue>",
				  "</AttributeValue>");
	struct str out;
	struct err e = ERR_INIT;

	assert_true(base64_decode(text, BASE64_STRICT, bw.g.a, &out, &e));
	return out;
}

static void
is_named(struct str name, const char *folder)
{
	struct cert *c = pki_cert(folder);

	if (!str_eq(name, cert_subject_net(c)))
		fail_msg("named %.*s", STR_ARG(name));
	cert_free(c);
}

/* --- another it-system --- */

static void
a_platform_gets_what_the_system_has(void **state)
{
	const struct ask q = {.by = "systems/KSD", .cert = "systems/KY"};
	struct signer *ksd = pki_signer("systems/KSD");
	struct str token = bw_granted("proxy", &q);

	(void)state;
	is_named(subject(token), "systems/KY");
	is_named(confirmer(token), "systems/KSD");
	assert_true(bw_has(token, "</NameID><SubjectConfirmationData "));
	/* the key is the asker's, the roles are the other's */
	assert_true(str_eq(between(token,
				   "<KeyInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#"
				   "\"><X509Data><X509Certificate>",
				   "</X509Certificate>"),
			   cert_base64(signer_cert(ksd))));
	assert_true(bw_has(privileges(token), BW_UDSTIL) &&
		    bw_has(privileges(token), BW_REDIGER));
	assert_true(bw_has(token, ">3</AttributeValue>"));
	signer_free(ksd);
}

/* row: as the record names it */
static const struct {
	const char *name, *by, *cert, *code, *reason, *row;
} systems[] = {
	{"may not impersonate", "systems/SAPA", "systems/KY", "101", "may not act on behalf",
	 "STS_BEHALF_DENIED"},
	{"nor learn who is registered", "systems/SAPA", "odd/stranger", "101",
	 "may not act on behalf", "STS_BEHALF_DENIED"},
	{"not registered", "systems/KSD", "odd/stranger", "5607", "No mapped user exists for",
	 "STS_BEHALF_UNKNOWN"},
	{"blocked certificate", "systems/KSD", "systems/KY-next", "5607",
	 "No mapped user exists for", "STS_BEHALF_UNKNOWN"},
	{"revoked certificate", "systems/KSD", "odd/revoked", "5607", "revoked",
	 "STS_BEHALF_REFUSED"},
	{"not on its list", "systems/ESDH", "systems/SAPA", "101", "may not act on behalf",
	 "STS_BEHALF_DENIED"},
	/* with a list nothing is learnt of others: not registered, or blocked, is the same */
	{"not registered, with a list", "systems/ESDH", "odd/stranger", "101",
	 "may not act on behalf", "STS_BEHALF_DENIED"},
	{"revoked, with a list", "systems/ESDH", "odd/revoked", "101", "may not act on behalf",
	 "STS_BEHALF_DENIED"},
	{"anybody, without a list", "systems/KSD", "systems/ESDH", NULL, NULL, "ok"},
	{"on its list", "systems/ESDH", "systems/KY", NULL, NULL, "ok"},
};

static void
who_may_represent_whom(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(systems); i++) {
		const struct ask q = {.by = systems[i].by, .cert = systems[i].cert};
		unsigned before = (sw_interval(&bw),
				   sw_audit(&bw, "token.issue", systems[i].row));

		if (systems[i].code)
			bw_refused(systems[i].name, &q, systems[i].code, systems[i].reason);
		else
			bw_granted(systems[i].name, &q);
		if (sw_audit(&bw, "token.issue", systems[i].row) != before + 1)
			fail_msg("%s: no record %s", systems[i].name, systems[i].row);
	}
}

static void
its_own_rights_do_not_count(void **state)
{
	/* ESDH has the context 22222222, KY has not */
	const struct ask other = {
		.by = "systems/ESDH", .cert = "systems/KY", .cvr = "22222222"};
	const struct ask own = {.by = "systems/ESDH"};
	struct cert *stranger = pki_cert("odd/stranger");
	const struct ask unknown = {.by = "systems/KSD", .cert = "odd/stranger"};

	(void)state;
	bw_refused("context of the asker", &other, "5015", "Usercontext doesn't exist");
	assert_false(bw_has(privileges(bw_granted("own", &own)), BW_REDIGER));
	bw_refused("text", &unknown, "5607", "No mapped user");
	assert_true(str_eq(bw.answer.reason,
			   arena_printf(bw.g.a,
					"No mapped user exists for thumbprint '" STR_FMT "'",
					STR_ARG(cert_thumbprint(stranger)))));
	cert_free(stranger);
}

/* --- a token handed in --- */

static void
a_bootstrap_token_gives_name_and_level(void **state)
{
	const struct handed h = {.issuer = BW_HUB, .key = "saml/hub", .assurance = 4};
	const struct ask q = {.token = bw_token(&h)};
	struct str token = bw_granted("bootstrap", &q);

	(void)state;
	assert_true(str_eq_c(subject(token), BW_USER));
	is_named(confirmer(token), "systems/SAPA");
	assert_true(bw_has(token, ">4</AttributeValue>"));
	/* roles of the asker, and nothing that the token said */
	assert_true(bw_has(privileges(token), BW_UDSTIL));
	assert_false(bw_has(privileges(token), BW_REDIGER));
	assert_true(bw_has(token, "<Audience>" GW_AUDIENCE "</Audience>"));
}

#define SECOND_AUDIENCE "</Audience><Audience>urn:x</Audience>"

static const struct {
	const char *name, *by;
	struct handed token;
	const char *cvr, *code;
} tokens[] = {
	{"bootstrap of the token service", NULL, {.issuer = NULL}, NULL, NULL},
	{"for the service asked for", NULL, {.audience = GW_AUDIENCE}, NULL, NULL},
	{"called with at the portal",
	 "systems/ESDH",
	 {.audience = BW_PORTAL, .holder = "systems/KY"},
	 NULL,
	 NULL},
	{"by bearer, from the bridge",
	 NULL,
	 {.issuer = BW_HUB, .key = "saml/hub", .change = {{":cm:holder-of-key", ":cm:bearer"}}},
	 NULL,
	 NULL},

	/* whose it is */
	{"bootstrap of another holder", NULL, {.holder = "systems/KY"}, NULL, "101"},
	{"for the service, held by another",
	 NULL,
	 {.audience = GW_AUDIENCE, .holder = "systems/KY"},
	 NULL,
	 "101"},
	{"for the portal, asked by another", NULL, {.audience = BW_PORTAL}, NULL, "101"},
	{"for the portal, by one with the right elsewhere",
	 "systems/KSD",
	 {.audience = BW_PORTAL, .holder = "systems/KY"},
	 NULL,
	 "101"},
	{"for the portal, of one that may not be represented",
	 "systems/ESDH",
	 {.audience = BW_PORTAL, .holder = "systems/SAPA"},
	 NULL,
	 "101"},
	{"for a service nobody offers",
	 "systems/ESDH",
	 {.audience = "http://t.example/service/plain/1", .holder = "systems/ESDH"},
	 NULL,
	 "101"},
	{"for a system, as a login is",
	 NULL,
	 {.audience = "https://hvem.sluse.example"},
	 NULL,
	 "101"},
	{"by bearer, for the service",
	 NULL,
	 {.audience = GW_AUDIENCE, .change = {{":cm:holder-of-key", ":cm:bearer"}}},
	 NULL,
	 "103"},
	{"by another confirmation",
	 NULL,
	 {.change = {{":cm:holder-of-key", ":cm:sender-vouches"}}},
	 NULL,
	 "103"},
	{"holder blocked", NULL, {.holder = "systems/KY-next"}, NULL, "103"},
	{"holder revoked", NULL, {.holder = "odd/revoked"}, NULL, "103"},
	{"of another authority", "systems/ESDH", {.holder = "systems/ESDH"}, "22222222", "101"},

	/* who issued it */
	{"unknown issuer", NULL, {.issuer = "https://other.example"}, NULL, "103"},
	{"issuer with a slash", NULL, {.issuer = GW_ISSUER "/"}, NULL, "103"},
	{"signed by a system", NULL, {.key = "systems/SAPA"}, NULL, "103"},
	{"of the bridge, signed by the token service", NULL, {.issuer = BW_HUB}, NULL, "103"},
	{"of the token service, signed by the bridge", NULL, {.key = "saml/hub"}, NULL, "103"},
	{"changed", NULL, {.change = {{"Anna", "Bent"}}, .is_damaged = true}, NULL, "103"},

	/* what it must say */
	{"ended", NULL, {.life = -SECONDS(1)}, NULL, "103"},
	{"ended within the skew", NULL, {.life = -SECONDS(30)}, NULL, "103"},
	{"no recipient", NULL, {.change = {{" Recipient=\"" GW_ISSUER "\"", ""}}}, NULL, "103"},
	{"another recipient",
	 NULL,
	 {.change = {{" Recipient=\"" GW_ISSUER "\"", " Recipient=\"" GW_AUDIENCE "\""}}},
	 NULL,
	 "103"},
	{"two audiences", NULL, {.change = {{"</Audience>", SECOND_AUDIENCE}}}, NULL, "103"},
	{"no audience",
	 NULL,
	 {.change = {{"<AudienceRestriction><Audience>" GW_ISSUER "</Audience>"
		      "</AudienceRestriction>",
		      ""}}},
	 NULL,
	 "103"},
	{"no level",
	 NULL,
	 {.change = {{"attribute:AssuranceLevel", "attribute:Other"}}},
	 NULL,
	 "103"},
	{"level 0",
	 NULL,
	 {.change = {{">3</AttributeValue>", ">0</AttributeValue>"}}},
	 NULL,
	 "103"},
	{"no CVR",
	 NULL,
	 {.change = {{"attribute:CvrNumberIdentifier", "attribute:Other"}}},
	 NULL,
	 "103"},
	{"encrypted name",
	 NULL,
	 {.change = {{"<NameID Format=\"urn:oasis:names",
		      "<EncryptedID Format=\"urn:oasis:names"},
		     {BW_USER "</NameID>", BW_USER "</EncryptedID>"}}},
	 NULL,
	 "103"},
};

static void
tokens_handed_in(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(tokens); i++) {
		const struct ask q = {.by = tokens[i].by,
				      .token = bw_token(&tokens[i].token),
				      .cvr = tokens[i].cvr};

		if (tokens[i].code)
			bw_refused(tokens[i].name, &q, tokens[i].code, "");
		else
			assert_true(str_eq_c(subject(bw_granted(tokens[i].name, &q)), BW_USER));
	}
}

/* Any confirmation is enough for SAML; here a token that names holders is theirs alone. */
static void
a_holder_is_not_passed_by(void **state)
{
	const struct handed h = {.holder = "systems/KY"};
	struct str token = bw_token(&h), one, more;
	struct ask q = {.token = STR_NONE};

	(void)state;
	one = arena_printf(
		bw.g.a, "<SubjectConfirmation " STR_FMT "</SubjectConfirmation>",
		STR_ARG(between(token, "<SubjectConfirmation ", "</SubjectConfirmation>")));
	more = mutate(bw.g.a, one, ":cm:holder-of-key", ":cm:bearer");
	q.token =
		bw_signed(mutate(bw.g.a, token, "</Subject>",
				 arena_dup_c(bw.g.a, arena_printf(bw.g.a, STR_FMT "</Subject>",
								  STR_ARG(more)))));
	bw_refused("a bearer beside it", &q, "101", "may not act on behalf");
	q.token = bw_signed(
		mutate(bw.g.a, token, "<SubjectConfirmation ",
		       arena_dup_c(bw.g.a, arena_printf(bw.g.a, STR_FMT "<SubjectConfirmation ",
							STR_ARG(more)))));
	bw_refused("a bearer before it", &q, "101", "may not act on behalf");
	q.by = "systems/KY";
	assert_true(str_eq_c(subject(bw_granted("its holder", &q)), BW_USER));
}

/* Neither what is asked for, nor a second exchange, makes it live longer. */
static void
nothing_outlives_what_was_handed_in(void **state)
{
	const struct handed h = {.life = MINUTES(30)};
	struct ask q = {.token = bw_token(&h), .life_s = 7200};
	struct client_token t;

	(void)state;
	assert_int_equal(bw_ask(&q, &t), 200);
	assert_int_equal(t.expires, time_floor_ms(bw.g.now) + MINUTES(30));
	/* what came out is good for the same service, by its holder, and no longer */
	q.token = t.xml;
	assert_int_equal(bw_ask(&q, &t), 200);
	assert_int_equal(t.expires, time_floor_ms(bw.g.now) + MINUTES(30));
	q.life_s = 600;
	assert_int_equal(bw_ask(&q, &t), 200);
	assert_true(t.expires <= time_floor_ms(bw.g.now) + MINUTES(10));
}

/* --- forms --- */

/* The request with another content of OnBehalfOf, signed again by KSD. The id is fixed. */
static struct str text_sent;

static int
post_form(const char *from, const char *to)
{
	struct client c = gw_client(&bw.g);
	struct cert *ky = pki_cert("systems/KY");
	struct signer *ksd = pki_signer("systems/KSD");
	const struct client_request r = {.to = STR("https://sts.example/x"),
					 .applies_to = STR(GW_AUDIENCE),
					 .cvr = STR("11111111"),
					 .behalf_cert = ky};
	struct buf b = BUF_INIT(1u << 20);
	struct err e = ERR_INIT;
	struct str text;

	c.signer = ksd;
	assert_true(client_request_write(&c, &r, &b, &bw.message_id, &e));
	text = arena_dup(bw.g.a, buf_str(&b));
	buf_release(&b);
	text = mutate(bw.g.a, text, arena_dup_c(bw.g.a, between(text, "<t:OnBehalfOf>", ">")),
		      "<o:BinarySecurityToken xmlns:o=\"" WSSE "\" EncodingType=\"" WSS
		      "soap-message-security-1.0#Base64Binary\" ValueType=\"" WSS
		      "x509-token-profile-1.0#X509v3\"");
	text_sent = text;
	text = str_find(text, str_from(from), &(size_t){0}) ? mutate(bw.g.a, text, from, to)
							    : text;
	sw_post(&bw, false, resign(text, 0, "systems/KSD", bw.g.a));
	signer_free(ksd);
	cert_free(ky);
	return bw.call.status;
}

#define ACT_AS(content)                                                                        \
	"</t:OnBehalfOf><x:ActAs "                                                             \
	"xmlns:x=\"http://docs.oasis-open.org/ws-sx/ws-trust/200802\">" content "</x:ActAs>"

static void
forms_of_the_request(void **state)
{
	struct arena *a = bw.g.a;
	struct cert *ky = pki_cert("systems/KY"), *sapa = pki_cert("systems/SAPA");
	struct str same = arena_printf(a, ACT_AS(STR_FMT), STR_ARG(cert_base64(ky)));
	struct str other = arena_printf(a, ACT_AS(STR_FMT), STR_ARG(cert_base64(sapa)));

	(void)state;
	assert_int_equal(post_form("x", "x"), 200);
	/* an ActAs beside it that says the same, or something else */
	assert_int_equal(post_form("</t:OnBehalfOf>", arena_dup_c(a, same)), 200);
	assert_int_equal(post_form("</t:OnBehalfOf>", arena_dup_c(a, other)), 500);
	sw_fault(&bw, "two subjects", "103", "malformed");
	assert_int_equal(post_form("<t:OnBehalfOf>", "<t:OnBehalfOf>x"), 500);
	sw_fault(&bw, "text beside it", "103", "malformed");
	assert_int_equal(post_form("<t:OnBehalfOf>", "<t:OnBehalfOf><x></x>"), 500);
	sw_fault(&bw, "something before it", "103", "malformed");
	assert_int_equal(post_form("#X509v3\">MII", "#Other\">MII"), 500);
	sw_fault(&bw, "another type", "103", "malformed");
	cert_free(ky);
	cert_free(sapa);
}

/* The interface document prints the certificate as bare text. */
static void
a_bare_certificate(void **state)
{
	struct cert *ky = pki_cert("systems/KY");
	struct str text = STR_NONE, bst;

	(void)state;
	assert_int_equal(post_form("x", "x"), 200);
	bst = between(text_sent, "<t:OnBehalfOf>", "</t:OnBehalfOf>");
	text = cert_base64(ky);
	assert_int_equal(post_form(arena_dup_c(bw.g.a, bst), arena_dup_c(bw.g.a, text)), 200);
	assert_int_equal(post_form(arena_dup_c(bw.g.a, bst), ""), 500);
	sw_fault(&bw, "empty", "103", "malformed");
	assert_int_equal(post_form(arena_dup_c(bw.g.a, bst), "AQID"), 500);
	sw_fault(&bw, "no certificate", "103", "malformed");
	cert_free(ky);
}

static void
switched_off(void **state)
{
	const struct handed h = {.issuer = NULL};
	const struct ask token = {.token = bw_token(&h)};
	const struct ask system = {.by = "systems/KSD", .cert = "systems/KY"};

	(void)state;
	sw_settings(&bw, "", "");
	bw_refused("a token, switched off", &token, "110", "not supported");
	bw_refused("a system, switched off", &system, "110", "not supported");
	sw_settings(&bw, "on_behalf_of = true;", BW_HUB_SETTINGS);
	bw_granted("switched on", &token);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_platform_gets_what_the_system_has),
		cmocka_unit_test(who_may_represent_whom),
		cmocka_unit_test(its_own_rights_do_not_count),
		cmocka_unit_test(a_bootstrap_token_gives_name_and_level),
		cmocka_unit_test(tokens_handed_in),
		cmocka_unit_test(a_holder_is_not_passed_by),
		cmocka_unit_test(nothing_outlives_what_was_handed_in),
		cmocka_unit_test(forms_of_the_request),
		cmocka_unit_test(a_bare_certificate),
		cmocka_unit_test(switched_off),
	};
	int failed;

	bw_begin("on_behalf");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	bw_end();
	return failed;
}
