/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A mapping file: JSON, read once and checked whole. Refuses members and columns that nobody
 * knows, a column of ours that comes from two of theirs, and value tables for what is no word.
 * A local key becomes a UUID by name, so that all tables that use the key agree.
 * Source: contract of administration, 4.7.2 and 4.7.3.
 */
#include "administration/mapping.h"

#include <string.h>

#include "administration/source_internal.h"
#include "base/json.h"
#include "base/mem.h"

struct rule {
	struct str constant;
	const json_t *values; /* theirs to ours */
	struct str key;       /* a local key of that kind */
};

struct mapped {
	struct str file;
	const json_t *columns, *empty;
	struct str dates;
	bool trim;
	struct rule rules[COLUMNS_MAX];
};

struct source_mapping {
	json_t *root;
	struct mapped tables[ROW_KIND_COUNT];
	const json_t *manifest, *klasser, *ldif;
};

static const char *const table_names[ROW_KIND_COUNT] = {
	[ROW_UNIT] = "enheder",
	[ROW_USER] = "brugere",
	[ROW_POST] = "tilknytninger",
	[ROW_FUNCTION] = "funktioner",
};

#define DEFAULT_DATES "YYYY-MM-DD"

static bool
fault(struct mapping_fault *f, const char *where, const char *reason)
{
	f->reason = reason;
	(void)snprintf(f->where, sizeof(f->where), "%s", where);
	return false;
}

static struct str
text_of(const json_t *v)
{
	return json_is_string(v) ? str_of(json_string_value(v), json_string_length(v))
				 : STR_NONE;
}

static bool
only(json_t *v, const char *where, const char *const *names, struct mapping_fault *f)
{
	const char *key;
	json_t *member;

	if (v && !json_is_object(v))
		return fault(f, where, "feltet er ikke et objekt");
	json_object_foreach(v, key, member)
	{
		size_t i;

		for (i = 0; names[i] && strcmp(names[i], key) != 0; i++)
			;
		if (!names[i])
			return fault(f, key, "feltet kendes ikke");
	}
	return true;
}

/* Our column of that name. */
static bool
column_of(size_t kind, struct str name, size_t *out)
{
	const struct row_table *t = &row_tables[kind];

	for (*out = 0; *out < t->count; (*out)++)
		if (t->columns[*out].name && str_eq_c(name, t->columns[*out].name))
			return true;
	return false;
}

/* ---- reading ---- */

static bool
take_columns(json_t *v, size_t kind, struct mapping_fault *f)
{
	bool is_used[COLUMNS_MAX] = {false};
	const char *theirs;
	json_t *ours;
	size_t column;

	if (v && !json_is_object(v))
		return fault(f, "columns", "feltet er ikke et objekt");
	json_object_foreach(v, theirs, ours)
	{
		if (json_is_null(ours))
			continue;
		if (!column_of(kind, text_of(ours), &column))
			return fault(f, theirs, "kolonnen kortlægges til en, der ikke findes");
		if (is_used[column])
			return fault(f, theirs, "to kolonner kortlægges til den samme");
		is_used[column] = true;
	}
	return true;
}

/* Each member names one of our columns and has a value of some kind. */
static bool
take_rules(json_t *v, const char *name, struct mapped *m, size_t kind, struct mapping_fault *f)
{
	const char *ours;
	json_t *value;
	size_t column;

	if (v && !json_is_object(v))
		return fault(f, name, "feltet er ikke et objekt");
	json_object_foreach(v, ours, value)
	{
		const struct column *c;

		if (!column_of(kind, str_from(ours), &column))
			return fault(f, ours, "kolonnen findes ikke");
		c = &row_tables[kind].columns[column];
		if (strcmp(name, "values") == 0) {
			if (!json_is_object(value))
				return fault(f, ours, "værditabellen er ikke et objekt");
			m->rules[column].values = value;
			continue;
		}
		if (!json_is_string(value))
			return fault(f, ours, "feltet er ikke en tekst");
		if (strcmp(name, "constants") == 0) {
			m->rules[column].constant = text_of(value);
			continue;
		}
		if (c->value != COLUMN_UUID && c->value != COLUMN_UUIDS)
			return fault(f, ours, "kolonnen holder ikke UUID'er");
		m->rules[column].key = text_of(value);
	}
	return true;
}

static bool
is_date_pattern(struct str s)
{
	size_t y = 0, m = 0, d = 0;

	for (size_t i = 0; i < s.len; i++) {
		y += s.ptr[i] == 'Y';
		m += s.ptr[i] == 'M';
		d += s.ptr[i] == 'D';
	}
	return y == 4 && m == 2 && d == 2 && s.len <= 20;
}

