/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How an organisation came to be what it is: registrations by step of time, objects that were
 * live at the end of each, and who made them. Calls of systems are told by the audit trail, so
 * what was pruned of it is not counted there; publications tell their source themselves.
 * Source: administration contract 4.7.7; contract of Organisation, 5.
 */
#include "administration/figures.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "administration/draft.h"
#include "base/clock.h"
#include "base/mem.h"
#include "organisation/types.h"
#include "store/objects.h"

#define RECENT DAYS(30)

/* ---- registrations ---- */

struct event {
	instant at;
	signed char objects, units; /* more or fewer live ones */
};

struct events {
	struct event *at; /* on the heap */
	size_t count, room;
	instant until;
	bool is_unit, was_live;
	struct uuid last;
	bool has_last;
};

static bool
take_registration(const struct object_row *row, void *arg, struct err *e)
{
	struct events *v = arg;
	bool is_live = row->state == LIV_OPSTAAET || row->state == LIV_IMPORTERET;
	signed char change;

	(void)e;
	if (row->at > v->until)
		return true;
	if (!v->has_last || !uuid_eq(v->last, row->uuid))
		v->was_live = false;
	v->has_last = true;
	v->last = row->uuid;
	change = (signed char)(is_live - v->was_live);
	v->was_live = is_live;
	if (v->count == v->room) {
		v->room = v->room ? v->room * 2 : 4096;
		v->at = mem_resize(v->at, v->room * sizeof(*v->at));
	}
	v->at[v->count++] = (struct event){row->at, change, v->is_unit ? change : 0};
	return true;
}

static int
cmp_events(const void *a, const void *b)
{
	instant x = ((const struct event *)a)->at, y = ((const struct event *)b)->at;

	return x < y ? -1 : x > y;
}

static bool
take_events(struct reading *r, struct str cvr, struct events *v, struct err *e)
{
	for (size_t k = 0; k < ORGANISATION_TYPE_COUNT; k++) {
		const struct object_scan q = {
			.owner = cvr, .kind = organisation_types[k]->id, .is_every = true};

		v->is_unit = organisation_types[k] == &type_organisationenhed;
		v->has_last = false;
		if (!objects_scan(r, &q, take_registration, v, e))
			return false;
	}
	if (v->count > 0)
		qsort(v->at, v->count, sizeof(*v->at), cmp_events);
	return true;
}

/* Length of the part of a date that names a step. */
static size_t
name_length(enum figures_step step)
{
	return step == FIGURES_DAY ? 10 : step == FIGURES_MONTH ? 7 : 4;
}

/* The point of that day; a new one when the step is another. */
static struct figures_point *
point_of(struct figures *out, struct arena *a, instant day, enum figures_step step)
{
	struct figures_point *last = out->point_count > 0 ? &out->points[out->point_count - 1]
							  : NULL,
			     *grown;
	size_t len = name_length(step);
	char text[TIME_TEXT_MAX];

	time_format_local(day, text);
	if (last && strncmp(last->name, text, len) == 0)
		return last;
	if (out->point_count % FIGURES_POINTS_MAX == 0) {
		grown = ARENA_NEW_N(a, out->point_count + FIGURES_POINTS_MAX,
				    struct figures_point);
		if (last)
			memcpy(grown, out->points, out->point_count * sizeof(*grown));
		out->points = grown;
		last = last ? &out->points[out->point_count - 1] : NULL;
	}
	grown = &out->points[out->point_count++];
	*grown = (struct figures_point){.objects = last ? last->objects : 0,
					.units = last ? last->units : 0};
	memcpy(grown->name, text, len);
	return grown;
}

/* Day by day, from the first registration to the moment that is asked about. */
static void
make_points(const struct events *v, enum figures_step step, struct arena *a,
	    struct figures *out)
{
	instant day, next;
	size_t i = 0;

	if (v->count == 0)
		return;
	for (day = time_local_midnight(v->at[0].at); day <= v->until; day = next) {
		struct figures_point *p = point_of(out, a, day, step);

		/* the clock may change on the way: 36 hours on it is the next day */
		next = time_local_midnight(day + HOURS(36));
		for (; i < v->count && v->at[i].at < next; i++) {
			p->registrations++;
			p->objects += v->at[i].objects;
			p->units += v->at[i].units;
		}
	}
	if (out->point_count > FIGURES_POINTS_MAX) {
		out->points += out->point_count - FIGURES_POINTS_MAX;
		out->point_count = FIGURES_POINTS_MAX;
	}
}

/* ---- who made them ---- */

struct source {
	struct str name;
	int64_t count, recent;
	instant last;
};

struct sources {
	struct arena *a;
	struct source *at;
	size_t count, room;
	instant until;
};

static struct source *
source_of(struct sources *s, struct str name)
{
	struct source *grown;

	for (size_t i = 0; i < s->count; i++)
		if (str_eq(s->at[i].name, name))
			return &s->at[i];
	if (s->count == s->room) {
		s->room = s->room ? s->room * 2 : 16;
		grown = ARENA_NEW_N(s->a, s->room, struct source);
		if (s->count > 0)
			memcpy(grown, s->at, s->count * sizeof(*grown));
		s->at = grown;
	}
	s->at[s->count] = (struct source){.name = arena_dup(s->a, name), .last = INSTANT_MIN};
	return &s->at[s->count++];
}

