/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The guard of the token service: a request as a system writes it, and each check
 * (token-service contract 1.6, 5 to 12) failing alone, with its accepting twin. What a
 * signature could hide is signed again after the change, so that the check itself has to refuse
 * it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/encoding.h"
#include "crypto/digest.h"
#include "tests/unit/guard_world.h"
#include "tests/unit/message_parts.h"
#include "tests/unit/mutate.h"
#include "tests/unit/pki.h"
#include "tests/unit/resign.h"
#include "xml/parse.h"

#define RST "http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue<"

static struct guard_world world;

static const struct gw_case cases[] = {
	{.name = "as a system writes it"},
	{.name = "signed again", .key = "systems/KY"},

	/* 5: addressing */
	{.name = "two Actions",
	 .message = {HEADER("<a:Action xmlns:a='" WSA "'>x</a:Action>")},
	 .want = WSA_CARDINALITY},
	{.name = "no MessageID",
	 .unsigned_part = "msgid",
	 .message = {{"<a:MessageID ", "<MessageID "}, {"</a:MessageID>", "</MessageID>"}},
	 .want = WSA_MISSING},
	{.name = "ReplyTo elsewhere",
	 .message = {HEADER("<a:ReplyTo xmlns:a='" WSA "'><a:Address>http://evil.example/"
			    "</a:Address></a:ReplyTo>")},
	 .want = WSA_ANONYMOUS_ONLY},
	{.name = "framework of version 1",
	 .message = {HEADER("<f:Framework xmlns:f='urn:liberty:sb:2006-08' version='1.0'/>")},
	 .want = FRAMEWORK_VERSION},
	{.name = "framework, not signed",
	 .message = {HEADER("<f:Framework xmlns:f='urn:liberty:sb:2006-08' version='2.0'/>")}},
	/* 6: Action */
	{.name = "another action",
	 .message = {{RST, "urn:other<"}},
	 .want = WSA_ACTION_UNSUPPORTED},
	/* 7: Security */
	{.name = "no Security for us",
	 .message = {{"<o:Security ", "<o:Security s:role='urn:other' "}},
	 .want = SECURITY_STRUCTURE},
	{.name = "Security for the next",
	 .message = {{"<o:Security ", "<o:Security s:role='" S12 "/role/next' "}}},
	{.name = "two Securities",
	 .message = {HEADER("<o:Security xmlns:o='" WSSE "'/>")},
	 .want = SECURITY_STRUCTURE},
	{.name = "another one for somebody else",
	 .message = {HEADER("<o:Security xmlns:o='" WSSE "' s:role='urn:other'/>")}},
	{.name = "an assertion in the one for somebody else",
	 .message = {HEADER("<o:Security xmlns:o='" WSSE "' s:role='urn:other'><Assertion "
			    "xmlns='" SAML "'/></o:Security>")},
	 .want = SECURITY_STRUCTURE},
	/* 8: its children */
	{.name = "two Timestamps",
	 .message = {CHILD("<u:Timestamp xmlns:u='" WSU "'/>")},
	 .want = SECURITY_STRUCTURE},
	{.name = "no Timestamp",
	 .unsigned_part = "sec-ts",
	 .message = {{"<u:Timestamp ", "<Timestamp "}, {"</u:Timestamp>", "</Timestamp>"}},
	 .want = SECURITY_STRUCTURE},
	{.name = "two Signatures",
	 .message = {{"</o:Security>", "<Signature xmlns='" DS "'/></o:Security>"}},
	 .want = SECURITY_STRUCTURE},
	{.name = "two certificates",
	 .message = {CHILD("<o:BinarySecurityToken xmlns:o='" WSSE "'/>")}},
	{.name = "three certificates",
	 .message = {CHILD("<o:BinarySecurityToken xmlns:o='" WSSE "'/>"
			   "<o:BinarySecurityToken xmlns:o='" WSSE "'/>")},
	 .want = SECURITY_STRUCTURE},
	{.name = "a token",
	 .message = {CHILD("<Assertion xmlns='" SAML "'/>")},
	 .want = SECURITY_STRUCTURE},
	{.name = "an encrypted token",
	 .message = {CHILD("<EncryptedAssertion xmlns='" SAML "'/>")},
	 .want = TOKEN_TYPE_UNSUPPORTED},
	{.name = "something else", .message = {CHILD("<x/>")}, .want = SECURITY_STRUCTURE},
	{.name = "text", .message = {CHILD("text")}, .want = SECURITY_STRUCTURE},
	/* 9: time */
	{.name = "five minutes early", .later_s = -300},
	{.name = "more than five minutes early", .later_s = -301, .want = MESSAGE_EXPIRED},
	{.name = "in the last second", .later_s = 599},
	{.name = "expired", .later_s = 600, .want = MESSAGE_EXPIRED},
	{.name = "no Expires",
	 .message = {{"<u:Expires>", "<Expires>"}, {"</u:Expires>", "</Expires>"}},
	 .want = TIMESTAMP_MALFORMED},
	/* 5.4: ids */
	{.name = "an id twice, in the header",
	 .message = {HEADER("<x u:Id='body' xmlns:u='" WSU "'/>")},
	 .want = SECURITY_STRUCTURE},
	{.name = "an id twice, deep in Body",
	 .message = {{"<t:TokenType>", "<x xmlns:u='" WSU "' u:Id='action'/><t:TokenType>"}},
	 .want = SECURITY_STRUCTURE},
	{.name = "an assertion with the id of a part, in Body",
	 .message = {{"<t:TokenType>",
		      "<Assertion xmlns='" SAML "' ID='action'/><t:TokenType>"}},
	 .want = SECURITY_STRUCTURE},
	{.name = "an ID of something else",
	 .message = {{"<t:TokenType>", "<x ID='action'/><t:TokenType>"}}},
	/* 10: signature */
	{.name = "Body changed",
	 .is_damaged = true,
	 .message = {{">11111111<", ">22222222<"}},
	 .want = DIGEST_WRONG},
	{.name = "MessageID changed",
	 .is_damaged = true,
	 .message = {{">uuid:", ">uuie:"}},
	 .want = DIGEST_WRONG},
	{.name = "Timestamp changed",
	 .is_damaged = true,
	 .message = {{"Z</u:Expires>", "1Z</u:Expires>"}},
	 .want = DIGEST_WRONG},
	{.name = "digest changed",
	 .is_damaged = true,
	 .message = {{"<DigestValue>", "<DigestValue>AAAA"}},
	 .want = SIGNATURE_WRONG},
	{.name = "value changed",
	 .is_damaged = true,
	 .message = {{"<SignatureValue>", "<SignatureValue>AAAA"}},
	 .want = SIGNATURE_WRONG},
	{.name = "signed by another key", .key = "systems/KSD", .want = SIGNATURE_WRONG},
	{.name = "rsa-sha1",
	 .message = {{"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", DS "rsa-sha1"}},
	 .want = ALGORITHM_REFUSED},
	{.name = "digest sha1",
	 .message = {{"http://www.w3.org/2001/04/xmlenc#sha256", DS "sha1"}},
	 .want = ALGORITHM_REFUSED},
	{.name = "inclusive canonicalisation",
	 .message = {{"<Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">",
		      "<Transform Algorithm=\"http://www.w3.org/TR/2001/"
		      "REC-xml-c14n-20010315\">"}},
	 .want = ALGORITHM_REFUSED},
	{.name = "enveloped-signature transform",
	 .message = {{"<Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">",
		      "<Transform Algorithm=\"" DS "enveloped-signature\">"}},
	 .want = ALGORITHM_REFUSED},
	{.name = "no KeyInfo",
	 .message = {{"<KeyInfo>", "<Object>"}, {"</KeyInfo>", "</Object>"}},
	 .want = SIGNATURE_STRUCTURE},
	{.name = "an Object",
	 .message = {{"</KeyInfo>", "</KeyInfo><Object/>"}},
	 .want = SIGNATURE_STRUCTURE},
	/* KeyInfo */
	{.name = "key reference to nothing",
	 .message = {{"<o:Reference URI=\"#sec-binsectoken\"", "<o:Reference URI=\"#other\""}},
	 .want = KEY_REF_UNAVAILABLE},
	{.name = "key reference to Body",
	 .message = {{"<o:Reference URI=\"#sec-binsectoken\"", "<o:Reference URI=\"#body\""}},
	 .want = KEY_REF_UNAVAILABLE},
	{.name = "key reference elsewhere",
	 .message = {{"<o:Reference URI=\"#sec-binsectoken\"",
		      "<o:Reference URI=\"http://evil.example/#sec-binsectoken\""}},
	 .want = KEY_REF_UNAVAILABLE},
	{.name = "key by name",
	 .message = {{"<KeyInfo>", "<KeyInfo><KeyName>x</KeyName>"}},
	 .want = KEY_REF_UNAVAILABLE},
	{.name = "certificate unreadable",
	 .unsigned_part = "sec-binsectoken",
	 .message = {{"u:Id=\"sec-binsectoken\">", "u:Id=\"sec-binsectoken\">AAAA"}},
	 .want = KEY_REF_UNAVAILABLE},
	{.name = "certificate of another type",
	 .unsigned_part = "sec-binsectoken",
	 .message = {{"#X509v3\" u:Id=\"sec-bin", "#X509PKIPathv1\" u:Id=\"sec-bin"}},
	 .want = TOKEN_TYPE_UNSUPPORTED},
	{.name = "certificate not signed", .unsigned_part = "sec-binsectoken"},
	/* 11: coverage */
	{.name = "Body not signed", .unsigned_part = "body", .want = MESSAGE_NOT_COVERED},
	{.name = "Timestamp not signed",
	 .unsigned_part = "sec-ts",
	 .want = MESSAGE_NOT_COVERED},
	{.name = "Action not signed", .unsigned_part = "action", .want = MESSAGE_NOT_COVERED},
	{.name = "MessageID not signed", .unsigned_part = "msgid", .want = MESSAGE_NOT_COVERED},
	{.name = "To not signed", .unsigned_part = "to", .want = MESSAGE_NOT_COVERED},
	{.name = "no To",
	 .unsigned_part = "to",
	 .message = {{"<a:To ", "<To "},
		     {"</a:To>", "</To>"},
		     {"u:Id=\"to\" s:mustUnderstand=\"1\"", "u:Id=\"to\""}}},
	{.name = "ReplyTo not signed",
	 .message = {HEADER(EPR("ReplyTo", EXTRA_ID))},
	 .want = MESSAGE_NOT_COVERED},
	{.name = "ReplyTo signed",
	 .message = {HEADER(EPR("ReplyTo", EXTRA_ID)), SIGNED("extra")}},
	{.name = "From not signed",
	 .message = {HEADER(EPR("From", EXTRA_ID))},
	 .want = MESSAGE_NOT_COVERED},
	{.name = "From signed", .message = {HEADER(EPR("From", EXTRA_ID)), SIGNED("extra")}},
	{.name = "FaultTo not signed",
	 .message = {HEADER(EPR("FaultTo", EXTRA_ID))},
	 .want = MESSAGE_NOT_COVERED},
	{.name = "FaultTo signed",
	 .message = {HEADER(EPR("FaultTo", EXTRA_ID)), SIGNED("extra")}},
	{.name = "RelatesTo not signed",
	 .message = {HEADER("<a:RelatesTo xmlns:a='" WSA "' " EXTRA_ID ">urn:x</a:RelatesTo>")},
	 .want = MESSAGE_NOT_COVERED},
	{.name = "RelatesTo signed",
	 .message = {HEADER("<a:RelatesTo xmlns:a='" WSA "' " EXTRA_ID ">urn:x</a:RelatesTo>"),
		     SIGNED("extra")}},
	/* wrapping */
	{.name = "the signed Body moved into a header",
	 .message = {HEADER("<w><s:Body xmlns:u='" WSU "' u:Id='body'/></w>"),
		     {" u:Id=\"body\">", ">"}},
	 .is_damaged = true,
	 .want = REFERENCE_UNRESOLVED},
	{.name = "the signed Body beside an evil one, as a header",
	 .message = {HEADER("<s:Body xmlns:u='" WSU "' u:Id='body'/>"),
		     {" u:Id=\"body\">", ">"}},
	 .want = MESSAGE_NOT_COVERED},
	{.name = "the Timestamp signed in another place",
	 .unsigned_part = "sec-ts",
	 .message = {HEADER("<u:Timestamp xmlns:u='" WSU "' u:Id='extra'/>"), SIGNED("extra")},
	 .want = MESSAGE_NOT_COVERED},
};

