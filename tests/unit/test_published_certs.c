/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Certificates that the real systems published in their samples: the subject must come out as
 * it stands in the token beside it. Needs the reference files of the contract; skipped without.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "crypto/certs.h"

#define FOLDER "../shared/contract/reference/adgangsstyring/"
#define NET FOLDER "kombit-tokenservice_oioidws-net/"
#define SAMPLES FOLDER "Safewhere-kombit/SampleMessages/"
#define FILE_MOST_BYTES (256 * 1024)

static const struct {
	const char *file;
	const char *cn;
	const char *subject; /* NULL: stands in the file itself */
	const char *cvr;
	enum cert_kind kind;
} cases[] = {
	{NET "Misc/Token examples/STS token - Signature scenario.xml",
	 "WSC_Core (funktionscertifikat)", NULL, "19435075", CERT_KIND_OCES2_FUNCTION},
	{NET "Tests/Digst.OioIdws.OioWsTrustCore.Test/Resources/Response25022015.xml",
	 "SP and WSC (Oiosaml-net.dk TEST) (funktionscertifikat)", NULL, "34051178",
	 CERT_KIND_OCES2_FUNCTION},
	{NET "Tests/Digst.OioIdws.OioWsTrustCore.Test/Data/Response.xml",
	 "test-ekstern-adgangsstyring (funktionscertifikat)",
	 "SERIALNUMBER=CVR:19435075-FID:60492788 + CN=test-ekstern-adgangsstyring "
	 "(funktionscertifikat), O=KOMBIT A/S // CVR:19435075, C=DK",
	 "19435075", CERT_KIND_OCES2_FUNCTION},
	{NET "Tests/Digst.OioIdws.OioWsTrustCore.Test/Resources/RST_Not_Signed.xml",
	 "Morten Mortensen",
	 "CN=Morten Mortensen + SERIALNUMBER=CVR:10213231-RID:93947552, "
	 "O=Økonomistyrelsen // CVR:10213231, C=DK",
	 "10213231", CERT_KIND_OCES2_EMPLOYEE},
	{SAMPLES "AssertionContextHandler2ToBrugervendtSystem_Substantial.xml", "SAML Signing",
	 "C=DK, OID.2.5.4.97=NTRDK-97071358, O=Testorganisation nr. 97071358, "
	 "SERIALNUMBER=UI:DK-O:G:e7a296af-ead9-4e6e-8b20-ca43e1deb890, CN=SAML Signing",
	 "97071358", CERT_KIND_OCES3_ORGANISATION},
	{SAMPLES "AssertionIdPToContextHandler2_Substantial.xml", "identify-oces3-test",
	 "C=DK, OID.2.5.4.97=NTRDK-33257872, O=Sundhedsdatastyrelsen, "
	 "SERIALNUMBER=UI:DK-O:G:dc22a233-112f-4b46-a330-1b9adc98d0b6, "
	 "CN=identify-oces3-test",
	 "33257872", CERT_KIND_OCES3_ORGANISATION},
};

static size_t
read_all(const char *path, char *out)
{
	FILE *f = fopen(path, "rb");
	size_t len = 0;

	if (f != NULL) {
		len = fread(out, 1, FILE_MOST_BYTES, f);
		fclose(f);
	}
	return len;
}

/* The first certificate with this CN in a text, or NULL. */
static struct cert *
find_cert(struct str text, const char *cn)
{
	size_t at;

	while (str_find(text, STR(">MII"), &at)) {
		struct cert *c = NULL;
		struct err e = ERR_INIT;
		struct str base64, rest;

		text = str_skip(text, at + 1);
		if (!str_cut(text, '<', &base64, &rest))
			return NULL;
		if (cert_parse(base64, &c, &e) && str_eq_c(cert_cn(c), cn))
			return c;
		cert_free(c);
	}
	return NULL;
}

static void
published(void **state)
{
	static char text[FILE_MOST_BYTES];

	(void)state;
	if (read_all(cases[0].file, text) == 0)
		skip();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str file = str_of(text, read_all(cases[i].file, text));
		struct cert *c = find_cert(file, cases[i].cn);
		size_t at;

		print_message("# %s\n", cases[i].cn);
		assert_non_null(c);
		if (cases[i].subject != NULL)
			assert_true(str_eq_c(cert_subject_net(c), cases[i].subject));
		else
			assert_true(str_find(file, cert_subject_net(c), &at));
		assert_true(str_eq_c(cert_cvr(c), cases[i].cvr));
		assert_int_equal(cert_kind(c), cases[i].kind);
		cert_free(c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(published)};

	return cmocka_run_group_tests_name("published_certs", tests, NULL, NULL);
}
