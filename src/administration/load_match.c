/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Objects that a source calls by another UUID than the store. By UUID is the rule; what no
 * stored object answers to is looked for by its BrugervendtNoegle, where exactly one of each
 * side is left with it; and units are proposed by name and parent. Nothing is guessed between
 * several. The same look through the source finds which rows it fills at all.
 * Source: administration contract 4.7.2, step 4.
 */
#include "administration/load_internal.h"

#include <stdlib.h>
#include <string.h>

#include "registry/append.h"

#define MATCHED_KINDS 3
#define NAME_ROW 1 /* of the Egenskab of the matched kinds, behind the key */

enum how { BY_KEY = 1, BY_NAME };

/* Of either side. */
struct candidate {
	struct uuid uuid, parent;
	struct str key, name;
	struct str file;
	size_t line;
	bool is_taken; /* stored: the source names it; of the source: it is matched */
};

struct side {
	struct candidate *at;
	size_t count, room;
};

struct kind {
	const struct oio_type *type;
	struct side stored, theirs;
};

struct matching {
	struct load *l;
	struct arena *a;
	struct kind kinds[MATCHED_KINDS];
};

static struct kind *
kind_of(struct matching *m, const struct oio_type *t)
{
	for (size_t i = 0; i < MATCHED_KINDS; i++)
		if (m->kinds[i].type == t)
			return &m->kinds[i];
	return NULL;
}

/* The key, name and parent that hold on the day of the load, or else the last. */
static struct candidate
candidate_of(const struct matching *m, const struct oio_type *t, struct uuid uuid,
	     const struct oio_content *c)
{
	struct candidate out = {.uuid = uuid};

	for (size_t i = 0; i < c->count; i++) {
		const struct oio_item *it = &c->items[i];

		if (it->v.til <= m->l->from)
			continue;
		if (it->part == OIO_ATTRIBUT && !str_is_set(out.key)) {
			out.key = arena_dup(m->a, egenskab_text(t, it, 0));
			out.name = arena_dup(m->a, egenskab_text(t, it, NAME_ROW));
		} else if (it->part == OIO_RELATION && t->fields[it->field].is_parent &&
			   it->u.relation.ref.is_uuid && uuid_is_nil(out.parent)) {
			out.parent = it->u.relation.ref.uuid;
		}
	}
	return out;
}

static void
side_add(struct matching *m, struct side *s, struct candidate c)
{
	s->at = BATCH_GROW(m->a, s->at, s->count, s->room);
	s->at[s->count++] = c;
}

/* ---- what is stored ---- */

static bool
read_stored(struct matching *m, struct kind *k, struct err *e)
{
	AUTO(arena_freep) struct arena *page = arena_new();
	struct object_query q = {.kind = k->type->id,
				 .owners = {m->l->o->desk->cvr},
				 .owner_count = 1,
				 .states = 1U << LIV_OPSTAAET | 1U << LIV_IMPORTERET,
				 .with_content = true,
				 .limit = 1000};
	struct object_rows rows;
	struct registrering reg;

	do {
		arena_reset(page);
		rows = (struct object_rows){.count = 0};
		if (!objects_find(m->l->reading, &q, page, &rows, e))
			return false;
		for (size_t i = 0; i < rows.count; i++) {
			if (!append_unpack(k->type, &rows.at[i], page, &reg, e))
				return false;
			side_add(m, &k->stored,
				 candidate_of(m, k->type, rows.at[i].uuid, &reg.content));
		}
		if (rows.count > 0)
			q.after = &k->stored.at[k->stored.count - 1].uuid;
	} while (rows.count == (size_t)q.limit);
	return true;
}

