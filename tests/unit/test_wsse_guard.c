/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The guard of services: a call as a system writes it, and each check (token-service contract
 * 5.5, 5 to 24, and its table of wrapping attacks) failing alone, with its accepting twin. The
 * token is signed again by the token service and the message by its holder, unless the case is
 * about just that.
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

static struct guard_world world;

static const struct gw_case message_cases[] = {
	{.name = "as a system writes it"},
	{.name = "signed again", .key = "systems/KY"},
	{.name = "token signed again", .token_key = "platform/adgangsstyring"},

	/* 5: Security */
	{.name = "two Securities",
	 .message = {HEADER("<o:Security xmlns:o='" WSSE "'/>")},
	 .want = SECURITY_STRUCTURE},
	{.name = "none for us",
	 .message = {{"<o:Security ", "<o:Security s:role='urn:x' "}},
	 .want = SECURITY_STRUCTURE},
	{.name = "two Timestamps",
	 .message = {CHILD("<u:Timestamp xmlns:u='" WSU "'/>")},
	 .want = SECURITY_STRUCTURE},
	{.name = "two tokens",
	 .message = {CHILD("<Assertion xmlns='" SAML "'/>")},
	 .want = SECURITY_STRUCTURE},
	{.name = "a token in another header",
	 .message = {HEADER("<x><Assertion xmlns='" SAML "'/></x>")},
	 .want = SECURITY_STRUCTURE},
	{.name = "an encrypted token beside",
	 .message = {CHILD("<EncryptedAssertion xmlns='" SAML "'/>")},
	 .want = TOKEN_TYPE_UNSUPPORTED},
	{.name = "two references",
	 .message = {CHILD("<o:SecurityTokenReference xmlns:o='" WSSE "'/>")},
	 .want = SECURITY_STRUCTURE},
	{.name = "two certificates",
	 .message = {CHILD("<o:BinarySecurityToken xmlns:o='" WSSE "'/>"
			   "<o:BinarySecurityToken xmlns:o='" WSSE "'/>")}},
	{.name = "three certificates",
	 .message = {CHILD("<o:BinarySecurityToken xmlns:o='" WSSE "'/>"
			   "<o:BinarySecurityToken xmlns:o='" WSSE "'/>"
			   "<o:BinarySecurityToken xmlns:o='" WSSE "'/>")},
	 .want = SECURITY_STRUCTURE},
	{.name = "two signatures",
	 .message = {CHILD("<Signature xmlns='" DS "'/>")},
	 .is_damaged = true,
	 .want = SECURITY_STRUCTURE},
	{.name = "something else", .message = {CHILD("<x/>")}, .want = SECURITY_STRUCTURE},
	/* 6: addressing */
	{.name = "two MessageIDs",
	 .message = {HEADER("<a:MessageID xmlns:a='" WSA "'>x</a:MessageID>")},
	 .want = WSA_CARDINALITY},
	{.name = "no Action",
	 .unsigned_part = "action",
	 .message = {{"<a:Action ", "<Action "},
		     {"</a:Action>", "</Action>"},
		     {"u:Id=\"action\" s:mustUnderstand=\"1\"", "u:Id=\"action\""}},
	 .want = WSA_MISSING},
	{.name = "FaultTo elsewhere",
	 .message = {HEADER("<a:FaultTo xmlns:a='" WSA "'><a:Address>urn:x</a:Address>"
			    "</a:FaultTo>")},
	 .want = WSA_ANONYMOUS_ONLY},
	{.name = "framework of version 1",
	 .message = {{"version=\"2.0\"", "version=\"1.0\""}},
	 .want = FRAMEWORK_VERSION},
	/* 7: time */
	{.name = "five minutes early", .later_s = -300},
	{.name = "more than five minutes early", .later_s = -301, .want = MESSAGE_EXPIRED},
	{.name = "in the last second", .later_s = 599},
	{.name = "expired", .later_s = 600, .want = MESSAGE_EXPIRED},
	{.name = "no Created",
	 .message = {{"<u:Created>", "<Created>"}, {"</u:Created>", "</Created>"}},
	 .want = TIMESTAMP_MALFORMED},

	/* 13: structure of the signature; 5.4: ids */
	{.name = "an Object",
	 .message = {{"</Signature></o:Security>", "<Object/></Signature></o:Security>"}},
	 .want = SIGNATURE_STRUCTURE},
	{.name = "an id twice",
	 .message = {HEADER("<x " EXTRA_ID "/><y " EXTRA_ID "/>")},
	 .want = SECURITY_STRUCTURE},
	{.name = "an id twice, in Body",
	 .message = {{">x</LaesInput>", "><x xmlns:u='" WSU "' u:Id='body'/></LaesInput>"}},
	 .want = SECURITY_STRUCTURE},
	/* 14: key */
	{.name = "key of another token",
	 .message = {{"<KeyInfo><o:SecurityTokenReference", "<KeyInfo><x/><o:SecurityToken"
							    "Reference"}},
	 .is_damaged = true,
	 .want = KEY_REF_UNAVAILABLE},
	/* 16 and T9: whose signature */
	{.name = "signed by another registered system",
	 .key = "systems/KSD",
	 .want = HOLDER_WRONG},
	{.name = "signed by a stranger", .key = "odd/stranger", .want = SIGNATURE_WRONG},
	/* 17: digests */
	{.name = "Body changed",
	 .is_damaged = true,
	 .message = {{">x</LaesInput>", ">y</LaesInput>"}},
	 .want = DIGEST_WRONG},
	{.name = "Action changed",
	 .is_damaged = true,
	 .message = {{GW_ACTION, GW_ACTION "2"}},
	 .want = DIGEST_WRONG},
	/* 18: coverage */
	{.name = "Body not signed", .unsigned_part = "body", .want = MESSAGE_NOT_COVERED},
	{.name = "Timestamp not signed",
	 .unsigned_part = "sec-ts",
	 .want = MESSAGE_NOT_COVERED},
	{.name = "Action not signed", .unsigned_part = "action", .want = MESSAGE_NOT_COVERED},
	{.name = "MessageID not signed", .unsigned_part = "msgid", .want = MESSAGE_NOT_COVERED},
	{.name = "To not signed", .unsigned_part = "to", .want = MESSAGE_NOT_COVERED},
	{.name = "ReplyTo not signed", .unsigned_part = "replyto", .want = MESSAGE_NOT_COVERED},
	{.name = "framework not signed", .unsigned_part = "lib"},
	{.name = "From not signed",
	 .message = {HEADER(EPR("From", EXTRA_ID))},
	 .want = MESSAGE_NOT_COVERED},
	{.name = "From signed", .message = {HEADER(EPR("From", EXTRA_ID)), SIGNED("extra")}},
	{.name = "FaultTo not signed",
	 .message = {HEADER(EPR("FaultTo", EXTRA_ID))},
	 .want = MESSAGE_NOT_COVERED},
	{.name = "RelatesTo not signed",
	 .message = {HEADER("<a:RelatesTo xmlns:a='" WSA "' " EXTRA_ID ">urn:x</a:RelatesTo>")},
	 .want = MESSAGE_NOT_COVERED},
	/* 19: binding */
	{.name = "token not bound", .unsigned_part = "sec-str", .want = TOKEN_NOT_BOUND},
	/* wrapping: the signed Body goes into a header, another one takes its place */
	{.name = "Body moved",
	 .is_damaged = true,
	 .message = {HEADER("<w><s:Body xmlns:u='" WSU "' u:Id='body'/></w>"),
		     {" u:Id=\"body\">", ">"}},
	 .want = REFERENCE_UNRESOLVED},
	{.name = "Body moved, signed where it is",
	 .message = {HEADER("<s:Body xmlns:u='" WSU "' u:Id='body'/>"),
		     {" u:Id=\"body\">", ">"}},
	 .want = MESSAGE_NOT_COVERED},
	{.name = "an unsigned header beside", .message = {HEADER("<x/>")}},
	{.name = "comment in Body",
	 .is_damaged = true,
	 .message = {{">x</LaesInput>", ">x<!-- c --></LaesInput>"}}},
};

