/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A folder of tables: enheder.csv, brugere.csv, tilknytninger.csv, funktioner.csv and
 * manifest.json; or one of the tables by itself. Refuses a folder whose manifest is not there,
 * is another authority's or does not fit the files; a header line with a column that nobody
 * knows, twice, or without one that must be there; each row that does not fit its table.
 * Source: contract of administration, 4.7.3.
 */
#include <string.h>
#include <unistd.h>

#include "administration/csv.h"
#include "administration/manifest.h"
#include "administration/mapping.h"
#include "base/limits.h"
#include "crypto/digest.h"

struct table {
	enum row_kind kind;
	bool is_there;
	const char *name, *path;
	struct file_facts facts;
	char separator;
	size_t count;                        /* columns in the file */
	size_t column[LIMIT_SOURCE_COLUMNS]; /* which of ours each is */
	struct str header[LIMIT_SOURCE_COLUMNS];
	uint64_t rows;
};

struct bundle {
	struct table tables[ROW_KIND_COUNT];
	struct manifest manifest;
	bool has_no_manifest; /* the mapping stands in for it */
};

/* ---- which files there are ---- */

static bool
kind_of_file(const struct source *s, struct str name, size_t *kind)
{
	for (*kind = 0; *kind < ROW_KIND_COUNT; (*kind)++)
		if (str_eq(name, mapping_file(s->o.mapping, *kind)))
			return true;
	return false;
}

static const char *
file_name(struct source *s, size_t kind)
{
	return arena_dup_c(s->a, mapping_file(s->o.mapping, kind));
}

static bool
take_manifest(struct source *s, struct bundle *b, struct err *e)
{
	AUTO(buf_release) struct buf text = BUF_INIT(LIMIT_MANIFEST_BYTES + 2);
	const char *path = source_path(s, MANIFEST_NAME), *fault;

	if (access(path, F_OK) != 0) {
		b->has_no_manifest =
			mapping_manifest(s->o.mapping, &s->info.name, &s->info.extent);
		return b->has_no_manifest || file_refuse(s, MANIFEST_NAME, 0, STR_NONE, e,
							 "mappen har ikke et manifest");
	}
	if (!lines_whole(path, LIMIT_MANIFEST_BYTES, &text, e))
		return false;
	fault = manifest_parse(text_without_bom(buf_str(&text)), s->a, &b->manifest);
	if (fault)
		return file_refuse(s, MANIFEST_NAME, 0, STR_NONE, e, "%s", fault);
	if (!str_eq(b->manifest.cvr, s->o.cvr))
		return file_refuse(s, MANIFEST_NAME, 0, STR("cvr"), e,
				   "manifestet er en anden myndigheds");
	s->info.name = b->manifest.source;
	s->info.extracted_at = b->manifest.extracted_at;
	s->info.extent = b->manifest.extent;
	return true;
}

static bool
find_tables(struct source *s, struct bundle *b, struct err *e)
{
	size_t kind;

	for (size_t i = 0; i < b->manifest.count; i++)
		if (!kind_of_file(s, b->manifest.files[i].name, &kind) &&
		    !file_refuse(s, MANIFEST_NAME, 0, b->manifest.files[i].name, e,
				 "manifestet nævner en fil, der ikke er en af tabellerne"))
			return false;
	for (kind = 0; kind < ROW_KIND_COUNT; kind++) {
		struct table *t = &b->tables[kind];
		bool is_listed;

		t->name = file_name(s, kind);
		t->path = source_path(s, t->name);
		t->is_there = access(t->path, F_OK) == 0;
		is_listed = manifest_find(&b->manifest, str_from(t->name)) != NULL;
		if (t->is_there != is_listed && !b->has_no_manifest &&
		    !file_refuse(s, t->name, 0, STR_NONE, e,
				 is_listed ? "manifestet nævner filen, men den er der ikke"
					   : "filen er der, men manifestet nævner den ikke"))
			return false;
	}
	return true;
}

static bool
find_one(struct source *s, struct bundle *b, struct err *e)
{
	size_t kind;

	if (!kind_of_file(s, str_from(s->name), &kind))
		return file_refuse(s, s->path, 0, STR_NONE, e,
				   "filen hedder ikke som en af tabellerne: enheder.csv, "
				   "brugere.csv, tilknytninger.csv, funktioner.csv");
	b->tables[kind].is_there = true;
	b->tables[kind].name = file_name(s, kind);
	b->tables[kind].path = s->path;
	return true;
}

/* ---- header lines ---- */

/* A file without a header line begins with data: what looks like it is not repeated. */
static bool
is_name(struct str s)
{
	size_t digits = 0;

	for (size_t i = 0; i < s.len; i++)
		digits += s.ptr[i] >= '0' && s.ptr[i] <= '9';
	return s.len > 0 && s.len <= 60 && digits < 4;
}

