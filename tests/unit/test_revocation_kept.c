/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose a list is, and answers that outlive the certificate of who gave them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <openssl/ocsp.h>
#include <cmocka.h>

#include "ca_world.h"
#include "crypto/revocation.h"
#include "pki.h"

/* rows name what differs */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define GOOD V_OCSP_CERTSTATUS_GOOD
#define REVOKED V_OCSP_CERTSTATUS_REVOKED

static struct arena *arena;
static instant now;

static struct anchors *
load(void)
{
	char at[2][PKI_PATH_BYTES];
	struct anchors_paths paths = {
		.anchors = pki_path(at[0], "anchors.pem"),
		.intermediates = pki_path(at[1], "intermediates.pem"),
		.crl_required = true,
	};
	struct anchors *a = NULL;
	struct err e = ERR_INIT;

	if (!anchors_load(&paths, &a, &e))
		fail_msg("%s", e.detail);
	return a;
}

static struct revlist *
list_of(struct anchors *a, const char *issuer, const char *revoked)
{
	struct ca_list spec = {.issuer = issuer,
			       .revoked = revoked,
			       .from = now - HOURS(1),
			       .until = now + HOURS(24),
			       .is_pss = true};
	struct revlist *l = NULL;
	struct err e = ERR_INIT;

	if (!revlist_read(a, ca_list(arena, &spec), now, 0, &l, &e))
		fail_msg("%s", e.detail);
	return l;
}

static void
whose_a_list_is(void **state)
{
	static const struct {
		const char *list_of, *authority;
		bool is_by;
	} rows[] = {
		{"ca/issuing", "ca/issuing", true},   {"ca/root", "ca/root", true},
		{"ca/root", "ca/issuing", false},     {"ca/issuing", "ca/root", false},
		{"ca/issuing", "ca/stranger", false}, /* of the same name */
		{"ca/issuing", "systems/KY", false},
	};
	struct anchors *a = load();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct revlist *l = list_of(a, rows[i].list_of, NULL);
		struct cert *c = pki_cert(rows[i].authority);

		print_message("# %s by %s\n", rows[i].list_of, rows[i].authority);
		assert_int_equal(revlist_is_by(l, c), rows[i].is_by);
		cert_free(c);
		revlist_free(l);
	}
	anchors_free(a);
}

/* --- divided lists --- */

#define OF_KY "critical,fullname:URI:http://pki.localhost/oces/issuing/1/crl/issuing.crl"
#define OF_OTHERS "critical,fullname:URI:http://pki.localhost/oces/issuing/1/crl/other.crl"

/*
 * A list revokes KY; a later one of the same authority does not name it. That counts if it is
 * about KY at all, however long ago the first one has ended.
 */
static const struct divided_case {
	const char *name, *first, *later;
	enum err_code verdict;
} divided_cases[] = {
	{"whole, whole", NULL, NULL, ERR_NONE},
	{"whole, of users", NULL, "critical,onlyuser:TRUE", ERR_NONE},
	{"whole, of authorities", NULL, "critical,onlyCA:TRUE", CERT_REVOKED},
	{"whole, of attributes", NULL, "critical,onlyAA:TRUE", CERT_REVOKED},
	{"whole, of some reasons", NULL, "critical,onlysomereasons:keyCompromise",
	 CERT_REVOKED},
	{"whole, of somebody else's", NULL, "critical,indirectCRL:TRUE", CERT_REVOKED},
	{"whole, of its own address", NULL, OF_KY, ERR_NONE},
	{"whole, of another address", NULL, OF_OTHERS, CERT_REVOKED},
	{"of its address, whole", OF_KY, NULL, ERR_NONE},
	{"of its address, of another", OF_KY, OF_OTHERS, CERT_REVOKED},
	{"of its address, of its address", OF_KY, OF_KY, ERR_NONE},
	{"of users, of authorities", "critical,onlyuser:TRUE", "critical,onlyCA:TRUE",
	 CERT_REVOKED},
};

