/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Answers in the shape that clients verify: order of headers, of what is signed, how the key is
 * named; faults signed and bare. Then the other side: what our client refuses to believe.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/limits.h"
#include "tests/unit/guard_world.h"
#include "tests/unit/mutate.h"
#include "tests/unit/resign.h"
#include "tests/unit/xmlsec_oracle.h"
#include "wstrust/answer.h"
#include "xml/names.h"
#include "xml/parse.h"

static struct guard_world world;
static struct envelope request; /* answered to */

static struct answer
answer_of(bool is_service)
{
	return (struct answer){
		.is_service = is_service,
		.env = &request,
		.signer = is_service ? world.service : world.sts,
		.request_id = STR("r-1"),
		.now = world.now,
		.a = world.a,
	};
}

static void
reset_request(void)
{
	request = (struct envelope){.version = SOAP_12, .ns = NS_SOAP12};
	request.message_id.value = STR("uuid:1 & 2");
	request.transaction = STR("t-1");
}

static struct str
take(struct buf *b)
{
	struct str out = arena_dup(world.a, buf_str(b));

	buf_release(b);
	return out;
}

static struct str
token_answer(void)
{
	struct client_token t = gw_token(&world);
	const struct issued issued = {
		.id = t.id, .xml = t.xml, .from = world.now, .until = world.now + HOURS(2)};
	const struct rst rst = {.context = STR("c"), .applies_to = STR(GW_AUDIENCE)};
	struct answer an = answer_of(false);
	struct buf b = BUF_INIT(1u << 20);
	struct err e = ERR_INIT;

	if (!answer_token(&an, &rst, &issued, &b, &e))
		fail_msg("%s", e.detail);
	return take(&b);
}

static struct str
service_answer(void)
{
	AUTO(compose_release) struct compose m;
	struct answer an = answer_of(true);
	struct xml_out *o = answer_begin(&an, &m);
	struct buf b = BUF_INIT(1u << 20);
	struct err e = ERR_INIT;

	xml_out_apex(o, "", STR("urn:test:a"), "LaesOutput");
	xml_out_close(o);
	if (!answer_send(&an, &m, o, STR("urn:test:laesResponse"), &b, &e))
		fail_msg("%s", e.detail);
	return take(&b);
}

static struct str
fault_answer(bool is_service, enum err_code code)
{
	struct answer an = answer_of(is_service);
	const struct fault f = {.row = err_row(code),
				.request_id = STR("r-1"),
				.detail = is_service ? FAULT_DETAIL_SERVICE : FAULT_DETAIL_STS};
	struct buf b = BUF_INIT(1u << 20);

	answer_fault(&an, &f, &b);
	return take(&b);
}

/* The marks stand in the text in this order. */
static void
in_order(const char *name, struct str text, const char *const *marks)
{
	size_t at;

	for (; *marks; marks++) {
		if (!str_find(text, str_from(*marks), &at))
			fail_msg("%s: %s is missing or out of order", name, *marks);
		text = str_skip(text, at + str_from(*marks).len);
	}
}

static bool
holds(struct str text, const char *what)
{
	size_t at;

	return str_find(text, str_from(what), &at);
}

static const char *const of_token[] = {
	"<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Header>",
	"<a:Action ",
	"u:Id=\"_2\"",
	"s:mustUnderstand=\"1\"",
	">http://docs.oasis-open.org/ws-sx/ws-trust/200512/RSTRC/IssueFinal</a:Action>",
	"<a:RelatesTo ",
	"u:Id=\"_3\">uuid:1 &amp; 2</a:RelatesTo>",
	"<o:Security ",
	"s:mustUnderstand=\"1\">",
	"<u:Timestamp ",
	"u:Id=\"_4\"",
	"<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\">",
	"\"#_1\"",
	"\"#_2\"",
	"\"#_3\"",
	"\"#_4\"",
	"<KeyInfo>",
	"#X509SubjectKeyIdentifier\">",
	"</o:Security></s:Header><s:Body ",
	"u:Id=\"_1\">",
	"<t:RequestSecurityTokenResponseCollection ",
	NULL};

