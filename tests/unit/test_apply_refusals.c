/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files that are refused: the world of trust_world.c is accepted; each row of the table changes
 * one thing of it and is refused, with the words that tell why, and nothing is written.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/trust_world.h"

struct refusal {
	const char *name, *find, *replace, *want;
};

static const struct refusal refusals[] = {
	/* form */
	{"syntax", "myndigheder = (", "myndigheder = ((", "syntax error"},
	{"unknown list", "idps =", "idp =", "unknown list 'idp'"},
	{"not a list", "leverandoerer = ( { cvr = \"33333333\"; navn = \"Vendor\"; } );",
	 "leverandoerer = { cvr = \"33333333\"; };", "must be a list"},
	{"unknown field", "rolledomaene = \"havneby", "rolledomene = \"havneby",
	 "unknown field 'rolledomene'; did you mean 'rolledomaene'?"},
	{"unknown field far from any", "type = \"kommune\"", "qwertyuiop = \"x\"",
	 "unknown field 'qwertyuiop'\n"},
	{"unknown field in a group", "anvender = {", "anvender = { kanImpersonerer = true;",
	 "anvender: unknown field 'kanImpersonerer'; did you mean 'kanImpersonere'?"},
	{"state of another type", "navn = \"KY\"; ejer",
	 "navn = \"KY\"; tilstand = \"aktiv\"; ejer",
	 "tilstand: not one of tilsluttet, kladde, spaerret, nedlagt"},
	{"state where there is none", "navn = \"KLE\";",
	 "navn = \"KLE\"; tilstand = \"aktiv\";", "unknown field 'tilstand'"},
	{"name missing", "navn = \"Vendor\";", "", "navn: is missing"},
	{"name empty", "navn = \"Vendor\"", "navn = \"\"", "navn: is empty"},
	{"control character", "navn = \"Vendor\"", "navn = \"Ven\\x01dor\"",
	 "holds control characters"},
	{"not UTF-8", "navn = \"Vendor\"", "navn = \"Ven\\xffdor\"", "not UTF-8"},
	{"a number for a text", "cvr = \"33333333\"", "cvr = 33333333", "must be a text"},
	{"a fraction", "cvr = \"33333333\"", "cvr = 1.5", "a fraction"},
	{"a text for a flag", "kraevet = true", "kraevet = \"true\"", "must be true or false"},
	{"a text for a list", "kontekster = [ \"11111111\", \"33333333\" ]",
	 "kontekster = \"11111111\"", "must be a list"},
	{"a list for a group", "anvender = { certifikater = ( { fil = \"ky.pem\"; } ); }",
	 "anvender = ( { kanImpersonere = true; } )", "must be a group"},
	{"cvr of seven digits", "cvr = \"33333333\"", "cvr = \"3333333\"", "not a CVR number"},
	{"cvr with a letter", "cvr = \"33333333\"", "cvr = \"3333333O\"", "not a CVR number"},
	{"digits", "type = \"kommune\"", "myndighedskode = \"12\"",
	 "not the right number of digits"},
	{"uuid", "type = \"kommune\"", "organisationUuid = \"12\"", "not a UUID"},
	{"mail with a blank", "type = \"kommune\"", "aftalemail = \"a b\"", "holds blanks"},
	{"domain", "rolledomaene = \"havneby.example\"", "rolledomaene = \"havneby\"",
	 "not a DNS name"},
	{"domain with a path", "rolledomaene = \"havneby.example\"",
	 "rolledomaene = \"havneby.example/x\"", "not a DNS name"},
	{"domain with an empty label", "rolledomaene = \"havneby.example\"",
	 "rolledomaene = \"havneby..example\"", "not a DNS name"},
	{"URI without scheme", "id = \"http://t.example/service/plain/1\"",
	 "id = \"t.example/service/plain/1\"", "not a URI"},
	{"URI with a blank", "id = \"http://t.example/service/plain/1\"",
	 "id = \"http://t.example/ plain/1\"", "not a URI"},
	{"URI with a quote", "id = \"http://t.example/service/plain/1\"",
	 "id = \"http://t.example/\\\"plain\"", "not a URI"},
	{"address", "\"10.0.0.0/8\"", "\"10.0.0/8\"", "not an IP address"},
	{"address part", "\"10.0.0.0/8\"", "\"10.0.0.256\"", "not an IP address"},
	{"address range", "\"10.0.0.0/8\"", "\"10.0.0.0/33\"", "not an IP address"},
	{"address 6", "\"2001:db8::/32\"", "\"2001:db8:::/32\"", "not an IP address"},
	{"choice", "type = \"TEXT\"", "type = \"Text\"", "not one of SINGLE, MULTI, TEXT"},
	{"number out of range", "nsisNiveau = \"Low\"", "niveau = 5", "not a number in range"},
	{"two levels", "nsisNiveau = \"Low\"", "nsisNiveau = \"Low\"; niveau = 2",
	 "exclude each other"},
	{"time", "type = \"kommune\"", "gyldigFra = \"yesterday\"", "not a time"},
	{"period", "type = \"kommune\"",
	 "gyldigFra = \"2026-02-01\"; gyldigTil = \"2026-02-01\"", "is not before gyldigTil"},
	{"agreement id", "id = \"a1\"", "id = \"a/1\"", "only letters, digits"},
	{"parametric id", "http://korsbaek.example/kle/1/parametric",
	 "http://korsbaek.example/kle/1", "not of the form"},
	{"back reference", "regulaertUdtryk = \"[0-9*.,]+\"", "regulaertUdtryk = \"(a)\\\\1\"",
	 "back references"},
	{"broken expression", "regulaertUdtryk = \"[0-9*.,]+\"", "regulaertUdtryk = \"(\"",
	 "no POSIX expression"},
	{"expression of a list", "type = \"SINGLE\";",
	 "type = \"SINGLE\"; regulaertUdtryk = \"Ja\";", "for TEXT only"},
	{"list of a text", "type = \"SINGLE\"", "type = \"TEXT\"", "SINGLE and MULTI only"},

	/* files */
	{"no such certificate", "fil = \"ky.pem\"", "fil = \"no.pem\"",
	 "certifikater[0].fil: "},
	{"not a certificate", "fil = \"ky.pem\"", "fil = \"case.conf\"", "not a certificate"},
	{"certificate twice said", "fil = \"ky.pem\"", "fil = \"ky.pem\"; pem = \"x\"",
	 "says the same twice"},
	{"certificate without content", "fil = \"ky.pem\"", "spaerret = true",
	 "names no file and holds no content"},
	{"unknown field of a certificate", "fil = \"ky.pem\"",
	 "fil = \"ky.pem\"; blocked = true", "unknown field 'blocked'"},
	{"blocked is no text", "fil = \"ky.pem\"", "fil = \"ky.pem\"; spaerret = \"nej\"",
	 "spaerret is true or false"},
	{"a private key", "fil = \"ky.pem\"", "pem = \"MIIEvQ==\"", "not a certificate"},
	{"metadata that is no XML", "<m entityID='https://idp.korsbaek.example'/>",
	 "https://idp.korsbaek.example", "not XML"},
	{"metadata of somebody else", "<m entityID='https://idp.korsbaek.example'/>", "<m/>",
	 "metadata: does not name https://idp.korsbaek.example"},
	{"no such metadata", "xml = \"<m entityID='https://idp.korsbaek.example'/>\"",
	 "fil = \"no.xml\"", "metadata.fil: "},

	/* references */
	{"owner of a system", "id = \"KY\"; navn = \"KY\"; ejer = \"33333333\"",
	 "id = \"KY\"; navn = \"KY\"; ejer = \"44444444\"",
	 "ejer: 44444444 is no known myndighed or leverandoer"},
	{"owner of data", "dataejer = \"11111111\"", "dataejer = \"33333333\"",
	 "dataejer: 33333333 is no known myndighed"},
	{"context of an agreement", "dataejer = \"11111111\"",
	 "dataejer = \"11111111\"; kontekster = [ \"44444444\" ]", "kontekster: 44444444"},
	{"context of a system", "fil = \"ky.pem\"; } );",
	 "fil = \"ky.pem\"; } ); anvenderkontekster = [ \"44444444\" ];",
	 "anvenderkontekster: 44444444"},
	{"context of an IdP", "[ \"11111111\", \"33333333\" ]", "[ \"44444444\" ]",
	 "kontekster: 44444444"},
	{"system of an agreement", "anvendersystem = \"KY\"", "anvendersystem = \"KX\"",
	 "anvendersystem: KX is not known"},
	{"a system represented that is not known", "anvender = {",
	 "anvender = { kanImpersonere = true; repraesenterer = [ \"KX\" ];",
	 "repraesenterer: KX is not known"},
	{"a system represented that calls nothing", "anvender = {",
	 "anvender = { kanImpersonere = true; repraesenterer = [ \"hvem\" ];",
	 "repraesenterer: hvem has no facet anvender"},
	{"representing without the right to", "anvender = {",
	 "anvender = { repraesenterer = [ \"KY\" ];", "repraesenterer needs kanImpersonere"},
	{"provider that is not known", "navn = \"Plain\";",
	 "navn = \"Plain\"; udbyder = \"KX\";", "udbyder: KX is not known"},
	{"provider that calls nothing", "navn = \"Plain\";",
	 "navn = \"Plain\"; udbyder = \"hvem\";", "udbyder: hvem has no facet anvender"},
	{"bootstrap token without a holder",
	 "oiosamlProfil = \"OIOSAML3\"; nsisNiveau = \"Low\"",
	 "oiosamlProfil = \"OIOSAML3\"; bootstrapToken = true; nsisNiveau = \"Low\"",
	 "bootstrapToken needs a certificate of anvender"},
	{"bootstrap token in OIOSAML 2", "oiosamlProfil = \"OIOSAML3\"; nsisNiveau = \"Low\"",
	 "oiosamlProfil = \"OIOSAML2\"; bootstrapToken = true; nsisNiveau = \"Low\"",
	 "bootstrapToken is for OIOSAML3 only"},
	{"system without the facet", "anvendersystem = \"KY\"", "anvendersystem = \"hvem\"",
	 "has no facet anvender"},
	{"service of an agreement", "service = \"http://t.example/service/organisation/3\"",
	 "service = \"http://t.example/service/organisation/4\"", "is not known"},
	{"service by another of its names",
	 "service = \"http://t.example/service/organisation/3\"",
	 "service = \"http://t.example/service/organisation/other\"", "is not known"},
	{"role of another service",
	 "[ \"http://t.example/roles/servicesystemrole/udstil/1\",\n",
	 "[ \"http://t.example/roles/servicesystemrole/x/1\",\n", "is no role of"},
	{"no roles of a service that has some",
	 "roller =\n        [ \"http://t.example/roles/servicesystemrole/udstil/1\",\n"
	 "          \"http://t.example/roles/servicesystemrole/rediger/1\" ];",
	 "", "has roles: name some"},
	{"handing on without saying so", "dataejer = \"11111111\"",
	 "dataejer = \"11111111\"; datamodtager = \"22222222\"; type = \"uden_videregivelse\"",
	 "data is handed on"},
	{"agreement without lines", "linjer =\n   ( { service",
	 "kontakt = \"x\"; lines = ( { service", "linjer: is missing"},
	{"limit of no role", "udstil/1\",\n          \"", "rediger/1\",\n          \"",
	 "no role of the line has the type"},
	{"limit of an unknown type",
	 "type = \"http://t.example/constraints/navn/1\";\n        v",
	 "type = \"http://t.example/constraints/x/1\";\n        v", "is not known"},
	{"limit without a value", "vaerdier = [ \"Ja\" ]", "vaerdier = []",
	 "must not be empty"},
	{"limit with a value off the list", "vaerdier = [ \"Ja\" ]",
	 "vaerdier = [ \"Maaske\" ]", "'Maaske' is no value of"},
	{"limit twice", "vaerdier = [ \"Ja\" ]; }",
	 "vaerdier = [ \"Ja\" ]; }, { type = \"http://t.example/constraints/navn/1\"; vaerdier "
	 "= "
	 "[ \"Nej\" ]; }",
	 "is there twice in one line"},
	{"mandatory limit of a service",
	 "dataafgraensningstyper =\n       ( { type = \"http://t.example/constraints/navn/1\"; "
	 "}",
	 "dataafgraensningstyper =\n       ( { type = \"http://t.example/constraints/navn/1\"; "
	 "}, "
	 "{ type = \"http://t.example/constraints/KLE/1\"; kraevet = true; }",
	 "asks for a limit of type"},
	{"type of a service's role",
	 "( { type = \"http://t.example/constraints/navn/1\"; } ); },",
	 "( { type = \"http://t.example/constraints/x/1\"; } ); },", "is not known"},
	{"role twice in a service",
	 "id = \"http://t.example/roles/servicesystemrole/rediger/1\"",
	 "id = \"http://t.example/roles/servicesystemrole/udstil/1\"", "is there twice"},
	{"system of a brugersystemrolle", "system = \"hvem\"", "system = \"hvor\"",
	 "system hvor is not known"},
	{"system without a browser side", "system = \"hvem\"", "system = \"KY\"",
	 "has no facet brugervendt"},
	{"brugersystemrolle of a line",
	 "brugersystemrolle = \"http://hvem.example/roles/usersystemrole/laes/1\"",
	 "brugersystemrolle = \"http://hvem.example/roles/usersystemrole/x/1\"",
	 "is not known"},
	{"mandatory limit of a brugersystemrolle",
	 "dataafgraensninger = ( { type = \"http://t.example/constraints/KLE/1\";\n        "
	 "dynamisk = \"http://korsbaek.example/kle/1/parametric\"; } );",
	 "", "asks for a limit of type"},
	{"value and parameter", "dynamisk = \"http", "vaerdier = [ \"1\" ]; dynamisk = \"http",
	 "one of vaerdier and dynamisk"},
	{"value that does not match", "dynamisk = \"http://korsbaek.example/kle/1/parametric\"",
	 "vaerdier = [ \"27.*\", \"abc\" ]", "'abc' does not have the form"},
	{"role of a foreign domain", "http://korsbaek.example/roles/jobrole/sag/1",
	 "http://havneby.example/roles/jobrole/sag/1", "id must be http(s)://korsbaek.example"},
	{"role of a longer domain", "http://korsbaek.example/roles/jobrole/sag/1",
	 "http://korsbaek.example.org/roles/jobrole/sag/1", "id must be"},
	{"role without a name", "http://korsbaek.example/roles/jobrole/sag/1",
	 "http://korsbaek.example/roles/jobrole/", "id must be"},
	{"role whose owner has no domain", "rolledomaene = \"korsbaek.example\";", "",
	 "has no rolledomaene"},
	{"role of a vendor", "ejer = \"11111111\"; linjer", "ejer = \"33333333\"; linjer",
	 "ejer: 33333333 is no known myndighed"},
	{"delegated to nobody", "ejer = \"11111111\"; linjer",
	 "ejer = \"11111111\"; delegeretTil = ( { cvr = \"44444444\"; } ); linjer",
	 "delegeretTil: 44444444"},
	{"delegated for no time", "ejer = \"11111111\"; linjer",
	 "ejer = \"11111111\"; delegeretTil = ( { cvr = \"22222222\"; gyldigFra = "
	 "\"2026-02-02\"; gyldigTil = \"2026-02-01\"; } ); linjer",
	 "delegeretTil: gyldigFra is not before"},

	/* uniqueness */
	{"role domain twice", "rolledomaene = \"havneby.example\"",
	 "rolledomaene = \"korsbaek.example\"", "rolledomaene korsbaek.example is used twice"},
	{"role domain in another case", "rolledomaene = \"havneby.example\"",
	 "rolledomaene = \"KORSBAEK.example\"", "rolledomaene KORSBAEK.example is used twice"},
	{"entity id of an IdP in another case", "https://hvem.sluse.example",
	 "https://IDP.korsbaek.example", "https://idp.korsbaek.example is used twice"},
	{"entity id of a system and an IdP", "https://hvem.sluse.example",
	 "https://idp.korsbaek.example", "https://idp.korsbaek.example is used twice"},
	{"entity id of two services", "http://t.example/service/organisation/other",
	 "http://t.example/service/plain/1", "http://t.example/service/plain/1 is used twice"},
};

