/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sluse organisation noegledata: figures of an organisation, as a table, CSV or one JSON
 * document; with --udvikling how it grew and changed, step by step.
 * Source: administration contract 4.7.7.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "administration/figures.h"
#include "gateway/cli_org_moment.h"

/* of the development, in the table for people; CSV and JSON have all */
#define SHOWN 24

struct view {
	struct org *o;
	struct arena *a;
	struct org_moment moment;
	struct figures figures;
	enum figures_step step;
	bool is_csv, is_growth;
};

/* ---- JSON ---- */

static json_t *
row_json(const struct view *v, const struct figures_row *row)
{
	json_t *o = json_object();

	json_put_text(o, "id", str_from(row->kind->id));
	json_put_text(o, "key", row->key);
	if (row->kind->form == FIGURES_TIME)
		org_json_time(o, "value", row->value);
	else if (row->kind->form == FIGURES_TENTHS)
		json_object_set_new(o, "value", json_real((double)row->value / 10));
	else
		json_object_set_new(o, "value", json_integer(row->value));
	json_put_text(o, "text", str_from(row->kind->says[v->moment.language]));
	return o;
}

static json_t *
point_json(const struct figures_point *p)
{
	json_t *o = json_object();

	json_put_text(o, "step", str_from(p->name));
	json_object_set_new(o, "registrations", json_integer(p->registrations));
	json_object_set_new(o, "objects", json_integer(p->objects));
	json_object_set_new(o, "units", json_integer(p->units));
	return o;
}

static void
print_json(const struct view *v)
{
	json_t *top = json_object(), *rows = json_array(), *points = json_array();

	json_put_text(top, "cvr", v->o->desk.cvr);
	org_json_time(top, "virkning", v->moment.question.virkning);
	org_json_time(top, "registrering", v->moment.question.registrering);
	for (size_t i = 0; i < v->figures.count; i++)
		json_array_append_new(rows, row_json(v, &v->figures.rows[i]));
	for (size_t i = 0; i < v->figures.point_count; i++)
		json_array_append_new(points, point_json(&v->figures.points[i]));
	json_object_set_new(top, "figures", rows);
	json_object_set_new(top, "growth", points);
	cli_print_json(top);
}

/* ---- CSV ---- */

static void
print_csv(const struct view *v)
{
	if (v->is_growth) {
		printf("trin;registreringer;objekter;enheder\r\n");
		for (size_t i = 0; i < v->figures.point_count; i++) {
			const struct figures_point *p = &v->figures.points[i];

			printf("%s;%" PRId64 ";%" PRId64 ";%" PRId64 "\r\n", p->name,
			       p->registrations, p->objects, p->units);
		}
		return;
	}
	printf("id;noegle;vaerdi;tekst\r\n");
	for (size_t i = 0; i < v->figures.count; i++) {
		const struct figures_row *row = &v->figures.rows[i];

		org_csv_field(str_from(row->kind->id), ";");
		org_csv_field(row->key, ";");
		org_csv_field(figures_text(row, v->moment.language, v->a), ";");
		org_csv_field(str_from(row->kind->says[v->moment.language]), "\r\n");
	}
}

/* ---- a table for people ---- */

static size_t
columns(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += ((unsigned char)s.ptr[i] & 0xc0) != 0x80;
	return n;
}

static void
print_row(const struct view *v, const struct figures_row *row)
{
	const char *says = row->kind->says[v->moment.language];
	struct str key = str_is_set(row->key) ? cli_shown(v->a, row->key) : STR(""), value;
	size_t used = columns(str_from(says)) + columns(key) + 2;

	value = row->kind->form == FIGURES_TIME ? org_when(v->a, row->value)
						: figures_text(row, v->moment.language, v->a);
	used += value.len;
	printf("%s%s" STR_FMT "%*s " STR_FMT "\n", says, key.len > 0 ? ": " : "  ",
	       STR_ARG(key), used < 72 ? (int)(72 - used) : 0, "", STR_ARG(value));
}

static void
print_growth(const struct view *v)
{
	const struct figures *f = &v->figures;
	size_t from = f->point_count > SHOWN && !v->is_growth ? f->point_count - SHOWN : 0;
	bool is_english = v->moment.language == RULE_ENGLISH;

	if (f->point_count == 0)
		return;
	printf("\n%-10s %14s %10s %10s\n", is_english ? "step" : "trin",
	       is_english ? "registrations" : "registreringer",
	       is_english ? "objects" : "objekter", is_english ? "units" : "enheder");
	for (size_t i = from; i < f->point_count; i++)
		printf("%-10s %14" PRId64 " %10" PRId64 " %10" PRId64 "\n", f->points[i].name,
		       f->points[i].registrations, f->points[i].objects, f->points[i].units);
}

/* A kind that is not used at all is left out of the table for people. */
static bool
is_empty_kind(const struct figures_row *row)
{
	return row->value == 0 && str_is_set(row->key) && row->kind->form == FIGURES_COUNT;
}

static void
print_table(const struct view *v)
{
	if (!v->is_growth)
		for (size_t i = 0; i < v->figures.count; i++)
			if (!is_empty_kind(&v->figures.rows[i]))
				print_row(v, &v->figures.rows[i]);
	print_growth(v);
}

/* ---- arguments ---- */

static int
read_flag(void *arg, int flag)
{
	struct view *v = arg;

	v->is_csv |= flag == 'c';
	v->is_growth |= flag == 'u';
	if (flag == 't' && !org_step(optarg, &v->step))
		return org_usage(v->o, "trin er dag, maaned eller aar");
	return flag == 'c' || flag == 'u' || flag == 't' ? EXIT_OK : ORG_NOT_OWN;
}

static int
read_flags(struct view *v)
{
	static const struct option longs[] = {
		ORG_MOMENT_FLAGS,
		{"trin", required_argument, NULL, 't'},
		{"csv", no_argument, NULL, 'c'},
		{"udvikling", no_argument, NULL, 'u'},
		{NULL, 0, NULL, 0},
	};

	return org_flags(v->o, &v->moment, longs, read_flag, v);
}

bool
org_step(const char *name, enum figures_step *out)
{
	for (int i = 0; i < FIGURES_STEP_COUNT; i++) {
		if (strcmp(name, figures_step_name[i]) != 0)
			continue;
		*out = (enum figures_step)i;
		return true;
	}
	return false;
}

bool
org_figures(const struct org *o, const struct org_moment *m, enum figures_step step,
	    struct arena *a, struct figures *out, struct err *e)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	AUTO(picture_freep) struct picture *p = NULL;
	struct rules_question ask = {.language = m->language};
	struct rules_report report;
	struct figures_question q = {.report = &report, .step = step};

	if (!store_read(o->store, &r, e) ||
	    !rules_used(r, o->desk.cvr, a, &ask.used, &ask.used_count, e) ||
	    !picture_take_of(r, &m->question, &p, e))
		return false;
	rules_check(p, &ask, a, &report);
	q.picture = p;
	return figures_make(r, &q, a, out, e);
}

int
org_noegledata(struct org *o)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct view v = {.o = o, .a = a, .step = FIGURES_MONTH};
	struct err e = ERR_INIT;
	int code;

	org_moment_init(o, &v.moment);
	code = read_flags(&v);
	if (code != EXIT_OK)
		return code;
	if (!org_figures(o, &v.moment, v.step, a, &v.figures, &e))
		return org_failed(o, &e);
	if (o->cli->json)
		print_json(&v);
	else if (v.is_csv)
		print_csv(&v);
	else
		print_table(&v);
	return EXIT_OK;
}
