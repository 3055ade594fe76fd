/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The assertion reader: one whole assertion, and each change that makes it unreadable. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "mutate.h"
#include "saml/assertion.h"
#include "xml/names.h"
#include "xml/parse.h"

static const struct xml_limits limits = {1u << 20, 100, 10000, true};

static const char whole[] =
	"<Assertion xmlns='urn:oasis:names:tc:SAML:2.0:assertion' ID='_a.1-b' Version='2.0' "
	"IssueInstant='2026-05-27T12:15:30.210Z'>"
	"<Issuer Format='urn:f'> urn:issuer </Issuer>"
	"<Signature xmlns='http://www.w3.org/2000/09/xmldsig#'/>"
	"<Subject><NameID Format='urn:n'>C=DK, O=X</NameID>"
	"<SubjectConfirmation Method='urn:oasis:names:tc:SAML:2.0:cm:holder-of-key'>"
	"<SubjectConfirmationData NotBefore='2026-05-27T12:15:30Z' "
	"NotOnOrAfter='2026-05-27T14:15:30Z' Recipient='urn:r' InResponseTo='_q'>"
	"<KeyInfo xmlns='http://www.w3.org/2000/09/xmldsig#'><X509Data><X509Certificate>\nAQ"
	"ID\n</X509Certificate></X509Data></KeyInfo>"
	"</SubjectConfirmationData></SubjectConfirmation></Subject>"
	"<Conditions NotBefore='2026-05-27T12:15:30Z' NotOnOrAfter='2026-05-27T14:15:30Z'>"
	"<AudienceRestriction><Audience>urn:a</Audience><Audience>urn:b</Audience>"
	"</AudienceRestriction><OneTimeUse/><ProxyRestriction Count='2'/></Conditions>"
	"<AttributeStatement><Attribute Name='one' NameFormat='urn:basic'>"
	"<AttributeValue> 1 </AttributeValue><AttributeValue/></Attribute>"
	"<Attribute Name='two'/></AttributeStatement>"
	"<AuthnStatement AuthnInstant='2026-05-27T12:15:31Z' SessionIndex='s' "
	"SessionNotOnOrAfter='2026-05-27T20:15:31Z'><AuthnContext><AuthnContextClassRef>urn:c"
	"</AuthnContextClassRef></AuthnContext></AuthnStatement>"
	"</Assertion>";

static bool
read_text(struct str text, struct arena *a, struct xml_doc **doc, struct assertion **out,
	  struct err *e)
{
	if (!xml_parse(text, &limits, doc, e))
		fail_msg("test text: %s", e->detail);
	return assertion_read(xml_root(*doc), a, out, e);
}

static void
everything(void **state)
{
	const struct str ids[] = {STR("urn:x"), STR("urn:b")};
	struct arena *a = arena_new();
	struct xml_doc *doc = NULL;
	struct assertion *t;
	struct err e = ERR_INIT;
	size_t count;

	(void)state;
	assert_true(read_text(str_from(whole), a, &doc, &t, &e));
	assert_true(str_eq_c(t->id, "_a.1-b"));
	assert_true(str_eq_c(t->issuer, "urn:issuer"));
	assert_true(str_eq_c(t->issuer_format, "urn:f"));
	assert_true(xml_is(t->signature, NS_DS, "Signature"));
	assert_true(str_eq_c(t->name_id_value, "C=DK, O=X"));
	assert_int_equal(t->confirmation_count, 1);
	assert_true(str_eq(t->confirmations[0].method, SAML_HOLDER_OF_KEY));
	assert_true(str_eq_c(t->confirmations[0].recipient, "urn:r"));
	assert_true(str_eq_c(t->confirmations[0].in_response_to, "_q"));
	assert_true(t->confirmations[0].has_not_before);
	assert_true(t->confirmations[0].has_not_on_or_after);
	assert_int_equal(t->confirmations[0].certificate_count, 1);
	assert_true(str_eq_c(t->confirmations[0].certificate, "\1\2\3"));
	assert_true(t->has_conditions && t->has_not_before && t->has_one_time_use);
	assert_int_equal(t->not_on_or_after - t->not_before, HOURS(2));
	assert_int_equal(t->proxy_count, 2);
	assert_true(assertion_is_for(t, ids, 2));
	assert_false(assertion_is_for(t, ids, 1));
	assert_false(assertion_is_for(t, ids, 0));
	assert_int_equal(t->statement_count, 1);
	assert_true(str_eq_c(assertion_attribute(t, STR("one"), &count)->values[0], "1"));
	assert_int_equal(count, 1);
	assert_int_equal(assertion_attribute(t, STR("two"), &count)->value_count, 0);
	assert_null(assertion_attribute(t, STR("three"), &count));
	assert_int_equal(count, 0);
	assert_int_equal(t->authn_count, 1);
	assert_true(t->has_session_end);
	assert_true(str_eq_c(t->session_index, "s"));
	assert_true(str_eq_c(t->class_ref, "urn:c"));
	assert_false(t->has_encrypted);
	xml_doc_free(doc);
	arena_free(a);
}