static void
each_check(void **state)
{
	(void)state;
	gw_run(&world, cases, ARRAY_LEN(cases), false);
}

/* --- the key may be named in several ways --- */

static void
check_key_info(const char *name, struct str key_info, enum err_code want)
{
	struct wsse_policy p = gw_policy(&world, false);
	struct arena *a = world.a;
	struct str text = gw_request(&world), old = between(text, "<KeyInfo>", "</KeyInfo>");
	struct xml_doc *doc;
	struct wsse w;
	struct err e = ERR_INIT;
	char *find = arena_dup_c(a, old), *with = arena_dup_c(a, key_info);
	bool ok;

	text = resign(mutate(a, text, find, with), 0, "systems/KY", a);
	ok = gw_verify(&world, text, &p, world.now, &doc, &w, &e);
	if (ok != (want == ERR_NONE) || e.code != want)
		fail_msg("%s: %s (%s)", name, ok ? "accepted" : err_row(e.code)->name,
			 e.detail);
	if (ok)
		assert_true(cert_eq(w.signer, signer_cert(world.ky)));
	wsse_release(&w);
	xml_doc_free(doc);
}

static struct str
str_of_key(const char *inside)
{
	return arena_printf(world.a,
			    "<o:SecurityTokenReference xmlns:o='" WSSE
			    "'>%s</o:SecurityTokenReference>",
			    inside);
}

