/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A source whatever its format: which reader it is for, and the record at work. Refuses a
 * record that names an object which an earlier one named, and says nothing of a refused value:
 * reasons hold no CPR number.
 * Source: contract of administration, 4.7.3.
 */
#include "administration/source_internal.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "administration/mapping.h"
#include "base/limits.h"
#include "base/mem.h"
#include "crypto/digest.h"

const char *const source_format_name[SOURCE_FORMAT_COUNT] = {
	[SOURCE_DETECT] = "detect", [SOURCE_CSV] = "csv",   [SOURCE_JSONL] = "jsonl",
	[SOURCE_OIO] = "oio",       [SOURCE_LDIF] = "ldif", [SOURCE_OS2SYNC] = "os2sync",
};

bool
source_format_named(struct str name, enum source_format *out)
{
	for (size_t i = SOURCE_DETECT + 1; i < SOURCE_FORMAT_COUNT; i++) {
		if (!str_eq_c(name, source_format_name[i]))
			continue;
		*out = (enum source_format)i;
		return true;
	}
	return false;
}

static const struct source_reader *const readers[SOURCE_FORMAT_COUNT] = {
	[SOURCE_CSV] = &source_csv,         [SOURCE_JSONL] = &source_jsonl,
	[SOURCE_OIO] = &source_oio,         [SOURCE_LDIF] = &source_ldif,
	[SOURCE_OS2SYNC] = &source_os2sync,
};

/* By what its name ends with, and by how it begins. */
static enum source_format
detect(const char *path, bool is_folder, struct str start)
{
	static const struct {
		struct str end;
		enum source_format format;
	} ends[] = {
		{STR_INIT(".csv"), SOURCE_CSV},  {STR_INIT(".jsonl"), SOURCE_JSONL},
		{STR_INIT(".xml"), SOURCE_OIO},  {STR_INIT(".ldif"), SOURCE_LDIF},
		{STR_INIT(".ldf"), SOURCE_LDIF},
	};
	struct str name = str_from(path);

	if (is_folder)
		return SOURCE_CSV;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (str_has_suffix(name, ends[i].end))
			return ends[i].format;
	start = str_trim(text_without_bom(start));
	if (str_has_prefix(start, STR("<")))
		return SOURCE_OIO;
	if (str_has_prefix(start, STR("{")) || str_has_prefix(start, STR("[")))
		return SOURCE_OS2SYNC;
	if (str_has_prefix(start, STR("dn:")) || str_has_prefix(start, STR("version:")))
		return SOURCE_LDIF;
	return SOURCE_DETECT;
}

static bool
look(struct source *s, struct err *e)
{
	AUTO(buf_release) struct buf start = BUF_INIT(4096);
	struct stat st;
	struct lines l;
	enum line_kind kind;
	struct str line;
	bool ok;

	if (stat(s->path, &st) != 0)
		return FAIL(e, FILE_UNREADABLE, "%s: %s", s->path, strerror(errno));
	s->is_folder = S_ISDIR(st.st_mode);
	if (!s->is_folder && !S_ISREG(st.st_mode))
		return FAIL(e, FILE_UNREADABLE, "%s: not a file", s->path);
	if (s->o.format != SOURCE_DETECT || s->is_folder) {
		s->info.format = s->o.format ? s->o.format : SOURCE_CSV;
		return true;
	}
	ok = lines_open(&l, s->path, LIMIT_OBJECT_BYTES, e);
	while (ok && (ok = lines_next(&l, &kind, &line, e)) && kind == LINE_HERE) {
		buf_add(&start, str_of(line.ptr, line.len < 512 ? line.len : 512));
		if (str_trim(text_without_bom(buf_str(&start))).len > 0)
			break;
	}
	lines_close(&l);
	s->info.format = detect(s->name, false, buf_str(&start));
	return ok;
}

/* Whoever names a link himself means what it leads to; in a folder there are none. */
static const char *
named_file(struct arena *a, const char *path)
{
	char real[PATH_MAX];
	struct stat st;

	if (lstat(path, &st) != 0 || !S_ISLNK(st.st_mode) || !realpath(path, real))
		return path;
	return arena_dup_c(a, str_from(real));
}

