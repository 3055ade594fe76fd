/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The organisation chart. The top unit is a box; each unit below it heads an area, whose units
 * stand below each other, indented. Few areas stand side by side, tied to the top; many flow
 * from column to column, so that the picture is about as wide as a screen is to its height.
 * Units that reach no top are an area of their own, at the end.
 */
#include "administration/chart.h"

#include <string.h>
#include "administration/svg.h"
#include "organisation/types.h"

#define ROW 24
#define BOX 20
#define COLUMN 300
#define GAP 20
#define INDENT 14
#define INDENTS_MAX 9
#define TOP 110 /* above the columns */
#define SIDE_BY_SIDE 10
#define COLUMN_ROWS_MAX 60 /* of areas side by side */
#define COLUMN_ROWS_MIN 16

struct row {
	const struct picture_object *unit; /* NULL: a heading of its own */
	unsigned level;                    /* 1: a top */
	size_t folded;                     /* units below that are not shown */
	struct str again;                  /* the head of an area, told again: the way down */
};

struct plan {
	const struct chart_question *q;
	struct arena *a;
	size_t *below;    /* by number: units below it */
	struct row *rows; /* each unit before those below it */
	size_t count;
	size_t units, shown, lost;
	unsigned levels, deepest;
};

/* Both take the same arguments. */
__attribute__((format_arg(2), format_arg(3))) static const char *
say(const struct plan *p, const char *da, const char *en)
{
	return p->q->language == RULE_ENGLISH ? en : da;
}

/* ---- what is shown ---- */

static unsigned
level_of(const struct plan *p, const struct picture_object *unit)
{
	unsigned top = p->q->top ? picture_depth(p->q->picture, p->q->top) : 1;

	return picture_depth(p->q->picture, unit) - top + 1;
}

/* Is it the top or below it? Counts it for all that are above it. */
static bool
count_up(struct plan *p, const struct picture_object *unit)
{
	const struct picture_object *at = unit;
	bool is_in = !p->q->top;

	for (; at; at = picture_parent(p->q->picture, at)) {
		is_in |= at == p->q->top;
		if (at != unit)
			p->below[at->number]++;
	}
	return is_in;
}

static void
choose_levels(struct plan *p, const size_t *by_level, unsigned deepest)
{
	size_t most = p->q->most ? p->q->most : CHART_UNITS, n = 0;

	p->deepest = deepest;
	p->levels = p->q->levels;
	if (p->levels > 0)
		return;
	/* the top and its areas are always there */
	for (p->levels = 1; p->levels <= deepest; p->levels++) {
		n += by_level[p->levels];
		if (n > most && p->levels > 2)
			break;
	}
	p->levels--;
}

static void
count(struct plan *p)
{
	size_t units, *by_level;
	const struct picture_object *o =
		picture_kind(p->q->picture, &type_organisationenhed, &units);
	unsigned deepest = 0, level;

	by_level = ARENA_NEW_N(p->a, units + 2, size_t);
	for (size_t i = 0; i < units; i++) {
		if (!o[i].is_active || o[i].is_shared)
			continue;
		if (picture_depth(p->q->picture, &o[i]) == 0) {
			p->lost += !p->q->top;
			continue;
		}
		if (!count_up(p, &o[i]))
			continue;
		level = level_of(p, &o[i]);
		by_level[level]++;
		deepest = level > deepest ? level : deepest;
		p->units++;
	}
	choose_levels(p, by_level, deepest);
}

static void
add_row(struct plan *p, const struct picture_object *unit, unsigned level, size_t folded)
{
	p->rows[p->count++] = (struct row){.unit = unit, .level = level, .folded = folded};
}

/* Depth first, without recursion: how deep it goes is the data's to say. */
static void
add_below(struct plan *p, const struct picture_object *top, const struct picture_object **stack)
{
	size_t height = 0, n;

	stack[height++] = top;
	while (height > 0) {
		const struct picture_object *unit = stack[--height];
		const struct picture_object *const *child =
			picture_children(p->q->picture, unit, &n);
		unsigned level = level_of(p, unit);
		bool is_folded = level >= p->levels;

		add_row(p, unit, level, is_folded ? p->below[unit->number] : 0);
		p->shown++;
		while (!is_folded && n > 0)
			stack[height++] = child[--n];
	}
}