static struct str
column_label(struct source *s, struct str name, size_t number)
{
	return is_name(name) ? name : arena_printf(s->a, "kolonne %zu", number);
}

static bool
take_column(struct source *s, struct table *t, size_t kind, struct str name, struct err *e)
{
	struct str label = column_label(s, name, t->count + 1);
	size_t column = COLUMNS_MAX, i;
	enum mapping_column is = mapping_column(s->o.mapping, kind, name, &column);

	if (is == COLUMN_UNKNOWN &&
	    !file_refuse(s, t->name, 1, label, e, "kolonnen kendes ikke"))
		return false;
	if (is != COLUMN_MAPPED)
		column = COLUMNS_MAX;
	for (i = 0; i < t->count && column < COLUMNS_MAX; i++)
		if (t->column[i] == column &&
		    !file_refuse(s, t->name, 1, label, e, "kolonnen er der to gange"))
			return false;
	t->column[t->count] = column;
	t->header[t->count++] = arena_dup(s->a, label);
	return true;
}

static bool
check_header(struct source *s, struct table *t, size_t kind, const struct csv_row *row,
	     struct err *e)
{
	const struct row_table *table = &row_tables[kind];

	if (row->fault)
		return file_refuse(s, t->name, row->line, STR_NONE, e, "overskriften: %s",
				   row->fault);
	for (size_t i = 0; i < row->count; i++)
		if (!take_column(s, t, kind, str_trim(row->v[i]), e))
			return false;
	for (size_t want = 0; want < table->count; want++) {
		bool is_there =
			!table->columns[want].must || mapping_gives(s->o.mapping, kind, want);

		for (size_t i = 0; i < t->count; i++)
			is_there = is_there || t->column[i] == want;
		if (!is_there &&
		    !file_refuse(s, t->name, row->line, str_from(table->columns[want].name), e,
				 "kolonnen mangler"))
			return false;
	}
	return true;
}

static bool
open_table(struct source *s, struct table *t, size_t kind, struct csv *c, struct err *e)
{
	struct csv_row row;
	struct lines l;
	enum line_kind got;
	struct str line;
	bool is_end, ok;

	/* the separator, from the first line */
	ok = lines_open(&l, t->path, LIMIT_SOURCE_ROW_BYTES, e) &&
	     lines_next(&l, &got, &line, e);
	t->separator = ok ? csv_separator(line) : ';';
	lines_close(&l);
	if (!ok || !csv_open(c, t->path, !t->facts.is_utf8, e))
		return false;
	c->separator = t->separator;
	arena_reset(s->row);
	if (!csv_next(c, s->row, &row, &is_end, e))
		return false;
	if (!s->is_checking)
		return true;
	if (is_end)
		return file_refuse(s, t->name, 0, STR_NONE, e, "filen har ingen overskrift");
	return check_header(s, t, kind, &row, e);
}

/* ---- rows ---- */

static void
row_of(struct source *s, const struct table *t, const struct csv_row *from, struct row *out)
{
	*out = (struct row){.kind = t->kind};
	for (size_t i = 0; i < t->count; i++) {
		if (t->column[i] == COLUMNS_MAX)
			continue;
		out->v[t->column[i]] = from->v[i];
		out->names[t->column[i]] = t->header[i];
	}
	mapping_apply(s->o.mapping, s->o.cvr, out, s->row);
}

static bool
check_rows(struct source *s, struct table *t, size_t kind, struct csv *c, struct err *e)
{
	struct csv_row raw;
	struct row row;
	bool is_end, ok;

	for (;;) {
		arena_reset(s->row);
		if (!csv_next(c, s->row, &raw, &is_end, e))
			return false;
		if (is_end)
			return true;
		if (++t->rows > LIMIT_SOURCE_RECORDS)
			return FAIL(e, SOURCE_INVALID, "%s: more than %d rows", t->path,
				    LIMIT_SOURCE_RECORDS);
		if (kind != ROW_FUNCTION || s->is_invalid || raw.fault || raw.count != t->count)
			continue;
		row_of(s, t, &raw, &row);
		if (!row_check(s, &row, &ok, e) || (ok && !served_note(s, &row, e)))
			return false;
	}
}

static bool
check_against(struct source *s, const struct table *t, const struct manifest *m, struct err *e)
{
	const struct manifest_file *f = manifest_find(m, str_from(t->name));

	if (!f)
		return true;
	if (!str_eq_c(f->sha256, t->facts.digest) &&
	    !file_refuse(s, t->name, 0, STR_NONE, e,
			 "filens SHA-256 er ikke den, manifestet siger"))
		return false;
	if (f->rows == t->rows)
		return true;
	return file_refuse(s, t->name, 0, STR_NONE, e,
			   "filen har %llu rækker, men manifestet siger %llu",
			   (unsigned long long)t->rows, (unsigned long long)f->rows);
}

