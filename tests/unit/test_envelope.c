/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Envelopes taken apart, and addressing headers: what passes, and each twin that does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/limits.h"
#include "soap/addressing.h"
#include "soap/dispatch.h"
#include "soap/envelope.h"
#include "xml/names.h"
#include "xml/parse.h"

#define S11 "http://schemas.xmlsoap.org/soap/envelope/"
#define S12 "http://www.w3.org/2003/05/soap-envelope"
#define WSSE "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
#define ENV(s, header, body)                                                                   \
	"<s:Envelope xmlns:s='" s "' xmlns:a='http://www.w3.org/2005/08/addressing' "          \
	"xmlns:o='" WSSE "' xmlns:f='urn:liberty:sb:2006-08' xmlns:g='urn:liberty:sb' "        \
	"xmlns:h='http://kombit.dk/xml/schemas/RequestHeader/1/'>"                             \
	"<s:Header>" header "</s:Header><s:Body>" body "</s:Body></s:Envelope>"
#define ENV12(header) ENV(S12, header, "<x/>")
#define ENV11(header) ENV(S11, header, "<x/>")
#define ANON "http://www.w3.org/2005/08/addressing/anonymous"
#define ACTION "<a:Action>urn:act</a:Action>"
#define ID "<a:MessageID>urn:uuid:1</a:MessageID>"
#define BASIC ACTION ID "<o:Security/>"
#define EPR(name, address) "<a:" name "><a:Address>" address "</a:Address></a:" name ">"

static const struct xml_limits limits = {1u << 20, 100, 10000, true};

struct opened {
	struct arena *a;
	struct xml_doc *doc;
	struct envelope env;
	struct err e;
};

static bool
open_text(struct opened *o, struct str text)
{
	*o = (struct opened){.a = arena_new()};
	if (!xml_parse(text, &limits, &o->doc, &o->e))
		fail_msg("test text: %s", o->e.detail);
	return envelope_read(xml_root(o->doc), o->a, &o->env, &o->e);
}

static void
close_text(struct opened *o)
{
	xml_doc_free(o->doc);
	arena_free(o->a);
}