static void
each_check(void **state)
{
	(void)state;
	gw_run(&world, message_cases, ARRAY_LEN(message_cases), true);
}

/* --- the token is bound in one of three ways --- */

static void
binding(void **state)
{
	struct wsse_policy p = gw_policy(&world, true);
	struct client_token token = gw_token(&world);
	struct arena *a = world.a;
	struct str call = gw_call(&world, &token), direct, by_reference, none;
	char *id = arena_dup_c(
		a, arena_printf(a, "<Reference URI=\"#" STR_FMT "\">", STR_ARG(token.id)));
	struct str reference = between(call, "<Reference URI=\"#sec-str\">", "</Reference>");
	const char *plain = "<Transforms><Transform Algorithm=\"" EXC
			    "\"></Transform></Transforms><DigestMethod Algorithm=\""
			    "http://www.w3.org/2001/04/xmlenc#sha256\"></DigestMethod>"
			    "<DigestValue>x</DigestValue>";

	(void)state;
	/* (a) */
	gw_judge(&world, "STR-Transform", call, &p, world.now, ERR_NONE);
	/* (b), with and without the reference element */
	direct = mutate(a, call, "<Reference URI=\"#sec-str\">", id);
	direct = mutate(a, direct, arena_dup_c(a, reference), plain);
	gw_judge(&world, "token digested", resign(direct, 1, "systems/KY", a), &p, world.now,
		 ERR_NONE);
	none = between(direct, "<o:SecurityTokenReference ", "</o:SecurityTokenReference>");
	none = mutate(a, direct,
		      arena_dup_c(a, arena_printf(a,
						  "<o:SecurityTokenReference " STR_FMT
						  "</o:SecurityTokenReference>",
						  STR_ARG(none))),
		      "");
	gw_judge(&world, "token digested, no reference", resign(none, 1, "systems/KY", a), &p,
		 world.now, ERR_NONE);
	/* (c), unless strict */
	by_reference = mutate(a, call, arena_dup_c(a, reference), plain);
	by_reference = resign(by_reference, 1, "systems/KY", a);
	gw_judge(&world, "reference digested", by_reference, &p, world.now, ERR_NONE);
	p.binding_is_strict = true;
	gw_judge(&world, "reference digested, strict", by_reference, &p, world.now,
		 TOKEN_NOT_BOUND);
	gw_judge(&world, "STR-Transform, strict", call, &p, world.now, ERR_NONE);
	gw_judge(&world, "token digested, strict", resign(direct, 1, "systems/KY", a), &p,
		 world.now, ERR_NONE);
	/* the reference names another token */
	gw_judge(
		&world, "another token named",
		mutate(a, call,
		       arena_dup_c(a, arena_printf(a, "#SAMLID\">" STR_FMT, STR_ARG(token.id))),
		       "#SAMLID\">_other"),
		&p, world.now, SECURITY_STRUCTURE);
}

