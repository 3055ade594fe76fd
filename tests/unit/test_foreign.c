/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the log says of a text that nobody has proven. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "saml/foreign.h"
#include "xml/names.h"

static void
names(void **state)
{
	static const struct str as_it_is[] = {
		STATUS_SUCCESS,
		STATUS_REQUEST_DENIED,
		BINDING_POST,
		BINDING_ARTIFACT,
		NAMEID_PERSISTENT,
		NAMEID_UNSPECIFIED,
		SAML_X509_FORMAT,
		STR_INIT("http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
		STR_INIT("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512"),
	};
	static const struct {
		struct str value;
		const char *told;
	} others[] = {
		{STR_INIT("Mads Skjern"), "unknown, 11 bytes"},
		{STR_INIT("urn:oasis:names:tc:SAML:2.0:status:Mads Skjern"),
		 "unknown, 46 bytes"},
		{STR_INIT("urn:oasis:names:tc:SAML:2.0:status:"), "unknown, 35 bytes"},
		{STR_INIT("urn:oasis:names:tc:SAML:2.0:status:Success\nevent=x"),
		 "unknown, 50 bytes"},
		{STR_INIT("urn:oasis:names:tc:SAML:2.0:status:success"), "unknown, 42 bytes"},
		{STR_INIT(""), "none"},
		{{NULL, 0}, "none"},
	};
	char out[FOREIGN_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(as_it_is); i++)
		assert_true(str_eq_c(as_it_is[i], foreign_uri(as_it_is[i], out)));
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		assert_string_equal(foreign_uri(others[i].value, out), others[i].told);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(names)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