static void
add_lost(struct plan *p)
{
	size_t units, room = p->q->most ? p->q->most : CHART_UNITS, n = 0;
	const struct picture_object *o =
		picture_kind(p->q->picture, &type_organisationenhed, &units);

	if (p->lost == 0)
		return;
	add_row(p, NULL, 2, p->lost > room ? p->lost - room : 0);
	for (size_t i = 0; i < units && n < room; i++) {
		if (!o[i].is_active || o[i].is_shared ||
		    picture_depth(p->q->picture, &o[i]) > 0)
			continue;
		add_row(p, &o[i], 3, 0);
		p->shown++;
		n++;
	}
}

static void
make_plan(struct plan *p)
{
	const struct picture *of = p->q->picture;
	const struct picture_object **stack;
	const struct picture_object *const *root;
	size_t all, units, roots;

	(void)picture_all(of, &all);
	(void)picture_kind(of, &type_organisationenhed, &units);
	p->below = ARENA_NEW_N(p->a, all + 1, size_t);
	p->rows = ARENA_NEW_N(p->a, units + 2, struct row);
	stack = ARENA_NEW_N(p->a, units + 1, const struct picture_object *);
	count(p);
	root = picture_roots(of, &roots);
	if (p->q->top)
		add_below(p, p->q->top, stack);
	for (size_t i = 0; !p->q->top && i < roots; i++)
		add_below(p, root[i], stack);
	add_lost(p);
}

/* ---- texts ---- */

static struct str
name_of(const struct plan *p, const struct row *row)
{
	struct str name;

	if (!row->unit)
		return str_from(say(p, "Uden for hierarkiet", "Outside the hierarchy"));
	name = rules_shown(p->a, picture_name(row->unit));
	return name.len > 0 ? name : str_from(say(p, "(uden navn)", "(no name)"));
}

static struct str
leader_of(const struct plan *p, const struct row *row)
{
	const struct picture_object *user = row->unit && p->q->with_leaders
						    ? picture_leader(p->q->picture, row->unit)
						    : NULL;
	const struct picture_object *person =
		user ? picture_named(p->q->picture, user, BRUGER_PERSONER) : NULL;

	if (!user)
		return STR_NONE;
	return rules_shown(p->a, picture_name(person ? person : user));
}

static struct str
title_of(const struct plan *p)
{
	size_t homes;
	const struct picture_object *const *home = picture_organisations(p->q->picture, &homes);
	const struct picture_object *of = p->q->top ? p->q->top : homes > 0 ? home[0] : NULL;

	return arena_printf(p->a, "%s: " STR_FMT,
			    say(p, "Organisationsdiagram", "Organisation chart"),
			    STR_ARG(of ? rules_shown(p->a, picture_name(of))
				       : picture_of(p->q->picture)->cvr));
}

static struct str
description(const struct plan *p)
{
	return arena_printf(p->a,
			    say(p,
				"%zu enheder på %u niveauer pr. " STR_FMT
				"; %zu vises, %zu er foldet sammen "
				"i dem over dem. %zu når ikke en rod.",
				"%zu units on %u levels on " STR_FMT
				"; %zu are shown, %zu are folded into "
				"those above. %zu reach no root."),
			    p->units + p->lost, p->deepest, STR_ARG(p->q->when), p->shown,
			    p->units + p->lost - p->shown, p->lost);
}

/* ---- the text ---- */

bool
chart_text(const struct chart_question *q, struct arena *a, struct buf *out, struct err *e)
{
	struct plan p = {.q = q, .a = a};

	make_plan(&p);
	buf_printf(out, STR_FMT "\n" STR_FMT "\n\n", STR_ARG(title_of(&p)),
		   STR_ARG(description(&p)));
	for (size_t i = 0; i < p.count; i++) {
		struct str leader = leader_of(&p, &p.rows[i]);
		unsigned indent = p.rows[i].level - 1;

		buf_printf(out, "%*s" STR_FMT, (int)(2 * (indent < 100 ? indent : 100)), "",
			   STR_ARG(name_of(&p, &p.rows[i])));
		if (str_is_set(leader))
			buf_printf(out, " – " STR_FMT, STR_ARG(leader));
		if (p.rows[i].folded > 0)
			buf_printf(out, " (+%zu)", p.rows[i].folded);
		buf_add_char(out, '\n');
	}
	return buf_done(out, e);
}

