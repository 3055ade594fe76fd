/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The figures of a picture: counts by kind and state, the tree, tasks, functions, findings.
 * People and leaders are in figures_people.c, what was before in figures_history.c.
 * Source: administration contract 4.7.7; contract of Organisation, 5.
 */
#include "administration/figures.h"

#include <inttypes.h>
#include <string.h>
#include "base/mem.h"
#include "organisation/types.h"
#include "organisation/wellknown.h"
#include "registry/fold.h"

const struct figures_kind figures_kinds[] = {
	{"aktive", FIGURES_COUNT, {"Aktive objekter", "Active objects"}},
	{"inaktive", FIGURES_COUNT, {"Inaktive objekter", "Inactive objects"}},
	{"passiverede", FIGURES_COUNT, {"Passiverede objekter", "Passivated objects"}},
	{"slettede", FIGURES_COUNT, {"Slettede objekter", "Deleted objects"}},
	{"fremtidige",
	 FIGURES_COUNT,
	 {"Objekter med fremtidig virkning", "Objects with a future Virkning"}},
	{"enheder-niveau", FIGURES_COUNT, {"Enheder på niveau", "Units on level"}},
	{"enheder-type", FIGURES_COUNT, {"Enheder af type", "Units of type"}},
	{"dybde", FIGURES_COUNT, {"Dybeste niveau", "Deepest level"}},
	{"enheder-uden-rod",
	 FIGURES_COUNT,
	 {"Enheder, der ikke når en rod", "Units that reach no root"}},
	{"enheder-uden-leder",
	 FIGURES_COUNT,
	 {"Enheder uden egen leder", "Units without a leader of their own"}},
	{"enheder-uden-arvet-leder",
	 FIGURES_COUNT,
	 {"Enheder, der heller ikke arver en leder", "Units that inherit no leader either"}},
	{"enheder-uden-kle",
	 FIGURES_COUNT,
	 {"Enheder uden opgaver (KLE)", "Units without KLE"}},
	{"ledere", FIGURES_COUNT, {"Ledere", "Leaders"}},
	{"vakante-ledere",
	 FIGURES_COUNT,
	 {"Lederroller uden bruger", "Leader roles without a user"}},
	{"vakante-stillinger",
	 FIGURES_COUNT,
	 {"Stillinger uden bruger", "Posts without a user"}},
	{"ledelsesspaend",
	 FIGURES_TENTHS,
	 {"Ledelsesspænd i gennemsnit", "Span of control, mean"}},
	{"ledelsesspaend-stoerst",
	 FIGURES_COUNT,
	 {"Største ledelsesspænd", "Largest span of control"}},
	{"ledere-spaend",
	 FIGURES_COUNT,
	 {"Ledere med ledelsesspænd", "Leaders with a span of"}},
	{"brugere-uden-stilling",
	 FIGURES_COUNT,
	 {"Brugere uden stilling", "Users without a post"}},
	{"brugere-flere-stillinger",
	 FIGURES_COUNT,
	 {"Brugere med flere stillinger", "Users with several posts"}},
	{"brugere-uden-email", FIGURES_COUNT, {"Brugere uden e-mail", "Users without e-mail"}},
	{"robotter", FIGURES_COUNT, {"Brugere, der er robotter", "Users that are robots"}},
	{"funktioner-type", FIGURES_COUNT, {"Funktioner af type", "Functions of type"}},
	{"fund", FIGURES_COUNT, {"Fund", "Findings"}},
	{"fund-regel", FIGURES_COUNT, {"Fund af regel", "Findings by rule"}},
	{"indlaesninger", FIGURES_COUNT, {"Indlæsninger fra kilde", "Loads from source"}},
	{"indlaesninger-lykkedes",
	 FIGURES_TENTHS,
	 {"Procent lykkede indlæsninger fra kilde", "Per cent of loads done from source"}},
	{"seneste-indlaesning",
	 FIGURES_TIME,
	 {"Seneste lykkede indlæsning fra kilde", "Last load done from source"}},
	{"kladder", FIGURES_COUNT, {"Kladder under arbejde", "Drafts at work"}},
	{"kladde-rettelser", FIGURES_COUNT, {"Rettelser i kladde", "Edits in draft"}},
	{"kladde-alder",
	 FIGURES_DAYS,
	 {"Dage siden kladde blev ændret", "Days since a change of draft"}},
	{"publikationer", FIGURES_COUNT, {"Publikationer", "Publications"}},
	{"registreringer", FIGURES_COUNT, {"Registreringer i alt", "Registrations in all"}},
	{"seneste-registrering", FIGURES_TIME, {"Seneste registrering", "Last registration"}},
	{"aendringer-kilde", FIGURES_COUNT, {"Ændringer fra kilde", "Changes from source"}},
	{"seneste-kilde",
	 FIGURES_TIME,
	 {"Seneste ændring fra kilde", "Last change from source"}},
	{"aendringer-30-dage",
	 FIGURES_COUNT,
	 {"Ændringer (30 dage) fra kilde", "Changes (30 days) from source"}},
};
const size_t figures_kind_count = ARRAY_LEN(figures_kinds);

