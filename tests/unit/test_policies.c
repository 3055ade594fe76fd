/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What we give away ready-made: the demo landscape, the services and the example of
 * docs/apply.md are applied as they stand, and say what they are meant to say; docs/apply.md
 * names every list, field, state and choice that the tables know.
 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/arena.h"
#include "base/clock.h"
#include "tests/unit/pki.h"
#include "tests/unit/trust_world.h"
#include "trust/internal.h"

#define ORGANISATION "http://stoettesystemerne.dk/service/organisation/3"
#define KLASSIFIKATION "http://entityid.kombit.dk/service/klassifikation/7"
#define KLASSIFIKATION_6 "http://entityid.kombit.dk/service/klassifikation/6"
#define HVEM_ROLE "http://fagsystem-a.example/roles/usersystemrole/"

static char *
read_text(const char *path)
{
	char *text = calloc(1, 1 << 18);
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	assert_true(fread(text, 1, (1 << 18) - 1, f) > 0);
	fclose(f);
	return text;
}

/* Laid out as the demo's set-up does it: folder/policies beside folder/pki. */
static void
lay_out(struct world *w)
{
	char command[2000], pki[PKI_PATH_BYTES], here[500];

	assert_non_null(getcwd(here, sizeof(here)));
	pki_path(pki, "");
	snprintf(command, sizeof(command),
		 "mkdir '%s/policies' && cp -L policies/demo/*.conf '%s/policies' && ln -s "
		 "'%s%s%s'"
		 " '%s/pki'",
		 w->folder, w->folder, *pki == '/' ? "" : here, *pki == '/' ? "" : "/", pki,
		 w->folder);
	assert_int_equal(system(command), 0);
	world_file(w, "idp-metadata.xml", "<m entityID=\"https://idp.korsbaek.example\"/>");
	world_file(w, "hvem-metadata.xml", "<m entityID=\"https://hvem.sluse.example\"/>");
}

static void
apply_demo(struct world *w, size_t same)
{
	struct apply_options o = {.actor = STR("cli:test"), .prune = true};
	char pattern[300];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s/policies/*.conf", w->folder);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 4);
	apply_report_release(&w->report);
	if (!apply_files(w->store, (const char *const *)found.gl_pathv, found.gl_pathc, &o,
			 &w->report, &w->err))
		fail_msg("%s\n%.*s", w->err.detail, (int)w->report.problems.len,
			 w->report.problems.ptr);
	assert_int_equal(w->report.count[APPLY_SAME], same);
	globfree(&found);
}

static const struct {
	const char *system, *service, *cvr;
	enum trust_agreement_verdict want;
	size_t count, constraints; /* of the last assignment, which is udstil */
} demo[] = {
	{"KY", ORGANISATION, "11111111", AGREEMENT_HOLDS, 2, 2},
	{"KY", KLASSIFIKATION, "11111111", AGREEMENT_HOLDS, 1, 0},
	{"KY", ORGANISATION, "22222222", AGREEMENT_NO_CONTEXT, 0, 0},
	{"KSD", ORGANISATION, "11111111", AGREEMENT_HOLDS, 1, 0},
	{"KSD", KLASSIFIKATION, "11111111", AGREEMENT_NONE, 0, 0},
	{"SAPA", ORGANISATION, "22222222", AGREEMENT_HOLDS, 1, 1},
	{"SAPA", ORGANISATION, "11111111", AGREEMENT_NO_CONTEXT, 0, 0},
	{"ESDH", ORGANISATION, "11111111", AGREEMENT_NONE, 0, 0},
	{"ESDH", ORGANISATION, "33333333", AGREEMENT_NO_CONTEXT, 0, 0},
};

static void
assert_agreements(const struct trust_snapshot *s, struct arena *a)
{
	for (size_t i = 0; i < sizeof(demo) / sizeof(demo[0]); i++) {
		const struct trust_assignment *list;
		struct str audience;
		size_t count;

		assert_int_equal(
			trust_agreement(
				s, trust_system(s, str_from(demo[i].system)),
				trust_service_find(s, str_from(demo[i].service), &audience),
				str_from(demo[i].cvr), clock_now(), a, &list, &count),
			demo[i].want);
		assert_int_equal(count, demo[i].count);
		if (count > 0)
			assert_int_equal(list[count - 1].constraint_count, demo[i].constraints);
	}
}

static const struct {
	const char *jfr, *bsr; /* the first mapping; NULL: none for hvem */
	const char *value;     /* of its first limit */
	bool is_dynamic;
} roles[] = {
	{"http://korsbaek.example/roles/jobrole/sagsbehandler/1", HVEM_ROLE "laes_sag/1",
	 "http://korsbaek.example/kle/1/parametric", true},
	{"http://havneby.example/roles/jobrole/vagt/1", HVEM_ROLE "laes_sag/1", "01.*", false},
	{"http://havneby.example/roles/jobrole/chef/1", HVEM_ROLE "admin/1", NULL, false},
	{"http://korsbaek.example/roles/jobrole/leder/1", HVEM_ROLE "admin/1", NULL, false},
	{"http://korsbaek.example/roles/jobrole/kun-b/1", NULL, NULL, false},
};