static void
divided(const struct divided_case *x, bool is_stale, bool is_first)
{
	struct anchors *a = load();
	struct ca_list specs[] = {
		{.issuer = "ca/issuing",
		 .revoked = "systems/KY",
		 .from = now - HOURS(5),
		 .until = is_stale ? now - HOURS(4) : now + HOURS(5),
		 .is_pss = true,
		 .idp = x->first},
		{.issuer = "ca/issuing",
		 .from = now - HOURS(1),
		 .until = now + HOURS(5),
		 .is_pss = true,
		 .idp = x->later},
		{.issuer = "ca/root",
		 .from = now - HOURS(1),
		 .until = now + HOURS(5),
		 .is_pss = true},
	};
	struct revlist *lists[ARRAY_LEN(specs)];
	const struct revocations what = {lists, ARRAY_LEN(lists), NULL, 0};
	struct cert *ky = pki_cert("systems/KY"), *ksd = pki_cert("systems/KSD");
	struct err e = ERR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(specs); i++) {
		/* in either order */
		size_t at = i < 2 && !is_first ? 1 - i : i;

		if (!revlist_read(a, ca_list(arena, &specs[at]), now, DAYS(1), &lists[i], &e))
			fail_msg("%s: %s", x->name, e.detail);
	}
	anchors_learn(a, &what);
	(void)!anchors_check(a, ky, now, &e);
	if (x->verdict == CERT_REVOKED && e.code != CERT_REVOKED)
		fail_msg("%s: %s %s", x->name, err_row(e.code)->name, e.detail);
	if (x->verdict == ERR_NONE && e.code == CERT_REVOKED)
		fail_msg("%s: revoked still", x->name);
	/* nobody else is revoked by it */
	err_clear(&e);
	(void)!anchors_check(a, ksd, now, &e);
	assert_true(e.code != CERT_REVOKED);
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		revlist_free(lists[i]);
	cert_free(ky);
	cert_free(ksd);
	anchors_free(a);
}

static void
divided_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(divided_cases); i++)
		for (int k = 0; k < 4; k++)
			divided(&divided_cases[i], k & 1, k & 2);
}

/* --- kept answers --- */

#define ABOUT "systems/KY", "ca/issuing"
#define LONG_BEFORE DAYS(3650)

/* What is made of an answer at a moment; one that was asked for when it is not a kept one. */
static bool
is_believed(struct anchors *a, const struct ca_answer *spec, instant at, bool is_kept,
	    struct err *e)
{
	struct cert *ky = pki_cert(spec->about), *issuer = pki_cert(spec->issuer);
	struct str question = STR_NONE;
	struct revanswer out;
	bool ok;

	*e = (struct err)ERR_INIT;
	if (!is_kept)
		assert_true(ocsp_ask(ky, issuer, arena, &question, e));
	ok = ocsp_read(a, ky, issuer, question, ca_answer(arena, spec), at, DAYS(400), &out, e);
	if (ok)
		assert_int_equal(out.is_revoked, spec->status == REVOKED);
	else
		assert_int_equal(e->code, REVOCATION_REFUSED);
	cert_free(ky);
	cert_free(issuer);
	return ok;
}

