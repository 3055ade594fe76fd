/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Token requests: every element as clients write it, and each twin that is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "tests/unit/mutate.h"
#include "tests/unit/pki.h"
#include "wstrust/rst.h"
#include "xml/parse.h"

#define WST "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
#define WST14 "http://docs.oasis-open.org/ws-sx/ws-trust/200802"
#define WSSE "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
#define X509                                                                                   \
	"http://docs.oasis-open.org/wss/2004/01/"                                              \
	"oasis-200401-wss-x509-token-profile-1.0#X509v3"
#define SAML2 "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0"
#define AUTH "http://docs.oasis-open.org/wsfed/authorization/200706"
#define KEYTYPE "<t:KeyType>" WST "/PublicKey</t:KeyType>"
#define REQTYPE "<t:RequestType>" WST "/Issue</t:RequestType>"
#define TOKTYPE "<t:TokenType>" SAML2 "</t:TokenType>"
#define APPLIES(ns)                                                                            \
	"<p:AppliesTo xmlns:p='" ns "'><a:EndpointReference "                                  \
	"xmlns:a='http://www.w3.org/2005/08/addressing'><a:Address>urn:service</a:Address>"    \
	"</a:EndpointReference></p:AppliesTo>"
#define APPLIES_TO APPLIES("http://schemas.xmlsoap.org/ws/2004/09/policy")
#define CLAIM                                                                                  \
	"<c:ClaimType Uri='dk:gov:saml:attribute:CvrNumberIdentifier' xmlns:c='" AUTH          \
	"'><c:Value>11111111</c:Value></c:ClaimType>"
#define CLAIMS "<t:Claims Dialect='" AUTH "/authclaims'>" CLAIM "</t:Claims>"
#define LIFE                                                                                   \
	"<t:Lifetime><u:Expires xmlns:u='http://docs.oasis-open.org/wss/2004/01/"              \
	"oasis-200401-wss-wssecurity-utility-1.0.xsd'>2026-05-27T14:15:30Z</u:Expires>"        \
	"</t:Lifetime>"
#define USEKEY                                                                                 \
	"<t:UseKey><o:BinarySecurityToken xmlns:o='" WSSE "' ValueType='" X509                 \
	"'>AQID</o:BinarySecurityToken></t:UseKey>"

static const struct xml_limits limits = {1u << 20, 100, 10000, true};
static const char whole[] =
	"<t:RequestSecurityToken xmlns:t='" WST
	"' Context='ctx'>" REQTYPE TOKTYPE APPLIES_TO CLAIMS LIFE KEYTYPE USEKEY
	"</t:RequestSecurityToken>";