static const struct {
	const char *name;
	struct str text;
	enum err_code want;
} structure_cases[] = {
	{"SOAP 1.2", STR_INIT(ENV12(BASIC)), ERR_NONE},
	{"SOAP 1.1", STR_INIT(ENV11(BASIC)), ERR_NONE},
	{"white space everywhere",
	 STR_INIT("<s:Envelope xmlns:s='" S12 "'>\n <s:Header>\n </s:Header>\n <s:Body>\n "
		  "<x/>\n </s:Body>\n</s:Envelope>"),
	 ERR_NONE},
	{"comment in Body", STR_INIT(ENV(S12, BASIC, "<!-- c --><x><!-- c --></x>")), ERR_NONE},
	{"comment in Header", STR_INIT(ENV12(BASIC "<!-- c -->")), XML_FORBIDDEN},
	{"comment deep in Header", STR_INIT(ENV12(BASIC "<y><z><!-- c --></z></y>")),
	 XML_FORBIDDEN},
	{"unknown version", STR_INIT(ENV("urn:soap:3", BASIC, "<x/>")), SOAP_VERSION_MISMATCH},
	{"no namespace", STR_INIT("<Envelope/>"), SOAP_VERSION_MISMATCH},
	{"another root", STR_INIT("<s:Body xmlns:s='" S12 "'/>"), SOAP_VERSION_MISMATCH},
	{"empty envelope", STR_INIT("<s:Envelope xmlns:s='" S12 "'/>"), SOAP_STRUCTURE},
	{"no Header",
	 STR_INIT("<s:Envelope xmlns:s='" S12 "'><s:Body><x/></s:Body></s:Envelope>"),
	 SOAP_STRUCTURE},
	{"no Body", STR_INIT("<s:Envelope xmlns:s='" S12 "'><s:Header/></s:Envelope>"),
	 SOAP_STRUCTURE},
	{"Body before Header",
	 STR_INIT("<s:Envelope xmlns:s='" S12
		  "'><s:Body><x/></s:Body><s:Header/></s:Envelope>"),
	 SOAP_STRUCTURE},
	{"two Headers",
	 STR_INIT("<s:Envelope xmlns:s='" S12
		  "'><s:Header/><s:Header/><s:Body><x/></s:Body></s:Envelope>"),
	 SOAP_STRUCTURE},
	{"two Bodies",
	 STR_INIT("<s:Envelope xmlns:s='" S12
		  "'><s:Header/><s:Body><x/></s:Body><s:Body><x/></s:Body></s:Envelope>"),
	 SOAP_STRUCTURE},
	{"element after Body",
	 STR_INIT("<s:Envelope xmlns:s='" S12
		  "'><s:Header/><s:Body><x/></s:Body><y/></s:Envelope>"),
	 SOAP_STRUCTURE},
	{"Header of another version",
	 STR_INIT("<s:Envelope xmlns:s='" S12 "' xmlns:t='" S11
		  "'><t:Header/><s:Body><x/></s:Body></s:Envelope>"),
	 SOAP_STRUCTURE},
	{"empty Body", STR_INIT(ENV(S12, BASIC, "")), SOAP_STRUCTURE},
	{"two in Body", STR_INIT(ENV(S12, BASIC, "<x/><y/>")), SOAP_STRUCTURE},
	{"text in Body", STR_INIT(ENV(S12, BASIC, "text<x/>")), SOAP_STRUCTURE},
	{"text in Header", STR_INIT(ENV12(BASIC "text")), SOAP_STRUCTURE},

	{"unknown header", STR_INIT(ENV12(BASIC "<y/>")), ERR_NONE},
	{"unknown header, mustUnderstand 0", STR_INIT(ENV12(BASIC "<y s:mustUnderstand='0'/>")),
	 ERR_NONE},
	{"unknown header, mustUnderstand 1", STR_INIT(ENV12(BASIC "<y s:mustUnderstand='1'/>")),
	 SOAP_MUST_UNDERSTAND},
	{"unknown header, mustUnderstand true",
	 STR_INIT(ENV12(BASIC "<y s:mustUnderstand=' true '/>")), SOAP_MUST_UNDERSTAND},
	{"unknown header in 1.1, mustUnderstand 1",
	 STR_INIT(ENV11(BASIC "<y s:mustUnderstand='1'/>")), SOAP_MUST_UNDERSTAND},
	{"unknown wsa header", STR_INIT(ENV12(BASIC "<a:Strange s:mustUnderstand='1'/>")),
	 SOAP_MUST_UNDERSTAND},
	{"mustUnderstand of no version", STR_INIT(ENV12(BASIC "<y mustUnderstand='1'/>")),
	 ERR_NONE},
	{"mustUnderstand is no boolean", STR_INIT(ENV12(BASIC "<y s:mustUnderstand='yes'/>")),
	 SOAP_STRUCTURE},
	{"for somebody else",
	 STR_INIT(ENV12(BASIC "<y s:mustUnderstand='1' s:role='urn:other'/>")), ERR_NONE},
	{"for the next",
	 STR_INIT(ENV12(BASIC "<y s:mustUnderstand='1' s:role='" S12 "/role/next'/>")),
	 SOAP_MUST_UNDERSTAND},
	{"for the last",
	 STR_INIT(ENV12(BASIC "<y s:mustUnderstand='1' s:role='" S12
			      "/role/ultimateReceiver'/>")),
	 SOAP_MUST_UNDERSTAND},
	{"known headers, all mandatory",
	 STR_INIT(ENV12("<a:Action s:mustUnderstand='1'>x</a:Action>"
			"<o:Security s:mustUnderstand='1'/>"
			"<f:Framework s:mustUnderstand='1' version='2.0'/>"
			"<h:RequestHeader s:mustUnderstand='1'/>")),
	 ERR_NONE},
	{"old framework, mandatory",
	 STR_INIT(ENV12("<g:Framework s:mustUnderstand='1' version='2.0'/>")), ERR_NONE},
};

static void
structure(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(structure_cases); i++) {
		struct opened o;
		bool ok = open_text(&o, structure_cases[i].text);

		if (ok != (structure_cases[i].want == ERR_NONE) ||
		    o.e.code != structure_cases[i].want)
			fail_msg("%s: %s (%s)", structure_cases[i].name,
				 ok ? "taken" : err_row(o.e.code)->name, o.e.detail);
		close_text(&o);
	}
}