static void
add_change(struct sources *s, struct str name, instant at, int64_t count)
{
	struct source *from;

	if (at > s->until || count == 0)
		return;
	from = source_of(s, str_is_set(name) ? name : STR("ukendt"));
	from->count += count;
	from->recent += at > s->until - RECENT ? count : 0;
	from->last = at > from->last ? at : from->last;
}

/* organisationenhed.ret and the like */
static bool
is_change(struct str action)
{
	static const char *const verbs[] = {"opret",    "importer", "import",     "ret",
					    "passiver", "slet",     "anonymiser", "fysiskslet"};
	struct str kind, verb;
	bool is_kind = false, is_verb = false;

	if (!str_cut(action, '.', &kind, &verb))
		return false;
	for (size_t k = 0; k < ORGANISATION_TYPE_COUNT; k++)
		is_kind |= str_eq_c(kind, organisation_types[k]->key);
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		is_verb |= str_eq_c(verb, verbs[i]);
	return is_kind && is_verb;
}

static bool
take_record(const struct audit_row *row, void *arg, struct err *e)
{
	(void)e;
	if (str_eq_c(row->result, "ok") && is_change(row->action))
		add_change(arg, row->actor, row->at, 1);
	return true;
}

static bool
take_publication(const struct publication_row *row, void *arg, struct err *e)
{
	struct sources *s = arg;

	(void)e;
	add_change(s,
		   str_is_set(row->source)
			   ? arena_printf(s->a, "publikation: " STR_FMT, STR_ARG(row->source))
			   : STR("publikation"),
		   row->at, row->objects);
	return true;
}

static bool
count_publication(const struct publication_row *row, void *arg, struct err *e)
{
	(void)row;
	(void)e;
	++*(int64_t *)arg;
	return true;
}

static int
cmp_sources(const void *a, const void *b)
{
	return str_cmp(((const struct source *)a)->name, ((const struct source *)b)->name);
}

static bool
count_sources(struct reading *r, const struct figures_question *q, struct sources *s,
	      struct figures *out, struct err *e)
{
	const struct audit_filter f = {
		.from = INSTANT_MIN, .to = INSTANT_MAX, .cvr = picture_of(q->picture)->cvr};
	int64_t publications = 0;

	if (!store_audit_each(r, &f, take_record, s, e) ||
	    !publications_each(r, f.cvr, 0, take_publication, s, e) ||
	    !publications_each(r, f.cvr, 0, count_publication, &publications, e))
		return false;
	figures_add(out, s->a, "publikationer", STR_NONE, publications);
	if (s->count > 0)
		qsort(s->at, s->count, sizeof(*s->at), cmp_sources);
	for (size_t i = 0; i < s->count; i++) {
		figures_add(out, s->a, "aendringer-kilde", s->at[i].name, s->at[i].count);
		figures_add(out, s->a, "seneste-kilde", s->at[i].name, s->at[i].last);
		figures_add(out, s->a, "aendringer-30-dage", s->at[i].name, s->at[i].recent);
	}
	return true;
}

/* ---- drafts ---- */

struct drafts {
	struct arena *a;
	struct figures *out;
	instant now;
	int64_t count;
};

static bool
take_draft(const struct draft_row *row, void *arg, struct err *e)
{
	struct drafts *d = arg;
	struct str key = arena_printf(d->a, "%" PRId64, row->id);

	(void)e;
	if (row->state == DRAFT_PUBLICERET || row->state == DRAFT_FORKASTET)
		return true;
	d->count++;
	figures_add(d->out, d->a, "kladde-rettelser", key, row->edits);
	figures_add(d->out, d->a, "kladde-alder", key, (d->now - row->changed) / DAYS(1));
	return true;
}

/* ---- all of it ---- */

bool
figures_history(struct reading *r, const struct figures_question *q, struct arena *a,
		struct figures *out, struct err *e)
{
	const struct picture_question *of = picture_of(q->picture);
	instant now = clock_now();
	struct events v = {.until = of->registrering};
	struct sources s = {.a = a};
	struct drafts d = {.a = a, .out = out, .now = now};
	bool ok = take_events(r, of->cvr, &v, e);

	/* what is known now may be dated some seconds ahead, see publish.c */
	if (v.until == INSTANT_MAX)
		v.until =
			v.count > 0 && v.at[v.count - 1].at > now ? v.at[v.count - 1].at : now;
	s.until = v.until;
	if (ok) {
		make_points(&v, q->step, a, out);
		figures_add(out, a, "registreringer", STR_NONE, (int64_t)v.count);
		if (v.count > 0)
			figures_add(out, a, "seneste-registrering", STR_NONE,
				    v.at[v.count - 1].at);
	}
	mem_free(v.at);
	if (!ok || !count_sources(r, q, &s, out, e) ||
	    !drafts_each(r, of->cvr, take_draft, &d, e) ||
	    !figures_imports(r, of->cvr, v.until, a, out, e))
		return false;
	figures_add(out, a, "kladder", STR_NONE, d.count);
	return true;
}
