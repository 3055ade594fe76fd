/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads sluse.conf (libconfig) into the values of the option table: type, range and choices are
 * checked from the row, unknown names are refused with the nearest known one.
 */
#include "gateway/options_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <libconfig.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/time.h"

static size_t
edit_distance(const char *a, const char *b)
{
	size_t row[64], n = strlen(b);

	if (n >= ARRAY_LEN(row))
		return SIZE_MAX;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t above = row[j];
			size_t best = diagonal + (a[i - 1] != b[j - 1]);

			best = above + 1 < best ? above + 1 : best;
			best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
			row[j] = best;
			diagonal = above;
		}
	}
	return row[n];
}

const char *
option_nearest(const char *name)
{
	const char *best = option_rows[0].name;
	size_t least = SIZE_MAX;

	for (size_t i = 0; i < OPT_COUNT; i++) {
		size_t d = edit_distance(name, option_rows[i].name);

		if (d < least) {
			least = d;
			best = option_rows[i].name;
		}
	}
	return best;
}

int
option_find(const char *name)
{
	for (int i = 0; i < OPT_COUNT; i++)
		if (strcmp(option_rows[i].name, name) == 0)
			return i;
	return -1;
}

/* "30s", "15min", "8h", "90d" or bare seconds. */
static bool
parse_seconds(struct str text, int64_t *out)
{
	static const struct {
		const char *unit;
		int64_t factor;
	} units[] = {{"min", 60}, {"h", 3600}, {"d", 86400}, {"s", 1}, {"", 1}};

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		struct str unit = str_from(units[i].unit);
		struct str digits = text;
		int64_t n;

		if (!str_has_suffix(text, unit))
			continue;
		digits.len -= unit.len;
		if (!str_to_i64(digits, 0, 1000000000, &n))
			return false;
		*out = n * units[i].factor;
		return true;
	}
	return false;
}

/* "2026-12-01T12:00:00Z", or a date alone: the start of that day in Copenhagen. */
static bool
parse_moment(struct str text, int64_t *out)
{
	struct err ignored = ERR_INIT;
	char whole[64];
	int len = snprintf(whole, sizeof(whole), text.len == 10 ? STR_FMT "T00:00:00" : STR_FMT,
			   STR_ARG(text));

	return len > 0 && (size_t)len < sizeof(whole) &&
	       time_parse(str_from(whole), ZONE_LOCAL, out, &ignored);
}

static bool
is_choice(const char *choices, struct str text)
{
	struct str rest = str_from(choices), word;

	while (str_is_set(rest)) {
		str_cut(rest, ' ', &word, &rest);
		if (str_eq(word, text))
			return true;
	}
	return false;
}

static bool
is_url(struct str text)
{
	return (str_has_prefix(text, STR("https://")) ||
		str_has_prefix(text, STR("http://"))) &&
	       text.len < 1024 && !str_has_suffix(text, STR("/")) && !str_has_char(text, ' ');
}

static bool
is_address(struct str text)
{
	size_t colon = text.len;
	int64_t port;

	if (str_eq_c(text, "none"))
		return true;
	while (colon > 0 && text.ptr[colon - 1] != ':')
		colon--;
	return colon > 1 && str_to_i64(str_skip(text, colon), 0, 65535, &port);
}

/* Checks a value against its row and stores it. Returns what is wrong with it, or NULL. */
static const char *
store_value(struct config *c, int o, struct str text)
{
	const struct option_row *row = &option_rows[o];
	struct value *v = &c->value[o];
	bool ok = text.len > 0;
	const char *expected = "a text";

	switch (row->type) {
	case OPTION_TEXT:
	case OPTION_PATH:
	case OPTION_KEY:
		break;
	case OPTION_ADDRESS:
		ok = is_address(text);
		expected = "address:port, or none";
		break;
	case OPTION_URL:
		ok = is_url(text);
		expected = "an http(s) URL without a slash at its end";
		break;
	case OPTION_NUMBER:
		ok = str_to_i64(text, row->min, row->max, &v->number);
		expected = "a whole number within its range";
		break;
	case OPTION_SECONDS:
		ok = parse_seconds(text, &v->number) && v->number >= row->min &&
		     v->number <= row->max;
		expected = "a duration (30s, 15min, 8h, 7d) within its range";
		break;
	case OPTION_FLAG:
		ok = str_eq_c(text, "true") || str_eq_c(text, "false");
		v->number = str_eq_c(text, "true");
		expected = "true or false";
		break;
	case OPTION_TIME:
		ok = parse_moment(text, &v->number);
		expected = "a date, or a moment such as 2026-12-01T12:00:00Z";
		break;
	case OPTION_CHOICE:
		ok = is_choice(row->choices, text);
		expected = row->choices;
		break;
	}
	if (!ok)
		return expected;
	mem_free(v->text);
	v->text = mem_dup_c(text);
	return NULL;
}

