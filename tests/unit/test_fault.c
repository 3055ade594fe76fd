/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults, byte for byte: every voice in both versions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "soap/fault.h"
#include "xml/names.h"
#include "xml/parse.h"

#define WSSE "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
#define WSA "http://www.w3.org/2005/08/addressing"
#define REF " (ref: r-1)"
#define F12(inside)                                                                            \
	"<s:Body xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Fault>" inside         \
	"</s:Fault></s:Body>"
#define F11(inside)                                                                            \
	"<s:Body xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Fault>" inside       \
	"</s:Fault></s:Body>"
#define CODE(value, sub) "<s:Code><s:Value>" value "</s:Value>" sub "</s:Code>"
#define SUB(ns, value, sub) "<s:Subcode><s:Value " ns ">" value "</s:Value>" sub "</s:Subcode>"
#define REASON(text) "<s:Reason><s:Text xml:lang=\"en\">" text "</s:Text></s:Reason>"
#define STRING(text) "<faultstring xml:lang=\"en\">" text "</faultstring>"

static const struct {
	const char *name;
	enum err_code code;
	struct str reason;
	enum fault_detail detail;
	enum soap_version version;
	const char *want;
} cases[] = {
	{"sender", XML_MALFORMED, STR_INIT("x"), FAULT_DETAIL_NONE, SOAP_12,
	 F12(CODE("s:Sender", "") REASON("x" REF))},
	{"sender, 1.1",
	 XML_MALFORMED,
	 {NULL, 0},
	 FAULT_DETAIL_NONE,
	 SOAP_11,
	 F11("<faultcode>s:Client</faultcode>" STRING("The message is malformed." REF))},
	{"receiver",
	 STORE_UNAVAILABLE,
	 {NULL, 0},
	 FAULT_DETAIL_STS,
	 SOAP_12,
	 F12(CODE("s:Receiver", "") REASON("The service is temporarily unavailable." REF))},
	{"receiver, 1.1",
	 STORE_UNAVAILABLE,
	 {NULL, 0},
	 FAULT_DETAIL_STS,
	 SOAP_11,
	 F11("<faultcode>s:Server</faultcode>" STRING(
		 "The service is temporarily unavailable." REF))},
	{"version mismatch", SOAP_VERSION_MISMATCH, STR_INIT("x"), FAULT_DETAIL_NONE,
	 SOAP_UNKNOWN, F12(CODE("s:VersionMismatch", "") REASON("x" REF))},
	{"must understand, 1.1", SOAP_MUST_UNDERSTAND, STR_INIT("x"), FAULT_DETAIL_NONE,
	 SOAP_11, F11("<faultcode>s:MustUnderstand</faultcode>" STRING("x" REF))},
	{"security", SECURITY_STRUCTURE, STR_INIT("x"), FAULT_DETAIL_SERVICE, SOAP_12,
	 F12(CODE("s:Sender", SUB("xmlns:wsse=\"" WSSE "\"", "wsse:InvalidSecurity", ""))
		     REASON("x" REF))},
	{"security, 1.1", SECURITY_STRUCTURE, STR_INIT("x"), FAULT_DETAIL_SERVICE, SOAP_11,
	 F11("<faultcode xmlns:wsse=\"" WSSE
	     "\">wsse:InvalidSecurity</faultcode>" STRING("x" REF))},
	{"addressing", WSA_MISSING, STR_INIT("x"), FAULT_DETAIL_NONE, SOAP_12,
	 F12(CODE("s:Sender", SUB("xmlns:wsa=\"" WSA "\"",
				  "wsa:MessageAddressingHeaderRequired", "")) REASON("x" REF))},
	{"addressing, nested", WSA_CARDINALITY, STR_INIT("x"), FAULT_DETAIL_NONE, SOAP_12,
	 F12(CODE("s:Sender", SUB("xmlns:wsa=\"" WSA "\"", "wsa:InvalidAddressingHeader",
				  SUB("xmlns:wsa=\"" WSA "\"", "wsa:InvalidCardinality", "")))
		     REASON("x" REF))},
	{"addressing, nested, 1.1", WSA_CARDINALITY, STR_INIT("x"), FAULT_DETAIL_NONE, SOAP_11,
	 F11("<faultcode xmlns:wsa=\"" WSA
	     "\">wsa:InvalidAddressingHeader</faultcode>" STRING("x" REF))},
	{"framework", FRAMEWORK_VERSION, STR_INIT("x"), FAULT_DETAIL_NONE, SOAP_12,
	 F12(CODE("s:Sender", SUB("xmlns:sbf=\"urn:liberty:sb:2006-08\"",
				  "sbf:FrameworkVersionMismatch", "")) REASON("x" REF))},

	/* business faults: the number is the code, and there is no reference in the text */
	{"business",
	 SERVICE_AGREEMENT_NOT_FOUND,
	 {NULL, 0},
	 FAULT_DETAIL_STS,
	 SOAP_12,
	 F12(CODE("s:5015", "")
		     REASON("ServiceAgreementNotFound") "<s:Detail><StsFaultDetail "
							"xmlns=\"https://sts.kombit.dk/fault\">"
							"<EventId>5015</"
							"EventId><Message>"
							"ServiceAgreementNotFound</Message>"
							"</StsFaultDetail></s:Detail>")},
	{"business, 1.1", STS_APPLIES_TO_UNKNOWN, STR_INIT("no 'a&b' found"), FAULT_DETAIL_STS,
	 SOAP_11,
	 F11("<faultcode>s:5002</faultcode>" STRING(
		 "no 'a&amp;b' found") "<detail><StsFaultDetail "
				       "xmlns=\"https://sts.kombit.dk/fault\">"
				       "<EventId>5002</EventId><Message>no 'a&amp;b' "
				       "found</Message>"
				       "</StsFaultDetail></detail>")},
	{"business, at a service",
	 USERCONTEXT_UNKNOWN,
	 {NULL, 0},
	 FAULT_DETAIL_SERVICE,
	 SOAP_12,
	 F12(CODE("s:5015", "") REASON(
		 "Usercontext doesn't exist on system") "<s:Detail><ServiceplatformFault "
							"xmlns=\"http://serviceplatformen.dk/"
							"xml/schemas/ServiceplatformFault/1/"
							"\"><ErrorList><Error>"
							"<ErrorCode>5015</ErrorCode>"
							"<ErrorText>Usercontext doesn't exist "
							"on system</ErrorText>"
							"</Error></ErrorList></"
							"ServiceplatformFault></s:Detail>")},

	/* what no SOAP client hears is told as a failure of ours */
	{"page", DECRYPT_FAILED, STR_INIT("secret"), FAULT_DETAIL_STS, SOAP_12,
	 F12(CODE("s:Receiver", "") REASON("Internal error." REF))},
	{"plain HTTP",
	 BAD_VALUE,
	 {NULL, 0},
	 FAULT_DETAIL_NONE,
	 SOAP_12,
	 F12(CODE("s:Receiver", "") REASON("Internal error." REF))},
};

