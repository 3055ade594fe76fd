/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signatures. What is made verifies here, by xmlsec as a library and by the xmlsec1 command.
 * For verification each row changes a good message in one way; rows that are marked so are then
 * signed again by an attacker who has the key, so that nothing but the rule itself can refuse
 * them. Whatever we accept, xmlsec must accept too.
 */
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "c14n_oracle.h"
#include "mutate.h"
#include "pki.h"
#include "resign.h"
#include "signed_message.h"
#include "xml/names.h"
#include "xmlsec_oracle.h"

#define DSIG "http://www.w3.org/2000/09/xmldsig#"
#define MORE "http://www.w3.org/2001/04/xmldsig-more#"
#define EXC "http://www.w3.org/2001/10/xml-exc-c14n#"
#define C14N "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
#define WSS10 "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"

#define REF_BODY "<Reference URI=\"#body\">"
#define T_EXC "<Transform Algorithm=\"" EXC "\"></Transform>"
#define IN_BODY REF_BODY "<Transforms>" T_EXC
#define METHOD_C14N "<CanonicalizationMethod Algorithm=\"" EXC "\"></CanonicalizationMethod>"
#define DIGEST256 "<DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\">"
#define RSA256 "<SignatureMethod Algorithm=\"" MORE "rsa-sha256\"></SignatureMethod>"
#define LIST(prefixes) "<InclusiveNamespaces xmlns=\"" EXC "\" PrefixList=\"" prefixes "\"/>"
#define WITH_LIST(prefixes) "<Transform Algorithm=\"" EXC "\">" LIST(prefixes) "</Transform>"
#define METHOD(uri) "<CanonicalizationMethod Algorithm=\"" uri "\"></CanonicalizationMethod>"
#define PARAMS(inner)                                                                          \
	"<o:TransformationParameters xmlns:o=\"" WSS10 "wssecurity-secext-1.0.xsd\">" inner    \
	"</o:TransformationParameters>"
#define STR_PARAMS PARAMS(METHOD_C14N)
#define STR_T                                                                                  \
	"<Transform Algorithm=\"" WSS10                                                        \
	"soap-message-security-1.0#STR-Transform\">" STR_PARAMS "</Transform>"
#define REF_END                                                                                \
	"</Transforms>" DIGEST256 "</DigestMethod><DigestValue>AAAA</DigestValue></Reference>"
#define ASSERTION_REF "<Reference URI=\"#_a1\"><Transforms>" T_EXC REF_END
#define BODY_REF IN_BODY REF_END
#define ASSERTION_ONLY "<Reference URI=\"#"
#define KEY_ID                                                                                 \
	"<o:KeyIdentifier ValueType=\"http://docs.oasis-open.org/wss/"                         \
	"oasis-wss-saml-token-profile-1.1#SAMLID\">_a1</o:KeyIdentifier>"

struct fixture {
	struct signer *issuer, *holder;
	struct arena *a;
	struct str text;
};

static int
setup(void **state)
{
	static struct fixture f;

	f.issuer = pki_signer(MESSAGE_ISSUER);
	f.holder = pki_signer(MESSAGE_HOLDER);
	f.a = arena_new();
	f.text = message_build(f.issuer, f.holder, SIGN_KEYINFO_SAMLID, 0, f.a);
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	signer_freep(&f->issuer);
	signer_freep(&f->holder);
	arena_freep(&f->a);
	return 0;
}

static const struct cert *
key_of(const struct fixture *f, enum message_signature which)
{
	return signer_cert(which == SIGNED_ASSERTION ? f->issuer : f->holder);
}

