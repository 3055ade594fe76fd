/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a login must not get past: states of authorities, of both their own users and their
 * roles. Source: administration contract 3.0.2, 3.1; context-handler contract 5.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/log.h"
#include "gateway/bridge_state.h"
#include "gateway/cookies.h"
#include "gateway/file.h"
#include "gateway/known_peers.h"
#include "saml/attributes.h"
#include "tests/unit/pki.h"
#include "tests/unit/saml_forge.h"
#include "trust/apply.h"
#include "xml/names.h"

#define KORSBAEK                                                                               \
	"{ cvr = \"11111111\"; navn = \"Korsbæk Kommune\"; rolledomaene = "                   \
	"\"korsbaek.example\"; %s }"
#define HAVNEBY                                                                                \
	"{ cvr = \"22222222\"; navn = \"Havneby Kommune\"; rolledomaene = "                    \
	"\"havneby.example\"; %s }"
#define USUAL                                                                                  \
	{                                                                                      \
		.forge = NULL                                                                  \
	}

static struct saml_world world;

static void
put_file(struct saml_world *w, const char *name, struct str text)
{
	struct err e = ERR_INIT;

	assert_true(file_write(arena_printf(w->a, "%s/%s", w->folder, name).ptr, text, &e));
}

/* Puts a text over what is known, as `sluse apply` does; "" or what is wrong with it. */
static struct str
apply(struct saml_world *w, struct str text)
{
	struct known_peers_rules rules = {.is_development = true, .now = w->now};
	struct apply_options options = {.actor = STR_INIT("cli:test"),
					.development = true,
					.peers = known_peers_check,
					.peers_arg = &rules};
	struct apply_report report = {.count = {0}};
	const char *paths[] = {arena_printf(w->a, "%s/more.conf", w->folder).ptr};
	struct str problems;
	struct err e = ERR_INIT;
	bool changed;

	put_file(w, "more.conf", text);
	if (!apply_files(w->app->store, paths, 1, &options, &report, &e))
		assert_int_equal(e.code, APPLY_INVALID);
	problems = arena_dup(w->a, buf_str(&report.problems));
	apply_report_release(&report);
	err_clear(&e);
	assert_true(trust_refresh(w->app->trust, &changed, &e));
	return problems;
}

static void
know_more(struct saml_world *w, struct str text)
{
	struct str problems = apply(w, text);

	if (problems.len > 0)
		fail_msg(STR_FMT, STR_ARG(problems));
}

static void
set_authorities(struct saml_world *w, const char *korsbaek, const char *havneby)
{
	know_more(w, arena_printf(w->a, "myndigheder = ( " KORSBAEK ", " HAVNEBY " );",
				  korsbaek, havneby));
}

static void
log_in(struct saml_world *w, const struct idp_answer *x)
{
	login_begin(w, &(struct system_ask){.relay_state = "r"});
	idp_post(w, idp_text(w, x), NULL);
}

/* [administration 3.1] users of a suspended authority, at once and in a session they have */
static void
suspended_authority(void **state)
{
	static const char *const states[] = {
		"tilstand = \"suspenderet\";",
		"tilstand = \"nedlagt\";",
		"tilstand = \"oprettet\";",
		"gyldigTil = \"2020-01-01\";",
	};
	struct saml_world *w = &world;
	size_t at;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		set_authorities(w, "", "");
		w->jar.count = 0;
		log_in(w, &(struct idp_answer)USUAL);
		login_expect(w, "in force", "");
		/* the session would answer */
		set_authorities(w, states[i], "");
		system_send(w, &(struct system_ask){.relay_state = "r"});
		assert_int_equal(w->status, 200);
		assert_true(str_find(posted_response(w), STR("status:RequestDenied"), &at));
		assert_false(str_find(posted_response(w), STR("Assertion "), &at));
		w->jar.count = 0;
		log_in(w, &(struct idp_answer)USUAL);
		login_expect(w, states[i], "CH-30");
	}
	set_authorities(w, "", "");
}