/* Moments count from the end of the responder's certificate. */
static const struct kept_case {
	const char *name;
	struct ca_answer spec;
	instant at;
	bool is_kept, is_believed;
} kept_cases[] = {
	{"fresh, in its time",
	 {"ca/ocsp", ABOUT, REVOKED, -HOURS(2), 0, .signed_at = -HOURS(2)},
	 -HOURS(1),
	 false,
	 true},
	{"kept, in its time",
	 {"ca/ocsp", ABOUT, REVOKED, -HOURS(2), 0, .signed_at = -HOURS(2)},
	 -HOURS(1),
	 true,
	 true},
	{"kept, after the responder ended",
	 {"ca/ocsp", ABOUT, REVOKED, -HOURS(2), 0, .signed_at = -HOURS(2)},
	 DAYS(30),
	 true,
	 true},
	{"fresh, after the responder ended",
	 {"ca/ocsp", ABOUT, REVOKED, -HOURS(2), DAYS(60), .signed_at = -HOURS(2)},
	 DAYS(30),
	 false,
	 false},
	{"kept, given before there was this responder, signed by it later",
	 {"ca/ocsp", ABOUT, REVOKED, -LONG_BEFORE, 0, .signed_at = -HOURS(2)},
	 DAYS(30),
	 true,
	 true},
	{"kept, given and signed before there was this responder",
	 {"ca/ocsp", ABOUT, REVOKED, -LONG_BEFORE, 0, .signed_at = -LONG_BEFORE},
	 DAYS(30),
	 true,
	 false},
	{"kept, signed after the responder ended",
	 {"ca/ocsp", ABOUT, REVOKED, -HOURS(2), DAYS(60), .signed_at = HOURS(2)},
	 DAYS(30),
	 true,
	 false},
	{"kept, by who was none then either",
	 {"systems/KSD", ABOUT, REVOKED, -HOURS(2), 0, .signed_at = -HOURS(2)},
	 DAYS(30),
	 true,
	 false},
	{"kept, too old",
	 {"ca/ocsp", ABOUT, REVOKED, -HOURS(2), 0, .signed_at = -HOURS(2)},
	 DAYS(401),
	 true,
	 false},
};

static void
after_the_responder_ended(void **state)
{
	struct anchors *a = load();
	struct cert *responder = pki_cert("ca/ocsp");
	const instant end = cert_not_after(responder);

	(void)state;
	assert_true(end - LONG_BEFORE < cert_not_before(responder));
	for (size_t i = 0; i < ARRAY_LEN(kept_cases); i++) {
		struct kept_case x = kept_cases[i];
		struct err e;
		bool ok;

		x.spec.from += end;
		x.spec.until += end;
		x.spec.signed_at += end;
		ok = is_believed(a, &x.spec, end + x.at, x.is_kept, &e);
		print_message("# %s: %s\n", x.name, e.detail);
		assert_int_equal(ok, x.is_believed);
	}
	cert_free(responder);
	anchors_free(a);
}

/* A responder that lists vouch for, and lists that are later than what it said. */
static void
lists_after_the_answer(void **state)
{
	struct anchors *a = load();
	struct revlist *lists[] = {list_of(a, "ca/root", NULL),
				   list_of(a, "ca/issuing", "odd/ocsp-revoked")};
	const struct revocations what = {lists, ARRAY_LEN(lists), NULL, 0};
	struct ca_answer spec = {"odd/ocsp-checked", ABOUT, GOOD, now - HOURS(5),
				 now + HOURS(1)};
	struct err e;

	(void)state;
	assert_false(is_believed(a, &spec, now, true, &e)); /* nobody vouches */
	anchors_learn(a, &what);
	assert_true(is_believed(a, &spec, now, true, &e));
	assert_true(is_believed(a, &spec, now, false, &e));
	spec.signer = "odd/ocsp-revoked"; /* since, and yet */
	assert_false(is_believed(a, &spec, now, true, &e));
	assert_non_null(strstr(e.detail, "not signed by"));
	revlist_free(lists[0]);
	revlist_free(lists[1]);
	anchors_free(a);
}

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new();
	/* a day later: what is made up as earlier is within the life of all certificates */
	now = instant_add(pki_now() / SECONDS(1) * SECONDS(1), DAYS(1));
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whose_a_list_is),
		cmocka_unit_test(divided_lists),
		cmocka_unit_test(after_the_responder_ended),
		cmocka_unit_test(lists_after_the_answer),
	};

	return cmocka_run_group_tests_name("revocation kept", tests, set_up, tear_down);
}
