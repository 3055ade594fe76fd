/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An organisation as files: tables with their manifest, lines of JSON, registrations of
 * OS2sync. Tables are UTF-8 with a byte order mark, which spreadsheets need to know it by,
 * separated by semicolons, lines ended by CR LF. Writes CPR numbers only when told so.
 * Source: contract of administration, 4.7.3 and 4.7.7; RFC 4180, 2.
 */
#include "administration/source_write.h"

#include <string.h>

#include "administration/manifest.h"
#include "administration/object_json.h"
#include "administration/write_rows.h"
#include "base/json.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "organisation/types.h"

/* Given on when so much has come together. */
#define PIECE (256UL * 1024)

/* A file being written. */
struct output {
	const struct source_write *w;
	const char *file;
	struct buf buf;
	struct digest *digest;
};

static void
output_begin(struct output *o, const struct source_write *w, const char *file)
{
	*o = (struct output){.w = w, .file = file, .digest = digest_new(HASH_SHA256)};
	buf_init(&o->buf, PIECE + 2 * LIMIT_OBJECT_BYTES * 6);
}

static bool
output_flush(struct output *o, bool is_last, struct err *e)
{
	bool ok;

	if (!is_last && o->buf.len < PIECE)
		return true;
	if (!buf_done(&o->buf, e))
		return false;
	digest_add(o->digest, buf_str(&o->buf));
	ok = o->w->put(o->file, buf_str(&o->buf), o->w->arg, e);
	buf_clear(&o->buf);
	return ok;
}

static void
output_end(struct output *o, char hex[65])
{
	uint8_t bytes[HASH_MAX_BYTES];

	(void)digest_final(o->digest, bytes);
	lines_hex(bytes, hex);
	digest_free(o->digest);
	buf_release(&o->buf);
}

/* ---- tables ---- */

static void
put_value(struct buf *b, struct str v)
{
	bool quoted = false;

	for (size_t i = 0; i < v.len; i++)
		quoted = quoted || strchr(";,\"\r\n", v.ptr[i]);
	if (!quoted) {
		buf_add(b, v);
		return;
	}
	buf_add_char(b, '"');
	for (size_t i = 0; i < v.len; i++) {
		if (v.ptr[i] == '"')
			buf_add_char(b, '"');
		buf_add_char(b, v.ptr[i]);
	}
	buf_add_char(b, '"');
}

/* r NULL: the header line */
static void
put_row(struct buf *b, enum row_kind kind, const struct row *r)
{
	const struct row_table *t = &row_tables[kind];

	for (size_t i = 0; i < t->count; i++) {
		if (!t->columns[i].name)
			continue;
		if (i > 0)
			buf_add_char(b, ';');
		put_value(b, r ? r->v[i] : str_from(t->columns[i].name));
	}
	buf_add_c(b, "\r\n");
}

static const struct oio_type *const kinds[ROW_KIND_COUNT] = {
	[ROW_UNIT] = &type_organisationenhed,
	[ROW_USER] = &type_bruger,
	[ROW_FUNCTION] = &type_organisationfunktion,
};

typedef bool row_fn(struct writing *x, const struct picture_object *o, struct row *r);

static row_fn *const row_fns[ROW_KIND_COUNT] = {
	[ROW_UNIT] = write_unit_row,
	[ROW_USER] = write_user_row,
	[ROW_FUNCTION] = write_function_row,
};

static bool
put_rows(struct writing *x, struct output *o, enum row_kind kind, struct err *e)
{
	const struct picture_object *all = NULL;
	size_t count = x->post_count;
	struct row r;

	if (kind != ROW_POST)
		all = picture_kind(x->p, kinds[kind], &count);
	for (size_t i = 0; i < count; i++) {
		bool is_row = true;

		arena_reset(x->row);
		if (kind == ROW_POST)
			write_post_row(x, &x->posts[i], &r);
		else
			is_row = row_fns[kind](x, &all[i], &r);
		if (!is_row)
			continue;
		put_row(&o->buf, kind, &r);
		x->out->rows[kind]++;
		if (!output_flush(o, false, e))
			return false;
	}
	return true;
}

