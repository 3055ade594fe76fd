/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Around a REST service: what never becomes a call, what handlers say, what is recorded and
 * counted, and who is refused too often.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/limits.h"
#include "gateway/auditor.h"
#include "gateway/metrics.h"
#include "tests/unit/rest_service_world.h"

static unsigned
audited(const char *result)
{
	return sw_audit(&bw, "test.hent", result);
}

/* --- plain HTTP, handlers, records --- */

static void
what_is_no_call(void **state)
{
	struct send s = call_with(token_for(NULL));

	(void)state;
	s.path = "/Service/TEST/1/Hent/";
	accepted("spelling", s);
	s.path = "/test_1/hent";
	accepted("another path", s);
	s.path = HENT;
	s.type = "application/json; charset=utf-8";
	accepted("charset", s);
	s.type = "text/xml";
	assert_int_equal(rw_post(&s), 415);
	s.type = JSON;
	s.body = STR("");
	assert_int_equal(rw_post(&s), 400);
	s.body = STR("{}");
	s.method = HTTP_METHOD_GET;
	assert_int_equal(rw_post(&s), 405);
	assert_true(str_eq_c(rw_header("Allow"), "POST"));
	s.path = "/service/test/1/laes";
	s.body = STR_NONE;
	accepted("a reading one", s);
	s.method = HTTP_METHOD_OTHER;
	assert_int_equal(rw_post(&s), 405);
	assert_true(str_eq_c(rw_header("Allow"), "GET, HEAD"));
	s.path = "/service/test/1/other";
	assert_int_equal(rw_post(&s), 404);
	s.path = "/service/test/1";
	assert_int_equal(rw_post(&s), 404);
	bw.call.path = STR("/service/test/10/hent");
	assert_false(rest_service_call(&bw.app, &bw.platform, &bw.call));
}

static void
what_handlers_say(void **state)
{
	struct send s = call_with(token_for(NULL));

	(void)state;
	s.path = "/service/test/1/advis";
	told("told inside", &s, 200, "{\"advis\":\"44\"}");
	assert_int_equal(sw_audit(&bw, "test.advis", "RETUR_NOT_FOUND"), 1);
	s.path = "/service/test/1/fejl";
	told("input", &s, 400,
	     "{\"status\":400,\"fejl\":\"40\",\"tekst\":\"Fejl ved \\\"x\\\"\"}");
	assert_int_equal(sw_audit(&bw, "test.fejl", "RETUR_INPUT"), 1);
	/* what it says of a denial is not told, least of all in a header */
	s.body = STR("[]");
	denied("denied by the handler", s);
	assert_true(
		bw_has(rw_header("WWW-Authenticate"), "error_description=\"Access denied.\""));
	s.body = STR("{ }");
	told("ours", &s, 503,
	     "{\"status\":503,\"fejl\":\"503\",\"tekst\":\"The service is temporarily "
	     "unavailable.\"}");
	assert_true(str_has_prefix(rw_answer(), STR("{")));
}

static void
records_and_counts(void **state)
{
	struct send s = call_with(token_for(NULL)), bad = s;
	struct buf text = BUF_INIT(1u << 20);
	unsigned ok = audited("ok"), wrong = audited("JWT_INVALID");

	(void)state;
	accepted("recorded", s);
	assert_int_equal(audited("ok"), ok + 1);
	/* the handshake has proven who it is */
	bad.authorization = bearer("Bearer", STR("a.b.c"));
	invalid("recorded too",
		(bad.authorization = bearer("Holder-of-key", STR("a.b.c")), bad));
	assert_int_equal(audited("JWT_INVALID"), wrong + 1);
	/* a stranger leaves no record, but a count */
	bad.cert = "odd/stranger";
	invalid("a stranger", bad);
	bad.cert = "";
	told("nobody", &bad, 401, "client certificate");
	assert_int_equal(audited("JWT_INVALID"), wrong + 1);
	s.time = "x";
	told("a header", &s, 400, "x-TransaktionsTid");
	s.path = "/plain/slet";
	s.time = TIME;
	told("no right", &s, 403, "Access denied.");
	auditor_tick(bw.app.auditor, &bw.app, &bw.platform, bw.g.now, true);
	assert_true(sw_audit(&bw, "call", "STS_CERT_MISSING") > 0);
	metrics_write(&text);
	assert_true(
		bw_has(buf_str(&text), "sluse_calls_refused_total{reason=\"JWT_INVALID\"}"));
	assert_true(
		bw_has(buf_str(&text), "sluse_calls_refused_total{reason=\"REST_DENIED\"}"));
	assert_true(
		bw_has(buf_str(&text), "sluse_calls_refused_total{reason=\"REST_HEADER\"}"));
	buf_release(&text);
}

static void
a_store_that_does_not_write(void **state)
{
	struct send s = call_with(token_for(NULL));
	struct store *whole = bw.app.store;
	struct store_options o = bw.g.w.options;
	struct err e = ERR_INIT;

	(void)state;
	o.read_only = true;
	assert_true(store_open(&o, &bw.app.store, &e));
	/* the handler only reads; what it read is not told */
	rw_post(&s);
	rw_expect("answer", 503, "temporarily unavailable");
	assert_false(bw_has(rw_answer(), "11111111"));
	store_close(bw.app.store);
	bw.app.store = whole;
	accepted("again", s);
}

static void
refused_too_often(void **state)
{
	struct send bad = call_with(STR("a.b.c")), good = call_with(token_for(NULL));
	struct send stranger = bad, sapa = call_with(token_for("systems/SAPA"));
	int status = 0;

	(void)state;
	stranger.cert = "";
	for (int i = 0; i <= LIMIT_REFUSALS_BURST && status != 429; i++)
		status = rw_post(&stranger);
	assert_int_equal(status, 429);
	accepted("who is known behind the same address goes on", good);
	status = 0;
	for (int i = 0; i <= LIMIT_REFUSALS_BURST && status != 429; i++)
		status = rw_post(&bad);
	assert_int_equal(status, 429);
	told("it has used up its own", &good, 429, "Too many refused calls");
	sapa.cert = "systems/SAPA";
	accepted("and nobody else's", sapa);
	good.later = SECONDS(60);
	accepted("until later", good);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_call),
		cmocka_unit_test(what_handlers_say),
		cmocka_unit_test(records_and_counts),
		cmocka_unit_test(a_store_that_does_not_write),
		cmocka_unit_test(refused_too_often),
	};
	int failed;

	rsw_begin("restservice");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	bw_end();
	return failed;
}
