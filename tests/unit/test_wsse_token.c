/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The token in a call: each check of it (token-service contract 5.5, 8 to 12, 20 and 24)
 * failing alone, with its accepting twin; and what a verified one says of the caller. Changed
 * tokens are signed again by the token service, and the message by its holder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "tests/unit/guard_world.h"
#include "tests/unit/message_parts.h"
#include "tests/unit/mutate.h"
#include "tests/unit/pki.h"
#include "tests/unit/resign.h"
#include "wstrust/client.h"
#include "xml/parse.h"

#define VALUE(name)                                                                            \
	"attribute:" name "\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:"                       \
	"attrname-format:basic\"><AttributeValue>"

static struct guard_world world;

static const struct gw_case token_cases[] = {
	/* 8: structure */
	{.name = "version 1.1",
	 .token = {{"Version=\"2.0\"", "Version=\"1.1\""}},
	 .want = ASSERTION_MALFORMED},
	{.name = "comment in the CVR",
	 .token = {{">11111111<", ">1111<!-- -->1111<"}},
	 .want = XML_FORBIDDEN},
	{.name = "no Subject name",
	 .token = {{"<NameID ", "<EncryptedID "}, {"</NameID>", "</EncryptedID>"}},
	 .want = TOKEN_INVALID},
	{.name = "an encrypted attribute",
	 .token = {{"<AttributeStatement>", "<AttributeStatement><EncryptedAttribute/>"}},
	 .want = TOKEN_INVALID},
	{.name = "two Conditions",
	 .token = {{"<AttributeStatement>", "<Conditions/><AttributeStatement>"}},
	 .want = ASSERTION_MALFORMED},
	/* 9: signature */
	{.name = "changed",
	 .token = {{">11111111<", ">22222222<"}},
	 .token_is_damaged = true,
	 .want = TOKEN_INVALID},
	{.name = "by a system",
	 .token = {{"Version", "Version"}},
	 .token_key = "systems/KY",
	 .want = TOKEN_INVALID},
	{.name = "transforms in another order",
	 .token = {{DS "enveloped-signature", "x"},
		   {EXC "\"></Transform></Transforms>", DS "enveloped-signature\"></Transform>"
							   "</Transforms>"},
		   {"<Transform Algorithm=\"x\">", "<Transform Algorithm=\"" EXC "\">"}},
	 .want = TOKEN_INVALID},
	{.name = "an inclusive canonicalisation more",
	 .token = {{"</Transform></Transforms>",
		    "</Transform><Transform Algorithm=\"http://www.w3.org/TR/2001/"
		    "REC-xml-c14n-20010315\"></Transform></Transforms>"}},
	 .want = TOKEN_INVALID},
	{.name = "hmac",
	 .token = {{"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
		    "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"}},
	 .want = TOKEN_INVALID},
	/* 10: issuer */
	{.name = "another issuer",
	 .token = {{GW_ISSUER, GW_ISSUER "/"}},
	 .want = TOKEN_INVALID},
	/* 11: conditions; the token lives from now for two hours */
	{.name = "another audience",
	 .token = {{"<Audience>", "<Audience>urn:x"}},
	 .want = TOKEN_AUDIENCE},
	{.name = "an audience more",
	 .token = {{"<Audience>", "<Audience>urn:x</Audience><Audience>"}}},
	{.name = "a second restriction to another",
	 .token = {{"</AudienceRestriction>",
		    "</AudienceRestriction><AudienceRestriction><Audience>urn:x</Audience>"
		    "</AudienceRestriction>"}},
	 .want = TOKEN_AUDIENCE},
	{.name = "no audience",
	 .token = {{"<AudienceRestriction><Audience>" GW_AUDIENCE
		    "</Audience></AudienceRestriction>",
		    ""}},
	 .want = TOKEN_AUDIENCE},
	{.name = "unknown condition",
	 .token = {{"<AudienceRestriction>", "<Condition/><AudienceRestriction>"}},
	 .want = ASSERTION_MALFORMED},
	{.name = "no end",
	 .token = {{"<Conditions NotBefore=", "<Conditions x="},
		   {"<AudienceRestriction>", "<AudienceRestriction>"}},
	 .want = TOKEN_INVALID},
	/* 12: confirmation */
	{.name = "bearer", .token = {{"cm:holder-of-key", "cm:bearer"}}, .want = TOKEN_INVALID},
	{.name = "another recipient",
	 .token = {{"Recipient=\"", "Recipient=\"urn:x"}},
	 .want = TOKEN_AUDIENCE},
	{.name = "no recipient", .token = {{"Recipient=\"" GW_AUDIENCE "\" ", ""}}},
	{.name = "no certificate of the holder",
	 .token = {{"a:type=\"KeyInfoConfirmationDataType\"><KeyInfo xmlns=\"" DS "\">",
		    "a:type=\"KeyInfoConfirmationDataType\"><KeyInfo xmlns=\"urn:x\">"}},
	 .want = TOKEN_INVALID},
	{.name = "two certificates of the holder",
	 .token = {{"a:type=\"KeyInfoConfirmationDataType\"><KeyInfo xmlns=\"" DS
		    "\"><X509Data>",
		    "a:type=\"KeyInfoConfirmationDataType\"><KeyInfo xmlns=\"" DS
		    "\"><X509Data><X509Certificate>AQID</X509Certificate>"}},
	 .want = TOKEN_INVALID},
	{.name = "xsi:type is not read", .token = {{"KeyInfoConfirmationDataType", "q:Other"}}},
	/* 24: attributes */
	{.name = "CVR of seven digits",
	 .token = {{">11111111<", ">1111111<"}},
	 .want = TOKEN_INVALID},
	{.name = "two CVRs",
	 .token = {{">11111111</AttributeValue>",
		    ">11111111</AttributeValue><AttributeValue>22222222"
		    "</AttributeValue>"}},
	 .want = TOKEN_INVALID},
	{.name = "no CVR",
	 .token = {{"attribute:CvrNumberIdentifier", "attribute:Other"}},
	 .want = TOKEN_INVALID},
	{.name = "another profile",
	 .token = {{"DK-SAML-2.0", "DK-SAML-3.0"}},
	 .want = TOKEN_INVALID},
	{.name = "level 2",
	 .token = {{VALUE("AssuranceLevel") "3", VALUE("AssuranceLevel") "2"}},
	 .want = TOKEN_INVALID},
	{.name = "level 4",
	 .token = {{VALUE("AssuranceLevel") "3", VALUE("AssuranceLevel") "4"}}},
	{.name = "level 5",
	 .token = {{VALUE("AssuranceLevel") "3", VALUE("AssuranceLevel") "5"}},
	 .want = TOKEN_INVALID},
	{.name = "no level",
	 .token = {{"attribute:AssuranceLevel", "attribute:Other"}},
	 .want = TOKEN_INVALID},
	{.name = "privileges unreadable",
	 .token = {{VALUE("Privileges_intermediate"), VALUE("Privileges_intermediate") "AAAA"}},
	 .want = TOKEN_INVALID},
	{.name = "no privileges",
	 .token = {{"attribute:Privileges_intermediate", "attribute:Other"}}},
};

