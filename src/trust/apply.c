/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Applying files: read them, put them over what is known, check the whole, tell the
 * difference, write it in one transaction with one audit record an object. The plan is made on
 * a snapshot; the transaction begins by asking whether that is still what is known, and if not
 * the plan is made anew, at last inside the transaction, where nobody can come before it.
 * Exporting gives back what applying takes.
 *
 * Refuses: everything, if anything is wrong.
 */
#include "trust/internal.h"

#include <string.h>
#include "base/clock.h"
#include "base/encoding.h"
#include "crypto/digest.h"

#define SNAPSHOT_TRIES 3 /* then the writer makes the plan itself, and others wait */
#define REPORT_BYTES_MAX ((size_t)16 * 1024 * 1024)
#define DETAIL_BYTES_MAX 4096
#define DOCUMENT_BYTES_MAX ((size_t)8 * 1024 * 1024)

struct change {
	const struct doc *doc; /* of the plan's result; for a removed one of what is known */
	enum apply_change what;
};

struct plan {
	int64_t generation;
	struct arena *arena;
	struct docs known, result;
	struct change *changes;
	size_t count;
	const struct docs *files; /* NULL: made by fn, of what is known */
	docs_fn *fn;
	void *arg;
	struct docs made;
	const struct apply_options *options;
	struct apply_report *out;
	bool is_stale; /* something became known since the plan was made */
};

static void
plan_begin(struct plan *p, const struct docs *files, const struct apply_options *o,
	   struct apply_report *out)
{
	*p = (struct plan){.arena = arena_new(), .files = files, .options = o, .out = out};
}

static void
plan_release(struct plan *p)
{
	docs_release(&p->known);
	docs_release(&p->made);
	docs_release(&p->result);
	arena_free(p->arena);
}

/* ---- the plan ---- */

static void
add_result(struct plan *p, const struct doc *doc, const struct doc *old)
{
	struct doc copy = *doc;

	copy.json = json_incref(doc->json);
	copy.old = old ? old->json : NULL;
	docs_add(&p->result, &copy);
}

static void
merge(struct plan *p, const struct docs *files, bool prune)
{
	const struct docs *known = &p->known;

	for (size_t i = 0; i < files->count; i++)
		add_result(p, &files->at[i],
			   docs_find(known, files->at[i].kind, files->at[i].id));
	for (size_t i = 0; i < known->count && !prune; i++)
		if (!docs_find(files, known->at[i].kind, known->at[i].id))
			add_result(p, &known->at[i], &known->at[i]);
	docs_sort(&p->result);
}

static void
list_changes(struct plan *p, struct apply_report *out)
{
	p->changes = ARENA_NEW_N(p->arena, p->result.count + p->known.count, struct change);
	for (size_t i = 0; i < p->result.count; i++) {
		const struct doc *doc = &p->result.at[i];
		enum apply_change what = !doc->old                         ? APPLY_NEW
					 : json_equal(doc->json, doc->old) ? APPLY_SAME
									   : APPLY_CHANGED;

		out->count[what]++;
		if (what != APPLY_SAME)
			p->changes[p->count++] = (struct change){doc, what};
	}
	for (size_t i = 0; i < p->known.count; i++) {
		const struct doc *doc = &p->known.at[i];

		if (docs_find(&p->result, doc->kind, doc->id))
			continue;
		out->count[APPLY_REMOVED]++;
		p->changes[p->count++] = (struct change){doc, APPLY_REMOVED};
	}
	for (size_t i = 0; i < p->count; i++) {
		const struct doc *doc = p->changes[i].doc;
		bool is_removed = p->changes[i].what == APPLY_REMOVED;

		diff_document(&doc_types[doc->kind], doc->id, is_removed ? doc->json : doc->old,
			      is_removed ? NULL : doc->json, &out->diff);
	}
}

static void
report_clear(struct apply_report *out)
{
	memset(out->count, 0, sizeof(out->count));
	buf_clear(&out->diff);
	buf_clear(&out->problems);
	buf_clear(&out->warnings);
}