static const char *const of_service[] = {
	"<soap:Envelope xmlns:soap=\"http://www.w3.org/2003/05/soap-envelope\"><soap:Header>",
	"<f:Framework xmlns:f=\"urn:liberty:sb:2006-08\"",
	"u:Id=\"h5\"",
	"<a:Action ",
	"urn:test:laesResponse",
	"<a:MessageID ",
	"urn:uuid:",
	"<a:To ",
	"/addressing/anonymous",
	"<a:RelatesTo ",
	"uuid:1 &amp; 2",
	"<o:Security ",
	"<o:BinarySecurityToken ",
	"u:Id=\"b1\">",
	"<u:Timestamp ",
	"<Signature ",
	"\"#t1\"",
	"\"#body\"",
	"\"#h2\"",
	"\"#h4\"",
	"\"#h1\"",
	"\"#h3\"",
	"\"#h5\"",
	"\"#b1\"",
	"<KeyInfo>",
	"URI=\"#b1\"",
	"</o:Security><h:RequestHeader ",
	">t-1</h:TransactionUUID></h:RequestHeader></soap:Header><soap:Body ",
	NULL};

static void
shapes(void **state)
{
	static const char framework[] = "<f:Framework xmlns:f='urn:liberty:sb:2006-08'/>";
	static const struct xml_limits limits = {1u << 16, 10, 100, false};
	struct xml_doc *doc = NULL;
	struct err e = ERR_INIT;
	struct str text;

	(void)state;
	reset_request();
	in_order("token", token_answer(), of_token);
	assert_true(xml_parse(str_from(framework), &limits, &doc, &e));
	request.framework = xml_root(doc);
	in_order("service", service_answer(), of_service);
	request.framework = NULL;
	xml_doc_free(doc);
	text = service_answer();
	assert_false(holds(text, "Framework") || holds(text, "#h5"));
	/* a new transaction where there was none */
	request.transaction = STR_NONE;
	assert_int_equal(between(service_answer(), "<h:TransactionUUID>", "<").len, 36);
}

static void
faults(void **state)
{
	static const char *const signed_sts[] = {
		"RST/Fault</a:Action>",         "<a:RelatesTo ", "<o:Security ", "<Signature ",
		"#X509SubjectKeyIdentifier\">", "<s:Fault>",     "s:5015",       NULL};
	static const char *const signed_service[] = {"/addressing/soap/fault</a:Action>",
						     "<a:MessageID ",
						     "<a:RelatesTo ",
						     "<o:BinarySecurityToken ",
						     "<Signature ",
						     "<s:Fault>",
						     "s:5015",
						     NULL};
	static const char *const bare_service[] = {"/addressing/soap/fault</a:Action>",
						   "<a:MessageID ",
						   "<a:RelatesTo ",
						   "<o:Security ",
						   "</u:Timestamp></o:Security>",
						   "<s:Fault>",
						   "wsse:FailedCheck",
						   "(ref: r-1)",
						   NULL};
	static const char *const bare_addressing[] = {
		"/addressing/fault</a:Action>", "<s:Fault>", "wsa:ActionNotSupported", NULL};
	static const char *const bare_sts[] = {"/addressing/soap/fault</a:Action>",
					       "<a:RelatesTo ", "</s:Header>",
					       "wsse:FailedCheck", NULL};
	struct str text;

	(void)state;
	reset_request();
	in_order("signed, token service", fault_answer(false, SERVICE_AGREEMENT_NOT_FOUND),
		 signed_sts);
	in_order("signed, service", fault_answer(true, SERVICE_AGREEMENT_NOT_FOUND),
		 signed_service);
	text = fault_answer(true, SIGNATURE_WRONG);
	in_order("bare, service", text, bare_service);
	assert_false(holds(text, "<Signature"));
	in_order("bare, addressing", fault_answer(true, WSA_ACTION_UNSUPPORTED),
		 bare_addressing);
	text = fault_answer(false, SIGNATURE_WRONG);
	in_order("bare, token service", text, bare_sts);
	assert_false(holds(text, "<o:Security") || holds(text, "<Signature"));

	/* the request could not be read at all */
	request = (struct envelope){0};
	text = fault_answer(true, XML_MALFORMED);
	assert_true(holds(text, "http://www.w3.org/2003/05/soap-envelope"));
	assert_false(holds(text, "RelatesTo"));
	request.version = SOAP_11;
	assert_true(holds(fault_answer(true, XML_MALFORMED), "<faultcode>s:Client<"));
}