static const struct {
	const char *name;
	struct str text;
	enum err_code want;
} addressing_cases[] = {
	{"least", STR_INIT(ENV12(BASIC)), ERR_NONE},
	{"all",
	 STR_INIT(ENV12(BASIC "<a:To>urn:to</a:To>" EPR("ReplyTo", ANON) EPR("From", "urn:x")
				EPR("FaultTo", ANON) "<a:RelatesTo>urn:1</a:RelatesTo>")),
	 ERR_NONE},
	{"ReplyTo indented",
	 STR_INIT(
		 ENV12(BASIC "<a:ReplyTo>\n  <a:Address>\n" ANON "\n</a:Address></a:ReplyTo>")),
	 ERR_NONE},
	{"FaultTo none",
	 STR_INIT(ENV12(BASIC EPR("FaultTo", "http://www.w3.org/2005/08/addressing/none"))),
	 ERR_NONE},
	{"no Action", STR_INIT(ENV12(ID)), WSA_MISSING},
	{"no MessageID", STR_INIT(ENV12(ACTION)), WSA_MISSING},
	{"none", STR_INIT(ENV12("")), WSA_MISSING},
	{"two Actions", STR_INIT(ENV12(BASIC ACTION)), WSA_CARDINALITY},
	{"two MessageIDs", STR_INIT(ENV12(BASIC ID)), WSA_CARDINALITY},
	{"two Tos", STR_INIT(ENV12(BASIC "<a:To>x</a:To><a:To>x</a:To>")), WSA_CARDINALITY},
	{"two ReplyTos", STR_INIT(ENV12(BASIC EPR("ReplyTo", ANON) EPR("ReplyTo", ANON))),
	 WSA_CARDINALITY},
	{"two RelatesTos",
	 STR_INIT(ENV12(BASIC "<a:RelatesTo>x</a:RelatesTo><a:RelatesTo>y</a:RelatesTo>")),
	 WSA_CARDINALITY},
	{"empty Action", STR_INIT(ENV12("<a:Action> </a:Action>" ID)), WSA_INVALID},
	{"element in Action", STR_INIT(ENV12("<a:Action>urn:a<y/>ct</a:Action>" ID)),
	 WSA_INVALID},
	{"empty MessageID", STR_INIT(ENV12(ACTION "<a:MessageID/>")), WSA_INVALID},
	{"space in MessageID", STR_INIT(ENV12(ACTION "<a:MessageID>urn: 1</a:MessageID>")),
	 WSA_INVALID},
	{"space around MessageID", STR_INIT(ENV12(ACTION "<a:MessageID>\nurn:1</a:MessageID>")),
	 WSA_INVALID},
	{"empty To", STR_INIT(ENV12(BASIC "<a:To/>")), WSA_INVALID},
	{"ReplyTo without address", STR_INIT(ENV12(BASIC "<a:ReplyTo/>")), WSA_INVALID},
	{"ReplyTo with two addresses",
	 STR_INIT(ENV12(BASIC "<a:ReplyTo><a:Address>" ANON "</a:Address><a:Address>" ANON
			      "</a:Address></a:ReplyTo>")),
	 WSA_INVALID},
	{"ReplyTo elsewhere", STR_INIT(ENV12(BASIC EPR("ReplyTo", "http://evil.example/"))),
	 WSA_ANONYMOUS_ONLY},
	{"ReplyTo none",
	 STR_INIT(ENV12(BASIC EPR("ReplyTo", "http://www.w3.org/2005/08/addressing/none"))),
	 WSA_ANONYMOUS_ONLY},
	{"FaultTo elsewhere", STR_INIT(ENV12(BASIC EPR("FaultTo", "http://evil.example/"))),
	 WSA_ANONYMOUS_ONLY},
	{"framework", STR_INIT(ENV12(BASIC "<f:Framework version='2.0'/>")), ERR_NONE},
	{"framework, old namespace", STR_INIT(ENV12(BASIC "<g:Framework version='2.0'/>")),
	 ERR_NONE},
	{"framework of another version", STR_INIT(ENV12(BASIC "<f:Framework version='1.0'/>")),
	 FRAMEWORK_VERSION},
	{"framework without version", STR_INIT(ENV12(BASIC "<f:Framework/>")),
	 FRAMEWORK_VERSION},
};

static void
addressing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(addressing_cases); i++) {
		struct opened o;
		bool ok;

		assert_true(open_text(&o, addressing_cases[i].text));
		ok = addressing_check(&o.env, &o.e);
		if (ok != (addressing_cases[i].want == ERR_NONE) ||
		    o.e.code != addressing_cases[i].want)
			fail_msg("%s: %s (%s)", addressing_cases[i].name,
				 ok ? "taken" : err_row(o.e.code)->name, o.e.detail);
		close_text(&o);
	}
}