static bool
put_table(struct writing *x, enum row_kind kind, char hex[65], struct err *e)
{
	struct output o;
	bool ok;

	output_begin(&o, x->w, row_tables[kind].file);
	buf_add_c(&o.buf, "\xef\xbb\xbf");
	put_row(&o.buf, kind, NULL);
	ok = put_rows(x, &o, kind, e) && output_flush(&o, true, e);
	output_end(&o, hex);
	return ok;
}

static bool
write_tables(struct writing *x, struct err *e)
{
	AUTO(buf_release) struct buf b = BUF_INIT(LIMIT_MANIFEST_BYTES);
	struct manifest m = {.cvr = x->cvr, .source = x->w->source, .extent = SOURCE_FULL};
	char hex[ROW_KIND_COUNT][65], at[TIME_TEXT_MAX];

	m.extracted_at = time_format_utc(x->w->at, at);
	for (size_t kind = 0; kind < ROW_KIND_COUNT; kind++) {
		if (!put_table(x, (enum row_kind)kind, hex[kind], e))
			return false;
		m.files[m.count++] =
			(struct manifest_file){str_from(row_tables[kind].file),
					       x->out->rows[kind], str_from(hex[kind])};
	}
	manifest_write(&m, &b);
	return buf_done(&b, e) && x->w->put(MANIFEST_NAME, buf_str(&b), x->w->arg, e);
}

/* ---- lines of JSON ---- */

/* Without the number of the person, if it may not be written. */
static struct oio_content
content_of(struct writing *x, const struct picture_object *o)
{
	struct oio_content c = o->whole;
	struct oio_range range = oio_part_range(o->type, OIO_ATTRIBUT);

	if (o->type != &type_person || x->w->may_cpr)
		return c;
	c.items = ARENA_NEW_N(x->row, c.count + 1, struct oio_item);
	for (size_t i = 0; i < c.count; i++) {
		struct oio_slot *slots;

		c.items[i] = o->whole.items[i];
		if (c.items[i].part != OIO_ATTRIBUT)
			continue;
		slots = ARENA_NEW_N(x->row, range.end, struct oio_slot);
		memcpy(slots, c.items[i].u.egenskab, range.end * sizeof(*slots));
		x->out->left_out += slots[PERSON_CPR].tag != 0;
		slots[PERSON_CPR] = (struct oio_slot){0};
		c.items[i].u.egenskab = slots;
	}
	return c;
}

static bool
write_lines(struct writing *x, struct err *e)
{
	size_t count;
	const struct picture_object *all = picture_all(x->p, &count);
	struct output o;
	char hex[65];
	bool ok = true;

	output_begin(&o, x->w, "organisation.jsonl");
	for (size_t i = 0; ok && i < count; i++) {
		struct registrering r = {.livscyklus = all[i].livscyklus};

		if (all[i].is_shared)
			continue;
		arena_reset(x->row);
		r.content = content_of(x, &all[i]);
		object_json_write(all[i].type, all[i].uuid, &r, &o.buf);
		x->out->rows[0]++;
		ok = output_flush(&o, false, e);
	}
	ok = ok && output_flush(&o, true, e);
	output_end(&o, hex);
	return ok;
}

/* ---- registrations of OS2sync ---- */

static json_t *
array_of(struct str list)
{
	json_t *out = json_array();
	struct str rest = list, head;

	while (!str_is_empty(rest)) {
		(void)str_cut(rest, ',', &head, &rest);
		(void)json_array_append_new(out, json_stringn(head.ptr, head.len));
	}
	return out;
}