static void
bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct fault f = {
			.row = err_row(cases[i].code),
			.reason = cases[i].reason,
			.request_id = STR("r-1"),
			.detail = cases[i].detail,
		};
		struct arena *a = arena_new();
		struct buf b = BUF_INIT(1u << 16);
		struct xml_out *o = xml_out_new(a, &b);

		xml_out_apex(o, "s", cases[i].version == SOAP_11 ? NS_SOAP11 : NS_SOAP12,
			     "Body");
		fault_write(&f, cases[i].version, "s", o);
		xml_out_close(o);
		if (!str_eq_c(buf_str(&b), cases[i].want))
			fail_msg("%s:\n%.*s\n%s", cases[i].name, STR_ARG(buf_str(&b)),
				 cases[i].want);
		buf_release(&b);
		arena_free(a);
	}
}

static void
business_faults_are_signed(void **state)
{
	(void)state;
	for (int code = ERR_NONE + 1; code < ERR_COUNT; code++) {
		const struct err_row *row = err_row((enum err_code)code);

		assert_int_equal(fault_is_signed(row), row->voice == VOICE_BUSINESS);
	}
	assert_true(fault_is_signed(err_row(STS_CERT_UNKNOWN)));
	assert_false(fault_is_signed(err_row(SIGNATURE_WRONG)));
}

/* What public clients compare with, byte for byte. */
static void
texts_that_clients_match(void **state)
{
	const struct {
		enum err_code code;
		const char *number, *text;
	} rows[] = {
		{SERVICE_AGREEMENT_NOT_FOUND, "5015", "ServiceAgreementNotFound"},
		{SERVICE_AGREEMENT_SUSPENDED, "5015", "ServiceAgreementSuspended"},
		{SERVICE_AGREEMENT_EXPIRED, "5015", "ServiceAgreementExpired"},
		{SERVICE_AGREEMENT_ROLE_MISSING, "5015", "ServiceAgreementRoleMissing"},
		{USERCONTEXT_UNKNOWN, "5015", "Usercontext doesn't exist on system"},
		{STS_CLAIM_MISSING, "5015",
		 "It is expected that the received STR must contain a CVR claim. Please check "
		 "to make sure it includes the CVR claim."},
		{STS_CERT_UNKNOWN, "5607", NULL},
		{STS_CERT_REFUSED, "5607", NULL},
		{STS_APPLIES_TO_UNKNOWN, "5002", NULL},
		{RST_MALFORMED, "103", NULL},
		{RST_UNSUPPORTED, "110", NULL},
		{STS_AUDIT_FAILED, "106", NULL},
		{STS_UNEXPECTED, "100", "Unexpected error."},
		{STS_CONFIGURATION, "111", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct err_row *row = err_row(rows[i].code);

		assert_string_equal(row->code, rows[i].number);
		if (rows[i].text)
			assert_string_equal(row->text, rows[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes),
		cmocka_unit_test(business_faults_are_signed),
		cmocka_unit_test(texts_that_clients_match),
	};

	xml_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