static void
each_check_of_the_token(void **state)
{
	(void)state;
	gw_run(&world, token_cases, ARRAY_LEN(token_cases), true);
}

/* --- times of the token: the message is written then --- */

static void
token_times(void **state)
{
	static const struct {
		const char *name;
		int64_t later_us;
		enum err_code want;
	} cases[] = {
		{"five minutes early", -SECONDS(300), ERR_NONE},
		{"earlier", -SECONDS(300) - MS(1), TOKEN_EXPIRED},
		{"in the last moment", HOURS(2) + SECONDS(300) - MS(1), ERR_NONE},
		{"over", HOURS(2) + SECONDS(300), TOKEN_EXPIRED},
	};
	struct wsse_policy p = gw_policy(&world, true);
	instant now = world.now;
	struct client_token token;

	(void)state;
	world.now = time_floor_ms(now);
	token = gw_token(&world);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		instant then = time_floor_ms(now) + cases[i].later_us;

		world.now = then;
		gw_judge(&world, cases[i].name, gw_call(&world, &token), &p, then,
			 cases[i].want);
	}
	world.now = now;
}

/* --- 20: the holder's certificate --- */

static void
holder(void **state)
{
	static const char blocked[] =
		"systemer = ( { id = \"KY\"; navn = \"KY\"; ejer = \"33333333\"; anvender = "
		"{ certifikater = ( { fil = \"ky.pem\"; spaerret = true; } ); }; });\n";
	static const char stopped[] =
		"systemer = ( { id = \"KY\"; navn = \"KY\"; ejer = \"33333333\"; "
		"tilstand = \"spaerret\"; anvender = "
		"{ certifikater = ( { fil = \"ky.pem\"; } ); }; });\n";
	static const char again[] =
		"systemer = ( { id = \"KY\"; navn = \"KY\"; ejer = \"33333333\"; anvender = "
		"{ certifikater = ( { fil = \"ky.pem\"; } ); }; });\n";
	static const char *const texts[] = {blocked, stopped, again};
	struct client_token token = gw_token(&world);
	struct wsse_policy p;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		world_put(&world.w, texts[i]);
		gw_refresh(&world);
		p = gw_policy(&world, true);
		gw_judge(&world, texts[i], gw_call(&world, &token), &p, world.now,
			 i < 2 ? CERT_BLOCKED : ERR_NONE);
	}
	p.revocation = world.anchors;
	gw_judge(&world, "chain and revocation", gw_call(&world, &token), &p, world.now,
		 ERR_NONE);
}