/* ERR_NONE: verified, and xmlsec says so too. */
static enum err_code
verdict(const struct fixture *f, struct str text, enum message_signature which,
	const struct cert *key, const char *name)
{
	struct sign_answer answer = {.ref_count = 99};
	struct err e = ERR_INIT;
	struct message m;
	bool right;

	if (!message_open(text, &m, f->a))
		fail_msg("%s: the message does not open", name);
	right = message_verify(&m, which, key, f->a, &answer, &e);
	message_close(&m);
	if (!right) {
		/* nothing is told of what failed */
		assert_int_equal(answer.ref_count, 99);
		return e.code;
	}
	if (!xmlsec_oracle(text, which, cert_der(key)))
		fail_msg("%s: xmlsec does not agree", name);
	return ERR_NONE;
}

enum resigned { AS_IS = 0, RESIGNED };

struct row {
	const char *name;
	const char *what[2], *with[2]; /* changes; the second may be absent */
	enum resigned resigned;
	enum err_code want;
};

static void
run_rows(const struct fixture *f, const struct row *row, size_t count,
	 enum message_signature which)
{
	size_t i, j, wrong = 0;

	for (i = 0; i < count; i++) {
		struct str text = f->text;
		enum err_code code;

		for (j = 0; j < 2 && row[i].what[j]; j++)
			text = replace(text, row[i].what[j], row[i].with[j], f->a);
		if (row[i].resigned)
			text = resign(text, which,
				      which == SIGNED_ASSERTION ? MESSAGE_ISSUER
								: MESSAGE_HOLDER,
				      f->a);
		code = verdict(f, text, which, key_of(f, which), row[i].name);
		if (code == row[i].want)
			continue;
		print_message("%s: %s\n", row[i].name, code ? err_row(code)->name : "accepted");
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

#define DUP_ID                                                                                 \
	"<a:To xmlns:a=\"urn:x\" xmlns:u=\"" WSS10                                             \
	"wssecurity-utility-1.0.xsd\" u:Id=\"body\"/>"

static const struct row message_rows[] = {
#include "sign_message.def"
};

static void
test_message(void **state)
{
	run_rows(*state, message_rows, ARRAY_LEN(message_rows), SIGNED_MESSAGE);
}

#define ENVELOPED "<Transform Algorithm=\"" DSIG "enveloped-signature\"></Transform>"

static const struct row assertion_rows[] = {
#include "sign_assertion.def"
};

static void
test_assertion(void **state)
{
	run_rows(*state, assertion_rows, ARRAY_LEN(assertion_rows), SIGNED_ASSERTION);
}

/* The key is the caller's choice: an element's own signature need not hint at it. */
static void
test_no_key_info(void **state)
{
	const struct fixture *f = *state;
	const struct cert *issuer = signer_cert(f->issuer);
	struct str info = between(f->text, "<KeyInfo>", "</KeyInfo>"), text;

	text = arena_printf(f->a, "<KeyInfo>" STR_FMT "</KeyInfo>", STR_ARG(info));
	text = replace(f->text, arena_dup_c(f->a, text), "", f->a);
	assert_int_equal(verdict(f, text, SIGNED_ASSERTION, issuer, "none"), ERR_NONE);
	assert_int_equal(
		verdict(f, text, SIGNED_ASSERTION, signer_cert(f->holder), "another's"),
		SIGNATURE_WRONG);
	text = replace(text, ">11111111<", ">22222222<", f->a);
	assert_int_equal(verdict(f, text, SIGNED_ASSERTION, issuer, "changed"), DIGEST_WRONG);
}

/* The signature has to be the signed element's own child, whatever its reference says. */
static void
test_wrapped(void **state)
{
	const struct fixture *f = *state;
	struct sign_place place = {STR("_a1"), NULL, NULL};
	struct sign_question q = {.places = &place, .place_count = 1, .enveloped = true};
	struct sign_answer answer;
	struct err e = ERR_INIT;
	struct message m;

	assert_true(message_open(f->text, &m, f->a));
	q.key = signer_cert(f->issuer);
	q.signature = m.signature[SIGNED_ASSERTION];
	place.node = xml_child(m.assertion, NS_SAML, "Subject");
	assert_false(sign_verify(&q, f->a, &answer, &e));
	assert_int_equal(e.code, SIGNATURE_STRUCTURE);
	err_clear(&e);
	place.node = xml_parent(m.assertion);
	assert_false(sign_verify(&q, f->a, &answer, &e));
	assert_int_equal(e.code, SIGNATURE_STRUCTURE);
	message_close(&m);
}

static void
test_answer(void **state)
{
	const struct fixture *f = *state;
	struct sign_answer answer;
	struct err e = ERR_INIT;
	struct message m;
	size_t at;

	assert_true(message_open(f->text, &m, f->a));
	assert_true(
		message_verify(&m, SIGNED_MESSAGE, signer_cert(f->holder), f->a, &answer, &e));
	assert_int_equal(answer.ref_count, 6);
	assert_int_equal(answer.value.len, 256);
	assert_false(str_is_set(answer.octets));
	assert_true(str_eq_c(answer.refs[0].place->id, "h1"));
	assert_int_equal(answer.refs[0].form, SIGN_FORM_PLAIN);
	assert_true(xml_is(answer.refs[2].place->node, NS_SOAP12, "Body"));
	assert_true(str_eq_c(answer.refs[5].place->id, "str1"));
	assert_int_equal(answer.refs[5].form, SIGN_FORM_STR);
	assert_ptr_equal(answer.refs[5].place->str_token, m.assertion);

	/* what was digested is the assertion without its signature */
	assert_true(message_verify(&m, SIGNED_ASSERTION, signer_cert(f->issuer), f->a, &answer,
				   &e));
	assert_int_equal(answer.ref_count, 1);
	assert_true(str_has_prefix(
		answer.octets,
		STR("<Assertion xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=")));
	assert_true(str_has_suffix(answer.octets, STR("</Assertion>")));
	assert_false(str_find(answer.octets, STR("Signature"), &at));
	assert_true(str_find(answer.octets, STR("</Issuer><Subject>"), &at));
	message_close(&m);
}

static void
test_keys(void **state)
{
	static const struct {
		const char *folder;
		enum err_code want;
	} key[] = {
		{MESSAGE_HOLDER, ERR_NONE},           {"systems/KSD", SIGNATURE_WRONG},
		{"systems/KY-next", SIGNATURE_WRONG}, {MESSAGE_ISSUER, SIGNATURE_WRONG},
		{"odd/ec256", ALGORITHM_REFUSED},     {"odd/weak", ALGORITHM_REFUSED},
	};
	const struct fixture *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_LEN(key); i++) {
		AUTO(cert_freep) struct cert *c = pki_cert(key[i].folder);

		if (verdict(f, f->text, SIGNED_MESSAGE, c, key[i].folder) != key[i].want)
			fail_msg("%s", key[i].folder);
	}
}

/* Every way to name the key, with both kinds of key, for few and many parts. */
static void
test_write(void **state)
{
	static const enum sign_keyinfo form[] = {SIGN_KEYINFO_X509, SIGN_KEYINFO_SKI,
						 SIGN_KEYINFO_BST, SIGN_KEYINFO_SAMLID};
	static const char *const holder[] = {MESSAGE_HOLDER, "odd/ec256", "odd/ec384"};
	static const unsigned more[] = {0, 1, 14};
	const struct fixture *f = *state;
	size_t i, j, k;

	for (i = 0; i < ARRAY_LEN(form); i++)
		for (j = 0; j < ARRAY_LEN(holder); j++)
			for (k = 0; k < ARRAY_LEN(more); k++) {
				AUTO(signer_freep) struct signer *s = pki_signer(holder[j]);
				struct str text =
					message_build(f->issuer, s, form[i], more[k], f->a);

				if (verdict(f, text, SIGNED_MESSAGE, signer_cert(s),
					    holder[j]) != ERR_NONE)
					fail_msg("%s, form %d", holder[j], form[i]);
			}
}

static const struct row ec_rows[] = {
	{"ECDSA again", {0}, {0}, RESIGNED, ERR_NONE},
	{"ECDSA, SHA-384", {MORE "ecdsa-sha256"}, {MORE "ecdsa-sha384"}, RESIGNED, ERR_NONE},
	{"ECDSA, SHA-1",
	 {MORE "ecdsa-sha256"},
	 {MORE "ecdsa-sha1"},
	 RESIGNED,
	 ALGORITHM_REFUSED},
};

static void
test_ec(void **state)
{
	const struct fixture *f = *state;
	AUTO(signer_freep) struct signer *s = pki_signer("odd/ec256");
	struct str made = message_build(f->issuer, s, SIGN_KEYINFO_BST, 0, f->a);
	size_t i;

	for (i = 0; i < ARRAY_LEN(ec_rows); i++) {
		struct str text = made;
		enum err_code code;

		if (ec_rows[i].what[0])
			text = replace(text, ec_rows[i].what[0], ec_rows[i].with[0], f->a);
		text = resign(text, SIGNED_MESSAGE, "odd/ec256", f->a);
		code = verdict(f, text, SIGNED_MESSAGE, signer_cert(s), ec_rows[i].name);
		if (code != ec_rows[i].want)
			fail_msg("%s: %s", ec_rows[i].name,
				 code ? err_row(code)->name : "accepted");
	}
}

/* xmlsec 1.2 has no RSASSA-PSS; the attacker's own OpenSSL call vouches for the value. */
static void
test_pss(void **state)
{
	const struct fixture *f = *state;
	struct sign_answer answer;
	struct err e = ERR_INIT;
	struct message m;
	struct str text =
		replace(f->text, MORE "rsa-sha256",
			"http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1", f->a);

	assert_true(message_open(text, &m, f->a));
	assert_false(
		message_verify(&m, SIGNED_MESSAGE, signer_cert(f->holder), f->a, &answer, &e));
	assert_int_equal(e.code, SIGNATURE_WRONG);
	message_close(&m);
	err_clear(&e);
	text = resign(text, SIGNED_MESSAGE, MESSAGE_HOLDER, f->a);
	assert_true(message_open(text, &m, f->a));
	assert_true(
		message_verify(&m, SIGNED_MESSAGE, signer_cert(f->holder), f->a, &answer, &e));
	message_close(&m);
}

/* As many references as are allowed, and one more; more prefixes than are allowed. */
static void
test_counts(void **state)
{
	const struct fixture *f = *state;
	struct buf b = BUF_INIT(1u << 16);
	struct str text, list;
	unsigned i;

	text = message_build(f->issuer, f->holder, SIGN_KEYINFO_BST, 14, f->a);
	assert_int_equal(verdict(f, text, SIGNED_MESSAGE, signer_cert(f->holder), "20"),
			 ERR_NONE);
	text = replace(text, REF_BODY, ASSERTION_REF REF_BODY, f->a);
	text = resign(text, SIGNED_MESSAGE, MESSAGE_HOLDER, f->a);
	assert_int_equal(verdict(f, text, SIGNED_MESSAGE, signer_cert(f->holder), "21"),
			 SIGNATURE_STRUCTURE);
	for (i = 0; i < 64; i++)
		buf_printf(&b, "p%u ", i);
	list = arena_printf(f->a, REF_BODY "<Transforms>" WITH_LIST("%.*s"),
			    STR_ARG(buf_str(&b)));
	text = resign(replace(f->text, IN_BODY, list.ptr, f->a), SIGNED_MESSAGE, MESSAGE_HOLDER,
		      f->a);
	assert_int_equal(verdict(f, text, SIGNED_MESSAGE, signer_cert(f->holder), "64"),
			 ERR_NONE);
	buf_add_c(&b, "q");
	list = arena_printf(f->a, REF_BODY "<Transforms>" WITH_LIST("%.*s"),
			    STR_ARG(buf_str(&b)));
	text = resign(replace(f->text, IN_BODY, list.ptr, f->a), SIGNED_MESSAGE, MESSAGE_HOLDER,
		      f->a);
	assert_int_equal(verdict(f, text, SIGNED_MESSAGE, signer_cert(f->holder), "65"),
			 SIGNATURE_STRUCTURE);
	buf_release(&b);
}

/* No reference at all: a signature over nothing is none. */
static void
test_no_reference(void **state)
{
	const struct fixture *f = *state;
	struct str head, rest, tail, text;
	size_t at;

	/* the message signature is the second; cut what is between its method and its end */
	assert_true(str_find(f->text, STR("</Assertion>"), &at));
	head = str_of(f->text.ptr, at);
	rest = str_skip(f->text, at);
	assert_true(str_find(rest, STR("<Reference URI"), &at));
	head.len += at;
	assert_true(str_find(rest, STR("</SignedInfo>"), &at));
	tail = str_skip(rest, at);
	text = arena_printf(f->a, STR_FMT STR_FMT, STR_ARG(head), STR_ARG(tail));
	text = resign(text, SIGNED_MESSAGE, MESSAGE_HOLDER, f->a);
	assert_int_equal(verdict(f, text, SIGNED_MESSAGE, signer_cert(f->holder), "none"),
			 SIGNATURE_STRUCTURE);
}

static int
run_command(const char *file, const char *pem)
{
	extern char **environ;
	const char *argv[] = {"xmlsec1",
			      "--verify",
			      "--id-attr:Id",
			      "Body",
			      "--id-attr:Id",
			      "Action",
			      "--id-attr:Id",
			      "MessageID",
			      "--id-attr:Id",
			      "Timestamp",
			      "--id-attr:Id",
			      "BinarySecurityToken",
			      "--id-attr:ID",
			      "Assertion",
			      "--node-xpath",
			      "//*[local-name()='Security']/*[local-name()='Signature']",
			      "--pubkey-cert-pem",
			      pem,
			      file,
			      NULL};
	posix_spawn_file_actions_t actions;
	int status = -1;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", 1, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", 1, 0);
	if (posix_spawnp(&pid, "xmlsec1", &actions, NULL, (char *const *)(uintptr_t)argv,
			 environ) != 0)
		skip();
	posix_spawn_file_actions_destroy(&actions);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		skip();
	return status;
}

