/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which certificates are believed, when, and for how long a verdict is kept. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <pthread.h>
#include <cmocka.h>

#include "base/limits.h"
#include "crypto/certs.h"
#include "pki.h"

#define LIST_LIFE DAYS(30) /* of certs/dev-pki */
#define GRACE_S 86400

static struct anchors *
load(const char *anchors, const char *intermediates, const char *crls, bool required)
{
	char at[3][PKI_PATH_BYTES];
	struct anchors_paths paths = {
		.anchors = pki_path(at[0], anchors),
		.intermediates = intermediates ? pki_path(at[1], intermediates) : NULL,
		.crls = crls ? pki_path(at[2], crls) : NULL,
		.crl_required = required,
		.crl_grace_s = GRACE_S,
	};
	struct anchors *a = NULL;
	struct err e = ERR_INIT;

	if (!anchors_load(&paths, &a, &e))
		fail_msg("%s", e.detail);
	return a;
}

static enum err_code
check(struct anchors *a, const char *folder, instant now)
{
	struct cert *c = pki_cert(folder);
	struct err e = ERR_INIT;
	bool done = anchors_check(a, c, now, &e);

	assert_int_equal(done, e.code == ERR_NONE);
	cert_free(c);
	return e.code;
}

static const struct {
	const char *folder;
	enum err_code code;
} cases[] = {
	{"systems/KY", ERR_NONE},
	{"systems/KY-next", ERR_NONE},
	{"platform/adgangsstyring", ERR_NONE},
	{"saml/hub", ERR_NONE},
	{"odd/oces2", ERR_NONE}, /* a PKCS #1 signature in a chain of PSS */
	{"odd/ec256", ERR_NONE},
	{"odd/ec384", ERR_NONE},
	{"odd/quoted", ERR_NONE},
	{"odd/expired", CERT_EXPIRED},
	{"odd/future", CERT_NOT_YET_VALID},
	{"odd/revoked", CERT_REVOKED},
	{"odd/stranger", CERT_UNTRUSTED},
	{"odd/selfsigned", CERT_UNTRUSTED},
	{"odd/employee", CERT_WRONG_KIND},
	{"odd/oces2-employee", CERT_WRONG_KIND},
	{"odd/ca", CERT_WRONG_KIND},
	{"ca/root", CERT_WRONG_KIND},
	{"ca/issuing", CERT_WRONG_KIND},
	{"odd/weak", CERT_WEAK_KEY},
	{"odd/sha1", CERT_WEAK_KEY}, /* the key is sound, its issuer's signature is not */
	{"odd/ec521", CERT_WEAK_KEY},
	{"tls/rsa", CERT_UNTRUSTED},
};

static void
verdicts(void **state)
{
	struct anchors *a = pki_anchors();
	instant now = pki_now();

	(void)state;
	assert_true(anchors_are_dev(a));
	/* twice: asked, and remembered */
	for (size_t i = 0; i < 2 * ARRAY_LEN(cases); i++) {
		size_t k = i % ARRAY_LEN(cases);

		print_message("# %s\n", cases[k].folder);
		assert_int_equal(check(a, cases[k].folder, now), cases[k].code);
	}
	anchors_free(a);
}

static void
by_the_minute(void **state)
{
	struct anchors *a = load("anchors.pem", "intermediates.pem", NULL, false);
	struct cert *c = pki_cert("systems/KY");
	instant start = cert_not_before(c), end = cert_not_after(c);

	(void)state;
	assert_int_equal(check(a, "systems/KY", start), ERR_NONE);
	assert_int_equal(check(a, "systems/KY", start - SECONDS(LIMIT_CLOCK_SKEW_S)), ERR_NONE);
	assert_int_equal(check(a, "systems/KY", start - SECONDS(LIMIT_CLOCK_SKEW_S + 1)),
			 CERT_NOT_YET_VALID);
	assert_int_equal(check(a, "systems/KY", end - SECONDS(1)), ERR_NONE);
	assert_int_equal(check(a, "systems/KY", end), CERT_EXPIRED);
	assert_int_equal(check(a, "systems/KY", INSTANT_MAX), CERT_EXPIRED);
	assert_int_equal(check(a, "systems/KY", INSTANT_MIN), CERT_NOT_YET_VALID);
	cert_free(c);
	anchors_free(a);
}

