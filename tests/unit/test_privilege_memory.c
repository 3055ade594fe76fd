/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Remembered privilege lists: the same as read, in memory of the asker's own; another byte or
 * another limit is read anew, a refusal always.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "saml/privilege_memory.h"
#include "xml/parse.h"

#define LIST(inside)                                                                           \
	"<bpp:PrivilegeList "                                                                  \
	"xmlns:bpp='http://itst.dk/oiosaml/basic_privilege_profile'>" inside                   \
	"</bpp:PrivilegeList>"
#define GROUP(cvr, inside)                                                                     \
	"<PrivilegeGroup Scope='urn:dk:gov:saml:cvrNumberIdentifier:" cvr "'>" inside          \
	"</PrivilegeGroup>"
#define ROLE(n) "<Privilege>http://x.example/roles/" n "/1</Privilege>"
#define DA(n, v) "<Constraint Name='" n "'>" v "</Constraint>"

static const struct privilege_limits limits = {.bytes = 60000, .groups = 50, .constraints = 50};

static const char *const lists[] = {
	LIST(""),
	LIST(GROUP("11111111", ROLE("r"))),
	LIST(GROUP("11111111", ROLE("r") ROLE("s") DA("n", "v") DA("m", ""))
		     GROUP("22222222", ROLE("t")) GROUP("1", ROLE("u"))),
	LIST(GROUP("11111111", "") GROUP("11111111", ROLE("r") DA("n", "v"))),
};

static void
assert_same_text(struct str a, struct str b)
{
	assert_true(str_eq(a, b));
}

static void
assert_same(const struct privilege_list *a, const struct privilege_list *b)
{
	assert_int_equal(a->count, b->count);
	assert_int_equal(a->ignored, b->ignored);
	for (size_t g = 0; g < a->count; g++) {
		const struct privilege *p = &a->groups[g], *q = &b->groups[g];

		assert_same_text(p->scope_cvr, q->scope_cvr);
		assert_int_equal(p->role_count, q->role_count);
		assert_int_equal(p->constraint_count, q->constraint_count);
		for (size_t i = 0; i < p->role_count; i++)
			assert_same_text(p->roles[i], q->roles[i]);
		for (size_t i = 0; i < p->constraint_count; i++) {
			assert_same_text(p->constraints[i].name, q->constraints[i].name);
			assert_same_text(p->constraints[i].value, q->constraints[i].value);
		}
	}
}

static void
as_it_was_read(void **state)
{
	struct privilege_memory *m = privilege_memory_new();
	struct arena *a = arena_new(), *b = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		struct privilege_list read, first, again;
		struct err e = ERR_INIT;

		assert_true(privilege_read(str_from(lists[i]), &limits, a, &read, &e));
		assert_true(
			privilege_read_again(m, str_from(lists[i]), &limits, b, &first, &e));
		assert_int_equal(privilege_memory_hits(m), i);
		/* what the first asker was given ends with its arena */
		arena_reset(b);
		assert_true(
			privilege_read_again(m, str_from(lists[i]), &limits, a, &again, &e));
		assert_int_equal(privilege_memory_hits(m), i + 1);
		assert_same(&read, &again);
	}
	privilege_memory_free(m);
	arena_free(a);
	arena_free(b);
}

static void
another_is_another(void **state)
{
	struct privilege_memory *m = privilege_memory_new();
	struct privilege_limits tight = limits;
	struct arena *a = arena_new();
	struct privilege_list list;
	struct err e = ERR_INIT;
	char text[1000];
	size_t len = strlen(lists[2]);

	(void)state;
	assert_true(privilege_read_again(m, str_from(lists[2]), &limits, a, &list, &e));
	for (size_t i = 0; i < len; i++) {
		memcpy(text, lists[2], len);
		text[i] ^= 1;
		if (!privilege_read_again(m, str_of(text, len), &limits, a, &list, &e))
			err_clear(&e);
	}
	assert_int_equal(privilege_memory_hits(m), 0);
	/* what passed wide limits has not passed narrow ones */
	tight.constraints = 1;
	assert_false(privilege_read_again(m, str_from(lists[2]), &tight, a, &list, &e));
	assert_int_equal(e.code, PRIVILEGES_MALFORMED);
	assert_int_equal(privilege_memory_hits(m), 0);
	privilege_memory_free(m);
	arena_free(a);
}

static void
refusals_and_long_lists_are_not_kept(void **state)
{
	struct privilege_memory *m = privilege_memory_new();
	AUTO(buf_release) struct buf b = BUF_INIT(60000);
	struct arena *a = arena_new();
	struct privilege_list list;

	(void)state;
	buf_add_c(&b, "<PrivilegeList><PrivilegeGroup Scope='urn:dk:gov:saml:"
		      "cvrNumberIdentifier:11111111'>");
	for (int i = 0; i < 400; i++)
		buf_printf(&b, "<Privilege>http://x.example/roles/%d/1</Privilege>", i);
	buf_add_c(&b, "</PrivilegeGroup></PrivilegeList>");
	for (int i = 0; i < 2; i++) {
		struct err e = ERR_INIT;

		assert_false(privilege_read_again(m, STR("<x/>"), &limits, a, &list, &e));
		assert_int_equal(e.code, PRIVILEGES_MALFORMED);
		err_clear(&e);
		assert_true(privilege_read_again(m, buf_str(&b), &limits, a, &list, &e));
		assert_int_equal(list.groups[0].role_count, 400);
	}
	assert_int_equal(privilege_memory_hits(m), 0);
	privilege_memory_free(m);
	arena_free(a);
}

/* Far more lists than places: each is still read right. */
static void
the_oldest_gives_way(void **state)
{
	struct privilege_memory *m = privilege_memory_new();
	struct arena *a = arena_new();
	char text[400], want[80];

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 3000; i++) {
			struct privilege_list list;
			struct err e = ERR_INIT;

			snprintf(text, sizeof(text), LIST(GROUP("11111111", ROLE("%d"))), i);
			snprintf(want, sizeof(want), "http://x.example/roles/%d/1", i);
			assert_true(
				privilege_read_again(m, str_from(text), &limits, a, &list, &e));
			assert_true(str_eq_c(list.groups[0].roles[0], want));
			arena_reset(a);
		}
	}
	assert_true(privilege_memory_hits(m) < 3000);
	privilege_memory_free(m);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_it_was_read),
		cmocka_unit_test(another_is_another),
		cmocka_unit_test(refusals_and_long_lists_are_not_kept),
		cmocka_unit_test(the_oldest_gives_way),
	};

	xml_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
