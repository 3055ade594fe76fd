/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The development of an organisation as a plot: registrations of each step as bars by the left
 * scale, live objects and units at its end as lines by the right one.
 */
#include <inttypes.h>
#include <string.h>
#include "administration/chart.h"
#include "administration/svg.h"

#define WIDTH 960
#define HEIGHT 440
#define LEFT 70
#define RIGHT 890
#define TOP 80
#define BOTTOM 380
#define TICKS 5
#define LABELS 12

struct plot {
	const struct trend_question *q;
	struct arena *a;
	struct svg *s;
	const struct figures_point *at;
	size_t count;
	int64_t most_made, most_live; /* tops of the scales */
};

/* Both take the same arguments. */
__attribute__((format_arg(2), format_arg(3))) static const char *
say(const struct plot *p, const char *da, const char *en)
{
	return p->q->language == RULE_ENGLISH ? en : da;
}

/* The next of 5, 10, 20, 25, 50, 100 … in fifths. */
static int64_t
round_up(int64_t n)
{
	static const int64_t steps[] = {5, 10, 20, 25};
	int64_t ten = 1;

	for (;; ten *= 10)
		for (size_t i = 0; i < ARRAY_LEN(steps); i++)
			if (steps[i] * ten >= n)
				return steps[i] * ten;
}

static int
x_of(const struct plot *p, size_t i)
{
	return LEFT + (int)((RIGHT - LEFT) * (2 * (int64_t)i + 1) / (2 * (int64_t)p->count));
}

static int
y_of(int64_t value, int64_t most)
{
	return BOTTOM - (int)((BOTTOM - TOP) * value / most);
}

static struct str
number(struct plot *p, int64_t n)
{
	return arena_printf(p->a, "%" PRId64, n);
}

static void
draw_scales(struct plot *p)
{
	size_t every = (p->count + LABELS - 1) / LABELS;

	for (int i = 0; i <= TICKS; i++) {
		int y = y_of(i, TICKS);

		svg_line(p->s, i == 0 ? "axis" : "grid", LEFT, y, RIGHT, y);
		svg_text(p->s, "small", "end", LEFT - 6, y + 4, 0,
			 number(p, p->most_made * i / TICKS));
		svg_text(p->s, "small", "start", RIGHT + 6, y + 4, 0,
			 number(p, p->most_live * i / TICKS));
	}
	for (size_t i = 0; i < p->count; i += every)
		svg_text(p->s, "small", "middle", x_of(p, i), BOTTOM + 16, 0,
			 str_from(p->at[i].name));
}

static void
draw_bars(struct plot *p)
{
	int width = (RIGHT - LEFT) * 7 / 10 / (int)p->count;

	width = width > 0 ? width : 1;
	for (size_t i = 0; i < p->count; i++) {
		int y = y_of(p->at[i].registrations, p->most_made);

		if (p->at[i].registrations == 0)
			continue;
		svg_group(p->s, arena_printf(p->a, "%s: %" PRId64 " %s", p->at[i].name,
					     p->at[i].registrations,
					     say(p, "registreringer", "registrations")));
		svg_box(p->s, "bar", x_of(p, i) - width / 2, y, width, BOTTOM - y);
		svg_group_end(p->s);
	}
}

static void
draw_lines(struct plot *p)
{
	AUTO(buf_release) struct buf objects = BUF_INIT(SVG_BYTES);
	AUTO(buf_release) struct buf units = BUF_INIT(SVG_BYTES);

	for (size_t i = 0; i < p->count; i++) {
		buf_printf(&objects, "%s%d,%d", i ? " " : "", x_of(p, i),
			   y_of(p->at[i].objects, p->most_live));
		buf_printf(&units, "%s%d,%d", i ? " " : "", x_of(p, i),
			   y_of(p->at[i].units, p->most_live));
	}
	svg_polyline(p->s, "line", arena_dup(p->a, buf_str(&objects)));
	svg_polyline(p->s, "other", arena_dup(p->a, buf_str(&units)));
}

static void
draw_legend(struct plot *p)
{
	int y = HEIGHT - 22;

	svg_box(p->s, "bar", LEFT, y - 9, 14, 10);
	svg_text(p->s, "name", "start", LEFT + 20, y, 0,
		 str_from(say(p, "registreringer (venstre skala)",
			      "registrations (left scale)")));
	svg_line(p->s, "line", LEFT + 290, y - 4, LEFT + 314, y - 4);
	svg_text(p->s, "name", "start", LEFT + 320, y, 0,
		 str_from(say(p, "levende objekter (højre skala)",
			      "live objects (right scale)")));
	svg_line(p->s, "other", LEFT + 590, y - 4, LEFT + 614, y - 4);
	svg_text(p->s, "name", "start", LEFT + 620, y, 0,
		 str_from(say(p, "heraf enheder", "units among them")));
}

static struct str
description(struct plot *p)
{
	const struct figures_point *first = p->at, *last = &p->at[p->count - 1], *most = p->at;

	for (size_t i = 0; i < p->count; i++)
		most = p->at[i].registrations > most->registrations ? &p->at[i] : most;
	return arena_printf(p->a,
			    say(p,
				"Fra %s til %s: levende objekter fra %" PRId64 " til %" PRId64
				", enheder fra %" PRId64 " til %" PRId64
				". Flest registreringer i %s: %" PRId64 ".",
				"From %s to %s: live objects from %" PRId64 " to %" PRId64
				", units from %" PRId64 " to %" PRId64
				". Most registrations in %s: %" PRId64 "."),
			    first->name, last->name, first->objects, last->objects,
			    first->units, last->units, most->name, most->registrations);
}

bool
trend_svg(const struct trend_question *q, struct arena *a, struct buf *out, struct err *e)
{
	struct plot p = {
		.q = q, .a = a, .at = q->figures->points, .count = q->figures->point_count};
	int64_t made = 1, live = 1;
	struct str says;

	for (size_t i = 0; i < p.count; i++) {
		made = p.at[i].registrations > made ? p.at[i].registrations : made;
		live = p.at[i].objects > live ? p.at[i].objects : live;
	}
	p.most_made = round_up(made);
	p.most_live = round_up(live);
	p.s = svg_new(a, out, WIDTH, HEIGHT, q->language == RULE_ENGLISH ? "en" : "da");
	says = p.count > 0 ? description(&p)
			   : str_from(say(&p, "Der er ingen registreringer.",
					  "There are no registrations."));
	svg_describe(p.s, q->title, says);
	svg_box(p.s, "ground", 0, 0, WIDTH, HEIGHT);
	svg_text(p.s, "title", "start", LEFT - 50, 28, WIDTH - 40, q->title);
	svg_text(p.s, "small", "start", LEFT - 50, 48, 0, says);
	if (p.count > 0) {
		draw_scales(&p);
		draw_bars(&p);
		draw_lines(&p);
		draw_legend(&p);
	}
	svg_end(p.s);
	return buf_done(out, e);
}