static bool
plan_make(struct plan *p, struct reading *r, struct err *e)
{
	const struct apply_options *o = p->options;
	struct apply_report *out = p->out;
	struct findings f = {&out->problems, &out->warnings, p->arena, 0};

	report_clear(out);
	if (!reading_generation(r, &p->generation, e) ||
	    !docs_load(r, INSTANT_MAX, p->arena, &p->known, e) ||
	    (p->fn && !p->fn(&p->known, &p->made, p->arg, e)))
		return false;
	merge(p, p->fn ? &p->made : p->files, o->prune);
	check_documents(&p->result, o->development, &f);
	check_peers(&p->result, o, &f);
	if (f.count > 0)
		return FAIL(e, APPLY_INVALID, "%zu problem%s", f.count,
			    f.count == 1 ? "" : "s");
	list_changes(p, out);
	return buf_done(&out->diff, e);
}

/* ---- the write ---- */

/* For whom: the authority or vendor that the object belongs to. */
static struct str
cvr_of(const struct doc *doc)
{
	static const char *const fields[] = {"cvr", "ejer", "dataejer"};

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (json_object_get(doc->json, fields[i]))
			return json_text(doc->json, fields[i]);
	return STR_NONE;
}

/*
 * {"change":"changed","fields":["navn","tilstand"],"sha256":"…"}: names only, and the digest of
 * the document as it is stored, so that one that was put there without a record is noticed.
 */
static struct str
detail_of(struct arena *a, const struct change *c, struct str stored)
{
	static const char *const words[] = {"new", "changed", "removed"};
	AUTO(buf_release) struct buf b = BUF_INIT(DETAIL_BYTES_MAX);
	const struct doc_type *type = &doc_types[c->doc->kind];
	const struct field *tables[] = {type->fields, doc_envelope};
	const char *sign = "";
	uint8_t digest[32];

	buf_printf(&b, "{\"change\":\"%s\"", words[c->what]);
	buf_add_c(&b, c->what == APPLY_CHANGED ? ",\"fields\":[" : "");
	for (size_t t = 0; t < ARRAY_LEN(tables) && c->what == APPLY_CHANGED; t++) {
		for (const struct field *f = tables[t]; f->name; f++) {
			const json_t *x = json_object_get(c->doc->old, f->name);
			const json_t *y = json_object_get(c->doc->json, f->name);

			if (x == y || (x && y && json_equal(x, y)) ||
			    (t > 0 && doc_field(type->fields, f->name)))
				continue;
			buf_printf(&b, "%s\"%s\"", sign, f->name);
			sign = ",";
		}
	}
	buf_add_c(&b, c->what == APPLY_CHANGED ? "]" : "");
	if (str_is_set(stored)) {
		digest_sha256(stored, digest);
		buf_printf(&b, ",\"sha256\":\"" STR_FMT "\"",
			   STR_ARG(hex_encode(a, str_of(digest, sizeof(digest)))));
	}
	buf_add_char(&b, '}');
	return arena_dup(a, buf_str(&b));
}

static bool
write_change(struct tx *tx, const struct plan *p, const struct change *c, struct err *e)
{
	const char *type = doc_types[c->doc->kind].name;
	bool is_removed = c->what == APPLY_REMOVED;
	struct known_row known = {.type = str_from(type),
				  .id = c->doc->id,
				  .at = clock_now(),
				  .actor = p->options->actor};
	struct audit_row audit = {.at = known.at,
				  .action = is_removed ? STR("known.remove") : STR("known.put"),
				  .result = STR("ok"),
				  .actor = p->options->actor,
				  .cvr = cvr_of(c->doc)};
	AUTO(buf_release) struct buf json = BUF_INIT(DOCUMENT_BYTES_MAX);

	audit.object = arena_printf(p->arena, "%s/" STR_FMT, type, STR_ARG(c->doc->id));
	if (!is_removed) {
		json_write(c->doc->json, JSON_COMPACT | JSON_SORT_KEYS, &json);
		if (!buf_done(&json, e))
			return false;
		known.json = buf_str(&json);
	}
	audit.detail = detail_of(p->arena, c, known.json);
	return store_known_put(tx, &known, e) && store_audit_add(tx, &audit, e);
}