const char *const figures_step_name[FIGURES_STEP_COUNT] = {"dag", "maaned", "aar"};

void
figures_add(struct figures *f, struct arena *a, const char *id, struct str key, int64_t value)
{
	const struct figures_kind *kind = NULL;
	struct figures_row *grown;

	for (size_t i = 0; i < figures_kind_count; i++)
		if (strcmp(figures_kinds[i].id, id) == 0)
			kind = &figures_kinds[i];
	BUG_ON(!kind);
	if (f->count == f->room) {
		f->room = f->room ? f->room * 2 : 128;
		grown = ARENA_NEW_N(a, f->room, struct figures_row);
		if (f->count > 0)
			memcpy(grown, f->rows, f->count * sizeof(*grown));
		f->rows = grown;
	}
	f->rows[f->count++] = (struct figures_row){kind, arena_dup(a, key), value};
}

struct str
figures_text(const struct figures_row *row, enum rule_language language, struct arena *a)
{
	char text[TIME_TEXT_MAX];

	if (row->kind->form == FIGURES_TENTHS)
		return arena_printf(a, "%" PRId64 "%c%" PRId64, row->value / 10,
				    language == RULE_ENGLISH ? '.' : ',', row->value % 10);
	if (row->kind->form == FIGURES_TIME)
		return arena_dup(a, time_format_local(row->value, text));
	return arena_printf(a, "%" PRId64, row->value);
}

/* ---- by kind and state ---- */

static bool
is_planned(const struct picture_object *o, instant now)
{
	for (size_t i = 0; i < o->whole.count; i++) {
		const struct virkning *v = &o->whole.items[i].v;

		if ((v->fra > now && v->fra != INSTANT_MAX) ||
		    (v->til > now && v->til != INSTANT_MAX))
			return true;
	}
	return false;
}

static void
count_kind(const struct picture *p, const struct oio_type *t, struct arena *a,
	   struct figures *out)
{
	int64_t active = 0, inactive = 0, passive = 0, planned = 0;
	size_t count;
	const struct picture_object *o = picture_kind(p, t, &count);
	struct str key = str_from(t->key);

	for (size_t i = 0; i < count; i++) {
		if (o[i].is_shared)
			continue;
		active += o[i].is_active;
		passive += o[i].livscyklus == LIV_PASSIVERET;
		inactive += !o[i].is_active && o[i].livscyklus != LIV_PASSIVERET;
		planned += is_planned(&o[i], picture_of(p)->virkning);
	}
	figures_add(out, a, "aktive", key, active);
	figures_add(out, a, "inaktive", key, inactive);
	figures_add(out, a, "passiverede", key, passive);
	figures_add(out, a, "slettede", key, (int64_t)picture_deleted(p, t));
	figures_add(out, a, "fremtidige", key, planned);
}

/* ---- units ---- */

/* Deeper levels are counted together. */
#define LEVELS 30

struct units {
	int64_t levels[LEVELS + 1], types[4];
	int64_t lost, leaderless, orphaned, taskless;
	unsigned deepest;
};

static void
count_unit(const struct picture *p, const struct picture_object *o, struct units *n)
{
	const struct picture_object *at;
	unsigned depth = picture_depth(p, o);

	n->levels[depth < LEVELS ? depth : LEVELS]++;
	n->deepest = depth > n->deepest ? depth : n->deepest;
	n->lost += depth == 0;
	n->leaderless += !picture_leader(p, o);
	n->orphaned += !picture_leader(p, o) && !picture_leader_above(p, o, &at);
	n->taskless += !picture_first(o, ENHED_OPGAVER);
	if (picture_has(o, ENHED_TYPE, wellknown[KLASSE_ENHEDSTYPE_AFDELING].uuid))
		n->types[0]++;
	else if (picture_has(o, ENHED_TYPE, wellknown[KLASSE_ENHEDSTYPE_TEAM].uuid))
		n->types[1]++;
	else
		n->types[picture_first(o, ENHED_TYPE) ? 2 : 3]++;
}

