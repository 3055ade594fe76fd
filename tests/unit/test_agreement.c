/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an agreement gives and when: its state, its period, its context, its roles and limits,
 * and what held at a moment in the past.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/clock.h"
#include "tests/unit/trust_world.h"

#define UDSTIL "http://t.example/roles/servicesystemrole/udstil/1"
#define REDIGER "http://t.example/roles/servicesystemrole/rediger/1"
#define ORGANISATION "http://t.example/service/organisation/3"
#define NAVN "http://t.example/constraints/navn/1"

/* 2026-06-15T12:00:00Z; the periods below lie around it */
#define NOW SECONDS(1781524800)

#define LINE(roles) "linjer = ( { service = \"" ORGANISATION "\"; roller = [ " roles " ]; } );"
#define BOTH LINE("\"" REDIGER "\", \"" UDSTIL "\"")
#define EJER "dataejer = \"11111111\";"

struct verdict {
	const char *name;
	const char *agreement; /* fields behind the common ones */
	const char *facet;     /* further fields of KY's facet anvender */
	const char *system;    /* further fields of KY */
	const char *authority; /* further fields of 11111111 */
	const char *vendor;    /* further fields of 33333333, KY's owner */
	const char *plain;     /* further fields of the service without roles */
	const char *cvr, *service;
	bool is_without; /* there is no agreement */
	enum trust_agreement_verdict want;
	size_t count;
};

#define V(n, w, c, ...)                                                                        \
	{                                                                                      \
		.name = (n), .want = AGREEMENT_##w, .count = (c), ##__VA_ARGS__                \
	}

