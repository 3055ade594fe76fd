/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a system is told: both attribute styles, each profile, every translation between an
 * IdP's style and a system's, and nothing that is not on the list.
 * Source: context-handler contract 2.5, 3, 5.6.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/encoding.h"
#include "saml/attributes.h"
#include "saml/nameid.h"
#include "tests/unit/saml_world.h"
#include "xml/names.h"

#define A(n, v)                                                                                \
	"<saml:Attribute Name=\"" n "\"><saml:AttributeValue>" v                               \
	"</saml:AttributeValue></saml:Attribute>"
#define D "dk:gov:saml:attribute:"
#define M "https://data.gov.dk/model/core/"
#define C "https://data.gov.dk/concept/core/nsis/"
#define A2                                                                                     \
	A(D "SpecVer", "DK-SAML-2.0")                                                          \
	A(D "AssuranceLevel", "3") A(D "CvrNumberIdentifier", "11111111")
#define A3                                                                                     \
	A(M "specVersion", "OIO-SAML-3.0")                                                     \
	A(C "loa", "Substantial") A(M "eid/professional/cvr", "11111111")
#define PERSONAL                                                                               \
	A(M "eid/email", "agnete@korsbaek.example")                                            \
	A(M "eid/cprNumber", "0000000000")                                                     \
	A(M "eid/professional/uuid/persistent", "6f1f0a3e-1c9b-4a52-9a7e-0d5a4b8c2e11")        \
	A(M "eid/fullName", "Agnete Opdigtet")                                                 \
	A("http://other.example/secret", "x")                                                  \
	A(M "eid/bootstrapToken", "x") A(M "eid/professional/orgName", "IdP's own name")
#define PERSONAL2                                                                              \
	A("urn:oid:2.5.4.3", "Agnete Opdigtet")                                                \
	A("urn:oid:0.9.2342.19200300.100.1.3", "a@b.example")                                  \
	A(D "CprNumberIdentifier", "0000000000") A("http://other.example/secret", "x")
#define IDP2_STYLE                                                                             \
	"oiosamlProfil = \"OIOSAML2\"; niveau = 3; kenderRoller = true; "                      \
	"kontekster = [ \"11111111\" ];"
#define X509 "urn:oasis:names:tc:SAML:2.0:ac:classes:X509"

struct want {
	const char *name, *value; /* NULL: absent; "*": any */
};