static struct str
identifier(const char *type, struct str bytes)
{
	struct str text = base64_encode(world.a, bytes);

	return str_of_key(arena_dup_c(
		world.a, arena_printf(world.a,
				      "<o:KeyIdentifier ValueType='http://docs.oasis-open.org/"
				      "wss/%s'>" STR_FMT "</o:KeyIdentifier>",
				      type, STR_ARG(text))));
}

/* The serial number in decimal, by schoolbook division. */
static struct str
serial_decimal(const struct cert *c)
{
	struct str bytes;
	struct err e = ERR_INIT;
	uint8_t n[64];
	char digits[200];
	size_t at = sizeof(digits);
	unsigned rest;
	bool more = true;

	assert_true(hex_decode(cert_serial_hex(c), world.a, &bytes, &e));
	assert_true(bytes.len <= sizeof(n));
	for (size_t i = 0; i < bytes.len; i++)
		n[i] = (uint8_t)bytes.ptr[i];
	while (more) {
		rest = 0;
		more = false;
		for (size_t i = 0; i < bytes.len; i++) {
			rest = rest * 256 + n[i];
			n[i] = (uint8_t)(rest / 10);
			rest %= 10;
			more |= n[i] != 0;
		}
		digits[--at] = (char)('0' + rest);
	}
	return arena_dup(world.a, str_of(digits + at, sizeof(digits) - at));
}