static const struct verdict verdicts[] = {
	V("in force", HOLDS, 2, .agreement = EJER BOTH),
	V("said to be in force", HOLDS, 2, .agreement = EJER BOTH "tilstand = \"aktiv\";"),
	V("one role", HOLDS, 1, .agreement = EJER LINE("\"" UDSTIL "\"")),
	V("approved and begun", HOLDS, 2,
	  .agreement =
		  EJER BOTH "tilstand = \"godkendt\"; gyldigFra = \"2026-06-15T12:00:00Z\";"),
	V("approved, not begun", NONE, 0,
	  .agreement =
		  EJER BOTH "tilstand = \"godkendt\"; gyldigFra = \"2026-06-15T12:00:01Z\";"),
	V("not begun", NONE, 0, .agreement = EJER BOTH "gyldigFra = \"2026-06-15T12:00:01Z\";"),
	V("ends later", HOLDS, 2,
	  .agreement = EJER BOTH "gyldigTil = \"2026-06-15T12:00:01Z\";"),
	V("ends now", EXPIRED, 0,
	  .agreement = EJER BOTH "gyldigTil = \"2026-06-15T12:00:00Z\";"),
	V("cancelled, still runs", HOLDS, 2,
	  .agreement = EJER BOTH "tilstand = \"opsagt\"; gyldigTil = \"2026-07-01\";"),
	V("cancelled, ended", EXPIRED, 0,
	  .agreement = EJER BOTH "tilstand = \"opsagt\"; gyldigTil = \"2026-06-01\";"),
	V("ended", EXPIRED, 0, .agreement = EJER BOTH "tilstand = \"ophoert\";"),
	V("run out", EXPIRED, 0, .agreement = EJER BOTH "tilstand = \"udloebet\";"),
	V("suspended", SUSPENDED, 0, .agreement = EJER BOTH "tilstand = \"suspenderet\";"),
	V("suspended and ended", EXPIRED, 0,
	  .agreement = EJER BOTH "tilstand = \"suspenderet\"; gyldigTil = \"2026-06-01\";"),
	/* a draft makes nobody a context */
	V("draft", NO_CONTEXT, 0, .agreement = EJER BOTH "tilstand = \"kladde\";"),
	V("waits", NO_CONTEXT, 0, .agreement = EJER BOTH "tilstand = \"afventer\";"),
	V("rejected", NO_CONTEXT, 0, .agreement = EJER BOTH "tilstand = \"afvist\";"),
	V("withdrawn", NO_CONTEXT, 0, .agreement = EJER BOTH "tilstand = \"tilbagekaldt\";"),
	V("draft, context named by the system", NONE, 0,
	  .agreement = EJER BOTH "tilstand = \"kladde\";",
	  .facet = "anvenderkontekster = [ \"11111111\" ];"),
	V("another authority", NO_CONTEXT, 0, .agreement = EJER BOTH, .cvr = "22222222"),
	V("another authority that the system names", NONE, 0, .agreement = EJER BOTH,
	  .cvr = "22222222", .facet = "anvenderkontekster = [ \"22222222\" ];"),
	V("nobody", NO_CONTEXT, 0, .agreement = EJER BOTH, .cvr = "44444444"),
	V("a vendor", NO_CONTEXT, 0, .agreement = EJER BOTH, .cvr = "33333333"),
	V("no CVR", NO_CONTEXT, 0, .agreement = EJER BOTH, .cvr = ""),
	V("another service", NONE, 0, .agreement = EJER BOTH,
	  .service = "http://t.example/service/plain/1"),
	V("a service without roles", HOLDS, 0,
	  .agreement = EJER "linjer = ( { service = \"http://t.example/service/plain/1\"; } );",
	  .service = "http://t.example/service/plain/1"),
	V("a service that has ended", NONE, 0,
	  .agreement = EJER "linjer = ( { service = \"http://t.example/service/plain/1\"; } );",
	  .service = "http://t.example/service/plain/1",
	  .plain = "gyldigTil = \"2026-06-01\";"),
	V("no agreement", NONE, 0, .is_without = true,
	  .facet = "anvenderkontekster = [ \"11111111\" ];"),
	V("context by name", HOLDS, 2, .agreement = EJER BOTH "kontekster = [ \"22222222\" ];",
	  .cvr = "22222222"),
	V("named contexts replace the receiver", NO_CONTEXT, 0,
	  .agreement = EJER BOTH "kontekster = [ \"22222222\" ];"),
	V("receiver is the context", HOLDS, 2,
	  .agreement = EJER BOTH "datamodtager = \"22222222\"; type = \"med_videregivelse\";",
	  .cvr = "22222222"),
	V("owner of data that are handed on is no context", NO_CONTEXT, 0,
	  .agreement = EJER BOTH "datamodtager = \"22222222\"; type = \"med_videregivelse\";"),
	V("authority suspended", NO_CONTEXT, 0, .agreement = EJER BOTH,
	  .authority = "tilstand = \"suspenderet\";"),
	V("authority being made", NO_CONTEXT, 0, .agreement = EJER BOTH,
	  .authority = "tilstand = \"oprettet\";"),
	V("authority ended", NO_CONTEXT, 0, .agreement = EJER BOTH,
	  .authority = "gyldigTil = \"2026-06-01\";"),
	V("owner of data that are handed on suspended", SUSPENDED, 0,
	  .agreement = EJER BOTH "datamodtager = \"22222222\"; type = \"med_videregivelse\";",
	  .cvr = "22222222", .authority = "tilstand = \"suspenderet\";"),
	V("owner of data that are handed on ended", SUSPENDED, 0,
	  .agreement = EJER BOTH "datamodtager = \"22222222\"; type = \"med_videregivelse\";",
	  .cvr = "22222222", .authority = "gyldigTil = \"2026-06-15T12:00:00Z\";"),
	V("vendor in force", HOLDS, 2, .agreement = EJER BOTH,
	  .vendor = "tilstand = \"aktiv\";"),
	V("vendor suspended", NONE, 0, .agreement = EJER BOTH,
	  .vendor = "tilstand = \"suspenderet\";"),
	V("vendor not approved", NONE, 0, .agreement = EJER BOTH,
	  .vendor = "tilstand = \"anmodet\";"),
	V("vendor ended", NONE, 0, .agreement = EJER BOTH,
	  .vendor = "gyldigTil = \"2026-06-15T12:00:00Z\";"),
	V("vendor not begun", NONE, 0, .agreement = EJER BOTH,
	  .vendor = "gyldigFra = \"2026-06-15T12:00:01Z\";"),
	V("system blocked", NONE, 0, .agreement = EJER BOTH,
	  .system = "tilstand = \"spaerret\";"),
	V("system closed", NONE, 0, .agreement = EJER BOTH,
	  .system = "tilstand = \"nedlagt\";"),
	V("system being made", NONE, 0, .agreement = EJER BOTH,
	  .system = "tilstand = \"kladde\";"),
	V("system not begun", NONE, 0, .agreement = EJER BOTH,
	  .system = "gyldigFra = \"2026-07-01\";"),
};

