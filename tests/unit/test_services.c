/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every service of the package: the addresses that clients call, who gets past the door of each
 * operation, and list as long as clients make it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/limits.h"
#include "klassifikation/service_6.h"
#include "organisation/service.h"
#include "tests/unit/registry_world.h"

#define SERVICES 16

static const struct soap_service *
service_at(size_t i)
{
	return i < organisation_service_count
		       ? organisation_services[i]
		       : klassifikation_6_services[i - organisation_service_count];
}

static const struct soap_service *
find(const char *path)
{
	static const struct soap_service *all[SERVICES];

	for (size_t i = 0; i < SERVICES; i++)
		all[i] = service_at(i);
	return soap_service_find(all, SERVICES, str_from(path));
}

/* ---- addresses ---- */

static void
expect_at(const char *path, const char *name)
{
	const struct soap_service *s = find(path);

	if (!s || strcmp(s->name, name) != 0)
		fail_msg("%s: %s, not %s", path, s ? s->name : "nothing", name);
}

/* [organisation 4] the path, with a slash behind it, and the older one of Java samples */
static void
test_addresses(void **state)
{
	static const struct {
		const char *segment, *name;
	} rows[] = {
		{"organisation", "Organisation"},
		{"organisationenhed", "OrganisationEnhed"},
		{"organisationsenhed", "OrganisationEnhed"},
		{"organisationfunktion", "OrganisationFunktion"},
		{"bruger", "Bruger"},
		{"person", "Person"},
		{"adresse", "Adresse"},
		{"itsystem", "ItSystem"},
		{"interessefaellesskab", "Interessefaellesskab"},
		{"myndighed", "Myndighed"},
		{"virksomhed", "Virksomhed"},
		{"organisationsystem", "OrganisationSystem"},
		{"organisationssystem", "OrganisationSystem"},
		{"organisationadministration", "OrganisationAdministration"},
	};
	static const char *const none[] = {
		"/organisation/bruger",
		"/organisation/bruger/7",
		"/organisation/brugere/6",
		"/organisation/bruger/6//",
		"/bruger/6",
		"/organisation//bruger/6",
		"/sts-soap-organisation/v5_0_0_0/bruger",
	};

	(void)state;
	assert_int_equal(organisation_service_count + klassifikation_6_service_count, SERVICES);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		expect_at(fmt("/organisation/%s/6", rows[i].segment), rows[i].name);
		expect_at(fmt("/organisation/%s/6/", rows[i].segment), rows[i].name);
		expect_at(fmt("/Organisation/%s/6", rows[i].segment), rows[i].name);
		expect_at(fmt("/sts-soap-organisation/v6_0_0_0/%s", rows[i].segment),
			  rows[i].name);
	}
	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		if (find(none[i]))
			fail_msg("%s is served", none[i]);
}

/* No two services at one address, no two operations by one action. */
static void
test_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < SERVICES; i++) {
		const struct soap_service *s = service_at(i);

		assert_ptr_equal(find(s->path), s);
		for (size_t k = 0; s->aliases && s->aliases[k]; k++)
			assert_ptr_equal(find(s->aliases[k]), s);
		for (size_t k = 0; k < s->op_count; k++)
			for (size_t o = 0; o < SERVICES; o++)
				if (o != i)
					assert_null(soap_op_by_action(
						service_at(o), str_from(s->ops[k].action)));
	}
}

/* ---- the door ---- */

static const char *
segment_of(const struct soap_service *s)
{
	static char out[40];
	size_t i;

	for (i = 0; s->name[i] && i < sizeof(out) - 1; i++)
		out[i] = (char)(s->name[i] >= 'A' && s->name[i] <= 'Z' ? s->name[i] + 32
								       : s->name[i]);
	out[i] = '\0';
	return out;
}

/* An empty request: who may not is told so, whatever was sent; who may is told something else.
 */
static void
expect_door(struct world *w, const struct soap_service *s, const struct soap_op *op,
	    const struct as *as, bool may)
{
	struct said said;

	world_call(w, as, segment_of(s), fmt("<%s{T}/>", op->input), &said);
	if (!said.ok || said.status == 0 || (said.status != 41) != may)
		fail_msg("%s.%s as %s of %s: %d " STR_FMT, s->name, op->name,
			 as->role ? as->role : "-", as->scope ? as->scope : as->cvr,
			 said.status, STR_ARG(said.text));
	said_end(&said);
}

