/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose a list is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "ca_world.h"
#include "crypto/revocation.h"
#include "pki.h"

/* rows name what differs */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

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
	};

	return cmocka_run_group_tests_name("revocation kept", tests, set_up, tear_down);
}