bool
source_open(const char *path, const struct source_options *options, struct source **out,
	    struct err *e)
{
	AUTO(source_closep) struct source *s = MEM_NEW(struct source);
	struct str name = str_without_slash(str_from(path)), head, rest;

	s->a = arena_new();
	s->row = arena_new();
	s->o = *options;
	s->o.cvr = arena_dup(s->a, options->cvr);
	s->path = named_file(s->a, arena_dup_c(s->a, name));
	for (rest = name; str_cut(rest, '/', &head, &rest);)
		name = rest;
	s->name = arena_dup_c(s->a, name);
	s->info.name = str_from(s->name);
	if (!look(s, e))
		return false;
	s->reader = readers[s->info.format];
	if (!s->reader)
		return FAIL(e, SOURCE_INVALID, "%s: its format is not known", s->path);
	*out = s;
	s = NULL;
	return true;
}

void
source_close(struct source *s)
{
	if (!s)
		return;
	if (s->reader && s->reader->end)
		s->reader->end(s);
	served_free(s);
	seen_free(s->seen);
	arena_free(s->row);
	arena_free(s->a);
	mem_free(s);
}

void
source_closep(struct source **s)
{
	source_close(*s);
	*s = NULL;
}

const char *
source_path(struct source *s, const char *name)
{
	if (!s->is_folder)
		return s->path;
	return arena_printf(s->a, "%s/%s", s->path, name).ptr;
}

/* ---- read twice ---- */

void
source_surveyed(struct source *s, const char *hex)
{
	s->info.encoding = STR("UTF-8");
	s->info.digest = str_from(hex);
	s->info.bytes = s->bytes;
	s->info.records = s->record;
}

bool
source_unchanged(const struct source *s, const char *hex, struct err *e)
{
	if (!str_eq_c(s->info.digest, hex))
		return FAIL(e, SOURCE_INVALID, "%s: changed while it was read", s->path);
	return true;
}

/* ---- what may be told ---- */

/* Digits from p on, `count` of them and no more. */
static bool
is_run(struct str s, size_t at, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (at + i >= s.len || !isdigit((unsigned char)s.ptr[at + i]))
			return false;
	return true;
}

/* Ten digits, or six and four with something between: its length, or 0. */
static size_t
cpr_at(struct str s, size_t at)
{
	if (at > 0 && isalnum((unsigned char)s.ptr[at - 1]))
		return 0;
	if (is_run(s, at, 10))
		return 10;
	if (is_run(s, at, 6) && is_run(s, at + 7, 4))
		return 11;
	return 0;
}

struct str
text_safe(struct str s, struct arena *a)
{
	struct str cut = s;
	size_t i = 0, len = 0;
	char *to;

	if (cut.len > 400)
		for (cut.len = 400;
		     cut.len > 0 && ((unsigned char)cut.ptr[cut.len] & 0xc0) == 0x80;)
			cut.len--;
	to = arena_alloc(a, cut.len + 16);
	while (i < cut.len) {
		size_t hidden = cpr_at(s, i);

		if (!hidden) {
			to[len++] = cut.ptr[i++];
			continue;
		}
		for (size_t end = i + hidden; i < end && i < cut.len; i++)
			to[len++] = 'x';
	}
	return str_of(to, len);
}

static bool PRINTF_LIKE(4, 0) tell(struct source *s, struct source_refusal *r, struct err *e,
				   const char *fmt, va_list ap)
{
	AUTO(buf_release) struct buf b = BUF_INIT(4096);

	if (!s->h || !s->h->refusal)
		return true;
	buf_vprintf(&b, fmt, ap);
	r->reason = text_safe(buf_str(&b), s->row);
	if (str_is_set(r->column))
		r->column = text_safe(r->column, s->row);
	return s->h->refusal(r, s->h->arg, e);
}