/* --- the key is named by the token, or by its own certificate --- */

static void
key_reference(void **state)
{
	struct wsse_policy p = gw_policy(&world, true);
	struct client_token token = gw_token(&world);
	struct arena *a = world.a;
	struct str call = gw_call(&world, &token), old, message, bst;
	char *find;

	(void)state;
	/* the last KeyInfo is the message's */
	old = between(between(call, "</Assertion>", "</o:Security>"), "<KeyInfo>",
		      "</KeyInfo>");
	find = arena_dup_c(a, arena_printf(a, "<KeyInfo>" STR_FMT, STR_ARG(old)));
	gw_judge(&world, "#id",
		 resign(mutate(a, call, find,
			       arena_dup_c(a, arena_printf(a,
							   "<KeyInfo><o:SecurityTokenReference>"
							   "<o:Reference URI='#" STR_FMT
							   "'/></o:SecurityTokenReference>",
							   STR_ARG(token.id)))),
			1, "systems/KY", a),
		 &p, world.now, ERR_NONE);
	gw_judge(&world, "another id",
		 resign(mutate(a, call, find,
			       "<KeyInfo><o:SecurityTokenReference><o:Reference URI='#other'/>"
			       "</o:SecurityTokenReference>"),
			1, "systems/KY", a),
		 &p, world.now, KEY_REF_UNAVAILABLE);
	gw_judge(
		&world, "bare certificate",
		resign(mutate(a, call, find,
			      arena_dup_c(
				      a, arena_printf(
						 a,
						 "<KeyInfo><X509Data><X509Certificate>" STR_FMT
						 "</X509Certificate>"
						 "</X509Data>",
						 STR_ARG(cert_base64(signer_cert(world.ky)))))),
		       1, "systems/KY", a),
		&p, world.now, KEY_REF_UNAVAILABLE);
	for (int i = 0; i < 2; i++) {
		const struct signer *by = i == 0 ? world.ky : world.ksd;

		bst = arena_printf(a,
				   "</Assertion><o:BinarySecurityToken u:Id='b' xmlns:u='" WSU
				   "' ValueType='http://docs.oasis-open.org/wss/2004/01/oasis-"
				   "200401-wss-x509-token-profile-1.0#X509v3'>" STR_FMT
				   "</o:BinarySecurityToken>",
				   STR_ARG(cert_base64(signer_cert(by))));
		message = mutate(a, call, "</Assertion>", arena_dup_c(a, bst));
		message = mutate(a, message, find,
				 "<KeyInfo><o:SecurityTokenReference><o:Reference URI='#b'/>"
				 "</o:SecurityTokenReference>");
		gw_judge(&world, i == 0 ? "its own certificate" : "another certificate",
			 resign(message, 1, i == 0 ? "systems/KY" : "systems/KSD", a), &p,
			 world.now, i == 0 ? ERR_NONE : KEY_REF_UNAVAILABLE);
	}
}

