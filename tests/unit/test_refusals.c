/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The limit of refused calls: a stranger's by address, a proven system's by certificate; that
 * nobody can lock others out with it; and that a refusal costs less than what was asked for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"
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
	world.tls_cert = STR_NONE;
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

/* A known system that has shown its key in the TLS handshake is not the stranger beside it. */
static void
known_peers_are_told(void **state)
{
	struct str large = str_of(arena_alloc(world.g.a, LIMIT_STS_BODY_BYTES + 1),
				  LIMIT_STS_BODY_BYTES + 1);
	struct str ky = cert_sha256(signer_cert(world.g.ky));
	struct signer *stranger = pki_signer("odd/stranger");

	(void)state;
	exhaust("address", ADDRESS);
	world.tls_cert = cert_der(signer_cert(world.g.ky));
	assert_int_equal(sw_post(&world, false, STR("<x")), 500);
	assert_int_equal(sw_post(&world, true, large), 500);
	/* but it too has a limit, of its own */
	exhaust("tls", ky);
	assert_int_equal(sw_post(&world, false, STR("<x")), 429);
	assert_int_equal(sw_post(&world, true, large), 429);
	/* a certificate that nobody knows makes nobody known */
	(void)fresh(state);
	exhaust("address", ADDRESS);
	world.tls_cert = cert_der(signer_cert(stranger));
	assert_int_equal(sw_post(&world, false, STR("<x")), 429);
	world.tls_cert = STR_NONE;
	signer_free(stranger);
}

/*
 * What anybody can do with a victim's certificate, or with a message of its that he saw, counts
 * against himself.
 */
static void
victims_are_not_locked_out(void **state)
{
	struct str ky = cert_sha256(signer_cert(world.g.ky)), seen, damaged;
	struct client c = gw_client(&world.g);
	struct buf b = BUF_INIT(1u << 20);
	struct err e = ERR_INIT;
	struct client_token t;
	char *bytes;
	size_t at;

	(void)state;
	assert_true(client_request_write(&c, &whole, &b, &world.message_id, &e));
	seen = arena_dup(world.g.a, buf_str(&b));
	bytes = arena_dup_c(world.g.a, seen);
	buf_release(&b);
	assert_int_equal(sw_post(&world, false, seen), 200);
	damaged = str_of(bytes, seen.len);
	assert_true(str_find(damaged, STR("11111111"), &at));
	bytes[at] = '2';
	for (int i = 0; i < LIMIT_REFUSALS_BURST; i++) {
		/* again, and with the victim's certificate under words that it never said */
		assert_int_equal(sw_post(&world, false, i % 2 ? seen : damaged), 500);
	}
	assert_true(limiter_has(world.app.failures, "certificate", ky, &refusals, world.g.now));
	assert_true(limiter_has(world.app.failures, "tls", ky, &refusals, world.g.now));
	assert_int_equal(sw_post(&world, false, damaged), 429);
	assert_int_equal(sw_token(&world, &whole, NULL, &t), 200);
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

/* The least time of this thread that one of so many messages of a kind took. */
#define TRIES 10

struct costs {
	uint64_t grant, damaged, again;
};

static void
least_for(bool is_service, struct str message, int status, uint64_t *least)
{
	struct http_call c = {
		.method = HTTP_METHOD_POST,
		.path = is_service ? str_from(sw_service.path) : STR("/sts"),
		.content_type = STR("application/soap+xml; charset=utf-8"),
		.peer = ADDRESS,
		.body = message,
		.request_id = STR("r-1"),
		.now = world.g.now,
		.a = arena_new(),
		.answer = BUF_INIT(LIMIT_ANSWER_BYTES),
	};
	uint64_t begin = clock_thread_cpu_us(), took;

	if (is_service)
		service_call(&world.app, &world.platform, &sw_service, &c);
	else
		sts_call(&world.app, &world.platform, &c);
	took = clock_thread_cpu_us() - begin;
	assert_int_equal(c.status, status);
	if (took < *least)
		*least = took;
	buf_release(&c.answer);
	arena_free(c.a);
}

static struct costs
costs_of(bool is_service, const struct client_token *t)
{
	struct costs c = {UINT64_MAX, UINT64_MAX, UINT64_MAX};
	size_t at;

	for (int i = 0; i < TRIES; i++) {
		struct str whole_one = is_service ? gw_call(&world.g, t) : gw_request(&world.g);
		char *bytes = arena_dup_c(world.g.a, whole_one);

		assert_true(str_find(whole_one, STR("11111111"), &at));
		bytes[at] = '2';
		least_for(is_service, whole_one, 200, &c.grant);
		least_for(is_service, str_of(bytes, whole_one.len), 500, &c.damaged);
		least_for(is_service, whole_one, 500, &c.again);
	}
	return c;
}

/* [design 6] of a stranger's words, and of a proven message that somebody sends again */
static void
refusals_cost_less(void **state)
{
	struct client_token t = gw_token(&world.g);

	(void)state;
	for (int is_service = 0; is_service < 2; is_service++) {
		struct costs c = costs_of(is_service, &t);

		if (c.damaged >= c.grant || c.again >= c.grant)
			fail_msg("%s: granted %u us, damaged %u us, again %u us",
				 is_service ? "call" : "token", (unsigned)c.grant,
				 (unsigned)c.damaged, (unsigned)c.again);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(strangers_are_limited, fresh),
		cmocka_unit_test_setup(neighbours_are_served, fresh),
		cmocka_unit_test_setup(known_peers_are_told, fresh),
		cmocka_unit_test_setup(victims_are_not_locked_out, fresh),
		cmocka_unit_test_setup(other_addresses_are_served, fresh),
		cmocka_unit_test_setup(systems_are_limited, fresh),
		cmocka_unit_test_setup(refusals_cost_less, fresh),
	};
	int failed;

	xml_init();
	log_set_sink(count_line);
	sw_begin(&world, "refusals");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	sw_end(&world);
	return failed;
}