static const struct {
	const char *name, *find, *with;
	enum err_code want;
	bool has_cvr;
} cases[] = {
	{"as it is", "Context", "Context", ERR_NONE, true},
	{"another element", "RequestSecurityToken xmlns:t='" WST "'",
	 "RequestSecurityToken xmlns:t='urn:x'", RST_MALFORMED, false},
	{"no Context", " Context='ctx'", "", ERR_NONE, true},
	{"no RequestType", REQTYPE, "", RST_MALFORMED, false},
	{"two RequestTypes", REQTYPE, REQTYPE REQTYPE, RST_MALFORMED, false},
	{"Renew", "/Issue<", "/Renew<", RST_UNSUPPORTED, false},
	{"RequestType indented", REQTYPE, "<t:RequestType>\n  " WST "/Issue\n</t:RequestType>",
	 ERR_NONE, true},
	{"no TokenType", TOKTYPE, "", RST_MALFORMED, false},
	{"SAML 1.1", "#SAMLV2.0", "#SAMLV1.1", RST_UNSUPPORTED, false},
	{"no KeyType", KEYTYPE, "", RST_MALFORMED, false},
	{"two KeyTypes", KEYTYPE, KEYTYPE KEYTYPE, RST_MALFORMED, false},
	{"Bearer", "/PublicKey", "/Bearer", RST_UNSUPPORTED, false},
	{"SymmetricKey", "/PublicKey", "/SymmetricKey", RST_UNSUPPORTED, false},

	{"AppliesTo of the newer policy", APPLIES_TO, APPLIES("http://www.w3.org/ns/ws-policy"),
	 ERR_NONE, true},
	{"no AppliesTo", APPLIES_TO, "", RST_MALFORMED, false},
	{"two AppliesTo", APPLIES_TO, APPLIES_TO APPLIES_TO, RST_MALFORMED, false},
	{"two AppliesTo, one of each policy", APPLIES_TO,
	 APPLIES_TO APPLIES("http://www.w3.org/ns/ws-policy"), RST_MALFORMED, false},
	{"two addresses", "<a:Address>", "<a:Address>urn:x</a:Address><a:Address>",
	 RST_MALFORMED, false},
	{"empty address", "urn:service", " ", RST_MALFORMED, false},
	{"element in the address", "urn:service", "urn:<x/>service", RST_MALFORMED, false},

	{"no claims", CLAIMS, "", ERR_NONE, false},
	{"two Claims", CLAIMS, CLAIMS CLAIMS, RST_MALFORMED, false},
	{"dialect qualified", " Dialect=", " t:Dialect=", ERR_NONE, true},
	{"dialect absent", " Dialect='" AUTH "/authclaims'", "", RST_MALFORMED, false},
	{"another dialect", "/authclaims'", "/other'", RST_MALFORMED, false},
	{"another claim beside", CLAIM, "<c:ClaimType Uri='urn:x' xmlns:c='" AUTH "'/>" CLAIM,
	 ERR_NONE, true},
	{"no CVR claim", "dk:gov:saml:attribute:CvrNumberIdentifier", "urn:x", ERR_NONE, false},
	{"two CVR claims", CLAIM, CLAIM CLAIM, ERR_NONE, false},
	{"optional", "Uri=", "Optional='false' Uri=", ERR_NONE, true},
	{"value in no namespace", "<c:Value>11111111</c:Value>", "<Value>11111111</Value>",
	 ERR_NONE, true},
	{"value indented", ">11111111<", ">\n 11111111\n <", ERR_NONE, true},
	{"two values", "<c:Value>", "<c:Value>11111111</c:Value><c:Value>", ERR_NONE, false},
	{"value of seven digits", ">11111111<", ">1111111<", ERR_NONE, false},
	{"value of nine digits", ">11111111<", ">111111111<", ERR_NONE, false},
	{"value with a letter", ">11111111<", ">1111111A<", ERR_NONE, false},
	{"value split by an element", ">11111111<", ">1111<x/>1111<", ERR_NONE, false},

	{"no Lifetime", LIFE, "", ERR_NONE, true},
	{"Lifetime without Expires", LIFE, "<t:Lifetime/>", ERR_NONE, true},
	{"two Lifetimes", LIFE, LIFE LIFE, RST_MALFORMED, false},
	{"Lifetime unreadable", "2026-05-27T14:15:30Z", "tomorrow", RST_MALFORMED, false},
	{"no UseKey", USEKEY, "", ERR_NONE, true},
	{"two UseKeys", USEKEY, USEKEY USEKEY, RST_MALFORMED, false},
	{"UseKey empty", USEKEY, "<t:UseKey/>", RST_MALFORMED, false},
	{"UseKey of another type", "#X509v3", "#X509PKIPathv1", RST_MALFORMED, false},
	{"UseKey no base64", "AQID", "?", RST_MALFORMED, false},
	{"UseKey by something else", USEKEY, "<t:UseKey><x/></t:UseKey>", RST_MALFORMED, false},
	{"two OnBehalfOf", KEYTYPE,
	 "<t:OnBehalfOf>AQID</t:OnBehalfOf><t:OnBehalfOf>AQID</t:OnBehalfOf>" KEYTYPE,
	 RST_MALFORMED, false},
	{"OnBehalfOf of WS-Trust 1.4", KEYTYPE,
	 "<x:OnBehalfOf xmlns:x='" WST14 "'>AQID</x:OnBehalfOf>" KEYTYPE, RST_UNSUPPORTED,
	 false},
	{"ActAs of WS-Trust 1.3", KEYTYPE, "<t:ActAs>AQID</t:ActAs>" KEYTYPE, RST_UNSUPPORTED,
	 false},
	{"elements to ignore", REQTYPE,
	 "<t:Entropy/><t:Renewing Allow='false'/><t:KeySize>2048</t:KeySize><x/>" REQTYPE,
	 ERR_NONE, true},
};

