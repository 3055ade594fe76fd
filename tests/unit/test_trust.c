/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Snapshots of what is known: look-ups, and refreshing under the eyes of other threads. */
#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/clock.h"
#include "tests/unit/pki.h"
#include "tests/unit/trust_world.h"

#define UDSTIL "http://t.example/roles/servicesystemrole/udstil/1"
#define REDIGER "http://t.example/roles/servicesystemrole/rediger/1"
#define ORGANISATION "http://t.example/service/organisation/3"
#define NAVN "http://t.example/constraints/navn/1"

/* 2026-06-15T12:00:00Z; the periods below lie around it */
#define NOW SECONDS(1781524800)

/* ---- look-ups ---- */

static void
services(void **state)
{
	static const struct {
		const char *asked, *audience;
	} rows[] = {
		{ORGANISATION, ORGANISATION},
		{ORGANISATION "/", ORGANISATION},
		{ORGANISATION "//", NULL},
		{"http://t.example/service/organisation/other",
		 "http://t.example/service/organisation/other"},
		{"http://t.example/service/organisation/other/",
		 "http://t.example/service/organisation/other"},
		{"HTTP://t.example/service/organisation/3", NULL},
		{"http://t.example/service/organisation/", NULL},
		{"http://t.example/service/closed/1", NULL},
		{"http://t.example/service/draft/1", NULL},
		{"http://t.example/service/locked/1", "http://t.example/service/locked/1"},
		{"", NULL},
		{"/", NULL},
		{NULL, NULL},
	};
	AUTO(trust_releasep) const struct trust_snapshot *s = NULL;
	struct world w;

	(void)state;
	world_begin(&w, "services");
	world_put(&w, world_base);
	world_put(&w,
		  "services = ("
		  "{ id = \"http://t.example/service/closed/1\"; navn = \"x\"; tilstand = "
		  "\"lukket\"; }, { id = \"http://t.example/service/draft/1\"; navn = \"x\"; "
		  "tilstand = \"kladde\"; }, { id = \"http://t.example/service/locked/1\"; "
		  "navn = \"x\"; tilstand = \"laast\"; } );");
	s = world_snapshot(&w);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str audience = STR_NONE;
		const struct trust_service *v =
			trust_service_find(s, str_from(rows[i].asked), &audience);

		if (!v != !rows[i].audience || !str_eq(audience, str_from(rows[i].audience)))
			fail_msg("%s: '%.*s'", rows[i].asked, (int)audience.len, audience.ptr);
	}
	world_end(&w);
}

static void
certificates(void **state)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(trust_releasep) const struct trust_snapshot *s = NULL;
	struct cert *ky = pki_cert("systems/KY"), *next = pki_cert("systems/KY-next");
	struct cert *ksd = pki_cert("systems/KSD");
	const struct trust_system *system;
	struct str lower;
	struct world w;
	bool blocked = true;

	(void)state;
	world_begin(&w, "certs");
	world_put(&w, world_base);
	world_cert(&w, "next.pem", "systems/KY-next");
	world_put(&w,
		  "systemer = ( { id = \"KY\"; navn = \"KY\"; ejer = \"33333333\"; anvender = "
		  "{ certifikater = ( { fil = \"ky.pem\"; spaerret = true; },"
		  " { fil = \"next.pem\"; } ); kanImpersonere = true; }; } );");
	s = world_snapshot(&w);
	system = trust_system(s, STR("KY"));
	assert_true(system->may_impersonate && system->represent_count == 0);
	assert_int_equal(system->cert_count, 2);
	assert_ptr_equal(trust_system_by_cert(s, cert_sha256(next), &blocked), system);
	assert_false(blocked);
	assert_ptr_equal(trust_system_by_cert(s, cert_sha256(ky), &blocked), system);
	assert_true(blocked);
	assert_null(trust_system_by_cert(s, cert_sha256(ksd), &blocked));
	assert_false(blocked);
	assert_null(trust_system_by_cert(s, STR(""), &blocked));
	assert_true(cert_eq(trust_cert_by_ski(s, cert_ski(next)), next));
	assert_null(trust_cert_by_ski(s, cert_ski(ksd)));
	assert_null(trust_cert_by_ski(s, STR_NONE));
	assert_true(cert_eq(trust_cert_by_sha1(s, cert_thumbprint(ky)), ky));
	lower = arena_dup(a, cert_thumbprint(ky));
	for (size_t i = 0; i < lower.len; i++)
		((char *)(uintptr_t)lower.ptr)[i] |= 0x20;
	assert_true(cert_eq(trust_cert_by_sha1(s, lower), ky));
	assert_null(trust_cert_by_sha1(s, STR("00")));
	assert_null(trust_cert_by_sha1(s, cert_thumbprint(ksd)));
	assert_true(cert_eq(
		trust_cert_by_issuer_serial(s, cert_issuer_net(next), cert_serial_hex(next)),
		next));
	assert_null(
		trust_cert_by_issuer_serial(s, cert_subject_net(next), cert_serial_hex(next)));
	assert_null(trust_cert_by_issuer_serial(s, cert_issuer_net(ksd), cert_serial_hex(ksd)));
	cert_free(ky);
	cert_free(next);
	cert_free(ksd);
	world_end(&w);
}