static void
message_id_has_a_length(void **state)
{
	(void)state;
	for (int chars = LIMIT_MESSAGE_ID_CHARS; chars <= LIMIT_MESSAGE_ID_CHARS + 1; chars++) {
		struct buf b = BUF_INIT(1u << 16);
		struct opened o;

		buf_add_c(&b,
			  "<s:Envelope xmlns:s='" S12
			  "' xmlns:a='http://www.w3.org/2005/08/addressing'><s:Header>" ACTION
			  "<a:MessageID>");
		/* two bytes a character: characters count */
		for (int i = 0; i < chars; i++)
			buf_add_c(&b, "\xc3\xa6");
		buf_add_c(&b, "</a:MessageID></s:Header><s:Body><x/></s:Body></s:Envelope>");
		assert_true(open_text(&o, buf_str(&b)));
		assert_int_equal(addressing_check(&o.env, &o.e),
				 chars == LIMIT_MESSAGE_ID_CHARS);
		close_text(&o);
		buf_release(&b);
	}
}

static void
header_blocks_are_counted(void **state)
{
	(void)state;
	for (int blocks = LIMIT_SOAP_HEADERS; blocks <= LIMIT_SOAP_HEADERS + 1; blocks++) {
		struct buf b = BUF_INIT(1u << 16);
		struct opened o;

		buf_add_c(&b, "<s:Envelope xmlns:s='" S12 "'><s:Header>");
		for (int i = 0; i < blocks; i++)
			buf_add_c(&b, "<y/>");
		buf_add_c(&b, "</s:Header><s:Body><x/></s:Body></s:Envelope>");
		assert_int_equal(open_text(&o, buf_str(&b)), blocks == LIMIT_SOAP_HEADERS);
		assert_int_equal(o.e.code, blocks == LIMIT_SOAP_HEADERS ? ERR_NONE : XML_LIMIT);
		close_text(&o);
		buf_release(&b);
	}
}

static void
what_is_read(void **state)
{
	struct opened o;

	(void)state;
	assert_true(open_text(
		&o, STR(ENV11(BASIC "<o:Security s:actor='urn:other'/><a:To>urn:to</a:To>"
				    "<h:RequestHeader><h:TransactionUUID> t-1 "
				    "</h:TransactionUUID></h:RequestHeader>"))));
	assert_int_equal(o.env.version, SOAP_11);
	assert_true(str_eq(o.env.ns, NS_SOAP11));
	assert_int_equal(o.env.security_count, 1);
	assert_true(xml_is(o.env.security, NS_WSSE, "Security"));
	assert_true(str_eq_c(o.env.action.value, "urn:act"));
	assert_true(str_eq_c(o.env.message_id.value, "urn:uuid:1"));
	assert_true(str_eq_c(o.env.to.value, "urn:to"));
	assert_true(str_eq_c(o.env.transaction, "t-1"));
	assert_true(xml_is(o.env.body_child, STR_NONE, "x"));
	close_text(&o);
}

/* A fault has to name the message that it answers, whatever was wrong with it. */
static void
message_id_survives_a_refusal(void **state)
{
	static const char *const texts[] = {
		ENV(S12, BASIC, ""),
		ENV(S12, BASIC, "<x/><y/>"),
		ENV12("<y s:mustUnderstand='1'/>" BASIC),
		ENV12("<y s:mustUnderstand='perhaps'/>" BASIC),
		ENV12("<!-- c -->" BASIC),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct opened o;

		assert_false(open_text(&o, str_from(texts[i])));
		assert_int_equal(o.env.version, SOAP_12);
		assert_true(str_eq_c(o.env.message_id.value, "urn:uuid:1"));
		close_text(&o);
	}
}

static void
actions_fit(void **state)
{
	struct opened o;
	struct err e = ERR_INIT;

	(void)state;
	assert_true(open_text(&o, STR(ENV12(BASIC))));
	assert_true(addressing_fits(&o.env, STR("urn:act"), true, &e));
	assert_false(addressing_fits(&o.env, STR("urn:ACT"), true, &e));
	assert_int_equal(e.code, WSA_ACTION_MISMATCH);
	err_clear(&e);
	assert_false(addressing_fits(&o.env, STR("urn:other"), false, &e));
	assert_int_equal(e.code, WSA_ACTION_UNSUPPORTED);
	close_text(&o);
}