static void
certificates_that_end(void **state)
{
	static const struct {
		const char *folder;
		enum err_code want, want_with_revocation;
	} cases[] = {
		{"odd/expired", CERT_EXPIRED, CERT_EXPIRED},
		{"odd/future", CERT_NOT_YET_VALID, CERT_NOT_YET_VALID},
		{"odd/revoked", ERR_NONE, CERT_REVOKED},
		{"odd/stranger", ERR_NONE, CERT_UNTRUSTED},
	};
	struct signer *ky = world.ky;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct wsse_policy p = gw_policy(&world, true);
		struct client_token token;

		world.ky = pki_signer(cases[i].folder);
		token = gw_token(&world);
		gw_judge(&world, cases[i].folder, gw_call(&world, &token), &p, world.now,
			 cases[i].want);
		p.revocation = world.anchors;
		gw_judge(&world, cases[i].folder, gw_call(&world, &token), &p, world.now,
			 cases[i].want_with_revocation);
		signer_free(world.ky);
	}
	world.ky = ky;
}

/* --- what a verified call says of its caller --- */

static void
caller(void **state)
{
	struct wsse_policy p = gw_policy(&world, true);
	struct client_token token = gw_token(&world);
	const struct trust_system *system;
	const struct caller *c;
	struct xml_doc *doc;
	struct wsse w;
	struct err e = ERR_INIT;

	(void)state;
	assert_true(gw_verify(&world, gw_call(&world, &token), &p, world.now, &doc, &w, &e));
	c = wsse_caller(&w, world.known, STR("r-1"), world.a, &system);
	assert_true(str_eq_c(system->id, "KY"));
	assert_true(str_eq_c(c->cvr, "11111111"));
	assert_true(str_eq_c(c->system, "KY"));
	assert_true(str_eq(c->subject, cert_subject_net(signer_cert(world.ky))));
	assert_true(str_eq(c->token_id, token.id));
	assert_true(str_eq(str_of(c->holder, 32), cert_sha256(signer_cert(world.ky))));
	assert_int_equal(c->assurance, 3);
	assert_int_equal(c->privilege_count, 1);
	assert_true(str_eq_c(c->privileges[0].scope_cvr, "11111111"));
	assert_int_equal(c->privileges[0].constraint_count, 1);
	assert_true(str_eq_c(c->privileges[0].constraints[0].value, "Ja"));
	assert_true(str_eq_c(c->transaction, "t-1"));
	assert_true(str_eq_c(c->request_id, "r-1"));
	assert_true(str_has_prefix(c->message_id, STR("urn:uuid:")));
	assert_int_equal(c->claim_count, 2);
	wsse_release(&w);
	xml_doc_free(doc);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_check_of_the_token),
		cmocka_unit_test(token_times),
		cmocka_unit_test(certificates_that_end),
		cmocka_unit_test(caller),
		cmocka_unit_test(holder),
	};
	int failed;

	xml_init();
	gw_begin(&world, "wsse-token");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	gw_end(&world);
	return failed;
}