static void
count_units(const struct picture *p, struct arena *a, struct figures *out)
{
	static const char *const types[] = {"afdeling", "team", "anden", "ingen"};
	struct units n = {.lost = 0};
	size_t count;
	const struct picture_object *o = picture_kind(p, &type_organisationenhed, &count);

	for (size_t i = 0; i < count; i++)
		if (o[i].is_active && !o[i].is_shared)
			count_unit(p, &o[i], &n);
	for (unsigned i = 1; i <= LEVELS; i++)
		if (n.levels[i] > 0)
			figures_add(out, a, "enheder-niveau",
				    arena_printf(a, i < LEVELS ? "%u" : "%u+", i), n.levels[i]);
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		figures_add(out, a, "enheder-type", str_from(types[i]), n.types[i]);
	figures_add(out, a, "dybde", STR_NONE, n.deepest);
	figures_add(out, a, "enheder-uden-rod", STR_NONE, n.lost);
	figures_add(out, a, "enheder-uden-leder", STR_NONE, n.leaderless);
	figures_add(out, a, "enheder-uden-arvet-leder", STR_NONE, n.orphaned);
	figures_add(out, a, "enheder-uden-kle", STR_NONE, n.taskless);
}

/* ---- functions ---- */

struct by_type {
	enum wellknown type;
	const char *key;
};

static void
count_functions(const struct picture *p, struct arena *a, struct figures *out)
{
	static const struct by_type types[] = {
		{KLASSE_FUNKTION_ENHEDSROLLE, "enhedsrolle"},
		{KLASSE_FUNKTION_LEDERROLLE, "lederrolle"},
		{KLASSE_FUNKTION_ANSAETTELSE, "ansaettelse"},
		{KLASSE_FUNKTION_HENVENDELSESSTED, "henvendelsessted"},
		{KLASSE_FUNKTION_UDBETALENDE_ENHED, "udbetalende-enhed"},
	};
	int64_t n[ARRAY_LEN(types) + 1] = {0};
	size_t count, i, k;
	const struct picture_object *o = picture_kind(p, &type_organisationfunktion, &count);

	for (i = 0; i < count; i++) {
		if (!o[i].is_active || o[i].is_shared)
			continue;
		for (k = 0; k < ARRAY_LEN(types); k++)
			if (picture_is_function(&o[i], types[k].type))
				break;
		n[k]++;
	}
	for (k = 0; k < ARRAY_LEN(types); k++)
		figures_add(out, a, "funktioner-type", str_from(types[k].key), n[k]);
	figures_add(out, a, "funktioner-type", STR("anden"), n[ARRAY_LEN(types)]);
}

/* ---- findings ---- */

static void
count_findings(const struct rules_report *r, struct arena *a, struct figures *out)
{
	static const char *const keys[] = {"fejl", "advarsel", "oplysning"};
	int64_t n = 0;

	for (size_t i = 0; i < RULE_SEVERITY_COUNT; i++)
		figures_add(out, a, "fund", str_from(keys[i]), (int64_t)r->by_severity[i]);
	for (size_t i = 0; i < r->count; i++) {
		n++;
		if (i + 1 < r->count && r->findings[i + 1].rule == r->findings[i].rule)
			continue;
		figures_add(out, a, "fund-regel", str_from(r->findings[i].rule->id), n);
		n = 0;
	}
}

/* ---- all of them ---- */

/* In the order of the table; of one kind, as they were added. */
static void
sort_rows(struct figures *f, struct arena *a)
{
	struct figures_row *sorted = ARENA_NEW_N(a, f->count + 1, struct figures_row);
	size_t n = 0;

	for (size_t k = 0; k < figures_kind_count; k++)
		for (size_t i = 0; i < f->count; i++)
			if (f->rows[i].kind == &figures_kinds[k])
				sorted[n++] = f->rows[i];
	f->rows = sorted;
	f->room = f->count;
}

bool
figures_make(struct reading *r, const struct figures_question *q, struct arena *a,
	     struct figures *out, struct err *e)
{
	*out = (struct figures){.rows = NULL};
	for (size_t k = 0; k < ORGANISATION_TYPE_COUNT; k++)
		count_kind(q->picture, organisation_types[k], a, out);
	count_units(q->picture, a, out);
	figures_people(q->picture, a, out);
	count_functions(q->picture, a, out);
	if (q->report)
		count_findings(q->report, a, out);
	if (!figures_history(r, q, a, out, e))
		return false;
	sort_rows(out, a);
	return true;
}