/* --- 15 and 17: algorithms, transforms, references of the message's signature --- */

/* Changes what stands after the token: before it, the same words are the token's own. */
static struct str
mutate_message(struct str text, const char *find, const char *with)
{
	struct arena *a = world.a;
	struct str tail = between(text, "</Assertion>", "</s:Envelope>");
	struct str head = str_of(text.ptr, (size_t)(tail.ptr - text.ptr));

	tail = mutate(a, tail, find, with);
	return arena_printf(a, STR_FMT STR_FMT "</s:Envelope>", STR_ARG(head), STR_ARG(tail));
}

static void
algorithms(void **state)
{
	static const struct {
		const char *name, *find, *with;
		bool is_signed_again;
		enum err_code want;
	} cases[] = {
		{"rsa-sha1", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", DS "rsa-sha1",
		 true, ALGORITHM_REFUSED},
		{"hmac with the public key",
		 "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
		 "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256", true, ALGORITHM_REFUSED},
		{"rsa-sha512", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
		 "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", true, ERR_NONE},
		{"digest sha1", "http://www.w3.org/2001/04/xmlenc#sha256", DS "sha1", true,
		 ALGORITHM_REFUSED},
		{"digest sha512", "http://www.w3.org/2001/04/xmlenc#sha256",
		 "http://www.w3.org/2001/04/xmlenc#sha512", true, ERR_NONE},
		{"inclusive canonicalisation of SignedInfo",
		 "<CanonicalizationMethod Algorithm=\"" EXC "\"",
		 "<CanonicalizationMethod Algorithm=\"http://www.w3.org/TR/2001/"
		 "REC-xml-c14n-20010315\"",
		 true, ALGORITHM_REFUSED},
		{"XPath", "<Transform Algorithm=\"" EXC "\"",
		 "<Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"", false,
		 ALGORITHM_REFUSED},
		{"XSLT", "<Transform Algorithm=\"" EXC "\"",
		 "<Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"", false,
		 ALGORITHM_REFUSED},
		{"base64", "<Transform Algorithm=\"" EXC "\"",
		 "<Transform Algorithm=\"" DS "base64\"", false, ALGORITHM_REFUSED},
		{"enveloped-signature", "<Transform Algorithm=\"" EXC "\"",
		 "<Transform Algorithm=\"" DS "enveloped-signature\"", true, ALGORITHM_REFUSED},
		{"a reference elsewhere", "URI=\"#body\"", "URI=\"http://evil.example/\"", true,
		 REFERENCE_UNRESOLVED},
		{"a reference to all", "URI=\"#body\"", "URI=\"\"", true, REFERENCE_UNRESOLVED},
	};
	struct wsse_policy p = gw_policy(&world, true);
	struct client_token token = gw_token(&world);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str call = gw_call(&world, &token);

		call = mutate_message(call, cases[i].find, cases[i].with);
		if (cases[i].is_signed_again)
			call = resign(call, 1, "systems/KY", world.a);
		gw_judge(&world, cases[i].name, call, &p, world.now, cases[i].want);
	}
}