static bool
read_text(struct str text, struct arena *a, struct xml_doc **doc, struct rst *r, struct err *e)
{
	*doc = NULL;
	if (!xml_parse(text, &limits, doc, e))
		fail_msg("test text: %s", e->detail);
	return rst_read(xml_root(*doc), a, r, e);
}

static void
elements(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *a = arena_new();
		struct str text = mutate(a, str_from(whole), cases[i].find, cases[i].with);
		struct xml_doc *doc;
		struct rst r;
		struct err e = ERR_INIT;
		bool ok;

		ok = read_text(text, a, &doc, &r, &e);
		if (ok != (cases[i].want == ERR_NONE) || e.code != cases[i].want) {
			fail_msg("%s: %s (%s)", cases[i].name,
				 ok ? "read" : err_row(e.code)->name, e.detail);
		} else if (ok && str_is_set(r.cvr) != cases[i].has_cvr) {
			fail_msg("%s: CVR", cases[i].name);
		}
		xml_doc_free(doc);
		arena_free(a);
	}
}

static void
values(void **state)
{
	struct arena *a = arena_new();
	struct xml_doc *doc;
	struct rst r;
	struct err e = ERR_INIT;

	(void)state;
	assert_true(read_text(str_from(whole), a, &doc, &r, &e));
	assert_true(str_eq_c(r.context, "ctx"));
	assert_true(str_eq_c(r.applies_to, "urn:service"));
	assert_true(str_eq_c(r.cvr, "11111111"));
	assert_true(r.has_expires && r.has_use_key && !rst_has_behalf(&r));
	assert_true(str_eq_c(r.use_cert, "\1\2\3"));
	xml_doc_free(doc);
	arena_free(a);
}

static void
on_behalf_is_seen(void **state)
{
	static const char *const forms[] = {
		"<t:OnBehalfOf>AQID</t:OnBehalfOf>",
		"<x:ActAs xmlns:x='http://docs.oasis-open.org/ws-sx/ws-trust/200802'/>",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct arena *a = arena_new();
		char with[512];
		struct xml_doc *doc;
		struct rst r;
		struct err e = ERR_INIT;

		snprintf(with, sizeof(with), "%s%s", forms[i], KEYTYPE);
		assert_true(
			read_text(mutate(a, str_from(whole), KEYTYPE, with), a, &doc, &r, &e));
		assert_true(rst_has_behalf(&r));
		xml_doc_free(doc);
		arena_free(a);
	}
}

static void
use_key_is_the_signers(void **state)
{
	struct cert *ky = pki_cert("systems/KY"), *ksd = pki_cert("systems/KSD");
	struct rst r = {0};

	(void)state;
	assert_true(rst_uses_key_of(&r, ky));
	r.has_use_key = true;
	r.use_cert = cert_der(ky);
	assert_true(rst_uses_key_of(&r, ky));
	assert_false(rst_uses_key_of(&r, ksd));
	r.use_cert = STR_NONE;
	r.use_modulus = STR("\1");
	r.use_exponent = STR("\1\0\1");
	assert_false(rst_uses_key_of(&r, ky));
	cert_free(ky);
	cert_free(ksd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements),
		cmocka_unit_test(values),
		cmocka_unit_test(on_behalf_is_seen),
		cmocka_unit_test(use_key_is_the_signers),
	};

	xml_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
