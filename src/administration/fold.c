/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Folding edits. A day that is not known yet becomes that of the publication; what an edit asks
 * of a life cycle that does not allow it is refused, and so is what validate.h refuses.
 * Source: contract of Organisation, 1.3, 3.4 and 6.
 */
#include "administration/fold.h"

#include "base/buf.h"
#include "registry/history.h"
#include "registry/pack.h"
#include "registry/validate.h"

const char *const edit_op_name[EDIT_OP_COUNT] = {
	[EDIT_IMPORTER] = "importer", [EDIT_RET] = "ret",           [EDIT_AFSLUT] = "afslut",
	[EDIT_NEDLAEG] = "nedlaeg",   [EDIT_PASSIVER] = "passiver", [EDIT_SLET] = "slet",
};

static instant
known_day(instant t, instant day)
{
	return t == EDIT_DAY ? day : t;
}

/* A copy whose days are known. */
static struct oio_content
with_days(const struct oio_content *c, instant day, struct arena *a)
{
	struct oio_content out = *c;

	out.items = ARENA_NEW_N(a, c->count + 1, struct oio_item);
	for (size_t i = 0; i < c->count; i++) {
		out.items[i] = c->items[i];
		out.items[i].v.fra = known_day(c->items[i].v.fra, day);
		out.items[i].v.til = known_day(c->items[i].v.til, day);
	}
	return out;
}

static bool
is_live(enum livscyklus l)
{
	return l == LIV_OPSTAAET || l == LIV_IMPORTERET;
}

/* [organisation 1.3] which operation may follow which life cycle */
static bool
may_follow(const struct edit *d, enum livscyklus now, struct reader *r, struct err *e)
{
	static const char *const verb[EDIT_OP_COUNT] = {
		[EDIT_RET] = "rettes",        [EDIT_AFSLUT] = "rettes",
		[EDIT_NEDLAEG] = "nedlægges", [EDIT_PASSIVER] = "passiveres",
		[EDIT_SLET] = "slettes",
	};

	if (d->op == EDIT_IMPORTER) {
		if (!is_live(now))
			return true;
		return reader_refuse(r, RETUR_LIFECYCLE, e,
				     "%s findes allerede og kan ikke importeres igen",
				     d->type->name);
	}
	if (now == LIV_NONE)
		return reader_refuse(r, RETUR_NOT_FOUND, e, "%s findes ikke og kan ikke %s",
				     d->type->name, verb[d->op]);
	if (is_live(now) || (d->op == EDIT_SLET && now == LIV_PASSIVERET))
		return true;
	return reader_refuse(r, RETUR_LIFECYCLE, e, "%s er %s og kan ikke %s", d->type->name,
			     livscyklus_name[now], verb[d->op]);
}

/* What was said from `day` on is not. true: something of it is left. */
static bool
cut_at(struct oio_item *i, instant day)
{
	if (i->v.til > day) {
		i->v.til = day;
		i->v.til_given = true;
	}
	return i->v.fra < i->v.til;
}

static bool
is_named(const struct oio_type *t, const struct oio_content *names, const struct oio_item *i)
{
	for (size_t k = 0; k < names->count; k++) {
		const struct oio_item *n = &names->items[k];

		if (n->part == i->part && n->field == i->field && item_same(t, n, i))
			return true;
	}
	return false;
}

static void
end_named(const struct oio_type *t, const struct oio_content *names, instant day,
	  struct arena *a, struct oio_content *io)
{
	struct oio_item *left = ARENA_NEW_N(a, io->count + 1, struct oio_item);
	size_t kept = 0;

	for (size_t i = 0; i < io->count; i++) {
		left[kept] = io->items[i];
		if (!is_named(t, names, &left[kept]) || cut_at(&left[kept], day))
			kept++;
	}
	io->items = left;
	io->count = kept;
}

static bool
state_row(const struct oio_type *t, size_t *field)
{
	struct oio_range rows = oio_part_range(t, OIO_TILSTAND);

	*field = rows.first;
	return rows.first < rows.end && t->fields[rows.first].value == OIO_GYLDIGHED;
}

/* [organisation 6] deactivation: Inaktiv, and no relation of its own goes on */
static void
end_all(const struct oio_type *t, instant day, struct arena *a, struct oio_content *io)
{
	struct oio_item *left = ARENA_NEW_N(a, io->count + 2, struct oio_item);
	size_t kept = 0, field;
	bool has_state = state_row(t, &field);

	for (size_t i = 0; i < io->count; i++) {
		left[kept] = io->items[i];
		if ((left[kept].part == OIO_ATTRIBUT && has_state) || cut_at(&left[kept], day))
			kept++;
	}
	if (has_state)
		left[kept++] = (struct oio_item){
			.v = {.fra = day, .til = INSTANT_MAX, .fra_given = true},
			.part = OIO_TILSTAND,
			.field = field,
			.seq = kept,
			.u.tilstand = {.tag = OIO_GYLDIGHED, .flag = false},
		};
	io->items = left;
	io->count = kept;
	object_sort(io);
}

static bool
fold_sent(const struct edit *d, const struct fold_rules *rules, struct reader *r,
	  struct folded *io, struct err *e)
{
	struct oio_content sent = with_days(&d->content, rules->day, r->a), merged;
	bool is_new = d->op == EDIT_IMPORTER;

	if (!validate_content(r, &sent, &d->uuid, rules->needs_key, e))
		return false;
	history_merge(d->type, is_new ? NULL : &io->content, &sent, r->a, &merged);
	if (!validate_size(r, &merged, e))
		return false;
	io->content = merged;
	if (is_new)
		io->livscyklus = LIV_IMPORTERET;
	return true;
}

bool
fold_edit(const struct edit *d, const struct fold_rules *rules, struct arena *a,
	  struct folded *io, struct str *text, struct err *e)
{
	struct reader r = {.type = d->type, .a = a, .now = rules->now};
	struct oio_content names;

	*text = STR_NONE;
	if (!may_follow(d, io->livscyklus, &r, e)) {
		*text = r.text;
		return false;
	}
	switch (d->op) {
	case EDIT_IMPORTER:
	case EDIT_RET:
		if (fold_sent(d, rules, &r, io, e))
			return true;
		*text = r.text;
		return false;
	case EDIT_AFSLUT:
		names = with_days(&d->content, rules->day, a);
		end_named(d->type, &names, known_day(d->day, rules->day), a, &io->content);
		return true;
	case EDIT_NEDLAEG:
		end_all(d->type, known_day(d->day, rules->day), a, &io->content);
		return true;
	case EDIT_PASSIVER:
		io->livscyklus = LIV_PASSIVERET;
		return true;
	case EDIT_SLET:
		*io = (struct folded){.livscyklus = LIV_SLETTET};
		return true;
	case EDIT_OP_COUNT:
		break;
	}
	return FAIL(e, INTERNAL, "an edit of no kind");
}

bool
folded_same(const struct oio_type *t, const struct folded *x, const struct folded *y)
{
	AUTO(buf_release) struct buf a = BUF_INIT(PACKED_BYTES);
	AUTO(buf_release) struct buf b = BUF_INIT(PACKED_BYTES);
	const struct registrering rx = {.content = x->content}, ry = {.content = y->content};

	if (x->livscyklus != y->livscyklus || x->content.count != y->content.count)
		return false;
	pack_registrering(t, &rx, INSTANT_MIN, &a);
	pack_registrering(t, &ry, INSTANT_MIN, &b);
	return str_eq(buf_str(&a), buf_str(&b));
}