static void
parties(void **state)
{
	AUTO(trust_releasep) const struct trust_snapshot *s = NULL;
	const struct trust_system *hvem;
	const struct trust_idp *idp;
	struct world w;

	(void)state;
	world_begin(&w, "parties");
	world_put(&w, world_base);
	s = world_snapshot(&w);
	assert_true(str_eq_c(trust_myndighed(s, STR("11111111"))->rolledomaene,
			     "korsbaek.example"));
	assert_null(trust_myndighed(s, STR("33333333")));
	assert_int_equal(trust_system_count(s), 2);
	assert_null(trust_system_at(s, 2));
	assert_null(trust_system(s, STR("ky")));
	hvem = trust_system_by_entity(s, STR("https://hvem.sluse.example"));
	assert_ptr_equal(hvem, trust_system(s, STR("hvem")));
	assert_true(hvem->is_oiosaml3);
	assert_true(str_eq_c(hvem->min_nsis, "Low"));
	assert_true(str_eq_c(hvem->attribute_profile, "KOMBIT"));
	assert_true(str_eq_c(hvem->nameid_mode, "copy"));
	assert_false(str_is_set(hvem->bpp_namespace));
	assert_false(hvem->is_blocked || hvem->require_role || hvem->may_impersonate);
	assert_null(trust_system_by_entity(s, STR("https://idp.korsbaek.example")));
	assert_false(str_is_set(trust_system(s, STR("KY"))->entity_id));
	idp = trust_idp(s, STR("https://idp.korsbaek.example"));
	assert_ptr_equal(trust_idp_at(s, 0), idp);
	assert_int_equal(trust_idp_count(s), 1);
	assert_null(trust_idp_at(s, 1));
	assert_true(idp->is_active);
	assert_int_equal(idp->context_count, 2);
	assert_int_equal(idp->ip_range_count, 2);
	assert_true(str_eq_c(idp->max_nsis, "Substantial"));
	assert_false(idp->knows_roles || idp->allow_o_mismatch || idp->trust_forceauthn);
	assert_false(trust_da_type(s, STR("http://t.example/constraints/KLE/1"))->is_multi);
	assert_null(trust_da_type(s, STR("http://t.example/constraints/x/1")));
	/* [administration 3.3] an IdP without contexts is inactive */
	trust_releasep(&s);
	world_put(&w, "idps = ( { id = \"https://idp.korsbaek.example\"; navn = \"x\";"
		      " oiosamlProfil = \"OIOSAML2\"; } );");
	s = world_snapshot(&w);
	assert_false(trust_idp_at(s, 0)->is_active);
	world_end(&w);
}

static const char more_roles[] =
	"brugersystemroller = (\n"
	" { id = \"http://hvem.example/roles/usersystemrole/b/1\"; navn = \"B\"; system = "
	"\"hvem\";"
	" },\n"
	" { id = \"http://hvem.example/roles/usersystemrole/draft/1\"; navn = \"D\";"
	"   system = \"hvem\"; tilstand = \"kladde\"; },\n"
	" { id = \"http://hvem.example/roles/usersystemrole/going/1\"; navn = \"G\";"
	"   system = \"hvem\"; tilstand = \"udfases\"; },\n"
	" { id = \"http://hvem.example/roles/usersystemrole/closed/1\"; navn = \"C\";"
	"   system = \"hvem\"; tilstand = \"lukket\"; } );\n"
	"jobfunktionsroller = (\n"
	" { id = \"http://havneby.example/roles/jobrole/vagt/1\"; navn = \"Vagt\";"
	"   ejer = \"22222222\"; gyldigFra = \"2026-01-01\";\n"
	"   delegeretTil = ( { cvr = \"11111111\"; gyldigTil = \"2026-12-31\"; } ); linjer = "
	"(\n"
	"    { brugersystemrolle = \"http://hvem.example/roles/usersystemrole/going/1\"; },\n"
	"    { brugersystemrolle = \"http://hvem.example/roles/usersystemrole/closed/1\"; },\n"
	"    { brugersystemrolle = \"http://hvem.example/roles/usersystemrole/draft/1\"; },\n"
	"    { brugersystemrolle = \"http://hvem.example/roles/usersystemrole/laes/1\";\n"
	"      dataafgraensninger = ( { type = \"http://t.example/constraints/KLE/1\";\n"
	"       vaerdier = [ \"01.*\", \"02.*\" ]; } ); },\n"
	"    { brugersystemrolle = \"http://hvem.example/roles/usersystemrole/b/1\"; } ); },\n"
	" { id = \"http://havneby.example/roles/jobrole/sover/1\"; navn = \"S\";"
	"   ejer = \"22222222\"; tilstand = \"inaktiv\"; } );\n";