static void
test_door(void **state)
{
	static const struct as nobody = {.cvr = KORSBAEK},
			       reads = {.cvr = KORSBAEK, .role = "udstil"},
			       writes = {.cvr = KORSBAEK, .role = "rediger"},
			       all = {.cvr = KORSBAEK,
				      .role = "rediger",
				      .limits = {"anonymiser", "fysiskslet"}},
			       unknown = {.cvr = KORSBAEK, .role = "rediger", .limits = {"x"}},
			       other = {.cvr = KORSBAEK, .role = "admin"},
			       no_cvr = {.cvr = "", .role = "rediger", .scope = KORSBAEK};
	struct world w;
	size_t asked = 0;

	(void)state;
	world_open(&w);
	for (size_t i = 0; i < SERVICES; i++) {
		const struct soap_service *s = service_at(i);

		for (size_t k = 0; k < s->op_count; k++) {
			const struct soap_op *op = &s->ops[k];
			bool is_special = strcmp(op->name, "anonymiser") == 0 ||
					  strcmp(op->name, "fysiskslet") == 0;

			expect_door(&w, s, op, &nobody, false);
			expect_door(&w, s, op, &unknown, false);
			expect_door(&w, s, op, &other, false);
			expect_door(&w, s, op, &no_cvr, false);
			expect_door(&w, s, op, &reads, !op->is_write);
			expect_door(&w, s, op, &writes, !is_special);
			expect_door(&w, s, op, &all, true);
			asked++;
		}
	}
	/* thirteen kinds of eight, three of OrganisationSystem, one, and two */
	assert_int_equal(asked, 13 * 8 + 3 + 1 + 2);
	world_close(&w);
}

/* ---- list ---- */

static const struct as writer = {.cvr = KORSBAEK, .role = "rediger"};

static const char *
uuid_of(unsigned i)
{
	return fmt("d0000000-0000-4000-8000-%012u", i);
}

/* Units 0..999 in one import. */
static void
import_units(struct world *w, char *body, size_t room)
{
	size_t at = (size_t)snprintf(
		body, room,
		"<ImporterOrganisationSystemInput{T}><o:Organisation xmlns:o=\"http://"
		"stoettesystemerne.dk/organisation/organisation/6/\"><s:UUIDIdentifikator>%s"
		"</s:UUIDIdentifikator><o:Registrering><o:AttributListe/><o:TilstandListe/>"
		"<o:RelationListe/></o:Registrering></"
		"o:Organisation><OrganisationEnhederInput>",
		uuid_of(9999));
	struct said s;

	for (unsigned i = 0; i < 1000; i++)
		at += (size_t)snprintf(
			body + at, room - at,
			"<OrganisationEnhed xmlns=\"http://stoettesystemerne.dk/organisation/"
			"organisationenhed/6/\"><s:UUIDIdentifikator>%s</s:UUIDIdentifikator>"
			"<Registrering><AttributListe/><TilstandListe/><RelationListe/>"
			"</Registrering></OrganisationEnhed>",
			uuid_of(i));
	snprintf(body + at, room - at,
		 "</OrganisationEnhederInput></ImporterOrganisationSystemInput>");
	world_call(w, &writer, "organisationsystem", body, &s);
	assert_true(s.ok && s.verdict == ERR_NONE);
	said_end(&s);
}

static void
test_list(void **state)
{
	static const struct {
		const char *name;
		unsigned first, count, twice;
		int status;
		size_t found;
	} rows[] = {
		{"a thousand", 0, 1000, 0, 20, 1000},
		{"the unknown are left out", 500, 1000, 0, 20, 500},
		{"asked twice, said once", 0, 1000, 1000, 20, 1000},
		{"none is known", 1000, 1000, 0, 44, 0},
		{"as many as may be", 0, LIMIT_LIST_OBJECTS, 0, 20, 1000},
		{"one more", 0, LIMIT_LIST_OBJECTS + 1, 0, 40, 0},
		{"none", 0, 0, 0, 40, 0},
	};
	size_t room = 1024 * 1024;
	char *body = malloc(room);
	struct world w;

	(void)state;
	assert_non_null(body);
	world_open(&w);
	import_units(&w, body, room);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t at = (size_t)snprintf(body, room, "<ListInput{T}>");
		struct said s;

		for (unsigned k = 0; k < rows[i].count + rows[i].twice; k++)
			at += (size_t)snprintf(
				body + at, room - at,
				"<s:UUIDIdentifikator>%s</s:UUIDIdentifikator>",
				uuid_of(rows[i].first +
					(rows[i].count ? k % rows[i].count : 0)));
		snprintf(body + at, room - at, "</ListInput>");
		world_call(&w, &writer, "organisationenhed", body, &s);
		if (s.status != rows[i].status ||
		    xml_count(xml_root(s.doc),
			      STR("http://stoettesystemerne.dk/organisation/organisationenhed/"
				  "6/"),
			      "FiltreretOejebliksbillede") != rows[i].found)
			fail_msg("%s: %d " STR_FMT, rows[i].name, s.status, STR_ARG(s.text));
		said_end(&s);
	}
	world_close(&w);
	free(body);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_apart),
		cmocka_unit_test(test_door),
		cmocka_unit_test(test_list),
	};
	int failed;

	xml_init();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	xml_cleanup();
	return failed;
}
