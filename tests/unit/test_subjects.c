/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whose certificate it is, out of the subject's attributes: the order in which they count,
 * their exact forms, every type of string, and what looks like a CVR number and is none.
 * Source: token-service contract 7.3; administration contract 10.2.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <openssl/x509.h>
#include <cmocka.h>

#include "crypto/internal.h"

#define UUID "00112233-4455-6677-8899-aabbccddeeff"

struct part {
	int nid, type;
	const char *value; /* NULL: no more parts */
};

#define CN(v) NID_commonName, V_ASN1_UTF8STRING, v
#define O(v) NID_organizationName, V_ASN1_UTF8STRING, v
#define ORG_ID(v) NID_organizationIdentifier, V_ASN1_UTF8STRING, v
#define SERIAL(v) NID_serialNumber, V_ASN1_PRINTABLESTRING, v

static const struct {
	const char *name;
	struct part parts[5];
	const char *cvr, *uuid; /* NULL: absent */
	enum cert_kind kind;
} cases[] = {
	{"OCES3",
	 {{CN("x")}, {SERIAL("UI:DK-O:G:" UUID)}, {O("y")}, {ORG_ID("NTRDK-12345678")}},
	 "12345678",
	 UUID,
	 CERT_KIND_OCES3_ORGANISATION},
	{"OCES3 employee",
	 {{CN("x")}, {SERIAL("UI:DK-E:C:" UUID)}, {ORG_ID("NTRDK-12345678")}},
	 "12345678",
	 UUID,
	 CERT_KIND_OCES3_EMPLOYEE},
	{"OCES3 person",
	 {{CN("x")}, {SERIAL("UI:DK-P:G:" UUID)}},
	 NULL,
	 UUID,
	 CERT_KIND_OCES3_EMPLOYEE},
	{"organizationIdentifier beats serialNumber and O",
	 {{SERIAL("CVR:87654321-FID:1")}, {O("y // CVR:11111111")}, {ORG_ID("NTRDK-12345678")}},
	 "12345678",
	 NULL,
	 CERT_KIND_OCES2_FUNCTION},
	{"one that is no Danish one does not",
	 {{SERIAL("CVR:87654321-FID:1")}, {ORG_ID("NTRSE-12345678")}},
	 "87654321",
	 NULL,
	 CERT_KIND_OCES2_FUNCTION},
	{"serialNumber beats O",
	 {{SERIAL("CVR:87654321-UID:1")}, {O("y // CVR:11111111")}},
	 "87654321",
	 NULL,
	 CERT_KIND_OCES2_COMPANY},
	{"OCES2 employee",
	 {{SERIAL("CVR:87654321-RID:1")}},
	 "87654321",
	 NULL,
	 CERT_KIND_OCES2_EMPLOYEE},
	{"OCES2 private person",
	 {{SERIAL("PID:9208-2002-2-1")}},
	 NULL,
	 NULL,
	 CERT_KIND_OCES2_EMPLOYEE},
	{"O alone", {{O("y // CVR:11111111")}}, "11111111", NULL, CERT_KIND_OTHER},
	{"PrintableString",
	 {{NID_organizationIdentifier, V_ASN1_PRINTABLESTRING, "NTRDK-12345678"}},
	 "12345678",
	 NULL,
	 CERT_KIND_OCES3_ORGANISATION},
	{"TeletexString",
	 {{NID_organizationName, V_ASN1_T61STRING,
	   "K\xf8"
	   "benhavn // CVR:11111111"}},
	 "11111111",
	 NULL,
	 CERT_KIND_OTHER},
	{"BMPString is read as text, not as bytes",
	 {{NID_organizationIdentifier, V_ASN1_BMPSTRING, NULL}},
	 NULL,
	 NULL,
	 CERT_KIND_OTHER},
	{"seven digits", {{ORG_ID("NTRDK-1234567")}}, NULL, NULL, CERT_KIND_OCES3_ORGANISATION},
	{"nine digits",
	 {{ORG_ID("NTRDK-123456789")}},
	 NULL,
	 NULL,
	 CERT_KIND_OCES3_ORGANISATION},
	{"no digits", {{ORG_ID("NTRDK-1234567x")}}, NULL, NULL, CERT_KIND_OCES3_ORGANISATION},
	{"small letters",
	 {{ORG_ID("ntrdk-12345678")}},
	 NULL,
	 NULL,
	 CERT_KIND_OCES3_ORGANISATION},
	{"something before",
	 {{ORG_ID("XNTRDK-12345678")}},
	 NULL,
	 NULL,
	 CERT_KIND_OCES3_ORGANISATION},
	{"a blank behind",
	 {{ORG_ID("NTRDK-12345678 ")}},
	 NULL,
	 NULL,
	 CERT_KIND_OCES3_ORGANISATION},
	{"Arabic digits",
	 {{ORG_ID("NTRDK-\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4")}},
	 NULL,
	 NULL,
	 CERT_KIND_OCES3_ORGANISATION},
	{"two of them count for nothing",
	 {{ORG_ID("NTRDK-12345678")}, {ORG_ID("NTRDK-87654321")}},
	 NULL,
	 NULL,
	 CERT_KIND_OTHER},
	{"inside another attribute",
	 {{CN("organizationIdentifier=NTRDK-12345678")}},
	 NULL,
	 NULL,
	 CERT_KIND_OTHER},
	{"inside the printed name",
	 {{CN("x, OID.2.5.4.97=NTRDK-12345678")}},
	 NULL,
	 NULL,
	 CERT_KIND_OTHER},
	{"a mark that is none", {{SERIAL("CVR:12345678-XID:1")}}, NULL, NULL, CERT_KIND_OTHER},
	{"serialNumber without a mark",
	 {{SERIAL("CVR:12345678")}},
	 NULL,
	 NULL,
	 CERT_KIND_OTHER},
	{"serialNumber too short",
	 {{SERIAL("CVR:1234567-FID:1")}},
	 NULL,
	 NULL,
	 CERT_KIND_OTHER},
	{"O with something behind",
	 {{O("y // CVR:11111111 A/S")}},
	 NULL,
	 NULL,
	 CERT_KIND_OTHER},
	{"O with one slash", {{O("y / CVR:11111111")}}, NULL, NULL, CERT_KIND_OTHER},
	{"O of nine digits", {{O("y // CVR:111111111")}}, NULL, NULL, CERT_KIND_OTHER},
	{"a uuid that is none",
	 {{SERIAL("UI:DK-O:G:not-a-uuid")}},
	 NULL,
	 NULL,
	 CERT_KIND_OCES3_ORGANISATION},
	{"nothing", {{CN("x")}}, NULL, NULL, CERT_KIND_OTHER},
};

