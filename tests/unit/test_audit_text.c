/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What peers wrote, on its way into records and onto a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/encoding.h"
#include "gateway/cli_audit.h"
#include "store/audit.h"

static void
withheld(void **state)
{
	static const struct {
		const char *text;
		bool is_withheld;
	} rows[] = {
		{"urn:uuid:01017012-3412-4512-8512-010170123456", false},
		{"urn:uuid:0101701234-ab", true},
		{"010170-1234", true},
		{"010170 1234", true},
		{"x 0101701234 y", true},
		{"610170-1234", true},
		{"msg-1780000000", false},
		{"991370-1234", false},
		{"0101701234a", false},
		{"a0101701234", false},
		{"00101701234", false},
		{"010170-12345", false},
		{"11111111", false},
		{"", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (str_eq_c(audit_peer_text(str_from(rows[i].text)), "(withheld)") !=
		    rows[i].is_withheld)
			fail_msg("%s", rows[i].text);
}

/* What a refused peer asked for: cut, never within a character, and withheld as other texts. */
static void
asked(void **state)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	char text[AUDIT_ASKED_BYTES + 8];

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(audit_asked_text(str_of(text, AUDIT_ASKED_BYTES)).len,
			 AUDIT_ASKED_BYTES);
	assert_int_equal(audit_asked_text(str_of(text, AUDIT_ASKED_BYTES + 1)).len,
			 AUDIT_ASKED_BYTES);
	for (size_t back = 1; back < 3; back++) {
		struct str cut;

		memset(text, 'x', sizeof(text));
		memcpy(text + AUDIT_ASKED_BYTES - back, "\342\202\254", 3);
		cut = audit_asked_text(str_of(text, sizeof(text)));
		assert_int_equal(cut.len, AUDIT_ASKED_BYTES - back);
		assert_true(utf8_is_valid(cut));
	}
	memcpy(text + AUDIT_ASKED_BYTES - 5, "/010170-1234", 12);
	assert_true(str_eq_c(audit_asked_text(arena_printf(a, "%.*s/010170-1234",
							   AUDIT_ASKED_BYTES - 4, text)),
			     "(withheld)"));
	assert_true(str_eq_c(audit_asked_text(STR("urn:a")), "urn:a"));
	assert_false(str_is_set(audit_asked_text(STR_NONE)));
}

static void
shown(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{"ky", "ky"},
		{"Korsbæk", "Korsbæk"},
		{"a\033[2Jb", "a\\x1b[2Jb"},
		{"a\nb\rc\td", "a\\x0ab\\x0dc\\x09d"},
		{"a\177b", "a\\x7fb"},
		{"a\302\233b", "a\\xc2\\x9bb"},          /* CSI of C1 */
		{"a\302\205b", "a\\xc2\\x85b"},          /* NEL */
		{"a\342\200\256b", "a\\xe2\\x80\\xaeb"}, /* right to left */
		{"a\233b", "a\\x9bb"},                   /* no UTF-8 */
		{"a\342\202\254b", "a\342\202\254b"},
	};
	AUTO(arena_freep) struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (!str_eq_c(cli_shown(a, str_from(rows[i].text)), rows[i].want))
			fail_msg("%s", rows[i].want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(withheld),
		cmocka_unit_test(asked),
		cmocka_unit_test(shown),
	};

	return cmocka_run_group_tests_name("audit_text", tests, NULL, NULL);
}