static void
job_roles(void **state)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(trust_releasep) const struct trust_snapshot *s = NULL;
	const struct trust_mapping *list;
	const struct trust_jfr *jfr;
	struct world w;
	size_t count;

	(void)state;
	world_begin(&w, "jobroles");
	world_put(&w, world_base);
	world_put(&w, more_roles);
	s = world_snapshot(&w);
	jfr = trust_jfr(s, STR("http://havneby.example/roles/jobrole/vagt/1"));
	assert_true(str_eq_c(jfr->owner_cvr, "22222222"));
	assert_true(jfr->is_active && validity_holds(jfr->valid, NOW));
	assert_int_equal(jfr->delegated_count, 1);
	assert_true(str_eq_c(jfr->delegated[0].cvr, "11111111"));
	assert_true(validity_holds(jfr->delegated[0].valid, NOW));
	assert_false(validity_holds(jfr->delegated[0].valid, NOW + DAYS(365)));
	assert_false(
		trust_jfr(s, STR("http://havneby.example/roles/jobrole/sover/1"))->is_active);
	assert_null(trust_jfr(s, STR("http://havneby.example/roles/jobrole/VAGT/1")));
	/* dead lines are left out, the rest stays in order */
	count = trust_mappings(s, STR("hvem"), jfr->id, a, &list);
	assert_int_equal(count, 3);
	assert_true(str_has_suffix(list[0].bsr, STR("/going/1")));
	assert_true(str_has_suffix(list[1].bsr, STR("/laes/1")));
	assert_true(str_has_suffix(list[2].bsr, STR("/b/1")));
	assert_true(str_eq_c(list[1].bsr_system, "hvem"));
	assert_int_equal(list[1].da_count, 1);
	assert_int_equal(list[1].da[0].value_count, 2);
	assert_false(list[1].da[0].is_dynamic);
	assert_int_equal(list[1].mandatory_count, 1);
	assert_int_equal(list[2].mandatory_count, 0);
	assert_int_equal(trust_mappings(s, STR("KY"), jfr->id, a, &list), 0);
	assert_int_equal(trust_mappings(s, STR("hvem"), STR("http://x/1"), a, &list), 0);
	count = trust_mappings(s, STR("hvem"),
			       STR("http://korsbaek.example/roles/jobrole/sag/1"), a, &list);
	assert_int_equal(count, 1);
	assert_true(list[0].da[0].is_dynamic);
	assert_true(
		str_eq_c(list[0].da[0].values[0], "http://korsbaek.example/kle/1/parametric"));
	world_end(&w);
}

/* ---- the past, and change ---- */

static bool
job_break(struct tx *tx, void *arg, struct err *e)
{
	struct known_row row = {.type = STR("system"),
				.id = STR("broken"),
				.at = clock_now(),
				.json = str_from(arg),
				.actor = STR("test")};

	return store_known_put(tx, &row, e);
}

static void
refreshing(void **state)
{
	AUTO(trust_releasep) const struct trust_snapshot *old = NULL, *now = NULL;
	char no_json[] = "{", no_cert[] =
				      "{\"ejer\":\"33333333\",\"anvender\":{\"certifikater\":"
				      "[{\"pem\":\"x\"}]}}";
	char no_owner[] = "{}", *const broken[] = {no_json, no_cert, no_owner};
	struct trust *t;
	struct world w;
	bool changed = true;

	(void)state;
	world_begin(&w, "refresh");
	assert_true(trust_open(w.store, &t, &w.err));
	assert_true(trust_refresh(t, &changed, &w.err));
	assert_false(changed);
	old = trust_hold(t);
	world_put(&w, world_base);
	assert_true(trust_refresh(t, &changed, &w.err));
	assert_true(changed);
	now = trust_hold(t);
	assert_int_not_equal(trust_generation(old), trust_generation(now));
	assert_null(trust_system(old, STR("KY")));
	assert_non_null(trust_system(now, STR("KY")));
	/* what cannot be read leaves the one before in force */
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		const struct trust_snapshot *still;

		assert_true(store_write(w.store, job_break, broken[i], &w.err));
		assert_false(trust_refresh(t, &changed, &w.err));
		assert_int_equal(w.err.code, KNOWN_MALFORMED);
		assert_false(changed);
		err_clear(&w.err);
		still = trust_hold(t);
		assert_ptr_equal(still, now);
		trust_release(still);
	}
	trust_close(t);
	/* held ones outlive their owner */
	assert_non_null(trust_system(now, STR("KY")));
	world_end(&w);
}