/* objects_find gives them by UUID. */
static struct candidate *
find_stored(const struct side *s, struct uuid u)
{
	size_t low = 0, high = s->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int d = uuid_cmp(s->at[mid].uuid, u);

		if (d == 0)
			return &s->at[mid];
		if (d < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

/* ---- what the source says ---- */

static bool
look_at(const struct source_object *o, void *arg, struct err *e)
{
	struct matching *m = arg;
	struct kind *k = kind_of(m, o->type);
	struct candidate *stored, c;

	(void)e;
	load_note_spoken(m->l, o->type, &o->content);
	if (!k)
		return true;
	stored = find_stored(&k->stored, o->uuid);
	if (stored) {
		stored->is_taken = true;
		return true;
	}
	/* a UUID that we made up says nothing, and what is no more is not looked for */
	if (o->is_derived || o->is_ended)
		return true;
	c = candidate_of(m, o->type, o->uuid, &o->content);
	c.file = arena_dup(m->a, o->file);
	c.line = o->line;
	side_add(m, &k->theirs, c);
	return true;
}

/* ---- matching ---- */

static struct str
told(const struct matching *m, const struct kind *k, const struct candidate *theirs,
     const struct candidate *stored, const char *by)
{
	char a[UUID_TEXT_LEN + 1], b[UUID_TEXT_LEN + 1];

	return arena_printf(m->a, "%s %s er den lagrede %s: samme %s", k->type->name,
			    uuid_format(theirs->uuid, a).ptr, uuid_format(stored->uuid, b).ptr,
			    by);
}

static void
match(struct matching *m, const struct kind *k, struct candidate *theirs,
      struct candidate *stored, enum how how)
{
	struct batch *b = &m->l->batch;
	struct str text = told(m, k, theirs, stored,
			       how == BY_KEY ? "brugervendt nøgle" : "navn og overordnet");

	theirs->is_taken = stored->is_taken = true;
	if (how == BY_NAME && !m->l->o->accept_proposals) {
		m->l->out->counts[COUNT_PROPOSED]++;
		load_note(m->l, NOTE_PROPOSAL, theirs->file, theirs->line, STR_NONE, text);
		return;
	}
	m->l->out->counts[COUNT_MATCHED]++;
	load_note(m->l, NOTE_MATCH, theirs->file, theirs->line, STR_NONE, text);
	(void)places_add(m->l->matched, k->type->id, theirs->uuid, stored->uuid);
	b->matches = BATCH_GROW(b->a, b->matches, b->match_count, b->match_room);
	b->matches[b->match_count++] = (struct import_match){
		k->type->id, theirs->uuid, stored->uuid, (int)how, arena_dup(b->a, text)};
}

/* Pairs by a text: where one is left on each side. */
struct entry {
	struct str text;
	struct uuid parent;
	struct candidate *of;
};

static int
entry_cmp(const void *pa, const void *pb)
{
	const struct entry *a = pa, *b = pb;
	int d = str_cmp(a->text, b->text);

	return d != 0 ? d : uuid_cmp(a->parent, b->parent);
}

static struct entry *
entries_of(struct matching *m, const struct kind *k, const struct side *s, enum how how,
	   size_t *count)
{
	struct entry *at = ARENA_NEW_N(m->a, s->count + 1, struct entry);
	bool is_theirs = s == &k->theirs;

	*count = 0;
	for (size_t i = 0; i < s->count; i++) {
		struct candidate *c = &s->at[i];
		struct entry en = {how == BY_KEY ? c->key : c->name, {{0}}, c};

		if (c->is_taken || str_is_empty(en.text))
			continue;
		if (how == BY_NAME)
			en.parent = is_theirs ? load_ours(m->l, k->type, c->parent) : c->parent;
		at[(*count)++] = en;
	}
	if (*count > 1)
		qsort(at, *count, sizeof(*at), entry_cmp);
	return at;
}

static size_t
run_end(const struct entry *at, size_t from, size_t count)
{
	size_t i = from + 1;

	while (i < count && entry_cmp(&at[from], &at[i]) == 0)
		i++;
	return i;
}

/* How many pairs there were. */
static size_t
pair(struct matching *m, const struct kind *k, enum how how)
{
	size_t theirs_count, stored_count, i = 0, j = 0, pairs = 0, end, stored_end;
	struct entry *theirs = entries_of(m, k, &k->theirs, how, &theirs_count);
	struct entry *stored = entries_of(m, k, &k->stored, how, &stored_count);

	while (i < theirs_count && j < stored_count) {
		int d = entry_cmp(&theirs[i], &stored[j]);

		end = run_end(theirs, i, theirs_count);
		stored_end = run_end(stored, j, stored_count);
		if (d == 0 && end == i + 1 && stored_end == j + 1) {
			match(m, k, theirs[i].of, stored[j].of, how);
			pairs++;
		}
		i = d <= 0 ? end : i;
		j = d >= 0 ? stored_end : j;
	}
	return pairs;
}

static void
match_all(struct matching *m)
{
	for (size_t i = 0; i < MATCHED_KINDS; i++)
		(void)pair(m, &m->kinds[i], BY_KEY);
	/* a parent that was found may let its children be found */
	while (pair(m, &m->kinds[0], BY_NAME) > 0 && m->l->o->accept_proposals)
		continue;
}

/* ---- for the load ---- */

static bool
take_match(const struct import_match *x, void *arg, struct err *e)
{
	struct load *l = arg;

	(void)e;
	(void)places_add(l->matched, x->kind, x->theirs, x->ours);
	return true;
}

bool
load_match(struct load *l, struct err *e)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct matching m = {.l = l,
			     .a = a,
			     .kinds = {{.type = &type_organisationenhed},
				       {.type = &type_organisationfunktion},
				       {.type = &type_bruger}}};
	const struct source_handlers h = {.object = look_at, .arg = &m};
	size_t stored = 0;

	if (!load_read_begin(l, e))
		return false;
	if (l->is_prepared)
		return imports_matches(l->reading, l->run.id, take_match, l, e);
	for (size_t i = 0; i < MATCHED_KINDS; i++) {
		if (!read_stored(&m, &m.kinds[i], e))
			return false;
		stored += m.kinds[i].stored.count;
	}
	if (stored > 0) {
		if (!source_read(l->source, 0, &h, e))
			return false;
		match_all(&m);
	}
	l->is_prepared = true;
	return load_flush(l, 0, e);
}

struct uuid
load_ours(const struct load *l, const struct oio_type *t, struct uuid theirs)
{
	const struct uuid *ours = places_get(l->matched, t->id, theirs);

	return ours ? *ours : theirs;
}

void
load_rename(const struct load *l, const struct oio_type *t, struct oio_content *c)
{
	struct oio_item *items;

	if (places_count(l->matched) == 0 || c->count == 0)
		return;
	items = ARENA_NEW_N(l->one, c->count, struct oio_item);
	memcpy(items, c->items, c->count * sizeof(*items));
	for (size_t i = 0; i < c->count; i++) {
		const struct oio_type *target = NULL;
		struct oio_ref *ref = &items[i].u.relation.ref;
		struct uuid ours;

		if (items[i].part != OIO_RELATION || !ref->is_uuid)
			continue;
		for (size_t j = 0; j < ORGANISATION_TYPE_COUNT; j++)
			if (strcmp(organisation_types[j]->name,
				   t->fields[items[i].field].target) == 0)
				target = organisation_types[j];
		if (!target)
			continue;
		ours = load_ours(l, target, ref->uuid);
		if (!uuid_eq(ours, ref->uuid))
			*ref = ref_of_uuid(ours);
	}
	c->items = items;
	object_sort(c);
}
