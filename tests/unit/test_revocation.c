/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists and answers about certificates: which are believed, for how long, and what follows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <openssl/ocsp.h>
#include <cmocka.h>

#include "base/encoding.h"
#include "ca_world.h"
#include "crypto/revocation.h"
#include "pki.h"

/* rows name what differs */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define GRACE_S 86400
#define GOOD V_OCSP_CERTSTATUS_GOOD
#define REVOKED V_OCSP_CERTSTATUS_REVOKED
#define UNKNOWN V_OCSP_CERTSTATUS_UNKNOWN

static struct arena *arena;
static instant now;

static struct anchors *
load(const char *crls, bool required)
{
	char at[3][PKI_PATH_BYTES];
	struct anchors_paths paths = {
		.anchors = pki_path(at[0], "anchors.pem"),
		.intermediates = pki_path(at[1], "intermediates.pem"),
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
check(struct anchors *a, const char *folder, instant at)
{
	struct cert *c = pki_cert(folder);
	struct err e = ERR_INIT;
	bool done = anchors_check(a, c, at, &e);

	assert_int_equal(done, e.code == ERR_NONE);
	cert_free(c);
	return e.code;
}

static struct ca_list
usual_list(void)
{
	return (struct ca_list){.issuer = "ca/issuing",
				.from = now - HOURS(1),
				.until = now + HOURS(24),
				.is_pss = true};
}

static void
lists_believed(void **state)
{
	struct anchors *a = load(NULL, true);
	struct ca_list l[12];
	const char *why[ARRAY_LEN(l)] = {
		"",
		"",
		"",
		"",
		"SHA-1",
		"SHA-1",
		"without nextUpdate",
		"delta",
		"of the future",
		"stale",
		"not signed by a known authority",
		"not signed by a known authority",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(l); i++)
		l[i] = usual_list();
	l[1].is_pss = false;
	l[2].issuer = "ca/root";
	l[3].revoked = "systems/KY";
	l[4].is_sha1 = true;
	l[5].is_sha1 = true, l[5].is_pss = false;
	l[6].is_endless = true;
	l[7].is_delta = true;
	l[8].from = now + HOURS(1);
	l[9].until = now - 1;
	l[10].issuer = "ca/stranger"; /* of the same name */
	l[11].issuer = "systems/KY", l[11].name_of = "ca/issuing";
	for (size_t i = 0; i < ARRAY_LEN(l); i++) {
		struct str der = ca_list(arena, &l[i]);
		struct revlist *read = NULL;
		struct err e = ERR_INIT;
		bool ok = revlist_read(a, der, now, 0, &read, &e);

		print_message("# %zu %s\n", i, e.detail);
		assert_int_equal(ok, why[i][0] == '\0');
		if (!ok)
			assert_int_equal(e.code, REVOCATION_REFUSED);
		assert_true(ok || strstr(e.detail, why[i]));
		if (ok) {
			assert_true(revlist_from(read) / SECONDS(1) == l[i].from / SECONDS(1));
			assert_true(revlist_until(read) / SECONDS(1) ==
				    l[i].until / SECONDS(1));
			assert_int_equal(revlist_count(read), l[i].revoked ? 1 : 0);
		}
		revlist_free(read);
	}
	anchors_free(a);
}

static bool
reads(struct anchors *a, struct str bytes, instant grace)
{
	struct revlist *read = NULL;
	struct err e = ERR_INIT;
	bool ok = revlist_read(a, bytes, now, grace, &read, &e);

	revlist_free(read);
	return ok;
}

static void
bytes_of_a_list(void **state)
{
	struct anchors *a = load(NULL, true);
	struct ca_list spec = usual_list();
	struct str der = ca_list(arena, &spec);
	char *spoilt = arena_dup_c(arena, der);
	struct str text = base64_encode(arena, der);

	(void)state;
	assert_true(reads(a, der, 0));
	assert_true(reads(a,
			  arena_printf(arena,
				       "-----BEGIN X509 CRL-----\n" STR_FMT
				       "\n-----END X509 CRL-----\n",
				       STR_ARG(text)),
			  0));
	assert_false(reads(a, text, 0));
	assert_false(reads(a, str_of(der.ptr, der.len - 1), 0));
	assert_false(reads(a, arena_printf(arena, "%.*s.", (int)der.len, der.ptr), 0));
	assert_false(reads(a, STR(""), 0));
	assert_false(reads(a, STR("<html>moved</html>"), 0));
	memcpy(spoilt, der.ptr, der.len);
	spoilt[der.len - 20] ^= 1;
	assert_false(reads(a, str_of(spoilt, der.len), 0));
	/* past its end, within the grace and beyond */
	spec.from = now - DAYS(3);
	spec.until = now - HOURS(23);
	der = ca_list(arena, &spec);
	assert_false(reads(a, der, 0));
	assert_true(reads(a, der, HOURS(24)));
	assert_false(reads(a, der, HOURS(22)));
	anchors_free(a);
}

/* --- answers --- */

struct answer_case {
	const char *name;
	struct ca_answer spec;
	const char *why; /* NULL: believed */
};

static enum err_code
answered(struct anchors *a, const struct answer_case *x, struct str question, struct str bytes,
	 instant grace, struct revanswer *out, struct err *e)
{
	struct cert *ky = pki_cert("systems/KY"), *issuer = pki_cert("ca/issuing");
	bool ok = ocsp_read(a, ky, issuer, question, bytes, now, grace, out, e);

	(void)x;
	assert_int_equal(ok, e->code == ERR_NONE);
	if (ok)
		assert_memory_equal(out->sha256, cert_sha256(ky).ptr, 32);
	cert_free(ky);
	cert_free(issuer);
	return e->code;
}

static struct str
ask(void)
{
	struct cert *ky = pki_cert("systems/KY"), *issuer = pki_cert("ca/issuing");
	struct err e = ERR_INIT;
	struct str question;

	assert_true(ocsp_ask(ky, issuer, arena, &question, &e));
	cert_free(ky);
	cert_free(issuer);
	return question;
}

#define USUAL "ca/ocsp", "systems/KY", "ca/issuing"

/* times count from now */
static const struct answer_case cases[] = {
	{"good", {USUAL, GOOD, -HOURS(1), HOURS(1)}, NULL},
	{"revoked", {USUAL, REVOKED, -HOURS(1), HOURS(1)}, NULL},
	{"by the issuer itself",
	 {"ca/issuing", "systems/KY", "ca/issuing", GOOD, -HOURS(1), HOURS(1)},
	 NULL},
	{"no nextUpdate", {USUAL, GOOD, 0, .is_endless = true}, NULL},
	{"nonce repeated", {USUAL, GOOD, -HOURS(1), HOURS(1), .nonce = NONCE_SAME}, NULL},
	{"by a responder that lists vouch for",
	 {"odd/ocsp-checked", "systems/KY", "ca/issuing", GOOD, -HOURS(1), HOURS(1)},
	 NULL},
	{"nonce of another question",
	 {USUAL, GOOD, -HOURS(1), HOURS(1), .nonce = NONCE_OTHER},
	 "another question"},
	{"unknown", {USUAL, UNKNOWN, -HOURS(1), HOURS(1)}, "does not know"},
	{"SHA-1", {USUAL, GOOD, -HOURS(1), HOURS(1), .is_sha1 = true}, "SHA-1"},
	{"by a system of the same issuer",
	 {"systems/KSD", "systems/KY", "ca/issuing", GOOD, -HOURS(1), HOURS(1)},
	 "not signed by"},
	{"by the certificate itself",
	 {"systems/KY", "systems/KY", "ca/issuing", GOOD, -HOURS(1), HOURS(1)},
	 "not signed by"},
	{"by a stranger's responder",
	 {"odd/ocsp-stranger", "systems/KY", "ca/issuing", GOOD, -HOURS(1), HOURS(1)},
	 "not signed by"},
	{"by the stranger of that name",
	 {"ca/stranger", "systems/KY", "ca/issuing", GOOD, -HOURS(1), HOURS(1)},
	 "not signed by"},
	{"by the root",
	 {"ca/root", "systems/KY", "ca/issuing", GOOD, -HOURS(1), HOURS(1)},
	 "not signed by"},
	{"by a responder that is revoked",
	 {"odd/ocsp-revoked", "systems/KY", "ca/issuing", GOOD, -HOURS(1), HOURS(1)},
	 "not signed by"},
	{"about another",
	 {"ca/ocsp", "systems/KSD", "ca/issuing", GOOD, -HOURS(1), HOURS(1)},
	 "another certificate"},
	{"about one of that number of another issuer",
	 {"ca/ocsp", "systems/KY", "ca/root", GOOD, -HOURS(1), HOURS(1)},
	 "" /* signer or certificate: either is a refusal */},
	{"of the future", {USUAL, GOOD, HOURS(1), HOURS(2)}, "future"},
	{"stale", {USUAL, GOOD, -HOURS(1), -SECONDS(1)}, "stale"},
	{"old, no nextUpdate", {USUAL, GOOD, -HOURS(1), .is_endless = true}, "stale"},
	{"try later", {USUAL, .refusal = OCSP_RESPONSE_STATUS_TRYLATER}, "trylater"},
	{"unauthorised", {USUAL, .refusal = OCSP_RESPONSE_STATUS_UNAUTHORIZED}, "unauthorized"},
};

static void
answers_believed(void **state)
{
	struct anchors *a = load("crls.pem", true);
	struct str question = ask();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct answer_case x = cases[i];
		struct revanswer out;
		struct err e = ERR_INIT;

		x.spec.question = question;
		x.spec.from += now;
		x.spec.until += now;
		answered(a, &x, question, ca_answer(arena, &x.spec), 0, &out, &e);
		print_message("# %s: %s\n", x.name, e.detail);
		assert_int_equal(e.code, x.why ? REVOCATION_REFUSED : ERR_NONE);
		if (x.why)
			assert_non_null(strstr(e.detail, x.why));
		else
			assert_int_equal(out.is_revoked, x.spec.status == REVOKED);
	}
	anchors_free(a);
}

static void
bytes_of_an_answer(void **state)
{
	struct anchors *a = load("crls.pem", true), *bare = load(NULL, true);
	struct answer_case x = {"", {USUAL, GOOD, now - MINUTES(50), now - MINUTES(10)}, NULL};
	struct str bytes = ca_answer(arena, &x.spec);
	struct revanswer out;
	char *spoilt;

	(void)state;
	for (int i = 0; i < 5; i++) {
		static const enum err_code want[] = {ERR_NONE, REVOCATION_REFUSED,
						     REVOCATION_REFUSED, REVOCATION_REFUSED,
						     REVOCATION_REFUSED};
		struct err e = ERR_INIT;
		struct str b = bytes;

		spoilt = arena_alloc(arena, bytes.len + 1);
		memcpy(spoilt, bytes.ptr, bytes.len);
		spoilt[bytes.len] = '\0';
		if (i == 1)
			b.len--;
		else if (i == 2)
			b = str_of(spoilt, bytes.len + 1);
		else if (i == 3)
			b = STR("");
		else if (i == 4)
			spoilt[bytes.len / 5] ^= 1, b = str_of(spoilt, bytes.len);
		/* kept from before: no question, and the grace counts */
		assert_int_equal(answered(a, &x, STR_NONE, b, HOURS(2), &out, &e), want[i]);
	}
	/* the issuer itself, and no list at hand */
	x.spec = (struct ca_answer){"ca/issuing", "systems/KY",   "ca/issuing",
				    GOOD,         now - HOURS(1), now + HOURS(1)};
	for (int i = 0; i < 2; i++) {
		struct err e = ERR_INIT;

		assert_int_equal(answered(i == 0 ? a : bare, &x, STR_NONE,
					  ca_answer(arena, &x.spec), 0, &out, &e),
				 ERR_NONE);
	}
	/* a responder that must be looked up, and no list to do it with */
	x.spec = (struct ca_answer){"odd/ocsp-checked", "systems/KY",  "ca/issuing", GOOD,
				    now - HOURS(1),     now + HOURS(1)};
	bytes = ca_answer(arena, &x.spec);
	for (int i = 0; i < 2; i++) {
		struct err e = ERR_INIT;

		assert_int_equal(answered(i == 0 ? a : bare, &x, STR_NONE, bytes, 0, &out, &e),
				 i == 0 ? ERR_NONE : REVOCATION_REFUSED);
	}
	anchors_free(a);
	anchors_free(bare);
}

/* --- what follows --- */

static struct revlist *
list_of(struct anchors *a, const char *issuer, const char *revoked, instant until)
{
	struct ca_list spec = {.issuer = issuer,
			       .revoked = revoked,
			       .from = now - HOURS(1),
			       .until = until,
			       .is_pss = true};
	struct revlist *l = NULL;
	struct err e = ERR_INIT;

	if (!revlist_read(a, ca_list(arena, &spec), now, 0, &l, &e))
		fail_msg("%s", e.detail);
	return l;
}

static struct revanswer
answer_on(const char *folder, bool is_revoked, instant until)
{
	struct cert *c = pki_cert(folder);
	struct revanswer x = {.is_revoked = is_revoked, .from = now, .until = until};

	memcpy(x.sha256, cert_sha256(c).ptr, 32);
	cert_free(c);
	return x;
}

static void
learn(struct anchors *a, struct revlist *const *lists, size_t list_count,
      const struct revanswer *answers, size_t answer_count)
{
	const struct revocations what = {lists, list_count, answers, answer_count};
	uint64_t before = anchors_generation(a);

	anchors_learn(a, &what);
	assert_true(anchors_generation(a) > before);
}

static void
learnt_lists(void **state)
{
	struct anchors *a = load(NULL, true);
	struct revlist *clean[] = {list_of(a, "ca/issuing", NULL, now + HOURS(24)),
				   list_of(a, "ca/root", NULL, now + HOURS(24))};
	struct revlist *bad[] = {list_of(a, "ca/issuing", "systems/KY", now + HOURS(24)),
				 clean[1]};
	struct revlist *ca[] = {clean[0], list_of(a, "ca/root", "ca/issuing", now + HOURS(24))};

	(void)state;
	assert_int_equal(check(a, "systems/KY", now), CERT_STATUS_UNKNOWN);
	learn(a, clean, 2, NULL, 0);
	assert_int_equal(check(a, "systems/KY", now), ERR_NONE);
	/* the cached verdict does not outlive what it rests on */
	learn(a, bad, 2, NULL, 0);
	assert_int_equal(check(a, "systems/KY", now), CERT_REVOKED);
	assert_int_equal(check(a, "systems/KSD", now), ERR_NONE);
	learn(a, ca, 2, NULL, 0);
	assert_int_equal(check(a, "systems/KSD", now), CERT_REVOKED);
	learn(a, clean, 2, NULL, 0);
	assert_int_equal(check(a, "systems/KY", now), ERR_NONE);
	assert_int_equal(check(a, "systems/KY", now + HOURS(24) + HOURS(23)), ERR_NONE);
	assert_int_equal(check(a, "systems/KY", now + HOURS(24) + HOURS(25)),
			 CERT_STATUS_UNKNOWN);
	learn(a, clean, 1, NULL, 0);
	assert_int_equal(check(a, "systems/KY", now), CERT_STATUS_UNKNOWN);
	revlist_free(clean[0]);
	revlist_free(clean[1]);
	revlist_free(bad[0]);
	revlist_free(ca[1]);
	anchors_free(a);
}

static void
learnt_answers(void **state)
{
	struct anchors *a = load(NULL, true), *optional = load(NULL, false);
	struct revlist *clean[] = {list_of(a, "ca/issuing", NULL, now + HOURS(24)),
				   list_of(a, "ca/root", NULL, now + HOURS(24))};
	const instant until = now + HOURS(2);
	const struct revanswer both[] = {answer_on("systems/KY", false, until),
					 answer_on("ca/issuing", false, until)};
	const struct revanswer bad[] = {answer_on("systems/KY", true, until)};
	const struct revanswer bad_ca[] = {answer_on("systems/KY", false, until),
					   answer_on("ca/issuing", true, until)};

	(void)state;
	/* answers in place of lists; each certificate on the way needs one */
	learn(a, NULL, 0, both, 2);
	assert_int_equal(check(a, "systems/KY", now), ERR_NONE);
	assert_int_equal(check(a, "systems/KSD", now), CERT_STATUS_UNKNOWN);
	assert_int_equal(check(a, "systems/KY", until + HOURS(23)), ERR_NONE);
	assert_int_equal(check(a, "systems/KY", until + HOURS(25)), CERT_STATUS_UNKNOWN);
	learn(a, NULL, 0, both, 1);
	assert_int_equal(check(a, "systems/KY", now), CERT_STATUS_UNKNOWN);
	learn(a, &clean[1], 1, both, 1);
	assert_int_equal(check(a, "systems/KY", now), ERR_NONE);
	/* revoked is what either says, fresh or not, required or not */
	learn(a, clean, 2, bad, 1);
	assert_int_equal(check(a, "systems/KY", now), CERT_REVOKED);
	assert_int_equal(check(a, "systems/KY", until + HOURS(20)), CERT_REVOKED);
	learn(a, NULL, 0, bad, 1);
	assert_int_equal(check(a, "systems/KY", now), CERT_REVOKED);
	assert_int_equal(check(a, "systems/KSD", now), CERT_STATUS_UNKNOWN);
	learn(a, clean, 2, bad_ca, 2);
	assert_int_equal(check(a, "systems/KY", now), CERT_REVOKED);
	assert_int_equal(check(optional, "systems/KY", now), ERR_NONE);
	learn(optional, NULL, 0, bad, 1);
	assert_int_equal(check(optional, "systems/KY", now), CERT_REVOKED);
	assert_int_equal(check(optional, "systems/KY", until + DAYS(100)), CERT_REVOKED);
	revlist_free(clean[0]);
	revlist_free(clean[1]);
	anchors_free(a);
	anchors_free(optional);
}

/* An older list that lives longer does not take back what a later one revoked. */
static void
the_latest_list_decides(void **state)
{
	struct anchors *a = load(NULL, true), *optional = load(NULL, false);
	struct ca_list old = {.issuer = "ca/issuing",
			      .from = now - HOURS(10),
			      .until = now + DAYS(30),
			      .is_pss = true};
	struct ca_list taken_back = {.issuer = "ca/issuing",
				     .from = now - MINUTES(5),
				     .until = now + HOURS(3),
				     .is_pss = true};
	struct revlist *lists[4] = {list_of(a, "ca/root", NULL, now + DAYS(30)),
				    list_of(a, "ca/issuing", "systems/KY", now + HOURS(1))};
	struct err e = ERR_INIT;

	(void)state;
	assert_true(revlist_read(a, ca_list(arena, &old), now, 0, &lists[2], &e));
	assert_true(revlist_read(a, ca_list(arena, &taken_back), now, 0, &lists[3], &e));
	learn(a, lists, 3, NULL, 0);
	learn(optional, lists, 3, NULL, 0);
	assert_int_equal(check(a, "systems/KY", now), CERT_REVOKED);
	assert_int_equal(check(a, "systems/KY", now + HOURS(2)), CERT_REVOKED);
	assert_int_equal(check(a, "systems/KY", now + DAYS(20)), CERT_REVOKED);
	assert_int_equal(check(optional, "systems/KY", now + DAYS(20)), CERT_REVOKED);
	assert_int_equal(check(a, "systems/KSD", now + HOURS(2)), ERR_NONE);
	/* but the authority itself may, with a later one */
	learn(a, lists, 4, NULL, 0);
	assert_int_equal(check(a, "systems/KY", now), ERR_NONE);
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		revlist_free(lists[i]);
	anchors_free(a);
	anchors_free(optional);
}

/* A list says revoked, a responder good: revoked. */
static void
a_list_beats_an_answer(void **state)
{
	struct anchors *a = load("crls.pem", true);
	const struct revanswer good[] = {answer_on("odd/revoked", false, now + HOURS(2))};

	(void)state;
	learn(a, NULL, 0, good, 1);
	assert_int_equal(check(a, "odd/revoked", now), CERT_REVOKED);
	anchors_free(a);
}

static void
where_to_ask(void **state)
{
	static const struct {
		const char *folder, *list, *responder; /* NULL: none */
	} rows[] = {
		{"systems/KY", "http://pki.localhost/oces/issuing/1/crl/issuing.crl",
		 "http://pki.localhost/ocsp"},
		{"ca/issuing", "http://pki.localhost/oces/root/crl/root.crl",
		 "http://pki.localhost/ocsp"},
		{"ca/root", NULL, NULL},
		{"tls/rsa", NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct cert *c = pki_cert(rows[i].folder);
		struct revocation_urls urls;

		cert_revocation_urls(c, arena, &urls);
		assert_int_equal(urls.list_count, rows[i].list ? 1 : 0);
		if (rows[i].list)
			assert_true(str_eq_c(urls.lists[0], rows[i].list));
		assert_true(str_eq(urls.responder, str_from(rows[i].responder)));
		cert_free(c);
	}
}

static void
authorities_above(void **state)
{
	struct anchors *a = load(NULL, true);
	static const struct {
		const char *folder;
		enum err_code code;
		size_t count;
	} rows[] = {
		{"systems/KY", ERR_NONE, 2},           {"odd/revoked", ERR_NONE, 2},
		{"ca/issuing", ERR_NONE, 1},           {"odd/stranger", CERT_UNTRUSTED, 0},
		{"odd/selfsigned", CERT_UNTRUSTED, 0}, {"odd/sha1", CERT_WEAK_KEY, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct cert *c = pki_cert(rows[i].folder), *up[LIMIT_CHAIN];
		struct err e = ERR_INIT;
		size_t count = 9;
		bool ok = anchors_issuers(a, c, now, up, &count, &e);

		print_message("# %s %s\n", rows[i].folder, e.detail);
		assert_int_equal(ok, rows[i].code == ERR_NONE);
		assert_int_equal(e.code, rows[i].code);
		assert_int_equal(count, rows[i].count);
		while (count > 0)
			cert_free(up[--count]);
		cert_free(c);
	}
	anchors_free(a);
}

static int
begin(void **state)
{
	(void)state;
	arena = arena_new();
	now = pki_now() / SECONDS(1) * SECONDS(1);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_believed),
		cmocka_unit_test(bytes_of_a_list),
		cmocka_unit_test(answers_believed),
		cmocka_unit_test(bytes_of_an_answer),
		cmocka_unit_test(learnt_lists),
		cmocka_unit_test(learnt_answers),
		cmocka_unit_test(a_list_beats_an_answer),
		cmocka_unit_test(the_latest_list_decides),
		cmocka_unit_test(where_to_ask),
		cmocka_unit_test(authorities_above),
	};

	return cmocka_run_group_tests_name("revocation", tests, begin, end);
}
