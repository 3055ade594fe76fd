/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sluse organisation diagram: the organisation as a chart in SVG or as text, or with
 * --udvikling how it grew as a plot.
 * Source: administration contract 4.7.7.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "administration/chart.h"
#include "administration/svg.h"
#include "gateway/cli_org_moment.h"
#include "gateway/file.h"

struct chart {
	struct org *o;
	struct arena *a;
	struct org_moment moment;
	struct chart_question question;
	struct uuid top;
	bool has_top, is_text, is_trend;
	enum figures_step step;
	const char *file; /* -: standard output */
};

static int
read_flag(void *arg, int flag)
{
	struct chart *c = arg;
	int64_t n;

	switch (flag) {
	case 'E':
		c->has_top = uuid_parse(str_from(optarg), &c->top);
		return c->has_top ? EXIT_OK : org_usage(c->o, "'%s' er ikke et UUID", optarg);
	case 'd':
		if (!str_to_i64(str_from(optarg), 1, 1000, &n))
			return org_usage(c->o, "'%s' er ikke et antal niveauer", optarg);
		c->question.levels = (unsigned)n;
		return EXIT_OK;
	case 'h':
		if (!str_to_i64(str_from(optarg), 1, 1000000, &n))
			return org_usage(c->o, "'%s' er ikke et antal enheder", optarg);
		c->question.most = (size_t)n;
		return EXIT_OK;
	case 't':
		if (!org_step(optarg, &c->step))
			return org_usage(c->o, "trin er dag, maaned eller aar");
		return EXIT_OK;
	case 'a':
		c->question.most = SIZE_MAX;
		return EXIT_OK;
	case 'l':
		c->question.with_leaders = true;
		return EXIT_OK;
	case 'x':
		c->is_text = true;
		return EXIT_OK;
	case 'u':
		c->is_trend = true;
		return EXIT_OK;
	case 'o':
		c->file = optarg;
		return EXIT_OK;
	default:
		return ORG_NOT_OWN;
	}
}

static int
read_flags(struct chart *c)
{
	static const struct option longs[] = {
		ORG_MOMENT_FLAGS,
		{"enhed", required_argument, NULL, 'E'},
		{"dybde", required_argument, NULL, 'd'},
		{"hoejst", required_argument, NULL, 'h'},
		{"alle", no_argument, NULL, 'a'},
		{"ledere", no_argument, NULL, 'l'},
		{"tekst", no_argument, NULL, 'x'},
		{"udvikling", no_argument, NULL, 'u'},
		{"trin", required_argument, NULL, 't'},
		{NULL, 0, NULL, 0},
	};

	return org_flags(c->o, &c->moment, longs, read_flag, c);
}

/* ---- making it ---- */

static int
draw_trend(struct chart *c, struct buf *out)
{
	struct err e = ERR_INIT;
	struct figures figures;
	struct trend_question q = {.figures = &figures, .language = c->moment.language};

	q.title = arena_printf(c->a,
			       q.language == RULE_ENGLISH ? "Development of CVR " STR_FMT
							  : "Udvikling for CVR " STR_FMT,
			       STR_ARG(c->o->desk.cvr));
	if (!org_figures(c->o, &c->moment, c->step, c->a, &figures, &e) ||
	    !trend_svg(&q, c->a, out, &e))
		return org_failed(c->o, &e);
	return EXIT_OK;
}

static int
draw_chart(struct chart *c, struct buf *out)
{
	AUTO(picture_freep) struct picture *p = NULL;
	struct chart_question *q = &c->question;
	struct err e = ERR_INIT;

	if (!picture_take(c->o->store, &c->moment.question, &p, &e))
		return org_failed(c->o, &e);
	q->picture = p;
	q->language = c->moment.language;
	q->when = org_when(c->a, c->moment.question.virkning);
	if (c->has_top) {
		q->top = picture_find(p, &type_organisationenhed, c->top);
		if (!q->top || picture_depth(p, q->top) == 0) {
			fprintf(stderr, "sluse organisation: enheden er ikke i hierarkiet\n");
			return EXIT_NOT_FOUND;
		}
	}
	if (!(c->is_text ? chart_text(q, c->a, out, &e) : chart_svg(q, c->a, out, &e)))
		return org_failed(c->o, &e);
	return EXIT_OK;
}

int
org_diagram(struct org *o)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(buf_release) struct buf b = BUF_INIT(SVG_BYTES);
	struct chart c = {.o = o, .a = a, .step = FIGURES_MONTH, .file = "-"};
	struct err e = ERR_INIT;
	int code;

	org_moment_init(o, &c.moment);
	code = read_flags(&c);
	if (code != EXIT_OK)
		return code;
	code = c.is_trend ? draw_trend(&c, &b) : draw_chart(&c, &b);
	if (code != EXIT_OK)
		return code;
	if (!c.is_text)
		buf_add_char(&b, '\n');
	if (!file_write(c.file, buf_str(&b), &e))
		return org_failed(o, &e);
	return EXIT_OK;
}