/* --- what nobody here wrote agrees with every signature of ours --- */

static void
xmlsec_agrees(void **state)
{
	const struct str sts = cert_der(signer_cert(world.sts));
	const struct str service = cert_der(signer_cert(world.service));
	const struct str ky = cert_der(signer_cert(world.ky));
	struct client_token t = gw_token(&world);
	struct str text = token_answer();

	(void)state;
	reset_request();
	xmlsec_oracle_init();
	assert_true(xmlsec_oracle(t.xml, 0, sts));
	assert_true(xmlsec_oracle(text, 0, sts));
	assert_true(xmlsec_oracle(text, 1, sts));
	assert_false(xmlsec_oracle(text, 0, service));
	assert_true(xmlsec_oracle(service_answer(), 0, service));
	assert_true(xmlsec_oracle(fault_answer(true, USERCONTEXT_UNKNOWN), 0, service));
	assert_true(xmlsec_oracle(fault_answer(false, USERCONTEXT_UNKNOWN), 0, sts));
	request.version = SOAP_11;
	assert_true(xmlsec_oracle(fault_answer(false, USERCONTEXT_UNKNOWN), 0, sts));
	assert_true(xmlsec_oracle(gw_request(&world), 0, ky));
	text = gw_call(&world, &t);
	assert_true(xmlsec_oracle(text, 0, sts));
	assert_true(xmlsec_oracle(text, 1, ky));
	assert_false(xmlsec_oracle(mutate(world.a, text, GW_ACTION, "urn:test:list"), 1, ky));
}

/* --- what our client believes --- */

static void
believe(const char *name, struct str text, const struct cert *by, enum err_code want)
{
	struct client c = gw_client(&world);
	struct client_answer answer;
	struct err e = ERR_INIT;
	bool ok = client_answer_read(&c, text, by, STR("urn:m:1"), &answer, &e);

	if (ok != (want == ERR_NONE) || e.code != want)
		fail_msg("%s: %s (%s)", name, ok ? "believed" : err_row(e.code)->name,
			 e.detail);
}

static struct str
without(struct str text, const char *id)
{
	struct arena *a = world.a;
	char *from = arena_dup_c(a, arena_printf(a, "<Reference URI=\"#%s\">", id));
	struct str inside = between(text, from, "</Reference>");

	return mutate(a, text,
		      arena_dup_c(a, arena_printf(a, "%s" STR_FMT "</Reference>", from,
						  STR_ARG(inside))),
		      "");
}