/* Copies from `*from` up to `mark`, mark included, then adds `insert`. */
static void
copy_to(struct buf *out, const char **from, const char *mark, const char *insert)
{
	const char *at = strstr(*from, mark);

	assert_non_null(at);
	at += strlen(mark);
	buf_add_bytes(out, *from, (size_t)(at - *from));
	buf_add_c(out, insert ? insert : "");
	*from = at;
}

/* The base with another agreement, and fields put into 11111111, the vendor and KY. */
static void
put_variant(struct world *w, const struct verdict *v)
{
	AUTO(buf_release) struct buf text = BUF_INIT(1 << 16);
	const char *from = world_base;

	copy_to(&text, &from, "type = \"kommune\";", v->authority);
	copy_to(&text, &from, "cvr = \"33333333\"; navn = \"Vendor\";", v->vendor);
	copy_to(&text, &from, "id = \"KY\"; navn = \"KY\"; ejer = \"33333333\";", v->system);
	copy_to(&text, &from, "( { fil = \"ky.pem\"; } );", v->facet);
	copy_to(&text, &from, "navn = \"Plain\";", v->plain);
	copy_to(&text, &from, "aftaler = (", NULL);
	if (v->is_without)
		buf_add_c(&text, ");\n");
	else
		buf_printf(&text,
			   "{ id = \"v1\"; navn = \"V\"; begrundelse = \"V\"; anvendersystem = "
			   "\"KY\";"
			   " %s } );\n",
			   v->agreement);
	buf_add_c(&text, strstr(from, "idps = ("));
	buf_add_char(&text, '\0');
	world_put(w, text.ptr);
}

/* Which grounds came about in all of these. */
static bool seen[GROUND_COUNT];

/* What is told as the reason must be what was decided by. */
static void
check_why(const struct verdict *v, enum trust_agreement_verdict got,
	  const struct trust_why *why)
{
	bool leads_there = false;

	assert_true(why->count > 0);
	for (size_t i = 0; i < why->count; i++) {
		enum trust_ground ground = why->at[i].ground;

		seen[ground] = true;
		leads_there |= trust_ground_rows[ground].verdict == got;
		if (trust_ground_rows[ground].verdict == AGREEMENT_HOLDS &&
		    got != AGREEMENT_HOLDS)
			fail_msg("%s: %s", v->name, trust_ground_rows[ground].name);
	}
	if (!leads_there)
		fail_msg("%s: no ground leads to verdict %d", v->name, got);
}

static void
agreement_verdicts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		AUTO(arena_freep) struct arena *a = arena_new();
		AUTO(trust_releasep) const struct trust_snapshot *s = NULL;
		const struct verdict *v = &verdicts[i];
		const struct trust_assignment *list;
		const struct trust_service *service;
		enum trust_agreement_verdict got;
		struct trust_why why;
		struct str audience;
		struct world w;
		size_t count;

		world_begin(&w, "verdict");
		put_variant(&w, v);
		s = world_snapshot(&w);
		service = trust_service_find(
			s, str_from(v->service ? v->service : ORGANISATION), &audience);
		got = trust_agreement(s, trust_system(s, STR("KY")), service,
				      str_from(v->cvr ? v->cvr : "11111111"), NOW, a, &list,
				      &count);
		if (got != v->want || count != v->count)
			fail_msg("%s: verdict %d with %zu, not %d with %zu", v->name, got,
				 count, v->want, v->count);
		assert_int_equal(trust_agreement_why(s, trust_system(s, STR("KY")), service,
						     str_from(v->cvr ? v->cvr : "11111111"),
						     NOW, a, &list, &count, &why),
				 got);
		check_why(v, got, &why);
		world_end(&w);
	}
}