static struct str
issuer_serial(const struct cert *c, struct str issuer)
{
	return arena_printf(world.a,
			    "<X509Data><X509IssuerSerial><X509IssuerName>" STR_FMT
			    "</X509IssuerName><X509SerialNumber>" STR_FMT
			    "</X509SerialNumber></X509IssuerSerial></X509Data>",
			    STR_ARG(issuer), STR_ARG(serial_decimal(c)));
}

/* RFC 4514 writes no space behind the commas. */
static struct str
without_spaces(struct str net)
{
	struct buf b = BUF_INIT(4096);
	struct str out;

	for (size_t i = 0; i < net.len; i++)
		if (net.ptr[i] != ' ' || i == 0 || net.ptr[i - 1] != ',')
			buf_add_char(&b, net.ptr[i]);
	out = arena_dup(world.a, buf_str(&b));
	buf_release(&b);
	return out;
}

#define SKI_TYPE "2004/01/oasis-200401-wss-x509-token-profile-1.0#X509SubjectKeyIdentifier"
#define SHA1_TYPE "oasis-wss-soap-message-security-1.1#ThumbprintSHA1"

static void
key_is_found(void **state)
{
	const struct cert *ky = signer_cert(world.ky), *sts = signer_cert(world.sts);
	struct str sha1, serial;
	struct err e = ERR_INIT;

	(void)state;
	assert_true(hex_decode(cert_thumbprint(ky), world.a, &sha1, &e));
	serial = issuer_serial(ky, cert_issuer_net(ky));
	check_key_info("certificate",
		       arena_printf(world.a,
				    "<X509Data><X509Certificate>" STR_FMT
				    "</X509Certificate></X509Data>",
				    STR_ARG(cert_base64(ky))),
		       ERR_NONE);
	check_key_info("subject key identifier", identifier(SKI_TYPE, cert_ski(ky)), ERR_NONE);
	check_key_info("thumbprint", identifier(SHA1_TYPE, sha1), ERR_NONE);
	check_key_info("issuer and serial number", serial, ERR_NONE);
	check_key_info("issuer and serial number, in a reference",
		       str_of_key(arena_dup_c(world.a, mutate(world.a, serial, "<X509Data>",
							      "<X509Data xmlns='" DS "'>"))),
		       ERR_NONE);
	check_key_info("issuer as RFC 4514",
		       issuer_serial(ky, without_spaces(cert_issuer_net(ky))), ERR_NONE);

	check_key_info("not registered, by identifier", identifier(SKI_TYPE, cert_ski(sts)),
		       KEY_REF_UNAVAILABLE);
	check_key_info("not registered, by thumbprint", identifier(SHA1_TYPE, STR("12345")),
		       KEY_REF_UNAVAILABLE);
	check_key_info("another issuer", issuer_serial(ky, STR("CN=x")), KEY_REF_UNAVAILABLE);
	check_key_info("unknown type of identifier", identifier("x", cert_ski(ky)),
		       KEY_REF_UNAVAILABLE);
	check_key_info("serial number no number",
		       mutate(world.a, serial, "<X509SerialNumber>", "<X509SerialNumber>x"),
		       KEY_REF_UNAVAILABLE);
	check_key_info("two certificates",
		       STR("<X509Data><X509Certificate>AQID</X509Certificate>"
			   "<X509Certificate>AQID</X509Certificate></X509Data>"),
		       KEY_REF_UNAVAILABLE);
	check_key_info("bare key",
		       STR("<KeyValue><RSAKeyValue><Modulus>AQ==</Modulus><Exponent>AQAB"
			   "</Exponent></RSAKeyValue></KeyValue>"),
		       KEY_REF_UNAVAILABLE);
	check_key_info("retrieval", STR("<RetrievalMethod URI='http://evil.example/'/>"),
		       KEY_REF_UNAVAILABLE);
	check_key_info("empty", STR(""), KEY_REF_UNAVAILABLE);
}