static bool
take_table(struct mapped *m, json_t *v, size_t kind, struct mapping_fault *f)
{
	static const char *const names[] = {"file",  "columns", "constants", "values", "keys",
					    "dates", "empty",   "trim",      NULL};
	static const char *const rules[] = {"constants", "values", "keys"};

	if (!only(v, table_names[kind], names, f))
		return false;
	m->file = json_get_text(v, "file");
	if (str_has_char(m->file, '/'))
		return fault(f, "file", "filnavnet indeholder en sti");
	m->columns = json_object_get(v, "columns");
	m->empty = json_object_get(v, "empty");
	m->trim = json_is_true(json_object_get(v, "trim"));
	m->dates = json_get_text(v, "dates");
	if (json_object_get(v, "dates") && !is_date_pattern(m->dates))
		return fault(f, "dates", "mønstret har ikke YYYY, MM og DD");
	if (m->empty && !json_is_array(m->empty))
		return fault(f, "empty", "feltet er ikke en liste");
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (!take_rules(json_object_get(v, rules[i]), rules[i], m, kind, f))
			return false;
	return take_columns(json_object_get(v, "columns"), kind, f);
}

static bool
take_klasser(json_t *v, struct mapping_fault *f)
{
	const char *word;
	json_t *uuid;
	struct uuid u;

	if (v && !json_is_object(v))
		return fault(f, "klasser", "feltet er ikke et objekt");
	json_object_foreach(v, word,
			    uuid) if (!uuid_parse(text_of(uuid), &u) ||
				      uuid_is_nil(u)) return fault(f, word,
								   "klassen er ikke en UUID");
	return true;
}

static bool
take_ldif(json_t *v, struct mapping_fault *f)
{
	static const char *const names[] = {"attributes", "units", "users", "uuid", NULL};
	static const char *const tables[] = {"enheder", "brugere", "tilknytninger", NULL};
	json_t *attributes = json_object_get(v, "attributes"), *table, *name;
	const char *key, *column;
	size_t at;

	if (!only(v, "ldif", names, f) || !only(attributes, "attributes", tables, f))
		return false;
	json_object_foreach(attributes, key, table)
	{
		size_t kind = strcmp(key, "enheder") == 0   ? ROW_UNIT
			      : strcmp(key, "brugere") == 0 ? ROW_USER
							    : ROW_POST;

		if (!json_is_object(table))
			return fault(f, key, "feltet er ikke et objekt");
		json_object_foreach(
			table, column,
			name) if (!column_of(kind, str_from(column), &at) ||
				  !json_is_string(name)) return fault(f, column,
								      "kolonnen findes ikke, "
								      "eller navnet er ikke en "
								      "tekst");
	}
	for (size_t i = 1; i < 3; i++)
		if (json_object_get(v, names[i]) &&
		    !json_is_array(json_object_get(v, names[i])))
			return fault(f, names[i], "feltet er ikke en liste");
	return true;
}

static bool
take_manifest(json_t *v, struct mapping_fault *f)
{
	static const char *const names[] = {"mode", "source", NULL};
	struct str mode = json_get_text(v, "mode");

	if (!v)
		return true;
	if (!only(v, "manifest", names, f))
		return false;
	if (!str_eq_c(mode, "fuld") && !str_eq_c(mode, "delta"))
		return fault(f, "mode", "omfanget er hverken fuld eller delta");
	return !str_is_empty(json_get_text(v, "source")) ||
	       fault(f, "source", "kildens navn mangler");
}

static bool
take(struct source_mapping *m, struct mapping_fault *f)
{
	static const char *const names[] = {"version", "manifest", "tables",
					    "klasser", "ldif",     NULL};
	const char *const all[] = {table_names[0], table_names[1], table_names[2],
				   table_names[3], NULL};
	json_t *tables = json_object_get(m->root, "tables");
	json_t *manifest = json_object_get(m->root, "manifest");

	if (!only(m->root, "", names, f) || !only(tables, "tables", all, f))
		return false;
	if (json_integer_value(json_object_get(m->root, "version")) != 1)
		return fault(f, "version", "kortlægningens version er ikke 1");
	for (size_t kind = 0; kind < ROW_KIND_COUNT; kind++)
		if (!take_table(&m->tables[kind], json_object_get(tables, table_names[kind]),
				kind, f))
			return false;
	m->manifest = manifest;
	m->klasser = json_object_get(m->root, "klasser");
	m->ldif = json_object_get(m->root, "ldif");
	return take_manifest(manifest, f) &&
	       take_klasser(json_object_get(m->root, "klasser"), f) &&
	       take_ldif(json_object_get(m->root, "ldif"), f);
}

