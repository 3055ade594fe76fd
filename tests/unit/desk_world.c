/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drafts of units, written and read as lines. A failure ends the test. */
#include "tests/unit/desk_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/clock.h"
#include "registry/append.h"
#include "tests/unit/oio_text.h"

#define UNIT (&type_organisationenhed)

static struct uuid
next_uuid(void)
{
	static unsigned count;
	struct uuid u;

	memset(u.b, 0xee, sizeof(u.b));
	u.b[0] = (uint8_t)++count;
	return u;
}

struct desk
world_desk(struct world *w, const char *cvr)
{
	return (struct desk){.store = w->store,
			     .cvr = str_from(cvr),
			     .operator_cvr = STR(WORLD_OPERATOR),
			     .actor = STR("cli:test"),
			     .make_uuid = next_uuid};
}

int64_t
desk_draft(const struct desk *d, const char *title)
{
	struct err e = ERR_INIT;
	int64_t id;

	if (!draft_create(d, str_from(title), STR_NONE, &id, &e))
		fail_msg("%s", e.detail);
	return id;
}

struct putting {
	const struct desk *desk;
	int64_t draft;
	struct edit edit;
};

static bool
put_job(struct tx *tx, void *arg, struct err *e)
{
	struct putting *p = arg;

	return draft_put(tx, p->desk, p->draft, DRAFT_REDIGER, &p->edit, 1, e);
}

void
desk_edit(const struct desk *d, int64_t draft, char letter, enum edit_op op, instant day,
	  const char *text)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct putting p = {d,
			    draft,
			    {.type = UNIT,
			     .uuid = oio_letter(letter),
			     .op = op,
			     .day = day == EDIT_DAY ? day : DAYS(day),
			     .base = EDIT_BASE_NOW}};
	struct err e = ERR_INIT;

	if (text)
		oio_from_text(text, a, &p.edit.content);
	if (!store_write(d->store, put_job, &p, &e))
		fail_msg("%s %s", err_row(e.code)->name, e.detail);
}

static struct str
line(const struct folded *f, struct arena *a)
{
	if (f->livscyklus == LIV_NONE)
		return STR_NONE;
	return arena_printf(a, "%s " STR_FMT, livscyklus_name[f->livscyklus],
			    STR_ARG(oio_to_text(&f->content, a)));
}

struct str
desk_drafted(const struct desk *d, int64_t draft, char letter, instant day, struct arena *a)
{
	const struct draft_place place = {UNIT->id, oio_letter(letter)};
	const struct fold_rules rules = {
		.day = DAYS(day), .now = clock_now(), .needs_key = true};
	struct reading *r = NULL;
	struct drafted out;
	struct err e = ERR_INIT;
	bool ok = store_read(d->store, &r, &e) &&
		  draft_object(r, d, draft, &place, &rules, a, &out, &e);

	store_read_end(r);
	if (!ok)
		fail_msg("%s", e.detail);
	return str_is_set(out.refused) ? out.refused : line(&out.after, a);
}

struct str
desk_unit(const struct desk *d, char letter, struct arena *a)
{
	return desk_drafted(d, 0, letter, 0, a);
}

/* ---- publication ---- */

struct writing {
	const struct desk *desk;
	struct object_new n;
};

static bool
soap_job(struct tx *tx, void *arg, struct err *e)
{
	struct writing *x = arg;
	struct object_mark mark;

	if (!objects_mark(tx_reading(tx), &x->n.key, &mark, e))
		return false;
	x->n.at = time_floor_ms(clock_now());
	if (mark.at >= x->n.at)
		x->n.at = mark.at + MS(1);
	return objects_append(tx, &x->n, e);
}

void
desk_soap(const struct desk *d, char letter, enum livscyklus l, const char *text)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct registrering reg = {.livscyklus = l};
	struct writing x = {.desk = d};
	struct err e = ERR_INIT;

	oio_from_text(text, a, &reg.content);
	object_sort(&reg.content);
	append_pack(UNIT, &reg, a, &x.n);
	x.n.key = (struct object_key){d->cvr, UNIT->id, oio_letter(letter)};
	if (!store_write(d->store, soap_job, &x, &e))
		fail_msg("%s", e.detail);
}

enum err_code
desk_publish(const struct desk *d, int64_t draft, instant day, const struct publish_options *o,
	     struct receipt *out)
{
	AUTO(plan_freep) struct plan *p = NULL;
	const struct plan_options po = {.day = DAYS(day)};
	const struct publish_options none = {.rules = NULL};
	struct err e = ERR_INIT;

	if (!plan_draft(d, draft, &po, &p, &e) || !publish(d, p, o ? o : &none, out, &e))
		return e.code;
	return ERR_NONE;
}

enum err_code
desk_back(const struct desk *d, const struct way_back *w, instant day, struct receipt *out)
{
	AUTO(plan_freep) struct plan *p = NULL;
	const struct plan_options po = {.day = DAYS(day)};
	const struct publish_options none = {.rules = NULL};
	struct err e = ERR_INIT;

	if (!plan_back(d, w, &po, &p, &e) || !publish(d, p, &none, out, &e))
		return e.code;
	return ERR_NONE;
}

static bool
count_row(const struct audit_row *row, void *arg, struct err *e)
{
	(void)row;
	(void)e;
	++*(int *)arg;
	return true;
}

int
desk_audited(const struct desk *d, const char *action)
{
	const struct audit_filter f = {.from = INSTANT_MIN,
				       .to = INSTANT_MAX,
				       .action = str_from(action),
				       .cvr = d->cvr};
	struct reading *r = NULL;
	struct err e = ERR_INIT;
	int count = 0;
	bool ok =
		store_read(d->store, &r, &e) && store_audit_each(r, &f, count_row, &count, &e);

	store_read_end(r);
	if (!ok)
		fail_msg("%s", e.detail);
	return count;
}
