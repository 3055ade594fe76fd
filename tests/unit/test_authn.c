/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A request to an IdP that has an address for POST alone: signed inside, as xmlsec sees it.
 * What becomes known has one for Redirect too, so no login over the wire shows this.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/encoding.h"
#include "saml/authn.h"
#include "saml/lasso.h"
#include "tests/unit/mutate.h"
#include "tests/unit/pki.h"
#include "tests/unit/xmlsec_oracle.h"
#include "xml/parse.h"

static void
by_post(void **state)
{
	static const struct saml_endpoint post = {
		.binding = SAML_BINDING_POST,
		.location = STR_INIT("https://idp.example/sso"),
	};
	static const struct saml_peer idp = {.sso = {&post, 1}};
	struct arena *a = arena_new();
	struct signer *hub = pki_signer("saml/hub"), *other = pki_signer("saml/hvem");
	const struct authn_order order = {
		.issuer = STR("https://hub.example"),
		.acs = STR("https://hub.example/acs"),
		.signer = hub,
		.to = &idp,
		.id = authn_new_id(a),
		.now = pki_now(),
	};
	struct str xml, der = cert_der(signer_cert(hub));
	struct authn_message m;
	struct err e = ERR_INIT;
	size_t at;

	(void)state;
	assert_true(authn_write(&order, a, &m, &e));
	assert_true(m.is_post);
	assert_true(str_eq_c(m.url, "https://idp.example/sso"));
	assert_true(base64_decode(m.message, BASE64_XML, a, &xml, &e));
	assert_true(str_find(xml, STR("Destination=\"https://idp.example/sso\""), &at));
	assert_true(xmlsec_oracle(xml, 0, der));
	assert_false(xmlsec_oracle(xml, 0, cert_der(signer_cert(other))));
	assert_false(
		xmlsec_oracle(mutate(a, xml, "hub.example/acs", "evil.example/acs"), 0, der));
	signer_free(hub);
	signer_free(other);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(by_post)};

	/* which starts xmlsec as well, and that may be done only once */
	saml_lasso_init();
	xml_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