struct source_mapping *
mapping_parse(struct str text, struct mapping_fault *f)
{
	AUTO(mapping_freep) struct source_mapping *m = MEM_NEW(struct source_mapping);
	struct source_mapping *done;

	*f = (struct mapping_fault){0};
	m->root = json_read_object(text_without_bom(text));
	if (!m->root)
		(void)fault(f, "", "kortlægningen er ikke et JSON-objekt");
	else if (take(m, f)) {
		done = m;
		m = NULL;
		return done;
	}
	return NULL;
}

void
mapping_free(struct source_mapping *m)
{
	if (!m)
		return;
	json_decref(m->root);
	mem_free(m);
}

void
mapping_freep(struct source_mapping **m)
{
	mapping_free(*m);
	*m = NULL;
}

/* ---- what it says ---- */

bool
mapping_klasse(const struct source_mapping *m, struct str word, struct uuid *out)
{
	char name[64];

	if (!m || word.len >= sizeof(name))
		return false;
	memcpy(name, word.ptr, word.len);
	name[word.len] = '\0';
	return uuid_parse(json_get_text(m->klasser, name), out);
}

bool
mapping_manifest(const struct source_mapping *m, struct str *source, enum source_extent *extent)
{
	if (!m || !m->manifest)
		return false;
	*source = json_get_text(m->manifest, "source");
	*extent = str_eq_c(json_get_text(m->manifest, "mode"), "fuld") ? SOURCE_FULL
								       : SOURCE_DELTA;
	return true;
}

struct str
mapping_ldif_text(const struct source_mapping *m, const char *name)
{
	return m ? json_get_text(m->ldif, name) : STR_NONE;
}

struct str
mapping_ldif_attribute(const struct source_mapping *m, const char *table, struct str column)
{
	char name[64];

	if (!m || column.len >= sizeof(name))
		return STR_NONE;
	memcpy(name, column.ptr, column.len);
	name[column.len] = '\0';
	return json_get_text(json_object_get(json_object_get(m->ldif, "attributes"), table),
			     name);
}

bool
mapping_ldif_class(const struct source_mapping *m, const char *list, struct str name,
		   bool *is_said)
{
	const json_t *names = m ? json_object_get(m->ldif, list) : NULL;
	json_t *one;
	size_t i;

	*is_said = names != NULL;
	json_array_foreach(names, i, one) if (str_eq_nocase(name, text_of(one))) return true;
	return false;
}

struct str
mapping_file(const struct source_mapping *m, size_t kind)
{
	if (m && !str_is_empty(m->tables[kind].file))
		return m->tables[kind].file;
	return str_from(row_tables[kind].file);
}

enum mapping_column
mapping_column(const struct source_mapping *m, size_t kind, struct str header, size_t *column)
{
	const char *theirs;
	json_t *ours;
	const json_t *columns = m ? m->tables[kind].columns : NULL;

	json_object_foreach((json_t *)(uintptr_t)columns, theirs,
			    ours) if (str_eq_c(header, theirs))
	{
		if (json_is_null(ours))
			return COLUMN_IGNORED;
		return column_of(kind, text_of(ours), column) ? COLUMN_MAPPED : COLUMN_UNKNOWN;
	}
	return column_of(kind, header, column) ? COLUMN_MAPPED : COLUMN_UNKNOWN;
}

bool
mapping_gives(const struct source_mapping *m, size_t kind, size_t column)
{
	return m && str_is_set(m->tables[kind].rules[column].constant);
}

/* ---- values ---- */

static bool
is_empty_word(const struct mapped *m, struct str v)
{
	json_t *one;
	size_t i;

	json_array_foreach(m->empty, i, one) if (str_eq(str_trim(v), text_of(one))) return true;
	return false;
}

/* Digits where the pattern has letters, the same where it has not. */
static struct str
date_of(struct str pattern, struct str v, struct arena *a)
{
	char out[] = "0000-00-00";
	size_t y = 0, m = 5, d = 8;

	if (v.len != pattern.len)
		return v;
	for (size_t i = 0; i < v.len; i++) {
		switch (pattern.ptr[i]) {
		case 'Y':
			out[y++] = v.ptr[i];
			break;
		case 'M':
			out[m++] = v.ptr[i];
			break;
		case 'D':
			out[d++] = v.ptr[i];
			break;
		default:
			if (pattern.ptr[i] != v.ptr[i])
				return v;
		}
	}
	return arena_dup(a, str_of(out, 10));
}

