/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From path to handler, and how many large calls may be at work. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/limits.h"
#include "base/log.h"
#include "tests/unit/soap_world.h"
#include "xml/parse.h"

#define STS_PATH "/runtime/services/kombittrust/14/certificatemixed"

static struct soap_world world;
static const struct soap_service *const services[] = {&sw_service};

static void
no_log(struct str line)
{
	(void)line;
}

static int
post(const char *path, size_t len)
{
	struct http_call c = {
		.method = HTTP_METHOD_POST,
		.listener = LISTENER_SYSTEM,
		.path = str_from(path),
		.content_type = STR("text/xml"),
		.peer = STR("127.0.0.1"),
		.request_id = STR("r-1"),
		.now = world.g.now,
		.a = arena_new(),
		.answer = BUF_INIT(LIMIT_ANSWER_BYTES),
	};
	int status;

	c.body = str_of(arena_alloc(c.a, len + 1), len);
	route_call(&c, &world.app);
	status = c.status;
	buf_release(&c.answer);
	arena_free(c.a);
	return status;
}

static void
paths(void **state)
{
	static const struct {
		const char *path;
		int want;
	} list[] = {
		{STS_PATH, 500},
		{STS_PATH "/", 500},
		{"/Runtime/services/KOMBITTRUST/14/certificatemixed", 500},
		{STS_PATH "//", 404},
		{STS_PATH "/x", 404},
		{"/organisation/organisationenhed/6", 500},
		{"/organisation/../organisation/organisationenhed/6", 404},
		{"/organisation/organisationenhed%2f6", 404},
		{"/", 404},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		int status = post(list[i].path, 10);

		if (status != list[i].want)
			fail_msg("%s: %d", list[i].path, status);
	}
}

/* A service takes what is configured, and one byte more is one too many. */
static void
the_size_of_a_call(void **state)
{
	size_t len = 2 * 1024 * 1024;
	struct str body = str_of(arena_alloc(world.g.a, len + 1), len);

	(void)state;
	sw_settings(&world, "", "service: { body_bytes = 2097152; };");
	assert_int_equal(sw_post(&world, true, body), 500);
	body.len++;
	assert_int_equal(sw_post(&world, true, body), 413);
	sw_settings(&world, "", "");
	assert_int_equal(sw_post(&world, true, body), 500);
}

static void
large_calls(void **state)
{
	(void)state;
	assert_int_equal(post(sw_service.path, LIMIT_LARGE_BYTES), 500);
	assert_int_equal(world.app.large_calls, 0);
	/* as if so many were at work */
	atomic_store(&world.app.large_calls, LIMIT_LARGE_CALLS);
	assert_int_equal(post(sw_service.path, LIMIT_LARGE_BYTES), 503);
	assert_int_equal(post(sw_service.path, LIMIT_LARGE_BYTES - 1), 500);
	assert_int_equal(world.app.large_calls, LIMIT_LARGE_CALLS);
	atomic_store(&world.app.large_calls, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths),
		cmocka_unit_test(the_size_of_a_call),
		cmocka_unit_test(large_calls),
	};
	int failed;

	xml_init();
	log_set_sink(no_log);
	sw_begin(&world, "route");
	/* one reference is the test's own */
	atomic_init(&world.platform.refs, 2);
	world.app.platform = &world.platform;
	world.app.services = services;
	world.app.service_count = 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	sw_end(&world);
	return failed;
}
