/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Issued tokens, byte for byte but for keys and signatures; that they are canonical and verify;
 * how long they live; and the response around them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/encoding.h"
#include "base/limits.h"
#include "saml/assertion.h"
#include "saml/privilege.h"
#include "tests/unit/mutate.h"
#include "tests/unit/pki.h"
#include "wstrust/issue.h"
#include "xml/names.h"
#include "xml/parse.h"
#include "xml/sign.h"

#define SAML "urn:oasis:names:tc:SAML:2.0:"
#define DS "http://www.w3.org/2000/09/xmldsig#"
#define ISSUER "https://sts.example/runtime"
#define AUDIENCE "http://t.example/service/organisation/3"
#define FROM "2026-05-27T12:15:30.210Z"
#define UNTIL "2026-05-27T14:15:30.000Z"
#define ATTRIBUTE(name, value)                                                                 \
	"<Attribute Name=\"dk:gov:saml:attribute:" name "\" NameFormat=\"" SAML                \
	"attrname-format:basic\"><AttributeValue>" value "</AttributeValue></Attribute>"

static const struct xml_limits limits = {1u << 20, 100, 10000, false};
static struct signer *sts;
static struct cert *holder;

static instant
at(const char *text)
{
	struct err e = ERR_INIT;
	instant t;

	assert_true(time_parse(str_from(text), ZONE_REQUIRED, &t, &e));
	return t;
}

static const struct str role = STR_INIT("http://t.example/roles/r/1");
static const struct constraint limit = {STR_INIT("http://t.example/constraints/KLE/1"),
					STR_INIT("27.*")};
static const struct privilege privilege = {
	.scope_cvr = STR_INIT("22222222"),
	.roles = &role,
	.role_count = 1,
	.constraints = &limit,
	.constraint_count = 1,
};

static struct issue_order
order_of(size_t privileges)
{
	return (struct issue_order){
		.issuer = STR(ISSUER),
		.audience = STR(AUDIENCE),
		.cvr = STR("11111111"),
		.assurance = 3,
		.holder = holder,
		.privileges = &privilege,
		.privilege_count = privileges,
		.from = at(FROM),
		.until = at(UNTIL),
		.signer = sts,
	};
}

static void
issue(struct arena *a, size_t privileges, struct issued *t)
{
	struct issue_order o = order_of(privileges);
	struct err e = ERR_INIT;

	if (!issue_assertion(&o, a, t, &e))
		fail_msg("%s: %s", err_row(e.code)->name, e.detail);
}

static struct str
expected(struct arena *a, const struct issued *t, struct str privileges)
{
	struct str value = between(t->xml, "<SignatureValue>", "</SignatureValue>");
	struct str digest = between(t->xml, "<DigestValue>", "</DigestValue>");

	return arena_printf(
		a,
		"<Assertion xmlns=\"" SAML "assertion\" ID=\"" STR_FMT "\" IssueInstant=\"" FROM
		"\" Version=\"2.0\"><Issuer Format=\"" SAML "nameid-format:entity\">" ISSUER
		"</Issuer><Signature xmlns=\"" DS "\"><SignedInfo><CanonicalizationMethod "
		"Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></"
		"CanonicalizationMethod>"
		"<SignatureMethod "
		"Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\">"
		"</SignatureMethod><Reference URI=\"#" STR_FMT "\"><Transforms><Transform "
		"Algorithm=\"" DS "enveloped-signature\"></Transform><Transform Algorithm=\""
		"http://www.w3.org/2001/10/xml-exc-c14n#\"></Transform></Transforms>"
		"<DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\">"
		"</DigestMethod><DigestValue>" STR_FMT "</DigestValue></Reference></SignedInfo>"
		"<SignatureValue>" STR_FMT "</SignatureValue><KeyInfo><X509Data>"
		"<X509Certificate>" STR_FMT
		"</X509Certificate></X509Data></KeyInfo></Signature>"
		"<Subject><NameID Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:"
		"X509SubjectName\">" STR_FMT "</NameID><SubjectConfirmation Method=\"" SAML
		"cm:holder-of-key\"><SubjectConfirmationData xmlns:a=\""
		"http://www.w3.org/2001/XMLSchema-instance\" NotBefore=\"" FROM
		"\" NotOnOrAfter=\"" UNTIL "\" Recipient=\"" AUDIENCE
		"\" a:type=\"KeyInfoConfirmationDataType\"><KeyInfo xmlns=\"" DS
		"\"><X509Data><X509Certificate>" STR_FMT
		"</X509Certificate></X509Data></KeyInfo>"
		"</SubjectConfirmationData></SubjectConfirmation></Subject>"
		"<Conditions NotBefore=\"" FROM "\" NotOnOrAfter=\"" UNTIL
		"\"><AudienceRestriction><Audience>" AUDIENCE
		"</Audience></AudienceRestriction></Conditions><AttributeStatement>" ATTRIBUTE(
			"CvrNumberIdentifier", "11111111") ATTRIBUTE("AssuranceLevel", "3")
			ATTRIBUTE("SpecVer", "DK-SAML-2.0") ATTRIBUTE("KombitSpecVer", "1.0")
				STR_FMT
		"</AttributeStatement><AuthnStatement AuthnInstant=\"" FROM
		"\"><AuthnContext><AuthnContextClassRef>" SAML
		"ac:classes:X509</AuthnContextClassRef></AuthnContext></AuthnStatement></"
		"Assertion>",
		STR_ARG(t->id), STR_ARG(t->id), STR_ARG(digest), STR_ARG(value),
		STR_ARG(cert_base64(signer_cert(sts))), STR_ARG(cert_subject_net(holder)),
		STR_ARG(cert_base64(holder)), STR_ARG(privileges));
}