struct crowd {
	struct trust *t;
	struct world *w;
	atomic_bool stop;
	atomic_int seen;
};

static void *
look(void *arg)
{
	struct crowd *c = arg;

	while (!atomic_load(&c->stop)) {
		AUTO(trust_releasep) const struct trust_snapshot *s = trust_hold(c->t);

		if (trust_system(s, STR("KY")) && trust_idp_count(s) == 1)
			atomic_fetch_add(&c->seen, 1);
	}
	return NULL;
}

static void *
refresh(void *arg)
{
	struct crowd *c = arg;
	struct err e = ERR_INIT;
	bool changed;

	while (!atomic_load(&c->stop))
		if (!trust_refresh(c->t, &changed, &e))
			return c;
	return NULL;
}

static void
many_threads(void **state)
{
	struct crowd c = {0};
	pthread_t threads[6];
	char text[200];
	struct world w;

	(void)state;
	world_begin(&w, "threads");
	world_put(&w, world_base);
	assert_true(trust_open(w.store, &c.t, &w.err));
	for (int i = 0; i < 6; i++)
		pthread_create(&threads[i], NULL, i < 4 ? look : refresh, &c);
	for (int i = 0; i < 20; i++) {
		snprintf(text, sizeof(text),
			 "leverandoerer = ( { cvr = \"33333333\"; navn = \"V%d\"; } );", i);
		world_put(&w, text);
	}
	atomic_store(&c.stop, true);
	for (int i = 0; i < 6; i++) {
		void *failed;

		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	assert_true(atomic_load(&c.seen) > 0);
	trust_close(c.t);
	world_end(&w);
}

/* ---- how long it takes ---- */

static bool
job_many(struct tx *tx, void *arg, struct err *e)
{
	char id[80], json[4096], filler[2048];
	struct known_row row = {.at = NOW, .actor = STR("test")};

	(void)arg;
	memset(filler, 'x', sizeof(filler) - 1);
	filler[sizeof(filler) - 1] = '\0';
	for (int i = 0; i < 600; i++) {
		if (i < 100) {
			row.type = STR("idp");
			snprintf(id, sizeof(id), "https://idp%d.example", i);
			snprintf(json, sizeof(json),
				 "{\"id\":\"%s\",\"navn\":\"x\",\"oiosamlProfil\":\"OIOSAML3\","
				 "\"kontekster\":[\"11111111\"],\"metadata\":{\"xml\":\"<%s/"
				 ">\"}}",
				 id, filler);
		} else {
			row.type = STR("aftale");
			snprintf(id, sizeof(id), "g%d", i);
			snprintf(json, sizeof(json),
				 "{\"id\":\"%s\",\"navn\":\"x\",\"begrundelse\":\"x\","
				 "\"anvendersystem\":\"KY\",\"dataejer\":\"11111111\","
				 "\"linjer\":"
				 "[{\"service\":\"" ORGANISATION "\",\"roller\":[\"" UDSTIL
				 "\",\"" REDIGER "\"],\"dataafgraensninger\":[{\"type\":\"" NAVN
				 "\","
				 "\"vaerdier\":[\"Ja\"]}]}]}",
				 id);
		}
		row.id = str_from(id);
		row.json = str_from(json);
		if (!store_known_put(tx, &row, e))
			return false;
	}
	return true;
}

static void
loading_is_quick(void **state)
{
	const struct trust_snapshot *s;
	uint64_t begin, best = UINT64_MAX;
	struct world w;

	(void)state;
	world_begin(&w, "quick");
	world_put(&w, world_base);
	assert_true(store_write(w.store, job_many, NULL, &w.err));
	for (int i = 0; i < 5; i++) {
		begin = clock_monotonic_us();
		assert_true(trust_as_of(w.store, INSTANT_MAX, &s, &w.err));
		begin = clock_monotonic_us() - begin;
		best = begin < best ? begin : best;
		assert_int_equal(trust_idp_count(s), 101);
		trust_release(s);
	}
	print_message("# 100 IdPs and 500 agreements loaded in %" PRIu64 " us\n", best);
	/* sanitizers and a busy machine take their share of 100 ms */
	assert_true(best < 1000000);
	world_end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(services),         cmocka_unit_test(certificates),
		cmocka_unit_test(parties),          cmocka_unit_test(job_roles),
		cmocka_unit_test(refreshing),       cmocka_unit_test(many_threads),
		cmocka_unit_test(loading_is_quick),
	};

	return cmocka_run_group_tests_name("trust", tests, NULL, NULL);
}