/* ---- the layout ---- */

struct place {
	const struct row *row;
	size_t column, line;
};

struct layout {
	struct place *at;
	size_t count, columns, lines; /* lines: of the longest column */
	size_t first;                 /* row: after the top, if there is one top */
	bool is_side_by_side;
};

static size_t
square_root(size_t n)
{
	size_t r = 0;

	while ((r + 1) * (r + 1) <= n)
		r++;
	return r;
}

static void
count_areas(const struct plan *p, struct layout *l, size_t *areas, size_t *longest)
{
	size_t n = 0;

	*areas = *longest = 0;
	for (size_t i = l->first; i < p->count; i++) {
		if (p->rows[i].level <= 2) {
			++*areas;
			n = 0;
		}
		n++;
		*longest = n > *longest ? n : *longest;
	}
}

static void
put(struct layout *l, const struct row *row, size_t column, size_t line)
{
	l->at[l->count++] = (struct place){row, column, line};
	l->columns = column + 1 > l->columns ? column + 1 : l->columns;
	l->lines = line + 1 > l->lines ? line + 1 : l->lines;
}

/* The head again, with the way from it to what stands above the row. */
static struct row *
again(struct plan *p, const struct row *head, const struct row *row)
{
	const struct picture_object *at = row->unit ? row->unit : NULL;
	struct row *out = ARENA_NEW(p->a, struct row);
	struct str way = STR("");

	*out = *head;
	out->folded = 0;
	while (head->unit && at && (at = picture_parent(p->q->picture, at)) != NULL) {
		struct str name = name_of(p, &(struct row){.unit = at});

		way = way.len > 0 ? arena_printf(p->a, STR_FMT " › " STR_FMT, STR_ARG(name),
						 STR_ARG(way))
				  : name;
		if (at == head->unit)
			break;
	}
	out->again = way.len > 0 ? way : name_of(p, head);
	return out;
}

static void
lay_out(struct plan *p, struct layout *l)
{
	size_t areas, longest, most, column = 0, line = 0, i;
	const struct row *head = NULL;

	l->at = ARENA_NEW_N(p->a, 2 * p->count + 1, struct place);
	l->first = p->count > 1 && p->rows[0].level == 1 && p->rows[1].level > 1 ? 1 : 0;
	for (i = l->first; i < p->count; i++)
		if (p->rows[i].level == 1)
			l->first = 0; /* several tops: each is a head like others */
	count_areas(p, l, &areas, &longest);
	l->is_side_by_side =
		l->first == 1 && areas <= SIDE_BY_SIDE && longest <= COLUMN_ROWS_MAX;
	/* columns : lines as 16 : 9 of their pixels */
	most = square_root((p->count * COLUMN * 9) / (ROW * 16) + 1);
	most = most > COLUMN_ROWS_MIN ? most : COLUMN_ROWS_MIN;
	for (i = l->first; i < p->count; i++) {
		bool is_head = p->rows[i].level <= 2;

		if (is_head)
			head = &p->rows[i];
		if (line > 0 &&
		    (l->is_side_by_side ? is_head
					: line >= most || (is_head && line + 2 > most))) {
			column++;
			line = 0;
			if (!is_head && head)
				put(l, again(p, head, &p->rows[i]), column, line++);
		}
		put(l, &p->rows[i], column, line++);
	}
}

/* ---- the picture ---- */

struct drawing {
	struct plan *p;
	struct layout *l;
	struct svg *s;
	int width;
	/* by level: where the last unit of it stands, for the lines */
	int *left, *middle;
	size_t *column;
};

static int
indent_of(const struct row *row)
{
	unsigned in = row->level > 2 ? row->level - 2 : 0;

	return (int)(in < INDENTS_MAX ? in : INDENTS_MAX) * INDENT;
}