static char *
replaced(const char *text, const struct refusal *r)
{
	const char *at = strstr(text, r->find);
	size_t before, found = strlen(r->find);
	char *out;

	if (!at)
		fail_msg("%s: the text to change is not there", r->name);
	before = (size_t)(at - text);
	out = malloc(strlen(text) + strlen(r->replace) + 1);
	memcpy(out, text, before);
	memcpy(out + before, r->replace, strlen(r->replace));
	memcpy(out + before + strlen(r->replace), at + found, strlen(at + found) + 1);
	return out;
}

static bool
says(const struct buf *b, const char *want)
{
	size_t at;

	return str_find(buf_str(b), str_from(want), &at);
}

static void
each_refusal(void **state)
{
	struct world w;
	int64_t before, after;

	(void)state;
	world_begin(&w, "refusals");
	world_cert(&w, "ky.pem", "systems/KY");
	assert_true(store_known_generation(w.store, &before, &w.err));
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct refusal *r = &refusals[i];
		char *text;

		text = replaced(world_base, r);
		world_file(&w, "case.conf", text);
		free(text);
		if (world_apply(&w, "case.conf", NULL))
			fail_msg("%s was accepted", r->name);
		if (w.err.code != APPLY_INVALID)
			fail_msg("%s: %s (%s)", r->name, err_row(w.err.code)->name,
				 w.err.detail);
		if (!says(&w.report.problems, r->want))
			fail_msg("%s: not '%s' but\n%.*s", r->name, r->want,
				 (int)w.report.problems.len, w.report.problems.ptr);
	}
	assert_true(store_known_generation(w.store, &after, &w.err));
	assert_int_equal(before, after);
	world_end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_refusal),
	};

	return cmocka_run_group_tests_name("apply_refusals", tests, NULL, NULL);
}
