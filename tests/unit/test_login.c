/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an IdP may not answer: one row an attack, named after the catalogue. Each begins a
 * genuine login and changes one thing in a genuine answer; nothing may reach the system but, by
 * the user's own click, an error.
 * Source: context-handler contract 9.1.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/encoding.h"
#include "saml/attributes.h"
#include "tests/unit/saml_forge.h"
#include "xml/names.h"

static struct saml_world world;

#define DOCTYPE(inside) .forge = NULL, .sent = {{"<samlp:Response ", inside "<samlp:Response "}}
#define EMPTY                                                                                  \
	{                                                                                      \
		.forge = NULL                                                                  \
	}
#define ONE_ATTR(n, v)                                                                         \
	"<saml:Attribute Name=\"" n "\"><saml:AttributeValue>" v                               \
	"</saml:AttributeValue></saml:Attribute>"
#define LOA ONE_ATTR("https://data.gov.dk/concept/core/nsis/loa", "Substantial")
#define CVR ONE_ATTR("https://data.gov.dk/model/core/eid/professional/cvr", "11111111")
#define NAME "C=DK,O=11111111,CN=Agnete Opdigtet,Serial=6f1f0a3e-1c9b-4a52-9a7e-0d5a4b8c2e11"
#define SUBJECT_DATA_END "consume.idp\"></saml:SubjectConfirmationData>"
#define BPP(inside)                                                                            \
	"<PrivilegeList xmlns=\"http://itst.dk/oiosaml/basic_privilege_profile\">" inside      \
	"</PrivilegeList>"