static void
draw_unit(struct drawing *d, const struct row *row, int x, int y, int width)
{
	bool is_head = row->level <= 2, is_folded = row->folded > 0;
	struct str name = name_of(d->p, row), leader = leader_of(d->p, row);
	const char *class = row->level == 1 ? "root"
			    : is_head       ? "head"
			    : is_folded     ? "fold"
					    : "box";
	int room = width - 12 - (is_folded ? 46 : 0);
	struct str title = name;

	if (str_is_set(row->again))
		name = title = arena_printf(d->p->a, "… " STR_FMT, STR_ARG(row->again));
	if (str_is_set(leader))
		title = arena_printf(d->p->a, STR_FMT " – " STR_FMT, STR_ARG(title),
				     STR_ARG(leader));
	if (is_folded)
		title = arena_printf(d->p->a, STR_FMT " (%zu %s)", STR_ARG(title), row->folded,
				     say(d->p, "enheder under den", "units below it"));
	svg_group(d->s, title);
	svg_box(d->s, class, x, y, width, BOX);
	svg_text(d->s, is_head ? "on" : "name", "start", x + 6, y + 14,
		 str_is_set(leader) ? room * 6 / 10 : room, name);
	if (str_is_set(leader))
		svg_text(d->s, is_head ? "on" : "grey", "end", x + 6 + room, y + 14,
			 room * 4 / 10 - 8, leader);
	if (is_folded)
		svg_text(d->s, is_head ? "on" : "grey", "end", x + width - 6, y + 14, 0,
			 arena_printf(d->p->a, "+%zu", row->folded));
	svg_group_end(d->s);
}

static void
draw_places(struct drawing *d)
{
	for (size_t i = 0; i < d->l->count; i++) {
		const struct place *at = &d->l->at[i];
		unsigned level = at->row->level;
		int x = GAP + (int)at->column * COLUMN + indent_of(at->row);
		int y = TOP + (int)at->line * ROW;

		if (level > 2 && d->column[level - 1] == at->column + 1 &&
		    d->left[level - 1] + 5 < x)
			svg_elbow(d->s, d->left[level - 1] + 5, d->middle[level - 1], x,
				  y + BOX / 2);
		d->column[level] = at->column + 1;
		d->left[level] = x;
		d->middle[level] = y + BOX;
		draw_unit(d, at->row, x, y, COLUMN - GAP - indent_of(at->row));
	}
}

/* The top in the middle, tied to its areas where they stand side by side. */
static void
draw_top(struct drawing *d)
{
	int middle = d->width / 2, y = TOP - 16;

	if (d->l->first == 0)
		return;
	if (d->l->is_side_by_side && d->l->columns > 0) {
		svg_line(d->s, "link", middle, 80, middle, y);
		svg_line(d->s, "link", GAP + COLUMN / 2 - GAP / 2, y,
			 GAP + (int)(d->l->columns - 1) * COLUMN + COLUMN / 2 - GAP / 2, y);
		for (size_t i = 0; i < d->l->columns; i++) {
			int x = GAP + (int)i * COLUMN + COLUMN / 2 - GAP / 2;

			svg_line(d->s, "link", x, y, x, TOP);
		}
	}
	draw_unit(d, &d->p->rows[0], middle - 160, 60, 320);
}

bool
chart_svg(const struct chart_question *q, struct arena *a, struct buf *out, struct err *e)
{
	struct plan p = {.q = q, .a = a};
	struct layout l = {.at = NULL};
	struct drawing d = {.p = &p, .l = &l};
	size_t levels;
	int height;

	make_plan(&p);
	lay_out(&p, &l);
	levels = p.deepest + 4;
	d.left = ARENA_NEW_N(a, levels, int);
	d.middle = ARENA_NEW_N(a, levels, int);
	d.column = ARENA_NEW_N(a, levels, size_t);
	d.width = GAP + (int)(l.columns > 2 ? l.columns : 2) * COLUMN;
	height = TOP + (int)l.lines * ROW + GAP;
	d.s = svg_new(a, out, d.width, height, q->language == RULE_ENGLISH ? "en" : "da");
	svg_describe(d.s, title_of(&p), description(&p));
	svg_box(d.s, "ground", 0, 0, d.width, height);
	svg_text(d.s, "title", "start", GAP, 28, d.width - 2 * GAP, title_of(&p));
	svg_text(d.s, "small", "start", GAP, 46, 0, description(&p));
	draw_top(&d);
	draw_places(&d);
	svg_end(d.s);
	return buf_done(out, e);
}