static const struct {
	const char *name, *find, *with;
	bool is_read;
} cases[] = {
	{"another name", "<Assertion ", "<Response ", false},
	{"another namespace", "SAML:2.0:assertion' ID", "SAML:1.0:assertion' ID", false},
	{"version 1.1", "Version='2.0'", "Version='1.1'", false},
	{"no version", "Version='2.0'", "", false},
	{"no ID", "ID='_a.1-b'", "", false},
	{"empty ID", "ID='_a.1-b'", "ID=''", false},
	{"ID begins with a digit", "ID='_a.1-b'", "ID='1'", true},
	{"ID begins with a hyphen", "ID='_a.1-b'", "ID='-1'", false},
	{"space in ID", "ID='_a.1-b'", "ID='a b'", false},
	{"no IssueInstant", "IssueInstant='2026-05-27T12:15:30.210Z'", "", false},
	{"IssueInstant without zone", "12:15:30.210Z", "12:15:30.210", false},
	{"no issuer", "<Issuer Format='urn:f'> urn:issuer </Issuer>", "", false},
	{"empty issuer", "> urn:issuer <", "> <", false},
	{"two issuers", "<Subject>", "<Issuer>x</Issuer><Subject>", false},
	{"element in the issuer", " urn:issuer ", "urn:<x/>issuer", false},
	{"two signatures", "<Subject>",
	 "<Signature xmlns='http://www.w3.org/2000/09/xmldsig#'/><Subject>", false},
	{"no signature", "<Signature xmlns='http://www.w3.org/2000/09/xmldsig#'/>", "", true},
	{"two subjects", "<Conditions", "<Subject/><Conditions", false},
	{"two NameIDs", "<NameID", "<NameID>y</NameID><NameID", false},
	{"comment in NameID", "O=X", "O=<!-- -->X", false},
	{"comment in an attribute", " 1 ", "<!-- -->1", false},
	{"text between", "<Subject>", "text<Subject>", false},
	{"BaseID", "<NameID Format='urn:n'>C=DK, O=X</NameID>", "<BaseID/>", false},
	{"no confirmation method", " Method='urn:oasis:names:tc:SAML:2.0:cm:holder-of-key'", "",
	 false},
	{"two confirmation data", "<SubjectConfirmationData ",
	 "<SubjectConfirmationData/><SubjectConfirmationData ", false},
	{"unknown in a confirmation", "<SubjectConfirmationData ",
	 "<x/><SubjectConfirmationData ", false},
	{"certificate is no base64", "\nAQID\n", "?", false},
	{"two conditions", "<AttributeStatement>", "<Conditions/><AttributeStatement>", false},
	{"unknown condition", "<OneTimeUse/>", "<x:Condition xmlns:x='urn:x'/>", false},
	{"xsi:type condition", "<OneTimeUse/>", "<Condition/>", false},
	{"unreadable NotBefore", "<Conditions NotBefore='2026-", "<Conditions NotBefore='",
	 false},
	{"unreadable NotOnOrAfter", "NotOnOrAfter='2026-05-27T14:15:30Z' Recipient",
	 "NotOnOrAfter='soon' Recipient", false},
	{"unknown in a restriction", "<Audience>urn:a", "<x/><Audience>urn:a", false},
	{"element in an audience", "urn:a<", "urn:<x/>a<", false},
	{"proxy count", "Count='2'", "Count='-1'", false},
	{"no proxy count", " Count='2'", "", true},
	{"attribute without name", "<Attribute Name='two'/>", "<Attribute/>", false},
	{"unknown in an attribute", "<AttributeValue/>", "<x/>", false},
	{"unknown in a statement", "<Attribute Name='two'/>", "<x/>", false},
	{"no AuthnInstant", " AuthnInstant='2026-05-27T12:15:31Z'", "", false},
	{"two authentications", "<AuthnStatement ",
	 "<AuthnStatement AuthnInstant='2026-05-27T12:15:31Z'/><AuthnStatement ", true},
	{"authorisation decision", "<AttributeStatement>",
	 "<AuthzDecisionStatement/><AttributeStatement>", false},
	{"advice", "<AttributeStatement>", "<Advice><x/></Advice><AttributeStatement>", true},
	{"two advices", "<AttributeStatement>", "<Advice/><Advice/><AttributeStatement>",
	 false},
};

