/* SPDX-License-Identifier: GPL-3.0-or-later */
/* /readyz: each of its checks failing alone; and documents that are signed once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/limits.h"
#include "base/log.h"
#include "tests/unit/soap_world.h"
#include "xml/parse.h"

static struct soap_world world;

static int
ask(const char *path, const char *holds)
{
	struct http_call c = {
		.method = HTTP_METHOD_GET,
		.listener = LISTENER_OPERATIONS,
		.path = str_from(path),
		.now = world.g.now,
		.a = arena_new(),
		.answer = BUF_INIT(LIMIT_ANSWER_BYTES),
	};
	size_t at;

	operations_call(&world.app, &world.platform, &c);
	if (holds != NULL && !str_find(buf_str(&c.answer), str_from(holds), &at))
		fail_msg("no %s in %.*s", holds, STR_ARG(buf_str(&c.answer)));
	buf_release(&c.answer);
	arena_free(c.a);
	return c.status;
}

static void
ready(void **state)
{
	(void)state;
	assert_int_equal(ask("/readyz", "{\"ready\":true,"), 200);
}

static void
before_and_after(void **state)
{
	(void)state;
	atomic_store(&world.app.is_ready, false);
	assert_int_equal(ask("/readyz", "{\"name\":\"started\",\"ok\":false}"), 503);
	atomic_store(&world.app.is_ready, true);
	atomic_store(&world.app.is_stopping, true);
	assert_int_equal(ask("/readyz", "{\"name\":\"not_stopping\",\"ok\":false}"), 503);
	atomic_store(&world.app.is_stopping, false);
	assert_int_equal(ask("/readyz", NULL), 200);
}

/* Any one key will do: an installation may be the bridge alone. */
static void
a_key(void **state)
{
	struct identity sts = world.platform.id[IDENTITY_STS];
	struct identity service = world.platform.id[IDENTITY_SERVICE];

	(void)state;
	world.platform.id[IDENTITY_STS] = (struct identity){0};
	assert_int_equal(ask("/readyz", "{\"name\":\"key\",\"ok\":true}"), 200);
	world.platform.id[IDENTITY_SERVICE] = (struct identity){0};
	assert_int_equal(ask("/readyz", "{\"name\":\"key\",\"ok\":false}"), 503);
	world.platform.id[IDENTITY_STS] = sts;
	world.platform.id[IDENTITY_SERVICE] = service;
}

static void
something_known(void **state)
{
	struct trust *whole = world.app.trust;
	struct err e = ERR_INIT;
	struct world empty;

	(void)state;
	world_begin(&empty, "operations-empty");
	assert_true(trust_open(empty.store, &world.app.trust, &e));
	assert_int_equal(ask("/readyz", "{\"name\":\"known\",\"ok\":false}"), 503);
	trust_close(world.app.trust);
	world.app.trust = whole;
	world_end(&empty);
	assert_int_equal(ask("/readyz", "{\"name\":\"known\",\"ok\":true}"), 200);
}

/* --- published documents --- */

static void
kept_by_key(void **state)
{
	struct published *p = published_new();
	struct buf out = BUF_INIT(1000);

	(void)state;
	assert_false(published_get(p, PUBLISHED_IDP, world.g.sts, &out));
	published_put(p, PUBLISHED_IDP, world.g.sts, STR("one"));
	assert_true(published_get(p, PUBLISHED_IDP, world.g.sts, &out));
	assert_true(str_eq_c(buf_str(&out), "one"));
	/* another document, another key, no key */
	assert_false(published_get(p, PUBLISHED_SP, world.g.sts, &out));
	assert_false(published_get(p, PUBLISHED_IDP, world.g.service, &out));
	assert_false(published_get(p, PUBLISHED_HVEM, NULL, &out));
	published_put(p, PUBLISHED_IDP, world.g.service, STR("two"));
	assert_false(published_get(p, PUBLISHED_IDP, world.g.sts, &out));
	buf_clear(&out);
	assert_true(published_get(p, PUBLISHED_IDP, world.g.service, &out));
	assert_true(str_eq_c(buf_str(&out), "two"));
	buf_release(&out);
	published_free(p);
}

static void
no_log(struct str line)
{
	(void)line;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ready),       cmocka_unit_test(before_and_after),
		cmocka_unit_test(a_key),       cmocka_unit_test(something_known),
		cmocka_unit_test(kept_by_key),
	};
	int failed;

	xml_init();
	log_set_sink(no_log);
	sw_begin(&world, "operations");
	atomic_store(&world.app.is_ready, true);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	sw_end(&world);
	return failed;
}
