/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One line an event. Whatever a value holds, the line stays one line, of valid UTF-8, and
 * cannot be mistaken for two fields: control characters, line and paragraph separators and
 * direction overrides are escaped, in text as \n \xNN \uNNNN, in JSON by its own rules. A value
 * is cut after LOG_VALUE_BYTES; fields that no longer fit are left out and cut=true says so.
 */
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/encoding.h"

#define LOG_VALUE_BYTES 1024
#define LOG_LINE_BYTES 8192
/* Kept free for cut=true, the closing brace and the line end. */
#define LOG_TAIL_BYTES 32

struct line {
	char text[LOG_LINE_BYTES];
	size_t len;
	size_t limit;
	bool over; /* the field being written did not fit */
	bool json;
};

/* Set at start, and by a reload while threads log. The sink is for tests. */
static struct {
	_Atomic enum log_level least;
	_Atomic enum log_format format;
	atomic_bool journal_prefix;
	void (*sink)(struct str line);
} setup = {.least = LOG_LEVEL_INFO};

static pthread_mutex_t write_lock = PTHREAD_MUTEX_INITIALIZER;

static const struct {
	struct str name;
	char priority; /* syslog(3) */
} levels[] = {
	[LOG_LEVEL_ERROR] = {STR_INIT("error"), '3'},
	[LOG_LEVEL_WARNING] = {STR_INIT("warning"), '4'},
	[LOG_LEVEL_INFO] = {STR_INIT("info"), '6'},
	[LOG_LEVEL_DEBUG] = {STR_INIT("debug"), '7'},
};

void
log_setup(enum log_level least, enum log_format format, bool journal_prefix)
{
	setup.least = least;
	setup.format = format;
	setup.journal_prefix = journal_prefix;
}

void
log_set_sink(void (*sink)(struct str line))
{
	setup.sink = sink;
}

static void
put(struct line *l, const char *p, size_t n)
{
	if (l->over || n > l->limit - l->len) {
		l->over = true;
		return;
	}
	memcpy(l->text + l->len, p, n);
	l->len += n;
}

static void
put_str(struct line *l, struct str s)
{
	if (s.len > 0)
		put(l, s.ptr, s.len);
}

static void
put_hex(struct line *l, const char *prefix, uint32_t value, int digits)
{
	char text[4];

	put_str(l, str_from(prefix));
	for (int i = 0; i < digits; i++)
		text[i] = "0123456789abcdef"[value >> (4 * (digits - 1 - i)) & 15];
	put(l, text, (size_t)digits);
}

/* What must not reach a terminal or a log reader as it stands. All are below U+10000. */
static bool
is_unsafe(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x61c || c == 0x200e ||
	       c == 0x200f || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
	       c == 0xfeff;
}

static void
put_escaped_char(struct line *l, uint32_t c)
{
	switch (c) {
	case '\n':
		put(l, "\\n", 2);
		return;
	case '\r':
		put(l, "\\r", 2);
		return;
	case '\t':
		put(l, "\\t", 2);
		return;
	default:
		if (l->json || c > 0xff)
			put_hex(l, "\\u", c, 4);
		else
			put_hex(l, "\\x", c, 2);
	}
}

/* Bytes at the front that stand for themselves: nearly all there are. */
static size_t
plain_run(const char *p, size_t len)
{
	size_t n = 0;

	while (n < len && p[n] >= ' ' && p[n] <= '~' && p[n] != '"' && p[n] != '\\')
		n++;
	return n;
}

static void
put_escaped(struct line *l, struct str s)
{
	size_t i = 0;

	while (i < s.len) {
		size_t plain = plain_run(s.ptr + i, s.len - i);
		uint32_t c;
		size_t n;

		put(l, s.ptr + i, plain);
		i += plain;
		if (i == s.len)
			break;
		n = utf8_char(s.ptr + i, s.len - i, &c);
		if (n == 0) {
			/* Not UTF-8: the byte itself in text; JSON can only say that one was
			 * there. */
			if (l->json)
				put(l, "\\ufffd", 6);
			else
				put_hex(l, "\\x", (uint8_t)s.ptr[i], 2);
			i++;
			continue;
		}
		if (is_unsafe(c)) {
			put_escaped_char(l, c);
		} else {
			if (c == '"' || c == '\\')
				put(l, "\\", 1);
			put(l, s.ptr + i, n);
		}
		i += n;
	}
}