bool
record_refuse(struct source *s, struct str column, struct err *e, const char *fmt, ...)
{
	struct source_refusal r = {s->record, str_from(s->file), s->line, column, STR_NONE};
	bool ok = true;
	va_list ap;

	s->is_refused = true;
	if (s->is_checking || s->record <= s->after)
		return true;
	va_start(ap, fmt);
	ok = tell(s, &r, e, fmt, ap);
	va_end(ap);
	return ok;
}

bool
file_refuse(struct source *s, const char *file, size_t line, struct str column, struct err *e,
	    const char *fmt, ...)
{
	struct source_refusal r = {0, str_from(file), line, column, STR_NONE};
	bool ok;
	va_list ap;

	s->is_invalid = true;
	va_start(ap, fmt);
	ok = tell(s, &r, e, fmt, ap);
	va_end(ap);
	return ok;
}

/* ---- the record ---- */

bool
record_begin(struct source *s, const char *file, size_t line, struct err *e)
{
	if (s->record == LIMIT_SOURCE_RECORDS)
		return FAIL(e, SOURCE_INVALID, "%s: more than %d records", s->path,
			    LIMIT_SOURCE_RECORDS);
	s->record++;
	s->file = file;
	s->line = line;
	s->is_refused = false;
	return true;
}

bool
record_end(struct source *s, struct err *e)
{
	if (s->is_checking || s->record <= s->after || !s->h->record)
		return true;
	return s->h->record(s->record, s->h->arg, e);
}

bool
record_emit(struct source *s, struct source_object *o, struct err *e)
{
	if (s->is_checking || s->record <= s->after || !s->h->object)
		return true;
	o->record = s->record;
	o->file = str_from(s->file);
	o->line = s->line;
	return s->h->object(o, s->h->arg, e);
}

bool
source_check(struct source *s, const struct source_handlers *h, struct err *e)
{
	bool ok;

	s->h = h;
	s->is_checking = true;
	s->is_invalid = false;
	s->record = s->after = 0;
	ok = s->reader->check(s, e);
	s->is_checking = false;
	s->h = NULL;
	if (ok && s->is_invalid)
		return FAIL(e, SOURCE_INVALID, "%s: what is wrong was told", s->path);
	if (!s->is_folder)
		(void)mapping_manifest(s->o.mapping, &s->info.name, &s->info.extent);
	s->is_checked = ok;
	return ok;
}

const struct source_info *
source_info(const struct source *s)
{
	return &s->info;
}

bool
source_read(struct source *s, uint64_t after_record, const struct source_handlers *h,
	    struct err *e)
{
	bool ok;

	if (!s->is_checked && !source_check(s, h, e))
		return false;
	seen_free(s->seen);
	s->seen = seen_new();
	s->h = h;
	s->record = 0;
	s->bytes = 0;
	s->after = after_record;
	served_begin(s);
	ok = s->reader->read(s, e);
	s->h = NULL;
	return ok;
}

void
source_progress(const struct source *s, uint64_t *bytes, uint64_t *records)
{
	*bytes = s->bytes;
	*records = s->record;
}

/* ---- UUIDs by name ---- */

/* The name space of Sluse's own, made once at random. */
static const uint8_t name_space[16] = {0x5e, 0x1b, 0x2d, 0x83, 0x0c, 0x6f, 0x47, 0xa9,
				       0xb3, 0x51, 0x9e, 0x70, 0x44, 0xd8, 0x2a, 0x17};

struct uuid
source_uuid(struct str cvr, struct str part, struct uuid parent)
{
	AUTO(digest_freep) struct digest *d = digest_new(HASH_SHA256);
	uint8_t out[HASH_MAX_BYTES];
	struct uuid u;

	digest_add(d, str_of(name_space, sizeof(name_space)));
	digest_add(d, cvr);
	digest_add(d, STR("|"));
	digest_add(d, part);
	digest_add(d, STR("|"));
	digest_add(d, str_of(parent.b, sizeof(parent.b)));
	(void)digest_final(d, out);
	memcpy(u.b, out, sizeof(u.b));
	u.b[6] = (uint8_t)((u.b[6] & 0x0f) | 0x80);
	u.b[8] = (uint8_t)((u.b[8] & 0x3f) | 0x80);
	return u;
}
