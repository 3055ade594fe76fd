/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a restart makes of what was kept of lists and answers: lists are in force before an
 * answer is looked at, and of lists about different certificates each is kept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <openssl/ocsp.h>
#include <cmocka.h>

#include "base/clock.h"
#include "ca_world.h"
#include "gateway/revocation_internal.h"
#include "pki.h"
#include "tests/unit/soap_world.h"

/* rows name what differs */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define GOOD V_OCSP_CERTSTATUS_GOOD
#define REVOKED V_OCSP_CERTSTATUS_REVOKED
#define ISSUING_LIST "http://pki.localhost/oces/issuing/1/crl/issuing.crl"

static struct soap_world world;
static struct cert *ky;
static instant now;

static struct anchors *
anchors_without_lists(bool required)
{
	char at[2][PKI_PATH_BYTES];
	struct anchors_paths paths = {
		.anchors = pki_path(at[0], "anchors.pem"),
		.intermediates = pki_path(at[1], "intermediates.pem"),
		.crl_required = required,
	};
	struct anchors *a = NULL;
	struct err e = ERR_INIT;

	if (!anchors_load(&paths, &a, &e))
		fail_msg("%s", e.detail);
	return a;
}

static struct source *
find_source(struct revocation *r, const char *url, bool is_about_ky)
{
	for (size_t i = 0; i < r->count; i++)
		if (is_about_ky
			    ? r->sources[i]->cert && cert_eq(r->sources[i]->cert, ky)
			    : r->sources[i]->is_list && strcmp(r->sources[i]->url, url) == 0)
			return r->sources[i];
	fail_msg("no source");
	return NULL;
}

/* --- what is in the store before the start --- */

struct row {
	uint8_t key[33];
	size_t key_len;
	struct str bytes;
};

static bool
put_job(struct tx *tx, void *arg, struct err *e)
{
	const struct row *row = arg;

	return store_state_put(tx, "revocation", str_of(row->key, row->key_len), row->bytes,
			       INSTANT_MAX, e);
}

static bool
clear_job(struct tx *tx, void *arg, struct err *e)
{
	(void)arg;
	return store_state_clear(tx, "revocation", e);
}

/* Row `place` of a source, as a server would have kept it. */
static void
kept(const struct source *s, size_t place, struct str bytes)
{
	struct row row = {.key_len = 32 + (place > 0), .bytes = bytes};
	struct err e = ERR_INIT;

	memcpy(row.key, s->key, 32);
	row.key[32] = (uint8_t)place;
	assert_true(store_write(world.app.store, put_job, &row, &e));
}

static struct revocation *
start(bool required)
{
	struct revocation *r = NULL;
	struct err e = ERR_INIT;

	anchors_free(world.platform.anchors);
	world.platform.anchors = world.g.anchors = anchors_without_lists(required);
	atomic_store(&world.platform.refs, 1);
	world.app.platform = &world.platform;
	if (!revocation_open(&world.app, &r, &e))
		fail_msg("%s", e.detail);
	return r;
}

static void
forget(void)
{
	struct err e = ERR_INIT;

	assert_true(store_write(world.app.store, clear_job, NULL, &e));
}

static enum err_code
verdict(void)
{
	struct err e = ERR_INIT;

	(void)!anchors_check(world.platform.anchors, ky, now, &e);
	return e.code;
}

static struct str
list(const char *issuer, const char *revoked, instant from, const char *idp)
{
	const struct ca_list spec = {.issuer = issuer,
				     .revoked = revoked,
				     .from = from,
				     .until = now + HOURS(24),
				     .is_pss = true,
				     .idp = idp};

	return ca_list(world.g.a, &spec);
}

static struct str
answer(const char *signer, int status, instant from)
{
	const struct ca_answer spec = {signer, "systems/KY", "ca/issuing",
				       status, from,         now + HOURS(24)};

	return ca_answer(world.g.a, &spec);
}

/* Who gave the answer must not be on a list, though the list was kept too. */
static const struct answer_case {
	const char *name, *signer, *revoked;
	bool required, is_believed;
} answers[] = {
	{"its signer is on the list", "odd/ocsp-revoked", "odd/ocsp-revoked", false, false},
	{"and status is required", "odd/ocsp-revoked", "odd/ocsp-revoked", true, false},
	{"the list names another", "odd/ocsp-revoked", "systems/KSD", false, true},
	{"and status is required", "odd/ocsp-revoked", "systems/KSD", true, true},
	{"a signer that only a list can vouch for", "odd/ocsp-checked", NULL, true, true},
	{"one of nobody's", "odd/ocsp-stranger", NULL, true, false},
};