static bool
write_changes(struct tx *tx, const struct plan *p, struct err *e)
{
	for (size_t i = 0; i < p->count; i++)
		if (!write_change(tx, p, &p->changes[i], e))
			return false;
	return true;
}

static bool
job_write(struct tx *tx, void *arg, struct err *e)
{
	struct plan *p = arg;
	int64_t generation;

	if (!reading_generation(tx_reading(tx), &generation, e))
		return false;
	p->is_stale = generation != p->generation;
	if (p->is_stale)
		return FAIL(e, STORE_BUSY, "what is known changed meanwhile");
	return write_changes(tx, p, e);
}

static bool
job_plan_and_write(struct tx *tx, void *arg, struct err *e)
{
	struct plan *p = arg;

	return plan_make(p, tx_reading(tx), e) && write_changes(tx, p, e);
}

/* The plan, and unless the run is dry what it says. */
static bool
apply_snapshot(struct store *s, struct plan *p, struct err *e)
{
	struct reading *r = NULL;
	bool ok = store_read(s, &r, e) && plan_make(p, r, e);

	store_read_endp(&r);
	if (!ok || p->options->dry_run || p->count == 0)
		return ok;
	return store_write(s, job_write, p, e);
}

static bool
report_begin(const struct apply_options *o, struct apply_report *out, struct err *e)
{
	memset(out, 0, sizeof(*out));
	buf_init(&out->diff, REPORT_BYTES_MAX);
	buf_init(&out->problems, REPORT_BYTES_MAX);
	buf_init(&out->warnings, REPORT_BYTES_MAX);
	return !str_is_empty(o->actor) ||
	       FAIL(e, APPLY_INVALID, "nobody is named who applies");
}

bool
apply_files(struct store *s, const char *const *paths, size_t count,
	    const struct apply_options *o, struct apply_report *out, struct err *e)
{
	AUTO(arena_freep) struct arena *arena = arena_new();
	AUTO(docs_release) struct docs files = {0};
	struct findings f = {&out->problems, &out->warnings, arena, 0};
	bool ok = false, stale = true;
	struct plan p;

	if (!report_begin(o, out, e))
		return false;
	read_files(paths, count, o->root, &files, &f);
	if (f.count > 0)
		return FAIL(e, APPLY_INVALID, "%zu problem%s", f.count,
			    f.count == 1 ? "" : "s");
	for (int i = 0; i <= SNAPSHOT_TRIES && stale; i++) {
		err_clear(e);
		plan_begin(&p, &files, o, out);
		ok = i < SNAPSHOT_TRIES ? apply_snapshot(s, &p, e)
					: store_write(s, job_plan_and_write, &p, e);
		stale = !ok && p.is_stale;
		plan_release(&p);
	}
	return ok;
}

bool
apply_known(struct store *s, docs_fn *fn, void *arg, const struct apply_options *o,
	    struct apply_report *out, struct err *e)
{
	struct plan p;
	bool ok;

	if (!report_begin(o, out, e))
		return false;
	plan_begin(&p, NULL, o, out);
	p.fn = fn;
	p.arg = arg;
	ok = store_write(s, job_plan_and_write, &p, e);
	plan_release(&p);
	return ok;
}

void
apply_report_release(struct apply_report *report)
{
	buf_release(&report->diff);
	buf_release(&report->problems);
	buf_release(&report->warnings);
}

/* ---- export ---- */

bool
apply_export(struct store *s, instant at, struct buf *out, struct err *e)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	AUTO(arena_freep) struct arena *arena = arena_new();
	AUTO(docs_release) struct docs known = {0};
	json_auto_t *root = json_object();

	if (!store_read(s, &r, e) || !docs_load(r, at, arena, &known, e))
		return false;
	for (int kind = 0; kind < DOC_KINDS; kind++) {
		size_t count;
		const struct doc *doc = docs_of(&known, (enum doc_kind)kind, &count);
		json_t *list = json_array();

		for (size_t i = 0; i < count; i++)
			json_array_append(list, doc[i].json);
		json_object_set_new(root, doc_types[kind].list, list);
	}
	/* types in the order of the tables: what is referred to comes first */
	json_write(root, JSON_INDENT(2), out);
	buf_add_char(out, '\n');
	return buf_done(out, e);
}