/* A role that a suspended authority has delegated gives nothing. */
static void
suspended_owner_of_a_role(void **state)
{
	static const struct idp_answer x = {
		.roles = "<bpp:PrivilegeList "
			 "xmlns:bpp=\"http://itst.dk/oiosaml/basic_privilege_profile\">"
			 "<PrivilegeGroup "
			 "Scope=\"urn:dk:gov:saml:cvrNumberIdentifier:22222222\"><Privilege>"
			 "http://havneby.example/roles/jobrole/vagt/1</Privilege>"
			 "</PrivilegeGroup></bpp:PrivilegeList>"};
	struct saml_world *w = &world;
	struct message_trees t = {.count = 0};
	struct response_facts f;
	struct str value;
	struct err e = ERR_INIT;

	(void)state;
	for (int i = 0; i < 2; i++) {
		set_authorities(w, "", i ? "tilstand = \"suspenderet\";" : "");
		w->jar.count = 0;
		log_in(w, &x);
		system_verify(w, SYSTEM_ID, SYSTEM_ACS, &t, &f);
		assert_true(attribute_single(f.assertion, ATTR3_PRIVILEGES, &value, &e));
		assert_int_equal(str_is_set(value), i == 0);
		message_trees_release(&t);
	}
	set_authorities(w, "", "");
}

/* X38: another authority's name, told as a persistent one, whose O nobody compared. */
static void
x38_persistent_name(void **state)
{
	static const struct {
		const char *name, *value, *want;
	} rows[] = {
		{"of another authority", "C=DK,O=22222222,CN=x,Serial=y", "CH-30"},
		{"two serials", "C=DK,O=11111111,CN=x,Serial=y,Serial=z", "CH-26"},
		{"serial alone", "x, Serial = y", "CH-26"},
		{"line end", "x&#10;y", "CH-26"},
		{"ours", "C=DK,O=11111111,CN=x,Serial=y", ""},
		{"a URI",
		 "https://data.gov.dk/model/core/eid/professional/uuid/"
		 "6f1f0a3e-1c9b-4a52-9a7e-0d5a4b8c2e11",
		 ""},
	};
	struct saml_world *w = &world;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		w->jar.count = 0;
		log_in(w, &(struct idp_answer){
				  .assertion = {{USER_NAME, rows[i].value},
						{"SAML:1.1:nameid-format:X509SubjectName",
						 "SAML:2.0:nameid-format:persistent"}}});
		login_expect(w, rows[i].name, rows[i].want);
	}
}

static void
put_metadata(struct saml_world *w, enum saml_role role, const char *entity_id,
	     const struct signer *signer)
{
	AUTO(buf_release) struct buf xml = BUF_INIT(1 << 20);
	struct metadata_small m = {.role = role,
				   .entity_id = str_from(entity_id),
				   .location = STR("https://c.example/saml"),
				   .organisation = STR("Test"),
				   .signer = signer};
	struct err e = ERR_INIT;

	assert_true(metadata_publish_small(&m, w->a, &xml, &e));
	put_file(w, "c.xml", buf_str(&xml));
}

#define SYSTEM_C                                                                               \
	"systemer = ( { id = \"C\"; navn = \"C\"; ejer = \"33333333\"; %s brugervendt = {"     \
	" entityId = \"https://c.example\"; oiosamlProfil = \"OIOSAML3\";"                     \
	" metadata = { fil = \"c.xml\"; }; }; } );"
#define IDP_C                                                                                  \
	"idps = ( { id = \"https://c.example\"; navn = \"C\"; oiosamlProfil = \"OIOSAML3\";"   \
	" %s metadata = { fil = \"c.xml\"; }; } );"

/* X74, X77: another's key or another's metadata does not become known. */
static void
x77_keys_of_others(void **state)
{
	AUTO(signer_freep) struct signer *esdh = pki_signer("systems/ESDH");
	AUTO(signer_freep) struct signer *expired = pki_signer("odd/expired");
	struct saml_world *w = &world;
	char path[PKI_PATH_BYTES], full[PATH_MAX];
	const char *sapa =
		arena_printf(w->a, "anvender = { certifikater = ( { fil = \"%s\"; } ); };",
			     realpath(pki_path(path, "systems/SAPA/cert.pem"), full))
			.ptr;
	const struct {
		const char *name, *text, *entity_id, *more;
		const struct signer *signer;
		const char *want;
	} rows[] = {
		{"key of an IdP", SYSTEM_C, "https://c.example", "", w->idp, "has the key of"},
		{"key of a system", SYSTEM_C, "https://c.example", "", w->system,
		 "has the key of A"},
		{"IdP with the key of an IdP", IDP_C, "https://c.example", "", w->idp2,
		 "has the key of " IDP2_ID},
		{"IdP with the key of a system", IDP_C, "https://c.example", "", w->system,
		 "has the key of A"},
		{"expired", SYSTEM_C, "https://c.example", "", expired, "has expired"},
		{"of another entity", SYSTEM_C, "https://c.example/", "", esdh,
		 "another entity's"},
		{"its own", SYSTEM_C, "https://c.example", sapa, esdh, ""},
		{"key that a system calls services with", IDP_C, "https://d.example", "",
		 w->stranger, "has the key of C"},
		{"again", SYSTEM_C, "https://c.example", sapa, esdh, ""},
	};
	size_t at;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bool is_idp = rows[i].text[0] == 'i';
		struct str problems, text = str_from(rows[i].text);

		text = swap_text(w, text, "%s", rows[i].more);

		if (str_eq_c(STR("https://d.example"), rows[i].entity_id))
			text = swap_text(w, text, "https://c.example", "https://d.example");
		put_metadata(w, is_idp ? SAML_ROLE_IDP : SAML_ROLE_SYSTEM, rows[i].entity_id,
			     rows[i].signer);
		problems = apply(w, text);
		if (*rows[i].want == 0 ? problems.len > 0
				       : !str_find(problems, str_from(rows[i].want), &at))
			fail_msg("%s: '" STR_FMT "'", rows[i].name, STR_ARG(problems));
	}
}

