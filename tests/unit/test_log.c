/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log: whatever a value holds, one event is one line, and one value is one value. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/encoding.h"
#include "base/log.h"

static char last[10000];
static size_t last_len;
static int line_count;

static void
keep(struct str line)
{
	BUG_ON(line.len >= sizeof(last));
	memcpy(last, line.ptr, line.len);
	last[line.len] = '\0';
	last_len = line.len;
	line_count++;
}

static int
begin(void **state)
{
	(void)state;
	/* 2026-05-27T12:15:30.125Z */
	clock_freeze(INT64_C(1779884130125000));
	log_set_sink(keep);
	log_setup(LOG_LEVEL_INFO, LOG_FORMAT_TEXT, true);
	line_count = 0;
	return 0;
}

static int
end(void **state)
{
	(void)state;
	clock_thaw();
	log_set_sink(NULL);
	return 0;
}

static void
shapes(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	LOG(LOG_LEVEL_INFO, "call.done", LF("req", STR("r1")), LF("none", STR_NONE),
	    LF("empty", STR("")), LF_C("n", "7"));
	assert_string_equal(last, "<6>event=call.done req=r1 empty=\"\" n=7");
	log_event(LOG_LEVEL_WARNING, "bare", NULL);
	assert_string_equal(last, "<4>event=bare");

	assert_false(err_fail(&e, BAD_VALUE, "some_function", "row %d", 3));
	LOG_ERR(LOG_LEVEL_ERROR, "call.failed", &e, LF_C("req", "r1"));
	assert_string_equal(last, "<3>event=call.failed err=BAD_VALUE where=some_function "
				  "detail=\"row 3\" req=r1");

	log_setup(LOG_LEVEL_INFO, LOG_FORMAT_TEXT, false);
	log_event(LOG_LEVEL_INFO, "bare", NULL);
	assert_string_equal(last, "time=2026-05-27T12:15:30.125Z level=info event=bare");

	log_setup(LOG_LEVEL_INFO, LOG_FORMAT_JSON, false);
	LOG(LOG_LEVEL_ERROR, "call.done", LF("req", STR("r1")), LF("none", STR_NONE),
	    LF("empty", STR("")));
	assert_string_equal(last, "{\"time\":\"2026-05-27T12:15:30.125Z\",\"level\":\"error\","
				  "\"event\":\"call.done\",\"req\":\"r1\",\"empty\":\"\"}");
	log_setup(LOG_LEVEL_INFO, LOG_FORMAT_JSON, true);
	log_event(LOG_LEVEL_INFO, "bare", NULL);
	assert_string_equal(last, "<6>{\"event\":\"bare\"}");
}

static void
levels(void **state)
{
	(void)state;
	for (int least = LOG_LEVEL_ERROR; least <= LOG_LEVEL_DEBUG; least++) {
		log_setup((enum log_level)least, LOG_FORMAT_TEXT, true);
		for (int level = LOG_LEVEL_ERROR; level <= LOG_LEVEL_DEBUG; level++) {
			struct err e = ERR_INIT;
			int before = line_count;

			log_event((enum log_level)level, "x", NULL);
			assert_int_equal(line_count - before, level <= least);
			log_error((enum log_level)level, "x", &e, NULL);
			assert_int_equal(line_count - before, 2 * (level <= least));
		}
	}
}