static void
chains(void **state)
{
	struct anchors *none = load("anchors.pem", NULL, NULL, false);
	struct anchors *other = load("ca/stranger/cert.pem", "intermediates.pem", NULL, false);
	/* an authority that is offered on the way does not become an anchor by it */
	struct anchors *offered = load("anchors.pem", "ca/stranger/cert.pem", NULL, false);
	instant now = pki_now();

	(void)state;
	assert_int_equal(check(none, "systems/KY", now), CERT_UNTRUSTED);
	assert_int_equal(check(other, "systems/KY", now), CERT_UNTRUSTED);
	assert_int_equal(check(other, "odd/stranger", now), ERR_NONE);
	assert_int_equal(check(offered, "odd/stranger", now), CERT_UNTRUSTED);
	assert_int_equal(check(offered, "systems/KY", now), CERT_UNTRUSTED);
	anchors_free(none);
	anchors_free(other);
	anchors_free(offered);
}

/* An issuer lives from an hour before its making to a year after; its certificate is older. */
static void
the_issuers_time_counts(void **state)
{
	struct anchors *a = load("anchors.pem", "ca/short/cert.pem", NULL, false);
	struct cert *issuer = pki_cert("ca/short");
	instant start = cert_not_before(issuer), end = cert_not_after(issuer);

	(void)state;
	assert_int_equal(check(a, "odd/outlives", start + HOURS(1)), ERR_NONE);
	assert_int_equal(check(a, "odd/outlives", end - SECONDS(1)), ERR_NONE);
	assert_int_equal(check(a, "odd/outlives", end + SECONDS(1)), CERT_UNTRUSTED);
	assert_int_equal(check(a, "odd/outlives", start - SECONDS(1)), CERT_UNTRUSTED);
	assert_int_equal(check(a, "odd/outlives", start + HOURS(1)), ERR_NONE);
	cert_free(issuer);
	anchors_free(a);
}

/* In development one may be its own authority, if that was said; nobody else's. */
static void
self_made(void **state)
{
	static const struct {
		const char *folder;
		bool self_made_ok;
		enum err_code code;
	} rows[] = {
		{"ca/root", true, ERR_NONE},
		{"ca/root", false, CERT_WRONG_KIND},
		{"ca/stranger", true, CERT_WRONG_KIND},
		{"odd/selfsigned", true, CERT_UNTRUSTED},
		{"ca/issuing", true, CERT_WRONG_KIND},
		{"odd/employee", true, CERT_WRONG_KIND},
		{"odd/revoked", true, CERT_REVOKED},
		{"systems/KY", true, ERR_NONE},
	};
	char at[3][PKI_PATH_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct anchors_paths paths = {
			.anchors = pki_path(at[0], "anchors.pem"),
			.intermediates = pki_path(at[1], "intermediates.pem"),
			.crls = pki_path(at[2], "crls.pem"),
			.crl_required = true,
			.self_made_ok = rows[i].self_made_ok,
		};
		struct cert *c = pki_cert(rows[i].folder);
		struct anchors *a = NULL;
		struct err e = ERR_INIT;

		assert_true(anchors_load(&paths, &a, &e));
		assert_int_equal(check(a, rows[i].folder, pki_now()), rows[i].code);
		if (rows[i].code == ERR_NONE)
			assert_int_equal(check(a, rows[i].folder, cert_not_after(c)),
					 CERT_EXPIRED);
		cert_free(c);
		anchors_free(a);
	}
}