/* --- 16 and T9: a stolen token, and a damaged message --- */

static void
stolen_token(void **state)
{
	struct wsse_policy p = gw_policy(&world, true);
	struct client_token token = gw_token(&world);
	struct arena *a = world.a;
	struct str call = gw_call(&world, &token), damaged, bst;
	struct cert *stranger = pki_cert("odd/stranger");
	char *value = arena_dup_c(a, between(between(call, "</Assertion>", "</o:Security>"),
					     "<SignatureValue>", "</SignatureValue>"));

	(void)state;
	/* flip one character of the value */
	damaged = arena_dup(a, str_from(value));
	value[10] = value[10] == 'A' ? 'B' : 'A';
	damaged = mutate(a, call, arena_dup_c(a, damaged), value);
	gw_judge(&world, "value damaged", damaged, &p, world.now, SIGNATURE_WRONG);
	gw_judge(&world, "another system's key", resign(call, 1, "systems/KSD", a), &p,
		 world.now, HOLDER_WRONG);
	call = resign(call, 1, "odd/stranger", a);
	gw_judge(&world, "nobody's key", call, &p, world.now, SIGNATURE_WRONG);
	p.tls_cert = cert_der(stranger);
	gw_judge(&world, "the key of the connection", call, &p, world.now, HOLDER_WRONG);
	p.tls_cert = STR_NONE;
	bst = arena_printf(a,
			   "</Assertion><o:BinarySecurityToken xmlns:u='" WSU
			   "' ValueType='http://docs.oasis-open.org/wss/2004/01/oasis-"
			   "200401-wss-x509-token-profile-1.0#X509v3'>" STR_FMT
			   "</o:BinarySecurityToken>",
			   STR_ARG(cert_base64(stranger)));
	gw_judge(&world, "the key of a certificate sent along",
		 mutate(a, call, "</Assertion>", arena_dup_c(a, bst)), &p, world.now,
		 HOLDER_WRONG);
	cert_free(stranger);
}

/* --- 21: replay --- */

static void
replay(void **state)
{
	struct once *once = once_new(100);
	struct wsse_policy p = gw_policy(&world, true);
	struct client_token token = gw_token(&world);
	struct str call = gw_call(&world, &token);
	struct xml_doc *doc;
	struct wsse w;
	struct err e = ERR_INIT;

	(void)state;
	assert_true(gw_verify(&world, call, &p, world.now, &doc, &w, &e));
	assert_true(wsse_claim(&w, once, world.now, &e));
	assert_false(wsse_claim(&w, once, world.now, &e));
	assert_int_equal(e.code, WSA_DUPLICATE);
	wsse_release(&w);
	xml_doc_free(doc);
	once_free(once);
}

static void
both_versions(void **state)
{
	struct wsse_policy p = gw_policy(&world, true);
	struct client_token token = gw_token(&world);
	const struct client_call call = {.to = STR(GW_URL),
					 .action = STR(GW_ACTION),
					 .token = &token,
					 .body = STR(GW_BODY)};
	struct client c = gw_client(&world);
	struct buf b = BUF_INIT(1u << 20);
	struct str id;
	struct err e = ERR_INIT;

	(void)state;
	c.version = SOAP_11;
	assert_true(client_call_write(&c, &call, &b, &id, &e));
	gw_judge(&world, "SOAP 1.1, no ReplyTo, no framework", buf_str(&b), &p, world.now,
		 ERR_NONE);
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_check),    cmocka_unit_test(binding),
		cmocka_unit_test(key_reference), cmocka_unit_test(algorithms),
		cmocka_unit_test(stolen_token),  cmocka_unit_test(replay),
		cmocka_unit_test(both_versions),
	};
	int failed;

	xml_init();
	gw_begin(&world, "wsse-guard");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	gw_end(&world);
	return failed;
}