static const struct {
	const char *name;
	const char *system, *idp, *attributes;
	const char *page; /* NULL: the login works */
	const char *class_ref;
	bool signed_response;
	struct want want[10];
} cases[] = {
	{"3 to 3, KOMBIT",
	 "oiosamlProfil = \"OIOSAML3\"; nsisNiveau = \"Low\";",
	 NULL,
	 A3 PERSONAL,
	 NULL,
	 C "loa/Substantial",
	 false,
	 {{M "specVersion", "OIO-SAML-3.0"},
	  {D "KombitSpecVer", "2.0"},
	  {C "loa", "Substantial"},
	  {M "eid/professional/cvr", "11111111"},
	  {M "eid/professional/orgName", "Korsbæk Kommune"},
	  {M "eid/email", "agnete@korsbaek.example"},
	  {M "eid/privilegesIntermediate", "*"}}},
	{"3 to 3, without personal data",
	 "oiosamlProfil = \"OIOSAML3\"; nsisNiveau = \"Low\"; "
	 "attributProfil = \"KOMBIT_WITHOUT_PERSONAL_DATA\";",
	 NULL,
	 A3 PERSONAL,
	 NULL,
	 C "loa/Substantial",
	 false,
	 {{M "specVersion", "OIO-SAML-3.0"},
	  {D "KombitSpecVer", "2.0"},
	  {C "loa", "Substantial"},
	  {M "eid/professional/cvr", "11111111"},
	  {M "eid/professional/orgName", "Korsbæk Kommune"},
	  {M "eid/privilegesIntermediate", "*"}}},
	{"3 to 3, SEB",
	 "oiosamlProfil = \"OIOSAML3\"; nsisNiveau = \"Low\"; attributProfil = \"SEB\";",
	 NULL,
	 A3 PERSONAL,
	 NULL,
	 C "loa/Substantial",
	 false,
	 {{M "specVersion", "OIO-SAML-3.0"},
	  {D "KombitSpecVer", "2.0"},
	  {C "loa", "Substantial"},
	  {M "eid/professional/cvr", "11111111"},
	  {M "eid/professional/orgName", "Korsbæk Kommune"},
	  {M "eid/email", "agnete@korsbaek.example"},
	  {M "eid/privilegesIntermediate", "*"},
	  {M "eid/professional/uuid/persistent", "6f1f0a3e-1c9b-4a52-9a7e-0d5a4b8c2e11"},
	  {M "eid/fullName", "Agnete Opdigtet"},
	  {M "eid/cprNumber", "0000000000"}}},
	{"3 to 2",
	 "oiosamlProfil = \"OIOSAML2\"; niveau = 3;",
	 NULL,
	 A3 PERSONAL,
	 NULL,
	 X509,
	 true,
	 {{D "SpecVer", "DK-SAML-2.0"},
	  {D "KombitSpecVer", "1.0"},
	  {D "AssuranceLevel", "3"},
	  {D "CvrNumberIdentifier", "11111111"},
	  {D "Privileges_intermediate", "*"}}},
	{"2 to 2",
	 "oiosamlProfil = \"OIOSAML2\"; niveau = 3;",
	 IDP2_STYLE,
	 A2 PERSONAL2,
	 NULL,
	 X509,
	 true,
	 {{D "SpecVer", "DK-SAML-2.0"},
	  {D "KombitSpecVer", "1.0"},
	  {D "AssuranceLevel", "3"},
	  {D "CvrNumberIdentifier", "11111111"},
	  {D "Privileges_intermediate", "*"}}},
	{"2 to 2, SEB",
	 "oiosamlProfil = \"OIOSAML2\"; niveau = 3; attributProfil = \"SEB\";",
	 IDP2_STYLE,
	 A2 PERSONAL2,
	 NULL,
	 X509,
	 true,
	 {{D "SpecVer", "DK-SAML-2.0"},
	  {D "KombitSpecVer", "1.0"},
	  {D "AssuranceLevel", "3"},
	  {D "CvrNumberIdentifier", "11111111"},
	  {D "Privileges_intermediate", "*"},
	  {D "CprNumberIdentifier", "0000000000"},
	  {"urn:oid:2.5.4.3", "Agnete Opdigtet"},
	  {"urn:oid:0.9.2342.19200300.100.1.3", "a@b.example"}}},
	{"2 to 3, registered on the old scale",
	 "oiosamlProfil = \"OIOSAML3\"; niveau = 3;",
	 IDP2_STYLE,
	 A2 PERSONAL2,
	 NULL,
	 X509,
	 false,
	 {{M "specVersion", "OIO-SAML-3.0"},
	  {D "KombitSpecVer", "2.0"},
	  {D "AssuranceLevel", "3"},
	  {M "eid/professional/cvr", "11111111"},
	  {M "eid/professional/orgName", "Korsbæk Kommune"},
	  {M "eid/email", "a@b.example"},
	  {M "eid/privilegesIntermediate", "*"}}},
	{"2 to 3, which wants NSIS",
	 "oiosamlProfil = \"OIOSAML3\"; nsisNiveau = \"Substantial\";",
	 "oiosamlProfil = \"OIOSAML2\"; nsisNiveau = \"Substantial\"; kenderRoller = true; "
	 "kontekster = [ \"11111111\" ];",
	 A(D "AssuranceLevel", "2") A(D "CvrNumberIdentifier", "11111111"),
	 "CH-29",
	 NULL,
	 false,
	 {{NULL, NULL}}},
	{"no role is required",
	 "oiosamlProfil = \"OIOSAML3\"; nsisNiveau = \"Low\"; kraevRolle = true;",
	 NULL,
	 A3,
	 NULL,
	 C "loa/Substantial",
	 false,
	 {{M "specVersion", "*"},
	  {D "KombitSpecVer", "*"},
	  {C "loa", "*"},
	  {M "eid/professional/cvr", "*"},
	  {M "eid/professional/orgName", "*"},
	  {M "eid/privilegesIntermediate", "*"}}},
};

static struct saml_world world;

/* The system's own view of the answer. */
static void
verified(const char *name, struct message_trees *t, struct response_facts *f)
{
	(void)name;
	system_verify(&world, SYSTEM_ID, SYSTEM_ACS, t, f);
}

static void
check_attributes(size_t i, const struct assertion *t)
{
	size_t count = 0;
	struct str value;
	struct err e = ERR_INIT;

	for (; count < ARRAY_LEN(cases[i].want) && cases[i].want[count].name; count++) {
		const struct want *want = &cases[i].want[count];

		assert_true(attribute_single(t, str_from(want->name), &value, &e));
		if (!str_is_set(value) ||
		    (strcmp(want->value, "*") != 0 && !str_eq_c(value, want->value)))
			fail_msg("%s: %s is '" STR_FMT "'", cases[i].name, want->name,
				 STR_ARG(value));
	}
	if (t->attribute_count != count)
		fail_msg("%s: %zu attributes, not %zu", cases[i].name, t->attribute_count,
			 count);
}