static const struct {
	const char *name, *anchors, *intermediates, *crls;
	enum err_code code;
} unusable[] = {
	{"no such file", "none.pem", NULL, NULL, CERT_MALFORMED},
	{"no certificate in it", "systems/KY/key.pem", NULL, NULL, CERT_MALFORMED},
	{"an end certificate as anchor", "systems/KY/cert.pem", NULL, NULL, CERT_WRONG_KIND},
	{"an intermediate as anchor", "intermediates.pem", NULL, NULL, CERT_WRONG_KIND},
	{"an end certificate on the way", "anchors.pem", "systems/KY/chain.pem", NULL,
	 CERT_WRONG_KIND},
	{"no list in it", "anchors.pem", "intermediates.pem", "anchors.pem", CERT_MALFORMED},
	{"no such lists", "anchors.pem", "intermediates.pem", "none.pem", CERT_MALFORMED},
};

static void
unusable_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(unusable); i++) {
		char at[3][PKI_PATH_BYTES];
		struct anchors_paths paths = {.anchors = pki_path(at[0], unusable[i].anchors)};
		struct anchors *a = NULL;
		struct err e = ERR_INIT;

		print_message("# %s\n", unusable[i].name);
		if (unusable[i].intermediates)
			paths.intermediates = pki_path(at[1], unusable[i].intermediates);
		if (unusable[i].crls)
			paths.crls = pki_path(at[2], unusable[i].crls);
		assert_false(anchors_load(&paths, &a, &e));
		assert_int_equal(e.code, unusable[i].code);
		assert_null(a);
	}
}

static void
lists(void **state)
{
	struct anchors *a;
	instant now = pki_now();

	(void)state;
	/* required, and there is none */
	a = load("anchors.pem", "intermediates.pem", NULL, true);
	assert_int_equal(check(a, "systems/KY", now), CERT_STATUS_UNKNOWN);
	anchors_free(a);
	/* required, and one of the two is missing */
	a = load("anchors.pem", "intermediates.pem", "ca/issuing/crl.pem", true);
	assert_int_equal(check(a, "systems/KY", now), CERT_STATUS_UNKNOWN);
	anchors_free(a);
	/* not required: none, one of two; what a list says counts all the same */
	a = load("anchors.pem", "intermediates.pem", NULL, false);
	assert_int_equal(check(a, "odd/revoked", now), ERR_NONE);
	anchors_free(a);
	a = load("anchors.pem", "intermediates.pem", "ca/issuing/crl.pem", false);
	assert_int_equal(check(a, "systems/KY", now), ERR_NONE);
	assert_int_equal(check(a, "odd/revoked", now), CERT_REVOKED);
	assert_int_equal(check(a, "odd/revoked", now + LIST_LIFE + DAYS(100)), CERT_REVOKED);
	anchors_free(a);
	/* the issuer itself is revoked */
	a = load("anchors.pem", "intermediates.pem", "odd/crls-ca-revoked.pem", true);
	assert_int_equal(check(a, "systems/KY", now), CERT_REVOKED);
	anchors_free(a);
	/* a list by a namesake of the issuer is no list */
	a = load("anchors.pem", "intermediates.pem", "odd/crls-stranger.pem", true);
	assert_int_equal(check(a, "systems/KY", now), CERT_STATUS_UNKNOWN);
	anchors_free(a);
	a = load("anchors.pem", "intermediates.pem", "odd/crls-stranger.pem", false);
	assert_int_equal(check(a, "systems/KY", now), ERR_NONE);
	anchors_free(a);
}

/* Lists are made an hour ahead of their clock and for LIST_LIFE after it. */
static void
stale_lists(void **state)
{
	struct anchors *required = load("anchors.pem", "intermediates.pem", "crls.pem", true);
	struct anchors *optional = load("anchors.pem", "intermediates.pem", "crls.pem", false);
	instant now = pki_now();

	(void)state;
	assert_int_equal(check(required, "systems/KY", now + LIST_LIFE - HOURS(1)), ERR_NONE);
	assert_int_equal(check(required, "systems/KSD", now + LIST_LIFE + HOURS(1)), ERR_NONE);
	assert_int_equal(check(required, "odd/revoked", now + LIST_LIFE + HOURS(1)),
			 CERT_REVOKED);
	assert_int_equal(check(required, "systems/KY", now + LIST_LIFE + HOURS(25)),
			 CERT_STATUS_UNKNOWN);
	assert_int_equal(check(optional, "systems/KY", now + LIST_LIFE + HOURS(25)), ERR_NONE);
	/* a list of the future */
	assert_int_equal(check(required, "systems/KY", now - HOURS(1) - MINUTES(2)), ERR_NONE);
	anchors_free(required);
	anchors_free(optional);
}