/* A key too small to be believed: refused before its signature is looked at. */
static void
weak_key(void **state)
{
	struct wsse_policy p = gw_policy(&world, false);
	struct cert *weak = pki_cert("odd/weak");
	struct arena *a = world.a;
	struct str text = gw_request(&world);
	struct xml_doc *doc;
	struct wsse w;
	struct err e = ERR_INIT;

	(void)state;
	text = mutate(a, text, arena_dup_c(a, cert_base64(signer_cert(world.ky))),
		      arena_dup_c(a, cert_base64(weak)));
	assert_false(gw_verify(&world, text, &p, world.now, &doc, &w, &e));
	assert_int_equal(e.code, CERT_WEAK_KEY);
	wsse_release(&w);
	xml_doc_free(doc);
	cert_free(weak);
}

/* --- replay --- */

static bool
claim(struct str text, struct once *once, struct err *e)
{
	struct wsse_policy p = gw_policy(&world, false);
	struct xml_doc *doc;
	struct wsse w;
	bool ok;

	if (!gw_verify(&world, text, &p, world.now, &doc, &w, e))
		fail_msg("%s", e->detail);
	ok = wsse_claim(&w, once, world.now, e);
	assert_int_equal(w.claims_until - world.now, SECONDS(900));
	wsse_release(&w);
	xml_doc_free(doc);
	return ok;
}