/* Local keys, comma separated where the column is a list. */
static struct str
uuids_of(struct str cvr, struct str key, struct str v, struct arena *a)
{
	struct str rest = v, head, out = STR_NONE;
	char text[UUID_TEXT_LEN + 1];

	while (str_is_set(rest)) {
		struct str part, one;

		(void)str_cut(rest, ',', &head, &rest);
		head = str_trim(head);
		if (head.len == 0)
			continue;
		part = arena_printf(a, "noegle:" STR_FMT ":" STR_FMT, STR_ARG(key),
				    STR_ARG(head));
		one = uuid_format(source_uuid(cvr, part, (struct uuid){0}), text);
		out = arena_printf(a, STR_FMT "%s" STR_FMT, STR_ARG(out), out.len ? "," : "",
				   STR_ARG(one));
	}
	return out;
}

static struct str
value_of(const struct rule *rule, struct str v)
{
	const char *theirs;
	json_t *ours;

	json_object_foreach((json_t *)(uintptr_t)rule->values, theirs,
			    ours) if (str_eq_c(str_trim(v), theirs)) return text_of(ours);
	return v;
}

void
mapping_apply(const struct source_mapping *m, struct str cvr, struct row *r, struct arena *a)
{
	const struct mapped *t = m ? &m->tables[r->kind] : NULL;

	for (size_t i = 0; m && i < row_tables[r->kind].count; i++) {
		const struct rule *rule = &t->rules[i];
		const struct column *c = &row_tables[r->kind].columns[i];
		struct str *v = &r->v[i];

		if (str_is_set(*v) && is_empty_word(t, *v))
			*v = STR_NONE;
		if (t->trim)
			*v = str_trim(*v);
		if (rule->values && str_is_set(*v))
			*v = value_of(rule, *v);
		if (str_is_set(rule->key) && str_trim(*v).len > 0)
			*v = uuids_of(cvr, rule->key, *v, a);
		if (c->value == COLUMN_DATE && str_is_set(t->dates) && str_is_set(*v))
			*v = date_of(t->dates, str_trim(*v), a);
		if (str_is_set(rule->constant) && str_trim(*v).len == 0)
			*v = rule->constant;
	}
}

/* ---- for people ---- */

static void
show_column(const struct mapped *m, const struct column *c, const struct rule *rule,
	    struct buf *out)
{
	struct str from = str_from(c->name);
	const char *theirs;
	json_t *ours;

	json_object_foreach((json_t *)(uintptr_t)m->columns, theirs,
			    ours) if (str_eq_c(text_of(ours), c->name)) from = str_from(theirs);
	buf_printf(out, "  %-24s fra \"" STR_FMT "\"%s", c->name, STR_ARG(from),
		   c->must ? ", skal være der" : "");
	if (rule->values)
		buf_printf(out, ", %zu værdier oversættes", json_object_size(rule->values));
	if (str_is_set(rule->key))
		buf_printf(out, ", nøgle \"" STR_FMT "\"", STR_ARG(rule->key));
	if (c->value == COLUMN_DATE)
		buf_printf(out, ", dato " STR_FMT,
			   STR_ARG(str_is_set(m->dates) ? m->dates : STR(DEFAULT_DATES)));
	if (str_is_set(rule->constant))
		buf_printf(out, ", ellers \"" STR_FMT "\"", STR_ARG(rule->constant));
	buf_add_char(out, '\n');
}

void
mapping_show(const struct source_mapping *m, struct buf *out)
{
	static const struct mapped none;

	for (size_t kind = 0; kind < ROW_KIND_COUNT; kind++) {
		const struct row_table *t = &row_tables[kind];
		const struct mapped *mapped = m ? &m->tables[kind] : &none;
		const char *theirs;
		json_t *ours;

		buf_printf(out, "%s fra " STR_FMT "\n", table_names[kind],
			   STR_ARG(mapping_file(m, kind)));
		for (size_t i = 0; i < t->count; i++)
			if (t->columns[i].name)
				show_column(mapped, &t->columns[i], &mapped->rules[i], out);
		json_object_foreach((json_t *)(uintptr_t)mapped->columns, theirs,
				    ours) if (json_is_null(ours))
			buf_printf(out, "  %-24s \"%s\"\n", "(bruges ikke)", theirs);
	}
}