static void
changes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *a = arena_new();
		struct str text = mutate(a, str_from(whole), cases[i].find, cases[i].with);
		struct xml_doc *doc = NULL;
		struct assertion *t;
		struct err e = ERR_INIT;
		bool ok;

		if (str_eq_c(STR("another name"), cases[i].name))
			text = mutate(a, text, "</Assertion>", "</Response>");
		ok = read_text(text, a, &doc, &t, &e);
		if (ok != cases[i].is_read || (!ok && e.code != ASSERTION_MALFORMED))
			fail_msg("%s: %s", cases[i].name, ok ? "read" : e.detail);
		xml_doc_free(doc);
		arena_free(a);
	}
}

static void
encrypted_parts_are_seen(void **state)
{
	static const struct {
		const char *find, *with;
	} parts[] = {
		{"<NameID Format='urn:n'>C=DK, O=X</NameID>", "<EncryptedID/>"},
		{"<Attribute Name='two'/>", "<EncryptedAttribute/>"},
		{"<SubjectConfirmationData ", "<EncryptedID/><SubjectConfirmationData "},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		struct arena *a = arena_new();
		struct xml_doc *doc = NULL;
		struct assertion *t;
		struct err e = ERR_INIT;

		assert_true(read_text(mutate(a, str_from(whole), parts[i].find, parts[i].with),
				      a, &doc, &t, &e));
		assert_true(t->has_encrypted);
		xml_doc_free(doc);
		arena_free(a);
	}
}

static void
every_restriction_must_hold(void **state)
{
	const struct str ids[] = {STR("urn:a")};
	struct arena *a = arena_new();
	struct xml_doc *doc = NULL;
	struct assertion *t;
	struct err e = ERR_INIT;

	(void)state;
	assert_true(read_text(
		mutate(a, str_from(whole), "<OneTimeUse/>",
		       "<AudienceRestriction><Audience>urn:z</Audience></AudienceRestriction>"),
		a, &doc, &t, &e));
	assert_int_equal(t->restriction_count, 2);
	assert_false(assertion_is_for(t, ids, 1));
	xml_doc_free(doc);
	doc = NULL;
	assert_true(read_text(mutate(a, str_from(whole),
				     "<AudienceRestriction><Audience>urn:a</Audience>"
				     "<Audience>urn:b</Audience></AudienceRestriction>",
				     ""),
			      a, &doc, &t, &e));
	assert_int_equal(t->restriction_count, 0);
	assert_false(assertion_is_for(t, ids, 1));
	xml_doc_free(doc);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything),
		cmocka_unit_test(changes),
		cmocka_unit_test(encrypted_parts_are_seen),
		cmocka_unit_test(every_restriction_must_hold),
	};

	xml_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