static struct str
cookie_value(const struct saml_world *w, const char *name)
{
	for (size_t i = 0; i < w->jar.count; i++)
		if (str_eq_c(str_from(name), w->jar.items[i].name))
			return str_from(w->jar.items[i].value);
	return STR_NONE;
}

/* What a call read before another call ended it is not brought back by what it writes. */
static void
ended_meanwhile(void **state)
{
	struct saml_world *w = &world;
	struct store *store = w->app->store;
	struct session session;
	struct pending pending;
	struct str before, used;
	struct bridge_write write = {.now = w->now};
	struct err e = ERR_INIT;

	(void)state;
	w->jar.count = 0;
	log_in(w, &(struct idp_answer)USUAL);
	login_expect(w, "first", "");
	before = arena_dup(w->a, cookie_value(w, COOKIE_SESSION));
	assert_true(session_find(store, before, w->now, w->a, &session, &e));
	assert_true(pending_find(store, w->handle, w->now, w->a, &pending, &e));
	/* single sign-on, as long as the session is there */
	write.keep = &session;
	assert_true(bridge_commit(store, &write, &e));
	/* X70: a new login gives the session another name; the old one is dead and stays so */
	login_begin(w, &(struct system_ask){.attributes = "ForceAuthn=\"true\""});
	idp_post(w, idp_text(w, &(struct idp_answer)USUAL), NULL);
	login_expect(w, "second", "");
	assert_false(str_eq(before, cookie_value(w, COOKIE_SESSION)));
	assert_false(bridge_commit(store, &write, &e));
	assert_int_equal(e.code, SAML_LOGIN_UNKNOWN);
	err_clear(&e);
	assert_false(session_find(store, before, w->now, w->a, &session, &e));
	/* a choice that was made while the answer came does not open the login again */
	used = pending.used;
	assert_true(str_is_set(used));
	pending.used = STR_NONE;
	write = (struct bridge_write){.now = w->now, .open = &pending};
	err_clear(&e);
	assert_false(bridge_commit(store, &write, &e));
	assert_int_equal(e.code, SAML_LOGIN_UNKNOWN);
	err_clear(&e);
	assert_true(pending_find(store, pending.handle, w->now, w->a, &pending, &e));
	assert_true(str_eq(pending.used, used));
}

static struct buf said = BUF_INIT(4 << 20);

static void
hear(struct str line)
{
	buf_add(&said, line);
	buf_add_char(&said, '\n');
}

static bool
hear_row(const struct audit_row *row, void *arg, struct err *e)
{
	const struct str texts[] = {row->action, row->result, row->actor,     row->cvr,
				    row->object, row->detail, row->request_id};

	(void)arg;
	(void)e;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		hear(texts[i]);
	return true;
}