static void
bytes(void **state)
{
	struct arena *a = arena_new();
	struct buf bpp = BUF_INIT(1u << 16);
	struct issued t;
	struct str want, attribute;

	(void)state;
	issue(a, 0, &t);
	want = expected(a, &t, STR(""));
	if (!str_eq(t.xml, want))
		fail_msg("%.*s\n\n%.*s", STR_ARG(t.xml), STR_ARG(want));
	assert_int_equal(t.id.len, 37);
	assert_int_equal(t.id.ptr[0], '_');

	issue(a, 1, &t);
	privilege_write(&privilege, 1, false, &bpp);
	attribute = arena_printf(a, ATTRIBUTE("Privileges_intermediate", STR_FMT),
				 STR_ARG(base64_encode(a, buf_str(&bpp))));
	assert_true(str_eq(t.xml, expected(a, &t, attribute)));
	buf_release(&bpp);
	arena_free(a);
}

/* What clients rely on: they find things by pattern, by local name, and paste the bytes. */
static void
habits_of_clients(void **state)
{
	static const char *const never[] = {"Timestamp",
					    "<Action",
					    "<To",
					    "<Body",
					    "MessageID",
					    "ReplyTo",
					    "SecurityTokenReference",
					    "\r",
					    "\n",
					    "> <",
					    "<?",
					    "<!--",
					    "&#xD;"};
	struct arena *a = arena_new();
	struct issued t;
	size_t where;

	(void)state;
	issue(a, 1, &t);
	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		if (str_find(t.xml, str_from(never[i]), &where))
			fail_msg("%s at %zu", never[i], where);
	assert_true(str_eq(between(t.xml, "ID=\"", "\""), t.id));
	assert_true(str_find(t.xml, STR(">11111111<"), &where));
	arena_free(a);
}

static void
canonical_and_verified(void **state)
{
	struct arena *a = arena_new();
	struct buf b = BUF_INIT(1u << 20);
	struct xml_doc *doc = NULL;
	struct assertion *s;
	struct sign_place place;
	struct sign_question q;
	struct sign_answer answer;
	struct issued t;
	struct err e = ERR_INIT;

	(void)state;
	issue(a, 1, &t);
	assert_true(xml_parse(t.xml, &limits, &doc, &e));
	xml_node_write(xml_root(doc), &b);
	assert_true(str_eq(buf_str(&b), t.xml));
	assert_true(assertion_read(xml_root(doc), a, &s, &e));
	place = (struct sign_place){.id = s->id, .node = xml_root(doc)};
	q = (struct sign_question){.signature = s->signature,
				   .places = &place,
				   .place_count = 1,
				   .key = signer_cert(sts),
				   .enveloped = true};
	if (!sign_verify(&q, a, &answer, &e))
		fail_msg("%s: %s", err_row(e.code)->name, e.detail);
	xml_doc_free(doc);
	buf_release(&b);
	arena_free(a);
}

static void
ids_are_new(void **state)
{
	struct arena *a = arena_new();
	struct issued one, two;

	(void)state;
	issue(a, 0, &one);
	issue(a, 0, &two);
	assert_false(str_eq(one.id, two.id));
	arena_free(a);
}

static void
too_many_privileges(void **state)
{
	struct arena *a = arena_new();
	struct privilege *many = ARENA_NEW_N(a, 1000, struct privilege);
	struct issue_order o = order_of(0);
	struct issued t;
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		many[i] = privilege;
	o.privileges = many;
	o.privilege_count = 1000;
	assert_false(issue_assertion(&o, a, &t, &e));
	assert_int_equal(e.code, STS_CONFIGURATION);
	arena_free(a);
}