struct reading_state {
	struct config *config;
	const char *file;
	struct buf *problems;
	unsigned count;
};

static void PRINTF_LIKE(3, 4)
	problem(struct reading_state *st, unsigned line, const char *fmt, ...)
{
	va_list ap;

	buf_add_c(st->problems, st->file);
	if (line > 0)
		buf_printf(st->problems, ":%u", line);
	buf_add_c(st->problems, ": ");
	va_start(ap, fmt);
	buf_vprintf(st->problems, fmt, ap);
	va_end(ap);
	buf_add_char(st->problems, '\n');
	st->count++;
}

/* A scalar as text; absent for what is none. */
static struct str
scalar_text(const config_setting_t *s, char room[32])
{
	switch (config_setting_type(s)) {
	case CONFIG_TYPE_STRING:
		return str_from(config_setting_get_string(s));
	case CONFIG_TYPE_BOOL:
		return config_setting_get_bool(s) ? STR("true") : STR("false");
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		snprintf(room, 32, "%lld", config_setting_get_int64(s));
		return str_from(room);
	default:
		return STR_NONE;
	}
}

static void
read_leaf(struct reading_state *st, const char *name, const config_setting_t *s)
{
	unsigned line = config_setting_source_line(s);
	const struct option_row *row;
	int o = option_find(name);
	const char *wrong;
	char room[32];

	if (o < 0) {
		problem(st, line, "unknown setting '%s'; did you mean '%s'?", name,
			option_nearest(name));
		return;
	}
	row = &option_rows[o];
	wrong = store_value(st->config, o, scalar_text(s, room));
	if (wrong == NULL)
		return;
	if (row->max != 0)
		problem(st, line, "'%s' must be %s, %" PRId64 " to %" PRId64, name, wrong,
			row->min, row->max);
	else
		problem(st, line, "'%s' must be %s", name, wrong);
}

/* Two levels: top-level settings, and section { key }. */
static void
read_group(struct reading_state *st, const config_setting_t *group, const char *section)
{
	char name[128];

	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *s = config_setting_get_elem(group, (unsigned)i);
		const char *key = config_setting_name(s);

		if (config_setting_type(s) == CONFIG_TYPE_GROUP && section == NULL) {
			read_group(st, s, key);
			continue;
		}
		snprintf(name, sizeof(name), "%s%s%s", section != NULL ? section : "",
			 section != NULL ? "." : "", key);
		read_leaf(st, name, s);
	}
}

static bool
read_file(struct reading_state *st, const char *path)
{
	config_t file;
	bool ok;

	config_init(&file);
	ok = config_read_file(&file, path) == CONFIG_TRUE;
	if (ok)
		read_group(st, config_root_setting(&file), NULL);
	else if (config_error_type(&file) == CONFIG_ERR_FILE_IO)
		problem(st, 0, "%s", strerror(errno));
	else
		problem(st, (unsigned)config_error_line(&file), "%s", config_error_text(&file));
	config_destroy(&file);
	return ok;
}

static void
set_defaults(struct config *c)
{
	for (int i = 0; i < OPT_COUNT; i++)
		if (option_rows[i].fallback != NULL)
			BUG_ON(store_value(c, i, str_from(option_rows[i].fallback)) != NULL);
}

/* Relative paths are relative to the file's folder. */
static void
resolve_paths(struct config *c, const char *file)
{
	const char *slash = strrchr(file, '/');
	struct buf b = BUF_INIT(8192);

	if (slash == NULL)
		return;
	for (int i = 0; i < OPT_COUNT; i++) {
		struct value *v = &c->value[i];

		if ((option_rows[i].type != OPTION_PATH && option_rows[i].type != OPTION_KEY) ||
		    v->text == NULL || v->text[0] == '/' ||
		    str_has_prefix(str_from(v->text), STR("pkcs11:")))
			continue;
		buf_clear(&b);
		buf_add(&b, str_of(file, (size_t)(slash - file) + 1));
		buf_add_c(&b, v->text);
		mem_free(v->text);
		v->text = mem_dup_c(buf_str(&b));
	}
	buf_release(&b);
}