/* X80: neither log nor audit trail says who it was, and a line stays a line. */
static void
x80_personal_data(void **state)
{
	static const char *const never[] = {
		"Agnete",      "Opdigtet",    "agnete@korsbaek", "0101701234", "010170-1234",
		"mads skjern", "Mads Skjern", "\nevent=",        "\x1b",
	};
	static const struct change usual_format[2] = {{"SAML:1.1:nameid-format:X509SubjectName",
						       "SAML:2.0:nameid-format:persistent"}};
	struct saml_world *w = &world;
	struct audit_filter f = {.from = INSTANT_MIN, .to = INSTANT_MAX};
	struct reading *r;
	struct err e = ERR_INIT;
	size_t at;
	struct idp_answer answers[] = {
		USUAL,
		{.assertion = {{"Serial=6f1f0a3e-1c9b-4a52-9a7e-0d5a4b8c2e11",
				"Serial=0101701234"}}},
		{.assertion = {{"Serial=6f1f0a3e-1c9b-4a52-9a7e-0d5a4b8c2e11",
				"Serial=010170-1234"}}},
		{.assertion = {{USER_NAME, "Mads Skjern"}, usual_format[0]}},
		{.assertion = {{USER_NAME, "Mads Skjern"}}},
		{.assertion = {{"O=11111111", "O=22222222"}}},
		{.assertion = {{">11111111<", ">0101701234<"}}},
		{.unsigned_assertion = true},
		{.response = {{"status:Success", "status:Mads Skjern\nevent=x"}}},
		{.response = {{"status:Success\">",
			       "status:Responder\"><samlp:StatusCode Value=\"Mads Skjern\"></"
			       "samlp:StatusCode>"}}},
		{.assertion = {{"SAML:1.1:nameid-format:X509SubjectName", "Mads Skjern"}}},
		{.roles = "0101701234"},
		{.roles = "<bpp:PrivilegeList "
			  "xmlns:bpp=\"http://itst.dk/oiosaml/basic_privilege_profile\">"
			  "<PrivilegeGroup Scope=\"urn:dk:gov:saml:cprNumberIdentifier:"
			  "0101701234\"><Privilege>0101701234</Privilege></PrivilegeGroup>"
			  "</bpp:PrivilegeList>"},
	};

	(void)state;
	log_setup(LOG_LEVEL_DEBUG, LOG_FORMAT_TEXT, false);
	log_set_sink(hear);
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		w->jar.count = 0;
		log_in(w, &answers[i]);
		/* X85: nor does an error page */
		if (w->status != 200)
			for (size_t k = 0; k < ARRAY_LEN(never); k++)
				assert_false(str_find(w->page, str_from(never[k]), &at));
	}
	system_send(w, &(struct system_ask){.issuer = "x\nevent=login.ok&#x85;"});
	log_set_sink(NULL);
	log_setup(LOG_LEVEL_ERROR, LOG_FORMAT_TEXT, false);
	assert_true(str_find(buf_str(&said), STR("login.refused"), &at));
	assert_true(store_read(w->app->store, &r, &e));
	assert_true(store_audit_each(r, &f, hear_row, NULL, &e));
	store_read_end(r);
	assert_true(str_find(buf_str(&said), STR("11111111|mac:"), &at));
	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		if (str_find(buf_str(&said), str_from(never[i]), &at))
			fail_msg("%s: %.200s", never[i], said.ptr + (at > 100 ? at - 100 : 0));
	buf_release(&said);
}

/* What a copy of the database holds of a user: nothing without his cookie. */
static void
x80_copy_of_the_database(void **state)
{
	static const char *const files[] = {"sluse.db", "sluse.db-wal"};
	static const char *const never[] = {"Agnete", "Opdigtet", "agnete@korsbaek",
					    "0101701234", "QWduZXRl" /* Agnete in base64 */};
	struct saml_world *w = &world;
	struct err e = ERR_INIT;
	size_t at, bytes = 0;

	(void)state;
	w->jar.count = 0;
	log_in(w, &(struct idp_answer)USUAL);
	login_expect(w, "in", "");
	w->jar.count = 0;
	log_in(w, &(struct idp_answer){
			  .assertion = {{"Serial=6f1f0a3e-1c9b-4a52-9a7e-0d5a4b8c2e11",
					 "Serial=0101701234"}}});
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct str text;

		assert_true(file_read(arena_printf(w->a, "%s/%s", w->folder, files[i]).ptr,
				      256UL << 20, &text, &e));
		bytes += text.len;
		for (size_t k = 0; k < ARRAY_LEN(never); k++)
			if (str_find(text, str_from(never[k]), &at))
				fail_msg("%s: %s", files[i], never[k]);
		file_free(&text);
	}
	assert_true(bytes > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(suspended_authority),
		cmocka_unit_test(suspended_owner_of_a_role),
		cmocka_unit_test(x38_persistent_name),
		cmocka_unit_test(x77_keys_of_others),
		cmocka_unit_test(ended_meanwhile),
		cmocka_unit_test(x80_personal_data),
		cmocka_unit_test(x80_copy_of_the_database),
	};

	return saml_world_run(&world, "guard", true, tests, ARRAY_LEN(tests));
}