static void
what_systems_get(void **state)
{
	struct saml_world *w = &world;
	struct message_trees t = {.count = 0};
	struct response_facts f;
	struct str posted;
	size_t at;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		saml_world_know(w, cases[i].system, cases[i].idp,
				"oiosamlProfil = \"OIOSAML3\";");
		w->jar.count = 0;
		login_begin(w, &(struct system_ask){.relay_state = "r"});
		idp_post(w,
			 idp_text(w, &(struct idp_answer){.attributes = cases[i].attributes}),
			 NULL);
		if (cases[i].page) {
			assert_string_equal(page_code(w), cases[i].page);
			continue;
		}
		verified(cases[i].name, &t, &f);
		check_attributes(i, f.assertion);
		if (!str_eq_c(f.assertion->class_ref, cases[i].class_ref))
			fail_msg("%s: " STR_FMT, cases[i].name,
				 STR_ARG(f.assertion->class_ref));
		/* [contract 2.5] */
		assert_int_equal(f.assertion->authn_count, 1);
		assert_int_equal(f.assertion->statement_count, 1);
		assert_int_equal(f.assertion->confirmation_count, 1);
		assert_false(f.assertion->confirmations[0].has_not_before);
		assert_int_equal(f.assertion->session_index.len, 24);
		assert_true(str_eq(f.name.value, STR(USER_NAME)));
		assert_false(str_is_set(f.name.name_qualifier));
		posted = posted_response(w);
		assert_true(str_find(posted, STR("</saml:Issuer><"), &at));
		assert_int_equal(
			str_has_prefix(str_skip(posted, at), STR("</saml:Issuer><Signature")),
			cases[i].signed_response);
		assert_int_equal(str_find(posted, STR("AuthenticatingAuthority"), &at),
				 strstr(cases[i].system, "OIOSAML3") != NULL);
		message_trees_release(&t);
	}
}

static struct str
privileges(struct response_facts *f)
{
	struct str text, xml;
	struct err e = ERR_INIT;

	assert_true(
		attribute_either(f->assertion, ATTR3_PRIVILEGES, ATTR_PRIVILEGES, &text, &e));
	assert_true(base64_decode(text, BASE64_STRICT, world.a, &xml, &e));
	return xml;
}

/* The namespace goes by the system's profile, unless it is told otherwise. */
static void
namespaces(void **state)
{
	static const struct {
		const char *system, *ns;
	} rows[] = {
		{"oiosamlProfil = \"OIOSAML3\";", "http://digst.dk/"},
		{"oiosamlProfil = \"OIOSAML2\";", "http://itst.dk/"},
		{"oiosamlProfil = \"OIOSAML3\"; bppNavnerum = \"itst\";", "http://itst.dk/"},
		{"oiosamlProfil = \"OIOSAML2\"; bppNavnerum = \"digst\";", "http://digst.dk/"},
	};
	struct message_trees t = {.count = 0};
	struct response_facts f;
	size_t at;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		saml_world_know(&world, rows[i].system, NULL, "oiosamlProfil = \"OIOSAML3\";");
		world.jar.count = 0;
		login_begin(&world, &(struct system_ask){.relay_state = "r"});
		idp_post(&world, idp_text(&world, &(struct idp_answer){.forge = NULL}), NULL);
		verified(rows[i].system, &t, &f);
		if (!str_find(privileges(&f), str_from(rows[i].ns), &at))
			fail_msg("%s: " STR_FMT, rows[i].system, STR_ARG(privileges(&f)));
		message_trees_release(&t);
	}
}

static void
names_and_recipients(void **state)
{
	struct saml_world *w = &world;
	struct message_trees t = {.count = 0};
	struct response_facts f;
	size_t at;

	(void)state;
	saml_world_know(w, "oiosamlProfil = \"OIOSAML3\"; nameIdForm = \"persistent\";", NULL,
			"oiosamlProfil = \"OIOSAML3\";");
	w->jar.count = 0;
	login_begin(w, &(struct system_ask){.relay_state = "r"});
	idp_post(w, idp_text(w, &(struct idp_answer){.forge = NULL}), NULL);
	verified("persistent", &t, &f);
	assert_true(str_eq(f.name.format, NAMEID_PERSISTENT));
	assert_true(str_has_prefix(f.name.value, NAMEID_UUID_PREFIX));
	message_trees_release(&t);
	saml_world_know(w, "oiosamlProfil = \"OIOSAML3\"; nameIdForm = \"transient\";", NULL,
			"oiosamlProfil = \"OIOSAML3\";");
	system_send(w, &(struct system_ask){.relay_state = "r"});
	verified("transient", &t, &f);
	assert_true(str_eq(f.name.format, NAMEID_TRANSIENT));
	message_trees_release(&t);
	saml_world_know(w, "oiosamlProfil = \"OIOSAML2\"; modtagerErEntityId = true;", NULL,
			"oiosamlProfil = \"OIOSAML3\";");
	system_send(w, &(struct system_ask){.relay_state = "r"});
	assert_true(str_find(posted_response(w), STR("Recipient=\"" SYSTEM_ID "\""), &at));
}