static void
to_file(const char *path, struct str text)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(text.ptr, 1, text.len, file), text.len);
	fclose(file);
}

/* The command knows no STR-Transform: the token is referenced as it is. */
static void
test_command(void **state)
{
	const struct fixture *f = *state;
	const char *build = getenv("SLUSE_BUILD");
	char pem[PKI_PATH_BYTES], path[512];
	struct str text = replace(f->text, "URI=\"#str1\"><Transforms>" STR_T,
				  "URI=\"#_a1\"><Transforms>" T_EXC, f->a);

	text = resign(text, SIGNED_MESSAGE, MESSAGE_HOLDER, f->a);
	snprintf(path, sizeof(path), "%s/test_sign.xml", build ? build : "build");
	pki_path(pem, MESSAGE_HOLDER "/cert.pem");
	to_file(path, text);
	assert_int_equal(run_command(path, pem), 0);
	to_file(path, replace(text, "urn:test:laes", "urn:test:slet", f->a));
	assert_int_not_equal(run_command(path, pem), 0);
	remove(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message), cmocka_unit_test(test_assertion),
		cmocka_unit_test(test_wrapped), cmocka_unit_test(test_answer),
		cmocka_unit_test(test_keys),    cmocka_unit_test(test_write),
		cmocka_unit_test(test_ec),      cmocka_unit_test(test_pss),
		cmocka_unit_test(test_counts),  cmocka_unit_test(test_no_reference),
		cmocka_unit_test(test_command), cmocka_unit_test(test_no_key_info),
	};

	xml_init();
	xmlsec_oracle_init();
	return cmocka_run_group_tests(tests, setup, teardown);
}