static const struct {
	const char *name;
	struct str value;
	const char *text, *json;
} escapes[] = {
	{"bare", STR_INIT("a.b_c:d/e@f+g-h,1"), "a.b_c:d/e@f+g-h,1", "\"a.b_c:d/e@f+g-h,1\""},
	{"URL", STR_INIT("http://x/y?a#b"), "http://x/y?a#b", "\"http://x/y?a#b\""},
	{"blank", STR_INIT("a b"), "\"a b\"", "\"a b\""},
	{"field within", STR_INIT("x event=y"), "\"x event=y\"", "\"x event=y\""},
	{"equals sign", STR_INIT("a=b"), "\"a=b\"", "\"a=b\""},
	{"quote", STR_INIT("a\" b=\"c"), "\"a\\\" b=\\\"c\"", "\"a\\\" b=\\\"c\""},
	{"backslash", STR_INIT("a\\n"), "\"a\\\\n\"", "\"a\\\\n\""},
	{"line end", STR_INIT("a\nevent=b\r\t"), "\"a\\nevent=b\\r\\t\"",
	 "\"a\\nevent=b\\r\\t\""},
	{"NUL", STR_INIT("a\0b"), "\"a\\x00b\"", "\"a\\u0000b\""},
	{"terminal escape", STR_INIT("\x1b[2J"), "\"\\x1b[2J\"", "\"\\u001b[2J\""},
	{"DEL", STR_INIT("\x7f"), "\"\\x7f\"", "\"\\u007f\""},
	{"C1 control", STR_INIT("\xc2\x9b"), "\"\\x9b\"", "\"\\u009b\""},
	{"Danish", STR_INIT("\xc3\xa6\xc3\xb8\xc3\xa5"), "\"\xc3\xa6\xc3\xb8\xc3\xa5\"",
	 "\"\xc3\xa6\xc3\xb8\xc3\xa5\""},
	{"four bytes", STR_INIT("\xf0\x9f\x98\x80"), "\"\xf0\x9f\x98\x80\"",
	 "\"\xf0\x9f\x98\x80\""},
	{"line separator", STR_INIT("\xe2\x80\xa8"), "\"\\u2028\"", "\"\\u2028\""},
	{"direction override", STR_INIT("\xe2\x80\xae"), "\"\\u202e\"", "\"\\u202e\""},
	{"isolate", STR_INIT("\xe2\x81\xa6"), "\"\\u2066\"", "\"\\u2066\""},
	{"Latin-1", STR_INIT("\xe6k"), "\"\\xe6k\"", "\"\\ufffdk\""},
	{"cut character", STR_INIT("a\xc3"), "\"a\\xc3\"", "\"a\\ufffd\""},
	{"overlong line end", STR_INIT("\xc0\x8a"), "\"\\xc0\\x8a\"", "\"\\ufffd\\ufffd\""},
	{"surrogate", STR_INIT("\xed\xa0\x80"), "\"\\xed\\xa0\\x80\"",
	 "\"\\ufffd\\ufffd\\ufffd\""},
};

static void
values_are_escaped(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(escapes); i++) {
		char want[200];

		log_setup(LOG_LEVEL_INFO, LOG_FORMAT_TEXT, true);
		LOG(LOG_LEVEL_INFO, "e", LF("v", escapes[i].value));
		snprintf(want, sizeof(want), "<6>event=e v=%s", escapes[i].text);
		if (strcmp(last, want) != 0)
			fail_msg("%s: %s", escapes[i].name, last);
		log_setup(LOG_LEVEL_INFO, LOG_FORMAT_JSON, true);
		LOG(LOG_LEVEL_INFO, "e", LF("v", escapes[i].value));
		snprintf(want, sizeof(want), "<6>{\"event\":\"e\",\"v\":%s}", escapes[i].json);
		if (strcmp(last, want) != 0)
			fail_msg("%s: %s", escapes[i].name, last);
	}
}

/* Every byte, alone and after the beginnings of characters: the line is printable UTF-8. */
static void
any_bytes_give_one_clean_line(void **state)
{
	static const char *const starts[] = {"", "\xc2", "\xe2\x80", "\xf0\x9f\x98",
					     "\xc3\xa6"};

	(void)state;
	for (int c = 0; c < 256; c++) {
		for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
			for (int format = LOG_FORMAT_TEXT; format <= LOG_FORMAT_JSON;
			     format++) {
				char value[10];
				size_t len = strlen(starts[i]);

				memcpy(value, starts[i], len);
				value[len++] = (char)c;
				log_setup(LOG_LEVEL_INFO, (enum log_format)format, false);
				LOG(LOG_LEVEL_INFO, "e", LF("v", str_of(value, len)));
				assert_true(utf8_is_valid(str_of(last, last_len)));
				for (size_t k = 0; k < last_len; k++)
					if ((unsigned char)last[k] < ' ' || last[k] == 0x7f)
						fail_msg("byte %d after row %zu", c, i);
			}
		}
	}
}