/* PKCS#12 by its name. */
static bool
holds_cert(const char *key)
{
	struct str name = str_from(key);

	return key != NULL &&
	       (str_has_suffix(name, STR(".p12")) || str_has_suffix(name, STR(".pfx")));
}

static void
check_together(struct reading_state *st)
{
	static const enum setting pairs[][2] = {
		{OPT_TLS_CERT, OPT_TLS_KEY}, {OPT_TLS_CERT_EC, OPT_TLS_KEY_EC},
		{OPT_STS_CERT, OPT_STS_KEY}, {OPT_SERVICE_CERT, OPT_SERVICE_KEY},
		{OPT_HUB_CERT, OPT_HUB_KEY}, {OPT_HVEM_CERT, OPT_HVEM_KEY},
		{OPT_IDP_CERT, OPT_IDP_KEY}, {OPT_STS_NEXT_CERT, OPT_STS_NEXT_KEY},
		{OPT_SERVICE_NEXT_CERT, OPT_SERVICE_NEXT_KEY},
		{OPT_HUB_NEXT_CERT, OPT_HUB_NEXT_KEY},
	};
	/* what needs another one */
	static const enum setting needs[][2] = {
		{OPT_STS_NEXT_KEY, OPT_STS_KEY},
		{OPT_SERVICE_NEXT_KEY, OPT_SERVICE_KEY},
		{OPT_HUB_NEXT_KEY, OPT_HUB_KEY},
		{OPT_STS_NEXT_FROM, OPT_STS_NEXT_KEY},
		{OPT_SERVICE_NEXT_FROM, OPT_SERVICE_NEXT_KEY},
		{OPT_HUB_NEXT_FROM, OPT_HUB_NEXT_KEY},
		{OPT_TLS_PASSWORD, OPT_TLS_KEY},
		{OPT_TLS_PASSWORD_EC, OPT_TLS_KEY_EC},
		{OPT_STS_PASSWORD, OPT_STS_KEY},
		{OPT_SERVICE_PASSWORD, OPT_SERVICE_KEY},
		{OPT_HUB_PASSWORD, OPT_HUB_KEY},
		{OPT_STS_NEXT_PASSWORD, OPT_STS_NEXT_KEY},
		{OPT_SERVICE_NEXT_PASSWORD, OPT_SERVICE_NEXT_KEY},
		{OPT_HUB_NEXT_PASSWORD, OPT_HUB_NEXT_KEY},
	};
	const struct config *c = st->config;

	if (config_is_production(c) && config_number(c, OPT_CLOCK_SHIFT) != 0)
		problem(st, 0, "'clock_shift' is for environment = \"development\" only");
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (config_is_set(c, pairs[i][0]) != config_is_set(c, pairs[i][1]) &&
		    !holds_cert(config_text(c, pairs[i][1])))
			problem(st, 0, "'%s' and '%s' go together",
				option_rows[pairs[i][0]].name, option_rows[pairs[i][1]].name);
	for (size_t i = 0; i < ARRAY_LEN(needs); i++)
		if (config_is_set(c, needs[i][0]) && !config_is_set(c, needs[i][1]))
			problem(st, 0, "'%s' needs '%s'", option_rows[needs[i][0]].name,
				option_rows[needs[i][1]].name);
}

bool
config_load(const char *path, struct config **out, struct buf *problems, struct err *e)
{
	struct reading_state st = {.file = path != NULL ? path : "(defaults)",
				   .problems = problems};

	st.config = MEM_NEW(struct config);
	set_defaults(st.config);
	if (path != NULL && read_file(&st, path)) {
		resolve_paths(st.config, path);
		check_together(&st);
	}
	if (st.count > 0) {
		config_free(st.config);
		return FAIL(e, CONFIG_INVALID, "%u problem%s in the configuration", st.count,
			    st.count == 1 ? "" : "s");
	}
	*out = st.config;
	return true;
}

const char *
config_library(void)
{
#define TEXT(n) #n
#define NUMBER(n) TEXT(n)
	return NUMBER(LIBCONFIG_VER_MAJOR) "." NUMBER(LIBCONFIG_VER_MINOR) "." NUMBER(
		LIBCONFIG_VER_REVISION);
#undef NUMBER
#undef TEXT
}