static bool
job_put(struct tx *tx, void *arg, struct err *e)
{
	return store_known_put(tx, arg, e);
}

/* Applying refuses such an agreement; a service may have got its roles since. */
static void
agreement_without_role(void **state)
{
	struct known_row row = {
		.type = STR("aftale"),
		.id = STR("bare"),
		.json = STR(
			"{\"anvendersystem\":\"KY\",\"begrundelse\":\"x\",\"dataejer\":"
			"\"11111111\",\"id\":\"bare\",\"linjer\":[{\"service\":\"" ORGANISATION
			"\"}],\"navn\":\"x\"}"),
		.at = NOW,
		.actor = STR("test")};
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(trust_releasep) const struct trust_snapshot *s = NULL;
	const struct trust_assignment *list;
	struct trust_why why;
	struct str audience;
	struct world w;
	size_t count;

	(void)state;
	world_begin(&w, "bare");
	put_variant(&w, &(struct verdict){.is_without = true});
	assert_true(store_write(w.store, job_put, &row, &w.err));
	s = world_snapshot(&w);
	assert_int_equal(
		trust_agreement_why(s, trust_system(s, STR("KY")),
				    trust_service_find(s, STR(ORGANISATION), &audience),
				    STR("11111111"), NOW, a, &list, &count, &why),
		AGREEMENT_NO_ROLE);
	assert_int_equal(why.count, 1);
	seen[why.at[0].ground] = true;
	world_end(&w);
}

static void
grounds(void **state)
{
	(void)state;
	for (int i = 0; i < GROUND_COUNT; i++) {
		const struct trust_ground_row *row = &trust_ground_rows[i];

		assert_non_null(row->name);
		assert_non_null(row->text);
		if (i != GROUND_UNASKED && !seen[i])
			fail_msg("%s never came about", row->name);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(row->name, trust_ground_rows[j].name);
	}
}

static void
assignments(void **state)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(trust_releasep) const struct trust_snapshot *s = NULL;
	const struct trust_assignment *list;
	struct str audience;
	struct world w;
	size_t count;

	(void)state;
	world_begin(&w, "assign");
	put_variant(&w, &(struct verdict){
				.agreement = EJER
				"datamodtager = \"22222222\"; type = \"med_videregivelse\";"
				"linjer = ( { service = \"" ORGANISATION "\"; roller ="
				" [ \"" UDSTIL "\", \"" REDIGER "\" ]; dataafgraensninger ="
				" ( { type = \"" NAVN "\"; vaerdier = [ \"Nej\", \"Ja\" ]; } );"
				" }, { service = \"" ORGANISATION "\"; roller ="
				" [ \"" UDSTIL "\" ]; } );"});
	s = world_snapshot(&w);
	assert_int_equal(trust_agreement(s, trust_system(s, STR("KY")),
					 trust_service_find(s, STR(ORGANISATION), &audience),
					 STR("22222222"), NOW, a, &list, &count),
			 AGREEMENT_HOLDS);
	assert_int_equal(count, 3);
	assert_true(str_eq_c(list[0].id, "sa-v1-1-rediger-1-22222222"));
	assert_true(str_eq_c(list[1].id, "sa-v1-1-udstil-1-22222222"));
	assert_true(str_eq_c(list[2].id, "sa-v1-2-udstil-1-22222222"));
	assert_true(str_eq_c(list[0].role, REDIGER));
	for (size_t i = 0; i < count; i++) {
		assert_true(str_eq_c(list[i].context_cvr, "22222222"));
		assert_true(str_eq_c(list[i].scope_cvr, "11111111"));
	}
	/* a limit goes with the roles that have its type, its values in order */
	assert_int_equal(list[0].constraint_count, 0);
	assert_int_equal(list[1].constraint_count, 2);
	assert_true(str_eq_c(list[1].constraints[0].name, NAVN));
	assert_true(str_eq_c(list[1].constraints[0].value, "Ja"));
	assert_true(str_eq_c(list[1].constraints[1].value, "Nej"));
	assert_int_equal(list[2].constraint_count, 0);
	world_end(&w);
}

