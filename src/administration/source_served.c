/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Units name the functions that serve them, but registers say it the other way round: which
 * units a contact place or a paying unit is for. So the functions are looked through first, and
 * what they say is kept as pairs, sorted. Refuses more pairs than LIMIT_SOURCE_RECORDS.
 * Source: contract of Organisation, 6 (patterns).
 */
#include "administration/source_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "organisation/types.h"

struct pair {
	struct uuid unit, function;
};

struct pairs {
	struct pair *at;
	size_t count, room;
};

struct served {
	struct pairs by_unit; /* a unit, and what serves it */
	struct pairs payers;  /* a unit that pays, and its function */
	struct seen *made;    /* units whose paying function has been made */
};

static struct served *
served_of(struct source *s)
{
	if (!s->served)
		s->served = MEM_NEW(struct served);
	return s->served;
}

static bool
add(struct source *s, struct pairs *p, struct uuid unit, struct uuid function, struct err *e)
{
	if (p->count == LIMIT_SOURCE_RECORDS)
		return FAIL(e, SOURCE_INVALID, "%s: functions for more than %d units", s->path,
			    LIMIT_SOURCE_RECORDS);
	if (p->count == p->room) {
		p->room = p->room ? p->room * 2 : 64;
		p->at = mem_resize(p->at, p->room * sizeof(*p->at));
	}
	p->at[p->count++] = (struct pair){unit, function};
	return true;
}

bool
served_note(struct source *s, const struct row *r, struct err *e)
{
	struct served *v = served_of(s);
	struct uuid function = row_uuid(r, FUNCTION_UUID), unit;
	struct str rest = row_list(r, FUNCTION_FOR);

	/* a system role names its units itself */
	if (row_is(r, FUNCTION_TYPE, "SYSTEMROLLE"))
		return true;
	while (row_next_uuid(s, &rest, &unit))
		if (!add(s, &v->by_unit, unit, function, e))
			return false;
	return !row_is(r, FUNCTION_TYPE, "UDBETALENDE_ENHED") ||
	       add(s, &v->payers, row_uuid(r, FUNCTION_ENHED), function, e);
}

static int
by_pair(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	int order = uuid_cmp(x->unit, y->unit);

	return order ? order : uuid_cmp(x->function, y->function);
}

void
served_sort(struct source *s)
{
	struct served *v = served_of(s);

	if (v->by_unit.count > 0)
		qsort(v->by_unit.at, v->by_unit.count, sizeof(struct pair), by_pair);
	if (v->payers.count > 0)
		qsort(v->payers.at, v->payers.count, sizeof(struct pair), by_pair);
}

/* Where the pairs of that unit begin. */
static size_t
first_of(const struct pairs *p, struct uuid unit)
{
	size_t low = 0, high = p->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (uuid_cmp(p->at[middle].unit, unit) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
served_next(const struct source *s, struct uuid unit, size_t *from, struct uuid *function)
{
	const struct pairs *p = s->served ? &s->served->by_unit : NULL;
	size_t at;

	if (!p || p->count == 0)
		return false;
	at = *from ? *from : first_of(p, unit);
	if (at >= p->count || !uuid_eq(p->at[at].unit, unit))
		return false;
	*function = p->at[at].function;
	*from = at + 1;
	return true;
}

struct uuid
served_payer(struct source *s, struct uuid unit, bool *made)
{
	struct served *v = served_of(s);
	size_t at = first_of(&v->payers, unit);
	uint64_t before;

	*made = false;
	if (at < v->payers.count && uuid_eq(v->payers.at[at].unit, unit))
		return v->payers.at[at].function;
	if (!v->made)
		v->made = seen_new();
	*made = seen_add(v->made, &type_organisationfunktion, unit, s->record, &before);
	return source_uuid(s->o.cvr, STR("udbetalende"), unit);
}

void
served_begin(struct source *s)
{
	seen_free(served_of(s)->made);
	s->served->made = NULL;
}

void
served_free(struct source *s)
{
	if (!s->served)
		return;
	seen_free(s->served->made);
	mem_free(s->served->by_unit.at);
	mem_free(s->served->payers.at);
	mem_free(s->served);
	s->served = NULL;
}
