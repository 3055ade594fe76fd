/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Queries, forms, and the two browser bindings: octets as sent, one reading of each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/encoding.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "mutate.h"
#include "pki.h"
#include "saml/redirect.h"

static const char xml[] = "<samlp:AuthnRequest xmlns:samlp=\"urn:x\">Ø</samlp:AuthnRequest>";

struct world {
	struct arena *a;
	struct signer *signer, *stranger;
	struct cert *cert;
};

static int
setup(void **state)
{
	struct world *w = test_calloc(1, sizeof(*w));

	w->a = arena_new();
	w->signer = pki_signer("saml/hvem");
	w->stranger = pki_signer("saml/idp");
	w->cert = cert_hold(signer_cert(w->signer));
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	cert_free(w->cert);
	signer_free(w->signer);
	signer_free(w->stranger);
	arena_free(w->a);
	test_free(w);
	return 0;
}

/* The query of a signed request. */
static struct str
signed_query(struct world *w, const char *relay)
{
	AUTO(buf_release) struct buf url = BUF_INIT(65536);
	struct redirect_order o = {.location = STR("https://hub.example/sso"),
				   .xml = str_from(xml),
				   .relay_state = str_from(relay),
				   .signer = w->signer};
	struct str query;
	struct err e = ERR_INIT;

	assert_true(redirect_write(&o, w->a, &url, &e));
	assert_true(str_has_prefix(buf_str(&url), STR("https://hub.example/sso?SAMLRequest=")));
	query = str_skip(buf_str(&url), sizeof("https://hub.example/sso?") - 1);
	return arena_dup(w->a, query);
}

static bool
opens(struct world *w, struct str query, struct binding_message *m, enum err_code *code)
{
	struct err e = ERR_INIT;
	bool ok = redirect_read(query, w->a, m, &e) && redirect_verify(m, &w->cert, 1, &e);

	*code = e.code;
	return ok;
}

static void
what_is_written_is_read(void **state)
{
	static const char *const relays[] = {NULL, "x", "a b+c&d=æ\"<>",
					     "https://x.example/?q=1"};
	struct world *w = *state;
	struct binding_message m;
	enum err_code code;

	for (size_t i = 0; i < ARRAY_LEN(relays); i++) {
		struct str q = signed_query(w, relays[i]);

		assert_true(opens(w, q, &m, &code));
		assert_true(str_eq_c(m.xml, xml));
		assert_false(m.is_post || m.is_response);
		if (!relays[i])
			assert_false(str_is_set(m.relay_state));
		else
			assert_true(str_eq_c(m.relay_state, relays[i]));
	}
}

/* X52, and its neighbours. */
static void
changed_queries_are_refused(void **state)
{
	static const struct {
		const char *name, *find, *with;
		enum err_code code;
	} rows[] = {
		{"relay state swapped", "RelayState=abc", "RelayState=abd", SAML_SIGNATURE},
		{"relay state dropped", "&RelayState=abc", "", SAML_SIGNATURE},
		{"relay state twice", "&RelayState=abc", "&RelayState=abc&RelayState=abc",
		 SAML_REQUEST},
		{"algorithm dropped", "&SigAlg=", "&x=", SAML_REQUEST},
		{"signature dropped", "&Signature=", "&x=", SAML_REQUEST},
		{"sha-1", "%23rsa-sha256", "%23rsa-sha1", SAML_REQUEST},
		{"hmac", "%23rsa-sha256", "%23hmac-sha256", SAML_REQUEST},
		{"another algorithm", "%23rsa-sha256", "%23rsa-sha512", SAML_SIGNATURE},
		{"request and response",
		 "SAMLRequest=", "SAMLResponse=x&SAMLRequest=", SAML_REQUEST},
		{"neither", "SAMLRequest=", "samlrequest=", SAML_REQUEST},
		{"another encoding",
		 "&RelayState=", "&SAMLEncoding=urn%3Ax&RelayState=", SAML_REQUEST},
		{"not base64", "SAMLRequest=", "SAMLRequest=%25", SAML_MESSAGE},
		{"bad escape", "&RelayState=", "&y=%zz&RelayState=", SAML_REQUEST},
		{"NUL", "&RelayState=", "&y=%00&RelayState=", SAML_REQUEST},
		{"not UTF-8", "&RelayState=", "&y=%ff&RelayState=", SAML_REQUEST},
	};
	struct world *w = *state;
	struct binding_message m;
	enum err_code code;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str q = signed_query(w, "abc");

		assert_true(opens(w, q, &m, &code));
		q = mutate(w->a, q, rows[i].find, rows[i].with);
		if (opens(w, q, &m, &code) || code != rows[i].code)
			fail_msg("%s: %s", rows[i].name, err_row(code)->name);
	}
}