static void
lives(void **state)
{
	static const struct {
		const char *name;
		bool has;
		int64_t asked_us, want_s;
	} cases[] = {
		{"none asked for", false, 0, 28800},
		{"two hours", true, SECONDS(7200), 7200},
		{"five minutes", true, SECONDS(300), 300},
		{"a minute", true, SECONDS(60), 60},
		{"less than a minute", true, SECONDS(60) - 1, 28800},
		{"already over", true, -SECONDS(7200), 28800},
		{"eight hours", true, SECONDS(28800), 28800},
		{"more than eight hours", true, SECONDS(28800) + 1, 28800},
		{"cut to milliseconds", true, SECONDS(7200) + 999, 7200},
	};
	instant now = pki_now();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct rst r = {.has_expires = cases[i].has,
				.expires = time_floor_ms(now) + cases[i].asked_us};
		instant until = issue_until(&r, holder, 28800, time_floor_ms(now));

		if (until != time_floor_ms(now) + SECONDS(cases[i].want_s))
			fail_msg("%s: %lld us", cases[i].name, (long long)(until - now));
	}
	{
		struct rst r = {0};
		instant last = cert_not_after(holder);

		assert_int_equal(issue_until(&r, holder, 28800, last - SECONDS(600)),
				 time_floor_ms(last));
	}
}

static void
response(void **state)
{
	static const char reference[] =
		"<SecurityTokenReference xmlns=\"http://docs.oasis-open.org/wss/2004/01/"
		"oasis-200401-wss-wssecurity-secext-1.0.xsd\" xmlns:b=\"http://docs.oasis-open."
		"org/wss/oasis-wss-wssecurity-secext-1.1.xsd\" b:TokenType=\"http://docs.oasis-"
		"open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0\"><KeyIdentifier "
		"ValueType=\"http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1"
		"#SAMLID\">_1</KeyIdentifier></SecurityTokenReference>";
	const struct rst r = {.context = STR("c\"<"), .applies_to = STR("urn:s/&")};
	const struct issued t = {.id = STR("_1"),
				 .xml = STR("<Assertion></Assertion>"),
				 .from = at(FROM),
				 .until = at(UNTIL)};
	struct arena *a = arena_new();
	struct buf b = BUF_INIT(1u << 16);
	struct xml_out *o = xml_out_new(a, &b);
	struct str want;

	(void)state;
	issue_response_write(&r, &t, o);
	want = arena_printf(
		a,
		"<t:RequestSecurityTokenResponseCollection "
		"xmlns:t=\"http://docs.oasis-open.org/"
		"ws-sx/ws-trust/200512\"><t:RequestSecurityTokenResponse "
		"Context=\"c&quot;&lt;\">"
		"<t:Lifetime><u:Created xmlns:u=\"http://docs.oasis-open.org/wss/2004/01/oasis-"
		"200401-wss-wssecurity-utility-1.0.xsd\">" FROM "</u:Created><u:Expires "
		"xmlns:u=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-"
		"utility-1.0.xsd\">" UNTIL "</u:Expires></t:Lifetime><p:AppliesTo xmlns:p=\""
		"http://schemas.xmlsoap.org/ws/2004/09/policy\"><a:EndpointReference xmlns:a=\""
		"http://www.w3.org/2005/08/addressing\"><a:Address>urn:s/&amp;</a:Address>"
		"</a:EndpointReference></p:AppliesTo><t:RequestedSecurityToken><Assertion>"
		"</Assertion></t:RequestedSecurityToken><t:RequestedAttachedReference>%s"
		"</t:RequestedAttachedReference><t:RequestedUnattachedReference>%s"
		"</t:RequestedUnattachedReference><t:TokenType>http://docs.oasis-open.org/wss/"
		"oasis-wss-saml-token-profile-1.1#SAMLV2.0</t:TokenType><t:RequestType>http://"
		"docs.oasis-open.org/ws-sx/ws-trust/200512/Issue</t:RequestType><t:KeyType>"
		"http://docs.oasis-open.org/ws-sx/ws-trust/200512/PublicKey</t:KeyType>"
		"</t:RequestSecurityTokenResponse></t:RequestSecurityTokenResponseCollection>",
		reference, reference);
	if (!str_eq(buf_str(&b), want))
		fail_msg("%.*s\n\n%.*s", STR_ARG(buf_str(&b)), STR_ARG(want));
	buf_release(&b);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes),
		cmocka_unit_test(habits_of_clients),
		cmocka_unit_test(canonical_and_verified),
		cmocka_unit_test(ids_are_new),
		cmocka_unit_test(too_many_privileges),
		cmocka_unit_test(lives),
		cmocka_unit_test(response),
	};
	int failed;

	xml_init();
	sts = pki_signer("platform/adgangsstyring");
	holder = pki_cert("systems/KY");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	signer_free(sts);
	cert_free(holder);
	return failed;
}