static const struct row {
	const char *name;
	const char *want; /* page, or "" for a login that works */
	struct idp_answer x;
} rows[] = {
	{"X01 signed Response inside the signature",
	 "CH-22",
	 {.signed_response = true, .unsigned_assertion = true, .forge = forge_xsw1}},
	{"X02 signed Response before the signature",
	 "CH-22",
	 {.signed_response = true, .unsigned_assertion = true, .forge = forge_xsw2}},
	{"X03 forged Assertion before the signed one", "CH-22", {.forge = forge_xsw3}},
	{"X04 signed Assertion inside the forged one", "CH-22", {.forge = forge_xsw4}},
	{"X05 forged Assertion with the signature", "CH-22", {.forge = forge_xsw5}},
	{"X06 original inside the forged one's signature", "CH-22", {.forge = forge_xsw6}},
	{"X07 forged Assertion in Extensions", "CH-20", {.forge = forge_xsw7}},
	{"X08 original in ds:Object", "CH-20", {.forge = forge_xsw8}},
	{"X09 nothing is signed", "CH-22", {.unsigned_assertion = true}},
	{"X10 only the Assertion is signed", "", EMPTY},
	{"X11 only the Response is signed",
	 "",
	 {.unsigned_assertion = true, .signed_response = true}},
	{"X11 both are signed", "", {.signed_response = true}},
	{"X11 both, one of them broken",
	 "CH-22",
	 {.signed_response = true, .response = {{"CN=Agnete", "CN=Agnes"}}}},
	{"X14 two Assertions in a signed Response",
	 "CH-22",
	 {.signed_response = true, .wrap = forge_twice}},
	{"X14 no Assertion", "CH-22", {.wrap = forge_nothing}},
	{"X15 empty reference",
	 "CH-22",
	 {.sent = {{"<Reference URI=\"#_", "<Reference URI=\"\" x=\"#_"}}}},
	{"X15 two references", "CH-22", {.forge = forge_two_references}},
	{"X15 foreign transform",
	 "CH-22",
	 {.sent = {{"<Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">",
		    "<Transform "
		    "Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\">"}}}},
	{"X16 canonicalisation with comments, comment in the name",
	 "CH-20",
	 {.sent = {{"xml-exc-c14n#\"></CanonicalizationMethod>",
		    "xml-exc-c14n#WithComments\"></CanonicalizationMethod>"},
		   {"Serial=6f1f", "Serial=<!-- -->6f1f"}}}},
	{"X16 canonicalisation with comments",
	 "CH-22",
	 {.sent = {{"xml-exc-c14n#\"></CanonicalizationMethod>",
		    "xml-exc-c14n#WithComments\"></CanonicalizationMethod>"}}}},
	{"X16 comment splits the serial",
	 "CH-20",
	 {.sent = {{"Serial=6f1f", "Serial=6f<!---->1f"}}}},
	{"X17 rsa-sha1",
	 "CH-22",
	 {.sent = {{"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
		    "http://www.w3.org/2000/09/xmldsig#rsa-sha1"}}}},
	{"X17 sha1 digest",
	 "CH-22",
	 {.sent = {{"http://www.w3.org/2001/04/xmlenc#sha256",
		    "http://www.w3.org/2000/09/xmldsig#sha1"}}}},
	{"X18 hmac-sha256",
	 "CH-22",
	 {.sent = {{"xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256"}}}},
	{"X18 hmac-sha1",
	 "CH-22",
	 {.sent = {{"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
		    "http://www.w3.org/2000/09/xmldsig#hmac-sha1"}}}},
	{"X19 no signature method", "CH-22", {.forge = forge_no_method}},
	{"X19 method none",
	 "CH-22",
	 {.sent = {{"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "none"}}}},
	{"X21 Conditions have ended", "CH-26", {.until = -MINUTES(4)}},
	{"X21 Conditions within the clock's skew", "", {.until = -MINUTES(2)}},
	{"X21 Conditions of the future", "CH-26", {.from = MINUTES(4)}},
	{"X21 no end of the Conditions",
	 "CH-26",
	 {.assertion = {{"<saml:Conditions ", "<saml:Conditions><!--"},
			{"\"><saml:AudienceR", "--><saml:AudienceR"}}}},
	{"X21 issued ten minutes ago", "CH-25", {.issued = -MINUTES(10)}},
	{"X21 issued in the future", "CH-25", {.issued = MINUTES(4)}},
	{"X21 unknown condition",
	 "CH-26",
	 {.assertion = {{"</saml:Conditions>",
			 "<saml:Condition></saml:Condition></saml:Conditions>"}}}},
	{"X21 may not be passed on",
	 "CH-26",
	 {.assertion = {{"</saml:Conditions>",
			 "<saml:ProxyRestriction "
			 "Count=\"0\"></saml:ProxyRestriction></saml:Conditions>"}}}},
	{"X21 may be used once, passed on once",
	 "",
	 {.assertion = {{"</saml:Conditions>",
			 "<saml:OneTimeUse></saml:OneTimeUse><saml:ProxyRestriction "
			 "Count=\"1\"></saml:ProxyRestriction></saml:Conditions>"}}}},
	{"X22 another audience",
	 "CH-26",
	 {.assertion = {{"<saml:Audience>" HUB_ID, "<saml:Audience>https://other.example"}}}},
	{"X22 our other spelling",
	 "",
	 {.assertion = {{"<saml:Audience>" HUB_ID, "<saml:Audience>" HUB_ALIAS}}}},
	{"X22 a second restriction excludes us",
	 "CH-26",
	 {.assertion = {{"</saml:Conditions>",
			 "<saml:AudienceRestriction><saml:Audience>https://other.example</"
			 "saml:Audience></saml:AudienceRestriction></saml:Conditions>"}}}},
	{"X22 no restriction",
	 "CH-26",
	 {.assertion = {{"<saml:AudienceRestriction><saml:Audience>" HUB_ID
			 "</saml:Audience></saml:AudienceRestriction>",
			 ""}}}},
	{"X23 another recipient",
	 "CH-26",
	 {.assertion = {{"Recipient=\"" HUB_URL, "Recipient=\"https://other.example"}}}},
	{"X23 no recipient", "CH-26", {.assertion = {{"Recipient=\"", "Address=\""}}}},
	{"X23 another destination",
	 "CH-20",
	 {.response = {{"Destination=\"" HUB_URL, "Destination=\"https://other.example"}}}},
	{"X23 no destination", "CH-20", {.response = {{"Destination=\"", "Consent=\""}}}},
	{"X23 confirmation has ended", "CH-26", {.confirmed_until = -MINUTES(4)}},
	{"X23 NotBefore in the confirmation",
	 "CH-26",
	 {.assertion =
		  {{SUBJECT_DATA_END,
		    "consume.idp\" "
		    "NotBefore=\"2020-01-01T00:00:00Z\"></saml:SubjectConfirmationData>"}}}},
	{"X23 holder of key", "CH-26", {.assertion = {{"cm:bearer", "cm:holder-of-key"}}}},
	{"X23 confirmation of another request",
	 "CH-26",
	 {.assertion = {{"InResponseTo=\"", "InResponseTo=\"x"}}}},
	{"X24 no InResponseTo", "CH-21", {.response = {{" InResponseTo=\"", " Consent=\""}}}},
	{"X24 unknown InResponseTo",
	 "CH-21",
	 {.response = {{" InResponseTo=\"", " InResponseTo=\"x"}}}},
	{"X27 assertion of another issuer",
	 "CH-22",
	 {.assertion = {{"<saml:Issuer>" IDP_ID, "<saml:Issuer>" IDP2_ID}}}},
	{"X27 Response of another issuer",
	 "CH-22",
	 {.response = {{"<saml:Issuer>" IDP_ID, "<saml:Issuer>" IDP2_ID}}}},
	{"X28 authority that the IdP does not serve",
	 "CH-30",
	 {.assertion = {{"O=11111111", "O=22222222"}},
	  .attributes = LOA ONE_ATTR("https://data.gov.dk/model/core/eid/professional/cvr",
				     "22222222")}},
	{"X28 authority of the name differs",
	 "CH-30",
	 {.assertion = {{"O=11111111", "O=33333333"}}}},
	{"X28 no authority, in name alone", "", {.attributes = LOA}},
	{"X31 encrypted", "", {.encrypt = ENCRYPT_GCM}},
	{"X31 encrypted, in a signed Response",
	 "",
	 {.encrypt = ENCRYPT_GCM, .unsigned_assertion = true, .signed_response = true}},
	{"X31 one bit of the encrypted text",
	 "CH-24",
	 {.encrypt = ENCRYPT_GCM, .forge = forge_tampered}},
	{"X32 encrypted with CBC", "", {.encrypt = ENCRYPT_CBC}},
	{"X32 one bit of the text in CBC",
	 "CH-24",
	 {.encrypt = ENCRYPT_CBC, .forge = forge_tampered}},
	{"X32 CBC, nothing signed: told like any failure",
	 "CH-24",
	 {.encrypt = ENCRYPT_CBC, .unsigned_assertion = true}},
	{"X32 RSA 1.5", "CH-24", {.encrypt = ENCRYPT_RSA15}},
	{"X33 encrypted by whoever knows our certificate",
	 "CH-22",
	 {.encrypt = ENCRYPT_GCM, .unsigned_assertion = true}},
	{"X34 DOCTYPE", "CH-20", {DOCTYPE("<!DOCTYPE x>")}},
	{"X34 external entity",
	 "CH-20",
	 {DOCTYPE("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>")}},
	{"X34 parameter entity",
	 "CH-20",
	 {DOCTYPE("<!DOCTYPE x [<!ENTITY % e SYSTEM \"http://other.example/\"> %e;]>")}},
	{"X35 entity bomb",
	 "CH-20",
	 {DOCTYPE("<!DOCTYPE x [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>")}},
	{"X35 ten thousand levels", "CH-20", {.forge = forge_deep}},
	{"X35 fifty thousand attributes", "CH-20", {.forge = forge_wide}},
	{"X35 900 KiB", "CH-20", {.forge = forge_large}},
	{"X36 an ID twice",
	 "CH-20",
	 {.assertion = {{"<saml:AttributeValue>OIO", "<saml:AttributeValue ID=\"x\">OIO"},
			{"<saml:AttributeValue>Sub", "<saml:AttributeValue Id=\"x\">Sub"}}}},
	{"X37 UTF-16", "CH-20", {.forge = forge_utf16}},
	{"X37 declared UTF-7",
	 "CH-20",
	 {.sent = {{"<samlp:Response ",
		    "<?xml version=\"1.0\" encoding=\"UTF-7\"?><samlp:Response "}}}},
	{"X37 NUL byte", "CH-20", {.forge = forge_nul}},
	{"X37 overlong UTF-8", "CH-20", {.sent = {{"CN=Agnete", "CN=\xc1\x81gnete"}}}},
	{"X38 escaped comma smuggles in a serial",
	 "CH-26",
	 {.assertion = {{"CN=Agnete Opdigtet", "CN=Agnete&#44;Serial=evil"}}}},
	{"X38 CDATA is text", "", {.assertion = {{"CN=Agnete", "CN=<![CDATA[Agnete]]>"}}}},
	{"X38 name without serial", "CH-26", {.assertion = {{",Serial=", ",Other="}}}},
	{"X38 another format",
	 "CH-26",
	 {.assertion = {{"1.1:nameid-format:X509SubjectName",
			 "1.1:nameid-format:emailAddress"}}}},
	{"X38 persistent name",
	 "",
	 {.assertion = {{"SAML:1.1:nameid-format:X509SubjectName",
			 "SAML:2.0:nameid-format:persistent"}}}},
	{"X38 no name",
	 "CH-26",
	 {.assertion = {{"<saml:NameID ", "<!--"}, {"</saml:NameID>", "-->"}}}},
	{"X38 encrypted name that does not open",
	 "CH-24",
	 {.assertion = {{"<saml:NameID ", "<saml:EncryptedID "},
			{"</saml:NameID>", "</saml:EncryptedID>"}}}},
	{"X38 two names",
	 "CH-26",
	 {.assertion = {{"</saml:NameID>", "</saml:NameID><saml:NameID>x</saml:NameID>"}}}},
	{"X39 T14 DOCTYPE in the roles", "CH-27", {.roles = "<!DOCTYPE x>" BPP("")}},
	{"X39 markup in a role",
	 "CH-27",
	 {.roles = BPP("<PrivilegeGroup Scope=\"urn:dk:gov:saml:cvrNumberIdentifier:11111111\">"
		       "<Privilege>x<b/></Privilege></PrivilegeGroup>")}},
	{"X39 garbage instead of roles",
	 "CH-27",
	 {.attributes = LOA CVR ONE_ATTR(
		  "https://data.gov.dk/model/core/eid/privilegesIntermediate", "%%%"),
	  .roles = ""}},
	{"X39 two authorities",
	 "CH-27",
	 {.attributes = LOA CVR ONE_ATTR("https://data.gov.dk/model/core/eid/professional/cvr",
					 "33333333")}},
	{"X39 the same authority twice", "", {.attributes = LOA CVR CVR}},
	{"X39 the same authority under its old name",
	 "",
	 {.attributes =
		  LOA CVR ONE_ATTR("dk:gov:saml:attribute:CvrNumberIdentifier", "11111111")}},
	{"X39 encrypted attribute",
	 "CH-27",
	 {.attributes = LOA CVR "<saml:EncryptedAttribute></saml:EncryptedAttribute>"}},
	{"X39 no statement of attributes",
	 "CH-27",
	 {.assertion = {{"</saml:AttributeStatement>",
			 "</saml:AttributeStatement><saml:AttributeStatement></"
			 "saml:AttributeStatement>"}}}},
	{"X41 a refusal with a valid assertion",
	 "CH-23",
	 {.response = {{"status:Success", "status:Responder"}}}},
	{"X41 success at the second level",
	 "CH-23",
	 {.response =
		  {{"Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\">",
		    "Value=\"urn:oasis:names:tc:SAML:2.0:status:Responder\"><samlp:StatusCode "
		    "Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"></"
		    "samlp:StatusCode>"}}}},
	{"two AuthnStatements",
	 "CH-26",
	 {.assertion =
		  {{"<saml:AttributeStatement>",
		    "<saml:AuthnStatement "
		    "AuthnInstant=\"2024-01-01T00:00:00Z\"><saml:AuthnContext></"
		    "saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>"}}}},
	{"the IdP's session has ended",
	 "CH-26",
	 {.assertion = {{"SessionIndex=",
			 "SessionNotOnOrAfter=\"2020-01-01T00:00:00Z\" SessionIndex="}}}},
	{"another version", "CH-21", {.response = {{"Version=\"2.0\"", "Version=\"2.1\""}}}},
	{"an Advice with an assertion",
	 "CH-22",
	 {.assertion = {{"<saml:AuthnStatement ",
			 "<saml:Advice><saml:Assertion></saml:Assertion></"
			 "saml:Advice><saml:AuthnStatement "}}}},
	{"ID that begins with a digit", "", {.assertion = {{" ID=\"_", " ID=\"0"}}}},
	{"unknown child of the Response",
	 "CH-20",
	 {.response = {{"<samlp:Status>", "<samlp:Other></samlp:Other><samlp:Status>"}}}},
};

static void
run_row(const struct row *r)
{
	struct saml_world *w = &world;
	size_t ok = audit_count(w, "ok");
	uint64_t cpu;
	struct str xml;

	w->jar.count = 0;
	login_begin(w, &(struct system_ask){.relay_state = "r"});
	xml = idp_text(w, &r->x);
	cpu = clock_thread_cpu_us();
	idp_post(w, xml, NULL);
	cpu = clock_thread_cpu_us() - cpu;
	login_expect(w, r->name, r->want);
	if (cpu > 1000000)
		fail_msg("%s: %llu us", r->name, (unsigned long long)cpu);
	assert_int_equal(audit_count(w, "ok"), ok + (*r->want == 0));
}

static void
answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		run_row(&rows[i]);
}

/* X12, X13: keys that are not this IdP's. */
static void
x12_x13_other_keys(void **state)
{
	struct saml_world *w = &world;
	const struct signer *keys[] = {w->idp2, w->stranger, w->hub, w->system};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		for (int k = 0; k < 2; k++)
			run_row(&(struct row){"X12, X13 another key",
					      "CH-22",
					      {.signer = keys[i],
					       .signed_response = k == 1,
					       .unsigned_assertion = k == 1}});
}

/* X26: an answer of IdP B to a request that went to IdP A. */
static void
x26_of_another_idp(void **state)
{
	(void)state;
	run_row(&(struct row){
		"X26",
		"CH-22",
		{.signer = world.idp2,
		 .assertion = {{"<saml:Issuer>" IDP_ID, "<saml:Issuer>" IDP2_ID}},
		 .response = {{"<saml:Issuer>" IDP_ID, "<saml:Issuer>" IDP2_ID}}}});
}

/* X29: roles that an IdP may not give are dropped, and the record says so. */
static void
x29_roles(void **state)
{
	struct saml_world *w = &world;
	struct message_trees t = {.count = 0};
	struct response_facts f;
	struct str value;
	struct err e = ERR_INIT;

	(void)state;
	run_row(&(struct row){
		"X29",
		"",
		{.roles = BPP(
			 "<PrivilegeGroup "
			 "Scope=\"urn:dk:gov:saml:cvrNumberIdentifier:22222222\">"
			 "<Privilege>http://havneby.example/roles/jobrole/chef/1</Privilege>"
			 "</PrivilegeGroup>"
			 "<PrivilegeGroup "
			 "Scope=\"urn:dk:gov:saml:cvrNumberIdentifier:11111111\">"
			 "<Privilege>http://havneby.example/roles/jobrole/chef/1</Privilege>"
			 "<Privilege>http://fagsystem-a.example/roles/usersystemrole/admin/1"
			 "</Privilege></PrivilegeGroup>")}});
	system_verify(w, SYSTEM_ID, SYSTEM_ACS, &t, &f);
	assert_true(attribute_single(f.assertion, ATTR3_PRIVILEGES, &value, &e));
	assert_false(str_is_set(value));
	message_trees_release(&t);
}

/* X30: a level above what the IdP is registered for is capped. */
static void
x30_level_is_capped(void **state)
{
	struct saml_world *w = &world;
	struct message_trees t = {.count = 0};
	struct response_facts f;
	struct str value;
	struct err e = ERR_INIT;

	(void)state;
	run_row(&(struct row){"X30",
			      "",
			      {.attributes = CVR ONE_ATTR(
				       "https://data.gov.dk/concept/core/nsis/loa", "High")}});
	system_verify(w, SYSTEM_ID, SYSTEM_ACS, &t, &f);
	assert_true(attribute_single(f.assertion, ATTR3_LOA, &value, &e));
	assert_true(str_eq(value, STR("Substantial")));
	assert_true(str_eq(f.assertion->class_ref,
			   STR("https://data.gov.dk/concept/core/nsis/loa/Substantial")));
	message_trees_release(&t);
}

/* X40: a fresh login was asked for. */
static void
x40_not_fresh(void **state)
{
	static const struct {
		const char *name, *want;
		struct idp_answer x;
	} cases[] = {
		{"old", "CH-25", {.authenticated = -MINUTES(10)}},
		{"within the skew", "", {.authenticated = -MINUTES(2)}},
		{"no AuthnStatement",
		 "CH-25",
		 {.assertion = {{"<saml:AuthnStatement ", "<saml:Advice><x "},
				{"</saml:AuthnStatement>", "</x></saml:Advice>"}}}},
	};
	struct saml_world *w = &world;
	size_t at;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		w->jar.count = 0;
		login_begin(w, &(struct system_ask){.attributes = "ForceAuthn=\"true\""});
		assert_true(str_find(w->asked, STR("ForceAuthn=\"true\""), &at));
		idp_post(w, idp_text(w, &cases[i].x), NULL);
		login_expect(w, cases[i].name, cases[i].want);
	}
	/* without ForceAuthn no AuthnStatement is needed: resolution C10 */
	run_row(&(struct row){"C10", "", cases[2].x});
}

/* Each refusal left its record, under its own name. */
static void
records_of_refusals(void **state)
{
	static const char *const names[] = {
		"SAML_MESSAGE",   "SAML_SIGNATURE",       "SAML_REFUSED",
		"SAML_STALE",     "SAML_CONDITIONS",      "SAML_ATTRIBUTES",
		"SAML_AUTHORITY", "PRIVILEGES_MALFORMED", "DECRYPT_FAILED",
	};

	(void)state;
	audit_expect(&world, names, ARRAY_LEN(names));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(x12_x13_other_keys),
		cmocka_unit_test(x26_of_another_idp),
		cmocka_unit_test(x29_roles),
		cmocka_unit_test(x30_level_is_capped),
		cmocka_unit_test(x40_not_fresh),
		cmocka_unit_test(records_of_refusals),
	};

	return saml_world_run(&world, "login", true, tests, ARRAY_LEN(tests));
}