static void
client_believes(void **state)
{
	const struct cert *by = signer_cert(world.service);
	struct arena *a = world.a;
	struct str text;

	(void)state;
	reset_request();
	request.message_id.value = STR("urn:m:1");
	text = service_answer();
	believe("as it is", text, by, ERR_NONE);
	believe("by another", text, signer_cert(world.sts), SIGNATURE_WRONG);
	believe("Body changed", mutate(a, text, "\"urn:test:a\"", "\"urn:test:b\""), by,
		DIGEST_WRONG);
	believe("to another message", mutate(a, text, ">urn:m:1<", ">urn:m:2<"), by,
		ANSWER_UNRELATED);
	believe("MessageID changed", mutate(a, text, ">urn:uuid:", ">urn:uuie:"), by,
		DIGEST_WRONG);
	believe("Body not signed", resign(without(text, "body"), 0, "platform/organisation", a),
		by, MESSAGE_NOT_COVERED);
	believe("Timestamp not signed",
		resign(without(text, "t1"), 0, "platform/organisation", a), by,
		MESSAGE_NOT_COVERED);
	believe("RelatesTo not signed",
		resign(without(text, "h4"), 0, "platform/organisation", a), by,
		MESSAGE_NOT_COVERED);
	believe("MessageID not signed",
		resign(without(text, "h2"), 0, "platform/organisation", a), by,
		MESSAGE_NOT_COVERED);
	believe("a fault", fault_answer(true, SIGNATURE_WRONG), by, ERR_NONE);
	world.now += HOURS(1);
	believe("an hour later", text, by, MESSAGE_EXPIRED);
	world.now -= HOURS(1);
}

static void
client_reads_tokens(void **state)
{
	struct client c = gw_client(&world);
	struct arena *a = world.a;
	struct client_answer answer;
	struct client_token t;
	struct err e = ERR_INIT;

	(void)state;
	reset_request();
	request.message_id.value = STR("urn:m:1");
	assert_true(client_answer_read(&c, token_answer(), signer_cert(world.sts),
				       STR("urn:m:1"), &answer, &e));
	assert_true(client_token_read(&c, &answer, signer_cert(world.sts), &t, &e));
	assert_true(str_has_prefix(t.xml, STR("<Assertion ")));
	assert_false(client_token_read(&c, &answer, signer_cert(world.service), &t, &e));
	err_clear(&e);
	answer.body = mutate(a, answer.body, ">11111111<", ">22222222<");
	assert_false(client_token_read(&c, &answer, signer_cert(world.sts), &t, &e));
	assert_int_equal(e.code, DIGEST_WRONG);
	err_clear(&e);
	answer.body = STR("<x/>");
	assert_false(client_token_read(&c, &answer, signer_cert(world.sts), &t, &e));
	assert_int_equal(e.code, TOKEN_INVALID);
}

static void
client_reads_faults(void **state)
{
	static const struct {
		enum soap_version version;
		enum err_code row;
		const char *code, *reason;
	} cases[] = {
		{SOAP_12, SIGNATURE_WRONG, "FailedCheck",
		 "The signature does not verify. (ref: r-1)"},
		{SOAP_11, SIGNATURE_WRONG, "FailedCheck",
		 "The signature does not verify. (ref: r-1)"},
		{SOAP_12, WSA_DUPLICATE, "DuplicateMessageID",
		 "The message was received before. (ref: r-1)"},
		{SOAP_11, SERVICE_AGREEMENT_NOT_FOUND, "5015", "ServiceAgreementNotFound"},
		{SOAP_12, STORE_BUSY, "Receiver",
		 "The service is temporarily unavailable. (ref: r-1)"},
	};
	struct client c = gw_client(&world);

	(void)state;
	reset_request();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct client_answer answer;
		struct err e = ERR_INIT;

		request.version = cases[i].version;
		assert_true(client_answer_read(&c, fault_answer(true, cases[i].row),
					       signer_cert(world.service), STR("urn:m:1"),
					       &answer, &e));
		assert_true(answer.is_fault);
		assert_true(str_eq_c(answer.code, cases[i].code));
		assert_true(str_eq_c(answer.reason, cases[i].reason));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shapes),
		cmocka_unit_test(faults),
		cmocka_unit_test(xmlsec_agrees),
		cmocka_unit_test(client_believes),
		cmocka_unit_test(client_reads_tokens),
		cmocka_unit_test(client_reads_faults),
	};
	int failed;

	xml_init();
	gw_begin(&world, "answer");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	gw_end(&world);
	return failed;
}