static void
long_values_are_cut(void **state)
{
	char value[3000];

	(void)state;
	memset(value, 'a', sizeof(value));
	LOG(LOG_LEVEL_INFO, "e", LF("v", str_of(value, 1024)), LF_C("next", "x"));
	assert_int_equal(last_len, strlen("<6>event=e v=") + 1024 + strlen(" next=x"));
	LOG(LOG_LEVEL_INFO, "e", LF("v", str_of(value, 1025)), LF_C("next", "x"));
	assert_string_equal(last + strlen("<6>event=e v=") + 1024, "\xe2\x80\xa6 next=x");
	/* Not inside a character. */
	value[1023] = '\xc3';
	value[1024] = '\xa6';
	LOG(LOG_LEVEL_INFO, "e", LF("v", str_of(value, 1025)));
	assert_true(utf8_is_valid(str_of(last, last_len)));
	assert_null(strstr(last, "\\x"));
}

/* However much there is to say, the line ends well, and says that it is not all. */
static void
long_lines_are_cut(void **state)
{
	static const int formats[] = {LOG_FORMAT_TEXT, LOG_FORMAT_JSON};
	char value[1024];

	(void)state;
	memset(value, '\n', sizeof(value));
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		for (size_t len = 0; len <= sizeof(value); len++) {
			const char *tail = i == 0 ? " cut=true" : ",\"cut\":\"true\"}";
			struct str v = str_of(value, len);

			log_setup(LOG_LEVEL_INFO, (enum log_format)formats[i], true);
			LOG(LOG_LEVEL_INFO, "e", LF("a", v), LF("b", v), LF("c", v), LF("d", v),
			    LF("e", v));
			if (5 * 2 * len < 8000)
				assert_null(strstr(last, "cut"));
			if (5 * 2 * len > 8192)
				assert_string_equal(last + last_len - strlen(tail), tail);
			assert_true(last_len < 8192);
		}
	}
}

static void *
write_many(void *arg)
{
	for (int i = 0; i < 200; i++)
		LOG(LOG_LEVEL_INFO, "thread", LF_C("name", arg), LF_C("end", "yes"));
	return NULL;
}

static void
lines_of_threads_do_not_mix(void **state)
{
	static char names[4][2] = {"a", "b", "c", "d"};
	int saved = dup(STDERR_FILENO), count = 0;
	FILE *file = tmpfile();
	pthread_t threads[4];
	char line[200];

	(void)state;
	assert_non_null(file);
	log_set_sink(NULL);
	dup2(fileno(file), STDERR_FILENO);
	for (size_t i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, write_many, names[i]);
	for (size_t i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(file);
	while (fgets(line, sizeof(line), file)) {
		char want[200];

		snprintf(want, sizeof(want), "<6>event=thread name=%c end=yes\n", line[21]);
		assert_string_equal(line, want);
		count++;
	}
	fclose(file);
	assert_int_equal(count, 800);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(shapes, begin, end),
		cmocka_unit_test_setup_teardown(levels, begin, end),
		cmocka_unit_test_setup_teardown(values_are_escaped, begin, end),
		cmocka_unit_test_setup_teardown(any_bytes_give_one_clean_line, begin, end),
		cmocka_unit_test_setup_teardown(long_values_are_cut, begin, end),
		cmocka_unit_test_setup_teardown(long_lines_are_cut, begin, end),
		cmocka_unit_test_setup_teardown(lines_of_threads_do_not_mix, begin, end),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