static void
destinations(void **state)
{
	static const struct {
		const char *name, *to;
		bool has_hosts, is_fit;
	} cases[] = {
		{"not looked at", "urn:anything", false, true},
		{"anonymous", ANON, true, true},
		{"as called", "https://org.example/a/6", true, true},
		{"port, case, slash, query", "https://ORG.example:8443/A/6/?x", true, true},
		{"the second name", "https://b.example/a/6", true, true},
		{"another host", "https://evil.example/a/6", true, false},
		{"a host that begins the same", "https://org.example.evil/a/6", true, false},
		{"user in front", "https://org.example@evil.example/a/6", true, false},
		{"another path", "https://org.example/a/5", true, false},
		{"no path", "https://org.example", true, false},
		{"no URL", "urn:org.example/a/6", true, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *a = arena_new();
		struct str text =
			arena_printf(a, ENV(S12, BASIC "<a:To>%s</a:To>", "<x/>"), cases[i].to);
		struct str hosts =
			cases[i].has_hosts ? STR("org.example, b.example") : STR_NONE;
		struct opened o;
		bool ok;

		assert_true(open_text(&o, text));
		ok = addressing_check_to(&o.env, STR("/a/6"), hosts, &o.e);
		if (ok != cases[i].is_fit || (!ok && o.e.code != WSA_DESTINATION))
			fail_msg("%s", cases[i].name);
		close_text(&o);
		arena_free(a);
	}
}

static const char *const aliases[] = {"/a/alias/6", NULL};
static const struct soap_op ops[] = {
	{.name = "laes", .input = "LaesInput", .action = "urn:laes"},
	{.name = "list", .input = "ListInput", .action = "urn:list"},
};
static const struct soap_service first = {.name = "A",
					  .path = "/a/enhed/6",
					  .aliases = aliases,
					  .ns = "urn:a",
					  .ops = ops,
					  .op_count = ARRAY_LEN(ops)};
static const struct soap_service second = {.name = "B", .path = "/b/enhed/6", .ns = "urn:b"};

static void
services_are_found_by_path(void **state)
{
	const struct soap_service *const all[] = {&first, &second};
	const struct {
		struct str path;
		const struct soap_service *want;
	} cases[] = {
		{STR("/a/enhed/6"), &first},
		{STR("/a/enhed/6/"), &first},
		{STR("/A/Enhed/6"), &first},
		{STR("/a/alias/6/"), &first},
		{STR("/b/enhed/6"), &second},
		{STR("/a/enhed/6//"), NULL},
		{STR("/a/enhed/5"), NULL},
		{STR("a/enhed/6"), NULL},
		{STR("/a/enhed/6?wsdl"), NULL},
		{STR("/"), NULL},
		{STR(""), NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (soap_service_find(all, ARRAY_LEN(all), cases[i].path) != cases[i].want)
			fail_msg("%.*s", STR_ARG(cases[i].path));
}

static void
operations_are_found_by_name(void **state)
{
	const struct {
		struct str text;
		const struct soap_op *want;
	} cases[] = {
		{STR(ENV(S12, BASIC, "<LaesInput xmlns='urn:a'/>")), &ops[0]},
		{STR(ENV(S12, BASIC, "<q:ListInput xmlns:q='urn:a'/>")), &ops[1]},
		{STR(ENV(S12, BASIC, "<LaesInput xmlns='urn:b'/>")), NULL},
		{STR(ENV(S12, BASIC, "<LaesInput/>")), NULL},
		{STR(ENV(S12, BASIC, "<laesInput xmlns='urn:a'/>")), NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct opened o;

		assert_true(open_text(&o, cases[i].text));
		assert_ptr_equal(soap_op_find(&first, o.env.body_child), cases[i].want);
		close_text(&o);
	}
	assert_ptr_equal(soap_op_by_action(&first, STR("urn:list")), &ops[1]);
	assert_null(soap_op_by_action(&first, STR("urn:List")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(structure),
		cmocka_unit_test(addressing),
		cmocka_unit_test(message_id_has_a_length),
		cmocka_unit_test(header_blocks_are_counted),
		cmocka_unit_test(what_is_read),
		cmocka_unit_test(message_id_survives_a_refusal),
		cmocka_unit_test(actions_fit),
		cmocka_unit_test(destinations),
		cmocka_unit_test(services_are_found_by_path),
		cmocka_unit_test(operations_are_found_by_name),
	};

	xml_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