static void
no_role_at_all(void **state)
{
	struct saml_world *w = &world;
	struct idp_answer none = {.roles = ""};
	struct message_trees t = {.count = 0};
	struct response_facts f;
	size_t at;

	(void)state;
	saml_world_know(w, NULL, NULL, "oiosamlProfil = \"OIOSAML3\";");
	w->jar.count = 0;
	login_begin(w, &(struct system_ask){.relay_state = "r"});
	idp_post(w, idp_text(w, &none), NULL);
	verified("no role", &t, &f);
	assert_null(assertion_attribute(f.assertion, ATTR3_PRIVILEGES, &at));
	message_trees_release(&t);
	saml_world_know(w, "oiosamlProfil = \"OIOSAML3\"; kraevRolle = true;", NULL,
			"oiosamlProfil = \"OIOSAML3\";");
	w->jar.count = 0;
	login_begin(w, &(struct system_ask){.relay_state = "r"});
	idp_post(w, idp_text(w, &none), NULL);
	login_expect(w, "a role is required", "CH-33");
	assert_true(str_find(posted_response(w), STR("status:RequestDenied"), &at));
}

/* [contract 4.6] a missing value ends the login; T2 on the page */
static void
a_missing_value(void **state)
{
	static const char roles[] =
		"<PrivilegeList xmlns=\"http://itst.dk/oiosaml/basic_privilege_profile\">"
		"<PrivilegeGroup "
		"Scope=\"urn:dk:gov:saml:cvrNumberIdentifier:11111111\"><Privilege>"
		"http://korsbaek.example/roles/jobrole/sagsbehandler/1</Privilege>"
		"</PrivilegeGroup></PrivilegeList>";
	struct saml_world *w = &world;
	size_t at;

	(void)state;
	saml_world_know(w, NULL, NULL, "oiosamlProfil = \"OIOSAML3\";");
	w->jar.count = 0;
	login_begin(w, &(struct system_ask){.relay_state = "r"});
	idp_post(w, idp_text(w, &(struct idp_answer){.roles = roles}), NULL);
	login_expect(w, "missing value", "CH-32");
	assert_true(str_find(posted_response(w), STR("status:RequestDenied"), &at));
	assert_int_equal(audit_count(w, "SAML_ROLE_VALUE"), 1);
}

/* The system's own, held by its own key; what the IdP sent under that name goes nowhere. */
static void
a_bootstrap_token(void **state)
{
	static const char *const wanted[] = {
		"<Audience>" HUB_STS "</Audience>",
		"Recipient=\"" HUB_STS "\"",
		"<Issuer Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:entity\">" HUB_ID
		"<",
		">" USER_NAME "</NameID>",
		"<AttributeValue>11111111<",
		"<AttributeValue>3<",
	};
	struct message_trees t = {.count = 0};
	struct str text, token;
	struct response_facts f;
	struct err e = ERR_INIT;
	size_t at, before = audit_count(&world, "ok");

	(void)state;
	saml_world_know(
		&world,
		"oiosamlProfil = \"OIOSAML3\"; nsisNiveau = \"Low\"; "
		"bootstrapToken = true; attributProfil = \"KOMBIT_WITHOUT_PERSONAL_DATA\";",
		NULL, "oiosamlProfil = \"OIOSAML3\";");
	world.jar.count = 0;
	login_begin(&world, &(struct system_ask){.relay_state = "r"});
	idp_post(&world, idp_text(&world, &(struct idp_answer){.attributes = A3 PERSONAL}),
		 NULL);
	verified("bootstrap", &t, &f);
	assert_true(attribute_either(f.assertion, ATTR3_BOOTSTRAP, ATTR3_BOOTSTRAP, &text, &e));
	assert_true(base64_decode(text, BASE64_STRICT, world.a, &token, &e));
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		if (!str_find(token, str_from(wanted[i]), &at))
			fail_msg("%s: " STR_FMT, wanted[i], STR_ARG(token));
	assert_true(str_find(token, cert_base64(signer_cert(world.system)), &at));
	/* no role, no attribute of the user's */
	assert_false(str_find(token, STR("rivilege"), &at));
	assert_false(str_find(token, STR("korsbaek.example"), &at));
	assert_int_equal(audit_count(&world, "ok"), before + 1);
	message_trees_release(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_systems_get),     cmocka_unit_test(namespaces),
		cmocka_unit_test(names_and_recipients), cmocka_unit_test(no_role_at_all),
		cmocka_unit_test(a_missing_value),      cmocka_unit_test(a_bootstrap_token),
	};

	return saml_world_run(&world, "grant", false, tests, ARRAY_LEN(tests));
}