/* [contract 2.11] other encoders: lower-case hex, plus for a blank, other parameter order */
static void
other_encoders_are_read(void **state)
{
	struct world *w = *state;
	struct str q = signed_query(w, "a b"), first, rest, body;
	struct binding_message m;
	enum err_code code;
	uint8_t digest[64], value[SIGNATURE_MAX_BYTES];
	size_t len, value_len;
	struct err e = ERR_INIT;

	assert_true(str_cut(q, '&', &first, &rest));
	body = arena_printf(w->a,
			    STR_FMT "&RelayState=a+b&SigAlg=http%%3a%%2f%%2fwww.w3.org"
				    "%%2f2001%%2f04%%2fxmldsig-more%%23rsa-sha256",
			    STR_ARG(first));
	len = digest_of(HASH_SHA256, body, digest);
	assert_true(signer_sign(w->signer, signer_alg(w->signer), str_of(digest, len), value,
				&value_len, &e));
	q = arena_printf(w->a, "x=1&Signature=" STR_FMT "&" STR_FMT,
			 STR_ARG(mutate(w->a, base64_encode(w->a, str_of(value, value_len)),
					"=", "%3d")),
			 STR_ARG(body));
	if (!opens(w, q, &m, &code))
		fail_msg("%s", err_row(code)->name);
	assert_true(str_eq(m.relay_state, STR("a b")));
}

static void
a_strangers_signature_is_refused(void **state)
{
	struct world *w = *state;
	struct binding_message m;
	struct cert *other = cert_hold(signer_cert(w->stranger));
	struct err e = ERR_INIT;

	assert_true(redirect_read(signed_query(w, NULL), w->a, &m, &e));
	assert_false(redirect_verify(&m, &other, 1, &e));
	assert_int_equal(e.code, SAML_SIGNATURE);
	err_clear(&e);
	assert_false(redirect_verify(&m, NULL, 0, &e));
	m.is_signed = false;
	err_clear(&e);
	assert_false(redirect_verify(&m, &w->cert, 1, &e));
	cert_free(other);
}

/* X35: 1 MB deflates to some 8 KB in the URL; X55: RelayState past its limit. */
static void
bombs_are_refused(void **state)
{
	struct world *w = *state;
	struct binding_message m;
	struct buf q = BUF_INIT(LIMIT_URL_BYTES * 4);
	static char big[1024 * 1024];
	struct redirect_order o = {.location = STR("h:"), .signer = w->signer};
	enum err_code code;
	struct err e = ERR_INIT;
	size_t at;

	memset(big, 'a', sizeof(big));
	o.xml = str_of(big, sizeof(big));
	assert_true(redirect_write(&o, w->a, &q, &e));
	assert_true(str_find(buf_str(&q), STR("?"), &at));
	assert_true(q.len < 16384);
	assert_false(opens(w, str_skip(buf_str(&q), at + 1), &m, &code));
	assert_int_equal(code, SAML_MESSAGE);
	buf_clear(&q);
	buf_add(&q, signed_query(w, NULL));
	buf_add_c(&q, "&RelayState=");
	buf_add_bytes(&q, big, LIMIT_RELAY_STATE_BYTES + 1);
	assert_false(opens(w, buf_str(&q), &m, &code));
	assert_int_equal(code, SAML_REQUEST);
	buf_clear(&q);
	for (int i = 0; i <= LIMIT_FORM_PAIRS; i++)
		buf_printf(&q, "p%d=x&", i);
	assert_false(opens(w, buf_str(&q), &m, &code));
	assert_int_equal(code, SAML_REQUEST);
	buf_release(&q);
}

static void
forms_are_read(void **state)
{
	struct world *w = *state;
	struct binding_message m;
	struct str text = base64_encode(w->a, str_from(xml));
	struct buf form = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	buf_add_c(&form, "RelayState=a+b&SAMLResponse=");
	percent_add(&form, str_of(text.ptr, 20));
	buf_add_c(&form, "%0D%0A+%09"); /* base64 may be wrapped */
	percent_add(&form, str_skip(text, 20));
	assert_true(post_read(buf_str(&form), w->a, &m, &e));
	assert_true(m.is_post && m.is_response && str_eq_c(m.xml, xml));
	assert_true(str_eq(m.relay_state, STR("a b")));
	buf_add_c(&form, "&SAMLResponse=x");
	assert_false(post_read(buf_str(&form), w->a, &m, &e));
	assert_int_equal(e.code, SAML_MESSAGE);
	err_clear(&e);
	assert_false(post_read(STR("RelayState=x"), w->a, &m, &e));
	err_clear(&e);
	assert_false(post_read(STR(""), w->a, &m, &e));
	buf_release(&form);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(changed_queries_are_refused),
		cmocka_unit_test(other_encoders_are_read),
		cmocka_unit_test(a_strangers_signature_is_refused),
		cmocka_unit_test(bombs_are_refused),
		cmocka_unit_test(forms_are_read),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