static X509_NAME *
make_name(const struct part *parts)
{
	X509_NAME *name = X509_NAME_new();

	for (size_t i = 0; i < 5 && parts[i].nid != 0; i++) {
		static const unsigned char wide[] = {0, 'N', 0, 'T', 0, 'R', 0, 'D', 1, 'K'};
		const unsigned char *value = (const unsigned char *)parts[i].value;
		int len = value ? (int)strlen(parts[i].value) : (int)sizeof(wide);

		assert_int_equal(X509_NAME_add_entry_by_NID(name, parts[i].nid, parts[i].type,
							    value ? value : wide, len, -1, 0),
				 1);
	}
	return name;
}

static void
subjects(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *a = arena_new();
		X509_NAME *name = make_name(cases[i].parts);
		struct subject s;
		struct err e = ERR_INIT;

		if (!subject_read(name, a, &s, &e))
			fail_msg("%s: %s", cases[i].name, e.detail);
		if (!str_eq(s.cvr, str_from(cases[i].cvr)))
			fail_msg("%s: CVR '" STR_FMT "'", cases[i].name, STR_ARG(s.cvr));
		if (!str_eq(s.uuid, str_from(cases[i].uuid)))
			fail_msg("%s: uuid '" STR_FMT "'", cases[i].name, STR_ARG(s.uuid));
		if (s.generation != cases[i].kind && cases[i].parts[0].value)
			fail_msg("%s: %s", cases[i].name, cert_kind_name(s.generation));
		X509_NAME_free(name);
		arena_free(a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(subjects)};

	return cmocka_run_group_tests_name("subjects", tests, NULL, NULL);
}