/* What one agreement refuses another may give; of two refusals the nearer one is told. */
static void
several_agreements(void **state)
{
	static const char more[] =
		"aftaler = ( { id = \"v2\"; navn = \"V\"; begrundelse = \"V\";"
		" anvendersystem = \"KY\"; " EJER LINE("\"" REDIGER "\"") " %s } );";
	static const struct {
		const char *first, *second;
		enum trust_agreement_verdict want;
		size_t count;
	} rows[] = {
		{"tilstand = \"suspenderet\";", "", AGREEMENT_HOLDS, 1},
		{"", "tilstand = \"ophoert\";", AGREEMENT_HOLDS, 2},
		{"", "", AGREEMENT_HOLDS, 3},
		{"tilstand = \"ophoert\";", "tilstand = \"suspenderet\";", AGREEMENT_SUSPENDED,
		 0},
		{"tilstand = \"kladde\";", "tilstand = \"ophoert\";", AGREEMENT_EXPIRED, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO(arena_freep) struct arena *a = arena_new();
		AUTO(trust_releasep) const struct trust_snapshot *s = NULL;
		const struct trust_assignment *list;
		char first[600], second[600];
		struct str audience;
		struct world w;
		size_t count;

		world_begin(&w, "several");
		snprintf(first, sizeof(first), EJER BOTH "%s", rows[i].first);
		put_variant(&w, &(struct verdict){.agreement = first});
		snprintf(second, sizeof(second), more, rows[i].second);
		world_put(&w, second);
		s = world_snapshot(&w);
		assert_int_equal(
			trust_agreement(s, trust_system(s, STR("KY")),
					trust_service_find(s, STR(ORGANISATION), &audience),
					STR("11111111"), NOW, a, &list, &count),
			rows[i].want);
		assert_int_equal(count, rows[i].count);
		for (size_t j = 1; j < count; j++)
			assert_true(str_cmp(list[j - 1].id, list[j].id) < 0);
		world_end(&w);
	}
}

static void
as_of(void **state)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	const struct trust_assignment *list;
	static const struct {
		instant at;
		enum trust_agreement_verdict want;
	} rows[] = {
		{NOW, AGREEMENT_HOLDS},
		{NOW + HOURS(1) - 1, AGREEMENT_HOLDS},
		{NOW + HOURS(1), AGREEMENT_SUSPENDED},
		{NOW + HOURS(2), AGREEMENT_HOLDS},
		{INSTANT_MAX, AGREEMENT_HOLDS},
	};
	const struct trust_snapshot *s;
	struct world w;
	size_t count;

	(void)state;
	world_begin(&w, "asof");
	clock_freeze(NOW);
	put_variant(&w, &(struct verdict){.agreement = EJER BOTH});
	clock_freeze(NOW + HOURS(1));
	put_variant(&w,
		    &(struct verdict){.agreement = EJER BOTH "tilstand = \"suspenderet\";"});
	clock_freeze(NOW + HOURS(2));
	put_variant(&w, &(struct verdict){.agreement = EJER BOTH});
	clock_thaw();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str audience;

		assert_true(trust_as_of(w.store, rows[i].at, &s, &w.err));
		assert_int_equal(
			trust_agreement(s, trust_system(s, STR("KY")),
					trust_service_find(s, STR(ORGANISATION), &audience),
					STR("11111111"), NOW, a, &list, &count),
			rows[i].want);
		trust_release(s);
	}
	assert_true(trust_as_of(w.store, NOW - 1, &s, &w.err));
	assert_int_equal(trust_system_count(s), 0);
	assert_null(trust_system(s, STR("KY")));
	trust_release(s);
	world_end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agreement_verdicts),
		cmocka_unit_test(agreement_without_role),
		cmocka_unit_test(grounds),
		cmocka_unit_test(assignments),
		cmocka_unit_test(several_agreements),
		cmocka_unit_test(as_of),
	};

	return cmocka_run_group_tests_name("agreement", tests, NULL, NULL);
}