static bool
may_stand_bare(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c >= '0' && c <= '9') || (c != '\0' && strchr("._:/@+-,;?#", c))))
			return false;
	}
	return s.len > 0;
}

/* As much of s as may be logged, not cut inside a UTF-8 character. */
static struct str
shortened(struct str s)
{
	size_t len = LOG_VALUE_BYTES;

	if (s.len <= LOG_VALUE_BYTES)
		return s;
	while (len > LOG_VALUE_BYTES - 4 && ((uint8_t)s.ptr[len] & 0xc0) == 0x80)
		len--;
	return (struct str){s.ptr, len};
}

/* One field, whole or not at all. Absent values are left out. */
static void
put_field(struct line *l, const char *key, struct str value)
{
	size_t before = l->len;
	struct str shown = shortened(value);
	const char *quote = l->json || !may_stand_bare(shown) ? "\"" : "";

	if (!value.ptr || l->over)
		return;
	if (l->len > 0 && l->text[l->len - 1] != '{' && l->text[l->len - 1] != '>')
		put_str(l, l->json ? STR(",") : STR(" "));
	put_str(l, l->json ? STR("\"") : STR_NONE);
	put_str(l, str_from(key));
	put_str(l, l->json ? STR("\":") : STR("="));
	put_str(l, str_from(quote));
	put_escaped(l, shown);
	if (shown.len < value.len)
		put_str(l, STR("\xe2\x80\xa6")); /* … */
	put_str(l, str_from(quote));
	if (l->over)
		l->len = before;
}

static void
begin(struct line *l, enum log_level level, const char *event)
{
	char now[TIME_TEXT_MAX];

	l->len = 0;
	l->limit = sizeof(l->text) - LOG_TAIL_BYTES;
	l->over = false;
	l->json = setup.format == LOG_FORMAT_JSON;
	if (setup.journal_prefix)
		put(l, (char[]){'<', levels[level].priority, '>'}, 3);
	if (l->json)
		put(l, "{", 1);
	/* The journal adds time and level by itself. */
	if (!setup.journal_prefix) {
		put_field(l, "time", time_format_utc(clock_now(), now));
		put_field(l, "level", levels[level].name);
	}
	put_field(l, "event", str_from(event));
}

static void
write_all(const char *p, size_t len)
{
	pthread_mutex_lock(&write_lock);
	while (len > 0) {
		ssize_t n = write(STDERR_FILENO, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		/* There is nowhere to report that the log cannot be written. */
		if (n <= 0)
			break;
		p += n;
		len -= (size_t)n;
	}
	pthread_mutex_unlock(&write_lock);
}

static void
end(struct line *l)
{
	l->limit = sizeof(l->text);
	if (l->over) {
		l->over = false;
		put_field(l, "cut", STR("true"));
	}
	if (l->json)
		put(l, "}", 1);
	if (setup.sink) {
		setup.sink((struct str){l->text, l->len});
		return;
	}
	put(l, "\n", 1);
	write_all(l->text, l->len);
}

void
log_event(enum log_level level, const char *event, const struct log_field *fields)
{
	struct line l;

	if (level > setup.least)
		return;
	begin(&l, level, event);
	for (; fields && fields->key; fields++)
		put_field(&l, fields->key, fields->value);
	end(&l);
}

void
log_error(enum log_level level, const char *event, const struct err *e,
	  const struct log_field *fields)
{
	struct line l;

	if (level > setup.least)
		return;
	begin(&l, level, event);
	put_field(&l, "err", str_from(e->code == ERR_NONE ? "NONE" : err_row(e->code)->name));
	put_field(&l, "where", str_from(e->where));
	if (e->detail[0] != '\0')
		put_field(&l, "detail", str_from(e->detail));
	for (; fields && fields->key; fields++)
		put_field(&l, fields->key, fields->value);
	end(&l);
}