/*
 * A copy that arrives in the message's last second and takes long to read: meanwhile the
 * message ends, and what ended is cleared away by other calls.
 */
static void
slow_replay(void **state)
{
	struct wsse_policy p = gw_policy(&world, false);
	struct once *once = once_new(100);
	struct once_key other = {{1}};
	instant last = world.now + SECONDS(599);
	struct str text = gw_request(&world);
	struct err e = ERR_INIT;
	struct xml_doc *doc;
	struct wsse w;

	(void)state;
	assert_true(claim(text, once, &e));
	assert_true(gw_verify(&world, text, &p, last, &doc, &w, &e));
	assert_true(once_claim(once, &other, 1, last + HOURS(1), last + SECONDS(10), &e));
	assert_false(wsse_claim(&w, once, last, &e));
	assert_int_equal(e.code, MESSAGE_REPLAYED);
	wsse_release(&w);
	xml_doc_free(doc);
	once_free(once);
}

static void
replay(void **state)
{
	struct once *once = once_new(100);
	struct str text = gw_request(&world), id = between(text, ">uuid:", "<"), other;
	struct arena *a = world.a;
	struct err e = ERR_INIT;

	(void)state;
	assert_true(claim(text, once, &e));
	assert_false(claim(text, once, &e));
	assert_int_equal(e.code, MESSAGE_REPLAYED);
	err_clear(&e);
	/* the same id in another message of the same system */
	other = gw_request(&world);
	other = mutate(a, other, arena_dup_c(a, between(other, ">uuid:", "<")),
		       arena_dup_c(a, id));
	assert_false(claim(resign(other, 0, "systems/KY", a), once, &e));
	assert_int_equal(e.code, MESSAGE_REPLAYED);
	err_clear(&e);
	assert_true(claim(gw_request(&world), once, &e));
	once_free(once);
}

static void
a_claim_can_be_given_back(void **state)
{
	struct once *once = once_new(100);
	struct wsse_policy p = gw_policy(&world, false);
	struct xml_doc *doc;
	struct wsse w;
	struct err e = ERR_INIT;

	(void)state;
	assert_true(gw_verify(&world, gw_request(&world), &p, world.now, &doc, &w, &e));
	assert_true(wsse_claim(&w, once, world.now, &e));
	wsse_unclaim(&w, once);
	assert_int_equal(once_count(once), 0);
	assert_true(wsse_claim(&w, once, world.now, &e));
	once_free(once);
	/* full: refused, nothing forgotten */
	once = once_new(1);
	assert_false(wsse_claim(&w, once, world.now, &e));
	assert_int_equal(e.code, REPLAY_STORE_FULL);
	wsse_release(&w);
	xml_doc_free(doc);
	once_free(once);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_check),
		cmocka_unit_test(key_is_found),
		cmocka_unit_test(weak_key),
		cmocka_unit_test(replay),
		cmocka_unit_test(slow_replay),
		cmocka_unit_test(a_claim_can_be_given_back),
	};
	int failed;

	xml_init();
	gw_begin(&world, "wsse-sts");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	gw_end(&world);
	return failed;
}
