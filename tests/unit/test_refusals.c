/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The limit of refused calls: a stranger's by address, a proven system's by certificate; and
 * that nobody can lock others out with it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/limits.h"
#include "base/log.h"
#include "gateway/limiter.h"
#include "tests/unit/pki.h"
#include "tests/unit/soap_world.h"
#include "xml/parse.h"

/* that of soap_world.c */
#define ADDRESS STR("127.0.0.1")

static struct soap_world world;
static unsigned lines; /* logged */

static const struct limit refusals = {LIMIT_REFUSALS_BURST, LIMIT_REFUSALS_PER_S};

static const struct client_request whole = {
	.to = STR_INIT("https://echo:8443/x"),
	.applies_to = STR_INIT(GW_AUDIENCE),
	.cvr = STR_INIT("11111111"),
	.life_s = 7200,
};

static void
count_line(struct str line)
{
	(void)line;
	lines++;
}

/* All refusals that this name has are used up. */
static void
exhaust(const char *kind, struct str name)
{
	while (limiter_take(world.app.failures, kind, name, &refusals, world.g.now))
		;
}

static int
fresh(void **state)
{
	(void)state;
	limiter_free(world.app.failures);
	world.app.failures = limiter_new();
	return 0;
}

static void
strangers_are_limited(void **state)
{
	(void)state;
	for (int i = 0; i < LIMIT_REFUSALS_BURST; i++)
		if (sw_post(&world, false, STR("<x")) != 500)
			fail_msg("refused too early: %d", i);
	lines = 0;
	assert_int_equal(sw_post(&world, false, STR("<x")), 429);
	assert_true(str_has_prefix(buf_str(&world.call.answer),
				   str_from(err_row(CALLS_LIMITED)->text)));
	assert_int_equal(lines, 0);
}

/* Many systems may stand behind one address: a stranger among them harms none. */
static void
neighbours_are_served(void **state)
{
	struct str large = str_of(arena_alloc(world.g.a, LIMIT_STS_BODY_BYTES + 1),
				  LIMIT_STS_BODY_BYTES + 1);
	struct signer *stranger = pki_signer("odd/stranger");
	struct client_token t;

	(void)state;
	exhaust("address", ADDRESS);
	assert_int_equal(sw_token(&world, &whole, NULL, &t), 200);
	assert_int_equal(sw_call(&world, &t, "laes"), 200);
	/* no signature is made for the next stranger, and nothing large is read */
	assert_int_equal(sw_token(&world, &whole, stranger, &t), 429);
	assert_int_equal(sw_post(&world, true, large), 429);
	signer_free(stranger);
}

static void
other_addresses_are_served(void **state)
{
	struct client_token t;

	(void)state;
	exhaust("address", STR("192.0.2.1"));
	assert_int_equal(sw_token(&world, &whole, NULL, &t), 200);
	assert_int_equal(sw_post(&world, false, STR("<x")), 500);
}

/* A registered system that is refused again and again is not recorded for ever. */
static void
systems_are_limited(void **state)
{
	size_t before;

	(void)state;
	exhaust("certificate", cert_sha256(signer_cert(world.g.ky)));
	before = once_count(world.app.once);
	assert_int_equal(sw_post(&world, false, gw_request(&world.g)), 429);
	assert_true(str_has_prefix(buf_str(&world.call.answer),
				   str_from(err_row(CALLS_LIMITED)->text)));
	assert_int_equal(once_count(world.app.once), before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(strangers_are_limited, fresh),
		cmocka_unit_test_setup(neighbours_are_served, fresh),
		cmocka_unit_test_setup(other_addresses_are_served, fresh),
		cmocka_unit_test_setup(systems_are_limited, fresh),
	};
	int failed;

	xml_init();
	log_set_sink(count_line);
	sw_begin(&world, "refusals");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	sw_end(&world);
	return failed;
}