static bool
check_table(struct source *s, struct bundle *b, size_t kind, struct err *e)
{
	struct table *t = &b->tables[kind];
	struct csv c = {0};
	bool ok;

	t->count = t->rows = 0;
	t->kind = (enum row_kind)kind;
	if (!lines_survey(t->path, &t->facts, e))
		return false;
	if (t->facts.is_utf16)
		return file_refuse(s, t->name, 0, STR_NONE, e,
				   "filen er UTF-16; gem den som UTF-8");
	ok = open_table(s, t, kind, &c, e) && check_rows(s, t, kind, &c, e) &&
	     check_against(s, t, &b->manifest, e);
	csv_close(&c);
	return ok;
}

/* Over the digests of the files, in their order. */
static void
sum_up(struct source *s, const struct bundle *b)
{
	AUTO(digest_freep) struct digest *d = digest_new(HASH_SHA256);
	uint8_t out[HASH_MAX_BYTES];
	char *text = arena_alloc(s->a, 65);

	s->info.bytes = s->info.records = 0;
	s->info.encoding = STR("UTF-8");
	for (size_t kind = 0; kind < ROW_KIND_COUNT; kind++) {
		const struct table *t = &b->tables[kind];

		if (!t->is_there)
			continue;
		s->info.bytes += t->facts.bytes;
		s->info.records += t->rows;
		if (!t->facts.is_utf8)
			s->info.encoding = STR("Windows-1252");
		digest_add(d, str_from(t->name));
		digest_add(d, str_from(t->facts.digest));
	}
	(void)digest_final(d, out);
	lines_hex(out, text);
	s->info.digest = str_from(text);
}

static bool
csv_check(struct source *s, struct err *e)
{
	struct bundle *b = ARENA_NEW(s->a, struct bundle);

	if (uuid_is_nil(s->o.organisation))
		return FAIL(e, SOURCE_INVALID, "%s: for which organisation?", s->path);
	s->state = b;
	served_free(s);
	if (s->is_folder ? !take_manifest(s, b, e) || s->is_invalid || !find_tables(s, b, e)
			 : !find_one(s, b, e))
		return s->is_invalid && e->code == ERR_NONE;
	for (size_t kind = 0; kind < ROW_KIND_COUNT; kind++)
		if (b->tables[kind].is_there && !check_table(s, b, kind, e))
			return false;
	served_sort(s);
	sum_up(s, b);
	return true;
}

static bool
read_row(struct source *s, const struct table *t, const struct csv_row *raw, struct err *e)
{
	struct row row;

	if (raw->fault)
		return record_refuse(s,
				     raw->fault_column > 0 && raw->fault_column <= t->count
					     ? t->header[raw->fault_column - 1]
					     : STR_NONE,
				     e, "%s", raw->fault);
	if (raw->count != t->count)
		return record_refuse(s, STR_NONE, e,
				     "rækken har %zu værdier, men overskriften har %zu",
				     raw->count, t->count);
	row_of(s, t, raw, &row);
	return row_take(s, &row, e);
}

static bool
read_rows(struct source *s, const struct table *t, struct csv *c, struct err *e)
{
	uint64_t before = s->bytes;
	struct csv_row raw;
	char digest[65];
	bool is_end;

	for (;;) {
		/* the row is read into what record_begin() empties */
		arena_reset(s->row);
		if (!csv_next(c, s->row, &raw, &is_end, e))
			return false;
		if (is_end)
			break;
		s->bytes = before + c->lines.offset;
		if (!record_begin(s, t->name, raw.line, e) || !read_row(s, t, &raw, e) ||
		    !record_end(s, e))
			return false;
	}
	if (!lines_digest(&c->lines, digest, e))
		return false;
	s->bytes = before + t->facts.bytes;
	if (strcmp(digest, t->facts.digest) != 0)
		return FAIL(e, SOURCE_INVALID, "%s: changed while it was read", t->path);
	return true;
}

static bool
csv_read(struct source *s, struct err *e)
{
	struct bundle *b = s->state;

	for (size_t kind = 0; kind < ROW_KIND_COUNT; kind++) {
		struct csv c = {0};
		bool ok;

		if (!b->tables[kind].is_there)
			continue;
		ok = open_table(s, &b->tables[kind], kind, &c, e) &&
		     read_rows(s, &b->tables[kind], &c, e);
		csv_close(&c);
		if (!ok)
			return false;
	}
	return true;
}

const struct source_reader source_csv = {csv_check, csv_read, NULL};
