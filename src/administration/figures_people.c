/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Figures of users and leaders. The span of control of a leader is those who hold a post in the
 * units that the leader leads, and the leaders of the units right below them; each once, and
 * not the leader.
 * Source: administration contract 4.7.7.
 */
#include "administration/figures.h"

#include <stdlib.h>
#include "organisation/types.h"
#include "organisation/wellknown.h"

static bool
has_email(const struct picture_object *user)
{
	const struct oio_item *it;
	size_t at = 0;

	while ((it = picture_item(user, BRUGER_ADRESSER, &at)) != NULL)
		if (it->u.relation.rolle.ref.is_uuid &&
		    wellknown_is(it->u.relation.rolle.ref.uuid, KLASSE_BRUGER_EMAIL))
			return true;
	return false;
}

static void
count_users(const struct picture *p, struct arena *a, struct figures *out)
{
	int64_t none = 0, several = 0, mute = 0, robots = 0;
	size_t count, n;
	const struct picture_object *o = picture_kind(p, &type_bruger, &count);

	for (size_t i = 0; i < count; i++) {
		if (!o[i].is_active || o[i].is_shared)
			continue;
		n = picture_posts(p, &o[i]);
		none += n == 0;
		several += n > 1;
		mute += !has_email(&o[i]);
		robots += picture_has(&o[i], BRUGER_TYPER,
				      wellknown[KLASSE_BRUGERTYPE_ROBOT].uuid);
	}
	figures_add(out, a, "brugere-uden-stilling", STR_NONE, none);
	figures_add(out, a, "brugere-flere-stillinger", STR_NONE, several);
	figures_add(out, a, "brugere-uden-email", STR_NONE, mute);
	figures_add(out, a, "robotter", STR_NONE, robots);
}

static void
count_vacant(const struct picture *p, struct arena *a, struct figures *out)
{
	int64_t leaders = 0, others = 0;
	size_t count;
	const struct picture_object *o = picture_kind(p, &type_organisationfunktion, &count);

	for (size_t i = 0; i < count; i++) {
		if (o[i].is_shared || !o[i].is_active ||
		    picture_first_active(p, &o[i], FUNKTION_BRUGERE))
			continue;
		leaders += picture_is_function(&o[i], KLASSE_FUNKTION_LEDERROLLE);
		others += picture_is_function(&o[i], KLASSE_FUNKTION_ENHEDSROLLE);
	}
	figures_add(out, a, "vakante-ledere", STR_NONE, leaders);
	figures_add(out, a, "vakante-stillinger", STR_NONE, others);
}

/* ---- span of control ---- */

struct span {
	size_t leader, report; /* numbers */
};

struct spans {
	struct arena *a;
	struct span *at;
	size_t count, room;
};

static void
add_span(struct spans *s, const struct picture_object *leader,
	 const struct picture_object *report)
{
	struct span *grown;

	if (s->count == s->room) {
		s->room = s->room ? s->room * 2 : 1024;
		grown = ARENA_NEW_N(s->a, s->room, struct span);
		for (size_t i = 0; i < s->count; i++)
			grown[i] = s->at[i];
		s->at = grown;
	}
	/* a leader without anybody is one too: the pair with itself is not counted */
	s->at[s->count++] = (struct span){leader->number, report->number};
}

static void
add_posts(const struct picture *p, const struct picture_object *unit,
	  const struct picture_object *leader, struct spans *s)
{
	size_t count, at;
	const struct picture_link *link = picture_naming(p, unit, &count);

	for (size_t i = 0; i < count; i++) {
		const struct oio_item *it;
		const struct picture_object *user;

		if (link[i].item->field != FUNKTION_ENHEDER || !link[i].from->is_active ||
		    !picture_is_function(link[i].from, KLASSE_FUNKTION_ENHEDSROLLE))
			continue;
		at = 0;
		while ((it = picture_item(link[i].from, FUNKTION_BRUGERE, &at)) != NULL) {
			user = picture_target(p, link[i].from->type, it);
			if (user && user->is_active)
				add_span(s, leader, user);
		}
	}
}

static int
cmp_spans(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	if (x->leader != y->leader)
		return x->leader < y->leader ? -1 : 1;
	return x->report < y->report ? -1 : x->report > y->report;
}

static void
find_spans(const struct picture *p, struct spans *s)
{
	size_t count, children;
	const struct picture_object *o = picture_kind(p, &type_organisationenhed, &count);

	for (size_t i = 0; i < count; i++) {
		const struct picture_object *leader = picture_leader(p, &o[i]);
		const struct picture_object *const *child;

		if (!leader || !o[i].is_active)
			continue;
		add_span(s, leader, leader);
		add_posts(p, &o[i], leader, s);
		child = picture_children(p, &o[i], &children);
		for (size_t k = 0; k < children; k++)
			if (picture_leader(p, child[k]))
				add_span(s, leader, picture_leader(p, child[k]));
	}
	if (s->count > 0)
		qsort(s->at, s->count, sizeof(*s->at), cmp_spans);
}

static void
count_leaders(const struct picture *p, struct arena *a, struct figures *out)
{
	static const struct {
		int64_t from;
		const char *key;
	} sizes[] = {{0, "0"}, {1, "1-4"}, {5, "5-9"}, {10, "10-19"}, {20, "20+"}};
	int64_t leaders = 0, most = 0, sum = 0, n = 0, by_size[ARRAY_LEN(sizes)] = {0};
	struct spans s = {.a = a};
	size_t k;

	find_spans(p, &s);
	for (size_t i = 0; i < s.count; i++) {
		n += s.at[i].leader != s.at[i].report &&
		     (i == 0 || cmp_spans(&s.at[i], &s.at[i - 1]) != 0);
		if (i + 1 < s.count && s.at[i + 1].leader == s.at[i].leader)
			continue;
		for (k = ARRAY_LEN(sizes) - 1; n < sizes[k].from; k--)
			;
		by_size[k]++;
		leaders++;
		sum += n;
		most = n > most ? n : most;
		n = 0;
	}
	figures_add(out, a, "ledere", STR_NONE, leaders);
	figures_add(out, a, "ledelsesspaend", STR_NONE,
		    leaders > 0 ? (10 * sum + leaders / 2) / leaders : 0);
	figures_add(out, a, "ledelsesspaend-stoerst", STR_NONE, most);
	for (k = 0; k < ARRAY_LEN(sizes); k++)
		figures_add(out, a, "ledere-spaend", str_from(sizes[k].key), by_size[k]);
}

void
figures_people(const struct picture *p, struct arena *a, struct figures *out)
{
	count_leaders(p, a, out);
	count_vacant(p, a, out);
	count_users(p, a, out);
}