static void
assert_roles(const struct trust_snapshot *s, struct arena *a)
{
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		const struct trust_mapping *list;
		size_t count = trust_mappings(s, STR("hvem"), str_from(roles[i].jfr), a, &list);

		assert_non_null(trust_jfr(s, str_from(roles[i].jfr)));
		assert_int_equal(count > 0, roles[i].bsr != NULL);
		if (count == 0)
			continue;
		assert_true(str_eq_c(list[0].bsr, roles[i].bsr));
		assert_int_equal(list[0].da_count, roles[i].value != NULL);
		if (roles[i].value) {
			assert_true(str_eq_c(list[0].da[0].values[0], roles[i].value));
			assert_int_equal(list[0].da[0].is_dynamic, roles[i].is_dynamic);
		}
	}
}

static void
demo_landscape(void **state)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(trust_releasep) const struct trust_snapshot *s = NULL;
	struct cert *ky = pki_cert("systems/KY");
	const struct trust_idp *idp;
	struct world w;
	bool blocked;
	size_t all;

	(void)state;
	world_begin(&w, "demo");
	lay_out(&w);
	apply_demo(&w, 0);
	all = w.report.count[APPLY_NEW];
	apply_demo(&w, all);
	s = world_snapshot(&w);
	assert_agreements(s, a);
	assert_roles(s, a);
	assert_ptr_equal(trust_system_by_cert(s, cert_sha256(ky), &blocked),
			 trust_system(s, STR("KY")));
	idp = trust_idp(s, STR("https://idp.korsbaek.example"));
	assert_true(idp->is_active && idp->knows_roles);
	assert_int_equal(idp->context_count, 2);
	assert_true(str_is_set(
		trust_system_by_entity(s, STR("https://hvem.sluse.example"))->metadata_xml));
	cert_free(ky);
	world_end(&w);
}

/* ---- policies/services.conf ---- */

/* Every entity id that one of our services takes tokens for is there, with both its roles. */
static void
services_that_run_here(void **state)
{
	static const char *const ids[] = {ORGANISATION, KLASSIFIKATION_6};
	AUTO(trust_releasep) const struct trust_snapshot *s = NULL;
	char *text = read_text("policies/services.conf");
	const struct trust_service *service;
	struct str audience;
	struct world w;

	(void)state;
	world_begin(&w, "services");
	world_put(&w, text);
	s = world_snapshot(&w);
	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		service = trust_service_find(s, str_from(ids[i]), &audience);
		assert_non_null(service);
		assert_true(str_eq_c(service->id, ids[i]));
		assert_int_equal(service->role_count, 2);
	}
	assert_null(trust_service_find(
		s, STR("http://entityid.kombit.dk/service/klassifikation/5"), &audience));
	world_end(&w);
	free(text);
}

/* ---- docs/apply.md ---- */

static void
documented_example(void **state)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(trust_releasep) const struct trust_snapshot *s = NULL;
	char *text = read_text("docs/apply.md"), *from, *to;
	const struct trust_assignment *list;
	struct str audience;
	struct world w;
	size_t count;

	(void)state;
	from = strstr(text, "```conf\n");
	assert_non_null(from);
	from += strlen("```conf\n");
	to = strstr(from, "```");
	assert_non_null(to);
	*to = '\0';
	world_begin(&w, "example");
	world_put(&w, from);
	assert_int_equal(w.report.count[APPLY_NEW], 8);
	s = world_snapshot(&w);
	assert_int_equal(trust_agreement(s, trust_system(s, STR("KY")),
					 trust_service_find(s, STR(ORGANISATION), &audience),
					 STR("11111111"), clock_now(), a, &list, &count),
			 AGREEMENT_HOLDS);
	assert_int_equal(count, 1);
	free(text);
	world_end(&w);
}

static size_t
assert_named(const char *text, const char *name)
{
	char quoted[200], within[200], last[200];

	snprintf(quoted, sizeof(quoted), "`%s`", name);
	/* in a list of the fields of a group: { type; vaerdier; } */
	snprintf(within, sizeof(within), " %s;", name);
	snprintf(last, sizeof(last), " %s }", name);
	if (!strstr(text, quoted) && !strstr(text, within) && !strstr(text, last))
		fail_msg("docs/apply.md does not say what '%s' is", name);
	return 1;
}

/* As deep as the tables are nested. */
static size_t
assert_fields(const char *text, const struct field *f)
{
	size_t count = 0;

	for (; f->name; f++) {
		count += assert_named(text, f->name);
		for (const char *const *c = f->choices; c && *c; c++)
			count += assert_named(text, *c);
		if (f->fields)
			count += assert_fields(text, f->fields);
	}
	return count;
}

static void
everything_is_documented(void **state)
{
	char *text = read_text("docs/apply.md");
	size_t count = assert_fields(text, doc_envelope);

	(void)state;
	for (int i = 0; i < DOC_KINDS; i++) {
		count += assert_named(text, doc_types[i].list);
		count += assert_fields(text, doc_types[i].fields);
		for (const char *const *s = doc_types[i].states; s && *s; s++)
			count += assert_named(text, *s);
	}
	free(text);
	assert_true(count > 150);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(demo_landscape),
		cmocka_unit_test(services_that_run_here),
		cmocka_unit_test(documented_example),
		cmocka_unit_test(everything_is_documented),
	};

	return cmocka_run_group_tests_name("policies", tests, NULL, NULL);
}
