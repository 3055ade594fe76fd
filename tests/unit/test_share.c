/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one address may hold of connections and bytes, beside others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/attr.h"
#include "gateway/share.h"

static size_t
connect_all(struct shares *s, struct share *of)
{
	size_t n = 0;

	while (share_connect(s, of))
		n++;
	return n;
}

static void
disconnect(struct shares *s, struct share *of, size_t n)
{
	while (n-- > 0)
		share_disconnect(s, of);
}

static void
connections(void **state)
{
	struct shares *s = shares_new(120, 1000);
	struct share *a = share_hold(s, STR("192.0.2.1")), *b = share_hold(s, STR("192.0.2.2"));
	struct share *c = share_hold(s, STR("192.0.2.3")), *d = share_hold(s, STR("192.0.2.4"));

	(void)state;
	assert_int_equal(connect_all(s, a), 60);
	assert_int_equal(connect_all(s, b), 30);
	assert_int_equal(connect_all(s, c), 15);
	/* a few are everybody's; that all of them are too many is the listener's to see */
	assert_int_equal(connect_all(s, d), SHARE_FEW_CONNECTIONS);
	assert_false(share_connect(s, a));
	disconnect(s, a, 60);
	assert_int_equal(connect_all(s, d), 38 - SHARE_FEW_CONNECTIONS);
	disconnect(s, b, 30);
	disconnect(s, c, 15);
	disconnect(s, d, 38);
	share_drop(s, a);
	share_drop(s, b);
	share_drop(s, c);
	share_drop(s, d);
	share_drop(s, NULL);
	shares_free(s);
}

static void
bytes(void **state)
{
	struct shares *s = shares_new(10, 512000);
	struct share *a = share_hold(s, STR("192.0.2.1")), *b = share_hold(s, STR("192.0.2.2"));

	(void)state;
	assert_true(share_take(s, a, 200000));
	assert_false(share_take(s, a, 200000));
	assert_true(share_take(s, a, 56000));
	/* half, and no byte more */
	assert_false(share_take(s, a, 1));
	assert_false(share_take(s, a, 0 + 1));
	assert_true(share_take(s, b, 100000));
	/* an answer that is made is there, and counts; then nothing more is taken up */
	share_add(s, a, 300000);
	assert_false(share_take(s, a, 0));
	assert_true(shares_bytes(s) == 656000);
	assert_false(share_take(s, b, 1000));
	share_give(s, b, 100000);
	/* a little is everybody's */
	assert_true(share_take(s, b, 1000));
	assert_false(share_take(s, b, 1));
	/* but not without end */
	share_add(s, a, 600000);
	share_give(s, b, 1000);
	assert_false(share_take(s, b, 1000));
	share_give(s, a, 556000 + 600000);
	assert_true(share_take(s, b, 1000));
	share_give(s, b, 1000);
	share_drop(s, a);
	share_drop(s, b);
	shares_free(s);
}

/* Which spellings are one address. */
static void
names(void **state)
{
	static const struct {
		const char *a, *b;
		bool is_same;
	} rows[] = {
		{"192.0.2.1", "192.0.2.1", true},
		{"192.0.2.1", "192.0.2.2", false},
		{"::ffff:192.0.2.1", "192.0.2.1", true},
		{"2001:db8::1", "2001:db8::ffff", true},
		{"2001:db8::1", "2001:db8:0:1::1", false},
		{"fe80::1%eth0", "fe80::2%eth1", true},
		{"?", "?", true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct shares *s = shares_new(10, 10);
		struct share *a = share_hold(s, str_from(rows[i].a));
		struct share *b = share_hold(s, str_from(rows[i].b));

		if ((a == b) != rows[i].is_same)
			fail_msg("%s and %s", rows[i].a, rows[i].b);
		assert_ptr_equal(share_again(s, a), a);
		share_drop(s, a);
		share_drop(s, a);
		share_drop(s, b);
		shares_free(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connections),
		cmocka_unit_test(bytes),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests_name("share", tests, NULL, NULL);
}