/* A member of a member: "person.name". */
static void
put_member(json_t *to, const char *name, json_t *value)
{
	struct str head, rest;
	json_t *inner;

	if (!str_cut(str_from(name), '.', &head, &rest)) {
		(void)json_object_set_new(to, name, value);
		return;
	}
	inner = json_object_get(to, "person");
	if (!inner) {
		inner = json_object();
		(void)json_object_set_new(to, "person", inner);
	}
	(void)json_object_set_new(inner, rest.ptr, value);
}

static json_t *
registration_of(const struct row *r)
{
	const struct row_table *t = &row_tables[r->kind];
	json_t *out = json_object();

	for (size_t i = 0; i < t->count; i++) {
		const struct column *c = &t->columns[i];
		struct str v = r->v[i];

		if (!c->json)
			continue;
		if (c->value == COLUMN_UUIDS || c->value == COLUMN_TASKS)
			put_member(out, c->json, array_of(v));
		else if (r->kind == ROW_USER && i == USER_ROBOT)
			put_member(out, c->json, json_boolean(str_eq_c(v, "ja")));
		else if (str_is_empty(v))
			continue;
		else if (r->kind == ROW_UNIT && i == UNIT_TYPE && str_eq_c(v, "AFDELING"))
			put_member(out, c->json, json_string("DEPARTMENT"));
		else
			put_member(out, c->json, json_stringn(v.ptr, v.len));
	}
	return out;
}

static json_t *
positions_of(struct writing *x, struct uuid user)
{
	json_t *out = json_array();
	const struct written_post *posts;
	struct row r;
	size_t count;

	posts = written_posts(x, user, &count);
	for (size_t i = 0; i < count; i++) {
		/* who leads is said by the unit */
		if (posts[i].leads)
			continue;
		write_post_row(x, &posts[i], &r);
		(void)json_array_append_new(out, registration_of(&r));
	}
	return out;
}

static bool
put_registrations(struct writing *x, struct output *o, enum row_kind kind, struct err *e)
{
	size_t count;
	const struct picture_object *all = picture_kind(x->p, kinds[kind], &count);
	struct row r;
	json_t *v;

	for (size_t i = 0; i < count; i++) {
		arena_reset(x->row);
		if (!row_fns[kind](x, &all[i], &r))
			continue;
		if (kind == ROW_UNIT)
			write_contact_tasks(x, &all[i], &r);
		v = registration_of(&r);
		if (kind == ROW_USER)
			(void)json_object_set_new(v, "positions", positions_of(x, all[i].uuid));
		buf_add_c(&o->buf, x->out->rows[kind]++ > 0 ? ",\n" : "\n");
		json_add_to(v, &o->buf);
		json_decref(v);
		if (!output_flush(o, false, e))
			return false;
	}
	return true;
}

static bool
write_registrations(struct writing *x, struct err *e)
{
	struct output o;
	char hex[65];
	bool ok;

	output_begin(&o, x->w, "os2sync.json");
	buf_add_c(&o.buf, "{\"orgUnits\":[");
	ok = put_registrations(x, &o, ROW_UNIT, e);
	buf_add_c(&o.buf, "],\n\"users\":[");
	ok = ok && put_registrations(x, &o, ROW_USER, e);
	buf_add_c(&o.buf, "]}\n");
	ok = ok && output_flush(&o, true, e);
	output_end(&o, hex);
	return ok;
}

bool
source_write(const struct picture *p, const struct source_write *w, struct source_written *out,
	     struct err *e)
{
	struct writing x;
	bool ok;

	writing_begin(&x, p, w, out);
	if (w->format == SOURCE_CSV)
		ok = write_tables(&x, e);
	else if (w->format == SOURCE_JSONL)
		ok = write_lines(&x, e);
	else if (w->format == SOURCE_OS2SYNC)
		ok = write_registrations(&x, e);
	else
		ok = FAIL(e, BAD_VALUE, "format %d cannot be written", (int)w->format);
	writing_end(&x);
	return ok;
}