/* A verdict made while a list was fresh may not outlive it, in either direction. */
static void
verdicts_end_with_the_list(void **state)
{
	struct anchors *a = load("anchors.pem", "intermediates.pem", "crls.pem", true);
	instant now = pki_now();

	(void)state;
	assert_int_equal(check(a, "systems/KY", now), ERR_NONE);
	assert_int_equal(check(a, "systems/KY", now + LIST_LIFE + HOURS(25)),
			 CERT_STATUS_UNKNOWN);
	/* the refusal is remembered for a minute, and not for the time before it */
	assert_int_equal(check(a, "systems/KY", now), ERR_NONE);
	/* made in the grace period: ends with it */
	assert_int_equal(check(a, "systems/SAPA", now + LIST_LIFE + HOURS(1)), ERR_NONE);
	assert_int_equal(check(a, "systems/SAPA", now + LIST_LIFE + HOURS(25)),
			 CERT_STATUS_UNKNOWN);
	anchors_free(a);
}

/* The same paths loaded anew, as a reload does, when the list has learnt of a revocation. */
static void
a_reload_honours_the_list(void **state)
{
	instant now = pki_now();
	struct anchors *before = load("anchors.pem", "intermediates.pem", NULL, false);
	struct anchors *after;

	(void)state;
	assert_int_equal(check(before, "odd/revoked", now), ERR_NONE);
	after = load("anchors.pem", "intermediates.pem", "crls.pem", true);
	assert_int_equal(check(after, "odd/revoked", now), CERT_REVOKED);
	/* who still holds the old snapshot has the old verdict */
	assert_int_equal(check(before, "odd/revoked", now), ERR_NONE);
	anchors_free(before);
	anchors_free(after);
}

struct crowd {
	struct anchors *anchors;
	instant now;
	unsigned wrong;
};

static void *
one_of_many(void *p)
{
	struct crowd *crowd = p;
	static const char *const folders[] = {"systems/KY", "odd/revoked", "systems/KSD",
					      "odd/stranger"};
	static const enum err_code want[] = {ERR_NONE, CERT_REVOKED, ERR_NONE, CERT_UNTRUSTED};

	for (size_t i = 0; i < 40; i++) {
		struct cert *c = pki_cert(folders[i % 4]);
		struct err e = ERR_INIT;

		if (anchors_check(crowd->anchors, c, crowd->now + (instant)i, &e) !=
			    (want[i % 4] == ERR_NONE) ||
		    e.code != want[i % 4])
			__atomic_add_fetch(&crowd->wrong, 1, __ATOMIC_RELAXED);
		cert_free(c);
	}
	anchors_free(anchors_hold(crowd->anchors));
	return NULL;
}

static void
many_threads(void **state)
{
	struct crowd crowd = {pki_anchors(), pki_now(), 0};
	pthread_t threads[4];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, one_of_many, &crowd), 0);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(crowd.wrong, 0);
	anchors_free(crowd.anchors);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts),
		cmocka_unit_test(by_the_minute),
		cmocka_unit_test(chains),
		cmocka_unit_test(the_issuers_time_counts),
		cmocka_unit_test(self_made),
		cmocka_unit_test(unusable_files),
		cmocka_unit_test(lists),
		cmocka_unit_test(stale_lists),
		cmocka_unit_test(verdicts_end_with_the_list),
		cmocka_unit_test(a_reload_honours_the_list),
		cmocka_unit_test(many_threads),
	};

	return cmocka_run_group_tests_name("anchors", tests, NULL, NULL);
}