static void
lists_before_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		const struct answer_case *x = &answers[i];
		struct revocation *r = start(x->required);
		const struct source *issuing = find_source(r, ISSUING_LIST, false);

		kept(issuing, 0, list("ca/issuing", x->revoked, now - HOURS(1), NULL));
		kept(find_source(r, NULL, true), 0, answer(x->signer, REVOKED, now - HOURS(2)));
		revocation_close(r);
		r = start(x->required);
		if (find_source(r, NULL, true)->has_answer != x->is_believed)
			fail_msg("%s", x->name);
		assert_int_equal(verdict() == CERT_REVOKED, x->is_believed);
		revocation_close(r);
		forget();
	}
}

/* Whichever is the newer: who is called revoked by either is. */
static const struct both_case {
	const char *revoked;
	int status;
	int answer_hours, list_hours; /* ago */
	enum err_code verdict;
} both[] = {
	{"systems/KY", GOOD, 5, 1, CERT_REVOKED},
	{"systems/KY", GOOD, 1, 5, CERT_REVOKED},
	{NULL, REVOKED, 5, 1, CERT_REVOKED},
	{NULL, REVOKED, 1, 5, CERT_REVOKED},
	{NULL, GOOD, 1, 5, ERR_NONE},
	{NULL, GOOD, 5, 1, ERR_NONE},
};

static void
lists_and_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(both); i++) {
		const struct both_case *x = &both[i];
		struct revocation *r = start(false);

		kept(find_source(r, ISSUING_LIST, false), 0,
		     list("ca/issuing", x->revoked, now - HOURS(x->list_hours), NULL));
		kept(find_source(r, NULL, true), 0,
		     answer("ca/ocsp", x->status, now - HOURS(x->answer_hours)));
		revocation_close(r);
		r = start(false);
		if (verdict() != x->verdict)
			fail_msg("row %zu: %d", i, (int)verdict());
		revocation_close(r);
		forget();
	}
}

static size_t
held(const struct source *s)
{
	size_t n = 0;

	for (size_t i = 0; i < SOURCE_LISTS; i++)
		n += s->lists[i] != NULL;
	return n;
}

/* Each list about other certificates has a row of its own, and they come back together. */
static void
divided_lists_are_kept(void **state)
{
	struct revocation *r = start(false);
	const struct source *s = find_source(r, ISSUING_LIST, false);

	(void)state;
	kept(s, 0, list("ca/issuing", "systems/KY", now - HOURS(9), NULL));
	kept(s, 1, list("ca/issuing", NULL, now - HOURS(1), "critical,onlyCA:TRUE"));
	kept(s, 2, list("ca/issuing", NULL, now - HOURS(2), "critical,onlyAA:TRUE"));
	kept(s, 3, list("ca/issuing", NULL, now - HOURS(2), "critical,onlyuser:TRUE"));
	revocation_close(r);
	r = start(false);
	s = find_source(r, ISSUING_LIST, false);
	assert_int_equal(held(s), 3); /* there is no fourth row */
	assert_true(revlist_from(s->lists[s->newest]) / SECONDS(1) ==
		    (now - HOURS(1)) / SECONDS(1));
	assert_int_equal(verdict(), CERT_REVOKED);
	/* one of the same scope and older, another authority's, a broken one: none of them */
	kept(s, 1, list("ca/issuing", NULL, now - HOURS(10), NULL));
	kept(s, 2, list("ca/root", NULL, now - HOURS(1), NULL));
	revocation_close(r);
	r = start(false);
	s = find_source(r, ISSUING_LIST, false);
	assert_int_equal(held(s), 1);
	assert_int_equal(verdict(), CERT_REVOKED);
	/* a later one of the same scope, in whatever row, is the one that counts */
	kept(s, 1, list("ca/issuing", NULL, now - HOURS(1), NULL));
	kept(s, 2, STR("none"));
	revocation_close(r);
	r = start(false);
	s = find_source(r, ISSUING_LIST, false);
	assert_int_equal(held(s), 1);
	assert_int_equal(verdict(), ERR_NONE);
	revocation_close(r);
	forget();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_before_answers),
		cmocka_unit_test(lists_and_answers),
		cmocka_unit_test(divided_lists_are_kept),
	};
	int failed;

	sw_begin(&world, "revocation_restart");
	sw_settings(&world, "", "trust: { fetch = \"both\"; };");
	/* a day later: what is made up as earlier is within the life of all certificates */
	now = instant_add(pki_now() / SECONDS(1) * SECONDS(1), DAYS(1));
	clock_freeze(now);
	ky = pki_cert("systems/KY");
	failed = cmocka_run_group_tests_name("revocation restart", tests, NULL, NULL);
	cert_free(ky);
	clock_thaw();
	sw_end(&world);
	return failed;
}
